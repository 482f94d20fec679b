# ===- export.py - MoE layers of PyTorch models as importers export them ---===#
"""Writes the MoE layers of Hugging Face transformers as linalg programs.

Each layer is small, with random parameters from a fixed seed. For every NAME
it writes NAME.mlir, in generic form, and NAME.npz with the arguments `arg0`,
`arg1`, ... of its function and the result `out0` that PyTorch computes. The
test beside this file runs them; it needs nothing of what this script needs.

How to run it (Python 3.11):

  pip install torch==2.15.* transformers==5.24.* numpy
  pip install --no-deps torch-mlir
  python export.py OUTPUT_FOLDER [NAME...]

Parameters are arguments (torch.func.functional_call), so that the program
holds no data. The experts run as `batched_mm`: the eager loop over experts
depends on data and cannot be exported.
"""

import importlib
import os
import sys
from dataclasses import dataclass, field

import numpy as np
import torch


@dataclass
class Layer:
    """A layer `block` of `model` with the sizes of `config`."""

    model: str
    block: str
    config: str
    sizes: dict = field(default_factory=dict)
    tokens: tuple = (1, 5)  # batch and sequence
    result: int = 0  # where the layer returns several values
    dtype: torch.dtype = torch.float32


def sizes(hidden, inner, experts, k, **more):
    """Names that models have for the same sizes; each takes what it knows."""
    return dict(
        hidden_size=hidden,
        intermediate_size=inner,
        moe_intermediate_size=inner,
        shared_expert_intermediate_size=inner,
        num_experts=experts,
        num_local_experts=experts,
        n_routed_experts=experts,
        num_experts_per_tok=k,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        vocab_size=16,
        pad_token_id=0,
        **more,
    )


def mixtral(tokens, *args):
    return Layer("mixtral", "MixtralSparseMoeBlock", "MixtralConfig", sizes(*args), tokens)


def llama4(tokens, *args):
    return Layer("llama4", "Llama4TextMoe", "Llama4TextConfig", sizes(*args), tokens)


def deepseek_v2(tokens, *args, **more):
    more = dict(n_shared_experts=1, n_group=1, topk_group=1, topk_method="greedy") | more
    return Layer(
        "deepseek_v2", "DeepseekV2Moe", "DeepseekV2Config", sizes(*args, **more), tokens
    )


def deepseek_v3(tokens, *args, **more):
    more = dict(n_shared_experts=1, norm_topk_prob=True) | more
    return Layer(
        "deepseek_v3", "DeepseekV3MoE", "DeepseekV3Config", sizes(*args, **more), tokens
    )


# What is committed beside the test.
LAYERS = {
    "mixtral": mixtral((2, 4), 12, 10, 5, 2),
    "mixtral_one": mixtral((1, 6), 7, 5, 3, 1),  # one slot a token
    "mixtral_token": mixtral((1, 1), 6, 5, 3, 1),  # and one token
    "mixtral_narrow": mixtral((1, 3), 4, 1, 5, 2),  # one hidden feature
    "olmoe": Layer(
        "olmoe", "OlmoeSparseMoeBlock", "OlmoeConfig", sizes(10, 6, 9, 4), (1, 7)
    ),
    "qwen3_moe": Layer(
        "qwen3_moe",
        "Qwen3MoeSparseMoeBlock",
        "Qwen3MoeConfig",
        sizes(12, 5, 8, 3, norm_topk_prob=True),
        (1, 1),
    ),
    "qwen2_moe": Layer(
        "qwen2_moe", "Qwen2MoeSparseMoeBlock", "Qwen2MoeConfig", sizes(11, 6, 6, 2), (2, 3)
    ),
    "gpt_oss": Layer("gpt_oss", "GptOssMLP", "GptOssConfig", sizes(10, 7, 5, 3), (2, 3)),
    "llama4": llama4((1, 6), 9, 11, 4, 1),
    "llama4_token": llama4((1, 1), 8, 6, 5, 2),
    "granitemoe": Layer(
        "granitemoe", "GraniteMoeMoE", "GraniteMoeConfig", sizes(9, 7, 6, 2), (2, 2)
    ),
    "deepseek_v2_groups": deepseek_v2(
        (1, 4), 8, 5, 6, 2, topk_method="group_limited_greedy", n_group=3, topk_group=2
    ),
    "deepseek_v3": deepseek_v3((1, 5), 8, 5, 8, 3, n_group=4, topk_group=2),
    "deepseek_v3_token": deepseek_v3((1, 1), 8, 5, 8, 3, n_group=2, topk_group=1),
    "glm4_moe": Layer(  # the form of DeepSeek-V3 with one group
        "glm4_moe",
        "Glm4MoeMoE",
        "Glm4MoeConfig",
        sizes(8, 5, 6, 2, n_shared_experts=1, n_group=1, topk_group=1),
        (2, 3),
    ),
    "lfm2_moe": Layer(
        "lfm2_moe",
        "Lfm2MoeSparseMoeBlock",
        "Lfm2MoeConfig",
        sizes(11, 5, 6, 4, use_expert_bias=True, norm_topk_prob=True, routed_scaling_factor=1.5),
        (3, 1),
    ),
}

