//===- AskAhead.cpp - What tiles ask memory for ---------------------------===//

#include "AskAhead.h"

#include "CacheLine.h"
#include "Slots.h"
#include "VectorEpilogue.h"

using namespace mlir;
using namespace mlir::moe;

/// A tile of all parts that is not full and has fewer rows takes what memory
/// gives, which is more where the processor itself sees what comes.
static constexpr int64_t kLeastRowsThatAsk = 4;

/// The least rows of a tile, of several, that asks: one that misses a row does.
static int64_t countLeastRows(CPUScheduleAttr schedule) {
  return std::clamp<int64_t>(schedule.getRows() - 1, 1, kLeastRowsThatAsk);
}

/// The least tiles of which one that is not full asks. Of several weights in
/// single points the processor sees the streams of two short ones coming.
static int64_t countLeastTiles(GroupedMatmulOp op, CPUScheduleAttr schedule) {
  bool seesStreams = op.getWeights().size() > 1 && schedule.getGroup() == 1 &&
                     countLeastRows(schedule) < kLeastRowsThatAsk;
  return seesStreams ? 3 : 2;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// How often the share of a tile is halved (index): h, so that two to the power
/// of h is at most what the schedule says, and that times `shares` is at most
/// the tiles that ask.
Value AskAhead::countHalvings(int64_t shares, BlockTiles &tiles) {
  Value halvings = index(b, 0);
  if (schedule.getSpread() == 1)
    return halvings;
  Value numAsking = tiles.countAtLeast(countLeastRows(schedule));
  for (int64_t i = 1; int64_t(1) << i <= schedule.getSpread() &&
                      panels.countAskedElements() >> i > 0;
       ++i)
    halvings = select(b, isBelow(b, numAsking, index(b, shares << i)), halvings,
                      index(b, i));
  return halvings;
}

/// Each of the first tiles asks for as much of the next parts; one that is not
/// full does so beside others only: alone it is done too soon.
Ask AskAhead::askWide(const BlockTile &at, const PanelBlock &block,
                      BlockTiles &tiles, const NextSteps &next) {
  if (!schedule.getPrefetch())
    return {};
  Value zero = index(b, 0), lines = index(b, panels.countLines());
  Value weights = index(b, panels.countAskedFor());
  int64_t numShares =
      schedule.getJoined() * panels.countAskedFor() * panels.countLines();
  int64_t least = countLeastRows(schedule);
  Value halvings = countHalvings(numShares, tiles);
  Value shares = arith::ShLIOp::create(b, index(b, numShares), halvings);
  Value asks =
      arith::AndIOp::create(b, isBelow(b, at.number, shares), next.exists);
  Value isFull = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at.count,
                                       index(b, schedule.getRows()));
  Value areMany =
      isBelow(b, index(b, countLeastTiles(op, schedule) - 1), tiles.getCount());
  Value hasMost = isBelow(b, index(b, least - 1), at.count);
  Value isOfMany = arith::AndIOp::create(b, areMany, hasMost);
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
  Value stride = arith::ShRUIOp::create(
      b, index(b, panels.countAskedElements()), halvings);
  Value start =
      arith::MulIOp::create(b, arith::MulIOp::create(b, ofPart, steps), stride);
  return {panels.getNext(weight, from), start, select(b, asks, stride, zero),
          boolean(b, false)};
}

/// Few tiles ask for all of the next part while they read this one; more for as
/// much each.
Ask AskAhead::askTall(const BlockTile &at, const PanelBlock &block,
                      BlockTiles &tiles, Value weight, const NextSteps &next) {
  if (!schedule.getPrefetch())
    return {};
  Value zero = index(b, 0), lines = index(b, panels.countLines());
  Value one = index(b, panels.countAskedElements());
  Value every = index(b, panels.countLines() * panels.countAskedElements());
  Value asks =
      arith::AndIOp::create(b, isBelow(b, at.number, lines), next.exists);
  Value all =
      arith::AndIOp::create(b, asks, isBelow(b, tiles.getCount(), lines));
  Value steps = arith::SubIOp::create(b, block.last, block.first);
  Value start =
      arith::MulIOp::create(b, arith::MulIOp::create(b, at.number, steps), one);
  start = select(b, asks, select(b, all, zero, start), zero);
  Value stride = select(b, asks, select(b, all, every, one), zero);
  return {panels.getNext(weight, next), start, stride, all};
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
