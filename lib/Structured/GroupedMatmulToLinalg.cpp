//===- GroupedMatmulToLinalg.cpp - One matmul an expert, then epilogue ----===//
//===//
//
// for each expert with rows:
//   acc_i = its rows (a slice, or gathered) x its slice of weights i
//   values = epilogue(acc_0, ..., operands at their maps)
//   the rows of the destination = values, or the rows of the tokens += values
//
//===----------------------------------------------------------------------===//

#include "moe/Structured/Passes.h"

#include "moe/IR/SizeChecks.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

using namespace mlir;
using namespace mlir::moe;

using State = ReferenceBuilder::State;

namespace {

/// The rows of one expert: [begin, begin + count).
struct ExpertRows {
  Value expert;
  Value begin;
  Value count;
};

/// Builds the parts of one op.
struct GroupedMatmul {
  GroupedMatmulOp op;
  ReferenceBuilder &builder;

  Value numSlotsPerToken() {
    return builder.index(op.getSlotsPerToken().value_or(1));
  }
  /// The slot of a row, an index.
  Value slotOf(Value row) {
    return builder.toIndex(builder.extract(op.getSlots(), row));
  }
  Value tokenOf(Value row) {
    return arith::DivUIOp::create(builder, slotOf(row), numSlotsPerToken());
  }

  Value buildInput(const ExpertRows &rows);
  Value buildUnpacked(Value expert, Value weights);
  Value buildAccumulator(const ExpertRows &rows, Value input, Value weights);
  Value buildEpilogue(const ExpertRows &rows, ArrayRef<Value> accumulators,
                      Type element);
  Value buildWrite(const ExpertRows &rows, Value values, Value out);
  Value buildAccumulate(const ExpertRows &rows, Value values, Value out);
  Value build();
};

struct GroupedMatmulToLinalg : OpRewritePattern<GroupedMatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GroupedMatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics())
      return rewriter.notifyMatchFailure(op, "expects tensors, found memrefs");
    ReferenceBuilder builder(op.getLoc(), rewriter);
    checkSizes(builder, op);
    rewriter.replaceOp(op, GroupedMatmul{op, builder}.build());
    return success();
  }
};

} // namespace

/// Row i of the result is the i-th row of the expert.
Value GroupedMatmul::buildInput(const ExpertRows &rows) {
  Value all = op.getRows();
  SmallVector<OpFoldResult> sizes{rows.count, builder.size(all, 1)};
  if (!op.getGather())
    return builder.rows(all, rows.begin, rows.count);
  Type element = getElementTypeOrSelf(all.getType());
  return builder.map(sizes, element, {}, [&](ValueRange) {
    Value row = arith::AddIOp::create(builder, rows.begin, builder.position(0));
    return builder.extract(all, {tokenOf(row), builder.position(1)});
  });
}

/// `[K,N]` of packed weights.
Value GroupedMatmul::buildUnpacked(Value expert, Value weights) {
  PackingAttr packing = *op.getPacked();
  Value panel = builder.index(packing.getColumns());
  Value group = builder.index(packing.getGroup());
  SmallVector<OpFoldResult> sizes{builder.size(op.getRows(), 1),
                                  builder.size(op.getOut(), 1)};
  return builder.map(
      sizes, getElementTypeOrSelf(weights.getType()), {}, [&](ValueRange) {
        Value k = builder.position(0), n = builder.position(1);
        Value column = arith::RemUIOp::create(builder, n, panel);
        Value element = arith::AddIOp::create(
            builder, arith::MulIOp::create(builder, column, group),
            arith::RemUIOp::create(builder, k, group));
        return builder.extract(
            weights, {expert, arith::DivUIOp::create(builder, n, panel),
                      arith::DivUIOp::create(builder, k, group), element});
      });
}

