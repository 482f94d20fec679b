# ===- __init__.py - The contestants ----------------------------------------=== #
"""A module each, with `version()` and a class `Peer(layer, what, threads)`:

- `facts`: a dict, of the time to prepare at least;
- `bind(x, weights, experts)`: a call of no arguments, for a choice that is given;
- `bind_layer(x)`: the same with the peer's own routing;
- `numbers(y)`: what such a call returns, as f32.

All conversion of arguments is done by `bind`, outside of the time measured.
`NAMES` says in which environment of install_peers.py each runs; ours is in none.
"""

#: Name: its environment, and what it is.
NAMES = {
    "ours": (None, "this compiler"),
    "zentorch": ("zentorch", "zentorch_fused_moe (ZenDNN)"),
    "vllm": ("vllm", "vLLM, cpu_fused_moe"),
    "sgl": ("vllm", "vLLM, fused_experts_cpu (bf16; vLLM itself calls it for quantized weights only)"),
    "ggml": ("ggml", "ggml, mul_mat_id"),
    "grouped_mm": ("torch", "PyTorch, HF transformers' grouped_mm experts"),
    "batched_mm": ("torch", "PyTorch, HF transformers' batched_mm experts, torch.compile"),
    "onednn": ("torch", "oneDNN matmuls, packed, a loop over the experts"),
    "onnxruntime": ("onnxruntime", "onnxruntime, MoE op"),
}


class Unsupported(Exception):
    """The peer has no such layer, type or function."""


def need(holds, what):
    if not holds:
        raise Unsupported(what)
