//===- ConstantRows.cpp - Matrices whose rows are all the same ------------===//

#include "ConstantRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "moe/IR/TensorCasts.h"

using namespace mlir;
using namespace mlir::moe;

/// A row longer than this is not looked into.
static constexpr int64_t kLongestRow = 1 << 16;

static DenseElementsAttr splatRow(RankedTensorType row, Value scalar) {
  TypedAttr value;
  if (!matchPattern(scalar, m_Constant(&value)))
    return {};
  return DenseElementsAttr::get(row, ArrayRef<Attribute>(value));
}

/// The row of a constant `[T,N]`, where all T rows are equal.
static DenseElementsAttr rowOf(DenseElementsAttr matrix, RankedTensorType row) {
  if (matrix.isSplat())
    return DenseElementsAttr::get(
        row, ArrayRef<Attribute>(matrix.getSplatValue<Attribute>()));
  int64_t columns = row.getDimSize(0);
  if (matrix.getNumElements() < columns ||
      matrix.getNumElements() > kLongestRow)
    return {};
  SmallVector<Attribute> elements(matrix.getValues<Attribute>());
  for (auto [i, element] : llvm::enumerate(elements))
    if (element != elements[i % columns])
      return {};
  return DenseElementsAttr::get(
      row, ArrayRef<Attribute>(elements).take_front(columns));
}

static DenseElementsAttr getConstantRow(Value matrix) {
  matrix = stripCasts(matrix);
  auto type = dyn_cast<RankedTensorType>(matrix.getType());
  if (!type || type.getRank() != 2 || type.isDynamicDim(1) ||
      type.getDimSize(1) > kLongestRow)
    return {};
  auto row = RankedTensorType::get(type.getDimSize(1), type.getElementType());
  DenseElementsAttr constant;
  if (matchPattern(matrix, m_Constant(&constant)))
    return rowOf(constant, row);
  if (auto fill = matrix.getDefiningOp<linalg::FillOp>())
    return splatRow(row, fill.value());
  if (auto splat = matrix.getDefiningOp<tensor::SplatOp>())
    return splatRow(row, splat.getInput());
  if (auto broadcast = matrix.getDefiningOp<linalg::BroadcastOp>())
    if (broadcast.getDimensions() == ArrayRef<int64_t>{0} &&
        matchPattern(broadcast.getInput(), m_Constant(&constant)))
      return constant;
  return {};
}

std::optional<SmallVector<APFloat>> moe::getConstantFloatRow(Value matrix) {
  DenseElementsAttr row = getConstantRow(matrix);
  if (!row || !isa<FloatType>(row.getElementType()))
    return std::nullopt;
  return llvm::to_vector(row.getValues<APFloat>());
}

std::optional<SmallVector<int64_t>> moe::getConstantIdRow(Value matrix) {
  DenseElementsAttr row = getConstantRow(matrix);
  if (!row || !isa<IntegerType>(row.getElementType()))
    return std::nullopt;
  return llvm::map_to_vector(row.getValues<APInt>(),
                             [](const APInt &id) { return id.getSExtValue(); });
}

Value moe::buildConstantRows(OpBuilder &builder, Location loc,
                             RankedTensorType type, DenseElementsAttr row,
                             Value like) {
  Value constant = arith::ConstantOp::create(builder, loc, row);
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, like, 0),
                                  builder.getIndexAttr(row.getNumElements())};
  Value init =
      tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  Value rows = linalg::BroadcastOp::create(builder, loc, constant, init,
                                           ArrayRef<int64_t>{0})
                   ->getResult(0);
  if (rows.getType() != type)
    rows = tensor::CastOp::create(builder, loc, type, rows);
  return rows;
}
