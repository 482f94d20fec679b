//===- SlotValues.cpp - Ids and weights of slots as [T,K] -----------------===//

#include "SlotValues.h"

#include "ScalarFunction.h"
#include "ScatteredGate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// The factor of each slot
//===----------------------------------------------------------------------===//

void moe::peelFactor(SlotFactor &factor, int64_t numSlots) {
  Value value = factor.terms;
  Roles roles = factor.termRoles;
  while (Operation *def = value.getDefiningOp()) {
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def)) {
      auto source = getReshapeRoles(def, roles, numSlots);
      if (failed(source))
        return;
      value = def->getOperand(0);
      roles = *source;
      continue;
    }
    auto op = dyn_cast<linalg::LinalgOp>(def);
    if (!op)
      return;
    if (isElementwise(op, 1) &&
        skipFloatCasts(op.getBlock()->getTerminator()->getOperand(0)) ==
            op.getBlock()->getArgument(0) &&
        op.getMatchingIndexingMap(op.getDpsInputOperand(0)).isIdentity()) {
      value = op.getDpsInputs()[0];
      continue;
    }
    if (factor.weights || !isElementwise(op, 2))
      return;
    auto mul = skipFloatCasts(op.getBlock()->getTerminator()->getOperand(0))
                   .getDefiningOp<arith::MulFOp>();
    if (!mul)
      return;
    for (unsigned i : {0u, 1u}) {
      OpOperand &number = *op.getDpsInputOperand(i);
      OpOperand &row = *op.getDpsInputOperand(1 - i);
      Value a = skipFloatCasts(mul.getLhs()), b = skipFloatCasts(mul.getRhs());
      Value g = op.getBlock()->getArgument(i);
      Value y = op.getBlock()->getArgument(1 - i);
      if (!((a == g && b == y) || (a == y && b == g)))
        continue;
      auto numberRoles = getRolesThrough(op, number, roles);
      auto rowRoles = getRolesThrough(op, row, roles);
      if (failed(numberRoles) || failed(rowRoles))
        continue;
      auto numberType = cast<RankedTensorType>(number.get().getType());
      auto rowType = cast<RankedTensorType>(row.get().getType());
      bool perSlot = llvm::any_of(
          *numberRoles, [](Role role) { return role != Role::Feature; });
      if (!perSlot || !getFeatureDims(numberType, *numberRoles).empty() ||
          getFeatureDims(rowType, *rowRoles).empty())
        continue;
      factor = {row.get(), *rowRoles, number.get(), *numberRoles};
      return;
    }
    return;
  }
}

//===----------------------------------------------------------------------===//
// Lookups
//===----------------------------------------------------------------------===//

static bool isSameExpression(Value a, Value b) {
  if (a == b)
    return true;
  auto argA = dyn_cast<BlockArgument>(a), argB = dyn_cast<BlockArgument>(b);
  if (argA && argB)
    return argA.getArgNumber() == argB.getArgNumber();
  Operation *opA = a.getDefiningOp(), *opB = b.getDefiningOp();
  if (!opA || !opB || opA->getName() != opB->getName() ||
      opA->getNumOperands() != opB->getNumOperands() ||
      opA->getAttrDictionary() != opB->getAttrDictionary())
    return false;
  return llvm::all_of(
      llvm::zip_equal(opA->getOperands(), opB->getOperands()), [](auto pair) {
        return isSameExpression(std::get<0>(pair), std::get<1>(pair));
      });
}

bool moe::isSameIndex(const Lookup &a, const Lookup &b) {
  return isSameExpression(a.index, b.index);
}

//===----------------------------------------------------------------------===//
// Values of the form [T,K]
//===----------------------------------------------------------------------===//

