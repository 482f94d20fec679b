//===- WeightPanels.cpp - Weights, as kernels read them -------------------===//

#include "WeightPanels.h"

#include "CacheLine.h"
#include "Index.h"
#include "TileFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::moe;

/// Rows and columns of a square that registers transpose.
static constexpr int64_t kSquare = 16;

static Type elementOf(Value memref) {
  return getElementTypeOrSelf(memref.getType());
}

/// A line more than a step has, so that the steps of one column do not share a
/// cache set.
static int64_t countCopiedOfStep(GroupedMatmulOp op, Value weight) {
  auto schedule = cast<CPUScheduleAttr>(op.getScheduleAttr());
  return schedule.getColumns() * schedule.getGroup() +
         countLineElements(weight);
}

uint64_t WeightPanels::countCopiedBytes(GroupedMatmulOp op, Value weight) {
  auto schedule = cast<CPUScheduleAttr>(op.getScheduleAttr());
  uint64_t steps = schedule.getDepth() / schedule.getGroup();
  uint64_t bytes = elementOf(weight).getIntOrFloatBitWidth() / 8;
  return llvm::SaturatingMultiply<uint64_t>(steps * bytes,
                                            countCopiedOfStep(op, weight));
}

WeightPanels::WeightPanels(GroupedMatmulOp op, ImplicitLocOpBuilder &builder)
    : op(op), b(builder),
      schedule(cast<CPUScheduleAttr>(op.getScheduleAttr())) {
  if (op.getPacked())
    return;
  for (Value weight : op.getWeights()) {
    auto type = MemRefType::get({schedule.getDepth() / schedule.getGroup(),
                                 countCopiedOfStep(op, weight)},
                                elementOf(weight));
    copies.push_back(
        memref::AllocaOp::create(b, type, b.getI64IntegerAttr(kLineBytes)));
  }
}

Value WeightPanels::countPanels(GroupedMatmulOp op, ImplicitLocOpBuilder &b) {
  auto schedule = cast<CPUScheduleAttr>(op.getScheduleAttr());
  Value weight = op.getWeights()[0];
  if (op.getPacked())
    return memref::DimOp::create(b, weight, 1);
  Value columns = memref::DimOp::create(b, weight, op.getTransposed() ? 1 : 2);
  return arith::CeilDivUIOp::create(b, columns,
                                    index(b, schedule.getColumns()));
}

Value WeightPanels::getSteps() {
  Value depth = memref::DimOp::create(b, op.getRows(), 1);
  if (schedule.getGroup() == 1)
    return depth;
  return arith::CeilDivUIOp::create(b, depth, index(b, schedule.getGroup()));
}

Value WeightPanels::getWholeSteps() {
  Value depth = memref::DimOp::create(b, op.getRows(), 1);
  return arith::DivUIOp::create(b, depth, index(b, schedule.getGroup()));
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

void WeightPanels::enter(const PanelBlock &block) {
  current = block;
  for (unsigned weight = 0; weight < copies.size(); ++weight)
    copy(weight, block);
}

/// Steps of one panel of one weight, from `first` on.
Value WeightPanels::view(Value weight, Value expert, Value panel, Value first) {
  auto type = cast<MemRefType>(weight.getType());
  Value steps = memref::DimOp::create(b, weight, 2);
  OpFoldResult one = b.getIndexAttr(1), zero = b.getIndexAttr(0);
  SmallVector<OpFoldResult> offsets{expert, panel, first, zero},
      strides(4, one),
      sizes{one, one,
            OpFoldResult(Value(arith::SubIOp::create(b, steps, first))),
            b.getIndexAttr(type.getDimSize(3))};
  MemRefType viewed = memref::SubViewOp::inferRankReducedResultType(
      {ShapedType::kDynamic, type.getDimSize(3)}, type, offsets, sizes,
      strides);
  Value steps2D =
      memref::SubViewOp::create(b, viewed, weight, offsets, sizes, strides);
  return castToPart(steps2D);
}

Value WeightPanels::castToPart(Value matrix) {
  Type type = TileFunctions::getPartType(elementOf(matrix));
  return matrix.getType() == type ? matrix
                                  : memref::CastOp::create(b, type, matrix);
}

/// One of `values`, which have one type.
static Value choose(ImplicitLocOpBuilder &b, ValueRange values, Value number) {
  Value chosen = values[0];
  for (auto [i, value] : llvm::enumerate(values.drop_front())) {
    Value is = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, number,
                                     index(b, i + 1));
    chosen = select(b, is, value, chosen);
  }
  return chosen;
}

