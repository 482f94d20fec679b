//===- RaiseGating.cpp - Spelled-out selection to moe.gate ----------------===//
//
// Importers have no op for top-k on tensors: they sort the keys of each token
// with their indices, in descending order, and slice the first k. The keys are
// a score of the logits and the weights a function of the selected keys, both
// written as elementwise ops and reductions. They are read as formulas
// (TensorExpr), whatever ops they are cut into.
//
//===----------------------------------------------------------------------===//

#include "RaiseGating.h"

#include "SelectedScores.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("RaiseGating").category("moe");

/// `ids` `[T,K]` with elements of `type`.
static Value convertIds(OpBuilder &builder, Location loc, Value ids,
                        RankedTensorType type) {
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, ids),
      type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(2);
  Value result =
      linalg::GenericOp::create(
          builder, loc, empty.getType(), ids, empty,
          ArrayRef<AffineMap>{identity, identity},
          SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
          [&](OpBuilder &b, Location l, ValueRange args) {
            Value id = args[0];
            if (type.getElementType().isIndex())
              id = arith::IndexCastOp::create(b, l, type.getElementType(), id);
            else if (type.getElementType() != id.getType())
              id = arith::ExtSIOp::create(b, l, type.getElementType(), id);
            linalg::YieldOp::create(b, l, id);
          })
          .getResult(0);
  if (result.getType() != type)
    result = tensor::CastOp::create(builder, loc, type, result);
  return result;
}

/// `weights` `[T,K]` rounded to the elements of `type`.
static Value convertWeights(OpBuilder &builder, Location loc, Value weights,
                            RankedTensorType type) {
  auto from = cast<FloatType>(getElementTypeOrSelf(weights.getType()));
  auto to = cast<FloatType>(type.getElementType());
  if (from != to) {
    Value empty = tensor::EmptyOp::create(
        builder, loc, tensor::getMixedSizes(builder, loc, weights), to);
    AffineMap identity = builder.getMultiDimIdentityMap(2);
    weights =
        linalg::GenericOp::create(
            builder, loc, empty.getType(), weights, empty,
            ArrayRef<AffineMap>{identity, identity},
            SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
            [&](OpBuilder &b, Location l, ValueRange args) {
              Value v = from.getWidth() > to.getWidth()
                            ? Value(arith::TruncFOp::create(b, l, to, args[0]))
                            : Value(arith::ExtFOp::create(b, l, to, args[0]));
              linalg::YieldOp::create(b, l, v);
            })
            .getResult(0);
  }
  if (weights.getType() != type)
    weights = tensor::CastOp::create(builder, loc, type, weights);
  return weights;
}

bool moe::isDead(Operation *op) {
  StringRef name = op->getName().getStringRef();
  return isOpTriviallyDead(op) ||
         (op->use_empty() &&
          (name == "tm_tensor.sort" || name == "tm_tensor.scatter"));
}

namespace {
/// Raises sorts to gates, and erases what only they read.
class GateRaiser {
public:
  GateRaiser(bool assumeFinite, RewriterBase &rewriter)
      : assumeFinite(assumeFinite), rewriter(rewriter) {}

  /// False, with the reason, where there is no gate.
  bool raise(const TopKSort &topK, StringRef &why);
  void eraseDeadUsers(Value value);
  /// Erases `op`, whose results are replaced, and then what only it read; not
  /// what defines one of `kept`.
  void eraseWithOperands(Operation *op, ArrayRef<Value> kept);

  llvm::DenseSet<Operation *> erased;

private:
  bool assumeFinite;
  RewriterBase &rewriter;
};
} // namespace

void GateRaiser::eraseWithOperands(Operation *op, ArrayRef<Value> kept) {
  llvm::SetVector<Operation *> work;
  work.insert(op);
  while (!work.empty()) {
    Operation *dead = work.pop_back_val();
    llvm::SetVector<Value> operands(dead->operand_begin(), dead->operand_end());
    getUsedValuesDefinedAbove(dead->getRegions(), operands);
    erased.insert(dead);
    rewriter.eraseOp(dead);
    for (Value operand : operands)
      if (Operation *def = operand.getDefiningOp();
          def && !llvm::is_contained(kept, operand) && isDead(def))
        work.insert(def);
  }
}

