//===- Draw.h - Random arrays -----------------------------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_DRAW_H
#define MOE_LIB_EXECUTION_DRAW_H

#include "moe/Execution/Inputs.h"

namespace mlir::moe {

/// Fills `array` by `spec` (not Given). Every element is a function of
/// (`seed`, `argument`, `variant`, its position) alone.
void drawArray(Array &array, const InputSpec &spec, uint64_t seed,
               uint64_t argument, uint64_t variant, unsigned threads);

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_DRAW_H
