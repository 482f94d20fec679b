//===- ConvertPlanToLoops.cpp - Plans, part by part of the tokens ---------===//
//
// Parts of the tokens count, and then place, their live slots side by side.
// Between both, each learns where its slots of an expert start: behind those of
// the experts, and then of the parts, before. So the order is that of one walk
// over all slots, however many parts there are.
//
//             counted              first row
//             expert 0  expert 1   expert 0  expert 1
//   part 0    2         1          0         3
//   part 1    1         3          2         4          7 rows
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/CPU/Passes.h"

#include "CacheLine.h"
#include "TaskLoop.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTPLANTOLOOPSPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Slots that are worth handing to a thread: some ten microseconds.
static constexpr int64_t kSlotsPerPart = 8192;
/// Slots of a part for each expert, so that what is between the walks, on one
/// thread, is little beside them, and the counts little beside the slots.
static constexpr int64_t kSlotsPerCount = 16;

namespace {
/// The loops of one op on memrefs without a capacity.
class PlanLoops {
public:
  PlanLoops(PlanOp op, ImplicitLocOpBuilder &builder);

  void emit();

private:
  Value add(Value left, Value right) {
    return arith::AddIOp::create(b, left, right);
  }
  Value least(Value left, Value right) {
    return arith::MinUIOp::create(b, left, right);
  }
  void store(Value number, Value numbers, ValueRange at) {
    storeIndex(b, number, numbers, at);
  }
  Value load(Value numbers, ValueRange at) { return loadIndex(b, numbers, at); }

  void forEachPart(function_ref<void(Value part)> body);
  /// The tokens of a part: from the first one, so many.
  std::pair<Value, Value> getTokens(Value part);
  void forEachLive(Value part, function_ref<void(Value slot, Value e)> body);
  void countSlots(Value part);
  void sumCounts();
  void placeSlots(Value part);
  void clearRest(Value part);
  void listRows(Value part);

  PlanOp op;
  ImplicitLocOpBuilder &b;
  Value zero, one;
  Value numTokens, slotsPerToken, numExperts, numRows; ///< T, K, E, R
  Value tokensPerPart, numParts;
  /// `[parts, E]`: the slots counted, then the row of the next one, and at last
  /// that behind the part's last one.
  Value next;
  Value filled; ///< `[T]`: the rows that a token has
};
} // namespace

PlanLoops::PlanLoops(PlanOp op, ImplicitLocOpBuilder &builder)
    : op(op), b(builder), zero(index(b, 0)), one(index(b, 1)) {
  numTokens = memref::DimOp::create(b, op.getExperts(), 0);
  slotsPerToken = memref::DimOp::create(b, op.getExperts(), 1);
  int64_t experts = op.getNumExperts();
  numExperts = index(b, experts);
  numRows = memref::DimOp::create(b, op.getSlotsOut(), 0);
  Value worthwhile =
      index(b, std::max(kSlotsPerPart, kSlotsPerCount * experts));
  tokensPerPart = arith::CeilDivUIOp::create(
      b, worthwhile, arith::MaxUIOp::create(b, slotsPerToken, one));
  numParts = arith::MaxUIOp::create(
      b, arith::CeilDivUIOp::create(b, numTokens, tokensPerPart), one);
}

void PlanLoops::forEachPart(function_ref<void(Value part)> body) {
  auto loop = scf::ParallelOp::create(
      b, zero, numParts, one,
      [&](OpBuilder &, Location, ValueRange ivs) { body(ivs[0]); });
  loop->setAttr(kGrain, b.getIndexAttr(1));
}

std::pair<Value, Value> PlanLoops::getTokens(Value part) {
  Value first = arith::MulIOp::create(b, part, tokensPerPart);
  Value last = least(add(first, tokensPerPart), numTokens);
  return {first, arith::SubIOp::create(b, last, first)};
}

void PlanLoops::forEachLive(Value part,
                            function_ref<void(Value slot, Value e)> body) {
  auto [first, count] = getTokens(part);
  forEach(b, first, count, [&](Value token) {
    Value start = arith::MulIOp::create(b, token, slotsPerToken);
    forEach(b, zero, slotsPerToken, [&](Value choice) {
      Value number =
          memref::LoadOp::create(b, op.getExperts(), ValueRange{token, choice});
      // Unsigned: ids below 0 are out of range too.
      Value expert = arith::IndexCastUIOp::create(b, b.getIndexType(), number);
      Value isLive = isBelow(b, expert, numExperts);
      if (Value weights = op.getWeights()) {
        Value weight =
            memref::LoadOp::create(b, weights, ValueRange{token, choice});
        Value none =
            arith::ConstantOp::create(b, b.getZeroAttr(weight.getType()));
        Value counts =
            arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, weight, none);
        isLive = arith::AndIOp::create(b, isLive, counts);
      }
      scf::IfOp::create(b, isLive, [&](OpBuilder &, Location) {
        body(add(start, choice), expert);
        scf::YieldOp::create(b);
      });
    });
  });
}

void PlanLoops::countSlots(Value part) {
  forEach(b, zero, numExperts,
          [&](Value expert) { store(zero, next, {part, expert}); });
  forEachLive(part, [&](Value, Value expert) {
    Value at[] = {part, expert};
    store(add(load(next, at), one), next, at);
  });
}