Value GroupedMatmul::buildAccumulator(const ExpertRows &rows, Value input,
                                      Value weights) {
  Value slice = op.getPacked() ? buildUnpacked(rows.expert, weights)
                               : builder.row(weights, rows.expert);
  Value zero = builder.real(op.getAccumulatorType(), 0.0);
  Value init = builder.filled({rows.count, builder.size(op.getOut(), 1)}, zero);
  SmallVector<NamedAttribute> layer;
  if (Attribute number = op->getAttr("moe.layer"))
    layer.emplace_back("moe.layer", number);
  if (Attribute gate = op->getAttr("moe.gate_projection"))
    layer.emplace_back("moe.gate_projection", gate);
  if (op.getTransposed())
    return linalg::MatmulTransposeBOp::create(builder, builder.getLoc(),
                                              ValueRange{input, slice},
                                              ValueRange{init}, layer)
        .getResult(0);
  return linalg::MatmulOp::create(builder, builder.getLoc(),
                                  ValueRange{input, slice}, ValueRange{init},
                                  layer)
      .getResult(0);
}

/// `[count, N]` of type `element`: the region applied to each point.
Value GroupedMatmul::buildEpilogue(const ExpertRows &rows,
                                   ArrayRef<Value> accumulators, Type element) {
  SmallVector<MapInput> inputs;
  for (Value accumulator : accumulators)
    inputs.push_back({accumulator, {0, 1}});
  return builder.map(
      builder.sizes(accumulators[0]), element, inputs,
      [&](ValueRange elements) -> Value {
        if (op.getEpilogue().empty())
          return builder.convertFloat(elements[0], element);
        Value row =
            arith::AddIOp::create(builder, rows.begin, builder.position(0));
        Value slot = op.getSlots() ? slotOf(row) : row;
        SmallVector<Value> point{rows.expert, row, builder.position(1), slot};

        Block &body = op.getEpilogue().front();
        IRMapping mapping;
        mapping.map(body.getArguments().take_front(elements.size()), elements);
        for (auto [i, operand] : llvm::enumerate(op.getEpilogueOperands())) {
          SmallVector<Value> indices;
          for (AffineExpr result : op.getOperandMap(i).getResults())
            indices.push_back(affine::expandAffineExpr(
                builder, builder.getLoc(), result, point, {}));
          mapping.map(body.getArgument(elements.size() + i),
                      builder.extract(operand, indices));
        }
        for (Operation &inner : body.without_terminator())
          builder.clone(inner, mapping);
        Value result = body.getTerminator()->getOperand(0);
        return builder.convertFloat(mapping.lookup(result), element);
      });
}

Value GroupedMatmul::buildWrite(const ExpertRows &rows, Value values,
                                Value out) {
  return builder.insertRows(values, out, rows.begin);
}

/// Ascending rows, each added as a whole before the next.
Value GroupedMatmul::buildAccumulate(const ExpertRows &rows, Value values,
                                     Value out) {
  Value columns = builder.asIndex(builder.size(out, 1));
  return builder.loop(rows.count, out, [&](Value i, ValueRange sums) -> State {
    Value token = tokenOf(arith::AddIOp::create(builder, rows.begin, i));
    return builder.loop(columns, sums, [&](Value n, ValueRange sums) -> State {
      Value sum =
          arith::AddFOp::create(builder, builder.extract(sums[0], {token, n}),
                                builder.extract(values, {i, n}));
      return {builder.insert(sum, sums[0], {token, n})};
    });
  })[0];
}

Value GroupedMatmul::build() {
  Value numExperts = builder.asIndex(builder.size(op.getWeights()[0], 0));
  return builder.loop(
      numExperts, op.getOut(), [&](Value expert, ValueRange outs) -> State {
        Value next = arith::AddIOp::create(builder, expert, builder.index(1));
        Value begin = builder.toIndex(builder.extract(op.getOffsets(), expert));
        Value end = builder.toIndex(builder.extract(op.getOffsets(), next));
        Value count = arith::SubIOp::create(builder, end, begin);
        Value any = arith::CmpIOp::create(builder, arith::CmpIPredicate::sgt,
                                          count, builder.index(0));
        return builder.when(any, outs, [&]() -> State {
          ExpertRows rows{expert, begin, count};
          Value input = buildInput(rows);
          SmallVector<Value> accumulators;
          for (Value weights : op.getWeights())
            accumulators.push_back(buildAccumulator(rows, input, weights));
          Value values = buildEpilogue(
              rows, accumulators, getElementTypeOrSelf(op.getOut().getType()));
          return {op.getAccumulate() ? buildAccumulate(rows, values, outs[0])
                                     : buildWrite(rows, values, outs[0])};
        });
      })[0];
}

void moe::populateGroupedMatmulToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<GroupedMatmulToLinalg>(patterns.getContext());
}