/// A generic that reads `value` by `map` and converts each element.
static Value
mapElements(OpBuilder &builder, Location loc, Value value, AffineMap map,
            RankedTensorType type, ArrayRef<OpFoldResult> sizes,
            function_ref<Value(OpBuilder &, Location, Value)> convert) {
  Value empty =
      tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
  unsigned rank = type.getRank();
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), value, empty,
             ArrayRef<AffineMap>{map, builder.getMultiDimIdentityMap(rank)},
             SmallVector<utils::IteratorType>(rank,
                                              utils::IteratorType::parallel),
             [&](OpBuilder &b, Location l, ValueRange args) {
               linalg::YieldOp::create(b, l, convert(b, l, args[0]));
             })
      .getResult(0);
}

Value SlotValues::toTokenSlots(Value value, const Roles &roles) {
  // Look through what only regroups rows.
  Roles current = roles;
  while (Operation *def = value.getDefiningOp()) {
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def)) {
      auto source = getReshapeRoles(def, current, numSlots);
      if (failed(source))
        break;
      value = def->getOperand(0);
      current = *source;
      continue;
    }
    auto op = dyn_cast<linalg::LinalgOp>(def);
    if (op && isElementwise(op, 1) &&
        op.getBlock()->getTerminator()->getOperand(0) ==
            op.getBlock()->getArgument(0) &&
        cast<RankedTensorType>(op.getDpsInputs()[0].getType()).getRank() ==
            static_cast<int64_t>(current.size())) {
      auto source = getRolesThrough(op, *op.getDpsInputOperand(0), current);
      if (failed(source))
        break;
      value = op.getDpsInputs()[0];
      current = *source;
      continue;
    }
    break;
  }
  auto type = cast<RankedTensorType>(value.getType());
  Type element = type.getElementType().isF64() ? type.getElementType()
                                               : builder.getF32Type();
  if (!isa<FloatType>(type.getElementType()))
    element = type.getElementType();
  if (current == Roles{Role::Token, Role::Slot} &&
      type.getElementType() == element)
    return value;
  auto convert = [&](OpBuilder &b, Location l, Value v) -> Value {
    return v.getType() == element
               ? v
               : Value(arith::ExtFOp::create(b, l, element, v));
  };
  AffineExpr t = builder.getAffineDimExpr(0), j = builder.getAffineDimExpr(1);
  SmallVector<AffineExpr> exprs;
  OpFoldResult tokens;
  for (auto [dim, role] : llvm::enumerate(current)) {
    OpFoldResult size = tensor::getMixedSize(builder, loc, value, dim);
    std::optional<int64_t> fixed = getConstantIntValue(size);
    switch (role) {
    case Role::Token:
      exprs.push_back(t);
      tokens = size;
      break;
    case Role::Slot:
      exprs.push_back(j);
      break;
    case Role::Row:
    case Role::SlotRow:
      // One slot, or one token: rows are tokens, or slots.
      if (numSlots == 1 || (fixed && *fixed == numSlots)) {
        tokens = numSlots == 1 ? size : builder.getIndexAttr(1);
        exprs.push_back(numSlots == 1 ? t : j);
        break;
      }
      if (!fixed || *fixed % numSlots != 0)
        return nullptr;
      tokens = builder.getIndexAttr(*fixed / numSlots);
      exprs.push_back(role == Role::Row ? t * numSlots + j
                                        : j * (*fixed / numSlots) + t);
      break;
    case Role::Feature:
      exprs.push_back(builder.getAffineConstantExpr(0));
      break;
    }
  }
  if (tokens.isNull())
    return nullptr;
  if (type.getRank() == 2 && type.getElementType() == element &&
      type.getDimSize(1) == numSlots && (exprs[1] == j || numSlots == 1) &&
      (exprs[0] == t || getConstantIntValue(tokens) == 1))
    return value;
  auto result =
      RankedTensorType::get({ShapedType::kDynamic, numSlots}, element);
  AffineMap map = AffineMap::get(2, 0, exprs, builder.getContext());
  // A row index is no permutation of loops: read it through a reshape.
  if (llvm::any_of(exprs, [](AffineExpr e) {
        return !isa<AffineDimExpr, AffineConstantExpr>(e);
      })) {
    if (type.getRank() != 1)
      return nullptr;
    int64_t count = *getConstantIntValue(tokens);
    bool tokenMajor = current[0] == Role::Row;
    auto expanded = RankedTensorType::get(
        tokenMajor ? SmallVector<int64_t>{count, numSlots}
                   : SmallVector<int64_t>{numSlots, count},
        type.getElementType());
    value = tensor::ExpandShapeOp::create(
        builder, loc, expanded, value,
        SmallVector<ReassociationIndices>{{0, 1}});
    map = AffineMap::get(2, 0,
                         tokenMajor ? SmallVector<AffineExpr>{t, j}
                                    : SmallVector<AffineExpr>{j, t},
                         builder.getContext());
  }
  return mapElements(builder, loc, value, map, result,
                     {tokens, builder.getIndexAttr(numSlots)}, convert);
}

