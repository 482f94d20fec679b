#===- papers.py - Layers as their papers define them -----------------------===#
"""Jacobs et al. 1991 and Shazeer et al. 2017 for generate.py.

Matrices are [in, out] as in the formulas.
"""

import dataclasses

import emit
from emit import Block, Value


@dataclasses.dataclass(frozen=True)
class Jacobs:
    """`hidden`: width of an input; `outputs`: width of a response."""

    name: str
    hidden: int
    outputs: int
    experts: int
    dtype: str = "f32"
    tokens: int = 0


@dataclasses.dataclass(frozen=True)
class Shazeer:
    """`groups` is 0 for the flat layer, else `experts` counts all groups' experts."""

    name: str
    hidden: int
    intermediate: int
    experts: int
    k: int
    groups: int = 0
    dtype: str = "f32"
    tokens: int = 0


LAYERS = [
    Jacobs("jacobs-1991", hidden=2, outputs=4, experts=8),
    Shazeer("shazeer-2017-flat", hidden=512, intermediate=1024, experts=256, k=4),
    Shazeer("shazeer-2017-hierarchical", hidden=512, intermediate=1024, experts=256, k=2, groups=16),
]

SIGMOID = [
    "%negative = arith.negf %a : T",
    "%exp = math.exp %negative : T",
    "%divisor = arith.addf %exp, %one : T",
]
SOFTPLUS_TIMES_NOISE = [  # of s, in its form that does not overflow
    "%positive = arith.maximumf %s, %zero : T",
    "%absolute = math.absf %s : T",
    "%negative = arith.negf %absolute : T",
    "%exp = math.exp %negative : T",
    "%log = math.log1p %exp : T",
    "%sigma = arith.addf %positive, %log : T",
    "%r = arith.mulf %sigma, %n : T",
]


def text(layer):
    return jacobs_text(layer) if isinstance(layer, Jacobs) else shazeer_text(layer)


#===----------------------------------------------------------------------===#
# Jacobs
#===----------------------------------------------------------------------===#


def logistic_expert(inner, rows, w):
    inner.constant("one", "1.0")
    z = inner.add_bias("z", inner.matmul("xw", rows[0], w["w"], transposed=False), w["w_bias"])
    return [inner.elementwise("response", {"a": z}, SIGMOID + ["%r = arith.divf %one, %divisor : T"])]


def jacobs_function(layer, name, router, slots, comment):
    x = Value("%x", (layer.tokens or None, layer.hidden), layer.dtype)
    gate = Value("%gate", (layer.hidden, layer.experts), layer.dtype)
    gate_bias = Value("%gate_bias", (layer.experts,), layer.dtype)
    stacked = {"w": Value("%w", (layer.experts, layer.hidden, layer.outputs), layer.dtype),
               "w_bias": Value("%w_bias", (layer.experts, layer.outputs), layer.dtype)}
    arguments = [emit.argument(x), emit.argument(gate, True, "normal<1.0>"),
                 emit.argument(gate_bias, True, "normal<1.0>"),
                 emit.argument(stacked["w"], True, "normal<1.0>"),
                 emit.argument(stacked["w_bias"], True, "normal<1.0>")]
    block = Block(x, layer.dtype)
    logits = block.add_bias("logits", block.matmul("xg", x, gate, transposed=False), gate_bias)
    uniform = None
    if name == "sample":
        arguments[1:1] = ['%seed: i64 {moe.name = "seed"}', '%step: i64 {moe.name = "step"}']
        uniform = emit.random(block, "uniform", "uniform", (x.shape[0],))
    weights, experts = emit.gate(block, logits, router, slots, uniform=uniform)
    block.comment("Without weights every slot is a row, also where a gate has underflowed to 0."
                  if name == "layer" else "The chosen expert's output as it is, not scaled by the gate.")
    rows, offsets, ranks = emit.dispatch(block, [x], experts, None, layer.experts)
    out, = emit.expert(block, rows, offsets, stacked, logistic_expert)
    block.line()
    y = emit.combine(block, Value("%y", (x.shape[0], layer.outputs), layer.dtype), out, ranks,
                     weights, unweighted=name != "layer")
    results = [("y", y), ("weights", weights), ("experts", experts)]
    if name == "layer":
        outputs = Value("%outputs", (layer.experts, x.shape[0], layer.outputs), out.dtype)
        size = block.count() if x.shape[0] is None else x.shape[0]
        block.line(f"{outputs.name} = tensor.expand_shape {out.name} [[0, 1], [2]] "
                   f"output_shape [{layer.experts}, {size}, {layer.outputs}]")
        block.line(f": {out.type} into {outputs.type}", 4)
        results.append(("outputs", outputs))
    return f"// {comment}\n" + emit.function(name, arguments, block, results)


