//===- ConstantGate.cpp - Gates that give every token the same ------------===//

#include "ConstantRows.h"
#include "RouterAlgebra.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::moe;

/// A weight between zero and this may be zero on a machine that underflows
/// elsewhere, and whether it is zero decides whether its expert is evaluated.
static constexpr double kSmallest = 1e-30;

static double softplus(double z) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

static SmallVector<double> softmax(ArrayRef<double> row) {
  double largest = *llvm::max_element(row), sum = 0;
  SmallVector<double> result;
  for (double z : row)
    sum += result.emplace_back(std::exp(z - largest));
  for (double &value : result)
    value /= sum;
  return result;
}

static SmallVector<double> scoreRow(ScoreKind kind, ArrayRef<double> row) {
  if (kind == ScoreKind::Softmax)
    return softmax(row);
  return llvm::map_to_vector(row, [kind](double z) {
    switch (kind) {
    case ScoreKind::Sigmoid:
      return 1.0 / (1.0 + std::exp(-z));
    case ScoreKind::SqrtSoftplus:
      return std::sqrt(softplus(z));
    case ScoreKind::Relu:
      return std::max(z, 0.0);
    default:
      return z;
    }
  });
}

static SmallVector<double> normalizeRow(NormalizeAttr how,
                                        SmallVector<double> kept) {
  if (how.getKind() == NormalizeKind::Softmax)
    return softmax(kept);
  if (how.getKind() == NormalizeKind::None)
    return kept;
  double sum = std::accumulate(kept.begin(), kept.end(), 0.0);
  if (how.getEpsilon())
    sum += how.getEpsilon().getValueAsDouble();
  for (double &weight : kept)
    weight = weight == 0 && sum == 0 ? 0.0 : weight / sum;
  return kept;
}

/// The ids that a token with these logits selects, or nothing.
static std::optional<SmallVector<int64_t>> selectRow(RouterAttr router,
                                                     ArrayRef<double> row) {
  SmallVector<int64_t> ids(row.size());
  std::iota(ids.begin(), ids.end(), 0);
  if (isa<AllAttr>(router.getSelect()))
    return ids;
  auto topK = dyn_cast<TopKAttr>(router.getSelect());
  if (!topK || !router.selectsOnLogits(/*hasBias=*/false))
    return std::nullopt;
  llvm::sort(ids, [&](int64_t a, int64_t b) {
    return row[a] > row[b] || (row[a] == row[b] && a < b);
  });
  ids.truncate(topK.getK());
  return ids;
}

/// The operands besides the logits that keep a gate from being constant.
static bool hasOtherOperands(GateOp op) { return op->getNumOperands() > 1; }

static void replaceExperts(GateOp op, RewriterBase &rewriter,
                           ArrayRef<int64_t> ids) {
  auto narrow =
      llvm::map_to_vector(ids, [](int64_t id) { return int32_t(id); });
  auto row = DenseElementsAttr::get(
      RankedTensorType::get(narrow.size(), rewriter.getI32Type()),
      ArrayRef<int32_t>(narrow));
  rewriter.setInsertionPoint(op);
  rewriter.replaceAllUsesWith(op.getExperts(),
                              buildConstantRows(rewriter, op.getLoc(),
                                                op.getExperts().getType(), row,
                                                op.getLogits()));
}

/// The weights of `ids`, or nothing, and `why`, where the compiler cannot say
/// which of them are zero when the program runs.
static std::optional<SmallVector<double>>
weighRow(GateOp op, ScoreKind score, NormalizeAttr normalize,
         ArrayRef<double> row, ArrayRef<int64_t> ids, std::string &why) {
  SmallVector<double> scores = scoreRow(score, row);
  SmallVector<double> weights = normalizeRow(
      normalize,
      llvm::map_to_vector(ids, [&](int64_t id) { return scores[id]; }));
  for (double &weight : weights) {
    if (weight != 0 && std::abs(weight) < kSmallest) {
      why = "a constant weight is too close to zero";
      return std::nullopt;
    }
    weight *= op.getRouter().getScaleValue();
    if (!std::isfinite(weight) ||
        (weight != 0 && std::abs(weight) < kSmallest) ||
        std::abs(weight) > 1 / kSmallest) {
      why = "a constant weight is too large or too close to zero";
      return std::nullopt;
    }
  }
  return weights;
}

bool moe::evaluateGate(GateOp op, RewriterBase &rewriter, std::string &why) {
  if (op.getWeights().use_empty() && op.getExperts().use_empty())
    return false;
  RouterAttr router = op.getRouter();
  // One logit, one id, whatever its weight.
  if (op.getLogits().getType().getDimSize(1) == 1 &&
      op.getExperts().getType().getDimSize(1) == 1 &&
      !op.getExperts().use_empty()) {
    replaceExperts(op, rewriter, {0});
    return true;
  }
  auto logits = getConstantFloatRow(op.getLogits());
  if (!logits)
    return false;
  auto score = dyn_cast<ScoreAttr>(router.getScore());
  auto normalize = dyn_cast<NormalizeAttr>(router.getNormalize());
  if (!score || score.getKind() == ScoreKind::Region || !normalize ||
      hasOtherOperands(op)) {
    why = "the logits are constant, but not all that the gate computes with";
    return false;
  }
  SmallVector<double> row;
  for (const APFloat &logit : *logits) {
    row.push_back(logit.convertToDouble());
    if (!std::isfinite(row.back())) {
      why = "a constant logit is not finite";
      return false;
    }
  }
  auto ids = selectRow(router, row);
  if (!ids) {
    why = "the selection compares more than the logits of one token";
    return false;
  }
  auto weights = weighRow(op, score.getKind(), normalize, row, *ids, why);
  if (!weights)
    return false;
  RankedTensorType type = op.getWeights().getType();
  auto elements =
      llvm::map_to_vector(*weights, [&](double weight) -> Attribute {
        return rewriter.getFloatAttr(type.getElementType(), weight);
      });
  auto constant = DenseElementsAttr::get(
      RankedTensorType::get(elements.size(), type.getElementType()), elements);
  rewriter.setInsertionPoint(op);
  rewriter.replaceAllUsesWith(
      op.getWeights(),
      buildConstantRows(rewriter, op.getLoc(), type, constant, op.getLogits()));
  replaceExperts(op, rewriter, *ids);
  return true;
}
