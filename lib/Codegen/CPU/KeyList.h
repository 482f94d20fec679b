//===- KeyList.h - The first keys of an order, in registers -----*- C++ -*-===//
//
// The order of selections (Semantics, common_r4) as an order of integers. A
// float key becomes an i32 that compares as keys do: -0 like +0, NaN below
// -inf. A list holds the first keys seen so far, best first, as one vector of
// i64: the key above, the complement of its index below, so that equal keys
// come by ascending index.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_KEYLIST_H
#define MOE_LIB_CODEGEN_CPU_KEYLIST_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::moe {

/// i32 of the shape of `keys`, f32 or a vector of it.
Value encodeKeys(ImplicitLocOpBuilder &b, Value keys);
/// The keys again: +0 for -0, some NaN for NaN.
Value decodeKeys(ImplicitLocOpBuilder &b, Value encoded);
/// A constant of the shape of `type`, which i32s are of; less than any key.
Value buildNoKeys(ImplicitLocOpBuilder &b, Type type);
/// A constant of the shape of `type` with all elements `value`.
Value buildSplat(ImplicitLocOpBuilder &b, Type type, double value);
Value buildSplat(ImplicitLocOpBuilder &b, Type type, int64_t value);

class KeyList {
public:
  KeyList(ImplicitLocOpBuilder &builder, int64_t size);

  /// A list without keys.
  Value empty();
  /// `list` with the key `encoded` of index `index`, if it is one of the first.
  /// An index is more than those of all equal keys in the list.
  Value insert(Value list, Value encoded, Value index);
  /// The same with all lanes of `encoded`, the first of which has index
  /// `first`.
  Value insertAll(Value list, Value encoded, Value first);
  /// The encoded keys, and their indices, as vectors of i32.
  Value getKeys(Value list);
  Value getIndices(Value list);

private:
  ImplicitLocOpBuilder &b;
  int64_t size;
  VectorType type;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_KEYLIST_H
