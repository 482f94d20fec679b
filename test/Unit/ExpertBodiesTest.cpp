//===- ExpertBodiesTest.cpp - Named bodies are those of the examples ------===//
//
// A body that the library builds must compute what the text of an example
// computes: the two are compared as data flow, from what the region yields
// back to its arguments, after canonicalization.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/ExpertBodies.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
using Builder = function_ref<SmallVector<Value>(
    OpBuilder &, Location, ValueRange, ValueRange, ValueRange)>;

class ExpertBodies : public testing::Test {
protected:
  ExpertBodies() {
    DialectRegistry registry;
    registerMoeDialect(registry);
    registry
        .insert<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect,
                math::MathDialect, tensor::TensorDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  OwningOpRef<ModuleOp> parse(StringRef text) {
    return parseSourceString<ModuleOp>(text.str(), &context);
  }
  OwningOpRef<ModuleOp> parseExample(StringRef name) {
    return parseSourceFile<ModuleOp>((MOE_EXAMPLES "/" + name + ".mlir").str(),
                                     &context);
  }

  /// Replaces the first expert of `module` by one whose body `build` builds,
  /// and says whether both compute the same.
  bool same(ModuleOp module, Builder build) {
    ExpertOp written;
    module.walk([&](ExpertOp op) {
      written = op;
      return WalkResult::interrupt();
    });
    OpBuilder builder(written);
    ExpertOp built = buildExpert(builder, written.getLoc(), written.getInputs(),
                                 written.getOffsets(), written.getParams(),
                                 written.getShared(), build);
    EXPECT_EQ(built.getResultTypes(), written.getResultTypes());
    // Both stay alive as results, or canonicalization would drop one.
    auto function = written->getParentOfType<func::FuncOp>();
    auto terminator = cast<func::ReturnOp>(function.front().getTerminator());
    SmallVector<Value> results(terminator.getOperands());
    llvm::append_range(results, built.getResults());
    terminator.getOperandsMutable().assign(results);
    SmallVector<Type> types(ValueRange(results).getTypes());
    function.setResAttrsAttr(nullptr);
    function.setType(FunctionType::get(
        &context, function.getFunctionType().getInputs(), types));
    EXPECT_TRUE(succeeded(verify(module)));
    PassManager manager(&context);
    manager.addPass(createCanonicalizerPass());
    EXPECT_TRUE(succeeded(manager.run(module)));

    SmallVector<ExpertOp> experts;
    function.walk([&](ExpertOp op) { experts.push_back(op); });
    if (experts.size() != 2)
      return false;
    return sameValues(experts[0].getBody().front().getTerminator(),
                      experts[1].getBody().front().getTerminator());
  }

  MLIRContext context;

private:
  /// The operations compute the same from the same block arguments.
  bool sameValues(Operation *a, Operation *b) {
    return OperationEquivalence::isEquivalentTo(
        a, b,
        [&](Value x, Value y) {
          if (auto argument = dyn_cast<BlockArgument>(x)) {
            auto other = dyn_cast<BlockArgument>(y);
            return success(other &&
                           argument.getArgNumber() == other.getArgNumber());
          }
          auto result = cast<OpResult>(x);
          auto other = dyn_cast<OpResult>(y);
          return success(other &&
                         result.getResultNumber() == other.getResultNumber() &&
                         sameValues(result.getOwner(), other.getOwner()));
        },
        /*markEquivalent=*/nullptr, OperationEquivalence::IgnoreLocations);
  }
};

TEST_F(ExpertBodies, SwiGLUIsThatOfOLMoE) {
  OwningOpRef<ModuleOp> module = parseExample("olmoe-1b-7b");
  ASSERT_TRUE(module);
  EXPECT_TRUE(same(*module, [](OpBuilder &builder, Location loc,
                               ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{
        buildSwiGLU(builder, loc, rows[0], w[0], w[1], w[2])};
  }));
}

// The comparison sees that gate and up have changed places.
TEST_F(ExpertBodies, SwappedSwiGLUIsNot) {
  OwningOpRef<ModuleOp> module = parseExample("olmoe-1b-7b");
  ASSERT_TRUE(module);
  EXPECT_FALSE(same(*module, [](OpBuilder &builder, Location loc,
                                ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{
        buildSwiGLU(builder, loc, rows[0], w[1], w[0], w[2])};
  }));
}

TEST_F(ExpertBodies, ClampedSwiGLUIsThatOfGptOss) {
  OwningOpRef<ModuleOp> module = parseExample("gpt-oss-20b");
  ASSERT_TRUE(module);
  EXPECT_TRUE(same(*module, [](OpBuilder &builder, Location loc,
                               ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{
        buildClampedSwiGLU(builder, loc, rows[0], w[0], w[1], w[2], w[3])};
  }));
}

// Another constant is another body.
TEST_F(ExpertBodies, ClampedSwiGLUHasItsConstants) {
  OwningOpRef<ModuleOp> module = parseExample("gpt-oss-20b");
  ASSERT_TRUE(module);
  EXPECT_FALSE(same(*module, [](OpBuilder &builder, Location loc,
                                ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{buildClampedSwiGLU(
        builder, loc, rows[0], w[0], w[1], w[2], w[3], {1.702, 6.0})};
  }));
}

TEST_F(ExpertBodies, ReLUIsThatOfSwitch) {
  OwningOpRef<ModuleOp> module = parseExample("switch-base-8");
  ASSERT_TRUE(module);
  EXPECT_TRUE(same(*module, [](OpBuilder &builder, Location loc,
                               ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{buildReLU(builder, loc, rows[0], w[0], w[1])};
  }));
}

TEST_F(ExpertBodies, LoRA) {
  OwningOpRef<ModuleOp> module = parse(R"mlir(
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>
func.func @f(%rows: tensor<?x16xbf16>, %offsets: tensor<5xi32>,
             %w: tensor<4x8x16xbf16>, %a: tensor<4x2x16xbf16>,
             %b: tensor<4x8x2xbf16>) -> tensor<?x8xf32> {
  %y = moe.expert rows(%xe = %rows : tensor<?x16xbf16>)
      offsets(%offsets : tensor<5xi32>)
      params(%we = %w : tensor<4x8x16xbf16>, %ae = %a : tensor<4x2x16xbf16>,
             %be = %b : tensor<4x8x2xbf16>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.5 : f32
    %m = tensor.dim %xe, %c0 : tensor<?x16xbf16>
    %e8 = tensor.empty(%m) : tensor<?x8xf32>
    %z8 = linalg.fill ins(%zero : f32) outs(%e8 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %e2 = tensor.empty(%m) : tensor<?x2xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?x2xf32>) -> tensor<?x2xf32>
    %full = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %we : tensor<?x16xbf16>, tensor<8x16xbf16>)
        outs(%z8 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %narrow = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%xe, %ae : tensor<?x16xbf16>, tensor<2x16xbf16>)
        outs(%z2 : tensor<?x2xf32>) -> tensor<?x2xf32>
    %r2 = tensor.empty(%m) : tensor<?x2xbf16>
    %rounded = linalg.map ins(%narrow : tensor<?x2xf32>) outs(%r2 : tensor<?x2xbf16>)
      (%v: f32, %o: bf16) {
        %t = arith.truncf %v : f32 to bf16
        linalg.yield %t : bf16
      }
    %update = linalg.matmul indexing_maps = [#x, #w, #y]
        ins(%rounded, %be : tensor<?x2xbf16>, tensor<8x2xbf16>)
        outs(%z8 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %sum = linalg.map ins(%full, %update : tensor<?x8xf32>, tensor<?x8xf32>)
        outs(%e8 : tensor<?x8xf32>)
      (%p: f32, %q: f32, %o: f32) {
        %s = arith.mulf %q, %half : f32
        %r = arith.addf %p, %s : f32
        linalg.yield %r : f32
      }
    moe.yield %sum : tensor<?x8xf32>
  } -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
})mlir");
  ASSERT_TRUE(module);
  EXPECT_TRUE(same(*module, [](OpBuilder &builder, Location loc,
                               ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{
        buildLoRALinear(builder, loc, rows[0], w[0], w[1], w[2], 0.5)};
  }));
}

TEST_F(ExpertBodies, IdentityAndConstant) {
  OwningOpRef<ModuleOp> module = parse(R"mlir(
func.func @f(%rows: tensor<12x16xf16>, %offsets: tensor<5xi32>,
             %c: tensor<4x3xf64>) -> (tensor<12x16xf16>, tensor<12x3xf64>) {
  %y:2 = moe.expert rows(%xe = %rows : tensor<12x16xf16>)
      offsets(%offsets : tensor<5xi32>) params(%ce = %c : tensor<4x3xf64>) {
    %c0 = arith.constant 0 : index
    %m = tensor.dim %xe, %c0 : tensor<?x16xf16>
    %e = tensor.empty(%m) : tensor<?x3xf64>
    %v = linalg.broadcast ins(%ce : tensor<3xf64>) outs(%e : tensor<?x3xf64>)
        dimensions = [0]
    moe.yield %xe, %v : tensor<?x16xf16>, tensor<?x3xf64>
  } -> tensor<12x16xf16>, tensor<12x3xf64>
  return %y#0, %y#1 : tensor<12x16xf16>, tensor<12x3xf64>
})mlir");
  ASSERT_TRUE(module);
  EXPECT_TRUE(same(*module, [](OpBuilder &builder, Location loc,
                               ValueRange rows, ValueRange w, ValueRange) {
    return SmallVector<Value>{buildIdentity(rows[0]),
                              buildConstant(builder, loc, rows[0], w[0])};
  }));
}
} // namespace
