//===- RegionProgram.h - The region of an expert, written out ---*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_REGIONPROGRAM_H
#define MOE_LIB_TRANSFORMS_REGIONPROGRAM_H

#include "moe/IR/Moe.h"
#include "moe/IR/TensorCasts.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// Compares the region of an expert with a program outside of it.
class RegionProgram {
public:
  /// `rows`: what the program has for the row arguments, `[T,D]` each.
  RegionProgram(ExpertOp expert, ArrayRef<Value> rows);

  /// The program behind `outer` is the one behind `inner`, a value of the
  /// region, op by op, up to its parameters and a static number of rows.
  bool compare(Value inner, Value outer);
  /// What the program has for the parameters; null for one that is not read.
  ArrayRef<Value> getParams() const { return params; }
  /// The ops of the program.
  const llvm::SetVector<Operation *> &getOps() const { return ops; }
  /// Where they differ: both types or ops, in words.
  StringRef getDifference() const { return difference; }

private:
  bool compareNew(Value inner, Value outer);
  bool compareArgument(BlockArgument inner, Value outer);
  bool compareSizes(tensor::EmptyOp inner, tensor::EmptyOp outer);
  bool compareStructured(linalg::LinalgOp inner, linalg::LinalgOp outer);
  bool isSameType(Type inner, Type outer);
  bool differ(const Twine &found, const Twine &expected);

  ExpertOp expert;
  ArrayRef<Value> rows;
  int64_t tokens = ShapedType::kDynamic; ///< T, where it is static
  SmallVector<Value> params;
  llvm::SetVector<Operation *> ops;
  llvm::DenseMap<std::pair<Value, Value>, bool> seen;
  std::string difference;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_REGIONPROGRAM_H