Value SlotValues::buildExpertIds(Value tokens) {
  SmallVector<OpFoldResult> sizes{tensor::getMixedSize(builder, loc, tokens, 0),
                                  builder.getIndexAttr(numSlots)};
  Value empty =
      tensor::EmptyOp::create(builder, loc, sizes, builder.getI32Type());
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), ValueRange(), empty,
             ArrayRef<AffineMap>{builder.getMultiDimIdentityMap(2)},
             SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
             [&](OpBuilder &b, Location l, ValueRange) {
               Value j = linalg::IndexOp::create(b, l, 1);
               linalg::YieldOp::create(
                   b, l,
                   arith::IndexCastOp::create(b, l, b.getI32Type(), j)
                       .getResult());
             })
      .getResult(0);
}

/// `ids`, if they are a gate's, perhaps as wider integers; they are never
/// negative.
static Value getGateIds(Value ids) {
  auto op = ids.getDefiningOp<linalg::LinalgOp>();
  if (op && isElementwise(op, 1) &&
      op.getMatchingIndexingMap(op.getDpsInputOperand(0)).isIdentity()) {
    Value yielded = op.getBlock()->getTerminator()->getOperand(0);
    while (Operation *def = yielded.getDefiningOp()) {
      if (!isa<arith::ExtSIOp, arith::IndexCastOp>(def))
        return nullptr;
      yielded = def->getOperand(0);
    }
    if (yielded != op.getBlock()->getArgument(0))
      return nullptr;
    ids = op.getDpsInputs()[0];
  }
  auto gate = ids.getDefiningOp<GateOp>();
  return gate && gate.getExperts() == ids ? ids : Value();
}

bool moe::isWrappedId(Value index, Value id) {
  while (Operation *def = index.getDefiningOp()) {
    if (!isa<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp>(def))
      break;
    index = def->getOperand(0);
  }
  if (index == id)
    return true;
  auto select = index.getDefiningOp<arith::SelectOp>();
  auto compare = select ? select.getCondition().getDefiningOp<arith::CmpIOp>()
                        : arith::CmpIOp();
  return compare && compare.getPredicate() == arith::CmpIPredicate::slt &&
         compare.getLhs() == id && matchPattern(compare.getRhs(), m_Zero()) &&
         select.getFalseValue() == id;
}

Value SlotValues::buildLookupIds(Lookup lookup) {
  BlockArgument argument;
  for (OpOperand *operand : lookup.op.getDpsInputOperands())
    if (operand->get() == lookup.ids)
      argument = lookup.op.getMatchingBlockArgument(operand);
  if (!argument)
    return nullptr;
  // The ids as `[T,K]`, then the op's own arithmetic on each.
  Value ids = toTokenSlots(lookup.ids, lookup.idRoles);
  if (!ids)
    return nullptr;
  auto idsType = cast<RankedTensorType>(ids.getType());
  if (idsType.getDimSize(1) != numSlots)
    return nullptr;
  if (Value gateIds = getGateIds(ids);
      gateIds && isWrappedId(lookup.index, argument))
    return gateIds;
  auto convert = [&](OpBuilder &b, Location l, Value id) -> Value {
    IRMapping mapping;
    mapping.map(argument, id);
    std::function<Value(Value)> clone = [&](Value v) -> Value {
      if (mapping.contains(v))
        return mapping.lookup(v);
      Operation *def = v.getDefiningOp();
      for (Value operand : def->getOperands())
        mapping.map(operand, clone(operand));
      b.clone(*def, mapping);
      return mapping.lookup(v);
    };
    return arith::IndexCastOp::create(b, l, b.getI32Type(),
                                      clone(lookup.index));
  };
  return mapElements(
      builder, loc, ids, builder.getMultiDimIdentityMap(2),
      RankedTensorType::get(idsType.getShape(), builder.getI32Type()),
      tensor::getMixedSizes(builder, loc, ids), convert);
}

