//===- SlotValues.h - Ids and weights of slots as [T,K] ---------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SLOTVALUES_H
#define MOE_LIB_TRANSFORMS_SLOTVALUES_H

#include "SlotProgram.h"

namespace mlir::moe {

/// A value with dimensions of roles, and the factor of each slot that was
/// peeled off it.
struct SlotFactor {
  Value terms;
  Roles termRoles;
  Value weights; ///< or null
  Roles weightRoles;
};

/// Moves a product with one number per slot from `terms` to `weights`, looking
/// through reshapes and casts; at most one.
void peelFactor(SlotFactor &factor, int64_t numSlots);

/// Two lookups compute their id from the same operand in the same way.
bool isSameIndex(const Lookup &a, const Lookup &b);

/// `index` is the integer `id` of a lookup or gather, or that with negative
/// values counted from the end; other integer types do not matter.
bool isWrappedId(Value index, Value id);

/// Builds ids and weights in the form `[T,K]` from values with other layouts.
class SlotValues {
public:
  SlotValues(OpBuilder &builder, Location loc, int64_t numSlots)
      : builder(builder), loc(loc), numSlots(numSlots) {}

  /// One number per slot as `[T,K]`, or null.
  Value toTokenSlots(Value value, const Roles &roles);
  /// Slot j of each of the tokens is expert j.
  Value buildExpertIds(Value tokens);
  /// The ids that a lookup uses, `[T,K]` i32, or null.
  Value buildLookupIds(Lookup lookup);
  /// Ones for the slots of `ids`.
  Value buildOnes(Value ids);
  /// Where the dense weights `[T,E]` were scattered from fewer slots, those;
  /// else maybe why not.
  std::string compact(Value &weights, Value &ids, int64_t numExperts);
  /// `[T,D]` in the layout of `roles`.
  Value fromTokenRows(Value rows, RankedTensorType type, const Roles &roles);

private:
  OpBuilder &builder;
  Location loc;
  int64_t numSlots;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SLOTVALUES_H
