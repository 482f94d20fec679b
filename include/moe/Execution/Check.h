//===- Check.h - Statistics of a run and its comparison ---------*- C++ -*-===//

#ifndef MOE_EXECUTION_CHECK_H
#define MOE_EXECUTION_CHECK_H

#include "moe/Execution/CompiledFunction.h"

namespace mlir::moe {

/// Counts of one layer in one run.
struct LayerStatistics {
  std::string location;
  int64_t rows = 0;
  int64_t macs = 0;
  /// What every expert on every token would cost; none where unknown.
  std::optional<int64_t> macsDense;
  std::vector<int64_t> tokensPerExpert;
};

/// Counts of one run.
struct Statistics {
  int64_t rows = 0;
  /// Multiply-adds outside of gate projections, and of gate projections.
  int64_t macs = 0, macsGate = 0;
  std::optional<int64_t> macsDense;
  uint64_t parameterBytes = 0, inputBytes = 0, workspaceBytes = 0;
  std::vector<LayerStatistics> layers;
};

/// The statistics of a run of `function`, compiled with `record`.
Statistics computeStatistics(const CompiledFunction &function,
                             llvm::ArrayRef<Array> inputs,
                             const RunRecord &record);

/// How far a run is from its oracle.
struct Comparison {
  /// The largest |a-b|/|b| in the 2-norm over the rows that were compared, of
  /// the result where it is largest for what that result's precision allows.
  double error = 0;
  double tolerance = 0;
  /// Gate slots whose expert differs.
  int64_t idsDiffer = 0;
  /// The largest distance, in what the gate selects on, between a chosen and
  /// the oracle's expert; none where the ids agree or keys are not recorded.
  std::optional<double> margin;
  /// Every difference in ids is within the rounding of the keys.
  bool idsLegal = true;
  /// Executions of gates that both runs have, and that one run has alone.
  int64_t gatesCompared = 0, gatesAlone = 0;
  /// Tokens of gates that are left out since their weights are unspecified:
  /// their logits hold NaN or +inf, or nothing but -inf.
  int64_t tokensUnspecified = 0;
  /// Rows left out since a legal choice of ids differs, or those tokens.
  int64_t rowsLeftOut = 0, rowsCompared = 0;
  /// Compared rows with an infinity or a NaN, which agree only where both runs
  /// have the same at the same place.
  int64_t rowsNotFinite = 0;
  /// Compared rows where they do not agree: the error is then infinite.
  int64_t rowsNotFiniteAlone = 0;
  bool passed = false;
  /// What a person should know: what was left out and why it failed.
  std::vector<std::string> notes;
};

/// One run to compare.
struct RunView {
  const CompiledFunction &function;
  llvm::ArrayRef<Array> results;
  const RunRecord &record;
};

/// Compares `run` with `oracle`, a run of the same program on the same inputs:
/// results row by row (the last dimension is a row), ids gate by gate. The
/// tolerance of a result is that of the narrowest float type that it is
/// computed through: f64 1e-12, f32 1e-5, f16 2e-3, bf16 1e-2. Rounding that
/// the program magnifies can exceed it by a few times: a sum that cancels, a
/// gate whose scores are close to zero.
///
/// Gates are the same that have one location and one number among the
/// executions there; gates of one run alone are counted and nothing more. A
/// difference in ids is legal where the keys that decided it are no further
/// apart than they moved between the runs, and no further than the largest
/// tolerance times the largest key of the token. Rows of tokens whose ids
/// differ legally are left out; a comparison that leaves out all rows fails.
Comparison compareRuns(const RunView &run, const RunView &oracle);

} // namespace mlir::moe

#endif // MOE_EXECUTION_CHECK_H
