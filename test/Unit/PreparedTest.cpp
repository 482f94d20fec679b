//===- PreparedTest.cpp - Calls on parameters that were prepared ----------===//
//
// On kernels, which pack the weights and read the bias as it is, and on the
// reference, which packs nothing: what is wrong is wrong in the same words.
//
//===----------------------------------------------------------------------===//

#include "moe/Execution/CompiledFunction.h"
#include "moe/Execution/Inputs.h"

#include "gtest/gtest.h"

using namespace mlir::moe;

static constexpr llvm::StringLiteral kText = R"(
func.func @f(%x: tensor<2x?xf32> {moe.name = "x", moe.dims = ["K"]},
    %w: tensor<1x?x?xf32> {moe.name = "w", moe.param, moe.dims = ["K", "N"]},
    %bias: tensor<?xf32> {moe.name = "bias", moe.param, moe.dims = ["N"]}) -> tensor<2x?xf32> {
  %c0 = arith.constant 0 : index
  %o = arith.constant dense<[0, 2]> : tensor<2xi32>
  %n = tensor.dim %bias, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<2x?xf32>
  %y = moe.grouped_matmul ins(%x : tensor<2x?xf32>) offsets(%o : tensor<2xi32>) weights(%w : tensor<1x?x?xf32>)
      outs(%e : tensor<2x?xf32>) -> tensor<2x?xf32>
  %b = linalg.broadcast ins(%bias : tensor<?xf32>) outs(%e : tensor<2x?xf32>) dimensions = [0]
  %z = linalg.add ins(%y, %b : tensor<2x?xf32>, tensor<2x?xf32>) outs(%e : tensor<2x?xf32>) -> tensor<2x?xf32>
  return %z : tensor<2x?xf32>
})";

/// All ones, in f32.
static Array makeOnes(llvm::ArrayRef<int64_t> shape) {
  Array array = llvm::cantFail(Array::allocate(ElementKind::F32, shape));
  std::fill_n(static_cast<float *>(array.data()), array.getNumElements(), 1.0f);
  return array;
}

static std::unique_ptr<CompiledFunction> compile(const std::string &device,
                                                 llvm::StringRef text = kText) {
  CompileOptions options;
  options.device = device;
  return llvm::cantFail(CompiledFunction::compileText(text, "text", options));
}

/// What was wrong; "" where nothing was.
template <typename T> static std::string say(llvm::Expected<T> value) {
  return value ? "" : llvm::toString(value.takeError());
}

namespace {
class Prepared : public testing::TestWithParam<const char *> {
protected:
  std::unique_ptr<CompiledFunction> function = compile(GetParam());
  Array none, x = makeOnes({2, 4}), w = makeOnes({1, 4, 3}),
              bias = makeOnes({3});
  PreparedParameters prepared =
      llvm::cantFail(function->prepare({none, w, bias}));

  std::string prepare(llvm::ArrayRef<Array> inputs) {
    return say(function->prepare(inputs));
  }
  std::string call(llvm::ArrayRef<Array> inputs,
                   const PreparedParameters *prepared) {
    return say(function->run(inputs, {1, prepared}));
  }
};
} // namespace

INSTANTIATE_TEST_SUITE_P(Devices, Prepared, testing::Values("cpu", "reference"),
                         [](const auto &info) { return info.param; });

TEST_P(Prepared, Call) {
  std::vector<Array> results =
      llvm::cantFail(function->run({x, none, none}, {1, &prepared}));
  EXPECT_EQ(results[0].getShape(), llvm::ArrayRef<int64_t>({2, 3}));
  EXPECT_EQ(static_cast<const float *>(results[0].data())[5], 5.0f);
  EXPECT_EQ(prepared.getNumBytes() > 0, function->hasPrepare());
}

TEST_P(Prepared, EveryParameterIsThere) {
  EXPECT_EQ(prepare({none, w, none}),
            "expects an array for each parameter, found none for bias");
  EXPECT_EQ(prepare({none, none, bias}),
            "expects an array for each parameter, found none for w");
  EXPECT_EQ(prepare({none, none, none}),
            "expects an array for each parameter, found none for w, bias");
  EXPECT_EQ(prepare({none, w}), "expects 3 inputs, found 2");
}

