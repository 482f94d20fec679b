//===- ExpertBodies.h - Expert bodies that have a name ----------*- C++ -*-===//
//
// Builders for what goes into the region of moe.expert (or into any block of
// rows: a shared expert is the same body on all tokens).
//
// m rows, D width of a row, H inner width, N width of a result, r rank of a
// low-rank update. Matrices are [out, in], as checkpoints store them. Sums and
// activations are in the accumulator type, f64 for f64 rows and f32 for all
// others; what a second matmul reads is rounded once to the type of the rows;
// the results are in the accumulator type unless stated otherwise. Biases may
// have a narrower type than the accumulator.
//
// The context must have loaded arith, linalg, math and tensor. All types are
// the caller's to get right: widths that do not fit are diagnosed by the
// verifiers of the ops that are built.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_IR_EXPERTBODIES_H
#define MOE_IR_EXPERTBODIES_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// The type in which rows of `element` are summed.
FloatType getAccumulatorType(Type element);

/// Builds a moe.expert whose region is what `body` builds: it gets the block
/// arguments for `rows` [R,D], `params` [E,...] and `shared`, and returns what
/// the region yields, at least one value [m,N]. The results are [R,N].
ExpertOp buildExpert(
    OpBuilder &builder, Location loc, ValueRange rows, Value offsets,
    ValueRange params, ValueRange shared,
    function_ref<SmallVector<Value>(OpBuilder &, Location, ValueRange rows,
                                    ValueRange params, ValueRange shared)>
        body);

/// rows [m,D] times `matrix` [N,D]: [m,N].
Value buildLinear(OpBuilder &builder, Location loc, Value rows, Value matrix);

/// rows [m,D] times `matrix` [N,D], plus `scale` times the low-rank update
/// (rows down^T) up^T with `down` [r,D] and `up` [N,r]: [m,N] (LoRA, Hu et al.
/// 2021). The rank-r intermediate is rounded as any second operand is.
Value buildLoRALinear(OpBuilder &builder, Location loc, Value rows,
                      Value matrix, Value down, Value up, double scale);

/// values [m,N] plus `bias` [N]: [m,N].
Value buildAddBias(OpBuilder &builder, Location loc, Value values, Value bias);

/// (silu(rows gate^T) * (rows up^T)) down^T with `gate` and `up` [H,D] and
/// `down` [D,H]: [m,D]. silu(z) = z / (1 + exp(-z)).
Value buildSwiGLU(OpBuilder &builder, Location loc, Value rows, Value gate,
                  Value up, Value down);

/// The constants of buildClampedSwiGLU.
struct SwiGLUClamp {
  double alpha = 1.702;
  double limit = 7.0;
};

/// The body of gpt-oss. `gateUp` [2H,D] and its bias [2H] interleave the rows
/// of gate (even) and up (odd); `down` [D,H] has the bias [D]: [m,D]. With
/// g = min(gate, limit) and u = clamp(up, -limit, limit) the inner value is
/// (u + 1) * g * sigmoid(alpha * g).
Value buildClampedSwiGLU(OpBuilder &builder, Location loc, Value rows,
                         Value gateUp, Value gateUpBias, Value down,
                         Value downBias, SwiGLUClamp clamp = {});

/// relu(rows up^T) down^T with `up` [H,D] and `down` [D,H]: [m,D].
Value buildReLU(OpBuilder &builder, Location loc, Value rows, Value up,
                Value down);

/// The rows themselves, in their own type (zero-computation experts).
Value buildIdentity(Value rows);

/// `vector` [N] for every row: [m,N] of the vector's type.
Value buildConstant(OpBuilder &builder, Location loc, Value rows, Value vector);

} // namespace mlir::moe

#endif // MOE_IR_EXPERTBODIES_H
