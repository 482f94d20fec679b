//===- ConvertGateToVector.cpp - Gates as walks over logits ---------------===//

#include "moe/Codegen/CPU/Passes.h"

#include "GateKernel.h"
#include "TaskLoop.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "moe/IR/RegisterGate.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTGATETOVECTORPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// Logits that are worth handing to a thread: some ten microseconds.
static constexpr int64_t kLogitsPerTask = 8192;

/// `tensor`, which nothing writes to, as memory; null for null.
static Value readBuffer(ImplicitLocOpBuilder &b, Value tensor) {
  if (!tensor)
    return {};
  auto type = cast<RankedTensorType>(tensor.getType());
  return bufferization::ToBufferOp::create(
      b, MemRefType::get(type.getShape(), type.getElementType()), tensor,
      /*read_only=*/true);
}

/// Memory for `result`, which has a row for each of `tokens`.
static Value allocate(ImplicitLocOpBuilder &b, Value result, Value tokens) {
  auto type = cast<RankedTensorType>(result.getType());
  SmallVector<Value> sizes;
  if (type.isDynamicDim(0))
    sizes.push_back(tokens);
  return memref::AllocOp::create(
      b, MemRefType::get(type.getShape(), type.getElementType()), sizes);
}

static void convertGate(GateOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  GateBuffers buffers;
  buffers.logits = readBuffer(b, op.getLogits());
  buffers.bias = readBuffer(b, op.getBias());
  buffers.noise = readBuffer(b, op.getNoise());
  buffers.mask = readBuffer(b, op.getMask());
  Value tokens = memref::DimOp::create(b, buffers.logits, 0);
  buffers.weights = allocate(b, op.getWeights(), tokens);
  buffers.experts = allocate(b, op.getExperts(), tokens);
  GateKernel kernel(op.getRouter(), buffers, b);

  int64_t logits = op.getLogits().getType().getDimSize(1);
  int64_t perTask =
      ShapedType::isDynamic(logits)
          ? 1
          : std::max<int64_t>(1, kLogitsPerTask / std::max<int64_t>(logits, 1));
  buildTaskLoop(b, tokens, perTask, [&](Value token) { kernel.emit(token); });
  for (auto [result, buffer] :
       llvm::zip(op.getResults(), ValueRange{buffers.weights, buffers.experts}))
    result.replaceAllUsesWith(bufferization::ToTensorOp::create(
        b, result.getType(), buffer, /*restrict=*/true, /*writable=*/true));
  op.erase();
}

namespace {
struct ConvertGateToVectorPass
    : moe::impl::ConvertGateToVectorPassBase<ConvertGateToVectorPass> {
  void runOnOperation() override {
    SmallVector<GateOp> ops;
    getOperation()->walk([&](GateOp op) {
      if (isRegisterGate(op))
        ops.push_back(op);
    });
    for (GateOp op : ops)
      convertGate(op);
  }
};
} // namespace
