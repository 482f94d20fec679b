//===- moe-lsp-server.cpp - IR files in the editor ------------------------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::moe::registerMoeDialect(registry);
  mlir::moe::registerMoeExtensions(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
