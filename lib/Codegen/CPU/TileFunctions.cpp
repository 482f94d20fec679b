//===- TileFunctions.cpp - What multiplies a tile -------------------------===//

#include "TileFunctions.h"

#include "CacheLine.h"
#include "Index.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::moe;

static MemRefType getMatrixType(Type element, int64_t columnStride) {
  constexpr int64_t any = ShapedType::kDynamic;
  auto layout =
      StridedLayoutAttr::get(element.getContext(), any, {any, columnStride});
  return MemRefType::get({any, any}, element, layout);
}

MemRefType TileFunctions::getRowsType(Value rows) {
  auto type = cast<MemRefType>(rows.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  bool isContiguous = strides.back() == 1;
  return getMatrixType(type.getElementType(),
                       isContiguous ? 1 : ShapedType::kDynamic);
}

MemRefType TileFunctions::getPartType(Type element) {
  return getMatrixType(element, 1);
}

namespace {
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
  Value load(Value part, int64_t vector, Value step, bool isHalf);
  Value broadcastInput(Value source, Value step, bool isHalf);
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
  Value line = arith::AddIOp::create(
      b, args.line, arith::MulIOp::create(b, done, args.stride));
  int64_t elements = countLineElements(args.next);
  // Steps lie behind each other.
  Value at = arith::MulIOp::create(b, line, index(b, elements));
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

/// A register of a part; of a half step with zeros for its second points.
Value Tile::load(Value part, int64_t vector, Value step, bool isHalf) {
  int64_t width = form.lanes * form.group;
  Type element = getElementTypeOrSelf(part.getType());
  auto loaded = VectorType::get({width}, element);
  Value row = arith::SubIOp::create(b, step, args.first);
  Value all = vector::LoadOp::create(b, loaded, part,
                                     ValueRange{row, index(b, vector * width)});
  if (!isHalf)
    return all;
  unsigned bits = element.getIntOrFloatBitWidth();
  auto words =
      VectorType::get({form.lanes}, b.getIntegerType(bits * form.group));
  auto low = b.getIntegerAttr(words.getElementType(),
                              llvm::maskTrailingOnes<uint64_t>(bits));
  Value mask = arith::ConstantOp::create(b, DenseElementsAttr::get(words, low));
  Value masked =
      arith::AndIOp::create(b, vector::BitCastOp::create(b, words, all), mask);
  return vector::BitCastOp::create(b, loaded, masked);
}

/// `a` of row `source` at `step`, in every lane.
Value Tile::broadcastInput(Value source, Value step, bool isHalf) {
  Value rows = args.rows;
  if (form.group == 1) {
    Value a = memref::LoadOp::create(b, rows, ValueRange{source, step});
    if (a.getType() != form.compute)
      a = arith::ExtFOp::create(b, form.compute, a);
    return vector::BroadcastOp::create(b, type, a);
  }
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

Value Tile::multiplyAdd(Value a, Value column, Value accumulator) {
  if (form.group == 2)
    return x86vector::DotBF16Op::create(b, accumulator, a, column);
  if (getElementTypeOrSelf(column.getType()) != form.compute)
    column = arith::ExtFOp::create(b, type, column);
  return vector::FMAOp::create(b, a, column, accumulator);
}

SmallVector<Value> Tile::multiply(Value step, bool isHalf,
                                  ValueRange accumulators) {
  SmallVector<Value> sums(accumulators), rows, columns;
  int64_t width = args.parts.size() * form.vectors;
  auto getRow = [&](int64_t i) {
    return broadcastInput(sources[i], step, isHalf);
  };
  auto getColumn = [&](int64_t c) {
    return load(args.parts[c / form.vectors], c % form.vectors, step, isHalf);
  };
  auto add = [&](Value row, int64_t i, Value column, int64_t c) {
    int64_t part = c / form.vectors, j = c % form.vectors;
    Value &sum = sums[(part * form.rows + i) * form.vectors + j];
    sum = multiplyAdd(row, column, sum);
  };
  // Registers hold the fewer of both, and one of the others at a time.
  if (form.rows < width) {
    for (int64_t i = 0; i < form.rows; ++i)
      rows.push_back(getRow(i));
    for (int64_t c = 0; c < width; ++c) {
      Value column = getColumn(c);
      for (int64_t i = 0; i < form.rows; ++i)
        add(rows[i], i, column, c);
    }
    return sums;
  }
  for (int64_t c = 0; c < width; ++c)
    columns.push_back(getColumn(c));
  for (int64_t i = 0; i < form.rows; ++i) {
    Value row = getRow(i);
    for (int64_t c = 0; c < width; ++c)
      add(row, i, columns[c], c);
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

/// What the code of a tile depends on besides its types.
static std::string getKey(const TileForm &form,
                          const TileArguments &arguments) {
  return llvm::formatv("{0} {1} {2} {3} {4} {5} {6} {7}", form.rows,
                       arguments.parts.size(), form.vectors, form.lanes,
                       form.group, form.hasHalf, form.lines, form.compute)
      .str();
}

/// All arguments in order, those that a form does not have left out.
static SmallVector<Value *> list(TileArguments &arguments, const TileForm &form,
                                 bool resumes) {
  SmallVector<Value *> all{&arguments.rows, &arguments.sources};
  for (Value &part : arguments.parts)
    all.push_back(&part);
  all.append({&arguments.first, &arguments.last, &arguments.whole,
              &arguments.waiting, &arguments.start, &arguments.distance});
  if (resumes)
    all.push_back(&arguments.resumes);
  if (form.lines > 0)
    all.append({&arguments.next, &arguments.line, &arguments.stride});
  if (form.lines > 1)
    all.push_back(&arguments.asksAll);
  return all;
}

func::FuncOp TileFunctions::get(
    ImplicitLocOpBuilder &b, const Twine &name, const Twine &key,
    TypeRange types,
    function_ref<void(ImplicitLocOpBuilder &, ValueRange)> build) {
  auto type = b.getFunctionType(types, {});
  std::string id = llvm::formatv("{0} {1} {2}", name, key, type).str();
  if (func::FuncOp known = functions.lookup(id))
    return known;
  ImplicitLocOpBuilder top(b.getLoc(), module.getContext());
  auto function = func::FuncOp::create(top, b.getLoc(), name.str(), type);
  function.setPrivate();
  symbols.insert(function, module.getBody()->begin()); // renames where taken
  functions[id] = function;
  top.setInsertionPointToStart(function.addEntryBlock());
  build(top, function.getArguments());
  func::ReturnOp::create(top);
  return function;
}

void TileFunctions::callFunction(
    ImplicitLocOpBuilder &b, const Twine &name, StringRef key,
    const TileForm &form, TileArguments arguments, ValueRange more,
    function_ref<void(ImplicitLocOpBuilder &, const TileArguments &,
                      ValueRange)>
        build) {
  SmallVector<Value *> places = list(arguments, form, resumes);
  SmallVector<Value> values;
  for (Value *place : places)
    values.push_back(*place);
  llvm::append_range(values, more);
  func::FuncOp function =
      get(b, name, key, ValueRange(values).getTypes(),
          [&](ImplicitLocOpBuilder &top, ValueRange inside) {
            for (auto [place, argument] : llvm::zip(places, inside))
              *place = argument;
            build(top, arguments, inside.drop_front(places.size()));
          });
  func::CallOp::create(b, function, values);
}

/// Calls the tile of `form`, all of whose sizes are known.
void TileFunctions::callTile(ImplicitLocOpBuilder &b, const TileForm &form,
                             const TileArguments &arguments) {
  int64_t columns = arguments.parts.size() * form.vectors * form.lanes;
  callFunction(b, "moe_tile_" + Twine(form.rows) + "x" + Twine(columns),
               getKey(form, arguments), form, arguments, {},
               [&](ImplicitLocOpBuilder &top, const TileArguments &inside,
                   ValueRange) { Tile(top, form, inside).emit(); });
}

void TileFunctions::call(ImplicitLocOpBuilder &b, TileForm form,
                         ArrayRef<int64_t> sizes, Value size,
                         TileArguments arguments) {
  if (!resumes)
    arguments.resumes = Value();
  form.rows = sizes.back();
  if (sizes.size() == 1)
    return callTile(b, form, arguments);
  std::string key = getKey(form, arguments);
  for (int64_t rows : sizes)
    key += " " + std::to_string(rows);
  int64_t columns = arguments.parts.size() * form.vectors * form.lanes;
  callFunction(
      b, "moe_tiles_" + Twine(form.rows) + "x" + Twine(columns), key, form,
      arguments, size,
      [&](ImplicitLocOpBuilder &top, const TileArguments &inside,
          ValueRange more) {
        ArrayRef<int64_t> cases = sizes.drop_back();
        auto choice = scf::IndexSwitchOp::create(top, TypeRange(), more[0],
                                                 cases, cases.size());
        auto emitCase = [&](Region &region, int64_t rows) {
          OpBuilder::InsertionGuard guard(top);
          top.setInsertionPointToStart(&region.emplaceBlock());
          form.rows = rows;
          callTile(top, form, inside);
          scf::YieldOp::create(top);
        };
        for (auto [rows, region] : llvm::zip(cases, choice.getCaseRegions()))
          emitCase(region, rows);
        emitCase(choice.getDefaultRegion(), sizes.back());
      });
}
