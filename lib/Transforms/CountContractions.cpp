//===- CountContractions.cpp - Record multiply-adds -----------------------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_COUNTCONTRACTIONSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// The product of the loop ranges of `op`, an index.
static Value countPoints(OpBuilder &builder, linalg::LinalgOp op) {
  Value count = arith::ConstantIndexOp::create(builder, op.getLoc(), 1);
  for (Range range : op.createLoopRanges(builder, op.getLoc())) {
    Value size =
        getValueOrCreateConstantIndexOp(builder, op.getLoc(), range.size);
    count = arith::MulIOp::create(builder, op.getLoc(), count, size);
  }
  return count;
}

/// The live rows times the elements of each weight.
static Value countPoints(OpBuilder &builder, GroupedMatmulOp op) {
  ReferenceBuilder b(op.getLoc(), builder);
  Value count =
      b.toIndex(b.extract(op.getOffsets(), b.index(op.getNumExperts())));
  for (OpFoldResult factor :
       {b.size(op.getRows(), 1), b.size(op.getOut(), 1),
        OpFoldResult(b.getIndexAttr(op.getWeights().size()))})
    count = arith::MulIOp::create(b, count, b.asIndex(factor));
  return count;
}

namespace {
struct CountContractionsPass
    : moe::impl::CountContractionsPassBase<CountContractionsPass> {
  void runOnOperation() override {
    static constexpr StringLiteral callee = "moeRecordMacs";
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      if (isa<GroupedMatmulOp>(op) ||
          (linalgOp && linalg::isaContractionOpInterface(linalgOp)))
        contractions.push_back(op);
    });
    if (contractions.empty())
      return;
    OpBuilder builder(&getContext());
    Type i64 = builder.getI64Type();
    if (!getOperation().lookupSymbol(callee)) {
      builder.setInsertionPointToStart(getOperation().getBody());
      auto declaration =
          func::FuncOp::create(builder, getOperation().getLoc(), callee,
                               builder.getFunctionType({i64, i64, i64}, {}));
      declaration.setPrivate();
      declaration->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                           builder.getUnitAttr());
    }
    for (Operation *op : contractions) {
      builder.setInsertionPoint(op);
      auto layer = op->getAttrOfType<IntegerAttr>("moe.layer");
      auto constant = [&](int64_t value) -> Value {
        return arith::ConstantIntOp::create(builder, op->getLoc(), value, 64);
      };
      auto matmul = dyn_cast<GroupedMatmulOp>(op);
      Value points = matmul ? countPoints(builder, matmul)
                            : countPoints(builder, cast<linalg::LinalgOp>(op));
      Value count =
          arith::IndexCastOp::create(builder, op->getLoc(), i64, points);
      func::CallOp::create(builder, op->getLoc(), callee, TypeRange(),
                           {constant(layer ? layer.getInt() : -1),
                            constant(op->hasAttr("moe.gate_projection")),
                            count});
    }
  }
};
} // namespace
