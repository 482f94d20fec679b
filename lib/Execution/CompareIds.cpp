//===- CompareIds.cpp - Whether two runs chose alike ----------------------===//
//
// Two runs that round differently see slightly different keys, and may choose
// differently where keys are close. A difference is legal if the keys between
// which the choice turned are no further apart than the keys themselves moved
// from one run to the other, and no further than rounding can move them: a run
// that computes other keys altogether is wrong.
//
// An optimizer raises, merges and drops gates, so they are matched by location.
//
//===----------------------------------------------------------------------===//

#include "CompareIds.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::moe;

namespace {
/// The same gate in both runs. Key records are null where there are none.
struct GatePair {
  const LayerInfo &layer; ///< the oracle's
  const GateRecord &run, &oracle;
  const KeyRecord *runKeys, *oracleKeys;

  bool isLive(const GateRecord &gate, int64_t slot) const {
    return gate.weights[slot] != 0;
  }
  bool isExpert(int64_t expert) const {
    return expert >= 0 && expert < oracleKeys->logits;
  }
  ArrayRef<double> getKeys(const KeyRecord &keys, int64_t token) const {
    return ArrayRef<double>(keys.keys).slice(token * keys.logits, keys.logits);
  }
  double getOracleKey(int64_t token, int64_t expert) const {
    return getKeys(*oracleKeys, token)[expert];
  }
};

/// One execution of a gate and of what it selected on.
struct Execution {
  const GateRecord *gate;
  const KeyRecord *keys;
};
using ExecutionsByLocation = std::map<std::string, std::vector<Execution>>;
} // namespace

static double getLargest(ArrayRef<double> keys) {
  double largest = 0;
  for (double key : keys)
    if (std::isfinite(key))
      largest = std::max(largest, std::fabs(key));
  return largest;
}

/// How far the keys of `token` moved between the runs.
static double getShift(const GatePair &pair, int64_t token) {
  double shift = 0;
  for (auto [a, b] : llvm::zip(pair.getKeys(*pair.runKeys, token),
                               pair.getKeys(*pair.oracleKeys, token)))
    if (std::isfinite(a) && std::isfinite(b))
      shift = std::max(shift, std::fabs(a - b));
  return shift;
}

/// The value of each group of experts.
static std::vector<double> getGroupValues(const LayerInfo &layer,
                                          ArrayRef<double> keys) {
  std::vector<double> values;
  size_t size = keys.size() / layer.groups;
  for (int64_t g = 0; g < layer.groups; ++g) {
    ArrayRef<double> members = keys.slice(g * size, size);
    SmallVector<double> group(members.begin(), members.end());
    llvm::sort(group, std::greater<double>());
    values.push_back(layer.groupsBySumOfTwo && group.size() > 1
                         ? group[0] + group[1]
                         : group[0]);
  }
  return values;
}

/// The distance between the keys that decided whether slot `slot` of `token`
/// is `chosen` (by the run) or `expected` (by the oracle).
static double getSlotMargin(const GatePair &pair, int64_t token, int64_t chosen,
                            int64_t expected) {
  if (!pair.isExpert(chosen) || !pair.isExpert(expected))
    return std::numeric_limits<double>::infinity();
  const LayerInfo &layer = pair.layer;
  if (layer.groups > 0) {
    ArrayRef<double> keys = pair.getKeys(*pair.oracleKeys, token);
    std::vector<double> values = getGroupValues(layer, keys);
    SmallVector<double> sorted(values.begin(), values.end());
    llvm::sort(sorted, std::greater<double>());
    int64_t size = keys.size() / layer.groups;
    double last = sorted[layer.keptGroups - 1];
    // An expert of a group that the oracle did not keep: the groups decided.
    if (values[chosen / size] < last)
      return last - values[chosen / size];
    // Else a group was lost to another one just below it.
    if (layer.keptGroups < layer.groups && chosen / size != expected / size)
      return std::min(last - sorted[layer.keptGroups],
                      std::fabs(pair.getOracleKey(token, chosen) -
                                pair.getOracleKey(token, expected)));
  }
  return std::fabs(pair.getOracleKey(token, chosen) -
                   pair.getOracleKey(token, expected));
}

