//===- KernelCost.cpp - What a grouped matmul costs on a CPU --------------===//
//
// Cycles are those of a core that starts two multiply-adds of a register in
// each, as all known ones do at their peak. What is no number of a manual
// (kLoads, kInputCycles, kTileCycles, kAccumulatorCycles, kLate, kStreamCycles)
// was fitted to times of kernels of 1 to 256 rows an expert on Zen 5, f32; what
// registers of less than a cache line have of their own (kLoneStreamCycles,
// kVectorPorts), on Zen 3, f32 and bf16.
//
//===----------------------------------------------------------------------===//

#include "moe/Target/KernelCost.h"

#include "moe/Layout/TileSizes.h"

#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <vector>

using namespace mlir::moe;

/// Multiply-adds of a register that start in a cycle.
static constexpr double kPorts = 2;

/// Instructions on registers that start in a cycle, where multiply-adds and
/// what takes pairs apart share ports.
static constexpr double kVectorPorts = 3;

/// Loads that start in a cycle, of two ports: inputs of other rows are
/// elsewhere.
static constexpr double kLoads = 1.7;

/// Cycles from a multiply-add to the next one on the same accumulator.
static constexpr double kLatency = 4;

/// Cycles in which the second cache gives a register of weights.
static constexpr double kSecondCacheCycles = 1;

/// What a row of inputs takes of a step though loads have a port of their own:
/// rows lie apart and are walked once for each tile of columns.
static constexpr double kInputCycles = 0.05;

/// Of a tile: its call, and an accumulator that is set, stored and read.
static constexpr double kTileCycles = 100, kAccumulatorCycles = 2;

/// What is read from memory and not asked for ahead delays so much of the
/// shorter of reading and arithmetic, for each cache line of a step: the more
/// there are, the less far ahead the processor itself reads.
static constexpr double kLate = 0.14;

/// Cycles that memory takes longer for a line where weights are read one
/// after the other, so that each part begins another stream; and where a step
/// of a part is a line of the cache or less.
static constexpr double kStreamCycles = 0.8;
static constexpr int64_t kLineBytes = 64;

/// Cycles that memory takes longer still for a line where a step of a part is a
/// line or less, registers are less, and no other part is read meanwhile.
static constexpr double kLoneStreamCycles = 2.6;

/// Of processors of which nothing better is known.
static constexpr double kClock = 4e9, kCoreBandwidth = 14e9;

/// The most rows of an expert for which a kernel is rated.
static constexpr int64_t kMostRatedRows = 256;

/// Rows of an expert from which on tall tiles are not looked at.
static constexpr int64_t kMostFewRows = 48;
/// Of the time of wide ones; less is a rounding error.
static constexpr double kLeastSpared = 1e-6;

int64_t mlir::moe::countPoints(KernelMath math) {
  return math == KernelMath::Dot || math == KernelMath::Pairs ? 2 : 1;
}

double mlir::moe::getPeak(const Roof &roof, KernelMath math) {
  if (math == KernelMath::F64)
    return roof.f32Macs / 2;
  return math == KernelMath::Dot && roof.dotMacs > 0 ? roof.dotMacs
                                                     : roof.f32Macs;
}

Roof mlir::moe::getNominalRoof(const Target &target) {
  Roof roof;
  roof.cores = std::max<int64_t>(target.cores, 1);
  roof.lanes = std::max<int64_t>(target.vectorBits, 128) / 32;
  roof.f32Macs = kClock * kPorts * roof.lanes * roof.cores;
  if (hasFeature(target, "avx512bf16"))
    roof.dotMacs = 2 * roof.f32Macs;
  roof.readBytes = target.bandwidth > 0 ? static_cast<double>(target.bandwidth)
                                        : kCoreBandwidth * roof.cores;
  return roof;
}

namespace {
/// One kernel on one processor. Times are seconds in which all cores work.
class Kernel {
public:
  Kernel(const KernelShape &shape, const Roof &roof);

  /// What a block of `rows` takes; `reads`: its weights come from memory.
  double getBlockTime(int64_t rows, bool reads) const;
  /// What `count` rows of an expert take, and how many blocks they are.
  double getExpertTime(int64_t count) const;
  int64_t countBlocks(int64_t count) const;
  /// What work of `time` takes whose blocks of rows are so many.
  double balance(double time, int64_t blocks) const;

private:
  double getTileCycles(int64_t rows, int64_t registers) const;
  double getTilesCycles(int64_t rows, int64_t most, bool evenly,
                        int64_t registers) const;
  double getPanelReading(bool isOther, int64_t parts) const;
  double getTallTime(int64_t rows, int64_t panels, bool reads) const;
  double getWideTime(int64_t rows, int64_t panels, bool reads) const;

