# ===- test_module.py - The Python package ----------------------------------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""Calling conventions, errors and threads of moe.compile."""

import pathlib
import threading

import draws
import numpy as np
import programs
import pytest

import moe
from moe import formats, reference
from moe.routers import Router, TopK, mixtral

GATE = programs.gate(mixtral(2), 8)
LAYER = programs.layer(mixtral(2), 8, 8, 4, 3)


@pytest.fixture
def layer(compiled):
    return compiled(LAYER)


def arrays(rng, tokens=5):
    return {"logits": draws.distinct_logits(rng, tokens, 8),
            "x": rng.standard_normal((tokens, 4)).astype(np.float32),
            "w": rng.standard_normal((8, 4, 3)).astype(np.float32)}


def test_signature(layer):
    assert layer.entry == "main"
    assert [info.name for info in layer.arguments] == ["logits", "x", "w"]
    assert [info.shape for info in layer.arguments] == [("T", 8), ("T", 4), (8, 4, 3)]
    assert [info.position for info in layer.results][:2] == ["out0", "out1"]
    assert layer.arguments[0].dtype == np.float32 and layer.arguments[0].type == "f32"


def test_by_position_and_by_name(layer, rng):
    a = arrays(rng)
    first = layer(*a.values())["y"]
    assert layer(**a)["y"].tobytes() == first.tobytes()
    assert layer(arg0=a["logits"], x=a["x"], arg2=a["w"])["y"].tobytes() == first.tobytes()
    assert layer(a["logits"], w=a["w"], x=a["x"])["y"].tobytes() == first.tobytes()


def test_one_result_is_an_array(compiled):
    out = compiled(programs.random("uniform", (None,)))(1, 2, 3)
    assert isinstance(out, np.ndarray) and out.shape == (3,)
    assert list(compiled(programs.random("uniform", (None,))).run(1, 2, 3)) == ["n"]


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_results_are_their_own(device):
    """What is returned twice, an argument, a constant and parts of one tensor."""
    text = """func.func @f(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<2x8xf32>,
        tensor<32xf32>, tensor<2xf32>, tensor<2xf32>) {
      %0 = arith.addf %x, %x : tensor<4x8xf32>
      %1 = tensor.extract_slice %0[1, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
      %2 = tensor.collapse_shape %0 [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
      %3 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      return %0, %x, %0, %1, %2, %3, %3 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<2x8xf32>,
        tensor<32xf32>, tensor<2xf32>, tensor<2xf32>
    }"""
    function = moe.compile(text, device=device)
    x = np.arange(32, dtype=np.float32).reshape(4, 8)
    given = x.copy()
    expected = [2 * given, given, 2 * given, 2 * given[1:3], 2 * given.ravel(), [1, 2], [1, 2]]
    results = list(function.run(x).values())
    for i, result in enumerate(results):
        result[:] = -1 - i
    assert [np.unique(result).tolist() for result in results] == [[-1 - i] for i in range(len(results))]
    assert np.array_equal(x, given)
    for result, wanted in zip(function.run(x).values(), expected):
        assert np.array_equal(result, wanted)


@pytest.mark.parametrize("value, found", [
    (None, "None"), ("four", "a str"), ({"x": 1}, "a dict"), (pathlib.Path("x.npy"), "a pathlib.*Path"),
    (np.array([None, 1]), "numpy.ndarray of object"), (np.zeros(3, np.int16), "int16"),
    (np.zeros(3, np.uint8), "uint8"), (np.ma.masked_array([1.0, 2.0], [0, 1], "f4"), "numpy.ma.*MaskedArray of float32"), (np.zeros(3, np.complex64), "complex64"),
    (np.zeros(3, "V4"), r"\|V4"), (np.zeros(3, ">f4"), ">f4"), (np.zeros(3, "datetime64[s]"), "datetime64"),
    ([1, [2]], r"\[1, \[2\]\]"), (["a", "b", "c"], "'a'")])
def test_no_arrays(value, found):
    """Whatever is given, the message names the argument, its type and what was found."""
    function = moe.compile("""func.func @f(%n: tensor<?xf32> {moe.name = "numbers"}) -> tensor<?xf32> {
      return %n : tensor<?xf32>
    }""")
    for call in (lambda: function(value), lambda: function(numbers=value)):
        with pytest.raises(moe.RunError, match=f"^expects .* for numbers, found {found}"):
            call()


def test_what_makes_no_array():
    class Odd:
        def __array__(self, *_, **__):
            raise TypeError("of another kind")

    function = moe.compile("func.func @f(%n: tensor<?xf32>) -> tensor<?xf32> {\n return %n : tensor<?xf32>\n}")
    with pytest.raises(moe.RunError, match="expects an array of f32 for arg0, found a .*Odd: of another kind"):
        function(Odd())