TEST_P(Prepared, NothingElseIs) {
  EXPECT_EQ(prepare({x, w, bias}),
            "expects parameters, found an array for the argument 'x'");
}

TEST_P(Prepared, ParametersFitTheirArguments) {
  EXPECT_EQ(prepare({none, w, makeOnes({3, 1})}),
            "expects shape [?] of f32 for 'bias', found [3, 1] of f32");
  EXPECT_EQ(prepare({none, makeOnes({2, 4, 3}), bias}),
            "expects shape [1, ?, ?] of f32 for 'w', found [2, 4, 3] of f32");
  Array integers = llvm::cantFail(Array::allocate(ElementKind::I32, {3}));
  EXPECT_EQ(prepare({none, w, integers}),
            "expects shape [?] of f32 for 'bias', found [3] of i32");
}

TEST_P(Prepared, ParametersFitOneAnother) {
  EXPECT_EQ(prepare({none, w, makeOnes({5})}),
            "expects dimension 'N' to have one size, found 3 and 5 in 'bias'");
}

TEST_P(Prepared, SizesAreThoseOfTheCall) {
  EXPECT_EQ(call({makeOnes({2, 5}), none, none}, &prepared),
            "expects 'K' to be 4, as it was prepared, found 5");
}

// Others than those that were prepared would be left out, or some of them.
TEST_P(Prepared, ParametersAreGivenOnce) {
  EXPECT_EQ(call({x, w, none}, &prepared),
            "expects no array for the parameter 'w', which is prepared, found "
            "one");
  EXPECT_EQ(call({x, none, bias}, &prepared),
            "expects no array for the parameter 'bias', which is prepared, "
            "found one");
  EXPECT_EQ(call({none, none, none}, &prepared),
            "expects an array for each argument, found none for x");
}

// Of the same sizes, but who knows how they are packed.
TEST_P(Prepared, ByTheFunctionThatIsCalled) {
  auto other = compile(GetParam());
  EXPECT_EQ(say(other->run({x, none, none}, {1, &prepared})),
            "expects parameters that this function has prepared, found those "
            "of another one");
}

// A function may come to be where another one was.
TEST_P(Prepared, ByNoneThatIsGone) {
  for (int i = 0; i < 3; ++i) {
    function.reset();
    function = compile(GetParam());
    EXPECT_EQ(call({x, none, none}, &prepared),
              "expects parameters that this function has prepared, found those "
              "of another one");
  }
}

TEST_P(Prepared, Never) {
  PreparedParameters never;
  EXPECT_EQ(call({x, none, none}, &never),
            "expects parameters that this function has prepared, found none");
  EXPECT_EQ(call({x, none, none}, nullptr),
            "expects an array for each argument, found none for w, bias");
}

// No array is not one without elements.
TEST_P(Prepared, NoElements) {
  Array noWeights = makeOnes({1, 4, 0}),
        noBias = Array::borrow(ElementKind::F32, {0}, nullptr, nullptr);
  PreparedParameters empty =
      llvm::cantFail(function->prepare({none, noWeights, noBias}));
  EXPECT_EQ(call({x, none, none}, &empty), "");
  EXPECT_EQ(prepare({none, noWeights, none}),
            "expects an array for each parameter, found none for bias");
}

TEST_P(Prepared, SelectInputs) {
  std::vector<Array> all = {x, w, bias};
  PreparedParameters own =
      llvm::cantFail(function->prepare(selectParameters(*function, all)));
  EXPECT_EQ(call(selectOthers(*function, all), &own), "");
}

// There is nothing to prepare, and it is done all the same.
TEST_P(Prepared, WithoutParameters) {
  auto function = compile(GetParam(), R"(
func.func @f(%x: tensor<2xf32> {moe.name = "x"}) -> tensor<2xf32> {
  %y = arith.addf %x, %x : tensor<2xf32>
  return %y : tensor<2xf32>
})");
  Array two = makeOnes({2});
  PreparedParameters prepared = llvm::cantFail(function->prepare({none}));
  EXPECT_EQ(say(function->run({two}, {1, &prepared})), "");
  EXPECT_EQ(say(function->prepare({two})),
            "expects parameters, found an array for the argument 'x'");
  EXPECT_EQ(say(function->prepare({})), "expects 1 inputs, found 0");
}
