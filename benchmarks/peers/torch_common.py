# ===- torch_common.py - What the peers on torch share ----------------------=== #

import functools
import importlib.metadata
import importlib.util
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import cases
from peers import Unsupported, need

torch.set_grad_enabled(False)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def tensor(array):
    """Shares the memory; uint16 is bf16."""
    array = np.ascontiguousarray(array)
    if array.dtype == np.uint16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def versions(*names):
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in (*names, "torch"))


def load_vllm():
    """The ops of vLLM without vLLM itself, from its library for this processor."""
    kind = "_AVX2"
    if torch.cpu._is_avx512_supported():
        kind = "" if torch.cpu._is_avx512_bf16_supported() else "_AVX512"
    folder = importlib.util.find_spec("vllm").submodule_search_locations[0]
    torch.ops.load_library(os.path.join(folder, f"_C{kind}.abi3.so"))


def router_of(layer):
    """From x and the router's weight to weights f32 and experts of each token."""
    kinds = {"softmax, top_k<{k}>": (True, False, False), "softmax, top_k<{k}>, sum": (True, True, False),
             "identity, top_k<{k}>, softmax": (False, False, True)}
    if layer.router not in kinds or layer.router_bias or layer.shared or layer.capacity:
        raise Unsupported("no routing of this kind here")
    before, normalized, after = kinds[layer.router]

    def route(x, router):
        scores = F.linear(x, router).float()
        if before:
            scores = scores.softmax(-1)
        weights, experts = scores.topk(layer.k, dim=-1)
        if normalized:
            weights = weights / weights.sum(-1, keepdim=True)
        return weights.softmax(-1) if after else weights, experts

    return route


class TorchPeer:
    """A peer that has `pack(weights)`, the joined weights by name, and
    `apply(x, weights, experts)`, in torch."""

    experts_type = torch.int32
    bodies = ("swiglu", "joined", "joined_transposed")
    scales_input = False  # can weight the input, not the output

    def __init__(self, layer, what, threads):
        need(layer.body in self.bodies, f"no body {layer.body}")
        need(self.scales_input or not layer.scale_input, "no weights on the input")
        self.layer = layer
        if what == "layer":
            self.route = router_of(layer)
            router = [name for name, *_ in cases.generate.parameters(layer)].index("router")
            self.router = tensor(cases.draw(layer, router, None)[1])
        weights = {name: tensor(array) for name, array in cases.joined_weights(layer).items()}
        start = time.perf_counter()
        self.pack(weights)
        self.facts = {"prepare_seconds": time.perf_counter() - start}

    def bind(self, x, weights, experts):
        return functools.partial(self.apply, tensor(x), tensor(weights), tensor(experts).to(self.experts_type))

    def bind_layer(self, x):
        x = tensor(x)

        def call():
            weights, experts = self.route(x, self.router)
            return self.apply(x, weights, experts.to(self.experts_type))

        return call

    def numbers(self, y):
        return y.float().numpy()
