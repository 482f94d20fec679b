//===- RaiseEinsums.cpp - Dispatch and combine as einsums to moe ----------===//
//
// The mask moves the row of a token to a place of an expert, and the weights
// move the expert's result back. Where no two tokens share a place, and
// weights are zero where the mask is, each result is a sum over a token's
// choices of weight times expert(row): no place has to be computed that no
// token has.
//
//===----------------------------------------------------------------------===//

#include "RaiseEinsums.h"

#include "ProgramExpert.h"
#include "RoutingEinsums.h"
#include "SlotValues.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("RaiseEinsums").category("moe");

//===----------------------------------------------------------------------===//
// Raising
//===----------------------------------------------------------------------===//

/// Terms of the weights, if each of them is where a term of the mask is one;
/// sorted by priority.
static FailureOr<PlaceOrder> matchTerms(const MaskTensor &weights,
                                        const MaskTensor &mask,
                                        ChoiceTerms &terms, std::string &why) {
  auto never = [](Value) { return false; };
  auto read =
      readChoiceTerms(buildTensorExpr(weights.value, never), weights, why);
  if (failed(read))
    return failure();
  terms = *read;
  int64_t places =
      cast<RankedTensorType>(mask.value.getType()).getDimSize(mask.c);
  auto order = orderChoiceTerms(terms, places, why);
  if (failed(order))
    return failure();
  // The mask says where the weights are not zero.
  TensorExprRef expr = skipNumberCasts(buildTensorExpr(
      mask.value, [&](Value value) { return value == weights.value; }));
  if (expr->isOp("arith.select") && expr->children[1]->isConstant(1.0) &&
      expr->children[2]->isConstant(0.0))
    expr = expr->children[0];
  if (expr->isOp("arith.cmpf") && expr->children[1]->isConstant(0.0)) {
    auto compare = cast<arith::CmpFOp>(expr->value.getDefiningOp());
    const TensorExprRef &x = expr->children[0];
    auto at = [&](unsigned dim, unsigned index) {
      return x->map.getResult(dim) ==
             getAffineDimExpr(index, x->map.getContext());
    };
    if ((compare.getPredicate() == arith::CmpFPredicate::UNE ||
         compare.getPredicate() == arith::CmpFPredicate::ONE) &&
        x->kind == TensorExpr::Kind::Leaf && x->value == weights.value &&
        at(weights.t, mask.t) && at(weights.e, mask.e) && at(weights.c, mask.c))
      return *order;
  }
  auto masks = readChoiceTerms(buildTensorExpr(mask.value, never), mask, why);
  if (failed(masks))
    return failure();
  auto maskOrder = orderChoiceTerms(*masks, places, why);
  if (failed(maskOrder))
    return failure();
  why = "the weights are not zero where the mask is";
  if (masks->size() != terms.size() || maskOrder->first != order->first ||
      maskOrder->limit < order->limit)
    return failure();
  for (auto [a, b] : llvm::zip_equal(*masks, terms))
    if (!a.weights.empty() || !(a.mask == b.mask) ||
        !a.position.hasSameCounts(b.position))
      return failure();
  why.clear();
  return *order;
}

/// `[T,D]` without dimensions of size one.
static Value dropUnits(OpBuilder &builder, Location loc, Value tokens) {
  auto type = cast<RankedTensorType>(tokens.getType());
  if (type.getRank() == 2)
    return tokens;
  SmallVector<ReassociationIndices> groups(2);
  SmallVector<int64_t> shape;
  unsigned next = 0;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (type.getDimSize(dim) != 1) {
      shape.push_back(type.getDimSize(dim));
      next = shape.size() - 1;
    }
    groups[next].push_back(dim);
  }
  return tensor::CollapseShapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), tokens,
      groups);
}

/// The number of rows that an expert takes: places from the first one on.
static Value buildCapacity(OpBuilder &builder, Location loc,
                           const MaskTensor &mask, const PlaceOrder &order) {
  OpFoldResult size = tensor::getMixedSize(builder, loc, mask.value, mask.c);
  if (auto fixed = getConstantIntValue(size))
    return arith::ConstantIndexOp::create(
        builder, loc,
        std::max<int64_t>(std::min(*fixed - order.first, order.limit), 0));
  Value capacity = cast<Value>(size);
  auto constant = [&](int64_t n) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, n);
  };
  if (order.first != 0) // a negative capacity takes nothing
    capacity =
        arith::SubIOp::create(builder, loc, capacity, constant(order.first));
  if (order.limit != std::numeric_limits<int64_t>::max())
    capacity =
        arith::MinSIOp::create(builder, loc, capacity, constant(order.limit));
  return capacity;
}

