//===- MoeAttrs.cpp - Syntax and checks of moe attributes -----------------===//

#include "moe/IR/Moe.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Fields of a router: interface methods
//===----------------------------------------------------------------------===//

bool ScoreAttr::isMonotone() const { return getKind() != ScoreKind::Region; }
bool ScoreAttr::usesRegion() const { return getKind() == ScoreKind::Region; }
bool ScoreAttr::mapsZeroToZero() const {
  return getKind() == ScoreKind::Relu || getKind() == ScoreKind::Identity;
}

int64_t TopKAttr::getSlots(int64_t) const { return getK(); }
bool TopKAttr::mayUseLogitsAsKey() const { return true; }
bool TopKAttr::takesBias() const { return true; }
int64_t TopKAttr::getMinLogits() const { return getK(); }
LogicalResult
TopKAttr::verifyLogits(int64_t logits,
                       function_ref<InFlightDiagnostic()> emitError) const {
  if (getK() > logits) // gate_c5
    return emitError() << "expects k of at most the number of logits " << logits
                       << ", found " << getK();
  return success();
}

int64_t GroupTopKAttr::getSlots(int64_t) const { return getK(); }
bool GroupTopKAttr::mayUseLogitsAsKey() const { return true; }
bool GroupTopKAttr::takesBias() const { return true; }
int64_t GroupTopKAttr::getLogitMultiple() const { return getGroups(); }
int64_t GroupTopKAttr::getMinLogits() const {
  int64_t inOne = std::max<int64_t>(getBy() == GroupBy::SumOfTwo ? 2 : 1,
                                    llvm::divideCeilSigned(getK(), getKept()));
  int64_t all;
  return llvm::MulOverflow(getGroups(), inOne, all)
             ? std::numeric_limits<int64_t>::max()
             : all;
}
LogicalResult GroupTopKAttr::verifyLogits(
    int64_t logits, function_ref<InFlightDiagnostic()> emitError) const {
  if (logits % getGroups() != 0) // gate_c6
    return emitError() << "expects groups that divide the number of logits "
                       << logits << ", found " << getGroups();
  int64_t size = logits / getGroups();
  if (getBy() == GroupBy::SumOfTwo && size < 2) // gate_c6
    return emitError() << "expects groups of at least two logits, found "
                       << size;
  if (getK() > getKept() * size) // gate_c5
    return emitError() << "expects k of at most the " << getKept() * size
                       << " logits of the kept groups, found " << getK();
  return success();
}

bool AllAttr::isDense() const { return true; }
bool AllAttr::mayUseLogitsAsKey() const { return true; }

bool ThresholdAttr::isDense() const { return true; }
bool ThresholdAttr::usesThresholds() const { return true; }

bool ExpertChoiceAttr::isDense() const { return true; }
bool ExpertChoiceAttr::isTokenChoice() const { return false; }
bool ExpertChoiceAttr::usesCapacity() const { return true; }

bool BatchwiseAttr::isDense() const { return true; }
bool BatchwiseAttr::isTokenChoice() const { return false; }
int64_t BatchwiseAttr::getMinLogits() const { return getK(); }
LogicalResult BatchwiseAttr::verifyLogits(
    int64_t logits, function_ref<InFlightDiagnostic()> emitError) const {
  if (getK() > logits) // gate_c5
    return emitError() << "expects k of at most the number of logits " << logits
                       << ", found " << getK();
  return success();
}

int64_t SampleAttr::getSlots(int64_t) const { return 1; }
bool SampleAttr::usesUniform() const { return true; }

bool NormalizeAttr::isNone() const { return getKind() == NormalizeKind::None; }

//===----------------------------------------------------------------------===//
// Fields of a router: checks
//===----------------------------------------------------------------------===//

LogicalResult TopKAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               int64_t k) {
  if (k < 1) // router_c1
    return emitError() << "expects k of at least 1, found " << k;
  return success();
}

LogicalResult
BatchwiseAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t k) {
  if (k < 1) // router_c1
    return emitError() << "expects k of at least 1, found " << k;
  return success();
}

LogicalResult
GroupTopKAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t k,
                      int64_t groups, int64_t kept, GroupBy by) {
  if (k < 1) // router_c1
    return emitError() << "expects k of at least 1, found " << k;
  if (groups < 1) // router_c2
    return emitError() << "expects at least one group, found " << groups;
  if (kept < 1 || kept > groups) // router_c2
    return emitError() << "expects between 1 and " << groups
                       << " kept groups, found " << kept;
  return success();
}

