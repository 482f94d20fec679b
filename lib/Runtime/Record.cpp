//===- Record.cpp - What programs record, and all they may call -----------===//

#include "ProgramRun.h"

#include <cstring>

using namespace mlir::moe;

template <typename T>
static std::vector<T> copyMatrix(const MemRefDescriptor<T, 2> *matrix) {
  std::vector<T> values;
  values.reserve(matrix->sizes[0] * matrix->sizes[1]);
  for (int64_t i = 0; i < matrix->sizes[0]; ++i)
    for (int64_t j = 0; j < matrix->sizes[1]; ++j)
      values.push_back(matrix->aligned[matrix->offset + i * matrix->strides[0] +
                                       j * matrix->strides[1]]);
  return values;
}

extern "C" {
static void recordGate(int64_t layer,
                       const MemRefDescriptor<double, 2> *weights,
                       const MemRefDescriptor<int32_t, 2> *experts) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->gates.push_back({layer, weights->sizes[0], weights->sizes[1],
                                  copyMatrix(weights), copyMatrix(experts)});
}

static void recordKeys(int64_t layer, const MemRefDescriptor<double, 2> *keys) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->keys.push_back(
        {layer, keys->sizes[0], keys->sizes[1], copyMatrix(keys)});
}

static void recordDispatch(int64_t layer,
                           const MemRefDescriptor<int32_t, 1> *offsets) {
  ProgramRun *run = getCurrentRun();
  if (!run || !run->record)
    return;
  std::vector<int32_t> values;
  for (int64_t i = 0; i < offsets->sizes[0]; ++i)
    values.push_back(elementAt(offsets, i));
  run->record->dispatches.push_back({layer, std::move(values)});
}

static void recordMacs(int64_t layer, int64_t kind, int64_t count) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->macs[{layer, kind}] += count;
}

/// f64 to a 16-bit float, rounded once; the result is returned in the low bits
/// of a float, where the calling convention has a half.
static float truncateDouble(double value, int exponentBits, int mantissaBits) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  uint32_t sign = static_cast<uint32_t>(bits >> 63) << 15;
  int64_t exponent = static_cast<int64_t>((bits >> 52) & 0x7ff);
  uint64_t mantissa = bits & ((uint64_t(1) << 52) - 1);
  int64_t bias = (int64_t(1) << (exponentBits - 1)) - 1;
  uint32_t infinity = ((1u << exponentBits) - 1) << mantissaBits;
  uint32_t result;
  if (exponent == 0x7ff) {
    result = infinity | (mantissa ? 1u << (mantissaBits - 1) : 0);
  } else {
    int64_t target = exponent - 1023 + bias;
    uint64_t significand = exponent ? mantissa | (uint64_t(1) << 52) : mantissa;
    int64_t shift = 52 - mantissaBits + (target <= 0 ? 1 - target : 0);
    if (shift > 63) {
      result = 0;
    } else {
      uint64_t kept = significand >> shift;
      uint64_t rest = significand & ((uint64_t(1) << shift) - 1);
      uint64_t half = uint64_t(1) << (shift - 1);
      kept += rest > half || (rest == half && (kept & 1));
      // A carry out of the significand lands in the exponent, as it should.
      uint64_t biased =
          target > 0 ? (static_cast<uint64_t>(target - 1) << mantissaBits) : 0;
      uint64_t sum = biased + kept;
      result = sum >= infinity ? infinity : static_cast<uint32_t>(sum);
    }
  }
  uint32_t low = sign | result;
  float carrier;
  std::memcpy(&carrier, &low, sizeof(carrier));
  return carrier;
}

static float truncateToHalf(double value) {
  return truncateDouble(value, 5, 10);
}
static float truncateToBrain(double value) {
  return truncateDouble(value, 8, 7);
}
static float truncateFloatToHalf(float value) {
  return truncateDouble(value, 5, 10);
}
static float truncateFloatToBrain(float value) {
  return truncateDouble(value, 8, 7);
}
} // extern "C"

const RuntimeSymbol *mlir::moe::getRuntimeSymbols() {
#define MOE_SYMBOL(name, function)                                             \
  {                                                                            \
    name, reinterpret_cast<void *>(function)                                   \
  }
  static const RuntimeSymbol symbols[] = {
      MOE_SYMBOL("_mlir_ciface_moeRecordGate", recordGate),
      MOE_SYMBOL("_mlir_ciface_moeRecordKeys", recordKeys),
      MOE_SYMBOL("_mlir_ciface_moeRecordDispatch", recordDispatch),
      MOE_SYMBOL("_mlir_ciface_moeRecordMacs", recordMacs),
      MOE_SYMBOL("_mlir_ciface_moeCheckOffsets", moeCheckOffsets),
      MOE_SYMBOL("_mlir_ciface_moeCheckSlots", moeCheckSlots),
      MOE_SYMBOL("_mlir_ciface_moeCheckTokenRows", moeCheckTokenRows),
      MOE_SYMBOL("_mlir_ciface_moeFail", moeFail),
      MOE_SYMBOL("moeParallelFor", moeParallelFor),
      MOE_SYMBOL("_mlir_memref_to_llvm_alloc", moeAllocate),
      MOE_SYMBOL("_mlir_memref_to_llvm_aligned_alloc", moeAllocateAligned),
      MOE_SYMBOL("_mlir_memref_to_llvm_free", moeFree),
      MOE_SYMBOL("memrefCopy", moeCopyStrided),
      MOE_SYMBOL("__truncdfhf2", truncateToHalf),
      MOE_SYMBOL("__truncdfbf2", truncateToBrain),
      MOE_SYMBOL("__truncsfhf2", truncateFloatToHalf),
      MOE_SYMBOL("__truncsfbf2", truncateFloatToBrain),
      {nullptr, nullptr}};
#undef MOE_SYMBOL
  return symbols;
}
