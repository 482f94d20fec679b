#!/usr/bin/env python3
# ===- make_router_vectors.py - What published routers answer ---------------=== #
"""Writes Inputs/routers.npz: logits, experts and weights of the routers of
Hugging Face transformers, as they stand in its code. No model is downloaded.

Not run by the tests: they read the file. To write it again, in an environment
with PyPI's `transformers` and `torch` (written with 5.24.0 and 2.15.0):

    python make_router_vectors.py Inputs/routers.npz

The router's matrix is the identity, so that its input is its logits. Random
logits with distinct values only: torch.topk says nothing about ties. Slots are
sorted by expert, since the DeepSeek routers ask for an unsorted top-k.

Differences between transformers and the papers that matter here: until 5.x
DeepSeek-V3 masked unselected groups with 0.0, so that with negative biased scores
an expert outside of the kept groups could win; this script refuses such a
version. DeepSeek-V2 masks with 0.0 too, which is harmless since softmax scores
are positive; its vectors hold no logits small enough to underflow.
"""

import sys

import numpy as np
import torch
from transformers import (DeepseekV2Config, DeepseekV3Config, GptOssConfig,
                          GraniteMoeConfig, Llama4TextConfig, MixtralConfig,
                          OlmoeConfig, Qwen3MoeConfig, SwitchTransformersConfig)
from transformers.models.deepseek_v2.modeling_deepseek_v2 import DeepseekV2TopkRouter
from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3TopkRouter
from transformers.models.gpt_oss.modeling_gpt_oss import GptOssTopKRouter
from transformers.models.granitemoe.modeling_granitemoe import GraniteMoeTopKRouter
from transformers.models.llama4.modeling_llama4 import Llama4Router
from transformers.models.mixtral.modeling_mixtral import MixtralTopKRouter
from transformers.models.olmoe.modeling_olmoe import OlmoeTopKRouter
from transformers.models.qwen3_moe.modeling_qwen3_moe import Qwen3MoeTopKRouter
from transformers.models.switch_transformers.modeling_switch_transformers import (
    SwitchTransformersTop1Router)

TOKENS = 24
SEQUENCES, CAPACITY = 3, 2  # Switch drops what exceeds the capacity


def draw(generator, experts, tokens=TOKENS):
    """Logits of a spread that occurs in models, all values of a token distinct."""
    z = torch.randn(tokens, experts, generator=generator) * 2
    assert all(len(row.unique()) == experts for row in z)
    return z


def sort_slots(experts, weights):
    order = experts.argsort(dim=1)
    return experts.gather(1, order), weights.gather(1, order)


def choose(router, experts, x):
    """A router that returns (logits, weights, experts)."""
    with torch.no_grad():
        router.weight.copy_(torch.eye(experts))
        logits, weights, ids = router(x)
    ids, weights = sort_slots(ids, weights)
    return {"logits": logits, "experts": ids, "weights": weights}


def token_choice(generator):
    g = generator
    yield "mixtral", choose(MixtralTopKRouter(MixtralConfig(
        num_experts_per_tok=2, num_local_experts=8, hidden_size=8)), 8, draw(g, 8))
    yield "qwen3", choose(Qwen3MoeTopKRouter(Qwen3MoeConfig(
        num_experts_per_tok=8, num_experts=128, norm_topk_prob=True, hidden_size=128)),
        128, draw(g, 128))
    yield "olmoe", choose(OlmoeTopKRouter(OlmoeConfig(
        num_experts_per_tok=8, num_experts=64, norm_topk_prob=False, hidden_size=64)),
        64, draw(g, 64))
    yield "granite", choose(GraniteMoeTopKRouter(GraniteMoeConfig(
        num_experts_per_tok=8, num_local_experts=32, hidden_size=32)), 32, draw(g, 32))
    gpt = GptOssTopKRouter(GptOssConfig(
        num_experts_per_tok=4, num_local_experts=32, hidden_size=32))
    with torch.no_grad():
        gpt.bias.copy_(torch.randn(32, generator=g))
    yield "gpt_oss", choose(gpt, 32, draw(g, 32))
    yield "deepseek_v2", choose(DeepseekV2TopkRouter(DeepseekV2Config(
        num_experts_per_tok=6, n_routed_experts=160, hidden_size=160, n_group=8,
        topk_group=3, topk_method="group_limited_greedy", routed_scaling_factor=16.0)),
        160, draw(g, 160))


def deepseek_v3(generator):
    experts = 256
    router = DeepseekV3TopkRouter(DeepseekV3Config(
        num_experts_per_tok=8, n_routed_experts=experts, hidden_size=experts, n_group=8,
        topk_group=4, norm_topk_prob=True, routed_scaling_factor=2.5))
    # All biased scores negative: an expert outside of the kept groups must lose
    # all the same.
    bias = torch.randn(experts, generator=generator) * 0.3 - 3
    router.e_score_correction_bias.copy_(bias)
    case = choose(router, experts, draw(generator, experts))
    groups = [len((row // (experts // 8)).unique()) for row in case["experts"]]
    if max(groups) > 4:
        sys.exit("this version of transformers chooses experts outside of the kept groups")
    return {**case, "bias": bias}


def llama4(generator):
    router = Llama4Router(Llama4TextConfig(
        hidden_size=16, num_local_experts=16, num_experts_per_tok=1))
    with torch.no_grad():
        router.weight.copy_(torch.eye(16))
        scores, logits = router(draw(generator, 16))
    weights, ids = scores.max(dim=1, keepdim=True)
    return {"logits": logits, "experts": ids, "weights": weights}


def switch(generator):
    router = SwitchTransformersTop1Router(SwitchTransformersConfig(
        hidden_size=8, num_experts=8, expert_capacity=CAPACITY)).eval()
    x = draw(generator, 8).reshape(SEQUENCES, TOKENS // SEQUENCES, 8)
    with torch.no_grad():
        router.classifier.weight.copy_(torch.eye(8))
        kept, weights, logits = router(x)
    assert 0 < kept.sum() < TOKENS  # some dropped, some not
    return {"logits": logits.reshape(TOKENS, 8), "experts": logits.reshape(TOKENS, 8).argmax(1)[:, None],
            "weights": weights.reshape(TOKENS, 1), "kept": kept.sum(-1).reshape(TOKENS, 1),
            "capacity": torch.tensor(CAPACITY), "segment": torch.tensor(TOKENS // SEQUENCES)}


def main():
    generator = torch.Generator().manual_seed(1)
    cases = dict(token_choice(generator))
    cases["deepseek_v3"] = deepseek_v3(generator)
    cases["llama4"] = llama4(generator)
    cases["switch"] = switch(generator)
    arrays = {}
    for name, case in cases.items():
        for key, value in case.items():
            array = value.detach().numpy()
            arrays[f"{name}.{key}"] = array.astype(np.float32 if array.dtype.kind == "f" else np.int32)
    np.savez_compressed(sys.argv[1], **arrays)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