_topk = torch.topk


def sorted_topk(input, k, dim=-1, largest=True, sorted=True):
    """torch-mlir has no top-k in any order; the sorted one is one of them."""
    return _topk(input, k, dim, largest, True)


torch.topk = sorted_topk
torch.Tensor.topk = sorted_topk


def make(layer, seed):
    """The module with random parameters, and its input."""
    path = f"transformers.models.{layer.model}"
    modeling = importlib.import_module(f"{path}.modeling_{layer.model}")
    configuration = importlib.import_module(f"{path}.configuration_{layer.model}")
    config = getattr(configuration, layer.config)(**layer.sizes)
    config._experts_implementation = "batched_mm"
    torch.manual_seed(seed)
    module = getattr(modeling, layer.block)(config).eval()
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_floating_point():
            tensor.data = torch.randn_like(tensor) * 0.3
    x = torch.randn(*layer.tokens, config.hidden_size)
    return module.to(layer.dtype), x.to(layer.dtype)


class Functional(torch.nn.Module):
    """`module` with its parameters and buffers as arguments."""

    def __init__(self, module, names, result):
        super().__init__()
        self.inner = [module]  # hidden from the exporter's list of parameters
        self.names, self.result = names, result

    def forward(self, x, *parameters):
        values = dict(zip(self.names, parameters))
        y = torch.func.functional_call(self.inner[0], values, (x,))
        return y[self.result] if isinstance(y, tuple) else y


def to_numpy(tensor):
    return (tensor.float() if tensor.is_floating_point() else tensor).numpy()


def export(name, folder):
    from torch_mlir import fx

    layer = LAYERS[name]
    module, x = make(layer, seed=sum(map(ord, name)))
    state = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    values = [v.detach().clone() for v in state.values()]
    wrapped = Functional(module, list(state), layer.result).eval()
    with torch.no_grad():
        expected = wrapped(x.clone(), *values)
        program = fx.export_and_import(
            wrapped, x, *values, output_type="linalg-on-tensors", func_name=name
        )
    with open(os.path.join(folder, name + ".mlir"), "w") as file:
        file.write(program.operation.get_asm(print_generic_op_form=True))
    arrays = {f"arg{i}": to_numpy(v) for i, v in enumerate([x, *values])}
    np.savez_compressed(os.path.join(folder, name + ".npz"), out0=to_numpy(expected), **arrays)


def main():
    folder, names = sys.argv[1], sys.argv[2:] or list(LAYERS)
    failed = 0
    for name in names:
        try:
            export(name, folder)
            print(name, "written")
        except Exception as error:  # report all layers that do not export
            failed += 1
            print(name, "FAILED:", type(error).__name__, str(error)[:300])
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
