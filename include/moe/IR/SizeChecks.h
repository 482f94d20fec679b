//===- SizeChecks.h - Sizes, checked when the program runs ------*- C++ -*-===//
//
// What the verifiers of the ops check of static sizes, as assertions on the
// dynamic ones (Semantics, common_r10). Nothing is built for sizes that the
// types tell or that are provably equal. An assertion compares what it found
// with what it expects, in this order, so that whoever reports it can say both
// numbers. A pass that splits an op builds these first: after it no type names
// the size twice.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_SIZECHECKS_H
#define MOE_IR_SIZECHECKS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {

/// What shows that a size needs no assertion.
enum class SizeProof {
  Constants, ///< two constants
  Bounds     ///< also value bounds; not for use within a dialect conversion,
             ///< whose replaced ops they would look at
};

/// Asserts `found <relation> expected`, two indices. What provably holds builds
/// nothing.
void buildAssert(ReferenceBuilder &builder, arith::CmpIPredicate relation,
                 OpFoldResult found, OpFoldResult expected,
                 const Twine &message, SizeProof proof = SizeProof::Constants);

/// Each asserts that the sizes which the types of `op` share are equal; of a
/// gate also that its selection can choose from its logits, and of a combine
/// that its weights have the T*K slots of the dispatch that it sums for.
void checkSizes(ReferenceBuilder &builder, GateOp op);
void checkSizes(ReferenceBuilder &builder, DispatchOp op,
                SizeProof proof = SizeProof::Constants);
void checkSizes(ReferenceBuilder &builder, ExpertOp op,
                SizeProof proof = SizeProof::Constants);
void checkSizes(ReferenceBuilder &builder, CombineOp op);
void checkSizes(ReferenceBuilder &builder, PlanOp op);
void checkSizes(ReferenceBuilder &builder, RouteOp op);
void checkSizes(ReferenceBuilder &builder, GroupedMatmulOp op);
void checkSizes(ReferenceBuilder &builder, GatherRowsOp op);
void checkSizes(ReferenceBuilder &builder, CombineRowsOp op);

/// Of these checks the one that looks at no rows: T*K of the weights is that of
/// the dispatch.
void checkDispatchSlots(ReferenceBuilder &builder, CombineOp op,
                        SizeProof proof = SizeProof::Constants);

} // namespace mlir::moe

#endif // MOE_IR_SIZECHECKS_H
