//===- StaticExperts.cpp - Every token goes to the same experts -----------===//

#include "StaticExperts.h"

#include "ConstantRows.h"

#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/RowLocality.h"
#include "moe/IR/SizeChecks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::moe;

/// More copies of a region than this stay one region with experts.
static constexpr size_t kMostCopies = 8;

static bool areAll(const std::optional<SmallVector<APFloat>> &row,
                   function_ref<bool(const APFloat &)> holds) {
  return row && llvm::all_of(*row, holds);
}

bool moe::dropDispatchWeights(DispatchOp op, RewriterBase &rewriter,
                              std::string &) {
  if (!op.getWeights())
    return false;
  auto row = getConstantFloatRow(op.getWeights());
  if (!areAll(row, [&](const APFloat &weight) {
        return op.getScaleRows() ? weight.isExactlyValue(1.0)
                                 : !weight.isZero();
      }))
    return false;
  rewriter.modifyOpInPlace(op, [&] {
    op.getWeightsMutable().clear();
    op.setScaleRows(false);
  });
  return true;
}

bool moe::dropCombineWeights(CombineOp op, RewriterBase &rewriter,
                             std::string &) {
  if (op.getUnweighted() ||
      !areAll(getConstantFloatRow(op.getWeights()),
              [](const APFloat &weight) { return weight.isExactlyValue(1.0); }))
    return false;
  rewriter.modifyOpInPlace(op, [&] {
    op.setUnweighted(true);
    op.setKeepZeros(false);
  });
  return true;
}

//===----------------------------------------------------------------------===//
// Which experts, and who reads their rows
//===----------------------------------------------------------------------===//

namespace {
/// A live slot of every token.
struct StaticSlot {
  int64_t expert, slot;
};

/// A dispatch whose result nobody sees but these.
struct StaticLayer {
  SmallVector<StaticSlot> slots; ///< in ascending expert order
  SmallVector<ExpertOp> experts; ///< in program order
  SmallVector<CombineOp> combines;
};
} // namespace

/// The live slots of every token. `why` stays empty where the experts are not
/// constant at all.
static FailureOr<SmallVector<StaticSlot>> findSlots(DispatchOp op,
                                                    std::string &why) {
  auto fail = [&](StringRef reason) {
    why = reason;
    return failure();
  };
  auto ids = getConstantIdRow(op.getExperts());
  if (!ids)
    return failure();
  if (op.getCapacity())
    return fail("a capacity drops tokens of constant experts");
  if (op.getScaleRows())
    return fail("the rows of constant experts are scaled");
  std::optional<SmallVector<APFloat>> weights;
  if (op.getWeights()) {
    weights = getConstantFloatRow(op.getWeights());
    if (!weights)
      return fail("a weight of a constant expert may be zero");
  }
  SmallVector<StaticSlot> slots;
  for (auto [slot, id] : llvm::enumerate(*ids)) {
    if (id < 0 || id >= op.getNumExperts() ||
        (weights && (*weights)[slot].isZero()))
      continue;
    if (llvm::any_of(slots, [id = id](StaticSlot s) { return s.expert == id; }))
      return fail("an expert is chosen twice");
    slots.push_back({id, int64_t(slot)});
  }
  if (slots.size() > kMostCopies)
    return fail("more constant experts than are worth a copy of the region");
  llvm::sort(slots,
             [](StaticSlot a, StaticSlot b) { return a.expert < b.expert; });
  return slots;
}

/// Rows of the layer go into its experts and combines and nowhere else.
static bool areRowsInside(ResultRange rows, const StaticLayer &layer) {
  for (Value value : rows)
    for (OpOperand &use : value.getUses()) {
      auto expert = dyn_cast<ExpertOp>(use.getOwner());
      auto combine = dyn_cast<CombineOp>(use.getOwner());
      bool isInput = expert &&
                     use.getOperandNumber() < expert.getInputs().size() &&
                     llvm::is_contained(layer.experts, expert);
      bool isSummed = combine && use.getOperandNumber() == 0 &&
                      llvm::is_contained(layer.combines, combine);
      if (!isInput && !isSummed)
        return false;
    }
  return true;
}

