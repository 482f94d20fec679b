//===- StackPrograms.cpp - Like programs of experts as one ----------------===//

#include "StackPrograms.h"

#include "SlotRoles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::moe;

FailureOr<StackedValue> ProgramStack::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return failure();
}

static int64_t getRank(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

/// (e, d0, ...) -> (d0, ...)
AffineMap ProgramStack::getUniformMap(Value value) {
  return AffineMap::getMultiDimIdentityMap(getRank(value) + 1,
                                           builder.getContext())
      .dropResult(0);
}

/// (e, d0, ...) -> (e, d0, ...)
AffineMap ProgramStack::getWholeMap(Value value) {
  return AffineMap::getMultiDimIdentityMap(getRank(value) + 1,
                                           builder.getContext());
}

SmallVector<OpFoldResult> ProgramStack::getSizes(Value value) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
  sizes.insert(sizes.begin(), builder.getIndexAttr(numPrograms));
  return sizes;
}

static bool isUniform(const StackedValue &stacked) {
  return !stacked.map.isFunctionOfDim(0);
}

Value ProgramStack::materialize(const StackedValue &stacked, Value like) {
  if (stacked.map == getWholeMap(like))
    return stacked.value;
  Value empty = tensor::EmptyOp::create(builder, loc, getSizes(like),
                                        getElementTypeOrSelf(like.getType()));
  unsigned rank = getRank(like) + 1;
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), stacked.value, empty,
             ArrayRef<AffineMap>{stacked.map, getWholeMap(like)},
             SmallVector<utils::IteratorType>(rank,
                                              utils::IteratorType::parallel),
             [](OpBuilder &b, Location l, ValueRange args) {
               linalg::YieldOp::create(b, l, args[0]);
             })
      .getResult(0);
}

FailureOr<StackedValue> ProgramStack::stack(ArrayRef<Value> values) {
  if (llvm::all_equal(values))
    return StackedValue{values[0], getUniformMap(values[0])};
  std::vector<const void *> key;
  for (Value value : values)
    key.push_back(value.getAsOpaquePointer());
  if (auto it = known.find(key); it != known.end())
    return it->second;
  FailureOr<StackedValue> result = stackNew(values);
  if (succeeded(result)) {
    known.insert({key, *result});
    if (!isUniform(*result))
      replaced.insert_range(values);
  }
  return result;
}

static SmallVector<Value> getOperands(ArrayRef<Value> values, unsigned number) {
  return llvm::map_to_vector(values, [&](Value value) {
    return value.getDefiningOp()->getOperand(number);
  });
}

FailureOr<StackedValue> ProgramStack::stackNew(ArrayRef<Value> values) {
  if (auto slices = stackSlices(values))
    return *slices;
  if (llvm::all_of(values, isOwnTensor)) {
    if (llvm::all_of(values,
                     [&](Value v) { return isSameConstant(v, values[0]); }))
      return StackedValue{values[0], getUniformMap(values[0])};
    return stackCopies(values);
  }
  Operation *def = values[0].getDefiningOp();
  if (!def || llvm::any_of(values, [&](Value v) {
        return !v.getDefiningOp() ||
               v.getDefiningOp()->getName() != def->getName();
      }))
    return fail("the experts are not the same program");
  if (isa<tensor::EmptyOp>(def))
    return StackedValue{values[0], getUniformMap(values[0])};
  if (isa<linalg::LinalgOp>(def))
    return stackLinalg(values);
  if (def->getNumResults() == 1 && OpTrait::hasElementwiseMappableTraits(def))
    return stackElementwise(values);
  if (isa<tensor::ExtractSliceOp>(def))
    return stackSliced(values);
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def))
    return stackReshape(values);
  if (auto op = dyn_cast<tensor::CastOp>(def);
      op && isa<RankedTensorType>(op.getSource().getType()))
    return stack(getOperands(values, 0));
  return fail("'" + def->getName().getStringRef() +
              "' is not known to keep rows apart");
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// The slice takes all of dimension `dim`.
static bool isWhole(tensor::ExtractSliceOp slice, int64_t dim) {
  using Bounds = ValueBoundsConstraintSet;
  if (getConstantIntValue(slice.getMixedOffsets()[dim]) != 0)
    return false;
  FailureOr<bool> equal =
      Bounds::areEqual(Bounds::Variable(slice.getSource(), dim),
                       Bounds::Variable(slice.getMixedSizes()[dim]));
  return succeeded(equal) && *equal;
}

