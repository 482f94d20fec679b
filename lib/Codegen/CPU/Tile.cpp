//===- Tile.cpp - A few rows times a few panels ---------------------------===//

#include "Tile.h"

#include "CacheLine.h"
#include "Index.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
/// Registers of a step: one for each contraction point, or one of all points
/// where one instruction multiplies them.
using Points = SmallVector<Value, 2>;

/// The body of one function.
class Tile {
public:
  Tile(ImplicitLocOpBuilder &builder, const TileForm &form,
       const TileArguments &arguments)
      : b(builder), form(form), args(arguments),
        type(VectorType::get({form.lanes}, form.compute)) {}

  void emit();

private:
  Value getWaiting(int64_t part, int64_t row, int64_t vector);
  SmallVector<Value> startSums();
  void prefetch(Value step);
  Points load(Value part, int64_t vector, Value step, bool isHalf);
  Value broadcastPoint(Value source, Value point);
  Value broadcastPair(Value source, Value step, bool isHalf);
  Points broadcastInput(Value source, Value step, bool isHalf);
  Points takeApart(Value pairs);
  Value multiplyAdd(Value a, Value column, Value accumulator);
  SmallVector<Value> multiply(Value step, bool isHalf, ValueRange sums);

  ImplicitLocOpBuilder &b;
  const TileForm &form;
  const TileArguments &args;
  VectorType type; ///< of accumulators
  SmallVector<Value> sources;
};
} // namespace

/// Where the accumulators of a row and vector are.
Value Tile::getWaiting(int64_t part, int64_t row, int64_t vector) {
  int64_t at = (row * form.vectors + vector) * form.lanes;
  Value start = arith::AddIOp::create(b, args.start, index(b, at));
  return arith::AddIOp::create(
      b, start, arith::MulIOp::create(b, args.distance, index(b, part)));
}

/// Accumulators by part, row and vector, in this order.
SmallVector<Value> Tile::startSums() {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  SmallVector<Value> zeros(args.parts.size() * form.rows * form.vectors, zero);
  if (!args.resumes)
    return zeros;
  auto sums = scf::IfOp::create(
      b, args.resumes,
      [&](OpBuilder &, Location) {
        SmallVector<Value> loaded;
        for (int64_t p = 0, parts = args.parts.size(); p < parts; ++p)
          for (int64_t i = 0; i < form.rows; ++i)
            for (int64_t j = 0; j < form.vectors; ++j)
              loaded.push_back(vector::LoadOp::create(b, type, args.waiting,
                                                      getWaiting(p, i, j)));
        scf::YieldOp::create(b, loaded);
      },
      [&](OpBuilder &, Location) { scf::YieldOp::create(b, zeros); });
  return SmallVector<Value>(sums.getResults());
}

void Tile::prefetch(Value step) {
  if (form.lines == 0)
    return;
  Value done = arith::SubIOp::create(b, step, args.first);
  Value at = arith::AddIOp::create(b, args.from,
                                   arith::MulIOp::create(b, done, args.stride));
  int64_t elements = countLineElements(args.next);
  Value zero = index(b, 0);
  auto ask = [&](int64_t i) {
    Value column = arith::AddIOp::create(b, at, index(b, i * elements));
    memref::PrefetchOp::create(b, args.next, ValueRange{zero, column},
                               /*isWrite=*/false, /*localityHint=*/3,
                               /*isDataCache=*/true);
  };
  ask(0);
  if (form.lines > 1)
    scf::IfOp::create(b, args.asksAll, [&](OpBuilder &, Location) {
      for (int64_t i = 1; i < form.lines; ++i)
        ask(i);
      scf::YieldOp::create(b);
    });
}

/// The first and the second ones of pairs of bf16, each as f32, of which a bf16
/// is the upper half.
Points Tile::takeApart(Value pairs) {
  auto halves = VectorType::get({2 * form.lanes}, b.getI16Type());
  Value all = vector::BitCastOp::create(b, halves, pairs);
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(halves));
  auto take = [&](int64_t point) -> Value {
    SmallVector<int64_t> from; // a shuffle: LLVM takes shifts and masks apart
    for (int64_t i = 0; i < form.lanes; ++i)
      from.append({0, 2 * (form.lanes + i) + point});
    Value upper = vector::ShuffleOp::create(b, zeros, all, from);
    return vector::BitCastOp::create(b, type, upper);
  };
  return {take(0), take(1)};
}

/// A register of a part, or two of pairs that are taken apart. For a dot a half
/// step has zeros for its second points, of others nobody multiplies them.
Points Tile::load(Value part, int64_t vector, Value step, bool isHalf) {
  int64_t width = form.lanes * form.group;
  Type element = getElementTypeOrSelf(part.getType());
  auto loaded = VectorType::get({width}, element);
  Value row = arith::SubIOp::create(b, step, args.first);
  Value all = vector::LoadOp::create(b, loaded, part,
                                     ValueRange{row, index(b, vector * width)});
  if (form.group == 1 && element != form.compute)
    return {arith::ExtFOp::create(b, type, all)};
  if (form.group == 2 && !form.dot)
    return takeApart(all);
  if (!isHalf)
    return {all};
  unsigned bits = element.getIntOrFloatBitWidth();
  auto words =
      VectorType::get({form.lanes}, b.getIntegerType(bits * form.group));
  auto low = b.getIntegerAttr(words.getElementType(),
                              llvm::maskTrailingOnes<uint64_t>(bits));
  Value mask = arith::ConstantOp::create(b, DenseElementsAttr::get(words, low));
  Value masked =
      arith::AndIOp::create(b, vector::BitCastOp::create(b, words, all), mask);
  return {vector::BitCastOp::create(b, loaded, masked)};
}

