//===- RoutingEinsums.cpp - Einsums that move rows by masks ---------------===//

#include "RoutingEinsums.h"

#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::moe;

/// `acc + a * b` from zero: the two operands, or nothing.
static std::optional<std::pair<OpOperand *, OpOperand *>>
matchProducts(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      op.hasIndexSemantics() || op.getNumReductionLoops() == 0 ||
      op.getNumDpsInputs() != 2)
    return std::nullopt;
  if (!isFilledWithZero(op.getDpsInits()[0]))
    return std::nullopt;
  Block &block = *op.getBlock();
  auto add = skipFloatCasts(block.getTerminator()->getOperand(0))
                 .getDefiningOp<arith::AddFOp>();
  if (!add)
    return std::nullopt;
  Value a = skipFloatCasts(add.getLhs()), b = skipFloatCasts(add.getRhs());
  Value sum = block.getArgument(2);
  auto mul = (a == sum ? b : a).getDefiningOp<arith::MulFOp>();
  if (!mul || (a != sum && b != sum))
    return std::nullopt;
  Value x = skipFloatCasts(mul.getLhs()), y = skipFloatCasts(mul.getRhs());
  Value first = block.getArgument(0), second = block.getArgument(1);
  if (!(x == first && y == second) && !(x == second && y == first))
    return std::nullopt;
  return std::make_pair(op.getDpsInputOperand(0), op.getDpsInputOperand(1));
}

/// The number of experts behind a dimension of `value` that joins e and c.
static int64_t findNumExperts(Value value, unsigned dim) {
  while (Operation *def = value.getDefiningOp()) {
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(def)) {
      SmallVector<int64_t> wide;
      ReassociationIndices group = collapse.getReassociationIndices()[dim];
      for (int64_t inner : group)
        if (collapse.getSrcType().getDimSize(inner) != 1)
          wide.push_back(inner);
      if (wide.size() == 2 || group.size() == 2)
        return collapse.getSrcType().getDimSize(wide.size() == 2 ? wide[0]
                                                                 : group[0]);
      return ShapedType::kDynamic;
    }
    auto op = dyn_cast<linalg::LinalgOp>(def);
    if (!op || op->getNumResults() != 1 || op.getNumDpsInputs() == 0)
      break;
    AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    AffineMap in = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
    auto next = in.getResultPosition(out.getResult(dim));
    if (!next)
      break;
    dim = *next;
    value = op.getDpsInputs()[0];
  }
  return ShapedType::kDynamic;
}

static bool hasLoop(linalg::LinalgOp op, OpOperand &operand, unsigned loop) {
  return op.getMatchingIndexingMap(&operand).isFunctionOfDim(loop);
}

SmallVector<CombineEinsum> moe::matchCombines(linalg::LinalgOp op) {
  auto operands = matchProducts(op);
  if (!operands)
    return {};
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  if (reductions.size() > 2)
    return {};
  SmallVector<CombineEinsum> found;
  auto add = [&](OpOperand *terms, OpOperand *weights, unsigned e, unsigned c) {
    CombineEinsum einsum{op,      terms,
                         weights, Roles(op.getNumLoops(), Role::Feature),
                         0,       op.getStaticLoopRanges()[e],
                         e <= c};
    einsum.loops[c] = Role::Token;
    einsum.loops[e] = Role::Slot;
    if (e == c) {
      einsum.loops[e] = Role::SlotRow;
      AffineMap map = op.getMatchingIndexingMap(terms);
      auto dim = map.getResultPosition(getAffineDimExpr(e, op.getContext()));
      einsum.numExperts =
          dim ? findNumExperts(terms->get(), *dim) : ShapedType::kDynamic;
    }
    std::optional<unsigned> token;
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      if (einsum.loops[loop] == Role::Feature && hasLoop(op, *weights, loop) &&
          op.getStaticLoopRanges()[loop] != 1) {
        if (token || hasLoop(op, *terms, loop))
          return;
        token = loop;
      }
    if (!token || ShapedType::isDynamic(einsum.numExperts) ||
        !hasLoop(op, *terms, e) || !hasLoop(op, *weights, e) ||
        !hasLoop(op, *terms, c) || !hasLoop(op, *weights, c))
      return;
    einsum.tokenLoop = *token;
    found.push_back(einsum);
  };
  for (auto [terms, weights] :
       {*operands, std::make_pair(operands->second, operands->first)}) {
    add(terms, weights, reductions.front(), reductions.back());
    if (reductions.size() == 2)
      add(terms, weights, reductions.back(), reductions.front());
  }
  return found;
}

