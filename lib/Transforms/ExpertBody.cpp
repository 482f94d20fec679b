//===- ExpertBody.cpp - What the ops of an expert region are --------------===//

#include "ExpertBody.h"

#include "ComputeBody.h"
#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::moe;

/// The op only asks for sizes or makes storage.
static bool isShapeOnly(Operation &op) {
  return isa<tensor::DimOp, tensor::EmptyOp>(op);
}

static bool isRowTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 2 && !type.isDynamicDim(1) &&
         isa<FloatType>(type.getElementType());
}

/// A slice that can be taken of the stacked parameter instead.
static bool isStaticSlice(tensor::ExtractSliceOp slice) {
  auto fixed = [](OpFoldResult v) {
    return getConstantIntValue(v).has_value();
  };
  return slice.getType().getRank() == slice.getSourceType().getRank() &&
         llvm::all_of(slice.getMixedOffsets(), fixed) &&
         llvm::all_of(slice.getMixedSizes(), fixed) &&
         llvm::all_of(slice.getMixedStrides(), fixed);
}

/// An op over two parallel loops that yields its one input as it is.
static linalg::LinalgOp getCopy(Value value) {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  if (!op || !op.hasPureTensorSemantics() || op->getNumResults() != 1 ||
      op.getNumDpsInputs() != 1 || op.getNumLoops() != 2 ||
      op.getNumParallelLoops() != 2 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      op.getBlock()->getTerminator()->getOperand(0) !=
          op.getBlock()->getArgument(0))
    return nullptr;
  return op;
}

std::pair<Value, AffineMap> ExpertBody::lookThrough(Value value,
                                                    AffineMap map) const {
  while (linalg::LinalgOp copy = getCopy(value)) {
    OpOperand *input = copy.getDpsInputOperand(0);
    value = input->get();
    map = copy.getMatchingIndexingMap(input).compose(map);
  }
  if (!isa<RankedTensorType>(value.getType()))
    map = AffineMap::get(map.getNumDims(), 0, map.getContext());
  return {value, map};
}

bool ExpertBody::isConstantOrArgument(Value value) const {
  if (Operation *def = value.getDefiningOp())
    return def->hasTrait<OpTrait::ConstantLike>();
  ExpertOp expert = op;
  return llvm::is_contained(expert.getSharedArguments(), value) ||
         llvm::is_contained(expert.getParamArguments(), value);
}

Value ExpertBody::getParam(Value value) const {
  while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>()) {
    if (!isStaticSlice(slice))
      return nullptr;
    value = slice.getSource();
  }
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != &op->getRegion(0).front())
    return nullptr;
  ExpertOp expert = op;
  return llvm::is_contained(expert.getParamArguments(), argument) ? value
                                                                  : nullptr;
}

/// What `op` reads: its operands and what its regions capture.
static llvm::SetVector<Value> getReads(Operation &op) {
  llvm::SetVector<Value> reads;
  reads.insert(op.operand_begin(), op.operand_end());
  getUsedValuesDefinedAbove(op.getRegions(), reads);
  return reads;
}

ExpertBody::ExpertBody(ExpertOp op)
    : op(op), computeType(Float32Type::get(op.getContext())) {
  for (BlockArgument argument : op.getRowArguments()) {
    rowValues.insert(argument);
    if (getElementTypeOrSelf(argument.getType()).isF64())
      computeType = Float64Type::get(op.getContext());
  }
  for (Operation &inner : op.getBody().front().without_terminator())
    classify(inner);

  // What has to exist as rows. Contractions that several stored values need
  // are stored too, so that none is computed twice.
  Operation *yield = op.getBody().front().getTerminator();
  for (Value value : yield->getOperands())
    store(value);
  for (auto &[value, contraction] : contractions)
    store(contraction.rows);
  for (Operation &inner : op.getBody().front().without_terminator()) {
    bool opaque = llvm::any_of(inner.getResults(), [&](Value result) {
      return dependsOnRows(result) && !getContraction(result) &&
             !isElementwise(result) && !getColumnSlice(result);
    });
    if (!opaque)
      continue;
    for (Value operand : getReads(inner))
      if (isRowTensor(operand) &&
          (getContraction(operand) || isElementwise(operand) ||
           getColumnSlice(operand)))
        store(operand);
  }
  bool changed = true;
  while (changed) {
    changed = false;
    llvm::MapVector<Value, unsigned> uses;
    for (Value value : stored) {
      llvm::SetVector<Value> found;
      if (!getContraction(value))
        collectContractions(value, found);
      for (Value contraction : found)
        ++uses[contraction];
    }
    for (auto &[contraction, count] : uses)
      if (count > 1 && stored.insert(contraction))
        changed = true;
  }
}

void ExpertBody::store(Value value) {
  if (dependsOnRows(value))
    stored.insert(value);
}

const Contraction *ExpertBody::getContraction(Value value) const {
  auto it = contractions.find(value);
  return it == contractions.end() ? nullptr : &it->second;
}

bool ExpertBody::isElementwise(Value value) const {
  return elementwise.contains(value);
}

std::optional<Columns> ExpertBody::getColumnSlice(Value value) const {
  auto it = slices.find(value);
  return it == slices.end() ? std::nullopt : std::optional(it->second);
}

void ExpertBody::collectContractions(Value value,
                                     llvm::SetVector<Value> &found) const {
  if (getContraction(value)) {
    found.insert(value);
    return;
  }
  if (!isElementwise(value) && !getColumnSlice(value))
    return;
  for (Value operand : value.getDefiningOp()->getOperands())
    if (dependsOnRows(operand) && !stored.contains(operand))
      collectContractions(operand, found);
}

