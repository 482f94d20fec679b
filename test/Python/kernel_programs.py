# ===- kernel_programs.py - Random grouped matmuls of the CPU ---------------=== #
"""Grouped matmuls in every form that the kernels of the CPU have, with small
integers, whose sums are exact in any order, and with what they give."""

import functools
import platform
import re

import draws
import machine_programs
import numpy as np
from programs import tensor, wide, with_parameters
from test_layers import KINDS, integers

import moe
from moe import formats, reference

WIDTHS = [0, 1, 3, 5, 16, 17, 33, 63, 65, 129, 176, 300]
EXPERTS = [1, 2, 5, 8, 64]
TOKENS = [0, 1, 2, 7, 33, 130]

# How many weights; operands: name, sizes, map in text and as a function; lines of
# the region; what they compute. E, N, R, T, K are sizes of the op, A is the type
# of the accumulators %a0, ...; %o0, ... are the operands in that type.
EPILOGUES = {
    "none": (1, [], None, None),
    "relu": (1, [], ["%z = arith.constant 0.0 : A", "%v = arith.maximumf %a0, %z : A"],
             lambda a: np.maximum(a, 0)),
    "product": (2, [], ["%v = arith.mulf %a0, %a1 : A"], np.multiply),
    "three": (3, [], ["%p = arith.mulf %a0, %a1 : A", "%v = arith.addf %p, %a2 : A"], lambda a, b, c: a * b + c),
    "bias": (1, [("shift", "EN", "(e, n)", lambda e, r, n, s: (e, n))],
             ["%v = arith.addf %a0, %o0 : A"], np.add),
    "turned": (2, [("shift", "NE", "(n, e)", lambda e, r, n, s: (n, e)),
                   ("factor", "E", "(e)", lambda e, r, n, s: (e,))],
               ["%p = arith.mulf %a0, %o1 : A", "%q = arith.addf %p, %a1 : A", "%v = arith.addf %q, %o0 : A"],
               lambda a, b, shift, factor: a * factor + b + shift),
    "rows": (1, [("factor", "R", "(r)", lambda e, r, n, s: (r,)),
                 ("residual", "RN", "(r, n)", lambda e, r, n, s: (r, n)),
                 ("shift", "N", "(n)", lambda e, r, n, s: (n,))],
             ["%p = arith.mulf %a0, %o0 : A", "%q = arith.addf %p, %o1 : A", "%v = arith.addf %q, %o2 : A"],
             lambda a, factor, residual, shift: a * factor + residual + shift),
    "slots": (1, [("gate", "TK", "(s floordiv K, s mod K)", None),
                  ("shift", "EN", "(e, n)", lambda e, r, n, s: (e, n))],
              ["%p = arith.addf %a0, %o1 : A", "%v = arith.mulf %p, %o0 : A"],
              lambda a, gate, shift: (a + shift) * gate),
}


@functools.lru_cache(maxsize=None)
def schedule_of(dtype):
    """What the compiler chooses for this machine, as text."""
    program = moe.compile(machine_programs.grouped_matmul(64, 64, 2, dtype), device="cpu", record=True)
    return re.search(r"#moe.cpu_schedule<(.*?)>", program.stage("structured"))[1]


def targets():
    """None, this machine, and what it can run besides: each its own kernels."""
    names = [None, None, None]
    if platform.machine() in ("x86_64", "AMD64"):
        lanes = int(re.search(r"lanes = (\d+)", schedule_of("f32"))[1])
        names += [("x86-64", 128)] + [("x86-64-v3", 256)] * (lanes >= 8) + [("x86-64-v4", 512)] * (lanes >= 16)
    return names


