//===- RandomToLinalg.cpp - Random numbers to linalg ----------------------===//
//
// Philox4x32-10 (Salmon et al. 2011): key `seed`, counter `(p, step)`.
//
//===----------------------------------------------------------------------===//

#include "Build.h"
#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::moe;

/// The low and the high 32 bits of an i64.
static std::pair<Value, Value> buildWords(ReferenceBuilder &b, Value wide) {
  Value width = b.integer(64, 32);
  Value shifted = arith::ShRUIOp::create(b, wide, width);
  return {arith::TruncIOp::create(b, b.getI32Type(), wide),
          arith::TruncIOp::create(b, b.getI32Type(), shifted)};
}

/// The first two words of Philox' output.
static std::pair<Value, Value> buildPhilox(ReferenceBuilder &b, Value seed,
                                           Value step, Value position) {
  auto [key0, key1] = buildWords(b, seed);
  auto [c0, c1] = buildWords(b, position);
  auto [c2, c3] = buildWords(b, step);
  Value key[2] = {key0, key1};
  Value counter[4] = {c0, c1, c2, c3};
  Value multipliers[2] = {b.integer(32, 0xD2511F53), b.integer(32, 0xCD9E8D57)};
  Value increments[2] = {b.integer(32, 0x9E3779B9), b.integer(32, 0xBB67AE85)};
  for (int round = 0; round < 10; ++round) {
    auto even = arith::MulUIExtendedOp::create(b, multipliers[0], counter[0]);
    auto odd = arith::MulUIExtendedOp::create(b, multipliers[1], counter[2]);
    auto mix = [&](Value high, Value word, Value key) -> Value {
      Value mixed = arith::XOrIOp::create(b, high, word);
      return arith::XOrIOp::create(b, mixed, key);
    };
    Value next0 = mix(odd.getHigh(), counter[1], key[0]);
    Value next2 = mix(even.getHigh(), counter[3], key[1]);
    counter[0] = next0;
    counter[1] = odd.getLow();
    counter[2] = next2;
    counter[3] = even.getLow();
    for (int word = 0; word < 2; ++word)
      key[word] = arith::AddIOp::create(b, key[word], increments[word]);
  }
  return {counter[0], counter[1]};
}

/// The upper 24 bits of `word`, as an integer of float type `type`.
static Value buildUpperBits(ReferenceBuilder &b, Value word, Type type) {
  Value upper = arith::ShRUIOp::create(b, word, b.integer(32, 8));
  return arith::UIToFPOp::create(b, type, upper);
}

/// A number in [0,1).
static Value buildUniform(ReferenceBuilder &b, Value word, Type type) {
  return arith::MulFOp::create(b, buildUpperBits(b, word, type),
                               b.real(type, 0x1p-24));
}

/// Box-Muller: sqrt(-2 ln u1) * cos(2 pi u2), u1 in (0,1].
static Value buildNormal(ReferenceBuilder &b, Value word0, Value word1,
                         Type type) {
  Value counted = arith::AddFOp::create(b, buildUpperBits(b, word0, type),
                                        b.real(type, 1.0));
  Value u1 = arith::MulFOp::create(b, counted, b.real(type, 0x1p-24));
  Value u2 = buildUniform(b, word1, type);
  Value log = math::LogOp::create(b, u1);
  Value square = arith::MulFOp::create(b, b.real(type, -2.0), log);
  Value radius = math::SqrtOp::create(b, square);
  Value angle = arith::MulFOp::create(b, b.real(type, 6.283185307179586), u2);
  Value cosine = math::CosOp::create(b, angle);
  return arith::MulFOp::create(b, radius, cosine);
}

/// The row-major index of the element that a map is at, plus `offset`.
static Value buildPosition(ReferenceBuilder &b, ArrayRef<Value> sizes,
                           Value offset) {
  Value position = b.index(0);
  for (auto [loop, size] : llvm::enumerate(sizes)) {
    position = arith::MulIOp::create(b, position, size);
    position = arith::AddIOp::create(b, position, b.position(loop));
  }
  Value wide = arith::IndexCastOp::create(b, b.getI64Type(), position);
  return offset ? arith::AddIOp::create(b, wide, offset).getResult() : wide;
}

namespace {
template <typename Op> struct RandomToLinalg final : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    ReferenceBuilder b(op.getLoc(), rewriter);
    ReifiedRankedShapedTypeDims shapes;
    if (failed(op.reifyResultShapes(rewriter, shapes)))
      return rewriter.notifyMatchFailure(op, "sizes of the result unknown");
    Type type = op.getResult().getType().getElementType();
    SmallVector<Value> sizes;
    for (OpFoldResult size : shapes[0])
      sizes.push_back(b.asIndex(size));
    Value result = b.map(shapes[0], type, {}, [&](ValueRange) {
      auto [word0, word1] =
          buildPhilox(b, op.getSeed(), op.getStep(),
                      buildPosition(b, sizes, op.getOffset()));
      if constexpr (std::is_same_v<Op, RandomUniformOp>)
        return buildUniform(b, word0, type);
      else
        return buildNormal(b, word0, word1, type);
    });
    rewriter.replaceOp(op, b.castTo(result, op.getResult().getType()));
    return success();
  }
};
} // namespace

void moe::populateRandomToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<RandomToLinalg<RandomNormalOp>, RandomToLinalg<RandomUniformOp>>(
      patterns.getContext());
}
