//===- ObjectEntry.h - The C functions of an object -------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_OBJECTENTRY_H
#define MOE_LIB_EXECUTION_OBJECTENTRY_H

#include "CInterface.h"

#include "llvm/IR/Module.h"

namespace mlir::moe {

/// Adds the functions of `interface` to `module`, the code of `lowered`, and
/// the table that they hand to the runtime. Error: the module has a function of
/// such a name.
llvm::Error addObjectEntry(llvm::Module &module, const CInterface &interface,
                           const Lowered &lowered);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_OBJECTENTRY_H
