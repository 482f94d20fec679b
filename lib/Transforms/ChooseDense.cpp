//===- ChooseDense.cpp - Every expert on every token, where it is faster --===//

#include "moe/Transforms/Passes.h"

#include "LayerCost.h"

#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/RowLocality.h"
#include "moe/Transforms/TargetConversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CHOOSEDENSEPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("ChooseDense").category("moe");
/// More slots a token than this are not looked through one by one.
static constexpr int64_t kMostSlots = 16;

namespace {
/// A dispatch whose rows go through one expert op into one combine.
struct Layer {
  DispatchOp dispatch;
  ExpertOp expert;
  CombineOp combine;
};
} // namespace

/// The layer of `dispatch`; failure, and maybe why, where it is another kind.
static FailureOr<Layer> matchLayer(DispatchOp dispatch, StringRef &why) {
  if (dispatch.getInputs().size() != 1 || !dispatch.getRows()[0].hasOneUse() ||
      !dispatch.getOffsets().hasOneUse() || !dispatch.getSlots().hasOneUse())
    return failure();
  auto expert = dyn_cast<ExpertOp>(*dispatch.getRows()[0].getUsers().begin());
  auto combine = dyn_cast<CombineOp>(*dispatch.getSlots().getUsers().begin());
  if (!expert || !combine || expert.getInputs().size() != 1 ||
      expert.getOffsets() != dispatch.getOffsets() ||
      expert->getNumResults() != 1 || !expert->getResult(0).hasOneUse() ||
      combine.getRows() != expert->getResult(0) ||
      combine.getSlots() != dispatch.getSlots() ||
      expert->getBlock() != dispatch->getBlock() ||
      combine->getBlock() != dispatch->getBlock())
    return failure();
  if (dispatch.getCapacity() || dispatch.getScaleRows()) {
    why = "a capacity drops rows, or rows are scaled";
    return failure();
  }
  // A slice of no tokens at any offset is none to upstream.
  if (dispatch.getExperts().getType().getDimSize(0) == 0) {
    why = "there are no tokens";
    return failure();
  }
  if (!isRowLocal(expert)) {
    why = "the region mixes rows";
    return failure();
  }
  return Layer{dispatch, expert, combine};
}

/// Column `slot` of `[T,K]`, as `[T]`.
static Value buildColumn(ReferenceBuilder &b, Value matrix, int64_t slot) {
  auto type = cast<RankedTensorType>(matrix.getType());
  OpFoldResult one = b.getIndexAttr(1);
  return tensor::ExtractSliceOp::create(
      b, RankedTensorType::get({type.getDimSize(0)}, type.getElementType()),
      matrix, ArrayRef<OpFoldResult>{b.getIndexAttr(0), b.getIndexAttr(slot)},
      ArrayRef<OpFoldResult>{b.size(matrix, 0), one},
      ArrayRef<OpFoldResult>{one, one});
}

/// The region of expert `e` on all tokens.
static Value buildExpert(ReferenceBuilder &b, Layer layer, Value e) {
  ExpertOp op = layer.expert;
  IRMapping map;
  BlockArgument rows = op.getRowArguments()[0];
  map.map(rows, b.castTo(layer.dispatch.getInputs()[0], rows.getType()));
  for (auto [argument, stacked] :
       llvm::zip_equal(op.getParamArguments(), op.getParams())) {
    SmallVector<OpFoldResult> sizes = b.sizes(stacked);
    SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
    offsets[0] = e;
    sizes[0] = b.getIndexAttr(1);
    map.map(argument, Value(tensor::ExtractSliceOp::create(
                          b, cast<RankedTensorType>(argument.getType()),
                          stacked, offsets, sizes, strides)));
  }
  map.map(op.getSharedArguments(), op.getShared());
  Block &body = op.getBody().front();
  for (Operation &inner : body.without_terminator())
    b.clone(inner, map);
  return map.lookup(body.getTerminator()->getOperand(0));
}

