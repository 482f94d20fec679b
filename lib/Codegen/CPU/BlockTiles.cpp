//===- BlockTiles.cpp - The tiles of a block of rows ----------------------===//

#include "BlockTiles.h"

#include "Index.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::moe;

BlockTiles::BlockTiles(ImplicitLocOpBuilder &builder, const RowBlock &block,
                       Value most, Value evenly)
    : b(builder), block(block), most(most) {
  Value two = index(b, 2);
  Value rows = arith::SubIOp::create(b, block.last, block.first);
  numTiles = arith::CeilDivUIOp::create(b, rows, most);
  Value full =
      arith::SubIOp::create(b, arith::MaxUIOp::create(b, numTiles, two),
                            two); // all tiles but the last two
  Value rest =
      arith::SubIOp::create(b, rows, arith::MulIOp::create(b, full, most));
  half = arith::CeilDivUIOp::create(b, rest, two);
  Value even = arith::MulIOp::create(
      b, arith::CeilDivUIOp::create(b, rest, index(b, 4)), two);
  half = moe::select(b, evenly, arith::MinUIOp::create(b, even, most), half);
  half = moe::select(b, isBelow(b, numTiles, two), most, half);
}

Value BlockTiles::countAtLeast(int64_t rows) {
  Value before = arith::AddIOp::create(
      b, half,
      arith::MulIOp::create(b, arith::SubIOp::create(b, numTiles, index(b, 2)),
                            most));
  Value last = arith::SubIOp::create(
      b, arith::SubIOp::create(b, block.last, block.first), before);
  Value found = numTiles;
  for (Value tile : {half, last}) {
    Value fewer = arith::SubIOp::create(b, found, index(b, 1));
    found = moe::select(b, isBelow(b, tile, index(b, rows)), fewer, found);
  }
  return found;
}

BlockTile BlockTiles::get(Value number) {
  auto select = [&](Value condition, Value yes, Value no) -> Value {
    return arith::SelectOp::create(b, condition, yes, no);
  };
  auto isEqual = [&](Value left, Value right) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, left, right);
  };
  auto isBeforeEnd = [&](int64_t tiles) { // so many, with this one
    return isEqual(arith::AddIOp::create(b, number, index(b, tiles)), numTiles);
  };
  // All but the last of several start where full tiles would.
  Value size = most;
  Value start = arith::MulIOp::create(b, number, size);
  Value behindHalf =
      arith::AddIOp::create(b, arith::SubIOp::create(b, start, size), half);
  Value isLast = isBeforeEnd(1), isFirst = isEqual(number, index(b, 0));
  start = select(isFirst, start, select(isLast, behindHalf, start));
  Value first = arith::AddIOp::create(b, block.first, start);
  Value left = arith::SubIOp::create(b, block.last, first);
  return {first, select(isLast, left, select(isBeforeEnd(2), half, size)),
          number};
}
