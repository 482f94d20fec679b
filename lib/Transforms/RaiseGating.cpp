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

#include "TensorExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("RaiseGating").category("moe");

namespace {
/// A descending sort of keys `[T,L]` with their indices, cut to the first k.
struct TopK {
  Operation *sort;
  Value keys;
  int64_t k;
  SmallVector<tensor::ExtractSliceOp> values; ///< slices of the sorted keys
  SmallVector<tensor::ExtractSliceOp> ids;    ///< slices of the indices
};
} // namespace

/// Formulas end at contractions: logits are values of their own.
static bool isContraction(Value value) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  return op && linalg::isaContractionOpInterface(op);
}

/// The first operand pair is compared as floats, greater first.
static bool isDescending(Operation *sort) {
  if (sort->getNumRegions() != 1 || !sort->getRegion(0).hasOneBlock())
    return false;
  Block &block = sort->getRegion(0).front();
  if (block.getNumArguments() != 4 || !block.mightHaveTerminator() ||
      block.getTerminator()->getNumOperands() != 1)
    return false;
  auto compare =
      block.getTerminator()->getOperand(0).getDefiningOp<arith::CmpFOp>();
  if (!compare || compare.getLhs() != block.getArgument(0) ||
      compare.getRhs() != block.getArgument(1))
    return false;
  switch (compare.getPredicate()) {
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::UGE:
  case arith::CmpFPredicate::UGT:
    return true;
  default:
    return false;
  }
}

static FailureOr<TopK> matchTopK(Operation *op, StringRef &why) {
  auto dimension = op->getAttrOfType<IntegerAttr>("dimension");
  if (op->getNumOperands() != 2 || op->getNumResults() != 2 || !dimension)
    return failure();
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type || type.getRank() != 2 || dimension.getInt() != 1 ||
      !isa<FloatType>(type.getElementType())) {
    why = "the sort is not along the experts of [T,L]";
    return failure();
  }
  if (!isDescending(op)) {
    why = "the sort is not descending";
    return failure();
  }
  TensorExprRef index = buildTensorExpr(op->getOperand(1), isContraction);
  if (index->kind != TensorExpr::Kind::Index || index->dim != 1) {
    why = "the sorted values are not the indices";
    return failure();
  }
  TopK topK{op, op->getOperand(0), 0, {}, {}};
  for (OpResult result : op->getResults())
    for (Operation *user : result.getUsers()) {
      auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
      auto size =
          slice ? getConstantIntValue(slice.getMixedSizes()[1]) : std::nullopt;
      if (!slice || slice.getType().getRank() != 2 || !size ||
          slice.getType().getDimSize(0) != type.getDimSize(0) ||
          !llvm::all_of(slice.getMixedOffsets(), isZeroInteger) ||
          !llvm::all_of(slice.getMixedStrides(), isOneInteger) ||
          (topK.k && topK.k != *size)) {
        why = "the sorted values are used beyond their first k";
        return failure();
      }
      topK.k = *size;
      (result.getResultNumber() == 0 ? topK.values : topK.ids).push_back(slice);
    }
  if (topK.ids.empty()) {
    why = "nobody reads the ids";
    return failure();
  }
  return topK;
}

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

namespace {
/// A function of the selected keys that a router can compute.
struct Weights {
  Operation *op; ///< the last op of the formula
  NormalizeAttr normalize;
  FloatAttr scale;
};
} // namespace

/// Follows the users of the selected keys as long as what they compute is a
/// normalization and a scale; the last value that is.
static Weights followWeights(Value selected, MLIRContext *context) {
  ::mlir::Builder builder(context);
  Weights best{
      nullptr, NormalizeAttr::get(context, NormalizeKind::None, {}), {}};
  auto stop = [&](Value v) { return v == selected || isContraction(v); };
  auto isSelected = [&](const TensorExprRef &e) {
    return e && e->kind == TensorExpr::Kind::Leaf && e->value == selected &&
           e->map.getNumResults() == 2 &&
           e->map.getResult(0) == builder.getAffineDimExpr(0) &&
           e->map.getResult(1) == builder.getAffineDimExpr(1);
  };
  // Candidates in program order: ops of the shape of the keys.
  for (Operation *op = selected.getDefiningOp()->getNextNode(); op;
       op = op->getNextNode()) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (!linalgOp || op->getNumResults() != 1 ||
        op->getResult(0).getType() != selected.getType())
      continue;
    TensorExprRef expr = buildTensorExpr(op->getResult(0), stop);
    FloatAttr scale;
    double number = 1, epsilon = 0;
    if (TensorExprRef inner = matchScaled(expr, number)) {
      scale = builder.getF64FloatAttr(number);
      expr = inner;
    }
    NormalizeAttr normalize;
    if (isSelected(expr) && scale)
      normalize = NormalizeAttr::get(context, NormalizeKind::None, {});
    else if (isSelected(matchSumNormalized(expr, 1, epsilon)))
      normalize = NormalizeAttr::get(
          context, NormalizeKind::Sum,
          epsilon != 0 ? builder.getF64FloatAttr(epsilon) : FloatAttr());
    else if (isSelected(matchSoftmax(expr, 1)))
      normalize = NormalizeAttr::get(context, NormalizeKind::Softmax, {});
    if (normalize)
      best = {op, normalize, scale};
  }
  return best;
}

