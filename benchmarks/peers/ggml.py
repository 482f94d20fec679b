# ===- ggml.py - The mul_mat_id of ggml --------------------------------------=== #
"""The graph that llama.cpp builds for the experts of a layer, with a pool of
threads that lives as long as the process. ggml computes on f32 rows; for bf16
weights it rounds them itself."""

import ctypes
import functools
import os
import pathlib
import time
from ctypes import POINTER, Structure, c_bool, c_char, c_float, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p

import numpy as np

import cases
from peers import Unsupported, need

F32, I32, BF16 = 0, 26, 30


class Tensor(Structure):
    _fields_ = [("type", c_int), ("buffer", c_void_p), ("ne", c_int64 * 4), ("nb", c_size_t * 4), ("op", c_int),
                ("op_params", c_int32 * 16), ("flags", c_int32), ("src", c_void_p * 10), ("view_src", c_void_p),
                ("view_offs", c_size_t), ("data", c_void_p)]


class InitParams(Structure):
    _fields_ = [("mem_size", c_size_t), ("mem_buffer", c_void_p), ("no_alloc", c_bool)]


class Plan(Structure):
    _fields_ = [("work_size", c_size_t), ("work_data", c_void_p), ("n_threads", c_int), ("threadpool", c_void_p),
                ("abort_callback", c_void_p), ("abort_callback_data", c_void_p), ("use_ref", c_bool)]


class PoolParams(Structure):
    _fields_ = [("cpumask", c_bool * 512), ("n_threads", c_int), ("prio", c_int), ("poll", c_uint32),
                ("strict_cpu", c_bool), ("paused", c_bool), ("room", c_char * 64)]


def load():
    folder = pathlib.Path(os.environ["MOE_PEERS"]) / "ggml" / "ggml" / "lib"
    base = ctypes.CDLL(str(folder / "libggml-base.so"), mode=ctypes.RTLD_GLOBAL)
    cpu = ctypes.CDLL(str(folder / "libggml-cpu.so"))
    tensor = POINTER(Tensor)
    signatures = {
        "ggml_init": (c_void_p, [InitParams]), "ggml_free": (None, [c_void_p]),
        "ggml_version": (ctypes.c_char_p, []), "ggml_tensor_overhead": (c_size_t, []),
        "ggml_new_tensor_3d": (tensor, [c_void_p, c_int, c_int64, c_int64, c_int64]),
        "ggml_mul_mat_id": (tensor, [c_void_p, tensor, tensor, tensor]),
        "ggml_swiglu_split": (tensor, [c_void_p, tensor, tensor]),
        "ggml_mul_inplace": (tensor, [c_void_p, tensor, tensor]),
        "ggml_add": (tensor, [c_void_p, tensor, tensor]), "ggml_add_inplace": (tensor, [c_void_p, tensor, tensor]),
        "ggml_view_2d": (tensor, [c_void_p, tensor, c_int64, c_int64, c_size_t, c_size_t]),
        "ggml_cont": (tensor, [c_void_p, tensor]),
        "ggml_new_graph": (c_void_p, [c_void_p]), "ggml_build_forward_expand": (None, [c_void_p, tensor]),
        "ggml_threadpool_params_init": (None, [POINTER(PoolParams), c_int]),
        "ggml_threadpool_new": (c_void_p, [POINTER(PoolParams)]), "ggml_cpu_init": (None, []),
        "ggml_graph_plan": (Plan, [c_void_p, c_int, c_void_p]),
        "ggml_graph_compute": (c_int, [c_void_p, POINTER(Plan)]),
    }
    functions = {}
    for name, (result, arguments) in signatures.items():
        function = getattr(base, name, None) or getattr(cpu, name)
        function.restype, function.argtypes = result, arguments
        functions[name[len("ggml_"):]] = function
    return type("Library", (), {name: staticmethod(function) for name, function in functions.items()})


lib = load()
GRAPH_BYTES = 16 << 20  # of the nodes of a graph


