//===- CompareRuns.cpp - How far a run is from its oracle -----------------===//

#include "CompareIds.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;
using namespace mlir::moe;

/// What a type's rounding allows per row.
static double getTolerance(ElementKind kind) {
  switch (kind) {
  case ElementKind::BF16:
    return 1e-2;
  case ElementKind::F16:
    return 2e-3;
  case ElementKind::F32:
    return 1e-5;
  default:
    return 1e-12;
  }
}

static double chooseTolerance(const CompiledFunction &function) {
  double tolerance = 0;
  for (ArrayRef<ValueInfo> infos :
       {function.getArguments(), function.getResults()})
    for (const ValueInfo &info : infos)
      if (isFloat(info.kind))
        tolerance = std::max(tolerance, getTolerance(info.kind));
  return tolerance;
}

namespace {
/// The rows of one result.
struct Rows {
  int64_t count = 1, width = 1;
  explicit Rows(ArrayRef<int64_t> shape) {
    if (shape.empty())
      return;
    width = shape.back();
    for (int64_t size : shape.drop_back())
      count *= size;
  }
};
} // namespace

/// |a-b|/|b| of one row; a row that is not finite in one run must be so in the
/// other, element by element.
static double compareRow(const Array &a, const Array &b, int64_t row,
                         int64_t width) {
  double difference = 0, norm = 0;
  for (int64_t i = row * width; i < (row + 1) * width; ++i) {
    double x = a.getElement(i), y = b.getElement(i);
    if (x == y || (std::isnan(x) && std::isnan(y))) {
      norm += std::isfinite(y) ? y * y : 0;
      continue;
    }
    difference += (x - y) * (x - y);
    norm += y * y;
  }
  if (difference == 0)
    return 0;
  double error = std::sqrt(difference / norm);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

/// The number of leading rows of a result that a program defines: results with
/// one row a slot of a dispatch end at `offsets[E]`.
static int64_t countDefinedRows(const Rows &rows, const RunRecord &record) {
  for (const DispatchRecord &dispatch : record.dispatches) {
    if (dispatch.offsets.empty())
      continue;
    for (const GateRecord &gate : record.gates)
      if (gate.layer == dispatch.layer && gate.slots > 1 &&
          gate.tokens * gate.slots == rows.count)
        return std::min<int64_t>(rows.count, dispatch.offsets.back());
  }
  return rows.count;
}

static int64_t countTokens(const RunRecord &record) {
  return record.gates.empty() ? -1 : record.gates.front().tokens;
}

namespace {
class Comparer {
public:
  Comparer(const RunView &run, const RunView &oracle)
      : run(run), oracle(oracle), ids(compareIds(run, oracle)) {}

  Comparison compare() {
    result.tolerance = chooseTolerance(run.function);
    result.idsDiffer = ids.differ;
    result.margin = ids.margin;
    result.idsLegal = ids.legal;
    result.notes = ids.notes;
    bool shapesAgree = true;
    for (auto [info, a, b] :
         llvm::zip(run.function.getResults(), run.results, oracle.results)) {
      if (a.getShape() != b.getShape()) {
        shapesAgree = false;
        result.notes.push_back("result '" + info.name + "' has shape " +
                               formatShape(a.getShape()) + ", the oracle's " +
                               formatShape(b.getShape()));
        continue;
      }
      compareResult(info, a, b);
    }
    if (result.idsDiffer > 0)
      result.notes.push_back(describeIds());
    result.passed = shapesAgree && result.idsLegal && integersAgree &&
                    result.error <= result.tolerance;
    return result;
  }

private:
  void compareResult(const ValueInfo &info, const Array &a, const Array &b) {
    Rows rows(a.getShape());
    int64_t tokens = countTokens(run.record);
    int64_t defined = countDefinedRows(rows, oracle.record);
    for (int64_t row = 0; row < rows.count; ++row) {
      // A row belongs to a token where there is one row a token, and is a
      // matter of order where it follows the slots of a changed choice.
      bool leftOut = rows.count == tokens
                         ? row < static_cast<int64_t>(ids.leftOut.size()) &&
                               ids.leftOut[row]
                         : !ids.leftOut.empty() && defined < rows.count;
      if (row >= defined || leftOut) {
        result.rowsLeftOut += leftOut;
        continue;
      }
      ++result.rowsCompared;
      double error = compareRow(a, b, row, rows.width);
      if (isFloat(info.kind)) {
        result.error = std::max(result.error, error);
      } else if (error != 0 && integersAgree) {
        integersAgree = false;
        result.notes.push_back("integers of result '" + info.name +
                               "' differ in row " + std::to_string(row));
      }
    }
  }

  std::string describeIds() {
    std::string text;
    llvm::raw_string_ostream os(text);
    os << result.idsDiffer << " ids differ";
    if (result.margin)
      os << " by a margin of " << llvm::format("%.3g", *result.margin);
    if (result.idsLegal)
      os << ", within the rounding of what the gates select on; "
         << result.rowsLeftOut << " rows left out";
    else
      os << ", more than rounding explains";
    return text;
  }

  const RunView &run, &oracle;
  IdComparison ids;
  Comparison result;
  bool integersAgree = true;
};
} // namespace

Comparison moe::compareRuns(const RunView &run, const RunView &oracle) {
  return Comparer(run, oracle).compare();
}
