# ===- onednn.py - oneDNN matmuls, one expert after the other ---------------=== #
"""What a user gets who packs every expert's matrices for oneDNN ahead of time, by
way of torch's ops for it, and gathers and scatters rows with torch."""

import re

import torch

import peers.torch_common as common


def version():
    found = re.search(r"MKL-DNN (v[\d.]+)", torch.__config__.show())
    return f"oneDNN {found[1] if found else 'unknown'} of {common.versions()}"


def linear(x, packed, activation="none"):
    return torch.ops.mkldnn._linear_pointwise(x, packed, None, activation, [], "")


class Peer(common.TorchPeer):
    experts_type = torch.int64

    def pack(self, weights):
        inner = self.layer.intermediate
        reorder = lambda w: torch.ops.mkldnn._reorder_linear_weight(w.contiguous())
        w13, w2 = weights["w13"], weights.pop("w2")
        self.down = [reorder(w) for w in w2]
        self.gate = [reorder(w[:inner]) for w in w13]
        self.up = [reorder(w[inner:]) for w in w13]

    def apply(self, x, weights, experts):
        flat = experts.flatten()
        order = flat.argsort()
        counts = flat.bincount(minlength=self.layer.experts).tolist()
        tokens = order // experts.shape[1]
        scales = weights.flatten()[order].unsqueeze(1)
        y = torch.zeros(x.shape)
        start = 0
        for expert, count in enumerate(counts):
            if not count:
                continue
            rows = tokens[start:start + count]
            own = x[rows]
            h = linear(own, self.gate[expert], "swish")
            h *= linear(own, self.up[expert])
            y.index_add_(0, rows, linear(h, self.down[expert]) * scales[start:start + count])
            start += count
        return y.to(x.dtype)
