//===- MoePlugin.cpp - The dialect and its passes for mlir-opt ------------===//
//
// mlir-opt asks for the dialect and for the passes with two separate flags:
//
//   mlir-opt-22 --load-dialect-plugin=MoePlugin.so
//   --load-pass-plugin=MoePlugin.so
//       --pass-pipeline='builtin.module(convert-moe-to-linalg)' file.mlir
//
//===----------------------------------------------------------------------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"
#include "moe/Pipeline/Passes.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

#define MOE_EXPORT extern "C" __attribute__((visibility("default")))

MOE_EXPORT mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Moe", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) {
            mlir::moe::registerMoeDialect(*registry);
            mlir::moe::registerMoeExtensions(*registry);
          }};
}

MOE_EXPORT mlir::PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "MoePasses", LLVM_VERSION_STRING,
          [] { mlir::moe::registerMoePasses(); }};
}
