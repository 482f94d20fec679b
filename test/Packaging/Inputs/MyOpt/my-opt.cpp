//===- my-opt.cpp - An outside tool with the dialect and its passes -------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"
#include "moe/Pipeline/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect, mlir::linalg::LinalgDialect>();
  mlir::moe::registerMoeDialect(registry);
  mlir::moe::registerMoeExtensions(registry);
  mlir::moe::registerMoePasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "my-opt\n", registry));
}
