//===- MicroKernel.h - Tiles of a grouped matmul ----------------*- C++ -*-===//
//
// A tile is a few rows times one panel of columns of every weight. Its
// accumulators stay in vector registers over a block of the contraction:
//
//                         panel of weight 0      panel of weight 1
//                        | B00  | B01  | ...    | B10  | ...      one step
//   row 0   broadcast a0 | acc  | acc  |        | acc  |
//   row 1   broadcast a1 | acc  | acc  |        | acc  |
//
// One contraction step loads each B once and each a once. With six rows and
// four vectors the multiply-adds hide all loads (Goto and van de Geijn, 2008:
// here nothing but the weights is packed, since rows are short-lived). Where
// the schedule blocks the contraction, so that a block of the panel stays in
// the second cache, the accumulators wait in memory between blocks. The first
// tiles of a block also ask for the block that follows.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
#define MOE_LIB_CODEGEN_CPU_MICROKERNEL_H

#include "RowBlocks.h"
#include "WeightPanels.h"

namespace mlir::moe {

class MicroKernel {
public:
  /// `op` is on memrefs and has a CPU schedule.
  MicroKernel(GroupedMatmulOp op, ImplicitLocOpBuilder &builder);

  /// The rows of `rows` times panel `panel` of the weights of their expert;
  /// the task reads `next` afterwards.
  void emit(const RowBlock &rows, Value panel, const NextSteps &next);

private:
  /// The rows of a tile: where each is in the ragged rows, and where its values
  /// are read from.
  struct Tile {
    SmallVector<Value> rows;    ///< r
    SmallVector<Value> sources; ///< the row of the operand `rows`
    SmallVector<Value> slots;   ///< s, where the op has slots
    Value first;                ///< its first row, within the block of rows
  };
  /// Where the lines to ask for are: at `start + step * stride`.
  struct Prefetch {
    Value weight;
    NextSteps next;
    Value start, stride;
  };

  bool isBlocked() const { return schedule.getDepth() > 0; }
  void emitBlock(const RowBlock &rows, const NextSteps &next);
  void emitTile(int64_t numRows, Value first, const RowBlock &rows,
                const NextSteps &next);
  Tile locateRows(int64_t numRows, Value first, const RowBlock &rows);
  Value locateSource(Value row, Value slot);
  void prefetchRows(const Tile &tile, const RowBlock &rows);
  std::optional<Prefetch> startPrefetch(const Tile &tile,
                                        const NextSteps &next);
  SmallVector<Value> startSums(const Tile &tile);
  void store(const Tile &tile, ValueRange sums);
  void finish(const Tile &tile, ValueRange sums);
  /// Accumulators by weight, row and vector, in this order.
  SmallVector<Value> contract(const Tile &tile, const NextSteps &next);
  SmallVector<Value> step(const Tile &tile, Value k, bool isHalf,
                          ValueRange accumulators);
  /// `a` of row `source` at contraction step `k`, in every lane.
  Value broadcastInput(Value source, Value k, bool isHalf);
  Value multiplyAdd(Value a, Value b, Value accumulator);
  SmallVector<Value> getWaitingPlace(const Tile &tile, int64_t weight,
                                     int64_t row, int64_t vector);

  GroupedMatmulOp op;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  WeightPanels panels;
  FloatType compute;
  int64_t numWeights, numVectors; ///< vectors of one panel
  int64_t lanes;                  ///< of a vector of accumulators
  Value waiting; ///< accumulators between blocks, [weights, rows, columns]
  // Of the block at hand.
  PanelBlock block;
  Value isFirst, isLast; ///< null: the contraction is one block
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
