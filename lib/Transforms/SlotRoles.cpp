//===- SlotRoles.cpp - Dimensions as tokens, slots and features -----------===//

#include "SlotRoles.h"

#include "ScalarFunction.h"

#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isPerSlot(ArrayRef<Role> roles) {
  return hasRole(roles, Role::Row) || hasRole(roles, Role::SlotRow) ||
         (hasRole(roles, Role::Token) && hasRole(roles, Role::Slot));
}

bool moe::isWellFormed(ArrayRef<Role> roles) {
  auto count = [&](Role role) { return llvm::count(roles, role); };
  int64_t rows = count(Role::Row) + count(Role::SlotRow);
  int64_t tokens = count(Role::Token), slots = count(Role::Slot);
  return rows == 0 ? tokens <= 1 && slots <= 1
                   : rows == 1 && tokens == 0 && slots == 0;
}

SmallVector<int64_t> moe::getFeatureDims(RankedTensorType type,
                                         ArrayRef<Role> roles) {
  SmallVector<int64_t> dims;
  for (auto [dim, role] : llvm::enumerate(roles))
    if (role == Role::Feature && type.getDimSize(dim) != 1)
      dims.push_back(dim);
  return dims;
}

FailureOr<Roles> moe::getLoopRoles(linalg::LinalgOp op, const Roles &roles) {
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  Roles loops(op.getNumLoops(), Role::Feature);
  for (auto [expr, role] : llvm::zip_equal(map.getResults(), roles)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (dim)
      loops[dim.getPosition()] = role;
    else if (role != Role::Feature)
      return failure();
  }
  return loops;
}

FailureOr<Roles> moe::getOperandRoles(linalg::LinalgOp op, OpOperand &operand,
                                      const Roles &loops) {
  Roles roles;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      roles.push_back(loops[dim.getPosition()]);
    else if (isa<AffineConstantExpr>(expr))
      roles.push_back(Role::Feature);
    else
      return failure();
  }
  return roles;
}

FailureOr<Roles> moe::getRolesThrough(linalg::LinalgOp op, OpOperand &operand,
                                      const Roles &roles) {
  auto loops = getLoopRoles(op, roles);
  if (failed(loops))
    return failure();
  return getOperandRoles(op, operand, *loops);
}

bool moe::isSameSize(tensor::ExtractSliceOp slice, int64_t dim) {
  using Bounds = ValueBoundsConstraintSet;
  FailureOr<bool> equal =
      Bounds::areEqual(Bounds::Variable(slice.getSource(), dim),
                       Bounds::Variable(slice.getMixedSizes()[dim]));
  return succeeded(equal) && *equal;
}

bool moe::isElementwise(linalg::LinalgOp op, unsigned inputs) {
  return op && op->getNumResults() == 1 && op.hasPureTensorSemantics() &&
         op.getNumParallelLoops() == op.getNumLoops() &&
         op.getNumDpsInputs() == inputs && !op.hasIndexSemantics();
}

bool moe::isCopy(linalg::LinalgOp op) {
  return isElementwise(op, 1) &&
         skipFloatCasts(op.getBlock()->getTerminator()->getOperand(0)) ==
             op.getBlock()->getArgument(0);
}

/// The dimensions of tokens and of slots, or of slots and of tokens, that
/// `group` joins to rows. One token or one slot is a dimension of size one next
/// to the other; a lone dimension of rows is not split.
static std::optional<std::pair<int64_t, int64_t>>
splitRows(RankedTensorType type, ArrayRef<int64_t> group,
          ArrayRef<int64_t> wide, Role role, int64_t numSlots) {
  if (role != Role::Row && role != Role::SlotRow)
    return std::nullopt;
  bool tokenMajor = role == Role::Row;
  if (wide.size() == 2) {
    if (type.getDimSize(wide[tokenMajor ? 1 : 0]) != numSlots)
      return std::nullopt;
    return std::pair(wide[0], wide[1]);
  }
  if (wide.empty() && group.size() > 1 && numSlots == 1)
    return std::pair(group[0], group[1]);
  if (wide.size() != 1)
    return std::nullopt;
  // All slots of one token, or one slot of all tokens.
  int64_t size = type.getDimSize(wide[0]);
  bool slots = size == numSlots;
  if (!slots && numSlots != 1)
    return std::nullopt;
  bool unitFirst = slots == tokenMajor;
  if (unitFirst && wide[0] != group.front())
    return std::pair(wide[0] - 1, wide[0]);
  if (!unitFirst && wide[0] != group.back())
    return std::pair(wide[0], wide[0] + 1);
  return std::nullopt;
}

/// `roles` of an expand_shape's result without the one token or the one slot
/// that it puts next to a feature. What is left of the pair are the rows.
static Roles dropUnits(tensor::ExpandShapeOp expand, const Roles &roles) {
  RankedTensorType type = expand.getResultType();
  Roles kept = roles;
  bool dropped = false;
  for (const ReassociationIndices &group : expand.getReassociationIndices()) {
    bool wideFeature = llvm::any_of(group, [&](int64_t dim) {
      return roles[dim] == Role::Feature && type.getDimSize(dim) != 1;
    });
    for (int64_t dim : group)
      if (wideFeature && roles[dim] != Role::Feature &&
          type.getDimSize(dim) == 1) {
        kept[dim] = Role::Feature;
        dropped = true;
      }
  }
  if (dropped && isPerSlot(roles))
    for (Role &role : kept)
      if (role == Role::Token || role == Role::Slot)
        role = Role::Row;
  return kept;
}

FailureOr<Roles> moe::getReshapeRoles(Operation *reshape, const Roles &roles,
                                      int64_t numSlots) {
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reshape)) {
    Roles kept = dropUnits(expand, roles);
    Roles source;
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      Roles rows;
      int64_t features = 0;
      for (int64_t dim : group) {
        if (kept[dim] != Role::Feature)
          rows.push_back(kept[dim]);
        else if (expand.getResultType().getDimSize(dim) != 1)
          ++features;
      }
      if (features > 1 || (features == 1 && !rows.empty()))
        return failure();
      if (rows.empty())
        source.push_back(Role::Feature);
      else if (rows.size() == 1)
        source.push_back(rows[0]);
      else if (rows == Roles{Role::Token, Role::Slot})
        source.push_back(Role::Row);
      else if (rows == Roles{Role::Slot, Role::Token})
        source.push_back(Role::SlotRow);
      else
        return failure();
    }
    if (isPerSlot(roles) && !isPerSlot(source))
      return failure();
    return source;
  }
  auto collapse = cast<tensor::CollapseShapeOp>(reshape);
  auto type = collapse.getSrcType();
  Roles source(type.getRank(), Role::Feature);
  for (auto [group, role] :
       llvm::zip_equal(collapse.getReassociationIndices(), roles)) {
    SmallVector<int64_t> wide;
    for (int64_t dim : group)
      if (type.getDimSize(dim) != 1 || group.size() == 1)
        wide.push_back(dim);
    if (role == Role::Feature) {
      if (wide.size() > 1)
        return failure();
      continue;
    }
    auto split = splitRows(type, group, wide, role, numSlots);
    if (split) {
      bool tokenMajor = role == Role::Row;
      source[split->first] = tokenMajor ? Role::Token : Role::Slot;
      source[split->second] = tokenMajor ? Role::Slot : Role::Token;
    } else if (wide.size() == 1) {
      source[wide[0]] = role;
    } else {
      return failure();
    }
  }
  return source;
}