def test_stages(layer):
    assert layer.stages[0] == "moe" and "structured" in layer.stages
    assert "moe.gate" in layer.stage("moe")
    assert "linalg" in layer.stage("structured") and "moe.dispatch" not in layer.stage("structured")
    with pytest.raises(moe.RunError, match="nothing_of_that_name"):
        layer.stage("nothing_of_that_name")
    with pytest.raises(TypeError, match="expects a stage .* found 3"):
        layer.stage(3)


def test_repr(layer):
    assert repr(layer.arguments[0]) == "ValueInfo(name='logits', type='f32', shape=('T', 8))"
    assert repr(layer).startswith("<moe.Function main(logits: f32[T, 8], x: f32[T, 4], w: f32[8, 4, 3]) -> (")


def test_count_needs_record(layer, rng):
    with pytest.raises(moe.RunError, match="record=True"):
        layer.count(**arrays(rng))


def test_check():
    """Slots made by hand that have no meaning are an error, not a crash."""
    text = """func.func @f(%x: tensor<3x4xf32>, %s: tensor<2xi32>) -> tensor<2x4xf32> {
      %0 = tensor.empty() : tensor<2x4xf32>
      %1 = moe.gather_rows ins(%x, %s : tensor<3x4xf32>, tensor<2xi32>) slots_per_token(1)
          outs(%0 : tensor<2x4xf32>) -> tensor<2x4xf32>
      return %1 : tensor<2x4xf32>
    }"""
    function = moe.compile(text, check=True)
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert function(x, [2, 0]).tolist() == [x[2].tolist(), x[0].tolist()]
    with pytest.raises(moe.RunError, match=r"slots below T\*K = 3, found slots\[1\] = 1000000000"):
        function(x, [0, 10**9])


def test_paths(tmp_path, rng):
    """A pathlib.Path and a str of one line name a file; other text is IR."""
    path = tmp_path / "gate.mlir"
    path.write_text(GATE)
    z = draws.distinct_logits(rng, 3, 8)
    expected = moe.compile(GATE)(z)["weights"].tobytes()
    assert moe.compile(path)(z)["weights"].tobytes() == expected
    assert moe.compile(str(path))(z)["weights"].tobytes() == expected
    odd = tmp_path / "gate(2)\n.mlir"  # looks like IR
    odd.write_text(GATE)
    assert moe.compile(str(odd))(z)["weights"].tobytes() == expected
    with pytest.raises(moe.CompileError, match="missing.mlir"):
        moe.compile(pathlib.Path("missing.mlir"))


@pytest.mark.parametrize("wrong, message", [
    ({"source": None}, "a str or an os.PathLike, found None"), ({"source": b"x.mlir"}, "found b'x.mlir'"),
    ({"optimize": "no"}, "optimize to be a bool, found 'no'"), ({"check": 1}, "check to be a bool, found 1"),
    ({"entry": 3}, "entry to be a str or None, found 3")])
def test_wrong_types(wrong, message):
    with pytest.raises(TypeError, match=message):
        moe.compile(**{"source": GATE, **wrong})


def test_surrogates():
    with pytest.raises(moe.CompileError, match="surrogate"):
        moe.compile("func.func @f() {\n return } // \udcff")


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "latin1.mlir"
    path.write_bytes(b"func.func @f() {\n return } // \xe9 \n \xe9")
    with pytest.raises(moe.CompileError, match="latin1.mlir:3:2: error"):
        moe.compile(str(path))


def test_text_that_is_none():
    with pytest.raises(moe.CompileError, match="expects IR text or the path of a file, found 'garbage'"):
        moe.compile("garbage")


def test_integers():
    """A number for an integer argument is one, and its type holds it."""
    for kind, good, bad in [("i1", [0, 1, True], [2, -1, 0.5]), ("i8", [-128, 127, 3.0], [128, 3.7]),
                            ("i32", [1 << 30], [1 << 31, float("nan"), float("inf"), 1e30]),
                            ("i64", [(1 << 63) - 1, (1 << 53) + 1], [1 << 63, 10**400])]:
        function = moe.compile(f"func.func @f(%n: {kind}) -> {kind} {{ return %n : {kind} }}")
        for value in good:
            assert function(value) == value
        for value in bad:
            with pytest.raises(moe.RunError, match=f"expects an integer of {kind} in .* found {value}".replace("+", ".")):
                function(value)


def test_entries():
    two = GATE + GATE.replace("@main", "@other")
    assert moe.compile(two, entry="other").entry == "other"
    with pytest.raises(moe.CompileError, match="nobody"):
        moe.compile(two, entry="nobody")
    with pytest.raises(moe.CompileError, match="abacus"):
        moe.compile(GATE, device="abacus")


