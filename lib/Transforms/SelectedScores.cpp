//===- SelectedScores.cpp - What a selection selects by -------------------===//

#include "SelectedScores.h"

#include "GroupMask.h"
#include "SlotValues.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isContraction(Value value) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  return op && linalg::isaContractionOpInterface(op);
}

namespace {
/// A score of logits that are read at their own indices.
struct Score {
  ScoreKind kind = ScoreKind::Identity;
  Value logits; ///< or null: the formula is no score
};
} // namespace

static Score matchScore(const TensorExprRef &expr) {
  auto getWhole = [](const TensorExprRef &e) {
    return e && e->isLeafAt({0, 1}) ? e->value : Value();
  };
  if (Value z = getWhole(matchSoftmax(expr, 1)))
    return {ScoreKind::Softmax, z};
  if (Value z = getWhole(matchSigmoid(expr)))
    return {ScoreKind::Sigmoid, z};
  return {ScoreKind::Identity, getWhole(expr)};
}

/// A number for each expert, the same for all tokens: the value, or null.
static Value matchPerExpert(const TensorExprRef &expr) {
  if (expr->kind != TensorExpr::Kind::Leaf ||
      !isa<FloatType>(getElementTypeOrSelf(expr->value.getType())))
    return nullptr;
  auto type = cast<RankedTensorType>(expr->value.getType());
  unsigned experts = 0;
  for (auto [index, e] : llvm::enumerate(expr->map.getResults())) {
    if (e == getAffineDimExpr(1, e.getContext()))
      ++experts;
    else if (!isa<AffineConstantExpr>(e) || type.getDimSize(index) != 1)
      return nullptr;
  }
  return experts == 1 ? expr->value : Value();
}

Value moe::matchGather(linalg::LinalgOp op, Value ids) {
  // The bounds of the ids may be asserted: a gate's ids are within them.
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      op.getNumLoops() != 2 || op.getNumParallelLoops() != 2 ||
      op.getNumDpsInputs() != 1 || op.getDpsInputs()[0] != ids ||
      !op.getMatchingIndexingMap(op.getDpsInputOperand(0)).isIdentity() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return nullptr;
  for (Operation &inner : op.getBlock()->without_terminator())
    if (!isPure(&inner) && inner.getName().getStringRef() != "cf.assert" &&
        !isa<tensor::ExtractOp>(inner))
      return nullptr;
  auto extract = op.getBlock()
                     ->getTerminator()
                     ->getOperand(0)
                     .getDefiningOp<tensor::ExtractOp>();
  if (!extract || extract.getIndices().size() != 2 ||
      extract->getBlock() != op.getBlock())
    return nullptr;
  Value token = extract.getIndices()[0];
  auto index = token.getDefiningOp<linalg::IndexOp>();
  bool sole = op.getStaticLoopRanges()[0] == 1 && matchPattern(token, m_Zero());
  if (!(index && index.getDim() == 0) && !sole)
    return nullptr;
  if (!isWrappedId(extract.getIndices()[1], op.getBlock()->getArgument(0)))
    return nullptr;
  return extract.getTensor();
}

/// Where `expr` masks keys by groups in a way that a router can: the selection,
/// and `expr` without the mask.
static SelectAttrInterface takeMask(TensorExprRef &expr, const TopKSort &topK,
                                    bool assumeFinite, std::string &why) {
  MLIRContext *context = topK.keys.getContext();
  auto type = cast<RankedTensorType>(topK.keys.getType());
  auto plain = TopKAttr::get(context, topK.k);
  auto mask = matchGroupMask(expr, type.getDimSize(1), why);
  if (failed(mask))
    return plain;
  why.clear();
  if (!mask->keepsAll()) {
    if (mask->kept * (type.getDimSize(1) / mask->groups) < topK.k) {
      why = "the kept groups have fewer than k experts";
      return plain;
    }
    // A score of zero may lose to a masked one, and neither counts.
    bool isLowest = mask->masked < -3.0e38 ||
                    (assumeFinite && mask->masked == 0.0 &&
                     matchScore(mask->keys).kind != ScoreKind::Identity);
    if (!isLowest) {
      why = "masked keys are not provably the smallest (-inf, or 0 below "
            "softmax or sigmoid with assume-finite)";
      return plain;
    }
  }
  expr = mask->keys;
  if (mask->keepsAll())
    return plain;
  return GroupTopKAttr::get(context, topK.k, mask->groups, mask->kept,
                            mask->by);
}

SelectedScores moe::matchSelectedScores(const TopKSort &topK,
                                        bool assumeFinite) {
  SelectedScores result;
  Value keys = topK.keys;
  Block *block = topK.sort->getBlock();
  // Tensors that the ids read again, with who does.
  SmallVector<std::pair<TensorExprRef, Value>> gathers;
  for (Value ids : topK.ids)
    for (Operation *user : ids.getUsers())
      if (auto op = dyn_cast<linalg::LinalgOp>(user))
        if (Value source = matchGather(op, ids);
            source && user->getBlock() == block)
          gathers.push_back(
              {buildTensorExpr(source, isContraction), user->getResult(0)});
  auto addGathersOf = [&](const TensorExprRef &formula) {
    for (auto &[expr, value] : gathers)
      if (isSameFormula(expr, formula))
        result.selected.push_back(value);
    return !result.selected.empty();
  };

  TensorExprRef expr = buildTensorExpr(keys, isContraction);
  bool keysAreRead = !llvm::all_of(topK.values, isUnread);
  TensorExprRef masked = expr;
  result.select = takeMask(expr, topK, assumeFinite, result.why);
  // score + bias, where the weights come from the scores alone.
  if (!keysAreRead && expr->isOp("arith.addf"))
    for (unsigned i : {0u, 1u}) {
      Value bias = matchPerExpert(expr->children[i]);
      Score score = matchScore(expr->children[1 - i]);
      if (!bias || !score.logits || !addGathersOf(expr->children[1 - i]))
        continue;
      result.score = score.kind;
      result.logits = score.logits;
      result.bias = bias;
      return result;
    }

  Score score = matchScore(expr);
  if (!score.logits) { // the keys as they are, with their mask
    expr = masked;
    result.select = TopKAttr::get(keys.getContext(), topK.k);
  }
  result.score = score.kind;
  result.logits = score.logits ? score.logits : keys;
  addGathersOf(expr);
  llvm::append_range(result.selected, topK.values);
  if (score.kind != ScoreKind::Identity || keysAreRead ||
      !result.selected.empty())
    return result;
  // Selected by the logits, weighed by a score that keeps their order.
  for (auto &[gathered, value] : gathers) {
    Score other = matchScore(gathered);
    if (other.kind == ScoreKind::Identity || other.logits != result.logits)
      continue;
    result.score = other.kind;
    addGathersOf(gathered);
    break;
  }
  return result;
}
