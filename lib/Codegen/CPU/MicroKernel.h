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
// here nothing but the weights is packed, since rows are short-lived). Then the
// accumulators go to the first cache, from where the epilogue takes them, row
// by row: its code is there once, not once for each form of a tile. Where the
// schedule blocks the contraction, so that a block of the panel stays in the
// second cache, they wait there for the next block. The first tiles of a block
// also ask for the block that follows.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
#define MOE_LIB_CODEGEN_CPU_MICROKERNEL_H

#include "RowTiles.h"
#include "WeightPanels.h"

namespace mlir::moe {

class MicroKernel {
public:
  /// `op` is on memrefs and has a CPU schedule.
  MicroKernel(GroupedMatmulOp op, ImplicitLocOpBuilder &builder);

  /// The memory that a task of `op` takes on the stack.
  static uint64_t countFrameBytes(GroupedMatmulOp op);

  /// The rows of `rows` times panel `panel` of the weights of their expert;
  /// the task reads `next` afterwards.
  void emit(const RowBlock &rows, Value panel, const NextSteps &next);

private:
  /// The rows of a tile: where each is in the ragged rows, and where its values
  /// are read from.
  struct Tile {
    SmallVector<Value> rows;    ///< r
    SmallVector<Value> sources; ///< the row of the operand `rows`
    Value number;               ///< of the tile within its block of rows
    Value place;                ///< where its accumulators wait
  };
  /// Where the lines to ask for are: at `start + step * stride`.
  struct Prefetch {
    Value weight;
    NextSteps next;
    Value start, stride;
  };

  bool isBlocked() const { return schedule.getDepth() > 0; }
  void emitBlock(const RowBlock &rows, const NextSteps &next);
  void emitTile(int64_t numRows, const RowTile &at, const RowBlock &rows,
                const NextSteps &next);
  /// Rows [first, first + count), whose accumulators wait from `place` on.
  void emitEpilogue(Value first, Value count, Value place);
  Value getPlace(Value first, const RowBlock &rows);
  Value readSlot(Value row);
  Value locateSource(Value row);
  void prefetchRows(const Tile &tile, const RowBlock &rows);
  void prefetchOut(const Tile &tile);
  std::optional<Prefetch> startPrefetch(const Tile &tile,
                                        const NextSteps &next);
  SmallVector<Value> startSums(const Tile &tile);
  void store(const Tile &tile, ValueRange sums);
  /// Accumulators by weight, row and vector, in this order.
  SmallVector<Value> contract(const Tile &tile, const NextSteps &next);
  SmallVector<Value> step(const Tile &tile, Value k, bool isHalf,
                          ValueRange accumulators);
  /// `a` of row `source` at contraction step `k`, in every lane.
  Value broadcastInput(Value source, Value k, bool isHalf);
  Value multiplyAdd(Value a, Value b, Value accumulator);
  /// Where the accumulators of the row at `place` start, those of the first
  /// weight, and where others are: of `weight`, `row` rows further.
  Value getWaitingRow(Value place);
  Value getWaiting(int64_t weight, Value start, int64_t row, int64_t vector);

  GroupedMatmulOp op;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  WeightPanels panels;
  FloatType compute;
  int64_t numWeights, numVectors; ///< vectors of one panel
  int64_t lanes;                  ///< of a vector of accumulators
  Value waiting;                  ///< accumulators by weight, row and column
  // Of the block at hand.
  PanelBlock block;
  Value isFirst, isLast; ///< null: the contraction is one block
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
