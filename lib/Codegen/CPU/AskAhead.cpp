//===- AskAhead.cpp - What tiles ask memory for ---------------------------===//

#include "AskAhead.h"

#include "CacheLine.h"
#include "Slots.h"
#include "VectorEpilogue.h"

using namespace mlir;
using namespace mlir::moe;

/// Tiles of all parts that are not full and have fewer rows take what memory
/// gives, which is more where the processor itself sees what comes.
static constexpr int64_t kLeastRowsThatAsk = 4;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The logarithm of how many tiles share what one could ask for (index): that
/// is at most what the schedule says, and all `numTiles` are enough for
/// `shares`.
Value AskAhead::countHalvings(Value shares, Value numTiles) {
  Value halvings = index(b, 0);
  for (int64_t i = 1; int64_t(1) << i <= schedule.getSpread(); ++i) {
    Value needed = arith::ShLIOp::create(b, shares, index(b, i));
    halvings = select(b, isBelow(b, numTiles, needed), halvings, index(b, i));
  }
  return halvings;
}

/// Each of the first tiles asks for as many lines of the next parts; one that
/// is not full does so beside others only: alone it is done too soon.
Ask AskAhead::askWide(const BlockTile &at, const PanelBlock &block,
                      Value numTiles, const NextSteps &next) {
  if (!schedule.getPrefetch())
    return {};
  Value zero = index(b, 0), lines = index(b, panels.countLines());
  Value weights = index(b, panels.countAskedFor());
  Value shares = index(b, schedule.getJoined() * panels.countAskedFor() *
                              panels.countLines());
  Value halvings = countHalvings(shares, numTiles);
  shares = arith::ShLIOp::create(b, shares, halvings);
  Value asks =
      arith::AndIOp::create(b, isBelow(b, at.number, shares), next.exists);
  Value isFull = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at.count,
                                       index(b, schedule.getRows()));
  Value isOfMany = arith::AndIOp::create(
      b, isBelow(b, index(b, 1), numTiles),
      isBelow(b, index(b, kLeastRowsThatAsk - 1), at.count));
  asks =
      arith::AndIOp::create(b, asks, arith::OrIOp::create(b, isFull, isOfMany));
  Value share = select(b, asks, at.number, zero);
  Value part = arith::DivUIOp::create(
      b, arith::ShRUIOp::create(b, share, halvings), lines);
  Value weight = arith::RemUIOp::create(b, part, weights);
  Value panel = arith::DivUIOp::create(b, part, weights);
  NextSteps from = next;
  Value last =
      arith::SubIOp::create(b, WeightPanels::countPanels(op, b), index(b, 1));
  from.panel = arith::MinUIOp::create(
      b, last, arith::AddIOp::create(b, next.panel, panel));
  Value steps = arith::SubIOp::create(b, block.last, block.first);
  Value ofPart = arith::SubIOp::create(
      b, share,
      arith::ShLIOp::create(b, arith::MulIOp::create(b, part, lines),
                            halvings));
  Value stride = arith::ShRUIOp::create(b, getLine(), halvings);
  Value start =
      arith::MulIOp::create(b, arith::MulIOp::create(b, ofPart, steps), stride);
  return {panels.getNext(weight, from), start, select(b, asks, stride, zero),
          boolean(b, false)};
}

/// Few tiles ask for all lines of the next part while they read this one; more
/// for as many each.
Ask AskAhead::askTall(const BlockTile &at, const PanelBlock &block,
                      Value numTiles, Value weight, const NextSteps &next) {
  if (!schedule.getPrefetch())
    return {};
  Value zero = index(b, 0), one = index(b, 1);
  Value lines = index(b, panels.countLines());
  Value asks =
      arith::AndIOp::create(b, isBelow(b, at.number, lines), next.exists);
  Value all = arith::AndIOp::create(b, asks, isBelow(b, numTiles, lines));
  Value steps = arith::SubIOp::create(b, block.last, block.first);
  Value line = arith::MulIOp::create(b, at.number, steps);
  line = select(b, asks, select(b, all, zero, line), zero);
  Value stride = select(b, asks, select(b, all, lines, one), zero);
  return {panels.getNext(weight, next),
          arith::MulIOp::create(b, line, getLine()),
          arith::MulIOp::create(b, stride, getLine()), all};
}

/// Elements of a line of the weights that are asked for.
Value AskAhead::getLine() {
  return index(b, countLineElements(op.getWeights()[0]));
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void AskAhead::prefetchRows(const BlockTile &at, const RowBlock &rows,
                            Value first) {
  constexpr int64_t numLines = 4;
  int64_t line = countLineElements(op.getRows());
  Value start = arith::MulIOp::create(b, first, index(b, schedule.getGroup()));
  Value lastRow = arith::SubIOp::create(b, rows.last, index(b, 1));
  Value behind = arith::AddIOp::create(b, at.first, at.count);
  forEach(b, behind, at.count, [&](Value row) {
    Value source = locateSource(op, b, arith::MinUIOp::create(b, lastRow, row));
    for (int64_t i = 0; i < numLines; ++i)
      memref::PrefetchOp::create(
          b, op.getRows(),
          ValueRange{source,
                     arith::AddIOp::create(b, start, index(b, i * line))},
          /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  });
}

void AskAhead::prefetchOut(const BlockTile &at, Value panel) {
  if (!areColumnsContiguous(op.getOut()))
    return;
  int64_t line = countLineElements(op.getOut());
  Value column =
      arith::MulIOp::create(b, panel, index(b, schedule.getColumns()));
  forEach(b, at.first, at.count, [&](Value row) {
    Value target = row;
    if (op.getAccumulate())
      target = getToken(op, b, readSlot(op, b, row));
    int64_t width = schedule.getJoined() * schedule.getColumns();
    for (int64_t j = 0; j < width; j += line)
      memref::PrefetchOp::create(
          b, op.getOut(),
          ValueRange{target, arith::AddIOp::create(b, column, index(b, j))},
          /*isWrite=*/true, /*localityHint=*/3, /*isDataCache=*/true);
  });
}
