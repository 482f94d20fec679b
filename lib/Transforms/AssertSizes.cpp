//===- AssertSizes.cpp - Sizes that ops take to be equal ------------------===//

#include "SizeOrigin.h"

#include "moe/IR/Moe.h"
#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_ASSERTSIZESPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

using arith::CmpIPredicate;

namespace {
/// A dimension of an operand.
struct Place {
  unsigned operand;
  int64_t dim;
};

class Asserter {
public:
  /// Asserts what the ops of `block` need, and those nested in it.
  void visit(Block &block);

private:
  void visit(Operation *op);
  void visit(linalg::LinalgOp op);
  void visit(tensor::CastOp op);
  void visit(tensor::ConcatOp op);
  void visit(tensor::ExpandShapeOp op);
  /// All operands that are tensors have one shape.
  void visitElementwise(Operation *op);
  /// `found` has the size of `expected`.
  void expectEqual(Operation *op, Place found, Place expected);
  /// The places that `map` makes of the `loops`, each of which is the size of a
  /// place, are within the operand.
  void expectInside(linalg::LinalgOp op, unsigned operand, AffineMap map,
                    ArrayRef<std::optional<Place>> loops);

  /// Sizes that are equal wherever the visit is now.
  SmallVector<std::pair<SizeOrigin, SizeOrigin>> known;
};
} // namespace

static Value makeSize(ImplicitLocOpBuilder &b, Operation *op, Place place) {
  return b.createOrFold<tensor::DimOp>(op->getOperand(place.operand),
                                       place.dim);
}

static std::string describe(Place place) {
  return "dimension " + std::to_string(place.dim) + " of operand " +
         std::to_string(place.operand);
}

static void buildAssert(ImplicitLocOpBuilder &b, CmpIPredicate relation,
                        Value found, Value expected, const Twine &message) {
  Value holds = arith::CmpIOp::create(b, relation, found, expected);
  cf::AssertOp::create(b, holds, b.getStringAttr(message));
}

void Asserter::expectEqual(Operation *op, Place found, Place expected) {
  SizeOrigin a = findSizeOrigin(op->getOperand(found.operand), found.dim);
  SizeOrigin b = findSizeOrigin(op->getOperand(expected.operand), expected.dim);
  if (a == b || llvm::is_contained(known, std::pair(a, b)) ||
      llvm::is_contained(known, std::pair(b, a)))
    return;
  known.emplace_back(a, b);
  ImplicitLocOpBuilder builder(op->getLoc(), op);
  buildAssert(builder, CmpIPredicate::eq, makeSize(builder, op, found),
              makeSize(builder, op, expected),
              "expects " + describe(found) + " to be " + describe(expected));
}

/// Grows with each of its dimensions: the last point is the furthest.
static bool isMonotone(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() >= 0;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  return !binary ||
         ((expr.getKind() == AffineExprKind::Add ||
           expr.getKind() == AffineExprKind::Mul) &&
          isMonotone(binary.getLHS()) && isMonotone(binary.getRHS()));
}

/// `expr` where dimension i is `values[i]`.
static Value evaluate(ImplicitLocOpBuilder &b, AffineExpr expr,
                      ArrayRef<Value> values) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return arith::ConstantIndexOp::create(b, constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return values[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value lhs = evaluate(b, binary.getLHS(), values);
  Value rhs = evaluate(b, binary.getRHS(), values);
  if (expr.getKind() == AffineExprKind::Add)
    return arith::AddIOp::create(b, lhs, rhs);
  return arith::MulIOp::create(b, lhs, rhs);
}

void Asserter::expectInside(linalg::LinalgOp op, unsigned operand,
                            AffineMap map,
                            ArrayRef<std::optional<Place>> loops) {
  auto type = cast<RankedTensorType>(op->getOperand(operand).getType());
  auto isStatic = [&](Place place) {
    return !cast<RankedTensorType>(op->getOperand(place.operand).getType())
                .isDynamicDim(place.dim);
  };
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    if (isa<AffineDimExpr>(expr) || !isMonotone(expr))
      continue;
    bool isKnown = true, isVerified = !type.isDynamicDim(dim);
    for (auto [loop, place] : llvm::enumerate(loops)) {
      if (!expr.isFunctionOfDim(loop))
        continue;
      isKnown &= place.has_value();
      isVerified &= place && isStatic(*place);
    }
    if (!isKnown || isVerified)
      continue;
    ImplicitLocOpBuilder b(op.getLoc(), op);
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value none = arith::ConstantIntOp::create(b, 0, 1);
    SmallVector<Value> last(loops.size());
    for (auto [loop, place] : llvm::enumerate(loops)) {
      if (!place)
        continue;
      Value size = makeSize(b, op, *place);
      last[loop] = arith::SubIOp::create(b, size, one);
      Value isEmpty = arith::CmpIOp::create(b, CmpIPredicate::eq, size, zero);
      none = arith::OrIOp::create(b, none, isEmpty);
    }
    // No loop reads anything where one of them is empty.
    Value needed = arith::AddIOp::create(b, evaluate(b, expr, last), one);
    needed = arith::SelectOp::create(b, none, zero, needed);
    buildAssert(b, CmpIPredicate::sge,
                makeSize(b, op, {operand, static_cast<int64_t>(dim)}), needed,
                "expects enough of " +
                    describe({operand, static_cast<int64_t>(dim)}));
  }
}

