//===- MoveAsIntegers.cpp - Floats in memory and between blocks -----------===//
//
//   %f = llvm.load %p : !llvm.ptr -> bf16   ==>   %i = llvm.load ... -> i16
//   llvm.br ^next(%f : bf16)                ==>   llvm.br ^next(%i : i16)
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::moe {
#define GEN_PASS_DEF_MOVEASINTEGERSPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// What moves in place of `type`; null: itself.
static Type getMoved(Type type) {
  if (!getElementTypeOrSelf(type).isBF16() || !LLVM::isCompatibleType(type) ||
      isa<LLVM::LLVMArrayType>(type))
    return {};
  Type integer = IntegerType::get(type.getContext(), 16);
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(integer);
  return integer;
}

/// `operand` becomes what it is the bits of.
static void moveOperand(OpOperand &operand) {
  Type type = getMoved(operand.get().getType());
  if (!type)
    return;
  auto cast = operand.get().getDefiningOp<LLVM::BitcastOp>();
  if (cast && cast.getArg().getType() == type) {
    operand.set(cast.getArg());
    if (cast->use_empty())
      cast.erase();
    return;
  }
  OpBuilder b(operand.getOwner());
  operand.set(LLVM::BitcastOp::create(b, operand.getOwner()->getLoc(), type,
                                      operand.get()));
}

/// `value` becomes bits; whoever does not want these reads what `b` makes of
/// them.
static void moveValue(Value value, OpBuilder &b) {
  Type from = value.getType(), to = getMoved(from);
  if (!to)
    return;
  value.setType(to);
  Value all;
  for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
    auto cast = dyn_cast<LLVM::BitcastOp>(use.getOwner());
    if (cast && cast.getType() == to) {
      cast.replaceAllUsesWith(value);
      cast.erase();
      continue;
    }
    if (!all)
      all = LLVM::BitcastOp::create(b, value.getLoc(), from, value);
    use.set(all);
  }
}

static void moveResult(Operation *op) {
  OpBuilder b(op->getContext());
  b.setInsertionPointAfter(op);
  moveValue(op->getResult(0), b);
}

static void moveForwarded(BranchOpInterface branch) {
  for (unsigned i = 0, e = branch->getNumSuccessors(); i < e; ++i)
    for (OpOperand &operand :
         branch.getSuccessorOperands(i).getMutableForwardedOperands())
      moveOperand(operand);
}

namespace {
struct MoveAsIntegersPass
    : moe::impl::MoveAsIntegersPassBase<MoveAsIntegersPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    SmallVector<Operation *> ops; // casts among the others leave
    for (Block &block : getOperation().getBody())
      for (Operation &op : block)
        if (isa<BranchOpInterface, LLVM::LoadOp, LLVM::StoreOp,
                LLVM::MaskedLoadOp, LLVM::MaskedStoreOp>(op))
          ops.push_back(&op);
    for (Block &block : llvm::drop_begin(getOperation().getBody())) {
      OpBuilder b = OpBuilder::atBlockBegin(&block);
      for (BlockArgument argument : block.getArguments())
        moveValue(argument, b);
    }
    for (Operation *op : ops)
      llvm::TypeSwitch<Operation *>(op)
          .Case([](BranchOpInterface branch) { moveForwarded(branch); })
          .Case([](LLVM::LoadOp load) { moveResult(load); })
          .Case(
              [](LLVM::StoreOp store) { moveOperand(store.getValueMutable()); })
          .Case([](LLVM::MaskedLoadOp load) {
            for (OpOperand &operand : load.getPassThruMutable())
              moveOperand(operand);
            moveResult(load);
          })
          .Case([](LLVM::MaskedStoreOp store) {
            moveOperand(store.getValueMutable());
          });
  }
};
} // namespace
