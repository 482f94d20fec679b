//===- Record.cpp - What programs record and check ------------------------===//

#include "ProgramRun.h"

#include <cstdio>
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

static int32_t at(const MemRefDescriptor<int32_t, 1> *vector, int64_t i) {
  return vector->aligned[vector->offset + i * vector->strides[0]];
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
    values.push_back(at(offsets, i));
  run->record->dispatches.push_back({layer, std::move(values)});
}

static void recordMacs(int64_t layer, int64_t kind, int64_t count) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->macs[{layer, kind}] += count;
}

/// Gives up the run for a failed check. `text` is copied before the jump.
static void reject(ProgramRun &run, int64_t site, const char *text) {
  run.failure->site = site;
  run.failure->message = text;
  giveUp(run);
}

static void checkOffsets(int64_t site,
                         const MemRefDescriptor<int32_t, 1> *offsets,
                         int64_t rows) {
  ProgramRun *run = getCurrentRun();
  if (!run)
    return;
  char text[160];
  int64_t last = offsets->sizes[0] - 1;
  if (last < 0)
    reject(*run, site, "expects offsets [E+1], found none");
  if (at(offsets, 0) != 0) {
    std::snprintf(text, sizeof(text), "expects offsets[0] to be 0, found %d",
                  at(offsets, 0));
    reject(*run, site, text);
  }
  for (int64_t e = 0; e < last; ++e)
    if (at(offsets, e + 1) < at(offsets, e)) {
      std::snprintf(text, sizeof(text),
                    "expects offsets that never fall, found offsets[%lld] = %d "
                    "after %d",
                    static_cast<long long>(e + 1), at(offsets, e + 1),
                    at(offsets, e));
      reject(*run, site, text);
    }
  if (at(offsets, last) > rows) {
    std::snprintf(
        text, sizeof(text),
        "expects offsets[E] of at most the number of rows %lld, found "
        "%d",
        static_cast<long long>(rows), at(offsets, last));
    reject(*run, site, text);
  }
}

static void checkSlots(int64_t site, const MemRefDescriptor<int32_t, 1> *slots,
                       int64_t live, int64_t limit) {
  ProgramRun *run = getCurrentRun();
  if (!run)
    return;
  char text[160];
  for (int64_t r = 0; r < slots->sizes[0]; ++r) {
    int32_t slot = at(slots, r);
    const char *wanted = nullptr;
    if (live >= 0 && r >= live && slot != -1)
      wanted = "-1 past offsets[E]";
    else if (live >= 0 && r < live && slot < 0)
      wanted = "a slot before offsets[E]";
    else if (slot < -1)
      wanted = "a slot or -1";
    if (wanted)
      std::snprintf(text, sizeof(text), "expects %s, found slots[%lld] = %d",
                    wanted, static_cast<long long>(r), slot);
    else if (slot >= limit)
      std::snprintf(text, sizeof(text),
                    "expects slots below T*K = %lld, found slots[%lld] = %d",
                    static_cast<long long>(limit), static_cast<long long>(r),
                    slot);
    else
      continue;
    reject(*run, site, text);
  }
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
      MOE_SYMBOL("_mlir_ciface_moeCheckOffsets", checkOffsets),
      MOE_SYMBOL("_mlir_ciface_moeCheckSlots", checkSlots),
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
