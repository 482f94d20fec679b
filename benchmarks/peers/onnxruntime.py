# ===- onnxruntime.py - The MoE op of onnxruntime ---------------------------=== #
"""`com.microsoft.MoE` makes the choice itself, from one probability for each
expert; the weights it gives are the softmax over those of a token's best k, or, for
one expert a token, over all. A given choice is passed as the logarithms of its
weights."""

import functools
import time

import numpy as np
import onnxruntime as ort

import cases
from peers import Unsupported, need


def version():
    return f"onnxruntime {ort.__version__}"


class Peer:
    def __init__(self, layer, what, threads):
        import onnx
        from onnx import TensorProto, helper

        need(layer.dtype == "f32", "f32 only")
        need(layer.body != "clamped", f"no body {layer.body}")
        need(not layer.scale_input, "no weights on the input")
        need(what == "experts", "no projection")
        self.layer = layer
        weights = cases.joined_weights(layer)
        start = time.perf_counter()
        activation = {"activation_type": "relu"}
        if layer.body != "relu":
            # Rows of gate and up in turn is the one order that its CPU kernel takes.
            activation = {"activation_type": "swiglu", "swiglu_fusion": 1, "activation_alpha": 1.0,
                          "activation_beta": 0.0}
            joined = weights.pop("w13")
            weights["w13"] = np.stack(np.split(joined, 2, axis=1), axis=2).reshape(joined.shape)
            del joined
        node = helper.make_node(
            "MoE", ["x", "scores", "w13", "", "w2"], ["y"], domain="com.microsoft", k=layer.k,
            normalize_routing_weights=int(layer.k > 1), **activation)
        value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(
            [node], "layer", [value("x", ["T", layer.hidden]), value("scores", ["T", layer.experts])],
            [value("y", ["T", layer.hidden])],
            initializer=[self.constant(name, array.shape) for name, array in weights.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21),
                                                        helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 10
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads of one copy of the layer do not spin beside the next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.weights = {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in weights.items()}
        options.add_external_initializers(list(self.weights), list(self.weights.values()))
        self.session = ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        self.facts = {"prepare_seconds": time.perf_counter() - start}

    @staticmethod
    def constant(name, shape):
        """A constant of the model, whose numbers are given to the session: a model
        holds at most 2 GB, and only constants may be packed ahead."""
        from onnx import TensorProto

        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape,
                             data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=name)
        return tensor

    def bind(self, x, weights, experts):
        others = np.log((1 - weights) / (self.layer.experts - 1)) if self.layer.k == 1 else np.float32(-1e4)
        scores = np.full((x.shape[0], self.layer.experts), others, np.float32)
        np.put_along_axis(scores, experts.astype(np.int64), np.log(weights), axis=1)
        binding = self.session.io_binding()
        held = {"x": ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(x)),
                "scores": ort.OrtValue.ortvalue_from_numpy(scores)}
        for name, value in held.items():
            binding.bind_ortvalue_input(name, value)
        y = ort.OrtValue.ortvalue_from_shape_and_type(list(x.shape), np.float32)
        binding.bind_ortvalue_output("y", y)
        return functools.partial(self.call, binding, y, held)

    def call(self, binding, y, held):
        self.session.run_with_iobinding(binding)
        return y

    def bind_layer(self, x):
        raise Unsupported("no projection")

    def numbers(self, y):
        return y.numpy()
