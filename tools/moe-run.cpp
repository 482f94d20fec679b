//===- moe-run.cpp - Compiles a function of an IR file and runs it --------===//

#include "OutputFiles.h"
#include "RunFlags.h"

#include "moe/Execution/Report.h"

#include "mlir/Support/LLVM.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

#include <chrono>
#include <thread>

using namespace mlir;
using namespace mlir::moe;

/// Bench runs go on for this long, in whole rounds of 8 inputs.
static constexpr double kBenchSeconds = 2;
static constexpr unsigned kBenchInputs = 8, kBenchRounds = 16;

/// `--explain` repeats a run so often, for so long at most.
static constexpr unsigned kExplainRuns = 9;
static constexpr double kExplainSeconds = 1;

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

static void showProgress(const Twine &what) {
  if (llvm::sys::Process::StandardErrIsDisplayed())
    llvm::errs() << "moe-run: " << what << "\n";
}

/// As many as the program may use of those that are asked for.
static unsigned countThreads(const CompiledFunction &function, unsigned asked) {
  if (function.getDevice() == "reference")
    return 1;
  return std::min(asked, std::max(1u, std::thread::hardware_concurrency()));
}

/// DIR/0-moe.mlir, DIR/1-structured.mlir, ...; `program` is none of them.
static llvm::Error dumpStages(StringRef directory, StringRef program,
                              const CompiledFunction &function) {
  if (std::error_code code = llvm::sys::fs::create_directories(
          directory, /*IgnoreExisting=*/true, llvm::sys::fs::all_all))
    return llvm::createStringError(directory + ": " + code.message());
  for (auto [i, name] : llvm::enumerate(function.getStageNames())) {
    llvm::Expected<StringRef> text = function.getStageText(name);
    if (!text)
      return text.takeError();
    llvm::SmallString<256> path(directory);
    llvm::sys::path::append(path, Twine(i) + "-" + name + ".mlir");
    if (isSameFile(path, program))
      return llvm::createStringError(
          "expects --dump-stages of a folder without the program, found '" +
          program + "'");
    if (llvm::Error error = writeText(path, *text))
      return llvm::createStringError(path + ": " +
                                     llvm::toString(std::move(error)));
  }
  return llvm::Error::success();
}

/// Writes all files or none; results only of a run that has passed its check.
static llvm::Error writeFiles(const CompiledFunction &function,
                              ArrayRef<Array> results, const RunFlags &flags,
                              const RunReport &report) {
  OutputFiles files;
  if (!report.check || report.check->passed)
    for (auto &[name, path] : flags.outputs) {
      const Array &result = results[*function.findResult(name)];
      if (llvm::Error error = files.add(
              path, [&](StringRef file) { return writeNpy(file, result); }))
        return error;
    }
  if (!flags.json.empty()) {
    std::string text;
    llvm::raw_string_ostream(text) << llvm::formatv("{0:2}\n", toJson(report));
    if (llvm::Error error =
            files.add(isStandardOutput(flags.json) ? "-" : flags.json,
                      [=](StringRef file) { return writeText(file, text); }))
      return error;
  }
  return files.commit();
}

/// No file that is written is another one, or the program.
static llvm::Error checkOutputFiles(const RunFlags &flags) {
  std::vector<std::pair<std::string, StringRef>> files = {
      {"the program", flags.file}};
  for (auto &[name, path] : flags.outputs)
    files.emplace_back("--output " + name, path);
  if (!flags.json.empty() && !isStandardOutput(flags.json))
    files.emplace_back("--json", flags.json);
  for (auto [i, file] : llvm::enumerate(files))
    for (auto &[other, path] : ArrayRef(files).take_front(i))
      if (isSameFile(file.second, path))
        return llvm::createStringError(
            "expects " + file.first + " of a file of its own, found '" +
            file.second + "', which is that of " + other);
  return llvm::Error::success();
}

static llvm::Error checkOutputNames(const CompiledFunction &function,
                                    const RunFlags &flags) {
  for (auto &output : flags.outputs) {
    if (function.findResult(output.first))
      continue;
    std::string names;
    for (const ValueInfo &info : function.getResults())
      names += (names.empty() ? "" : ", ") + info.name;
    return llvm::createStringError("expects an output of '" +
                                   function.getEntry() + "' (" + names +
                                   "), found '" + output.first + "'");
  }
  return llvm::Error::success();
}

