//===- SlotProgram.h - Linalg over (token, slot) as an expert ---*- C++ -*-===//
//
// A program that computes something for every slot of every token, written in
// linalg on tensors whose dimensions are tokens, slots and features: the body
// of an expert, before anybody grouped the slots by expert. Parameters are
// indexed by the slot itself (every expert on every token) or by an id that
// is looked up for the slot (gathered weights).
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_SLOTPROGRAM_H
#define MOE_LIB_TRANSFORMS_SLOTPROGRAM_H

#include "SlotRoles.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

/// A lookup `param[id(r), ...]` for each row.
struct Lookup {
  linalg::LinalgOp op;
  Value param;   ///< [E, ...]
  Value ids;     ///< the operand that holds the ids
  Roles idRoles; ///< of the ids
  Value index;   ///< the id in the op's body, of type index
};

/// The slot program behind one value.
class SlotProgram {
public:
  /// Analyses `value`, whose dimensions have `roles`. A product of a token's
  /// row and one number per slot at the start of the program is taken as the
  /// scale of the rows. Where `routed` is given, that value is the rows.
  SlotProgram(Value value, Roles roles, int64_t numTokens, int64_t numSlots,
              Value routed = nullptr);

  bool isValid() const { return reason.empty(); }
  /// Why it is not a slot program.
  StringRef getReason() const { return reason; }

  /// Parameters indexed by the slot: `[E, ...]`.
  ArrayRef<Value> getSlotParams() const { return slotParams.getArrayRef(); }
  ArrayRef<Lookup> getLookups() const { return lookups; }
  /// Rows of tokens `[T,D]`, perhaps with more dimensions of size one.
  ArrayRef<Value> getTokenRows() const { return tokenRows.getArrayRef(); }
  ArrayRef<Value> getShared() const { return shared.getArrayRef(); }
  /// The numbers per slot that scale the tokens' rows, or null, with roles.
  Value getScale() const { return scale; }
  ArrayRef<Role> getScaleRoles() const { return scaleRoles; }
  /// Roles of `routed`, or none where the program does not read it.
  Roles getRoutedRoles() const { return rolesOf.lookup(routed); }

  /// Zero token rows give a zero result, for finite parameters: each op maps
  /// zeros to zeros.
  bool mapsZeroToZero() const;

  /// Rows of tokens as `[T,D]`.
  Value buildTokenRows(OpBuilder &builder, Location loc, Value rows);

  /// Builds the program on the rows of one expert. `mapping` maps token rows
  /// (scaled where there is a scale), parameters and shared values to block
  /// arguments; `rows` is their number.
  Value build(OpBuilder &builder, Value rows, IRMapping &mapping);

private:
  enum class Kind {
    Row,       ///< computed for each slot
    TokenRow,  ///< rows of tokens
    SlotParam, ///< a parameter, by slot
    Shared,    ///< the same for all
    Lookup,    ///< a parameter, by id
    Scaled,    ///< rows of tokens times one number for each slot
  };
  SlotProgram(Value value, const Roles &roles, int64_t numTokens,
              int64_t numSlots, Value routed, bool soleSlots);
  bool fail(const Twine &why);
  bool visit(Value value, const Roles &roles);
  bool visitLeaf(Value value, const Roles &roles);
  bool visitSource(Operation *def, const Roles &roles);
  bool visitLinalg(linalg::LinalgOp op, const Roles &roles);
  bool matchLookup(linalg::LinalgOp op, const Roles &roles);
  bool matchScale(linalg::LinalgOp op, const Roles &roles);
  /// The value is the same for all rows of an expert: made of parameters only.
  bool isRowFree(Value value) const { return rowFree.contains(value); }
  /// The value is computed from parameters that an id looks up.
  bool dependsOnLookup(Value value);
  /// What all slots share are the rows, where there is one token.
  void takeSharedAsRows();
  void findRowFree();
  RankedTensorType getRowsType(Value value);
  Value buildSlice(OpBuilder &builder, Value rows, tensor::ExtractSliceOp slice,
                   Value source);
  Value buildLinalg(OpBuilder &builder, Value rows, IRMapping &mapping,
                    linalg::LinalgOp op);

  Value root;
  int64_t numTokens, numSlots;
  bool soleSlots; ///< one slot a token, whose rows are the tokens'
  Value routed;
  std::string reason;
  llvm::DenseMap<Value, Roles> rolesOf;
  llvm::DenseMap<Value, Kind> kindOf;
  llvm::SetVector<Value> slotParams, tokenRows, shared;
  llvm::DenseSet<Value> unscaledRows; ///< token rows read without the scale
  SmallVector<Lookup> lookups;
  SmallVector<Operation *> order;            ///< row-local ops, operands first
  llvm::DenseSet<Value> rowFree;             ///< among their results
  llvm::DenseMap<Value, bool> lookupsBehind; ///< known dependencies
  Value scale;
  Roles scaleRoles;
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_SLOTPROGRAM_H
