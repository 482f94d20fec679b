//===- CompactSlots.cpp - Dense gates back to the slots they came from ----===//

#include "SlotValues.h"

using namespace mlir;
using namespace mlir::moe;

void SlotValues::compact(Value &weights, Value &ids, int64_t numExperts) {}
