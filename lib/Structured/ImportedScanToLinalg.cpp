//===- ImportedScanToLinalg.cpp - tm_tensor.scan to loops -----------------===//
//
// The op is torch-mlir's and not registered here: it is known by its name.
// Along one dimension each result is the region of the result before and the
// input: of the same place, or, where it is exclusive, of the place before,
// starting with the accumulator.
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
struct ImportedScanToLinalg final : RewritePattern {
  explicit ImportedScanToLinalg(MLIRContext *context)
      : RewritePattern("tm_tensor.scan", /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
ImportedScanToLinalg::matchAndRewrite(Operation *op,
                                      PatternRewriter &rewriter) const {
  auto dimension = op->getAttrOfType<IntegerAttr>("dimension");
  auto inclusive = op->getAttrOfType<BoolAttr>("inclusive");
  if (!dimension || !inclusive || op->getNumOperands() != 3 ||
      op->getNumResults() != 2 || op->getNumRegions() != 1 ||
      !op->getRegion(0).hasOneBlock())
    return rewriter.notifyMatchFailure(
        op, "expects an input, an output, an accumulator, a dimension, whether "
            "it is inclusive, and a region");
  Value input = op->getOperand(0), output = op->getOperand(1),
        accumulator = op->getOperand(2);
  auto type = dyn_cast<RankedTensorType>(input.getType());
  auto outputType = dyn_cast<RankedTensorType>(output.getType());
  auto sumType = dyn_cast<RankedTensorType>(accumulator.getType());
  int64_t dim = dimension.getInt();
  if (!type || !outputType || !sumType || dim < 0 || dim >= type.getRank() ||
      outputType.getRank() != type.getRank() ||
      sumType.getRank() != type.getRank() - 1)
    return rewriter.notifyMatchFailure(
        op, "expects an accumulator with all dimensions of the input but one");
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() != 2 || body.back().getNumOperands() != 1)
    return rewriter.notifyMatchFailure(
        op, "expects a region of the result so far and an input");

  ReferenceBuilder b(op->getLoc(), rewriter);
  using State = ReferenceBuilder::State;
  auto step = [&](Value soFar, Value element) {
    IRMapping mapping;
    mapping.map(body.getArgument(0), soFar);
    mapping.map(body.getArgument(1), element);
    for (Operation &inner : llvm::drop_end(body))
      b.clone(inner, mapping);
    return mapping.lookupOrDefault(body.back().getOperand(0));
  };
  // One line along the dimension; the state is results and sums.
  auto scan = [&](SmallVector<Value> at, ValueRange state) -> State {
    SmallVector<Value> line(at);
    line.erase(line.begin() + dim);
    Value first = inclusive.getValue() ? Value() : b.extract(state[1], line);
    return b.loop(b.asIndex(b.size(input, dim)), state,
                  [&](Value i, ValueRange inner) -> State {
                    at[dim] = i;
                    Value isFirst = arith::CmpIOp::create(
                        b, arith::CmpIPredicate::eq, i, b.index(0));
                    Value before = arith::SelectOp::create(
                        b, isFirst, i, arith::SubIOp::create(b, i, b.index(1)));
                    SmallVector<Value> previous(at);
                    previous[dim] = before;
                    Value element =
                        b.extract(input, inclusive.getValue() ? at : previous);
                    Value next = step(b.extract(inner[0], previous), element);
                    Value start = inclusive.getValue() ? element : first;
                    Value result =
                        arith::SelectOp::create(b, isFirst, start, next);
                    return {b.insert(result, inner[0], at),
                            b.insert(result, inner[1], line)};
                  });
  };
  std::function<State(int64_t, SmallVector<Value>, ValueRange)> lines =
      [&](int64_t d, SmallVector<Value> at, ValueRange state) -> State {
    if (d == type.getRank())
      return scan(at, state);
    if (d == dim) {
      at.push_back(Value());
      return lines(d + 1, at, state);
    }
    return b.loop(b.asIndex(b.size(input, d)), state,
                  [&](Value i, ValueRange inner) -> State {
                    SmallVector<Value> innerAt(at);
                    innerAt.push_back(i);
                    return lines(d + 1, innerAt, inner);
                  });
  };
  rewriter.replaceOp(op, lines(0, {}, {output, accumulator}));
  return success();
}

void moe::populateImportedScanToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<ImportedScanToLinalg>(patterns.getContext());
}
