//===- MicroKernel.cpp - Tiles of a grouped matmul ------------------------===//

#include "MicroKernel.h"

#include "Index.h"
#include "VectorEpilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// Tiles of fewer rows take what memory gives, which is more where the
/// processor itself sees what comes.
static constexpr int64_t kLeastRowsThatAsk = 4;

MicroKernel::MicroKernel(GroupedMatmulOp op, ImplicitLocOpBuilder &builder)
    : op(op), b(builder), schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())),
      panels(op, builder), compute(op.getAccumulatorType()),
      numWeights(op.getWeights().size()),
      numVectors(schedule.getColumns() / schedule.getLanes()),
      lanes(schedule.getLanes()) {
  int64_t tiles = isBlocked() ? schedule.getTiles() : 1;
  auto type = MemRefType::get(
      {numWeights * tiles * schedule.getRows() * schedule.getColumns()},
      compute);
  waiting = memref::AllocaOp::create(b, type, b.getI64IntegerAttr(64));
}

uint64_t MicroKernel::countFrameBytes(GroupedMatmulOp op) {
  auto schedule = cast<CPUScheduleAttr>(op.getScheduleAttr());
  auto multiply = [](uint64_t a, uint64_t b) {
    return llvm::SaturatingMultiply(a, b);
  };
  uint64_t tiles = schedule.getDepth() > 0 ? schedule.getTiles() : 1;
  uint64_t bytes =
      multiply(multiply(tiles * schedule.getRows(), schedule.getColumns()),
               op.getWeights().size() * op.getAccumulatorType().getWidth() / 8);
  if (!op.getPacked())
    for (Value weight : op.getWeights())
      bytes = llvm::SaturatingAdd(bytes,
                                  WeightPanels::countCopiedBytes(op, weight));
  return bytes;
}

//===----------------------------------------------------------------------===//
// Blocks and tiles
//===----------------------------------------------------------------------===//

void MicroKernel::emit(const RowBlock &rows, Value panel,
                       const NextSteps &next) {
  Value zero = index(b, 0), steps = panels.getSteps();
  if (!isBlocked()) {
    block = {rows.expert, panel, zero, steps};
    panels.enter(block);
    return emitBlock(rows, next);
  }
  Value size = index(b, schedule.getDepth() / schedule.getGroup());
  Value end = arith::MaxUIOp::create(b, steps, index(b, 1));
  scf::ForOp::create(
      b, zero, end, size, ValueRange(),
      [&](OpBuilder &, Location, Value first, ValueRange) {
        Value last = arith::MinUIOp::create(
            b, arith::AddIOp::create(b, first, size), steps);
        block = {rows.expert, panel, first, last};
        isFirst =
            arith::CmpIOp::create(b, arith::CmpIPredicate::eq, first, zero);
        isLast =
            arith::CmpIOp::create(b, arith::CmpIPredicate::eq, last, steps);
        panels.enter(block);
        auto choose = [&](Value atEnd, Value otherwise) -> Value {
          return arith::SelectOp::create(b, isLast, atEnd, otherwise);
        };
        Value yes = arith::ConstantIntOp::create(b, 1, 1);
        emitBlock(rows,
                  {choose(next.exists, yes), choose(next.expert, rows.expert),
                   choose(next.panel, panel), choose(next.first, last)});
        scf::YieldOp::create(b);
      });
}

void MicroKernel::emitBlock(const RowBlock &rows, const NextSteps &next) {
  RowTiles tiles(b, rows, schedule.getRows());
  scf::ForOp::create(
      b, index(b, 0), tiles.getCount(), index(b, 1), ValueRange(),
      [&](OpBuilder &, Location, Value number, ValueRange) {
        RowTile at = tiles.get(number);
        auto cases = llvm::to_vector(llvm::seq<int64_t>(1, schedule.getRows()));
        auto choice = scf::IndexSwitchOp::create(b, TypeRange(), at.count,
                                                 cases, cases.size());
        auto emitCase = [&](Region &region, int64_t numRows) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToStart(&region.emplaceBlock());
          emitTile(numRows, at, rows, next);
          scf::YieldOp::create(b);
        };
        for (auto [numRows, region] : llvm::zip(cases, choice.getCaseRegions()))
          emitCase(region, numRows);
        emitCase(choice.getDefaultRegion(), schedule.getRows());
        Value place = getPlace(at.first, rows);
        if (isBlocked())
          scf::IfOp::create(b, isLast, [&](OpBuilder &, Location) {
            emitEpilogue(at.first, at.count, place);
            scf::YieldOp::create(b);
          });
        else
          emitEpilogue(at.first, at.count, place);
        scf::YieldOp::create(b);
      });
}

