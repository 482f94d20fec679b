//===- ExpandShapes.cpp - Dimensions that become several ------------------===//
//
//   memref.expand_shape %m [[0, 1], [2]] output_shape [%b, %s, 8]
//       ==>   memref.reinterpret_cast %m to sizes [%b, %s, 8],
//                                           strides [%s * %stride, %stride, 1]
//
// Upstream's expansion finds the size of one dynamic dimension of a group by
// division, and has no way for more of them.
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::moe {
#define GEN_PASS_DEF_EXPANDSHAPESPASS
#include "moe/Codegen/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// What the type says, where it does.
static OpFoldResult get(OpBuilder &b, int64_t known, OpFoldResult value) {
  return ShapedType::isDynamic(known) ? value : b.getIndexAttr(known);
}

namespace {
struct ExpandShape : OpRewritePattern<memref::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(memref::ExpandShapeOp op,
                                PatternRewriter &rewriter) const override {
    MemRefType type = op.getResultType();
    auto isDynamic = [&](int64_t dim) { return type.isDynamicDim(dim); };
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    if (llvm::none_of(groups, [&](const ReassociationIndices &group) {
          return llvm::count_if(group, isDynamic) > 1;
        }))
      return rewriter.notifyMatchFailure(
          op, "expects several dynamic sizes of one dimension");
    Location loc = op.getLoc();
    auto source =
        memref::ExtractStridedMetadataOp::create(rewriter, loc, op.getSrc());
    auto [knownStrides, knownOffset] = type.getStridesAndOffset();
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    SmallVector<OpFoldResult> strides(type.getRank());
    AffineExpr product =
        rewriter.getAffineSymbolExpr(0) * rewriter.getAffineSymbolExpr(1);
    auto before = source.getConstifiedMixedStrides();
    for (auto [group, stride] : llvm::zip_equal(groups, before))
      for (int64_t dim : llvm::reverse(group)) {
        strides[dim] = get(rewriter, knownStrides[dim], stride);
        stride = affine::makeComposedFoldedAffineApply(rewriter, loc, product,
                                                       {stride, sizes[dim]});
      }
    rewriter.replaceOpWithNewOp<memref::ReinterpretCastOp>(
        op, type, source.getBaseBuffer(),
        get(rewriter, knownOffset, source.getConstifiedMixedOffset()), sizes,
        strides);
    return success();
  }
};

struct ExpandShapesPass : moe::impl::ExpandShapesPassBase<ExpandShapesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandShape>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
