//===- Stages.h - The stages of compilation and their pipelines -*- C++ -*-===//

#ifndef MOE_PIPELINE_STAGES_H
#define MOE_PIPELINE_STAGES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace mlir {
class OpPassManager;
class Operation;

namespace moe {

/// The stages of the reference route, in order. docs/Stages.md shows one
/// program at each.
enum class Stage {
  Moe,        ///< what the program says, with whatever it is to record
  Structured, ///< upstream ops on tensors: the executable meaning of every op
  Llvm,       ///< the llvm dialect alone
};

/// "moe", "structured", "llvm".
llvm::StringRef stringify(Stage stage);

/// What a program does beside computing its results. Everything is off by
/// default.
struct ReferenceOptions {
  /// The last stage to run.
  Stage stopAfter = Stage::Llvm;
  /// Call the runtime's record functions (moe-instrument,
  /// moe-count-contractions).
  bool record = false;
  /// Check offsets and slots that come from outside (moe-check-indices).
  bool checkIndices = false;
  /// Assertions fail the run, not the process (moe-report-failures).
  bool reportFailures = false;
  /// Compute in f64 (moe-promote-to-f64).
  bool promoteToF64 = false;
  /// Optimize within the dialect first (moe-optimize).
  bool optimize = false;
  /// What moe-optimize may take for granted: no expert computes NaN or an
  /// infinity.
  bool assumeFinite = false;
};

/// Adds the reference route to `pm`, a pass manager on modules: `moe`,
/// `structured`, `llvm`, each closed by moe-verify-stage, up to
/// `options.stopAfter`. Public functions on tensors become functions on
/// memrefs of identity layout with a C interface; their results belong to the
/// caller, allocated by `_mlir_memref_to_llvm_alloc`, and their arguments are
/// never written.
void buildReferencePipeline(OpPassManager &pm, const ReferenceOptions &options);

/// What the optimizer may take for granted.
struct OptimizeOptions {
  /// No expert computes NaN or an infinity.
  bool assumeFinite = false;
};

/// Adds the passes that optimize within the dialect, in their order: raise,
/// eliminate, fuse. Named pipeline: `moe-optimize`.
void buildOptimizePipeline(OpPassManager &pm,
                           const OptimizeOptions &options = {});

/// One row of a route's table.
struct StageRow {
  Stage stage;
  /// Adds the stage's passes, without its check.
  void (*build)(OpPassManager &, const ReferenceOptions &);
  /// Whether `op` may be left when the stage is done.
  bool (*isLegal)(Operation *op);
};

/// The reference route.
llvm::ArrayRef<StageRow> getReferenceRoute();

/// Adds one row's passes and its check.
void buildStage(OpPassManager &pm, const StageRow &row,
                const ReferenceOptions &options);

} // namespace moe
} // namespace mlir

#endif // MOE_PIPELINE_STAGES_H
