namespace mlir::moe {}
