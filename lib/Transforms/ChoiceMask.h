//===- ChoiceMask.h - One-hot masks of experts ------------------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_CHOICEMASK_H
#define MOE_LIB_TRANSFORMS_CHOICEMASK_H

#include "TensorExpr.h"

namespace mlir::moe {

/// A mask `[T,E]`: `ids[t] == e`, or the sum of `ids[t,k] == e` over k; zero
/// where `live[t]`, if it is given, is false.
struct ChoiceMask {
  Value ids;
  AffineMap idMap;        ///< from (t, k) to the indices of `ids`
  int64_t numChoices = 1; ///< values of k
  Value live;             ///< i1, or null
  AffineMap liveMap;      ///< from (t, k)

  bool operator==(const ChoiceMask &other) const;
};

/// The sum of a mask over the tokens before t, and at t where `inclusive`.
struct PrefixSum {
  ChoiceMask mask;
  bool inclusive;
};

/// The mask that is `expr` at (t, e), or nothing.
std::optional<ChoiceMask> matchChoiceMask(const TensorExprRef &expr, unsigned t,
                                          unsigned e);
/// The mask that is the product of `factors`.
std::optional<ChoiceMask> matchChoiceMask(ArrayRef<TensorExprRef> factors,
                                          unsigned t, unsigned e);

/// The prefix sum that is `expr` at (t, e), or nothing: a sum over the tokens
/// of a mask times `s <= t` (or `s < t`), written as a comparison or as a
/// constant triangle, or an importer's scan.
std::optional<PrefixSum> matchPrefixSum(const TensorExprRef &expr, unsigned t,
                                        unsigned e);

/// `expr` is the condition on the token t that `mask` has.
bool isLive(const TensorExprRef &expr, const ChoiceMask &mask, unsigned t);

/// Factors of a product of numbers and conditions.
void getFactors(const TensorExprRef &expr,
                SmallVectorImpl<TensorExprRef> &factors);

/// Without conversions between integers and floats.
TensorExprRef skipNumberCasts(TensorExprRef expr);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_CHOICEMASK_H
