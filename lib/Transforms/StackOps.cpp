//===- StackOps.cpp - One op for like ops of experts ----------------------===//

#include "StackPrograms.h"

#include "SlotRoles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

static AffineMap addExpert(AffineMap map) {
  return map.shiftDims(1).insertResult(getAffineDimExpr(0, map.getContext()),
                                       0);
}

/// The number that all elements of `tensor` are, as an attribute, or null.
static TypedAttr getSplat(Value tensor) {
  TypedAttr number;
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>()) {
    if (!matchPattern(fill.value(), m_Constant(&number)))
      return nullptr;
    return number;
  }
  SplatElementsAttr splat;
  if (matchPattern(tensor, m_Constant(&splat)))
    return cast<TypedAttr>(splat.getSplatValue<Attribute>());
  return nullptr;
}

/// The one number that all of `tensors` are filled with, or null.
static TypedAttr getSplat(ArrayRef<Value> tensors) {
  TypedAttr number = getSplat(tensors[0]);
  return number && llvm::all_of(tensors,
                                [&](Value v) { return getSplat(v) == number; })
             ? number
             : TypedAttr();
}

static SmallVector<Value> getOperands(ArrayRef<Value> values, unsigned number) {
  return llvm::map_to_vector(values, [&](Value value) {
    return value.getDefiningOp()->getOperand(number);
  });
}

FailureOr<Value> ProgramStack::buildInit(ArrayRef<Value> values, Type element) {
  auto op = values[0].getDefiningOp<linalg::LinalgOp>();
  OpOperand *init = op.getDpsInitOperand(0);
  bool isRead = op.payloadUsesValueFromOperand(init);
  SmallVector<Value> inits = getOperands(values, init->getOperandNumber());
  TypedAttr number = isRead ? getSplat(inits) : TypedAttr();
  if (isRead && !number) {
    auto stacked = stack(inits);
    if (failed(stacked))
      return failure();
    return materialize(*stacked, inits[0]);
  }
  Value empty =
      tensor::EmptyOp::create(builder, loc, getSizes(values[0]), element);
  if (!isRead)
    return empty;
  Value scalar = arith::ConstantOp::create(builder, loc, number);
  return linalg::FillOp::create(builder, loc, scalar, empty).getResult(0);
}

namespace {
/// A constant of a body that is another one in each expert.
struct OwnConstant {
  Value constant;
  SmallVector<Attribute> numbers;

  /// Expert e has the number e.
  bool isExpert() const {
    return llvm::all_of(llvm::enumerate(numbers), [](auto pair) {
      auto number = dyn_cast<IntegerAttr>(pair.value());
      return number && number.getInt() == static_cast<int64_t>(pair.index());
    });
  }
};
} // namespace

/// The constants that differ between the bodies, or nothing where more does.
static std::optional<SmallVector<OwnConstant>>
findOwnConstants(ArrayRef<Value> values) {
  auto first = values[0].getDefiningOp<linalg::LinalgOp>();
  llvm::MapVector<Value, SmallVector<Attribute>> all;
  for (Value value : values) {
    auto op = value.getDefiningOp<linalg::LinalgOp>();
    llvm::MapVector<Value, Attribute> constants;
    if (first.getIndexingMapsArray() != op.getIndexingMapsArray() ||
        first->getNumResults() != 1 ||
        !matchBodies(*first.getBlock(), *op.getBlock(), constants))
      return std::nullopt;
    for (auto [constant, number] : constants)
      all[constant].push_back(number);
  }
  SmallVector<OwnConstant> own;
  for (auto &[constant, numbers] : all)
    if (!llvm::all_equal(numbers))
      own.push_back({constant, numbers});
  return own;
}

