//===- RegisterGate.cpp - Gates that need few registers -------------------===//

#include "moe/IR/RegisterGate.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// A list of so many 64-bit keys is four of the largest registers.
static constexpr int64_t kMostSlots = 32;
/// The kept groups are bits of one integer.
static constexpr int64_t kMostGroups = 64;

bool moe::isRegisterGate(GateOp op) {
  RouterAttr router = op.getRouter();
  auto score = dyn_cast<ScoreAttr>(router.getScore());
  if (!score || score.getKind() == ScoreKind::Region ||
      !isa<NormalizeAttr>(router.getNormalize()) ||
      !getElementTypeOrSelf(op.getWeights().getType()).isF32())
    return false;
  if (auto select = dyn_cast<TopKAttr>(router.getSelect()))
    return select.getK() <= kMostSlots;
  auto select = dyn_cast<GroupTopKAttr>(router.getSelect());
  return select && select.getK() <= kMostSlots &&
         select.getKept() <= kMostSlots && select.getGroups() <= kMostGroups;
}
