//===- LayerCost.h - What a layer costs, routed and dense -------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_LAYERCOST_H
#define MOE_LIB_TRANSFORMS_LAYERCOST_H

#include "moe/IR/Moe.h"
#include "moe/Target/Target.h"

namespace mlir::moe {

/// What does not depend on the number of tokens.
struct LayerSize {
  int64_t experts, slots; ///< E, K
  int64_t macs;           ///< multiply-adds of a row
  int64_t paramBytes;     ///< of one expert
  int64_t rowBytes;       ///< of one row in and one out
};

/// Nothing where a size is not static.
std::optional<LayerSize> measureLayer(DispatchOp dispatch, ExpertOp expert);

/// Seconds for T tokens that choose their experts alike, if each expert that
/// is hit computes its rows only, padded to whole tiles.
double estimateRouted(const LayerSize &layer, const Target &target, int64_t t);
/// Seconds if every expert computes all rows.
double estimateDense(const LayerSize &layer, const Target &target, int64_t t);

/// Numbers of tokens, from `first` to before `end`.
struct TokenRange {
  int64_t first, end;
};
/// The first range in which dense costs a tenth less, by powers of two.
std::optional<TokenRange> findDenseRange(const LayerSize &layer,
                                         const Target &target);

/// The first of the numbers of tokens, by powers of two or the static one, for
/// which an expert of all tokens costs more as one of the layer than on its
/// own.
std::optional<int64_t> findJoinLoss(const LayerSize &layer,
                                    const Target &target, int64_t tokens);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_LAYERCOST_H
