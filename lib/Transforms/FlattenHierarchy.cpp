//===- FlattenHierarchy.cpp - A mixture of mixtures as one mixture --------===//
//
// Shazeer et al. 2017, eq. 12: a token's weight for expert j of group i is the
// product of two gates. Only the nested gate's logits stay an op of the groups;
// everything after them is an op on all experts.
//
//===----------------------------------------------------------------------===//

#include "moe/Transforms/Passes.h"

#include "Hierarchy.h"
#include "moe/IR/ReferenceBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::moe {
#define GEN_PASS_DEF_FLATTENHIERARCHYPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("FlattenHierarchy").category("moe");

namespace {
/// Builds the one level that says the same.
class Flattener {
public:
  Flattener(Hierarchy &from, RewriterBase &rewriter)
      : from(from), rewriter(rewriter),
        b(from.inner.combine.getLoc(), rewriter) {}
  /// The experts of the flat form.
  ExpertOp run();

private:
  /// The nested gate's logits and noise, from the groups' own rows.
  SmallVector<Value> buildLogits();
  /// `rows [R,N]` of the groups' slots, in the order of the slots.
  Value toSlots(Value rows, Value perSlot);
  Value flatten(Value perSlot);

  Hierarchy &from;
  RewriterBase &rewriter;
  ReferenceBuilder b;
};

} // namespace

//===----------------------------------------------------------------------===//
// The flat form
//===----------------------------------------------------------------------===//

SmallVector<Value> Flattener::buildLogits() {
  ExpertOp groups = from.outer.experts;
  SmallVector<Value> yielded{from.gate.getLogits()};
  if (from.gate.getNoise())
    yielded.push_back(from.gate.getNoise());

  // What they are computed from.
  llvm::SetVector<Operation *> ops;
  llvm::SetVector<Value> arguments;
  SmallVector<Value> work(yielded);
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *def = value.getDefiningOp();
    if (!def) {
      arguments.insert(value);
      continue;
    }
    if (!ops.insert(def))
      continue;
    llvm::append_range(work, def->getOperands());
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(def->getRegions(), captured);
    for (Value used : captured)
      if (used.getParentBlock() == &groups.getBody().front())
        work.push_back(used);
  }

  SmallVector<Value> operands[3], taken;
  auto take = [&](unsigned kind, Block::BlockArgListType all,
                  OperandRange outside) {
    for (auto [argument, operand] : llvm::zip_equal(all, outside)) {
      // An expert op has rows, read or not.
      bool needed = kind == 0 && operands[0].empty() && argument == all.back();
      if (!arguments.contains(argument) && !needed)
        continue;
      operands[kind].push_back(operand);
      taken.push_back(argument);
    }
  };
  take(0, groups.getRowArguments(), groups.getInputs());
  take(1, groups.getParamArguments(), groups.getParams());
  take(2, groups.getSharedArguments(), groups.getShared());

  int64_t bound =
      cast<RankedTensorType>(groups.getResult(0).getType()).getDimSize(0);
  SmallVector<Type> types;
  for (Value value : yielded) {
    auto type = cast<RankedTensorType>(value.getType());
    types.push_back(RankedTensorType::get({bound, type.getDimSize(1)},
                                          type.getElementType()));
  }
  auto logits = ExpertOp::create(b, types, operands[0], groups.getOffsets(),
                                 operands[1], operands[2], false);
  Block &block = logits.getBody().emplaceBlock();
  IRMapping moved;
  for (Value argument : taken)
    moved.map(argument, block.addArgument(argument.getType(), b.getLoc()));
  OpBuilder inside = OpBuilder::atBlockBegin(&block);
  for (Operation &op : groups.getBody().front())
    if (ops.contains(&op))
      inside.clone(op, moved);
  SmallVector<Value> results;
  for (Value value : yielded)
    results.push_back(moved.lookup(value));
  YieldOp::create(inside, b.getLoc(), results);
  return SmallVector<Value>(logits.getResults());
}

