//===- ChoiceValues.cpp - Ids and weights of choices as [T,K] -------------===//

#include "ChoiceTerms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Columns
//===----------------------------------------------------------------------===//

/// The column of `[T,K]` that the choice ids of `mask` are, and its source.
static std::pair<Value, int64_t> getColumn(const ChoiceMask &mask) {
  AffineMap map = mask.idMap;
  auto type = cast<RankedTensorType>(mask.ids.getType());
  MLIRContext *context = map.getContext();
  bool isWhole = type.getRank() == 2 &&
                 map.getResult(0) == getAffineDimExpr(0, context) &&
                 type.getDimSize(1) == mask.numChoices;
  if (isWhole && mask.numChoices > 1)
    return {mask.ids, 0};
  auto slice = mask.ids.getDefiningOp<tensor::ExtractSliceOp>();
  if (!slice || slice.getSourceType().getRank() != 2 ||
      getConstantIntValue(slice.getMixedOffsets()[0]) != 0 ||
      getConstantIntValue(slice.getMixedSizes()[1]) != 1 ||
      !llvm::all_of(slice.getMixedStrides(), isOneInteger))
    return isWhole ? std::make_pair(mask.ids, int64_t(0))
                   : std::make_pair(Value(), int64_t(0));
  auto column = getConstantIntValue(slice.getMixedOffsets()[1]);
  return {column ? slice.getSource() : Value(), column.value_or(0)};
}

/// Elements of `type` as i32; what is no expert becomes -1.
static Value narrowId(OpBuilder &b, Location loc, Value id,
                      int64_t numExperts) {
  auto i32 = b.getI32Type();
  Type type = id.getType();
  if (type == i32)
    return id;
  if (type.isIntOrIndex() && !type.isIndex() &&
      type.getIntOrFloatBitWidth() < 32)
    return arith::ExtSIOp::create(b, loc, i32, id);
  Value count =
      arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, numExperts));
  Value inside =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, id, count);
  Value narrow = type.isIndex()
                     ? Value(arith::IndexCastOp::create(b, loc, i32, id))
                     : Value(arith::TruncIOp::create(b, loc, i32, id));
  Value none = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(-1));
  return arith::SelectOp::create(b, loc, inside, narrow, none);
}

Value ChoiceValues::buildTermIds(const ChoiceTerm &term, int64_t numExperts) {
  const ChoiceMask &m = term.mask;
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, tokens, 0),
                                  builder.getIndexAttr(m.numChoices)};
  Value empty =
      tensor::EmptyOp::create(builder, loc, sizes, builder.getI32Type());
  SmallVector<Value> inputs{m.ids};
  SmallVector<AffineMap> maps{m.idMap};
  if (m.live) {
    inputs.push_back(m.live);
    maps.push_back(m.liveMap);
  }
  maps.push_back(builder.getMultiDimIdentityMap(2));
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), inputs, empty, maps,
             SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
             [&](OpBuilder &b, Location l, ValueRange args) {
               Value id = narrowId(b, l, args[0], numExperts);
               if (m.live) {
                 Value none =
                     arith::ConstantOp::create(b, l, b.getI32IntegerAttr(-1));
                 id = arith::SelectOp::create(b, l, args[1], id, none);
               }
               linalg::YieldOp::create(b, l, id);
             })
      .getResult(0);
}

Value ChoiceValues::buildColumns(function_ref<Value(const ChoiceTerm &)> build,
                                 Type element) {
  if (terms.size() == 1)
    return build(terms[0]);
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, tokens, 0),
                                  builder.getIndexAttr(terms.size())};
  Value all = tensor::EmptyOp::create(builder, loc, sizes, element);
  OpFoldResult one = builder.getIndexAttr(1);
  for (auto [k, term] : llvm::enumerate(terms))
    all = tensor::InsertSliceOp::create(
        builder, loc, build(term), all,
        ArrayRef<OpFoldResult>{builder.getIndexAttr(0),
                               builder.getIndexAttr(k)},
        ArrayRef<OpFoldResult>{sizes[0], one},
        ArrayRef<OpFoldResult>{one, one});
  return all;
}

