//===- ConvertReductionsToLoops.cpp - Sums that stay in registers ---------===//

#include "moe/Codegen/CPU/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTREDUCTIONSTOLOOPSPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// The parallel loops of `op` come first, and each element of its results
/// belongs to one iteration of them.
static bool canConvert(linalg::LinalgOp op) {
  unsigned numParallel = op.getNumParallelLoops();
  if (!op.hasPureBufferSemantics() || numParallel == 0 ||
      numParallel == op.getNumLoops())
    return false;
  SmallVector<utils::IteratorType> loops = op.getIteratorTypesArray();
  if (!llvm::all_of(ArrayRef(loops).take_front(numParallel),
                    [](utils::IteratorType kind) {
                      return kind == utils::IteratorType::parallel;
                    }))
    return false;
  return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &out) {
    AffineMap map = op.getMatchingIndexingMap(&out);
    for (unsigned i = 0; i < map.getNumDims(); ++i)
      if (map.isFunctionOfDim(i) != (i < numParallel))
        return false;
    return map.isProjectedPermutation();
  });
}

namespace {
class Reduction {
public:
  Reduction(linalg::LinalgOp op, ImplicitLocOpBuilder &builder)
      : op(op), b(builder), ivs(op.getNumLoops()) {}

  void emit();

private:
  Value asValue(OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  }
  SmallVector<Value> locate(OpOperand &operand);
  SmallVector<Value> emitLoops(unsigned number, ValueRange sums);
  SmallVector<Value> emitBody(ValueRange sums);

  linalg::LinalgOp op;
  ImplicitLocOpBuilder &b;
  SmallVector<Range> ranges;
  SmallVector<Value> ivs;
};
} // namespace

SmallVector<Value> Reduction::locate(OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<OpFoldResult> at(ivs.size());
  for (unsigned i = 0; i < ivs.size(); ++i) // not yet there, and not in the map
    at[i] = ivs[i] ? OpFoldResult(ivs[i]) : OpFoldResult(b.getIndexAttr(0));
  SmallVector<Value> indices;
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    indices.push_back(asValue(affine::makeComposedFoldedAffineApply(
        b, b.getLoc(), map.getSubMap({i}), at)));
  return indices;
}

/// The body of all loops, whose values follow `sums`.
SmallVector<Value> Reduction::emitBody(ValueRange sums) {
  IRMapping map;
  Block *body = op.getBlock();
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value value = input->get();
    if (!op.isScalar(input))
      value = memref::LoadOp::create(b, value, locate(*input));
    map.map(op.getMatchingBlockArgument(input), value);
  }
  map.map(op.getRegionOutputArgs(), sums);
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      map.map(index.getResult(), ivs[index.getDim()]);
    else
      b.clone(inner, map);
  }
  return llvm::map_to_vector(body->getTerminator()->getOperands(),
                             [&](Value v) { return map.lookupOrDefault(v); });
}

/// The loops from `number` on.
SmallVector<Value> Reduction::emitLoops(unsigned number, ValueRange sums) {
  if (number == ranges.size())
    return emitBody(sums);
  const Range &range = ranges[number];
  auto loop = scf::ForOp::create(
      b, asValue(range.offset), asValue(range.size), asValue(range.stride),
      sums, [&](OpBuilder &, Location, Value iv, ValueRange sums) {
        ivs[number] = iv;
        scf::YieldOp::create(b, emitLoops(number + 1, sums));
      });
  return loop.getResults();
}

void Reduction::emit() {
  ranges = op.createLoopRanges(b, b.getLoc());
  unsigned numParallel = op.getNumParallelLoops();
  SmallVector<Value> from, to, steps;
  for (const Range &range : ArrayRef(ranges).take_front(numParallel)) {
    from.push_back(asValue(range.offset));
    to.push_back(asValue(range.size));
    steps.push_back(asValue(range.stride));
  }
  scf::ParallelOp::create(
      b, from, to, steps, [&](OpBuilder &, Location, ValueRange outer) {
        llvm::copy(outer, ivs.begin());
        SmallVector<Value> sums;
        for (OpOperand &out : op.getDpsInitsMutable())
          sums.push_back(memref::LoadOp::create(b, out.get(), locate(out)));
        sums = emitLoops(numParallel, sums);
        for (auto [out, sum] : llvm::zip(op.getDpsInitsMutable(), sums))
          memref::StoreOp::create(b, sum, out.get(), locate(out));
      });
}

namespace {
struct ConvertReductionsToLoopsPass
    : moe::impl::ConvertReductionsToLoopsPassBase<
          ConvertReductionsToLoopsPass> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (canConvert(op))
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops) {
      ImplicitLocOpBuilder b(op.getLoc(), op);
      Reduction(op, b).emit();
      op.erase();
    }
  }
};
} // namespace
