//===- GroupMatmuls.cpp - Matmuls to grouped matmuls of one expert --------===//

#include "moe/Transforms/Passes.h"

#include "ComputeBody.h"
#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_GROUPMATMULSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

namespace {
struct Matmul {
  Value rows, weight, init;
  bool transposed = false;
};
} // namespace

/// `rows [T,K] x weight [K,N]`, or `weight [N,K]`, in this order of loops.
static std::optional<Matmul> matchMatmul(linalg::LinalgOp op) {
  if (!isSumOfProducts(op) || op.getNumLoops() != 3 ||
      op.getNumParallelLoops() != 2 || !op.hasPureTensorSemantics())
    return std::nullopt;
  AffineExpr m, n, k;
  bindDims(op.getContext(), m, n, k);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto is = [&](unsigned i, AffineExpr a, AffineExpr b) {
    return maps[i].getResults() == ArrayRef<AffineExpr>{a, b};
  };
  bool transposed = is(1, n, k);
  if (!is(0, m, k) || !is(2, m, n) || (!transposed && !is(1, k, n)))
    return std::nullopt;
  return Matmul{op.getDpsInputs()[0], op.getDpsInputs()[1], op.getDpsInits()[0],
                transposed};
}

/// The grouped matmul that `op` became; null: it stays as it is.
static GroupedMatmulOp groupMatmul(linalg::LinalgOp op,
                                   RewriterBase &rewriter) {
  std::optional<Matmul> matmul = matchMatmul(op);
  if (!matmul || !isFilledWithZero(matmul->init))
    return nullptr;
  auto elementOf = [](Value v) { return getElementTypeOrSelf(v.getType()); };
  bool isF64 = elementOf(matmul->rows).isF64();
  for (Value value : {matmul->rows, matmul->weight, matmul->init})
    if (!isa<FloatType>(elementOf(value)) || elementOf(value).isF64() != isF64)
      return nullptr;

  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  Value count = b.asIndex(b.size(matmul->rows, 0));
  if (!getConstantIntValue(count)) // offsets are i32
    cf::AssertOp::create(
        b,
        arith::CmpIOp::create(b, arith::CmpIPredicate::ule, count,
                              b.index(std::numeric_limits<int32_t>::max())),
        "expects fewer than 2^31 rows");
  Value last = b.toI32(count);
  Value offsets =
      tensor::FromElementsOp::create(b, ValueRange{b.integer(32, 0), last});
  auto type = cast<RankedTensorType>(matmul->weight.getType());
  SmallVector<int64_t> shape{1};
  llvm::append_range(shape, type.getShape());
  SmallVector<OpFoldResult> sizes{b.getIndexAttr(1)};
  llvm::append_range(sizes, b.sizes(matmul->weight));
  Value weight = tensor::ExpandShapeOp::create(
      b, RankedTensorType::get(shape, type.getElementType()), matmul->weight,
      ArrayRef<ReassociationIndices>{{0, 1}, {2}}, sizes);
  Type resultType = matmul->init.getType();
  // Every row is written: what is in the destination does not matter.
  Value init = b.empty(b.sizes(matmul->init), elementOf(matmul->init));
  auto grouped = GroupedMatmulOp::create(
      b, TypeRange{init.getType()}, matmul->rows, offsets, ValueRange{weight},
      Value(), ValueRange(), ValueRange{init}, matmul->transposed,
      b.getAffineMapArrayAttr({}), IntegerAttr(), false, false,
      ScheduleAttrInterface(), PackingAttr());
  for (StringRef mark : {"moe.layer", "moe.gate_projection"})
    if (Attribute attribute = op->getDiscardableAttr(mark))
      grouped->setDiscardableAttr(mark, attribute);
  rewriter.replaceOp(op, b.castTo(grouped->getResult(0), resultType));
  return grouped;
}

/// The matmul whose result is `value`, which has one use, like every cast on
/// the way.
static GroupedMatmulOp findMatmul(Value value) {
  while (value.hasOneUse()) {
    auto cast = value.getDefiningOp<tensor::CastOp>();
    if (!cast)
      return value.getDefiningOp<GroupedMatmulOp>();
    value = cast.getSource();
  }
  return nullptr;
}

/// Gate and up. A tile of more weights has fewer rows, and reads each weight
/// the more often.
static constexpr size_t kWeightsOfKernel = 2;

