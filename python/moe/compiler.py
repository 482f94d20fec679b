# ===- compiler.py - Compile and call programs ------------------------------=== #
"""From IR to a function on numpy arrays."""

import math
import os

import numpy as np

from . import _moe
from ._moe import CompileError, RunError


def compile(source, device=None, entry=None, optimize=None, assume_finite=False, record=False):
    """Compiles a function of an IR program.

    source: the text of the program, or the path of a file (text or bytecode):
        an os.PathLike, or a str of one line that is no IR.
    device: where it runs; "reference" is the program as it says. By default the
        reference on the optimized program, as moe-run does it.
    entry: the function; by default the first public one.
    optimize: compute nothing for a zero gate, and fuse (`moe-optimize`); by
        default where no device is given.
    assume_finite: optimizing may assume that no expert computes NaN or inf.
    record: count what runs, for `Function.count`.

    Raises CompileError with the diagnostics where the program is malformed.
    """
    if optimize is None:
        optimize = device is None
    is_path = isinstance(source, os.PathLike) or ("\n" not in source and "(" not in source)
    if is_path and not os.path.exists(source):
        raise CompileError(f"expects IR text or the path of a file, found {os.fspath(source)!r}, "
                           "which is neither")
    return Function(_moe.compile(os.fspath(source), is_path, device or "reference", entry or "", optimize,
                                 assume_finite, record))


class Function:
    """A compiled function, called with arrays by position or by name.

    Names are those of `moe.name` in the program, or `arg0`, `arg1`, ... The
    call returns one array where there is one result, else a dict by name.
    It may be called from several threads; other Python threads run meanwhile.

    Element types are taken as they are and never converted: f16, f32, f64,
    i1 (bool), i8, i32, i64. bf16, which numpy lacks, is dtype `V2` or the
    bfloat16 of ml_dtypes; results come as V2 (formats.py converts). Arrays are
    not copied unless they are strided. A scalar argument may be a Python number,
    and any but bf16 a list of numbers.
    """

    def __init__(self, compiled):
        self._compiled = compiled
        #: The arguments and results: name, position, dtype, shape (a dynamic
        #: size is the name of its dimension), is_parameter.
        self.arguments = tuple(compiled.arguments)
        self.results = tuple(compiled.results)
        self._index = {}
        for index, info in enumerate(self.arguments):
            self._index[info.position] = index
            self._index[info.name] = index

    @property
    def entry(self):
        """The name of the function."""
        return self._compiled.entry

    @property
    def stages(self):
        """The names of the stages that the program went through, in order."""
        return tuple(self._compiled.stages)

    def stage(self, name):
        """The IR after stage `name`, as text."""
        return self._compiled.stage(name)

    def __call__(self, *arrays, **named):
        results = self.run(*arrays, **named)
        return next(iter(results.values())) if len(results) == 1 else results

    def run(self, *arrays, **named):
        """As a call, but always a dict."""
        return self._named(self._compiled.run(self._complete(arrays, named)))

    def count(self, *arrays, **named):
        """As `run`, and a dict of what was executed: `rows` of experts,
        multiply-adds `macs` and, in gate projections, `macs_gate`; `layers`, a
        list of the same for each layer. Compiled with `record`."""
        results, counts = self._compiled.run_counted(self._complete(arrays, named))
        return self._named(results), counts

    def _named(self, results):
        return {info.name: result for info, result in zip(self.results, results)}

    def _complete(self, arrays, named):
        inputs = self._collect(arrays, named)
        missing = [info.name for info, array in zip(self.arguments, inputs) if array is None]
        if missing:
            raise RunError(f"expects an array for each argument, found none for {', '.join(missing)}")
        return inputs

    def draw(self, seed=0, dims=None, given=None):
        """Arrays for all arguments, by name: those of the dict `given`, the
        others drawn from `seed` as `moe.init` says. dims: sizes of dynamic
        dimensions that no given array has."""
        inputs = self._collect((), given or {})
        given = {info.position: array
                 for info, array in zip(self.arguments, inputs) if array is not None}
        drawn = self._compiled.draw(dict(dims or {}), given, seed)
        return {info.name: array for info, array in zip(self.arguments, drawn)}

    def _collect(self, arrays, named):
        """One array, or None, for each argument."""
        inputs = [None] * len(self.arguments)
        if len(arrays) > len(inputs):
            raise RunError(f"expects at most {len(inputs)} arrays, found {len(arrays)}")
        for key, value in [*enumerate(arrays), *named.items()]:
            index = key if isinstance(key, int) else self._index.get(key)
            if index is None:
                names = ", ".join(info.name for info in self.arguments)
                raise RunError(f"expects one of the arguments {names}, found {key}")
            if inputs[index] is not None:
                raise RunError(f"expects one array for {self.arguments[index].name}, found two")
            inputs[index] = as_input(value, self.arguments[index])
        return inputs


def as_input(value, info):
    """`value` as an array that the extension takes."""
    number = isinstance(value, (bool, int, float))
    if number and info.dtype.kind in "bi":
        limits = np.iinfo("i1" if info.dtype.kind == "b" else info.dtype)
        low, high = (0, 1) if info.dtype.kind == "b" else (limits.min, limits.max)
        if not low <= value <= high or value != math.floor(value):
            raise RunError(f"expects an integer of {info.type} in [{low}, {high}] for {info.name}, "
                           f"found {value}")
    if isinstance(value, (list, tuple)) and info.dtype.kind != "V":
        array = np.asarray(value)
        if array.dtype.kind not in "fbi" or (array.dtype.kind == "f") > (info.dtype.kind == "f"):
            raise RunError(f"expects numbers of {info.type} for {info.name}, found a list of "
                           f"{array.dtype}")
        number = info.dtype.kind == "f" or np.array_equal(array, array.astype(info.dtype))
    array = np.asarray(value, dtype=info.dtype if number else None)
    if array.dtype.kind not in "fbiV":
        raise RunError(f"expects an array of {info.type} for {info.name}, found {array.dtype}")
    if array.dtype.kind == "V" and array.dtype.itemsize == 2:
        array = array.view("V2")  # ml_dtypes' bfloat16 has this layout
    return np.require(array, requirements=["C", "ALIGNED"])
