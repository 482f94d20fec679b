//===- TileFunctions.h - What multiplies a tile -----------------*- C++ -*-===//
//
// A tile is a few rows times a few parts of weights: panels of columns, next to
// each other or of several weights. Its accumulators stay in registers over a
// block of the contraction:
//
//                              part 0          part 1
//                        | B00  | B01 |  | B10  | B11 |        one step
//   row 0   broadcast a0 | acc  | acc |  | acc  | acc |
//   row 1   broadcast a1 | acc  | acc |  | acc  | acc |
//
// One step loads each B once and each a once, and the multiply-adds hide all
// loads (Goto and van de Geijn, 2008: here nothing but the weights is packed,
// since rows are short-lived). Sizes are arguments, so that all kernels of a
// program with the same types share the functions.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_TILEFUNCTIONS_H
#define MOE_LIB_CODEGEN_CPU_TILEFUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {

/// What the code of a tile depends on.
struct TileForm {
  int64_t rows = 0;       ///< exactly
  int64_t vectors, lanes; ///< of accumulators, of one part
  int64_t group;          ///< contraction points of a step
  bool hasHalf;           ///< the last step may have half of its points
  int64_t lines;     ///< cache lines of a step of a part; 0: none asked for
  FloatType compute; ///< the type of the accumulators
};

/// The arguments of a tile. Steps count from the start of the contraction.
struct TileArguments {
  Value rows;               ///< `[R,K]`
  Value sources;            ///< which of them, as many as the tile has
  SmallVector<Value> parts; ///< `[steps, elements]` from step `first` on
  Value first, last;        ///< steps
  Value whole;              ///< steps that have all their points
  /// Where accumulators are stored: from `start` on, those of the next part
  /// `distance` further. `resumes` (i1): they are loaded from there first, else
  /// they start at zero.
  Value waiting, start, distance, resumes;
  /// Each step asks for the line `line + (step - first) * stride` of `next`,
  /// and the other lines of its step where `asksAll` (i1).
  Value next, line, stride, asksAll;
};

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
