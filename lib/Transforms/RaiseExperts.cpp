//===- RaiseExperts.cpp - Sums over experts in linalg to moe --------------===//
//
// A sum over the slots of a token, of an expression that reads the token's row
// and one expert's parameters, is what dispatch, expert and combine say. The
// expression is found by following indices, not by the shape of the ops.
//
//===----------------------------------------------------------------------===//

#include "RaiseExperts.h"

#include "MaskedGate.h"
#include "ProgramExpert.h"
#include "ScalarFunction.h"
#include "SlotValues.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("RaiseExperts").category("moe");

namespace {
/// A sum over one loop of what might be a mixture of experts.
struct SumOverSlots {
  linalg::LinalgOp op;
  unsigned slotLoop;
  unsigned tokenLoop;
  OpOperand *terms = nullptr;   ///< what is summed
  OpOperand *weights = nullptr; ///< the factor in the op's body, or null
  StringRef obstacle;           ///< why it cannot be raised, if it is known
};
} // namespace

/// The block argument behind conversions; `isInteger`: it is no float.
static BlockArgument getArgument(Value value, bool &isInteger) {
  value = skipFloatCasts(value);
  if (Operation *def = value.getDefiningOp())
    if (isa<arith::SIToFPOp, arith::UIToFPOp>(def)) {
      isInteger = true;
      value = def->getOperand(0);
    }
  return dyn_cast<BlockArgument>(value);
}

/// `acc + term` or `acc + term * weight` with one reduction.
static SmallVector<SumOverSlots> matchSums(linalg::LinalgOp op) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      reductions.size() != 1 || op.hasIndexSemantics())
    return {};
  StringRef obstacle;
  if (!isFilledWithZero(op.getDpsInits()[0]))
    obstacle = "the sum does not start at zero";
  Block &block = *op.getBlock();
  Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  auto add = skipFloatCasts(block.getTerminator()->getOperand(0))
                 .getDefiningOp<arith::AddFOp>();
  if (!add)
    return {};
  Value left = skipFloatCasts(add.getLhs()),
        right = skipFloatCasts(add.getRhs());
  Value term = left == accumulator    ? right
               : right == accumulator ? left
                                      : Value();
  if (!term)
    return {};
  SmallVector<SumOverSlots> sums;
  auto addCandidates = [&](OpOperand *terms, OpOperand *weights) {
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      if (loop != reductions[0])
        sums.push_back({op, reductions[0], loop, terms, weights, obstacle});
  };
  if (auto argument = dyn_cast<BlockArgument>(term)) {
    if (argument.getOwner() == &block)
      addCandidates(op.getMatchingOpOperand(argument), nullptr);
    return sums;
  }
  auto mul = term.getDefiningOp<arith::MulFOp>();
  if (!mul)
    return {};
  bool isInteger = false;
  BlockArgument a = getArgument(mul.getLhs(), isInteger);
  BlockArgument b = getArgument(mul.getRhs(), isInteger);
  if (!a || !b || a.getOwner() != &block || b.getOwner() != &block || a == b ||
      a == accumulator || b == accumulator)
    return {};
  if (isInteger)
    obstacle = "the gate is not a float";
  addCandidates(op.getMatchingOpOperand(a), op.getMatchingOpOperand(b));
  addCandidates(op.getMatchingOpOperand(b), op.getMatchingOpOperand(a));
  return sums;
}

static FailureOr<Roles> getRoles(SumOverSlots sum, OpOperand &operand) {
  Roles roles;
  auto type = dyn_cast<RankedTensorType>(operand.get().getType());
  if (!type)
    return failure();
  for (auto [index, expr] :
       llvm::enumerate(sum.op.getMatchingIndexingMap(&operand).getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim && (!isa<AffineConstantExpr>(expr) || type.getDimSize(index) != 1))
      return failure();
    roles.push_back(!dim                                 ? Role::Feature
                    : dim.getPosition() == sum.slotLoop  ? Role::Slot
                    : dim.getPosition() == sum.tokenLoop ? Role::Token
                                                         : Role::Feature);
  }
  return roles;
}

namespace {
/// Raises one sum.
class Raiser {
public:
  Raiser(SumOverSlots sum, bool needsGate, bool assumeFinite,
         RewriterBase &rewriter)
      : sum(sum), needsGate(needsGate), assumeFinite(assumeFinite),
        rewriter(rewriter), loc(sum.op.getLoc()) {}

