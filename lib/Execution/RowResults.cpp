//===- RowResults.cpp - Which results are the rows of a dispatch ----------===//
//
// Rows of experts are in the order of a dispatch and end at its offsets[E].
// Followed back from what a function returns, through ops that keep row r of
// their result a matter of row r of an operand.
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct RowSource {
  int64_t layer;
  /// Slots are -1 past offsets[E], rows are unspecified.
  bool isSlots;
};

class RowSearch {
public:
  std::optional<RowSource> find(Value value);

private:
  std::optional<RowSource> findFirst(ValueRange values);
  std::optional<RowSource> findInputs(linalg::LinalgOp op, OpResult result);
  std::optional<RowSource> findReturned(func::CallOp call, unsigned number);
  std::optional<RowSource> findPassed(BlockArgument argument);

  /// The calls that the search is inside of.
  SmallVector<func::CallOp> calls;
  /// Nothing was found from these, of that call, or the search is under way.
  DenseSet<std::pair<Value, Operation *>> seen;
};
} // namespace

std::optional<RowSource> RowSearch::findFirst(ValueRange values) {
  for (Value value : values)
    if (auto source = find(value))
      return source;
  return std::nullopt;
}

/// Row r of a structured op's result and row r of these operands are one point
/// of a parallel loop.
std::optional<RowSource> RowSearch::findInputs(linalg::LinalgOp op,
                                               OpResult result) {
  AffineMap map = op.getIndexingMapMatchingResult(result);
  if (map.getNumResults() == 0 || !isa<AffineDimExpr>(map.getResult(0)))
    return std::nullopt;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap other = op.getMatchingIndexingMap(input);
    if (other.getNumResults() == 0 || other.getResult(0) != map.getResult(0))
      continue;
    if (auto source = find(input->get()))
      return source;
  }
  return std::nullopt;
}

/// What a function that is called returns there.
std::optional<RowSource> RowSearch::findReturned(func::CallOp call,
                                                 unsigned number) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  if (!callee || callee.isDeclaration() || llvm::is_contained(calls, call))
    return std::nullopt;
  auto end = dyn_cast<func::ReturnOp>(callee.getBody().back().getTerminator());
  if (!end)
    return std::nullopt;
  calls.push_back(call);
  auto source = find(end.getOperand(number));
  calls.pop_back();
  return source;
}

/// What the caller passes as `argument` of a function.
std::optional<RowSource> RowSearch::findPassed(BlockArgument argument) {
  if (calls.empty() || !isa<func::FuncOp>(argument.getOwner()->getParentOp()))
    return std::nullopt;
  func::CallOp call = calls.pop_back_val();
  auto source = find(call.getOperand(argument.getArgNumber()));
  calls.push_back(call);
  return source;
}

/// The first dimension is not cut into others.
template <typename ReshapeOp> static bool keepsRows(ReshapeOp op) {
  auto groups = op.getReassociationIndices();
  return !groups.empty() && groups[0].size() == 1;
}

std::optional<RowSource> RowSearch::find(Value value) {
  Operation *call = calls.empty() ? nullptr : calls.back().getOperation();
  if (!isa<RankedTensorType>(value.getType()) ||
      !seen.insert({value, call}).second)
    return std::nullopt;
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return findPassed(cast<BlockArgument>(value));
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  if (auto layer = op->getAttrOfType<IntegerAttr>("moe.layer")) {
    auto dispatch = dyn_cast<DispatchOp>(op);
    if (dispatch && value == dispatch.getOffsets())
      return std::nullopt;
    if (dispatch)
      return RowSource{layer.getInt(), value == dispatch.getSlots()};
    auto matmul = dyn_cast<GroupedMatmulOp>(op);
    if (matmul && matmul.getAccumulate()) // into rows of tokens
      return std::nullopt;
    if (matmul || isa<ExpertOp>(op))
      return RowSource{layer.getInt(), false};
    if ((isa<PlanOp>(op) && number == 1) || (isa<RouteOp>(op) && number == 3))
      return RowSource{layer.getInt(), true};
  }
  return llvm::TypeSwitch<Operation *, std::optional<RowSource>>(op)
      .Case([&](GatherRowsOp op) {
        auto source = find(op.getSlots());
        if (source)
          source->isSlots = false;
        return source;
      })
      .Case([&](GateOp op) { return find(op.getLogits()); })
      .Case([&](linalg::LinalgOp op) { return findInputs(op, result); })
      .Case([&](tensor::CastOp op) { return find(op.getSource()); })
      .Case([&](tensor::ExpandShapeOp op) {
        return keepsRows(op) ? find(op.getSrc()) : std::nullopt;
      })
      .Case([&](tensor::CollapseShapeOp op) {
        return keepsRows(op) ? find(op.getSrc()) : std::nullopt;
      })
      .Case([&](tensor::ExtractSliceOp op) {
        bool fromFirst = isConstantIntValue(op.getMixedOffsets()[0], 0) &&
                         isConstantIntValue(op.getMixedStrides()[0], 1);
        return fromFirst ? find(op.getSource()) : std::nullopt;
      })
      .Case([&](scf::IfOp op) {
        return findFirst(ValueRange{op.thenYield().getOperand(number),
                                    op.elseYield().getOperand(number)});
      })
      .Case([&](func::CallOp op) { return findReturned(op, number); })
      .Default([&](Operation *op) {
        return op->hasTrait<OpTrait::Elementwise>()
                   ? findFirst(op->getOperands())
                   : std::nullopt;
      });
}

void moe::findRowResults(func::FuncOp entry, std::vector<ValueInfo> &results) {
  auto end = dyn_cast<func::ReturnOp>(entry.getBody().back().getTerminator());
  if (!end)
    return;
  for (auto [info, value] : llvm::zip_equal(results, end.getOperands())) {
    auto source = RowSearch().find(value);
    if (!source)
      continue;
    info.rowsOfLayer = source->layer;
    info.endsWithOffsets = !source->isSlots;
  }
}
