//===- MicroKernel.cpp - One tile of a grouped matmul ---------------------===//

#include "MicroKernel.h"

#include "VectorEpilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

MicroKernel::MicroKernel(GroupedMatmulOp op, ImplicitLocOpBuilder &builder)
    : op(op), b(builder), packing(*op.getPacked()),
      schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())),
      compute(op.getAccumulatorType()), numWeights(op.getWeights().size()),
      numVectors(schedule.getColumns() / schedule.getLanes()),
      lanes(schedule.getLanes()) {}

static Value index(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

static Value toIndex(ImplicitLocOpBuilder &b, Value value) {
  return arith::IndexCastOp::create(b, b.getIndexType(), value);
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void MicroKernel::emit(Value expert, Value panel) {
  Value next = arith::AddIOp::create(b, expert, index(b, 1));
  auto offset = [&](Value e) {
    return toIndex(b, memref::LoadOp::create(b, op.getOffsets(), e));
  };
  Value begin = offset(expert), end = offset(next);
  Value size = index(b, schedule.getRows());
  Value count = arith::SubIOp::create(b, end, begin);
  Value rest = arith::RemUIOp::create(b, count, size);
  Value whole = arith::SubIOp::create(b, end, rest);
  scf::ForOp::create(b, begin, whole, size, ValueRange(),
                     [&](OpBuilder &, Location, Value first, ValueRange) {
                       emitTile(schedule.getRows(), first, expert, panel);
                       scf::YieldOp::create(b);
                     });
  if (schedule.getRows() == 1)
    return;
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, schedule.getRows()));
  auto choice =
      scf::IndexSwitchOp::create(b, TypeRange(), rest, cases, cases.size());
  OpBuilder::InsertionGuard guard(b);
  for (auto [numRows, region] : llvm::zip(cases, choice.getCaseRegions())) {
    b.setInsertionPointToStart(&region.emplaceBlock());
    emitTile(numRows, whole, expert, panel);
    scf::YieldOp::create(b);
  }
  b.setInsertionPointToStart(&choice.getDefaultRegion().emplaceBlock());
  scf::YieldOp::create(b);
}

TileRows MicroKernel::locateRows(int64_t numRows, Value first) {
  TileRows tile;
  for (int64_t i = 0; i < numRows; ++i) {
    Value row = arith::AddIOp::create(b, first, index(b, i));
    tile.rows.push_back(row);
    if (!op.getSlots()) {
      tile.sources.push_back(row);
      continue;
    }
    Value slot = toIndex(b, memref::LoadOp::create(b, op.getSlots(), row));
    tile.slots.push_back(slot);
    tile.sources.push_back(op.getGather()
                               ? Value(arith::DivUIOp::create(
                                     b, slot, index(b, *op.getSlotsPerToken())))
                               : row);
  }
  return tile;
}

void MicroKernel::emitTile(int64_t numRows, Value first, Value expert,
                           Value panel) {
  TileRows tile = locateRows(numRows, first);
  SmallVector<Value> accumulators = contract(tile, expert, panel);
  VectorEpilogue epilogue(op, b, expert, lanes);
  Value columns = index(b, packing.getColumns());
  Value firstColumn = arith::MulIOp::create(b, panel, columns);
  for (int64_t i = 0; i < numRows; ++i)
    for (int64_t j = 0; j < numVectors; ++j) {
      SmallVector<Value> values;
      for (int64_t w = 0; w < numWeights; ++w)
        values.push_back(accumulators[(w * numRows + i) * numVectors + j]);
      Value column = arith::AddIOp::create(b, firstColumn, index(b, j * lanes));
      epilogue.emit(tile.rows[i], tile.slots.empty() ? Value() : tile.slots[i],
                    column, values);
    }
}

//===----------------------------------------------------------------------===//
// Contraction
//===----------------------------------------------------------------------===//

