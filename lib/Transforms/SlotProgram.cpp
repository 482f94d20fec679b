//===- SlotProgram.cpp - Linalg over (token, slot) as an expert -----------===//

#include "SlotProgram.h"

#include "ScalarFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::moe;

SlotProgram::SlotProgram(Value value, Roles roles, int64_t numTokens,
                         int64_t numSlots, Value routed)
    : SlotProgram(value, roles, numTokens, numSlots, routed, false) {
  if (!isValid() && numSlots == 1 && dependsOnLookup(value))
    *this = SlotProgram(value, roles, numTokens, numSlots, routed, true);
}

SlotProgram::SlotProgram(Value value, const Roles &roles, int64_t numTokens,
                         int64_t numSlots, Value routed, bool soleSlots)
    : root(value), numTokens(numTokens), numSlots(numSlots),
      soleSlots(soleSlots), routed(routed) {
  if (!visit(value, roles))
    return;
  takeSharedAsRows();
  if (kindOf[value] != Kind::Row)
    fail("the summed value is not computed for each slot");
  else if (tokenRows.empty())
    fail("the program does not read rows of tokens");
  else if (slotParams.empty() && lookups.empty())
    fail("the program has no parameters of experts");
  else if (!slotParams.empty() && !lookups.empty())
    fail("parameters are indexed both by slot and by id");
  else if (scale && (tokenRows.size() != 1 || !unscaledRows.empty()))
    fail("rows are read with and without their scale");
  else if (routed &&
           (tokenRows.size() != 1 || tokenRows.front() != routed || scale))
    fail("the program reads rows that were not routed");
}

bool SlotProgram::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return false;
}

bool SlotProgram::dependsOnLookup(Value value) {
  Operation *def = value.getDefiningOp();
  if (!isa_and_nonnull<linalg::LinalgOp, tensor::CollapseShapeOp,
                       tensor::ExpandShapeOp, tensor::ExtractSliceOp,
                       tensor::CastOp>(def))
    return false;
  auto [entry, isNew] = lookupsBehind.try_emplace(value, false);
  if (!isNew)
    return entry->second;
  auto op = dyn_cast<linalg::LinalgOp>(def);
  bool found = (op && !op.getBlock()->getOps<tensor::ExtractOp>().empty()) ||
               llvm::any_of(def->getOperands(), [&](Value operand) {
                 return dependsOnLookup(operand);
               });
  return lookupsBehind[value] = found;
}

void SlotProgram::takeSharedAsRows() {
  if (numTokens != 1 || !tokenRows.empty())
    return;
  for (Value value : shared.takeVector()) {
    auto type = cast<RankedTensorType>(value.getType());
    if (getFeatureDims(type, rolesOf[value]).size() == 1 &&
        isa<FloatType>(type.getElementType())) {
      kindOf[value] = Kind::TokenRow;
      tokenRows.insert(value);
    } else {
      shared.insert(value);
    }
  }
}

/// `[T,D]`, perhaps with more dimensions of size one.
static bool isRowsOfTokens(RankedTensorType type, const Roles &roles) {
  if (type.getRank() < 2 || roles.back() != Role::Feature)
    return false;
  if (type.getRank() == 2)
    return true;
  for (auto [dim, role] : llvm::enumerate(ArrayRef(roles).drop_back()))
    if (role == Role::Feature && type.getDimSize(dim) != 1)
      return false;
  return type.getShape().back() != 1;
}

/// Rows of tokens, parameters of experts, shared values.
bool SlotProgram::visitLeaf(Value value, const Roles &roles) {
  auto type = cast<RankedTensorType>(value.getType());
  if (hasRole(roles, Role::Token) || hasRole(roles, Role::Row)) {
    if (!isRowsOfTokens(type, roles))
      return fail("rows of tokens are not of the form [T,D]");
    if (!isa<FloatType>(type.getElementType()))
      return fail("rows of tokens are not floats");
    kindOf[value] = Kind::TokenRow;
    tokenRows.insert(value);
  } else if (hasRole(roles, Role::Slot)) {
    if (roles[0] != Role::Slot || llvm::count(roles, Role::Slot) != 1)
      return fail("the experts are not the first dimension of a parameter");
    kindOf[value] = Kind::SlotParam;
    slotParams.insert(value);
  } else {
    kindOf[value] = Kind::Shared;
    shared.insert(value);
  }
  return true;
}

