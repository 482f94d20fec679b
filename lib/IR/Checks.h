//===- Checks.h - Checks that several moe ops share -------------*- C++ -*-===//
//
// A size that the types of an op name more than once must be the same wherever
// it is static. Private to lib/IR.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_IR_CHECKS_H
#define MOE_LIB_IR_CHECKS_H

#include "moe/IR/Moe.h"

#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace mlir::moe {

/// A named size of an op, `tokens` or `logits`; dynamic until a type tells it.
struct NamedSize {
  StringRef name;
  int64_t value = ShapedType::kDynamic;

  bool isStatic() const { return ShapedType::isStatic(value); }
};

/// A segment of the operands that is neither optional nor variadic.
struct SingleSegment {
  unsigned index;
  StringRef name;
};

/// Checks that each of these segments has exactly one value. A verifier starts
/// with it: accessors read the value unasked.
LogicalResult checkSegments(Operation *op, ArrayRef<int32_t> sizes,
                            ArrayRef<SingleSegment> segments);

/// Checks that `type` (a ranked tensor or memref) has one dimension for each of
/// `sizes`, and that they agree where both are static. Sizes that were not
/// known yet are taken from the type. A null type passes.
LogicalResult checkShape(Operation *op, const Twine &what, Type type,
                         ArrayRef<NamedSize *> sizes);

/// Checks that tokens * slots fits the i32 slots of the dialect.
LogicalResult checkSlotCount(Operation *op, const NamedSize &tokens,
                             const NamedSize &slots);

/// All on tensors with one result for each destination, or all on memrefs.
LogicalResult checkDestinationStyle(DestinationStyleOpInterface op);

/// `segments` as checkSegments takes them, then checkDestinationStyle.
template <typename Op>
LogicalResult checkOperands(Op op, ArrayRef<SingleSegment> segments) {
  if (failed(
          checkSegments(op, op.getProperties().operandSegmentSizes, segments)))
    return failure();
  return checkDestinationStyle(op);
}

/// Checks that elements of `type` are `element`; a null type passes.
LogicalResult checkElement(Operation *op, StringRef what, Type type,
                           Type element);

/// Checks that `offsets` `[E+1]` has a static size and at least one expert, and
/// returns E.
FailureOr<int64_t> checkOffsets(Operation *op, Type offsets);

/// Checks what decides who keeps a place in a full expert.
LogicalResult checkCapacity(Operation *op, Value capacity,
                            std::optional<Priority> priority,
                            std::optional<int64_t> segment);

/// The operands of a gate, whichever op it is a part of.
struct GateParts {
  RouterAttr router;
  Value bias, noise, mask, thresholds, uniform, capacity;
  Type weights, experts;
  Region &score;
  FloatType compute; ///< f32, or f64 for f64 logits
};

/// Checks the gate part of `op`; the verifier of the op calls it.
LogicalResult checkGate(Operation *op, const GateParts &gate, NamedSize &tokens,
                        NamedSize &logits);

/// Checks a score region, after the ops in it were verified.
LogicalResult checkScoreRegion(Operation *op, Region &score, FloatType compute);

/// Checks that the block of `region` has arguments of exactly these types.
LogicalResult checkArguments(Operation *op, StringRef what, Region &region,
                             TypeRange expected);

/// Checks that `region` ends in a moe.yield of exactly these types.
LogicalResult checkYield(Operation *op, StringRef what, Region &region,
                         TypeRange expected);

/// Checks that `region` computes scalars: no memory effects, and no moe op but
/// its yield.
LogicalResult checkScalarRegion(Operation *op, StringRef what, Region &region);

/// Checks that nothing in `region` reads or writes memory.
LogicalResult checkNoEffects(Operation *op, StringRef what, Region &region);

} // namespace mlir::moe

#endif // MOE_LIB_IR_CHECKS_H
