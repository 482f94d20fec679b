# ===- compiler.py - Compile and call programs ------------------------------=== #
"""From IR to a function on numpy arrays."""

import math
import operator
import os
import time

import numpy as np

from . import _moe
from ._moe import CompileError, RunError
from .formats import narrow


def compile(source, device=None, entry=None, optimize=None, assume_finite=False, record=False,
            check=False, threads=0):
    """Compiles a function of an IR program.

    source: the text of the program, or the path of a file (text or bytecode):
        an os.PathLike, or a str that is the path of a file.
    device: where it runs; "cpu" (the default): optimized and on kernels, or
        "reference": the program as it says.
    entry: the function; by default the first public one.
    optimize: compute nothing for a zero gate, and fuse (`moe-optimize`), as
        the cpu always does and the reference by default does not.
    assume_finite: optimizing may assume that no expert computes NaN or inf.
    record: count what runs, for `Function.count`.
    check: look also at offsets and slots that are read in experts, or with other
        rows than those that they were made for. A run with malformed ones, which
        have no meaning, raises RunError; one that is given such, always.
    threads: how many threads a call may use; 0: as many as OpenMP has. The
        results are the same, bit for bit.

    Raises CompileError with the diagnostics where the program is malformed.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"expects a str or an os.PathLike, found {source!r}")
    for name, value in (("device", device), ("entry", entry)):
        if not isinstance(value, (str, type(None))):
            raise TypeError(f"expects {name} to be a str or None, found {value!r}")
    for name, value in (("optimize", optimize), ("assume_finite", assume_finite), ("record", record),
                        ("check", check)):
        if not isinstance(value, bool) and not (name == "optimize" and value is None):
            raise TypeError(f"expects {name} to be a bool, found {value!r}")
    if not isinstance(threads, int) or isinstance(threads, bool):
        raise TypeError(f"expects threads to be an int, found {threads!r}")
    if not 0 <= threads < 2**31:
        raise ValueError(f"expects threads in [0, {2**31 - 1}], found {threads}")
    device = device or "cpu"
    if device == "cpu" and optimize is False:
        raise CompileError("expects device='reference' for optimize=False, found 'cpu', which always optimizes")
    is_path = os.path.exists(source)
    if not is_path and (isinstance(source, os.PathLike) or ("\n" not in source and "(" not in source)):
        raise CompileError(f"expects IR text or the path of a file, found {os.fspath(source)!r}, "
                           "which is neither")
    try:
        data = os.fsencode(source) if is_path else source.encode()
    except UnicodeEncodeError:
        raise CompileError("expects IR text of unicode characters, found half of a surrogate pair") from None
    return Function(_moe.compile(data, is_path, device, entry or "", bool(optimize), assume_finite,
                                 record, check), record, threads)


class Function:
    """A compiled function, called with arrays by position or by name.

    Names are those of `moe.name` in the program, or `arg0`, `arg1`, ... The
    call returns one array where there is one result, else a dict by name.
    It may be called from several threads; other Python threads run meanwhile.

    Element types are taken as they are and never converted: f16, f32, f64,
    i1 (bool), i8, i32, i64. bf16, which numpy lacks, is dtype `V2` or the
    bfloat16 of ml_dtypes; results come as V2 (formats.py converts). Arrays are
    not copied unless they are strided; results share no memory with them, nor
    with one another. A scalar argument may be a number, and any
    a list of numbers, which its type must hold (floats are rounded).
    """

    def __init__(self, compiled, record=False, threads=0):
        self._compiled = compiled
        self._record = record
        self._threads = threads
        #: The arguments and results: name, position, dtype, shape (a dynamic
        #: size is the name of its dimension), is_parameter.
        self.arguments = tuple(compiled.arguments)
        self.results = tuple(compiled.results)
        # What calls look at, which takes longer to ask for.
        self._dtypes = [info.dtype for info in self.arguments]
        self._result_names = [info.name for info in self.results]
        self._places = range(len(self.arguments))
        self._index = {}
        for index, info in enumerate(self.arguments):
            self._index[info.position] = index
            self._index[info.name] = index

    def __repr__(self):
        def describe(infos):
            return ", ".join(f"{info.name}: {info.type}[{', '.join(map(str, info.shape))}]" for info in infos)

        return f"<moe.Function {self.entry}({describe(self.arguments)}) -> ({describe(self.results)})>"

    @property
    def entry(self):
        """The name of the function."""
        return self._compiled.entry

    @property
    def seconds(self):
        """How long compiling took: `parse`, then each stage by its name, then
        `code`, which is LLVM's part."""
        stages = dict(zip(self.stages, self._compiled.stage_seconds))
        code = self._compiled.compile_seconds - sum(stages.values())
        return {"parse": self._compiled.parse_seconds, **stages, "code": code}

    @property
    def stages(self):
        """The names of the stages that the program went through, in order."""
        return tuple(self._compiled.stages)

    def stage(self, name):
        """The IR after stage `name`, as text."""
        if not isinstance(name, str):
            raise TypeError(f"expects a stage ({', '.join(self.stages)}), found {name!r}")
        return self._compiled.stage(name)

    def __call__(self, /, *arrays, **named):
        return only(self.run(*arrays, **named))

    def run(self, /, *arrays, **named):
        """As a call, but always a dict."""
        results, _ = self._compiled.run(self._collect(arrays, named), self._threads, None, False)
        return self._named(results)

    def prepare(self, /, **parameters):
        """The function with its `moe.param` arguments given once and for all:
        what calls would do to them (packing) is done now. Calls of the result
        take the other arguments. What is not packed is read in each call: leave
        its memory as it is."""
        return Prepared(self, self._collect((), parameters))

    def count(self, /, *arrays, **named):
        """As `run`, and a dict of what was executed: `rows` of experts,
        multiply-adds `macs` and, in gate projections, `macs_gate`; `layers`, a
        list of the same for each layer. Compiled with `record`."""
        if not self._record:
            raise RunError("expects a function compiled with record=True, found one without")
        results, counts = self._compiled.run_counted(self._collect(arrays, named), self._threads)
        return self._named(results), counts

    def _named(self, results):
        return dict(zip(self._result_names, results))

    def draw(self, seed=0, dims=None, given=None):
        """Arrays for all arguments, by name: those of the dict `given`, the
        others drawn from `seed` as `moe.init` says. dims: sizes of dynamic
        dimensions that no given array has."""
        def integer(value, what):
            try:
                value = operator.index(value)
            except TypeError:
                raise RunError(f"expects {what} to be an integer, found {value!r}") from None
            limit = 2**64 if what == "seed" else 2**63
            if not 0 <= value < limit:
                raise RunError(f"expects {what} in [0, {limit - 1}], found {value}")
            return value

        for name, value in (("dims", dims), ("given", given)):
            if not isinstance(value, (dict, type(None))):
                raise TypeError(f"expects {name} to be a dict or None, found {value!r}")
        seed = integer(seed, "seed")
        dims = {str(name): integer(size, f"dimension '{name}'") for name, size in (dims or {}).items()}
        inputs = self._collect((), given or {})
        given = {info.position: array
                 for info, array in zip(self.arguments, inputs) if array is not None}
        drawn = self._compiled.draw(dims, given, seed)
        return {info.name: array for info, array in zip(self.arguments, drawn)}

    def _collect(self, arrays, named, places=None):
        """One array, or None, for each argument; those by position go to `places`."""
        if places is None:
            places = self._places
        if len(arrays) > len(places):
            raise RunError(f"expects at most {len(places)} arrays, found {len(arrays)}")
        inputs = [None] * len(self.arguments)
        for index, value in zip(places, arrays):
            inputs[index] = self._as_input(value, index)
        for key, value in named.items():
            index = self._index.get(key)
            if index is None:
                names = ", ".join(info.name for info in self.arguments)
                raise RunError(f"expects one of the arguments {names}, found {key}")
            if inputs[index] is not None:
                raise RunError(f"expects one array for {self.arguments[index].name}, found two")
            inputs[index] = self._as_input(value, index)
        return inputs

    def _as_input(self, value, index):
        if type(value) is np.ndarray and value.dtype == self._dtypes[index] and value.flags.carray:
            return value
        return as_input(value, self.arguments[index])