/// Times runs on other inputs each time, so that the experts of the last run
/// are not the ones whose weights are warm.
static llvm::Error bench(const CompiledFunction &function, InputOptions options,
                         ArrayRef<Array> inputs, const RunOptions &run,
                         RunReport &report) {
  double total = 0;
  for (unsigned round = 0; round < kBenchRounds && total < kBenchSeconds;
       ++round) {
    for (options.variant = 0; options.variant < kBenchInputs;
         ++options.variant) {
      showProgress("bench run " + Twine(report.runSeconds.size() + 1));
      auto drawn = drawInputs(function, options, inputs);
      if (!drawn)
        return drawn.takeError();
      std::vector<Array> given = selectOthers(function, *drawn);
      double start = now();
      auto results = function.run(given, run);
      if (!results)
        return results.takeError();
      report.runSeconds.push_back(now() - start);
      total += report.runSeconds.back();
    }
  }
  return llvm::Error::success();
}

/// Explains the run that has left `record`, next to the time of more of them.
static llvm::Expected<Explanation> explain(const CompiledFunction &function,
                                           ArrayRef<Array> inputs,
                                           const RunOptions &run,
                                           const RunRecord &record) {
  showProgress("measuring the roof");
  llvm::Expected<Roof> roof = measureRoof(run.threads);
  if (!roof)
    return roof.takeError();
  Explanation explanation = explain(function, record, *roof);
  std::vector<double> times;
  double total = 0;
  while (times.size() < kExplainRuns &&
         (times.empty() || total < kExplainSeconds)) {
    double start = now();
    auto results = function.run(inputs, run);
    if (!results)
      return results.takeError();
    times.push_back(now() - start);
    total += times.back();
  }
  explanation.runSeconds = getMedian(times);
  return explanation;
}

/// Compares the run with the route that is the oracle of its device: for the
/// reference route, the same program in f64; for every other, the reference.
static llvm::Expected<Comparison> check(const llvm::MemoryBuffer &program,
                                        const RunView &run,
                                        ArrayRef<Array> inputs) {
  showProgress("running the oracle of the check");
  CompileOptions options;
  options.entry = run.function.getEntry().str();
  options.device = "reference";
  options.record = true;
  options.promoteToF64 = run.function.getDevice() == "reference";
  auto oracle = CompiledFunction::compileText(
      program.getBuffer(), program.getBufferIdentifier(), options);
  if (!oracle)
    return oracle.takeError();
  RunRecord record;
  auto results = (*oracle)->run(inputs, {1, {}, &record});
  if (!results)
    return results.takeError();
  return compareRuns(run, {**oracle, *results, record});
}

/// Times the program without what is recorded and checked in the one that
/// `prepared` belongs to, which has no use for it any more.
static llvm::Error benchPlain(const llvm::MemoryBuffer &program,
                              CompileOptions options, const RunFlags &flags,
                              ArrayRef<Array> inputs,
                              PreparedParameters &prepared, RunReport &report) {
  showProgress("compiling for the bench");
  options.record = options.checkIndices = options.keepStages = false;
  auto function = CompiledFunction::compileText(
      program.getBuffer(), program.getBufferIdentifier(), options);
  if (!function)
    return function.takeError();
  prepared = {}; // not both at a time: they may be most of the memory
  RunOptions run;
  run.threads = report.threads;
  auto own =
      (*function)->prepare(selectParameters(**function, inputs), run.threads);
  if (!own)
    return own.takeError();
  run.prepared = &*own;
  if (report.statistics) {
    RunRecord record;
    RunOptions measured = run;
    measured.record = &record;
    auto results = (*function)->run(selectOthers(**function, inputs), measured);
    if (!results)
      return results.takeError();
    report.statistics->workspaceBytes = record.peakBytes;
  }
  return bench(**function, flags.inputs, inputs, run, report);
}

