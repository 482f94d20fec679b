//===- LoadedCodeTest.cpp - Programs in parts, and in memory --------------===//

#include "LoadedCode.h"
#include "CodeParts.h"
#include "Context.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
/// Two functions that share a constant, a third that calls them, in an order in
/// which the largest is not the first, and one that nothing calls.
constexpr StringRef program = R"(
  llvm.mlir.global private constant @five(5 : i64) : i64
  llvm.mlir.global private constant @unused(7 : i64) : i64
  llvm.func @abort()
  llvm.func @square(%x: i64) -> i64 {
    %five = llvm.mlir.addressof @five : !llvm.ptr
    %y = llvm.load %five : !llvm.ptr -> i64
    %z = llvm.mul %x, %y : i64
    llvm.return %z : i64
  }
  llvm.func @plus(%x: i64) -> i64 {
    %five = llvm.mlir.addressof @five : !llvm.ptr
    %y = llvm.load %five : !llvm.ptr -> i64
    %a = llvm.add %x, %y : i64
    %b = llvm.add %a, %y : i64
    %c = llvm.add %b, %y : i64
    llvm.return %c : i64
  }
  llvm.func @both(%x: i64, %y: i64) -> i64 attributes {sym_visibility = "public"} {
    %a = llvm.call @square(%x) : (i64) -> i64
    %b = llvm.call @plus(%y) : (i64) -> i64
    %c = llvm.sub %a, %b : i64
    llvm.return %c : i64
  }
  llvm.func @alone() { llvm.return }
)";

class LoadedCodeTest : public testing::Test {
protected:
  ModuleOp parse(StringRef text) {
    module = parseSourceString<ModuleOp>(text, context.get());
    return *module;
  }
  /// `names` of functions, called by arrays of pointers.
  llvm::Expected<std::unique_ptr<LoadedCode>>
  load(StringRef text, bool isKernels, ArrayRef<std::string> names) {
    return LoadedCode::compile(parse(text), isKernels, "", names);
  }

  std::unique_ptr<MLIRContext> context = createContext();
  OwningOpRef<ModuleOp> module;
};

/// The symbols of each part: functions with a body, then `declared` ones and
/// constants.
std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>>
describe(ArrayRef<OwningOpRef<ModuleOp>> parts) {
  std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>>
      result;
  for (const OwningOpRef<ModuleOp> &part : parts) {
    auto &[defined, others] = result.emplace_back();
    EXPECT_TRUE(succeeded(verify(*part)));
    for (Operation &op : *ModuleOp(*part).getBody()) {
      auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
      bool isDefined = function && !function.isExternal();
      (isDefined ? defined : others)
          .push_back(cast<SymbolOpInterface>(op).getName().str());
    }
  }
  return result;
}

using testing::Pair;
using testing::UnorderedElementsAre;

TEST_F(LoadedCodeTest, SharesFunctionsBySize) {
  // 7, 6, 5 and 2 ops.
  auto parts = describe(splitCode(parse(program), 2));
  EXPECT_THAT(parts,
              testing::ElementsAre(Pair(UnorderedElementsAre("plus", "alone"),
                                        UnorderedElementsAre("five")),
                                   Pair(UnorderedElementsAre("square", "both"),
                                        UnorderedElementsAre("five", "plus"))));
}

TEST_F(LoadedCodeTest, KeepsOnePartWhole) {
  auto parts = describe(splitCode(parse(program), 1));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_THAT(parts[0].first,
              UnorderedElementsAre("square", "plus", "both", "alone"));
}

TEST_F(LoadedCodeTest, DoesNotSplitVariables) {
  std::string text =
      program.str() + "llvm.mlir.global internal @state(0 : i64) : i64\n";
  auto parts = describe(splitCode(parse(text), 2));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_THAT(parts[0].second, testing::Contains("state"));
}

TEST_F(LoadedCodeTest, MakesNoEmptyParts) {
  EXPECT_EQ(splitCode(parse("llvm.func @f() { llvm.return }"), 2).size(), 1u);
}

TEST_F(LoadedCodeTest, RunsAcrossParts) {
  for (bool isKernels : {false, true}) {
    auto code = load(program, isKernels, {"both", "alone"});
    ASSERT_TRUE(bool(code)) << llvm::toString(code.takeError());
    auto both = (*code)->find("both"), alone = (*code)->find("alone");
    ASSERT_TRUE(bool(both)) << llvm::toString(both.takeError());
    ASSERT_TRUE(bool(alone)) << llvm::toString(alone.takeError());
    int64_t x = 100, y = 3, result = 0;
    void *arguments[] = {&x, &y, &result};
    (*both)(arguments);
    EXPECT_EQ(result, 100 * 5 - (3 + 15));
    (*alone)(nullptr);
  }
}

TEST_F(LoadedCodeTest, SaysWhatIsMissing) {
  auto code = load(R"(
    llvm.func @no_such_function()
    llvm.func @f() { llvm.call @no_such_function() : () -> () llvm.return }
    llvm.func @g() { llvm.return })",
                   /*isKernels=*/true, {"f"});
  ASSERT_TRUE(bool(code)) << llvm::toString(code.takeError());
  auto function = (*code)->find("f");
  ASSERT_FALSE(bool(function));
  EXPECT_THAT(llvm::toString(function.takeError()),
              testing::HasSubstr("no_such_function"));
  auto other = (*code)->find("h");
  ASSERT_FALSE(bool(other));
  EXPECT_THAT(
      llvm::toString(other.takeError()),
      testing::AllOf(testing::HasSubstr("moe.call.h"),
                     testing::Not(testing::HasSubstr("no_such_function"))));
}
} // namespace
