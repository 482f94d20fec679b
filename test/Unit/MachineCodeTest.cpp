//===- MachineCodeTest.cpp - From LLVM IR towards a processor -------------===//

#include "MachineCode.h"

#include "llvm/IR/LLVMContext.h"
#include "gmock/gmock.h"

using namespace mlir::moe;

// What code generation finds wrong is an error once, not the process's end.
TEST(MachineCodeTest, CodeErrors) {
  llvm::LLVMContext context;
  CodeErrors errors(context);
  EXPECT_FALSE(llvm::errorToBool(errors.take()));
  context.emitError("no such instruction");
  context.emitError("none");
  EXPECT_EQ(llvm::toString(errors.take()),
            "expects a program that the processor has code for: no such "
            "instruction; none");
  EXPECT_FALSE(llvm::errorToBool(errors.take()));
}