Value WeightPanels::getPart(unsigned number, Value panel) {
  if (!op.getPacked())
    return castToPart(copies[number]);
  return view(op.getWeights()[number], current.expert, panel, current.first);
}

Value WeightPanels::getPart(Value number, Value panel) {
  SmallVector<Value> parts;
  for (unsigned i = 0; i < op.getWeights().size(); ++i)
    parts.push_back(getPart(i, panel));
  return choose(b, parts, number);
}

/// Those with elements of the first one's type.
static SmallVector<Value> getAskedFor(GroupedMatmulOp op) {
  return llvm::filter_to_vector(op.getWeights(), [&](Value weight) {
    return elementOf(weight) == elementOf(op.getWeights()[0]);
  });
}

int64_t WeightPanels::countAskedFor() { return getAskedFor(op).size(); }

Value WeightPanels::getNext(Value number, const NextSteps &next) {
  SmallVector<Value> parts;
  for (Value weight : getAskedFor(op))
    parts.push_back(view(weight, next.expert, next.panel, next.first));
  return choose(b, parts, number);
}

int64_t WeightPanels::countLines() {
  int64_t width = schedule.getColumns() * schedule.getGroup();
  return llvm::divideCeil(width, countLineElements(op.getWeights()[0]));
}

int64_t WeightPanels::countAskedElements() {
  int64_t width = schedule.getColumns() * schedule.getGroup();
  return llvm::divideCeil(width, countLines());
}

//===----------------------------------------------------------------------===//
// Copying
//===----------------------------------------------------------------------===//

void WeightPanels::copy(unsigned number, const PanelBlock &block) {
  Value firstColumn =
      arith::MulIOp::create(b, block.panel, index(b, schedule.getColumns()));
  auto type = cast<MemRefType>(op.getWeights()[number].getType());
  if (!op.getTransposed() && type.areTrailingDimsContiguous(1))
    return copyRows(number, block, firstColumn);
  copyColumns(number, block, firstColumn);
}

/// `lanes` columns from `column` on of contraction point `point`. `isInside`:
/// all of them exist; else zeros are for those that do not.
Value WeightPanels::readColumns(unsigned number, Value expert, Value point,
                                Value column, bool isInside) {
  Value weight = op.getWeights()[number];
  auto type = VectorType::get({schedule.getLanes()}, elementOf(weight));
  SmallVector<Value> at{expert, point, column};
  if (isInside)
    return vector::LoadOp::create(b, type, weight, at);
  auto maskType = VectorType::get(type.getShape(), b.getI1Type());
  Value left =
      arith::SubIOp::create(b, memref::DimOp::create(b, weight, 2), column);
  left = arith::MaxSIOp::create(b, left, index(b, 0));
  Value mask = vector::CreateMaskOp::create(b, maskType, left);
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, weight, at, mask, zeros);
}

