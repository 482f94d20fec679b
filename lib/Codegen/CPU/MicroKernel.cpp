//===- MicroKernel.cpp - Tiles of a grouped matmul ------------------------===//

#include "MicroKernel.h"

#include "Slots.h"
#include "VectorEpilogue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/Layout/TileSizes.h"

using namespace mlir;
using namespace mlir::moe;

/// Where tall tiles take all few rows, blocks of the others are several tiles,
/// the last two of which share.
static SmallVector<int64_t> getWideSizes(CPUScheduleAttr schedule) {
  int64_t most = schedule.getRows();
  bool isMany = schedule.getTall() > 0 && schedule.getLeast() == 1 &&
                schedule.getFew() > most && most <= kMostExactRows;
  return getTileSizes(most, isMany ? (most + 1) / 2 : 1);
}

/// Rows whose accumulators wait at a time: those of a tile, of all blocks of
/// the contraction, or of all parts of few rows.
static uint64_t countWaitingRows(CPUScheduleAttr schedule) {
  int64_t ofTile = std::max(schedule.getRows(), schedule.getTall());
  int64_t all = schedule.getDepth() > 0
                    ? schedule.getRows() * schedule.getTiles()
                    : std::max<int64_t>(schedule.getFew() - 1, 0);
  int64_t spare = ofTile > kMostExactRows ? 1 : 0; // an odd number is one more
  return std::max(ofTile, all) + spare;
}

MicroKernel::MicroKernel(GroupedMatmulOp op, TileFunctions &functions,
                         ImplicitLocOpBuilder &builder)
    : op(op), functions(functions), b(builder),
      schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())),
      panels(op, builder), ahead(op, panels, builder),
      widened(op, builder, kMostFrameBytes - countFrameBytes(op)),
      compute(op.getAccumulatorType()), numWeights(op.getWeights().size()),
      lanes(schedule.getLanes()), waitingRows(countWaitingRows(schedule)) {
  auto type = MemRefType::get(
      {numWeights * schedule.getJoined() * waitingRows * schedule.getColumns()},
      compute);
  waiting = memref::AllocaOp::create(b, type, b.getI64IntegerAttr(64));
  auto rows = MemRefType::get(
      {std::max(schedule.getRows(), schedule.getTall())}, b.getIndexType());
  sources = memref::AllocaOp::create(b, rows);
}

uint64_t MicroKernel::countFrameBytes(GroupedMatmulOp op) {
  auto schedule = cast<CPUScheduleAttr>(op.getScheduleAttr());
  uint64_t bytes = op.getAccumulatorType().getWidth() / 8;
  for (uint64_t factor : {countWaitingRows(schedule),
                          static_cast<uint64_t>(schedule.getColumns()),
                          static_cast<uint64_t>(schedule.getJoined()),
                          static_cast<uint64_t>(op.getWeights().size())})
    bytes = llvm::SaturatingMultiply(bytes, factor);
  if (!op.getPacked())
    for (Value weight : op.getWeights())
      bytes = llvm::SaturatingAdd(bytes,
                                  WeightPanels::countCopiedBytes(op, weight));
  return bytes;
}

Value MicroKernel::add(Value left, Value right) {
  return arith::AddIOp::create(b, left, right);
}

void MicroKernel::branch(Value condition, function_ref<void()> body,
                         function_ref<void()> other) {
  auto build = [&](function_ref<void()> inner) {
    return [this, inner](OpBuilder &, Location) {
      inner();
      scf::YieldOp::create(b);
    };
  };
  if (other)
    scf::IfOp::create(b, condition, build(body), build(other));
  else
    scf::IfOp::create(b, condition, build(body));
}

void MicroKernel::atLast(Value condition, function_ref<void()> body) {
  if (isLast)
    condition =
        condition ? Value(arith::AndIOp::create(b, condition, isLast)) : isLast;
  if (condition)
    branch(condition, body);
  else
    body();
}