Value MicroKernel::getPlace(Value first, const RowBlock &rows) {
  if (!isBlocked())
    return index(b, 0);
  return arith::SubIOp::create(b, first, rows.first);
}

Value MicroKernel::readSlot(Value row) {
  return loadIndex(b, op.getSlots(), row);
}

/// The row of the operand `rows` that row `row` is read from.
Value MicroKernel::locateSource(Value row) {
  if (!op.getGather())
    return row;
  return arith::DivUIOp::create(b, readSlot(row),
                                index(b, *op.getSlotsPerToken()));
}

void MicroKernel::emitTile(int64_t numRows, const RowTile &at,
                           const RowBlock &rows, const NextSteps &next) {
  Tile tile;
  tile.number = at.number;
  tile.place = getPlace(at.first, rows);
  for (int64_t i = 0; i < numRows; ++i) {
    tile.rows.push_back(arith::AddIOp::create(b, at.first, index(b, i)));
    tile.sources.push_back(locateSource(tile.rows.back()));
  }
  if (schedule.getPrefetch() && numRows == schedule.getRows()) {
    prefetchRows(tile, rows);
    if (isBlocked())
      scf::IfOp::create(b, isLast, [&](OpBuilder &, Location) {
        prefetchOut(tile);
        scf::YieldOp::create(b);
      });
    else
      prefetchOut(tile);
  }
  store(tile, contract(tile, next));
}

/// Asks for what the epilogue writes: other cores have it still, where they
/// read it in the last run.
void MicroKernel::prefetchOut(const Tile &tile) {
  if (!areColumnsContiguous(op.getOut()))
    return;
  int64_t line = WeightPanels::countLineElements(op.getOut());
  Value column =
      arith::MulIOp::create(b, block.panel, index(b, schedule.getColumns()));
  for (Value row : tile.rows) {
    Value target = row;
    if (op.getAccumulate())
      target = arith::DivUIOp::create(b, readSlot(row),
                                      index(b, *op.getSlotsPerToken()));
    for (int64_t j = 0; j < schedule.getColumns(); j += line)
      memref::PrefetchOp::create(
          b, op.getOut(),
          ValueRange{target, arith::AddIOp::create(b, column, index(b, j))},
          /*isWrite=*/true, /*localityHint=*/3, /*isDataCache=*/true);
  }
}

void MicroKernel::emitEpilogue(Value first, Value count, Value place) {
  Value firstColumn =
      arith::MulIOp::create(b, block.panel, index(b, schedule.getColumns()));
  auto type = VectorType::get({lanes}, compute);
  scf::ForOp::create(
      b, index(b, 0), count, index(b, 1), ValueRange(),
      [&](OpBuilder &, Location, Value i, ValueRange) {
        Value row = arith::AddIOp::create(b, first, i);
        Value slot = op.getSlots() ? readSlot(row) : Value();
        Value at = getWaitingRow(arith::AddIOp::create(b, place, i));
        VectorEpilogue epilogue(op, b, block.expert, row, slot);
        for (int64_t j = 0; j < numVectors; ++j) {
          SmallVector<Value> values;
          for (int64_t w = 0; w < numWeights; ++w)
            values.push_back(vector::LoadOp::create(b, type, waiting,
                                                    getWaiting(w, at, 0, j)));
          Value column =
              arith::AddIOp::create(b, firstColumn, index(b, j * lanes));
          epilogue.emit(column, values);
        }
        scf::YieldOp::create(b);
      });
}

