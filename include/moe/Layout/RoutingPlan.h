//===- RoutingPlan.h - From chosen experts to rows --------------*- C++ -*-===//
//
// A token chooses K experts; slot t*K + j is choice j of token t. The plan
// sorts the live slots by expert, and keeps their order within an expert.
// Three tokens with two choices among three experts:
//
//   token     0      1      2
//   experts  2 0    0 2    2 1        slots 0 1   2 3   4 5
//
//   row       0  1  2  3  4  5
//   slot      1  2  5  0  3  4        offsets  0 2 3 6
//   expert    0  0  1  2  2  2
//
//   rows of each token, ascending: 0: 0 3    1: 1 4    2: 2 5
//
// A slot is dead, and gets no row, if its weight is zero (-0 too; NaN lives),
// if its expert is not in [0, E) (a null expert), or if the expert is full.
// With a capacity an expert takes that many slots of each segment of tokens.
// Who is first is the priority; with capacity 2 expert 2 above is asked by
// slots 0 (first choice), 3 (second choice), 4 (first choice):
//
//   token_major    lower slots first            keeps 0 3, drops 4
//   choice_major   all first choices, then all
//                  second choices               keeps 0 4, drops 3
//
// Dead slots leave no hole: `slots` and the rows of a token are filled from
// the front and end with -1.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LAYOUT_ROUTINGPLAN_H
#define MOE_LAYOUT_ROUTINGPLAN_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>

namespace mlir::moe {

/// Who keeps a place when an expert is full.
enum class RoutePriority { TokenMajor, ChoiceMajor };

struct RoutingOptions {
  int64_t experts = 1;             ///< E, at least 1
  int64_t slotsPerToken = 1;       ///< K, at least 1
  std::optional<int64_t> capacity; ///< slots of an expert and segment
  RoutePriority priority = RoutePriority::TokenMajor;
  std::optional<int64_t> segment;  ///< in tokens; none: all tokens
  std::optional<int64_t> rowBound; ///< R; none: T*K
};

struct RoutingPlan {
  llvm::SmallVector<int32_t> offsets; ///< [E+1]
  llvm::SmallVector<int32_t> slots;   ///< [R], -1 past offsets[E]
  llvm::SmallVector<int32_t> rows;    ///< [T,K], ascending, then -1
};

/// The plan of the choices `experts` [T,K] (row-major). `weights` [T,K] or
/// empty: every slot has one. Error: options out of range, sizes that do not
/// match, more live slots than `rowBound`, T*K above 2^31 - 1.
llvm::Expected<RoutingPlan> planRoutes(llvm::ArrayRef<int32_t> experts,
                                       llvm::ArrayRef<double> weights,
                                       const RoutingOptions &options);

/// What is wrong with offsets [E+1] over an array of `rowBound` rows: they
/// start at 0, never descend, and end within the array. None: nothing.
std::optional<std::string> checkOffsets(llvm::ArrayRef<int32_t> offsets,
                                        int64_t rowBound);

/// What is wrong with slots [R] under correct offsets, for T*K slots: live rows
/// name slots in [0, T*K), ascending within an expert and each once in all;
/// the rows past offsets[E] are -1. None: nothing.
std::optional<std::string> checkSlots(llvm::ArrayRef<int32_t> slots,
                                      llvm::ArrayRef<int32_t> offsets,
                                      int64_t numSlots);

/// What is wrong with the rows [T,K] of the tokens under correct slots: each
/// token has the rows whose slots are its own, ascending, then -1.
std::optional<std::string> checkTokenRows(llvm::ArrayRef<int32_t> rows,
                                          llvm::ArrayRef<int32_t> slots,
                                          llvm::ArrayRef<int32_t> offsets,
                                          int64_t slotsPerToken);

} // namespace mlir::moe

#endif // MOE_LAYOUT_ROUTINGPLAN_H