//===----------------------------------------------------------------------===//
// Blocks and tiles
//===----------------------------------------------------------------------===//

void MicroKernel::emit(const RowBlock &rows, const PanelGroup &panelGroup,
                       const NextSteps &next) {
  group = panelGroup;
  Value zero = index(b, 0), steps = panels.getSteps();
  if (!isBlocked()) {
    block = {rows.expert, group.first, zero, steps};
    panels.enter(block);
    return emitBlock(rows, next);
  }
  Value size = index(b, schedule.getDepth() / schedule.getGroup());
  Value end = arith::MaxUIOp::create(b, steps, index(b, 1));
  scf::ForOp::create(
      b, zero, end, size, ValueRange(),
      [&](OpBuilder &, Location, Value first, ValueRange) {
        Value last = arith::MinUIOp::create(b, add(first, size), steps);
        block = {rows.expert, group.first, first, last};
        resumes = isBelow(b, zero, first);
        isLast =
            arith::CmpIOp::create(b, arith::CmpIPredicate::eq, last, steps);
        panels.enter(block);
        Value yes = arith::ConstantIntOp::create(b, 1, 1);
        emitBlock(rows, {select(b, isLast, next.exists, yes),
                         select(b, isLast, next.expert, rows.expert),
                         select(b, isLast, next.panel, group.first),
                         select(b, isLast, next.first, last)});
        scf::YieldOp::create(b);
      });
}

/// Whether the tiles of `rows` are tall (i1); null: they never are.
Value MicroKernel::findTall(const RowBlock &rows) {
  if (schedule.getTall() == 0 && schedule.getJoined() == 1)
    return Value();
  // What is left of the panels is no wide tile.
  Value isTall = isBelow(b, group.count, index(b, schedule.getJoined()));
  if (schedule.getTall() == 0)
    return isTall;
  Value count = arith::SubIOp::create(b, rows.last, rows.first);
  Value isFew = arith::AndIOp::create(
      b, isBelow(b, index(b, schedule.getLeast() - 1), count),
      isBelow(b, count, index(b, schedule.getFew())));
  return arith::OrIOp::create(b, isTall, isFew);
}

void MicroKernel::emitBlock(const RowBlock &rows, const NextSteps &next) {
  SmallVector<Value> parts = getAllParts();
  Value one = index(b, 1), most = index(b, schedule.getRows()), rounds = one;
  Value evenly = boolean(b, schedule.getRows() > kMostExactRows);
  isTall = findTall(rows);
  if (isTall) { // one part after the other, else all in one round
    Value numParts =
        arith::MulIOp::create(b, group.count, index(b, numWeights));
    rounds = select(b, isTall, numParts, one);
    most = select(b, isTall, index(b, countTallRows()), most);
    evenly = select(b, isTall, boolean(b, true), evenly);
  }
  BlockTiles tiles(b, rows, most, evenly);
  forEach(b, index(b, 0), rounds, [&](Value round) {
    Value following = add(round, one), isLastRound;
    if (isTall)
      isLastRound =
          arith::CmpIOp::create(b, arith::CmpIPredicate::eq, following, rounds);
    TallPart part;
    if (isTall)
      part = findPart(rows, round, rounds, next);
    forEach(b, index(b, 0), tiles.getCount(), [&](Value number) {
      BlockTile at = tiles.get(number);
      prefetch(at, rows, isLastRound);
      Value place = arith::SubIOp::create(b, at.first, rows.first);
      if (!isBlocked()) // accumulators wait for those of other parts alone
        place = select(b, isBelow(b, one, rounds), place, index(b, 0));
      Value start = arith::MulIOp::create(
          b, add(place, arith::MulIOp::create(b, round, index(b, waitingRows))),
          index(b, schedule.getColumns()));
      Value isNew; // rows of one tile are still there for its next part
      if (isTall) {
        Value isFirst = isBelow(b, round, one);
        Value areSeveral = isBelow(b, one, tiles.getCount());
        isNew = arith::OrIOp::create(b, isFirst, areSeveral);
      }
      auto widen = [&] { widened.widen(at, block.first, block.last); };
      if (widened && isNew)
        branch(isNew, widen);
      else if (widened)
        widen();
      Value size = listSources(at);
      auto emitWide = [&] {
        emitTile(getWideSizes(schedule), size, parts, start,
                 ahead.askWide(at, block, tiles, next));
      };
      auto emitTall = [&] {
        emitTile(getTileSizes(countTallRows()), size, part.matrix, start,
                 ahead.askTall(at, block, tiles, part.nextWeight, part.next));
      };
      if (isTall)
        branch(isTall, emitTall, emitWide);
      else
        emitWide();
      atLast(isLastRound, [&] { emitEpilogue(at, place); });
    });
  });
}

