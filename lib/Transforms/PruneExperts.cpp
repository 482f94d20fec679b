//===- PruneExperts.cpp - Experts that no token ever selects --------------===//

#include "moe/Transforms/Passes.h"

#include "ConstantRows.h"
#include "NarrowParams.h"
#include "TensorExpr.h"

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

#include <cmath>

namespace mlir::moe {
#define GEN_PASS_DEF_PRUNEEXPERTSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("PruneExperts").category("moe");

//===----------------------------------------------------------------------===//
// Columns
//===----------------------------------------------------------------------===//

/// The number that `expr` is in column `column` of every row, or nothing.
static std::optional<double> getColumn(const TensorExprRef &expr,
                                       int64_t column) {
  if (expr->kind == TensorExpr::Kind::Constant)
    return expr->number;
  if (expr->kind == TensorExpr::Kind::Leaf) {
    // A constant that is read by the column alone.
    DenseElementsAttr elements;
    if (!matchPattern(expr->value, m_Constant(&elements)))
      return std::nullopt;
    SmallVector<uint64_t> index;
    for (auto [dim, e] : llvm::enumerate(expr->map.getResults())) {
      auto position = dyn_cast<AffineDimExpr>(e);
      if (position && position.getPosition() == 1)
        index.push_back(column);
      else if (elements.getType().getDimSize(dim) == 1)
        index.push_back(0);
      else
        return std::nullopt;
    }
    Attribute value = elements.getValues<Attribute>()[index];
    if (auto number = dyn_cast<FloatAttr>(value))
      return number.getValueAsDouble();
    if (auto number = dyn_cast<IntegerAttr>(value))
      return number.getType().isInteger(1)
                 ? static_cast<double>(number.getValue().getZExtValue())
                 : static_cast<double>(number.getInt());
    return std::nullopt;
  }
  if (expr->isOp("arith.select")) {
    auto condition = getColumn(expr->children[0], column);
    return condition
               ? getColumn(expr->children[*condition != 0 ? 1 : 2], column)
               : std::nullopt;
  }
  // -inf + z is -inf, or the row has NaN or +inf and no weights that are
  // specified.
  if (expr->isOp("arith.addf"))
    for (const TensorExprRef &child : expr->children)
      if (auto number = getColumn(child, column);
          number && std::isinf(*number) && *number < 0)
        return number;
  return std::nullopt;
}

/// Some column may be known: a constant is read. Most gates read none, and then
/// nothing is done for each expert.
static bool readsConstant(const TensorExprRef &expr) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return matchPattern(expr->value, m_Constant());
  return llvm::any_of(expr->children, readsConstant);
}

static TensorExprRef buildExpr(Value value) {
  return buildTensorExpr(value, [](Value) { return false; });
}

/// A selected logit of -inf has weight zero, beside one that is finite.
static bool dropsNegativeInfinity(RouterAttr router) {
  auto normalize = dyn_cast<NormalizeAttr>(router.getNormalize());
  auto score = dyn_cast<ScoreAttr>(router.getScore());
  if (!normalize || !score || score.getKind() == ScoreKind::Region)
    return false;
  if (normalize.getKind() != NormalizeKind::Softmax)
    return score.getKind() != ScoreKind::Identity;
  // The finite one must be among those that are normalized.
  return score.getKind() == ScoreKind::Identity &&
         isa<TopKAttr, AllAttr>(router.getSelect());
}

/// For each expert, whether a slot of it may be live; empty where nothing is
/// known.
static SmallVector<bool> findLive(DispatchOp op) {
  int64_t numExperts = op.getNumExperts();
  std::optional<SmallVector<APFloat>> weights;
  if (op.getWeights())
    weights = getConstantFloatRow(op.getWeights());
  if (auto ids = getConstantIdRow(op.getExperts())) {
    SmallVector<bool> live(numExperts, false);
    TensorExprRef columns =
        op.getWeights() ? buildExpr(op.getWeights()) : TensorExprRef();
    for (auto [slot, id] : llvm::enumerate(*ids)) {
      bool isZero = weights && (*weights)[slot].isZero();
      if (columns && !weights)
        isZero = getColumn(columns, slot) == 0.0;
      if (id >= 0 && id < numExperts && !isZero)
        live[id] = true;
    }
    return live;
  }
  TensorExprRef ids = buildExpr(op.getExperts());
  auto gate = op.getExperts().getDefiningOp<GateOp>();
  bool isAll = (gate && isa<AllAttr>(gate.getRouter().getSelect())) ||
               (ids->kind == TensorExpr::Kind::Index && ids->dim == 1);
  TensorExprRef columns;
  double dead = 0;
  if (op.getWeights() && isAll && !gate) {
    columns = buildExpr(op.getWeights());
  } else if (gate && op.getWeights() == gate.getWeights() &&
             dropsNegativeInfinity(gate.getRouter()) && !gate.getNoise()) {
    columns = buildExpr(gate.getLogits());
    dead = -std::numeric_limits<double>::infinity();
  }
  if (!columns || !readsConstant(columns))
    return {};
  SmallVector<bool> live(numExperts);
  for (int64_t expert = 0; expert < numExperts; ++expert)
    live[expert] = getColumn(columns, expert) != dead;
  return live;
}

