//===- ScatteredGate.cpp - Dense gates made of few slots ------------------===//

#include "ScatteredGate.h"

#include "TensorExpr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// The function between a scatter and the gate
//===----------------------------------------------------------------------===//

/// The value of `expr` where its only leaf is `leaf`, or nothing.
static std::optional<double> evaluate(const TensorExprRef &expr, double leaf) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return leaf;
  if (expr->kind == TensorExpr::Kind::Constant)
    return expr->number;
  if (expr->kind != TensorExpr::Kind::Op)
    return std::nullopt;
  SmallVector<double> x;
  for (const TensorExprRef &child : expr->children) {
    std::optional<double> value = evaluate(child, leaf);
    if (!value)
      return std::nullopt;
    x.push_back(*value);
  }
  Operation *op = expr->value.getDefiningOp();
  if (isa<arith::NegFOp>(op))
    return -x[0];
  if (isa<math::ExpOp>(op))
    return std::exp(x[0]);
  if (isa<math::TanhOp>(op))
    return std::tanh(x[0]);
  if (isa<arith::AddFOp>(op))
    return x[0] + x[1];
  if (isa<arith::SubFOp>(op))
    return x[0] - x[1];
  if (isa<arith::MulFOp>(op))
    return x[0] * x[1];
  if (isa<arith::DivFOp>(op))
    return x[0] / x[1];
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    return std::fmax(x[0], x[1]);
  return std::nullopt;
}

/// All leaves of `expr` are `value` at its own indices.
static bool readsOnly(const TensorExprRef &expr, Value value) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return expr->value == value && expr->isLeafAt({0, 1});
  if (expr->kind != TensorExpr::Kind::Op &&
      expr->kind != TensorExpr::Kind::Constant)
    return false;
  return llvm::all_of(expr->children, [&](const TensorExprRef &child) {
    return readsOnly(child, value);
  });
}

/// The scalar of `expr` with `leaf` for its leaf.
static Value emit(OpBuilder &builder, Location loc, const TensorExprRef &expr,
                  Value leaf) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return leaf;
  if (expr->kind == TensorExpr::Kind::Constant)
    return arith::ConstantOp::create(
        builder, loc, builder.getFloatAttr(leaf.getType(), expr->number));
  Operation *op = expr->value.getDefiningOp();
  IRMapping mapping;
  for (auto [operand, child] :
       llvm::zip_equal(op->getOperands(), expr->children))
    mapping.map(operand, emit(builder, loc, child, leaf));
  Operation *clone = builder.clone(*op, mapping);
  clone->getResult(0).setType(leaf.getType());
  return clone->getResult(0);
}

//===----------------------------------------------------------------------===//
// Where a scatter writes
//===----------------------------------------------------------------------===//

/// The value of index arithmetic `value` of a generic over one loop, at `u`.
static std::optional<int64_t> evaluateIndex(Value value, int64_t u) {
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant.getInt();
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (isa<linalg::IndexOp>(op))
    return u;
  SmallVector<int64_t> x;
  for (Value operand : op->getOperands()) {
    std::optional<int64_t> number = evaluateIndex(operand, u);
    if (!number)
      return std::nullopt;
    x.push_back(*number);
  }
  if (isa<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp>(op))
    return x[0];
  if (isa<arith::AddIOp>(op))
    return x[0] + x[1];
  if (isa<arith::SubIOp>(op))
    return x[0] - x[1];
  if (isa<arith::MulIOp>(op))
    return x[0] * x[1];
  if (isa<arith::RemSIOp, arith::RemUIOp>(op) && x[1] > 0 && x[0] >= 0)
    return x[0] % x[1];
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp>(op) &&
      x[1] > 0 && x[0] >= 0)
    return x[0] / x[1];
  return std::nullopt;
}

namespace {
/// What a generic over one loop yields for one of its results.
struct Yielded {
  linalg::GenericOp op;
  Value scalar;
};
} // namespace

