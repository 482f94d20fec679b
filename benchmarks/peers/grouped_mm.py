# ===- grouped_mm.py - HF transformers' experts by grouped_mm ---------------=== #
"""What PyTorch users have by default."""

import torch

import peers.torch_common as common


def version():
    return common.versions("transformers")


class Peer(common.TorchPeer):
    """The experts of a model of transformers, with the weights of the layer."""

    experts_type = torch.int64
    implementation = "grouped_mm"

    def pack(self, weights):
        from transformers import MixtralConfig
        from transformers.models.mixtral.modeling_mixtral import MixtralExperts

        layer = self.layer
        config = MixtralConfig(hidden_size=layer.hidden, intermediate_size=layer.intermediate,
                               num_local_experts=layer.experts, num_experts_per_tok=layer.k)
        config._experts_implementation = self.implementation
        with torch.device("meta"):
            self.experts = MixtralExperts(config)
        self.experts.gate_up_proj = torch.nn.Parameter(weights["w13"], requires_grad=False)
        self.experts.down_proj = torch.nn.Parameter(weights["w2"], requires_grad=False)

    def apply(self, x, weights, experts):
        return self.experts(x, experts, weights.to(x.dtype))
