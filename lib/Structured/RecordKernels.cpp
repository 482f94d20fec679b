//===- RecordKernels.cpp - Record the rows of grouped matmuls -------------===//

#include "moe/Structured/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"

namespace mlir::moe {
#define GEN_PASS_DEF_RECORDKERNELSPASS
#include "moe/Structured/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr StringLiteral kCallee = "moeRecordKernel";

static void declare(ModuleOp module) {
  if (module.lookupSymbol(kCallee))
    return;
  auto builder = OpBuilder::atBlockBegin(module.getBody());
  Type i64 = builder.getI64Type();
  Type offsets =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
  auto function = func::FuncOp::create(
      builder, module.getLoc(), kCallee,
      builder.getFunctionType({i64, i64, i64, offsets}, {}));
  function.setPrivate();
  function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                    builder.getUnitAttr());
}

static void record(GroupedMatmulOp op, int64_t number) {
  OpBuilder builder(op);
  ReferenceBuilder b(op.getLoc(), builder);
  auto size = [&](Value matrix) -> Value {
    return arith::IndexCastOp::create(b, b.getI64Type(),
                                      b.asIndex(b.size(matrix, 1)));
  };
  Value offsets =
      b.castTo(op.getOffsets(),
               RankedTensorType::get({ShapedType::kDynamic}, b.getI32Type()));
  func::CallOp::create(b, kCallee, TypeRange(),
                       ValueRange{b.integer(64, number), size(op.getRows()),
                                  size(op.getOut()), offsets});
}

namespace {
struct RecordKernelsPass : moe::impl::RecordKernelsPassBase<RecordKernelsPass> {
  void runOnOperation() override {
    int64_t number = 0;
    getOperation().walk([&](GroupedMatmulOp op) {
      if (isa<RankedTensorType>(op.getOffsets().getType()))
        record(op, number);
      ++number;
    });
    if (number > 0)
      declare(getOperation());
  }
};
} // namespace
