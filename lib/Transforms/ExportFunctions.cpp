//===- ExportFunctions.cpp - Make public functions callable ---------------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {
#define GEN_PASS_DEF_EXPORTFUNCTIONSPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// `attributes` without those of the moe dialect.
static DictionaryAttr dropMoeAttributes(DictionaryAttr attributes,
                                        MLIRContext *context) {
  SmallVector<NamedAttribute> kept;
  for (NamedAttribute attribute :
       attributes ? attributes.getValue() : ArrayRef<NamedAttribute>())
    if (!isa_and_nonnull<MoeDialect>(attribute.getNameDialect()))
      kept.push_back(attribute);
  return DictionaryAttr::get(context, kept);
}

static void dropMoeAttributes(Operation *op) {
  op->setDiscardableAttrs(
      dropMoeAttributes(op->getDiscardableAttrDictionary(), op->getContext()));
}

namespace {
struct ExportFunctionsPass
    : moe::impl::ExportFunctionsPassBase<ExportFunctionsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    dropMoeAttributes(module);
    for (auto function : module.getOps<func::FuncOp>()) {
      dropMoeAttributes(function);
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        function.setArgAttrs(
            i, dropMoeAttributes(function.getArgAttrDict(i), &getContext()));
      for (unsigned i = 0; i < function.getNumResults(); ++i)
        function.setResultAttrs(
            i, dropMoeAttributes(function.getResultAttrDict(i), &getContext()));
      if (function.isDeclaration() || !function.isPublic())
        continue;
      function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                        UnitAttr::get(&getContext()));
      for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
        if (isa<TensorType>(type))
          function.setArgAttr(
              i, bufferization::BufferizationDialect::kWritableAttrName,
              BoolAttr::get(&getContext(), false));
    }
  }
};
} // namespace
