//===- BuildPlan.cpp - A plan from upstream ops ---------------------------===//
//
// Histogram, prefix sum, placement, each one walk over the slots.
//
//===----------------------------------------------------------------------===//

#include "Build.h"
#include "moe/IR/SizeChecks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <limits>

using namespace mlir;
using namespace mlir::moe;

using State = ReferenceBuilder::State;

namespace {
/// The sizes every part of a plan needs, as indices.
struct PlanSizes {
  Value tokens;  ///< T
  Value slots;   ///< K
  Value experts; ///< E
};
} // namespace

/// Which slots are live `[T,K]` (i1), but for the capacity: the id is in
/// [0,E) and the weight, where there is one, is not 0.
static Value buildLive(ReferenceBuilder &b, const PlanInputs &inputs,
                       const PlanSizes &sizes) {
  SmallVector<MapInput> operands{{inputs.experts, {0, 1}}};
  if (inputs.weights)
    operands.push_back({inputs.weights, {0, 1}});
  Value experts = b.toI32(sizes.experts);
  return b.map(b.sizes(inputs.experts), b.getI1Type(), operands,
               [&](ValueRange in) -> Value {
                 // Unsigned: ids below 0 are out of range too.
                 Value live = arith::CmpIOp::create(
                     b, arith::CmpIPredicate::ult, in[0], experts);
                 if (in.size() == 1)
                   return live;
                 Value zero = b.real(in[1].getType(), 0.0);
                 Value nonzero = arith::CmpFOp::create(
                     b, arith::CmpFPredicate::UNE, in[1], zero);
                 return arith::AndIOp::create(b, live, nonzero);
               });
}

/// `body(expert, slot, state)` for each live slot of [fromToken, toToken) x
/// [0,K): for each token its slots, or, choice-major, for each choice its
/// tokens.
static State forEachLive(
    ReferenceBuilder &b, Value experts, Value live, Value fromToken,
    Value toToken, Value slots, bool choiceMajor, ValueRange state,
    function_ref<State(Value t, Value j, Value expert, ValueRange state)>
        body) {
  auto visit = [&](Value t, Value j, ValueRange state) {
    return b.when(b.extract(live, {t, j}), state, [&] {
      return body(t, j, b.toIndex(b.extract(experts, {t, j})), state);
    });
  };
  if (choiceMajor)
    return b.loop(slots, state, [&](Value j, ValueRange state) {
      return b.loop(fromToken, toToken, state, [&](Value t, ValueRange state) {
        return visit(t, j, state);
      });
    });
  return b.loop(fromToken, toToken, state, [&](Value t, ValueRange state) {
    return b.loop(slots, state, [&](Value j, ValueRange state) {
      return visit(t, j, state);
    });
  });
}

/// `counts[at] + 1`, stored; gives the old count too.
static std::pair<Value, Value> countUp(ReferenceBuilder &b, Value counts,
                                       Value at) {
  Value count = b.extract(counts, at);
  Value next = arith::AddIOp::create(b, count, b.integer(32, 1));
  return {count, b.insert(next, counts, at)};
}

/// The live slots that stay where at most `capacity` slots of each expert do
/// in each segment of tokens.
static Value buildWithinCapacity(ReferenceBuilder &b, const PlanInputs &inputs,
                                 Value live, const PlanSizes &sizes) {
  Value zero = b.integer(32, 0);
  // An empty segment length would never end; all tokens are one segment then.
  Value length =
      inputs.segment
          ? b.index(*inputs.segment)
          : arith::MaxUIOp::create(b, sizes.tokens, b.index(1)).getResult();
  Value segments = arith::CeilDivUIOp::create(b, sizes.tokens, length);
  Value stays = b.filled(b.sizes(live), b.integer(1, 0));
  Value counts = b.empty(getAsOpFoldResult(sizes.experts), b.getI32Type());
  return b.loop(
      segments, {stays, counts}, [&](Value segment, ValueRange state) {
        Value from = arith::MulIOp::create(b, segment, length);
        Value end = arith::AddIOp::create(b, from, length);
        Value to = arith::MinUIOp::create(b, end, sizes.tokens);
        Value counts = b.fill(zero, state[1]);
        return forEachLive(
            b, inputs.experts, live, from, to, sizes.slots,
            inputs.priority == Priority::ChoiceMajor, {state[0], counts},
            [&](Value t, Value j, Value expert, ValueRange state) {
              auto [count, counts] = countUp(b, state[1], expert);
              Value within =
                  arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                        b.toIndex(count), inputs.capacity);
              return State{b.insert(within, state[0], {t, j}), counts};
            });
      })[0];
}

/// offsets[e + 1]: the number of live slots of the experts up to e.
static Value buildOffsets(ReferenceBuilder &b, const PlanInputs &inputs,
                          Value live, const PlanSizes &sizes) {
  Value offsets = b.fill(b.integer(32, 0), inputs.offsetsOut);
  Value one = b.index(1);
  offsets = forEachLive(b, inputs.experts, live, b.index(0), sizes.tokens,
                        sizes.slots, /*choiceMajor=*/false, offsets,
                        [&](Value, Value, Value expert, ValueRange offsets) {
                          Value at = arith::AddIOp::create(b, expert, one);
                          return State{countUp(b, offsets[0], at).second};
                        })[0];
  return b.loop(sizes.experts, offsets, [&](Value e, ValueRange offsets) {
    Value next = arith::AddIOp::create(b, e, one);
    Value sum = arith::AddIOp::create(b, b.extract(offsets[0], e),
                                      b.extract(offsets[0], next));
    return State{b.insert(sum, offsets[0], next)};
  })[0];
}

