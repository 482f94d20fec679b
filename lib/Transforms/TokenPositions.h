//===- TokenPositions.h - Places of tokens at experts -----------*- C++ -*-===//
//-*-===//
//
// One-hot routing gives each choice of a token a place at its expert: the
// number of choices of the same expert that come before it. Programs count them
// by prefix sums over one-hot masks; those are read here as formulas.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_TRANSFORMS_TOKENPOSITIONS_H
#define MOE_LIB_TRANSFORMS_TOKENPOSITIONS_H

#include "ChoiceMask.h"

#include <limits>

namespace mlir::moe {

/// Choices that were counted only where their place, after all choices of the
/// masks in `after`, is below a limit.
struct KeptTotal {
  ChoiceMask mask;
  SmallVector<ChoiceMask> after;
};

/// A sum of counts over masks, for the pair (t, e):
/// sum of `before` (choices of e by tokens before t) + sum of `total` (by all
/// tokens) + sum of `self` (by t itself) + constant.
struct Position {
  SmallVector<ChoiceMask> before, total, self;
  int64_t constant = 0;
  /// Which of `total` count kept choices only, and the smallest of their
  /// limits.
  SmallVector<KeptTotal> kept;
  int64_t totalLimit = std::numeric_limits<int64_t>::max();

  /// The same counts up to the limit, whatever the constant.
  bool hasSameCounts(const Position &other) const;
  /// The same counts of the same choices.
  bool isSame(const Position &other) const;
};

/// `position < limit`; the position's constant is 0.
struct PositionLimit {
  Position position;
  int64_t limit;
};

/// Reads formulas about the pair (t, e), where `own` is one and `kept` holds.
class PositionReader {
public:
  explicit PositionReader(ChoiceMask own) : own(std::move(own)) {}
  /// `kept` holds from now on: the term that is read has it as a factor.
  void assume(PositionLimit limit) { kept = std::move(limit); }

  /// The number `expr`, or nothing.
  std::optional<Position> read(const TensorExprRef &expr, unsigned t,
                               unsigned e) const;
  /// The comparison `expr`, or nothing.
  std::optional<PositionLimit> readLimit(const TensorExprRef &expr, unsigned t,
                                         unsigned e) const;

private:
  bool isOwn(const TensorExprRef &factor, unsigned t, unsigned e) const;
  bool isOne(const TensorExprRef &expr, unsigned t, unsigned e) const;
  std::optional<Position> readChosen(const TensorExprRef &sum,
                                     unsigned t) const;

  ChoiceMask own;
  std::optional<PositionLimit> kept;
};

/// The same masks in any order.
bool isSameSet(ArrayRef<ChoiceMask> a, ArrayRef<ChoiceMask> b);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_TOKENPOSITIONS_H