/// Asks for the first lines of the rows of the tile after `tile`: what follows
/// them the processor sees coming.
void MicroKernel::prefetchRows(const Tile &tile, const RowBlock &rows) {
  constexpr int64_t numLines = 4;
  int64_t line = WeightPanels::countLineElements(op.getRows());
  Value start =
      arith::MulIOp::create(b, block.first, index(b, schedule.getGroup()));
  Value lastRow = arith::SubIOp::create(b, rows.last, index(b, 1));
  for (Value row : tile.rows) {
    Value next = arith::MinUIOp::create(
        b, lastRow,
        arith::AddIOp::create(b, row, index(b, schedule.getRows())));
    Value source = locateSource(next);
    for (int64_t i = 0; i < numLines; ++i)
      memref::PrefetchOp::create(
          b, op.getRows(),
          ValueRange{source,
                     arith::AddIOp::create(b, start, index(b, i * line))},
          /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  }
}

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

Value MicroKernel::getWaitingRow(Value place) {
  return arith::MulIOp::create(b, place, index(b, schedule.getColumns()));
}

Value MicroKernel::getWaiting(int64_t weight, Value start, int64_t row,
                              int64_t vector) {
  int64_t numRows = cast<MemRefType>(waiting.getType()).getDimSize(0) /
                    (numWeights * schedule.getColumns());
  int64_t distance =
      (weight * numRows + row) * schedule.getColumns() + vector * lanes;
  return arith::AddIOp::create(b, start, index(b, distance));
}

SmallVector<Value> MicroKernel::startSums(const Tile &tile) {
  auto type = VectorType::get({lanes}, compute);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  int64_t numRows = tile.rows.size();
  SmallVector<Value> zeros(numWeights * numRows * numVectors, zero);
  if (!isBlocked())
    return zeros;
  auto sums = scf::IfOp::create(
      b, isFirst,
      [&](OpBuilder &, Location) { scf::YieldOp::create(b, zeros); },
      [&](OpBuilder &, Location) {
        SmallVector<Value> loaded;
        Value start = getWaitingRow(tile.place);
        for (int64_t w = 0; w < numWeights; ++w)
          for (int64_t i = 0; i < numRows; ++i)
            for (int64_t j = 0; j < numVectors; ++j)
              loaded.push_back(vector::LoadOp::create(
                  b, type, waiting, getWaiting(w, start, i, j)));
        scf::YieldOp::create(b, loaded);
      });
  return SmallVector<Value>(sums.getResults());
}

void MicroKernel::store(const Tile &tile, ValueRange sums) {
  int64_t numRows = tile.rows.size();
  Value start = getWaitingRow(tile.place);
  for (int64_t w = 0; w < numWeights; ++w)
    for (int64_t i = 0; i < numRows; ++i)
      for (int64_t j = 0; j < numVectors; ++j)
        vector::StoreOp::create(b, sums[(w * numRows + i) * numVectors + j],
                                waiting, getWaiting(w, start, i, j));
}

//===----------------------------------------------------------------------===//
// Contraction
//===----------------------------------------------------------------------===//

/// Each of the first tiles asks for its share of the lines of `next`; one that
/// is not full does so behind others only: alone it is done too soon.
std::optional<MicroKernel::Prefetch>
MicroKernel::startPrefetch(const Tile &tile, const NextSteps &next) {
  int64_t numRows = tile.rows.size();
  bool isFull = numRows == schedule.getRows();
  if (!schedule.getPrefetch() || (!isFull && numRows < kLeastRowsThatAsk))
    return std::nullopt;
  using arith::CmpIPredicate;
  Value zero = index(b, 0);
  Value asks = arith::CmpIOp::create(b, CmpIPredicate::ult, tile.number,
                                     index(b, panels.getLinesOfStep()));
  asks = arith::AndIOp::create(b, asks, next.exists);
  if (!isFull)
    asks = arith::AndIOp::create(
        b, asks,
        arith::CmpIOp::create(b, CmpIPredicate::ne, tile.number, zero));
  Value steps = arith::SubIOp::create(b, block.last, block.first);
  auto [weight, first] = panels.getShare(tile.number, steps);
  Value start = arith::SelectOp::create(b, asks, first, zero);
  Value stride = arith::SelectOp::create(b, asks, index(b, 1), zero);
  return Prefetch{weight, next, start, stride};
}

SmallVector<Value> MicroKernel::contract(const Tile &tile,
                                         const NextSteps &next) {
  std::optional<Prefetch> prefetch = startPrefetch(tile, next);
  Value whole = panels.getWholeSteps();
  Value end = arith::MinUIOp::create(b, block.last, whole);
  auto loop = scf::ForOp::create(
      b, block.first, end, index(b, 1), startSums(tile),
      [&](OpBuilder &, Location, Value k, ValueRange sums) {
        if (prefetch) {
          Value done = arith::SubIOp::create(b, k, block.first);
          Value line = arith::MulIOp::create(b, done, prefetch->stride);
          panels.prefetch(prefetch->weight, prefetch->next,
                          arith::AddIOp::create(b, prefetch->start, line));
        }
        scf::YieldOp::create(b, step(tile, k, /*isHalf=*/false, sums));
      });
  SmallVector<Value> sums(loop.getResults());
  int64_t depth = cast<MemRefType>(op.getRows().getType()).getDimSize(1);
  if (schedule.getGroup() == 1 ||
      (ShapedType::isStatic(depth) && depth % schedule.getGroup() == 0))
    return sums;
  // A last group that is not whole.
  Value hasHalf =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, block.last, whole);
  auto last = scf::IfOp::create(
      b, hasHalf,
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(b, step(tile, whole, /*isHalf=*/true, sums));
      },
      [&](OpBuilder &, Location) { scf::YieldOp::create(b, sums); });
  return SmallVector<Value>(last.getResults());
}

