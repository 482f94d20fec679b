//===- Precision.cpp - The narrowest float type behind each result --------===//
//
// A result is as exact as the narrowest type between it and the arguments that
// it is computed from, whatever types these have. An op with regions, and a
// function that is called, count as a whole; who asks for a size reads no
// element.
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mlir::moe;

/// The bits of the significand.
static unsigned countBits(ElementKind kind) {
  switch (kind) {
  case ElementKind::BF16:
    return 8;
  case ElementKind::F16:
    return 11;
  case ElementKind::F32:
    return 24;
  default:
    return 53;
  }
}

static ElementKind narrower(ElementKind a, ElementKind b) {
  return countBits(a) < countBits(b) ? a : b;
}

namespace {
class PrecisionSearch {
public:
  ElementKind find(Value result) {
    visit(result);
    while (!work.empty())
      visit(work.pop_back_val());
    return narrowest;
  }

private:
  void note(Type type);
  void noteRegion(Region &region);
  void visit(Value value);

  SmallVector<Value> work;
  DenseSet<Value> seen;
  DenseSet<Operation *> functions;
  ElementKind narrowest = ElementKind::F64;
};
} // namespace

void PrecisionSearch::note(Type type) {
  auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  if (!element)
    return;
  unsigned bits = element.getFPMantissaWidth();
  for (ElementKind kind :
       {ElementKind::F32, ElementKind::F16, ElementKind::BF16})
    if (bits <= countBits(kind))
      narrowest = narrower(narrowest, kind);
}

void PrecisionSearch::noteRegion(Region &region) {
  region.walk([&](Operation *op) {
    // What regions are given was a result, or an argument of the function.
    for (Type type : op->getResultTypes())
      note(type);
    auto call = dyn_cast<func::CallOp>(op);
    if (!call)
      return;
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
    if (callee && functions.insert(callee).second)
      noteRegion(callee.getBody());
  });
}

void PrecisionSearch::visit(Value value) {
  if (!seen.insert(value).second)
    return;
  Operation *op = value.getDefiningOp();
  if (!op) { // what a function is given is exact
    // What another block is given depends on the branches of its function.
    auto argument = cast<BlockArgument>(value);
    if (!argument.getOwner()->isEntryBlock()) {
      note(value.getType());
      noteRegion(*argument.getParentRegion());
    }
    return;
  }
  note(value.getType());
  if (isa<tensor::DimOp>(op))
    return;
  llvm::append_range(work, op->getOperands());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  llvm::append_range(work, captured);
  for (Region &region : op->getRegions())
    noteRegion(region);
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
    if (callee && functions.insert(callee).second)
      noteRegion(callee.getBody());
  }
}

void moe::findPrecisions(func::FuncOp entry, std::vector<ValueInfo> &results) {
  // A function of several blocks may return in each of them.
  entry.walk([&](func::ReturnOp end) {
    for (auto [info, value] : llvm::zip_equal(results, end.getOperands())) {
      ElementKind found = PrecisionSearch().find(value);
      info.precision = narrower(info.precision.value_or(found), found);
    }
  });
}
