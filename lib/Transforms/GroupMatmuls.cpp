//===- GroupMatmuls.cpp - Matmuls to grouped matmuls of one expert --------===//

#include "moe/Transforms/Passes.h"

#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_GROUPMATMULSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

namespace {
struct Matmul {
  Value rows, weight, init;
  bool transposed = false;
};
} // namespace

/// `rows [T,K] x weight [K,N]`, or `weight [N,K]`, in this order of loops.
static std::optional<Matmul> matchMatmul(linalg::LinalgOp op) {
  if (!isSumOfProducts(op) || op.getNumLoops() != 3 ||
      op.getNumParallelLoops() != 2 || !op.hasPureTensorSemantics())
    return std::nullopt;
  AffineExpr m, n, k;
  bindDims(op.getContext(), m, n, k);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto is = [&](unsigned i, AffineExpr a, AffineExpr b) {
    return maps[i].getResults() == ArrayRef<AffineExpr>{a, b};
  };
  bool transposed = is(1, n, k);
  if (!is(0, m, k) || !is(2, m, n) || (!transposed && !is(1, k, n)))
    return std::nullopt;
  return Matmul{op.getDpsInputs()[0], op.getDpsInputs()[1], op.getDpsInits()[0],
                transposed};
}

static LogicalResult groupMatmul(linalg::LinalgOp op, RewriterBase &rewriter) {
  std::optional<Matmul> matmul = matchMatmul(op);
  if (!matmul || !isFilledWithZero(matmul->init))
    return failure();
  auto elementOf = [](Value v) { return getElementTypeOrSelf(v.getType()); };
  bool isF64 = elementOf(matmul->rows).isF64();
  for (Value value : {matmul->rows, matmul->weight, matmul->init})
    if (!isa<FloatType>(elementOf(value)) || elementOf(value).isF64() != isF64)
      return failure();

  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  Value count = b.asIndex(b.size(matmul->rows, 0));
  if (!getConstantIntValue(count)) // offsets are i32
    cf::AssertOp::create(
        b,
        arith::CmpIOp::create(b, arith::CmpIPredicate::ule, count,
                              b.index(std::numeric_limits<int32_t>::max())),
        "expects fewer than 2^31 rows");
  Value last = b.toI32(count);
  Value offsets =
      tensor::FromElementsOp::create(b, ValueRange{b.integer(32, 0), last});
  auto type = cast<RankedTensorType>(matmul->weight.getType());
  SmallVector<int64_t> shape{1};
  llvm::append_range(shape, type.getShape());
  SmallVector<OpFoldResult> sizes{b.getIndexAttr(1)};
  llvm::append_range(sizes, b.sizes(matmul->weight));
  Value weight = tensor::ExpandShapeOp::create(
      b, RankedTensorType::get(shape, type.getElementType()), matmul->weight,
      ArrayRef<ReassociationIndices>{{0, 1}, {2}}, sizes);
  Type resultType = matmul->init.getType();
  // Every row is written: what is in the destination does not matter.
  Value init = b.empty(b.sizes(matmul->init), elementOf(matmul->init));
  auto grouped = GroupedMatmulOp::create(
      b, TypeRange{init.getType()}, matmul->rows, offsets, ValueRange{weight},
      Value(), ValueRange(), ValueRange{init}, matmul->transposed,
      b.getAffineMapArrayAttr({}), IntegerAttr(), false, false,
      ScheduleAttrInterface(), PackingAttr());
  for (StringRef mark : {"moe.layer", "moe.gate_projection"})
    if (Attribute attribute = op->getDiscardableAttr(mark))
      grouped->setDiscardableAttr(mark, attribute);
  rewriter.replaceOp(op, b.castTo(grouped->getResult(0), resultType));
  return success();
}

namespace {
struct GroupMatmulsPass : moe::impl::GroupMatmulsPassBase<GroupMatmulsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (!op->getParentOfType<ExpertOp>())
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops)
      static_cast<void>(groupMatmul(op, rewriter)); // others stay as they are
  }
};
} // namespace