def version():
    return f"ggml {lib.version().decode()}"


class Graph:
    """The layer on a number of tokens; its inputs are set for each call."""

    def __init__(self, peer, tokens):
        layer = peer.layer
        h, i, k = layer.hidden, layer.intermediate, layer.k
        new = lib.new_tensor_3d
        self.x = new(peer.context, F32, h, 1, tokens)
        self.ids = new(peer.context, I32, k, tokens, 1)
        self.scales = new(peer.context, F32, 1, k, tokens)
        size = 4 * tokens * (k * (3 * i + h) + 2 * h) + GRAPH_BYTES
        c = self.context = lib.init(InitParams(size, None, False))
        gate, up = (lib.mul_mat_id(c, peer.weights[name], self.x, self.ids) for name in ("gate", "up"))
        out = lib.mul_mat_id(c, peer.weights["down"], lib.swiglu_split(c, gate, up), self.ids)
        out = lib.mul_inplace(c, out, self.scales)
        stride = out.contents.nb
        rows = [lib.view_2d(c, out, h, tokens, stride[2], slot * stride[1]) for slot in range(k)]
        self.y = lib.add(c, rows[0], rows[1]) if k > 1 else lib.cont(c, rows[0])
        for row in rows[2:]:
            self.y = lib.add_inplace(c, self.y, row)
        self.graph = lib.new_graph(c)
        lib.build_forward_expand(self.graph, self.y)
        self.plan = lib.graph_plan(self.graph, peer.threads, peer.pool)
        self.work = np.empty(self.plan.work_size + 64, np.uint8)
        self.plan.work_data = (self.work.ctypes.data + 63) // 64 * 64
        self.shape = (tokens, h)

    def call(self, x, ids, scales):
        self.x.contents.data = x.ctypes.data
        self.ids.contents.data = ids.ctypes.data
        self.scales.contents.data = scales.ctypes.data
        if lib.graph_compute(self.graph, self.plan):
            raise RuntimeError("ggml_graph_compute failed")
        return self


@functools.cache
def get_pool(threads):
    """One for all layers: threads of another would spin beside."""
    lib.cpu_init()
    params = PoolParams()
    lib.threadpool_params_init(params, threads)
    return lib.threadpool_new(params)


class Peer:
    def __init__(self, layer, what, threads):
        need(layer.body in ("swiglu", "joined", "joined_transposed"), f"no body {layer.body}")
        need(not layer.scale_input, "no weights on the input")
        need(what == "experts", "not written for it")
        self.layer, self.threads = layer, threads
        self.pool = get_pool(threads)
        joined = cases.joined_weights(layer)
        start = time.perf_counter()
        self.context = lib.init(InitParams(1 << 20, None, True))
        inner = layer.intermediate
        self.arrays = {"gate": np.ascontiguousarray(joined["w13"][:, :inner]),
                       "up": np.ascontiguousarray(joined.pop("w13")[:, inner:]), "down": joined["w2"]}
        self.weights = {}
        for name, array in self.arrays.items():
            self.weights[name] = lib.new_tensor_3d(self.context, BF16 if layer.dtype == "bf16" else F32,
                                                   *array.shape[::-1])
            self.weights[name].contents.data = array.ctypes.data
        self.graphs = {}
        self.facts = {"prepare_seconds": time.perf_counter() - start}

    def bind(self, x, weights, experts):
        tokens = x.shape[0]
        if tokens not in self.graphs:
            for graph in self.graphs.values():
                lib.free(graph.context)
            self.graphs = {tokens: Graph(self, tokens)}
        graph = self.graphs[tokens]
        x = np.ascontiguousarray(cases.to_f32(x))
        return lambda: graph.call(x, experts, weights)

    def bind_layer(self, x):
        raise Unsupported("not written for it")

    def numbers(self, graph):
        size = graph.shape[0] * graph.shape[1]
        return np.ctypeslib.as_array((c_float * size).from_address(graph.y.contents.data)).reshape(graph.shape).copy()
