//===- MoeFolds.cpp - Canonical forms of level 1 --------------------------===//
//
// Static sizes go through the ops, and what an op does not use leaves it.
//
//===----------------------------------------------------------------------===//

#include "Folds.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Shared
//===----------------------------------------------------------------------===//

Operation *moe::rebuild(PatternRewriter &rewriter, Operation *op,
                        TypeRange types) {
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(op->getOperands());
  state.addTypes(types);
  state.addAttributes(op->getAttrs());
  for (unsigned i = 0; i < op->getNumRegions(); ++i)
    state.addRegion();
  Operation *result = rewriter.create(state);
  for (auto [from, to] :
       llvm::zip_equal(op->getRegions(), result->getRegions()))
    rewriter.inlineRegionBefore(from, to, to.end());
  return result;
}

RouterAttr moe::simplifyRouter(RouterAttr router) {
  FloatAttr scale = router.getScale();
  if (scale && scale.getValue().isExactlyValue(1.0))
    scale = nullptr;
  SelectAttrInterface select = router.getSelect();
  // Where all groups stay there are no groups.
  if (auto groups = dyn_cast<GroupTopKAttr>(select);
      groups && groups.getKept() == groups.getGroups())
    select = TopKAttr::get(router.getContext(), groups.getK());
  NormalizeAttrInterface normalize = router.getNormalize();
  if (auto sum = dyn_cast<NormalizeAttr>(normalize);
      sum && sum.getEpsilon() && sum.getEpsilon().getValue().isZero())
    normalize = NormalizeAttr::get(router.getContext(), sum.getKind(), nullptr);
  return RouterAttr::get(router.getContext(), router.getScore(), select,
                         normalize, scale);
}

bool moe::addsNothing(Value value, RouterAttr router) {
  auto zero = dyn_cast_or_null<FloatAttr>(getSplat(value));
  if (!zero || !zero.getValue().isZero())
    return false;
  // -0 + 0 is 0: the same to the scores that do not show the sign of a zero.
  auto score = dyn_cast<ScoreAttr>(router.getScore());
  return zero.getValue().isNegative() ||
         (score && (score.getKind() == ScoreKind::Softmax ||
                    score.getKind() == ScoreKind::Sigmoid ||
                    score.getKind() == ScoreKind::SqrtSoftplus));
}

//===----------------------------------------------------------------------===//
// Static sizes
//===----------------------------------------------------------------------===//

/// `type` with its dynamic dimensions taken from `sizes`, where known.
static Type refine(Type type, ArrayRef<int64_t> sizes) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape(tensor.getShape());
  for (auto [dim, size] : llvm::zip_equal(shape, sizes))
    if (ShapedType::isDynamic(dim))
      dim = size;
  return tensor.clone(shape);
}

/// The first static size among dimension `dim` of `values`.
static int64_t staticSize(ValueRange values, int64_t dim) {
  for (Value value : values)
    if (value && !cast<ShapedType>(value.getType()).isDynamicDim(dim))
      return cast<ShapedType>(value.getType()).getDimSize(dim);
  return ShapedType::kDynamic;
}

static SmallVector<Type> refinedTypes(GateOp op) {
  int64_t tokens = staticSize(
      {op.getLogits(), op.getNoise(), op.getMask(), op.getUniform()}, 0);
  int64_t slots =
      op.getRouter().getSelect().getSlots(staticSize(op.getLogits(), 1));
  return {refine(op.getWeights().getType(), {tokens, slots}),
          refine(op.getExperts().getType(), {tokens, slots})};
}

static SmallVector<Type> refinedTypes(DispatchOp op) {
  SmallVector<Value> perToken(op.getInputs());
  perToken.push_back(op.getExperts());
  perToken.push_back(op.getWeights());
  int64_t tokens = staticSize(perToken, 0);
  int64_t slots = staticSize({op.getExperts(), op.getWeights()}, 1);
  int64_t bound = ShapedType::kDynamic;
  if (ShapedType::isStatic(tokens) && ShapedType::isStatic(slots) &&
      (tokens == 0 || slots <= std::numeric_limits<int32_t>::max() / tokens))
    bound = tokens * slots;
  SmallVector<Type> types;
  for (auto [input, rows] : llvm::zip_equal(op.getInputs(), op.getRows()))
    types.push_back(refine(rows.getType(), {bound, staticSize(input, 1)}));
  types.push_back(op.getOffsets().getType());
  types.push_back(refine(op.getSlots().getType(), bound));
  return types;
}

static SmallVector<Type> refinedTypes(ExpertOp op) {
  int64_t rows = staticSize(op.getInputs(), 0);
  SmallVector<Type> types;
  for (Value result : op.getResults())
    types.push_back(refine(result.getType(), {rows, ShapedType::kDynamic}));
  return types;
}

static SmallVector<Type> refinedTypes(CombineOp op) {
  return {refine(op.getResult().getType(), {staticSize(op.getWeights(), 0),
                                            staticSize(op.getRows(), 1)})};
}