bool SlotProgram::visit(Value value, const Roles &given) {
  Roles roles = given;
  if (soleSlots)
    for (Role &role : roles)
      role = role == Role::Slot || role == Role::Feature ? Role::Feature
                                                         : Role::Row;
  if (auto it = rolesOf.find(value); it != rolesOf.end())
    return it->second == roles ||
           fail("a value is read with two different meanings");
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return fail("an operand is not a ranked tensor");
  if (!isWellFormed(roles))
    return fail("an operand is read at a diagonal");
  rolesOf[value] = roles;
  if (value == routed) {
    if (!isPerSlot(roles))
      return fail("routed rows are read by other indices");
    kindOf[value] = Kind::Scaled;
    tokenRows.insert(value);
    return true;
  }
  bool isLeaf =
      !isPerSlot(roles) ||
      (soleSlots && isRowsOfTokens(type, roles) && !dependsOnLookup(value));
  if (isLeaf)
    return visitLeaf(value, roles);
  kindOf[value] = Kind::Row;
  for (int64_t dim : getFeatureDims(type, roles))
    if (type.isDynamicDim(dim))
      return fail("the size of a feature dimension is not static");

  Operation *def = value.getDefiningOp();
  if (!def)
    return fail("a value for each slot comes from outside");
  if (auto op = dyn_cast<linalg::LinalgOp>(def)) {
    if (matchLookup(op, roles)) {
      kindOf[value] = Kind::Lookup;
      return true;
    }
    if (!reason.empty())
      return false;
    if (matchScale(op, roles)) {
      kindOf[value] = Kind::Scaled;
      return true;
    }
    if (!reason.empty())
      return false;
    return visitLinalg(op, roles);
  }
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(def)) {
    auto source = getReshapeRoles(def, roles, numSlots);
    if (failed(source))
      return fail("a reshape mixes tokens, slots or features");
    return visitSource(def, *source);
  }
  if (auto op = dyn_cast<tensor::CastOp>(def)) {
    if (!isa<RankedTensorType>(op.getSource().getType()))
      return fail("a tensor without rank");
    return visitSource(def, roles);
  }
  if (auto op = dyn_cast<tensor::ExtractSliceOp>(def)) {
    auto source = op.getSourceType();
    if (source.getRank() != type.getRank())
      return fail("a slice drops dimensions");
    for (auto [dim, role] : llvm::enumerate(roles)) {
      bool fixed = getConstantIntValue(op.getMixedOffsets()[dim]) &&
                   getConstantIntValue(op.getMixedStrides()[dim]);
      bool whole = getConstantIntValue(op.getMixedOffsets()[dim]) == 0 &&
                   getConstantIntValue(op.getMixedStrides()[dim]) == 1 &&
                   isSameSize(op, dim);
      if (role == Role::Feature ? !fixed : !whole)
        return fail("a slice takes some of the tokens or slots");
    }
    return visitSource(def, roles);
  }
  return fail("'" + def->getName().getStringRef() +
              "' is not known to keep rows apart");
}

bool SlotProgram::visitSource(Operation *def, const Roles &roles) {
  Value source = def->getOperand(0);
  if (!visit(source, roles))
    return false;
  if (kindOf[source] == Kind::TokenRow)
    unscaledRows.insert(source);
  order.push_back(def);
  return true;
}

