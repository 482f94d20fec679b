//===- FloatConversionsTest.cpp - 16-bit floats without instructions ------===//

#include "RandomCases.h"
#include "moe/Runtime/Runtime.h"

#include "llvm/ADT/APFloat.h"
#include "gmock/gmock.h"

#include <cmath>
#include <cstring>

using namespace mlir::moe;

template <typename Function> static Function *find(const char *name) {
  for (const RuntimeSymbol *symbol = getRuntimeSymbols(); symbol->name;
       ++symbol)
    if (std::strcmp(symbol->name, name) == 0)
      return reinterpret_cast<Function *>(symbol->address);
  return nullptr;
}

static uint32_t getBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static float makeFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Every f16 becomes the f32 of the same value.
TEST(FloatConversionsTest, ExtendHalf) {
  auto *extend = find<float(float)>("__extendhfsf2");
  ASSERT_TRUE(extend);
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    llvm::APFloat half(llvm::APFloat::IEEEhalf(), llvm::APInt(16, bits));
    float found = extend(makeFloat(bits));
    if (half.isNaN()) {
      EXPECT_TRUE(std::isnan(found)) << bits;
      continue;
    }
    EXPECT_EQ(getBits(found), getBits(half.convertToFloat())) << bits;
  }
}

// Numbers are rounded to nearest, ties to even, once.
TEST(FloatConversionsTest, Truncate) {
  auto *toHalf = find<float(float)>("__truncsfhf2");
  auto *toBrain = find<float(float)>("__truncsfbf2");
  auto *doubleToHalf = find<float(double)>("__truncdfhf2");
  auto *doubleToBrain = find<float(double)>("__truncdfbf2");
  ASSERT_TRUE(toHalf && toBrain && doubleToHalf && doubleToBrain);
  auto round = [](double value, const llvm::fltSemantics &type) {
    llvm::APFloat number(value);
    bool isExact;
    number.convert(type, llvm::APFloat::rmNearestTiesToEven, &isExact);
    return static_cast<uint32_t>(number.bitcastToAPInt().getZExtValue());
  };
  moe_test::forRandomCases(
      [&](moe_test::Random &random) {
        float value =
            makeFloat(static_cast<uint32_t>(random.draw(0, UINT32_MAX)));
        if (random.oneIn(2)) // in the range of f16, down to its denormals
          value =
              std::ldexp(1 + static_cast<float>(random.draw(0, 8191)) / 8192,
                         static_cast<int>(random.draw(-30, 17)));
        if (std::isnan(value))
          return;
        double wide = value * (1 + std::ldexp(1.0, -40));
        EXPECT_EQ(getBits(toHalf(value)),
                  round(value, llvm::APFloat::IEEEhalf()));
        EXPECT_EQ(getBits(toBrain(value)),
                  round(value, llvm::APFloat::BFloat()));
        EXPECT_EQ(getBits(doubleToHalf(wide)),
                  round(wide, llvm::APFloat::IEEEhalf()));
        EXPECT_EQ(getBits(doubleToBrain(wide)),
                  round(wide, llvm::APFloat::BFloat()));
      },
      50000);
}
