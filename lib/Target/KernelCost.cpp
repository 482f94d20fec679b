//===- KernelCost.cpp - What a grouped matmul costs on a CPU --------------===//

#include "moe/Target/KernelCost.h"

#include <algorithm>

using namespace mlir::moe;

/// What a full tile reaches of the peak.
static constexpr double kTileEfficiency = 0.97;

/// Reading the weights of a tile from the second cache takes as long as the
/// multiply-adds of this many rows: it gives a register every other cycle,
/// where two multiply-adds of a register start in each.
static constexpr double kSecondCacheRows = 2;

double mlir::moe::getPeak(const Roof &roof, KernelMath math) {
  if (math == KernelMath::F64)
    return roof.f32Macs / 2;
  return math == KernelMath::Dot && roof.dotMacs > 0 ? roof.dotMacs
                                                     : roof.f32Macs;
}

KernelCost mlir::moe::estimateKernel(const KernelShape &shape,
                                     llvm::ArrayRef<int64_t> rows,
                                     const Roof &roof) {
  double peak = getPeak(roof, shape.math);
  double matrix = static_cast<double>(shape.depth) * shape.columns;
  double elements = matrix * shape.weights;
  int64_t panels = (shape.columns + shape.tileColumns - 1) / shape.tileColumns;
  double padded = static_cast<double>(shape.depth) * panels *
                  shape.tileColumns * shape.weights;
  double row = padded / (peak * kTileEfficiency);
  double reading = matrix * shape.weightBytes / roof.readBytes;
  auto tile = [&](int64_t count) {
    return count == 0 ? 0 : std::max<double>(count, kSecondCacheRows) * row;
  };
  KernelCost cost;
  for (int64_t count : rows) {
    if (count <= 0)
      continue;
    cost.arithmetic += count * elements / peak;
    cost.memory += reading;
    bool isTall = count >= shape.leastRows && count < shape.fewRows;
    int64_t most = isTall ? shape.tallRows : shape.tileRows;
    double first = tile(std::min(count, most));
    int64_t full = count / most, rest = count % most;
    double all = full * tile(most) + tile(rest);
    if (full > (isTall ? 0 : 1) && rest > 0) { // the last two tiles share
      int64_t shared = most + rest;
      all = (full - 1) * tile(most) + tile((shared + 1) / 2) + tile(shared / 2);
    }
    cost.expected += shape.prefetch ? std::max(all, reading)
                                    : all - first + std::max(first, reading);
  }
  return cost;
}
