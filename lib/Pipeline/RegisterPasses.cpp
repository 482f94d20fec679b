//===- RegisterPasses.cpp - Passes and named pipelines of the project -----===//

#include "moe/Codegen/CPU/Passes.h"
#include "moe/Codegen/Passes.h"
#include "moe/Pipeline/Passes.h"
#include "moe/Pipeline/Stages.h"
#include "moe/Structured/Passes.h"
#include "moe/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
/// Upstream's says of a word that is no stage that it cannot find it.
struct StageParser : llvm::cl::parser<Stage> {
  using llvm::cl::parser<Stage>::parser;

  bool parse(llvm::cl::Option &option, StringRef name, StringRef value,
             Stage &stage) {
    if (findOption(value) < getNumOptions())
      return llvm::cl::parser<Stage>::parse(option, name, value, stage);
    auto names = llvm::map_range(
        Values, [](const OptionInfo &info) { return info.Name; });
    return option.error("expects one of " + llvm::join(names, ", ") +
                        ", found '" + value + "'");
  }
  static void print(raw_ostream &os, const Stage &stage) {
    os << stringify(stage);
  }
};

struct ReferenceFlags : PassPipelineOptions<ReferenceFlags> {
  Option<Stage, StageParser> stopAfter{
      *this, "stop-after", llvm::cl::desc("the last stage to run"),
      llvm::cl::init(Stage::Llvm),
      llvm::cl::values(clEnumValN(Stage::Moe, "moe", "what the program says"),
                       clEnumValN(Stage::Structured, "structured",
                                  "upstream ops on tensors"),
                       clEnumValN(Stage::Llvm, "llvm", "the llvm dialect"))};
};
struct CpuFlags : PassPipelineOptions<CpuFlags> {
  Option<Stage, StageParser> stopAfter{
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
