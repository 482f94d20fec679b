//===- MoeScheduleAttrs.cpp - Schedules, targets and inits ----------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

StringRef CPUScheduleAttr::getDevice() const { return "cpu"; }
int64_t CPUScheduleAttr::getTileRows() const { return getRows(); }
int64_t CPUScheduleAttr::getTileColumns() const { return getColumns(); }
int64_t CPUScheduleAttr::getTileDepth() const { return getDepth(); }

StringRef GPUScheduleAttr::getDevice() const { return "cuda"; }
int64_t GPUScheduleAttr::getTileRows() const { return getRows(); }
int64_t GPUScheduleAttr::getTileColumns() const { return getColumns(); }
int64_t GPUScheduleAttr::getTileDepth() const { return getDepth(); }

LogicalResult CPUScheduleAttr::verify(
    function_ref<InFlightDiagnostic()> emitError, int64_t rows, int64_t columns,
    int64_t lanes, int64_t group, bool dot, int64_t joined, int64_t tall,
    int64_t least, int64_t few, int64_t depth, int64_t tiles, int64_t panel,
    bool prefetch, int64_t spread, int64_t threads) {
  if (rows < 1 || columns < 1) // schedule_c1
    return emitError() << "expects a tile of at least 1x1, found " << rows
                       << "x" << columns;
  if (lanes < 1 || columns % lanes != 0) // schedule_c3
    return emitError() << "expects lanes that divide the columns, found "
                       << lanes << " for " << columns;
  struct Field {
    StringRef name;
    int64_t value, least;
  };
  // schedule_c2; c4 of group; c6 of joined, tall and least
  const Field fields[] = {
      {"depth", depth, 0}, {"tiles", tiles, 0}, {"threads", threads, 0},
      {"panel", panel, 1}, {"group", group, 1}, {"joined", joined, 1},
      {"tall", tall, 0},   {"least", least, 1}, {"few", few, 0}};
  for (const Field &field : fields)
    if (field.value < field.least)
      return emitError() << "expects " << field.name << " of at least "
                         << field.least << ", found " << field.value;
  int64_t largest = std::max({rows, columns, group, joined, tall, least, few,
                              depth, tiles, panel, threads});
  if (largest > INT32_MAX) // schedule_c2
    return emitError() << "expects numbers below 2^31, found " << largest;
  if (depth % group != 0) // schedule_c4
    return emitError() << "expects a group that divides the depth, found "
                       << group << " for " << depth;
  if (dot && group != 2) // schedule_c7
    return emitError() << "expects groups of 2 for a dot, found " << group;
  if (depth > 0 && tiles == 0) // schedule_c5
    return emitError() << "expects tiles where the contraction is blocked, "
                          "found 0 for a depth of "
                       << depth;
  // A line of the widest elements is eight of them.
  bool isSpread = spread == 2 || spread == 4 || spread == 8;
  if (spread != 1 && !(isSpread && prefetch)) // schedule_c8
    return emitError()
           << "expects a spread of 1, or of 2, 4 or 8 with prefetch, "
              "found "
           << spread;
  // schedule_c6
  if (tall == 0 && (least != 1 || few != 0))
    return emitError() << "expects least 1 and few 0 where there are no tall "
                          "tiles, found least "
                       << least << ", few " << few;
  if (tall > 0 && tall < rows)
    return emitError() << "expects tall tiles of at least " << rows
                       << " rows, found " << tall;
  if (tall > 0 && least >= few)
    return emitError() << "expects few to be greater than least, found " << few
                       << " and " << least;
  return success();
}

LogicalResult PackingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t columns, int64_t group) {
  if (columns < 1 || group < 1) // packing_c1
    return emitError()
           << "expects panels of at least 1 column and groups of at "
              "least 1 contraction point, found "
           << columns << " and " << group;
  if (std::max(columns, group) > INT32_MAX) // packing_c1
    return emitError() << "expects numbers below 2^31, found "
                       << std::max(columns, group);
  return success();
}

LogicalResult
GPUScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        int64_t rows, int64_t columns, int64_t depth,
                        int64_t stages, int64_t warps) {
  if (rows < 1 || columns < 1 || depth < 1) // schedule_c1
    return emitError() << "expects a tile of at least 1x1x1, found " << rows
                       << "x" << columns << "x" << depth;
  if (stages < 1 || warps < 1) // schedule_c2
    return emitError() << "expects at least one stage and one warp, found "
                       << stages << " and " << warps;
  return success();
}

//===----------------------------------------------------------------------===//
// Target
//===----------------------------------------------------------------------===//

