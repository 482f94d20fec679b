//===- moe-compile.cpp - A function of an IR file as an object ------------===//

#include "Flags.h"
#include "OutputFiles.h"

#include "moe/Execution/CompiledObject.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::moe;

static constexpr StringLiteral kHelp =
    R"(usage: moe-compile FILE [options]

Compiles a function of an IR file (- is standard input) to machine code that C
calls, by a header, without MLIR: an object, to be linked with libMoeRuntime.a
and libm, or a shared library that needs no other file of this project; a C
compiler in the path links it.

  --entry=NAME           the function (default: the first public one)
  --target=NAME          the processor: host, x86-64, x86-64-v3, x86-64-v4,
                         znver4, znver5 or another by LLVM's name (default:
                         what moe.target of the module says, else host). On one
                         that lacks what the code needs, its functions fail
  -o FILE                where the code goes (default: the name of the program
                         with another ending)
  --emit=KIND            obj, shared, asm or llvm (default: by the ending of -o,
                         .o, .so or .so.1, .s or .ll; obj where it has none)
  --header=FILE.h        write the C header
  --name=NAME            the C function (default: as in the program, with _ for
                         what C does not allow)
  --assume-finite        no expert computes NaN or an infinity: zero gates of
                         programs in linalg may be skipped
  --help, -h; --version  print this, or the version
  --                     what follows is no flag
)";

namespace {
enum class Emit { Object, Shared, Assembly, LLVM };

struct CompileFlags {
  std::string file, output, header, emit;
  ObjectOptions object;
  bool help = false, version = false;
};
} // namespace

static llvm::Expected<CompileFlags>
parseFlags(ArrayRef<const char *> arguments) {
  CompileFlags flags;
  FlagTable table;
  table.toggles = {{"assume-finite", &flags.object.assumeFinite},
                   {"version", &flags.version},
                   {"help", &flags.help},
                   {"h", &flags.help}};
  std::map<StringRef, std::string *> texts = {
      {"entry", &flags.object.entry}, {"target", &flags.object.target},
      {"name", &flags.object.name},   {"o", &flags.output},
      {"header", &flags.header},      {"emit", &flags.emit}};
  for (auto &[name, text] : texts)
    table.valued.push_back(name);
  table.setValue = [&](StringRef name, StringRef value) -> llvm::Error {
    if (value.empty())
      return llvm::createStringError("expects a value for " + spellFlag(name) +
                                     ", found none");
    *texts[name] = value.str();
    return llvm::Error::success();
  };
  if (llvm::Error error = parseFlags(arguments, table, flags.file))
    return error;
  if (flags.file.empty() && !flags.help && !flags.version)
    return llvm::createStringError("expects a file, found none (see --help)");
  return flags;
}

namespace {
struct EmitKind {
  Emit emit;
  StringLiteral name, ending;
  ObjectForm form;
};
} // namespace

static constexpr EmitKind kKinds[] = {
    {Emit::Object, "obj", ".o", ObjectForm::Object},
    {Emit::Shared, "shared", ".so", ObjectForm::Object},
    {Emit::Assembly, "asm", ".s", ObjectForm::Assembly},
    {Emit::LLVM, "llvm", ".ll", ObjectForm::LLVM},
};

/// Of "liblayer.so.1.2" it is ".so": numbers are those of a version.
static StringRef findEnding(StringRef path) {
  StringRef name = llvm::sys::path::filename(path), ending;
  do {
    ending = llvm::sys::path::extension(name);
    name = name.drop_back(ending.size());
  } while (ending.size() > 1 && name.contains(".so") &&
           llvm::all_of(ending.drop_front(), llvm::isDigit));
  return ending;
}

