//===- Build.h - Gates and plans from upstream ops --------------*- C++ -*-===//
//
// Shared by the ops of level 1 and level 2 that mean the same.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_STRUCTURED_BUILD_H
#define MOE_LIB_STRUCTURED_BUILD_H

#include "mlir/IR/PatternMatch.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {

/// The operands of a gate (Semantics, gate), in any float type. All but
/// `logits` and `router` may be null.
struct GateInputs {
  Value logits;     ///< [T,L]
  Value bias;       ///< [L]
  Value noise;      ///< [T,L]
  Value mask;       ///< [T], i1
  Value thresholds; ///< [L]
  Value uniform;    ///< [T]
  Value capacity;   ///< index
  RouterAttr router;
  Region *score = nullptr; ///< null or empty where the op has none
};

/// The results of a gate.
struct GateValues {
  Value weights; ///< [T,K], f32 (f64 for f64 logits)
  Value experts; ///< [T,K], i32
};

/// Builds a gate. K is static wherever the router or the type of the logits
/// says it; cast the results to the types of the op (`castTo`).
GateValues buildGate(ReferenceBuilder &builder, const GateInputs &inputs);

/// The operands of a plan (Semantics, dispatch). `weights`, `capacity` and
/// `rows` may be null. The destinations are overwritten whole.
struct PlanInputs {
  PlanInputs() = default;
  explicit PlanInputs(PlanOp op);

  Value experts;  ///< [T,K], i32
  Value weights;  ///< [T,K], f32 or f64
  Value capacity; ///< index
  Priority priority = Priority::TokenMajor;
  std::optional<int64_t> segment; ///< in tokens; none: all tokens
  Value offsetsOut;               ///< [E+1], i32; gives E
  Value slotsOut;                 ///< [R], i32
  Value rowsOut;                  ///< [T,K], i32
};

/// The results of a plan, of the types of the destinations.
struct PlanValues {
  Value offsets;
  Value slots;
  Value rows; ///< null where there was no destination
};

PlanValues buildPlan(ReferenceBuilder &builder, const PlanInputs &inputs);

/// Of a plan with a capacity: the expert of each slot that is live under it, -1
/// of the others `[T,K]`. A plan of these needs neither weights nor capacity.
Value buildServedExperts(ReferenceBuilder &builder, const PlanInputs &inputs);

/// Asserts that slots are i32, and that `offsets` name no more rows than there
/// are places for their slots.
void assertSlotCount(ReferenceBuilder &builder, const PlanInputs &inputs);
void assertRowBound(ReferenceBuilder &builder, const PlanInputs &inputs,
                    Value offsets);

/// Row r of the result is row `slots[r] / slotsPerToken` of `input`, times
/// `weights[slots[r]]` (`[T,K]`, row-major) where there are weights, the
/// product in f32 (f64 for f64 rows). Rows whose slot is -1 keep the value of
/// `out`. `slotsPerToken` is an index.
Value buildGatherRows(ReferenceBuilder &builder, Value input, Value slots,
                      Value slotsPerToken, Value weights, Value out);

} // namespace mlir::moe

#endif // MOE_LIB_STRUCTURED_BUILD_H
