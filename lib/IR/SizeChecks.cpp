//===- SizeChecks.cpp - Dynamic sizes, checked when the program runs ------===//

#include "moe/IR/SizeChecks.h"
#include "moe/IR/TensorCasts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::moe;

using Bounds = ValueBoundsConstraintSet;

static bool areEqual(Bounds::Variable a, Bounds::Variable b) {
  FailureOr<bool> equal = Bounds::areEqual(a, b);
  return succeeded(equal) && *equal;
}

void moe::buildAssert(ReferenceBuilder &b, arith::CmpIPredicate relation,
                      OpFoldResult found, OpFoldResult expected,
                      const Twine &message, SizeProof proof) {
  std::optional<int64_t> foundValue = getConstantIntValue(found);
  std::optional<int64_t> expectedValue = getConstantIntValue(expected);
  if (foundValue && expectedValue &&
      arith::applyCmpPredicate(relation, APInt(64, *foundValue, true),
                               APInt(64, *expectedValue, true)))
    return;
  bool admitsEqual =
      arith::applyCmpPredicate(relation, APInt(64, 0), APInt(64, 0));
  if (proof == SizeProof::Bounds && admitsEqual && areEqual(found, expected))
    return;
  Value holds =
      arith::CmpIOp::create(b, relation, b.asIndex(found), b.asIndex(expected));
  cf::AssertOp::create(b, holds, b.getStringAttr(message));
}

namespace {
/// A size that several types of an op name: what the first of them says.
struct SharedSize {
  StringRef name;
  OpFoldResult size = {};
  StringRef owner = {};
};

class SizeChecks {
public:
  explicit SizeChecks(ReferenceBuilder &builder,
                      SizeProof proof = SizeProof::Constants)
      : b(builder), proof(proof) {}

  /// One of `sizes` for each dimension of `type`; null: any size. `value`, of
  /// this type, gives the dynamic ones; a null value has none to give.
  void expect(StringRef what, Type type, Value value,
              ArrayRef<SharedSize *> sizes) {
    auto shape = cast<RankedTensorType>(type).getShape();
    for (auto [dim, size] : llvm::enumerate(sizes))
      if (size && (value || ShapedType::isStatic(shape[dim])))
        expect(what, value ? b.size(value, dim) : b.getIndexAttr(shape[dim]),
               *size);
  }
  void expect(StringRef what, Value value, ArrayRef<SharedSize *> sizes) {
    if (value)
      expect(what, value.getType(), value, sizes);
  }
  void expect(StringRef what, OpFoldResult found, SharedSize &size) {
    if (size.size)
      return buildAssert(b, arith::CmpIPredicate::eq, found, size.size,
                         "expects " + what + " to have as many " + size.name +
                             " as " + size.owner,
                         proof);
    size.size = found;
    size.owner = what;
  }

  /// That `select` can choose from so many logits.
  void expectLogits(SelectAttrInterface select, const SharedSize &logits) {
    std::string text;
    llvm::raw_string_ostream(text) << select;
    StringRef name = text;
    name.consume_front("#moe.");
    buildAssert(b, arith::CmpIPredicate::sge, logits.size,
                b.getIndexAttr(select.getMinLogits()),
                "expects enough logits for " + name);
    int64_t multiple = select.getLogitMultiple();
    if (multiple == 1 || getConstantIntValue(logits.size))
      return;
    // What is left of the logits when no group has more than another.
    Value found = b.asIndex(logits.size), groups = b.index(multiple);
    Value size = arith::DivUIOp::create(b, found, groups);
    Value whole = arith::MulIOp::create(b, size, groups);
    buildAssert(b, arith::CmpIPredicate::eq, found, whole,
                "expects logits that " + Twine(multiple) + " groups divide");
  }

  /// K of a gate: what the selection says, else a slot for each logit.
  OpFoldResult slotsOf(SelectAttrInterface select, const SharedSize &logits) {
    int64_t slots = select.getSlots(ShapedType::kDynamic);
    return ShapedType::isStatic(slots) ? OpFoldResult(b.getIndexAttr(slots))
                                       : logits.size;
  }

  ReferenceBuilder &b;
  SizeProof proof;
};
} // namespace

/// The operands that `moe.gate` and `moe.route` have in common.
template <typename Op>
static void checkGate(SizeChecks &checks, Op op, SharedSize &tokens,
                      SharedSize &logits) {
  checks.expect("bias", op.getBias(), {&logits});
  checks.expect("noise", op.getNoise(), {&tokens, &logits});
  checks.expect("mask", op.getMask(), {&tokens});
  checks.expect("thresholds", op.getThresholds(), {&logits});
  checks.expect("uniform", op.getUniform(), {&tokens});
  checks.expectLogits(op.getRouter().getSelect(), logits);
}

