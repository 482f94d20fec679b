//===- CountContractions.cpp - Record multiply-adds -----------------------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {
#define GEN_PASS_DEF_COUNTCONTRACTIONSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;

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

namespace {
struct CountContractionsPass
    : moe::impl::CountContractionsPassBase<CountContractionsPass> {
  void runOnOperation() override {
    static constexpr StringLiteral callee = "moeRecordMacs";
    SmallVector<linalg::LinalgOp> contractions;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (linalg::isaContractionOpInterface(op))
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
    for (linalg::LinalgOp op : contractions) {
      builder.setInsertionPoint(op);
      auto layer = op->getAttrOfType<IntegerAttr>("moe.layer");
      auto constant = [&](int64_t value) -> Value {
        return arith::ConstantIntOp::create(builder, op.getLoc(), value, 64);
      };
      Value count = arith::IndexCastOp::create(builder, op.getLoc(), i64,
                                               countPoints(builder, op));
      func::CallOp::create(builder, op.getLoc(), callee, TypeRange(),
                           {constant(layer ? layer.getInt() : -1),
                            constant(op->hasAttr("moe.gate_projection")),
                            count});
    }
  }
};
} // namespace
