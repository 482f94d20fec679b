//===- Context.h - Parsing and signatures of programs -----------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_CONTEXT_H
#define MOE_LIB_EXECUTION_CONTEXT_H

#include "moe/Execution/CompiledFunction.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::moe {

/// A context that knows every dialect a program may use. Ops of unknown
/// dialects are admitted.
std::unique_ptr<MLIRContext> createContext();

/// The function to call: `name`, or the first public one. A missing one has no
/// location: the error says what there is.
llvm::Expected<func::FuncOp> findEntry(ModuleOp module, StringRef name);

/// What `entry` takes and gives. Diagnoses types that cannot be passed.
FailureOr<std::vector<ValueInfo>> getArgumentInfos(func::FuncOp entry);
FailureOr<std::vector<ValueInfo>> getResultInfos(func::FuncOp entry);

/// Finds the precision of each result of `entry`, as it was written.
void findPrecisions(func::FuncOp entry, std::vector<ValueInfo> &results);

/// Finds the results of `entry`, instrumented, whose first dimension counts the
/// rows of a dispatch, and says so in `results`.
void findRowResults(func::FuncOp entry, std::vector<ValueInfo> &results);

/// Finds the dimensions of the results of `entry` that count tokens.
void findTokenResults(func::FuncOp entry, std::vector<ValueInfo> &results);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_CONTEXT_H