bool SlotProgram::visitLinalg(linalg::LinalgOp op, const Roles &roles) {
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics())
    return fail("an op with several results");
  auto loops = getLoopRoles(op, roles);
  if (failed(loops))
    return fail("rows are written at computed places");
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (auto [loop, iterator] : llvm::zip_equal(*loops, iterators))
    if (isRowRole(loop) && iterator != utils::IteratorType::parallel)
      return fail("tokens or slots are summed inside the program");
  WalkResult indices = op->walk([&](linalg::IndexOp index) {
    return isRowRole((*loops)[index.getDim()]) ? WalkResult::interrupt()
                                               : WalkResult::advance();
  });
  if (indices.wasInterrupted())
    return fail("the program looks at the number of a token or slot");
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (!value.getDefiningOp() ||
        !value.getDefiningOp()->hasTrait<OpTrait::ConstantLike>())
      return fail("an op captures a value that is not a constant");
  for (OpOperand &operand : op->getOpOperands()) {
    if (op.isDpsInit(&operand)) {
      auto fill = operand.get().getDefiningOp<linalg::FillOp>();
      bool constant =
          fill && fill.value().getDefiningOp() &&
          fill.value().getDefiningOp()->hasTrait<OpTrait::ConstantLike>();
      if (!op.payloadUsesValueFromOperand(&operand) || constant)
        continue;
    }
    if (!isa<RankedTensorType>(operand.get().getType())) {
      if (!operand.get().getDefiningOp() ||
          !operand.get().getDefiningOp()->hasTrait<OpTrait::ConstantLike>())
        return fail("a scalar operand is not a constant");
      continue;
    }
    auto operandRoles = getOperandRoles(op, operand, *loops);
    if (failed(operandRoles))
      return fail("rows are read at computed places");
    if (!visit(operand.get(), *operandRoles))
      return false;
    Kind kind = kindOf[operand.get()];
    if (kind == Kind::TokenRow)
      unscaledRows.insert(operand.get());
    if (op.isDpsInit(&operand) && kind != Kind::Row)
      return fail("a sum starts at a value that is not one row for each slot");
  }
  order.push_back(op);
  return true;
}

/// A product of a token's row, read alike by all slots, and one number for
/// each slot of each token.
bool SlotProgram::matchScale(linalg::LinalgOp op, const Roles &roles) {
  if (op.getNumParallelLoops() != op.getNumLoops() ||
      op.getNumDpsInputs() != 2 || op->getNumResults() != 1 || scale)
    return false;
  auto loops = getLoopRoles(op, roles);
  if (failed(loops))
    return false;
  auto mul = skipFloatCasts(op.getBlock()->getTerminator()->getOperand(0))
                 .getDefiningOp<arith::MulFOp>();
  if (!mul)
    return false;
  Block &block = *op.getBlock();
  for (unsigned i : {0u, 1u}) {
    OpOperand &row = *op.getDpsInputOperand(i);
    OpOperand &number = *op.getDpsInputOperand(1 - i);
    auto rowRoles = getOperandRoles(op, row, *loops);
    auto numberRoles = getOperandRoles(op, number, *loops);
    if (failed(rowRoles) || failed(numberRoles) || !isPerSlot(*numberRoles) ||
        !getFeatureDims(cast<RankedTensorType>(number.get().getType()),
                        *numberRoles)
             .empty())
      continue;
    Value a = skipFloatCasts(mul.getLhs()), b = skipFloatCasts(mul.getRhs());
    Value x = block.getArgument(i), g = block.getArgument(1 - i);
    if (!((a == x && b == g) || (a == g && b == x)))
      continue;
    // The row: tokens' own rows, perhaps repeated for each slot before.
    Value source = row.get();
    Roles sourceRoles = *rowRoles;
    while (isPerSlot(sourceRoles)) {
      Operation *def = source.getDefiningOp();
      FailureOr<Roles> next = failure();
      if (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def))
        next = getReshapeRoles(def, sourceRoles, numSlots);
      else if (auto repeat = dyn_cast_or_null<linalg::LinalgOp>(def))
        if (isCopy(repeat))
          next = getRolesThrough(repeat, *repeat.getDpsInputOperand(0),
                                 sourceRoles);
      if (failed(next))
        return false;
      source = def->getOperand(0);
      sourceRoles = *next;
    }
    if (!isa<FloatType>(getElementTypeOrSelf(number.get().getType())) ||
        cast<RankedTensorType>(source.getType()).getShape().back() == 1 ||
        !visit(source, sourceRoles))
      return false;
    takeSharedAsRows();
    if (kindOf[source] != Kind::TokenRow)
      return false;
    scale = number.get();
    scaleRoles = *numberRoles;
    kindOf[op->getResult(0)] = Kind::Scaled;
    rolesOf[op->getResult(0)] = roles;
    return true;
  }
  return false;
}