void GateRaiser::eraseDeadUsers(Value value) {
  for (Operation *user : llvm::make_early_inc_range(value.getUsers()))
    if (isOpTriviallyDead(user))
      rewriter.eraseOp(user);
}

/// A vector with dimensions of size one besides its own as `[L]`.
static Value flatten(OpBuilder &builder, Location loc, Value vector) {
  auto type = cast<RankedTensorType>(vector.getType());
  if (type.getRank() == 1)
    return vector;
  ReassociationIndices all = llvm::to_vector<2>(llvm::seq(type.getRank()));
  return tensor::CollapseShapeOp::create(
      builder, loc, vector, SmallVector<ReassociationIndices>{all});
}

namespace {
/// A function of the selected scores that a router can compute.
struct Weights {
  Operation *op = nullptr; ///< the last op of the formula
  ScoreKind score;         ///< of the router
  NormalizeAttr normalize;
  FloatAttr scale;
};
} // namespace

/// Follows what is computed from the selected scores as long as it is a
/// normalization and a scale; the last value that is. Scores that are logits,
/// and did not select with a bias, may become sigmoids after the selection: the
/// order is the same.
static Weights followWeights(const SelectedScores &scores, Operation *sort) {
  MLIRContext *context = sort->getContext();
  ::mlir::Builder builder(context);
  auto none = NormalizeAttr::get(context, NormalizeKind::None, {});
  Weights best{nullptr, scores.score, none, {}};
  if (scores.selected.empty())
    return best;
  auto stop = [&](Value v) {
    return llvm::is_contained(scores.selected, v) || isContraction(v);
  };
  auto isRead = [&](const TensorExprRef &e) {
    return e && e->isLeafAt({0, 1}) &&
           llvm::is_contained(scores.selected, e->value);
  };
  auto getScore = [&](const TensorExprRef &e) -> std::optional<ScoreKind> {
    if (isRead(e))
      return scores.score;
    bool isOrder = scores.score == ScoreKind::Identity && !scores.bias &&
                   isa<TopKAttr>(scores.select);
    if (e && isOrder && isRead(matchSigmoid(e)))
      return ScoreKind::Sigmoid;
    return std::nullopt;
  };
  // Candidates in program order: ops of the shape of the scores.
  for (Operation *op = sort->getNextNode(); op; op = op->getNextNode()) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp || op->getNumResults() != 1 ||
        llvm::is_contained(scores.selected, op->getResult(0)) ||
        op->getResult(0).getType() != scores.selected.front().getType())
      continue;
    TensorExprRef expr = buildTensorExpr(op->getResult(0), stop);
    FloatAttr scale;
    double number = 1, epsilon = 0;
    if (TensorExprRef inner = matchScaled(expr, number)) {
      scale = builder.getF64FloatAttr(number);
      expr = inner;
    }
    if (auto score = getScore(expr); score && (scale || *score != scores.score))
      best = {op, *score, none, scale};
    else if (auto score = getScore(matchSumNormalized(expr, 1, epsilon)))
      best = {op, *score,
              NormalizeAttr::get(context, NormalizeKind::Sum,
                                 epsilon != 0 ? builder.getF64FloatAttr(epsilon)
                                              : FloatAttr()),
              scale};
    else if (isRead(matchSoftmax(expr, 1)))
      best = {op, scores.score,
              NormalizeAttr::get(context, NormalizeKind::Softmax, {}), scale};
  }
  return best;
}

