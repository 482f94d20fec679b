//===- StageTexts.cpp - The program after each stage ----------------------===//
//
// Lowered anew when somebody asks, without what a run adds to record and to
// report, so that each text is a program that can be run again.
//
//===----------------------------------------------------------------------===//

#include "Compiled.h"
#include "Program.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::moe;

static llvm::Expected<std::vector<std::string>>
lowerToTexts(const llvm::MemoryBuffer &source, const CompileOptions &options) {
  auto program = Program::parse(source, options.entry);
  if (!program)
    return program.takeError();
  if (llvm::Error error = (*program)->isolateEntry())
    return error;
  llvm::Expected<RouteOptions> route = getRoute(options);
  if (!route)
    return route.takeError();
  std::vector<std::string> texts;
  ModuleOp module = (*program)->getModule();
  for (const StageRow &row : getStages(route->route)) {
    if (row.stage == Stage::Llvm)
      (*program)->renameFunctions();
    PassManager pm(module.getContext());
    buildStage(pm, row, *route);
    if (failed(pm.run(module)))
      return (*program)->fail("lowering failed without a diagnostic");
    llvm::raw_string_ostream os(texts.emplace_back());
    module.print(os);
  }
  return texts;
}

llvm::Expected<StringRef> CompiledFunction::getStageText(StringRef name) const {
  const Impl::Source &source = impl->source;
  if (!source.text)
    return llvm::createStringError(
        "expects a function compiled with its stages kept");
  auto found = llvm::find(impl->stageNames, name);
  if (found == impl->stageNames.end())
    return llvm::createStringError("expects a stage (" +
                                   llvm::join(impl->stageNames, ", ") +
                                   "), found '" + name.str() + "'");
  std::lock_guard<std::mutex> guard(impl->stageLock);
  if (impl->stageTexts.empty()) {
    auto texts = lowerToTexts(*source.text, source.options);
    if (!texts)
      return texts.takeError();
    impl->stageTexts = std::move(*texts);
  }
  return StringRef(impl->stageTexts[found - impl->stageNames.begin()]);
}
