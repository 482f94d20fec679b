//===- GroupedMatmulOp.cpp - Checks of moe.grouped_matmul -----------------===//
//
// Each check cites its constraint in docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::moe;

int64_t GroupedMatmulOp::getNumExperts() {
  return cast<ShapedType>(getOffsets().getType()).getDimSize(0) - 1;
}

FloatType GroupedMatmulOp::getAccumulatorType() {
  Type rows = getElementTypeOrSelf(getRows().getType());
  return rows.isF64() ? cast<FloatType>(rows) : Float32Type::get(getContext());
}

AffineMap GroupedMatmulOp::getOperandMap(unsigned i) {
  return cast<AffineMapAttr>(getMaps()[i]).getValue();
}

AffineExpr GroupedMatmulOp::getTokenExpr() {
  auto perToken = getSlotsPerToken();
  return perToken ? getAffineDimExpr(3, getContext()).floorDiv(*perToken)
                  : AffineExpr();
}

bool GroupedMatmulOp::addsInOrder() {
  return getAccumulate() && getSlotsPerToken() != 1;
}

static Type typeOf(Value value) { return value ? value.getType() : Type(); }

namespace {
/// The values that an expression has.
struct Interval {
  int64_t least, most;
};
} // namespace

/// The values of `expr` where dimension i is in [0, last[i]]. None where a
/// bound is not known, or too large for the 64 bits in which it is computed.
static std::optional<Interval> rangeOf(AffineExpr expr,
                                       ArrayRef<std::optional<int64_t>> last) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Interval{constant.getValue(), constant.getValue()};
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    std::optional<int64_t> most = last[dim.getPosition()];
    return most ? std::optional(Interval{0, *most}) : std::nullopt;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<Interval> left = rangeOf(binary.getLHS(), last);
  std::optional<Interval> right = rangeOf(binary.getRHS(), last);
  if (!right)
    return std::nullopt;
  AffineExprKind kind = expr.getKind();
  int64_t by = right->least;
  bool isConstant = by == right->most;
  if (kind == AffineExprKind::Mod && isConstant && by > 0) {
    bool isWhole = left && left->least >= 0 && left->most < by;
    return isWhole ? left : Interval{0, by - 1};
  }
  if (!left)
    return std::nullopt;
  Interval range = *left;
  bool overflows = false;
  if (kind == AffineExprKind::Add) {
    overflows = llvm::AddOverflow(left->least, right->least, range.least) ||
                llvm::AddOverflow(left->most, right->most, range.most);
  } else if (kind == AffineExprKind::Mul && isConstant) {
    overflows = llvm::MulOverflow(left->least, by, range.least) ||
                llvm::MulOverflow(left->most, by, range.most);
    if (by < 0)
      std::swap(range.least, range.most);
  } else if (kind == AffineExprKind::FloorDiv && isConstant && by > 0) {
    range = {llvm::divideFloorSigned(left->least, by),
             llvm::divideFloorSigned(left->most, by)};
  } else if (kind == AffineExprKind::CeilDiv && isConstant && by > 0) {
    range = {llvm::divideCeilSigned(left->least, by),
             llvm::divideCeilSigned(left->most, by)};
  } else {
    return std::nullopt;
  }
  // What a division computes on its way needs a bit more.
  if (overflows || !llvm::isInt<62>(range.least) ||
      !llvm::isInt<62>(range.most))
    return std::nullopt;
  return range;
}

/// `expr` over (e, r, n, s), of `sizes`, is provably a place in a dimension of
/// `size`.
static bool staysInside(AffineExpr expr, int64_t size,
                        ArrayRef<NamedSize *> sizes) {
  SmallVector<std::optional<int64_t>> last(sizes.size());
  for (auto [dim, named] : llvm::enumerate(sizes))
    if (named->isStatic() && named->value > 0)
      last[dim] = named->value - 1;
  std::optional<Interval> range = rangeOf(expr, last);
  return range && range->least >= 0 && ShapedType::isStatic(size) &&
         range->most < size;
}

