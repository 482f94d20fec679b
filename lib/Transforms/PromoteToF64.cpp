//===- PromoteToF64.cpp - Compute in f64 ----------------------------------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "moe/IR/Moe.h"

namespace mlir::moe {
#define GEN_PASS_DEF_PROMOTETOF64PASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static bool isSmallFloat(Type type) {
  auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  return element && element.getWidth() < 64;
}

static APFloat toDouble(APFloat value) {
  bool exact;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
  return value;
}

/// f64 for every smaller float type, in types and constants.
static AttrTypeReplacer makeReplacer(MLIRContext *context) {
  Type f64 = Float64Type::get(context);
  AttrTypeReplacer replacer;
  replacer.addReplacement([f64](FloatType type) -> std::optional<Type> {
    return type.getWidth() < 64 ? std::optional<Type>(f64) : std::nullopt;
  });
  using Result = std::optional<std::pair<Attribute, WalkResult>>;
  replacer.addReplacement([f64](FloatAttr attr) -> Result {
    return std::make_pair(FloatAttr::get(f64, toDouble(attr.getValue())),
                          WalkResult::skip());
  });
  replacer.addReplacement([f64](DenseFPElementsAttr attr) -> Result {
    Attribute wide = attr.mapValues(f64, [](const APFloat &value) {
      return toDouble(value).bitcastToAPInt();
    });
    return std::make_pair(wide, WalkResult::skip());
  });
  return replacer;
}

/// The first op whose meaning depends on the bits of a float, or null.
static Operation *findBitReader(ModuleOp module) {
  Operation *found = nullptr;
  module.walk([&](Operation *op) {
    bool casts = isa<arith::BitcastOp, tensor::BitcastOp>(op);
    bool touchesFloat = llvm::any_of(op->getOperandTypes(), isSmallFloat) ||
                        llvm::any_of(op->getResultTypes(), isSmallFloat);
    bool blob = llvm::any_of(op->getAttrs(), [](NamedAttribute attribute) {
      auto typed = dyn_cast<TypedAttr>(attribute.getValue());
      return typed && isa<DenseResourceElementsAttr>(typed) &&
             isSmallFloat(typed.getType());
    });
    if ((casts && touchesFloat) || blob)
      found = op;
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found;
}

/// The block argument that holds one expert's slice of `use`, or null where
/// `use` is not a stacked parameter.
static BlockArgument getParamArgument(OpOperand &use) {
  auto expert = dyn_cast<ExpertOp>(use.getOwner());
  if (!expert)
    return nullptr;
  for (auto [i, param] : llvm::enumerate(expert.getParamsMutable()))
    if (&param == &use)
      return expert.getParamArguments()[i];
  return nullptr;
}

/// Gives `value`, whose uses expect f64, back its type `narrow`: stacked
/// parameters stay narrow up to the region of their expert op, every other use
/// gets one extended value at the start of the block.
static void keepNarrow(BlockArgument value, Type narrow,
                       const DenseMap<Value, Type> &narrowParams) {
  if (value.getType() == narrow)
    return;
  Type wide = value.getType();
  value.setType(narrow);
  SmallVector<OpOperand *> others;
  for (OpOperand &use : value.getUses()) {
    BlockArgument slice = getParamArgument(use);
    if (slice)
      keepNarrow(slice, narrowParams.lookup(slice), narrowParams);
    else
      others.push_back(&use);
  }
  if (others.empty())
    return;
  OpBuilder builder = OpBuilder::atBlockBegin(value.getOwner());
  Value extended = arith::ExtFOp::create(builder, value.getLoc(), wide, value);
  for (OpOperand *use : others)
    use->set(extended);
}

namespace {
struct PromoteToF64Pass : moe::impl::PromoteToF64PassBase<PromoteToF64Pass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (Operation *reader = findBitReader(module)) {
      reader->emitError("expects no op that reads the bits of a float where "
                        "the program is promoted to f64, found '")
          << reader->getName() << "'";
      return signalPassFailure();
    }

    // What stays narrow: the arguments of public functions and the slices of
    // stacked parameters.
    DenseMap<Value, Type> narrowParams;
    module.walk([&](ExpertOp expert) {
      for (BlockArgument slice : expert.getParamArguments())
        narrowParams[slice] = slice.getType();
    });
    DenseMap<func::FuncOp, FunctionType> publicTypes;
    for (auto function : module.getOps<func::FuncOp>())
      if (function.isPublic() && !function.isDeclaration())
        publicTypes[function] = function.getFunctionType();

    AttrTypeReplacer replacer = makeReplacer(&getContext());
    replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
    module.walk([](Operation *op) {
      if (isa<arith::ExtFOp, arith::TruncFOp>(op) &&
          op->getOperand(0).getType() == op->getResult(0).getType()) {
        op->getResult(0).replaceAllUsesWith(op->getOperand(0));
        op->erase();
      }
    });
    for (auto [function, type] : publicTypes) {
      for (auto [argument, narrow] :
           llvm::zip(function.getArguments(), type.getInputs()))
        keepNarrow(argument, narrow, narrowParams);
      function.setFunctionType(
          FunctionType::get(&getContext(), type.getInputs(),
                            function.getFunctionType().getResults()));
    }
  }
};
} // namespace
