//===- RegionProgram.cpp - The region of an expert, written out -----------===//

#include "RegionProgram.h"

#include "StackPrograms.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static std::string nameOf(Value value) {
  Operation *op = value.getDefiningOp();
  return op ? "'" + op->getName().getStringRef().str() + "'" : "an argument";
}

RegionProgram::RegionProgram(ExpertOp expert, ArrayRef<Value> rows)
    : expert(expert), rows(rows), params(expert.getParams().size()) {
  for (Value input : rows) {
    int64_t size = cast<RankedTensorType>(input.getType()).getDimSize(0);
    if (ShapedType::isStatic(size))
      tokens = size;
  }
}

bool RegionProgram::differ(const Twine &found, const Twine &expected) {
  if (difference.empty())
    difference = (found + " where experts have " + expected).str();
  return false;
}

/// Where the program states the number of tokens, the region does not.
bool RegionProgram::isSameType(Type inner, Type outer) {
  auto x = dyn_cast<RankedTensorType>(inner);
  auto y = dyn_cast<RankedTensorType>(outer);
  if (!x || !y || x.getElementType() != y.getElementType() ||
      x.getRank() != y.getRank())
    return inner == outer;
  return llvm::all_of(
      llvm::zip_equal(x.getShape(), y.getShape()), [&](auto sizes) {
        auto [p, q] = sizes;
        return p == q || (ShapedType::isDynamic(p) && q == tokens);
      });
}

bool RegionProgram::compare(Value inner, Value outer) {
  while (auto cast = outer.getDefiningOp<tensor::CastOp>()) {
    ops.insert(cast);
    outer = cast.getSource();
  }
  std::pair<Value, Value> key{stripCasts(inner), outer};
  auto it = seen.find(key);
  if (it != seen.end())
    return it->second;
  bool result = compareNew(key.first, key.second);
  seen[key] = result;
  return result;
}

bool RegionProgram::compareArgument(BlockArgument inner, Value outer) {
  size_t i = inner.getArgNumber();
  if (i < rows.size())
    return stripCasts(rows[i]) == outer || differ("other rows", "theirs");
  i -= rows.size();
  if (i >= params.size())
    return stripCasts(expert.getShared()[i - params.size()]) == outer ||
           differ("another value", "one that all share");
  if (!params[i])
    params[i] = outer;
  return params[i] == outer ||
         differ("two parameters", "the same parameter twice");
}

bool RegionProgram::compareSizes(tensor::EmptyOp inner, tensor::EmptyOp outer) {
  for (auto [p, q] :
       llvm::zip_equal(inner.getMixedSizes(), outer.getMixedSizes())) {
    auto x = dyn_cast<Value>(p), y = dyn_cast<Value>(q);
    if (x && y && !compare(x, y))
      return false;
  }
  return true;
}

bool RegionProgram::compareStructured(linalg::LinalgOp inner,
                                      linalg::LinalgOp outer) {
  llvm::MapVector<Value, Attribute> constants;
  if (inner.getIndexingMapsArray() != outer.getIndexingMapsArray() ||
      inner.getIteratorTypesArray() != outer.getIteratorTypesArray() ||
      !matchBodies(*inner.getBlock(), *outer.getBlock(), constants))
    return differ("another '" + inner->getName().getStringRef() + "'",
                  "theirs");
  for (auto [constant, other] : constants) {
    Attribute own;
    if (!matchPattern(constant, m_Constant(&own)) || own != other)
      return differ("another constant", "theirs");
  }
  return llvm::all_of(
      llvm::zip_equal(inner->getOperands(), outer->getOperands()),
      [&](auto pair) { return compare(std::get<0>(pair), std::get<1>(pair)); });
}

bool RegionProgram::compareNew(Value inner, Value outer) {
  if (!isSameType(inner.getType(), outer.getType()))
    return differ(print(outer.getType()), print(inner.getType()));
  if (auto argument = dyn_cast<BlockArgument>(inner))
    return compareArgument(argument, outer);
  if (isSameConstant(inner, outer))
    return true;
  Operation *x = inner.getDefiningOp(), *y = outer.getDefiningOp();
  if (!y || x->getName() != y->getName() ||
      (!isa<tensor::EmptyOp>(x) &&
       x->getNumOperands() != y->getNumOperands()) ||
      cast<OpResult>(inner).getResultNumber() !=
          cast<OpResult>(outer).getResultNumber())
    return differ(nameOf(outer), nameOf(inner));
  if (x->hasTrait<OpTrait::ConstantLike>())
    return differ("another constant", "theirs");
  ops.insert(y);
  if (auto empty = dyn_cast<tensor::EmptyOp>(x))
    return compareSizes(empty, cast<tensor::EmptyOp>(y));
  if (auto structured = dyn_cast<linalg::LinalgOp>(x))
    return compareStructured(structured, cast<linalg::LinalgOp>(y));
  // What else has effects or a region is not looked into.
  if (x->getNumRegions() != 0 || !isMemoryEffectFree(x) ||
      isa_and_nonnull<MoeDialect>(x->getDialect()) ||
      x->getAttrDictionary() != y->getAttrDictionary())
    return differ("another " + nameOf(outer), "theirs");
  return llvm::all_of(
      llvm::zip_equal(x->getOperands(), y->getOperands()),
      [&](auto pair) { return compare(std::get<0>(pair), std::get<1>(pair)); });
}
