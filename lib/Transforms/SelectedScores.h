//===- SelectedScores.h - What a selection selects by -----------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SELECTEDSCORES_H
#define MOE_LIB_TRANSFORMS_SELECTEDSCORES_H

#include "TensorExpr.h"
#include "TopKSort.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::moe {

/// Formulas end at contractions: logits are values of their own.
bool isContraction(Value value);

/// The scores `[T,L]` that a top-k selects by, and what reads them at the
/// selected experts.
struct SelectedScores {
  ScoreKind score = ScoreKind::Identity;
  Value logits;
  SelectAttrInterface select; ///< of the router
  /// Added to the scores for the selection only: `[L]`, perhaps with more
  /// dimensions of size one; or null.
  Value bias;
  /// Values `[T,K]`: the scores, without the bias, of the selected experts.
  SmallVector<Value> selected;
  /// Why a mask of the keys is not part of the selection; empty where it is.
  std::string why;
};

/// What `topK` is about. Scores are read at the selected experts in two ways:
/// as the sorted keys, and where the ids index the scores again.
SelectedScores matchSelectedScores(const TopKSort &topK, bool assumeFinite);

/// Where `op` reads a tensor `[T,L]` at (t, ids[t,j]) for each slot of `ids`
/// `[T,K]`: that tensor, or null.
Value matchGather(linalg::LinalgOp op, Value ids);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SELECTEDSCORES_H