/// A dense gate keeps or drops slot `expert` of `token`: across tokens, the
/// distance to the last key that the oracle kept; else how far the key moved.
static double getKeptMargin(const GatePair &pair, int64_t token,
                            int64_t expert) {
  if (!pair.isExpert(expert))
    return std::numeric_limits<double>::infinity();
  double key = pair.getOracleKey(token, expert);
  if (pair.layer.isTokenChoice)
    return std::fabs(pair.getKeys(*pair.runKeys, token)[expert] - key);
  double last = std::numeric_limits<double>::infinity();
  for (int64_t t = 0; t < pair.oracle.tokens; ++t)
    if (pair.isLive(pair.oracle, t * pair.oracle.slots + expert))
      last = std::min(last, pair.getOracleKey(t, expert));
  return std::fabs(key - last);
}

/// The slots of `token`, by expert where all are selected: the order in which
/// they are is then no choice.
static SmallVector<int64_t> getSlots(const GatePair &pair,
                                     const GateRecord &gate, int64_t token) {
  auto slots =
      llvm::to_vector(llvm::seq(token * gate.slots, (token + 1) * gate.slots));
  int64_t logits =
      pair.oracleKeys ? pair.oracleKeys->logits : pair.layer.logits;
  if (logits == gate.slots)
    llvm::sort(slots, [&](int64_t a, int64_t b) {
      return gate.experts[a] < gate.experts[b];
    });
  return slots;
}

/// The logits of `token` hold NaN or +inf, or nothing but -inf.
static bool isUnspecified(const GatePair &pair, int64_t token) {
  if (!pair.oracleKeys)
    return false;
  ArrayRef<double> keys = pair.getKeys(*pair.oracleKeys, token);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return llvm::any_of(keys, [](double key) { return !(key < infinity); }) ||
         llvm::all_of(keys, [](double key) { return key == -infinity; });
}

