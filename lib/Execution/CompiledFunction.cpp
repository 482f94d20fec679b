//===- CompiledFunction.cpp - From IR text to machine code ----------------===//

#include "Compiled.h"
#include "Context.h"

#include "moe/Pipeline/Stages.h"
#include "moe/Transforms/Instrumentation.h"

#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"

#include <chrono>

using namespace mlir;
using namespace mlir::moe;

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// One line that a person can act on, where diagnostics say nothing.
static llvm::Error fail(std::string &diagnostics, const Twine &otherwise) {
  StringRef text = StringRef(diagnostics).rtrim();
  return llvm::createStringError(text.empty() ? otherwise.str() : text.str());
}

/// The symbols that the ops of `function` refer to. Read off the attributes:
/// symbol tables give up where an op is not registered.
static void collectSymbols(func::FuncOp function,
                           llvm::SetVector<StringAttr> &symbols) {
  function.walk([&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs())
      attribute.getValue().walk([&](SymbolRefAttr symbol) {
        symbols.insert(symbol.getRootReference());
      });
  });
}

/// The functions that `entry` reaches all have bodies, and none of them is the
/// entry.
static LogicalResult checkReached(ModuleOp module, func::FuncOp entry,
                                  const llvm::SetVector<StringAttr> &reached) {
  if (reached.contains(entry.getNameAttr()))
    return entry.emitError("expects an entry that nothing else refers to, "
                           "found a use of '")
           << entry.getName() << "'";
  SymbolTable symbols(module);
  for (StringAttr name : reached)
    if (auto function = symbols.lookup<FunctionOpInterface>(name))
      if (function.isExternal())
        return function->emitError("expects a body of '")
               << name.getValue() << "', which '" << entry.getName()
               << "' reaches, found none";
  return success();
}

/// Only the entry stays public; functions it does not reach go.
static LogicalResult isolateEntry(ModuleOp module, func::FuncOp entry) {
  llvm::SetVector<StringAttr> reached;
  collectSymbols(entry, reached);
  SymbolTable symbols(module);
  for (size_t i = 0; i < reached.size(); ++i)
    if (auto function = symbols.lookup<func::FuncOp>(reached[i]))
      collectSymbols(function, reached);
  if (failed(checkReached(module, entry, reached)))
    return failure();
  for (auto function :
       llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    if (function == entry)
      continue;
    if (reached.contains(function.getNameAttr()))
      function.setPrivate();
    else
      function.erase();
  }
  entry.setPublic();
  return success();
}

/// What of `layer` callers may see.
static LayerInfo describe(const Layer &layer) {
  LayerInfo info;
  info.layer = layer.number;
  info.location = formatLocation(layer.location);
  info.parent = layer.parent;
  info.experts = layer.experts;
  info.slots = layer.slots;
  info.macsPerRow = layer.macsPerRow;
  if (layer.gate)
    info.gate = formatLocation(*layer.gate);
  if (info.gate == "unknown")
    info.gate.clear();
  if (!layer.router)
    return info;
  info.isTokenChoice = layer.router.isTokenChoice();
  info.isDense = layer.router.getSelect().isDense();
  if (auto groups = dyn_cast<GroupTopKAttr>(layer.router.getSelect())) {
    info.groups = groups.getGroups();
    info.keptGroups = groups.getKept();
    info.groupsBySumOfTwo = groups.getBy() == GroupBy::SumOfTwo;
  }
  return info;
}

static ReferenceOptions getRoute(const CompileOptions &options) {
  ReferenceOptions reference;
  reference.promoteToF64 = options.promoteToF64;
  reference.optimize = options.optimize;
  reference.assumeFinite = options.assumeFinite;
  return reference;
}

/// The text of every stage, without what a run adds to record and to report:
/// each is a program that can be run again.
static LogicalResult keepStages(ModuleOp module, const CompileOptions &options,
                                CompiledFunction::Impl &impl) {
  OwningOpRef<ModuleOp> copy(module.clone());
  for (const StageRow &row : getReferenceRoute()) {
    PassManager pm(module.getContext());
    buildStage(pm, row, getRoute(options));
    if (failed(pm.run(*copy)))
      return failure();
    llvm::raw_string_ostream os(impl.stageTexts.emplace_back());
    copy->print(os);
  }
  return success();
}