std::optional<StackedValue> ProgramStack::stackSlices(ArrayRef<Value> values) {
  std::optional<int64_t> sliced;
  for (Value value : values.drop_front()) {
    std::optional<int64_t> dim = findSlicedDim(values[0], value);
    if (!dim && value == values[0])
      continue;
    if (!dim || (sliced && sliced != dim))
      return std::nullopt;
    sliced = dim;
  }
  auto first = values[0].getDefiningOp<tensor::ExtractSliceOp>();
  int64_t start = *getConstantIntValue(first.getMixedOffsets()[*sliced]);
  bool successive = getConstantIntValue(first.getMixedSizes()[*sliced]) == 1 &&
                    getConstantIntValue(first.getMixedStrides()[*sliced]) == 1;
  for (auto [e, value] : llvm::enumerate(values)) {
    auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
    successive &= getConstantIntValue(slice.getMixedOffsets()[*sliced]) ==
                  start + static_cast<int64_t>(e);
  }
  if (!successive)
    return stackCopies(values);
  // What all of them take of the source.
  Value source = first.getSource();
  bool whole = first.hasUnitStride() && start == 0 &&
               first.getSourceType().getDimSize(*sliced) == numPrograms;
  for (int64_t dim = 0; dim < getRank(source); ++dim)
    whole &= dim == *sliced || isWhole(first, dim);
  if (!whole) {
    SmallVector<OpFoldResult> sizes = first.getMixedSizes();
    sizes[*sliced] = builder.getIndexAttr(numPrograms);
    source = tensor::ExtractSliceOp::create(builder, loc, source,
                                            first.getMixedOffsets(), sizes,
                                            first.getMixedStrides());
  }
  // Of several dimensions of size one, it is the expert's that is dropped.
  llvm::SmallBitVector dropped = first.getDroppedDims();
  if (int other = dropped.find_first(); other >= 0 && !dropped[*sliced]) {
    dropped.reset(other);
    dropped.set(*sliced);
  }
  SmallVector<AffineExpr> exprs;
  unsigned next = 1;
  for (int64_t dim = 0; dim < getRank(source); ++dim) {
    if (dim == *sliced)
      exprs.push_back(builder.getAffineDimExpr(0));
    else if (dropped[dim])
      exprs.push_back(builder.getAffineConstantExpr(0));
    else
      exprs.push_back(builder.getAffineDimExpr(next));
    next += !dropped[dim];
  }
  return StackedValue{source, AffineMap::get(getRank(values[0]) + 1, 0, exprs,
                                             builder.getContext())};
}

/// An argument of a function that says that it never changes.
static bool isParam(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto function =
      argument
          ? dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp())
          : FunctionOpInterface();
  return function && argument.getOwner()->isEntryBlock() &&
         function.getArgAttr(argument.getArgNumber(), "moe.param");
}

