//===- OutputFiles.h - All files of a run or none ---------------*- C++ -*-===//

#ifndef MOE_TOOLS_OUTPUTFILES_H
#define MOE_TOOLS_OUTPUTFILES_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"

#include <functional>
#include <string>
#include <vector>

namespace mlir::moe {

/// Both lead to one file, also where it does not exist yet. Devices and pipes
/// may be written twice.
bool isSameFile(StringRef a, StringRef b);

/// "-", or a path of what standard output is, unless that is /dev/null.
bool isStandardOutput(StringRef path);

/// Writes in place: `path` may be a device or a pipe.
llvm::Error writeText(StringRef path, StringRef text);

/// Files that appear together: each is written beside its place, and `commit`
/// moves all of them there. Where that fails, or never happens, no new file is
/// left and no old one is lost.
class OutputFiles {
public:
  using Writer = std::function<llvm::Error(StringRef path)>;

  OutputFiles() = default;
  OutputFiles(const OutputFiles &) = delete;
  OutputFiles &operator=(const OutputFiles &) = delete;
  ~OutputFiles();

  /// Has `write` write what will be at `path`. Standard output ("-") and what
  /// else is no file are written by `commit`, last.
  llvm::Error add(StringRef path, Writer write);
  llvm::Error commit();

private:
  struct File {
    std::string path;
    std::string written;  ///< beside `path`, until it is moved there
    std::string previous; ///< where the file that was at `path` is meanwhile
  };
  static llvm::Error move(File &file);

  std::vector<File> files;
  std::vector<std::pair<std::string, Writer>> streams;
  bool isCommitted = false;
};

} // namespace mlir::moe

#endif // MOE_TOOLS_OUTPUTFILES_H