def random_schedule(rng, weights, are_pairs, is_dot, is_one_type):
    """A tile with all that may be chosen with it; at most 64 accumulators. `are_pairs`: weights of bf16 that are
    added in f32; `is_dot`: so are the rows."""
    lanes, vectors = int(rng.choice([1, 2, 4, 8, 16])), int(rng.integers(1, 5))
    vectors = min(vectors, 32 // weights)
    rows = min(int(rng.integers(1, 15)), 32 // (weights * vectors))
    group = int(rng.integers(1, 3)) if are_pairs else 1
    dot = group == 2 and is_dot and lanes > 2 and "dot = true" in schedule_of("bf16") and bool(rng.integers(2))
    depth = group * int(rng.choice([0, 1, 2, 3, 8, 32, 100]))
    tiles = int(rng.choice([1, 2, 5])) if depth else int(rng.choice([0, 1, 5]))
    prefetch = bool(rng.integers(2))
    joined, tall, least, few = 1, 0, 1, 0
    if is_one_type and (prefetch or not depth):  # weights are packed
        joined = int(rng.integers(1, 3)) if weights == 1 else 1
        if rng.integers(2):
            tall = int(rng.integers(rows, 1 + max(rows, min(14, 64 // vectors))))
            least = int(rng.choice([1, 1, 4, 9]))
            few = least + int(rng.choice([1, 2, 7, 24, 100]))
    return (f"#moe.cpu_schedule<rows = {rows}, columns = {lanes * vectors}, lanes = {lanes}, group = {group},"
            f" dot = {str(dot).lower()},"
            f" joined = {joined}, tall = {tall}, least = {least}, few = {few}, depth = {depth}, tiles = {tiles},"
            f" panel = {rng.integers(1, 4)}, prefetch = {str(prefetch).lower()},"
            f" spread = {rng.choice([1, 2, 4, 8]) if prefetch else 1},"
            f" threads = {rng.choice([0, 0, 1, 2, 3])}>")


class Kernel:
    """One random program, `text`, of which `label` says the form."""

    def __init__(self, rng):
        self.rng = rng
        self.dtype = str(rng.choice(["f32", "bf16", "bf16", "f16", "f64"]))
        self.acc = wide(self.dtype)
        self.experts, self.width, self.inner = (int(rng.choice(n)) for n in (EXPERTS, WIDTHS, WIDTHS))
        self.k = int(rng.integers(1, 4))
        self.transposed, self.gather, self.accumulate, self.is_param = (bool(rng.integers(2)) for _ in range(4))
        self.result = self.acc if self.accumulate else str(rng.choice([self.acc, self.dtype, *KINDS]))
        self.epilogue = str(rng.choice(list(EPILOGUES)))
        self.weights, operands, lines, self.function = EPILOGUES[self.epilogue]
        self.weight_types = [self.dtype] * self.weights
        if self.acc == "f32" and rng.integers(4) == 0:
            self.weight_types = [str(rng.choice(["f32", "bf16", "f16"])) for _ in range(self.weights)]
        self.operand_types = [self.weight_types[0], self.acc, self.acc]
        self.operands = [(*operand[:3], operand[3] or (lambda e, r, n, s: (s // self.k, s % self.k)))
                         for operand in operands]
        self.schedule = None
        if rng.integers(2):
            self.schedule = random_schedule(rng, self.weights, self.acc == "f32" and set(self.weight_types) == {"bf16"},
                                            self.dtype == "bf16", len(set(self.weight_types)) == 1)
        target = targets()[rng.integers(len(targets()))] if not self.schedule else None
        self.text = self.write(lines, target)
        self.label = (f"{self.dtype}x{'+'.join(self.weight_types)}->{self.result} {self.width}x{self.inner} E={self.experts}"
                      f" K={self.k} {self.epilogue} transposed={self.transposed} gather={self.gather}"
                      f" accumulate={self.accumulate} param={self.is_param} {self.schedule or target}")

    def sizes(self, letters, **dynamic):
        return [{"E": self.experts, "N": self.inner, "K": self.k, **dynamic}.get(letter) for letter in letters]

    def write(self, lines, target):
        kinds = self.operand_types
        region = None
        if lines:
            arguments = [f"%a{i}: {self.acc}" for i in range(self.weights)]
            casts = []
            for i, _ in enumerate(self.operands):
                is_narrow = kinds[i] != self.acc
                arguments.append(f"%{'n' if is_narrow else 'o'}{i}: {kinds[i]}")
                if is_narrow:
                    casts.append(f"%o{i} = arith.extf %n{i} : {kinds[i]} to {self.acc}")
            region = "\n".join([f"  ^bb0({', '.join(arguments)}):", *(line.replace(": A", f": {self.acc}")
                                for line in [*casts, *lines, "moe.yield %v : A"])])
        text = machine_programs.grouped_matmul(
            self.width, self.inner, self.experts, self.dtype, self.result, self.weights, self.transposed,
            gather=self.k if self.gather else None, accumulate=self.k if self.accumulate else None,
            slotted=self.k, epilogue=region, weight_types=self.weight_types, schedule=self.schedule,
            operands=[(name, tensor(*self.sizes(shape), kind),
                       f"affine_map<(e, r, n, s) -> {where.replace('K', str(self.k))}>", "W" if shape == "TK" else "R")
                      for (name, shape, where, _), kind in zip(self.operands, kinds)])
        if self.is_param:
            text = with_parameters(text, "w")
        if target:
            # Caches so small that contractions are cut, cores so many that panels are.
            cores, cache = self.rng.choice([1, 2, 96]), self.rng.choice([32768, 65536, 262144])
            facts = f'arch = "{target[0]}", cores = {cores}, vector_bits = {target[1]}, l2 = {cache}'
            text = f"module attributes {{moe.target = #moe.target<cpu, {facts}>}} {{\n{text}}}\n"
        return text

    def draw(self, tokens):
        """Inputs and what they give. Whatever is not read is NaN."""
        rng, E, N, k = self.rng, self.experts, self.inner, self.k
        ids = draws.ids(rng, tokens, k, E)
        gates = draws.gate_weights(rng, tokens, k)
        offsets, slots, _ = reference.plan(ids, E, weights=gates)
        live, R = offsets[-1], tokens * k
        x = integers(rng, (tokens if self.gather else R, self.width), self.dtype, -2, 3)
        shape = (E, N, self.width) if self.transposed else (E, self.width, N)
        w = [integers(rng, shape, kind, -2, 3) for kind in self.weight_types]
        out = integers(rng, (tokens if self.accumulate else R, N), self.result)
        kinds = self.operand_types
        values = [integers(rng, self.sizes(shape, T=tokens, R=R), kind)
                  for (_, shape, _, _), kind in zip(self.operands, kinds)]
        # In f64, whose sums are exact too; rounded once.
        wider = [formats.widen(a).astype(np.float64) for a in (x, *w, out, *values)]
        expected = formats.narrow(reference.grouped_matmul(
            wider[0], offsets, wider[1:1 + self.weights], wider[1 + self.weights], transposed=self.transposed,
            slots=slots, slots_per_token=k, gather=self.gather, accumulate=self.accumulate,
            operands=wider[2 + self.weights:], maps=[o[3] for o in self.operands], epilogue=self.function), out.dtype)
        read = np.zeros(len(x), bool)
        read[slots[:live] // k if self.gather else np.arange(live)] = True
        poison(x, ~read)
        for array in w:
            poison(array, np.diff(offsets) == 0)
        for (_, _, _, where), array in zip(self.operands, values):
            read = np.zeros(array.shape, bool)
            for e in range(E):
                r = np.arange(offsets[e], offsets[e + 1])[:, None]
                read[where(e, r, np.arange(N)[None, :], slots[r])] = True
            poison(array, ~read)
        if not self.accumulate:
            poison(out, np.arange(R) < live)
        inputs = {"x": x, "offsets": offsets, "slots": slots, "out0": out}
        inputs.update({f"w{i}": array for i, array in enumerate(w)})
        inputs.update({operand[0]: array for operand, array in zip(self.operands, values)})
        return inputs, expected


def poison(array, where):
    array[where] = formats.narrow(np.float32(np.nan), array.dtype)
