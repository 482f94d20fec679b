//===- Projection.h - The linear maps in front of a gate --------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_PROJECTION_H
#define MOE_LIB_TRANSFORMS_PROJECTION_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// `input [T,D] * weight (+ bias)`, as ops of upstream dialects say it.
struct Projection {
  Value input;
  Value weight; ///< `[D,L]`, or `[L,D]` where transposed
  bool transposed = false;
  Value bias;    ///< `[L]` or null
  Value product; ///< the result of the matmul
};

/// Matches a projection behind `logits`, looking through casts between floats
/// and an added bias. `why` says what was found instead.
FailureOr<Projection> matchProjection(Value logits, std::string &why);

/// Noise as Shazeer 2017, eq. 4: `numbers [T,L] * softplus(projection)`.
struct ScaledNoise {
  Value numbers;
  Projection projection;
};
FailureOr<ScaledNoise> matchScaledNoise(Value noise, std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_PROJECTION_H