Value Flattener::toSlots(Value rows, Value perSlot) {
  auto type = cast<RankedTensorType>(rows.getType());
  int64_t slots = cast<RankedTensorType>(perSlot.getType()).getDimSize(0);
  return CombineOp::create(
      b,
      RankedTensorType::get({slots, type.getDimSize(1)}, type.getElementType()),
      rows, from.outer.dispatch.getSlots(), perSlot, true);
}

/// `[T*K1,K2]` as `[T,K1*K2]`.
Value Flattener::flatten(Value perSlot) {
  auto type = cast<RankedTensorType>(perSlot.getType());
  RankedTensorType primary = from.outer.dispatch.getExperts().getType();
  auto split = RankedTensorType::get(
      {primary.getDimSize(0), primary.getDimSize(1), type.getDimSize(1)},
      type.getElementType());
  SmallVector<OpFoldResult> sizes{b.size(from.outer.dispatch.getExperts(), 0),
                                  b.getIndexAttr(split.getDimSize(1)),
                                  b.getIndexAttr(split.getDimSize(2))};
  Value parts = tensor::ExpandShapeOp::create(
      b, split, perSlot, ArrayRef<ReassociationIndices>{{0, 1}, {2}}, sizes);
  return tensor::CollapseShapeOp::create(
      b, parts, ArrayRef<ReassociationIndices>{{0}, {1, 2}});
}