/// Lowers `module` stage by stage.
static LogicalResult lower(ModuleOp module, const CompileOptions &options,
                           CompiledFunction::Impl &impl) {
  if (options.keepStages && failed(keepStages(module, options, impl)))
    return failure();
  ReferenceOptions reference = getRoute(options);
  reference.record = options.record;
  reference.checkIndices = options.checkIndices;
  reference.reportFailures = true;
  for (const StageRow &row : getReferenceRoute()) {
    PassManager pm(module.getContext());
    buildStage(pm, row, reference);
    if (failed(pm.run(module)))
      return failure();
    impl.stageNames.push_back(stringify(row.stage).str());
    if (row.stage == Stage::Moe) {
      for (const Layer &layer : collectLayers(module))
        impl.layers.push_back(describe(layer));
      if (options.record)
        findRowResults(module.lookupSymbol<func::FuncOp>(impl.entry),
                       impl.results);
    }
    if (row.stage == Stage::Structured)
      for (const CheckSite &site : collectCheckSites(module))
        impl.sites.push_back(
            {formatLocation(site.location), site.message, site.relation});
  }
  return success();
}

/// Compiles the llvm dialect to machine code for this machine.
static llvm::Error assemble(ModuleOp module, CompiledFunction::Impl &impl) {
  static const bool initialized = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  static_cast<void>(initialized);
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  auto machine = builder->createTargetMachine();
  if (!machine)
    return machine.takeError();
  auto optimize = makeOptimizingTransformer(/*optLevel=*/2, /*sizeLevel=*/0,
                                            machine->get());
  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Default;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto engine = ExecutionEngine::create(module, options);
  if (!engine)
    return engine.takeError();
  (*engine)->registerSymbols([](llvm::orc::MangleAndInterner mangle) {
    llvm::orc::SymbolMap symbols;
    for (const RuntimeSymbol *symbol = getRuntimeSymbols(); symbol->name;
         ++symbol)
      symbols[mangle(symbol->name)] = {
          llvm::orc::ExecutorAddr::fromPtr(symbol->address),
          llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    return symbols;
  });
  auto call = (*engine)->lookupPacked("_mlir_ciface_" + impl.entry);
  if (!call)
    return call.takeError();
  impl.call = *call;
  impl.engine = std::move(*engine);
  return llvm::Error::success();
}

static llvm::Expected<std::unique_ptr<CompiledFunction::Impl>>
compile(std::unique_ptr<llvm::MemoryBuffer> buffer,
        const CompileOptions &options) {
  if (options.device != "reference")
    return llvm::createStringError("expects device reference, found '" +
                                   options.device + "'");
  auto impl = std::make_unique<CompiledFunction::Impl>();
  impl->device = options.device;
  double start = now();
  std::unique_ptr<MLIRContext> context = createContext();
  std::string diagnostics;
  llvm::raw_string_ostream os(diagnostics);
  std::string name = buffer->getBufferIdentifier().str();
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, context.get(), os);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(sources, context.get());
  impl->parseSeconds = now() - start;
  if (!module)
    return fail(diagnostics, name + ": expects a module");

  start = now();
  llvm::Expected<func::FuncOp> entry = findEntry(*module, options.entry);
  if (!entry)
    return llvm::createStringError(
        name + ": error: " + llvm::toString(entry.takeError()));
  impl->entry = entry->getName().str();
  auto arguments = getArgumentInfos(*entry);
  if (failed(arguments))
    return fail(diagnostics, "bad arguments");
  impl->arguments = *arguments;
  if (failed(isolateEntry(*module, *entry)))
    return fail(diagnostics, "bad entry");
  // Promotion changes the types of results, not their names.
  auto results = getResultInfos(*entry);
  if (failed(results))
    return fail(diagnostics, "bad results");
  impl->results = *results;
  if (options.promoteToF64)
    for (ValueInfo &info : impl->results)
      if (isFloat(info.kind))
        info.kind = ElementKind::F64;
  if (failed(lower(*module, options, *impl)))
    return fail(diagnostics, name + ": lowering failed without a diagnostic");
  if (llvm::Error error = assemble(*module, *impl))
    return llvm::createStringError(name + ": " +
                                   llvm::toString(std::move(error)));
  impl->compileSeconds = now() - start;
  return impl;
}

llvm::Expected<std::unique_ptr<CompiledFunction>>
CompiledFunction::compileText(StringRef text, StringRef name,
                              const CompileOptions &options) {
  auto impl =
      compile(llvm::MemoryBuffer::getMemBufferCopy(text, name), options);
  if (!impl)
    return impl.takeError();
  return std::unique_ptr<CompiledFunction>(
      new CompiledFunction(std::move(*impl)));
}

llvm::Expected<std::unique_ptr<CompiledFunction>>
CompiledFunction::compileFile(StringRef path, const CompileOptions &options) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createStringError(path + ": " + file.getError().message());
  auto impl = compile(std::move(*file), options);
  if (!impl)
    return impl.takeError();
  return std::unique_ptr<CompiledFunction>(
      new CompiledFunction(std::move(*impl)));
}
