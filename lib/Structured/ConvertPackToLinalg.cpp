//===- ConvertPackToLinalg.cpp - Packing, element by element --------------===//
//
// Loops run over the packed positions, in their order, but where the source is
// read across its rows. There a few contraction points are innermost, a cache
// line of the source, so that every line is read once:
//
//   for e, panel, block of points { for column { for point in block { ... } } }
//
//===----------------------------------------------------------------------===//

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

/// Contraction points side by side: a cache line of f32.
static constexpr int64_t kBlock = 16;

namespace {
class Packing {
public:
  Packing(linalg::PackOp op, RewriterBase &rewriter)
      : op(op), b(op.getLoc(), rewriter),
        type(cast<RankedTensorType>(op.getSource().getType())),
        tiles(op.getMixedTiles()) {}

  Value build();

private:
  SmallVector<Value> locate(ValueRange position);
  Value readElement(ValueRange position);
  int64_t getBlockedDim();
  Value buildBlocked(int64_t dim);

  linalg::PackOp op;
  ReferenceBuilder b;
  RankedTensorType type;
  SmallVector<OpFoldResult> tiles;
};
} // namespace

/// Where the element of a packed position comes from.
SmallVector<Value> Packing::locate(ValueRange position) {
  unsigned rank = type.getRank();
  SmallVector<Value> at(rank);
  ArrayRef<int64_t> order = op.getOuterDimsPerm();
  for (unsigned i = 0; i < rank; ++i)
    at[order.empty() ? i : order[i]] = position[i];
  for (auto [i, dim] : llvm::enumerate(op.getInnerDimsPos())) {
    Value first = arith::MulIOp::create(b, at[dim], b.asIndex(tiles[i]));
    at[dim] = arith::AddIOp::create(b, first, position[rank + i]);
  }
  return at;
}

Value Packing::readElement(ValueRange position) {
  SmallVector<Value> at = locate(position);
  Value inside;
  // The dimensions that the tiles may not fill.
  for (auto [i, dim] : llvm::enumerate(op.getInnerDimsPos())) {
    std::optional<int64_t> tile = getConstantIntValue(tiles[i]);
    if (!op.getPaddingValue() ||
        (!type.isDynamicDim(dim) && tile && type.getDimSize(dim) % *tile == 0))
      continue;
    Value fits = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, at[dim],
                                       b.asIndex(b.size(op.getSource(), dim)));
    inside = inside ? Value(arith::AndIOp::create(b, inside, fits)) : fits;
  }
  if (!inside)
    return b.extract(op.getSource(), at);
  return b.when(inside, op.getPaddingValue(), [&] {
    return ReferenceBuilder::State{b.extract(op.getSource(), at)};
  })[0];
}

/// The outer position that follows the source's rows, where another one is
/// innermost and blocks fill it; -1: there is none.
int64_t Packing::getBlockedDim() {
  int64_t last = type.getRank() - 1;
  ArrayRef<int64_t> inner = op.getInnerDimsPos(), order = op.getOuterDimsPerm();
  if (inner.size() != 2 || inner[1] != last)
    return -1;
  int64_t position =
      order.empty() ? last : llvm::find(order, last) - order.begin();
  int64_t size =
      cast<RankedTensorType>(op.getDest().getType()).getDimSize(position);
  bool isLastOuter = position == last;
  return isLastOuter && ShapedType::isStatic(size) && size % kBlock == 0
             ? position
             : -1;
}

Value Packing::build() {
  Type element = type.getElementType();
  if (int64_t dim = getBlockedDim(); dim >= 0)
    return buildBlocked(dim);
  unsigned rank = cast<RankedTensorType>(op.getDest().getType()).getRank();
  return b.map(b.sizes(op.getDest()), element, {}, [&](ValueRange) {
    SmallVector<Value> position;
    for (unsigned i = 0; i < rank; ++i)
      position.push_back(b.position(i));
    return readElement(position);
  });
}

/// Loops (..., blocks of `dim`, columns, points of a block, group), written to
/// [..., blocks, points, columns, group].
Value Packing::buildBlocked(int64_t dim) {
  SmallVector<OpFoldResult> sizes = b.sizes(op.getDest());
  int64_t numBlocks = *getConstantIntValue(sizes[dim]) / kBlock;
  sizes[dim] = b.getIndexAttr(numBlocks);
  sizes.insert(sizes.begin() + dim + 1, b.getIndexAttr(kBlock));
  Value out = b.empty(sizes, type.getElementType());
  unsigned rank = sizes.size();
  SmallVector<AffineExpr> exprs;
  for (unsigned i = 0; i < rank; ++i)
    exprs.push_back(b.getAffineDimExpr(i));
  std::swap(exprs[dim + 1], exprs[dim + 2]);
  AffineMap map = AffineMap::get(rank, 0, exprs, b.getContext());
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, out.getType(), ValueRange(), ValueRange{out}, ArrayRef<AffineMap>{map},
      loops, [&](OpBuilder &builder, Location loc, ValueRange) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(builder.getInsertionBlock());
        SmallVector<Value> at;
        for (unsigned i = 0; i < rank; ++i)
          at.push_back(b.position(i));
        Value block = arith::MulIOp::create(b, at[dim], b.index(kBlock));
        SmallVector<Value> position(at.begin(), at.begin() + dim);
        position.push_back(arith::AddIOp::create(b, block, at[dim + 2]));
        position.push_back(at[dim + 1]);
        position.append(at.begin() + dim + 3, at.end());
        linalg::YieldOp::create(b, readElement(position));
      });
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != dim + 1)
      groups.emplace_back();
    groups.back().push_back(i);
  }
  return tensor::CollapseShapeOp::create(b, generic.getResult(0), groups);
}

namespace {
struct ConvertPackToLinalgPass
    : moe::impl::ConvertPackToLinalgPassBase<ConvertPackToLinalgPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::PackOp> packs;
    getOperation()->walk([&](linalg::PackOp op) { packs.push_back(op); });
    for (linalg::PackOp op : packs) {
      rewriter.setInsertionPoint(op);
      Value packed = Packing(op, rewriter).build();
      if (packed.getType() != op->getResult(0).getType())
        packed = tensor::CastOp::create(rewriter, op.getLoc(),
                                        op->getResult(0).getType(), packed);
      rewriter.replaceOp(op, packed);
    }
  }
};
} // namespace
