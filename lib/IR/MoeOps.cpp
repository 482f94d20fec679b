//===- MoeOps.cpp - Definitions that TableGen generates -------------------===//

#include "moe/IR/Moe.h"

#define GET_OP_CLASSES
#include "moe/IR/MoeOps.cpp.inc"
