//===- TileFunctions.h - The functions of tiles -----------------*- C++ -*-===//
//
// Sizes are arguments, so that all kernels of a program with the same types
// share the functions.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_TILEFUNCTIONS_H
#define MOE_LIB_CODEGEN_CPU_TILEFUNCTIONS_H

#include "Tile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// The functions of one module, each built where it is called first.
class TileFunctions {
public:
  /// The types of `rows`, and of parts and `next`.
  static MemRefType getRowsType(Value rows);
  static MemRefType getPartType(Type element);

  /// `resumes`: the contraction of some kernel of the module is blocked.
  TileFunctions(ModuleOp module, bool resumes)
      : module(module), symbols(module), resumes(resumes) {}

  /// Calls the tile of `size` rows, which are one of `sizes`, ascending: by a
  /// function that takes the size too, so that kernels have one call each.
  void call(ImplicitLocOpBuilder &builder, TileForm form,
            ArrayRef<int64_t> sizes, Value size, TileArguments arguments);

private:
  func::FuncOp
  get(ImplicitLocOpBuilder &builder, const Twine &name, const Twine &key,
      TypeRange types,
      function_ref<void(ImplicitLocOpBuilder &, ValueRange)> build);
  /// Calls a function with `arguments` and `more`; `build` gets its own.
  void callFunction(ImplicitLocOpBuilder &builder, const Twine &name,
                    StringRef key, const TileForm &form,
                    TileArguments arguments, ValueRange more,
                    function_ref<void(ImplicitLocOpBuilder &,
                                      const TileArguments &, ValueRange)>
                        build);
  void callTile(ImplicitLocOpBuilder &builder, const TileForm &form,
                const TileArguments &arguments);

  ModuleOp module;
  SymbolTable symbols;
  bool resumes; ///< all functions can, so that kernels share them
  llvm::StringMap<func::FuncOp> functions;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_TILEFUNCTIONS_H
