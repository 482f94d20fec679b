//===- SizeChecks.h - Sizes, checked when the program runs ------*- C++ -*-===//
//-*-===//
//
// What the verifiers of the ops check of static sizes, as assertions on the
// dynamic ones (Semantics, common_r10). Nothing is built for sizes that the
// types tell. An assertion compares what it found with what it expects, in
// this order, so that whoever reports it can say both numbers.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_STRUCTURED_SIZECHECKS_H
#define MOE_LIB_STRUCTURED_SIZECHECKS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {

/// Asserts `found <relation> expected`, two indices. Constants that hold build
/// nothing.
void buildAssert(ReferenceBuilder &builder, arith::CmpIPredicate relation,
                 OpFoldResult found, OpFoldResult expected,
                 const Twine &message);

/// Each asserts that the sizes which the types of `op` share are equal; of a
/// gate also that its selection can choose from its logits.
void checkSizes(ReferenceBuilder &builder, GateOp op);
void checkSizes(ReferenceBuilder &builder, DispatchOp op);
void checkSizes(ReferenceBuilder &builder, ExpertOp op);
void checkSizes(ReferenceBuilder &builder, CombineOp op);
void checkSizes(ReferenceBuilder &builder, PlanOp op);
void checkSizes(ReferenceBuilder &builder, RouteOp op);
void checkSizes(ReferenceBuilder &builder, GroupedMatmulOp op);
void checkSizes(ReferenceBuilder &builder, GatherRowsOp op);
void checkSizes(ReferenceBuilder &builder, CombineRowsOp op);

} // namespace mlir::moe

#endif // MOE_LIB_STRUCTURED_SIZECHECKS_H
