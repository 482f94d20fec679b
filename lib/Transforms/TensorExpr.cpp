//===- TensorExpr.cpp - A tensor as an expression in its indices ----------===//

#include "TensorExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

bool TensorExpr::isOp(StringRef name) const {
  return kind == Kind::Op &&
         value.getDefiningOp()->getName().getStringRef() == name;
}

/// An index into dimension `dim` of the leaf `expr` can only be 0.
static bool isUnit(const TensorExpr &expr, unsigned dim) {
  auto type = dyn_cast<RankedTensorType>(expr.value.getType());
  return type && type.getDimSize(dim) == 1;
}

bool TensorExpr::isLeafAt(ArrayRef<unsigned> dims) const {
  if (kind != Kind::Leaf || map.getNumResults() != dims.size())
    return false;
  for (auto [index, dim] : llvm::enumerate(dims))
    if (map.getResult(index) != getAffineDimExpr(dim, map.getContext()) &&
        !isUnit(*this, index))
      return false;
  return true;
}

static std::optional<double> getNumber(Attribute attr) {
  if (auto number = dyn_cast<FloatAttr>(attr))
    return number.getValueAsDouble();
  if (auto number = dyn_cast<IntegerAttr>(attr))
    return number.getType().isInteger(1)
               ? static_cast<double>(number.getValue().getZExtValue())
               : static_cast<double>(number.getValue().getSExtValue());
  return std::nullopt;
}

namespace {
/// Builds expressions. `map` takes the root's indices (and those of reductions
/// around, which come after) to the indices of a value.
class ExprBuilder {
public:
  ExprBuilder(unsigned rank, MLIRContext *context,
              function_ref<bool(Value)> stop)
      : numDims(rank), context(context), stop(stop) {}

  TensorExprRef build(Value value, AffineMap map);

private:
  TensorExprRef leaf(Value value, AffineMap map);
  TensorExprRef constant(double number);
  TensorExprRef buildLinalg(linalg::LinalgOp op, unsigned result,
                            AffineMap map);
  TensorExprRef buildScalar(linalg::LinalgOp op, Value scalar,
                            ArrayRef<AffineExpr> loops);
  AffineMap withDims(AffineMap map) const {
    return AffineMap::get(numDims, 0, map.getResults(), context);
  }

  /// `node` with its size, or null where it is larger than any formula.
  static TensorExprRef finish(std::shared_ptr<TensorExpr> node);

  unsigned numDims;
  MLIRContext *context;
  function_ref<bool(Value)> stop;
  DenseMap<std::pair<Value, AffineMap>, TensorExprRef> known;
};
} // namespace

static std::shared_ptr<TensorExpr> makeNode(TensorExpr::Kind kind) {
  auto node = std::make_shared<TensorExpr>();
  node->kind = kind;
  return node;
}

/// Softmax of sigmoids of a sum has some dozen nodes. Walks over expressions
/// visit shared nodes once for each use, so their number must be bounded.
static constexpr int64_t kMaxNodes = 1024;

TensorExprRef ExprBuilder::finish(std::shared_ptr<TensorExpr> node) {
  for (const TensorExprRef &child : node->children)
    node->size += child->size;
  return node->size <= kMaxNodes ? node : nullptr;
}

TensorExprRef ExprBuilder::constant(double number) {
  auto node = makeNode(TensorExpr::Kind::Constant);
  node->number = number;
  return node;
}

TensorExprRef ExprBuilder::leaf(Value value, AffineMap map) {
  SplatElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)))
    if (auto number = getNumber(elements.getSplatValue<Attribute>()))
      return constant(*number);
  auto node = makeNode(TensorExpr::Kind::Leaf);
  node->value = value;
  node->map = map;
  return node;
}

/// Results of `map` for the dimensions that are not of size one in `groups`'
/// many-side, moved between the two sides of a reshape of unit dimensions.
static FailureOr<SmallVector<AffineExpr>>
reshapeExprs(ArrayRef<ReassociationIndices> groups, RankedTensorType many,
             ArrayRef<AffineExpr> exprs, bool toMany, MLIRContext *context) {
  AffineExpr zero = getAffineConstantExpr(0, context);
  SmallVector<AffineExpr> result;
  if (toMany)
    result.assign(many.getRank(), zero);
  for (auto [index, group] : llvm::enumerate(groups)) {
    SmallVector<int64_t> wide;
    for (int64_t dim : group)
      if (many.getDimSize(dim) != 1)
        wide.push_back(dim);
    if (wide.size() > 1)
      return failure();
    if (toMany) {
      if (!wide.empty())
        result[wide[0]] = exprs[index];
    } else {
      result.push_back(wide.empty() ? zero : exprs[wide[0]]);
    }
  }
  return result;
}

