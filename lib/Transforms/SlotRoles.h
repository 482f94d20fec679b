//===- SlotRoles.h - Dimensions as tokens, slots and features ---*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SLOTROLES_H
#define MOE_LIB_TRANSFORMS_SLOTROLES_H

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

/// What a dimension of a value stands for.
enum class Role {
  Token,   ///< t
  Slot,    ///< j, or the expert where every expert runs
  Row,     ///< t * K + j
  SlotRow, ///< j * T + t
  Feature, ///< anything else
};
using Roles = SmallVector<Role, 4>;

inline bool isRowRole(Role role) { return role != Role::Feature; }
inline bool hasRole(ArrayRef<Role> roles, Role role) {
  return llvm::is_contained(roles, role);
}
/// One value for each slot of each token.
bool isPerSlot(ArrayRef<Role> roles);
/// Tokens and slots are each at most one dimension.
bool isWellFormed(ArrayRef<Role> roles);

/// The dimensions of a value on the rows of one expert: its features that are
/// not of size one.
SmallVector<int64_t> getFeatureDims(RankedTensorType type,
                                    ArrayRef<Role> roles);

/// Roles of the loops of `op` from those of its result's dimensions; loops that
/// the result does not name are features.
FailureOr<Roles> getLoopRoles(linalg::LinalgOp op, const Roles &roles);
FailureOr<Roles> getOperandRoles(linalg::LinalgOp op, OpOperand &operand,
                                 const Roles &loops);
/// Roles of an operand of `op` from those of its result.
FailureOr<Roles> getRolesThrough(linalg::LinalgOp op, OpOperand &operand,
                                 const Roles &roles);

/// Roles of the source of an expand_shape or collapse_shape that splits or
/// joins tokens and slots or moves dimensions of size one; failure where
/// features move.
FailureOr<Roles> getReshapeRoles(Operation *reshape, const Roles &roles,
                                 int64_t numSlots);

/// The slice is as large as its source in dimension `dim`.
bool isSameSize(tensor::ExtractSliceOp slice, int64_t dim);

/// `op` is elementwise with this many inputs and yields one value.
bool isElementwise(linalg::LinalgOp op, unsigned inputs);
/// `op` only copies its one input to other places.
bool isCopy(linalg::LinalgOp op);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SLOTROLES_H
