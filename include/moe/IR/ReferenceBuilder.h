//===- ReferenceBuilder.h - Loops and maps over tensors ---------*- C++ -*-===//
//
// What the meaning of an op is written with: sequential loops that carry
// tensors, and elementwise maps. Everything is built from linalg, tensor, scf,
// arith and math, whose dialects must be loaded.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_REFERENCEBUILDER_H
#define MOE_IR_REFERENCEBUILDER_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {

/// One input of an elementwise map: dimension i of `tensor` follows loop
/// `loops[i]`.
struct MapInput {
  Value tensor;
  SmallVector<unsigned> loops;
};

/// The type sums are kept in: f32, or f64 for f64 elements.
inline FloatType getSumType(Type element) {
  if (element.isF64())
    return cast<FloatType>(element);
  return Float32Type::get(element.getContext());
}

class ReferenceBuilder : public ImplicitLocOpBuilder {
public:
  ReferenceBuilder(Location loc, OpBuilder &builder)
      : ImplicitLocOpBuilder(loc, builder) {}

  //===--------------------------------------------------------------------===//
  // Constants, sizes, conversions
  //===--------------------------------------------------------------------===//

  Value index(int64_t value);
  /// A constant of type i1, i32 or i64.
  Value integer(unsigned width, int64_t value);
  /// A constant of a float type.
  Value real(Type type, double value);
  Value negativeInfinity(Type type);

  /// The size of `tensor` along `dim`, a constant where its type says so.
  OpFoldResult size(Value tensor, int64_t dim);
  SmallVector<OpFoldResult> sizes(Value tensor);
  Value asIndex(OpFoldResult size);
  /// The index as an i32, and back.
  Value toI32(Value index);
  Value toIndex(Value integer);
  /// The float, or vector of floats, `value` with elements of float type
  /// `type`.
  Value convertFloat(Value value, Type type);
  /// The tensor with elements of float type `element`.
  Value convertElements(Value tensor, Type element);
  /// log(1 + exp(z)) of a scalar, finite for every finite z.
  Value softplus(Value z);
  /// `tensor` with type `type`, by a cast where they differ.
  Value castTo(Value tensor, Type type);

  //===--------------------------------------------------------------------===//
  // Tensors
  //===--------------------------------------------------------------------===//

  Value empty(ArrayRef<OpFoldResult> sizes, Type element);
  /// A new tensor, all elements `scalar`.
  Value filled(ArrayRef<OpFoldResult> sizes, Value scalar);
  /// `out` with all elements `scalar`.
  Value fill(Value scalar, Value out);
  Value extract(Value tensor, ValueRange indices);
  Value insert(Value scalar, Value tensor, ValueRange indices);
  /// Slices along the first dimension; the others are whole. Those without
  /// elements are new tensors, which no slice may be out of.
  /// `tensor[first .. first + count)`, of type `type` or else [count, ...].
  Value rows(Value tensor, OpFoldResult first, OpFoldResult count,
             RankedTensorType type = {});
  /// `tensor[at]`.
  Value row(Value tensor, OpFoldResult at);
  /// `out` with `value` as its rows from `first` on, or as its row `at`.
  Value insertRows(Value value, Value out, OpFoldResult first);
  Value insertRow(Value value, Value out, OpFoldResult at);

  /// A new tensor of `sizes`; each element is `body(elements of the inputs)`.
  Value map(ArrayRef<OpFoldResult> sizes, Type element,
            ArrayRef<MapInput> inputs, function_ref<Value(ValueRange)> body);
  /// The same, written over all of `out`, whose old value is not read.
  Value mapInto(Value out, ArrayRef<MapInput> inputs,
                function_ref<Value(ValueRange)> body);
  /// The same, but the body's last argument is the old value.
  Value accumulateInto(Value out, ArrayRef<MapInput> inputs,
                       function_ref<Value(ValueRange)> body);
  /// `[T]` from `[T,L]`: `body(element, so far)` over each row, in ascending
  /// order, from `start`.
  Value reduceRows(Value tensor, Value start,
                   function_ref<Value(Value element, Value soFar)> body);
  /// In a map's body: the current position in loop `loop`.
  Value position(unsigned loop);

  //===--------------------------------------------------------------------===//
  // Control
  //===--------------------------------------------------------------------===//

  using State = SmallVector<Value>;
  /// for i in [from, to): state = body(i, state). Gives the last state.
  State loop(Value from, Value to, ValueRange state,
             function_ref<State(Value i, ValueRange state)> body);
  State loop(Value count, ValueRange state,
             function_ref<State(Value i, ValueRange state)> body);
  /// if condition: state = body(). Gives the state after.
  State when(Value condition, ValueRange state, function_ref<State()> body);

  //===--------------------------------------------------------------------===//
  // Order
  //===--------------------------------------------------------------------===//

  /// The strict total order of selections: key `a` at index `i` comes before
  /// key `b` at index `j` if it is larger, or equal and of lower index. NaN is
  /// smaller than every number and equal to NaN.
  Value precedes(Value a, Value i, Value b, Value j);
  /// Visits the `picks` first of `count` keys in that order: state =
  /// visit(pick number, index, key, state). `picks` is at most `count`.
  State pickLargest(
      Value count, Value picks, function_ref<Value(Value index)> keyAt,
      Type keyType, ValueRange state,
      function_ref<State(Value pick, Value index, Value key, ValueRange state)>
          visit);
};

} // namespace mlir::moe

#endif // MOE_IR_REFERENCEBUILDER_H