class Prepared:
    """A function whose parameters are given: called with the other arguments,
    by position among these, or by name. It keeps what calls need of the
    parameters, which is its own copy for those that are packed."""

    def __init__(self, function, inputs):
        self.function = function
        start = time.perf_counter()
        self._prepared = function._compiled.prepare(inputs, function._threads)
        #: How long that took.
        self.seconds = time.perf_counter() - start
        self._places = [index for index, info in enumerate(function.arguments) if not info.is_parameter]

    @property
    def bytes(self):
        """The size of what was made of the parameters."""
        return self._prepared.bytes

    def __repr__(self):
        return f"<moe.Prepared of {self.function!r}>"

    def __call__(self, /, *arrays, **named):
        return only(self.run(*arrays, **named))

    def run(self, /, *arrays, **named):
        """As a call, but always a dict."""
        return self._run(arrays, named, False)[0]

    def workspace(self, /, *arrays, **named):
        """The most bytes that a call holds besides its arguments: its results,
        and what lies between."""
        return self._run(arrays, named, True)[1]

    def _run(self, arrays, named, measure):
        function = self.function
        inputs = function._collect(arrays, named, self._places)
        results, peak = function._compiled.run(inputs, function._threads, self._prepared, measure)
        return function._named(results), peak


def only(results):
    """The one result, or the dict of all."""
    return next(iter(results.values())) if len(results) == 1 else results


