//===- TokenResults.cpp - Which dimensions of results count tokens --------===//
//
// A dimension is followed back from what a function returns to the gate whose
// tokens it counts, through ops that keep it a matter of one dimension of their
// operands.
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include "moe/IR/Moe.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

#include <map>

using namespace mlir;
using namespace mlir::moe;

namespace {
class TokenSearch {
public:
  TokenDim find(Value value, int64_t dim) {
    auto key = std::make_pair(value.getAsOpaquePointer(), dim);
    auto [entry, isNew] = known.try_emplace(key, TokenDim::No);
    if (!isNew)
      return entry->second;
    TokenDim found = follow(value, dim);
    return known[key] = found;
  }

private:
  TokenDim follow(Value value, int64_t dim);
  TokenDim followLinalg(linalg::LinalgOp op, OpResult result, int64_t dim);
  TokenDim findAny(ValueRange values, int64_t dim) {
    TokenDim found = TokenDim::No;
    for (Value value : values)
      found = std::max(found, find(value, dim));
    return found;
  }

  std::map<std::pair<const void *, int64_t>, TokenDim> known;
};
} // namespace

TokenDim TokenSearch::followLinalg(linalg::LinalgOp op, OpResult result,
                                   int64_t dim) {
  AffineExpr loop = op.getIndexingMapMatchingResult(result).getResult(dim);
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  bool readsOthers = llvm::any_of(
      captured, [](Value value) { return isa<ShapedType>(value.getType()); });
  if (!isa<AffineDimExpr>(loop) || readsOthers)
    return TokenDim::Unknown;
  TokenDim found = TokenDim::No;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (expr == loop)
        found = std::max(found, find(operand.get(), i));
  }
  return found;
}

/// The dimension of the other side of a reshape that is `dim` alone.
template <typename ReshapeOp>
static std::optional<int64_t> findReshaped(ReshapeOp op, int64_t dim) {
  bool expands = std::is_same_v<ReshapeOp, tensor::ExpandShapeOp>;
  for (auto [i, group] : llvm::enumerate(op.getReassociationIndices()))
    if (group.size() == 1 && (expands ? group[0] : int64_t(i)) == dim)
      return expands ? int64_t(i) : group[0];
  return std::nullopt;
}

TokenDim TokenSearch::follow(Value value, int64_t dim) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return isa<func::FuncOp>(value.getParentBlock()->getParentOp())
               ? TokenDim::No
               : TokenDim::Unknown;
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  auto reshaped = [&](auto reshape) {
    auto other = findReshaped(reshape, dim);
    return other ? find(reshape.getSrc(), *other) : TokenDim::Unknown;
  };
  return llvm::TypeSwitch<Operation *, TokenDim>(op)
      .Case([&](GateOp) { return dim == 0 ? TokenDim::Yes : TokenDim::No; })
      .Case([&](RouteOp) {
        return dim == 0 && number < 2 ? TokenDim::Yes : TokenDim::No;
      })
      .Case([&](DispatchOp) { return TokenDim::No; })
      .Case([&](ExpertOp op) {
        return dim == 0 ? findAny(op.getInputs(), 0) : TokenDim::No;
      })
      .Case([&](CombineOp op) {
        return find(dim == 0 ? op.getWeights() : op.getRows(), dim);
      })
      .Case([&](CombineRowsOp op) {
        return dim == 0 ? std::max(find(op.getTokenRows(), 0),
                                   op.getWeights() ? find(op.getWeights(), 0)
                                                   : TokenDim::No)
                        : find(op.getRows(), 1);
      })
      .Case([&](PlanOp op) {
        return number == 2 ? find(op.getExperts(), dim) : TokenDim::No;
      })
      .Case<tensor::EmptyOp, tensor::SplatOp, tensor::FromElementsOp>(
          [&](Operation *) { return TokenDim::No; })
      .Case([&](linalg::LinalgOp op) { return followLinalg(op, result, dim); })
      .Case([&](tensor::CastOp op) { return find(op.getSource(), dim); })
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(reshaped)
      .Case([&](tensor::ExtractSliceOp op) {
        return op.getSourceType().getRank() == op.getType().getRank()
                   ? find(op.getSource(), dim)
                   : TokenDim::Unknown;
      })
      .Case([&](tensor::ConcatOp op) { return findAny(op.getInputs(), dim); })
      .Case([&](scf::IfOp op) {
        return std::max(find(op.thenYield().getOperand(number), dim),
                        find(op.elseYield().getOperand(number), dim));
      })
      .Default([&](Operation *op) {
        if (op->hasTrait<OpTrait::ConstantLike>())
          return TokenDim::No;
        return op->hasTrait<OpTrait::Elementwise>()
                   ? findAny(op->getOperands(), dim)
                   : TokenDim::Unknown;
      });
}

void moe::findTokenResults(func::FuncOp entry,
                           std::vector<ValueInfo> &results) {
  auto end = dyn_cast<func::ReturnOp>(entry.getBody().back().getTerminator());
  if (!end)
    return;
  for (auto [info, value] : llvm::zip_equal(results, end.getOperands())) {
    TokenSearch search;
    for (int64_t dim = 0, rank = info.shape.size(); dim < rank; ++dim)
      info.tokenDims.push_back(search.find(value, dim));
  }
}
