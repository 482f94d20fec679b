//===- RunFlags.cpp - The command line of moe-run -------------------------===//

#include "RunFlags.h"

#include "Flags.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::moe;

StringRef moe::getRunHelp() {
  return R"(usage: moe-run FILE [options]

Compiles a function of an IR file (- is standard input) in process and runs
it. Inputs and outputs are named by moe.name, or arg0, ..., out0, ...

  --entry=NAME           the function to run (default: the first public one)
  --device=NAME          cpu (the default): optimized, on micro-kernels and
                         threads; reference: run what the program says,
                         unoptimized and in simple loops
  --dim NAME=SIZE        a dynamic size, by its name in moe.dims, or ARGUMENT.I
  --input NAME=VALUE     FILE.npy, normal(std), uniform(lo,hi), integers(lo,hi)
                         or a number; the default is what moe.init says
  --seed=N               of the inputs that are drawn (default: 0)
  --threads=N            how many threads draw the inputs and, on the cpu, run
                         the program (default: 1), at most as many as the
                         machine has; the reference device runs it on one.
                         "threads" of --json says how many run the program
  --optimize             optimize first also on the reference device
  --assume-finite        no expert computes NaN or an infinity: zero gates of
                         programs in linalg may be skipped
  --check                compare with the reference and print the error: at
                         most 1e-5 a row for f32, 2e-3 for f16, 1e-2 for bf16,
                         1e-12 for f64. Another choice of experts is accepted
                         where the keys that decided it are apart by no more
                         than that times the token's largest key, and by no
                         more than they moved; its rows are left out. Fails
                         where all rows are. The type is the narrowest that
                         a result is computed through; arguments are
                         exact, whatever their types. A program that
                         magnifies its rounding (a sum that cancels) may fail
                         at a few times that
  --bench                time runs on 8 different inputs in turn
  --stats                print what was executed, for each layer
  --explain              print, for each kernel of the cpu: its schedule, the
                         rows it ran, what bounds it, the time of that roof
                         and the expected one, next to the time of a run. The
                         roof is measured meanwhile: multiply-adds a second,
                         and bytes from memory, with --threads
  --dump-stages=DIR      write the IR after each stage
  --output NAME=FILE.npy write a result; none is written where a check fails
  --json=FILE            write everything that is printed as one object; to
                         standard output (-) in place of the report, which
                         then goes to standard error
  --help, -h; --version  print this, or the version
  --                     what follows is no flag
)";
}

/// Splits "NAME=VALUE".
static llvm::Expected<std::pair<StringRef, StringRef>>
splitPair(StringRef flag, StringRef text) {
  auto [name, value] = text.split('=');
  if (name.empty() || value.empty())
    return llvm::createStringError("expects " + flag + " NAME=VALUE, found '" +
                                   text + "'");
  return std::pair(name, value);
}

template <typename T>
static llvm::Error parseNumber(StringRef flag, StringRef text, T low,
                               T &number) {
  bool isNone = text.getAsInteger(10, number);
  if (isNone && !text.empty() && llvm::all_of(text, llvm::isDigit))
    return llvm::createStringError(
        "expects " + flag + " to be an integer of at most " +
        Twine(std::numeric_limits<T>::max()) + ", found '" + text + "'");
  if (isNone || number < low)
    return llvm::createStringError("expects " + flag +
                                   " to be an integer of at least " +
                                   Twine(low) + ", found '" + text + "'");
  return llvm::Error::success();
}

static llvm::Error addDim(StringRef text, RunFlags &flags) {
  auto pair = splitPair("--dim", text);
  if (!pair)
    return pair.takeError();
  int64_t size;
  if (llvm::Error error = parseNumber<int64_t>(("--dim " + pair->first).str(),
                                               pair->second, 0, size))
    return error;
  if (!flags.inputs.dims.try_emplace(pair->first, size).second)
    return llvm::createStringError("expects one --dim " + pair->first +
                                   ", found two");
  return llvm::Error::success();
}

static llvm::Error addInput(StringRef text, RunFlags &flags) {
  auto pair = splitPair("--input", text);
  if (!pair)
    return pair.takeError();
  llvm::Expected<InputSpec> spec = parseInputSpec(pair->second);
  if (!spec)
    return llvm::createStringError("--input " + pair->first + ": " +
                                   llvm::toString(spec.takeError()));
  if (!flags.inputs.inputs.try_emplace(pair->first, *spec).second)
    return llvm::createStringError("expects one --input " + pair->first +
                                   ", found two");
  return llvm::Error::success();
}

static llvm::Error addOutput(StringRef text, RunFlags &flags) {
  auto pair = splitPair("--output", text);
  if (!pair)
    return pair.takeError();
  if (!pair->second.ends_with(".npy"))
    return llvm::createStringError("expects --output NAME=FILE.npy, found '" +
                                   text + "'");
  for (auto &output : flags.outputs)
    if (output.first == pair->first)
      return llvm::createStringError("expects one --output " + pair->first +
                                     ", found two");
  flags.outputs.emplace_back(pair->first.str(), pair->second.str());
  return llvm::Error::success();
}

/// Sets the flag `name`, which takes a value.
static llvm::Error setValue(StringRef name, StringRef value, RunFlags &flags) {
  if (name == "dim")
    return addDim(value, flags);
  if (name == "input")
    return addInput(value, flags);
  if (name == "output")
    return addOutput(value, flags);
  if (name == "seed")
    return parseNumber<uint64_t>("--seed", value, 0, flags.inputs.seed);
  if (name == "threads")
    return parseNumber<unsigned>("--threads", value, 1, flags.inputs.threads);
  std::string &text = name == "entry"         ? flags.entry
                      : name == "device"      ? flags.device
                      : name == "dump-stages" ? flags.dumpStages
                                              : flags.json;
  if (value.empty())
    return llvm::createStringError("expects a value for " + spellFlag(name) +
                                   ", found none");
  text = value.str();
  return llvm::Error::success();
}

llvm::Expected<RunFlags> moe::parseRunFlags(ArrayRef<const char *> arguments) {
  RunFlags flags;
  FlagTable table;
  table.toggles = {{"optimize", &flags.optimize},
                   {"assume-finite", &flags.assumeFinite},
                   {"check", &flags.check},
                   {"bench", &flags.bench},
                   {"stats", &flags.stats},
                   {"explain", &flags.explain},
                   {"version", &flags.version},
                   {"help", &flags.help},
                   {"h", &flags.help}};
  table.valued = {"entry",   "device", "dim",         "input", "seed",
                  "threads", "output", "dump-stages", "json"};
  table.repeated = {"dim", "input", "output"};
  table.setValue = [&](StringRef name, StringRef value) {
    return setValue(name, value, flags);
  };
  if (llvm::Error error = parseFlags(arguments, table, flags.file))
    return error;
  if (flags.file.empty() && !flags.help && !flags.version)
    return llvm::createStringError("expects a file, found none (see --help)");
  if (flags.explain && flags.device == "reference")
    return llvm::createStringError(
        "expects --explain of kernels on device cpu, found device 'reference', "
        "which has none");
  return flags;
}