//===----------------------------------------------------------------------===//
// Fewer experts
//===----------------------------------------------------------------------===//

/// `ids - first`.
static Value shiftIds(OpBuilder &b, Location loc, Value ids, int64_t first) {
  if (first == 0)
    return ids;
  auto type = cast<RankedTensorType>(ids.getType());
  Value empty = tensor::EmptyOp::create(
      b, loc, tensor::getMixedSizes(b, loc, ids), type.getElementType());
  AffineMap identity = b.getMultiDimIdentityMap(2);
  return linalg::GenericOp::create(
             b, loc, type, ids, empty, ArrayRef<AffineMap>{identity, identity},
             SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
             [&](OpBuilder &inner, Location l, ValueRange args) {
               Value offset = arith::ConstantOp::create(
                   inner, l, inner.getI32IntegerAttr(first));
               linalg::YieldOp::create(
                   inner, l,
                   arith::SubIOp::create(inner, l, args[0], offset)
                       .getResult());
             })
      .getResult(0);
}

static Value sliceParam(OpBuilder &b, Location loc, Value param, int64_t first,
                        int64_t count) {
  auto type = cast<RankedTensorType>(param.getType());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, param);
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
  offsets[0] = b.getIndexAttr(first);
  sizes[0] = b.getIndexAttr(count);
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = count;
  return tensor::ExtractSliceOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()), param,
      offsets, sizes, strides);
}

static void prune(DispatchOp op, RewriterBase &rewriter) {
  SmallVector<bool> live = findLive(op);
  if (llvm::all_of(live, [](bool isLive) { return isLive; }))
    return;
  Location loc = op.getLoc();
  auto missed = [&](StringRef why) {
    remark::missed(loc, kRemark) << remark::reason("{0}", why);
  };
  int64_t first = llvm::find(live, true) - live.begin();
  int64_t last = live.size();
  while (last > first + 1 && !live[last - 1])
    --last;
  if (first == last) // nobody is live: one expert without rows is left
    first = 0, last = 1;
  int64_t count = last - first;
  if (count == static_cast<int64_t>(live.size()))
    return missed("experts that are never selected are between others");
  SmallVector<ExpertOp> experts;
  for (OpOperand &use : op.getOffsets().getUses()) {
    auto expert = dyn_cast<ExpertOp>(use.getOwner());
    if (!expert || expert.getOffsets() != op.getOffsets() ||
        llvm::is_contained(expert.getShared(), op.getOffsets()))
      return missed("the offsets are used elsewhere");
    experts.push_back(expert);
  }
  int64_t bytes = 0;
  for (ExpertOp expert : experts) {
    rewriter.setInsertionPoint(expert);
    for (OpOperand &param : expert.getParamsMutable()) {
      auto type = cast<RankedTensorType>(param.get().getType());
      if (type.hasStaticShape() && type.getElementType().isIntOrFloat())
        bytes += type.getNumElements() / type.getDimSize(0) *
                 (type.getDimSize(0) - count) *
                 ((type.getElementTypeBitWidth() + 7) / 8);
      Value slice = sliceParam(rewriter, loc, param.get(), first, count);
      rewriter.modifyOpInPlace(expert, [&] { param.set(slice); });
    }
  }
  rewriter.setInsertionPoint(op);
  Value ids = shiftIds(rewriter, loc, op.getExperts(), first);
  rewriter.modifyOpInPlace(op, [&] {
    op.getExpertsMutable().assign(ids);
    op.getOffsets().setType(
        RankedTensorType::get({count + 1}, rewriter.getI32Type()));
  });
  remark::passed(loc, kRemark)
      << remark::metric("experts", int64_t(live.size()))
      << remark::metric("left", count) << remark::metric("bytes", bytes);
}

namespace {
struct PruneExpertsPass : moe::impl::PruneExpertsPassBase<PruneExpertsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<DispatchOp> dispatches;
    getOperation().walk([&](DispatchOp op) { dispatches.push_back(op); });
    for (DispatchOp op : dispatches)
      prune(op, rewriter);
    narrowParams(getOperation(), rewriter);
  }
};
} // namespace