TensorExprRef ExprBuilder::build(Value value, AffineMap map) {
  map = simplifyAffineMap(map);
  auto result = dyn_cast<OpResult>(value);
  if (!result || stop(value))
    return leaf(value, map);
  Operation *def = result.getOwner();
  if (auto op = dyn_cast<tensor::CastOp>(def))
    return build(op.getSource(), map);
  if (auto op = dyn_cast<tensor::ExpandShapeOp>(def)) {
    auto exprs = reshapeExprs(op.getReassociationIndices(), op.getResultType(),
                              map.getResults(), /*toMany=*/false, context);
    return failed(exprs) ? leaf(value, map)
                         : build(op.getSrc(),
                                 AffineMap::get(numDims, 0, *exprs, context));
  }
  if (auto op = dyn_cast<tensor::CollapseShapeOp>(def)) {
    auto exprs = reshapeExprs(op.getReassociationIndices(), op.getSrcType(),
                              map.getResults(), /*toMany=*/true, context);
    return failed(exprs) ? leaf(value, map)
                         : build(op.getSrc(),
                                 AffineMap::get(numDims, 0, *exprs, context));
  }
  if (auto op = dyn_cast<linalg::FillOp>(def)) {
    Attribute attr;
    if (matchPattern(op.value(), m_Constant(&attr)))
      if (auto number = getNumber(attr))
        return constant(*number);
    return leaf(value, map);
  }
  auto [entry, isNew] = known.try_emplace({value, map});
  if (!isNew)
    return entry->second;
  TensorExprRef expr;
  if (auto op = dyn_cast<linalg::LinalgOp>(def))
    if (op.hasPureTensorSemantics())
      expr = buildLinalg(op, result.getResultNumber(), map);
  if (!expr)
    return known[{value, map}] = leaf(value, map);
  auto element = std::make_shared<TensorExpr>(*expr);
  element->tensor = value;
  element->tensorMap = map;
  return known[{value, map}] = element;
}

TensorExprRef ExprBuilder::buildLinalg(linalg::LinalgOp op, unsigned result,
                                       AffineMap map) {
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(result));
  if (!out.isProjectedPermutation(/*allowZeroInResults=*/true))
    return nullptr;
  SmallVector<AffineExpr> loops(op.getNumLoops());
  for (auto [expr, index] : llvm::zip_equal(out.getResults(), map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      loops[dim.getPosition()] = index;
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  Value yielded = op.getBlock()->getTerminator()->getOperand(result);
  if (reductions.empty()) {
    if (llvm::any_of(loops, [](AffineExpr e) { return !e; }))
      return nullptr;
    return buildScalar(op, yielded, loops);
  }
  // One reduction by a sum or a maximum, from its neutral element.
  if (reductions.size() != 1)
    return nullptr;
  while (Operation *def = yielded.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp>(def))
      break;
    yielded = def->getOperand(0);
  }
  Operation *combiner = yielded.getDefiningOp();
  bool sum = isa_and_nonnull<arith::AddFOp, arith::AddIOp>(combiner);
  if (!sum && !isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(combiner))
    return nullptr;
  Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(result));
  Value term = combiner->getOperand(0) == accumulator ? combiner->getOperand(1)
               : combiner->getOperand(1) == accumulator
                   ? combiner->getOperand(0)
                   : Value();
  auto fill = op.getDpsInits()[result].getDefiningOp<linalg::FillOp>();
  Attribute start;
  if (!term || !fill || !matchPattern(fill.value(), m_Constant(&start)))
    return nullptr;
  std::optional<double> first = getNumber(start);
  if (!first || (sum ? *first != 0.0 : !(*first < -3.0e38)))
    return nullptr;
  auto node = makeNode(sum ? TensorExpr::Kind::Sum : TensorExpr::Kind::Maximum);
  node->dim = numDims;
  node->extent = op.getStaticLoopRanges()[reductions[0]];
  loops[reductions[0]] = getAffineDimExpr(numDims, context);
  ++numDims;
  TensorExprRef child = llvm::any_of(loops, [](AffineExpr e) { return !e; })
                            ? nullptr
                            : buildScalar(op, term, loops);
  --numDims;
  if (!child)
    return nullptr;
  node->children.push_back(child);
  return finish(node);
}