/// Each token's rows in ascending order, then -1: rows ascend through the
/// slots they hold.
static Value buildTokenRows(ReferenceBuilder &b, const PlanInputs &inputs,
                            Value slots, Value live, const PlanSizes &sizes) {
  Value rows = b.fill(b.integer(32, -1), inputs.rowsOut);
  Value counts = b.filled(b.size(inputs.experts, 0), b.integer(32, 0));
  return b.loop(live, {rows, counts}, [&](Value r, ValueRange state) {
    Value slot = b.toIndex(b.extract(slots, r));
    Value token = arith::DivUIOp::create(b, slot, sizes.slots);
    auto [count, counts] = countUp(b, state[1], token);
    return State{b.insert(b.toI32(r), state[0], {token, b.toIndex(count)}),
                 counts};
  })[0];
}

/// E, of offsets `[E+1]`.
static OpFoldResult buildExperts(ReferenceBuilder &b, Value offsets) {
  OpFoldResult entries = b.size(offsets, 0);
  if (std::optional<int64_t> constant = getConstantIntValue(entries))
    return b.getIndexAttr(*constant - 1);
  Value experts = arith::SubIOp::create(b, b.asIndex(entries), b.index(1));
  return experts;
}

static PlanSizes buildSizes(ReferenceBuilder &b, const PlanInputs &inputs) {
  Value tokens = b.asIndex(b.size(inputs.experts, 0));
  Value slots = b.asIndex(b.size(inputs.experts, 1));
  return {tokens, slots, b.asIndex(buildExperts(b, inputs.offsetsOut))};
}

static void assertSlotCount(ReferenceBuilder &b, const PlanSizes &sizes) {
  std::optional<int64_t> tokens = getConstantIntValue(sizes.tokens);
  std::optional<int64_t> slots = getConstantIntValue(sizes.slots);
  if (tokens && slots)
    return;
  Value all = arith::MulIOp::create(b, sizes.tokens, sizes.slots);
  buildAssert(b, arith::CmpIPredicate::ule, all,
              b.getIndexAttr(std::numeric_limits<int32_t>::max()),
              "expects fewer than 2^31 slots");
}

static void assertRowBound(ReferenceBuilder &b, const PlanInputs &inputs,
                           Value offsets, const PlanSizes &sizes) {
  OpFoldResult rows = b.size(inputs.slotsOut, 0);
  std::optional<int64_t> bound = getConstantIntValue(rows);
  std::optional<int64_t> tokens = getConstantIntValue(sizes.tokens);
  std::optional<int64_t> slots = getConstantIntValue(sizes.slots);
  if (bound && tokens && slots && *bound >= *tokens * *slots)
    return;
  Value live = b.toIndex(b.extract(offsets, sizes.experts));
  buildAssert(b, arith::CmpIPredicate::sle, live, rows,
              "expects slots that hold all live ones");
}

PlanInputs::PlanInputs(PlanOp op)
    : experts(op.getExperts()), weights(op.getWeights()),
      capacity(op.getCapacity()),
      priority(op.getPriority().value_or(Priority::TokenMajor)),
      segment(op.getSegment()), offsetsOut(op.getOffsetsOut()),
      slotsOut(op.getSlotsOut()), rowsOut(op.getRowsOut()) {}

void moe::assertSlotCount(ReferenceBuilder &b, const PlanInputs &inputs) {
  ::assertSlotCount(b, buildSizes(b, inputs));
}

void moe::assertRowBound(ReferenceBuilder &b, const PlanInputs &inputs,
                         Value offsets) {
  ::assertRowBound(b, inputs, offsets, buildSizes(b, inputs));
}

Value moe::buildServedExperts(ReferenceBuilder &b, const PlanInputs &inputs) {
  PlanSizes sizes = buildSizes(b, inputs);
  Value live =
      buildWithinCapacity(b, inputs, buildLive(b, inputs, sizes), sizes);
  return b.map(
      b.sizes(inputs.experts), b.getI32Type(),
      {{inputs.experts, {0, 1}}, {live, {0, 1}}}, [&](ValueRange in) -> Value {
        return arith::SelectOp::create(b, in[1], in[0], b.integer(32, -1));
      });
}

PlanValues moe::buildPlan(ReferenceBuilder &b, const PlanInputs &inputs) {
  PlanSizes sizes = buildSizes(b, inputs);
  ::assertSlotCount(b, sizes);
  Value live = buildLive(b, inputs, sizes);
  if (inputs.capacity)
    live = buildWithinCapacity(b, inputs, live, sizes);
  PlanValues plan;
  plan.offsets = buildOffsets(b, inputs, live, sizes);
  ::assertRowBound(b, inputs, plan.offsets, sizes);

  // The next free row of each expert starts at its offset.
  Value slots = b.fill(b.integer(32, -1), inputs.slotsOut);
  Value next =
      b.map(getAsOpFoldResult(sizes.experts), b.getI32Type(), {},
            [&](ValueRange) { return b.extract(plan.offsets, b.position(0)); });
  plan.slots = forEachLive(
      b, inputs.experts, live, b.index(0), sizes.tokens, sizes.slots,
      /*choiceMajor=*/false, {slots, next},
      [&](Value t, Value j, Value expert, ValueRange state) {
        auto [row, next] = countUp(b, state[1], expert);
        Value first = arith::MulIOp::create(b, t, sizes.slots);
        Value slot = arith::AddIOp::create(b, first, j);
        return State{b.insert(b.toI32(slot), state[0], b.toIndex(row)), next};
      })[0];
  if (inputs.rowsOut) {
    Value count = b.toIndex(b.extract(plan.offsets, sizes.experts));
    plan.rows = buildTokenRows(b, inputs, plan.slots, count, sizes);
  }
  return plan;
}