/// All row operands are rows of the layer.
static bool hasRowsOf(ValueRange rows, const StaticLayer &layer,
                      DispatchOp dispatch) {
  return llvm::all_of(rows, [&](Value value) {
    Operation *source = value.getDefiningOp();
    return source == dispatch ||
           (source && llvm::is_contained(layer.experts, source));
  });
}

static FailureOr<StaticLayer> matchLayer(DispatchOp op, std::string &why) {
  auto fail = [&](StringRef reason) {
    why = reason;
    return failure();
  };
  auto slots = findSlots(op, why);
  if (failed(slots))
    return failure();
  // A slice of no tokens at any offset is none to upstream.
  if (op.getExperts().getType().getDimSize(0) == 0)
    return fail("there are no tokens");
  StaticLayer layer{*slots, {}, {}};
  for (OpOperand &use : op.getOffsets().getUses()) {
    auto expert = dyn_cast<ExpertOp>(use.getOwner());
    if (!expert || expert.getOffsets() != op.getOffsets() ||
        llvm::is_contained(expert.getShared(), op.getOffsets()) ||
        expert->getBlock() != op->getBlock())
      return fail("the offsets of constant experts are used elsewhere");
    layer.experts.push_back(expert);
  }
  for (OpOperand &use : op.getSlots().getUses()) {
    auto combine = dyn_cast<CombineOp>(use.getOwner());
    if (!combine || combine->getBlock() != op->getBlock())
      return fail("the slots of constant experts are used elsewhere");
    layer.combines.push_back(combine);
  }
  if (layer.experts.empty() && layer.combines.empty())
    return failure();
  llvm::sort(layer.experts,
             [](ExpertOp a, ExpertOp b) { return a->isBeforeInBlock(b); });
  bool mayBeEmpty = op.getExperts().getType().isDynamicDim(0);
  bool isInside = areRowsInside(op.getRows(), layer);
  for (ExpertOp expert : layer.experts) {
    if (expert.getCrossRow() && mayBeEmpty)
      return fail("a region that mixes rows is not evaluated without rows");
    isInside &= areRowsInside(expert.getResults(), layer) &&
                hasRowsOf(expert.getInputs(), layer, op);
  }
  for (CombineOp combine : layer.combines) {
    isInside &= hasRowsOf(combine.getRows(), layer, op);
    if (combine.getWeights().getType().getShape() !=
        op.getExperts().getType().getShape())
      return fail("the sum of constant experts has other slots a token");
    if (layer.slots.empty() && combine.getRows().getType().isDynamicDim(1))
      return fail("no row is live that would tell the number of columns");
  }
  if (!isInside)
    return fail("the rows of constant experts are used elsewhere");
  return layer;
}

//===----------------------------------------------------------------------===//
// The same without dispatch
//===----------------------------------------------------------------------===//

/// The region of `op` for one expert, on `rows`.
static SmallVector<Value> inlineRegion(ExpertOp op, int64_t expert,
                                       ValueRange rows,
                                       RewriterBase &rewriter) {
  ReferenceBuilder b(op.getLoc(), rewriter);
  IRMapping map;
  for (auto [argument, value] : llvm::zip_equal(op.getRowArguments(), rows))
    map.map(argument, b.castTo(value, argument.getType()));
  for (auto [argument, value] :
       llvm::zip_equal(op.getParamArguments(), op.getParams()))
    map.map(argument,
            b.castTo(b.row(value, b.getIndexAttr(expert)), argument.getType()));
  for (auto [argument, value] :
       llvm::zip_equal(op.getSharedArguments(), op.getShared()))
    map.map(argument, value);
  Block &body = op.getBody().front();
  for (Operation &inner : body.without_terminator())
    b.clone(inner, map);
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value v) { return map.lookup(v); });
}

