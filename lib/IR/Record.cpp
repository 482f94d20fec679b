//===- Record.cpp - Calls that record what a program did ------------------===//

#include "moe/IR/Record.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "moe/IR/ReferenceBuilder.h"

using namespace mlir;
using namespace mlir::moe;

/// Calls `callee` with the layer of `op`, then `operands`, each with all
/// dimensions dynamic.
static void record(ReferenceBuilder &builder, IntegerAttr layer,
                   StringRef callee, ValueRange operands) {
  SmallVector<Value> arguments{
      builder.integer(64, layer.getValue().getSExtValue())};
  for (Value operand : operands) {
    auto type = cast<RankedTensorType>(operand.getType());
    SmallVector<int64_t> shape(type.getRank(), ShapedType::kDynamic);
    arguments.push_back(builder.castTo(operand, type.clone(shape)));
  }
  func::CallOp::create(builder, callee, TypeRange(), arguments);
}

void moe::recordGate(OpBuilder &builder, Operation *op, Value weights,
                     Value experts) {
  auto layer = op->getAttrOfType<IntegerAttr>("moe.layer");
  if (!layer)
    return;
  ReferenceBuilder reference(op->getLoc(), builder);
  Value wide = reference.convertElements(weights, builder.getF64Type());
  record(reference, layer, "moeRecordGate", {wide, experts});
}

void moe::recordDispatch(OpBuilder &builder, Operation *op, Value offsets) {
  auto layer = op->getAttrOfType<IntegerAttr>("moe.layer");
  if (!layer)
    return;
  ReferenceBuilder reference(op->getLoc(), builder);
  record(reference, layer, "moeRecordDispatch", offsets);
}
