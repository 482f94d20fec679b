//===- Report.h - What a run has shown --------------------------*- C++ -*-===//

#ifndef MOE_EXECUTION_REPORT_H
#define MOE_EXECUTION_REPORT_H

#include "moe/Execution/Check.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::moe {

/// Everything there is to say about a run, or several of them.
struct RunReport {
  std::string entry, device;
  std::vector<std::pair<std::string, int64_t>> dims;
  unsigned threads = 1;
  double parseSeconds = 0, compileSeconds = 0;
  /// Packing weights ahead of the runs, where the device does that.
  std::optional<double> prepareSeconds;
  /// One entry a timed run.
  std::vector<double> runSeconds;
  std::optional<Statistics> statistics;
  std::optional<Comparison> check;
};

/// The median and the minimum of `seconds`, which is not empty.
double getMedian(std::vector<double> seconds);
double getMinimum(llvm::ArrayRef<double> seconds);

/// {"entry", "device", "dims", "threads", "seconds", "stats", "check"}; what
/// does not apply is null.
llvm::json::Value toJson(const RunReport &report);

/// The same for a person.
void print(llvm::raw_ostream &os, const RunReport &report);

/// One line for each result: name, shape, norm and first values.
void printResults(llvm::raw_ostream &os, const CompiledFunction &function,
                  llvm::ArrayRef<Array> results);

} // namespace mlir::moe

#endif // MOE_EXECUTION_REPORT_H
