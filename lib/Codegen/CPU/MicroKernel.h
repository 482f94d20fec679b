//===- MicroKernel.h - Tiles of a grouped matmul ----------------*- C++ -*-===//
//
// The rows of a block times a few panels of every weight, as tiles (see
// TileFunctions.h) of two forms:
//
//   wide   a few rows by all parts at once: every input is read once
//   tall   more rows by one part after the other: parts come from memory one by
//          one, in order; for few rows, whose time is that of reading the
//          weights, and for a panel that is left without a neighbour
//
// Accumulators go to the first cache, from where the epilogue takes them, row
// by row, once all parts of the rows are there. Where the schedule blocks the
// contraction, so that a block of the parts stays in the second cache, they
// wait there for the next block. The first tiles of a block also ask for the
// block that follows.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
#define MOE_LIB_CODEGEN_CPU_MICROKERNEL_H

#include "AskAhead.h"
#include "BlockTiles.h"
#include "TileFunctions.h"
#include "WeightPanels.h"
#include "WidenedRows.h"

namespace mlir::moe {

/// Neighbouring panels: `count` of them, at least 1, at most those that a tile
/// joins.
struct PanelGroup {
  Value first, count;
};

class MicroKernel {
public:
  /// `op` is on memrefs and has a CPU schedule.
  MicroKernel(GroupedMatmulOp op, TileFunctions &functions,
              ImplicitLocOpBuilder &builder);

  /// What a task may take of the stack of a thread.
  static constexpr uint64_t kMostFrameBytes = 1 << 20;

  /// What a task of `op` takes of it; what is left, rows may be widened in.
  static uint64_t countFrameBytes(GroupedMatmulOp op);

  /// The rows of `rows` times the panels `group` of the weights of their
  /// expert; the task reads `next` afterwards.
  void emit(const RowBlock &rows, const PanelGroup &group,
            const NextSteps &next);

private:
  /// A part that tall tiles take, and what is read after it.
  struct TallPart {
    Value matrix, nextWeight;
    NextSteps next;
  };

  bool isBlocked() const { return schedule.getDepth() > 0; }
  Value add(Value left, Value right);
  /// Emits `body` where the block of the contraction is the last one.
  void atLast(Value condition, function_ref<void()> body);
  /// Emits `body` where `condition` holds, else `other`.
  void branch(Value condition, function_ref<void()> body,
              function_ref<void()> other = nullptr);
  Value findTall(const RowBlock &rows);
  void emitBlock(const RowBlock &rows, const NextSteps &next);
  int64_t countTallRows();
  SmallVector<Value> getAllParts();
  TallPart findPart(const RowBlock &rows, Value number, Value numParts,
                    const NextSteps &next);
  void prefetch(const BlockTile &at, const RowBlock &rows, Value isLastRound);
  Value getSize(const BlockTile &at, int64_t most, int64_t least);
  Value listSources(const BlockTile &at);
  /// A tile of `size` rows, one of `sizes`, whose sources are listed.
  void emitTile(ArrayRef<int64_t> sizes, Value size, ValueRange parts,
                Value start, const Ask &ask);
  /// The rows of a tile, whose accumulators wait from `place` on.
  void emitEpilogue(const BlockTile &at, Value place);

  GroupedMatmulOp op;
  TileFunctions &functions;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  WeightPanels panels;
  AskAhead ahead;
  WidenedRows widened;
  FloatType compute;
  int64_t numWeights;
  int64_t lanes;       ///< of a vector of accumulators
  int64_t waitingRows; ///< whose accumulators may wait
  Value waiting;       ///< accumulators by part, row and column
  Value sources;       ///< of the rows of the tile at hand
  // Of the block at hand.
  PanelGroup group;
  PanelBlock block;
  Value isTall;          ///< null: no block has tall tiles
  Value resumes, isLast; ///< null: the contraction is one block
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
