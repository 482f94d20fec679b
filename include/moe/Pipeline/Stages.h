//===- Stages.h - The stages of compilation and their pipelines -*- C++ -*-===//

#ifndef MOE_PIPELINE_STAGES_H
#define MOE_PIPELINE_STAGES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace mlir {
class OpPassManager;
class Operation;

namespace moe {

/// Which way a program is compiled.
enum class Route {
  Reference, ///< the executable meaning of every op, kept simple
  CPU,       ///< micro-kernels and threads
};

/// The stages of the routes, in order. docs/Stages.md shows one program at
/// each.
enum class Stage {
  Moe,        ///< what the program says, with whatever it is to record
  Structured, ///< upstream ops on tensors; on the CPU also grouped matmuls
  Buffers,    ///< memory, loops and vectors (CPU)
  Llvm,       ///< the llvm dialect alone
};

/// "moe", "structured", "buffers", "llvm".
llvm::StringRef stringify(Stage stage);

/// What a program does beside computing its results. Everything is off by
/// default.
struct RouteOptions {
  Route route = Route::Reference;
  /// The last stage to run.
  Stage stopAfter = Stage::Llvm;
  /// Call the runtime's record functions (moe-instrument,
  /// moe-count-contractions, moe-record-kernels).
  bool record = false;
  /// Check all offsets and slots that may not be right (moe-check-indices).
  bool checkIndices = false;
  /// Assertions fail the run, not the process (moe-report-failures), and so do
  /// malformed offsets and slots that come from outside.
  bool reportFailures = false;
  /// Compute in f64 (moe-promote-to-f64).
  bool promoteToF64 = false;
  /// Optimize within the dialect first (moe-optimize).
  bool optimize = false;
  /// What moe-optimize may take for granted: no expert computes NaN or an
  /// infinity.
  bool assumeFinite = false;
};

/// Adds a route to `pm`, a pass manager on modules: its stages, each closed by
/// moe-verify-stage, up to `options.stopAfter`. Public functions on tensors
/// become functions on memrefs of identity layout with a C interface; their
/// results belong to the caller, allocated by `_mlir_memref_to_llvm_alloc`, and
/// their arguments are never written.
void buildRoutePipeline(OpPassManager &pm, const RouteOptions &options);

/// What the optimizer may take for granted.
struct OptimizeOptions {
  /// No expert computes NaN or an infinity.
  bool assumeFinite = false;
  /// Dense versions may stand beside routed ones (moe-choose-dense).
  bool chooseDense = true;
};

/// Adds the passes that optimize within the dialect, in their order: raise,
/// eliminate, fuse. Named pipeline: `moe-optimize`.
void buildOptimizePipeline(OpPassManager &pm,
                           const OptimizeOptions &options = {});

/// One row of a route's table.
struct StageRow {
  Stage stage;
  /// Adds the stage's passes, without its check.
  void (*build)(OpPassManager &, const RouteOptions &);
  /// Whether `op` may be left when the stage is done.
  bool (*isLegal)(Operation *op);
};

/// The stages of a route.
llvm::ArrayRef<StageRow> getStages(Route route);

/// Adds one row's passes and its check.
void buildStage(OpPassManager &pm, const StageRow &row,
                const RouteOptions &options);

} // namespace moe
} // namespace mlir

#endif // MOE_PIPELINE_STAGES_H
