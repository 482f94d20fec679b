//===- RoutingEinsums.h - Einsums that move rows by masks -------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_ROUTINGEINSUMS_H
#define MOE_LIB_TRANSFORMS_ROUTINGEINSUMS_H

#include "ChoiceTerms.h"
#include "SlotRoles.h"

namespace mlir::moe {

/// `y[t,n] = sum over e, c of weights[t,e,c] * terms[e,c,n]`.
struct CombineEinsum {
  linalg::LinalgOp op;
  OpOperand *terms, *weights;
  Roles loops; ///< Slot for e, Token for c, SlotRow for both in one
  unsigned tokenLoop;
  int64_t numExperts;
  bool inOrder; ///< experts are summed in ascending order
};

/// The ways to read `op` as the sum over experts and places.
SmallVector<CombineEinsum> matchCombines(linalg::LinalgOp op);

/// Contractions behind `value`, nearest first.
SmallVector<linalg::LinalgOp> findContractions(Value value);

/// `rows[e,c,d] = sum over t of mask[t,e,c] * x[t,d]`.
struct DispatchEinsum {
  linalg::LinalgOp op;
  MaskTensor mask;
  Value tokens; ///< x, `[T,D]` with maybe dimensions of size one
};

/// `op` as the einsum that gathers rows, whose result has `roles`.
std::optional<DispatchEinsum>
matchDispatch(linalg::LinalgOp op, const Roles &roles, int64_t numExperts);

/// `value` without copies and reshapes, until tokens, experts and places are
/// dimensions of their own; roles: Feature for the tokens.
std::optional<MaskTensor> peelMask(Value value, Roles roles,
                                   int64_t numExperts);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_ROUTINGEINSUMS_H
