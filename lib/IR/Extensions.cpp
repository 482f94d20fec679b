//===- Extensions.cpp - Upstream interfaces on moe ops --------------------===//

#include "moe/IR/Extensions.h"

void mlir::moe::registerMoeExtensions(mlir::DialectRegistry &registry) {
  registerMoeBufferizableModels(registry);
  registerMoeTilingModels(registry);
  registerMoeValueBoundsModels(registry);
}
