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

TensorExprRef ExprBuilder::leaf(Value value, AffineMap map) {
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant)))
    if (auto elements = dyn_cast<SplatElementsAttr>(constant))
      if (isa<FloatType>(elements.getElementType())) {
        auto node = makeNode(TensorExpr::Kind::Constant);
        node->number = elements.getSplatValue<FloatAttr>().getValueAsDouble();
        return node;
      }
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
    FloatAttr attr;
    if (matchPattern(op.value(), m_Constant(&attr))) {
      auto node = makeNode(TensorExpr::Kind::Constant);
      node->number = attr.getValueAsDouble();
      return node;
    }
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
    expr = leaf(value, map);
  return known[{value, map}] = expr;
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
  bool sum = isa_and_nonnull<arith::AddFOp>(combiner);
  if (!sum && !isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(combiner))
    return nullptr;
  Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(result));
  Value term = combiner->getOperand(0) == accumulator ? combiner->getOperand(1)
               : combiner->getOperand(1) == accumulator
                   ? combiner->getOperand(0)
                   : Value();
  auto fill = op.getDpsInits()[result].getDefiningOp<linalg::FillOp>();
  FloatAttr start;
  if (!term || !fill || !matchPattern(fill.value(), m_Constant(&start)))
    return nullptr;
  double first = start.getValueAsDouble();
  if (sum ? first != 0.0 : !(first < -3.0e38))
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
      auto node = makeNode(TensorExpr::Kind::Constant);
      node->number = attr.getValueAsDouble();
      return node;
    }
    AffineMap map = op.getMatchingIndexingMap(operand);
    SmallVector<AffineExpr> exprs;
    for (AffineExpr expr : map.getResults())
      exprs.push_back(expr.replaceDims(loops));
    return build(operand->get(), AffineMap::get(numDims, 0, exprs, context));
  }
  Operation *def = scalar.getDefiningOp();
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::IndexCastOp, arith::ExtSIOp,
          arith::TruncIOp, arith::ExtUIOp>(def))
    return buildScalar(op, def->getOperand(0), loops);
  Attribute constant;
  if (matchPattern(scalar, m_Constant(&constant))) {
    auto node = makeNode(TensorExpr::Kind::Constant);
    if (auto number = dyn_cast<FloatAttr>(constant))
      node->number = number.getValueAsDouble();
    else if (auto number = dyn_cast<IntegerAttr>(constant))
      node->number = static_cast<double>(number.getInt());
    else
      return nullptr;
    return node;
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
