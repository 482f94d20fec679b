//===- NarrowParams.cpp - Arguments that are read in part -----------------===//

#include "NarrowParams.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

static constexpr auto kRemark =
    remark::RemarkOpts::name("NarrowParams").category("moe");

namespace {
/// The part of the first dimension that is read.
struct Part {
  int64_t begin, end;
};
} // namespace

/// What is read of `argument`, all of it by slices; nothing where it is read
/// otherwise.
static std::optional<Part> findPart(BlockArgument argument) {
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!type || type.getRank() == 0 || type.isDynamicDim(0))
    return std::nullopt;
  Part part{type.getDimSize(0), 0};
  for (Operation *user : argument.getUsers()) {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    if (!slice)
      return std::nullopt;
    auto offset = getConstantIntValue(slice.getMixedOffsets()[0]);
    auto size = getConstantIntValue(slice.getMixedSizes()[0]);
    auto stride = getConstantIntValue(slice.getMixedStrides()[0]);
    if (!offset || !size || stride != 1)
      return std::nullopt;
    part.begin = std::min(part.begin, *offset);
    part.end = std::max(part.end, *offset + *size);
  }
  return part;
}

/// The calls of `function`, or nothing where others refer to it too.
static std::optional<SmallVector<func::CallOp>> findCalls(func::FuncOp function,
                                                          ModuleOp module) {
  SmallVector<func::CallOp> calls;
  auto uses = SymbolTable::getSymbolUses(function, module);
  if (!uses)
    return std::nullopt;
  for (const SymbolTable::SymbolUse &use : *uses) {
    auto call = dyn_cast<func::CallOp>(use.getUser());
    if (!call)
      return std::nullopt;
    calls.push_back(call);
  }
  return calls;
}

static RankedTensorType getPartType(RankedTensorType type, Part part) {
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = part.end - part.begin;
  return RankedTensorType::get(shape, type.getElementType(),
                               type.getEncoding());
}

/// The argument becomes `part` of itself, in the function and its calls.
static void narrow(func::FuncOp function, unsigned index, Part part,
                   ArrayRef<func::CallOp> calls, RewriterBase &rewriter) {
  BlockArgument argument = function.getArgument(index);
  auto type = cast<RankedTensorType>(argument.getType());
  RankedTensorType partType = getPartType(type, part);
  for (Operation *user : llvm::make_early_inc_range(argument.getUsers())) {
    auto slice = cast<tensor::ExtractSliceOp>(user);
    rewriter.setInsertionPoint(slice);
    SmallVector<OpFoldResult> offsets = slice.getMixedOffsets();
    offsets[0] =
        rewriter.getIndexAttr(*getConstantIntValue(offsets[0]) - part.begin);
    rewriter.replaceOpWithNewOp<tensor::ExtractSliceOp>(
        slice, slice.getType(), argument, offsets, slice.getMixedSizes(),
        slice.getMixedStrides());
  }
  argument.setType(partType);
  for (func::CallOp call : calls) {
    rewriter.setInsertionPoint(call);
    Value whole = call.getOperand(index);
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(rewriter, call.getLoc(), whole);
    SmallVector<OpFoldResult> offsets(sizes.size(), rewriter.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(sizes.size(), rewriter.getIndexAttr(1));
    offsets[0] = rewriter.getIndexAttr(part.begin);
    sizes[0] = rewriter.getIndexAttr(part.end - part.begin);
    Value slice = tensor::ExtractSliceOp::create(
        rewriter, call.getLoc(), partType, whole, offsets, sizes, strides);
    rewriter.modifyOpInPlace(call, [&] { call.setOperand(index, slice); });
  }
  function.setFunctionType(FunctionType::get(
      function.getContext(), function.front().getArgumentTypes(),
      function.getResultTypes()));
}

void moe::narrowParams(ModuleOp module, RewriterBase &rewriter) {
  // Callees after callers would leave slices of arguments behind that could
  // have been narrowed too: once more until nothing changes.
  bool changed = true;
  while (changed) {
    changed = false;
    for (auto function : module.getOps<func::FuncOp>()) {
      if (!function.isPrivate() || function.isExternal())
        continue;
      auto calls = findCalls(function, module);
      if (!calls)
        continue;
      for (unsigned i = function.getNumArguments(); i-- > 0;) {
        BlockArgument argument = function.getArgument(i);
        auto type = dyn_cast<RankedTensorType>(argument.getType());
        auto report = [&](int64_t removed) {
          remark::passed(function.getLoc(), kRemark)
              << remark::metric("argument", static_cast<int64_t>(i))
              << remark::metric("removed", removed);
          changed = true;
        };
        if (type && argument.use_empty()) {
          if (failed(function.eraseArgument(i)))
            continue;
          for (func::CallOp call : *calls)
            call->eraseOperand(i);
          report(type.getRank() == 0 ? 1 : type.getDimSize(0));
          continue;
        }
        auto part = findPart(argument);
        if (!part || part->end - part->begin == type.getDimSize(0))
          continue;
        narrow(function, i, *part, *calls, rewriter);
        report(type.getDimSize(0) - (part->end - part->begin));
      }
    }
  }
}
