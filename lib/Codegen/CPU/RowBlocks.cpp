//===- RowBlocks.cpp - Rows that one task walks ---------------------------===//

#include "RowBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::moe;

static Value index(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

static Value loadIndex(ImplicitLocOpBuilder &b, Value numbers, Value at) {
  return arith::IndexCastOp::create(b, b.getIndexType(),
                                    memref::LoadOp::create(b, numbers, at));
}

Value RowBlocks::end(Value expert) {
  return loadIndex(b, offsets, arith::AddIOp::create(b, expert, index(b, 1)));
}

RowBlocks::RowBlocks(ImplicitLocOpBuilder &builder, Value offsets,
                     int64_t rowsPerBlock)
    : b(builder), offsets(offsets), rowsPerBlock(rowsPerBlock) {
  Value numExperts = arith::SubIOp::create(
      b, memref::DimOp::create(b, offsets, 0), index(b, 1));
  Value capacity = numExperts;
  if (rowsPerBlock > 0)
    capacity = arith::AddIOp::create(
        b, capacity,
        arith::DivUIOp::create(b, loadIndex(b, offsets, numExperts),
                               index(b, rowsPerBlock)));
  auto type = MemRefType::get({ShapedType::kDynamic}, b.getI32Type());
  experts = memref::AllocOp::create(b, type, capacity);
  firsts = memref::AllocOp::create(b, type, capacity);
  list(numExperts);
}

void RowBlocks::list(Value numExperts) {
  auto toI32 = [&](Value value) -> Value {
    return arith::IndexCastOp::create(b, b.getI32Type(), value);
  };
  Value zero = index(b, 0), one = index(b, 1);
  auto loop = scf::ForOp::create(
      b, zero, numExperts, one, zero,
      [&](OpBuilder &, Location, Value expert, ValueRange carried) {
        Value first = loadIndex(b, offsets, expert), last = end(expert);
        Value step = rowsPerBlock > 0
                         ? index(b, rowsPerBlock)
                         : Value(arith::MaxUIOp::create(
                               b, arith::SubIOp::create(b, last, first), one));
        auto blocks = scf::ForOp::create(
            b, first, last, step, carried[0],
            [&](OpBuilder &, Location, Value row, ValueRange number) {
              memref::StoreOp::create(b, toI32(expert), experts, number[0]);
              memref::StoreOp::create(b, toI32(row), firsts, number[0]);
              scf::YieldOp::create(
                  b, Value(arith::AddIOp::create(b, number[0], one)));
            });
        scf::YieldOp::create(b, blocks.getResults());
      });
  count = loop.getResult(0);
}

RowBlock RowBlocks::get(Value number) {
  Value expert = loadIndex(b, experts, number);
  Value first = loadIndex(b, firsts, number);
  Value last = end(expert);
  if (rowsPerBlock > 0)
    last = arith::MinUIOp::create(
        b, last, arith::AddIOp::create(b, first, index(b, rowsPerBlock)));
  return {expert, first, last};
}

void RowBlocks::free() {
  memref::DeallocOp::create(b, experts);
  memref::DeallocOp::create(b, firsts);
}
