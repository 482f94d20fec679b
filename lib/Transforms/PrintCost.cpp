//===- PrintCost.cpp - Print what every layer costs -----------------------===//

#include "moe/Transforms/Passes.h"

#include "GateProjections.h"

#include "moe/IR/TensorCasts.h"
#include "moe/Transforms/Instrumentation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatAdapters.h"

namespace mlir::moe {
#define GEN_PASS_DEF_PRINTCOSTPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// A number that may depend on a dynamic size.
using Count = std::optional<int64_t>;

static Count multiply(Count a, Count b) {
  int64_t product;
  if (!a || !b || llvm::MulOverflow(*a, *b, product))
    return std::nullopt;
  return product;
}
static Count add(Count a, Count b) {
  int64_t sum;
  if (!a || !b || llvm::AddOverflow(*a, *b, sum))
    return std::nullopt;
  return sum;
}
static Count fixed(int64_t size) {
  return ShapedType::isDynamic(size) ? Count() : Count(size);
}

namespace {
/// One line of the table.
struct Line {
  StringRef kind;
  Count macs = 0;       ///< a token
  Count parameters = 0; ///< elements of weights
  Count bytes = 0;      ///< of them
  Count elements = 0;   ///< that rows read and write, a token
};

/// The costs of one function.
class Costs {
public:
  explicit Costs(func::FuncOp function) {
    function.walk([&](GateOp gate) {
      for (Operation *projection : getGateProjections(gate))
        gates[projection] = gate;
    });
    visit(function.getBody(), nullptr, /*rows=*/1, /*copies=*/1);
  }

  void print(raw_ostream &os, StringRef name) const;

private:
  void visit(Region &region, Operation *layer, Count rows, Count copies);
  void addContraction(Operation *at, StringRef kind, Count macs, Count rows,
                      ShapedType weight, Count copies);
  Line &at(Operation *op, StringRef kind) {
    Line &line = lines[op];
    line.kind = kind;
    return line;
  }