/// The block argument of `op` that `index` is computed from, or null; all
/// other leaves must be constants.
static BlockArgument getIdArgument(linalg::LinalgOp op, Value index) {
  SmallVector<Value> work{index};
  BlockArgument found;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getOwner() != op.getBlock() || (found && found != argument))
        return nullptr;
      found = argument;
      continue;
    }
    Operation *def = value.getDefiningOp();
    if (def->hasTrait<OpTrait::ConstantLike>())
      continue;
    if (def->getBlock() != op.getBlock() || !isPure(def) ||
        isa<linalg::IndexOp>(def))
      return nullptr;
    llvm::append_range(work, def->getOperands());
  }
  return found;
}

bool SlotProgram::matchLookup(linalg::LinalgOp op, const Roles &roles) {
  if (op->getNumResults() != 1 || op.getNumParallelLoops() != op.getNumLoops())
    return false;
  auto extract = op.getBlock()
                     ->getTerminator()
                     ->getOperand(0)
                     .getDefiningOp<tensor::ExtractOp>();
  if (!extract)
    return false;
  auto loops = getLoopRoles(op, roles);
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (failed(loops) || !out.isIdentity())
    return fail("looked-up values are written at computed places");
  if (extract.getIndices().empty())
    return false;
  BlockArgument id = getIdArgument(op, extract.getIndices()[0]);
  if (!id)
    return fail("a lookup is not by one id");
  // The other indices are the feature loops, in order.
  SmallVector<int64_t> features;
  for (auto [loop, role] : llvm::enumerate(*loops))
    if (role == Role::Feature)
      features.push_back(loop);
  if (extract.getIndices().size() != features.size() + 1)
    return fail("a lookup does not read whole parameters");
  auto paramType = cast<RankedTensorType>(extract.getTensor().getType());
  auto resultType = cast<RankedTensorType>(op->getResult(0).getType());
  for (auto [dim, feature] : llvm::enumerate(features)) {
    Value at = extract.getIndices()[dim + 1];
    auto index = at.getDefiningOp<linalg::IndexOp>();
    bool whole = index ? static_cast<int64_t>(index.getDim()) == feature
                       : paramType.getDimSize(dim + 1) == 1 &&
                             matchPattern(at, m_Zero());
    if (!whole ||
        paramType.getDimSize(dim + 1) != resultType.getDimSize(feature))
      return fail("a lookup does not read whole parameters");
  }
  OpOperand *operand = op.getMatchingOpOperand(id);
  auto idRoles = getOperandRoles(op, *operand, *loops);
  auto idType = dyn_cast<RankedTensorType>(operand->get().getType());
  if (succeeded(idRoles) && !isPerSlot(*idRoles) && numTokens == 1 &&
      numSlots == 1 && idType && idType.getRank() > 0 &&
      idType.getNumElements() == 1)
    idRoles->front() = Role::Row; // the one id of the one token
  if (failed(idRoles) || !isPerSlot(*idRoles))
    return fail("the ids of a lookup are not one for each slot");
  lookups.push_back({op, extract.getTensor(), operand->get(), *idRoles,
                     extract.getIndices()[0]});
  rolesOf[operand->get()] = *idRoles;
  return true;
}
