//===- OutputFiles.cpp - All files of a run or none -----------------------===//

#include "OutputFiles.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::moe;
namespace fs = llvm::sys::fs;

static llvm::Error fail(StringRef path, const Twine &why) {
  return llvm::createStringError(path + ": " + why);
}

bool moe::isSameFile(StringRef a, StringRef b) {
  if (a == "-" || b == "-")
    return false;
  fs::file_status status;
  if (!fs::status(a, status) && fs::exists(status))
    return fs::is_regular_file(status) && fs::equivalent(a, b);
  // Neither is there: one name in one folder.
  auto folder = [](StringRef path) {
    StringRef parent = llvm::sys::path::parent_path(path);
    return parent.empty() ? StringRef(".") : parent;
  };
  return !fs::exists(b) &&
         llvm::sys::path::filename(a) == llvm::sys::path::filename(b) &&
         fs::equivalent(folder(a), folder(b));
}

llvm::Error moe::writeText(StringRef path, StringRef text) {
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (code)
    return llvm::createStringError(code.message());
  os << text;
  os.flush();
  code = os.error();
  os.clear_error();
  return code ? llvm::createStringError(code.message())
              : llvm::Error::success();
}

bool moe::isStandardOutput(StringRef path) {
  fs::file_status status, standard;
  return path == "-" ||
         (path != "/dev/null" && !fs::status(path, status) &&
          !fs::status(/*FD=*/1, standard) && fs::equivalent(status, standard));
}

/// A new name beside `path`.
static llvm::Expected<std::string> makeName(StringRef path) {
  llvm::SmallString<256> name;
  if (std::error_code code = fs::createUniqueFile(path + ".%%%%%%%%.new", name))
    return fail(path, code.message());
  return name.str().str();
}

llvm::Error OutputFiles::add(StringRef path, Writer write) {
  fs::file_status status;
  bool exists = path != "-" && !fs::status(path, status) && fs::exists(status);
  if (exists && fs::is_directory(status))
    return fail(path, "expects a file, found a folder");
  if (path == "-" || (exists && !fs::is_regular_file(status))) {
    streams.emplace_back(path.str(), std::move(write));
    return llvm::Error::success();
  }
  // A link stays; the file it leads to is replaced.
  llvm::SmallString<256> target(path);
  if (exists)
    if (std::error_code code = fs::real_path(path, target))
      return fail(path, code.message());
  llvm::Expected<std::string> name = makeName(target);
  if (!name)
    return name.takeError();
  files.push_back({target.str().str(), *name, ""});
  if (llvm::Error error = write(*name))
    return fail(path, llvm::toString(std::move(error)));
  return llvm::Error::success();
}

llvm::Error OutputFiles::move(File &file) {
  if (fs::exists(file.path)) {
    llvm::Expected<std::string> name = makeName(file.path);
    if (!name)
      return name.takeError();
    if (std::error_code code = fs::rename(file.path, *name)) {
      fs::remove(*name);
      return fail(file.path, code.message());
    }
    file.previous = *name;
  }
  if (std::error_code code = fs::rename(file.written, file.path))
    return fail(file.path, code.message());
  file.written.clear();
  return llvm::Error::success();
}

llvm::Error OutputFiles::commit() {
  for (File &file : files)
    if (llvm::Error error = move(file))
      return error;
  for (auto &[path, write] : streams)
    if (llvm::Error error = write(path))
      return fail(path, llvm::toString(std::move(error)));
  isCommitted = true;
  return llvm::Error::success();
}

OutputFiles::~OutputFiles() {
  for (File &file : files) {
    if (!file.written.empty())
      fs::remove(file.written);
    else if (!isCommitted)
      fs::remove(file.path);
    if (file.previous.empty())
      continue;
    if (isCommitted)
      fs::remove(file.previous);
    else
      fs::rename(file.previous, file.path);
  }
}
