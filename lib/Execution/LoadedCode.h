//===- LoadedCode.h - Machine code in this process --------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_LOADEDCODE_H
#define MOE_LIB_EXECUTION_LOADEDCODE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"

namespace mlir::moe {

/// Machine code of a program, in memory as long as this is.
class LoadedCode {
public:
  /// Takes a pointer to each argument, the last one to where the result goes.
  using Function = void (*)(void **);

  /// Compiles `module`, of the llvm dialect, which is used up. Kernels are for
  /// the processor `arch`, and compiled on two threads, to the same code as on
  /// one; other code goes through LLVM's whole pipeline. `names`: of functions
  /// to look up.
  static llvm::Expected<std::unique_ptr<LoadedCode>>
  compile(ModuleOp module, bool isKernels, StringRef arch,
          ArrayRef<std::string> names);

  ~LoadedCode();
  LoadedCode(const LoadedCode &) = delete;
  LoadedCode &operator=(const LoadedCode &) = delete;

  /// The function `name`, one of those that it was compiled with. Error: what
  /// it needs is not in this process.
  llvm::Expected<Function> find(StringRef name);

private:
  explicit LoadedCode(
      std::unique_ptr<llvm::orc::ExecutorProcessControl> control);
  llvm::Error link(std::vector<std::unique_ptr<llvm::MemoryBuffer>> objects,
                   const llvm::DataLayout &layout);

  /// What the session said where a look-up fails.
  std::string failures;
  llvm::orc::ExecutionSession session;
  llvm::orc::RTDyldObjectLinkingLayer linker;
  llvm::orc::JITDylib &library;
};

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_LOADEDCODE_H
