//===- Program.cpp - A parsed program and what is said of it --------------===//

#include "Program.h"

#include "Context.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace mlir::moe;

Program::Program() : context(createContext()), os(diagnostics) {}

llvm::Error Program::fail(const Twine &otherwise) {
  std::string text = StringRef(diagnostics).rtrim().str();
  // What is said of the whole file has no place in it.
  std::string place = file + ":0:0: ";
  for (size_t at = 0; (at = text.find(place, at)) != std::string::npos;)
    text.erase(at + file.size(), place.size() - file.size() - 2);
  return llvm::createStringError(text.empty() ? otherwise.str() : text);
}

llvm::Expected<std::unique_ptr<Program>>
Program::parse(const llvm::MemoryBuffer &source, StringRef name) {
  std::unique_ptr<Program> program(new Program());
  program->sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBuffer(source.getMemBufferRef()),
      llvm::SMLoc());
  program->handler = std::make_unique<SourceMgrDiagnosticHandler>(
      program->sources, program->context.get(), program->os);
  program->module =
      parseSourceFile<ModuleOp>(program->sources, program->context.get());
  std::string &file = program->file;
  file = source.getBufferIdentifier().str();
  if (!program->module)
    return program->fail(file + ": expects a module");
  llvm::Expected<func::FuncOp> entry = findEntry(*program->module, name);
  if (!entry)
    return llvm::createStringError(
        file + ": error: " + llvm::toString(entry.takeError()));
  program->entry = *entry;
  return program;
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

llvm::Error Program::isolateEntry() {
  llvm::SetVector<StringAttr> reached;
  collectSymbols(entry, reached);
  SymbolTable symbols(*module);
  for (size_t i = 0; i < reached.size(); ++i)
    if (auto function = symbols.lookup<func::FuncOp>(reached[i]))
      collectSymbols(function, reached);
  if (failed(checkReached(*module, entry, reached)))
    return fail("bad entry");
  for (auto function :
       llvm::make_early_inc_range(module->getOps<func::FuncOp>())) {
    if (function == entry)
      continue;
    if (reached.contains(function.getNameAttr()))
      function.setPrivate();
    else
      function.erase();
  }
  entry.setPublic();
  return llvm::Error::success();
}

void Program::renameFunctions() {
  llvm::DenseMap<StringAttr, StringAttr> names;
  for (auto function : module->getOps<func::FuncOp>()) {
    auto name =
        StringAttr::get(context.get(), "moe_program." + function.getName());
    names[function.getNameAttr()] = name;
    function.setSymNameAttr(name);
  }
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](SymbolRefAttr symbol) -> std::pair<Attribute, WalkResult> {
        if (StringAttr name = names.lookup(symbol.getRootReference()))
          symbol = SymbolRefAttr::get(name, symbol.getNestedReferences());
        return {symbol, WalkResult::skip()};
      });
  replacer.recursivelyReplaceElementsIn(*module);
}

llvm::Expected<RouteOptions> moe::getRoute(const CompileOptions &options) {
  RouteOptions route;
  if (options.device == "cpu")
    route.route = Route::CPU;
  else if (options.device != "reference")
    return llvm::createStringError("expects device reference or cpu, found '" +
                                   options.device + "'");
  route.promoteToF64 = options.promoteToF64;
  // Kernels run what the optimizer makes.
  route.optimize = options.optimize || route.route == Route::CPU;
  route.assumeFinite = options.assumeFinite;
  return route;
}
