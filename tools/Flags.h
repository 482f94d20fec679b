//===- Flags.h - The command line of a tool ---------------------*- C++ -*-===//

#ifndef MOE_TOOLS_FLAGS_H
#define MOE_TOOLS_FLAGS_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mlir::moe {

/// The flags of a tool, by their names without dashes.
struct FlagTable {
  std::map<StringRef, bool *> toggles;
  /// Flags that take a value, which `setValue` gets.
  std::vector<StringRef> valued;
  /// Those of them that may be given several times; all others, once.
  std::vector<StringRef> repeated;
  std::function<llvm::Error(StringRef name, StringRef value)> setValue;
};

/// A flag as it is written in the help: -o, --entry.
std::string spellFlag(StringRef name);

/// Reads the arguments after the program's name: `--flag=value`,
/// `--flag value`, and one file; after `--` there are no flags. One dash does,
/// too.
llvm::Error parseFlags(ArrayRef<const char *> arguments, const FlagTable &table,
                       std::string &file);

} // namespace mlir::moe

#endif // MOE_TOOLS_FLAGS_H
