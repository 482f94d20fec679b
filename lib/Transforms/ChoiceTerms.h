//===- ChoiceTerms.h - Masks [T,E,C] as choices of tokens -------*- C++ -*-===//
//
// GShard, Switch and DeepSpeed route by masks: the choice j of a token t puts
// it at place c of expert e. Such a mask is a sum over the choices of
// `ids_j[t] == e` times `position_j == c`, maybe times `position_j < limit`
// and a weight.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_CHOICETERMS_H
#define MOE_LIB_TRANSFORMS_CHOICETERMS_H

#include "TokenPositions.h"

#include "moe/IR/Moe.h"

#include "mlir/IR/OpDefinition.h"

namespace mlir::moe {

/// A tensor with dimensions of tokens, experts and places, among others of size
/// one.
struct MaskTensor {
  Value value;
  unsigned t, e, c; ///< its dimensions
};

/// One choice of each token, or `mask.numChoices` of them.
struct ChoiceTerm {
  ChoiceMask mask;
  Position position;
  int64_t limit = std::numeric_limits<int64_t>::max();
  SmallVector<TensorExprRef> weights; ///< factors, in the mask's dimensions
  int64_t exact = 0; ///< the largest count that its arithmetic knows exactly
};

using ChoiceTerms = SmallVector<ChoiceTerm, 0>;

/// What `expr` is the sum of.
SmallVector<TensorExprRef> getSumTerms(const TensorExprRef &expr);

/// The experts of a token's choices differ: they are columns of a gate's.
bool areDistinct(ArrayRef<ChoiceTerm> terms);

/// The terms of `expr`, or why it is no such sum.
FailureOr<ChoiceTerms> readChoiceTerms(const TensorExprRef &expr,
                                       const MaskTensor &mask,
                                       std::string &why);

/// How the terms share the places.
struct PlaceOrder {
  Priority priority;
  int64_t first; ///< the first place
  int64_t limit; ///< places from here on are empty; INT64_MAX: where C ends
};

/// Sorts the terms by priority; failure, and `why`, where two of them might
/// meet in one place, or `numPlaces` (maybe dynamic) are more than the
/// arithmetic of the positions can count.
FailureOr<PlaceOrder> orderChoiceTerms(ChoiceTerms &terms, int64_t numPlaces,
                                       std::string &why);

/// `[T,K]` values of the terms, one column for each choice, at `builder`.
class ChoiceValues {
public:
  ChoiceValues(OpBuilder &builder, Location loc, ArrayRef<ChoiceTerm> terms,
               const MaskTensor &mask, Type element, Value tokens)
      : builder(builder), loc(loc), terms(terms), mask(mask), element(element),
        tokens(tokens) {}

  /// The experts, i32; -1 where there is none.
  Value buildIds(int64_t numExperts);
  /// The weights, f32 or f64, rounded to `element` before; null, and `why`,
  /// where they are not made of tensors.
  Value buildWeights(std::string &why);

private:
  Value buildColumns(function_ref<Value(const ChoiceTerm &)> build,
                     Type element);
  Value buildTermIds(const ChoiceTerm &term, int64_t numExperts);
  Value buildTermWeights(const ChoiceTerm &term);

  OpBuilder &builder;
  Location loc;
  ArrayRef<ChoiceTerm> terms;
  MaskTensor mask;
  Type element;
  Value tokens; ///< whose first dimension is T
};

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_CHOICETERMS_H
