//===- Array.h - Dense arrays and .npy files --------------------*- C++ -*-===//

#ifndef MOE_EXECUTION_ARRAY_H
#define MOE_EXECUTION_ARRAY_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <utility>

namespace mlir::moe {

/// The element types of arguments and results.
enum class ElementKind { F16, BF16, F32, F64, I1, I8, I32, I64 };

/// "f16", "bf16", ...
llvm::StringRef getName(ElementKind kind);
unsigned getByteWidth(ElementKind kind);
bool isFloat(ElementKind kind);
/// The smallest and the largest value of an integer type.
std::pair<int64_t, int64_t> getLimits(ElementKind kind);

/// A dense row-major array. Copies share the data. Rank 0 is a scalar.
class Array {
public:
  /// No array, where one may be left out.
  Array() = default;

  /// An array of its own, 64-byte aligned, elements unspecified. Fails where
  /// the size overflows or memory is short.
  static llvm::Expected<Array> allocate(ElementKind kind,
                                        llvm::ArrayRef<int64_t> shape);

  /// An array in memory that `owner` keeps alive (null: the caller does).
  static Array borrow(ElementKind kind, llvm::ArrayRef<int64_t> shape,
                      void *data, std::shared_ptr<void> owner);

  bool isNone() const { return none; }
  ElementKind getKind() const { return kind; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getNumElements() const;
  size_t getNumBytes() const { return getNumElements() * getByteWidth(kind); }
  void *data() const { return storage.get(); }

  /// Element `index` in row-major order as f64 (integers are converted).
  double getElement(int64_t index) const;
  /// Rounds `value` to the element type (to nearest, ties to even).
  void setElement(int64_t index, double value);
  /// Stores `value`, which must fit an element of an integer type.
  void setInteger(int64_t index, int64_t value);

private:
  ElementKind kind = ElementKind::F32;
  bool none = true;
  llvm::SmallVector<int64_t> shape = {0};
  std::shared_ptr<void> storage;
};

/// "[2, 3]"; dynamic sizes print as "?".
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// The number of bytes of such an array, or an error where it overflows.
llvm::Expected<uint64_t> countBytes(ElementKind kind,
                                    llvm::ArrayRef<int64_t> shape);

/// Reads a .npy file, versions 1 to 3, little-endian, C order; descr f2, f4,
/// f8, i1, i4, i8, b1, and V2 for bf16.
llvm::Expected<Array> readNpy(llvm::StringRef path);

/// Writes a .npy file of version 1.0. On failure no file is left at `path`.
llvm::Error writeNpy(llvm::StringRef path, const Array &array);

} // namespace mlir::moe

#endif // MOE_EXECUTION_ARRAY_H
