//===- ComparePrograms.cpp - Are two programs alike? ----------------------===//

#include "StackPrograms.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::isOwnTensor(Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return false;
  Operation *def = value.getDefiningOp();
  return !def || def->hasTrait<OpTrait::ConstantLike>();
}

bool moe::isSameConstant(Value a, Value b) {
  Attribute x, y;
  return a.getType() == b.getType() && matchPattern(a, m_Constant(&x)) &&
         matchPattern(b, m_Constant(&y)) && x == y;
}

std::optional<int64_t> moe::findSlicedDim(Value a, Value b) {
  auto x = a.getDefiningOp<tensor::ExtractSliceOp>();
  auto y = b.getDefiningOp<tensor::ExtractSliceOp>();
  if (!x || !y || x.getSource() != y.getSource() ||
      x.getType() != y.getType() || x.getMixedStrides() != y.getMixedStrides())
    return std::nullopt;
  std::optional<int64_t> sliced;
  for (int64_t dim = 0; dim < x.getSourceType().getRank(); ++dim) {
    if (x.getMixedSizes()[dim] != y.getMixedSizes()[dim])
      return std::nullopt;
    OpFoldResult from = x.getMixedOffsets()[dim], to = y.getMixedOffsets()[dim];
    if (from == to)
      continue;
    if (sliced || !getConstantIntValue(from) || !getConstantIntValue(to))
      return std::nullopt;
    sliced = dim;
  }
  return sliced;
}

bool moe::matchBodies(Block &a, Block &b,
                      llvm::MapVector<Value, Attribute> &constants) {
  if (a.getArgumentTypes() != b.getArgumentTypes() ||
      a.getOperations().size() != b.getOperations().size())
    return false;
  llvm::DenseMap<Value, Value> same;
  for (auto [x, y] : llvm::zip_equal(a.getArguments(), b.getArguments()))
    same[x] = y;
  auto isSame = [&](Value x, Value y) {
    Attribute p, q;
    if (x.getType() == y.getType() && matchPattern(x, m_Constant(&p)) &&
        matchPattern(y, m_Constant(&q)))
      return constants.insert({x, q}).first->second == q;
    auto it = same.find(x);
    return it == same.end() ? x == y : it->second == y;
  };
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    if (x.getName() != y.getName() || x.getNumRegions() != 0 ||
        x.getResultTypes() != y.getResultTypes() ||
        x.getNumOperands() != y.getNumOperands())
      return false;
    if (x.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (x.getAttrDictionary() != y.getAttrDictionary())
      return false;
    for (auto [p, q] : llvm::zip_equal(x.getOperands(), y.getOperands()))
      if (!isSame(p, q))
        return false;
    for (auto [p, q] : llvm::zip_equal(x.getResults(), y.getResults()))
      same[p] = q;
  }
  return true;
}

bool ProgramComparison::differ(Value a, Value b) {
  auto name = [](Value value) -> std::string {
    Operation *def = value.getDefiningOp();
    return def ? ("'" + def->getName().getStringRef() + "'").str()
               : "an argument";
  };
  if (difference.empty())
    difference = name(a) + " and " + name(b);
  return false;
}

bool ProgramComparison::compare(Value a, Value b) {
  if (a == b)
    return true;
  auto it = seen.find({a, b});
  if (it != seen.end())
    return it->second;
  bool result = compareNew(a, b);
  seen[{a, b}] = result;
  return result;
}

bool ProgramComparison::compareNew(Value a, Value b) {
  if (a.getType() != b.getType())
    return differ(a, b);
  if (std::optional<int64_t> dim = findSlicedDim(a, b)) {
    auto x = a.getDefiningOp<tensor::ExtractSliceOp>();
    auto y = b.getDefiningOp<tensor::ExtractSliceOp>();
    if (!numbers && getConstantIntValue(x.getMixedSizes()[*dim]) == 1)
      numbers = {*getConstantIntValue(x.getMixedOffsets()[*dim]),
                 *getConstantIntValue(y.getMixedOffsets()[*dim])};
    return true;
  }
  if ((isOwnTensor(a) && isOwnTensor(b)) || isSameConstant(a, b))
    return true;
  Operation *x = a.getDefiningOp(), *y = b.getDefiningOp();
  if (!x || !y || x->getName() != y->getName() ||
      x->getNumOperands() != y->getNumOperands() ||
      cast<OpResult>(a).getResultNumber() !=
          cast<OpResult>(b).getResultNumber())
    return differ(a, b);
  if (isa<tensor::EmptyOp>(x))
    return true;
  auto linalgX = dyn_cast<linalg::LinalgOp>(x);
  if (!linalgX) {
    if (x->getNumRegions() != 0 ||
        x->getAttrDictionary() != y->getAttrDictionary())
      return differ(a, b);
    bool same = true; // look at all operands: they may tell the numbers
    for (auto [p, q] : llvm::zip_equal(x->getOperands(), y->getOperands()))
      same &= compare(p, q);
    return same;
  }
  auto linalgY = cast<linalg::LinalgOp>(y);
  llvm::MapVector<Value, Attribute> constants;
  bool same =
      linalgX.getIndexingMapsArray() == linalgY.getIndexingMapsArray() &&
      linalgX.getIteratorTypesArray() == linalgY.getIteratorTypesArray() &&
      x->getNumResults() == 1 && y->getNumResults() == 1 &&
      matchBodies(*linalgX.getBlock(), *linalgY.getBlock(), constants);
  if (!same)
    differ(a, b);
  for (auto [constant, other] : constants) {
    IntegerAttr p;
    auto q = dyn_cast<IntegerAttr>(other);
    if (!numbers && q && matchPattern(constant, m_Constant(&p)) && p != q)
      numbers = {p.getInt(), q.getInt()};
  }
  for (auto [p, q] : llvm::zip_equal(x->getOpOperands(), y->getOpOperands()))
    if (!linalgX.isDpsInit(&p) || linalgX.payloadUsesValueFromOperand(&p))
      same &= compare(p.get(), q.get());
  return same;
}
