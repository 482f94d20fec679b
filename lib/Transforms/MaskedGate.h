//===- MaskedGate.h - Dense gates that masks make sparse --------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_MASKEDGATE_H
#define MOE_LIB_TRANSFORMS_MASKEDGATE_H

#include "ScatteredGate.h"

namespace mlir::moe {

/// Where each term of the dense `gate` `[T,E]` is a product with a one-hot mask
/// of the experts, the slots that are left. Where it is and they may meet,
/// `why` says so.
FailureOr<ScatteredGate> matchMaskedGate(OpBuilder &builder, Value gate,
                                         std::string &why);

/// `mask` is one wherever `gate` is not zero; both are `[T,E]`.
bool isOneWhereNonzero(Value mask, Value gate);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_MASKEDGATE_H
