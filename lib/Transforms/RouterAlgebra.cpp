//===- RouterAlgebra.cpp - What a router is equal to ----------------------===//

#include "RouterAlgebra.h"

#include "ConstantRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::moe;

static std::optional<ScoreKind> getScore(GateOp op) {
  if (auto score = dyn_cast<ScoreAttr>(op.getRouter().getScore()))
    return score.getKind();
  return std::nullopt;
}

static std::optional<NormalizeKind> getNormalize(GateOp op) {
  if (auto normalize = dyn_cast<NormalizeAttr>(op.getRouter().getNormalize()))
    return normalize.getKind();
  return std::nullopt;
}

/// Divides by the sum of the kept scores and nothing else.
static bool dividesBySum(GateOp op) {
  auto normalize = dyn_cast<NormalizeAttr>(op.getRouter().getNormalize());
  return normalize && normalize.getKind() == NormalizeKind::Sum &&
         (!normalize.getEpsilon() ||
          normalize.getEpsilon().getValue().isZero());
}

static void setRouter(GateOp op, RewriterBase &rewriter, ScoreKind score,
                      Attribute select, NormalizeKind normalize,
                      FloatAttr scale) {
  MLIRContext *context = op.getContext();
  rewriter.modifyOpInPlace(op, [&] {
    op.setRouterAttr(RouterAttr::get(
        context, ScoreAttr::get(context, score),
        cast<SelectAttrInterface>(select),
        NormalizeAttr::get(context, normalize, nullptr), scale));
  });
}

//===----------------------------------------------------------------------===//
// Scale
//===----------------------------------------------------------------------===//