FailureOr<StackedValue> ProgramStack::stackLinalg(ArrayRef<Value> values) {
  auto op = values[0].getDefiningOp<linalg::LinalgOp>();
  auto own = findOwnConstants(values);
  if (!own || !op.hasPureTensorSemantics())
    return fail("the experts are not the same program");
  SmallVector<Value> inputs, arguments;
  SmallVector<AffineMap> maps;
  bool uniform = own->empty();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    SmallVector<Value> tuple = getOperands(values, operand->getOperandNumber());
    AffineMap map = op.getMatchingIndexingMap(operand);
    arguments.push_back(op.getMatchingBlockArgument(operand));
    bool isScalar = !isa<RankedTensorType>(tuple[0].getType());
    TypedAttr number = isScalar ? TypedAttr() : getSplat(tuple);
    if (isScalar || number) {
      if (isScalar && !llvm::all_of(tuple, [&](Value v) {
            return v == tuple[0] || isSameConstant(v, tuple[0]);
          }))
        return fail("the experts have different scalars");
      inputs.push_back(number ? arith::ConstantOp::create(builder, loc, number)
                              : tuple[0]);
      maps.push_back(
          AffineMap::get(op.getNumLoops() + 1, 0, builder.getContext()));
      continue;
    }
    auto stacked = stack(tuple);
    if (failed(stacked))
      return failure();
    uniform &= !stacked->map.isFunctionOfDim(0);
    inputs.push_back(stacked->value);
    maps.push_back(stacked->map.compose(addExpert(map)));
  }
  OpOperand *initOperand = op.getDpsInitOperand(0);
  AffineMap out = op.getMatchingIndexingMap(initOperand);
  SmallVector<Value> inits =
      getOperands(values, initOperand->getOperandNumber());
  uniform &= !op.payloadUsesValueFromOperand(initOperand) || getSplat(inits) ||
             llvm::all_equal(inits);
  if (uniform)
    return StackedValue{values[0], getUniformMap(values[0])};
  // Values copied to other places are read there.
  if (isCopy(op) && out.isPermutation() &&
      op.getBlock()->getTerminator()->getOperand(0) == arguments[0]) {
    AffineMap places = addExpert(inversePermutation(out));
    return StackedValue{inputs[0], maps[0].compose(places)};
  }
  auto init = buildInit(values, getElementTypeOrSelf(values[0].getType()));
  if (failed(init))
    return failure();
  arguments.push_back(op.getMatchingBlockArgument(initOperand));
  // Constants that differ: the number of the expert, or a parameter.
  SmallVector<Value> places; // null: the number of the expert
  SmallVector<Value> numbers;
  AffineMap expert =
      AffineMap::get(op.getNumLoops() + 1, 0, builder.getAffineDimExpr(0));
  for (const OwnConstant &constant : *own) {
    if (constant.isExpert())
      continue;
    auto type = RankedTensorType::get(int64_t(numPrograms),
                                      constant.constant.getType());
    inputs.push_back(arith::ConstantOp::create(
        builder, loc, DenseElementsAttr::get(type, constant.numbers)));
    maps.push_back(expert);
  }
  maps.push_back(addExpert(out));
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  iterators.insert(iterators.begin(), utils::IteratorType::parallel);
  auto build = [&](OpBuilder &b, Location l, ValueRange args) {
    IRMapping mapping;
    size_t numInputs = arguments.size() - 1;
    mapping.map(ArrayRef<Value>(arguments).drop_back(),
                args.take_front(numInputs));
    mapping.map(arguments.back(), args.back());
    ValueRange parameters = args.drop_front(numInputs);
    for (const OwnConstant &constant : *own) {
      Value number;
      if (!constant.isExpert()) {
        number = parameters.front();
        parameters = parameters.drop_front();
      } else {
        number = linalg::IndexOp::create(b, l, 0);
        if (Type type = constant.constant.getType(); !type.isIndex())
          number = arith::IndexCastOp::create(b, l, type, number);
      }
      mapping.map(constant.constant, number);
    }
    for (Operation &inner : op.getBlock()->getOperations()) {
      if (inner.getNumResults() == 1 && mapping.contains(inner.getResult(0)))
        continue;
      if (auto index = dyn_cast<linalg::IndexOp>(inner))
        mapping.map(
            index.getResult(),
            linalg::IndexOp::create(b, l, index.getDim() + 1).getResult());
      else
        b.clone(inner, mapping);
    }
  };
  auto generic = linalg::GenericOp::create(
      builder, loc, init->getType(), inputs, *init, maps, iterators, build);
  return StackedValue{generic.getResult(0), getWholeMap(values[0])};
}

FailureOr<StackedValue> ProgramStack::stackElementwise(ArrayRef<Value> values) {
  Operation *op = values[0].getDefiningOp();
  auto type = dyn_cast<RankedTensorType>(values[0].getType());
  if (!type)
    return fail("the experts have different scalars");
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  bool uniform = true;
  for (OpOperand &operand : op->getOpOperands()) {
    SmallVector<Value> tuple = getOperands(values, operand.getOperandNumber());
    if (!isa<RankedTensorType>(tuple[0].getType()))
      return fail("the experts have a scalar operand");
    if (TypedAttr number = getSplat(tuple)) {
      inputs.push_back(arith::ConstantOp::create(builder, loc, number));
      maps.push_back(
          AffineMap::get(type.getRank() + 1, 0, builder.getContext()));
      continue;
    }
    auto stacked = stack(tuple);
    if (failed(stacked))
      return failure();
    uniform &= !stacked->map.isFunctionOfDim(0);
    inputs.push_back(stacked->value);
    maps.push_back(stacked->map);
  }
  if (uniform)
    return StackedValue{values[0], getUniformMap(values[0])};
  maps.push_back(getWholeMap(values[0]));
  Value empty = tensor::EmptyOp::create(builder, loc, getSizes(values[0]),
                                        type.getElementType());
  auto generic = linalg::GenericOp::create(
      builder, loc, empty.getType(), inputs, empty, maps,
      SmallVector<utils::IteratorType>(type.getRank() + 1,
                                       utils::IteratorType::parallel),
      [&](OpBuilder &b, Location l, ValueRange args) {
        OperationState state(l, op->getName(), args.drop_back(),
                             type.getElementType(), op->getAttrs());
        linalg::YieldOp::create(b, l, b.create(state)->getResults());
      });
  return StackedValue{generic.getResult(0), getWholeMap(values[0])};
}
