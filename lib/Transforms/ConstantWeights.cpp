//===- ConstantWeights.cpp - Weights that the program holds ---------------===//

#include "ConstantWeights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::moe;

namespace {
/// The elements of a constant, row-major, or the one that they all are.
struct Elements {
  ArrayRef<char> data;
  bool isSplat, isResource;
};
} // namespace

static std::optional<Elements> getElements(Value tensor) {
  Operation *op = tensor.getDefiningOp();
  while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                         tensor::CastOp>(op))
    op = op->getOperand(0).getDefiningOp(); // the same elements in order
  auto constant = dyn_cast_or_null<arith::ConstantOp>(op);
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!constant || !type || !type.hasStaticShape() ||
      !type.getElementType().isIntOrFloat() ||
      type.getElementTypeBitWidth() % 8 != 0)
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(constant.getValue()))
    return Elements{dense.getRawData(), dense.isSplat(), false};
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  if (!blob || int64_t(blob->getData().size()) != bytes)
    return std::nullopt;
  return Elements{blob->getData(), false, true};
}

bool moe::isConstantWeight(Value weight) {
  return getElements(weight).has_value();
}

/// The packed elements, of zeros so far, into `target`.
static void pack(const Elements &elements, RankedTensorType type,
                 bool transposed, PackingAttr packing, char *target) {
  int64_t width = type.getElementTypeBitWidth() / 8;
  int64_t experts = type.getDimSize(0);
  int64_t depth = type.getDimSize(transposed ? 2 : 1);
  int64_t columns = type.getDimSize(transposed ? 1 : 2);
  int64_t depthStride = transposed ? 1 : columns;
  int64_t columnStride = transposed ? depth : 1;
  int64_t panel = packing.getColumns(), group = packing.getGroup();
  for (int64_t e = 0; e < experts; ++e)
    for (int64_t n0 = 0; n0 < columns; n0 += panel)
      for (int64_t k0 = 0; k0 < depth; k0 += group)
        for (int64_t n = n0; n < n0 + panel; ++n)
          for (int64_t k = k0; k < k0 + group; ++k, target += width) {
            if (n >= columns || k >= depth)
              continue;
            int64_t at =
                elements.isSplat
                    ? 0
                    : e * depth * columns + k * depthStride + n * columnStride;
            std::memcpy(target, elements.data.data() + at * width, width);
          }
}

Value moe::packConstantWeight(OpBuilder &builder, Value weight, bool transposed,
                              PackingAttr packing) {
  Elements elements = *getElements(weight);
  auto type = cast<RankedTensorType>(weight.getType());
  int64_t depth = type.getDimSize(transposed ? 2 : 1);
  int64_t columns = type.getDimSize(transposed ? 1 : 2);
  auto packed = RankedTensorType::get(
      {type.getDimSize(0),
       llvm::divideCeilSigned(columns, packing.getColumns()),
       llvm::divideCeilSigned(depth, packing.getGroup()),
       packing.getColumns() * packing.getGroup()},
      type.getElementType());
  int64_t bytes = packed.getNumElements() * type.getElementTypeBitWidth() / 8;
  TypedAttr value;
  if (elements.isResource) {
    AsmResourceBlob blob = HeapAsmResourceBlob::allocate(bytes, /*align=*/64);
    MutableArrayRef<char> data = blob.getMutableData();
    llvm::fill(data, 0);
    pack(elements, type, transposed, packing, data.data());
    value = DenseResourceElementsAttr::get(packed, "packed", std::move(blob));
  } else {
    std::vector<char> data(bytes);
    pack(elements, type, transposed, packing, data.data());
    value = DenseElementsAttr::getFromRawBuffer(packed, data);
  }
  return arith::ConstantOp::create(builder, weight.getLoc(), value);
}
