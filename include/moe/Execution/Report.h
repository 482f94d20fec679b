//===- Report.h - What a run has shown --------------------------*- C++ -*-===//

#ifndef MOE_EXECUTION_REPORT_H
#define MOE_EXECUTION_REPORT_H

#include "moe/Execution/Check.h"
#include "moe/Execution/Explain.h"

namespace mlir::moe {

/// One result at a glance.
struct ResultSummary {
  std::string name, type;
  std::vector<int64_t> shape;
  /// The 2-norm and the elements that are infinite or NaN; floats only.
  std::optional<double> norm;
  std::optional<int64_t> notFinite;
  /// Up to four.
  std::vector<double> firstElements;
};

/// One of each result of `function`.
std::vector<ResultSummary> summarize(const CompiledFunction &function,
                                     llvm::ArrayRef<Array> results);

/// Everything there is to say about a run, or several of them.
struct RunReport {
  std::string entry, device;
  bool optimized = false;
  uint64_t seed = 0;
  std::vector<std::pair<std::string, int64_t>> dims;
  /// How many the program may use, at most as many as the machine has, and how
  /// many were asked for.
  unsigned threads = 1, threadsAsked = 1;
  double parseSeconds = 0, compileSeconds = 0;
  /// Packing weights ahead of the runs, where the device does that.
  std::optional<double> prepareSeconds;
  /// One entry a timed run.
  std::vector<double> runSeconds;
  std::optional<Statistics> statistics;
  std::optional<Explanation> explanation;
  std::optional<Comparison> check;
  std::vector<ResultSummary> results;
};

/// The median and the minimum of `seconds`, which is not empty.
double getMedian(std::vector<double> seconds);
double getMinimum(llvm::ArrayRef<double> seconds);

/// {"entry", "device", "optimized", "seed", "dims", "threads", "seconds",
/// "stats", "explain", "check", "results"}; what does not apply is null.
llvm::json::Value toJson(const RunReport &report);

/// The same for a person.
void print(llvm::raw_ostream &os, const RunReport &report);

} // namespace mlir::moe

#endif // MOE_EXECUTION_REPORT_H