def jacobs_text(layer):
    comment = [
        "Jacobs, Jordan, Nowlan, Hinton 1991, Adaptive Mixtures of Local Experts: the vowel",
        "classifier. Two formants in, four vowels out; the gate and each expert are one",
        f"linear layer, softmax and logistic. {layer.experts} experts (4 and 8 in the paper), {layer.dtype}.",
        "Run: moe-run examples/jacobs-1991.mlir --entry=layer --dim T=75 --check --stats",
        "     moe-run examples/jacobs-1991.mlir --entry=sample --dim T=75 \\",
        "             --input seed=7 --input step=0",
        f"Written by generate.py {layer.name}",
    ]
    functions = [
        jacobs_function(layer, "layer", "softmax, all", layer.experts,
                        "The blend sum_i p_i o_i, and every expert's own output o_i (the losses want them)."),
        jacobs_function(layer, "argmax", "softmax, top_k<1>", 1,
                        "The output of the most probable expert alone."),
        jacobs_function(layer, "sample", "softmax, sample", 1,
                        "The output of one expert, drawn with probability p_i."),
    ]
    return emit.file_text(comment, functions, biases=True, maps=False)


#===----------------------------------------------------------------------===#
# Shazeer
#===----------------------------------------------------------------------===#


def noisy_gate(block, x, w_gate, w_noise, noise, k):
    """Equations 3 to 5: softmax over the best k of x W_g + noise * softplus(x W_noise)."""
    block.constant("zero", "0.0")
    logits = block.matmul("logits", x, w_gate, transposed=False)
    z = block.matmul("z", x, w_noise, transposed=False)
    scaled = block.elementwise("scaled", {"s": z, "n": noise}, SOFTPLUS_TIMES_NOISE)
    return emit.gate(block, logits, f"identity, top_k<{k}>, softmax", k, noise=scaled)


def relu_experts(inner, rows, w):
    return [emit.relu_mlp(inner, rows[0], w["w_in"], w["w_out"], transposed=False)]


def group(layer, size):
    """The region of one group: a mixture of its `size` experts."""

    def body(inner, rows, w):
        xe, noise = rows
        inner.comment("The noise of this group's experts.")
        identifier = inner.named("id", f"tensor.extract {w['group'].name}[] : tensor<i32>")
        number = inner.named("number", f"arith.index_cast {identifier} : i32 to index")
        width = inner.constant("size", size, "index")
        start = inner.named("start", f"arith.muli {number}, {width} : index")
        own = inner.columns("own_noise", noise, start, size)
        inner.comment("A mixture of the group's own experts.")
        weights, experts = noisy_gate(inner, xe, w["group_w_gate"], w["group_w_noise"], own, layer.k)
        inner_rows, offsets, slots = emit.dispatch(inner, [xe], experts, weights, size)
        out, = emit.expert(inner, inner_rows, offsets,
                           {key: w[key] for key in ("w_in", "w_out")}, relu_experts)
        return [emit.combine(inner, Value("%ye", xe.shape, inner.acc), out, slots, weights)]

    return body


def shazeer_values(layer):
    tokens, h, i, e = layer.tokens or None, layer.hidden, layer.intermediate, layer.experts
    shapes = {"noise": (tokens, layer.groups or e), "w_gate": (h, layer.groups or e),
              "w_noise": (h, layer.groups or e), "w_in": (e, h, i), "w_out": (e, i, h)}
    if layer.groups:
        g, size = layer.groups, e // layer.groups
        shapes = {"noise": (tokens, g), "group_noise": (tokens, e), "w_gate": (h, g),
                  "w_noise": (h, g), "group_w_gate": (g, h, size), "group_w_noise": (g, h, size),
                  "w_in": (g, size, h, i), "w_out": (g, size, i, h)}
    return {key: Value(f"%{key}", shape, layer.dtype if "_" in key.replace("group_noise", "") else
                       emit.accumulator(layer.dtype)) for key, shape in shapes.items()}