std::optional<MaskTensor> moe::peelMask(Value value, Roles roles,
                                        int64_t numExperts) {
  while (true) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      return std::nullopt;
    SmallVector<int64_t> tokens = getFeatureDims(type, roles);
    if (hasRole(roles, Role::Slot) && hasRole(roles, Role::Token) &&
        tokens.size() == 1 && llvm::count(roles, Role::Slot) == 1 &&
        llvm::count(roles, Role::Token) == 1)
      return MaskTensor{
          value, static_cast<unsigned>(tokens[0]),
          static_cast<unsigned>(llvm::find(roles, Role::Slot) - roles.begin()),
          static_cast<unsigned>(llvm::find(roles, Role::Token) -
                                roles.begin())};
    Operation *def = value.getDefiningOp();
    FailureOr<Roles> next = failure();
    if (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def))
      next = getReshapeRoles(def, roles, numExperts);
    else if (auto cast = dyn_cast_or_null<tensor::CastOp>(def))
      next = roles;
    else if (auto op = dyn_cast_or_null<linalg::LinalgOp>(def))
      if (isCopy(op))
        next = getRolesThrough(op, *op.getDpsInputOperand(0), roles);
    if (failed(next))
      return std::nullopt;
    value = def->getOperand(0);
    roles = *next;
  }
}

std::optional<DispatchEinsum> moe::matchDispatch(linalg::LinalgOp op,
                                                 const Roles &roles,
                                                 int64_t numExperts) {
  auto operands = matchProducts(op);
  auto loops = getLoopRoles(op, roles);
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  if (!operands || failed(loops) || reductions.size() != 1)
    return std::nullopt;
  for (auto [mask, tokens] :
       {*operands, std::make_pair(operands->second, operands->first)}) {
    auto maskRoles = getOperandRoles(op, *mask, *loops);
    auto tokenRoles = getOperandRoles(op, *tokens, *loops);
    if (failed(maskRoles) || failed(tokenRoles) ||
        llvm::any_of(*tokenRoles, isRowRole) || !isPerSlot(*maskRoles) ||
        !hasLoop(op, *mask, reductions[0]) ||
        !hasLoop(op, *tokens, reductions[0]))
      continue;
    // Rows of tokens: the summed index comes first.
    auto type = cast<RankedTensorType>(tokens->get().getType());
    SmallVector<unsigned> wide;
    for (auto [dim, index] :
         llvm::enumerate(op.getMatchingIndexingMap(tokens).getResults()))
      if (auto expr = dyn_cast<AffineDimExpr>(index);
          expr && type.getDimSize(dim) != 1)
        wide.push_back(expr.getPosition());
    if (wide.size() != 2 || wide[0] != reductions[0] ||
        hasLoop(op, *mask, wide[1]))
      continue;
    auto peeled = peelMask(mask->get(), *maskRoles, numExperts);
    if (peeled)
      return DispatchEinsum{op, *peeled, tokens->get()};
  }
  return std::nullopt;
}

SmallVector<linalg::LinalgOp> moe::findContractions(Value value) {
  SmallVector<linalg::LinalgOp> found;
  llvm::SetVector<Operation *> work;
  if (Operation *def = value.getDefiningOp())
    work.insert(def);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i];
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (linalgOp && matchProducts(linalgOp))
      found.push_back(linalgOp);
    if (linalgOp || isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                        tensor::CastOp, tensor::ExtractSliceOp>(op))
      for (Value operand : op->getOperands())
        if (Operation *def = operand.getDefiningOp())
          work.insert(def);
  }
  return found;
}
