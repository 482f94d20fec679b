//===- CompareIds.h - Whether two runs chose alike --------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_COMPAREIDS_H
#define MOE_LIB_EXECUTION_COMPAREIDS_H

#include "moe/Execution/Check.h"

#include <map>

namespace mlir::moe {

/// The differences between the gates of two runs.
struct IdComparison {
  int64_t differ = 0;
  std::optional<double> margin;
  bool legal = true;
  /// Executions of gates that both runs have, and that one run has alone.
  int64_t compared = 0, alone = 0;
  /// Tokens of gates whose logits leave the weights open (Semantics, gate_r8).
  int64_t unspecified = 0;
  /// By the number of tokens of a gate: the tokens whose choice differs legally
  /// or whose weights are unspecified somewhere, for gates outside of expert
  /// regions.
  std::map<int64_t, std::vector<bool>> leftOut;
};

/// A legal difference turns on keys that are at most `tolerance` times the
/// largest key of their token apart.
IdComparison compareIds(const RunView &run, const RunView &oracle,
                        double tolerance);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_COMPAREIDS_H