/// Every expert on every token; rows of slots that are not live are not added.
static Value buildDense(ReferenceBuilder &b, Layer layer) {
  DispatchOp dispatch = layer.dispatch;
  CombineOp combine = layer.combine;
  int64_t k = dispatch.getExperts().getType().getDimSize(1);
  RankedTensorType type = combine.getResult().getType();
  Type sum = getElementTypeOrSelf(combine.getRows()).isF64()
                 ? Type(b.getF64Type())
                 : Type(b.getF32Type());
  SmallVector<MapInput> columns;
  for (int64_t j = 0; j < k; ++j) {
    columns.push_back({buildColumn(b, dispatch.getExperts(), j), {0}});
    columns.push_back({buildColumn(b, combine.getWeights(), j), {0}});
    if (dispatch.getWeights())
      columns.push_back({buildColumn(b, dispatch.getWeights(), j), {0}});
  }
  SmallVector<OpFoldResult> sizes{b.size(dispatch.getInputs()[0], 0),
                                  b.size(combine.getRows(), 1)};
  Value start = b.filled(sizes, b.real(sum, 0.0));
  auto add = [&](Value e, ValueRange state) -> ReferenceBuilder::State {
    SmallVector<MapInput> inputs{{buildExpert(b, layer, e), {0, 1}}};
    llvm::append_range(inputs, columns);
    Value expert = b.toI32(e);
    auto body = [&](ValueRange in) -> Value {
      Value row = b.convertFloat(in[0], sum), acc = in.back();
      size_t next = 1;
      for (int64_t j = 0; j < k; ++j) {
        Value live = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                           in[next++], expert);
        Value weight = b.convertFloat(in[next++], sum);
        auto dropZeros = [&](Value number) {
          live = arith::AndIOp::create(
              b, live,
              arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, number,
                                    b.real(number.getType(), 0.0)));
        };
        if (dispatch.getWeights())
          dropZeros(in[next++]);
        if (!combine.getUnweighted() && !combine.getKeepZeros() &&
            dispatch.getWeights() != combine.getWeights())
          dropZeros(weight);
        Value term = combine.getUnweighted()
                         ? row
                         : Value(arith::MulFOp::create(b, weight, row));
        acc = arith::SelectOp::create(b, live,
                                      arith::AddFOp::create(b, acc, term), acc);
      }
      return acc;
    };
    return {b.accumulateInto(state[0], inputs, body)};
  };
  Value total = b.loop(b.index(dispatch.getNumExperts()), start, add).front();
  return b.castTo(b.convertElements(total, type.getElementType()), type);
}

/// Whether the number of tokens is in `range`.
static Value buildTest(ReferenceBuilder &b, Value tokens, TokenRange range) {
  Value t = b.asIndex(b.size(tokens, 0));
  Value test = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, t,
                                     b.index(range.first));
  if (range.end == std::numeric_limits<int64_t>::max())
    return test;
  return arith::AndIOp::create(b, test,
                               arith::CmpIOp::create(b,
                                                     arith::CmpIPredicate::ult,
                                                     t, b.index(range.end)));
}

static void choose(Layer layer, TokenRange range, RewriterBase &rewriter) {
  CombineOp combine = layer.combine;
  rewriter.setInsertionPoint(combine);
  ReferenceBuilder b(combine.getLoc(), rewriter);
  Value test = buildTest(b, layer.dispatch.getInputs()[0], range);
  auto version = scf::IfOp::create(b, TypeRange{combine.getResult().getType()},
                                   test, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(version.thenBlock());
    scf::YieldOp::create(b, buildDense(b, layer));
  }
  rewriter.replaceAllUsesWith(combine.getResult(), version.getResult(0));
  Block *routed = version.elseBlock();
  for (Operation *op : {layer.dispatch.getOperation(),
                        layer.expert.getOperation(), combine.getOperation()})
    rewriter.moveOpBefore(op, routed, routed->end());
  rewriter.setInsertionPointToEnd(routed);
  scf::YieldOp::create(rewriter, combine.getLoc(), combine.getResult());
}

namespace {
struct ChooseDensePass : moe::impl::ChooseDensePassBase<ChooseDensePass> {
  void runOnOperation() override {
    Operation *root = getOperation();
    std::optional<Target> target = getStatedTarget(root);
    if (!target)
      return;
    SmallVector<DispatchOp> dispatches;
    root->walk([&](DispatchOp op) {
      if (!op->getParentOfType<ExpertOp>() &&
          !isa<scf::IfOp>(op->getParentOp()))
        dispatches.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (DispatchOp dispatch : dispatches)
      visit(dispatch, *target, rewriter);
  }

private:
  void visit(DispatchOp dispatch, const Target &target,
             RewriterBase &rewriter) {
    Location loc = dispatch.getLoc();
    StringRef why;
    auto layer = matchLayer(dispatch, why);
    std::optional<LayerSize> size;
    if (succeeded(layer))
      size = measureLayer(dispatch, layer->expert);
    if (succeeded(layer) && (!size || size->slots > kMostSlots))
      why = "its sizes are not static, or tokens have many slots";
    else if (target.device != Device::CPU || target.bandwidth <= 0)
      why = "the target is no CPU of known bandwidth";
    if (!why.empty() || !size) {
      if (!why.empty())
        remark::missed(loc, kRemark) << remark::reason("{0}", why);
      return;
    }
    auto range = findDenseRange(*size, target);
    auto nanoseconds = [](double seconds) { return int64_t(seconds * 1e9); };
    int64_t t = range ? range->first : 1;
    int64_t routed = nanoseconds(estimateRouted(*size, target, t));
    int64_t dense = nanoseconds(estimateDense(*size, target, t));
    if (!range) {
      remark::missed(loc, kRemark)
          << remark::metric("routed", routed) << remark::metric("dense", dense)
          << remark::reason("{0}",
                            "routed costs less for any number of tokens");
      return;
    }
    choose(*layer, *range, rewriter);
    remark::passed(loc, kRemark)
        << remark::metric("tokens", range->first)
        << remark::metric("end", range->end) << remark::metric("routed", routed)
        << remark::metric("dense", dense);
  }
};
} // namespace