def shazeer_arguments(values, noise=True):
    drawn = {key: value for key, value in values.items() if "w_" not in key}
    learned = {key: value for key, value in values.items() if "w_" in key}
    return [emit.argument(value) for value in drawn.values() if noise] + [
        emit.argument(value, True, f"fan_in<{len(value.shape) - 2}>") for value in learned.values()]


def shazeer_text(layer):
    x = Value("%x", (layer.tokens or None, layer.hidden), layer.dtype)
    values = shazeer_values(layer)
    block = Block(x, layer.dtype)
    block.constant("one", "1.0")
    block.comment("Which experts, with which weights." if not layer.groups else "Which groups.")
    weights, experts = noisy_gate(block, x, values["w_gate"], values["w_noise"],
                                  values["noise"], layer.k)
    count = layer.groups or layer.experts
    if not layer.groups:
        block.comment("Each expert on its own rows.")
        rows, offsets, slots = emit.dispatch(block, [x], experts, weights, count)
        out, = emit.expert(block, rows, offsets,
                           {key: values[key] for key in ("w_in", "w_out")}, relu_experts)
    else:
        block.comment("Each group on its own rows, which bring the noise of all experts along.")
        numbers = ", ".join(str(n) for n in range(count))
        block.constants["%group"] = f"arith.constant dense<[{numbers}]> : tensor<{count}xi32>"
        stacked = {"group": Value("%group", (count,), "i32")}
        stacked.update((key, value) for key, value in values.items()
                       if key.startswith("group_w") or key in ("w_in", "w_out"))
        rows, offsets, slots = emit.dispatch(block, [x, values["group_noise"]], experts, weights, count)
        out, = emit.expert(block, rows, offsets, stacked, group(layer, layer.experts // count))
    block.comment("Back to the tokens, then sigmoid and residual.")
    mixed = emit.combine(block, Value("%mixed", x.shape, block.acc), out, slots, weights)
    y = block.elementwise("y", {"a": mixed, "b": x}, SIGMOID + [
        "%sigmoid = arith.divf %one, %divisor : T", "%r = arith.addf %b, %sigmoid : T"], layer.dtype)
    results = [("y", y), ("weights", weights), ("experts", experts)]
    layer_function = emit.function("layer", [emit.argument(x)] + shazeer_arguments(values), block, results)
    kind = "hierarchical" if layer.groups else "flat"
    how = (f"{layer.groups} groups of {layer.experts // layer.groups}, {layer.k} groups a token and {layer.k} experts in each"
           if layer.groups else f"{layer.k} experts a token")
    comment = [
        "Shazeer et al. 2017, Outrageously Large Neural Networks: the layer of the language",
        f"models, {kind}. {layer.experts} experts {layer.hidden}-{layer.intermediate}-{layer.hidden} with ReLU, {layer.dtype}:",
        f"{how}.",
        "Noisy top-k (eqs 3 to 5); the output passes a sigmoid, then the residual is added.",
        *(["The gate of an expert is the product of two (eq. 12): a mixture in each group."] if layer.groups else []),
        f"Run: moe-run examples/{layer.name}.mlir --entry=layer --dim T=16 --check --stats",
        f"     moe-run examples/{layer.name}.mlir --entry=seeded --dim T=16 \\",
        "             --input seed=7 --input step=0",
        f"Written by generate.py {layer.name}",
    ]
    return emit.file_text(comment, [layer_function, seeded_function(layer, x, values, results)], maps=False)


def seeded_function(layer, x, values, results):
    """The layer with noise drawn from seed and step."""
    block = Block(x, layer.dtype)
    drawn = [key for key in values if "w_" not in key]
    for number, key in enumerate(drawn):
        # Positions of one stream: the second tensor starts after any first one.
        emit.random(block, key, "normal", values[key].shape, values[key].dtype,
                    offset=None if number == 0 else 1 << 40)
    operands = [x] + list(values.values())
    block.line(f"{', '.join(v.name for _, v in results)} = func.call @layer("
               f"{', '.join(v.name for v in operands)})")
    block.line(f": ({', '.join(v.type for v in operands)})", 4)
    block.line(f"-> ({', '.join(v.type for _, v in results)})", 4)
    arguments = [emit.argument(x), '%seed: i64 {moe.name = "seed"}', '%step: i64 {moe.name = "step"}']
    return ("// The same with the noise of one training step.\n" +
            emit.function("seeded", arguments + shazeer_arguments(values, noise=False), block, results))
