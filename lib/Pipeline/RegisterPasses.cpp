//===- RegisterPasses.cpp - Passes and named pipelines of the project -----===//

#include "moe/Codegen/CPU/Passes.h"
#include "moe/Codegen/Passes.h"
#include "moe/Pipeline/Passes.h"
#include "moe/Pipeline/Stages.h"
#include "moe/Structured/Passes.h"
#include "moe/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct ReferenceFlags : PassPipelineOptions<ReferenceFlags> {
  Option<Stage> stopAfter{
      *this, "stop-after", llvm::cl::desc("the last stage to run"),
      llvm::cl::init(Stage::Llvm),
      llvm::cl::values(clEnumValN(Stage::Moe, "moe", "what the program says"),
                       clEnumValN(Stage::Structured, "structured",
                                  "upstream ops on tensors"),
                       clEnumValN(Stage::Llvm, "llvm", "the llvm dialect"))};
};
struct CpuFlags : PassPipelineOptions<CpuFlags> {
  Option<Stage> stopAfter{
      *this, "stop-after", llvm::cl::desc("the last stage to run"),
      llvm::cl::init(Stage::Llvm),
      llvm::cl::values(
          clEnumValN(Stage::Moe, "moe", "what the program says"),
          clEnumValN(Stage::Structured, "structured",
                     "upstream ops on tensors"),
          clEnumValN(Stage::Buffers, "buffers", "memory, loops and vectors"),
          clEnumValN(Stage::Llvm, "llvm", "the llvm dialect"))};
};
struct OptimizeFlags : PassPipelineOptions<OptimizeFlags> {
  Option<bool> assumeFinite{
      *this, "assume-finite",
      llvm::cl::desc("no expert computes NaN or an infinity"),
      llvm::cl::init(false)};
};
} // namespace

void moe::registerMoePasses() {
  registerMoeTransformsPasses();
  registerMoeStructuredPasses();
  registerMoePipelinePasses();
  registerMoeCodegenPasses();
  registerMoeCodegenCPUPasses();
  PassPipelineRegistration<CpuFlags>(
      "moe-cpu", "Lower moe programs to the llvm dialect for a CPU",
      [](OpPassManager &pm, const CpuFlags &flags) {
        RouteOptions options;
        options.route = Route::CPU;
        options.optimize = true;
        options.stopAfter = flags.stopAfter;
        buildRoutePipeline(pm, options);
      });
  PassPipelineRegistration<ReferenceFlags>(
      "moe-reference", "Lower moe programs to the llvm dialect, simply",
      [](OpPassManager &pm, const ReferenceFlags &flags) {
        RouteOptions options;
        options.stopAfter = flags.stopAfter;
        buildRoutePipeline(pm, options);
      });
  PassPipelineRegistration<OptimizeFlags>(
      "moe-optimize", "Raise, eliminate zero gates and fuse, in the dialect",
      [](OpPassManager &pm, const OptimizeFlags &flags) {
        buildOptimizePipeline(pm, {flags.assumeFinite});
      });
}
