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

static double getTolerance(const ValueInfo &result) {
  return getTolerance(result.precision.value_or(ElementKind::F64));
}

/// Gates are behind results, of whatever type.
static double getLargestTolerance(const CompiledFunction &function) {
  double tolerance = 0;
  for (const ValueInfo &info : function.getResults())
    tolerance = std::max(tolerance, getTolerance(info));
  return tolerance;
}

namespace {
/// The rows of one result: each along the last dimension, or, where the first
/// counts rows of a dispatch, along all others.
struct Rows {
  int64_t count = 1, width = 1;
  Rows(ArrayRef<int64_t> shape, bool countsRows) {
    size_t outer = countsRows ? 1 : std::max<size_t>(shape.size(), 1) - 1;
    for (int64_t size : shape.take_front(outer))
      count *= size;
    for (int64_t size : shape.drop_front(outer))
      width *= size;
  }
};

/// Which token a row belongs to.
struct TokenOfRow {
  int64_t stride = 1, tokens = 0;
  const std::vector<bool> *leftOut = nullptr;

  /// The first dimension but the last that counts tokens; where that is not
  /// known of any, the first that is as large as a gate has tokens.
  TokenOfRow(const ValueInfo &info, ArrayRef<int64_t> shape,
             const IdComparison &ids) {
    if (!findDim(info, shape, ids, TokenDim::Yes))
      findDim(info, shape, ids, TokenDim::Unknown);
  }

  bool findDim(const ValueInfo &info, ArrayRef<int64_t> shape,
               const IdComparison &ids, TokenDim wanted) {
    for (size_t i = 0; i + 1 < shape.size(); ++i) {
      auto found = ids.leftOut.find(shape[i]);
      TokenDim dim =
          info.tokenDims.empty() ? TokenDim::Unknown : info.tokenDims[i];
      if (found == ids.leftOut.end() || dim != wanted)
        continue;
      tokens = shape[i];
      leftOut = &found->second;
      for (int64_t size : shape.drop_front(i + 1).drop_back())
        stride *= size;
      return true;
    }
    return false;
  }
  bool isLeftOut(int64_t row) const {
    return leftOut && (*leftOut)[row / stride % tokens];
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

static bool isFinite(const Array &array, int64_t row, int64_t width) {
  for (int64_t i = row * width; i < (row + 1) * width; ++i)
    if (!std::isfinite(array.getElement(i)))
      return false;
  return true;
}

/// The number of leading rows of a result that the oracle defines.
static int64_t countDefinedRows(const ValueInfo &info, const Rows &rows,
                                const RunRecord &record) {
  if (info.rowsOfLayer && info.endsWithOffsets)
    for (const DispatchRecord &dispatch : record.dispatches)
      if (dispatch.layer == *info.rowsOfLayer && !dispatch.offsets.empty())
        return std::min<int64_t>(rows.count, dispatch.offsets.back());
  return rows.count;
}

namespace {
class Comparer {
public:
  Comparer(const RunView &run, const RunView &oracle)
      : run(run), oracle(oracle) {
    result.tolerance = getLargestTolerance(run.function);
    ids = compareIds(run, oracle, result.tolerance);
    for (auto &[tokens, leftOut] : ids.leftOut)
      anyLeftOut |= llvm::is_contained(leftOut, true);
  }

  Comparison compare() {
    result.idsDiffer = ids.differ;
    result.margin = ids.margin;
    result.idsLegal = ids.legal;
    result.gatesCompared = ids.compared;
    result.gatesAlone = ids.alone;
    result.tokensUnspecified = ids.unspecified;
    bool shapesAgree = true;
    for (auto [info, a, b] :
         llvm::zip(oracle.function.getResults(), run.results, oracle.results)) {
      if (a.getShape() != b.getShape()) {
        shapesAgree = false;
        result.notes.push_back("result '" + info.name + "' has shape " +
                               formatShape(a.getShape()) + ", the oracle's " +
                               formatShape(b.getShape()));
        continue;
      }
      compareResult(info, a, b);
    }
    if (result.rowsNotFinite > 0)
      result.notes.push_back("rows with an infinity or a NaN: " +
                             std::to_string(result.rowsNotFinite));
    if (result.idsDiffer > 0)
      result.notes.push_back(describeIds());
    if (ids.unspecified > 0)
      result.notes.push_back(
          "tokens left out, whose logits hold NaN or +inf or only -inf: " +
          std::to_string(ids.unspecified));
    if (result.gatesAlone > 0)
      result.notes.push_back(
          "gates that one run has alone were not compared: " +
          std::to_string(result.gatesAlone));
    bool comparedAny = result.rowsCompared > 0 || result.rowsLeftOut == 0;
    if (comparedAny && shapesAgree && result.rowsCompared == 0)
      result.notes.push_back("no result has a row");
    if (!comparedAny)
      result.notes.push_back(describeLeftOut());
    result.passed = shapesAgree && result.idsLegal && integersAgree &&
                    comparedAny && worst <= 1;
    return result;
  }

private:
  void compareResult(const ValueInfo &info, const Array &a, const Array &b) {
    Rows rows(a.getShape(), info.rowsOfLayer.has_value());
    TokenOfRow tokens(info, a.getShape(), ids);
    int64_t defined = countDefinedRows(info, rows, oracle.record);
    double largest = -1, tolerance = getTolerance(info);
    int64_t alone = 0, firstAlone = 0, worstRow = 0;
    for (int64_t row = 0; row < defined; ++row) {
      // Where rows of a dispatch are is a matter of every choice.
      if (info.rowsOfLayer ? anyLeftOut : tokens.isLeftOut(row)) {
        ++result.rowsLeftOut;
        continue;
      }
      ++result.rowsCompared;
      double error = compareRow(a, b, row, rows.width);
      if (isFloat(info.kind)) {
        bool isDefined = isFinite(b, row, rows.width);
        result.rowsNotFinite += !isDefined;
        bool isAlone =
            std::isinf(error) && !(isDefined && isFinite(a, row, rows.width));
        if (isAlone && alone++ == 0)
          firstAlone = row;
        if (error > largest)
          worstRow = row;
        largest = std::max(largest, error);
      } else if (error != 0 && integersAgree) {
        integersAgree = false;
        result.notes.push_back("integers of result '" + info.name +
                               "' differ in row " + std::to_string(row));
      }
    }
    if (largest / tolerance > worst) {
      worst = largest / tolerance;
      result.error = largest;
      result.tolerance = tolerance;
    }
    result.rowsNotFiniteAlone += alone;
    if (largest > tolerance) {
      std::string text;
      llvm::raw_string_ostream os(text);
      os << "result '" << info.name << "' ";
      if (alone > 0)
        os << "has an infinity or a NaN of one run alone in rows: " << alone
           << ", the first is row " << firstAlone;
      else
        os << "is off by "
           << llvm::format("%.3g, tolerance %.3g, in row ", largest, tolerance)
           << worstRow;
      result.notes.push_back(text);
    }
  }

  std::string describeLeftOut() {
    std::string text = "expects a row to compare, found all " +
                       std::to_string(result.rowsLeftOut) + " left out";
    if (ids.unspecified > 0)
      text += ": the logits of " + std::to_string(ids.unspecified) +
              " tokens hold NaN or +inf or only -inf";
    return text;
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
  bool integersAgree = true, anyLeftOut = false;
  /// The largest error, in tolerances of its result.
  double worst = -1;
};
} // namespace

Comparison moe::compareRuns(const RunView &run, const RunView &oracle) {
  return Comparer(run, oracle).compare();
}
