#!/usr/bin/env python3
#===- generate.py - Writes the example files -------------------------------===#
"""One layer of a published model, or of a paper, as a file of the moe dialect.

    generate.py --all                     write every committed file again
    generate.py olmoe-1b-7b               print one layer at its real sizes
    generate.py deepseek-v3 --experts 64 --dtype bf16 -o small.mlir
    generate.py shazeer-2017-hierarchical --groups 256 --experts 131072
    generate.py olmoe-1b-7b --experts-only

Sizes: T tokens (dynamic unless --tokens is given), `hidden` (width of a
token), `intermediate` (inner width of an expert), `experts`, `k` (experts a
token). With --experts-only the function is given the choice: no router, no
shared expert. Every file is written by this script.
"""

import argparse
import dataclasses
import math
import pathlib
import re
import sys

import emit
import papers
import routers
from emit import Block, Value


@dataclasses.dataclass(frozen=True)
class Layer:
    name: str
    title: str
    notes: tuple  # lines of the comment at the head of the file
    hidden: int
    intermediate: int
    experts: int
    k: int
    router: str  # of #moe.router, with {k}
    body: str  # swiglu | joined | joined_transposed | clamped | relu
    shared: int = 0  # inner width of the shared expert, 0: none
    selection_bias: bool = False
    router_bias: bool = False
    capacity: int = 0  # tokens an expert takes of each segment, 0: all
    segment: int = 0  # tokens of a sequence
    scale_input: bool = False  # the weight goes on the expert's input
    dtype: str = "f32"
    tokens: int = 0  # 0: dynamic
    experts_only: bool = False  # weights and experts are arguments


LAYERS = [
    Layer("mixtral-8x7b", "Mixtral 8x7B (Jiang et al. 2024)",
          ("Softmax over the experts, the best 2, their weights made to sum to 1.",),
          4096, 14336, 8, 2, "softmax, top_k<{k}>, sum", "swiglu"),
    Layer("qwen3-30b-a3b", "Qwen3-30B-A3B (Yang et al. 2025)",
          ("Softmax over the experts, the best 8, their weights made to sum to 1.",),
          2048, 768, 128, 8, "softmax, top_k<{k}>, sum", "swiglu"),
    Layer("olmoe-1b-7b", "OLMoE-1B-7B (Muennighoff et al. 2024)",
          ("Softmax over the experts, the best 8, weights left as they are.",),
          2048, 1024, 64, 8, "softmax, top_k<{k}>", "swiglu"),
    Layer("deepseek-v3", "DeepSeek-V3 (DeepSeek-AI 2024)",
          ("Sigmoid scores. The choice adds a learned bias, keeps 4 of 8 groups by the sum",
           "of their two best, then takes the best 8; the weights are the scores without the",
           "bias, made to sum to 1, times 2.5. One shared expert sees every token.",
           "All 256 experts are 42 GiB in f32; 64 of them fit a machine of 20 GB:",
           "  generate.py deepseek-v3 --experts 64 -o deepseek-v3-64.mlir"),
          7168, 2048, 256, 8,
          "sigmoid, group_top_k<{k}, groups = 8, kept = 4, by = sum_of_two>, sum<1.0e-20>, scale = 2.5",
          "swiglu", shared=2048, selection_bias=True),
    Layer("gpt-oss-20b", "gpt-oss-20b (OpenAI 2025)",
          ("The best 4 logits, then softmax over these. Biases everywhere, the router too.",
           "gate_up holds gate and up interleaved as in the checkpoint: even rows, odd rows.",
           "Body: g = min(gate, 7), u = clamp(up, -7, 7), (u + 1) * g * sigmoid(1.702 g)."),
          2880, 2880, 32, 4, "identity, top_k<{k}>, softmax", "clamped", router_bias=True),
    Layer("llama4-scout", "Llama 4 Scout (Meta 2025)",
          ("The best logit, then its sigmoid, which multiplies the expert's *input*.",
           "gate_up and down are [in, out] as in the checkpoint, gate first, then up.",
           "One shared expert sees every token."),
          5120, 8192, 16, 1, "sigmoid, top_k<{k}>", "joined_transposed", shared=8192,
          scale_input=True),
    Layer("switch-base-8", "Switch Transformer base, 8 experts (Fedus et al. 2021)",
          ("The best expert, weighted by its probability. Each takes at most 64 tokens of a",
           "sequence of 512; a token past that gets zero (the residual passes it on)."),
          768, 3072, 8, 1, "softmax, top_k<{k}>", "relu", capacity=64, segment=512),
    Layer("granite-3.1-1b-a400m", "Granite-3.1-1B-A400M (IBM 2024)",
          ("The best 8 logits, then softmax over these.",
           "gate_up holds the rows of gate first, then those of up, as in the checkpoint."),
          1024, 512, 32, 8, "identity, top_k<{k}>, softmax", "joined"),
]


