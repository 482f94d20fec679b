//===- ExpertBodies.cpp - Builds expert bodies that have a name -----------===//

#include "moe/IR/ExpertBodies.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::moe;

FloatType mlir::moe::getAccumulatorType(Type element) {
  return element.isF64() ? Float64Type::get(element.getContext())
                         : FloatType(Float32Type::get(element.getContext()));
}

ExpertOp mlir::moe::buildExpert(
    OpBuilder &builder, Location loc, ValueRange rows, Value offsets,
    ValueRange params, ValueRange shared,
    function_ref<SmallVector<Value>(OpBuilder &, Location, ValueRange,
                                    ValueRange, ValueRange)>
        body) {
  // The result types are known once the body is.
  Block *block = new Block();
  Region region;
  region.push_back(block);
  auto ranked = [](Value value) {
    return cast<RankedTensorType>(value.getType());
  };
  for (Value value : rows)
    block->addArgument(ExpertOp::getRowArgumentType(ranked(value)), loc);
  for (Value value : params)
    block->addArgument(ExpertOp::getParamArgumentType(ranked(value)), loc);
  for (Value value : shared)
    block->addArgument(value.getType(), loc);
  SmallVector<Value> yielded;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(block);
    ValueRange arguments = block->getArguments();
    yielded = body(builder, loc, arguments.take_front(rows.size()),
                   arguments.slice(rows.size(), params.size()),
                   arguments.take_back(shared.size()));
    YieldOp::create(builder, loc, yielded);
  }
  SmallVector<Type> types;
  for (Value value : yielded) {
    SmallVector<int64_t> shape(ranked(value).getShape());
    shape[0] = ranked(rows.empty() ? value : rows[0]).getDimSize(0);
    types.push_back(
        RankedTensorType::get(shape, ranked(value).getElementType()));
  }
  auto op = ExpertOp::create(builder, loc, types, rows, offsets, params, shared,
                             /*cross_row=*/false);
  op.getBody().takeBody(region);
  return op;
}

namespace {
/// Builds on the rows of one block.
struct Body : ImplicitLocOpBuilder {
  Body(OpBuilder &builder, Location loc, Value rows)
      : ImplicitLocOpBuilder(loc, builder), rows(rows),
        element(cast<RankedTensorType>(rows.getType()).getElementType()),
        accumulator(getAccumulatorType(element)) {}

  Value constant(double value) {
    return arith::ConstantOp::create(*this, getFloatAttr(accumulator, value));
  }

  /// An empty tensor [m, width].
  Value empty(OpFoldResult width, Type type) {
    return tensor::EmptyOp::create(
        *this,
        ArrayRef<OpFoldResult>{tensor::getMixedSize(*this, getLoc(), rows, 0),
                               width},
        type);
  }

  /// The size of dimension `dim` of `value`.
  OpFoldResult size(Value value, int64_t dim) {
    return tensor::getMixedSize(*this, getLoc(), value, dim);
  }

  /// x [m,D] times matrix [N,D].
  Value matmul(Value x, Value matrix) {
    Value zero = constant(0.0);
    Value init =
        linalg::FillOp::create(*this, zero, empty(size(matrix, 0), accumulator))
            .getResult(0);
    auto op = linalg::MatmulOp::create(*this, init.getType(),
                                       ValueRange{x, matrix}, init);
    AffineExpr m, n, k;
    bindDims(getContext(), m, n, k);
    auto map = [&](AffineExpr a, AffineExpr b) {
      return AffineMap::get(3, 0, {a, b}, getContext());
    };
    op.setIndexingMapsAttr(
        getAffineMapArrayAttr({map(m, k), map(n, k), map(m, n)}));
    return op.getResult(0);
  }

  Value extended(Value scalar) {
    if (scalar.getType() == accumulator)
      return scalar;
    return arith::ExtFOp::create(*this, accumulator, scalar);
  }

  /// One value of `type` for each of `values` [m,H], all of the same shape.
  Value map(ValueRange values, Type type,
            function_ref<Value(Body &, ValueRange)> scalar) {
    Value init = empty(size(values[0], 1), type);
    auto body = [&](OpBuilder &builder, Location loc, ValueRange arguments) {
      Body inner(builder, loc, rows);
      SmallVector<Value> inputs;
      for (Value argument : arguments.take_front(values.size()))
        inputs.push_back(inner.extended(argument));
      Value result = scalar(inner, inputs);
      if (type != accumulator)
        result = arith::TruncFOp::create(inner, type, result);
      linalg::YieldOp::create(inner, result);
    };
    return linalg::MapOp::create(*this, values, init, body).getResult()[0];
  }

  /// Columns `first`, `first` + 2, ... of values [m,2H].
  Value everySecond(Value values, int64_t first) {
    Attribute zero = getIndexAttr(0), one = getIndexAttr(1);
    OpFoldResult width = size(values, 1);
    if (auto known = dyn_cast<Attribute>(width))
      width = getIndexAttr(cast<IntegerAttr>(known).getInt() / 2);
    else
      width = arith::DivUIOp::create(
                  *this, cast<Value>(width),
                  arith::ConstantIndexOp::create(*this, 2).getResult())
                  .getResult();
    return tensor::ExtractSliceOp::create(
        *this, values, ArrayRef<OpFoldResult>{zero, getIndexAttr(first)},
        ArrayRef<OpFoldResult>{size(rows, 0), width},
        ArrayRef<OpFoldResult>{one, getIndexAttr(2)});
  }