static llvm::Expected<EmitKind> findKind(const CompileFlags &flags) {
  StringRef ending = findEnding(flags.output);
  for (const EmitKind &kind : kKinds)
    if (flags.emit.empty() ? kind.ending == ending : kind.name == flags.emit)
      return kind;
  if (!flags.emit.empty())
    return llvm::createStringError(
        "expects --emit of obj, shared, asm or llvm, found '" + flags.emit +
        "'");
  if (ending.empty())
    return kKinds[0];
  return llvm::createStringError(
      "expects -o to end in .o, .so, .s or .ll where no --emit says what it "
      "is, found '" +
      flags.output + "'");
}

/// The library that comes with this tool.
static std::string findRuntime(const char *program) {
  static int anchor;
  llvm::SmallString<256> path(
      llvm::sys::fs::getMainExecutable(program, &anchor));
  llvm::sys::path::remove_filename(path);
  llvm::sys::path::append(path, MOE_RUNTIME_FROM_BIN);
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return path.str().str();
}

/// No file that is written is another one, or the program.
static llvm::Error checkFiles(const CompileFlags &flags) {
  auto fail = [](StringRef what, StringRef path, StringRef other) {
    return llvm::createStringError("expects " + what +
                                   " of a file of its own, found '" + path +
                                   "', which is that of " + other);
  };
  if (isSameFile(flags.output, flags.file))
    return fail("-o", flags.output, "the program");
  if (flags.header.empty())
    return llvm::Error::success();
  if (isSameFile(flags.header, flags.file))
    return fail("--header", flags.header, "the program");
  if (isStandardOutput(flags.header) && isStandardOutput(flags.output))
    return llvm::createStringError("expects -o or --header of a file, found "
                                   "standard output for both");
  if (isSameFile(flags.header, flags.output))
    return fail("--header", flags.header, "-o");
  return llvm::Error::success();
}

static llvm::Error execute(CompileFlags &flags, const char *program) {
  llvm::Expected<EmitKind> kind = findKind(flags);
  if (!kind)
    return kind.takeError();
  bool isShared = kind->emit == Emit::Shared;
  if (flags.output.empty()) {
    StringRef stem = llvm::sys::path::stem(flags.file);
    flags.output = ((stem == "-" ? "out" : stem) + kind->ending).str();
  }
  if (isShared && isStandardOutput(flags.output))
    return llvm::createStringError(
        "expects -o FILE for a shared library, found standard output");
  if (llvm::Error error = checkFiles(flags))
    return error;
  auto text = llvm::MemoryBuffer::getFileOrSTDIN(flags.file);
  if (!text)
    return llvm::createStringError(flags.file + ": " +
                                   text.getError().message());
  flags.object.form = kind->form;
  auto object = compileObject((*text)->getBuffer(),
                              (*text)->getBufferIdentifier(), flags.object);
  if (!object)
    return object.takeError();
  OutputFiles files;
  auto writeCode = [&](StringRef path) {
    return isShared
               ? linkSharedLibrary(object->code, findRuntime(program), path,
                                   llvm::sys::path::filename(flags.output))
               : writeText(path, object->code);
  };
  if (llvm::Error error = files.add(flags.output, writeCode))
    return error;
  if (!flags.header.empty())
    if (llvm::Error error = files.add(flags.header, [&](StringRef path) {
          return writeText(path, object->header);
        }))
      return error;
  return files.commit();
}

int main(int argc, char **argv) {
  llvm::Expected<CompileFlags> flags =
      parseFlags(ArrayRef<const char *>(argv + 1, argc - 1));
  if (!flags) {
    llvm::errs() << "moe-compile: " << llvm::toString(flags.takeError())
                 << "\n";
    return 1;
  }
  if (flags->help) {
    llvm::outs() << kHelp;
    return 0;
  }
  if (flags->version) {
    llvm::outs() << "moe-compile " MOE_VERSION ", LLVM " LLVM_VERSION_STRING
                    "\n";
    return 0;
  }
  if (llvm::Error error = execute(*flags, argv[0])) {
    llvm::errs() << "moe-compile: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
