//===- LayerCost.cpp - What a layer costs, routed and dense ---------------===//

#include "LayerCost.h"

#include "GateProjections.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::moe;

/// Rows that a matmul computes at once.
static constexpr int64_t kTile = 8;
/// Hertz: no target states a clock, and both ways divide by it.
static constexpr double kClock = 2e9;
/// Multiply-adds of a vector that a core starts in a cycle.
static constexpr double kPipes = 2;
/// Cycles that counting, scanning and placing take for each slot and expert, on
/// one core.
static constexpr double kPlanCycles = 6;
/// Seconds that all cores wait for the plan, and for each other after it.
static constexpr double kWait = 4e-6;
/// A second version is worth its code where it takes at most this part.
static constexpr double kWorth = 0.9;
/// Numbers of tokens beyond this are priced as this one is.
static constexpr int64_t kMostTokens = int64_t(1) << 20;

static int64_t getBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  if (!tensor.hasStaticShape() || !tensor.getElementType().isIntOrFloat())
    return -1;
  return tensor.getNumElements() * ((tensor.getElementTypeBitWidth() + 7) / 8);
}

static int64_t getRowBytes(Type type) {
  auto rows = cast<RankedTensorType>(type);
  if (rows.isDynamicDim(1))
    return -1;
  return rows.getDimSize(1) * ((rows.getElementTypeBitWidth() + 7) / 8);
}

std::optional<LayerSize> moe::measureLayer(DispatchOp dispatch,
                                           ExpertOp expert) {
  LayerSize layer{dispatch.getNumExperts(),
                  dispatch.getExperts().getType().getDimSize(1), 0, 0, 0};
  if (ShapedType::isDynamic(layer.slots))
    return std::nullopt;
  for (Value param : expert.getParams()) {
    int64_t bytes = getBytes(param.getType());
    if (bytes < 0)
      return std::nullopt;
    layer.paramBytes += bytes / layer.experts;
  }
  for (ValueRange values :
       {ValueRange(expert.getInputs()), ValueRange(expert.getResults())})
    for (Value rows : values) {
      int64_t bytes = getRowBytes(rows.getType());
      if (bytes < 0)
        return std::nullopt;
      layer.rowBytes += bytes;
    }
  bool known = true;
  expert.getBody().walk([&](linalg::LinalgOp op) {
    int64_t points = 1, dynamic = 0;
    if (isContraction(op))
      for (int64_t range : op.getStaticLoopRanges())
        ShapedType::isDynamic(range) ? void(++dynamic) : void(points *= range);
    else
      points = 0;
    known &= dynamic <= 1;
    layer.macs += points;
  });
  return known ? std::optional(layer) : std::nullopt;
}

/// The slower of memory and arithmetic.
static double estimate(const LayerSize &layer, const Target &target,
                       double experts, double rows, double movedRows) {
  double bytes = experts * layer.paramBytes + movedRows * layer.rowBytes;
  double lanes = std::max<int64_t>(target.vectorBits, 32) / 32;
  double rate = kClock * kPipes * lanes * std::max<int64_t>(target.cores, 1);
  return std::max(bytes / target.bandwidth, rows * layer.macs / rate);
}

/// Rows of all tokens in whole tiles.
static double padRows(int64_t t) {
  return double((t + kTile - 1) / kTile * kTile);
}

/// Seconds for the experts that tokens choose and `shared` that all have.
static double estimateLayer(const LayerSize &layer, const Target &target,
                            int64_t t, int64_t shared) {
  double share = std::min(1.0, double(layer.slots) / layer.experts);
  double hit = layer.experts * (1.0 - std::pow(1.0 - share, t));
  double chosen = double(t) * layer.slots, rows = chosen + double(t) * shared;
  double plan = kPlanCycles * (rows + layer.experts + shared) / kClock + kWait;
  // Half a tile of each expert is padding; rows are gathered and scattered.
  return estimate(layer, target, hit + shared,
                  chosen + hit * (kTile - 1) / 2.0 + shared * padRows(t),
                  2 * rows) +
         plan;
}

double moe::estimateRouted(const LayerSize &layer, const Target &target,
                           int64_t t) {
  return estimateLayer(layer, target, t, /*shared=*/0);
}

double moe::estimateDense(const LayerSize &layer, const Target &target,
                          int64_t t) {
  return estimate(layer, target, layer.experts, padRows(t) * layer.experts, t);
}

std::optional<TokenRange> moe::findDenseRange(const LayerSize &layer,
                                              const Target &target) {
  std::optional<TokenRange> range;
  for (int64_t t = 1; t <= kMostTokens; t *= 2) {
    bool dense = estimateDense(layer, target, t) <
                 kWorth * estimateRouted(layer, target, t);
    if (dense && !range)
      range = TokenRange{t, std::numeric_limits<int64_t>::max()};
    if (!dense && range) {
      range->end = t;
      break;
    }
  }
  return range;
}

std::optional<int64_t> moe::findJoinLoss(const LayerSize &layer,
                                         const Target &target, int64_t tokens) {
  auto isLoss = [&](int64_t t) {
    // On its own it is waited for, and two results are read, one written.
    double own = estimate(layer, target, 1, padRows(t), t) + kWait +
                 1.5 * t * layer.rowBytes / target.bandwidth;
    return estimateLayer(layer, target, t, /*shared=*/1) >
           estimateLayer(layer, target, t, /*shared=*/0) + own;
  };
  int64_t first = ShapedType::isDynamic(tokens) ? 1 : tokens;
  int64_t last = ShapedType::isDynamic(tokens) ? kMostTokens : tokens;
  for (int64_t t = first; t <= last; t = std::max<int64_t>(2 * t, 1))
    if (isLoss(t))
      return t;
  return std::nullopt;
}