/// From `[E,K,N]`: whole registers of one contraction point. Masks are for the
/// last panel: not every processor has those of narrow types.
void WeightPanels::copyRows(unsigned number, const PanelBlock &block,
                            Value firstColumn) {
  Value weight = op.getWeights()[number], target = copies[number];
  int64_t lanes = schedule.getLanes(), group = schedule.getGroup();
  Value lastPoint = arith::SubIOp::create(
      b, memref::DimOp::create(b, weight, 1), index(b, 1));
  auto copyStep = [&](Value step, bool isInside) {
    Value row = arith::SubIOp::create(b, step, block.first);
    for (int64_t j = 0; j < schedule.getColumns() / lanes; ++j) {
      Value column = arith::AddIOp::create(b, firstColumn, index(b, j * lanes));
      SmallVector<Value> points;
      for (int64_t i = 0; i < group; ++i) {
        Value point = arith::AddIOp::create(
            b, arith::MulIOp::create(b, step, index(b, group)), index(b, i));
        if (i > 0) // of a last step that is not whole nobody multiplies it
          point = arith::MinUIOp::create(b, point, lastPoint);
        points.push_back(
            readColumns(number, block.expert, point, column, isInside));
      }
      Value all = points[0];
      if (group == 2) // as integers, which every processor moves
        all = interleave(points[0], points[1]);
      vector::StoreOp::create(b, all, target,
                              ValueRange{row, index(b, j * lanes * group)});
    }
  };
  auto copyAll = [&](bool isInside) {
    forEach(b, block.first, arith::SubIOp::create(b, block.last, block.first),
            [&](Value step) { copyStep(step, isInside); });
  };
  int64_t numColumns = cast<MemRefType>(weight.getType()).getDimSize(2);
  if (ShapedType::isStatic(numColumns) &&
      numColumns % schedule.getColumns() == 0)
    return copyAll(true);
  Value end =
      arith::AddIOp::create(b, firstColumn, index(b, schedule.getColumns()));
  Value isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::ule, end,
                                         memref::DimOp::create(b, weight, 2));
  auto emit = [&](bool inside) {
    return [&, inside](OpBuilder &, Location) {
      copyAll(inside);
      scf::YieldOp::create(b);
    };
  };
  scf::IfOp::create(b, isInside, emit(true), emit(false));
}

/// Pairs of elements of two registers.
Value WeightPanels::interleave(Value first, Value second) {
  auto type = cast<VectorType>(first.getType());
  Type word = b.getIntegerType(type.getElementTypeBitWidth());
  auto asWords = [&](Value value) {
    return vector::BitCastOp::create(b, type.clone(word), value);
  };
  Value words =
      vector::InterleaveOp::create(b, asWords(first), asWords(second));
  auto pairs = cast<VectorType>(words.getType()).clone(type.getElementType());
  return vector::BitCastOp::create(b, pairs, words);
}

/// The points of one step of one column; columns past the last repeat it.
Value WeightPanels::readPoints(unsigned number, Value expert, Value column,
                               Value step) {
  Value weight = op.getWeights()[number];
  int64_t group = schedule.getGroup();
  unsigned depthDim = op.getTransposed() ? 2 : 1;
  auto read = [&](Value point) -> Value {
    SmallVector<Value> at{expert, point, column};
    if (op.getTransposed())
      std::swap(at[1], at[2]);
    return memref::LoadOp::create(b, weight, at);
  };
  if (group == 1)
    return read(step);
  Value first = arith::MulIOp::create(b, step, index(b, 2));
  Value second = arith::AddIOp::create(b, first, index(b, 1));
  Value isPoint =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ult, second,
                            memref::DimOp::create(b, weight, depthDim));
  Value inside = arith::SelectOp::create(b, isPoint, second, first);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(elementOf(weight)));
  Value last = arith::SelectOp::create(b, isPoint, read(inside), zero);
  return vector::FromElementsOp::create(b,
                                        VectorType::get({2}, elementOf(weight)),
                                        ValueRange{read(first), last});
}

/// From `[E,N,K]`, or from elements that do not lie side by side: column by
/// column, in the order of memory. Sixteen columns of sixteen steps of one word
/// are a square that is transposed in registers.
void WeightPanels::copyColumns(unsigned number, const PanelBlock &block,
                               Value firstColumn) {
  Value weight = op.getWeights()[number];
  auto type = cast<MemRefType>(weight.getType());
  int64_t bits =
      elementOf(weight).getIntOrFloatBitWidth() * schedule.getGroup();
  Value rest = block.first;
  if (op.getTransposed() && type.areTrailingDimsContiguous(1) &&
      schedule.getColumns() % kSquare == 0 && bits == 32) {
    Value whole = arith::MinUIOp::create(b, block.last, getWholeSteps());
    Value steps = arith::SubIOp::create(b, whole, block.first);
    Value odd = arith::RemUIOp::create(b, steps, index(b, kSquare));
    rest = arith::SubIOp::create(b, whole, odd);
    copySquares(number, block.expert, firstColumn, block.first, rest);
  }
  copySteps(number, block.expert, firstColumn, rest, block.last);
}

