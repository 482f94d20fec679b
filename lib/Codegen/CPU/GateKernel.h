//===- GateKernel.h - The gate of one token ---------------------*- C++ -*-===//
//
// A token's logits are walked a vector at a time, and nothing of their size is
// stored: what is kept is the list of the first keys and, for a softmax, a
// maximum and a sum. Scores that are keys are computed in the walk; of others
// only those of the selected experts are.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_LIB_CODEGEN_CPU_GATEKERNEL_H
#define MOE_LIB_CODEGEN_CPU_GATEKERNEL_H

#include "KeyList.h"

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// The operands and results of a gate, in memory. All but the logits and the
/// results may be null.
struct GateBuffers {
  Value logits, bias, noise, mask; ///< [T,L], [L], [T,L], [T]
  Value weights, experts;          ///< [T,K]
};

class GateKernel {
public:
  /// `router` is that of a register gate (moe/IR/RegisterGate.h).
  GateKernel(RouterAttr router, const GateBuffers &buffers,
             ImplicitLocOpBuilder &builder);

  /// Weights and experts of token `token`.
  void emit(Value token);

private:
  /// What a softmax divides by, and subtracts.
  struct Softmax {
    Value largest, sum;
  };
  /// Calls `body(first, mask, state)` for each vector of the logits in [from,
  /// to), of which there are `count` if that is known, in ascending order. The
  /// mask is null where all lanes are logits.
  Value walk(Value from, Value to, int64_t count, Value state,
             function_ref<Value(Value first, Value mask, Value state)> body);
  Value load(Value memref, ValueRange indices, Value mask);
  /// Logits plus noise; -inf outside of the mask.
  Value loadLogits(Value first, Value mask);
  Value buildLargest();
  Value buildSum(Value largest);
  /// The scores of `logits`, a vector.
  Value buildScores(Value logits);
  /// The encoded keys, or with `biased` score + bias whatever the keys are, of
  /// the vector of logits at `first`; no keys outside of the mask.
  Value buildKeys(Value first, Value mask, bool biased);
  Value selectTopK(int64_t k);
  Value selectInGroups(GroupTopKAttr select);
  /// The encoded value of the group of logits [from, to).
  Value buildGroupValue(GroupTopKAttr select, Value from, Value to,
                        int64_t size);
  Value gatherLogits(Value experts);
  Value normalize(Value scores);

  RouterAttr router;
  GateBuffers buffers;
  ImplicitLocOpBuilder &b;
  Value token, numLogits;
  int64_t staticLogits, slots;
  Softmax softmax;
};

} // namespace mlir::moe

#endif // MOE_LIB_CODEGEN_CPU_GATEKERNEL_H
