# ===- zentorch.py - zentorch's fused MoE -----------------------------------=== #
"""bf16 weights are rewritten in place by the first call: each process makes its own."""

import torch
import zentorch  # noqa: F401 (adds the op)

import peers.torch_common as common


def version():
    return common.versions("zentorch")


class Peer(common.TorchPeer):
    bodies = (*common.TorchPeer.bodies, "clamped")
    scales_input = True

    def pack(self, weights):
        self.weights = [weights.get(name) for name in ("w13", "w2", "b13", "b2")]
        self.activation = "swigluoai" if self.layer.body == "clamped" else "silu"

    def apply(self, x, weights, experts):
        if self.layer.scale_input:
            x = x * weights.to(x.dtype)
        y = torch.empty_like(x)
        torch.ops.zentorch.zentorch_fused_moe(y, x, *self.weights, weights, experts, self.layer.scale_input,
                                              self.activation)
        return y
