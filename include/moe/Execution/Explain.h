//===- Explain.h - What the kernels of a run cost ---------------*- C++ -*-===//

#ifndef MOE_EXECUTION_EXPLAIN_H
#define MOE_EXECUTION_EXPLAIN_H

#include "moe/Execution/CompiledFunction.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::moe {

/// Measures what `threads` of this processor do at this moment, in about 0.3
/// seconds; no more than it has are used. The dots are those of bf16 where it
/// has an instruction for them.
llvm::Expected<Roof> measureRoof(unsigned threads);

/// One kernel in all its executions of a run.
struct KernelReport {
  KernelInfo info;
  int64_t executions = 0;
  /// Rows, and experts that have some, summed over the executions.
  int64_t rows = 0, experts = 0;
  KernelCost cost;
};

/// Why a run takes as long as it does.
struct Explanation {
  Roof roof;
  std::vector<KernelReport> kernels;
  double roofSeconds = 0, expectedSeconds = 0;
  /// The median of repeated runs.
  double runSeconds = 0;
};

/// What the kernels of `function`, compiled for "cpu" and with `record`, cost
/// in the run that has left `record`.
Explanation explain(const CompiledFunction &function, const RunRecord &record,
                    const Roof &roof);

/// {"roof", "kernels", "roof_seconds", "expected_seconds", "run_seconds"}.
llvm::json::Value toJson(const Explanation &explanation);

/// The same for a person.
void print(llvm::raw_ostream &os, const Explanation &explanation);

} // namespace mlir::moe

#endif // MOE_EXECUTION_EXPLAIN_H
