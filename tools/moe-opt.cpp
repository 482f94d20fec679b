//===- moe-opt.cpp - Runs passes on IR files ------------------------------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"
#include "moe/Pipeline/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  mlir::moe::registerMoeDialect(registry);
  mlir::moe::registerMoeExtensions(registry);
  mlir::moe::registerMoePasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "mixture-of-experts compiler\n", registry));
}
