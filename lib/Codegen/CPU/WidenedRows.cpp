//===- WidenedRows.cpp - Rows of a tile in a wider type -------------------===//

#include "WidenedRows.h"

#include "CacheLine.h"
#include "Slots.h"
#include "VectorEpilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// Longer rows are multiplied as they are: the stack of a thread is small.
static constexpr uint64_t kMostBytes = 512 << 10;

/// `[rows, points]`; null: nothing is widened, since the target multiplies the
/// rows as they are, or since nobody knows how long they are.
static MemRefType getBufferType(GroupedMatmulOp op) {
  auto schedule = cast<CPUScheduleAttr>(op.getScheduleAttr());
  auto rows = cast<MemRefType>(op.getRows().getType());
  FloatType compute = op.getAccumulatorType();
  if (schedule.getGroup() > 1 || rows.getElementType() == compute)
    return {};
  int64_t points = rows.getDimSize(1), depth = schedule.getDepth();
  if (ShapedType::isDynamic(points) && depth == 0)
    return {};
  if (ShapedType::isDynamic(points) || (depth > 0 && depth < points))
    points = depth;
  // A line more, so that the same point of all rows is not in one set of lines.
  uint64_t line = kLineBytes * 8 / compute.getWidth();
  uint64_t width = llvm::alignTo(static_cast<uint64_t>(points), line) + line;
  int64_t count = std::max(schedule.getRows(), schedule.getTall());
  if (width > kMostBytes || width * count > kMostBytes * 8 / compute.getWidth())
    return {};
  return MemRefType::get({count, static_cast<int64_t>(width)}, compute);
}

WidenedRows::WidenedRows(GroupedMatmulOp op, ImplicitLocOpBuilder &builder)
    : op(op), b(builder),
      schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())) {
  if (MemRefType type = getBufferType(op))
    buffer = memref::AllocaOp::create(b, type, b.getI64IntegerAttr(kLineBytes));
}

void WidenedRows::widen(const RowTile &at, Value first, Value last) {
  Value rows = op.getRows(), zero = index(b, 0);
  Type compute = op.getAccumulatorType();
  int64_t lanes = areColumnsContiguous(rows) ? schedule.getLanes() : 1;
  Value points = arith::SubIOp::create(b, last, first), step = index(b, lanes);
  Value whole =
      arith::SubIOp::create(b, points, arith::RemUIOp::create(b, points, step));
  forEach(b, zero, at.count, [&](Value i) {
    Value row = arith::AddIOp::create(b, at.first, i);
    Value source = locateSource(op, b, row);
    auto convert = [&](Value from, Value to, Value by,
                       function_ref<void(ValueRange, ValueRange)> one) {
      scf::ForOp::create(b, from, to, by, ValueRange(),
                         [&](OpBuilder &, Location, Value point, ValueRange) {
                           Value column =
                               arith::AddIOp::create(b, first, point);
                           one({source, column}, {i, point});
                           scf::YieldOp::create(b);
                         });
    };
    convert(zero, whole, step, [&](ValueRange from, ValueRange to) {
      if (lanes == 1)
        return;
      auto narrow = VectorType::get({lanes}, getElementTypeOrSelf(rows));
      auto wide = VectorType::get({lanes}, compute);
      Value loaded = vector::LoadOp::create(b, narrow, rows, from);
      vector::StoreOp::create(b, arith::ExtFOp::create(b, wide, loaded), buffer,
                              to);
    });
    convert(lanes == 1 ? zero : whole, points, index(b, 1),
            [&](ValueRange from, ValueRange to) {
              Value loaded = memref::LoadOp::create(b, rows, from);
              memref::StoreOp::create(
                  b, arith::ExtFOp::create(b, compute, loaded), buffer, to);
            });
  });
}
