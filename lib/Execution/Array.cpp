//===- Array.cpp - Dense arrays -------------------------------------------===//

#include "moe/Execution/Array.h"

#include "moe/Runtime/Runtime.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace mlir::moe;

StringRef moe::getName(ElementKind kind) {
  static constexpr llvm::StringLiteral names[] = {"f16", "bf16", "f32", "f64",
                                                  "i1",  "i8",   "i32", "i64"};
  return names[static_cast<unsigned>(kind)];
}

unsigned moe::getByteWidth(ElementKind kind) {
  static constexpr unsigned widths[] = {2, 2, 4, 8, 1, 1, 4, 8};
  return widths[static_cast<unsigned>(kind)];
}

bool moe::isFloat(ElementKind kind) { return kind <= ElementKind::F64; }

std::pair<int64_t, int64_t> moe::getLimits(ElementKind kind) {
  if (kind == ElementKind::I1)
    return {0, 1};
  unsigned bits = 8 * getByteWidth(kind);
  return {llvm::minIntN(bits), llvm::maxIntN(bits)};
}

std::string moe::formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[";
  llvm::interleaveComma(shape, os, [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      os << "?";
    else
      os << size;
  });
  os << "]";
  return text;
}

llvm::Expected<uint64_t> moe::countBytes(ElementKind kind,
                                         ArrayRef<int64_t> shape) {
  int64_t bytes = getByteWidth(kind);
  if (llvm::is_contained(shape, 0))
    return 0;
  for (int64_t size : shape)
    if (llvm::MulOverflow(bytes, size, bytes))
      return llvm::createStringError(
          "expects an array of fewer than 2^63 bytes, found shape " +
          formatShape(shape) + " of " + getName(kind));
  return bytes;
}

int64_t Array::getNumElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

llvm::Expected<Array> Array::allocate(ElementKind kind,
                                      ArrayRef<int64_t> shape) {
  llvm::Expected<uint64_t> bytes = countBytes(kind, shape);
  if (!bytes)
    return bytes.takeError();
  uint64_t available = getAvailableMemory();
  size_t whole = llvm::alignTo(std::max<uint64_t>(*bytes, 1), 64);
  void *memory = *bytes <= available ? std::aligned_alloc(64, whole) : nullptr;
  if (!memory)
    return llvm::createStringError("expects at most " + Twine(available) +
                                   " bytes of free memory, found shape " +
                                   formatShape(shape) + " of " + getName(kind) +
                                   " with " + Twine(*bytes) + " bytes");
  return borrow(kind, shape, memory,
                std::shared_ptr<void>(memory, [](void *p) { std::free(p); }));
}

Array Array::borrow(ElementKind kind, ArrayRef<int64_t> shape, void *data,
                    std::shared_ptr<void> owner) {
  Array array;
  array.kind = kind;
  array.none = false;
  array.shape.assign(shape.begin(), shape.end());
  array.storage = std::shared_ptr<void>(std::move(owner), data);
  return array;
}

static const llvm::fltSemantics &getSemantics(ElementKind kind) {
  switch (kind) {
  case ElementKind::F16:
    return llvm::APFloat::IEEEhalf();
  case ElementKind::BF16:
    return llvm::APFloat::BFloat();
  case ElementKind::F32:
    return llvm::APFloat::IEEEsingle();
  default:
    return llvm::APFloat::IEEEdouble();
  }
}

template <typename T> static T load(const void *data, int64_t index) {
  T value;
  std::memcpy(&value, static_cast<const char *>(data) + index * sizeof(T),
              sizeof(T));
  return value;
}

template <typename T> static void store(void *data, int64_t index, T value) {
  std::memcpy(static_cast<char *>(data) + index * sizeof(T), &value, sizeof(T));
}

double Array::getElement(int64_t index) const {
  switch (kind) {
  case ElementKind::F16: {
    llvm::APFloat value(llvm::APFloat::IEEEhalf(),
                        llvm::APInt(16, load<uint16_t>(data(), index)));
    bool exact;
    value.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &exact);
    return value.convertToDouble();
  }
  case ElementKind::BF16:
    return llvm::bit_cast<float>(
        static_cast<uint32_t>(load<uint16_t>(data(), index)) << 16);
  case ElementKind::F32:
    return load<float>(data(), index);
  case ElementKind::F64:
    return load<double>(data(), index);
  case ElementKind::I1:
  case ElementKind::I8:
    return load<int8_t>(data(), index);
  case ElementKind::I32:
    return load<int32_t>(data(), index);
  case ElementKind::I64:
    return static_cast<double>(load<int64_t>(data(), index));
  }
  llvm_unreachable("every kind is handled");
}

void Array::setElement(int64_t index, double value) {
  switch (kind) {
  case ElementKind::F16:
  case ElementKind::BF16: {
    llvm::APFloat rounded(value);
    bool exact;
    rounded.convert(getSemantics(kind), llvm::APFloat::rmNearestTiesToEven,
                    &exact);
    store(data(), index,
          static_cast<uint16_t>(rounded.bitcastToAPInt().getZExtValue()));
    return;
  }
  case ElementKind::F32:
    return store(data(), index, static_cast<float>(value));
  case ElementKind::F64:
    return store(data(), index, value);
  default:
    return setInteger(index, static_cast<int64_t>(value));
  }
}

void Array::setInteger(int64_t index, int64_t value) {
  switch (kind) {
  case ElementKind::I64:
    return store(data(), index, value);
  case ElementKind::I32:
    return store(data(), index, static_cast<int32_t>(value));
  default:
    return store(data(), index, static_cast<int8_t>(value));
  }
}
