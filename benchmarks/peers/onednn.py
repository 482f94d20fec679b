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
    bodies = (*common.TorchPeer.bodies, "relu")
    scales_input = True

    def pack(self, weights):
        inner = self.layer.intermediate
        reorder = lambda w: torch.ops.mkldnn._reorder_linear_weight(w.contiguous())
        w13, w2 = weights["w13"], weights.pop("w2")
        self.down = [reorder(w) for w in w2]
        self.first = [reorder(w[:inner]) for w in w13]
        self.up = [reorder(w[inner:]) for w in w13] if self.layer.body != "relu" else None

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
            own, scale = x[rows], scales[start:start + count]
            if self.layer.scale_input:
                own = own * scale.to(x.dtype)
            h = linear(own, self.first[expert], "swish" if self.up else "relu")
            if self.up:
                h *= linear(own, self.up[expert])
            out = linear(h, self.down[expert])
            y.index_add_(0, rows, out.float() if self.layer.scale_input else out * scale)
            start += count
        return y.to(x.dtype)
