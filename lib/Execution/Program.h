//===- Program.h - A parsed program and what is said of it ------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_PROGRAM_H
#define MOE_LIB_EXECUTION_PROGRAM_H

#include "moe/Execution/CompiledFunction.h"
#include "moe/Pipeline/Stages.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir::moe {

/// A module of which only one function can be called from outside. Diagnostics
/// go into the errors.
class Program {
public:
  /// Parses `source`, which stays alive; the entry is `name` or, where that is
  /// empty, the public function.
  static llvm::Expected<std::unique_ptr<Program>>
  parse(const llvm::MemoryBuffer &source, llvm::StringRef name);

  ModuleOp getModule() { return *module; }
  func::FuncOp getEntry() { return entry; }
  /// Functions that the entry does not reach go, the others become private.
  llvm::Error isolateEntry();
  /// Gives every function a name that no library, no runtime and no lowering
  /// has: `expf` of a program is not the one that math.exp becomes a call of.
  void renameFunctions();
  /// What the diagnostics say, or else `otherwise`.
  llvm::Error fail(const llvm::Twine &otherwise);

private:
  Program();

  std::unique_ptr<MLIRContext> context;
  llvm::SourceMgr sources;
  std::string file, diagnostics;
  llvm::raw_string_ostream os;
  std::unique_ptr<SourceMgrDiagnosticHandler> handler;
  OwningOpRef<ModuleOp> module;
  func::FuncOp entry;
};

/// How `options` lower a program, without what a run adds to record and report.
/// Error: a device that is not known.
llvm::Expected<RouteOptions> getRoute(const CompileOptions &options);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_PROGRAM_H
