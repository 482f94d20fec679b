//===- RowKernel.cpp - One row that is copied or summed -------------------===//

#include "RowKernel.h"

#include "Index.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/WeighedRows.h"

using namespace mlir;
using namespace mlir::moe;

/// Columns side by side, the widest steps first: four cache lines of f32, then
/// one, then what is left.
static constexpr int64_t kSteps[] = {64, 16, 1};

void RowKernel::forColumns(
    ValueRange matrices,
    function_ref<void(Value first, int64_t columns)> body) {
  bool isContiguous = llvm::all_of(matrices.getTypes(), [](Type type) {
    return cast<MemRefType>(type).isLastDimUnitStride();
  });
  Value count = memref::DimOp::create(b, matrices.front(), 1);
  Value from = index(b, 0);
  for (int64_t columns : kSteps) {
    if (columns > 1 && !isContiguous)
      continue; // no vector lies there
    Value step = index(b, columns);
    Value rest = b.createOrFold<arith::RemUIOp>(count, step);
    Value to = b.createOrFold<arith::SubIOp>(count, rest);
    scf::ForOp::create(b, from, to, step, ValueRange(),
                       [&](OpBuilder &, Location, Value first, ValueRange) {
                         body(first, columns);
                         scf::YieldOp::create(b);
                       });
    from = to;
  }
}

Value RowKernel::load(Value matrix, Value row, Value first, int64_t columns) {
  if (columns == 1)
    return memref::LoadOp::create(b, matrix, ValueRange{row, first});
  auto type = VectorType::get({columns}, getElementTypeOrSelf(matrix));
  return vector::LoadOp::create(b, type, matrix, ValueRange{row, first});
}

void RowKernel::store(Value values, Value matrix, Value row, Value first) {
  if (isa<VectorType>(values.getType()))
    vector::StoreOp::create(b, values, matrix, ValueRange{row, first});
  else
    memref::StoreOp::create(b, values, matrix, ValueRange{row, first});
}

/// A float, or a vector of them, as `element`s.
Value RowKernel::convert(Value values, Type element) {
  return ReferenceBuilder(b.getLoc(), b).convertFloat(values, element);
}

Value RowKernel::times(Value weight, Value values) {
  if (isa<VectorType>(values.getType()))
    weight = vector::BroadcastOp::create(b, values.getType(), weight);
  return arith::MulFOp::create(b, weight, values);
}

Value RowKernel::loadWeight(Value weights, Value slot, Value slotsPerToken,
                            Type type) {
  Value token = arith::DivUIOp::create(b, slot, slotsPerToken);
  Value choice = arith::RemUIOp::create(b, slot, slotsPerToken);
  return convert(memref::LoadOp::create(b, weights, ValueRange{token, choice}),
                 type);
}

void RowKernel::emitGather(GatherRowsOp op, Value row) {
  Value input = op.getInput(), out = op.getOut(), weights = op.getWeights();
  Type element = getElementTypeOrSelf(out), sumType = getSumType(element);
  Value slot = loadIndex(b, op.getSlots(), row);
  Value isLive =
      arith::CmpIOp::create(b, arith::CmpIPredicate::sge, slot, index(b, 0));
  scf::IfOp::create(b, isLive, [&](OpBuilder &, Location) {
    Value slotsPerToken = index(b, op.getSlotsPerToken());
    Value token = arith::DivUIOp::create(b, slot, slotsPerToken);
    Value weight;
    if (weights)
      weight = loadWeight(weights, slot, slotsPerToken, sumType);
    forColumns({out, input}, [&](Value first, int64_t columns) {
      Value values = load(input, token, first, columns);
      if (weight)
        values = convert(times(weight, convert(values, sumType)), element);
      store(values, out, row, first);
    });
    scf::YieldOp::create(b);
  });
}

/// The rows of `token`, up to the first -1.
Value RowKernel::countRows(Value tokenRows, Value token) {
  Value yes = arith::ConstantIntOp::create(b, 1, 1);
  Value slots = memref::DimOp::create(b, tokenRows, 1);
  auto loop = scf::ForOp::create(
      b, index(b, 0), slots, index(b, 1), ValueRange{index(b, 0), yes},
      [&](OpBuilder &, Location, Value j, ValueRange state) {
        Value row = memref::LoadOp::create(b, tokenRows, ValueRange{token, j});
        Value none = arith::ConstantIntOp::create(b, 0, 32);
        Value isRow =
            arith::CmpIOp::create(b, arith::CmpIPredicate::sge, row, none);
        Value isLive = arith::AndIOp::create(b, state[1], isRow);
        Value more = arith::AddIOp::create(b, state[0], index(b, 1));
        scf::YieldOp::create(
            b, ValueRange{arith::SelectOp::create(b, isLive, more, state[0]),
                          isLive});
      });
  return loop.getResult(0);
}

/// Of the columns from `first` on.
Value RowKernel::sum(CombineRowsOp op, Value token, Value numRows, Value first,
                     int64_t columns) {
  Type sumType = getSumType(getElementTypeOrSelf(op.getRows()));
  Type type = columns == 1 ? sumType : VectorType::get({columns}, sumType);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  auto add = [&](Value sum, Value row, Value weight) -> Value {
    Value values = convert(load(op.getRows(), row, first, columns), sumType);
    if (weight)
      values = times(weight, values);
    return arith::AddFOp::create(b, sum, values);
  };
  auto loop = scf::ForOp::create(
      b, index(b, 0), numRows, index(b, 1), zero,
      [&](OpBuilder &, Location, Value j, ValueRange sum) {
        Value row = arith::IndexCastOp::create(
            b, b.getIndexType(),
            memref::LoadOp::create(b, op.getTokenRows(), ValueRange{token, j}));
        Value weights = op.getWeights();
        if (!weights) {
          scf::YieldOp::create(b, add(sum[0], row, Value()));
          return;
        }
        Value weight =
            loadWeight(weights, loadIndex(b, op.getSlots(), row),
                       memref::DimOp::create(b, weights, 1), sumType);
        if (op.getKeepZeros()) {
          scf::YieldOp::create(b, add(sum[0], row, weight));
          return;
        }
        auto whether = scf::IfOp::create(
            b, buildIsWeighed(b, b.getLoc(), weight),
            [&](OpBuilder &, Location) {
              scf::YieldOp::create(b, add(sum[0], row, weight));
            },
            [&](OpBuilder &, Location) { scf::YieldOp::create(b, sum[0]); });
        scf::YieldOp::create(b, whether.getResult(0));
      });
  return loop.getResult(0);
}

void RowKernel::emitCombine(CombineRowsOp op, Value token) {
  Value out = op.getOut();
  Value numRows = countRows(op.getTokenRows(), token);
  forColumns({out, op.getRows()}, [&](Value first, int64_t columns) {
    Value values = sum(op, token, numRows, first, columns);
    store(convert(values, getElementTypeOrSelf(out)), out, token, first);
  });
}