static std::optional<Yielded> getYielded(Value value) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumLoops() != 1 || op.getNumReductionLoops() != 0)
    return std::nullopt;
  Value scalar = op.getBlock()->getTerminator()->getOperand(
      cast<OpResult>(value).getResultNumber());
  while (Operation *def = scalar.getDefiningOp()) {
    if (!isa<arith::IndexCastOp, arith::ExtSIOp>(def))
      break;
    scalar = def->getOperand(0);
  }
  return Yielded{op, scalar};
}

/// The value that was inserted as column `column` of `[U,2]` indices.
static Value getColumn(Value indices, int64_t column) {
  while (auto insert = indices.getDefiningOp<tensor::InsertSliceOp>()) {
    auto offset = getConstantIntValue(insert.getMixedOffsets()[1]);
    auto size = getConstantIntValue(insert.getMixedSizes()[1]);
    if (!offset || size != 1 || insert.getMixedOffsets().size() != 2)
      return nullptr;
    if (*offset == column)
      return insert.getSource();
    indices = insert.getDest();
  }
  return nullptr;
}

/// The largest scatter whose places are checked one by one.
static constexpr int64_t kMaxUpdates = 1 << 20;

/// `updates[u] = values[t,j]` goes to `(t, ids[t,j])`, each (t, j) once.
static bool matchScatter(Operation *scatter, Value &values, Value &ids) {
  auto places = getYielded(scatter->getOperand(0));
  Value rows = getColumn(scatter->getOperand(1), 0);
  Value columns = getColumn(scatter->getOperand(1), 1);
  if (!places || !rows || !columns)
    return false;
  auto row = getYielded(rows), column = getYielded(columns);
  if (!row || !column)
    return false;
  auto value = places->scalar.getDefiningOp<tensor::ExtractOp>();
  auto id = column->scalar.getDefiningOp<tensor::ExtractOp>();
  if (!value || !id || value.getIndices().size() != 2 ||
      id.getIndices().size() != 2)
    return false;
  auto type = dyn_cast<RankedTensorType>(value.getTensor().getType());
  auto idType = dyn_cast<RankedTensorType>(id.getTensor().getType());
  if (!type || !idType || !type.hasStaticShape() ||
      type.getShape() != idType.getShape() ||
      type.getNumElements() > kMaxUpdates)
    return false;
  int64_t updates =
      cast<RankedTensorType>(scatter->getOperand(0).getType()).getDimSize(0);
  if (updates != type.getNumElements())
    return false;
  for (int64_t u = 0; u < updates; ++u) {
    auto t = evaluateIndex(value.getIndices()[0], u);
    auto j = evaluateIndex(value.getIndices()[1], u);
    if (!t || !j || *t * type.getDimSize(1) + *j != u ||
        evaluateIndex(id.getIndices()[0], u) != t ||
        evaluateIndex(id.getIndices()[1], u) != j ||
        evaluateIndex(row->scalar, u) != t)
      return false;
  }
  values = value.getTensor();
  ids = id.getTensor();
  return true;
}

/// The ids of a token differ: one slot, or a gate's.
static bool areDistinct(Value ids) {
  if (cast<RankedTensorType>(ids.getType()).getDimSize(1) == 1)
    return true;
  TensorExprRef expr = buildTensorExpr(ids, [](Value) { return false; });
  return expr->isLeafAt({0, 1}) && expr->value.getDefiningOp<GateOp>();
}

static bool isScatter(Value value) {
  Operation *def = value.getDefiningOp();
  return def && def->getName().getStringRef() == "tm_tensor.scatter";
}

/// The scatter below `expr`, or null.
static Value findScatter(const TensorExprRef &expr) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return isScatter(expr->value) ? expr->value : Value();
  for (const TensorExprRef &child : expr->children)
    if (Value found = findScatter(child))
      return found;
  return nullptr;
}

