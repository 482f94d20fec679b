//===- TaskLoop.cpp - How parallel loops are cut into tasks ---------------===//

#include "TaskLoop.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::moe;

/// Steps of the innermost loops that are worth handing to a thread: a fork and
/// a join take some microseconds.
static constexpr int64_t kWorthwhile = 16384;
/// Of a loop whose bounds are not known.
static constexpr int64_t kGuessedTrips = 64;
/// No counts beyond.
static constexpr int64_t kMostSteps = int64_t(1) << 40;

void moe::buildTaskLoop(ImplicitLocOpBuilder &b, Value count, int64_t perTask,
                        function_ref<void(Value row)> body) {
  Value step = index(b, perTask);
  auto loop = scf::ParallelOp::create(
      b, index(b, 0), count, step,
      [&](OpBuilder &, Location, ValueRange firsts) {
        Value end = arith::AddIOp::create(b, firsts[0], step);
        end = arith::MinUIOp::create(b, end, count);
        scf::ForOp::create(b, firsts[0], end, index(b, 1), ValueRange(),
                           [&](OpBuilder &, Location, Value row, ValueRange) {
                             body(row);
                             scf::YieldOp::create(b);
                           });
      });
  loop->setAttr(kGrain, b.getIndexAttr(1));
}

static int64_t multiply(int64_t a, int64_t b) {
  return a < kMostSteps / std::max<int64_t>(b, 1) ? a * b : kMostSteps;
}

/// None where it is not known.
static std::optional<int64_t> getTrips(Value from, Value to, Value step) {
  auto first = getConstantIntValue(from), last = getConstantIntValue(to),
       by = getConstantIntValue(step);
  if (!first || !last || !by || *by <= 0)
    return std::nullopt;
  return std::max<int64_t>(0, llvm::divideCeilSigned(*last - *first, *by));
}

static std::optional<int64_t> getTrips(scf::ParallelOp loop, unsigned i) {
  return getTrips(loop.getLowerBound()[i], loop.getUpperBound()[i],
                  loop.getStep()[i]);
}

/// The steps of the innermost loops of a region that runs once, as far as they
/// are known; at least one.
static int64_t countSteps(Region &region) {
  int64_t steps = 0;
  for (Operation &op : region.getOps()) {
    int64_t once = 0; // the longest of branches
    for (Region &inner : op.getRegions())
      once = std::max(once, countSteps(inner));
    int64_t trips = 1;
    if (auto loop = dyn_cast<scf::ForOp>(op))
      trips =
          getTrips(loop.getLowerBound(), loop.getUpperBound(), loop.getStep())
              .value_or(kGuessedTrips);
    else if (isa<LoopLikeOpInterface>(op))
      trips = kGuessedTrips;
    steps = std::min(kMostSteps, steps + multiply(once, trips));
  }
  return std::max<int64_t>(1, steps);
}

/// The same of an iteration of the loops before loop `first`.
static int64_t countSteps(scf::ParallelOp loop, unsigned first) {
  int64_t steps = countSteps(loop.getRegion());
  for (unsigned i = first; i < loop.getNumLoops(); ++i)
    steps = multiply(
        steps, std::max<int64_t>(1, getTrips(loop, i).value_or(kGuessedTrips)));
  return steps;
}

bool moe::isShort(scf::ParallelOp loop) {
  if (loop->hasAttr(kGrain))
    return false;
  for (unsigned i = 0; i < loop.getNumLoops(); ++i)
    if (!getTrips(loop, i))
      return false;
  return countSteps(loop, 0) < 2 * kWorthwhile;
}

unsigned moe::getNumTaskLoops(scf::ParallelOp loop) {
  if (loop->hasAttr(kGrain))
    return loop.getNumLoops();
  unsigned number = 1;
  while (number < loop.getNumLoops() &&
         countSteps(loop, number) > 4 * kWorthwhile &&
         countSteps(loop, number + 1) >= kWorthwhile / 64)
    ++number;
  return number;
}

int64_t moe::getGrain(scf::ParallelOp loop) {
  if (auto grain = loop->getAttrOfType<IntegerAttr>(kGrain))
    return grain.getInt();
  return std::max<int64_t>(1, kWorthwhile /
                                  countSteps(loop, getNumTaskLoops(loop)));
}