/// All that is known of the ids of an unspecified token.
static bool areDistinctExperts(const GatePair &pair, int64_t token) {
  SmallVector<int32_t> ids(ArrayRef<int32_t>(pair.run.experts)
                               .slice(token * pair.run.slots, pair.run.slots));
  llvm::sort(ids);
  return llvm::all_of(ids, [&](int32_t id) { return pair.isExpert(id); }) &&
         std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

/// How far apart keys may be that a legal difference turned on.
static double getAllowed(const GatePair &pair, int64_t token,
                         double tolerance) {
  // Both keys may have moved; a group is up to two keys. The last bit of the
  // keys' own rounding counts too.
  double keys = pair.layer.groupsBySumOfTwo ? 2 : 1;
  double rounding =
      keys * tolerance * getLargest(pair.getKeys(*pair.oracleKeys, token));
  if (!pair.runKeys)
    return rounding;
  return std::min(rounding, 2 * keys * getShift(pair, token));
}

/// Whether the choice of `token` is the same or differs legally, and counts how
/// it differs; `differs` is set where it does.
static bool compareToken(const GatePair &pair, int64_t token, double tolerance,
                         IdComparison &result, bool &differs) {
  double margin = 0;
  for (auto [slot, oracleSlot] :
       llvm::zip_equal(getSlots(pair, pair.run, token),
                       getSlots(pair, pair.oracle, token))) {
    int32_t chosen = pair.run.experts[slot];
    int32_t expected = pair.oracle.experts[oracleSlot];
    bool sameLife =
        pair.isLive(pair.run, slot) == pair.isLive(pair.oracle, oracleSlot);
    // How far a kept key moved is not known: the results decide.
    if (chosen == expected && (sameLife || !pair.runKeys))
      continue;
    differs = true;
    ++result.differ;
    if (!pair.oracleKeys)
      continue;
    double distance = chosen != expected
                          ? getSlotMargin(pair, token, chosen, expected)
                          : getKeptMargin(pair, token, chosen);
    // max() would lose a NaN.
    margin = distance >= margin || std::isnan(distance) ? distance : margin;
  }
  if (!differs)
    return true;
  if (!pair.oracleKeys)
    return false;
  result.margin = std::max(result.margin.value_or(0), margin);
  return margin <= getAllowed(pair, token, tolerance);
}

static void compareGate(const GatePair &pair, double tolerance,
                        IdComparison &result) {
  ++result.compared;
  // A token that has gone another way is a different token from there on. The
  // rows of an expert are no tokens of the program.
  std::vector<bool> inner;
  std::vector<bool> &leftOut =
      pair.layer.parent < 0 ? result.leftOut[pair.run.tokens] : inner;
  leftOut.resize(pair.run.tokens);
  for (int64_t token = 0; token < pair.run.tokens; ++token) {
    bool differs = false;
    if (leftOut[token])
      continue;
    if (isUnspecified(pair, token)) {
      ++result.unspecified;
      leftOut[token] = true;
      result.legal &= areDistinctExperts(pair, token);
      continue;
    }
    if (!compareToken(pair, token, tolerance, result, differs))
      result.legal = false;
    else if (differs)
      leftOut[token] = true;
  }
}

static const LayerInfo *findLayer(const RunView &view, int64_t layer) {
  for (const LayerInfo &info : view.function.getLayers())
    if (info.layer == layer)
      return &info;
  return nullptr;
}

/// The executions of gates, in order; those without a location are `alone`.
static ExecutionsByLocation collect(const RunView &view, int64_t &alone) {
  ExecutionsByLocation executions;
  std::map<int64_t, std::vector<const KeyRecord *>> keys;
  for (const KeyRecord &record : view.record.keys)
    keys[record.layer].push_back(&record);
  std::map<int64_t, size_t> counts;
  for (const GateRecord &gate : view.record.gates) {
    const LayerInfo *info = findLayer(view, gate.layer);
    if (!info || info->gate.empty()) {
      ++alone;
      continue;
    }
    size_t nth = counts[gate.layer]++;
    auto &known = keys[gate.layer];
    bool fits = nth < known.size() && known[nth]->tokens == gate.tokens;
    executions[info->gate].push_back({&gate, fits ? known[nth] : nullptr});
  }
  return executions;
}

IdComparison moe::compareIds(const RunView &run, const RunView &oracle,
                             double tolerance) {
  IdComparison result;
  ExecutionsByLocation mine = collect(run, result.alone);
  ExecutionsByLocation theirs = collect(oracle, result.alone);
  // In the order of the oracle's run: outer choices come before inner ones.
  std::map<const GateRecord *, std::pair<Execution, Execution>> pairs;
  for (auto &[location, executions] : theirs) {
    std::vector<Execution> &others = mine[location];
    if (executions.size() != others.size()) {
      result.alone += executions.size() + others.size();
    } else {
      for (auto [a, b] : llvm::zip(others, executions))
        pairs[b.gate] = {a, b};
    }
    others.clear();
  }
  for (auto &[location, executions] : mine)
    result.alone += executions.size();

  bool anyLeftOut = false;
  for (const GateRecord &record : oracle.record.gates) {
    auto pair = pairs.find(&record);
    if (pair == pairs.end())
      continue;
    auto [a, b] = pair->second;
    const LayerInfo &info = *findLayer(oracle, record.layer);
    // Other rows reach the gates inside of experts after another choice.
    if (a.gate->tokens != b.gate->tokens || a.gate->slots != b.gate->slots ||
        (info.parent >= 0 && anyLeftOut)) {
      result.alone += 2;
      continue;
    }
    bool known = b.keys && a.keys && a.keys->logits == b.keys->logits;
    compareGate({info, *a.gate, *b.gate, known ? a.keys : nullptr, b.keys},
                tolerance, result);
    for (auto &[tokens, leftOut] : result.leftOut)
      anyLeftOut |= llvm::is_contained(leftOut, true);
  }
  return result;
}