/// Schedules that only join panels have no tiles for what is left of them.
int64_t MicroKernel::countTallRows() {
  return std::max(schedule.getRows(), schedule.getTall());
}

SmallVector<Value> MicroKernel::getAllParts() {
  SmallVector<Value> parts;
  for (int64_t i = 0; i < schedule.getJoined(); ++i)
    for (int64_t w = 0; w < numWeights; ++w)
      parts.push_back(panels.getPart(w, add(group.first, index(b, i))));
  return parts;
}

/// Part `number` of `numParts`, and the one that is read after it.
MicroKernel::TallPart MicroKernel::findPart(const RowBlock &rows, Value number,
                                            Value numParts,
                                            const NextSteps &next) {
  Value zero = index(b, 0), weights = index(b, numWeights);
  auto getWeight = [&](Value part) -> Value {
    return arith::RemUIOp::create(b, part, weights);
  };
  auto getPanel = [&](Value part) {
    return add(group.first, arith::DivUIOp::create(b, part, weights));
  };
  Value following = add(number, index(b, 1));
  Value hasPart = isBelow(b, following, numParts);
  return {panels.getPart(getWeight(number), getPanel(number)),
          select(b, hasPart, getWeight(following), zero),
          {select(b, hasPart, boolean(b, true), next.exists),
           select(b, hasPart, rows.expert, next.expert),
           select(b, hasPart, getPanel(following), next.panel),
           select(b, hasPart, block.first, next.first)}};
}

/// What the processor does not see coming; a wide tile that is not full is done
/// too soon for it.
void MicroKernel::prefetch(const BlockTile &at, const RowBlock &rows,
                           Value isLastRound) {
  if (!schedule.getPrefetch())
    return;
  Value isFull = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at.count,
                                       index(b, schedule.getRows()));
  Value asksRows = isFull, asksOut = isFull;
  if (isTall) {
    Value no = boolean(b, false);
    asksRows = select(b, isTall, no, isFull);
    asksOut = select(b, isTall, isLastRound, isFull);
  }
  branch(asksRows, [&] { ahead.prefetchRows(at, rows, block.first); });
  atLast(asksOut, [&] { ahead.prefetchOut(at, group.first); });
}

/// The rows that the code of a tile has, as getTileSize says, at least `least`.
Value MicroKernel::getSize(const BlockTile &at, int64_t most, int64_t least) {
  Value count = at.count;
  if (most > kMostExactRows) {
    Value even = arith::MulIOp::create(
        b, arith::CeilDivUIOp::create(b, count, index(b, 2)), index(b, 2));
    count = select(b, isBelow(b, index(b, 1), count),
                   arith::MinUIOp::create(b, even, index(b, most)), count);
  }
  return least > 1 ? Value(arith::MaxUIOp::create(b, count, index(b, least)))
                   : count;
}

