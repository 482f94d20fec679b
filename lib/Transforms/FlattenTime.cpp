//===- FlattenTime.cpp - A mixture of one step as one of all steps --------===//
//
// The ops of one step are copied into a block whose rows are dynamic, and the
// block is proved to be row-local there: then it may run on any number of rows,
// those of all steps among them.
//
//===----------------------------------------------------------------------===//

#include "moe/Transforms/Passes.h"

#include "StepRows.h"
#include "TimeLoop.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/RowLocality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Remarks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_FLATTENTIMEPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("FlattenTime").category("moe");

namespace {
/// Builds what a loop becomes.
class TimeFlattener {
public:
  TimeFlattener(TimeLoop &from, RewriterBase &rewriter)
      : from(from), rewriter(rewriter), b(from.loop.getLoc(), rewriter) {}
  void run(StepRows &rows);

private:
  OpFoldResult buildNumSteps();
  /// What the next step needs, and the states that the mixture reads, of all
  /// steps.
  SmallVector<Value> buildRecurrence();
  Value collapseSteps(Value steps, RankedTensorType type);
  SmallVector<OpFoldResult> atStep(OpFoldResult time, OpFoldResult rows,
                                   unsigned rank, Attribute rest);

  TimeLoop &from;
  RewriterBase &rewriter;
  ReferenceBuilder b;
  OpFoldResult numSteps;
};
} // namespace

OpFoldResult TimeFlattener::buildNumSteps() {
  Value lower = from.loop.getLowerBound(), upper = from.loop.getUpperBound();
  auto first = getConstantIntValue(lower), last = getConstantIntValue(upper);
  if (first && last)
    return b.getIndexAttr(std::max<int64_t>(*last - *first, 0));
  if (first == 0 && upper.getDefiningOp<tensor::DimOp>())
    return upper;
  Value steps = arith::SubIOp::create(b, upper, lower);
  return arith::MaxSIOp::create(b, steps, b.index(0)).getResult();
}

/// `[.., rest, ..]` with `time` and `rows` at their dimensions.
SmallVector<OpFoldResult> TimeFlattener::atStep(OpFoldResult time,
                                                OpFoldResult rows,
                                                unsigned rank, Attribute rest) {
  SmallVector<OpFoldResult> parts(rank, rest);
  parts[from.timeDim] = time;
  parts[1 - from.timeDim] = rows;
  return parts;
}

/// `[n,B,...]` or `[B,n,...]` as rows of `type`.
Value TimeFlattener::collapseSteps(Value steps, RankedTensorType type) {
  SmallVector<ReassociationIndices> groups{{0, 1}};
  for (int64_t dim = 2; dim <= type.getRank(); ++dim)
    groups.push_back({dim});
  return b.castTo(tensor::CollapseShapeOp::create(b, steps, groups), type);
}

SmallVector<Value> TimeFlattener::buildRecurrence() {
  scf::ForOp loop = from.loop;
  Attribute zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
  SmallVector<Value> inits, old;
  for (auto [index, init] : llvm::enumerate(loop.getInitArgs()))
    if (from.isCarried(index)) {
      inits.push_back(init);
      old.push_back(loop.getRegionIterArgs()[index]);
    }
  if (inits.empty())
    return {};
  for (Value state : from.states) {
    auto type = cast<RankedTensorType>(state.getType());
    SmallVector<OpFoldResult> sizes =
        atStep(numSteps, from.batch, type.getRank() + 1, zero);
    for (int64_t dim = 1; dim < type.getRank(); ++dim)
      sizes[dim + 1] = b.getIndexAttr(type.getDimSize(dim));
    inits.push_back(b.empty(sizes, type.getElementType()));
  }
  auto build = [&](OpBuilder &builder, Location loc, Value step,
                   ValueRange arguments) {
    IRMapping mapping;
    mapping.map(loop.getInductionVar(), step);
    mapping.map(old, arguments.take_front(old.size()));
    for (Operation *op : from.getRecurrence())
      builder.clone(*op, mapping);
    SmallVector<Value> yielded;
    for (auto [index, value] : llvm::enumerate(loop.getYieldedValues()))
      if (from.isCarried(index))
        yielded.push_back(mapping.lookupOrDefault(value));
    Value place =
        arith::SubIOp::create(builder, loc, step, loop.getLowerBound());
    for (auto [state, all] :
         llvm::zip_equal(from.states, arguments.drop_front(old.size()))) {
      auto type = cast<RankedTensorType>(state.getType());
      SmallVector<OpFoldResult> sizes =
          atStep(one, from.batch, type.getRank() + 1, one);
      for (int64_t dim = 1; dim < type.getRank(); ++dim)
        sizes[dim + 1] = builder.getIndexAttr(type.getDimSize(dim));
      yielded.push_back(tensor::InsertSliceOp::create(
          builder, loc, mapping.lookupOrDefault(state), all,
          atStep(place, zero, type.getRank() + 1, zero), sizes,
          SmallVector<OpFoldResult>(type.getRank() + 1, one)));
    }
    scf::YieldOp::create(builder, loc, yielded);
  };
  auto states =
      scf::ForOp::create(b, loop.getLowerBound(), loop.getUpperBound(),
                         loop.getStep(), inits, build);
  unsigned next = 0;
  for (unsigned index = 0; index < loop.getNumResults(); ++index)
    if (from.isCarried(index))
      rewriter.replaceAllUsesWith(loop.getResult(index),
                                  states.getResult(next++));
  return SmallVector<Value>(states.getResults().drop_front(next));
}

