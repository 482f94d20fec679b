//===- RouterAlgebra.h - What a router is equal to --------------*- C++ -*-===//
//
// Each rule is proved in docs/Rationale.md, "The algebra of routing". A rule
// returns whether it rewrote; where the op is one it is meant for and it may
// not, `why` says what stands in the way.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_ROUTERALGEBRA_H
#define MOE_LIB_TRANSFORMS_ROUTERALGEBRA_H

#include "moe/IR/Moe.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Weights times a constant: the constant is a factor of the router's scale.
bool foldScale(GateOp op, RewriterBase &rewriter, std::string &why);
/// Softmax, top-k, divided by the sum: softmax over the selected logits.
bool normalizeSelected(GateOp op, RewriterBase &rewriter, std::string &why);
/// The only weight of a token, divided by itself: the scale.
bool useUnitWeight(GateOp op, RewriterBase &rewriter, std::string &why);
/// top_k of all logits: `all`, where nobody reads the order of the slots.
bool selectAll(GateOp op, RewriterBase &rewriter, std::string &why);
/// Weights that nobody reads need no normalization, and no score.
bool dropWeights(GateOp op, RewriterBase &rewriter, std::string &why);
/// The same logits for every token: constant weights and experts.
bool evaluateGate(GateOp op, RewriterBase &rewriter, std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_ROUTERALGEBRA_H
