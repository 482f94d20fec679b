//===- TileFunctions.cpp - The functions of tiles -------------------------===//

#include "TileFunctions.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
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

/// What the code of a tile depends on besides its types.
static std::string getKey(const TileForm &form,
                          const TileArguments &arguments) {
  return llvm::formatv("{0} {1} {2} {3} {4} {5} {6} {7} {8}", form.rows,
                       arguments.parts.size(), form.vectors, form.lanes,
                       form.group, form.dot, form.hasHalf, form.lines,
                       form.compute)
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
    all.append({&arguments.next, &arguments.from, &arguments.stride});
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
                   ValueRange) { emitTile(top, form, inside); });
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
