//===- PreparedTest.cpp - Calls on parameters that were prepared ----------===//

#include "moe/Execution/CompiledFunction.h"

#include "gtest/gtest.h"

using namespace mlir::moe;

static constexpr llvm::StringLiteral kText = R"(
func.func @f(%x: tensor<2x4xf32> {moe.name = "x"}, %w: tensor<1x4x?xf32> {moe.name = "w", moe.param, moe.dims = ["N"]})
    -> tensor<2x?xf32> {
  %c2 = arith.constant 2 : index
  %o = arith.constant dense<[0, 2]> : tensor<2xi32>
  %n = tensor.dim %w, %c2 : tensor<1x4x?xf32>
  %e = tensor.empty(%n) : tensor<2x?xf32>
  %y = moe.grouped_matmul ins(%x : tensor<2x4xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x4x?xf32>)
      outs(%e : tensor<2x?xf32>) -> tensor<2x?xf32>
  return %y : tensor<2x?xf32>
})";

/// All ones.
static Array makeOnes(llvm::ArrayRef<int64_t> shape) {
  Array array = llvm::cantFail(Array::allocate(ElementKind::F32, shape));
  std::fill_n(static_cast<float *>(array.data()), array.getNumElements(), 1.0f);
  return array;
}

namespace {
/// A call of `function` on parameters of three columns that it has prepared.
struct PreparedCall {
  std::unique_ptr<CompiledFunction> function = llvm::cantFail(
      CompiledFunction::compileText(kText, "text", CompileOptions()));
  Array x = makeOnes({2, 4}), w = makeOnes({1, 4, 3});
  PreparedParameters prepared = llvm::cantFail(function->prepare({x, w}));
  RunOptions options{1, &prepared};
};
} // namespace

// Packed weights of 3 columns are as large as those of 5: what they were
// packed from has to fit what a call is given.
TEST(Prepared, SizesAreThoseOfTheCall) {
  PreparedCall call;
  std::vector<Array> results =
      llvm::cantFail(call.function->run({call.x, call.w}, call.options));
  EXPECT_EQ(static_cast<const float *>(results[0].data())[5], 4.0f);
  auto other = call.function->run({call.x, makeOnes({1, 4, 5})}, call.options);
  ASSERT_FALSE(static_cast<bool>(other));
  EXPECT_EQ(llvm::toString(other.takeError()),
            "expects 'N' to be 3, as it was prepared, found 5");
}

// Of the same sizes, but who knows how they are packed.
TEST(Prepared, ByTheFunctionThatIsCalled) {
  PreparedCall one, two;
  auto results = two.function->run({two.x, two.w}, one.options);
  ASSERT_FALSE(static_cast<bool>(results));
  EXPECT_EQ(llvm::toString(results.takeError()),
            "expects parameters that this function has prepared, found those "
            "of another one");
}