SmallVector<Value> MicroKernel::contract(const TileRows &tile, Value expert,
                                         Value panel) {
  auto type = VectorType::get({lanes}, compute);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  SmallVector<Value> start(numWeights * tile.rows.size() * numVectors, zero);
  Value depth = memref::DimOp::create(b, op.getRows(), 1);
  Value group = index(b, packing.getGroup());
  Value steps = arith::DivUIOp::create(b, depth, group);
  auto loop = scf::ForOp::create(
      b, index(b, 0), steps, index(b, 1), start,
      [&](OpBuilder &, Location, Value k, ValueRange accumulators) {
        scf::YieldOp::create(
            b, step(tile, expert, panel, k, /*isLast=*/false, accumulators));
      });
  SmallVector<Value> sums(loop.getResults());
  int64_t staticDepth = cast<MemRefType>(op.getRows().getType()).getDimSize(1);
  if (packing.getGroup() == 1 ||
      (ShapedType::isStatic(staticDepth) && staticDepth % 2 == 0))
    return sums;
  // A last group that is not whole.
  Value isOdd = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                      arith::RemUIOp::create(b, depth, group),
                                      index(b, 0));
  auto last = scf::IfOp::create(
      b, isOdd,
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(
            b, step(tile, expert, panel, steps, /*isLast=*/true, sums));
      },
      [&](OpBuilder &, Location) { scf::YieldOp::create(b, sums); });
  return SmallVector<Value>(last.getResults());
}

SmallVector<Value> MicroKernel::step(const TileRows &tile, Value expert,
                                     Value panel, Value k, bool isLast,
                                     ValueRange accumulators) {
  SmallVector<Value> columns;
  int64_t width = lanes * packing.getGroup();
  for (Value weights : op.getWeights())
    for (int64_t j = 0; j < numVectors; ++j) {
      auto type =
          VectorType::get({width}, getElementTypeOrSelf(weights.getType()));
      columns.push_back(vector::LoadOp::create(
          b, type, weights, ValueRange{expert, panel, k, index(b, j * width)}));
    }
  SmallVector<Value> sums(accumulators);
  int64_t numRows = tile.rows.size();
  for (int64_t i = 0; i < numRows; ++i) {
    Value a = broadcastInput(tile.sources[i], k, isLast);
    for (int64_t w = 0; w < numWeights; ++w)
      for (int64_t j = 0; j < numVectors; ++j) {
        Value &sum = sums[(w * numRows + i) * numVectors + j];
        sum = multiplyAdd(a, columns[w * numVectors + j], sum);
      }
  }
  return sums;
}

Value MicroKernel::broadcastInput(Value source, Value k, bool isLast) {
  Value rows = op.getRows();
  if (packing.getGroup() == 1) {
    Value a = memref::LoadOp::create(b, rows, ValueRange{source, k});
    if (a.getType() != compute)
      a = arith::ExtFOp::create(b, compute, a);
    return vector::BroadcastOp::create(b, VectorType::get({lanes}, compute), a);
  }
  Type element = getElementTypeOrSelf(rows.getType());
  auto pairType = VectorType::get({2}, element);
  Value at = arith::MulIOp::create(b, k, index(b, 2)), pair;
  if (!isLast && areColumnsContiguous(rows)) {
    pair = vector::LoadOp::create(b, pairType, rows, ValueRange{source, at});
  } else {
    Value low = memref::LoadOp::create(b, rows, ValueRange{source, at});
    Value high;
    if (isLast)
      high = arith::ConstantOp::create(b, b.getZeroAttr(element));
    else
      high = memref::LoadOp::create(
          b, rows,
          ValueRange{source, arith::AddIOp::create(b, at, index(b, 1))});
    pair = vector::FromElementsOp::create(b, pairType, ValueRange{low, high});
  }
  Type word = b.getI32Type();
  Value bits = vector::BitCastOp::create(b, VectorType::get({1}, word), pair);
  Value scalar = vector::ExtractOp::create(b, bits, int64_t(0));
  Value all =
      vector::BroadcastOp::create(b, VectorType::get({lanes}, word), scalar);
  return vector::BitCastOp::create(b, VectorType::get({2 * lanes}, element),
                                   all);
}

Value MicroKernel::multiplyAdd(Value a, Value column, Value accumulator) {
  if (packing.getGroup() == 2)
    return x86vector::DotBF16Op::create(b, accumulator, a, column);
  if (getElementTypeOrSelf(column.getType()) != compute)
    column = arith::ExtFOp::create(b, accumulator.getType(), column);
  return vector::FMAOp::create(b, a, column, accumulator);
}
