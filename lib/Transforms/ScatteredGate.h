//===- ScatteredGate.h - Dense gates made of few slots ----------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SCATTEREDGATE_H
#define MOE_LIB_TRANSFORMS_SCATTEREDGATE_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// A dense gate `[T,E]` that is zero but for `weights[t,j]` at
/// `experts[t,j]`.
struct ScatteredGate {
  Value weights; ///< `[T,K]`
  Value experts; ///< `[T,K]`, integers, distinct within a token
};

/// Where the dense `gate` `[T,E]` comes from fewer slots, those; ops are built
/// at `builder`. Knows three ways of spreading slots:
/// - a function that is zero on the background of a `tm_tensor.scatter` of
///   values at (token, id);
/// - the sum over slots of `id == e ? weight : 0`;
/// - products with one-hot masks (MaskedGate.h).
/// Where it looks like one of them and is none, `why` says what is missing.
FailureOr<ScatteredGate> matchScatteredGate(OpBuilder &builder, Value gate,
                                            std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SCATTEREDGATE_H
