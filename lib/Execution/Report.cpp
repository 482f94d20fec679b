//===- Report.cpp - What a run has shown ----------------------------------===//

#include "moe/Execution/Report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace mlir::moe;
namespace json = llvm::json;

double moe::getMedian(std::vector<double> seconds) {
  llvm::sort(seconds);
  size_t half = seconds.size() / 2;
  return seconds.size() % 2 ? seconds[half]
                            : (seconds[half - 1] + seconds[half]) / 2;
}

double moe::getMinimum(ArrayRef<double> seconds) {
  return *llvm::min_element(seconds);
}

/// JSON has no infinity and no NaN.
static json::Value toJson(double number) {
  return std::isfinite(number) ? json::Value(number) : json::Value(nullptr);
}

template <typename T> static json::Value toJson(const std::optional<T> &value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

static json::Value toJson(const std::optional<Statistics> &statistics) {
  if (!statistics)
    return nullptr;
  json::Array layers;
  for (const LayerStatistics &layer : statistics->layers)
    layers.push_back(
        json::Object{{"location", json::fixUTF8(layer.location)},
                     {"rows", layer.rows},
                     {"macs", layer.macs},
                     {"macs_dense", toJson(layer.macsDense)},
                     {"tokens_per_expert", layer.tokensPerExpert}});
  return json::Object{{"rows", statistics->rows},
                      {"macs", statistics->macs},
                      {"macs_gate", statistics->macsGate},
                      {"macs_dense", toJson(statistics->macsDense)},
                      {"parameter_bytes", statistics->parameterBytes},
                      {"input_bytes", statistics->inputBytes},
                      {"workspace_bytes", statistics->workspaceBytes},
                      {"layers", std::move(layers)}};
}

static json::Value toJson(const std::optional<Comparison> &check) {
  if (!check)
    return nullptr;
  return json::Object{{"error", toJson(check->error)},
                      {"tolerance", check->tolerance},
                      {"ids_differ", check->idsDiffer},
                      {"passed", check->passed},
                      {"margin", toJson(check->margin)},
                      {"gates_compared", check->gatesCompared},
                      {"gates_alone", check->gatesAlone},
                      {"tokens_unspecified", check->tokensUnspecified},
                      {"rows_compared", check->rowsCompared},
                      {"rows_not_finite", check->rowsNotFinite},
                      {"rows_not_finite_alone", check->rowsNotFiniteAlone},
                      {"rows_left_out", check->rowsLeftOut}};
}

static json::Value toJson(const ResultSummary &result) {
  return json::Object{
      {"name", json::fixUTF8(result.name)},
      {"type", result.type},
      {"shape", result.shape},
      {"norm", result.norm ? toJson(*result.norm) : json::Value(nullptr)},
      {"not_finite", toJson(result.notFinite)}};
}

json::Value moe::toJson(const RunReport &report) {
  json::Object dims;
  for (auto &[name, size] : report.dims)
    dims[json::fixUTF8(name)] = size;
  json::Array results;
  for (const ResultSummary &result : report.results)
    results.push_back(::toJson(result));
  bool ran = !report.runSeconds.empty();
  json::Object seconds{
      {"parse", report.parseSeconds},
      {"compile", report.compileSeconds},
      {"prepare", ::toJson(report.prepareSeconds)},
      {"run_median",
       ran ? json::Value(getMedian(report.runSeconds)) : json::Value(nullptr)},
      {"run_min",
       ran ? json::Value(getMinimum(report.runSeconds)) : json::Value(nullptr)},
      {"runs", static_cast<int64_t>(report.runSeconds.size())}};
  return json::Object{{"entry", json::fixUTF8(report.entry)},
                      {"device", report.device},
                      {"optimized", report.optimized},
                      {"seed", report.seed},
                      {"dims", std::move(dims)},
                      {"threads", report.threads},
                      {"seconds", std::move(seconds)},
                      {"stats", ::toJson(report.statistics)},
                      {"explain", report.explanation
                                      ? toJson(*report.explanation)
                                      : json::Value(nullptr)},
                      {"check", ::toJson(report.check)},
                      {"results", std::move(results)}};
}

/// "12.3 MiB".
static std::string formatBytes(uint64_t bytes) {
  static constexpr const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double amount = bytes;
  unsigned unit = 0;
  for (; amount >= 1024 && unit < 4; ++unit)
    amount /= 1024;
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format(unit ? "%.1f " : "%.0f ", amount) << units[unit];
  return text;
}

static std::string formatSeconds(double seconds) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (seconds < 1)
    os << llvm::format("%.3g ms", seconds * 1e3);
  else
    os << llvm::format("%.3g s", seconds);
  return text;
}

