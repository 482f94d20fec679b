//===- TensorExpr.h - A tensor as an expression in its indices --*- C++ -*-===//
//
// The element of a tensor at (d0, d1, ...) as a scalar expression: elementwise
// ops, broadcasts, transposes, casts and reshapes of unit dimensions are
// composed away, reductions are nodes. Two programs that compute the same
// formula have the same expression, however they are cut into ops.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_TENSOREXPR_H
#define MOE_LIB_TRANSFORMS_TENSOREXPR_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"

#include <memory>

namespace mlir::moe {

class TensorExpr;
using TensorExprRef = std::shared_ptr<const TensorExpr>;

/// One node.
class TensorExpr {
public:
  enum class Kind {
    Leaf,     ///< `value[map(d0, ...)]`
    Constant, ///< a number
    Index,    ///< the index `dim` itself
    Op,       ///< a scalar op of `children`
    Sum,      ///< over the index `dim` of the child
    Maximum,  ///< over the index `dim` of the child
  };

  Kind kind;
  Value value;                         ///< Leaf; Op: the result it stands for
  AffineMap map;                       ///< Leaf
  double number = 0;                   ///< Constant
  unsigned dim = 0;                    ///< Index, Sum, Maximum
  int64_t extent = 0;                  ///< Sum, Maximum: size of the index
  SmallVector<TensorExprRef> children; ///< Op, Sum, Maximum
  Value tensor; ///< whose element at `tensorMap` this is, or null
  AffineMap tensorMap;
  int64_t size = 1; ///< nodes of the tree; shared nodes count each time

  bool isConstant(double n) const {
    return kind == Kind::Constant && number == n;
  }
  /// Leaf: reads its value at the indices `dims`; where the value has size one
  /// every index is.
  bool isLeafAt(ArrayRef<unsigned> dims) const;
  /// Op: the name of the op without float conversions in front.
  bool isOp(StringRef name) const;
};

/// The expression of `value` over the indices `d0 ... d(rank-1)`. Never fails:
/// what is not understood, or is too large to be a formula, is a leaf. Results
/// of `stop` are leaves.
TensorExprRef buildTensorExpr(Value value,
                              llvm::function_ref<bool(Value)> stop);

/// The same formula, reading the same values.
bool isSameExpr(const TensorExprRef &a, const TensorExprRef &b);

/// The same formula up to fast-math flags and the numbers of inner indices.
bool isSameFormula(const TensorExprRef &a, const TensorExprRef &b);

/// The only leaf of `expr` read at all of its indices in order, or null; calls
/// with other leaves give null.
TensorExprRef getSoleLeaf(const TensorExprRef &expr);

/// The argument z of each function over the last index, or null.
TensorExprRef matchSoftmax(const TensorExprRef &expr, unsigned lastDim);
TensorExprRef matchSigmoid(const TensorExprRef &expr);
/// `a / (sum of a over the last index + epsilon)`: a, and the epsilon.
TensorExprRef matchSumNormalized(const TensorExprRef &expr, unsigned lastDim,
                                 double &epsilon);
/// `a * number` in either order: a, or null.
TensorExprRef matchScaled(const TensorExprRef &expr, double &number);

/// The value of `expr` where all of its leaves are `leaf`, or nothing.
std::optional<double> evaluateFormula(const TensorExprRef &expr, double leaf);

/// All leaves of `expr` are the matrix `value` at its own indices.
bool readsOnly(const TensorExprRef &expr, Value value);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_TENSOREXPR_H