def parameters(layer):
    """Name, shape and initialization of every parameter, router first."""
    h, i, e = layer.hidden, layer.intermediate, layer.experts
    table = [("router", (e, h), "")]
    if layer.experts_only:
        layer = dataclasses.replace(layer, router_bias=False, selection_bias=False, shared=0)
        table = []
    if layer.router_bias:
        table.append(("router_bias", (e,), "normal<0.1>"))
    if layer.selection_bias:
        table.append(("selection_bias", (e,), "normal<0.1>"))
    table += {
        "swiglu": [("gate", (e, i, h), ""), ("up", (e, i, h), ""), ("down", (e, h, i), "")],
        "joined": [("gate_up", (e, 2 * i, h), ""), ("down", (e, h, i), "")],
        "joined_transposed": [("gate_up", (e, h, 2 * i), "fan_in<1>"),
                              ("down", (e, i, h), "fan_in<1>")],
        "clamped": [("gate_up", (e, 2 * i, h), ""), ("gate_up_bias", (e, 2 * i), "normal<0.1>"),
                    ("down", (e, h, i), ""), ("down_bias", (e, h), "normal<0.1>")],
        "relu": [("up", (e, i, h), ""), ("down", (e, h, i), "")],
    }[layer.body]
    if layer.shared:
        s = layer.shared
        table += [("shared_gate", (s, h), ""), ("shared_up", (s, h), ""), ("shared_down", (h, s), "")]
    return table


def build_body(layer, block, x, w):
    """The expert: `w` maps a parameter's name to its slice."""
    if layer.body == "swiglu":
        return emit.swiglu(block, x, w["gate"], w["up"], w["down"])
    if layer.body == "joined":
        return emit.joined_swiglu(block, x, w["gate_up"], w["down"], transposed=True)
    if layer.body == "joined_transposed":
        return emit.joined_swiglu(block, x, w["gate_up"], w["down"], transposed=False)
    if layer.body == "clamped":
        return emit.clamped_swiglu(block, x, w["gate_up"], w["gate_up_bias"], w["down"],
                                   w["down_bias"], alpha=1.702, limit=7.0)
    return emit.relu_mlp(block, x, w["up"], w["down"])


def header(layer):
    rows = f"T = {layer.tokens}" if layer.tokens else "any number of tokens T"
    sizes = (f"Hidden {layer.hidden}, {layer.experts} experts of {layer.intermediate}, "
             f"{layer.k} a token, {layer.dtype}, {rows}.")
    run = f"moe-run examples/{layer.name}.mlir --dim T=16 --check --stats"
    return [f"{layer.title}: one mixture-of-experts layer.", sizes, *layer.notes,
            *["Experts only: weights and experts of every token are given."] * layer.experts_only,
            "Sums are f32 (f64 for f64), rounded once where a value is stored as " + layer.dtype + ".",
            f"Run: {run}", f"Written by generate.py {layer.name}"]


def layer_text(layer):
    tokens = layer.tokens or None
    acc = emit.accumulator(layer.dtype)
    x = Value("%x", (tokens, layer.hidden), layer.dtype)
    arguments = [emit.argument(x)]
    values = {}
    for name, shape, init in parameters(layer):
        dtype = acc if name == "selection_bias" else layer.dtype
        values[name] = Value(f"%{name}", shape, dtype)
        arguments.append(emit.argument(values[name], parameter=True, init=init))

    block = Block(x, layer.dtype)
    if layer.experts_only:
        weights, experts = (Value(f"%{name}", (tokens, layer.k), dtype)
                            for name, dtype in (("weights", acc), ("experts", "i32")))
        arguments[1:1] = [emit.argument(weights), emit.argument(experts)]
    else:
        block.comment("Which experts, with which weights.")
        logits = block.matmul("logits", x, values["router"])
        if layer.router_bias:
            logits = block.add_bias("biased", logits, values["router_bias"])
        weights, experts = emit.gate(block, logits, layer.router.format(k=layer.k), layer.k,
                                     bias=values.get("selection_bias"))

    block.comment("Each expert on its own rows.")
    attributes = ""
    if layer.capacity:
        capacity = block.constant("capacity", layer.capacity, "index")
        attributes = f" capacity({capacity}) segment({layer.segment})"
    if layer.scale_input:
        attributes += " scale_rows"
    rows, offsets, slots = emit.dispatch(block, [x], experts, weights, layer.experts, attributes)
    stacked = {name: value for name, value in values.items()
               if "router" not in name and "shared" not in name and name != "selection_bias"}
    out, = emit.expert(block, rows, offsets, stacked, lambda inner, xs, w:
                       [build_body(layer, inner, xs[0], w)])

    block.comment("Back to the tokens.")
    y = Value("%y", x.shape, layer.dtype)
    if not layer.shared or layer.experts_only:
        emit.combine(block, y, out, slots, weights, layer.scale_input)
    else:
        routed = emit.combine(block, Value("%routed", x.shape, acc), out, slots, weights,
                              layer.scale_input)
        shared = emit.swiglu(block, x, values["shared_gate"], values["shared_up"],
                             values["shared_down"], prefix="shared_")
        block.elementwise("y", {"a": routed, "b": shared}, ["%r = arith.addf %a, %b : T"],
                          layer.dtype)
    results = [("y", y)]
    if not layer.experts_only:
        results += [("weights", weights), ("experts", experts)]
    return emit.file_text(header(layer), [emit.function("layer", arguments, block, results)],
                          biases=layer.router_bias)


