//===- CheckIndices.cpp - Check offsets and slots at run time -------------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CHECKINDICESPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

namespace {
/// What one op reads. Null values are not read.
struct Indices {
  Value offsets; ///< [E+1]
  Value rows;    ///< a tensor with R as its first size
  Value slots;   ///< [R]
  Value tokens;  ///< a tensor with T as its first size
  Value weights; ///< [T,K]; null: K is `slotsPerToken`
  int64_t slotsPerToken = 0;
  Value tokenRows; ///< [T,K], with `slots`
};
} // namespace

static Indices getIndices(Operation *op) {
  Indices indices;
  if (auto expert = dyn_cast<ExpertOp>(op)) {
    indices.offsets = expert.getOffsets();
    if (!expert.getInputs().empty())
      indices.rows = expert.getInputs()[0];
  } else if (auto combine = dyn_cast<CombineOp>(op)) {
    indices.slots = combine.getSlots();
    indices.weights = combine.getWeights();
  } else if (auto matmul = dyn_cast<GroupedMatmulOp>(op)) {
    indices.offsets = matmul.getOffsets();
    indices.slots = matmul.getSlots();
    indices.rows = matmul.getGather() ? matmul.getSlots() : matmul.getRows();
    if (matmul.getGather() || matmul.getAccumulate()) {
      indices.tokens = matmul.getGather() ? matmul.getRows() : matmul.getOut();
      indices.slotsPerToken = matmul.getSlotsPerToken().value_or(1);
    }
  } else if (auto gather = dyn_cast<GatherRowsOp>(op)) {
    indices.slots = gather.getSlots();
    indices.tokens = gather.getInput();
    indices.slotsPerToken = gather.getSlotsPerToken();
  } else if (auto combine = dyn_cast<CombineRowsOp>(op)) {
    indices.slots = combine.getSlots();
    indices.weights = combine.getWeights();
    indices.tokenRows = combine.getTokenRows();
  }
  return indices;
}

/// The caller hands `value` in: no moe op has made it.
static bool isFromOutside(Value value) {
  if (!value || !isa<RankedTensorType>(value.getType()))
    return false;
  while (auto cast = value.getDefiningOp<tensor::CastOp>())
    value = cast.getSource();
  Operation *op = value.getDefiningOp();
  return !op || !isa<MoeDialect>(op->getDialect());
}

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

namespace {
struct CheckIndicesPass : moe::impl::CheckIndicesPassBase<CheckIndicesPass> {
  void runOnOperation() override {
    SmallVector<Operation *> readers;
    getOperation().walk([&](Operation *op) {
      if (!op->getParentOfType<ExpertOp>())
        readers.push_back(op);
    });
    for (Operation *op : readers)
      checkIndices(op, getIndices(op));
  }

  void checkIndices(Operation *op, const Indices &indices) {
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, value, 64);
    };
    if (isFromOutside(indices.offsets))
      call(builder, "moeCheckOffsets",
           {constant(sites++), castDynamic(builder, indices.offsets),
            indices.rows ? sizeOf(builder, indices.rows, 0)
                         : constant(INT32_MAX)});
    if (isFromOutside(indices.slots))
      checkSlots(builder, indices);
    if (indices.tokenRows &&
        (isFromOutside(indices.tokenRows) || isFromOutside(indices.slots)))
      checkTokenRows(builder, indices);
  }

  void checkSlots(ImplicitLocOpBuilder &builder, const Indices &indices) {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, value, 64);
    };
    Value limit = constant(INT32_MAX);
    Value tokens = indices.weights ? indices.weights : indices.tokens;
    if (tokens) {
      Value perToken = indices.weights ? sizeOf(builder, indices.weights, 1)
                                       : constant(indices.slotsPerToken);
      limit =
          arith::MulIOp::create(builder, sizeOf(builder, tokens, 0), perToken);
    }
    bool knowsLive =
        indices.offsets && isa<RankedTensorType>(indices.offsets.getType());
    call(builder, "moeCheckSlots",
         {constant(sites++), castDynamic(builder, indices.slots),
          knowsLive ? lastOffset(builder, indices.offsets) : constant(-1),
          limit});
  }

  /// Where the weights are those of more tokens, the tokens are a part.
  void checkTokenRows(ImplicitLocOpBuilder &builder, const Indices &indices) {
    Value isWhole = arith::ConstantIntOp::create(builder, 0, 64);
    if (indices.weights) {
      Value same = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                                         sizeOf(builder, indices.weights, 0),
                                         sizeOf(builder, indices.tokenRows, 0));
      isWhole = arith::ExtUIOp::create(builder, builder.getI64Type(), same);
    }
    call(builder, "moeCheckTokenRows",
         {arith::ConstantIntOp::create(builder, sites++, 64),
          castDynamic(builder, indices.tokenRows),
          castDynamic(builder, indices.slots), isWhole});
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

  int64_t sites = 0;
};
} // namespace
