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
  if (!getElementTypeOrSelf(type).isBF16())
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
    return;
  }
  OpBuilder b(operand.getOwner());
  operand.set(LLVM::BitcastOp::create(b, operand.getOwner()->getLoc(), type,
                                      operand.get()));
}

/// `value` becomes bits; whoever does not want these reads a float made of
/// them.
static void moveValue(Value value) {
  Type from = value.getType(), to = getMoved(from);
  if (!to)
    return;
  value.setType(to);
  OpBuilder b(value.getContext());
  b.setInsertionPointAfterValue(value);
  Value all = LLVM::BitcastOp::create(b, value.getLoc(), from, value);
  value.replaceAllUsesExcept(all, all.getDefiningOp());
  for (Operation *user : all.getUsers())
    if (auto cast = dyn_cast<LLVM::BitcastOp>(user);
        cast && cast.getType() == to)
      cast.replaceAllUsesWith(value);
}

/// Those of branches to blocks whose arguments have become bits.
static void moveForwarded(BranchOpInterface branch) {
  for (unsigned i = 0, e = branch->getNumSuccessors(); i < e; ++i) {
    SuccessorOperands operands = branch.getSuccessorOperands(i);
    auto arguments = branch->getSuccessor(i)->getArguments().drop_front(
        operands.getProducedOperandCount());
    for (auto [argument, operand] :
         llvm::zip(arguments, operands.getMutableForwardedOperands()))
      if (argument.getType() != operand.get().getType())
        moveOperand(operand);
  }
}

namespace {
struct MoveAsIntegersPass
    : moe::impl::MoveAsIntegersPassBase<MoveAsIntegersPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops, casts;
    for (Block &block : getOperation().getBody())
      for (Operation &op : block)
        if (isa<BranchOpInterface, LLVM::LoadOp, LLVM::StoreOp,
                LLVM::MaskedLoadOp, LLVM::MaskedStoreOp>(op))
          ops.push_back(&op);
    for (Block &block : getOperation().getBody())
      if (!block.isEntryBlock() && !isa<LLVM::LandingpadOp>(block.front()))
        for (BlockArgument argument : block.getArguments())
          moveValue(argument);
    for (Operation *op : ops)
      llvm::TypeSwitch<Operation *>(op)
          .Case([](BranchOpInterface branch) { moveForwarded(branch); })
          .Case([](LLVM::LoadOp load) { moveValue(load.getResult()); })
          .Case(
              [](LLVM::StoreOp store) { moveOperand(store.getValueMutable()); })
          .Case([](LLVM::MaskedLoadOp load) {
            for (OpOperand &operand : load.getPassThruMutable())
              moveOperand(operand);
            moveValue(load.getResult());
          })
          .Case([](LLVM::MaskedStoreOp store) {
            moveOperand(store.getValueMutable());
          });
    // Only now, so that nothing above stands before a cast that has left: those
    // to bits first, which may be all that reads the others.
    getOperation().walk([&](LLVM::BitcastOp op) { casts.push_back(op); });
    for (Operation *cast : llvm::reverse(casts))
      if (cast->use_empty())
        cast->erase();
  }
};
} // namespace
