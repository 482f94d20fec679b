#===- routers.py - Routers without a layer around them ---------------------===#
"""Each router of examples/routers.mlir is one function: logits in, weights and
experts out, and the plan of a dispatch where the router needs one to be said.
"""

import dataclasses

import emit
from emit import Block, Value


@dataclasses.dataclass(frozen=True)
class Router:
    name: str
    comment: tuple
    logits: int
    slots: int
    router: str
    extra: tuple = ()  # further operands: bias, thresholds
    capacity: tuple = ()  # of an expert: (factor, divisor), of T * factor / divisor
    score: tuple = ()  # lines of a score region on %z
    experts: int = 0  # of a dispatch, 0: none
    dispatch: str = ""  # its attributes


ROUTERS = [
    Router("deepseek_v2", ("DeepSeek-V2: 3 of 8 groups by their best score, 6 experts, times 16.",),
           160, 6, "softmax, group_top_k<6, groups = 8, kept = 3, by = max>, scale = 16.0"),
    Router("sqrt_softplus", ("Scores sqrt(softplus(z)) with a bias for the choice only, as in DeepSeek-V4.",),
           256, 6, "sqrt_softplus, top_k<6>, sum", extra=(("bias", "normal<0.1>"),)),
    Router("gshard_top2",
           ("GShard (Lepikhin et al. 2020): top 2, weights made to sum to 1. An expert takes",
            "2T/E slots, all first choices before any second choice."),
           128, 2, "softmax, top_k<2>, sum", capacity=(2, 128), experts=128,
           dispatch=" capacity(%capacity) priority(choice_major)"),
    Router("expert_choice",
           ("Expert choice (Zhou et al. 2022): each expert takes its 2T/E best tokens.",),
           64, 64, "softmax, expert_choice", capacity=(2, 64)),
    Router("batchwise",
           ("Strictly balanced gating (Shazeer et al. 2017, appendix F), training, eqs 16, 18:",
            "each expert takes its floor(4T/E) best tokens; a token nobody takes gets zero."),
           64, 64, "softmax, batchwise<4>, sum"),
    Router("threshold", ("The same at inference, eq. 19: the experts whose score exceeds their threshold.",),
           64, 64, "softmax, threshold, sum", extra=(("thresholds", "normal<0.01>"),)),
    Router("relu", ("ReLU gates (DeepMoE, Wang et al. 2018; ReMoE, Wang et al. 2024): no fixed k.",),
           64, 64, "relu, all"),
    Router("null_experts",
           ("12 logits, 8 experts: ids 8 to 11 are null experts, which compute nothing.",),
           12, 2, "softmax, top_k<2>", experts=8),
    Router("tanh_score", ("A score of one's own, as a region.",), 64, 2, "region, top_k<2>",
           score=("%r = math.tanh %z : f32",)),
]


def router_function(router):
    logits = Value("%logits", (None, router.logits), "f32")
    weights = Value("%weights", (None, router.slots), "f32")
    experts = Value("%experts", (None, router.slots), "i32")
    block = Block(logits, "f32")
    arguments = [emit.argument(logits)]
    words = ""
    for word, init in router.extra:
        value = Value(f"%{word}", (router.logits,), "f32")
        arguments.append(emit.argument(value, True, init))
        words += f" {word}({value.name} : {value.type})"
    if router.capacity:
        factor, divisor = router.capacity
        block.constant("factor", factor, "index")
        block.constant("divisor", divisor, "index")
        slots = block.named("all", f"arith.muli {block.count()}, %factor : index")
        block.named("capacity", f"arith.ceildivui {slots}, %divisor : index")
        words += "" if router.experts else " capacity(%capacity)"
    if router.score:
        words += " score {"
    block.line(f"{weights.name}, {experts.name} = moe.gate {logits.name} <{router.router}>{words}")
    if router.score:
        block.line("^bb0(%z: f32):")
        for text in router.score + ("moe.yield %r : f32",):
            block.line(text, 2)
        block.line(f"}} : {logits.type} -> {weights.type}, {experts.type}")
    else:
        block.line(f": {logits.type} -> {weights.type}, {experts.type}", 4)
    results = [("weights", weights), ("experts", experts)]
    if router.experts:
        x = Value("%x", (None, 16), "f32")
        arguments.insert(0, emit.argument(x))
        rows, offsets, ranks = emit.dispatch(block, [x], experts, weights, router.experts,
                                             router.dispatch)
        results += [("offsets", offsets), ("slots", ranks)]
    comment = "\n".join(f"// {line}" for line in router.comment)
    return comment + "\n" + emit.function(router.name, arguments, block, results)


def text():
    comment = [
        "Routers without a layer around them; every example layer shows another one.",
        "Run: moe-run examples/routers.mlir --entry=deepseek_v2 --dim T=16 --check",
        "Written by generate.py routers",
    ]
    return emit.file_text(comment, [router_function(router) for router in ROUTERS], maps=False)