LogicalResult TargetAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef device, StringRef arch,
                                 int64_t cores, int64_t vectorBits,
                                 int64_t l1Bytes, int64_t l2Bytes,
                                 int64_t l3Bytes, int64_t bandwidth,
                                 int64_t sharedBytes) {
  if (device != "cpu" && device != "cuda") // target_c1
    return emitError() << "expects cpu or cuda, found " << device;
  if (cores < 1) // target_c2
    return emitError() << "expects at least one core, found " << cores;
  for (int64_t fact :
       {vectorBits, l1Bytes, l2Bytes, l3Bytes, bandwidth, sharedBytes})
    if (fact < 0) // target_c2
      return emitError() << "expects facts of at least 0, found " << fact;
  if (vectorBits != 0 && (vectorBits < 64 || vectorBits > 2048 ||
                          !llvm::isPowerOf2_64(vectorBits))) // target_c3
    return emitError() << "expects vector_bits of 0 or a power of two from 64 "
                          "to 2048, found "
                       << vectorBits;
  return success();
}

Attribute TargetAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef device;
  std::string arch;
  int64_t cores = 1, vectorBits = 0, l1 = 0, l2 = 0, l3 = 0, bandwidth = 0,
          shared = 0;
  if (parser.parseLess() || parser.parseKeyword(&device))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    StringRef fact;
    SMLoc factLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&fact) || parser.parseEqual())
      return {};
    if (fact == "arch") {
      if (parser.parseString(&arch))
        return {};
      continue;
    }
    int64_t *value = llvm::StringSwitch<int64_t *>(fact)
                         .Case("cores", &cores)
                         .Case("vector_bits", &vectorBits)
                         .Case("l1", &l1)
                         .Case("l2", &l2)
                         .Case("l3", &l3)
                         .Case("bandwidth", &bandwidth)
                         .Case("shared", &shared)
                         .Default(nullptr);
    if (!value) {
      parser.emitError(factLoc) << "expects arch, cores, vector_bits, l1, l2, "
                                   "l3, bandwidth or shared, found "
                                << fact;
      return {};
    }
    if (parser.parseInteger(*value))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return TargetAttr::getChecked(
      [&] { return parser.emitError(loc); }, parser.getContext(), device,
      StringRef(arch), cores, vectorBits, l1, l2, l3, bandwidth, shared);
}

void TargetAttr::print(AsmPrinter &printer) const {
  printer << '<' << getDevice() << ", arch = ";
  printer.printString(getArch());
  printer << ", cores = " << getCores();
  auto fact = [&](StringRef name, int64_t value) {
    if (value)
      printer << ", " << name << " = " << value;
  };
  fact("vector_bits", getVectorBits());
  fact("l1", getL1Bytes());
  fact("l2", getL2Bytes());
  fact("l3", getL3Bytes());
  fact("bandwidth", getBandwidth());
  fact("shared", getSharedBytes());
  printer << '>';
}

//===----------------------------------------------------------------------===//
// Init
//===----------------------------------------------------------------------===//

LogicalResult InitAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               InitKind kind, FloatAttr std, int64_t dim) {
  if ((kind == InitKind::Normal) != bool(std)) // init_c1
    return emitError() << "expects a standard deviation for normal only";
  if (std && (!std.getType().isF64() || !std.getValue().isFinite() ||
              std.getValue().isNegative())) // init_c1
    return emitError() << "expects a standard deviation of at least 0, found "
                       << std;
  if (dim < 0) // init_c2
    return emitError() << "expects a dimension of at least 0, found " << dim;
  return success();
}

Attribute InitAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseLess() || parser.parseKeyword(&keyword))
    return {};
  auto kind = symbolizeInitKind(keyword);
  if (!kind) {
    parser.emitError(loc) << "expects normal, fan_in or zeros, found "
                          << keyword;
    return {};
  }
  FloatAttr std;
  int64_t dim = 0;
  if (*kind == InitKind::Normal) {
    double value;
    if (parser.parseLess() || parser.parseFloat(value) || parser.parseGreater())
      return {};
    std = parser.getBuilder().getF64FloatAttr(value);
  } else if (*kind == InitKind::FanIn) {
    if (parser.parseLess() || parser.parseInteger(dim) || parser.parseGreater())
      return {};
  }
  if (parser.parseGreater())
    return {};
  return InitAttr::getChecked([&] { return parser.emitError(loc); },
                              parser.getContext(), *kind, std, dim);
}

void InitAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyInitKind(getKind());
  if (getKind() == InitKind::Normal) {
    printer << '<';
    printer.printFloat(getStd().getValue());
    printer << '>';
  } else if (getKind() == InitKind::FanIn) {
    printer << '<' << getDim() << '>';
  }
  printer << '>';
}
