//===- PlanChecks.cpp - What is wrong with a plan -------------------------===//

#include "moe/Layout/RoutingPlan.h"

using namespace mlir::moe;
using llvm::ArrayRef;
using llvm::SmallVector;

/// "name[index]", to start a message with.
static std::string element(const char *name, int64_t index) {
  return std::string(name) + "[" + std::to_string(index) + "]";
}

static std::string message(const std::string &what, const std::string &expected,
                           int64_t found) {
  return "expects " + what + " " + expected + ", found " +
         std::to_string(found);
}

std::optional<std::string> mlir::moe::checkOffsets(ArrayRef<int32_t> offsets,
                                                   int64_t rowBound) {
  if (offsets.size() < 2)
    return message("offsets", "of at least 2 numbers", offsets.size());
  if (offsets[0] != 0)
    return message(element("offsets", 0), "to be 0", offsets[0]);
  for (size_t i = 1; i < offsets.size(); ++i)
    if (offsets[i] < offsets[i - 1])
      return message(element("offsets", i),
                     "to be at least " + element("offsets", i - 1) + " = " +
                         std::to_string(offsets[i - 1]),
                     offsets[i]);
  if (offsets.back() > rowBound)
    return message(element("offsets", offsets.size() - 1),
                   "to be at most the number of rows " +
                       std::to_string(rowBound),
                   offsets.back());
  return std::nullopt;
}

std::optional<std::string> mlir::moe::checkSlots(ArrayRef<int32_t> slots,
                                                 ArrayRef<int32_t> offsets,
                                                 int64_t numSlots) {
  if (auto error = checkOffsets(offsets, slots.size()))
    return error;
  SmallVector<int64_t> rowOf(numSlots, -1);
  for (size_t e = 0; e + 1 < offsets.size(); ++e) {
    for (int64_t row = offsets[e]; row < offsets[e + 1]; ++row) {
      int32_t slot = slots[row];
      if (slot < 0 || slot >= numSlots)
        return message(element("slots", row),
                       "to be in [0, " + std::to_string(numSlots) + ")", slot);
      if (row > offsets[e] && slot <= slots[row - 1])
        return message(element("slots", row),
                       "of expert " + std::to_string(e) + " to be above " +
                           element("slots", row - 1) + " = " +
                           std::to_string(slots[row - 1]),
                       slot);
      if (rowOf[slot] >= 0)
        return message(element("slots", row),
                       "to differ from " + element("slots", rowOf[slot]), slot);
      rowOf[slot] = row;
    }
  }
  for (size_t row = offsets.back(); row < slots.size(); ++row)
    if (slots[row] != -1)
      return message(element("slots", row),
                     "past the last live row " +
                         std::to_string(offsets.back() - 1) + " to be -1",
                     slots[row]);
  return std::nullopt;
}

std::optional<std::string> mlir::moe::checkTokenRows(ArrayRef<int32_t> rows,
                                                     ArrayRef<int32_t> slots,
                                                     ArrayRef<int32_t> offsets,
                                                     int64_t slotsPerToken) {
  if (slotsPerToken < 1)
    return message("the slots per token", "to be at least 1", slotsPerToken);
  if (rows.size() % slotsPerToken != 0)
    return message("rows",
                   "of a multiple of " + std::to_string(slotsPerToken) +
                       " numbers",
                   rows.size());
  if (auto error = checkSlots(slots, offsets, rows.size()))
    return error;
  SmallVector<int32_t> expected(rows.size(), -1);
  SmallVector<int32_t> filled(rows.size() / slotsPerToken, 0);
  for (int32_t row = 0; row < offsets.back(); ++row) {
    int64_t token = slots[row] / slotsPerToken;
    expected[token * slotsPerToken + filled[token]++] = row;
  }
  for (size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != expected[i])
      return message(element("rows", i), "to be " + std::to_string(expected[i]),
                     rows[i]);
  return std::nullopt;
}