  DenseMap<Operation *, GateOp> gates;
  llvm::MapVector<Operation *, Line> lines;
};
} // namespace

/// Rows a token gets in the layer of `offsets`: K.
static Count getRowsPerToken(Value offsets) {
  Operation *def = stripCasts(offsets).getDefiningOp();
  Value experts;
  if (auto dispatch = dyn_cast_or_null<DispatchOp>(def))
    experts = dispatch.getExperts();
  else if (auto plan = dyn_cast_or_null<PlanOp>(def))
    experts = plan.getExperts();
  else if (auto route = dyn_cast_or_null<RouteOp>(def))
    experts = route.getExpertsOut();
  if (!experts)
    return std::nullopt;
  return fixed(cast<ShapedType>(experts.getType()).getDimSize(1));
}

static Count getNumElements(ShapedType type) {
  return type.hasStaticShape() ? Count(type.getNumElements()) : Count();
}

/// Points of `op` for one row: its only dynamic size is that of the rows.
static Count getMacsPerRow(linalg::LinalgOp op) {
  Count points = 1;
  int64_t dynamic = 0;
  for (int64_t range : op.getStaticLoopRanges())
    if (ShapedType::isDynamic(range))
      ++dynamic;
    else
      points = multiply(points, range);
  return dynamic == 1 ? points : Count();
}

void Costs::addContraction(Operation *op, StringRef kind, Count macs,
                           Count rows, ShapedType weight, Count copies) {
  Line &line = at(op, kind);
  line.macs = add(line.macs, multiply(macs, rows));
  Count elements = multiply(getNumElements(weight), copies);
  line.parameters = add(line.parameters, elements);
  line.bytes =
      add(line.bytes, multiply(elements, weight.getElementTypeBitWidth() / 8));
}

void Costs::visit(Region &region, Operation *layer, Count rows, Count copies) {
  for (Operation &op : region.getOps()) {
    if (auto expert = dyn_cast<ExpertOp>(op)) {
      Count inner = multiply(rows, getRowsPerToken(expert.getOffsets()));
      Line &line = at(expert, "experts");
      for (ValueRange values :
           {ValueRange(expert.getInputs()), ValueRange(expert.getResults())})
        for (Value value : values)
          line.elements = add(
              line.elements,
              multiply(inner,
                       fixed(cast<ShapedType>(value.getType()).getDimSize(1))));
      visit(expert.getBody(), expert, inner,
            multiply(copies, expert.getNumExperts()));
      continue;
    }
    if (auto matmul = dyn_cast<GroupedMatmulOp>(op)) {
      Count inner = multiply(rows, getRowsPerToken(matmul.getOffsets()));
      for (Value weight : matmul.getWeights()) {
        auto type = cast<ShapedType>(weight.getType());
        addContraction(
            matmul, "experts",
            multiply(fixed(type.getDimSize(1)), fixed(type.getDimSize(2))),
            inner, type, copies);
      }
      Line &line = at(matmul, "experts");
      for (Value value : {matmul.getRows(), matmul.getOut()})
        line.elements = add(
            line.elements,
            multiply(inner,
                     fixed(cast<ShapedType>(value.getType()).getDimSize(1))));
      continue;
    }
    if (auto route = dyn_cast<RouteOp>(op)) {
      for (Value weight : {route.getProjection(), route.getNoiseProjection()})
        if (weight) {
          auto type = cast<ShapedType>(weight.getType());
          addContraction(route, "gate", getNumElements(type), rows, type,
                         copies);
        }
      continue;
    }
    if (!isContraction(&op)) {
      for (Region &inner : op.getRegions())
        visit(inner, layer, rows, copies);
      continue;
    }
    auto linalgOp = cast<linalg::LinalgOp>(op);
    // The operand without rows is the weight.
    ShapedType weight;
    for (Value input : linalgOp.getDpsInputs())
      if (auto type = cast<ShapedType>(input.getType()); type.hasStaticShape())
        weight = type;
    auto gate = gates.find(&op);
    Operation *line = gate != gates.end() ? gate->second.getOperation()
                      : layer             ? layer
                                          : &op;
    StringRef kind = gate != gates.end() ? "gate" : layer ? "experts" : "dense";
    if (weight)
      addContraction(line, kind, getMacsPerRow(linalgOp), rows, weight, copies);
    else
      at(line, kind).macs = std::nullopt;
  }
}

static std::string format(Count count) {
  if (!count)
    return "?";
  std::string digits = std::to_string(*count);
  for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(i, ",");
  return digits;
}

static std::string formatRatio(Count a, Count b) {
  if (!a || !b || *b == 0)
    return "-";
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("%.1f", static_cast<double>(*a) / *b);
  return text;
}

void Costs::print(raw_ostream &os, StringRef name) const {
  os << "@" << name << "\n";
  auto row = [&](StringRef kind, StringRef macs, StringRef parameters,
                 StringRef bytes, StringRef ratio, StringRef where) {
    os << "  " << llvm::left_justify(kind, 8) << llvm::right_justify(macs, 24)
       << llvm::right_justify(parameters, 20) << llvm::right_justify(bytes, 20)
       << llvm::right_justify(ratio, 14) << "  " << where << "\n";
  };
  row("", "multiply-adds a token", "parameters", "bytes", "per element", "");
  Line total{"total"};
  for (auto &[op, line] : lines) {
    if (line.macs == 0 && line.parameters == 0)
      continue;
    row(line.kind, format(line.macs), format(line.parameters),
        format(line.bytes),
        line.kind == "experts" ? formatRatio(line.macs, line.elements) : "",
        formatLocation(op->getLoc()));
    total.macs = add(total.macs, line.macs);
    total.parameters = add(total.parameters, line.parameters);
    total.bytes = add(total.bytes, line.bytes);
  }
  row(total.kind, format(total.macs), format(total.parameters),
      format(total.bytes), "", "");
}

namespace {
struct PrintCostPass : moe::impl::PrintCostPassBase<PrintCostPass> {
  void runOnOperation() override {
    // Lines of several functions must not mix: one string, one write.
    std::string text;
    llvm::raw_string_ostream os(text);
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal())
        Costs(function).print(os, function.getName());
    llvm::errs() << text;
    markAllAnalysesPreserved();
  }
};
} // namespace
