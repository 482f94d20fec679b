//===- RunFlags.h - The command line of moe-run -----------------*- C++ -*-===//

#ifndef MOE_TOOLS_RUNFLAGS_H
#define MOE_TOOLS_RUNFLAGS_H

#include "moe/Execution/Inputs.h"

#include "mlir/Support/LLVM.h"

namespace mlir::moe {

struct RunFlags {
  std::string file, entry, device = "cpu", dumpStages, json;
  InputOptions inputs;
  bool optimize = false, assumeFinite = false;
  bool check = false, bench = false, stats = false, explain = false;
  bool help = false, version = false;
  /// Name and file of each output.
  std::vector<std::pair<std::string, std::string>> outputs;
};

/// Reads the arguments after the program's name.
llvm::Expected<RunFlags> parseRunFlags(llvm::ArrayRef<const char *> arguments);

llvm::StringRef getRunHelp();

} // namespace mlir::moe

#endif // MOE_TOOLS_RUNFLAGS_H