@pytest.mark.parametrize("text, message", [
    ("func.func @main( {", "error"),
    (GATE.replace("top_k<2>", "top_k<9>"), "expects k of at most the number of logits 8, found 9"),
    ("func.func @main(%x: f32) {\n return %y : f32\n}", "undeclared"),
    ("module {\n}", "function")])
def test_malformed_programs(text, message):
    """Diagnostics come as the text of the exception."""
    with pytest.raises(moe.CompileError, match=message):
        moe.compile(text)


def bad_inputs():
    z = np.zeros((3, 8), np.float32)
    yield {"logits": z.astype(np.float64)}, "f32.*logits.*f64"
    yield {"logits": z.astype(np.int32)}, "f32.*logits.*i32"
    yield {"logits": z.astype(np.complex64)}, "logits.*complex64"
    yield {"logits": z.astype(">f4")}, "byte order for logits, found >f4"
    yield {"logits": np.array([[None] * 8])}, "object"
    yield {"logits": "text"}, "logits"
    yield {"logits": np.zeros((3, 8), "V4")}, "V4"
    yield {"logits": np.zeros((3, 8), "V2")}, "f32.*bf16"
    yield {"logits": z[0]}, "logits"
    yield {"logits": z[:, :7]}, "8.*7"
    yield {"logits": z[:2]}, "T|2"
    yield {"logits": z[..., None]}, "logits"
    yield {"logits": 1.0}, "logits"
    yield {"x": np.zeros((4, 4), np.float32)}, "T|4"
    yield {"w": np.zeros((7, 4, 3), np.float32)}, "w"


@pytest.mark.parametrize("wrong, message", bad_inputs())
def test_bad_arrays(layer, wrong, message):
    """The message names the argument or what is wrong; nothing crashes."""
    good = {"logits": np.zeros((3, 8), np.float32), "x": np.zeros((3, 4), np.float32),
            "w": np.zeros((8, 4, 3), np.float32)}
    with pytest.raises(moe.RunError, match=message):
        layer(**{**good, **wrong})


def test_bad_calls(layer, rng):
    a = arrays(rng)
    with pytest.raises(moe.RunError, match="found none for w"):
        layer(a["logits"], a["x"])
    with pytest.raises(moe.RunError, match="at most 3 arrays, found 4"):
        layer(*a.values(), a["x"])
    with pytest.raises(moe.RunError, match="logits, x, w, found y"):
        layer(**a, y=a["x"])
    with pytest.raises(moe.RunError, match="one array for x, found two"):
        layer(a["logits"], a["x"], a["w"], x=a["x"])


def test_views(layer, rng):
    """Strided, reversed, Fortran-ordered, read-only and misaligned arrays."""
    a = arrays(rng, 6)
    expected = layer(**a)["y"].tobytes()
    wide = np.zeros((6, 8), np.float32)
    wide[:, ::2] = a["x"]
    raw = np.zeros(6 * 8 * 4 + 1, np.uint8)
    misaligned = raw[1:].view(np.float32).reshape(6, 8)
    misaligned[...] = a["logits"]
    frozen = a["w"].copy()
    frozen.flags.writeable = False
    assert layer(misaligned, wide[:, ::2], frozen)["y"].tobytes() == expected
    assert layer(np.asfortranarray(a["logits"]), a["x"][::-1][::-1], a["w"])["y"].tobytes() == expected


def test_inputs_are_not_written(layer, rng):
    a = arrays(rng)
    before = {key: value.tobytes() for key, value in a.items()}
    layer(**a)
    assert {key: value.tobytes() for key, value in a.items()} == before


def test_results_outlive_the_function(rng):
    function = moe.compile(GATE)
    out = function(draws.distinct_logits(rng, 64, 8))
    copy = {key: value.copy() for key, value in out.items()}
    del function
    for key, value in out.items():
        value[...] = value  # writable, their own
        assert value.tobytes() == copy[key].tobytes()


def test_bf16(compiled, rng):
    """V2 in, V2 out; f32 is not taken for it, nor uint16."""
    dispatch = compiled(programs.dispatch(1, 2, 3, "bf16"))
    x = formats.to_bf16(rng.standard_normal((4, 3)))
    ids, ones = np.zeros((4, 1), np.int32), np.ones((4, 1), np.float32)
    rows = dispatch(x, ids, ones)["rows"]
    assert rows.dtype == formats.BF16 and rows.tobytes() == x.tobytes()
    for wrong in (formats.from_bf16(x), x.view(np.uint16)):
        with pytest.raises(moe.RunError, match="bf16"):
            dispatch(wrong, ids, ones)


