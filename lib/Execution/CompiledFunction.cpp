//===- CompiledFunction.cpp - From IR text to machine code ----------------===//

#include "Compiled.h"
#include "Context.h"
#include "Program.h"

#include "moe/IR/Moe.h"
#include "moe/Transforms/Instrumentation.h"

#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"

#include <chrono>

using namespace mlir;
using namespace mlir::moe;

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
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
  info.logits = layer.logits;
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

/// What the program does ahead of its calls, and what is left for them.
static LogicalResult findPrepare(ModuleOp module,
                                 CompiledFunction::Impl &impl) {
  impl.layer.arguments = impl.arguments;
  auto entry = module.lookupSymbol<func::FuncOp>(impl.symbol);
  auto attribute = entry->getAttrOfType<PrepareAttr>("moe.prepare");
  if (!attribute)
    return success();
  auto function =
      module.lookupSymbol<func::FuncOp>(attribute.getFunction().getValue());
  auto results = getResultInfos(function);
  if (failed(results))
    return failure();
  CompiledFunction::Impl::Prepare prepare;
  prepare.name = function.getName().str();
  prepare.parameters = llvm::to_vector(attribute.getParameters().asArrayRef());
  prepare.kept = llvm::to_vector(attribute.getArguments().asArrayRef());
  prepare.call.results = *results;
  for (int64_t i : prepare.parameters)
    prepare.call.arguments.push_back(impl.arguments[i]);
  impl.layer.arguments.clear();
  for (int64_t i : prepare.kept)
    impl.layer.arguments.push_back(impl.arguments[i]);
  llvm::append_range(impl.layer.arguments, *results);
  impl.prepare = std::move(prepare);
  return success();
}

/// Lowers `module` stage by stage.
static LogicalResult lower(ModuleOp module, const CompileOptions &options,
                           RouteOptions route, CompiledFunction::Impl &impl) {
  route.record = options.record;
  route.checkIndices = options.checkIndices;
  route.reportFailures = true;
  for (const StageRow &row : getStages(route.route)) {
    PassManager pm(module.getContext());
    buildStage(pm, row, route);
    if (failed(pm.run(module)))
      return failure();
    impl.stageNames.push_back(stringify(row.stage).str());
    if (row.stage == Stage::Moe) {
      for (const Layer &layer : collectLayers(module))
        impl.layers.push_back(describe(layer));
      if (options.record) {
        auto entry = module.lookupSymbol<func::FuncOp>(impl.symbol);
        findRowResults(entry, impl.results);
        findTokenResults(entry, impl.results);
      }
    }
    if (row.stage == Stage::Structured) {
      for (const CheckSite &site : collectCheckSites(module))
        impl.sites.push_back(
            {formatLocation(site.location), site.message, site.relation});
      if (failed(findPrepare(module, impl)))
        return failure();
    }
  }
  return success();
}

/// Micro-kernels are scheduled already: what is left are addresses, and loops
/// of scalars. LLVM's whole pipeline takes twice the time of code generation,
/// makes nothing faster, and unrolls contractions until registers run out.
static llvm::Error optimizeKernels(llvm::Module &module,
                                   llvm::TargetMachine &machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
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
  std::function<llvm::Error(llvm::Module *)> optimize =
      makeOptimizingTransformer(/*optLevel=*/2, /*sizeLevel=*/0,
                                machine->get());
  if (impl.route == Route::CPU)
    optimize = [&](llvm::Module *module) {
      return optimizeKernels(*module, **machine);
    };
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
  auto call = (*engine)->lookupPacked("_mlir_ciface_" + impl.symbol);
  if (!call)
    return call.takeError();
  impl.layer.function = *call;
  impl.layer.results = impl.results;
  if (impl.prepare) {
    auto prepare =
        (*engine)->lookupPacked("_mlir_ciface_" + impl.prepare->name);
    if (!prepare)
      return prepare.takeError();
    impl.prepare->call.function = *prepare;
  }
  impl.engine = std::move(*engine);
  return llvm::Error::success();
}

static llvm::Expected<std::unique_ptr<CompiledFunction::Impl>>
compile(std::unique_ptr<llvm::MemoryBuffer> buffer,
        const CompileOptions &options) {
  llvm::Expected<RouteOptions> route = getRoute(options);
  if (!route)
    return route.takeError();
  auto impl = std::make_unique<CompiledFunction::Impl>();
  impl->device = options.device;
  impl->route = route->route;
  impl->optimized = route->optimize;
  double start = now();
  auto parsed = Program::parse(*buffer, options.entry);
  if (!parsed)
    return parsed.takeError();
  Program &program = **parsed;
  impl->parseSeconds = now() - start;

  start = now();
  func::FuncOp entry = program.getEntry();
  impl->entry = entry.getName().str();
  if (entry->hasAttr("moe.prepare"))
    return llvm::createStringError(
        buffer->getBufferIdentifier() + ": error: expects a program, found '" +
        impl->entry + "', whose parameters are prepared already");
  auto arguments = getArgumentInfos(entry);
  if (failed(arguments))
    return program.fail("bad arguments");
  impl->arguments = *arguments;
  if (llvm::Error error = program.isolateEntry())
    return error;
  // Promotion changes the types of results, not their names.
  auto results = getResultInfos(entry);
  if (failed(results))
    return program.fail("bad results");
  impl->results = *results;
  findPrecisions(entry, impl->results);
  if (options.promoteToF64)
    for (ValueInfo &info : impl->results)
      if (isFloat(info.kind))
        info.kind = ElementKind::F64;
  program.renameFunctions();
  impl->symbol = program.getEntry().getName().str();
  if (failed(lower(program.getModule(), options, *route, *impl)))
    return program.fail("lowering failed without a diagnostic");
  if (llvm::Error error = assemble(program.getModule(), *impl))
    return llvm::createStringError(buffer->getBufferIdentifier() + ": " +
                                   llvm::toString(std::move(error)));
  impl->compileSeconds = now() - start;
  if (options.keepStages)
    impl->source = {std::move(buffer), options};
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
