//===- CheckIndices.cpp - Check offsets and slots at run time -------------===//

#include "moe/Structured/Passes.h"

#include "IndexReads.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CHECKINDICESPASS
#include "moe/Structured/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static Value toI64(ImplicitLocOpBuilder &builder, Value index) {
  return arith::IndexCastOp::create(builder, builder.getI64Type(), index);
}

static Value sizeOf(ImplicitLocOpBuilder &builder, Value tensor, int64_t dim) {
  return toI64(builder, tensor::DimOp::create(builder, tensor, dim));
}

static Value castDynamic(ImplicitLocOpBuilder &builder, Value tensor) {
  auto from = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape(from.getRank(), ShapedType::kDynamic);
  RankedTensorType type = from.clone(shape);
  return from == type
             ? tensor
             : tensor::CastOp::create(builder, type, tensor).getResult();
}

/// offsets[E] as an i64.
static Value lastOffset(ImplicitLocOpBuilder &builder, Value offsets) {
  Value size = tensor::DimOp::create(builder, offsets, 0);
  Value one = arith::ConstantIndexOp::create(builder, 1);
  Value last = arith::SubIOp::create(builder, size, one);
  Value value = tensor::ExtractOp::create(builder, offsets, last);
  return arith::ExtSIOp::create(builder, builder.getI64Type(), value);
}

/// The loop of `op` evaluates its region for rows only, not for their width.
static bool hasStaticWidths(ExpertOp op) {
  return llvm::none_of(op.getResultTypes(), [](Type type) {
    return cast<RankedTensorType>(type).isDynamicDim(1);
  });
}

namespace {
struct CheckIndicesPass : moe::impl::CheckIndicesPassBase<CheckIndicesPass> {
  using CheckIndicesPassBase::CheckIndicesPassBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateExpertToLinalgPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    if (!outsideOnly && failed(openExperts()))
      return signalPassFailure();
    SmallVector<Operation *> readers;
    getOperation().walk([&](Operation *op) {
      if (!op->getParentOfType<ExpertOp>())
        readers.push_back(op);
    });
    for (Operation *op : readers)
      checkIndices(op);
  }

  /// Expert regions, which can hold no call, become their loops where a check
  /// is needed in them.
  LogicalResult openExperts() {
    while (true) {
      llvm::SetVector<Operation *> experts;
      getOperation().walk([&](Operation *op) {
        auto expert = op->getParentOfType<ExpertOp>();
        if (!expert || !getIndexDoubts(op, getIndexReads(op)).any())
          return;
        while (auto outer = expert->getParentOfType<ExpertOp>())
          expert = outer;
        if (hasStaticWidths(expert))
          experts.insert(expert);
      });
      if (experts.empty())
        return success();
      GreedyRewriteConfig config;
      config.setStrictness(GreedyRewriteStrictness::ExistingOps)
          .enableFolding(false);
      for (Operation *expert : experts)
        checkIndices(expert);
      bool changed = false;
      if (failed(applyOpPatternsGreedily(experts.getArrayRef(), patterns,
                                         config, &changed)) ||
          !changed)
        return failure();
    }
  }

  void checkIndices(Operation *op) {
    IndexReads reads = getIndexReads(op);
    IndexDoubts doubts =
        outsideOnly ? getOutsideDoubts(op, reads) : getIndexDoubts(op, reads);
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, value, 64);
    };
    if (doubts.offsets)
      call(builder, "moeCheckOffsets",
           {constant(sites++), castDynamic(builder, reads.offsets),
            reads.rows ? sizeOf(builder, reads.rows, 0) : constant(INT32_MAX)});
    if (doubts.slots)
      checkSlots(builder, reads);
    if (doubts.tokenRows)
      checkTokenRows(builder, reads);
  }

  void checkSlots(ImplicitLocOpBuilder &builder, const IndexReads &reads) {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, value, 64);
    };
    Value limit = constant(INT32_MAX);
    if (reads.weights)
      limit = arith::MulIOp::create(builder, sizeOf(builder, reads.weights, 0),
                                    sizeOf(builder, reads.weights, 1));
    else if (reads.tokens)
      limit = arith::MulIOp::create(
          builder, sizeOf(builder, reads.tokens, reads.tokenDim),
          constant(reads.slotsPerToken));
    call(builder, "moeCheckSlots",
         {constant(sites++), castDynamic(builder, reads.slots),
          reads.offsets ? lastOffset(builder, reads.offsets) : constant(-1),
          limit});
  }

  /// Where the weights are those of more tokens, the tokens are a part.
  void checkTokenRows(ImplicitLocOpBuilder &builder, const IndexReads &reads) {
    Value isWhole = arith::ConstantIntOp::create(builder, 0, 64);
    if (reads.weights) {
      Value same = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                                         sizeOf(builder, reads.weights, 0),
                                         sizeOf(builder, reads.tokenRows, 0));
      isWhole = arith::ExtUIOp::create(builder, builder.getI64Type(), same);
    }
    call(builder, "moeCheckTokenRows",
         {arith::ConstantIntOp::create(builder, sites++, 64),
          castDynamic(builder, reads.tokenRows),
          castDynamic(builder, reads.slots), isWhole});
  }

  void call(ImplicitLocOpBuilder &builder, StringRef callee,
            ValueRange operands) {
    if (!getOperation().lookupSymbol(callee)) {
      auto top = OpBuilder::atBlockBegin(getOperation().getBody());
      auto declaration = func::FuncOp::create(
          top, getOperation().getLoc(), callee,
          top.getFunctionType(TypeRange(operands), TypeRange()));
      declaration.setPrivate();
      declaration->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                           top.getUnitAttr());
    }
    func::CallOp::create(builder, callee, TypeRange(), operands);
  }

  FrozenRewritePatternSet patterns;
  int64_t sites = 0;
};
} // namespace