Value SlotValues::buildOnes(Value ids) {
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, ids),
      builder.getF32Type());
  Value one =
      arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(1.0));
  return linalg::FillOp::create(builder, loc, one, empty).getResult(0);
}

std::string SlotValues::compact(Value &weights, Value &ids,
                                int64_t numExperts) {
  std::string why;
  auto gate = matchScatteredGate(builder, weights, why);
  if (failed(gate))
    return why;
  auto type = cast<RankedTensorType>(gate->weights.getType());
  auto element = cast<FloatType>(type.getElementType());
  if (type.isDynamicDim(1) || type.getDimSize(1) > numExperts)
    return "";
  AffineMap identity = builder.getMultiDimIdentityMap(2);
  weights = gate->weights;
  if (!element.isF32() && !element.isF64())
    weights = mapElements(
        builder, loc, weights, identity,
        RankedTensorType::get(type.getShape(), builder.getF32Type()),
        tensor::getMixedSizes(builder, loc, weights),
        [&](OpBuilder &b, Location l, Value v) -> Value {
          return arith::ExtFOp::create(b, l, b.getF32Type(), v);
        });
  if (Value gateIds = getGateIds(gate->experts)) {
    ids = gateIds;
    return "";
  }
  auto idsType = cast<RankedTensorType>(gate->experts.getType());
  ids = mapElements(
      builder, loc, gate->experts, identity,
      RankedTensorType::get(idsType.getShape(), builder.getI32Type()),
      tensor::getMixedSizes(builder, loc, gate->experts),
      [&](OpBuilder &b, Location l, Value id) -> Value {
        if (id.getType().isIndex())
          return arith::IndexCastOp::create(b, l, b.getI32Type(), id);
        return id.getType().isInteger(32)
                   ? id
                   : Value(arith::TruncIOp::create(b, l, b.getI32Type(), id));
      });
  return "";
}

Value SlotValues::fromTokenRows(Value rows, RankedTensorType type,
                                const Roles &roles) {
  auto rowsType = cast<RankedTensorType>(rows.getType());
  SmallVector<OpFoldResult> sizes;
  SmallVector<AffineExpr> exprs(2);
  bool plain = type.getRank() == 2;
  for (auto [dim, role] : llvm::enumerate(roles)) {
    if (role == Role::Token) {
      exprs[0] = builder.getAffineDimExpr(dim);
      sizes.push_back(tensor::getMixedSize(builder, loc, rows, 0));
      plain &= dim == 0;
    } else if (type.getDimSize(dim) == 1 && type.getRank() > 2) {
      sizes.push_back(builder.getIndexAttr(1));
    } else {
      exprs[1] = builder.getAffineDimExpr(dim);
      sizes.push_back(builder.getIndexAttr(rowsType.getDimSize(1)));
    }
  }
  Value result = rows;
  if (!plain)
    result = mapElements(
        builder, loc, rows,
        AffineMap::get(type.getRank(), 0, exprs, builder.getContext()), type,
        sizes, [](OpBuilder &, Location, Value v) { return v; });
  if (result.getType() != type)
    result = tensor::CastOp::create(builder, loc, type, result);
  return result;
}