def validate(layer, sizes):
    """Raises ValueError where `layer`, with `sizes` given by the caller, cannot be."""
    def expect(holds, what, found):
        if not holds:
            raise ValueError(f"{layer.name}: expects {what}, found {found}")

    optional = {"tokens", "shared", "groups", "capacity", "segment"}
    for key, value in dataclasses.asdict(layer).items():
        if type(value) is int:
            low = 0 if key in optional else 1
            expect(value >= low, f"{key} of at least {low}", value)
    k, groups = getattr(layer, "k", 1), getattr(layer, "groups", 0)
    chosen = f"k = {k}"
    form = re.search(r"groups = (\d+), kept = (\d+)", getattr(layer, "router", ""))
    if form:
        groups, kept = map(int, form.groups())
        expect(layer.experts % groups == 0 and layer.experts >= 2 * groups,
               f"experts in {groups} equal groups of at least 2", layer.experts)
        count = layer.experts // groups * kept
        expect(k <= count, f"k of at most the {count} experts of {kept} groups", chosen)
    elif groups:
        expect(layer.experts % groups == 0, f"experts in {groups} equal groups", layer.experts)
        size = layer.experts // groups
        expect(k <= groups, f"k of at most the {groups} groups", chosen)
        expect(k <= size, f"k of at most the {size} experts of a group", chosen)
    else:
        expect(k <= layer.experts, f"k of at most the {layer.experts} experts", chosen)
    capacity, segment = getattr(layer, "capacity", 0), getattr(layer, "segment", 0)
    expect(not capacity or segment, "a segment with a capacity", "none")
    expect("segment" not in sizes or capacity, "a capacity with a segment", "none")


def build(name, **sizes):
    """The text of example `name`; `sizes` overrides fields of its table row."""
    sizes = {key: value for key, value in sizes.items() if value is not None}
    for table, text in ((LAYERS, layer_text), (papers.LAYERS, papers.text)):
        for layer in table:
            if layer.name == name:
                unknown = set(sizes) - {field.name for field in dataclasses.fields(layer)}
                if unknown:
                    raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
                layer = dataclasses.replace(layer, **sizes)
                validate(layer, sizes)
                return text(layer)
    if name == "routers":
        if sizes:
            raise ValueError(f"routers has no {', '.join(sorted(sizes))}")
        return routers.text()
    raise ValueError(f"expects one of {', '.join(names())}, found {name}")


def names():
    return [layer.name for layer in LAYERS + papers.LAYERS] + ["routers"]


def table():
    """The table of docs/Examples.md."""
    rows = ["| file | hidden | inner | experts | a token | shared | router | parameters | f32 | bf16 |",
            "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|"]
    for layer in LAYERS + papers.LAYERS:
        text = layer_text(layer) if layer in LAYERS else papers.text(layer)
        signature = text[:text.index("\n    -> (")]  # of the first function
        parameters = re.findall(r": tensor<([\dx]+)xf32> \{[^}]*moe\.param", signature)
        count = sum(math.prod(map(int, sizes.split("x"))) for sizes in parameters)
        router = re.search(r"moe\.gate %\w+ <(.*?)>(?: \w+\(.*)?$", text, re.MULTILINE)[1]
        chosen = getattr(layer, "k", "all")
        if getattr(layer, "groups", 0):
            chosen = f"{chosen} x {chosen}"
        inner, shared = (getattr(layer, key, 0) or "-" for key in ("intermediate", "shared"))
        rows.append(f"| [{layer.name}](../examples/{layer.name}.mlir) | {layer.hidden} | {inner} "
                    f"| {layer.experts} | {chosen} | {shared} | `{router}` | {count:,} "
                    f"| {count * 4 / 2**30:.2f} GiB | {count * 2 / 2**30:.2f} GiB |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help=", ".join(names()))
    parser.add_argument("--all", action="store_true", help="write every committed file again")
    parser.add_argument("-o", "--output", help="file to write (default: standard output)")
    for flag in ("tokens", "hidden", "intermediate", "experts", "groups", "k", "shared", "capacity",
                 "segment"):
        parser.add_argument(f"--{flag}", type=int)
    parser.add_argument("--experts-only", action="store_true", default=None,
                        help="weights and experts of every token are arguments")
    parser.add_argument("--dtype", choices=["f32", "bf16", "f16", "f64"])
    options = vars(parser.parse_args())
    name, everything, output = (options.pop(key) for key in ("name", "all", "output"))
    if everything == bool(name):
        parser.error("expects one of a name and --all")
    if options["tokens"] == 0:
        parser.error("expects --tokens of at least 1, found 0; without it there are any number")
    if everything:
        folder = pathlib.Path(__file__).parent
        for name in names():
            (folder / f"{name}.mlir").write_text(build(name))
        return
    try:
        text = build(name, **options)
    except ValueError as error:
        parser.error(str(error))
    if output:
        try:
            pathlib.Path(output).write_text(text)
        except OSError as error:
            sys.exit(f"generate: {output}: {error.strerror}")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