void TimeFlattener::run(StepRows &rows) {
  scf::ForOp loop = from.loop;
  b.setInsertionPoint(loop);
  Value lower = loop.getLowerBound();
  OpFoldResult first = getAsOpFoldResult(lower);
  numSteps = buildNumSteps();
  Attribute one = b.getIndexAttr(1);

  // The rows of all steps.
  SmallVector<Value> steps;
  for (auto &[op, slice] : from.inputs) {
    SmallVector<OpFoldResult> offsets = slice.offsets, sizes = slice.sizes;
    offsets[from.timeDim] = first;
    sizes[from.timeDim] = numSteps;
    steps.push_back(tensor::ExtractSliceOp::create(
        b, op.getSource(), offsets, sizes,
        SmallVector<OpFoldResult>(sizes.size(), one)));
  }
  llvm::append_range(steps, buildRecurrence());
  SmallVector<Value> arguments;
  for (auto [value, argument] : llvm::zip_equal(steps, rows.getRowArguments()))
    arguments.push_back(
        collapseSteps(value, cast<RankedTensorType>(argument.getType())));
  auto fixedSteps = getConstantIntValue(numSteps),
       fixedBatch = getConstantIntValue(from.batch);
  bool fixed = fixedSteps && fixedBatch;
  arguments.push_back(
      fixed ? b.index(*fixedSteps * *fixedBatch)
            : Value(arith::MulIOp::create(b, b.asIndex(numSteps),
                                          b.asIndex(from.batch))));
  SmallVector<Value> results = rows.inlineBefore(loop, arguments, rewriter);

  // Their results, back to the slices of their steps.
  for (auto [output, value] : llvm::zip_equal(from.outputs, results)) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<OpFoldResult> sizes =
        atStep(numSteps, from.batch, type.getRank() + 1, one);
    SmallVector<ReassociationIndices> groups{{0, 1}};
    for (int64_t dim = 1; dim < type.getRank(); ++dim) {
      groups.push_back({dim + 1});
      sizes[dim + 1] = tensor::getMixedSize(b, b.getLoc(), value, dim);
    }
    SmallVector<int64_t> shape;
    for (OpFoldResult size : sizes)
      shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
    if (fixed) {
      SmallVector<int64_t> flat(type.getShape());
      flat[0] = *fixedSteps * *fixedBatch;
      value = b.castTo(value, type.clone(flat));
    }
    // Upstream's lowering of expand_shape takes one dynamic size in a group.
    Value expanded;
    if (fixedSteps || fixedBatch) {
      expanded = tensor::ExpandShapeOp::create(b, type.clone(shape), value,
                                               groups, sizes);
    } else {
      SmallVector<Value> parts;
      for (OpFoldResult size : sizes)
        parts.push_back(b.asIndex(size));
      expanded = tensor::ReshapeOp::create(
          b, type.clone(shape), value,
          tensor::FromElementsOp::create(b, parts).getResult());
    }
    auto &[insert, slice] = output;
    SmallVector<OpFoldResult> offsets = slice.offsets;
    offsets[from.timeDim] = first;
    unsigned index = cast<BlockArgument>(insert.getDest()).getArgNumber() - 1;
    Value whole = tensor::InsertSliceOp::create(
        b, expanded, loop.getInitArgs()[index], offsets, sizes,
        SmallVector<OpFoldResult>(sizes.size(), one));
    rewriter.replaceAllUsesWith(loop.getResult(index), whole);
  }
  remark::passed(loop.getLoc(), kRemark)
      << remark::metric("inputs", from.inputs.size() + from.states.size())
      << remark::metric("results", from.outputs.size())
      << remark::metric("recurrent", !from.states.empty());
  rewriter.eraseOp(loop);
}

namespace {
struct FlattenTimePass : moe::impl::FlattenTimePassBase<FlattenTimePass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<scf::ForOp> loops;
    getOperation()->walk([&](scf::ForOp op) { loops.push_back(op); });
    for (scf::ForOp op : loops) {
      TimeLoop loop(op);
      if (!loop.match())
        continue;
      StepRows rows(loop);
      if (std::optional<RowMixing> mixing = rows.build()) {
        Operation *at = mixing->op ? mixing->op : op.getOperation();
        remark::missed(at->getLoc(), kRemark) << remark::reason(
            "the rows of a step depend on each other: '{0}' {1}",
            at->getName().getStringRef(), mixing->reason);
        continue;
      }
      TimeFlattener(loop, rewriter).run(rows);
    }
  }
};
} // namespace