/// Checks that there is a map from (e, r, n, s) for each epilogue operand.
static LogicalResult checkMapForms(GroupedMatmulOp op) {
  if (op.getMaps().size() != op.getEpilogueOperands().size())
    // grouped_matmul_c8
    return op.emitOpError("expects one map for each of the ")
           << op.getEpilogueOperands().size() << " epilogue operands, found "
           << op.getMaps().size();
  for (auto [index, operand] : llvm::enumerate(op.getEpilogueOperands())) {
    int64_t rank = cast<ShapedType>(operand.getType()).getRank();
    AffineMap map = op.getOperandMap(index);
    if (map.getNumDims() != 4 || map.getNumSymbols() != 0 ||
        map.getNumResults() != rank) // grouped_matmul_c8
      return op.emitOpError("expects a map of (e, r, n, s) to the ")
             << rank << " dimensions of epilogue operand " << index
             << ", found " << AffineMapAttr::get(map);
    if (map.isFunctionOfDim(3) && !op.getSlots()) // grouped_matmul_c5
      return op.emitOpError("expects slots where a map uses them, found none");
  }
  return success();
}

/// Checks that epilogue operand `index` has the `expected` size, or takes it
/// from there.
static LogicalResult checkMapped(GroupedMatmulOp op, unsigned index,
                                 int64_t size, NamedSize &expected) {
  if (ShapedType::isDynamic(size))
    return success();
  if (!expected.isStatic())
    expected.value = size;
  if (expected.value == size)
    return success();
  // grouped_matmul_c9
  return op.emitOpError("expects epilogue operand ")
         << index << " to have " << expected.value << ' ' << expected.name
         << ", found " << size;
}

/// Checks each dimension of an operand whose map is `s floordiv
/// slots_per_token`; takes the tokens from it where they were not known yet.
static LogicalResult checkTokenMaps(GroupedMatmulOp op, NamedSize &tokens) {
  for (auto [index, operand] : llvm::enumerate(op.getEpilogueOperands())) {
    auto type = cast<ShapedType>(operand.getType());
    for (auto [dim, expr] :
         llvm::enumerate(op.getOperandMap(index).getResults()))
      if (expr == op.getTokenExpr() &&
          failed(checkMapped(op, index, type.getDimSize(dim), tokens)))
        return failure();
  }
  return success();
}

/// Checks the maps of the epilogue operands over `sizes` = (e, r, n, s), those
/// to tokens apart.
static LogicalResult checkMaps(GroupedMatmulOp op,
                               ArrayRef<NamedSize *> sizes) {
  for (auto [index, operand] : llvm::enumerate(op.getEpilogueOperands())) {
    auto type = cast<ShapedType>(operand.getType());
    AffineMap map = op.getOperandMap(index);
    for (auto [dim, result] : llvm::enumerate(map.getResults())) {
      int64_t size = type.getDimSize(dim);
      if (result == op.getTokenExpr())
        continue;
      if (auto constant = dyn_cast<AffineConstantExpr>(result)) {
        // grouped_matmul_c9
        if (constant.getValue() < 0 ||
            (ShapedType::isStatic(size) && constant.getValue() >= size))
          return op.emitOpError("expects a map inside of ")
                 << type << ", found " << constant.getValue();
      } else if (auto loop = dyn_cast<AffineDimExpr>(result)) {
        if (failed(checkMapped(op, index, size, *sizes[loop.getPosition()])))
          return failure();
      } else if (!staysInside(result, size, sizes)) { // grouped_matmul_c9
        return op.emitOpError("expects a map inside of ")
               << type << " for all experts, rows, columns and slots, found "
               << AffineMapAttr::get(map);
      }
    }
  }
  return success();
}

/// The weights of packed columns and contraction points.
static LogicalResult checkPacked(GroupedMatmulOp op, NamedSize &experts,
                                 const NamedSize &depth,
                                 const NamedSize &columns) {
  PackingAttr packing = *op.getPacked();
  auto blocks = [](const NamedSize &size, int64_t block) -> int64_t {
    return size.isStatic() ? int64_t(llvm::divideCeil(size.value, block))
                           : ShapedType::kDynamic;
  };
  NamedSize panels{"panels", blocks(columns, packing.getColumns())},
      groups{"groups of contraction points", blocks(depth, packing.getGroup())},
      panel{"elements a group", packing.getColumns() * packing.getGroup()};
  for (Value value : op.getWeights()) {
    auto type = cast<ShapedType>(value.getType());
    if (type.getRank() == 4 && type.isDynamicDim(3)) // grouped_matmul_c13
      return op.emitOpError("expects a static number of elements a group, "
                            "found ")
             << type;
    // grouped_matmul_c13
    if (failed(checkShape(op, "packed weights", type,
                          {&experts, &panels, &groups, &panel})))
      return failure();
  }
  return success();
}

