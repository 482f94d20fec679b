//===- MachineCode.h - From LLVM IR towards a processor ---------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_MACHINECODE_H
#define MOE_LIB_EXECUTION_MACHINECODE_H

#include "mlir/Support/LLVM.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::moe {

/// Makes code of this processor possible.
void initializeTarget();

/// A machine for code of this process, on the processor `arch`, or on whatever
/// this one is for "". Error: this processor lacks what that code may use.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createProcessMachine(StringRef arch);

/// A machine for objects of the processor `arch`, which LLVM knows: position
/// independent code for this operating system.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createObjectMachine(StringRef arch);

/// Micro-kernels are scheduled already: what is left are addresses, and loops
/// of scalars. LLVM's whole pipeline takes twice the time of code generation,
/// makes nothing faster, and unrolls contractions until registers run out.
llvm::Error optimizeKernels(llvm::Module &module, llvm::TargetMachine &machine);

/// Takes what code generation finds wrong in the modules of `context`, which
/// ends the process otherwise. What it warns of is dropped: it says nothing of
/// the program's lines.
class CodeErrors {
public:
  explicit CodeErrors(llvm::LLVMContext &context);
  CodeErrors(const CodeErrors &) = delete; // the context has its address
  CodeErrors &operator=(const CodeErrors &) = delete;

  /// What was found; success: nothing.
  llvm::Error take();

private:
  std::string messages;
};

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_MACHINECODE_H