bool GateRaiser::raise(const TopKSort &topK, StringRef &why) {
  MLIRContext *context = rewriter.getContext();
  Location loc = topK.sort->getLoc();
  auto keysType = cast<RankedTensorType>(topK.keys.getType());
  if (topK.ids.empty()) {
    why = "nobody reads the ids";
    return false;
  }
  if (keysType.getRank() != 2 || keysType.isDynamicDim(1) ||
      topK.k > keysType.getDimSize(1)) {
    why = "the sort is not along the experts of [T,L]";
    return false;
  }
  SelectedScores scores = matchSelectedScores(topK, assumeFinite);
  Weights weights = followWeights(scores, topK.sort);
  auto none = NormalizeAttr::get(context, NormalizeKind::None, {});

  rewriter.setInsertionPoint(topK.sort);
  Type compute = getElementTypeOrSelf(scores.logits.getType()).isF64()
                     ? rewriter.getF64Type()
                     : Type(rewriter.getF32Type());
  SmallVector<int64_t> shape{keysType.getDimSize(0), topK.k};
  Value bias = scores.bias ? flatten(rewriter, loc, scores.bias) : Value();
  auto makeGate = [&](ScoreKind score, NormalizeAttr normalize,
                      FloatAttr scale) {
    auto router = RouterAttr::get(context, ScoreAttr::get(context, score),
                                  scores.select, normalize, scale);
    return GateOp::create(rewriter, loc, RankedTensorType::get(shape, compute),
                          RankedTensorType::get(shape, rewriter.getI32Type()),
                          scores.logits, bias, Value(), Value(), Value(),
                          Value(), Value(), router);
  };
  GateOp gate = makeGate(weights.score, weights.normalize, weights.scale);
  GateOp plain = gate; // the scores as they are
  if (weights.score != scores.score || weights.normalize != none ||
      weights.scale)
    plain = nullptr;
  if (weights.op) {
    Value old = weights.op->getResult(0);
    rewriter.replaceAllUsesWith(
        old, convertWeights(rewriter, loc, gate.getWeights(),
                            cast<RankedTensorType>(old.getType())));
    eraseWithOperands(weights.op, scores.selected);
  }
  for (Value selected : scores.selected) {
    eraseDeadUsers(selected);
    if (selected.use_empty())
      continue;
    if (!plain)
      plain = makeGate(scores.score, none, {});
    rewriter.replaceAllUsesWith(
        selected, convertWeights(rewriter, loc, plain.getWeights(),
                                 cast<RankedTensorType>(selected.getType())));
  }
  // What reads the scores again by the ids is not needed any more, asserted
  // bounds included.
  for (Value selected : scores.selected)
    if (!llvm::is_contained(topK.values, selected) && selected.use_empty())
      eraseWithOperands(selected.getDefiningOp(), topK.ids);
  for (Value ids : topK.ids)
    rewriter.replaceAllUsesWith(
        ids, convertIds(rewriter, loc, gate.getExperts(),
                        cast<RankedTensorType>(ids.getType())));
  remark::passed(loc, kRemark) << remark::metric("k", topK.k);
  if (!scores.why.empty())
    remark::missed(loc, kRemark) << remark::reason("{0}", scores.why);
  return true;
}

unsigned moe::raiseGating(Operation *root, bool assumeFinite,
                          RewriterBase &rewriter) {
  SmallVector<Operation *> sorts;
  root->walk([&](Operation *op) {
    if (op->getName().getStringRef() == "tm_tensor.sort")
      sorts.push_back(op);
  });
  unsigned raised = 0;
  GateRaiser raiser(assumeFinite, rewriter);
  // Last ones first: a selection of experts takes that of their groups along.
  for (Operation *sort : llvm::reverse(sorts)) {
    if (raiser.erased.contains(sort))
      continue;
    StringRef why = "the sort has no form of a top-k";
    auto topK = matchTopKSort(sort, why);
    if (failed(topK) || !raiser.raise(*topK, why)) {
      remark::missed(sort->getLoc(), kRemark) << remark::reason("{0}", why);
      continue;
    }
    ++raised;
    for (Value result : sort->getResults())
      raiser.eraseDeadUsers(result);
    if (sort->use_empty())
      raiser.eraseWithOperands(sort, {});
  }
  return raised;
}