LogicalResult
NormalizeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      NormalizeKind kind, FloatAttr epsilon) {
  if (!epsilon)
    return success();
  if (kind != NormalizeKind::Sum) // router_c3
    return emitError() << "expects an epsilon for sum only, found one for "
                       << stringifyNormalizeKind(kind);
  if (!epsilon.getType().isF64() || epsilon.getValue().isNaN() ||
      epsilon.getValue().isNegative()) // router_c3
    return emitError() << "expects an epsilon of at least 0, found " << epsilon;
  return success();
}

LogicalResult RouterAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ScoreAttrInterface score,
                                 SelectAttrInterface select,
                                 NormalizeAttrInterface normalize,
                                 FloatAttr scale) {
  if (scale && (!scale.getType().isF64() || !scale.getValue().isFinite()))
    // router_c4
    return emitError() << "expects a finite scale, found " << scale;
  return success();
}

double RouterAttr::getScaleValue() const {
  return getScale() ? getScale().getValueAsDouble() : 1.0;
}

bool RouterAttr::selectsOnLogits(bool hasBias) const {
  return getScore().isMonotone() && !hasBias && getSelect().mayUseLogitsAsKey();
}

//===----------------------------------------------------------------------===//
// Syntax of a router
//===----------------------------------------------------------------------===//

static ParseResult parseF64(AsmParser &parser, FloatAttr &attr) {
  double value;
  if (parser.parseFloat(value))
    return failure();
  attr = parser.getBuilder().getF64FloatAttr(value);
  return success();
}

static void printF64(AsmPrinter &printer, FloatAttr attr) {
  printer.printFloat(attr.getValue());
}

/// `sum<1.0e-20>`, `sum`, `softmax` or `none`, after the keyword was read.
static FailureOr<NormalizeAttr> parseNormalize(AsmParser &parser,
                                               NormalizeKind kind, SMLoc loc) {
  FloatAttr epsilon;
  if (kind == NormalizeKind::Sum && succeeded(parser.parseOptionalLess()))
    if (parseF64(parser, epsilon) || parser.parseGreater())
      return failure();
  auto attr = NormalizeAttr::getChecked([&] { return parser.emitError(loc); },
                                        parser.getContext(), kind, epsilon);
  if (!attr)
    return failure();
  return attr;
}

static void printNormalize(AsmPrinter &printer, NormalizeAttr attr) {
  printer << stringifyNormalizeKind(attr.getKind());
  if (!attr.getEpsilon())
    return;
  printer << '<';
  printF64(printer, attr.getEpsilon());
  printer << '>';
}

Attribute NormalizeAttr::parse(AsmParser &parser, Type) {
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&keyword))
    return {};
  auto kind = symbolizeNormalizeKind(keyword);
  if (!kind) {
    parser.emitError(loc) << "expects none, sum or softmax, found " << keyword;
    return {};
  }
  auto attr = parseNormalize(parser, *kind, loc);
  if (failed(attr) || parser.parseGreater())
    return {};
  return *attr;
}

void NormalizeAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printNormalize(printer, *this);
  printer << '>';
}

/// One field of a router: `#other.attr`, or a keyword of this dialect.
template <typename Interface>
static ParseResult
parseField(AsmParser &parser, Interface &field, StringRef what,
           function_ref<Attribute(StringRef keyword, SMLoc loc)> parseKeyword) {
  SMLoc loc = parser.getCurrentLocation();
  Attribute attr;
  StringRef keyword;
  if (succeeded(parser.parseOptionalKeyword(&keyword))) {
    attr = parseKeyword(keyword, loc);
    if (!attr)
      return failure();
  } else if (parser.parseAttribute(attr)) {
    return failure();
  }
  field = dyn_cast<Interface>(attr);
  if (!field)
    return parser.emitError(loc) << "expects " << what << ", found " << attr;
  return success();
}

static Attribute parseScoreKeyword(AsmParser &parser, StringRef keyword,
                                   SMLoc loc) {
  if (auto kind = symbolizeScoreKind(keyword))
    return ScoreAttr::get(parser.getContext(), *kind);
  parser.emitError(loc) << "expects softmax, sigmoid, sqrt_softplus, relu, "
                           "identity or region as score, found "
                        << keyword;
  return {};
}

