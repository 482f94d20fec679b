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

/// `[rows, points]` of at most `mostBytes`; null: nothing is widened, since the
/// target multiplies the rows as they are, or since pairs are taken apart
/// between the multiply-adds, or since rows are too long, or nobody knows how
/// long.
static MemRefType getBufferType(GroupedMatmulOp op, uint64_t mostBytes) {
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
  // An odd number of lines, so that no point of all rows is in one set of
  // lines.
  uint64_t line = kLineBytes * 8 / compute.getWidth();
  uint64_t lines = llvm::divideCeil(static_cast<uint64_t>(points), line) | 1;
  uint64_t count = std::max(schedule.getRows(), schedule.getTall());
  if (llvm::SaturatingMultiply<uint64_t>(lines, count * kLineBytes) > mostBytes)
    return {};
  return MemRefType::get(
      {static_cast<int64_t>(count), static_cast<int64_t>(lines * line)},
      compute);
}

WidenedRows::WidenedRows(GroupedMatmulOp op, ImplicitLocOpBuilder &builder,
                         uint64_t mostBytes)
    : op(op), b(builder),
      schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())) {
  if (MemRefType type = getBufferType(op, mostBytes))
    buffer = memref::AllocaOp::create(b, type, b.getI64IntegerAttr(kLineBytes));
}

void WidenedRows::widen(const BlockTile &at, Value first, Value last) {
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
    if (lanes > 1)
      convert(zero, whole, step, [&](ValueRange from, ValueRange to) {
        auto narrow = VectorType::get({lanes}, getElementTypeOrSelf(rows));
        auto wide = VectorType::get({lanes}, compute);
        Value loaded = vector::LoadOp::create(b, narrow, rows, from);
        vector::StoreOp::create(b, arith::ExtFOp::create(b, wide, loaded),
                                buffer, to);
      });
    convert(lanes == 1 ? zero : whole, points, index(b, 1),
            [&](ValueRange from, ValueRange to) {
              Value loaded = memref::LoadOp::create(b, rows, from);
              memref::StoreOp::create(
                  b, arith::ExtFOp::create(b, compute, loaded), buffer, to);
            });
  });
}
