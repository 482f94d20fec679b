//===- ImportedSortToLinalg.cpp - tm_tensor.sort to loops -----------------===//
//
// The op is torch-mlir's and not registered here: it is known by its name. Its
// region compares two elements of the first operand (and of the others, which
// are moved along) and says that they may stay in this order.
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
struct ImportedSortToLinalg final : RewritePattern {
  explicit ImportedSortToLinalg(MLIRContext *context)
      : RewritePattern("tm_tensor.sort", /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

/// Swaps neighbours that are out of order until none is: simple, stable, and a
/// permutation whatever the comparison says.
LogicalResult
ImportedSortToLinalg::matchAndRewrite(Operation *op,
                                      PatternRewriter &rewriter) const {
  auto dimension = op->getAttrOfType<IntegerAttr>("dimension");
  if (!dimension || op->getNumRegions() != 1 || op->getNumOperands() == 0 ||
      op->getNumResults() != op->getNumOperands() ||
      !op->getRegion(0).hasOneBlock())
    return rewriter.notifyMatchFailure(
        op, "expects a dimension, a comparison and one result per operand");
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  int64_t dim = dimension.getInt();
  if (!type || dim < 0 || dim >= type.getRank() ||
      !llvm::all_of(
          op->getOperands(),
          [&](Value v) {
            auto other = dyn_cast<RankedTensorType>(v.getType());
            return other && other.getShape() == type.getShape();
          }))
    return rewriter.notifyMatchFailure(
        op, "expects operands of one shape and a dimension of it");
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() != 2 * op->getNumOperands() ||
      body.back().getNumOperands() != 1)
    return rewriter.notifyMatchFailure(
        op, "expects a comparison of two elements of each operand");

  ReferenceBuilder b(op->getLoc(), rewriter);
  using State = ReferenceBuilder::State;
  Value one = b.index(1);
  Value count = b.asIndex(b.size(op->getOperand(0), dim));

  // One pass over neighbours at `outer`, in all operands alike.
  auto swapNeighbours = [&](SmallVector<Value> at, ValueRange tensors) {
    return b.loop(
        one, count, tensors, [&](Value right, ValueRange state) -> State {
          SmallVector<Value> here(at), there(at);
          here[dim] = arith::SubIOp::create(b, right, one);
          there[dim] = right;
          IRMapping mapping;
          SmallVector<Value> first, second;
          for (auto [i, tensor] : llvm::enumerate(state)) {
            first.push_back(b.extract(tensor, here));
            second.push_back(b.extract(tensor, there));
            mapping.map(body.getArgument(2 * i), first.back());
            mapping.map(body.getArgument(2 * i + 1), second.back());
          }
          for (Operation &inner : llvm::drop_end(body))
            b.clone(inner, mapping);
          Value stay = mapping.lookupOrDefault(body.back().getOperand(0));
          State next;
          for (auto [i, tensor] : llvm::enumerate(state)) {
            Value low = arith::SelectOp::create(b, stay, first[i], second[i]);
            Value high = arith::SelectOp::create(b, stay, second[i], first[i]);
            next.push_back(b.insert(high, b.insert(low, tensor, here), there));
          }
          return next;
        });
  };
  // All other dimensions, outermost first; then as many passes as elements.
  std::function<State(int64_t, SmallVector<Value>, ValueRange)> walk =
      [&](int64_t d, SmallVector<Value> at, ValueRange tensors) -> State {
    if (d == type.getRank())
      return b.loop(count, tensors, [&](Value, ValueRange state) -> State {
        return swapNeighbours(at, state);
      });
    if (d == dim) {
      at.push_back(Value());
      return walk(d + 1, at, tensors);
    }
    Value size = b.asIndex(b.size(op->getOperand(0), d));
    return b.loop(size, tensors, [&](Value i, ValueRange state) -> State {
      SmallVector<Value> inner(at);
      inner.push_back(i);
      return walk(d + 1, inner, state);
    });
  };
  rewriter.replaceOp(op, walk(0, {}, op->getOperands()));
  return success();
}

void moe::populateImportedSortToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<ImportedSortToLinalg>(patterns.getContext());
}
