//===- Stages.cpp - The compiler on one screen ----------------------------===//

#include "LegalOps.h"
#include "Lowering.h"

#include "moe/Pipeline/Passes.h"
#include "moe/Structured/Passes.h"
#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::moe;

void moe::buildOptimizePipeline(OpPassManager &pm,
                                const OptimizeOptions &options) {
  pm.addPass(createConvertElementwiseToLinalgPass());
  EliminateZeroGatesPassOptions eliminate;
  eliminate.assumeFinite = options.assumeFinite;
  pm.addPass(createEliminateZeroGatesPass(eliminate));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createFlattenTimePass());
  pm.addPass(createFlattenHierarchyPass());
  pm.addPass(createPruneExpertsPass()); // weights may become constants
  pm.addPass(createSimplifyRoutingPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createPruneExpertsPass()); // and experts too
  if (options.chooseDense)
    pm.addPass(createChooseDensePass());
  pm.addPass(createFuseExpertsPass());
  pm.addPass(createPlanDispatchPass());
  pm.addPass(createFuseGatingPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void buildMoe(OpPassManager &pm, const RouteOptions &options) {
  // Kernels run grouped matmuls, not dense versions.
  if (options.optimize)
    buildOptimizePipeline(pm,
                          {options.assumeFinite, options.route != Route::CPU});
  if (options.route == Route::CPU)
    pm.addPass(createAttachTargetPass());
  if (options.promoteToF64)
    pm.addPass(createPromoteToF64Pass());
  if (options.checkIndices || options.reportFailures)
    pm.addPass(createCheckIndicesPass({!options.checkIndices}));
  if (options.record)
    pm.addPass(createInstrumentPass());
}

static void buildStructured(OpPassManager &pm, const RouteOptions &options) {
  pm.addPass(createConvertMoeToLinalgPass());
  pm.addPass(createConvertPackToLinalgPass());
  if (options.record)
    pm.addPass(createCountContractionsPass());
  if (options.reportFailures) {
    pm.addPass(createAssertSizesPass());
    pm.addPass(createReportFailuresPass());
  }
}

/// As `structured`, but grouped matmuls stay, scheduled and with their weights
/// packed ahead of calls, and so do gates, plans and rows.
static void buildKernels(OpPassManager &pm, const RouteOptions &options) {
  pm.addPass(createInlineParametersPass());
  pm.addPass(createBlockRoutingPass());
  ConvertMoeToLinalgPassOptions convert;
  convert.keepGroupedMatmul = convert.keepGates = true;
  convert.keepPlans = convert.keepRows = true;
  pm.addPass(createConvertMoeToLinalgPass(convert));
  if (options.record)
    pm.addPass(createCountContractionsPass());
  if (options.reportFailures)
    pm.addPass(createAssertSizesPass());
  pm.addPass(createGroupMatmulsPass());
  pm.addPass(createLoopInvariantCodeMotionPass()); // weights in other shapes
  pm.addPass(createAssignSchedulePass());
  pm.addPass(createPackWeightsPass());
  if (options.reportFailures)
    pm.addPass(createReportFailuresPass());
  pm.addPass(createLoopInvariantCodeMotionPass()); // packed once for all blocks
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createHoistPreparePass());
  pm.addPass(createConvertPackToLinalgPass());
  if (options.record)
    pm.addPass(createRecordKernelsPass());
}

static constexpr StageRow kReferenceRoute[] = {
    {Stage::Moe, buildMoe, isMoeLegal},
    {Stage::Structured, buildStructured, isStructuredLegal},
    {Stage::Llvm, buildReferenceLlvm, isLlvmLegal},
};

static constexpr StageRow kCpuRoute[] = {
    {Stage::Moe, buildMoe, isMoeLegal},
    {Stage::Structured, buildKernels, isKernelsLegal},
    {Stage::Buffers, buildCpuBuffers, isBuffersLegal},
    {Stage::Llvm, buildCpuLlvm, isLlvmLegal},
};

ArrayRef<StageRow> moe::getStages(Route route) {
  if (route == Route::CPU)
    return kCpuRoute;
  return kReferenceRoute;
}

StringRef moe::stringify(Stage stage) {
  static constexpr StringLiteral names[] = {"moe", "structured", "buffers",
                                            "llvm"};
  return names[static_cast<unsigned>(stage)];
}

void moe::buildStage(OpPassManager &pm, const StageRow &row,
                     const RouteOptions &options) {
  row.build(pm, options);
  pm.addPass(createVerifyStagePass({row.stage, options.route}));
}

void moe::buildRoutePipeline(OpPassManager &pm, const RouteOptions &options) {
  for (const StageRow &row : getStages(options.route))
    if (row.stage <= options.stopAfter)
      buildStage(pm, row, options);
}