static void printLayer(llvm::raw_ostream &os, const LayerStatistics &layer) {
  os << "  layer at " << layer.location << ": " << layer.rows << " rows, "
     << layer.macs << " multiply-adds";
  if (layer.macsDense && *layer.macsDense > 0)
    os << llvm::format(" (%.1f %% of %lld dense)",
                       100.0 * layer.macs / *layer.macsDense,
                       static_cast<long long>(*layer.macsDense));
  os << "\n    tokens per expert:";
  for (auto [i, count] : llvm::enumerate(layer.tokensPerExpert)) {
    if (i > 0 && i % 16 == 0)
      os << "\n                      ";
    os << " " << count;
  }
  os << "\n";
}

static void printStatistics(llvm::raw_ostream &os, const Statistics &all) {
  os << "executed: " << all.rows << " rows, " << all.macs
     << " multiply-adds in experts and other contractions";
  if (all.macsDense && *all.macsDense > 0)
    os << llvm::format(" (%.1f %% of %lld dense)",
                       100.0 * all.macs / *all.macsDense,
                       static_cast<long long>(*all.macsDense));
  os << ", " << all.macsGate << " in gates\n"
     << "memory: " << formatBytes(all.parameterBytes) << " of parameters, "
     << formatBytes(all.inputBytes) << " of inputs, "
     << formatBytes(all.workspaceBytes) << " of workspace\n";
  for (const LayerStatistics &layer : all.layers)
    printLayer(os, layer);
}

static void printCheck(llvm::raw_ostream &os, const Comparison &check) {
  os << "check: " << (check.passed ? "passed" : "FAILED");
  if (check.rowsNotFiniteAlone > 0)
    os << ", an infinity or a NaN of one run alone in "
       << check.rowsNotFiniteAlone << " of " << check.rowsCompared << " rows";
  else if (check.rowsCompared > 0)
    os << llvm::format(", error %.3g, tolerance %.3g, ", check.error,
                       check.tolerance)
       << check.rowsCompared << " rows";
  else
    os << ", 0 rows";
  os << " compared, " << check.idsDiffer << " ids differ\n";
  for (const std::string &note : check.notes)
    os << "  " << note << "\n";
}

/// One line: name, shape, norm and first values; no sign of a NaN.
static void printResult(llvm::raw_ostream &os, const ResultSummary &result) {
  os << "result " << result.name << " " << formatShape(result.shape) << " "
     << result.type << ":";
  int64_t count = 1;
  for (int64_t size : result.shape)
    count *= size;
  if (result.notFinite.value_or(0) > 0)
    os << " " << *result.notFinite << " of " << count
       << " elements not finite,";
  else if (result.norm)
    os << llvm::format(" norm %.6g,", *result.norm);
  for (double element : result.firstElements)
    os << llvm::format(" %.6g",
                       std::isnan(element) ? std::fabs(element) : element);
  os << (count > 4 ? " ...\n" : "\n");
}

void moe::print(llvm::raw_ostream &os, const RunReport &report) {
  os << "compiled '" << report.entry << "' for " << report.device
     << (report.optimized ? ", optimized, in " : " in ")
     << formatSeconds(report.compileSeconds) << " (parsed in "
     << formatSeconds(report.parseSeconds) << ")\n";
  if (!report.dims.empty()) {
    os << "sizes:";
    for (auto &[name, size] : report.dims)
      os << " " << name << " = " << size;
    os << "\n";
  }
  if (report.threads != report.threadsAsked)
    os << "threads: " << report.threads << " of the " << report.threadsAsked
       << " asked for\n";
  if (report.runSeconds.size() == 1)
    os << "ran once in " << formatSeconds(report.runSeconds.front()) << "\n";
  else if (!report.runSeconds.empty())
    os << "ran " << report.runSeconds.size() << " times: median "
       << formatSeconds(getMedian(report.runSeconds)) << ", minimum "
       << formatSeconds(getMinimum(report.runSeconds)) << "\n";
  if (report.statistics)
    printStatistics(os, *report.statistics);
  if (report.explanation)
    print(os, *report.explanation);
  if (report.check)
    printCheck(os, *report.check);
  for (const ResultSummary &result : report.results)
    printResult(os, result);
}

std::vector<ResultSummary> moe::summarize(const CompiledFunction &function,
                                          ArrayRef<Array> results) {
  std::vector<ResultSummary> summaries;
  for (auto [info, array] : llvm::zip(function.getResults(), results)) {
    ResultSummary summary;
    summary.name = info.name;
    summary.type = getName(array.getKind()).str();
    summary.shape = array.getShape().vec();
    int64_t count = array.getNumElements();
    if (isFloat(info.kind)) {
      double sum = 0;
      int64_t notFinite = 0;
      for (int64_t i = 0; i < count; ++i) {
        double value = array.getElement(i);
        sum += value * value;
        notFinite += !std::isfinite(value);
      }
      summary.norm = std::sqrt(sum);
      summary.notFinite = notFinite;
    }
    for (int64_t i = 0; i < std::min<int64_t>(count, 4); ++i)
      summary.firstElements.push_back(array.getElement(i));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}
