//===- Statistics.cpp - What a run has executed ---------------------------===//

#include "moe/Execution/Check.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::moe;

/// `a * b`, or none where either is none or the product overflows.
static std::optional<int64_t> multiply(std::optional<int64_t> a,
                                       std::optional<int64_t> b) {
  int64_t product;
  if (!a || !b || llvm::MulOverflow(*a, *b, product))
    return std::nullopt;
  return product;
}

static int64_t getMacs(const RunRecord &record, int64_t layer, MacKind kind) {
  auto found = record.macs.find({layer, static_cast<int64_t>(kind)});
  return found == record.macs.end() ? 0 : found->second;
}

/// How many tokens the experts of `layer` would see if every expert saw every
/// token.
static std::optional<int64_t> countDenseTokens(ArrayRef<LayerInfo> layers,
                                               const RunRecord &record,
                                               const LayerInfo &layer,
                                               unsigned depth = 0) {
  if (depth > layers.size())
    return std::nullopt;
  for (const LayerInfo &parent : layers)
    if (parent.layer == layer.parent)
      return multiply(parent.experts,
                      countDenseTokens(layers, record, parent, depth + 1));
  std::optional<int64_t> tokens;
  for (const GateRecord &gate : record.gates) {
    if (gate.layer != layer.layer)
      continue;
    // Slots of several gate slots each may be the tokens of a gate.
    int64_t slots = gate.tokens * gate.slots;
    tokens = tokens.value_or(0) +
             (layer.slots > 0 ? slots / layer.slots : gate.tokens);
  }
  return tokens;
}

static LayerStatistics computeLayer(ArrayRef<LayerInfo> layers,
                                    const RunRecord &record,
                                    const LayerInfo &info) {
  LayerStatistics layer;
  layer.location = info.location;
  layer.macs = getMacs(record, info.layer, MacKind::Expert);
  layer.tokensPerExpert.resize(info.experts);
  for (const DispatchRecord &dispatch : record.dispatches) {
    if (dispatch.layer != info.layer || dispatch.offsets.empty())
      continue;
    layer.rows += dispatch.offsets.back() - dispatch.offsets.front();
    layer.tokensPerExpert.resize(
        std::max(layer.tokensPerExpert.size(), dispatch.offsets.size() - 1));
    for (size_t e = 0; e + 1 < dispatch.offsets.size(); ++e)
      layer.tokensPerExpert[e] += dispatch.offsets[e + 1] - dispatch.offsets[e];
  }
  int64_t experts = static_cast<int64_t>(layer.tokensPerExpert.size());
  layer.macsDense =
      multiply(multiply(countDenseTokens(layers, record, info), experts),
               info.macsPerRow);
  return layer;
}

Statistics moe::computeStatistics(const CompiledFunction &function,
                                  ArrayRef<Array> inputs,
                                  const RunRecord &record) {
  Statistics statistics;
  for (auto [info, array] : llvm::zip(function.getArguments(), inputs))
    (info.isParameter ? statistics.parameterBytes : statistics.inputBytes) +=
        array.getNumBytes();
  statistics.workspaceBytes = record.peakBytes;
  for (auto &[key, count] : record.macs)
    (key.second == static_cast<int64_t>(MacKind::GateProjection)
         ? statistics.macsGate
         : statistics.macs) += count;
  statistics.macsDense = getMacs(record, -1, MacKind::Expert);
  for (const LayerInfo &info : function.getLayers()) {
    LayerStatistics layer = computeLayer(function.getLayers(), record, info);
    statistics.rows += layer.rows;
    statistics.macsDense =
        statistics.macsDense && layer.macsDense
            ? std::optional<int64_t>(*statistics.macsDense + *layer.macsDense)
            : std::nullopt;
    statistics.layers.push_back(std::move(layer));
  }
  return statistics;
}
