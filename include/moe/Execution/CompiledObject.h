//===- CompiledObject.h - Functions compiled ahead of time ------*- C++ -*-===//
//
// A function of an IR file as an object that any linker takes, and the C header
// of what is in it. An object needs libMoeRuntime.a and libm, and nothing of
// MLIR or LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_EXECUTION_COMPILEDOBJECT_H
#define MOE_EXECUTION_COMPILEDOBJECT_H

#include "moe/Execution/CompiledFunction.h"

namespace mlir::moe {

/// What compiled code is given as.
enum class ObjectForm {
  Object,   ///< an ELF file, for a linker
  Assembly, ///< the text that an assembler makes it of
  LLVM      ///< LLVM IR as text, optimized
};

struct ObjectOptions {
  /// The function; empty: the first public one.
  std::string entry;
  /// As CompileOptions::target.
  std::string target;
  /// What the C functions are named; empty: as the function of the program.
  std::string name;
  ObjectForm form = ObjectForm::Object;
  bool assumeFinite = false;
};

struct CompiledObject {
  /// Of the C function.
  std::string name;
  /// An ELF file, or the text of another form.
  std::string code;
  /// The C header, which C++ reads too.
  std::string header;
};

/// Compiles a function of `text`, which diagnostics call `name`, on kernels.
/// Errors hold all located diagnostics.
llvm::Expected<CompiledObject> compileObject(llvm::StringRef text,
                                             llvm::StringRef name,
                                             const ObjectOptions &options);

/// Links `object`, the code of a CompiledObject, and the library `runtime` into
/// the shared library `output`, which loaders know as `name`, with the C
/// compiler in the path (cc, clang-22, clang or gcc). Only functions of the
/// object can be seen from outside.
llvm::Error linkSharedLibrary(llvm::StringRef object, llvm::StringRef runtime,
                              llvm::StringRef output, llvm::StringRef name);

} // namespace mlir::moe

#endif // MOE_EXECUTION_COMPILEDOBJECT_H
