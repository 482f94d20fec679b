//===- Passes.h - moe to upstream value semantics ---------------*- C++ -*-===//

#ifndef MOE_STRUCTURED_PASSES_H
#define MOE_STRUCTURED_PASSES_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace mlir::moe {

#define GEN_PASS_DECL
#include "moe/Structured/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "moe/Structured/Passes.h.inc"

/// Each lowers one op to linalg, tensor, scf, arith and math ops on tensors.
void populateGateToLinalgPatterns(RewritePatternSet &patterns);
void populateRandomToLinalgPatterns(RewritePatternSet &patterns);
void populateDispatchToLinalgPatterns(RewritePatternSet &patterns);
void populateExpertToLinalgPatterns(RewritePatternSet &patterns);
void populateCombineToLinalgPatterns(RewritePatternSet &patterns);
/// `moe.combine` to `moe.combine_rows`, for targets that keep the latter.
void populateCombineToCombineRowsPatterns(RewritePatternSet &patterns);
void populatePlanToLinalgPatterns(RewritePatternSet &patterns);
void populateRouteToLinalgPatterns(RewritePatternSet &patterns);
void populateGroupedMatmulToLinalgPatterns(RewritePatternSet &patterns);
void populateGatherRowsToLinalgPatterns(RewritePatternSet &patterns);
void populateCombineRowsToLinalgPatterns(RewritePatternSet &patterns);
/// torch-mlir's top-k, prefix sum and scatter, unregistered ops known by their
/// names (`tm_tensor.sort`, `tm_tensor.scan`, `tm_tensor.scatter`).
void populateImportedSortToLinalgPatterns(RewritePatternSet &patterns);
void populateImportedScanToLinalgPatterns(RewritePatternSet &patterns);
void populateImportedScatterToLinalgPatterns(RewritePatternSet &patterns);
/// `linalg.softmax`, which no loops are made of.
void populateSoftmaxToLinalgPatterns(RewritePatternSet &patterns);

} // namespace mlir::moe

#endif // MOE_STRUCTURED_PASSES_H