  /// 1 + exp(-z).
  Value onePlusExp(Value z, Value one) {
    Value negative = arith::NegFOp::create(*this, z);
    Value exp = math::ExpOp::create(*this, negative);
    return arith::AddFOp::create(*this, exp, one);
  }

  Value rows;
  Type element;
  FloatType accumulator;
};
} // namespace

Value mlir::moe::buildLinear(OpBuilder &builder, Location loc, Value rows,
                             Value matrix) {
  return Body(builder, loc, rows).matmul(rows, matrix);
}

Value mlir::moe::buildLoRALinear(OpBuilder &builder, Location loc, Value rows,
                                 Value matrix, Value down, Value up,
                                 double scale) {
  Body body(builder, loc, rows);
  Value full = body.matmul(rows, matrix);
  Value narrow = body.matmul(rows, down);
  if (body.element != body.accumulator)
    narrow = body.map(narrow, body.element,
                      [](Body &, ValueRange values) { return values[0]; });
  Value update = body.matmul(narrow, up);
  Value factor = body.constant(scale);
  return body.map(
      {full, update}, body.accumulator, [&](Body &inner, ValueRange values) {
        Value scaled = arith::MulFOp::create(inner, values[1], factor);
        return arith::AddFOp::create(inner, values[0], scaled).getResult();
      });
}

Value mlir::moe::buildAddBias(OpBuilder &builder, Location loc, Value values,
                              Value bias) {
  Body body(builder, loc, values);
  Value init = body.empty(body.size(values, 1), body.accumulator);
  AffineMap all = AffineMap::getMultiDimIdentityMap(2, builder.getContext());
  AffineMap column = all.getSubMap(1);
  auto add = [&](OpBuilder &builder, Location loc, ValueRange arguments) {
    Body inner(builder, loc, values);
    Value sum = arith::AddFOp::create(inner, inner.extended(arguments[0]),
                                      inner.extended(arguments[1]));
    linalg::YieldOp::create(inner, sum);
  };
  return linalg::GenericOp::create(
             body, init.getType(), ValueRange{values, bias}, init,
             ArrayRef<AffineMap>{all, column, all},
             SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
             add)
      .getResult(0);
}

Value mlir::moe::buildSwiGLU(OpBuilder &builder, Location loc, Value rows,
                             Value gate, Value up, Value down) {
  Body body(builder, loc, rows);
  Value one = body.constant(1.0);
  Value xg = body.matmul(rows, gate), xu = body.matmul(rows, up);
  Value inner = body.map(
      {xg, xu}, body.element, [&](Body &inner, ValueRange values) -> Value {
        Value divisor = inner.onePlusExp(values[0], one);
        Value silu = arith::DivFOp::create(inner, values[0], divisor);
        return arith::MulFOp::create(inner, silu, values[1]);
      });
  return body.matmul(inner, down);
}

Value mlir::moe::buildClampedSwiGLU(OpBuilder &builder, Location loc,
                                    Value rows, Value gateUp, Value gateUpBias,
                                    Value down, Value downBias,
                                    SwiGLUClamp clamp) {
  Body body(builder, loc, rows);
  Value one = body.constant(1.0), alpha = body.constant(clamp.alpha);
  Value limit = body.constant(clamp.limit);
  Value lower = body.constant(-clamp.limit);
  Value both =
      buildAddBias(builder, loc, body.matmul(rows, gateUp), gateUpBias);
  Value xg = body.everySecond(both, 0), xu = body.everySecond(both, 1);
  Value inner = body.map(
      {xg, xu}, body.element, [&](Body &inner, ValueRange values) -> Value {
        Value g = arith::MinimumFOp::create(inner, values[0], limit);
        Value above = arith::MinimumFOp::create(inner, values[1], limit);
        Value u = arith::MaximumFOp::create(inner, above, lower);
        Value scaled = arith::MulFOp::create(inner, g, alpha);
        Value swish =
            arith::DivFOp::create(inner, g, inner.onePlusExp(scaled, one));
        Value shifted = arith::AddFOp::create(inner, u, one);
        return arith::MulFOp::create(inner, swish, shifted);
      });
  return buildAddBias(builder, loc, body.matmul(inner, down), downBias);
}

Value mlir::moe::buildReLU(OpBuilder &builder, Location loc, Value rows,
                           Value up, Value down) {
  Body body(builder, loc, rows);
  Value zero = body.constant(0.0);
  Value inner =
      body.map(body.matmul(rows, up), body.element,
               [&](Body &inner, ValueRange values) -> Value {
                 return arith::MaximumFOp::create(inner, values[0], zero);
               });
  return body.matmul(inner, down);
}

Value mlir::moe::buildIdentity(Value rows) { return rows; }

Value mlir::moe::buildConstant(OpBuilder &builder, Location loc, Value rows,
                               Value vector) {
  Body body(builder, loc, rows);
  Value init =
      body.empty(body.size(vector, 0),
                 cast<RankedTensorType>(vector.getType()).getElementType());
  return linalg::BroadcastOp::create(body, vector, init, ArrayRef<int64_t>{0})
      .getResult()[0];
}
