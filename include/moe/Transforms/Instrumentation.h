//===- Instrumentation.h - What an instrumented program records -*- C++ -*-===//

#ifndef MOE_TRANSFORMS_INSTRUMENTATION_H
#define MOE_TRANSFORMS_INSTRUMENTATION_H

#include "mlir/IR/BuiltinOps.h"
#include "moe/IR/Moe.h"

#include <optional>
#include <string>
#include <vector>

namespace mlir::moe {

/// One layer of a program that moe-instrument has numbered.
struct Layer {
  int64_t number;
  /// Of the dispatch, or of the first op of the layer.
  Location location;
  /// The layer whose expert region holds this one; -1: none.
  int64_t parent = -1;
  /// E; 0 where the layer is only a gate.
  int64_t experts = 0;
  /// K of its dispatch, but for columns beside the gate's; 0: it has none, or K
  /// is not static.
  int64_t slots = 0;
  /// Multiply-adds one row costs in all expert ops of the layer; none where a
  /// contraction depends on more dynamic sizes than the number of rows.
  std::optional<int64_t> macsPerRow = 0;
  /// The router of its gate, or null.
  RouterAttr router;
  /// L of its gate; 0: it has none, or L is not static.
  int64_t logits = 0;
  /// Of the gate, where there is one: passes keep it.
  std::optional<Location> gate = std::nullopt;
};

/// The layers of a module after moe-instrument, ordered by number.
std::vector<Layer> collectLayers(ModuleOp module);

/// One check that a program makes when it runs.
struct CheckSite {
  Location location;
  /// What an assertion says; empty where the runtime says it.
  std::string message;
  /// How the expected number is said ("", "at most ", ...), where the assertion
  /// compares two.
  std::optional<std::string> relation;
};

/// The checks of a module after moe-check-indices or moe-report-failures: check
/// number `site` is element `site`.
std::vector<CheckSite> collectCheckSites(ModuleOp module);

/// `@moeFail(site: i64, found: i64, expected: i64)` gives up the run. Its calls
/// carry the message and the relation of their site.
inline constexpr StringLiteral kFailCallee = "moeFail";
inline constexpr StringLiteral kFailureMessage = "message";
inline constexpr StringLiteral kFailureRelation = "relation";

/// "file:line:column", or "unknown".
std::string formatLocation(Location location);

} // namespace mlir::moe

#endif // MOE_TRANSFORMS_INSTRUMENTATION_H
