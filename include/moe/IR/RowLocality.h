//===- RowLocality.h - Does a result row need its own row only? -*- C++ -*-===//
//
// An expert may be cut along its rows, fused into a matmul's epilogue or run
// on any number of rows at once only where result row r depends on row r of the
// row arguments and on nothing else about the rows: not on other rows, not on
// their number, not on the place of row r among them.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_ROWLOCALITY_H
#define MOE_IR_ROWLOCALITY_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// Why a region is not known to be row-local.
struct RowMixing {
  Operation *op;      ///< the first op that mixes rows
  std::string reason; ///< what it does: "reduces over rows"
};

/// The first op of the region of `op` that mixes rows, or that the analysis
/// does not understand; nothing if the region is proved row-local. `op` must
/// have the argument and yield types that its verifier asks for. What is
/// understood: structured ops by their indexing maps, elementwise ops, slices
/// and reshapes that leave the row dimension whole, branches and loops that do
/// not look at rows, and nested gate, dispatch, expert and combine ops with
/// token choice and no capacity.
std::optional<RowMixing> findRowMixing(ExpertOp op);

/// The same of ops outside of any expert. The first dimension of `rows`,
/// tensors that `block` uses, is the rows; `counts` are their number. Nothing
/// if row r of each of `results` is proved to need row r of `rows` only. The op
/// is null where no op of the block has made a result.
std::optional<RowMixing> findRowMixing(Block &block, ValueRange rows,
                                       ValueRange counts, ValueRange results);

/// The region of `op` is proved row-local, whatever `cross_row` says.
bool isRowLocal(ExpertOp op);

} // namespace mlir::moe

#endif // MOE_IR_ROWLOCALITY_H
