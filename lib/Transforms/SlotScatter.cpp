//===- SlotScatter.cpp - One number of each slot scattered ----------------===//

#include "SlotScatter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isScatter(Value value) {
  Operation *def = value.getDefiningOp();
  return def && def->getName().getStringRef() == "tm_tensor.scatter";
}

Value moe::findScatter(const TensorExprRef &expr) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return isScatter(expr->value) ? expr->value : Value();
  for (const TensorExprRef &child : expr->children)
    if (Value found = findScatter(child))
      return found;
  return nullptr;
}

/// The value of index arithmetic `value` of a generic over one loop, at `u`.
static std::optional<int64_t> evaluateIndex(Value value, int64_t u) {
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant.getInt();
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (isa<linalg::IndexOp>(op))
    return u;
  SmallVector<int64_t> x;
  for (Value operand : op->getOperands()) {
    std::optional<int64_t> number = evaluateIndex(operand, u);
    if (!number)
      return std::nullopt;
    x.push_back(*number);
  }
  if (isa<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp>(op))
    return x[0];
  if (isa<arith::AddIOp>(op))
    return x[0] + x[1];
  if (isa<arith::SubIOp>(op))
    return x[0] - x[1];
  if (isa<arith::MulIOp>(op))
    return x[0] * x[1];
  if (isa<arith::RemSIOp, arith::RemUIOp>(op) && x[1] > 0 && x[0] >= 0)
    return x[0] % x[1];
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp>(op) &&
      x[1] > 0 && x[0] >= 0)
    return x[0] / x[1];
  return std::nullopt;
}

namespace {
/// What a generic over one loop yields for one of its results.
struct Yielded {
  linalg::GenericOp op;
  Value scalar;
};
} // namespace

static std::optional<Yielded> getYielded(Value value) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumLoops() != 1 || op.getNumReductionLoops() != 0)
    return std::nullopt;
  Value scalar = op.getBlock()->getTerminator()->getOperand(
      cast<OpResult>(value).getResultNumber());
  while (Operation *def = scalar.getDefiningOp()) {
    if (!isa<arith::IndexCastOp, arith::ExtSIOp>(def))
      break;
    scalar = def->getOperand(0);
  }
  return Yielded{op, scalar};
}

/// The value that was inserted as column `column` of `[U,2]` indices.
static Value getColumn(Value indices, int64_t column) {
  while (auto insert = indices.getDefiningOp<tensor::InsertSliceOp>()) {
    if (insert.getMixedOffsets().size() != 2)
      return nullptr;
    auto offset = getConstantIntValue(insert.getMixedOffsets()[1]);
    if (!offset || getConstantIntValue(insert.getMixedSizes()[1]) != 1)
      return nullptr;
    if (*offset == column)
      return insert.getSource();
    indices = insert.getDest();
  }
  return nullptr;
}

/// The largest scatter whose places are checked one by one.
static constexpr int64_t kMaxUpdates = 1 << 20;

/// Element (t, j) of a tensor `[T,K]` that `yielded` reads for update
/// t * K + j, each once: the tensor, or null.
static RankedTensorType getSlotType(const Yielded &yielded, int64_t updates,
                                    Value &tensor) {
  auto extract = yielded.scalar.getDefiningOp<tensor::ExtractOp>();
  if (!extract || extract.getIndices().size() != 2)
    return nullptr;
  auto type = cast<RankedTensorType>(extract.getTensor().getType());
  if (!type.hasStaticShape() || type.getNumElements() != updates)
    return nullptr;
  for (int64_t u = 0; u < updates; ++u)
    if (evaluateIndex(extract.getIndices()[0], u) != u / type.getDimSize(1) ||
        evaluateIndex(extract.getIndices()[1], u) != u % type.getDimSize(1))
      return nullptr;
  tensor = extract.getTensor();
  return type;
}

FailureOr<SlotScatter> moe::matchSlotScatter(Value scattered) {
  Operation *scatter = scattered.getDefiningOp();
  Attribute constant;
  if (scatter->getNumOperands() != 3 || scatter->getNumRegions() != 1 ||
      !matchPattern(scatter->getOperand(2), m_Constant(&constant)))
    return failure();
  auto dims = scatter->getAttrOfType<DenseI64ArrayAttr>("dimension_map");
  if (dims && dims.asArrayRef() != ArrayRef<int64_t>{0, 1})
    return failure();
  // The update replaces the background.
  Region &region = scatter->getRegion(0);
  auto updatesType =
      dyn_cast<RankedTensorType>(scatter->getOperand(0).getType());
  if (!updatesType || updatesType.getRank() != 1 || !region.hasOneBlock() ||
      region.front().empty() || region.front().getNumArguments() != 2)
    return failure();
  Operation &end = region.front().back();
  if (end.getNumOperands() != 1 || end.getOperand(0) != region.getArgument(0))
    return failure();
  auto background = dyn_cast<SplatElementsAttr>(constant);
  if (!background || !isa<FloatType>(background.getElementType()))
    return failure();
  SlotScatter result;
  result.background = background.getSplatValue<FloatAttr>().getValueAsDouble();

  auto update = getYielded(scatter->getOperand(0));
  Value rows = getColumn(scatter->getOperand(1), 0);
  Value columns = getColumn(scatter->getOperand(1), 1);
  auto row = rows ? getYielded(rows) : std::nullopt;
  auto column = columns ? getYielded(columns) : std::nullopt;
  int64_t updates = updatesType.getDimSize(0);
  if (!update || !row || !column || ShapedType::isDynamic(updates) ||
      updates > kMaxUpdates)
    return failure();
  FloatAttr number;
  RankedTensorType valuesType;
  if (matchPattern(update->scalar, m_Constant(&number)))
    result.number = number.getValueAsDouble();
  else if (!(valuesType = getSlotType(*update, updates, result.values)))
    return failure();

  RankedTensorType idsType = getSlotType(*column, updates, result.ids);
  if (idsType) {
    if (valuesType && valuesType.getShape() != idsType.getShape())
      return failure();
    for (int64_t u = 0; u < updates; ++u)
      if (evaluateIndex(row->scalar, u) != u / idsType.getDimSize(1))
        return failure();
    return result;
  }
  // Every place, one by one.
  auto type = cast<RankedTensorType>(scattered.getType());
  if (!type.hasStaticShape() || type.getNumElements() > updates)
    return failure();
  llvm::DenseSet<std::pair<int64_t, int64_t>> places;
  for (int64_t u = 0; u < updates; ++u) {
    auto t = evaluateIndex(row->scalar, u),
         e = evaluateIndex(column->scalar, u);
    if (!t || !e)
      return failure();
    places.insert({*t, *e});
  }
  if (!result.number ||
      static_cast<int64_t>(places.size()) != type.getNumElements())
    return failure();
  return result;
}
