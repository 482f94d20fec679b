//===- ImportedScatterToLinalg.cpp - tm_tensor.scatter to loops -----------===//
//
// The op is torch-mlir's and not registered here: it is known by its name. Row
// u of `updates` goes to the place in `original` that row u of `indices` names,
// combined with the old value by the region.
//
//===----------------------------------------------------------------------===//

#include "Build.h"

#include "moe/IR/ReferenceBuilder.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct ImportedScatterToLinalg final : RewritePattern {
  explicit ImportedScatterToLinalg(MLIRContext *context)
      : RewritePattern("tm_tensor.scatter", /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
ImportedScatterToLinalg::matchAndRewrite(Operation *op,
                                         PatternRewriter &rewriter) const {
  auto dimensions = op->getAttrOfType<DenseI64ArrayAttr>("dimension_map");
  if (!dimensions || op->getNumOperands() != 3 || op->getNumResults() != 1 ||
      op->getNumRegions() != 1 || !op->getRegion(0).hasOneBlock())
    return rewriter.notifyMatchFailure(
        op, "expects updates, indices, a tensor, a dimension map and a region");
  Value updates = op->getOperand(0), indices = op->getOperand(1),
        original = op->getOperand(2);
  auto updatesType = dyn_cast<RankedTensorType>(updates.getType());
  auto indicesType = dyn_cast<RankedTensorType>(indices.getType());
  auto type = dyn_cast<RankedTensorType>(original.getType());
  int64_t depth = dimensions.size();
  if (!updatesType || !indicesType || !type || indicesType.getRank() != 2 ||
      indicesType.getDimSize(1) != depth ||
      !isa<IntegerType>(indicesType.getElementType()) ||
      updatesType.getRank() != 1 + type.getRank() - depth ||
      !llvm::all_of(dimensions.asArrayRef(),
                    [&](int64_t d) { return d >= 0 && d < type.getRank(); }))
    return rewriter.notifyMatchFailure(
        op, "expects indices [U,depth] and updates [U,...] of the dimensions "
            "that are not indexed");
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() != 2 || body.back().getNumOperands() != 1)
    return rewriter.notifyMatchFailure(
        op, "expects a region of the update and the old value");

  ReferenceBuilder b(op->getLoc(), rewriter);
  using State = ReferenceBuilder::State;
  auto write = [&](SmallVector<Value> from, SmallVector<Value> to,
                   ValueRange state) -> State {
    IRMapping mapping;
    mapping.map(body.getArgument(0), b.extract(updates, from));
    mapping.map(body.getArgument(1), b.extract(state[0], to));
    for (Operation &inner : llvm::drop_end(body))
      b.clone(inner, mapping);
    return {b.insert(mapping.lookupOrDefault(body.back().getOperand(0)),
                     state[0], to)};
  };
  // The dimensions that are not indexed, in order.
  std::function<State(int64_t, SmallVector<Value>, SmallVector<Value>,
                      ValueRange)>
      window = [&](int64_t d, SmallVector<Value> from, SmallVector<Value> to,
                   ValueRange state) -> State {
    if (d == type.getRank())
      return write(from, to, state);
    if (to[d])
      return window(d + 1, from, to, state);
    Value size = b.asIndex(b.size(original, d));
    return b.loop(size, state, [&](Value i, ValueRange inner) -> State {
      SmallVector<Value> innerFrom(from), innerTo(to);
      innerFrom.push_back(i);
      innerTo[d] = i;
      return window(d + 1, innerFrom, innerTo, inner);
    });
  };
  Value count = b.asIndex(b.size(updates, 0));
  State result =
      b.loop(count, original, [&](Value u, ValueRange state) -> State {
        SmallVector<Value> to(type.getRank());
        for (auto [i, d] : llvm::enumerate(dimensions.asArrayRef()))
          to[d] = b.toIndex(b.extract(indices, {u, b.index(i)}));
        return window(0, {u}, to, state);
      });
  rewriter.replaceOp(op, result);
  return success();
}

void moe::populateImportedScatterToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<ImportedScatterToLinalg>(patterns.getContext());
}
