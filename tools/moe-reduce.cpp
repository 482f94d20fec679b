//===- moe-reduce.cpp - Makes a failing program small ---------------------===//
//
//   moe-reduce FILE --test=SCRIPT [--test-arg=ARG...] [--timeout=SECONDS] [-o
//   OUT]
//
// SCRIPT is run as `SCRIPT ARG... PROGRAM` and exits with 1 where the program
// still shows what one is after, with anything else where it does not
// (mlir-reduce's convention). Everything it is shown has passed the verifier,
// and so has what is written at the end.
//
// Each reduction (Reductions.cpp) has opportunities at ops. The driver takes
// many of them at once, then halves, then single ones, until none is accepted.
// Every accepted program is smaller than the one before, so it ends.
//
//===----------------------------------------------------------------------===//

#include "Reductions.h"

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
namespace cl = llvm::cl;

namespace {

/// Runs the user's script.
struct Test {
  std::string script;
  std::vector<std::string> arguments;
  unsigned timeout;
  unsigned runs = 0;

  /// Whether the script exits with 1 on `program`; fails where it does not run.
  FailureOr<bool> isInteresting(StringRef program);
};

/// The size of a program: ops, then characters.
using Size = std::pair<size_t, size_t>;

class Reducer {
public:
  /// Every program that is accepted is written to `output`, so that the best
  /// one survives whatever happens next; only the last one to "-".
  Reducer(OwningOpRef<ModuleOp> module, Test &test, StringRef output)
      : current(std::move(module)), test(test), output(output) {}

  /// Reduces until nothing more is accepted.
  LogicalResult run();

private:
  /// Tries one reduction everywhere; says whether anything was accepted.
  FailureOr<bool> tryReduction(const moe::Reduction &reduction);
  /// Takes the opportunities [begin, end) and keeps the result if the script
  /// still finds it interesting.
  FailureOr<bool> tryChunk(const moe::Reduction &reduction, size_t begin,
                           size_t end);
  LogicalResult write();

  OwningOpRef<ModuleOp> current;
  Test &test;
  std::string output;
  llvm::StringSet<> seen;
};

} // namespace

//===----------------------------------------------------------------------===//
// The driver
//===----------------------------------------------------------------------===//

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << '\n';
  return text;
}

static Size measure(ModuleOp module, StringRef text) {
  size_t ops = 0;
  module.walk([&](Operation *) { ++ops; });
  return {ops, text.size()};
}

/// The opportunities of a reduction in walk order, as (op, index).
static SmallVector<std::pair<Operation *, unsigned>>
listOpportunities(ModuleOp module, const moe::Reduction &reduction) {
  SmallVector<std::pair<Operation *, unsigned>> all;
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (unsigned index = 0, e = reduction.count(op); index < e; ++index)
      all.push_back({op, index});
  });
  return all;
}

FailureOr<bool> Test::isInteresting(StringRef program) {
  ++runs;
  SmallString<128> path;
  int descriptor;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile(
          "moe-reduce", "mlir", descriptor, path)) {
    llvm::errs() << "moe-reduce: no temporary file: " << error.message()
                 << "\n";
    return failure();
  }
  llvm::FileRemover remover(path);
  {
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << program;
  }
  SmallVector<StringRef> line = {script};
  llvm::append_range(line, arguments);
  line.push_back(path);
  std::string message;
  bool notRun = false;
  // What the script prints is its own affair.
  std::optional<StringRef> redirects[] = {std::nullopt, StringRef(),
                                          StringRef()};
  int status = llvm::sys::ExecuteAndWait(script, line, std::nullopt, redirects,
                                         timeout, 0, &message, &notRun);
  if (notRun) {
    llvm::errs() << "moe-reduce: cannot run '" << script << "': " << message
                 << "\n";
    return failure();
  }
  return status == 1;
}

