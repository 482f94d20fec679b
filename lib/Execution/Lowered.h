//===- Lowered.h - A program in the llvm dialect ----------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_LOWERED_H
#define MOE_LIB_EXECUTION_LOWERED_H

#include "Program.h"

namespace mlir::moe {

/// A program that is lowered, and what its callers need to know.
struct Lowered {
  /// `symbol`: the entry among the functions that were renamed.
  std::string entry, symbol, device;
  Route route = Route::Reference;
  bool optimized = false;
  /// The processor that a program on kernels is made for.
  std::string arch;
  std::vector<ValueInfo> arguments, results;
  std::vector<LayerInfo> layers;
  std::vector<KernelInfo> kernels;
  /// Each check that the program makes: where it is and, for an assertion, what
  /// it says and how its expected number is said.
  struct Site {
    std::string location, message;
    std::optional<std::string> relation;
  };
  std::vector<Site> sites;
  std::vector<std::string> stageNames;
  std::vector<double> stageSeconds;
  double parseSeconds = 0;
  /// A function of the program. `function` takes a pointer to each argument of
  /// its C interface, where it is compiled in process.
  struct Call {
    std::vector<ValueInfo> arguments, results;
    void (*function)(void **) = nullptr;
  };
  /// The entry.
  Call layer;
  /// What is done ahead of its calls: from the `parameters`, numbers of the
  /// program's arguments. The layer takes the `kept` arguments, then its
  /// results.
  struct Prepare {
    std::string name;
    SmallVector<int64_t> parameters, kept;
    Call call;
  };
  std::optional<Prepare> prepare;
};

/// Parses the function that `options` name, alone, for `lowerProgram`.
llvm::Expected<std::unique_ptr<Program>>
parseProgram(const llvm::MemoryBuffer &source, const CompileOptions &options,
             Lowered &lowered);
llvm::Error lowerProgram(Program &program, const CompileOptions &options,
                         Lowered &lowered);

/// The grouped matmuls of a module that are scheduled, in the order of a walk.
std::vector<KernelInfo> collectKernels(ModuleOp module);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_LOWERED_H