Value Tile::broadcastPoint(Value source, Value point) {
  Value a = memref::LoadOp::create(b, args.rows, ValueRange{source, point});
  if (a.getType() != form.compute)
    a = arith::ExtFOp::create(b, form.compute, a);
  return vector::BroadcastOp::create(b, type, a);
}

/// Two points as they lie in memory; of a half step with zero for the second.
Value Tile::broadcastPair(Value source, Value step, bool isHalf) {
  Value rows = args.rows;
  auto rowsType = cast<MemRefType>(rows.getType());
  Type element = rowsType.getElementType();
  auto pairType = VectorType::get({2}, element);
  Value at = arith::MulIOp::create(b, step, index(b, 2)), pair;
  auto [strides, offset] = rowsType.getStridesAndOffset();
  if (!isHalf && strides.back() == 1) {
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
  Value all = vector::BroadcastOp::create(
      b, VectorType::get({form.lanes}, word), scalar);
  return vector::BitCastOp::create(
      b, VectorType::get({2 * form.lanes}, element), all);
}

/// Row `source` at `step`, in every lane; of a half step that is taken apart
/// the first point alone.
Points Tile::broadcastInput(Value source, Value step, bool isHalf) {
  if (form.dot)
    return {broadcastPair(source, step, isHalf)};
  if (form.group == 1)
    return {broadcastPoint(source, step)};
  if (!isHalf && getElementTypeOrSelf(args.rows.getType()).isBF16())
    return takeApart(broadcastPair(source, step, isHalf));
  Value point = arith::MulIOp::create(b, step, index(b, 2));
  Points points{broadcastPoint(source, point)};
  if (!isHalf)
    points.push_back(
        broadcastPoint(source, arith::AddIOp::create(b, point, index(b, 1))));
  return points;
}

Value Tile::multiplyAdd(Value a, Value column, Value accumulator) {
  if (form.dot)
    return x86vector::DotBF16Op::create(b, accumulator, a, column);
  return vector::FMAOp::create(b, a, column, accumulator);
}

SmallVector<Value> Tile::multiply(Value step, bool isHalf,
                                  ValueRange accumulators) {
  SmallVector<Value> sums(accumulators);
  SmallVector<Points> rows, columns;
  int64_t width = args.parts.size() * form.vectors;
  auto getRow = [&](int64_t i) {
    return broadcastInput(sources[i], step, isHalf);
  };
  auto getColumn = [&](int64_t c) {
    return load(args.parts[c / form.vectors], c % form.vectors, step, isHalf);
  };
  int64_t points = form.dot || isHalf ? 1 : form.group;
  auto add = [&](const Points &row, int64_t i, const Points &column, int64_t c,
                 int64_t p) {
    int64_t part = c / form.vectors, j = c % form.vectors;
    Value &sum = sums[(part * form.rows + i) * form.vectors + j];
    sum = multiplyAdd(row[p], column[p], sum);
  };
  // Registers hold the fewer of both, and one of the others at a time.
  if (form.rows < width) {
    for (int64_t i = 0; i < form.rows; ++i)
      rows.push_back(getRow(i));
    for (int64_t c = 0; c < width; ++c) {
      Points column = getColumn(c);
      for (int64_t p = 0; p < points; ++p)
        for (int64_t i = 0; i < form.rows; ++i)
          add(rows[i], i, column, c, p);
    }
    return sums;
  }
  for (int64_t c = 0; c < width; ++c)
    columns.push_back(getColumn(c));
  for (int64_t i = 0; i < form.rows; ++i) {
    Points row = getRow(i);
    for (int64_t p = 0; p < points; ++p)
      for (int64_t c = 0; c < width; ++c)
        add(row, i, columns[c], c, p);
  }
  return sums;
}

void Tile::emit() {
  for (int64_t i = 0; i < form.rows; ++i)
    sources.push_back(memref::LoadOp::create(b, args.sources, index(b, i)));
  Value end = arith::MinUIOp::create(b, args.last, args.whole);
  auto loop = scf::ForOp::create(
      b, args.first, end, index(b, 1), startSums(),
      [&](OpBuilder &, Location, Value step, ValueRange sums) {
        prefetch(step);
        scf::YieldOp::create(b, multiply(step, /*isHalf=*/false, sums));
      });
  SmallVector<Value> sums(loop.getResults());
  if (form.hasHalf) {
    Value isLeft = arith::CmpIOp::create(b, arith::CmpIPredicate::ugt,
                                         args.last, args.whole);
    auto half = scf::IfOp::create(
        b, isLeft,
        [&](OpBuilder &, Location) {
          scf::YieldOp::create(b, multiply(args.whole, /*isHalf=*/true, sums));
        },
        [&](OpBuilder &, Location) { scf::YieldOp::create(b, sums); });
    sums.assign(half.result_begin(), half.result_end());
  }
  auto sum = sums.begin();
  for (int64_t p = 0, parts = args.parts.size(); p < parts; ++p)
    for (int64_t i = 0; i < form.rows; ++i)
      for (int64_t j = 0; j < form.vectors; ++j)
        vector::StoreOp::create(b, *sum++, args.waiting, getWaiting(p, i, j));
}

void moe::emitTile(ImplicitLocOpBuilder &builder, const TileForm &form,
                   const TileArguments &arguments) {
  Tile(builder, form, arguments).emit();
}
