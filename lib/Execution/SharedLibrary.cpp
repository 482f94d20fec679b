//===- SharedLibrary.cpp - Objects and their runtime as one file ----------===//

#include "moe/Execution/CompiledObject.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace mlir::moe;

/// The programs that link, in the order in which they are looked for. They know
/// where a system's libraries are, which a linker by itself does not.
static constexpr StringLiteral kLinkers[] = {"cc", "clang-22", "clang", "gcc"};

static llvm::Expected<std::string> findLinker() {
  for (StringRef name : kLinkers)
    if (auto path = llvm::sys::findProgramByName(name))
      return *path;
  return llvm::createStringError(
      "expects a C compiler (" + llvm::join(ArrayRef(kLinkers), ", ") +
      ") in the path, to link a shared library, found none");
}

/// A new file that goes away with `remover`.
static llvm::Expected<std::string> createFile(StringRef suffix,
                                              llvm::FileRemover &remover) {
  llvm::SmallString<128> path;
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("moe-object", suffix, path))
    return llvm::createStringError("expects a temporary file, found: " +
                                   code.message());
  remover.setFile(path);
  return path.str().str();
}

llvm::Error moe::linkSharedLibrary(StringRef object, StringRef runtime,
                                   StringRef output, StringRef name) {
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  if (!llvm::sys::fs::exists(runtime))
    return llvm::createStringError("expects the runtime at '" + runtime +
                                   "', found no such file");
  llvm::FileRemover objectRemover, messageRemover;
  llvm::Expected<std::string> file = createFile("o", objectRemover);
  if (!file)
    return file.takeError();
  llvm::Expected<std::string> messages = createFile("txt", messageRemover);
  if (!messages)
    return messages.takeError();
  std::error_code code;
  llvm::raw_fd_ostream os(*file, code);
  if (!code) {
    os << object;
    os.close();
    code = os.error();
    os.clear_error();
  }
  if (code)
    return llvm::createStringError(*file + ": " + code.message());

  std::string soname = ("-Wl,-soname," + name).str();
  std::vector<StringRef> arguments = {
      *linker, "-shared", "-o", output, *file, runtime,
      // What is not of the object stays inside: two libraries may be loaded.
      "-Wl,--exclude-libs,ALL", soname, "-ldl", "-lm"};
  std::string why;
  int status = llvm::sys::ExecuteAndWait(
      *linker, arguments, std::nullopt,
      {StringRef(), StringRef(*messages), StringRef(*messages)}, 0, 0, &why);
  if (status == 0)
    return llvm::Error::success();
  if (auto text = llvm::MemoryBuffer::getFile(*messages))
    why += (*text)->getBuffer().rtrim().str();
  return llvm::createStringError("expects " + *linker +
                                 " to link the library, found: " + why);
}
