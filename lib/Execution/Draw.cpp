//===- Draw.cpp - Random arrays -------------------------------------------===//
//
// Layers have billions of weights, so a normal number is one of the 65536
// midpoint quantiles of the normal distribution, looked up by 16 random bits.
//
//===----------------------------------------------------------------------===//

#include "Draw.h"

#include "llvm/ADT/FunctionExtras.h"

#include <cmath>
#include <thread>

using namespace mlir;
using namespace mlir::moe;

/// A permutation of 64 bits in which every output bit depends on every input
/// bit (the finalizer of the SplitMix64 generator).
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static uint64_t combine(uint64_t key, uint64_t value) {
  return mix(key + 0x9e3779b97f4a7c15 * (value + 1));
}

/// The x with P(N <= x) = p for 0 < p < 1, by Newton steps on erfc from the
/// logistic approximation.
static double normalQuantile(double p) {
  if (p > 0.5)
    return -normalQuantile(1 - p);
  double x = std::log(p / (1 - p)) / 1.702;
  for (int step = 0; step < 50; ++step) {
    double below = 0.5 * std::erfc(-x / std::sqrt(2.0));
    double density = std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
    // Half a step of log: the tail's logarithm is what is nearly quadratic.
    double change = (std::log(below) - std::log(p)) * below / density;
    x -= change;
    if (std::fabs(change) < 1e-14)
      break;
  }
  return x;
}

static const std::vector<float> &getQuantiles() {
  static const std::vector<float> quantiles = [] {
    std::vector<float> values(1 << 16);
    for (unsigned i = 0; i < 1 << 15; ++i) {
      values[i] = static_cast<float>(normalQuantile((i + 0.5) / (1 << 16)));
      values[values.size() - 1 - i] = -values[i];
    }
    return values;
  }();
  return quantiles;
}

/// Runs body(begin, end) over parts of [0, count) that start at multiples of 4.
static void parallelFor(int64_t count, unsigned threads,
                        llvm::function_ref<void(int64_t, int64_t)> body) {
  // More threads than the machine has would cost and bring nothing.
  threads = std::clamp(threads, 1u,
                       std::max(1u, std::thread::hardware_concurrency()));
  int64_t part = (count / threads + 4) / 4 * 4;
  std::vector<std::thread> workers;
  for (int64_t begin = part; begin < count; begin += part)
    workers.emplace_back([=] { body(begin, std::min(begin + part, count)); });
  body(0, std::min(part, count));
  for (std::thread &worker : workers)
    worker.join();
}

/// The bits of `value` as a bf16, rounded to nearest even.
static uint16_t toBrain(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/// Calls store(i, quantile) for each element.
template <typename Store>
static void drawNormal(uint64_t key, int64_t begin, int64_t end, Store store) {
  const std::vector<float> &quantiles = getQuantiles();
  for (int64_t i = begin; i < end; i += 4) {
    uint64_t bits = combine(key, i / 4);
    for (int64_t j = i; j < std::min(i + 4, end); ++j, bits >>= 16)
      store(j, quantiles[bits & 0xffff]);
  }
}

static void drawNormal(Array &array, double std, uint64_t key, int64_t begin,
                       int64_t end) {
  float scale = static_cast<float>(std);
  switch (array.getKind()) {
  case ElementKind::F32: {
    auto *data = static_cast<float *>(array.data());
    return drawNormal(key, begin, end,
                      [=](int64_t i, float x) { data[i] = scale * x; });
  }
  case ElementKind::BF16: {
    auto *data = static_cast<uint16_t *>(array.data());
    return drawNormal(key, begin, end, [=](int64_t i, float x) {
      data[i] = toBrain(scale * x);
    });
  }
  default:
    return drawNormal(key, begin, end, [&](int64_t i, float x) {
      array.setElement(i, scale * x);
    });
  }
}

void moe::drawArray(Array &array, const InputSpec &spec, uint64_t seed,
                    uint64_t argument, uint64_t variant, unsigned threads) {
  uint64_t key = combine(combine(combine(0, seed), argument), variant);
  getQuantiles();
  auto fraction = [key](int64_t i) { // in [0, 1)
    return static_cast<double>(combine(key, i) >> 11) * 0x1p-53;
  };
  double low = spec.low, width = spec.high - spec.low;
  parallelFor(array.getNumElements(), threads, [&](int64_t begin, int64_t end) {
    switch (spec.kind) {
    case InputSpec::Kind::Normal:
      return drawNormal(array, low, key, begin, end);
    case InputSpec::Kind::Uniform:
      for (int64_t i = begin; i < end; ++i)
        array.setElement(i, low + width * fraction(i));
      return;
    case InputSpec::Kind::Integers:
      for (int64_t i = begin; i < end; ++i)
        array.setElement(i, low + std::floor(width * fraction(i)));
      return;
    case InputSpec::Kind::Constant:
      for (int64_t i = begin; i < end; ++i)
        isFloat(array.getKind()) ? array.setElement(i, low)
                                 : array.setInteger(i, *spec.integer);
      return;
    case InputSpec::Kind::Given:
      return;
    }
  });
}