void Asserter::visit(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return;
  SmallVector<std::optional<Place>> loops(op.getNumLoops());
  SmallVector<std::pair<unsigned, AffineMap>> maps;
  for (OpOperand &operand : op->getOpOperands())
    if (isa<RankedTensorType>(operand.get().getType()))
      maps.emplace_back(operand.getOperandNumber(),
                        op.getMatchingIndexingMap(&operand));
  for (auto [operand, map] : maps)
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      if (!loop)
        continue;
      Place place{operand, static_cast<int64_t>(dim)};
      std::optional<Place> &first = loops[loop.getPosition()];
      if (first)
        expectEqual(op, place, *first);
      else
        first = place;
    }
  for (auto [operand, map] : maps)
    expectInside(op, operand, map, loops);
}

void Asserter::visit(tensor::CastOp op) {
  auto source = dyn_cast<RankedTensorType>(op.getSource().getType());
  auto result = dyn_cast<RankedTensorType>(op.getType());
  if (!source || !result)
    return;
  for (int64_t dim = 0; dim < result.getRank(); ++dim) {
    if (result.isDynamicDim(dim) || !source.isDynamicDim(dim))
      continue;
    int64_t size = result.getDimSize(dim);
    if (findSizeOrigin(op.getSource(), dim).constant == size)
      continue;
    ImplicitLocOpBuilder b(op.getLoc(), op);
    buildAssert(b, CmpIPredicate::eq, makeSize(b, op, {0, dim}),
                arith::ConstantIndexOp::create(b, size),
                "expects " + describe({0, dim}) + " to be what the cast says");
  }
}

void Asserter::visit(tensor::ConcatOp op) {
  for (unsigned i = 1; i < op->getNumOperands(); ++i)
    for (int64_t dim = 0; dim < op.getResultType().getRank(); ++dim)
      if (dim != static_cast<int64_t>(op.getDim()))
        expectEqual(op, {i, dim}, {0, dim});
}

void Asserter::visit(tensor::ExpandShapeOp op) {
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    if (!op.getSrcType().isDynamicDim(dim))
      continue;
    Place place{0, static_cast<int64_t>(dim)};
    ImplicitLocOpBuilder b(op.getLoc(), op);
    Value product = arith::ConstantIndexOp::create(b, 1);
    for (int64_t i : group)
      product = b.createOrFold<arith::MulIOp>(
          product, getValueOrCreateConstantIndexOp(b, op.getLoc(), sizes[i]));
    if (findSizeOrigin(op.getSrc(), dim) == SizeOrigin{-1, product, -1})
      continue;
    buildAssert(b, CmpIPredicate::eq, makeSize(b, op, place), product,
                "expects " + describe(place) + " to be what it is expanded to");
  }
}

void Asserter::visitElementwise(Operation *op) {
  std::optional<unsigned> first;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type)
      continue;
    if (!first) {
      first = operand.getOperandNumber();
      continue;
    }
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      expectEqual(op, {operand.getOperandNumber(), dim}, {*first, dim});
  }
}

void Asserter::visit(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    visit(linalgOp);
  else if (auto cast = dyn_cast<tensor::CastOp>(op))
    visit(cast);
  else if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    visit(concat);
  else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    visit(expand);
  else if (op->hasTrait<OpTrait::Elementwise>())
    visitElementwise(op);
  // Bodies of linalg ops compute scalars.
  if (isa<linalg::LinalgOp>(op) ||
      isa_and_nonnull<MoeDialect>(op->getDialect()))
    return;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      visit(block);
}

void Asserter::visit(Block &block) {
  size_t outside = known.size();
  for (Operation &op : llvm::make_early_inc_range(block))
    visit(&op);
  known.truncate(outside);
}

namespace {
struct AssertSizesPass : moe::impl::AssertSizesPassBase<AssertSizesPass> {
  void runOnOperation() override {
    for (Region &region : getOperation()->getRegions())
      for (Block &block : region)
        Asserter().visit(block);
  }
};
} // namespace
