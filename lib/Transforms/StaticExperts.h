//===- StaticExperts.h - Every token goes to the same experts ---*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_STATICEXPERTS_H
#define MOE_LIB_TRANSFORMS_STATICEXPERTS_H

#include "moe/IR/Moe.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// Constant weights without a zero need not be looked at to find live slots.
bool dropDispatchWeights(DispatchOp op, RewriterBase &rewriter,
                         std::string &why);
/// Constant weights of 1 are not multiplied with.
bool dropCombineWeights(CombineOp op, RewriterBase &rewriter, std::string &why);
/// A dispatch of every token to the same few experts, its experts and combines:
/// the regions on the tokens themselves, and their sum.
bool inlineStaticExperts(DispatchOp op, RewriterBase &rewriter,
                         std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_STATICEXPERTS_H