static Attribute parseSelectKeyword(AsmParser &parser, StringRef keyword,
                                    SMLoc loc) {
  MLIRContext *context = parser.getContext();
  if (keyword == TopKAttr::getMnemonic())
    return TopKAttr::parse(parser, {});
  if (keyword == GroupTopKAttr::getMnemonic())
    return GroupTopKAttr::parse(parser, {});
  if (keyword == BatchwiseAttr::getMnemonic())
    return BatchwiseAttr::parse(parser, {});
  if (keyword == AllAttr::getMnemonic())
    return AllAttr::get(context);
  if (keyword == ThresholdAttr::getMnemonic())
    return ThresholdAttr::get(context);
  if (keyword == ExpertChoiceAttr::getMnemonic())
    return ExpertChoiceAttr::get(context);
  if (keyword == SampleAttr::getMnemonic())
    return SampleAttr::get(context);
  parser.emitError(loc) << "expects top_k, group_top_k, all, threshold, "
                           "expert_choice, batchwise or sample as selection, "
                           "found "
                        << keyword;
  return {};
}

static Attribute parseNormalizeKeyword(AsmParser &parser, StringRef keyword,
                                       SMLoc loc) {
  auto kind = symbolizeNormalizeKind(keyword);
  if (!kind) {
    parser.emitError(loc)
        << "expects none, sum or softmax as normalization, found " << keyword;
    return {};
  }
  auto attr = parseNormalize(parser, *kind, loc);
  return succeeded(attr) ? Attribute(*attr) : Attribute();
}

Attribute RouterAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  ScoreAttrInterface score;
  SelectAttrInterface select;
  NormalizeAttrInterface normalize =
      NormalizeAttr::get(parser.getContext(), NormalizeKind::None, nullptr);
  FloatAttr scale;
  auto parseScale = [&]() -> ParseResult {
    return failure(parser.parseEqual() || parseF64(parser, scale));
  };
  if (parser.parseLess() ||
      parseField(parser, score, "a score", [&](StringRef keyword, SMLoc loc) {
        return parseScoreKeyword(parser, keyword, loc);
      }))
    return {};
  if (parser.parseComma() ||
      parseField(parser, select, "a selection",
                 [&](StringRef keyword, SMLoc loc) {
                   return parseSelectKeyword(parser, keyword, loc);
                 }))
    return {};
  bool hasComma = succeeded(parser.parseOptionalComma());
  if (hasComma && failed(parser.parseOptionalKeyword("scale"))) {
    if (parseField(parser, normalize, "a normalization",
                   [&](StringRef keyword, SMLoc loc) {
                     return parseNormalizeKeyword(parser, keyword, loc);
                   }))
      return {};
    hasComma = succeeded(parser.parseOptionalComma());
    if (hasComma && parser.parseKeyword("scale"))
      return {};
  }
  if (hasComma && parseScale())
    return {};
  if (parser.parseGreater())
    return {};
  return RouterAttr::getChecked([&] { return parser.emitError(loc); },
                                parser.getContext(), score, select, normalize,
                                scale);
}

static void printField(AsmPrinter &printer, Attribute field) {
  llvm::TypeSwitch<Attribute>(field)
      .Case([&](ScoreAttr attr) {
        printer << stringifyScoreKind(attr.getKind());
      })
      .Case([&](NormalizeAttr attr) { printNormalize(printer, attr); })
      .Case<TopKAttr, GroupTopKAttr, BatchwiseAttr>([&](auto attr) {
        printer << attr.getMnemonic();
        attr.print(printer);
      })
      .Case<AllAttr, ThresholdAttr, ExpertChoiceAttr, SampleAttr>(
          [&](auto attr) { printer << attr.getMnemonic(); })
      .Default([&](Attribute attr) { printer << attr; });
}

void RouterAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printField(printer, getScore());
  printer << ", ";
  printField(printer, getSelect());
  if (!getNormalize().isNone()) {
    printer << ", ";
    printField(printer, getNormalize());
  }
  if (getScale()) {
    printer << ", scale = ";
    printF64(printer, getScale());
  }
  printer << '>';
}
