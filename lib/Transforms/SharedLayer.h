//===- SharedLayer.h - A layer and an expert of all tokens ------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_SHAREDLAYER_H
#define MOE_LIB_TRANSFORMS_SHAREDLAYER_H

#include "moe/IR/Moe.h"

#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// `combine(experts(dispatch(inputs))) + ffn`.
struct SharedLayer {
  DispatchOp dispatch;
  ExpertOp expert;
  CombineOp combine;
  Operation *sum;            ///< of the two
  Value ffn;                 ///< what is added
  SmallVector<Value> rows;   ///< `[T,D]`, for each row operand of the expert
  SmallVector<Value> params; ///< of the ffn, in the expert's order
  llvm::SetVector<Operation *> ops; ///< of the ffn
};

/// The layer that ends in `combine`, if a program is added to it that is the
/// region of its experts on all tokens and may be one of them. `why` stays
/// empty where what is added does not end as the region does.
FailureOr<SharedLayer> matchSharedLayer(CombineOp combine, std::string &why);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SHAREDLAYER_H