  const KernelShape &shape;
  const KernelSchedule &schedule;
  double cores;
  double cycle;       ///< seconds of one, of all cores together
  int64_t group;      ///< contraction points of a step
  int64_t points;     ///< of a step that are multiplied one by one
  int64_t steps;      ///< of the contraction
  int64_t numBlocks;  ///< of the contraction
  int64_t numPanels;  ///< of one weight
  int64_t registers;  ///< of a panel of one weight
  bool isNarrow;      ///< registers are less than a line of the cache
  double lines;       ///< that these registers are, of the cache
  double panelMemory; ///< seconds that reading a panel of every weight takes
};
} // namespace

Kernel::Kernel(const KernelShape &shape, const Roof &roof)
    : shape(shape), schedule(shape.schedule), cores(roof.cores),
      group(countPoints(shape.math)),
      points(shape.math == KernelMath::Pairs ? group : 1) {
  int64_t lanes = shape.math == KernelMath::F64 ? roof.lanes / 2 : roof.lanes;
  lanes = std::max<int64_t>(lanes, 1);
  cycle = kPorts * lanes * (group / points) / getPeak(roof, shape.math);
  steps = llvm::divideCeil(shape.depth, group);
  numBlocks =
      schedule.depth > 0 ? llvm::divideCeil(shape.depth, schedule.depth) : 1;
  numPanels = llvm::divideCeil(shape.columns, schedule.columns);
  registers =
      llvm::divideCeil(schedule.columns, std::min(lanes, schedule.lanes));
  isNarrow = 4 * roof.lanes < kLineBytes;
  lines = 4.0 * roof.lanes / kLineBytes * registers;
  panelMemory = static_cast<double>(shape.depth) * schedule.columns *
                shape.weightBytes / roof.readBytes;
}

int64_t Kernel::countBlocks(int64_t count) const {
  int64_t most = schedule.rows * schedule.tiles;
  return most > 0 ? llvm::divideCeil(count, most) : 1;
}

/// Cores end half a task apart in the mean, and a task has one core.
double Kernel::balance(double time, int64_t blocks) const {
  int64_t tasks = llvm::divideCeil(numPanels, schedule.panel);
  if (!shape.isOrdered)
    tasks *= blocks;
  if (tasks == 0)
    return time;
  double task = time * cores / tasks;
  return std::max(time + (1 - 1 / cores) * task / 2, task);
}

/// The contraction of one tile, whatever limits its steps.
double Kernel::getTileCycles(int64_t rows, int64_t registers) const {
  double step =
      std::max({points * rows * registers / kPorts, (rows + registers) / kLoads,
                registers * kSecondCacheCycles, points * kLatency});
  if (points > 1)
    step = std::max(step, points * (rows * registers + rows + registers) /
                              kVectorPorts);
  return steps * (step + rows * kInputCycles) +
         numBlocks * (kTileCycles + rows * registers * kAccumulatorCycles);
}

/// All tiles of a block.
double Kernel::getTilesCycles(int64_t rows, int64_t most, bool evenly,
                              int64_t registers) const {
  auto tile = [&](int64_t count) {
    return count > 0 ? getTileCycles(getTileSize(count, most), registers) : 0;
  };
  TileCut cut = cutRows(rows, most, evenly);
  return cut.numFull * tile(most) + tile(cut.lastButOne) + tile(cut.last);
}

/// `late`: lines of a step that nobody has asked for ahead.
static double overlap(double reading, double arithmetic, double late) {
  double delay = std::min(kLate * late, 1.0);
  return std::max(reading, arithmetic) + delay * std::min(reading, arithmetic);
}

/// Of a panel of every weight from memory, `parts` at a time. `isOther`: one
/// after the other.
double Kernel::getPanelReading(bool isOther, int64_t parts) const {
  bool isShort = schedule.columns * group * shape.weightBytes <=
                 kLineBytes * shape.weights;
  double cyclesOfLine = (isOther + isShort) * kStreamCycles;
  if (isShort && isNarrow && parts == 1)
    cyclesOfLine += kLoneStreamCycles;
  return panelMemory + cyclesOfLine * cycle * lines * steps * shape.weights;
}

/// One part after the other.
double Kernel::getTallTime(int64_t rows, int64_t panels, bool reads) const {
  int64_t parts = panels * shape.weights;
  int64_t most = std::max(schedule.rows, schedule.tall);
  double arithmetic =
      parts * cycle * getTilesCycles(rows, most, /*evenly=*/true, registers);
  double reading = 0;
  if (reads)
    reading =
        panels * getPanelReading(/*isOther=*/shape.weights > 1, /*parts=*/1);
  return overlap(reading, arithmetic, schedule.prefetch ? 0 : lines);
}

