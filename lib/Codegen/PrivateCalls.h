//===- PrivateCalls.h - Functions all of whose calls are known --*- C++ -*-===//

#ifndef MOE_LIB_CODEGEN_PRIVATECALLS_H
#define MOE_LIB_CODEGEN_PRIVATECALLS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::moe {

/// The functions of a module of the llvm dialect to which nothing but calls
/// refers; their calls say no more than what they pass. An analysis, which a
/// pass preserves that neither makes nor erases functions and calls.
class PrivateCalls {
public:
  /// A private function with a body, and all its uses.
  struct Function {
    LLVM::LLVMFuncOp function;
    SmallVector<LLVM::CallOp> calls;
  };

  explicit PrivateCalls(Operation *module);

  /// In an order that is that of the module's symbol uses.
  ArrayRef<Function> getFunctions() const { return functions; }

private:
  SmallVector<Function> functions;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_PRIVATECALLS_H
