//===- Context.cpp - The context programs are compiled in -----------------===//

#include "Context.h"

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"

using namespace mlir;
using namespace mlir::moe;

std::unique_ptr<MLIRContext> moe::createContext() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerMoeDialect(registry);
  registerMoeExtensions(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  // A layer is one function until its kernels are others: threads come then.
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->allowUnregisteredDialects();
  // A diagnostic shows the line of the source; the op in generic form is noise.
  context->printOpOnDiagnostic(false);
  return context;
}