void PlanLoops::sumCounts() {
  store(zero, op.getOffsetsOut(), zero);
  auto loop = [&](Value count, Value start,
                  function_ref<Value(Value, Value)> body) -> Value {
    return scf::ForOp::create(
               b, zero, count, one, start,
               [&](OpBuilder &, Location, Value i, ValueRange sums) {
                 scf::YieldOp::create(b, body(i, sums[0]));
               })
        .getResult(0);
  };
  loop(numExperts, zero, [&](Value expert, Value before) {
    Value sum = loop(numParts, before, [&](Value part, Value first) {
      Value at[] = {part, expert};
      Value counted = load(next, at);
      store(first, next, at);
      return add(first, counted);
    });
    store(sum, op.getOffsetsOut(), add(expert, one));
    return sum;
  });
}

void PlanLoops::placeSlots(Value part) {
  forEachLive(part, [&](Value slot, Value expert) {
    Value at[] = {part, expert};
    Value row = load(next, at);
    store(add(row, one), next, at);
    // An assertion behind the op says that they do not all fit.
    scf::IfOp::create(b, isBelow(b, row, numRows), [&](OpBuilder &, Location) {
      store(slot, op.getSlotsOut(), row);
      scf::YieldOp::create(b);
    });
  });
}

/// The share of a part of the rows behind the last one.
void PlanLoops::clearRest(Value part) {
  Value live = least(load(op.getOffsetsOut(), numExperts), numRows);
  Value rest = arith::SubIOp::create(b, numRows, live);
  auto getStart = [&](Value number) {
    Value share = arith::MulIOp::create(b, number, rest);
    return add(live, arith::DivUIOp::create(b, share, numParts));
  };
  Value first = getStart(part);
  Value count = arith::SubIOp::create(b, getStart(add(part, one)), first);
  Value none = arith::ConstantIntOp::create(b, -1, 32);
  forEach(b, first, count, [&](Value row) {
    memref::StoreOp::create(b, none, op.getSlotsOut(), row);
  });
}

/// Rows ascend through the experts, and those of a part lie side by side in
/// each: behind those of the part before.
void PlanLoops::listRows(Value part) {
  Value none = arith::ConstantIntOp::create(b, -1, 32);
  auto [firstToken, tokens] = getTokens(part);
  forEach(b, firstToken, tokens, [&](Value token) {
    store(zero, filled, token);
    forEach(b, zero, slotsPerToken, [&](Value i) {
      memref::StoreOp::create(b, none, op.getRowsOut(), ValueRange{token, i});
    });
  });
  auto list = [&](Value first, Value end) {
    Value last = least(end, numRows);
    scf::ForOp::create(b, least(first, last), last, one, ValueRange(),
                       [&](OpBuilder &, Location, Value row, ValueRange) {
                         Value slot = load(op.getSlotsOut(), row);
                         Value token =
                             arith::DivUIOp::create(b, slot, slotsPerToken);
                         Value place = load(filled, token);
                         store(row, op.getRowsOut(), {token, place});
                         store(add(place, one), filled, token);
                         scf::YieldOp::create(b);
                       });
  };
  // The one part there is has all rows, of however many experts.
  Value isOnly = isBelow(b, numParts, index(b, 2));
  forEach(b, zero, select(b, isOnly, one, numExperts), [&](Value expert) {
    Value isFirst = isBelow(b, part, one);
    Value before =
        arith::SubIOp::create(b, part, select(b, isFirst, zero, one));
    Value start = load(op.getOffsetsOut(), expert);
    Value behind = load(next, {before, expert});
    Value end = load(next, {part, expert});
    Value last = load(op.getOffsetsOut(), numExperts);
    Value first = select(b, isFirst, start, behind);
    list(first, select(b, isOnly, last, end));
  });
}

void PlanLoops::emit() {
  auto any = ShapedType::kDynamic;
  // Whole lines, so that no two parts write to one.
  int64_t line = kLineBytes / 4;
  int64_t width = llvm::alignTo(op.getNumExperts(), line);
  next =
      memref::AllocOp::create(b, MemRefType::get({any, width}, b.getI32Type()),
                              numParts, b.getI64IntegerAttr(kLineBytes));
  forEachPart([&](Value part) { countSlots(part); });
  sumCounts();
  forEachPart([&](Value part) {
    placeSlots(part);
    clearRest(part);
  });
  if (op.getRowsOut()) {
    filled = memref::AllocOp::create(b, MemRefType::get({any}, b.getI32Type()),
                                     numTokens);
    forEachPart([&](Value part) { listRows(part); });
    memref::DeallocOp::create(b, filled);
  }
  memref::DeallocOp::create(b, next);
}

namespace {
struct ConvertPlanToLoopsPass
    : moe::impl::ConvertPlanToLoopsPassBase<ConvertPlanToLoopsPass> {
  void runOnOperation() override {
    SmallVector<PlanOp> ops;
    getOperation()->walk([&](PlanOp op) {
      if (op.hasPureBufferSemantics() && !op.getCapacity())
        ops.push_back(op);
    });
    for (PlanOp op : ops) {
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      PlanLoops(op, builder).emit();
      op.erase();
    }
  }
};
} // namespace
