//===- ScalarFunction.h - What a scalar expression computes -----*- C++ -*-===//
//
// Recognises functions of one variable in the body of an elementwise op, by
// their algebra and not by one spelling.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_SCALARFUNCTION_H
#define MOE_LIB_TRANSFORMS_SCALARFUNCTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Value.h"

namespace mlir::moe {

/// `value` without conversions between float types in front of it.
Value skipFloatCasts(Value value);

/// `value` is the function of `x`, up to float conversions.
bool isNegation(Value value, Value x);    ///< -x, 0 - x, -1 * x
bool isSigmoid(Value value, Value x);     ///< 1 / (1 + exp(-x))
bool isSoftplus(Value value, Value x);    ///< log(1 + exp(x)), stable forms too
bool isRelu(Value value, Value x);        ///< max(x, 0)
bool isExponential(Value value, Value x); ///< exp(x)

/// `tensor` is a `linalg.fill` of a zero of either sign.
bool isFilledWithZero(Value tensor);

/// `op` is a contraction whose body is `acc + a * b` on floats. (The interface
/// also takes functions of a and b, like exp(a) * b, for one.)
bool isSumOfProducts(linalg::LinalgOp op);

/// `value` is one plus an exponential.
bool isAtLeastOne(Value value);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SCALARFUNCTION_H