def test_lists(rng):
    """Lists of numbers are taken where nothing is lost."""
    function = moe.compile("""func.func @f(%x: tensor<2xf32>, %n: tensor<2xi32>) -> (tensor<2xf32>, tensor<2xi32>) {
      return %x, %n : tensor<2xf32>, tensor<2xi32>
    }""")
    x, n = function([1, 2.5], (3, 4)).values()
    assert x.tolist() == [1, 2.5] and n.tolist() == [3, 4] and n.dtype == np.int32
    for wrong in ([1.5, 2], [1, 2**40], ["a", "b"]):
        with pytest.raises(moe.RunError, match=f"i32.* found {wrong[0] if wrong[0] != 1 else 2**40!r}"):
            function([1, 2], wrong)
    with pytest.raises(moe.RunError, match="lists of equal length for arg0, found"):
        function([[1, 2], [3]], n)
    with pytest.raises(moe.RunError, match="numbers of f32 for arg0, found one beyond f64"):
        function([10**400, 1], n)


def test_numbers():
    """Numbers of numpy are numbers; bf16 takes some too, alone or in lists."""
    function = moe.compile("""func.func @f(%a: i8, %b: bf16, %c: tensor<2xbf16>) -> (i8, bf16, tensor<2xbf16>) {
      return %a, %b, %c : i8, bf16, tensor<2xbf16>
    }""")
    a, b, c = function(np.int64(3), 1.0, [2, 0.5]).values()
    assert a == 3 and formats.from_bf16(b) == 1 and formats.from_bf16(c).tolist() == [2, 0.5]
    assert formats.from_bf16(function(3, np.float32(2), c)["out1"]) == 2
    with pytest.raises(moe.RunError, match=r"an integer of i8 in \[-128, 127\] for arg0, found 300"):
        function(np.int64(300), 1.0, c)


def test_default_device():
    """As moe-run: kernels of the optimized program; the reference runs what it
    says, optimized where asked to."""
    text = (pathlib.Path(__file__).parents[1] / "Tools/Inputs/layer.mlir").read_text()
    for function in (moe.compile(text), moe.compile(text, optimize=True), moe.compile(text, "cpu")):
        assert "buffers" in function.stages and "moe.grouped_matmul" in function.stage("moe")
    plain, optimized = moe.compile(text, "reference"), moe.compile(text, "reference", optimize=True)
    assert "buffers" not in plain.stages + optimized.stages
    assert "moe.expert" in plain.stage("moe") and "moe.grouped_matmul" in optimized.stage("moe")
    for device in (None, "cpu"):
        with pytest.raises(moe.CompileError, match="expects device='reference' for optimize=False, found 'cpu'"):
            moe.compile(text, device, optimize=False)


def test_draw(layer):
    """The same seed gives the same arrays; given ones are kept, sizes follow."""
    first, again = (layer.draw(seed=5, dims={"T": 7}) for _ in range(2))
    assert {k: v.shape for k, v in first.items()} == {"logits": (7, 8), "x": (7, 4), "w": (8, 4, 3)}
    assert all(first[key].tobytes() == again[key].tobytes() for key in first)
    assert layer.draw(seed=6, dims={"T": 7})["x"].tobytes() != first["x"].tobytes()
    given = layer.draw(seed=5, given={"x": np.ones((3, 4), np.float32)})
    assert (given["x"] == 1).all() and given["logits"].shape == (3, 8)
    with pytest.raises(moe.RunError, match="T"):
        layer.draw(seed=5)
    with pytest.raises(moe.RunError, match="U"):
        layer.draw(seed=5, dims={"T": 7, "U": 1})
    with pytest.raises(moe.RunError, match=r"seed in \[0, 18446744073709551615\], found -1"):
        layer.draw(seed=-1, dims={"T": 7})
    for wrong in (2.5, "2", 2**70, -1):
        with pytest.raises(moe.RunError, match=f"dimension 'T'.* found {wrong!r}"):
            layer.draw(dims={"T": wrong})
    assert layer.draw(dims={"T": np.int64(2)})["x"].shape == (2, 4)
    with pytest.raises(TypeError, match="dims to be a dict or None, found \\['T'\\]"):
        layer.draw(dims=["T"])


def test_threads(rng):
    """One function from several threads at once: each gets its own result."""
    router = Router("softmax", TopK(2), "sum")
    function = moe.compile(programs.gate(router, 8))
    inputs = [draws.distinct_logits(rng, 200 + i, 8) for i in range(4)]
    expected = [reference.gate(z, router)[1] for z in inputs]
    wrong = []

    def work(z, ids):
        for _ in range(20):
            if not np.array_equal(function(z)["experts"], ids):
                wrong.append(z.shape)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(inputs, expected)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