/// Raises `einsum`; empty, or why not. `near`: it is a mixture of experts.
static std::string raise(const CombineEinsum &einsum, bool assumeFinite,
                         RewriterBase &rewriter, bool &near) {
  linalg::LinalgOp op = einsum.op;
  Location loc = op.getLoc();
  auto termRoles = getOperandRoles(op, *einsum.terms, einsum.loops);
  auto weightRoles = getOperandRoles(op, *einsum.weights, einsum.loops);
  if (failed(termRoles) || failed(weightRoles))
    return "an operand is read at computed places";
  auto weights =
      peelMask(einsum.weights->get(), *weightRoles, einsum.numExperts);
  if (!weights)
    return "the weights are not of the form [T,E,C]";
  for (linalg::LinalgOp gather : findContractions(einsum.terms->get())) {
    SlotProgram program(einsum.terms->get(), *termRoles, ShapedType::kDynamic,
                        einsum.numExperts, gather->getResult(0));
    if (!program.isValid() || program.getSlotParams().empty())
      continue;
    auto dispatch =
        matchDispatch(gather, program.getRoutedRoles(), einsum.numExperts);
    if (!dispatch)
      continue;
    near = true;
    std::string why;
    ChoiceTerms terms;
    auto order = matchTerms(*weights, dispatch->mask, terms, why);
    if (failed(order))
      return why;
    if (!assumeFinite && !(hasFiniteMath(op) && hasFiniteMath(gather)))
      return "skipping an expert whose gate is zero needs finite math: "
             "0 * inf is NaN (assume-finite, or nnan and ninf flags)";
    auto outType = cast<RankedTensorType>(op->getResult(0).getType());
    Roles outLoops(op.getNumLoops(), Role::Feature);
    outLoops[einsum.tokenLoop] = Role::Token;
    auto outRoles = getOperandRoles(op, *op.getDpsInitOperand(0), outLoops);
    if (failed(outRoles) || !hasRole(*outRoles, Role::Token) ||
        getFeatureDims(outType, *outRoles).size() != 1)
      return "the result is not one row for each token";

    rewriter.setInsertionPoint(op);
    Value tokens = dropUnits(rewriter, loc, dispatch->tokens);
    ChoiceValues values(rewriter, loc, terms, *weights,
                        getElementTypeOrSelf(einsum.weights->get()), tokens);
    Value choiceWeights = values.buildWeights(why);
    if (!choiceWeights)
      return why;
    Value ids = values.buildIds(einsum.numExperts);
    auto idsType = cast<RankedTensorType>(ids.getType());
    auto rowType = cast<RankedTensorType>(tokens.getType());
    int64_t k = idsType.getDimSize(1);
    int64_t bound = rowType.isDynamicDim(0) ? ShapedType::kDynamic
                                            : rowType.getDimSize(0) * k;
    auto i32 = rewriter.getI32Type();
    // All choices take places, those of weight zero too.
    auto dispatched = DispatchOp::create(
        rewriter, loc,
        TypeRange{RankedTensorType::get({bound, rowType.getDimSize(1)},
                                        rowType.getElementType())},
        RankedTensorType::get({einsum.numExperts + 1}, i32),
        RankedTensorType::get({bound}, i32), ValueRange{tokens}, ids, Value(),
        buildCapacity(rewriter, loc, dispatch->mask, *order),
        k > 1 ? PriorityAttr::get(rewriter.getContext(), order->priority)
              : PriorityAttr(),
        IntegerAttr(), /*scale_rows=*/false);
    Value rows = buildExpert(rewriter, loc, program, dispatched,
                             outType.getElementType());
    if (!rows) {
      rewriter.eraseOp(dispatched);
      return program.getReason().empty()
                 ? "the summed value is not one row for each place"
                 : program.getReason().str();
    }
    auto sumType = RankedTensorType::get(
        {idsType.getDimSize(0),
         outType.getDimSize(getFeatureDims(outType, *outRoles)[0])},
        outType.getElementType());
    Value result =
        CombineOp::create(rewriter, loc, sumType, rows, dispatched.getSlots(),
                          choiceWeights, /*unweighted=*/false);
    SlotValues slots(rewriter, loc, einsum.numExperts);
    rewriter.replaceOp(op, slots.fromTokenRows(result, outType, *outRoles));
    remark::passed(loc, kRemark) << remark::metric("experts", einsum.numExperts)
                                 << remark::metric("slots", k);
    if (!einsum.inOrder && k > 1)
      remark::analysis(loc,
                       remark::RemarkOpts::name("ReorderSum").category("moe"))
          << remark::reason("{0}", "the sum over experts is in their order");
    return "";
  }
  return "the rows are not gathered by a mask";
}

unsigned moe::raiseEinsums(Operation *root, bool assumeFinite,
                           RewriterBase &rewriter) {
  SmallVector<linalg::LinalgOp> candidates;
  root->walk([&](linalg::LinalgOp op) {
    if (!op->getParentOfType<ExpertOp>())
      candidates.push_back(op);
  });
  unsigned raised = 0;
  for (linalg::LinalgOp op : candidates) {
    std::string obstacle;
    Location loc = op.getLoc();
    bool done = false;
    for (const CombineEinsum &einsum : matchCombines(op)) {
      bool near = false;
      std::string why = raise(einsum, assumeFinite, rewriter, near);
      done = why.empty();
      if (done)
        break;
      if (near)
        obstacle = why;
    }
    raised += done;
    if (!done && !obstacle.empty())
      remark::missed(loc, kRemark) << remark::reason("{0}", obstacle);
  }
  return raised;
}
