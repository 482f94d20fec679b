//===- Lowering.cpp - From tensors to the llvm dialect --------------------===//

#include "Lowering.h"

#include "moe/Codegen/CPU/Passes.h"
#include "moe/Codegen/Passes.h"
#include "moe/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::moe;

/// Upstream bufferization. Tensors live in memory that the program allocates
/// through the runtime.
static void buildBuffers(OpPassManager &pm) {
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
}

/// Functions as others that LLVM, or libm, has for f32 and f64.
static void buildFunctions(OpPassManager &pm) {
  pm.addPass(createExpandFunctionsPass());
  pm.addPass(math::createMathExtendToSupportedTypes());
  math::MathExpandOpsPassOptions missing; // what neither of them knows
  missing.opMnemonics = {"clampf", "rsqrt"};
  pm.addPass(math::createMathExpandOpsPass(missing));
}

static void buildLlvm(OpPassManager &pm, bool hasVectors) {
  // Of neighbours, each function goes through all, several at a time. So none
  // of them may add functions or constants to the module (that of vectors does
  // for vector.print, which no program has here).
  auto addToFunctions = [&](std::unique_ptr<Pass> pass) {
    pm.addNestedPass<func::FuncOp>(std::move(pass));
  };
  // bf16 as f32 with explicit rounding: without AVX512-BF16 the rounding would
  // become a call that no library here has.
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"bf16"};
  addToFunctions(arith::createArithEmulateUnsupportedFloats(emulate));
  if (!hasVectors)
    buildFunctions(pm);
  // On vectors LLVM's forms are faster where they are as good.
  CallLibmPassOptions calls;
  calls.onlyLossy = hasVectors;
  pm.addPass(createCallLibmPass(calls));
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  addToFunctions(arith::createArithExpandOpsPass(expand));
  addToFunctions(createConvertMathToLLVMPass());
  // These two look at all ops, one thread at all functions: before vectors are
  // converted, after which there are three times as many ops. The second one
  // reads constant dimensions, so arith is converted behind it.
  pm.addPass(createConvertMathToLibmPass());
  addToFunctions(memref::createExpandOpsPass());
  addToFunctions(createExpandShapesPass());
  addToFunctions(memref::createExpandStridedMetadataPass());
  addToFunctions(createLowerAffinePass());
  addToFunctions(createSCFToControlFlowPass());
  FinalizeMemRefToLLVMConversionPassOptions memrefs;
  memrefs.useGenericFunctions = true;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass(memrefs));
  if (hasVectors) {
    ConvertVectorToLLVMPassOptions vectors;
    vectors.x86Vector = true;
    vectors.vectorTransposeLowering =
        vector::VectorTransposeLowering::Shuffle16x16;
    addToFunctions(createConvertVectorToLLVMPass(vectors));
  }
  // Most of what the last conversion would have to do. Not cf, whose asserts
  // call functions.
  addToFunctions(createArithToLLVMConversionPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createMoveAsIntegersPass());
  if (hasVectors) { // kernels call functions; on other routes LLVM inlines
    pm.addPass(createDropUnusedArgumentsPass());
    pm.addPass(createUseFastCallsPass());
  }
}

void moe::buildReferenceLlvm(OpPassManager &pm, const RouteOptions &) {
  buildBuffers(pm);
  pm.addPass(createConvertLinalgToLoopsPass());
  buildLlvm(pm, /*hasVectors=*/false);
}

void moe::buildCpuBuffers(OpPassManager &pm, const RouteOptions &) {
  pm.addPass(createConvertGateToVectorPass());
  buildBuffers(pm);
  pm.addPass(createConvertPlanToLoopsPass());
  pm.addPass(createConvertRowsToVectorPass());
  pm.addPass(createConvertReductionsToLoopsPass());
  pm.addPass(createConvertLinalgToParallelLoopsPass());
  buildFunctions(pm); // while there is little code
  pm.addPass(createConvertGroupedMatmulToVectorPass());
  OpPassManager &functions = pm.nest<func::FuncOp>(); // several at a time
  functions.addPass(createApproximateMathPass());
  functions.addPass(createCSEPass()); // of constants, the half of the code
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  pm.addPass(createOutlineParallelPass());
}

void moe::buildCpuLlvm(OpPassManager &pm, const RouteOptions &) {
  buildLlvm(pm, /*hasVectors=*/true);
}
