//===- Lower.cpp - From IR text to the llvm dialect -----------------------===//

#include "Clock.h"
#include "Context.h"
#include "Lowered.h"

#include "moe/IR/Moe.h"
#include "moe/Transforms/Instrumentation.h"
#include "moe/Transforms/TargetConversion.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::moe;

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
static LogicalResult findPrepare(ModuleOp module, Lowered &lowered) {
  lowered.layer = {lowered.arguments, lowered.results};
  auto entry = module.lookupSymbol<func::FuncOp>(lowered.symbol);
  auto attribute = entry->getAttrOfType<PrepareAttr>("moe.prepare");
  if (!attribute)
    return success();
  auto function =
      module.lookupSymbol<func::FuncOp>(attribute.getFunction().getValue());
  auto results = getResultInfos(function);
  if (failed(results))
    return failure();
  Lowered::Prepare prepare;
  prepare.name = function.getName().str();
  prepare.parameters = llvm::to_vector(attribute.getParameters().asArrayRef());
  prepare.kept = llvm::to_vector(attribute.getArguments().asArrayRef());
  prepare.call.results = *results;
  for (int64_t i : prepare.parameters)
    prepare.call.arguments.push_back(lowered.arguments[i]);
  lowered.layer.arguments.clear();
  for (int64_t i : prepare.kept)
    lowered.layer.arguments.push_back(lowered.arguments[i]);
  llvm::append_range(lowered.layer.arguments, *results);
  lowered.prepare = std::move(prepare);
  return success();
}

/// Lowers `module` stage by stage.
static LogicalResult lower(ModuleOp module, const CompileOptions &options,
                           RouteOptions route, Lowered &lowered) {
  route.record = options.record;
  route.checkIndices = options.checkIndices;
  route.reportFailures = true;
  for (const StageRow &row : getStages(route.route)) {
    double start = now();
    PassManager pm(module.getContext());
#ifdef NDEBUG
    pm.enableVerifier(false); // once a stage: after each pass takes as long
#endif
    buildStage(pm, row, route);
    if (row.stage == Stage::Buffers) // kernels are many functions
      module.getContext()->enableMultithreading();
    if (failed(pm.run(module)) || failed(verify(module)))
      return failure();
    lowered.stageNames.push_back(stringify(row.stage).str());
    lowered.stageSeconds.push_back(now() - start);
    if (row.stage == Stage::Moe) {
      for (const Layer &layer : collectLayers(module))
        lowered.layers.push_back(describe(layer));
      if (options.record) {
        auto entry = module.lookupSymbol<func::FuncOp>(lowered.symbol);
        findRowResults(entry, lowered.results);
        findTokenResults(entry, lowered.results);
      }
    }
    if (row.stage == Stage::Structured) {
      for (const CheckSite &site : collectCheckSites(module))
        lowered.sites.push_back(
            {formatLocation(site.location), site.message, site.relation});
      if (failed(findPrepare(module, lowered)))
        return failure();
      lowered.kernels = collectKernels(module);
    }
  }
  return success();
}

/// Those that code can be made for: of the named targets, no GPU.
static std::string getProcessorNames() {
  return llvm::join(getTargetNames(Device::CPU), ", ") +
         " or LLVM's name of another x86-64 processor";
}

/// Finds the processor that kernels are made for: what `options` name, or what
/// the module says, or this one.
static LogicalResult findArch(ModuleOp module, const CompileOptions &options,
                              Lowered &lowered) {
  module->getContext()->getOrLoadDialect<MoeDialect>(); // of moe.target
  if (!options.target.empty() && options.target != "host") {
    auto target = getNamedTarget(options.target);
    if (!target) {
      llvm::consumeError(target.takeError());
      return module.emitError("expects option target to be host, ")
             << getProcessorNames() << ", found " << options.target;
    }
    module->setAttr("moe.target", getTargetAttr(module.getContext(), *target));
  } else if (!options.target.empty() && module->hasAttr("moe.target")) {
    module->setAttr("moe.target",
                    getTargetAttr(module.getContext(), hostTarget()));
  }
  lowered.arch = getHostArch();
  auto target = getStatedTarget(module);
  if (!target)
    return success();
  if (target->device != Device::CPU)
    return module.emitError("expects a target of cpu for kernels, found ")
           << getTargetAttr(module.getContext(), *target);
  if (!isKnownProcessor(target->arch) && target->arch != lowered.arch)
    return module.emitError("expects the arch of moe.target to be one of ")
           << getProcessorNames() << ", found " << target->arch;
  lowered.arch = target->arch;
  return success();
}

llvm::Expected<std::unique_ptr<Program>>
moe::parseProgram(const llvm::MemoryBuffer &source,
                  const CompileOptions &options, Lowered &lowered) {
  llvm::Expected<RouteOptions> route = getRoute(options);
  if (!route)
    return route.takeError();
  lowered.device = options.device;
  lowered.route = route->route;
  lowered.optimized = route->optimize;
  double start = now();
  auto parsed = Program::parse(source, options.entry);
  if (!parsed)
    return parsed.takeError();
  Program &program = **parsed;
  lowered.parseSeconds = now() - start;

  func::FuncOp entry = program.getEntry();
  lowered.entry = entry.getName().str();
  if (entry->hasAttr("moe.prepare"))
    return llvm::createStringError(
        source.getBufferIdentifier() + ": error: expects a program, found '" +
        lowered.entry + "', whose parameters are prepared already");
  auto arguments = getArgumentInfos(entry);
  if (failed(arguments))
    return program.fail("bad arguments");
  lowered.arguments = *arguments;
  if (llvm::Error error = program.isolateEntry())
    return error;
  // Promotion changes the types of results, not their names.
  auto results = getResultInfos(entry);
  if (failed(results))
    return program.fail("bad results");
  lowered.results = *results;
  findPrecisions(entry, lowered.results);
  if (options.promoteToF64)
    for (ValueInfo &info : lowered.results)
      if (isFloat(info.kind))
        info.kind = ElementKind::F64;
  if (route->route == Route::CPU &&
      failed(findArch(program.getModule(), options, lowered)))
    return program.fail("bad target");
  return std::move(*parsed);
}

llvm::Error moe::lowerProgram(Program &program, const CompileOptions &options,
                              Lowered &lowered) {
  llvm::Expected<RouteOptions> route = getRoute(options);
  if (!route)
    return route.takeError();
  program.renameFunctions();
  lowered.symbol = program.getEntry().getName().str();
  if (failed(lower(program.getModule(), options, *route, lowered)))
    return program.fail("lowering failed without a diagnostic");
  return llvm::Error::success();
}