/// Groups of joined panels, of all weights at once. A whole tile asks for one
/// line of each step of what follows, others for less.
double Kernel::getWideTime(int64_t rows, int64_t panels, bool reads) const {
  int64_t wide = schedule.joined * shape.weights * registers;
  bool evenly = schedule.rows > kMostExactRows;
  double arithmetic = panels / schedule.joined * cycle *
                      getTilesCycles(rows, schedule.rows, evenly, wide);
  int64_t parts = schedule.joined * shape.weights;
  double asked = 0;
  if (schedule.prefetch)
    asked = std::min(1.0, rows / (schedule.rows * parts * std::ceil(lines)));
  double reading =
      reads ? panels * getPanelReading(/*isOther=*/false, parts) : 0;
  return overlap(reading, arithmetic, (1 - asked) * parts * lines);
}

double Kernel::getBlockTime(int64_t rows, bool reads) const {
  bool isTall =
      schedule.tall > 0 && rows >= schedule.least && rows < schedule.few;
  if (isTall)
    return getTallTime(rows, numPanels, reads);
  int64_t left = numPanels % schedule.joined; // is no wide tile
  double time = left > 0 ? getTallTime(rows, left, reads) : 0;
  return time + getWideTime(rows, numPanels - left, reads);
}

double Kernel::getExpertTime(int64_t count) const {
  int64_t blocks = countBlocks(count), size = count;
  if (blocks > 1)
    size = llvm::alignTo(llvm::divideCeil(count, blocks), schedule.rows);
  double time = getBlockTime(std::min(size, count), /*reads=*/true);
  int64_t left = std::max<int64_t>(count - size, 0);
  time += left / size * getBlockTime(size, /*reads=*/false);
  if (left % size > 0)
    time += getBlockTime(left % size, /*reads=*/false);
  return time;
}

KernelCost mlir::moe::estimateKernel(const KernelShape &shape,
                                     llvm::ArrayRef<int64_t> rows,
                                     const Roof &roof) {
  Kernel kernel(shape, roof);
  double matrix = static_cast<double>(shape.depth) * shape.columns;
  double row = matrix * shape.weights / getPeak(roof, shape.math);
  double reading = matrix * shape.weightBytes / roof.readBytes;
  KernelCost cost;
  int64_t blocks = 0, last = 0;
  double time = 0;
  for (int64_t count : rows) {
    if (count <= 0)
      continue;
    if (count != last)
      time = kernel.getExpertTime(count);
    last = count;
    cost.arithmetic += count * row;
    cost.memory += reading;
    cost.expected += time;
    blocks += kernel.countBlocks(count);
  }
  cost.expected = kernel.balance(cost.expected, blocks);
  return cost;
}

double mlir::moe::rateKernel(const KernelShape &shape, const Roof &roof) {
  Kernel kernel(shape, roof);
  double sum = 0;
  int64_t numCounts = 0;
  for (int64_t count = 1; count <= kMostRatedRows; count *= 2, ++numCounts) {
    double time = kernel.getExpertTime(count);
    if (shape.isOrdered)
      time = kernel.balance(time, 1);
    sum += time / estimateKernel(shape, count, roof).getRoof();
  }
  return sum / numCounts;
}

void mlir::moe::chooseTallRows(KernelShape &shape, const Roof &roof) {
  KernelSchedule &schedule = shape.schedule;
  auto getTime = [&](int64_t rows, int64_t few) {
    schedule.least = 1;
    schedule.few = few;
    return Kernel(shape, roof).getBlockTime(rows, /*reads=*/true);
  };
  // What tall tiles spare for each number of rows, by the time of wide ones.
  std::vector<double> spared(kMostFewRows, 0);
  for (int64_t rows = 1; rows < kMostFewRows; ++rows)
    spared[rows] = 1 - getTime(rows, kMostFewRows) / getTime(rows, 1);
  double best = 0;
  int64_t least = 1, few = 0;
  for (int64_t end = schedule.rows; end <= kMostFewRows; end += schedule.rows) {
    double sum = 0;
    for (int64_t rows = end - 1; rows > 0; --rows) {
      sum += spared[rows];
      if (sum < best + kLeastSpared)
        continue;
      best = sum;
      least = rows;
      few = end;
    }
  }
  schedule.least = least;
  schedule.few = few;
  if (few == 0)
    schedule.tall = 0;
}