/// Calls `body` with each column of a panel, `step` at a time, and where it is
/// read: columns past the last repeat it.
static void forColumns(ImplicitLocOpBuilder &b, int64_t columns, int64_t step,
                       function_ref<void(Value)> body) {
  scf::ForOp::create(b, index(b, 0), index(b, columns), index(b, step),
                     ValueRange(),
                     [&](OpBuilder &, Location, Value n, ValueRange) {
                       body(n);
                       scf::YieldOp::create(b);
                     });
}

/// The column `n` of a panel among all, or the last one.
Value WeightPanels::clampColumn(Value firstColumn, Value n) {
  Value columns =
      memref::DimOp::create(b, op.getWeights()[0], op.getTransposed() ? 1 : 2);
  return arith::MinUIOp::create(b, arith::AddIOp::create(b, firstColumn, n),
                                arith::SubIOp::create(b, columns, index(b, 1)));
}

void WeightPanels::copySteps(unsigned number, Value expert, Value firstColumn,
                             Value first, Value last) {
  Value target = copies[number];
  forColumns(b, schedule.getColumns(), 1, [&](Value n) {
    Value column = clampColumn(firstColumn, n);
    Value at = arith::MulIOp::create(b, n, index(b, schedule.getGroup()));
    scf::ForOp::create(
        b, first, last, index(b, 1), ValueRange(),
        [&](OpBuilder &, Location, Value step, ValueRange) {
          Value row = arith::SubIOp::create(b, step, current.first);
          Value points = readPoints(number, expert, column, step);
          if (isa<VectorType>(points.getType()))
            vector::StoreOp::create(b, points, target, ValueRange{row, at});
          else
            memref::StoreOp::create(b, points, target, ValueRange{row, at});
          scf::YieldOp::create(b);
        });
  });
}

void WeightPanels::copySquares(unsigned number, Value expert, Value firstColumn,
                               Value first, Value last) {
  Value weight = op.getWeights()[number], target = copies[number];
  int64_t group = schedule.getGroup();
  auto lineType = VectorType::get({kSquare * group}, elementOf(weight));
  auto wordsType = VectorType::get({kSquare}, b.getI32Type());
  auto squareType = VectorType::get({kSquare, kSquare}, b.getI32Type());
  forColumns(b, schedule.getColumns(), kSquare, [&](Value n) {
    SmallVector<Value> columns;
    for (int64_t i = 0; i < kSquare; ++i)
      columns.push_back(
          clampColumn(firstColumn, arith::AddIOp::create(b, n, index(b, i))));
    Value at = arith::MulIOp::create(b, n, index(b, group));
    scf::ForOp::create(
        b, first, last, index(b, kSquare), ValueRange(),
        [&](OpBuilder &, Location, Value step, ValueRange) {
          Value point = arith::MulIOp::create(b, step, index(b, group));
          Value square =
              arith::ConstantOp::create(b, b.getZeroAttr(squareType));
          for (auto [i, column] : llvm::enumerate(columns)) {
            Value line = vector::LoadOp::create(
                b, lineType, weight, ValueRange{expert, column, point});
            Value words = vector::BitCastOp::create(b, wordsType, line);
            square = vector::InsertOp::create(b, words, square, i);
          }
          square =
              vector::TransposeOp::create(b, square, ArrayRef<int64_t>{1, 0});
          Value row = arith::SubIOp::create(b, step, current.first);
          for (int64_t i = 0; i < kSquare; ++i) {
            Value words = vector::ExtractOp::create(b, square, i);
            vector::StoreOp::create(
                b, vector::BitCastOp::create(b, lineType, words), target,
                ValueRange{arith::AddIOp::create(b, row, index(b, i)), at});
          }
          scf::YieldOp::create(b);
        });
  });
}
