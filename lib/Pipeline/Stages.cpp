//===- Stages.cpp - The compiler on one screen ----------------------------===//

#include "moe/Pipeline/Passes.h"
#include "moe/Structured/Passes.h"
#include "moe/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::moe;

void moe::buildOptimizePipeline(OpPassManager &pm,
                                const OptimizeOptions &options) {
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
  pm.addPass(createChooseDensePass());
  pm.addPass(createFuseExpertsPass());
  pm.addPass(createPlanDispatchPass());
  pm.addPass(createFuseGatingPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void buildMoe(OpPassManager &pm, const ReferenceOptions &options) {
  if (options.optimize)
    buildOptimizePipeline(pm, {options.assumeFinite});
  if (options.promoteToF64)
    pm.addPass(createPromoteToF64Pass());
  if (options.checkIndices)
    pm.addPass(createCheckIndicesPass());
  if (options.record)
    pm.addPass(createInstrumentPass());
}

static void buildStructured(OpPassManager &pm,
                            const ReferenceOptions &options) {
  pm.addPass(createConvertMoeToLinalgPass());
  if (options.record)
    pm.addPass(createCountContractionsPass());
  if (options.reportFailures) {
    pm.addPass(createAssertSizesPass());
    pm.addPass(createReportFailuresPass());
  }
}

/// Upstream bufferization, then loops. Tensors live in memory that the program
/// allocates through the runtime.
static void buildLoops(OpPassManager &pm) {
  pm.addPass(createExportFunctionsPass());
  pm.addPass(createConvertElementwiseToLinalgPass());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.allowReturnAllocsFromLoops = true; // a state carried by a loop
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  bufferization::buildBufferDeallocationPipeline(pm);
  pm.addPass(createConvertBufferizationToMemRefPass());
  pm.addPass(createConvertLinalgToLoopsPass());
}

static void buildLlvm(OpPassManager &pm, const ReferenceOptions &) {
  buildLoops(pm);
  // bf16 as f32 with explicit rounding: without AVX512-BF16 the rounding would
  // become a call that no library here has.
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16"};
  pm.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  pm.addPass(math::createMathExtendToSupportedTypes());
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  pm.addPass(memref::createExpandOpsPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  FinalizeMemRefToLLVMConversionPassOptions memrefs;
  memrefs.useGenericFunctions = true;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass(memrefs));
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

static bool isIn(Operation *op, ArrayRef<StringRef> dialects) {
  return llvm::is_contained(dialects, op->getName().getDialectNamespace());
}
static bool isMoeLegal(Operation *op) { return !isIn(op, {"llvm"}); }
static bool isStructuredLegal(Operation *op) {
  return op->isRegistered() &&
         isIn(op, {"builtin", "func", "arith", "math", "tensor", "linalg",
                   "scf", "cf", "index", "affine", "ub"});
}
static bool isLlvmLegal(Operation *op) {
  return isa<ModuleOp>(op) || isIn(op, {"llvm"});
}

static constexpr StageRow kReferenceRoute[] = {
    {Stage::Moe, buildMoe, isMoeLegal},
    {Stage::Structured, buildStructured, isStructuredLegal},
    {Stage::Llvm, buildLlvm, isLlvmLegal},
};

ArrayRef<StageRow> moe::getReferenceRoute() { return kReferenceRoute; }

StringRef moe::stringify(Stage stage) {
  static constexpr StringLiteral names[] = {"moe", "structured", "llvm"};
  return names[static_cast<unsigned>(stage)];
}

void moe::buildStage(OpPassManager &pm, const StageRow &row,
                     const ReferenceOptions &options) {
  row.build(pm, options);
  pm.addPass(createVerifyStagePass({row.stage}));
}

void moe::buildReferencePipeline(OpPassManager &pm,
                                 const ReferenceOptions &options) {
  for (const StageRow &row : kReferenceRoute)
    if (row.stage <= options.stopAfter)
      buildStage(pm, row, options);
}