/// Where the rows of `at` are; the last one again up to the size of the tile,
/// which is returned.
Value MicroKernel::listSources(const BlockTile &at) {
  Value size = getSize(at, schedule.getRows(), getWideSizes(schedule).front());
  if (isTall)
    size = select(b, isTall, getSize(at, countTallRows(), 1), size);
  Value firstRow = widened ? index(b, 0) : at.first;
  Value lastRow =
      add(firstRow, arith::SubIOp::create(b, at.count, index(b, 1)));
  forEach(b, index(b, 0), size, [&](Value i) {
    Value row = arith::MinUIOp::create(b, add(firstRow, i), lastRow);
    memref::StoreOp::create(b, widened ? row : locateSource(op, b, row),
                            sources, i);
  });
  return size;
}

void MicroKernel::emitTile(ArrayRef<int64_t> sizes, Value size,
                           ValueRange parts, Value start, const Ask &ask) {
  int64_t depth = cast<MemRefType>(op.getRows().getType()).getDimSize(1);
  TileForm form;
  form.vectors = schedule.getColumns() / lanes;
  form.lanes = lanes;
  form.group = schedule.getGroup();
  form.dot = schedule.getDot();
  form.hasHalf = form.group > 1 &&
                 (ShapedType::isDynamic(depth) || depth % form.group != 0);
  form.lines = ask.part ? panels.countLines() : 0;
  form.compute = compute;

  constexpr int64_t any = ShapedType::kDynamic;
  auto cast = [&](Value value, MemRefType type) -> Value {
    return value.getType() == type ? value
                                   : memref::CastOp::create(b, type, value);
  };
  Value rows = widened ? widened.getBuffer() : op.getRows();
  TileArguments arguments;
  arguments.rows = cast(rows, TileFunctions::getRowsType(rows));
  arguments.sources = cast(sources, MemRefType::get({any}, b.getIndexType()));
  arguments.parts.assign(parts.begin(), parts.end());
  arguments.first = block.first;
  arguments.last = block.last;
  arguments.whole = panels.getWholeSteps();
  if (widened) { // whose first point is the first of the block
    arguments.first = index(b, 0);
    arguments.last = arguments.whole =
        arith::SubIOp::create(b, block.last, block.first);
  }
  arguments.waiting = cast(waiting, MemRefType::get({any}, compute));
  arguments.start = start;
  arguments.distance = index(b, waitingRows * schedule.getColumns());
  arguments.resumes = resumes ? resumes : boolean(b, false);
  arguments.next = ask.part;
  arguments.from = ask.start;
  arguments.stride = ask.stride;
  arguments.asksAll = ask.all;
  functions.call(b, form, sizes, size, arguments);
}

void MicroKernel::emitEpilogue(const BlockTile &at, Value place) {
  int64_t columns = schedule.getColumns();
  auto type = VectorType::get({lanes}, compute);
  forEach(b, index(b, 0), at.count, [&](Value i) {
    Value row = add(at.first, i);
    Value slot = op.getSlots() ? readSlot(op, b, row) : Value();
    Value start = arith::MulIOp::create(b, add(place, i), index(b, columns));
    VectorEpilogue epilogue(op, b, block.expert, row, slot);
    forEach(b, index(b, 0), group.count, [&](Value panel) {
      Value first =
          arith::MulIOp::create(b, add(group.first, panel), index(b, columns));
      Value distance = arith::MulIOp::create(
          b, panel, index(b, numWeights * waitingRows * columns));
      // One copy of its code: compiling takes longer than the loop.
      forEach(b, index(b, 0), index(b, columns / lanes), [&](Value vector) {
        Value column = arith::MulIOp::create(b, vector, index(b, lanes));
        Value from = add(add(start, distance), column);
        SmallVector<Value> values;
        for (int64_t w = 0; w < numWeights; ++w)
          values.push_back(vector::LoadOp::create(
              b, type, waiting,
              add(from, index(b, w * waitingRows * columns))));
        epilogue.emit(add(first, column), values);
      });
    });
  });
}