void moe::checkSizes(ReferenceBuilder &builder, GateOp op) {
  SizeChecks checks(builder);
  SharedSize tokens{"tokens"}, logits{"logits"};
  checks.expect("logits", op.getLogits(), {&tokens, &logits});
  checkGate(checks, op, tokens, logits);
  SharedSize slots{"slots a token",
                   checks.slotsOf(op.getRouter().getSelect(), logits),
                   "the selection"};
  for (Value result : op.getResults())
    checks.expect("the result", result.getType(), Value(), {&tokens, &slots});
}

void moe::checkSizes(ReferenceBuilder &builder, DispatchOp op,
                     SizeProof proof) {
  SizeChecks checks(builder, proof);
  SharedSize tokens{"tokens"}, slots{"slots a token"};
  checks.expect("experts", op.getExperts(), {&tokens, &slots});
  checks.expect("weights", op.getWeights(), {&tokens, &slots});
  for (auto [input, rows] : llvm::zip_equal(op.getInputs(), op.getRows())) {
    SharedSize columns{"columns"};
    checks.expect("input", input, {&tokens, &columns});
    checks.expect("the rows", rows.getType(), Value(), {nullptr, &columns});
  }
}

void moe::checkSizes(ReferenceBuilder &builder, ExpertOp op, SizeProof proof) {
  SizeChecks checks(builder, proof);
  SharedSize rows{"rows"};
  SharedSize experts{"experts", builder.getIndexAttr(op.getNumExperts()),
                     "the offsets say"};
  for (Value input : op.getInputs())
    checks.expect("row operand", input, {&rows});
  for (Value param : op.getParams())
    checks.expect("parameter", param, {&experts});
  for (Value result : op.getResults())
    checks.expect("the result", result.getType(), Value(), {&rows});
}

void moe::checkSizes(ReferenceBuilder &builder, CombineOp op) {
  SizeChecks checks(builder);
  SharedSize rows{"rows"}, columns{"columns"}, tokens{"tokens"};
  checks.expect("rows", op.getRows(), {&rows, &columns});
  checks.expect("slots", op.getSlots(), {&rows});
  checks.expect("weights", op.getWeights(), {&tokens});
  checks.expect("the result", op.getResult().getType(), Value(),
                {&tokens, &columns});
  checkDispatchSlots(builder, op);
}

void moe::checkDispatchSlots(ReferenceBuilder &builder, CombineOp op,
                             SizeProof proof) {
  Value slots = stripCasts(op.getSlots());
  auto dispatch = slots.getDefiningOp<DispatchOp>();
  if (!dispatch || dispatch.getSlots() != slots)
    return;
  // T of the dispatch and of the combine, or T*K where K differs.
  auto count = [&](Value perSlot, bool ofSlots) {
    OpFoldResult tokens = builder.size(perSlot, 0);
    if (!ofSlots)
      return tokens;
    return OpFoldResult(
        arith::MulIOp::create(builder, builder.asIndex(tokens),
                              builder.asIndex(builder.size(perSlot, 1)))
            .getResult());
  };
  Value weights = op.getWeights(), experts = dispatch.getExperts();
  int64_t slotsPerToken = dispatch.getExperts().getType().getDimSize(1);
  bool differs = experts != weights &&
                 (ShapedType::isDynamic(slotsPerToken) ||
                  slotsPerToken != op.getWeights().getType().getDimSize(1));
  buildAssert(builder, arith::CmpIPredicate::eq, count(weights, differs),
              count(experts, differs),
              differs
                  ? "expects weights to have as many slots as the dispatch"
                  : "expects weights to have as many tokens as the dispatch",
              proof);
}

void moe::checkSizes(ReferenceBuilder &builder, PlanOp op) {
  SizeChecks checks(builder);
  SharedSize tokens{"tokens"}, slots{"slots a token"};
  checks.expect("experts", op.getExperts(), {&tokens, &slots});
  checks.expect("weights", op.getWeights(), {&tokens, &slots});
  checks.expect("the rows", op.getRowsOut(), {&tokens, &slots});
}

void moe::checkSizes(ReferenceBuilder &builder, RouteOp op) {
  SizeChecks checks(builder);
  SharedSize tokens{"tokens"}, columns{"columns"}, logits{"logits"};
  SmallVector<SharedSize *, 2> projection{&columns, &logits};
  if (op.getTransposed())
    std::swap(projection[0], projection[1]);
  checks.expect("input", op.getInput(), {&tokens, &columns});
  checks.expect("projection", op.getProjection(), projection);
  checks.expect("projection bias", op.getProjectionBias(), {&logits});
  checks.expect("noise projection", op.getNoiseProjection(), projection);
  checkGate(checks, op, tokens, logits);
  SharedSize slots{"slots a token",
                   checks.slotsOf(op.getRouter().getSelect(), logits),
                   "the selection"};
  checks.expect("the weights", op.getWeightsOut(), {&tokens, &slots});
  checks.expect("the experts", op.getExpertsOut(), {&tokens, &slots});
  if (op.getOuts().size() > 4)
    checks.expect("the rows", op.getOuts()[4], {&tokens, &slots});
}

using CheckResult = function_ref<void(AffineExpr, OpFoldResult)>;

