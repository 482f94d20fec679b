//===- Extensions.h - Upstream interfaces on moe ops ------------*- C++ -*-===//
//
// Upstream passes that work through interfaces with heavy headers
// (bufferization, tiling, value bounds) find them on moe ops once the
// extensions are registered. registerMoeDialect is in Moe.h.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_EXTENSIONS_H
#define MOE_IR_EXTENSIONS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlir::moe {

/// Adds the implementations of upstream interfaces on moe ops: all of the
/// functions below. They take effect when the dialect is loaded.
void registerMoeExtensions(DialectRegistry &registry);

/// `BufferizableOpInterface` of level 2: destinations bufferize in place, and
/// only those that are read are copied where that is not possible.
void registerMoeBufferizableModels(DialectRegistry &registry);

/// `TilingInterface` of level 2, along the axes that Semantics names.
void registerMoeTilingModels(DialectRegistry &registry);

/// `ValueBoundsOpInterface` of both levels: sizes of results.
void registerMoeValueBoundsModels(DialectRegistry &registry);

} // namespace mlir::moe

#endif // MOE_IR_EXTENSIONS_H
