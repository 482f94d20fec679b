//===- RowBlocks.cpp - Rows that one task walks ---------------------------===//

#include "RowBlocks.h"

#include "Index.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::moe;

RowBlocks::RowBlocks(ImplicitLocOpBuilder &builder, Value offsets, int64_t rows,
                     int64_t tiles)
    : b(builder), offsets(offsets), rows(rows), tiles(tiles) {
  Value numExperts = arith::SubIOp::create(
      b, memref::DimOp::create(b, offsets, 0), index(b, 1));
  Value capacity = numExperts;
  if (tiles > 0)
    capacity = arith::AddIOp::create(
        b, capacity,
        arith::DivUIOp::create(b, loadIndex(b, offsets, numExperts),
                               index(b, rows * tiles)));
  auto type = MemRefType::get({ShapedType::kDynamic}, b.getI32Type());
  for (Value *numbers : {&experts, &firsts, &lasts})
    *numbers = memref::AllocOp::create(b, type, capacity);
  list(numExperts);
}

/// The rows of each block of an expert that has `count`, at least 1.
Value RowBlocks::getRowsOfBlock(Value count) {
  if (tiles == 0)
    return count;
  Value numBlocks =
      arith::CeilDivUIOp::create(b, count, index(b, rows * tiles));
  Value numTiles = arith::CeilDivUIOp::create(
      b, arith::CeilDivUIOp::create(b, count, numBlocks), index(b, rows));
  return arith::MulIOp::create(b, numTiles, index(b, rows));
}

void RowBlocks::list(Value numExperts) {
  Value one = index(b, 1);
  auto loop = scf::ForOp::create(
      b, index(b, 0), numExperts, one, index(b, 0),
      [&](OpBuilder &, Location, Value expert, ValueRange carried) {
        Value first = loadIndex(b, offsets, expert);
        Value last =
            loadIndex(b, offsets, arith::AddIOp::create(b, expert, one));
        Value count = arith::SubIOp::create(b, last, first);
        Value size = getRowsOfBlock(arith::MaxUIOp::create(b, count, one));
        auto blocks = scf::ForOp::create(
            b, first, last, size, carried[0],
            [&](OpBuilder &, Location, Value row, ValueRange number) {
              Value end = arith::MinUIOp::create(
                  b, last, arith::AddIOp::create(b, row, size));
              auto store = [&](Value value, Value numbers) {
                value = arith::IndexCastOp::create(b, b.getI32Type(), value);
                memref::StoreOp::create(b, value, numbers, number[0]);
              };
              store(expert, experts);
              store(row, firsts);
              store(end, lasts);
              scf::YieldOp::create(
                  b, Value(arith::AddIOp::create(b, number[0], one)));
            });
        scf::YieldOp::create(b, blocks.getResults());
      });
  count = loop.getResult(0);
}

RowBlock RowBlocks::get(Value number) {
  return {loadIndex(b, experts, number), loadIndex(b, firsts, number),
          loadIndex(b, lasts, number)};
}

void RowBlocks::free() {
  for (Value numbers : {experts, firsts, lasts})
    memref::DeallocOp::create(b, numbers);
}