/// The gate for `topK`. False, with the reason, where there is none.
static bool raise(TopK topK, RewriterBase &rewriter) {
  MLIRContext *context = rewriter.getContext();
  Location loc = topK.sort->getLoc();
  auto keysType = cast<RankedTensorType>(topK.keys.getType());
  if (ShapedType::isDynamic(keysType.getDimSize(1)) ||
      topK.k > keysType.getDimSize(1))
    return false;

  // The score in front of the sort, and its logits.
  TensorExprRef keys = buildTensorExpr(topK.keys, isContraction);
  auto isWhole = [&](const TensorExprRef &e) {
    return e && e->kind == TensorExpr::Kind::Leaf && e->map.isIdentity();
  };
  ScoreKind score = ScoreKind::Identity;
  Value logits = topK.keys;
  if (TensorExprRef z = matchSoftmax(keys, 1); isWhole(z)) {
    score = ScoreKind::Softmax;
    logits = z->value;
  } else if (TensorExprRef z = matchSigmoid(keys); isWhole(z)) {
    score = ScoreKind::Sigmoid;
    logits = z->value;
  }

  Weights weights{
      nullptr, NormalizeAttr::get(context, NormalizeKind::None, {}), {}};
  if (topK.values.size() == 1)
    weights = followWeights(topK.values[0].getResult(), context);
  auto router = RouterAttr::get(context, ScoreAttr::get(context, score),
                                TopKAttr::get(context, topK.k),
                                weights.normalize, weights.scale);

  rewriter.setInsertionPoint(topK.sort);
  Type compute =
      cast<RankedTensorType>(logits.getType()).getElementType().isF64()
          ? rewriter.getF64Type()
          : Type(rewriter.getF32Type());
  SmallVector<int64_t> shape{keysType.getDimSize(0), topK.k};
  auto makeGate = [&](RouterAttr attr) {
    return GateOp::create(rewriter, loc, RankedTensorType::get(shape, compute),
                          RankedTensorType::get(shape, rewriter.getI32Type()),
                          logits, Value(), Value(), Value(), Value(), Value(),
                          Value(), attr);
  };
  GateOp gate = makeGate(router);
  for (tensor::ExtractSliceOp slice : topK.ids)
    rewriter.replaceOp(
        slice, convertIds(rewriter, loc, gate.getExperts(), slice.getType()));
  if (weights.op) {
    rewriter.replaceOp(weights.op,
                       convertWeights(rewriter, loc, gate.getWeights(),
                                      cast<RankedTensorType>(
                                          weights.op->getResult(0).getType())));
  }
  // Selected keys that are used as they are: the gate without normalization.
  for (tensor::ExtractSliceOp slice : topK.values) {
    if (slice->use_empty())
      continue;
    GateOp plain = gate;
    if (!weights.normalize.isNone() || weights.scale) {
      if (llvm::all_of(slice->getUsers(),
                       [](Operation *user) { return isOpTriviallyDead(user); }))
        continue;
      plain = makeGate(RouterAttr::get(
          context, ScoreAttr::get(context, score),
          TopKAttr::get(context, topK.k),
          NormalizeAttr::get(context, NormalizeKind::None, {}), {}));
    }
    rewriter.replaceOp(slice, convertWeights(rewriter, loc, plain.getWeights(),
                                             slice.getType()));
  }
  remark::passed(loc, kRemark) << remark::metric("k", topK.k);
  return true;
}

/// Erases the users of `op` that nobody reads, and then `op`. Unregistered ops
/// are not known to be free of effects; a sort of tensors is.
static void eraseDead(Operation *op, RewriterBase &rewriter) {
  for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
    if (isMemoryEffectFree(user))
      eraseDead(user, rewriter);
  if (op->use_empty())
    rewriter.eraseOp(op);
}

unsigned moe::raiseGating(Operation *root, RewriterBase &rewriter) {
  SmallVector<Operation *> sorts;
  root->walk([&](Operation *op) {
    if (op->getName().getStringRef() == "tm_tensor.sort")
      sorts.push_back(op);
  });
  unsigned raised = 0;
  for (Operation *sort : sorts) {
    StringRef why = "the sort has no form of a top-k";
    auto topK = matchTopK(sort, why);
    if (succeeded(topK) && raise(*topK, rewriter)) {
      ++raised;
      eraseDead(sort, rewriter);
      continue;
    }
    remark::missed(sort->getLoc(), kRemark) << remark::reason("{0}", why);
  }
  return raised;
}
