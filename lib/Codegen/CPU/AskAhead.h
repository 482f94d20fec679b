//===- AskAhead.h - What tiles ask memory for -------------------*- C++ -*-===//
//
// While a tile multiplies, memory brings what is read afterwards: the steps of
// the next parts, line by line; the rows of the next tile; and what the
// epilogue writes.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_ASKAHEAD_H
#define MOE_LIB_CODEGEN_CPU_ASKAHEAD_H

#include "BlockTiles.h"
#include "WeightPanels.h"

namespace mlir::moe {

/// Each step of a tile asks for the line of element `start + step * stride` of
/// `part`, and the other lines of that step where `all` (i1). All null: for
/// nothing.
struct Ask {
  Value part, start, stride, all;
};

class AskAhead {
public:
  AskAhead(GroupedMatmulOp op, WeightPanels &panels,
           ImplicitLocOpBuilder &builder)
      : op(op), panels(panels), b(builder),
        schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())) {}

  /// The share of tile `at` of `tiles`, which take all parts of `block` at
  /// once.
  Ask askWide(const BlockTile &at, const PanelBlock &block, BlockTiles &tiles,
              const NextSteps &next);
  /// The share of tile `at` of `tiles`, which take one part; weight `weight` is
  /// read next.
  Ask askTall(const BlockTile &at, const PanelBlock &block, BlockTiles &tiles,
              Value weight, const NextSteps &next);
  /// Asks for the first lines of the rows of the tile after `at` from step
  /// `first` on: what follows them the processor sees coming.
  void prefetchRows(const BlockTile &at, const RowBlock &rows, Value first);
  /// Asks for what the epilogue of `at` writes, from panel `panel` on: other
  /// cores have it still, where they read it in the last run.
  void prefetchOut(const BlockTile &at, Value panel);

private:
  Value countHalvings(int64_t shares, BlockTiles &tiles);

  GroupedMatmulOp op;
  WeightPanels &panels;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_ASKAHEAD_H
