//===- MicroKernel.h - One tile of a grouped matmul -------------*- C++ -*-===//
//
// A tile is a few rows times one panel of columns of every weight. Its
// accumulators stay in vector registers over the whole contraction:
//
//                         panel of weight 0      panel of weight 1
//                        | B00  | B01  | ...    | B10  | ...      one k
//   row 0   broadcast a0 | acc  | acc  |        | acc  |
//   row 1   broadcast a1 | acc  | acc  |        | acc  |
//
// One contraction step loads each B once and each a once. With six rows and
// four vectors the multiply-adds hide all loads (Goto and van de Geijn, 2008:
// here nothing but the weights is packed, since rows are short-lived).
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
#define MOE_LIB_CODEGEN_CPU_MICROKERNEL_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// The rows of a tile: where each is in the ragged rows, and where its values
/// are read from.
struct TileRows {
  SmallVector<Value> rows;    ///< r
  SmallVector<Value> sources; ///< the row of the operand `rows`
  SmallVector<Value> slots;   ///< s, where the op has slots
};

class MicroKernel {
public:
  /// `op` is on memrefs, packed, and has a CPU schedule.
  MicroKernel(GroupedMatmulOp op, ImplicitLocOpBuilder &builder);

  /// All rows of `expert` times panel `panel` of its weights.
  void emit(Value expert, Value panel);

private:
  void emitTile(int64_t numRows, Value first, Value expert, Value panel);
  TileRows locateRows(int64_t numRows, Value first);
  /// Accumulators by weight, row and vector, in this order.
  SmallVector<Value> contract(const TileRows &tile, Value expert, Value panel);
  SmallVector<Value> step(const TileRows &tile, Value expert, Value panel,
                          Value k, bool isLast, ValueRange accumulators);
  /// `a` of row `source` at contraction step `k`, in every lane.
  Value broadcastInput(Value source, Value k, bool isLast);
  Value multiplyAdd(Value a, Value b, Value accumulator);

  GroupedMatmulOp op;
  ImplicitLocOpBuilder &b;
  PackingAttr packing;
  CPUScheduleAttr schedule;
  FloatType compute;
  int64_t numWeights, numVectors; ///< vectors of one panel
  int64_t lanes;                  ///< of a vector of accumulators
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_MICROKERNEL_H
