//===- ConvertPackToLinalg.cpp - Packing, element by element --------------===//

#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTPACKTOLINALGPASS
#include "moe/Structured/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Where the element of the packed position comes from.
static SmallVector<Value> locate(ReferenceBuilder &b, linalg::PackOp op) {
  unsigned rank = op.getSourceRank();
  SmallVector<Value> at(rank);
  ArrayRef<int64_t> order = op.getOuterDimsPerm();
  for (unsigned i = 0; i < rank; ++i)
    at[order.empty() ? i : order[i]] = b.position(i);
  SmallVector<OpFoldResult> tiles = op.getMixedTiles();
  for (auto [i, dim] : llvm::enumerate(op.getInnerDimsPos())) {
    Value first = arith::MulIOp::create(b, at[dim], b.asIndex(tiles[i]));
    at[dim] = arith::AddIOp::create(b, first, b.position(rank + i));
  }
  return at;
}

static void convertPack(linalg::PackOp op, RewriterBase &rewriter) {
  rewriter.setInsertionPoint(op);
  ReferenceBuilder b(op.getLoc(), rewriter);
  Value source = op.getSource();
  auto type = cast<RankedTensorType>(source.getType());
  Type element = type.getElementType();
  SmallVector<OpFoldResult> tiles = op.getMixedTiles();
  // The dimensions that the tiles may not fill.
  SmallVector<unsigned> ragged;
  for (auto [i, dim] : llvm::enumerate(op.getInnerDimsPos())) {
    std::optional<int64_t> tile = getConstantIntValue(tiles[i]);
    if (type.isDynamicDim(dim) || !tile || type.getDimSize(dim) % *tile != 0)
      ragged.push_back(dim);
  }
  auto readElement = [&](ValueRange) -> Value {
    SmallVector<Value> at = locate(b, op);
    if (ragged.empty() || !op.getPaddingValue())
      return b.extract(source, at);
    Value inside;
    for (unsigned dim : ragged) {
      Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, at[dim],
                                         b.asIndex(b.size(source, dim)));
      inside = inside ? Value(arith::AndIOp::create(b, inside, fits)) : fits;
    }
    return b.when(inside, op.getPaddingValue(), [&] {
      return ReferenceBuilder::State{b.extract(source, at)};
    })[0];
  };
  Value packed = b.map(b.sizes(op.getDest()), element, {}, readElement);
  rewriter.replaceOp(op, b.castTo(packed, op->getResult(0).getType()));
}

namespace {
struct ConvertPackToLinalgPass
    : moe::impl::ConvertPackToLinalgPassBase<ConvertPackToLinalgPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::PackOp> packs;
    getOperation()->walk([&](linalg::PackOp op) { packs.push_back(op); });
    for (linalg::PackOp op : packs)
      convertPack(op, rewriter);
  }
};
} // namespace