StackedValue ProgramStack::stackCopies(ArrayRef<Value> values) {
  auto type = cast<RankedTensorType>(values[0].getType());
  Value stacked = tensor::EmptyOp::create(builder, loc, getSizes(values[0]),
                                          type.getElementType());
  for (auto [e, value] : llvm::enumerate(values)) {
    SmallVector<OpFoldResult> sizes = getSizes(value);
    SmallVector<OpFoldResult> offsets(sizes.size(), builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
    offsets[0] = builder.getIndexAttr(e);
    sizes[0] = builder.getIndexAttr(1);
    stacked = tensor::InsertSliceOp::create(builder, loc, value, stacked,
                                            offsets, sizes, strides);
    if (type.hasStaticShape() && type.getElementType().isIntOrFloat() &&
        !value.getDefiningOp<arith::ConstantOp>() && !isParam(value))
      copiedBytes += type.getNumElements() *
                     llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  }
  return {stacked, getWholeMap(values[0])};
}

//===----------------------------------------------------------------------===//
// Slices and reshapes
//===----------------------------------------------------------------------===//

FailureOr<StackedValue> ProgramStack::stackSliced(ArrayRef<Value> values) {
  auto slice = values[0].getDefiningOp<tensor::ExtractSliceOp>();
  for (Value value : values) {
    auto other = value.getDefiningOp<tensor::ExtractSliceOp>();
    if (slice.getStaticOffsets() != other.getStaticOffsets() ||
        slice.getStaticSizes() != other.getStaticSizes() ||
        slice.getStaticStrides() != other.getStaticStrides())
      return fail("the experts take different slices");
  }
  SmallVector<Value> sources = getOperands(values, 0);
  auto stacked = stack(sources);
  if (failed(stacked))
    return failure();
  if (isUniform(*stacked))
    return StackedValue{values[0], getUniformMap(values[0])};
  auto prepend = [&](SmallVector<OpFoldResult> list, int64_t number) {
    list.insert(list.begin(), builder.getIndexAttr(number));
    return list;
  };
  Value result = tensor::ExtractSliceOp::create(
      builder, loc, materialize(*stacked, sources[0]),
      prepend(slice.getMixedOffsets(), 0),
      prepend(slice.getMixedSizes(), numPrograms),
      prepend(slice.getMixedStrides(), 1));
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  SmallVector<AffineExpr> exprs{builder.getAffineDimExpr(0)};
  unsigned next = 1;
  for (int64_t dim = 0; dim < getRank(sources[0]); ++dim)
    exprs.push_back(dropped[dim] ? builder.getAffineConstantExpr(0)
                                 : builder.getAffineDimExpr(next++));
  return StackedValue{result, AffineMap::get(getRank(values[0]) + 1, 0, exprs,
                                             builder.getContext())};
}

/// Only dimensions of size one come and go.
FailureOr<StackedValue> ProgramStack::stackReshape(ArrayRef<Value> values) {
  Operation *def = values[0].getDefiningOp();
  auto stacked = stack(getOperands(values, 0));
  if (failed(stacked))
    return failure();
  auto collapse = dyn_cast<tensor::CollapseShapeOp>(def);
  auto groups =
      collapse ? collapse.getReassociationIndices()
               : cast<tensor::ExpandShapeOp>(def).getReassociationIndices();
  auto wide = cast<RankedTensorType>(
      (collapse ? def->getOperand(0) : values[0]).getType());
  SmallVector<AffineExpr> exprs{builder.getAffineDimExpr(0)};
  for (auto [number, group] : llvm::enumerate(groups)) {
    auto large = llvm::make_filter_range(
        group, [&](int64_t dim) { return wide.getDimSize(dim) != 1; });
    if (llvm::range_size(large) > 1)
      return fail("a reshape mixes features");
    AffineExpr zero = builder.getAffineConstantExpr(0);
    if (!collapse)
      exprs.push_back(
          large.empty() ? zero : builder.getAffineDimExpr(*large.begin() + 1));
    else
      for (int64_t dim : group)
        exprs.push_back(wide.getDimSize(dim) == 1
                            ? zero
                            : builder.getAffineDimExpr(number + 1));
  }
  AffineMap view =
      AffineMap::get(getRank(values[0]) + 1, 0, exprs, builder.getContext());
  return StackedValue{stacked->value, stacked->map.compose(view)};
}
