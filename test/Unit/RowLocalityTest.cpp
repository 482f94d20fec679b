//===- RowLocalityTest.cpp - The proof that an expert keeps rows apart ----===//
//
// test/IR/row-locality.mlir and invalid-rows.mlir have a case for each op; here
// are the questions that a pass asks, of experts that the verifier accepts.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/RowLocality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
class RowLocality : public testing::Test {
protected:
  RowLocality() {
    DialectRegistry registry;
    registerMoeDialect(registry);
    registry.insert<arith::ArithDialect, func::FuncDialect,
                    linalg::LinalgDialect>();
    context.appendDialectRegistry(registry);
  }

  /// The expert of a module around `body`, which ends in a yield of `%y`.
  ExpertOp parseExpert(StringRef clauses, StringRef body) {
    std::string text =
        ("func.func @f(%r: tensor<?x4xf32>, %o: tensor<9xi32>, "
         "%z: tensor<4xf32>) -> tensor<?x4xf32> {\n"
         "%e = moe.expert rows(%x = %r : tensor<?x4xf32>) "
         "offsets(%o : tensor<9xi32>) shared(%zero = %z : tensor<4xf32>) " +
         clauses + " {\n" + body +
         "\nmoe.yield %y : tensor<?x4xf32>\n} -> tensor<?x4xf32>\n"
         "return %e : tensor<?x4xf32>\n}\n")
            .str();
    module = parseSourceString<ModuleOp>(text, &context);
    ExpertOp found;
    if (module)
      module->walk([&](ExpertOp op) { found = op; });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

constexpr StringRef mixingBody = R"(
  %sum = linalg.reduce ins(%x : tensor<?x4xf32>) outs(%zero : tensor<4xf32>)
      dimensions = [0]
    (%in: f32, %acc: f32) {
      %s = arith.addf %in, %acc : f32
      linalg.yield %s : f32
    }
  %y = linalg.broadcast ins(%sum : tensor<4xf32>) outs(%x : tensor<?x4xf32>)
      dimensions = [0])";
} // namespace

TEST_F(RowLocality, ProvedWithoutTheWord) {
  ExpertOp op = parseExpert("", "%y = arith.negf %x : tensor<?x4xf32>");
  ASSERT_TRUE(op);
  EXPECT_TRUE(isRowLocal(op));
}

// cross_row is a permission: a body that does not use it is still row-local.
TEST_F(RowLocality, ProvedInSpiteOfTheWord) {
  ExpertOp op =
      parseExpert("cross_row", "%y = arith.negf %x : tensor<?x4xf32>");
  ASSERT_TRUE(op);
  EXPECT_TRUE(isRowLocal(op));
  EXPECT_FALSE(findRowMixing(op));
}

TEST_F(RowLocality, NamesTheFirstOpThatMixes) {
  ExpertOp op = parseExpert("cross_row", mixingBody);
  ASSERT_TRUE(op);
  EXPECT_FALSE(isRowLocal(op));
  std::optional<RowMixing> mixing = findRowMixing(op);
  ASSERT_TRUE(mixing);
  EXPECT_TRUE(isa<linalg::ReduceOp>(mixing->op));
  EXPECT_EQ(mixing->reason, "reduces over rows");
}

// The same body without the word is refused, so no pass meets it.
TEST_F(RowLocality, RefusedWithoutTheWord) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  EXPECT_FALSE(parseExpert("", mixingBody));
  EXPECT_NE(message.find("found linalg.reduce"), std::string::npos) << message;
}
