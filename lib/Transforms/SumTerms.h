//===- SumTerms.h - The terms of a sum of tensors ---------------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SUMTERMS_H
#define MOE_LIB_TRANSFORMS_SUMTERMS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace mlir::moe {

/// A term: a tensor, or what the body of an elementwise op adds to others.
struct SumTerm {
  Value tensor;        ///< or null
  linalg::LinalgOp op; ///< where there is no tensor
  Value scalar;        ///< in the op's body
};

/// A tree of elementwise additions, flat.
struct SumTree {
  SmallVector<SumTerm> terms;
  llvm::SmallPtrSet<Operation *, 8> additions;
  bool inOrder = true; ///< added one after the other, the first two first
  /// What all additions allow.
  arith::FastMathFlags flags = arith::FastMathFlags::fast;
};

/// The sum that ends in `root`, or nothing: an elementwise addition whose
/// result is no term of another. Partial sums that are used elsewhere are
/// terms. Zeros are left out, so a sum of -0 may be +0.
std::optional<SumTree> matchSumTree(Operation *root);

/// The tensor of `term`; an expression becomes an op of its own at `builder`.
Value buildTerm(OpBuilder &builder, const SumTerm &term);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SUMTERMS_H
