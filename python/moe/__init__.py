# ===- __init__.py - The moe compiler in Python -----------------------------=== #
"""Mixtures of experts, compiled.

    layer = moe.compile("examples/olmoe-1b-7b.mlir")
    inputs = layer.draw(seed=1, dims={"T": 16})
    outputs = layer(**inputs)

    layer = moe.compile("examples/olmoe-1b-7b.mlir", threads=2)
    ready = layer.prepare(router=..., gate=..., up=..., down=...)   # packed once
    outputs = ready(x)

`moe.reference` says what every op means, in numpy; `moe.layers` are published
layers in numpy; `python -m moe.check FILE` holds a program against them.
"""

__all__ = ["CompileError", "Function", "Prepared", "RunError", "compile"]


def __getattr__(name):
    # On first use, so that the numpy side works where nothing was built.
    if name in __all__:
        from . import compiler

        return getattr(compiler, name)
    raise AttributeError(f"module moe has no attribute {name}")


def __dir__():
    return [*globals(), *__all__]
