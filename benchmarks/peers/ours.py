# ===- ours.py - This compiler ----------------------------------------------=== #

import dataclasses
import functools
import pathlib
import re
import time

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


#: Of all inputs that calls of a layer of a paper take in turn.
MOST_BYTES = 1 << 30


def time_paper(layer, tokens, threads, seconds):
    """Calls of a whole layer, its arguments drawn as the program says, and memory:
    what a call holds besides its arguments, and the most that this process ever had."""
    function = moe.compile(generate.papers.text(layer), device="cpu", threads=threads)
    drawn = function.draw(0, {"T": tokens})
    weights = {info.name: drawn[info.name] for info in function.arguments if info.is_parameter}
    prepared = function.prepare(**weights)
    turns = []
    for turn in range(cases.TURNS):
        drawn = function.draw(turn, {"T": tokens}, weights)
        turns.append([array for name, array in drawn.items() if name not in weights])
        size = sum(array.nbytes for array in turns[0])
        if (turn + 2) * size > MOST_BYTES:
            break
    workspace = prepared.workspace(*turns[0])  # which fills the caches too
    times, end = [], time.perf_counter() + seconds
    while len(times) < len(turns) or time.perf_counter() < end:
        start = time.perf_counter()
        prepared(*turns[len(times) % len(turns)])
        times.append(time.perf_counter() - start)
    peak = re.search(r"VmHWM:\s*(\d+) kB", pathlib.Path("/proc/self/status").read_text())
    return {"seconds": times, "workspace": workspace, "peak_bytes": int(peak[1]) << 10, "input_bytes": size,
            "parameter_bytes": sum(array.nbytes for array in weights.values()), "prepared_bytes": prepared.bytes}


@functools.lru_cache(maxsize=2)
def compiled(layer, threads):
    return moe.compile(text_of(layer), device="cpu", threads=threads)


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
        function = compiled(layer, self.threads)  # one for all copies
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