  /// Empty: raised, to `result`. Else why not; `near` says that it looked like
  /// a mixture.
  std::string run(bool &near, Value &result);

private:
  SumOverSlots sum;
  bool needsGate, assumeFinite;
  RewriterBase &rewriter;
  Location loc;
};
} // namespace

std::string Raiser::run(bool &near, Value &result) {
  near = false;
  AffineMap out = sum.op.getMatchingIndexingMap(sum.op.getDpsInitOperand(0));
  auto outType = cast<RankedTensorType>(sum.op->getResult(0).getType());
  auto roles = getRoles(sum, *sum.terms);
  auto outRoles = getRoles(sum, *sum.op.getDpsInitOperand(0));
  if (failed(roles) || failed(outRoles) || !out.isProjectedPermutation() ||
      !llvm::is_contained(*roles, Role::Token))
    return "the sum is not over one dimension of its terms";
  int64_t numSlots = sum.op.getStaticLoopRanges()[sum.slotLoop];
  if (ShapedType::isDynamic(numSlots))
    return "the number of terms is not static";
  SmallVector<int64_t> outFeatures = getFeatureDims(outType, *outRoles);
  if (outFeatures.size() != 1 || outType.isDynamicDim(outFeatures[0]))
    return "the result is not one row for each token";

  // The factor of each term: in the sum, or in products in front of it.
  SlotFactor factor{sum.terms->get(), *roles, nullptr, {}};
  if (sum.weights) {
    auto weightRoles = getRoles(sum, *sum.weights);
    if (failed(weightRoles) ||
        !getFeatureDims(cast<RankedTensorType>(sum.weights->get().getType()),
                        *weightRoles)
             .empty())
      return "the factor of a term is not one number for each slot";
    factor.weights = sum.weights->get();
    factor.weightRoles = *weightRoles;
  }
  peelFactor(factor, numSlots);
  SlotProgram program(factor.terms, factor.termRoles,
                      sum.op.getStaticLoopRanges()[sum.tokenLoop], numSlots);
  near = !program.getTokenRows().empty() &&
         (!program.getSlotParams().empty() || !program.getLookups().empty());
  if (!program.isValid())
    return program.getReason().str();
  near = !needsGate || factor.weights || program.getScale();
  if (!near)
    return "the terms have no gate";
  if (!sum.obstacle.empty())
    return sum.obstacle.str();
  bool dense = !program.getSlotParams().empty();
  // Slots: the ids and weights `[T,K]`.
  rewriter.setInsertionPoint(sum.op);
  SlotValues slots(rewriter, loc, numSlots);
  SmallVector<Value> tokens;
  for (Value rows : program.getTokenRows())
    tokens.push_back(program.buildTokenRows(rewriter, loc, rows));
  Value numbers = factor.weights ? factor.weights : program.getScale();
  Roles numberRoles =
      factor.weights ? factor.weightRoles : Roles(program.getScaleRoles());
  Value weights, ids;
  int64_t numExperts;
  if (numbers && !isa<FloatType>(getElementTypeOrSelf(numbers.getType())))
    return "the gate is not a float";
  if (numbers) {
    weights = slots.toTokenSlots(numbers, numberRoles);
    if (!weights)
      return "the weights cannot be brought to the form [T,K]";
  }
  // A mask on the rows that is one where the gate is not zero says nothing.
  bool scaled = bool(program.getScale());
  if (scaled && factor.weights) {
    Value mask =
        slots.toTokenSlots(program.getScale(), Roles(program.getScaleRoles()));
    if (!mask || !isOneWhereNonzero(mask, weights))
      return "both the input and the output of the experts are scaled";
    scaled = false;
  }
  if (dense) {
    numExperts = numSlots;
    ids = slots.buildExpertIds(tokens.front());
  } else {
    const Lookup &first = program.getLookups().front();
    for (const Lookup &other : program.getLookups())
      if (other.ids != first.ids || !isSameIndex(first, other))
        return "parameters are looked up by different ids";
    numExperts = cast<RankedTensorType>(first.param.getType()).getDimSize(0);
    ids = slots.buildLookupIds(first);
    if (!ids)
      return "the ids cannot be brought to the form [T,K]";
  }
  if (ShapedType::isDynamic(numExperts))
    return "the number of experts is not static";
  // What the program computes for a gate of zero is left out.
  if ((dense || program.getScale()) && !assumeFinite && !hasFiniteMath(sum.op))
    return "skipping an expert whose gate is zero needs finite math: "
           "0 * inf is NaN (assume-finite, or nnan and ninf flags)";
  if (scaled && !program.mapsZeroToZero())
    return "the experts do not map a zero row to zero";

  bool reordered = !dense && numSlots > 1;
  // A selected slot of weight zero was computed before; it may be left out
  // only where its row is finite.
  bool live = weights && (dense || assumeFinite);
  if (dense && weights)
    if (std::string why = slots.compact(weights, ids, numExperts); !why.empty())
      remark::missed(loc, kRemark) << remark::reason("{0}", why);
  auto idsType = cast<RankedTensorType>(ids.getType());
  int64_t k = idsType.getDimSize(1);
  int64_t bound = idsType.isDynamicDim(0) ? ShapedType::kDynamic
                                          : idsType.getDimSize(0) * k;
  SmallVector<Type> rowTypes;
  for (Value rows : tokens) {
    auto type = cast<RankedTensorType>(rows.getType());
    rowTypes.push_back(RankedTensorType::get({bound, type.getDimSize(1)},
                                             type.getElementType()));
  }
  auto i32 = rewriter.getI32Type();
  auto dispatch = DispatchOp::create(
      rewriter, loc, rowTypes, RankedTensorType::get({numExperts + 1}, i32),
      RankedTensorType::get({bound}, i32), tokens, ids,
      live || scaled ? weights : Value(), Value(), PriorityAttr(),
      IntegerAttr(), scaled);
  Value rows =
      buildExpert(rewriter, loc, program, dispatch, outType.getElementType());
  if (!rows) {
    rewriter.eraseOp(dispatch);
    return program.getReason().empty()
               ? "the summed value is not one row for each slot"
               : program.getReason().str();
  }
  Value combineWeights = weights ? weights : slots.buildOnes(ids);
  SmallVector<int64_t> sumShape{idsType.getDimSize(0),
                                outType.getDimSize(outFeatures[0])};
  auto sumType = RankedTensorType::get(sumShape, outType.getElementType());
  result = CombineOp::create(rewriter, loc, sumType, rows, dispatch.getSlots(),
                             combineWeights, /*unweighted=*/!factor.weights,
                             /*keep_zeros=*/factor.weights && !live);
  result = slots.fromTokenRows(result, outType, *outRoles);
  rewriter.replaceOp(sum.op, result);
  remark::passed(loc, kRemark)
      << remark::metric("experts", numExperts) << remark::metric("slots", k);
  if (reordered)
    remark::analysis(loc,
                     remark::RemarkOpts::name("ReorderSum").category("moe"))
        << remark::reason("{0}",
                          "the sum over a token's slots is in expert order");
  return "";
}

Value moe::raiseSum(linalg::LinalgOp op, bool needsGate, bool assumeFinite,
                    RewriterBase &rewriter, std::string &why) {
  for (const SumOverSlots &sum : matchSums(op)) {
    bool near;
    Value result;
    std::string obstacle =
        Raiser(sum, needsGate, assumeFinite, rewriter).run(near, result);
    if (obstacle.empty()) {
      why.clear();
      return result;
    }
    if (near)
      why = obstacle;
  }
  return nullptr;
}

unsigned moe::raiseExperts(Operation *root, bool assumeFinite,
                           RewriterBase &rewriter) {
  SmallVector<linalg::LinalgOp> candidates;
  root->walk([&](linalg::LinalgOp op) {
    if (!op->getParentOfType<ExpertOp>())
      candidates.push_back(op);
  });
  unsigned raised = 0;
  for (linalg::LinalgOp op : candidates) {
    std::string why;
    Location loc = op.getLoc();
    if (raiseSum(op, /*needsGate=*/false, assumeFinite, rewriter, why))
      ++raised;
    else if (!why.empty())
      remark::missed(loc, kRemark) << remark::reason("{0}", why);
  }
  return raised;
}