static FailureOr<ScatteredGate>
matchFunctionOfScatter(OpBuilder &builder, Location loc,
                       const TensorExprRef &expr, std::string &why) {
  Value scattered = findScatter(expr);
  if (!scattered)
    return failure();
  why = "the gates come from a scatter of unknown form";
  if (!readsOnly(expr, scattered))
    return failure();
  Operation *scatter = scattered.getDefiningOp();
  Attribute constant;
  if (scatter->getNumOperands() != 3 || scatter->getNumRegions() != 1 ||
      !matchPattern(scatter->getOperand(2), m_Constant(&constant)))
    return failure();
  // The update replaces the background.
  Block &body = scatter->getRegion(0).front();
  if (body.back().getOperand(0) != body.getArgument(0))
    return failure();
  auto background = dyn_cast<SplatElementsAttr>(constant);
  if (!background || !isa<FloatType>(background.getElementType()))
    return failure();
  double number = background.getSplatValue<FloatAttr>().getValueAsDouble();
  Value values, ids;
  if (!matchScatter(scatter, values, ids))
    return failure();
  if (evaluate(expr, number) != 0.0) {
    why = "the gates of experts that are not selected are not provably zero";
    return failure();
  }
  if (!areDistinct(ids)) {
    why = "a token's experts are not provably distinct";
    return failure();
  }
  auto type = cast<RankedTensorType>(values.getType());
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, values),
      type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(2);
  Value weights =
      linalg::GenericOp::create(
          builder, loc, empty.getType(), values, empty,
          ArrayRef<AffineMap>{identity, identity},
          SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
          [&](OpBuilder &b, Location l, ValueRange args) {
            linalg::YieldOp::create(b, l, emit(b, l, expr, args[0]));
          })
          .getResult(0);
  return ScatteredGate{weights, ids};
}

//===----------------------------------------------------------------------===//
// Sums over slots
//===----------------------------------------------------------------------===//

/// `value[d0, slot]`, for the index `slot`.
static Value matchSlotLeaf(const TensorExprRef &expr, unsigned slot) {
  return expr->isLeafAt({0, slot}) ? expr->value : Value();
}

/// `ids[t,slot] == e`.
static Value matchOneHot(const TensorExprRef &expr, unsigned slot) {
  if (!expr->isOp("arith.cmpi"))
    return nullptr;
  auto compare = cast<arith::CmpIOp>(expr->value.getDefiningOp());
  if (compare.getPredicate() != arith::CmpIPredicate::eq)
    return nullptr;
  for (unsigned i : {0u, 1u})
    if (expr->children[i]->kind == TensorExpr::Kind::Index &&
        expr->children[i]->dim == 1)
      return matchSlotLeaf(expr->children[1 - i], slot);
  return nullptr;
}

static FailureOr<ScatteredGate> matchSumOfSlots(const TensorExprRef &expr,
                                                std::string &why) {
  if (expr->kind != TensorExpr::Kind::Sum)
    return failure();
  unsigned slot = expr->dim;
  const TensorExprRef &term = expr->children[0];
  Value ids, weights;
  if (term->isOp("arith.select")) {
    if (!term->children[2]->isConstant(0.0)) {
      why = "the gates of experts that are not selected are not provably zero";
      return failure();
    }
    ids = matchOneHot(term->children[0], slot);
    weights = matchSlotLeaf(term->children[1], slot);
  } else if (term->isOp("arith.mulf")) {
    for (unsigned i : {0u, 1u})
      if (term->children[i]->isOp("arith.uitofp")) {
        ids = matchOneHot(term->children[i]->children[0], slot);
        weights = matchSlotLeaf(term->children[1 - i], slot);
      }
  }
  if (!ids || !weights)
    return failure();
  if (!areDistinct(ids)) {
    why = "a token's experts are not provably distinct";
    return failure();
  }
  return ScatteredGate{weights, ids};
}

FailureOr<ScatteredGate> moe::matchScatteredGate(OpBuilder &builder, Value gate,
                                                 std::string &why) {
  TensorExprRef expr = buildTensorExpr(gate, isScatter);
  auto sum = matchSumOfSlots(expr, why);
  if (succeeded(sum))
    return sum;
  return matchFunctionOfScatter(builder, gate.getLoc(), expr, why);
}
