"""Inputs of call_layer.c: write_layer_inputs.py DIRECTORY DTYPE T.

Drawn with a fixed seed, and rounded to the type before anybody sees them.
"""
import os
import sys

import numpy as np


def convert(array, dtype):
    """bf16 is the upper half of an f32, which numpy has no type for."""
    if dtype == "f32":
        return array
    if dtype == "f16":
        return array.astype(np.float16)
    bits = array.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).view("V2")


def main():
    directory, dtype, tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
    random = np.random.default_rng(7)
    shapes = {"x": (tokens, 37), "router": (4, 37), "gate": (4, 19, 37), "up": (4, 19, 37),
              "down": (4, 37, 19)}
    for name, shape in shapes.items():
        array = random.standard_normal(shape).astype(np.float32)
        np.save(os.path.join(directory, name + ".npy"),
                convert(array if name == "x" else array / np.float32(6), dtype))


main()
