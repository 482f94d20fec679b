//===- CompareIds.h - Whether two runs chose alike --------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_COMPAREIDS_H
#define MOE_LIB_EXECUTION_COMPAREIDS_H

#include "moe/Execution/Check.h"

namespace mlir::moe {

/// The differences between the gates of two runs.
struct IdComparison {
  int64_t differ = 0;
  std::optional<double> margin;
  bool legal = true;
  /// Tokens whose choice differs legally somewhere, for layers outside of
  /// expert regions.
  std::vector<bool> leftOut;
  std::vector<std::string> notes;
};

IdComparison compareIds(const RunView &run, const RunView &oracle);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_COMPAREIDS_H
