//===- FloatConversions.cpp - 16-bit floats without instructions ----------===//
//
// Weak: the library of whoever links a program may have them too.
//
//===----------------------------------------------------------------------===//

#include "ProgramRun.h"

#include <cstring>

/// f64 to a 16-bit float, rounded once.
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

#define MOE_WEAK __attribute__((weak))

MOE_WEAK float __truncdfhf2(double value) {
  return truncateDouble(value, 5, 10);
}
MOE_WEAK float __truncdfbf2(double value) {
  return truncateDouble(value, 8, 7);
}
MOE_WEAK float __truncsfhf2(float value) {
  return truncateDouble(value, 5, 10);
}
MOE_WEAK float __truncsfbf2(float value) { return truncateDouble(value, 8, 7); }

MOE_WEAK float __extendhfsf2(float value) {
  uint32_t half;
  std::memcpy(&half, &value, sizeof(half));
  uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 31,
           mantissa = half & 1023;
  float result;
  if (exponent == 0) { // a zero, or a denormal: a multiple of 2^-24
    result = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -result : result;
  }
  uint32_t bits = exponent == 31
                      ? sign | 0x7f800000 | mantissa << 13
                      : sign | (exponent + 112) << 23 | mantissa << 13;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}