#: Kind and bytes of the elements that programs have.
KINDS = {(dtype.kind, dtype.itemsize) for dtype in map(np.dtype, ("f2", "f4", "f8", "V2", "?", "i1", "i4", "i8"))}


def describe(value):
    """What stands where an array should, for a message."""
    if value is None:
        return "None"
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"{name} of {value.dtype}" if isinstance(value, np.ndarray) else f"a {name}"


def as_input(value, info):
    """`value` as an array that the extension takes."""
    if isinstance(value, np.ma.MaskedArray):  # whose mask would be lost
        raise RunError(f"expects an array of {info.type} for {info.name}, found {describe(value)}")
    if isinstance(value, np.generic) and value.dtype.kind in "fbiu":
        value = value.item()
    if isinstance(value, (bool, int, float, list, tuple)):
        value = as_numbers(value, info)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:  # of who makes the array
        raise RunError(f"expects an array of {info.type} for {info.name}, "
                       f"found {describe(value)}: {error}") from error
    if array.dtype.kind in "OUS":  # numpy's way of saying that it is none
        raise RunError(f"expects an array of {info.type} for {info.name}, found {describe(value)}")
    if (array.dtype.kind, array.dtype.itemsize) not in KINDS:
        raise RunError(f"expects an array of {info.type} for {info.name}, found {array.dtype}")
    if not array.dtype.isnative:
        raise RunError(f"expects an array in native byte order for {info.name}, found {array.dtype}")
    if array.dtype.kind == "V" and array.dtype.itemsize == 2:
        array = array.view("V2")  # ml_dtypes' bfloat16 has this layout
    return np.require(array, requirements=["C", "ALIGNED"])


def as_numbers(value, info):
    """A number, or lists of them, in the type of the argument."""
    try:
        array = np.asarray(value)
    except ValueError:  # numpy's words for it are of its insides
        raise RunError(f"expects lists of equal length for {info.name}, found {value}") from None
    numbers = array.ravel().tolist()
    for number in numbers:
        if not isinstance(number, (bool, int, float)):
            raise RunError(f"expects numbers of {info.type} for {info.name}, found {number!r}")
    if info.dtype.kind in "bi":
        limits = np.iinfo("i1" if info.dtype.kind == "b" else info.dtype)
        low, high = (0, 1) if info.dtype.kind == "b" else (limits.min, limits.max)
        for number in numbers:
            if not low <= number <= high or number != math.floor(number):
                raise RunError(f"expects an integer of {info.type} in [{low}, {high}] for {info.name}, "
                               f"found {number}")
        # Not by way of `array`, which may be of floats that hold no such integer.
        return np.array([int(number) for number in numbers], info.dtype).reshape(array.shape)
    try:
        wide = np.array([float(number) for number in numbers]).reshape(array.shape)
    except OverflowError:
        raise RunError(f"expects numbers of {info.type} for {info.name}, found one beyond f64") from None
    return narrow(wide, info.dtype)
