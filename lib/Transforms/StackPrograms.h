//===- StackPrograms.h - Like programs of experts as one --------*- C++ -*-===//
//
// Programs that differ only in their parameters are one program with the
// parameters stacked: `[E, ...]`, the expert first. Slices of one tensor at
// successive places are that tensor; parameters of their own are copied into
// one.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_STACKPROGRAMS_H
#define MOE_LIB_TRANSFORMS_STACKPROGRAMS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <map>

namespace mlir::moe {

/// A tensor that a program may have in its own: an argument or a constant.
bool isOwnTensor(Value value);
/// Both are constants of one type with the same value.
bool isSameConstant(Value a, Value b);
/// The dimension along which two slices of one tensor, alike otherwise, begin
/// at different static places.
std::optional<int64_t> findSlicedDim(Value a, Value b);
/// The same ops in the same order. `constants`: the constants of `a` that they
/// use, and what `b` has in their place.
bool matchBodies(Block &a, Block &b,
                 llvm::MapVector<Value, Attribute> &constants);

/// Compares the programs behind two values.
class ProgramComparison {
public:
  /// The same program up to parameters (arguments, constants, slices of one
  /// tensor at other places, constants in bodies).
  bool compare(Value a, Value b);
  /// The first place where both read one element along a dimension of the same
  /// tensor, or compare with a constant: the numbers of the two experts.
  std::optional<std::pair<int64_t, int64_t>> getNumbers() const {
    return numbers;
  }
  /// Where they are not the same: the two ops, or "".
  StringRef getDifference() const { return difference; }

private:
  bool compareNew(Value a, Value b);
  bool differ(Value a, Value b);

  llvm::DenseMap<std::pair<Value, Value>, bool> seen;
  std::optional<std::pair<int64_t, int64_t>> numbers;
  std::string difference;
};

/// One value of each program: `value[map(e, d0, d1, ...)]` in expert e.
struct StackedValue {
  Value value;
  AffineMap map;
};

/// Builds one program from several that compare as the same.
class ProgramStack {
public:
  ProgramStack(OpBuilder &builder, Location loc, unsigned numPrograms)
      : builder(builder), loc(loc), numPrograms(numPrograms) {}

  /// Failure: `getReason`.
  FailureOr<StackedValue> stack(ArrayRef<Value> values);
  StringRef getReason() const { return reason; }
  /// Values of the programs that the stacked program takes the place of.
  const llvm::SetVector<Value> &getReplaced() const { return replaced; }
  /// Bytes of parameters that every call copies: they are no `moe.param`.
  int64_t getCopiedBytes() const { return copiedBytes; }

private:
  FailureOr<StackedValue> fail(const Twine &why);
  FailureOr<StackedValue> stackNew(ArrayRef<Value> values);
  std::optional<StackedValue> stackSlices(ArrayRef<Value> values);
  StackedValue stackCopies(ArrayRef<Value> values);
  FailureOr<StackedValue> stackLinalg(ArrayRef<Value> values);
  FailureOr<StackedValue> stackElementwise(ArrayRef<Value> values);
  FailureOr<StackedValue> stackSliced(ArrayRef<Value> values);
  FailureOr<StackedValue> stackReshape(ArrayRef<Value> values);
  FailureOr<Value> buildInit(ArrayRef<Value> values, Type element);
  /// The sizes `[E, ...]` of a value of each program.
  SmallVector<OpFoldResult> getSizes(Value value);
  /// As a tensor `[E, ...]`.
  Value materialize(const StackedValue &stacked, Value like);
  AffineMap getUniformMap(Value value);
  AffineMap getWholeMap(Value value);

  OpBuilder &builder;
  Location loc;
  unsigned numPrograms;
  std::string reason;
  std::map<std::vector<const void *>, StackedValue> known;
  llvm::SetVector<Value> replaced;
  int64_t copiedBytes = 0;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_STACKPROGRAMS_H
