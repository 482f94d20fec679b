//===- MachineCode.cpp - From LLVM IR towards a processor -----------------===//

#include "MachineCode.h"

#include "moe/Runtime/Processor.h"
#include "moe/Target/Target.h"

#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace mlir::moe;

void moe::initializeTarget() {
  static const bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  static_cast<void>(initialized);
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
moe::createProcessMachine(StringRef arch) {
  initializeTarget();
  if (arch.empty() || !isKnownProcessor(arch)) {
    auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
    if (!builder)
      return builder.takeError();
    return builder->createTargetMachine();
  }
  std::vector<std::string> needed = getNeededFeatures(arch);
  std::vector<const char *> names;
  for (const std::string &feature : needed)
    names.push_back(feature.c_str());
  names.push_back(nullptr);
  if (const char *missing = findMissingFeature(names.data()))
    return llvm::createStringError("error: code for " + arch +
                                   " expects a processor with " + missing +
                                   ", found " + getHostArch());
  llvm::orc::JITTargetMachineBuilder builder(
      (llvm::Triple(llvm::sys::getProcessTriple())));
  builder.setCPU(arch.str());
  builder.setFeatures(getFeatureString(arch));
  return builder.createTargetMachine();
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
moe::createObjectMachine(StringRef arch) {
  initializeTarget();
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return llvm::createStringError(error);
  if (triple.getArch() != llvm::Triple::x86_64)
    return llvm::createStringError("expects to compile objects on x86-64, "
                                   "found " +
                                   triple.getArchName());
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, arch, getFeatureString(arch), llvm::TargetOptions(),
      llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// Fast calls pass what they have in registers: LLVM's fast convention has no
/// more of them than that of C, one that preserves none has twelve on x86-64.
/// They are no jumps, which would find no register left for where they go.
static void passInRegisters(llvm::Module &module) {
  if (!module.getTargetTriple().isX86_64())
    return;
  for (llvm::Function &function : module) {
    if (function.getCallingConv() == llvm::CallingConv::Fast)
      function.setCallingConv(llvm::CallingConv::PreserveNone);
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = llvm::dyn_cast<llvm::CallInst>(&instruction))
        if (call->getCallingConv() == llvm::CallingConv::Fast) {
          call->setCallingConv(llvm::CallingConv::PreserveNone);
          call->setTailCallKind(llvm::CallInst::TCK_NoTail);
        }
  }
}

llvm::Error moe::optimizeKernels(llvm::Module &module,
                                 llvm::TargetMachine &machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
  passInRegisters(module);
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager passes;
  if (llvm::Error error = builder.parsePassPipeline(
          passes, "function(sroa,early-cse,simplifycfg,loop-mssa(licm),"
                  "loop-vectorize,early-cse,loop-mssa(licm))"))
    return error;
  passes.run(module, modules);
  return llvm::Error::success();
}

CodeErrors::CodeErrors(llvm::LLVMContext &context) {
  auto take = [](const llvm::DiagnosticInfo *found, void *messages) {
    if (found->getSeverity() != llvm::DS_Error)
      return;
    llvm::raw_string_ostream os(*static_cast<std::string *>(messages));
    os << (os.str().empty() ? "" : "; ");
    llvm::DiagnosticPrinterRawOStream printer(os);
    found->print(printer);
  };
  context.setDiagnosticHandlerCallBack(take, &messages);
}

llvm::Error CodeErrors::take() {
  if (messages.empty())
    return llvm::Error::success();
  return llvm::createStringError(
      "expects a program that the processor has code for: " +
      std::exchange(messages, ""));
}