SmallVector<Value> MicroKernel::step(const Tile &tile, Value k, bool isHalf,
                                     ValueRange accumulators) {
  SmallVector<Value> columns;
  for (int64_t w = 0; w < numWeights; ++w)
    for (int64_t j = 0; j < numVectors; ++j)
      columns.push_back(isHalf ? panels.loadHalf(w, j, k)
                               : panels.load(w, j, k));
  SmallVector<Value> sums(accumulators);
  int64_t numRows = tile.rows.size();
  for (int64_t i = 0; i < numRows; ++i) {
    Value a = broadcastInput(tile.sources[i], k, isHalf);
    for (int64_t w = 0; w < numWeights; ++w)
      for (int64_t j = 0; j < numVectors; ++j) {
        Value &sum = sums[(w * numRows + i) * numVectors + j];
        sum = multiplyAdd(a, columns[w * numVectors + j], sum);
      }
  }
  return sums;
}

Value MicroKernel::broadcastInput(Value source, Value k, bool isHalf) {
  Value rows = op.getRows();
  if (schedule.getGroup() == 1) {
    Value a = memref::LoadOp::create(b, rows, ValueRange{source, k});
    if (a.getType() != compute)
      a = arith::ExtFOp::create(b, compute, a);
    return vector::BroadcastOp::create(b, VectorType::get({lanes}, compute), a);
  }
  Type element = getElementTypeOrSelf(rows.getType());
  auto pairType = VectorType::get({2}, element);
  Value at = arith::MulIOp::create(b, k, index(b, 2)), pair;
  if (!isHalf && areColumnsContiguous(rows)) {
    pair = vector::LoadOp::create(b, pairType, rows, ValueRange{source, at});
  } else {
    Value low = memref::LoadOp::create(b, rows, ValueRange{source, at});
    Value high;
    if (isHalf)
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
  if (schedule.getGroup() == 2)
    return x86vector::DotBF16Op::create(b, accumulator, a, column);
  if (getElementTypeOrSelf(column.getType()) != compute)
    column = arith::ExtFOp::create(b, accumulator.getType(), column);
  return vector::FMAOp::create(b, a, column, accumulator);
}
