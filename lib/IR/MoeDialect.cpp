//===- MoeDialect.cpp - Registration of the moe dialect -------------------===//

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::moe;

#include "moe/IR/MoeDialect.cpp.inc"
#include "moe/IR/MoeEnums.cpp.inc"
#include "moe/IR/MoeInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "moe/IR/MoeAttrs.cpp.inc"

void mlir::moe::registerMoeDialect(DialectRegistry &registry) {
  registry.insert<MoeDialect>();
}

void MoeDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "moe/IR/MoeAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "moe/IR/MoeOps.cpp.inc"
      >();
  registerDialectInterfaces();
}
