//===- GroupMask.cpp - Keys of which the best groups count ----------------===//

#include "GroupMask.h"

#include "SelectedScores.h"
#include "SlotScatter.h"
#include "TopKSort.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::moe;

/// The first leaf of `expr`, or null.
static Value findLeaf(const TensorExprRef &expr) {
  if (expr->kind == TensorExpr::Kind::Leaf)
    return expr->value;
  for (const TensorExprRef &child : expr->children)
    if (Value found = findLeaf(child))
      return found;
  return nullptr;
}

/// Where `value` is `[T,L]` joined of `[T,groups,S]`: that, or null.
static Value splitGroups(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Value split;
  if (auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>())
    split = collapse.getSrc();
  auto wide = split ? cast<RankedTensorType>(split.getType()) : nullptr;
  if (!wide || wide.getRank() != 3 || type.getRank() != 2 ||
      wide.getDimSize(0) != type.getDimSize(0) || wide.isDynamicDim(1) ||
      wide.isDynamicDim(2))
    return nullptr;
  return split;
}

/// `split` is the value of `keys`, `[T,groups * S]`, as `[T,groups,S]`.
static bool isSplitOf(Value split, const TensorExprRef &keys) {
  auto expand = split.getDefiningOp<tensor::ExpandShapeOp>();
  if (!expand || expand.getSrcType().getRank() != 2 ||
      expand.getResultType().getRank() != 3 ||
      expand.getSrcType().getDimSize(0) != expand.getResultType().getDimSize(0))
    return false;
  return isSameFormula(buildTensorExpr(expand.getSrc(), isContraction), keys);
}

/// How the value of each group, `[T,groups]`, is made of `keys`.
static std::optional<GroupBy> matchGroupValue(Value values,
                                              const TensorExprRef &keys) {
  TensorExprRef expr = buildTensorExpr(values, isContraction);
  bool sum = expr->kind == TensorExpr::Kind::Sum;
  if (!sum && expr->kind != TensorExpr::Kind::Maximum)
    return std::nullopt;
  const TensorExprRef &term = expr->children[0];
  if (!term->isLeafAt({0, 1, expr->dim}))
    return std::nullopt;
  if (!sum)
    return isSplitOf(term->value, keys) ? std::optional(GroupBy::Max)
                                        : std::nullopt;
  // The two largest.
  Operation *sort = term->value.getDefiningOp();
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(sort))
    sort = slice.getSource().getDefiningOp();
  StringRef why;
  FailureOr<TopKSort> two = failure();
  if (sort)
    two = matchTopKSort(sort, why);
  if (failed(two) || two->k != 2 ||
      !llvm::is_contained(two->values, term->value) ||
      !isSplitOf(two->keys, keys))
    return std::nullopt;
  return GroupBy::SumOfTwo;
}

FailureOr<GroupMask> moe::matchGroupMask(const TensorExprRef &expr,
                                         int64_t numExperts, std::string &why) {
  if (!expr->isOp("arith.select"))
    return failure();
  const TensorExprRef &condition = expr->children[0];
  bool keysWhereTrue = expr->children[2]->kind == TensorExpr::Kind::Constant;
  GroupMask mask;
  mask.keys = expr->children[keysWhereTrue ? 1 : 2];
  const TensorExprRef &masked = expr->children[keysWhereTrue ? 2 : 1];
  Value flags = findLeaf(condition);
  if (masked->kind != TensorExpr::Kind::Constant || !flags ||
      !readsOnly(condition, flags))
    return failure();
  mask.masked = masked->number;

  // The flag of an expert is that of its group.
  TensorExprRef flag;
  if (isScatter(flags))
    flag = buildTensorExpr(flags, isScatter);
  else if (Value split = splitGroups(flags))
    flag = buildTensorExpr(split, isScatter);
  Value scattered = flag ? findScatter(flag) : Value();
  if (!scattered)
    return failure();
  why = "the mask of groups has an unknown form";
  auto type = cast<RankedTensorType>(scattered.getType());
  auto scatter = matchSlotScatter(scattered);
  if (!readsOnly(flag, scattered) || failed(scatter) || !scatter->number ||
      type.getRank() != 2 || type.isDynamicDim(1) || type.getDimSize(1) < 1 ||
      numExperts % type.getDimSize(1) != 0)
    return failure();
  mask.groups = type.getDimSize(1);
  if (!isScatter(flags) &&
      cast<RankedTensorType>(splitGroups(flags).getType()).getDimSize(1) !=
          mask.groups)
    return failure();
  if (isScatter(flags) && mask.groups != 1 && mask.groups != numExperts)
    return failure();
  auto isKept = [&](double number) -> std::optional<bool> {
    auto value = evaluateFormula(flag, number);
    auto bit = value ? evaluateFormula(condition, *value) : std::nullopt;
    return bit ? std::optional((*bit != 0) == keysWhereTrue) : std::nullopt;
  };
  if (isKept(*scatter->number) != true || isKept(scatter->background) != false)
    return failure();
  if (!scatter->ids) { // all groups are kept
    mask.kept = mask.groups;
    return mask;
  }

  // The ids of the best groups.
  why = "the kept groups are not those with the largest values";
  Operation *sort = scatter->ids.getDefiningOp();
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(sort))
    sort = slice.getSource().getDefiningOp();
  StringRef ignored;
  FailureOr<TopKSort> best = failure();
  if (sort)
    best = matchTopKSort(sort, ignored);
  if (failed(best) || !llvm::is_contained(best->ids, scatter->ids) ||
      cast<RankedTensorType>(best->keys.getType()).getShape() !=
          type.getShape())
    return failure();
  mask.kept = best->k;
  if (mask.keepsAll())
    return mask;
  auto by = matchGroupValue(best->keys, mask.keys);
  if (!by) {
    why = "the value of a group is not made of its experts' keys";
    return failure();
  }
  mask.by = *by;
  return mask;
}
