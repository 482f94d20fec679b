//===- PrivateCalls.h - Functions all of whose calls are known --*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_PRIVATECALLS_H
#define MOE_LIB_CODEGEN_PRIVATECALLS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::moe {

/// A private function with a body, and all its uses.
struct PrivateCalls {
  LLVM::LLVMFuncOp function;
  SmallVector<LLVM::CallOp> calls;
};

/// The functions of `module` to which nothing but calls refers, in the order in
/// which they are called; their calls say no more than what they pass.
SmallVector<PrivateCalls> findPrivateCalls(ModuleOp module);

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_PRIVATECALLS_H
