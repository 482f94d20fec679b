# ===- batched_mm.py - HF transformers' experts by batched matmuls ----------=== #
"""Copies the matrices of every (token, expert): meant for a few tokens, and with
torch.compile the fastest that PyTorch has there."""

import torch
import torch._dynamo

from peers import grouped_mm, need

version = grouped_mm.version
torch._dynamo.config.recompile_limit = 64  # of the copies of a layer, for every number of tokens


class Peer(grouped_mm.Peer):
    implementation = "batched_mm"

    def pack(self, weights):
        super().pack(weights)
        self.compiled = torch.compile(super().apply, dynamic=False)

    def bind(self, x, weights, experts):
        # 16 tokens of 8 experts read, and write, as much as 128 experts hold.
        need(x.shape[0] <= 16, "copies the weights of every token: up to 16 tokens here")
        return super().bind(x, weights, experts)

    def apply(self, x, weights, experts):
        return self.compiled(x, weights, experts)