ExpertOp Flattener::run() {
  Level &outer = from.outer, &inner = from.inner;
  GateOp gate = from.gate;
  int64_t numGroups = outer.experts.getNumExperts();
  int64_t groupSize = inner.experts.getNumExperts();
  b.setInsertionPoint(outer.combine);
  SmallVector<ReassociationIndices> all{{0, 1}};
  Value groupIds =
      tensor::CollapseShapeOp::create(b, outer.dispatch.getExperts(), all);
  Value groupWeights =
      tensor::CollapseShapeOp::create(b, outer.dispatch.getWeights(), all);
  int64_t slots = cast<RankedTensorType>(groupIds.getType()).getDimSize(0);
  auto oneColumn = RankedTensorType::get(
      {slots, 1}, getElementTypeOrSelf(groupWeights.getType()));
  Value perSlot = tensor::ExpandShapeOp::create(
      b, oneColumn, groupWeights, all,
      ArrayRef<OpFoldResult>{b.size(groupWeights, 0), b.getIndexAttr(1)});

  // The nested gate once, for all slots. A dead one gets logits of 0, and no
  // weight in the product.
  SmallVector<Value> logits = buildLogits();
  for (Value &rows : logits)
    rows = toSlots(rows, perSlot);
  auto shared = [&](Value value) {
    return value ? from.outside(b, value) : Value();
  };
  int64_t numChosen = gate.getExperts().getType().getDimSize(1);
  auto choices = GateOp::create(
      b, gate.getLoc(),
      TypeRange{
          RankedTensorType::get({slots, numChosen},
                                gate.getWeights().getType().getElementType()),
          RankedTensorType::get({slots, numChosen}, b.getI32Type())},
      logits[0], shared(gate.getBias()), gate.getNoise() ? logits[1] : Value(),
      Value(), shared(gate.getThresholds()), Value(), Value(),
      gate.getRouter());
  choices.getScore().takeBody(gate.getScore());

  SmallVector<OpFoldResult> sizes = b.sizes(choices.getExperts());
  Type first = getElementTypeOrSelf(groupWeights.getType());
  Type second = choices.getWeights().getType().getElementType();
  Type wide = second.isF64() ? second : first;
  Value weights =
      b.map(sizes, wide, {{groupWeights, {0}}, {choices.getWeights(), {0, 1}}},
            [&](ValueRange v) -> Value {
              return arith::MulFOp::create(b, b.convertFloat(v[0], wide),
                                           b.convertFloat(v[1], wide));
            });
  // A null expert of a group is not the next group's first.
  Value ids = b.map(
      sizes, b.getI32Type(), {{groupIds, {0}}, {choices.getExperts(), {0, 1}}},
      [&](ValueRange v) -> Value {
        auto below = [&](Value id, int64_t bound) -> Value {
          return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, id,
                                       b.integer(32, bound));
        };
        Value known = arith::AndIOp::create(b, below(v[0], numGroups),
                                            below(v[1], groupSize));
        Value start = arith::MulIOp::create(b, v[0], b.integer(32, groupSize));
        Value id = arith::AddIOp::create(b, start, v[1]);
        return arith::SelectOp::create(b, known, id, b.integer(32, -1));
      });
  weights = flatten(weights);
  ids = flatten(ids);

  // One dispatch, one expert op, one sum.
  auto idsType = cast<RankedTensorType>(ids.getType());
  int64_t bound = idsType.isDynamicDim(0)
                      ? ShapedType::kDynamic
                      : idsType.getDimSize(0) * idsType.getDimSize(1);
  auto rowsOf = [&](Value like) -> Type {
    auto type = cast<RankedTensorType>(like.getType());
    return RankedTensorType::get({bound, type.getDimSize(1)},
                                 type.getElementType());
  };
  SmallVector<Type> types;
  for (Value rows : from.rows)
    types.push_back(rowsOf(rows));
  auto dispatch = DispatchOp::create(
      b, inner.dispatch.getLoc(), types,
      RankedTensorType::get({numGroups * groupSize + 1}, b.getI32Type()),
      RankedTensorType::get({bound}, b.getI32Type()), from.rows, ids, weights,
      Value(), PriorityAttr(), IntegerAttr(), false);
  SmallVector<Value> params, whole, rows;
  for (Value input : inner.experts.getInputs())
    rows.push_back(
        dispatch
            .getRows()[cast<OpResult>(stripCasts(input)).getResultNumber()]);
  for (Value param : from.params) {
    SmallVector<ReassociationIndices> groups{{0, 1}};
    for (int64_t dim = 2, rank = cast<ShapedType>(param.getType()).getRank();
         dim < rank; ++dim)
      groups.push_back({dim});
    params.push_back(tensor::CollapseShapeOp::create(b, param, groups));
  }
  for (Value value : inner.experts.getShared())
    whole.push_back(from.outside(b, value));
  auto experts = ExpertOp::create(
      b, inner.experts.getLoc(), TypeRange{rowsOf(inner.experts.getResult(0))},
      rows, dispatch.getOffsets(), params, whole, false);
  experts.getBody().takeBody(inner.experts.getBody());
  auto sum = CombineOp::create(
      b, outer.combine.getLoc(), outer.combine.getResult().getType(),
      experts.getResult(0), dispatch.getSlots(), weights, false);

  remark::passed(outer.experts.getLoc(), kRemark)
      << remark::reason("{0}", "the sum over a token's experts is in ascending "
                               "order of all of them; the groups' sums are no "
                               "longer rounded on their own")
      << remark::metric("groups", numGroups)
      << remark::metric("experts", numGroups * groupSize)
      << remark::metric("slots", idsType.getDimSize(1));
  rewriter.replaceOp(outer.combine, sum.getResult());
  while (!outer.experts->use_empty())
    rewriter.eraseOp(*outer.experts->user_begin()); // casts
  rewriter.eraseOp(outer.experts);
  return experts;
}

namespace {
struct FlattenHierarchyPass
    : moe::impl::FlattenHierarchyPassBase<FlattenHierarchyPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<ExpertOp> work;
    getOperation()->walk([&](ExpertOp op) {
      // Where the groups are experts themselves, their region has to stay one
      // that is seen to be row-local; they are flattened into theirs first.
      if (!op->getParentOfType<ExpertOp>())
        work.push_back(op);
    });
    while (!work.empty()) {
      Hierarchy hierarchy(work.pop_back_val());
      if (hierarchy.match())
        work.push_back(Flattener(hierarchy, rewriter).run());
    }
  }
};
} // namespace