LogicalResult GroupedMatmulOp::verify() {
  if (failed(checkOperands(*this, {{0, "rows"}, {1, "offsets"}})))
    return failure();
  if (getWeights().empty() || getOuts().size() != 1) // grouped_matmul_c1
    return emitOpError(
               "expects at least one weight and one destination, found ")
           << getWeights().size() << " and " << getOuts().size();
  FailureOr<int64_t> numExperts = checkOffsets(*this, getOffsets().getType());
  if (failed(numExperts)) // grouped_matmul_c2
    return failure();
  if ((getGather() || getAccumulate()) &&
      (!getSlots() || !getSlotsPerToken())) // grouped_matmul_c3
    return emitOpError("expects slots and slots_per_token where it gathers or "
                       "accumulates, found no ")
           << (getSlots() ? "slots_per_token" : "slots");
  if (getSlotsPerToken() && *getSlotsPerToken() < 1) // grouped_matmul_c4
    return emitOpError("expects at least 1 slot a token, found ")
           << *getSlotsPerToken();

  NamedSize experts{"experts", *numExperts}, rows{"rows"}, tokens{"tokens"},
      depth{"contraction points"}, columns{"columns"}, allSlots{"slots"};
  SmallVector<NamedSize *, 3> weight{&experts, &depth, &columns};
  if (getTransposed())
    std::swap(weight[1], weight[2]);
  // grouped_matmul_c6
  if (failed(checkShape(*this, "rows", getRows().getType(),
                        {getGather() ? &tokens : &rows, &depth})) ||
      failed(checkShape(*this, "slots", typeOf(getSlots()), {&rows})))
    return failure();
  if (!getPacked())
    for (Value value : getWeights())
      if (failed(checkShape(*this, "weights", value.getType(), weight)))
        return failure();
  if (failed(checkShape(*this, "destination", getOut().getType(),
                        {getAccumulate() ? &tokens : &rows, &columns})))
    return failure();
  if (getPacked()) {
    if (getTransposed()) // grouped_matmul_c13
      return emitOpError("expects weights that are packed or transposed, found "
                         "both");
    if (failed(checkPacked(*this, experts, depth, columns)))
      return failure();
  }

  // grouped_matmul_c7
  bool isF64 = getElementTypeOrSelf(getRows().getType()).isF64();
  for (Value value : getWeights())
    if (getElementTypeOrSelf(value.getType()).isF64() != isF64)
      return emitOpError("expects f64 weights for f64 rows only, found ")
             << value.getType() << " for " << getRows().getType();
  if (getAccumulate() &&
      failed(checkElement(*this, "a destination to add to", getOut().getType(),
                          getAccumulatorType())))
    return failure();
  if (failed(checkMapForms(*this)) || failed(checkTokenMaps(*this, tokens)))
    return failure();
  if (tokens.isStatic() && getSlotsPerToken()) {
    NamedSize slots{"slots a token", int64_t(*getSlotsPerToken())};
    if (failed(checkSlotCount(*this, tokens, slots))) // grouped_matmul_c4
      return failure();
    allSlots.value = tokens.value * slots.value;
  }
  if (failed(checkMaps(*this, {&experts, &rows, &columns, &allSlots})))
    return failure();
  if (getEpilogue().empty() &&
      (getWeights().size() != 1 || !getEpilogueOperands().empty()))
    // grouped_matmul_c10
    return emitOpError("expects one weight and no operands where there is no "
                       "epilogue, found ")
           << getWeights().size() << " and " << getEpilogueOperands().size();
  return success();
}

LogicalResult GroupedMatmulOp::verifyRegions() {
  if (getEpilogue().empty())
    return success();
  SmallVector<Type> arguments(getWeights().size(), getAccumulatorType());
  for (Value operand : getEpilogueOperands())
    arguments.push_back(getElementTypeOrSelf(operand.getType()));
  // grouped_matmul_c11
  if (failed(checkArguments(*this, "epilogue", getEpilogue(), arguments)) ||
      failed(
          checkYield(*this, "epilogue", getEpilogue(), getAccumulatorType())))
    return failure();
  // grouped_matmul_c12
  return checkScalarRegion(*this, "epilogue", getEpilogue());
}
