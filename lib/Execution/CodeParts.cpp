//===- CodeParts.cpp - A program as modules to compile apart --------------===//

#include "CodeParts.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"

#include <map>

using namespace mlir;
using namespace mlir::moe;

static bool isDefined(Operation *op) {
  auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
  return function && !function.isExternal();
}

static bool isConstant(Operation *op) {
  auto global = dyn_cast<LLVM::GlobalOp>(op);
  return global && global.getConstant() &&
         global.getLinkage() == LLVM::Linkage::Private;
}

static size_t countOps(Operation *op) {
  size_t count = 0;
  op->walk([&](Operation *) { ++count; });
  return count;
}

/// A part for each function of `module`: the largest ones first, each where
/// there is least so far.
static llvm::DenseMap<Operation *, unsigned> shareFunctions(ModuleOp module,
                                                            unsigned count) {
  std::multimap<size_t, Operation *, std::greater<>> functions;
  for (Operation &op : *module.getBody())
    if (isDefined(&op))
      functions.insert({countOps(&op), &op});
  llvm::DenseMap<Operation *, unsigned> parts;
  SmallVector<size_t> sizes(count, 0);
  for (auto [size, function] : functions) {
    auto least = llvm::min_element(sizes);
    *least += size;
    parts[function] = least - sizes.begin();
  }
  return parts;
}

/// All that the functions of `symbols` use, and what the constants among that
/// use in turn.
static void addUses(llvm::SetVector<Operation *> &symbols,
                    const SymbolTable &table) {
  size_t numFunctions = symbols.size();
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (i >= numFunctions && !isConstant(symbols[i]))
      continue;
    symbols[i]->walk([&](Operation *op) {
      FlatSymbolRefAttr name;
      if (auto address = dyn_cast<LLVM::AddressOfOp>(op))
        name = address.getGlobalNameAttr();
      else if (auto call = dyn_cast<LLVM::CallOp>(op))
        name = call.getCalleeAttr();
      if (name)
        symbols.insert(table.lookup(name.getAttr()));
    });
  }
}

/// What a part that does not have `op` needs of it.
static Operation *copy(Operation *op) {
  auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
  if (!function)
    return op->clone();
  if (!function.isExternal())
    function.setLinkage(LLVM::Linkage::External);
  return function->cloneWithoutRegions();
}

std::vector<OwningOpRef<ModuleOp>> moe::splitCode(ModuleOp module,
                                                  unsigned count) {
  bool isPlain = llvm::all_of(*module.getBody(), [](Operation &op) {
    return isa<LLVM::LLVMFuncOp>(op) || isConstant(&op);
  });
  if (!isPlain)
    count = 1;
  SymbolTable table(module);
  llvm::DenseMap<Operation *, unsigned> homes = shareFunctions(module, count);
  std::vector<llvm::SetVector<Operation *>> symbols(count);
  for (Operation &op : *module.getBody())
    if (isDefined(&op))
      symbols[homes[&op]].insert(&op);
    else if (!isPlain)
      symbols[0].insert(&op);
  for (llvm::SetVector<Operation *> &part : symbols)
    addUses(part, table);

  std::vector<OwningOpRef<ModuleOp>> parts;
  for (auto [number, uses] : llvm::enumerate(symbols)) {
    if (uses.empty())
      continue;
    parts.push_back(ModuleOp::create(module.getLoc()));
    (*parts.back())->setAttrs(module->getAttrDictionary());
    Block *body = parts.back()->getBody();
    for (Operation *op : uses) {
      auto home = homes.find(op);
      bool isHere = home == homes.end() ? !isPlain : home->second == number;
      if (isHere)
        op->remove();
      body->push_back(isHere ? op : copy(op));
    }
  }
  return parts;
}