Value ChoiceValues::buildIds(int64_t numExperts) {
  // All columns of one tensor, in order, are that tensor.
  Value source = getColumn(terms[0].mask).first;
  int64_t next = 0;
  for (const ChoiceTerm &term : terms) {
    auto [tensor, column] = getColumn(term.mask);
    if (!tensor || tensor != source || column != next || term.mask.live)
      source = nullptr;
    next += term.mask.numChoices;
  }
  if (source) {
    auto type = cast<RankedTensorType>(source.getType());
    if (type.getDimSize(1) == next && type.getElementType().isInteger(32))
      return source;
  }
  return buildColumns(
      [&](const ChoiceTerm &term) { return buildTermIds(term, numExperts); },
      builder.getI32Type());
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {
/// A formula in the body of a generic: tensors are operands, ops are copied.
class FormulaEmitter {
public:
  /// Collects the tensors that `expr` reads; false where it is not made of
  /// tensors, ops and numbers.
  bool collect(const TensorExprRef &expr) {
    if (getTensor(expr).first) {
      inputs.push_back(getTensor(expr));
      return isa<FloatType>(
          getElementTypeOrSelf(inputs.back().first.getType()));
    }
    if (expr->kind == TensorExpr::Kind::Constant)
      return true;
    return expr->kind == TensorExpr::Kind::Op &&
           isa<FloatType>(expr->value.getType()) &&
           llvm::all_of(expr->children, [&](const TensorExprRef &child) {
             return collect(child);
           });
  }
  /// The value of `expr`, as `type`; `next` counts the tensors that were read.
  Value emit(OpBuilder &b, Location loc, const TensorExprRef &expr, Type type,
             ValueRange args, unsigned &next) {
    Value value;
    if (getTensor(expr).first) {
      value = args[next++];
    } else if (expr->kind == TensorExpr::Kind::Constant) {
      return arith::ConstantOp::create(b, loc,
                                       b.getFloatAttr(type, expr->number));
    } else {
      Operation *op = expr->value.getDefiningOp();
      IRMapping mapping;
      for (auto [operand, child] :
           llvm::zip_equal(op->getOperands(), expr->children))
        mapping.map(operand,
                    emit(b, loc, child, operand.getType(), args, next));
      value = b.clone(*op, mapping)->getResult(0);
    }
    auto from = cast<FloatType>(value.getType());
    auto to = cast<FloatType>(type);
    if (from.getWidth() < to.getWidth())
      return arith::ExtFOp::create(b, loc, to, value);
    return from == to ? value : arith::TruncFOp::create(b, loc, to, value);
  }

  SmallVector<std::pair<Value, AffineMap>> inputs;

private:
  /// The tensor whose element `expr` is, with its map, or null.
  static std::pair<Value, AffineMap> getTensor(const TensorExprRef &expr) {
    if (expr->kind == TensorExpr::Kind::Leaf)
      return {expr->value, expr->map};
    if (expr->kind == TensorExpr::Kind::Constant)
      return {nullptr, {}};
    return {expr->tensor, expr->tensorMap};
  }
};
} // namespace

Value ChoiceValues::buildTermWeights(const ChoiceTerm &term) {
  FormulaEmitter emitter;
  for (const TensorExprRef &factor : term.weights)
    if (!emitter.collect(factor))
      return nullptr;
  // Loops: token, choice, expert. What differs between experts is read at the
  // choice's own.
  MLIRContext *context = builder.getContext();
  AffineExpr t = builder.getAffineDimExpr(0), e = builder.getAffineDimExpr(2);
  bool readsExpert = false;
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (auto [tensor, map] : emitter.inputs) {
    SmallVector<AffineExpr> exprs;
    for (AffineExpr index : map.getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(index);
      if (!dim)
        exprs.push_back(index);
      else if (dim.getPosition() == mask.t)
        exprs.push_back(t);
      else if (dim.getPosition() == mask.e)
        exprs.push_back(e), readsExpert = true;
      else
        return nullptr;
    }
    inputs.push_back(tensor);
    maps.push_back(AffineMap::get(3, 0, exprs, context));
  }
  Type sumType = element.isF64() ? element : builder.getF32Type();
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, tokens, 0),
                                  builder.getIndexAttr(term.mask.numChoices)};
  Value init = tensor::EmptyOp::create(builder, loc, sizes, sumType);
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  AffineMap idMap = term.mask.idMap;
  if (readsExpert) {
    Value zero =
        arith::ConstantOp::create(builder, loc, builder.getZeroAttr(sumType));
    init = linalg::FillOp::create(builder, loc, zero, init).getResult(0);
    iterators.push_back(utils::IteratorType::reduction);
    inputs.push_back(term.mask.ids);
    maps.push_back(AffineMap::get(3, 0, idMap.getResults(), context));
  }
  maps.push_back(
      AffineMap::get(3, 0, {t, builder.getAffineDimExpr(1)}, context));
  if (!readsExpert)
    for (AffineMap &map : maps)
      map = AffineMap::get(2, 0, map.getResults(), context);
  return linalg::GenericOp::create(
             builder, loc, init.getType(), inputs, init, maps, iterators,
             [&](OpBuilder &b, Location l, ValueRange args) {
               unsigned next = 0;
               Value weight;
               for (const TensorExprRef &factor : term.weights) {
                 Value v = emitter.emit(b, l, factor, sumType, args, next);
                 weight = weight ? arith::MulFOp::create(b, l, weight, v) : v;
               }
               if (!weight)
                 weight = arith::ConstantOp::create(
                     b, l, b.getFloatAttr(sumType, 1.0));
               if (element != sumType) {
                 weight = arith::TruncFOp::create(b, l, element, weight);
                 weight = arith::ExtFOp::create(b, l, sumType, weight);
               }
               if (readsExpert) {
                 Value id = args[args.size() - 2],
                       index = linalg::IndexOp::create(b, l, 2);
                 if (!id.getType().isIndex())
                   index =
                       arith::IndexCastOp::create(b, l, id.getType(), index);
                 Value isOwn = arith::CmpIOp::create(
                     b, l, arith::CmpIPredicate::eq, id, index);
                 Value zero =
                     arith::ConstantOp::create(b, l, b.getZeroAttr(sumType));
                 weight = arith::AddFOp::create(
                     b, l, args.back(),
                     arith::SelectOp::create(b, l, isOwn, weight, zero));
               }
               linalg::YieldOp::create(b, l, weight);
             })
      .getResult(0);
}

Value ChoiceValues::buildWeights(std::string &why) {
  bool known = true;
  Type sumType = element.isF64() ? element : builder.getF32Type();
  // One product may be the whole term: nothing is built before all are known.
  for (const ChoiceTerm &term : terms)
    for (const TensorExprRef &factor : term.weights)
      known &= FormulaEmitter().collect(factor);
  if (!known || !isa<FloatType>(element)) {
    why = "the weights of choices are not numbers of the program";
    return nullptr;
  }
  return buildColumns(
      [&](const ChoiceTerm &term) { return buildTermWeights(term); }, sumType);
}
