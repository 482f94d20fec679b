//===- WeightPanels.h - Weights, as kernels read them -----------*- C++ -*-===//
//
// A panel is a few columns of every weight of an expert, contraction step after
// contraction step. Weights packed ahead of time are read where they are;
// others are copied, a block of steps at a time, to memory that stays in the
// cache, and only where an expert has rows.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_WEIGHTPANELS_H
#define MOE_LIB_CODEGEN_CPU_WEIGHTPANELS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// Contraction steps [first, last) of one panel. A step is a group of points.
struct PanelBlock {
  Value expert, panel, first, last;
};

/// The steps that are read next, from `first` on. `exists` (i1): there are any.
struct NextSteps {
  Value exists, expert, panel, first;
};

class WeightPanels {
public:
  /// Of the copy of a block of `weight`, which is not packed.
  static uint64_t countCopiedBytes(GroupedMatmulOp op, Value weight);

  /// `op` is on memrefs and has a CPU schedule.
  WeightPanels(GroupedMatmulOp op, ImplicitLocOpBuilder &builder);

  /// How many panels `op` has.
  static Value countPanels(GroupedMatmulOp op, ImplicitLocOpBuilder &b);
  /// Contraction steps, the last one whole or not.
  Value getSteps();
  /// Steps that are whole.
  Value getWholeSteps();
  /// Emits what makes `block` ready to be loaded.
  void enter(const PanelBlock &block);
  /// The steps of panel `panel` of a weight, from the first of the block
  /// entered on: what a tile takes as a part. By a number that is a value: all
  /// weights have the same elements.
  Value getPart(unsigned weight, Value panel);
  Value getPart(Value weight, Value panel);
  /// Cache lines of a step of a part, at least 1, and the elements that each
  /// ask is for, at most a line, so that all asks of a step are its elements.
  int64_t countLines();
  int64_t countAskedElements();
  /// The weights that are asked for ahead, and the steps `next` of the one of
  /// them that `weight` says. Weights are packed.
  int64_t countAskedFor();
  Value getNext(Value weight, const NextSteps &next);

private:
  Value view(Value weight, Value expert, Value panel, Value first);
  Value castToPart(Value matrix);
  void copy(unsigned weight, const PanelBlock &block);
  Value readColumns(unsigned weight, Value expert, Value point, Value column,
                    bool isInside);
  Value interleave(Value first, Value second);
  void copyRows(unsigned weight, const PanelBlock &block, Value firstColumn);
  void copyColumns(unsigned weight, const PanelBlock &block, Value firstColumn);
  void copySteps(unsigned weight, Value expert, Value firstColumn, Value first,
                 Value last);
  void copySquares(unsigned weight, Value expert, Value firstColumn,
                   Value first, Value last);
  Value clampColumn(Value firstColumn, Value n);
  Value readPoints(unsigned weight, Value expert, Value column, Value step);

  GroupedMatmulOp op;
  ImplicitLocOpBuilder &b;
  CPUScheduleAttr schedule;
  PanelBlock current;
  SmallVector<Value> copies; ///< of each weight, where weights are not packed
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_WEIGHTPANELS_H
