//===- BlockRouting.cpp - Routes of many logits, block by block -----------===//

#include "moe/Transforms/Passes.h"

#include "TileRows.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "moe/IR/Moe.h"
#include "moe/IR/Record.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/RouteParts.h"
#include "moe/IR/SizeChecks.h"

#include "llvm/Support/MathExtras.h"

namespace mlir::moe {
#define GEN_PASS_DEF_BLOCKROUTINGPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Blocks of more tokens are not built.
static constexpr int64_t kMostTokens = 4096;

/// The tokens whose logits fill a block; 0 where a block would hold thousands,
/// whose own columns are what memory is for.
static int64_t getBlock(RouteOp op, int64_t logitsPerBlock,
                        int64_t leastTokens) {
  int64_t logits = cast<ShapedType>(op.getProjection().getType())
                       .getDimSize(op.getTransposed() ? 0 : 1);
  if (ShapedType::isDynamic(logits) || !op.hasPureTensorSemantics() ||
      !op.getRouter().isTokenChoice() || logitsPerBlock / logits >= kMostTokens)
    return 0;
  int64_t block = std::max(leastTokens, logitsPerBlock / logits);
  block = llvm::alignTo(block, kMostTileRows); // whole tiles
  int64_t tokens = cast<ShapedType>(op.getInput().getType()).getDimSize(0);
  return ShapedType::isStatic(tokens) && tokens <= block ? 0 : block;
}

/// A slice of rows of random numbers is a draw at their positions.
static void sinkNoise(RouteOp op, RewriterBase &rewriter) {
  Value noise = op.getNoise();
  auto slice = noise ? noise.getDefiningOp<tensor::ExtractSliceOp>()
                     : tensor::ExtractSliceOp();
  auto random = slice ? slice.getSource().getDefiningOp<RandomNormalOp>()
                      : RandomNormalOp();
  if (!random || cast<RankedTensorType>(random.getType()).isDynamicDim(1))
    return;
  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  Value first = arith::MulIOp::create(b, b.asIndex(slice.getMixedOffsets()[0]),
                                      b.asIndex(b.size(noise, 1)));
  Value offset = arith::IndexCastOp::create(b, b.getI64Type(), first);
  if (Value start = random.getOffset())
    offset = arith::AddIOp::create(b, start, offset);
  SmallVector<Value> sizes;
  if (slice.getType().isDynamicDim(0))
    sizes.push_back(b.asIndex(slice.getMixedSizes()[0]));
  Value draw = RandomNormalOp::create(b, slice.getType(), random.getSeed(),
                                      random.getStep(), offset, sizes);
  rewriter.replaceOp(slice, draw);
}

/// The plan of `op`, which looks at all tokens, as an op of its own.
static RouteOp splitPlan(RouteOp op, RewriterBase &rewriter) {
  if (!op.hasPlan())
    return op;
  rewriter.setInsertionPoint(op);
  OperandRange outs = op.getOuts();
  auto route = RouteOp::create(
      rewriter, op.getLoc(), outs.take_front(2).getTypes(), op.getInput(),
      op.getProjection(), op.getProjectionBias(), op.getNoiseProjection(),
      op.getBias(), op.getNoise(), op.getMask(), op.getThresholds(),
      op.getUniform(), op.getGateCapacity(), Value(), outs.take_front(2),
      op.getRouter(), op.getTransposed(), PriorityAttr(), IntegerAttr(),
      ScheduleAttrInterface());
  rewriter.inlineRegionBefore(op.getScore(), route.getScore(),
                              route.getScore().end());
  auto plan = PlanOp::create(
      rewriter, op.getLoc(), outs.drop_front(2).getTypes(), route.getResult(1),
      route.getResult(0), op.getCapacity(), outs.drop_front(2),
      op.getPriorityAttr(), op.getSegmentAttr(), op.getScheduleAttr());
  if (Attribute layer = op->getDiscardableAttr("moe.layer"))
    for (Operation *part : {route.getOperation(), plan.getOperation()})
      part->setDiscardableAttr("moe.layer", layer);
  SmallVector<Value> results(route.getResults());
  llvm::append_range(results, plan.getResults());
  rewriter.replaceOp(op, results);
  return route;
}

static LogicalResult blockRoute(RouteOp op, int64_t block,
                                RewriterBase &rewriter) {
  rewriter.setInsertionPoint(op);
  ReferenceBuilder builder(op.getLoc(), rewriter);
  checkSizes(builder, op);
  op = splitPlan(op, rewriter);
  rewriter.setInsertionPoint(op);
  scf::SCFTilingOptions options;
  options.setTileSizes({rewriter.getIndexAttr(block)});
  auto tiled = scf::tileUsingSCF(
      rewriter, cast<TilingInterface>(op.getOperation()), options);
  if (failed(tiled))
    return op.emitOpError("expects a route that can be split by tokens");
  rewriter.setInsertionPointAfter(tiled->loops[0]);
  recordGate(rewriter, op, tiled->replacements[0], tiled->replacements[1]);
  rewriter.replaceOp(op, tiled->replacements);
  auto route = cast<RouteOp>(tiled->tiledOps.back());
  sinkNoise(route, rewriter);
  rewriter.setInsertionPoint(route);
  // The whole gate has been recorded.
  splitRoute(route, rewriter)->removeDiscardableAttr("moe.layer");
  return success();
}

namespace {
struct BlockRoutingPass : moe::impl::BlockRoutingPassBase<BlockRoutingPass> {
  using Base::Base;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<std::pair<RouteOp, int64_t>> ops;
    getOperation()->walk([&](RouteOp op) {
      if (int64_t block = getBlock(op, logitsPerBlock, leastTokens))
        ops.emplace_back(op, block);
    });
    for (auto [op, block] : ops)
      if (failed(blockRoute(op, block, rewriter)))
        return signalPassFailure();
  }
};
} // namespace
