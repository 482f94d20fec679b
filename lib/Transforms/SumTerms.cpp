//===- SumTerms.cpp - The terms of a sum of tensors -----------------------===//

#include "SumTerms.h"
#include "ScalarFunction.h"

#include "SlotRoles.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

/// The operand of `op` that `scalar` is an element of, at the result's indices.
static Value getWholeOperand(linalg::LinalgOp op, Value scalar) {
  auto argument = dyn_cast<BlockArgument>(scalar);
  if (!argument || argument.getOwner() != op.getBlock())
    return nullptr;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return isa<RankedTensorType>(operand->get().getType()) &&
                 op.getMatchingIndexingMap(operand).isIdentity()
             ? operand->get()
             : Value();
}

/// The addition at the end of `op`'s body, or null.
static arith::AddFOp getScalarSum(linalg::LinalgOp op) {
  if (!op || op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      op.getNumParallelLoops() != op.getNumLoops() || op.hasIndexSemantics() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return nullptr;
  auto add = op.getBlock()
                 ->getTerminator()
                 ->getOperand(0)
                 .getDefiningOp<arith::AddFOp>();
  return add && add->getBlock() == op.getBlock() ? add : nullptr;
}

static bool isSum(Operation *op) {
  if (auto add = dyn_cast_or_null<arith::AddFOp>(op))
    return isa<RankedTensorType>(add.getType());
  return getScalarSum(dyn_cast_or_null<linalg::LinalgOp>(op)) != nullptr;
}

static bool isZero(Value tensor) {
  return isFilledWithZero(tensor) || matchPattern(tensor, m_AnyZeroFloat());
}

namespace {
/// Part of a tree: `isLeaf` where it is one term.
struct Part {
  SumTree tree;
  bool isLeaf = false;
};
} // namespace

static Part visitTensor(Value tensor, bool isRoot);

static Part join(Part a, Part b, arith::FastMathFlags flags) {
  if (a.isLeaf && !b.isLeaf) // addition commutes
    std::swap(a, b);
  a.tree.inOrder &= b.isLeaf;
  llvm::append_range(a.tree.terms, b.tree.terms);
  a.tree.additions.insert_range(b.tree.additions);
  a.tree.flags = a.tree.flags & b.tree.flags & flags;
  a.isLeaf = false;
  return a;
}

static Part visitScalar(linalg::LinalgOp op, Value scalar) {
  auto add = scalar.getDefiningOp<arith::AddFOp>();
  if (add && add->getBlock() == op.getBlock())
    return join(visitScalar(op, add.getLhs()), visitScalar(op, add.getRhs()),
                add.getFastmath());
  if (Value operand = getWholeOperand(op, scalar))
    return visitTensor(operand, /*isRoot=*/false);
  Part part;
  part.tree.terms.push_back({nullptr, op, scalar});
  part.isLeaf = true;
  return part;
}

static Part visitTensor(Value tensor, bool isRoot) {
  Operation *def = tensor.getDefiningOp();
  if (isSum(def) && (isRoot || tensor.hasOneUse())) {
    Part part;
    if (auto add = dyn_cast<arith::AddFOp>(def)) {
      part =
          join(visitTensor(add.getLhs(), /*isRoot=*/false),
               visitTensor(add.getRhs(), /*isRoot=*/false), add.getFastmath());
    } else {
      auto op = cast<linalg::LinalgOp>(def);
      part = visitScalar(op, op.getBlock()->getTerminator()->getOperand(0));
    }
    part.tree.additions.insert(def);
    return part;
  }
  Part part;
  if (!isZero(tensor))
    part.tree.terms.push_back({tensor, nullptr, nullptr});
  part.isLeaf = true;
  return part;
}

/// The value is one of the tensors that `sum` adds.
static bool isTermOf(Value value, Operation *sum) {
  if (isa<arith::AddFOp>(sum))
    return true;
  auto op = cast<linalg::LinalgOp>(sum);
  SmallVector<Value> work{op.getBlock()->getTerminator()->getOperand(0)};
  while (!work.empty()) {
    Value scalar = work.pop_back_val();
    auto add = scalar.getDefiningOp<arith::AddFOp>();
    if (add && add->getBlock() == op.getBlock())
      work.append({add.getLhs(), add.getRhs()});
    else if (getWholeOperand(op, scalar) == value)
      return true;
  }
  return false;
}

std::optional<SumTree> moe::matchSumTree(Operation *root) {
  if (!isSum(root))
    return std::nullopt;
  Value result = root->getResult(0);
  if (result.hasOneUse() && isSum(*result.user_begin()) &&
      isTermOf(result, *result.user_begin()))
    return std::nullopt;
  return visitTensor(result, /*isRoot=*/true).tree;
}

Value moe::buildTerm(OpBuilder &builder, const SumTerm &term) {
  if (term.tensor)
    return term.tensor;
  linalg::LinalgOp op = term.op;
  Location loc = op.getLoc();
  // The ops and arguments behind the scalar.
  llvm::SmallDenseSet<Value> needed{term.scalar};
  SmallVector<Operation *> ops;
  for (Operation &inner : llvm::reverse(op.getBlock()->without_terminator()))
    if (llvm::any_of(inner.getResults(),
                     [&](Value v) { return needed.contains(v); })) {
      ops.push_back(&inner);
      needed.insert_range(inner.getOperands());
    }
  SmallVector<Value> inputs, arguments;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands())
    if (Value argument = op.getMatchingBlockArgument(&operand);
        needed.contains(argument)) {
      inputs.push_back(operand.get());
      arguments.push_back(argument);
      maps.push_back(op.getMatchingIndexingMap(&operand));
    }
  maps.push_back(op.getMatchingIndexingMap(op.getDpsInitOperand(0)));
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, op.getDpsInits()[0]),
      term.scalar.getType());
  return linalg::GenericOp::create(
             builder, loc, empty.getType(), inputs, empty, maps,
             op.getIteratorTypesArray(),
             [&](OpBuilder &b, Location l, ValueRange args) {
               IRMapping mapping;
               mapping.map(arguments, args.drop_back());
               for (Operation *inner : llvm::reverse(ops))
                 b.clone(*inner, mapping);
               linalg::YieldOp::create(b, l,
                                       mapping.lookupOrDefault(term.scalar));
             })
      .getResult(0);
}
