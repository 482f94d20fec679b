//===- Record.cpp - What programs record ----------------------------------===//

#include "ProgramRun.h"

using namespace mlir::moe;

template <typename T>
static std::vector<T> copyMatrix(const MemRefDescriptor<T, 2> *matrix) {
  std::vector<T> values;
  values.reserve(matrix->sizes[0] * matrix->sizes[1]);
  for (int64_t i = 0; i < matrix->sizes[0]; ++i)
    for (int64_t j = 0; j < matrix->sizes[1]; ++j)
      values.push_back(matrix->aligned[matrix->offset + i * matrix->strides[0] +
                                       j * matrix->strides[1]]);
  return values;
}

void moeRecordGate(int64_t layer, const MemRefDescriptor<double, 2> *weights,
                   const MemRefDescriptor<int32_t, 2> *experts) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->gates.push_back({layer, weights->sizes[0], weights->sizes[1],
                                  copyMatrix(weights), copyMatrix(experts)});
}

void moeRecordKeys(int64_t layer, const MemRefDescriptor<double, 2> *keys) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->keys.push_back(
        {layer, keys->sizes[0], keys->sizes[1], copyMatrix(keys)});
}

void moeRecordDispatch(int64_t layer,
                       const MemRefDescriptor<int32_t, 1> *offsets) {
  ProgramRun *run = getCurrentRun();
  if (!run || !run->record)
    return;
  std::vector<int32_t> values;
  for (int64_t i = 0; i < offsets->sizes[0]; ++i)
    values.push_back(elementAt(offsets, i));
  run->record->dispatches.push_back({layer, std::move(values)});
}

void moeRecordKernel(int64_t kernel, int64_t depth, int64_t columns,
                     const MemRefDescriptor<int32_t, 1> *offsets) {
  ProgramRun *run = getCurrentRun();
  if (!run || !run->record)
    return;
  std::vector<int64_t> rows;
  for (int64_t i = 0; i + 1 < offsets->sizes[0]; ++i)
    rows.push_back(static_cast<int64_t>(elementAt(offsets, i + 1)) -
                   elementAt(offsets, i));
  run->record->kernels.push_back({kernel, depth, columns, std::move(rows)});
}

void moeRecordMacs(int64_t layer, int64_t kind, int64_t count) {
  if (ProgramRun *run = getCurrentRun(); run && run->record)
    run->record->macs[{layer, kind}] += count;
}
