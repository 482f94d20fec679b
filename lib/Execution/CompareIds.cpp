//===- CompareIds.cpp - Whether two runs chose alike ----------------------===//
//
// Two runs that round differently see slightly different keys, and may choose
// differently where keys are close. A difference is legal if the keys between
// which the choice turned are no further apart than the keys themselves moved
// from one run to the other.
//
//===----------------------------------------------------------------------===//

#include "CompareIds.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::moe;

namespace {
/// The same gate in both runs. Key records are null where there are none.
struct GatePair {
  const LayerInfo &layer;
  const GateRecord &run, &oracle;
  const KeyRecord *runKeys, *oracleKeys;

  bool isLive(const GateRecord &gate, int64_t slot) const {
    return gate.weights[slot] != 0;
  }
  ArrayRef<double> getKeys(const KeyRecord &keys, int64_t token) const {
    return ArrayRef<double>(keys.keys).slice(token * keys.logits, keys.logits);
  }
  double getOracleKey(int64_t token, int64_t expert) const {
    ArrayRef<double> keys = getKeys(*oracleKeys, token);
    return expert >= 0 && expert < oracleKeys->logits
               ? keys[expert]
               : std::numeric_limits<double>::quiet_NaN();
  }
};
} // namespace

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
  if (pair.oracleKeys && pair.oracleKeys->logits == gate.slots)
    llvm::sort(slots, [&](int64_t a, int64_t b) {
      return gate.experts[a] < gate.experts[b];
    });
  return slots;
}

static void compareToken(const GatePair &pair, int64_t token,
                         IdComparison &result, bool isOutermost) {
  int64_t differ = 0;
  double margin = 0;
  for (auto [slot, oracleSlot] :
       llvm::zip_equal(getSlots(pair, pair.run, token),
                       getSlots(pair, pair.oracle, token))) {
    int32_t chosen = pair.run.experts[slot];
    int32_t expected = pair.oracle.experts[oracleSlot];
    bool live = pair.isLive(pair.run, slot);
    bool expectedLive = pair.isLive(pair.oracle, oracleSlot);
    if (chosen == expected && live == expectedLive)
      continue;
    ++differ;
    if (!pair.oracleKeys)
      continue;
    double distance = chosen != expected
                          ? getSlotMargin(pair, token, chosen, expected)
                          : getKeptMargin(pair, token, chosen);
    // max() would lose a NaN.
    margin = distance >= margin || std::isnan(distance) ? distance : margin;
  }
  if (!differ)
    return;
  result.differ += differ;
  if (!pair.oracleKeys) {
    result.legal = false;
    return;
  }
  result.margin = std::max(result.margin.value_or(0), margin);
  // Both keys may have moved; a group is up to two keys. The last bit of the
  // keys' own rounding counts too.
  double allowed =
      (pair.layer.groupsBySumOfTwo ? 4 : 2) * getShift(pair, token);
  if (!(margin <= allowed)) {
    result.legal = false;
    return;
  }
  if (isOutermost) {
    if (result.leftOut.size() < static_cast<size_t>(pair.run.tokens))
      result.leftOut.resize(pair.run.tokens);
    result.leftOut[token] = true;
  }
}

static const LayerInfo *findLayer(const RunView &view, int64_t layer) {
  for (const LayerInfo &info : view.function.getLayers())
    if (info.layer == layer)
      return &info;
  return nullptr;
}

/// The gates of a run by their place in the program, in order: passes number
/// layers anew, and may take gates away, but leave them their places.
static std::map<std::string, std::vector<const GateRecord *>>
groupByPlace(const RunView &view) {
  std::map<std::string, std::vector<const GateRecord *>> gates;
  for (const GateRecord &gate : view.record.gates) {
    const LayerInfo *info = findLayer(view, gate.layer);
    gates[info ? info->gate : ""].push_back(&gate);
  }
  return gates;
}

/// The keys that `gate` of the record selected on, or null.
static const KeyRecord *findKeys(const RunRecord &record,
                                 const GateRecord &gate) {
  size_t nth = 0;
  for (const GateRecord &before : record.gates) {
    if (&before == &gate)
      break;
    nth += before.layer == gate.layer;
  }
  for (const KeyRecord &keys : record.keys)
    if (keys.layer == gate.layer && nth-- == 0)
      return keys.tokens == gate.tokens ? &keys : nullptr;
  return nullptr;
}

IdComparison moe::compareIds(const RunView &run, const RunView &oracle) {
  IdComparison result;
  auto fail = [&](const std::string &note) {
    result.legal = false;
    result.notes.push_back(note);
  };
  auto theirs = groupByPlace(oracle);
  auto mine = groupByPlace(run);
  // In the order of execution: a choice counts for what comes after it.
  std::map<std::string, size_t> executions;
  for (const GateRecord &gate : run.record.gates) {
    const LayerInfo *info = findLayer(run, gate.layer);
    std::string place = info ? info->gate : "";
    auto others = theirs.find(place);
    // A gate that only one of the programs has is not a choice of both.
    if (others == theirs.end())
      continue;
    size_t nth = executions[place]++;
    if (others->second.size() != mine[place].size()) {
      if (nth == 0)
        fail("the runs executed the gate at " + place +
             " different numbers of times");
      continue;
    }
    const GateRecord &other = *others->second[nth];
    if (!info || gate.tokens != other.tokens || gate.slots != other.slots) {
      fail("the gate at " + (info ? place : "unknown") +
           " saw different tokens after a different choice before it");
      continue;
    }
    GatePair pair{*info, gate, other, findKeys(run.record, gate),
                  findKeys(oracle.record, other)};
    if (!pair.runKeys || !pair.oracleKeys)
      pair.runKeys = pair.oracleKeys = nullptr;
    // A token that has gone another way is a different token from there on.
    std::vector<bool> before = result.leftOut;
    for (int64_t token = 0; token < gate.tokens; ++token)
      if (token >= static_cast<int64_t>(before.size()) || !before[token] ||
          info->parent >= 0)
        compareToken(pair, token, result, info->parent < 0);
  }
  return result;
}
