//===- RowBlocks.cpp - Rows that one task walks ---------------------------===//

#include "RowBlocks.h"

#include "Index.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::moe;

RowBlocks::RowBlocks(ImplicitLocOpBuilder &builder, Value offsets, int64_t rows,
                     int64_t tiles, int64_t many)
    : b(builder), offsets(offsets), rows(rows), tiles(tiles), many(many) {
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
  lastPlace = arith::SubIOp::create(b, capacity, index(b, 1));
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
  Value zero = index(b, 0), one = index(b, 1);
  auto add = [&](Value left, Value right) -> Value {
    return arith::AddIOp::create(b, left, right);
  };
  auto loop = scf::ForOp::create(
      b, zero, numExperts, one, ValueRange{zero, zero},
      [&](OpBuilder &, Location, Value expert, ValueRange listed) {
        Value first = loadIndex(b, offsets, expert);
        Value last = loadIndex(b, offsets, add(expert, one));
        Value rowsOfExpert = arith::SubIOp::create(b, last, first);
        Value size =
            getRowsOfBlock(arith::MaxUIOp::create(b, rowsOfExpert, one));
        auto blocks = scf::ForOp::create(
            b, first, last, size, listed,
            [&](OpBuilder &, Location, Value row, ValueRange numbers) {
              Value place = numbers[0], isFew;
              if (many > 0) {
                isFew = isBelow(b, rowsOfExpert, index(b, many));
                place = select(b, isFew,
                               arith::SubIOp::create(b, lastPlace, numbers[1]),
                               place);
              }
              Value end = arith::MinUIOp::create(b, last, add(row, size));
              storeIndex(b, expert, experts, place);
              storeIndex(b, row, firsts, place);
              storeIndex(b, end, lasts, place);
              Value more = many > 0 ? select(b, isFew, zero, one) : one;
              Value fewer = many > 0 ? select(b, isFew, one, zero) : zero;
              scf::YieldOp::create(
                  b, ValueRange{add(numbers[0], more), add(numbers[1], fewer)});
            });
        scf::YieldOp::create(b, blocks.getResults());
      });
  numMany = loop.getResult(0);
  count = add(numMany, loop.getResult(1));
}

RowBlock RowBlocks::get(Value number) {
  Value place = number;
  if (many > 0) {
    Value ofFew = arith::SubIOp::create(b, number, numMany);
    place = select(b, isBelow(b, number, numMany), number,
                   arith::SubIOp::create(b, lastPlace, ofFew));
  }
  return {loadIndex(b, experts, place), loadIndex(b, firsts, place),
          loadIndex(b, lasts, place)};
}

void RowBlocks::free() {
  for (Value numbers : {experts, firsts, lasts})
    memref::DeallocOp::create(b, numbers);
}