/// `x [m,k] x w` with a zero accumulator and a parameter as weight.
static FailureOr<Contraction> matchContraction(linalg::LinalgOp op,
                                               const ExpertBody &body) {
  if (!isSumOfProducts(op))
    return failure();
  auto dims = linalg::inferContractionDims(op);
  if (failed(dims) || !dims->batch.empty() || dims->m.size() != 1 ||
      dims->n.size() != 1 || dims->k.size() != 1)
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  MLIRContext *context = op->getContext();
  auto map = [&](unsigned a, unsigned b) {
    return AffineMap::get(
        3, 0, {getAffineDimExpr(a, context), getAffineDimExpr(b, context)},
        context);
  };
  unsigned m = dims->m[0], n = dims->n[0], k = dims->k[0];
  for (unsigned lhs : {0u, 1u}) {
    Value rows = op.getDpsInputs()[lhs], weight = op.getDpsInputs()[1 - lhs];
    AffineMap weightMap = maps[1 - lhs];
    if (linalg::LinalgOp copy = getCopy(weight)) {
      OpOperand *input = copy.getDpsInputOperand(0);
      AffineMap inner = copy.getMatchingIndexingMap(input);
      if (inner.isPermutation() && !body.dependsOnRows(weight)) {
        weight = input->get();
        weightMap = inner.compose(weightMap);
      }
    }
    bool isF64 = body.getComputeType().isF64();
    if (!body.dependsOnRows(rows) || !isRowTensor(rows) ||
        !body.getParam(weight) ||
        getElementTypeOrSelf(rows.getType()).isF64() != isF64 ||
        getElementTypeOrSelf(weight.getType()).isF64() != isF64)
      continue;
    // m and n are named by the op's operand order; the rows decide.
    for (auto [row, column] : {std::pair(m, n), std::pair(n, m)}) {
      if (maps[lhs] != map(row, k) || maps[2] != map(row, column))
        continue;
      if (weightMap == map(k, column))
        return Contraction{op, rows, weight, /*transposed=*/false};
      if (weightMap == map(column, k))
        return Contraction{op, rows, weight, /*transposed=*/true};
    }
  }
  return failure();
}

bool ExpertBody::isEpilogueOperand(linalg::LinalgOp linalgOp,
                                   OpOperand &operand) const {
  AffineMap operandMap = linalgOp.getMatchingIndexingMap(&operand);
  if (dependsOnRows(operand.get()))
    return isRowTensor(operand.get()) && operandMap.isIdentity();
  // A scalar, or a parameter or shared value read by column or as one element.
  auto [value, map] = lookThrough(operand.get(), operandMap);
  if (!isConstantOrArgument(value))
    return false;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return true;
  return !value.getDefiningOp() && type.hasStaticShape() &&
         llvm::none_of(map.getResults(),
                       [](AffineExpr expr) { return expr.isFunctionOfDim(0); });
}

void ExpertBody::classify(Operation &inner) {
  bool rows =
      !isShapeOnly(inner) &&
      llvm::any_of(getReads(inner), [&](Value v) { return dependsOnRows(v); });
  if (!rows)
    return;
  for (Value result : inner.getResults())
    rowValues.insert(result);
  auto opaque = [&] {
    if (!firstOpaque)
      firstOpaque = &inner;
  };
  if (inner.getNumResults() != 1 || !isRowTensor(inner.getResult(0)))
    return opaque();
  Value result = inner.getResult(0);

  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(inner)) {
    auto fixed = [](OpFoldResult v) { return getConstantIntValue(v); };
    auto source = slice.getSourceType();
    if (source.getRank() != 2 || fixed(slice.getMixedOffsets()[0]) != 0 ||
        fixed(slice.getMixedStrides()[0]) != 1 ||
        !fixed(slice.getMixedOffsets()[1]) ||
        !fixed(slice.getMixedStrides()[1]))
      return opaque();
    // All rows: the size is the number of rows of the source.
    Value size = dyn_cast<Value>(slice.getMixedSizes()[0]);
    auto dim = size ? size.getDefiningOp<tensor::DimOp>() : nullptr;
    if (!dim || dim.getConstantIndex() != 0 || !dependsOnRows(dim.getSource()))
      return opaque();
    slices[result] = {*fixed(slice.getMixedOffsets()[1]),
                      *fixed(slice.getMixedStrides()[1]),
                      slice.getType().getDimSize(1)};
    return;
  }

  auto linalgOp = dyn_cast<linalg::LinalgOp>(inner);
  if (!linalgOp || !linalgOp.hasPureTensorSemantics() ||
      linalgOp.hasIndexSemantics())
    return opaque();
  auto contraction = matchContraction(linalgOp, *this);
  if (succeeded(contraction)) {
    if (!isFilledWithZero(linalgOp.getDpsInits()[0]))
      return opaque();
    contractions.insert({result, *contraction});
    return;
  }
  bool parallel = linalgOp.getNumParallelLoops() == linalgOp.getNumLoops() &&
                  linalgOp.getNumLoops() == 2;
  AffineMap out =
      linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0));
  if (!parallel || !out.isIdentity() || !isClonable(linalgOp, computeType))
    return opaque();
  for (OpOperand &operand : inner.getOpOperands()) {
    if (linalgOp.isDpsInit(&operand) &&
        !linalgOp.payloadUsesValueFromOperand(&operand))
      continue;
    if (!isEpilogueOperand(linalgOp, operand))
      return opaque();
  }
  elementwise.insert(result);
}