/// Whether the op may take the source of a cast for `operand`.
static bool mayTakeSource(Operation *op, OpOperand &operand) {
  auto expert = dyn_cast<ExpertOp>(op);
  if (!expert)
    return true;
  // The type that the region sees must stay.
  auto source = cast<RankedTensorType>(
      operand.get().getDefiningOp<tensor::CastOp>().getSource().getType());
  auto type = cast<RankedTensorType>(operand.get().getType());
  return source.getRank() > 0 &&
         source.getShape().drop_front() == type.getShape().drop_front() &&
         !llvm::is_contained(expert.getShared(), operand.get());
}

namespace {
/// Operands come before casts that forget sizes; results know what operands do.
template <typename Op> struct FoldCasts : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    for (OpOperand &operand : op->getOpOperands()) {
      auto cast = operand.get().getDefiningOp<tensor::CastOp>();
      if (!cast || !tensor::canFoldIntoConsumerOp(cast) ||
          !mayTakeSource(op, operand))
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(cast.getSource()); });
      changed = true;
    }
    SmallVector<Type> types = refinedTypes(op);
    if (TypeRange(types) == TypeRange(op->getResultTypes()))
      return changed ? success()
                     : rewriter.notifyMatchFailure(op, "no size is news");
    Operation *refined = rebuild(rewriter, op, types);
    SmallVector<Value> results;
    for (auto [result, old] :
         llvm::zip_equal(refined->getResults(), op->getResults()))
      results.push_back(result.getType() == old.getType()
                            ? Value(result)
                            : tensor::CastOp::create(rewriter, op.getLoc(),
                                                     old.getType(), result));
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// Constant sizes are static; an offset of 0 is none.
template <typename Op> struct FoldRandom : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto type = op.getResult().getType();
    SmallVector<int64_t> shape(type.getShape());
    SmallVector<Value> sizes;
    auto size = op.getDynamicSizes().begin();
    for (int64_t &dim : shape) {
      if (ShapedType::isStatic(dim))
        continue;
      APInt constant;
      if (matchPattern(*size, m_ConstantInt(&constant)) &&
          constant.isNonNegative())
        dim = constant.getSExtValue();
      else
        sizes.push_back(*size);
      ++size;
    }
    bool dropOffset = op.getOffset() && matchPattern(op.getOffset(), m_Zero());
    if (sizes.size() == op.getDynamicSizes().size() && !dropOffset)
      return rewriter.notifyMatchFailure(op, "no size is constant");
    auto refined =
        Op::create(rewriter, op.getLoc(), type.clone(shape), op.getSeed(),
                   op.getStep(), dropOffset ? Value() : op.getOffset(), sizes);
    refined->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    Value result = refined.getResult();
    if (result.getType() != type)
      result = tensor::CastOp::create(rewriter, op.getLoc(), type, result);
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Row inputs whose rows nobody reads go, but for the last; equal inputs are
/// one.
struct DropDispatchRows : OpRewritePattern<DispatchOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DispatchOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<unsigned> kept;
    SmallVector<Value> replacements(op.getRows().size());
    for (auto [i, input] : llvm::enumerate(op.getInputs())) {
      Value rows = op.getRows()[i];
      if (rows.use_empty())
        continue;
      auto same = llvm::find_if(kept, [&, input = input](unsigned k) {
        return op.getInputs()[k] == input &&
               op.getRows()[k].getType() == rows.getType();
      });
      if (same == kept.end())
        kept.push_back(i);
      else
        replacements[i] = op.getRows()[*same];
    }
    if (kept.empty())
      kept.push_back(0);
    if (kept.size() == op.getInputs().size())
      return rewriter.notifyMatchFailure(op, "all rows are read");
    SmallVector<Type> types;
    for (unsigned k : kept)
      types.push_back(op.getRows()[k].getType());
    llvm::append_values(types, op.getOffsets().getType(),
                        op.getSlots().getType());
    for (auto [i, same] : llvm::enumerate(replacements))
      if (same)
        rewriter.replaceAllUsesWith(op.getRows()[i], same);
    rewriter.modifyOpInPlace(op, [&] {
      for (unsigned i = op.getInputs().size(); i-- > 0;)
        if (!llvm::is_contained(kept, i))
          op.getInputsMutable().erase(i);
    });
    auto smaller = cast<DispatchOp>(rebuild(rewriter, op, types));
    for (auto [rows, k] : llvm::zip_equal(smaller.getRows(), kept))
      rewriter.replaceAllUsesWith(op->getResult(k), rows);
    unsigned old = replacements.size();
    rewriter.replaceAllUsesWith(op->getResult(old), smaller.getOffsets());
    rewriter.replaceAllUsesWith(op->getResult(old + 1), smaller.getSlots());
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void GateOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns
      .add<FoldCasts<GateOp>, SimplifyRouter<GateOp>, DropGateOperands<GateOp>>(
          context);
}
void RandomNormalOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<FoldRandom<RandomNormalOp>>(context);
}
void RandomUniformOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *context) {
  patterns.add<FoldRandom<RandomUniformOp>>(context);
}
void DispatchOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns
      .add<FoldCasts<DispatchOp>, DropCapacity<DispatchOp>, DropDispatchRows>(
          context);
}
void CombineOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<FoldCasts<CombineOp>>(context);
}
void moe::populateExpertCastPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldCasts<ExpertOp>>(patterns.getContext());
}