/// The matmuls of `grouped` that `op` is an elementwise function of, where it
/// can be their epilogue: of the same rows, by weights of one type, and read by
/// nothing else.
static llvm::SetVector<GroupedMatmulOp>
matchEpilogue(linalg::LinalgOp op,
              const llvm::SetVector<GroupedMatmulOp> &grouped) {
  llvm::SetVector<GroupedMatmulOp> matmuls;
  if (op.getNumLoops() != 2 || !op.hasPureTensorSemantics() ||
      op->getNumResults() != 1 || !linalg::isElementwise(op) ||
      !isa<FloatType>(getElementTypeOrSelf(op->getResultTypes()[0])))
    return {};
  for (OpOperand &operand : op->getOpOperands()) {
    if (!op.getMatchingIndexingMap(&operand).isIdentity())
      return {};
    if (!op.payloadUsesValueFromOperand(&operand))
      continue;
    auto matmul = findMatmul(operand.get());
    if (!matmul || !grouped.contains(matmul) ||
        matmul->getBlock() != op->getBlock())
      return {};
    matmuls.insert(matmul);
  }
  auto isAlike = [&](GroupedMatmulOp matmul) {
    GroupedMatmulOp first = matmuls.front();
    auto type = cast<RankedTensorType>(first.getWeights()[0].getType());
    return type.hasStaticShape() && matmul.getWeights()[0].getType() == type &&
           matmul.getRows() == first.getRows() &&
           matmul.getTransposed() == first.getTransposed() &&
           matmul->getDiscardableAttrDictionary() ==
               first->getDiscardableAttrDictionary();
  };
  if (matmuls.size() != kWeightsOfKernel || !llvm::all_of(matmuls, isAlike) ||
      !isClonable(op, GroupedMatmulOp(matmuls.front()).getAccumulatorType()))
    return {};
  return matmuls;
}

/// One matmul by several weights reads its rows once, and what `op` makes of
/// the products is all that it stores.
static void joinMatmuls(linalg::LinalgOp op,
                        llvm::SetVector<GroupedMatmulOp> &grouped,
                        RewriterBase &rewriter) {
  llvm::SetVector<GroupedMatmulOp> matmuls = matchEpilogue(op, grouped);
  if (matmuls.empty())
    return;
  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  GroupedMatmulOp first = matmuls.front();
  FloatType compute = first.getAccumulatorType();
  SmallVector<Value> weights;
  for (GroupedMatmulOp matmul : matmuls)
    weights.push_back(matmul.getWeights()[0]);
  Type resultType = op->getResultTypes()[0];
  Value init =
      b.empty(b.sizes(first.getOut()), getElementTypeOrSelf(resultType));
  auto joined = GroupedMatmulOp::create(
      b, TypeRange{init.getType()}, first.getRows(), first.getOffsets(),
      weights, Value(), ValueRange(), ValueRange{init}, first.getTransposed(),
      b.getAffineMapArrayAttr({}), IntegerAttr(), false, false,
      ScheduleAttrInterface(), PackingAttr());
  joined->setDiscardableAttrs(first->getDiscardableAttrDictionary());
  Block &block = joined.getEpilogue().emplaceBlock();
  IRMapping mapping;
  for (OpOperand &operand : op->getOpOperands())
    if (op.payloadUsesValueFromOperand(&operand))
      mapping.map(op.getMatchingBlockArgument(&operand),
                  block.addArgument(compute, op.getLoc()));
  OpBuilder inside = OpBuilder::atBlockBegin(&block);
  YieldOp::create(inside, op.getLoc(),
                  cloneInCompute(inside, op.getLoc(), op, mapping, compute));
  rewriter.replaceOp(op, b.castTo(joined->getResult(0), resultType));
  for (GroupedMatmulOp matmul : matmuls) {
    grouped.remove(matmul);
    SmallVector<Operation *> dead{matmul}; // and casts
    while (!dead.back()->use_empty())
      dead.push_back(*dead.back()->user_begin());
    for (Operation *each : llvm::reverse(dead))
      rewriter.eraseOp(each);
  }
}

namespace {
struct GroupMatmulsPass : moe::impl::GroupMatmulsPassBase<GroupMatmulsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (!op->getParentOfType<ExpertOp>())
        ops.push_back(op);
    });
    llvm::SetVector<GroupedMatmulOp> grouped;
    SmallVector<linalg::LinalgOp> others;
    for (linalg::LinalgOp op : ops)
      if (GroupedMatmulOp matmul = groupMatmul(op, rewriter))
        grouped.insert(matmul);
      else
        others.push_back(op);
    for (linalg::LinalgOp op : others)
      joinMatmuls(op, grouped, rewriter);
  }
};
} // namespace