/// The sum that `op` makes of each token's `rows`, one per slot.
static Value buildSum(CombineOp op, ArrayRef<StaticSlot> slots, ValueRange rows,
                      RewriterBase &rewriter) {
  ReferenceBuilder b(op.getLoc(), rewriter);
  RankedTensorType type = op.getResult().getType();
  Type element = type.getElementType();
  if (rows.size() == 1 && op.getUnweighted() &&
      getElementTypeOrSelf(rows[0]) == element)
    return b.castTo(rows[0], type);
  SmallVector<OpFoldResult> sizes{
      b.size(op.getWeights(), 0),
      b.size(rows.empty() ? op.getRows() : Value(rows[0]), 1)};
  Type sumType = getElementTypeOrSelf(op.getRows()).isF64()
                     ? Type(b.getF64Type())
                     : Type(b.getF32Type());
  SmallVector<MapInput> inputs;
  for (Value row : rows)
    inputs.push_back({row, {0, 1}});
  auto constant = getConstantFloatRow(op.getWeights());
  bool readsWeights = !op.getUnweighted() && !constant;
  if (readsWeights)
    for (StaticSlot slot : slots) {
      OpFoldResult one = b.getIndexAttr(1), zero = b.getIndexAttr(0);
      auto column =
          RankedTensorType::get({op.getWeights().getType().getDimSize(0)},
                                op.getWeights().getType().getElementType());
      inputs.push_back(
          {tensor::ExtractSliceOp::create(
               b, column, op.getWeights(),
               ArrayRef<OpFoldResult>{zero, b.getIndexAttr(slot.slot)},
               ArrayRef<OpFoldResult>{sizes[0], one},
               ArrayRef<OpFoldResult>{one, one}),
           {0}});
    }
  Value sum = b.map(sizes, element, inputs, [&](ValueRange in) {
    Value acc = b.real(sumType, 0.0);
    for (auto [i, slot] : llvm::enumerate(slots)) {
      Value term = b.convertFloat(in[i], sumType);
      if (op.getUnweighted()) {
        acc = arith::AddFOp::create(b, acc, term);
        continue;
      }
      if (!readsWeights && !op.getKeepZeros() &&
          (*constant)[slot.slot].isZero())
        continue;
      Value weight =
          readsWeights
              ? b.convertFloat(in[rows.size() + i], sumType)
              : b.real(sumType, (*constant)[slot.slot].convertToDouble());
      Value sum =
          arith::AddFOp::create(b, acc, arith::MulFOp::create(b, weight, term));
      if (readsWeights && !op.getKeepZeros())
        sum = arith::SelectOp::create(
            b,
            arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, weight,
                                  b.real(sumType, 0.0)),
            sum, acc);
      acc = sum;
    }
    return b.convertFloat(acc, element);
  });
  return b.castTo(sum, type);
}

bool moe::inlineStaticExperts(DispatchOp op, RewriterBase &rewriter,
                              std::string &why) {
  auto layer = matchLayer(op, why);
  if (failed(layer))
    return false;
  rewriter.setInsertionPoint(op);
  ReferenceBuilder checks(op.getLoc(), rewriter);
  checkSizes(checks, op, SizeProof::Bounds);
  // For each value with rows, those of each slot: T of them.
  DenseMap<Value, SmallVector<Value>> rows;
  for (auto [input, result] : llvm::zip_equal(op.getInputs(), op.getRows()))
    rows[result].assign(layer->slots.size(), input);
  for (ExpertOp expert : layer->experts) {
    rewriter.setInsertionPoint(expert);
    for (auto [i, slot] : llvm::enumerate(layer->slots)) {
      auto inputs = llvm::map_to_vector(
          expert.getInputs(), [&, i = i](Value v) { return rows[v][i]; });
      for (auto [result, value] :
           llvm::zip_equal(expert.getResults(),
                           inlineRegion(expert, slot.expert, inputs, rewriter)))
        rows[result].push_back(value);
    }
  }
  for (CombineOp combine : layer->combines) {
    rewriter.setInsertionPoint(combine);
    ReferenceBuilder sumChecks(combine.getLoc(), rewriter);
    checkDispatchSlots(sumChecks, combine, SizeProof::Bounds);
    rewriter.replaceOp(combine, buildSum(combine, layer->slots,
                                         rows[combine.getRows()], rewriter));
  }
  for (ExpertOp expert : llvm::reverse(layer->experts))
    rewriter.eraseOp(expert);
  rewriter.eraseOp(op);
  return true;
}
