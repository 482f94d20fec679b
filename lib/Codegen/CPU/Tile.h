//===- Tile.h - A few rows times a few panels -------------------*- C++ -*-===//
//
// A tile is a few rows times a few parts of weights: panels of columns, next to
// each other or of several weights. Its accumulators stay in registers over a
// block of the contraction:
//
//                              part 0          part 1
//                        | B00  | B01 |  | B10  | B11 |        one step
//   row 0   broadcast a0 | acc  | acc |  | acc  | acc |
//   row 1   broadcast a1 | acc  | acc |  | acc  | acc |
//
// One step loads each B once and each a once, and the multiply-adds hide all
// loads (Goto and van de Geijn, 2008: here nothing but the weights is packed,
// since rows are short-lived). A pair of contraction points of bf16 is a word:
// one instruction multiplies both where the schedule says so, else the words of
// rows and weights become two registers of f32 each.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_TILE_H
#define MOE_LIB_CODEGEN_CPU_TILE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {

/// What the code of a tile depends on.
struct TileForm {
  int64_t rows = 0;       ///< exactly
  int64_t vectors, lanes; ///< of accumulators, of one part
  int64_t group;          ///< contraction points of a step
  bool dot;               ///< one instruction multiplies them, of bf16
  bool hasHalf;           ///< the last step may have half of its points
  int64_t lines;     ///< cache lines of a step of a part; 0: none asked for
  FloatType compute; ///< the type of the accumulators
};

/// The arguments of a tile. Steps count from the start of the contraction.
struct TileArguments {
  Value rows;               ///< `[R,K]`
  Value sources;            ///< which of them, as many as the tile has
  SmallVector<Value> parts; ///< `[steps, elements]` from step `first` on
  Value first, last;        ///< steps
  Value whole;              ///< steps that have all their points
  /// Where accumulators are stored: from `start` on, those of the next part
  /// `distance` further. `resumes` (i1): they are loaded from there first, else
  /// they start at zero.
  Value waiting, start, distance, resumes;
  /// Each step asks for the line of element `from + (step - first) * stride` of
  /// `next`, whose steps lie behind each other, and where `asksAll` (i1) for
  /// the other lines of its step.
  Value next, from, stride, asksAll;
};

/// Emits what multiplies and stores the tile.
void emitTile(ImplicitLocOpBuilder &builder, const TileForm &form,
              const TileArguments &arguments);

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_TILE_H
