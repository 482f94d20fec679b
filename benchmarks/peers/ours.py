# ===- ours.py - This compiler ----------------------------------------------=== #

import dataclasses
import pathlib

import numpy as np

import cases
import generate
import moe


def version():
    return cases.version(pathlib.Path(moe.__file__).parents[1])


def take(array):
    return array.view("V2") if array.dtype == np.uint16 else array


def text_of(layer):
    return generate.layer_text(layer)


def compile_seconds(layer, times):
    """Of every stage, and of machine code; a dict for each time."""
    text = text_of(layer)
    return [moe.compile(text, device="cpu").seconds for _ in range(times)]


class Peer:
    def __init__(self, layer, what, threads):
        self.layer = layer
        self.what = what
        self.threads = threads
        size, self.prepared = self.compile(layer)
        self.experts = None
        self.facts = {"prepare_seconds": self.prepared.seconds, "prepared_bytes": self.prepared.bytes,
                      "parameter_bytes": size, "compile_seconds": self.prepared.function.seconds}

    def compile(self, layer):
        """The size of the parameters, and the function of the other arguments."""
        function = moe.compile(text_of(layer), device="cpu", threads=self.threads)
        weights = {name: take(array) for name, array in cases.weights(layer).items()}
        return sum(array.nbytes for array in weights.values()), function.prepare(**weights)

    def bind(self, x, weights, experts):
        x = take(x)
        return lambda: self.prepared(x, weights, experts)

    def bind_layer(self, x):
        x = take(x)
        return lambda: self.prepared(x)["y"]

    def bind_own_choice(self, x):
        """The experts alone, on what the layer chooses for x."""
        if not self.experts:
            layer = dataclasses.replace(self.layer, experts_only=True)
            self.experts = self.compile(layer)[1]
        x = take(x)
        own = self.prepared(x)
        return lambda: self.experts(x, own["weights"], own["experts"])

    def numbers(self, y):
        return cases.to_f32(y.view(np.uint16) if y.dtype.kind == "V" else y)

    def workspace(self, tokens, routing):
        x = take(cases.inputs(self.layer, tokens)[0])
        given = () if self.what == "layer" else cases.routing(routing, self.layer, tokens, 0)
        return self.prepared.workspace(x, *given)