FailureOr<bool> Reducer::tryChunk(const moe::Reduction &reduction, size_t begin,
                                  size_t end) {
  OwningOpRef<ModuleOp> candidate = current->clone();
  auto opportunities = listOpportunities(*candidate, reduction);
  bool changed = false;
  // From the end: an op is erased before the ops it uses and the op around it.
  for (size_t i = end; i-- > begin;)
    changed |= succeeded(
        reduction.apply(opportunities[i].first, opportunities[i].second));
  if (!changed || failed(verify(*candidate)))
    return false;
  std::string text = print(*candidate);
  if (measure(*candidate, text) >= measure(*current, print(*current)) ||
      !seen.insert(text).second)
    return false;
  FailureOr<bool> interesting = test.isInteresting(text);
  if (failed(interesting) || !*interesting)
    return interesting;
  current = std::move(candidate);
  if (output != "-" && failed(write()))
    return failure();
  return true;
}

LogicalResult Reducer::write() {
  std::string message;
  auto file = openOutputFile(output, &message);
  if (!file) {
    llvm::errs() << "moe-reduce: " << message << "\n";
    return failure();
  }
  file->os() << print(*current);
  file->keep();
  return success();
}

FailureOr<bool> Reducer::tryReduction(const moe::Reduction &reduction) {
  bool any = false;
  size_t count = listOpportunities(*current, reduction).size();
  for (size_t chunk = count; chunk > 0; chunk /= 2) {
    // From the end, so that what is accepted leaves the rest where it was.
    size_t end = listOpportunities(*current, reduction).size();
    while (end > 0) {
      size_t begin = end > chunk ? end - chunk : 0;
      FailureOr<bool> accepted = tryChunk(reduction, begin, end);
      if (failed(accepted))
        return failure();
      any |= *accepted;
      end = std::min(begin, listOpportunities(*current, reduction).size());
    }
  }
  return any;
}

LogicalResult Reducer::run() {
  // Candidates that do not verify are no news.
  ScopedDiagnosticHandler silence(current->getContext(),
                                  [](Diagnostic &) { return success(); });
  FailureOr<bool> interesting = test.isInteresting(print(*current));
  if (failed(interesting))
    return failure();
  if (!*interesting) {
    llvm::errs()
        << "moe-reduce: expects the test to exit with 1 on the input\n";
    return failure();
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const moe::Reduction &reduction : moe::getReductions()) {
      FailureOr<bool> accepted = tryReduction(reduction);
      if (failed(accepted))
        return failure();
      changed |= *accepted;
    }
    Size size = measure(*current, print(*current));
    llvm::errs() << llvm::formatv("moe-reduce: {0} ops, {1} bytes, {2} tests\n",
                                  size.first, size.second, test.runs);
  }
  return write();
}

int main(int argc, char **argv) {
  cl::opt<std::string> input(cl::Positional, cl::Required,
                             cl::desc("<input file>"));
  cl::opt<std::string> script(
      "test", cl::Required,
      cl::desc("program that exits with 1 where its last argument is still "
               "interesting"));
  cl::list<std::string> arguments("test-arg",
                                  cl::desc("argument before the program"));
  cl::opt<unsigned> timeout("timeout", cl::init(60),
                            cl::desc("seconds for one run of the test"));
  cl::opt<std::string> output("o", cl::init("-"), cl::desc("output file"));
  cl::opt<bool> unregistered("allow-unregistered-dialect",
                             cl::desc("admit ops of unknown dialects"));
  cl::ParseCommandLineOptions(argc, argv, "Makes a failing program small\n");

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  moe::registerMoeDialect(registry);
  moe::registerMoeExtensions(registry);
  MLIRContext context(registry);
  context.allowUnregisteredDialects(unregistered);
  // Constants and empty tensors may stand in for what is erased.
  context.loadDialect<arith::ArithDialect>();

  llvm::SourceMgr sources;
  std::string message;
  auto buffer = openInputFile(input, &message);
  if (!buffer) {
    llvm::errs() << "moe-reduce: " << message << "\n";
    return 1;
  }
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return 1;

  Test test{script, {arguments.begin(), arguments.end()}, timeout};
  Reducer reducer(std::move(module), test, output);
  return failed(reducer.run());
}