/// The constant that `op` multiplies each element of `matrix` with.
static std::optional<double> getFactor(Operation *op, Value matrix) {
  FloatAttr factor;
  SplatElementsAttr splat;
  if (auto product = dyn_cast<arith::MulFOp>(op)) {
    Value other =
        product.getLhs() == matrix ? product.getRhs() : product.getLhs();
    if (!matchPattern(other, m_Constant(&splat)))
      return std::nullopt;
    return splat.getSplatValue<APFloat>().convertToDouble();
  }
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || generic.getNumDpsInputs() != 1 ||
      generic.getNumDpsInits() != 1 || generic->getNumResults() != 1 ||
      generic.getDpsInputs()[0] != matrix ||
      generic->getResult(0).getType() != matrix.getType() ||
      !llvm::all_of(generic.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return std::nullopt;
  Block *body = generic.getBody();
  auto product =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::MulFOp>();
  if (!product)
    return std::nullopt;
  Value element = body->getArgument(0);
  Value other = product.getLhs() == element   ? product.getRhs()
                : product.getRhs() == element ? product.getLhs()
                                              : Value();
  if (!other || !matchPattern(other, m_Constant(&factor)))
    return std::nullopt;
  return factor.getValueAsDouble();
}

bool moe::foldScale(GateOp op, RewriterBase &rewriter, std::string &why) {
  Operation *product = nullptr;
  std::optional<double> factor;
  for (Operation *user : op.getWeights().getUsers())
    if (!product && (factor = getFactor(user, op.getWeights())))
      product = user;
  if (!product)
    return false;
  if (!std::isfinite(*factor)) {
    why = "the factor on the weights is not finite";
    return false;
  }
  for (OpOperand &use : op.getWeights().getUses()) {
    Operation *user = use.getOwner();
    if (user == product || isa<tensor::DimOp>(user))
      continue;
    // Only whether a weight is zero counts there, and a factor of 1 and more
    // makes no weight zero.
    auto dispatch = dyn_cast<DispatchOp>(user);
    if (dispatch && !dispatch.getScaleRows() && std::abs(*factor) >= 1.0 &&
        !op.getRouter().getScale())
      continue;
    why = "the weights are also used without the factor";
    return false;
  }
  RouterAttr router = op.getRouter();
  FloatAttr scale = rewriter.getF64FloatAttr(router.getScaleValue() * *factor);
  if (!scale.getValue().isFinite()) {
    why = "the product of the factors is not finite";
    return false;
  }
  rewriter.modifyOpInPlace(op, [&] {
    op.setRouterAttr(RouterAttr::get(op.getContext(), router.getScore(),
                                     router.getSelect(), router.getNormalize(),
                                     scale));
  });
  rewriter.replaceOp(product, op.getWeights());
  return true;
}

//===----------------------------------------------------------------------===//
// Normalization
//===----------------------------------------------------------------------===//

bool moe::normalizeSelected(GateOp op, RewriterBase &rewriter,
                            std::string &why) {
  auto normalize = getNormalize(op);
  if (getScore(op) != ScoreKind::Softmax || normalize != NormalizeKind::Sum ||
      !isa<TopKAttr, GroupTopKAttr>(op.getRouter().getSelect()))
    return false;
  if (!dividesBySum(op))
    why = "an epsilon is added to the sum of the selected scores";
  else if (op.getBias())
    why = "the bias of the selection is added to the softmax";
  else if (isa<GroupTopKAttr>(op.getRouter().getSelect()))
    why = "groups are compared by the softmax of their logits";
  if (!why.empty())
    return false;
  setRouter(op, rewriter, ScoreKind::Identity, op.getRouter().getSelect(),
            NormalizeKind::Softmax, op.getRouter().getScale());
  return true;
}

/// Nothing where the one weight of a token is the scale for all logits that
/// have specified weights; else what could make it something else.
static StringRef findOtherWeight(GateOp op) {
  Attribute select = op.getRouter().getSelect();
  bool isTopK = isa<TopKAttr>(select);
  bool isOnly = op.getLogits().getType().getDimSize(1) == 1;
  auto score = getScore(op);
  auto normalize = getNormalize(op);
  if (!score || !normalize || *score == ScoreKind::Region)
    return "the score is not known";
  if (op.getMask())
    return "masked tokens have weight 0";
  if (op.getNoise())
    return "noise may be infinite";
  if (*normalize == NormalizeKind::Softmax) {
    // The selected score must be finite.
    bool isLargest = (isTopK && !op.getBias()) || isOnly;
    return *score != ScoreKind::Identity || isLargest
               ? ""
               : "the selected logit may be infinite";
  }
  if (*score != ScoreKind::Softmax)
    return "the selected score may be zero";
  if (isOnly)
    return "";
  if (op.getBias())
    return "a biased selection may take a score of zero";
  return isTopK || isa<GroupTopKAttr>(select)
             ? ""
             : "the selected score may be zero";
}

bool moe::useUnitWeight(GateOp op, RewriterBase &rewriter, std::string &why) {
  RankedTensorType type = op.getWeights().getType();
  bool isOnly = op.getLogits().getType().getDimSize(1) == 1;
  Attribute select = op.getRouter().getSelect();
  bool isNormalized = dividesBySum(op) ||
                      getNormalize(op) == NormalizeKind::Softmax ||
                      (isOnly && getScore(op) == ScoreKind::Softmax &&
                       getNormalize(op) == NormalizeKind::None);
  if (type.getDimSize(1) != 1 || op.getWeights().use_empty() || !isNormalized ||
      !isa<TopKAttr, GroupTopKAttr, SampleAttr, AllAttr>(select))
    return false;
  why = findOtherWeight(op);
  if (!why.empty())
    return false;
  auto row = DenseElementsAttr::get(
      RankedTensorType::get({1}, type.getElementType()),
      ArrayRef<Attribute>(rewriter.getFloatAttr(
          type.getElementType(), op.getRouter().getScaleValue())));
  rewriter.setInsertionPoint(op);
  rewriter.replaceAllUsesWith(
      op.getWeights(),
      buildConstantRows(rewriter, op.getLoc(), type, row, op.getLogits()));
  return true;
}

bool moe::dropWeights(GateOp op, RewriterBase &rewriter, std::string &) {
  RouterAttr router = op.getRouter();
  if (!op.getWeights().use_empty() || op.getExperts().use_empty() ||
      !isa<TopKAttr>(router.getSelect()) ||
      !router.selectsOnLogits(bool(op.getBias())))
    return false;
  RouterAttr old = router;
  setRouter(op, rewriter, ScoreKind::Identity, router.getSelect(),
            NormalizeKind::None, nullptr);
  return op.getRouter() != old;
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

/// Why the order of a token's slots can be seen, or nothing.
static StringRef findOrderReader(GateOp op) {
  for (OpOperand &use : op.getExperts().getUses()) {
    auto dispatch = dyn_cast<DispatchOp>(use.getOwner());
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    if (!dispatch)
      return "the experts are used outside of a dispatch";
    if (dispatch.getWeights() && dispatch.getWeights() != op.getWeights())
      return "the dispatch has other weights";
    if (dispatch.getCapacity() &&
        dispatch.getPriority() == Priority::ChoiceMajor)
      return "first choices have priority";
    for (OpOperand &slot : dispatch.getSlots().getUses()) {
      auto combine = dyn_cast<CombineOp>(slot.getOwner());
      if (isa<tensor::DimOp>(slot.getOwner()))
        continue;
      if (!combine)
        return "the slots are used outside of a combine";
      if (!combine.getUnweighted() && combine.getWeights() != op.getWeights())
        return "the combine has other weights";
    }
  }
  for (OpOperand &use : op.getWeights().getUses()) {
    Operation *user = use.getOwner();
    auto dispatch = dyn_cast<DispatchOp>(user);
    auto combine = dyn_cast<CombineOp>(user);
    if (combine)
      dispatch = combine.getSlots().getDefiningOp<DispatchOp>();
    if (isa<tensor::DimOp>(user) || (combine && combine.getUnweighted()))
      continue;
    if (!dispatch || dispatch.getExperts() != op.getExperts())
      return "the weights are used outside of dispatch and combine";
  }
  return "";
}

bool moe::selectAll(GateOp op, RewriterBase &rewriter, std::string &why) {
  auto topK = dyn_cast<TopKAttr>(op.getRouter().getSelect());
  int64_t logits = op.getLogits().getType().getDimSize(1);
  if (!topK || logits == 1 || topK.getK() != logits)
    return false;
  why = findOrderReader(op);
  if (!why.empty())
    return false;
  RouterAttr router = op.getRouter();
  rewriter.modifyOpInPlace(op, [&] {
    op.setRouterAttr(RouterAttr::get(op.getContext(), router.getScore(),
                                     AllAttr::get(op.getContext()),
                                     router.getNormalize(), router.getScale()));
    op.getBiasMutable().clear();
  });
  return true;
}