static llvm::Error execute(const RunFlags &flags) {
  if (llvm::Error error = checkOutputFiles(flags))
    return error;
  CompileOptions compile;
  compile.entry = flags.entry;
  compile.device = flags.device;
  compile.record =
      flags.check || flags.stats || flags.explain || !flags.json.empty();
  compile.checkIndices = flags.check;
  compile.optimize = flags.optimize;
  compile.assumeFinite = flags.assumeFinite;
  compile.keepStages = !flags.dumpStages.empty();
  showProgress("compiling " + flags.file);
  // Read once: a pipe has nothing for the oracle of a check.
  auto program = llvm::MemoryBuffer::getFileOrSTDIN(flags.file);
  if (!program)
    return llvm::createStringError(flags.file + ": " +
                                   program.getError().message());
  auto compiled = CompiledFunction::compileText(
      (*program)->getBuffer(), (*program)->getBufferIdentifier(), compile);
  if (!compiled)
    return compiled.takeError();
  const CompiledFunction &function = **compiled;
  if (llvm::Error error = checkOutputNames(function, flags))
    return error;
  auto dims = bindDims(function, flags.inputs);
  if (!dims)
    return dims.takeError();
  if (!flags.dumpStages.empty())
    if (llvm::Error error = dumpStages(flags.dumpStages, flags.file, function))
      return error;

  RunReport report;
  report.entry = function.getEntry().str();
  report.device = function.getDevice().str();
  report.optimized = function.isOptimized();
  report.seed = flags.inputs.seed;
  for (auto &dim : *dims)
    report.dims.emplace_back(dim.first().str(), dim.second);
  llvm::sort(report.dims);
  report.threadsAsked = flags.inputs.threads;
  report.threads = countThreads(function, flags.inputs.threads);
  report.parseSeconds = function.getParseSeconds();
  report.compileSeconds = function.getCompileSeconds();

  showProgress("drawing inputs");
  auto inputs = drawInputs(function, flags.inputs);
  if (!inputs)
    return inputs.takeError();
  showProgress("running");
  RunRecord record;
  RunOptions run;
  run.threads = report.threads;
  double start = now();
  auto prepared =
      function.prepare(selectParameters(function, *inputs), run.threads);
  if (!prepared)
    return prepared.takeError();
  if (function.hasPrepare())
    report.prepareSeconds = now() - start;
  run.prepared = &*prepared;
  std::vector<Array> given = selectOthers(function, *inputs);
  RunOptions recorded = run;
  recorded.record = compile.record ? &record : nullptr;
  start = now();
  auto results = function.run(given, recorded);
  double seconds = now() - start;
  if (!results)
    return results.takeError();
  if (compile.record)
    report.statistics = computeStatistics(function, *inputs, record);
  report.results = summarize(function, *results);
  if (flags.check) {
    auto comparison = check(**program, {function, *results, record}, *inputs);
    if (!comparison)
      return comparison.takeError();
    report.check = *comparison;
  }
  if (flags.explain) {
    auto explanation = explain(function, given, run, record);
    if (!explanation)
      return explanation.takeError();
    report.explanation = *explanation;
  }
  if (!flags.bench)
    report.runSeconds = {seconds};
  else if (llvm::Error error =
               compile.record
                   ? benchPlain(**program, compile, flags, *inputs, *prepared,
                                report)
                   : bench(function, flags.inputs, *inputs, run, report))
    return error;

  if (llvm::Error error = writeFiles(function, *results, flags, report))
    return error;
  RunReport shown = report;
  if (!flags.stats)
    shown.statistics.reset();
  // What reads the object from standard output reads nothing else there.
  print(isStandardOutput(flags.json) ? llvm::errs() : llvm::outs(), shown);
  if (report.check && !report.check->passed) {
    // The last note says why where nothing could be compared.
    bool isEmpty = report.check->rowsCompared == 0 && report.check->rowsLeftOut;
    return llvm::createStringError(
        "the check failed" +
        (isEmpty ? "; it " + report.check->notes.back() : "") +
        (flags.outputs.empty() ? "" : "; no --output is written"));
  }
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::Expected<RunFlags> flags =
      parseRunFlags(ArrayRef<const char *>(argv + 1, argc - 1));
  if (!flags) {
    llvm::errs() << "moe-run: " << llvm::toString(flags.takeError()) << "\n";
    return 1;
  }
  if (flags->help) {
    llvm::outs() << getRunHelp();
    return 0;
  }
  if (flags->version) {
    llvm::outs() << "moe-run " MOE_VERSION ", LLVM " LLVM_VERSION_STRING "\n";
    return 0;
  }
  if (llvm::Error error = execute(*flags)) {
    llvm::errs() << "moe-run: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