TensorExprRef ExprBuilder::buildScalar(linalg::LinalgOp op, Value scalar,
                                       ArrayRef<AffineExpr> loops) {
  if (auto argument = dyn_cast<BlockArgument>(scalar)) {
    if (argument.getOwner() != op.getBlock())
      return nullptr;
    OpOperand *operand = op.getMatchingOpOperand(argument);
    if (!isa<RankedTensorType>(operand->get().getType())) {
      FloatAttr attr;
      if (!matchPattern(operand->get(), m_Constant(&attr)))
        return nullptr;
      return constant(attr.getValueAsDouble());
    }
    AffineMap map = op.getMatchingIndexingMap(operand);
    SmallVector<AffineExpr> exprs;
    for (AffineExpr expr : map.getResults())
      exprs.push_back(expr.replaceDims(loops));
    return build(operand->get(), AffineMap::get(numDims, 0, exprs, context));
  }
  Operation *def = scalar.getDefiningOp();
  bool isSignedTruth = isa<arith::ExtSIOp>(def) && // -1
                       def->getOperand(0).getType().isInteger(1);
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::IndexCastOp, arith::ExtSIOp,
          arith::TruncIOp, arith::ExtUIOp>(def) &&
      !isSignedTruth)
    return buildScalar(op, def->getOperand(0), loops);
  Attribute attr;
  if (matchPattern(scalar, m_Constant(&attr))) {
    std::optional<double> number = getNumber(attr);
    return number ? constant(*number) : nullptr;
  }
  if (def->getBlock() != op.getBlock())
    return nullptr;
  if (auto index = dyn_cast<linalg::IndexOp>(def)) {
    auto dim = dyn_cast<AffineDimExpr>(loops[index.getDim()]);
    if (!dim)
      return nullptr;
    auto node = makeNode(TensorExpr::Kind::Index);
    node->dim = dim.getPosition();
    return node;
  }
  if (!isPure(def) || def->getNumResults() != 1 || def->getNumRegions() != 0 ||
      isa<tensor::ExtractOp>(def))
    return nullptr;
  auto node = makeNode(TensorExpr::Kind::Op);
  node->value = scalar;
  for (Value operand : def->getOperands()) {
    TensorExprRef child = buildScalar(op, operand, loops);
    if (!child)
      return nullptr;
    node->children.push_back(child);
  }
  return finish(node);
}

TensorExprRef moe::buildTensorExpr(Value value,
                                   function_ref<bool(Value)> stop) {
  auto type = cast<RankedTensorType>(value.getType());
  return ExprBuilder(type.getRank(), value.getContext(), stop)
      .build(value, AffineMap::getMultiDimIdentityMap(type.getRank(),
                                                      value.getContext()));
}

bool moe::isSameExpr(const TensorExprRef &a, const TensorExprRef &b) {
  if (a == b)
    return true;
  if (a->kind != b->kind || a->dim != b->dim || a->extent != b->extent ||
      a->number != b->number || a->children.size() != b->children.size())
    return false;
  if (a->kind == TensorExpr::Kind::Leaf)
    return a->value == b->value &&
           llvm::all_of(llvm::seq(a->map.getNumResults()), [&](unsigned dim) {
             return isUnit(*a, dim) ||
                    a->map.getResult(dim) == b->map.getResult(dim);
           });
  if (a->kind == TensorExpr::Kind::Op) {
    Operation *x = a->value.getDefiningOp(), *y = b->value.getDefiningOp();
    if (x->getName() != y->getName() ||
        x->getAttrDictionary() != y->getAttrDictionary())
      return false;
  }
  return llvm::all_of(llvm::zip_equal(a->children, b->children), [](auto pair) {
    return isSameExpr(std::get<0>(pair), std::get<1>(pair));
  });
}
