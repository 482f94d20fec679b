//===- Speculation.cpp - Which moe ops may run where they did not ---------===//
//
// An op that can fail when it runs, since a size does not fit or a bound does
// not hold, must not run where the program does not. Nor must one that reads
// what indices say: malformed ones are undefined.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

using Speculation::NotSpeculatable;
using Speculation::RecursivelySpeculatable;
using Speculation::Speculatability;
using Speculation::Speculatable;

template <typename Values> static bool haveStaticShapes(Values values) {
  return llvm::all_of(values.getTypes(), [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return !shaped || shaped.hasStaticShape();
  });
}

/// The verifier has compared all sizes.
static bool hasStaticShapes(Operation *op) {
  return haveStaticShapes(op->getOperands()) &&
         haveStaticShapes(op->getResults());
}

/// `slots` has room for all of `experts`, of static shapes.
static bool holdsAllSlots(Value slots, Value experts) {
  return cast<ShapedType>(slots.getType()).getNumElements() >=
         cast<ShapedType>(experts.getType()).getNumElements();
}

Speculatability GateOp::getSpeculatability() {
  // T may be dynamic where nothing else has it.
  RankedTensorType logits = getLogits().getType();
  bool sharesTokens = getNoise() || getMask() || getUniform() ||
                      llvm::any_of(getResultTypes(), [](Type type) {
                        return !cast<RankedTensorType>(type).isDynamicDim(0);
                      });
  bool cannotFail = !logits.isDynamicDim(1) &&
                    (!sharesTokens || !logits.isDynamicDim(0)) &&
                    haveStaticShapes(getOperands().drop_front());
  return cannotFail ? RecursivelySpeculatable : NotSpeculatable;
}

// A negative size fails.
Speculatability RandomNormalOp::getSpeculatability() {
  return getDynamicSizes().empty() ? Speculatable : NotSpeculatable;
}
Speculatability RandomUniformOp::getSpeculatability() {
  return getDynamicSizes().empty() ? Speculatable : NotSpeculatable;
}

Speculatability DispatchOp::getSpeculatability() {
  return hasStaticShapes(*this) && holdsAllSlots(getSlots(), getExperts())
             ? Speculatable
             : NotSpeculatable;
}

Speculatability ExpertOp::getSpeculatability() { return NotSpeculatable; }
Speculatability CombineOp::getSpeculatability() { return NotSpeculatable; }

Speculatability PlanOp::getSpeculatability() {
  return hasPureTensorSemantics() && hasStaticShapes(*this) &&
                 holdsAllSlots(getSlotsOut(), getExperts())
             ? Speculatable
             : NotSpeculatable;
}

Speculatability RouteOp::getSpeculatability() {
  return hasPureTensorSemantics() && hasStaticShapes(*this) &&
                 (!hasPlan() || holdsAllSlots(getOuts()[3], getExpertsOut()))
             ? RecursivelySpeculatable
             : NotSpeculatable;
}

Speculatability GroupedMatmulOp::getSpeculatability() {
  return NotSpeculatable;
}
Speculatability GatherRowsOp::getSpeculatability() { return NotSpeculatable; }
Speculatability CombineRowsOp::getSpeculatability() { return NotSpeculatable; }
