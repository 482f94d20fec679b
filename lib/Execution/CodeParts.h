//===- CodeParts.h - A program as modules to compile apart ------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_CODEPARTS_H
#define MOE_LIB_EXECUTION_CODEPARTS_H

#include "mlir/IR/BuiltinOps.h"

#include <vector>

namespace mlir::moe {

/// Moves the functions of `module`, of the llvm dialect, to at most `count`
/// modules of about as many ops, with what they use: functions of others as
/// declarations, constants as copies. A module that has more than functions and
/// constants stays whole. What goes where depends on the module alone.
std::vector<OwningOpRef<ModuleOp>> splitCode(ModuleOp module, unsigned count);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_CODEPARTS_H