/// Each result of the maps of a grouped matmul, with the size that it is a
/// place in.
static void forEachMapped(ReferenceBuilder &b, GroupedMatmulOp op,
                          CheckResult check) {
  for (auto [i, operand] : llvm::enumerate(op.getEpilogueOperands()))
    for (auto [dim, result] : llvm::enumerate(op.getOperandMap(i).getResults()))
      check(result, b.size(operand, dim));
}

/// The elements that the maps of a grouped matmul read: `sizes` of (e, r, n, s)
/// where a result is one of them, and constants that lie inside. The tokens
/// were compared before; the verifier has proved other results.
static void checkMaps(SizeChecks &checks, GroupedMatmulOp op,
                      ArrayRef<SharedSize *> sizes) {
  forEachMapped(checks.b, op, [&](AffineExpr result, OpFoldResult size) {
    if (result == op.getTokenExpr())
      return;
    if (auto loop = dyn_cast<AffineDimExpr>(result))
      checks.expect("epilogue operand", size, *sizes[loop.getPosition()]);
    else if (auto constant = dyn_cast<AffineConstantExpr>(result))
      buildAssert(checks.b, arith::CmpIPredicate::sgt, size,
                  checks.b.getIndexAttr(constant.getValue()),
                  "expects a map inside of its epilogue operand");
  });
}

void moe::checkSizes(ReferenceBuilder &builder, GroupedMatmulOp op) {
  SizeChecks checks(builder);
  SharedSize experts{"experts", builder.getIndexAttr(op.getNumExperts()),
                     "the offsets say"};
  SharedSize rows{"rows"}, tokens{"tokens"}, depth{"contraction points"},
      columns{"columns"}, slots{"slots"};
  SmallVector<SharedSize *, 3> weights{&experts, &depth, &columns};
  if (op.getTransposed())
    std::swap(weights[1], weights[2]);
  checks.expect("rows", op.getRows(),
                {op.getGather() ? &tokens : &rows, &depth});
  checks.expect("slots", op.getSlots(), {&rows});
  if (!op.getPacked())
    for (Value value : op.getWeights())
      checks.expect("weights", value, weights);
  checks.expect("the destination", op.getOut(),
                {op.getAccumulate() ? &tokens : &rows, &columns});
  if (auto packing = op.getPacked()) {
    auto blocks = [&](OpFoldResult size, int64_t block) -> OpFoldResult {
      if (std::optional<int64_t> constant = getConstantIntValue(size))
        return builder.getIndexAttr(llvm::divideCeil(*constant, block));
      return arith::CeilDivUIOp::create(builder, builder.asIndex(size),
                                        builder.index(block))
          .getResult();
    };
    SharedSize panels{"panels", blocks(columns.size, packing->getColumns()),
                      "the columns fill"};
    SharedSize groups{"groups", blocks(depth.size, packing->getGroup()),
                      "the contraction points fill"};
    for (Value value : op.getWeights())
      checks.expect("packed weights", value,
                    {&experts, &panels, &groups, nullptr});
  }
  forEachMapped(builder, op, [&](AffineExpr result, OpFoldResult size) {
    if (result == op.getTokenExpr())
      checks.expect("epilogue operand", size, tokens);
  });
  if (tokens.size && op.getSlotsPerToken()) {
    int64_t perToken = *op.getSlotsPerToken();
    if (std::optional<int64_t> constant = getConstantIntValue(tokens.size))
      slots.size = builder.getIndexAttr(*constant * perToken);
    else
      slots.size = arith::MulIOp::create(builder, builder.asIndex(tokens.size),
                                         builder.index(perToken))
                       .getResult();
    slots.owner = "the tokens have";
  }
  checkMaps(checks, op, {&experts, &rows, &columns, &slots});
}

void moe::checkSizes(ReferenceBuilder &builder, GatherRowsOp op) {
  SizeChecks checks(builder);
  SharedSize tokens{"tokens"}, columns{"columns"}, rows{"rows"};
  SharedSize slots{"slots a token", builder.getIndexAttr(op.getSlotsPerToken()),
                   "slots_per_token says"};
  checks.expect("input", op.getInput(), {&tokens, &columns});
  checks.expect("slots", op.getSlots(), {&rows});
  checks.expect("weights", op.getWeights(), {&tokens, &slots});
  checks.expect("the destination", op.getOut(), {&rows, &columns});
}

void moe::checkSizes(ReferenceBuilder &builder, CombineRowsOp op) {
  SizeChecks checks(builder);
  SharedSize tokens{"tokens"}, columns{"columns"}, rows{"rows"},
      slots{"slots a token"};
  checks.expect("rows", op.getRows(), {&rows, &columns});
  checks.expect("slots", op.getSlots(), {&rows});
  checks.expect("token rows", op.getTokenRows(), {&tokens, &slots});
  // Weights are those of all tokens, which may be more than these.
  checks.expect("weights", op.getWeights(), {nullptr, &slots});
  checks.expect("the destination", op.getOut(), {&tokens, &columns});
}
