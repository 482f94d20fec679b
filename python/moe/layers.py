# ===- layers.py - Published mixture-of-experts layers in numpy -------------=== #
"""The layers of examples/, once more, in f64.

Each function takes the arguments of its example by name and gives its results
by name. It walks the experts and widens one expert's parameters at a time, so
that a layer of the real size needs little more memory than its parameters.

Matrices are stored as in each model's own code: `[out, in]` (torch's Linear),
but `[in, out]` in gpt-oss and in the papers.
"""

import numpy as np

from . import routers
from .formats import widen
from .reference import best, gate, plan, relu, sigmoid, silu, softplus


def f64(array):
    return widen(array).astype(np.float64)


class Routing:
    """What every gate of a layer decided, in program order.

    `choices`: the experts that a program chose, one array per gate. Where they
    are not those of the reference, they are used all the same, so that a near
    tie decides nothing further on. `differ` [T] says where, `gaps` [T] how far
    the reference's own choice was from another one, in units of the key.
    """

    def __init__(self, choices=()):
        self.choices = list(choices)
        self.differ, self.gaps = [], []

    def gate(self, logits, router, **options):
        weights, experts = gate(logits, router, **options)
        self.gaps.append(gap(logits, router, **options))
        if len(self.gaps) > len(self.choices) or router.dense:
            self.differ.append(np.zeros(len(logits), bool))
            return weights, experts
        choice = self.choices[len(self.gaps) - 1]
        self.differ.append((np.sort(choice, axis=1) != np.sort(experts, axis=1)).any(axis=1))
        return gate(logits, router, choice=choice, **options)


def gap(logits, router, bias=None, noise=None):
    """How much the keys of each token may change before top-k chooses another
    set of experts; infinite for other selections."""
    select = router.select
    tokens, total = logits.shape
    z = logits if noise is None else logits + noise
    if isinstance(select, routers.TopK):
        if router.selects_on_logits(bias is not None):
            return gap_after(z, select.k)
        return gap_after(score_of(z, router) + (0 if bias is None else bias), select.k)
    if isinstance(select, routers.GroupTopK):
        biased = score_of(z, router) + (0 if bias is None else bias)
        grouped = biased.reshape(tokens, select.groups, total // select.groups)
        count = 1 if select.by == "max" else 2
        value = np.take_along_axis(grouped, best(grouped, count), -1).sum(-1)
        kept = best(value, select.kept)
        inside = np.take_along_axis(grouped, kept[..., None], 1).reshape(tokens, -1)
        return np.minimum(gap_after(value, select.kept) / count, gap_after(inside, select.k))
    return np.full(tokens, np.inf)


def score_of(z, router):
    return gate(z, routers.Router(router.score, routers.All()))[0]


def gap_after(key, k):
    """The difference of the k-th and the next key."""
    if k >= key.shape[1]:
        return np.full(len(key), np.inf)
    ordered = -np.sort(-key, axis=1)
    return ordered[:, k - 1] - ordered[:, k]


def mixture(x, weights, experts, num_experts, body, keep=None, weigh_input=False):
    """The sum over the experts, in ascending order, of weight * body(e, rows).

    keep [T,K]: the slots that are not dropped; weigh_input: the weight goes on
    the expert's input instead (Llama 4).
    """
    live = (weights != 0) if keep is None else keep & (weights != 0)
    y = None
    for e in range(num_experts):
        token, slot = np.nonzero((experts == e) & live)
        if len(token) == 0 and y is not None:
            continue
        weight = weights[token, slot][:, None]
        rows = body(e, x[token] * weight if weigh_input else x[token])
        if y is None:
            y = np.zeros((len(x), rows.shape[1]))
        y[token] += rows if weigh_input else weight * rows  # a token meets an expert once
    return y


def swiglu(x, gate_matrix, up, down):
    """down(silu(gate(x)) * up(x)), matrices [out, in]."""
    return (silu(x @ f64(gate_matrix).T) * (x @ f64(up).T)) @ f64(down).T


def swiglu_layer(router, weigh_input=False):
    """x [T,D], router [E,D], gate, up [E,H,D], down [E,D,H]; selection bias
    [E] and shared expert shared_gate, shared_up [H,D], shared_down [D,H] where
    the model has them."""

    def layer(a, routing):
        x = f64(a["x"])
        bias = f64(a["bias"]) if "bias" in a else None
        weights, experts = routing.gate(x @ f64(a["router"]).T, router(a), bias=bias)

        def body(e, rows):
            return swiglu(rows, a["gate"][e], a["up"][e], a["down"][e])

        y = mixture(x, weights, experts, len(a["up"]), body, weigh_input=weigh_input)
        if "shared_gate" in a:
            y = y + swiglu(x, a["shared_gate"], a["shared_up"], a["shared_down"])
        return {"y": y}

    return layer


def gpt_oss(a, routing):
    """x [T,D], router [E,D], router_bias [E], gate_up [E,D,2H] (interleaved),
    gate_up_bias [E,2H], down [E,H,D], down_bias [E,D]."""
    x = f64(a["x"])
    logits = x @ f64(a["router"]).T + f64(a["router_bias"])
    weights, experts = routing.gate(logits, routers.gpt_oss(min(4, logits.shape[1])))

    def body(e, rows):
        both = rows @ f64(a["gate_up"][e]) + f64(a["gate_up_bias"][e])
        g, u = np.minimum(both[:, 0::2], 7), np.clip(both[:, 1::2], -7, 7)
        h = (u + 1) * g * sigmoid(1.702 * g)
        return h @ f64(a["down"][e]) + f64(a["down_bias"][e])

    return {"y": mixture(x, weights, experts, len(a["down"]), body)}


def switch(a, routing, capacity=64, segment=None):
    """x [T,D], router [E,D], wi [E,H,D], wo [E,D,H]. Capacity per sequence of
    `segment` tokens; what overflows is zero here and passes by the residual."""
    x = f64(a["x"])
    weights, experts = routing.gate(x @ f64(a["router"]).T, routers.switch())
    _, slots, _ = plan(experts, len(a["wi"]), weights=weights, capacity=capacity, segment=segment)
    keep = np.zeros(weights.size, bool)
    keep[slots[slots >= 0]] = True

    def body(e, rows):
        return relu(rows @ f64(a["wi"][e]).T) @ f64(a["wo"][e]).T

    return {"y": mixture(x, weights, experts, len(a["wi"]), body, keep.reshape(weights.shape))}


def jacobs(a, routing):
    """Jacobs et al. 1991: x [T,D], gate [D,E], experts w [E,D,N]; y is the
    blend, outputs [T*E,N] each expert's own output, by expert."""
    x = f64(a["x"])
    weights, experts = routing.gate(x @ f64(a["gate"]), routers.Router("softmax", routers.All()))
    outputs = np.concatenate([x @ f64(w) for w in a["w"]])
    y = mixture(x, weights, experts, len(a["w"]), lambda e, rows: rows @ f64(a["w"][e]))
    return {"y": y, "outputs": outputs}


def relu_expert(a, *index):
    """512-1024-512 of Shazeer et al. 2017: relu(x w_in) w_out."""

    def body(e, rows):
        return relu(rows @ f64(a["w_in"][(*index, e)])) @ f64(a["w_out"][(*index, e)])

    return body


def noisy(x, matrix, noise_matrix, noise):
    """Shazeer 2017, eq. 4."""
    return x @ f64(matrix), softplus(x @ f64(noise_matrix)) * f64(noise)


def shazeer(a, routing, k=4):
    """x [T,D], w_gate, w_noise [D,E], noise [T,E], w_in [E,D,H], w_out [E,H,D]:
    x + sigmoid(mixture)."""
    x = f64(a["x"])
    logits, noise = noisy(x, a["w_gate"], a["w_noise"], a["noise"])
    weights, experts = routing.gate(logits, routers.shazeer(k), noise=noise)
    return {"y": x + sigmoid(mixture(x, weights, experts, len(a["w_in"]), relu_expert(a)))}


def shazeer_hierarchical(a, routing, k=2):
    """Eq. 12: w_gate, w_noise [D,A], noise [T,A] choose groups; group_w_gate,
    group_w_noise [A,D,B], group_noise [T,A*B] experts within each; w_in
    [A,B,D,H], w_out [A,B,H,D]. x + sigmoid(mixture of mixtures)."""
    x = f64(a["x"])
    groups, size = a["w_in"].shape[:2]
    logits, noise = noisy(x, a["w_gate"], a["w_noise"], a["noise"])
    weights, experts = routing.gate(logits, routers.shazeer(k), noise=noise)
    own_noise = f64(a["group_noise"]).reshape(len(x), groups, size)
    y = np.zeros_like(x)
    for i in range(groups):
        token, slot = np.nonzero((experts == i) & (weights != 0))
        rows = x[token]
        logits, noise = noisy(rows, a["group_w_gate"][i], a["group_w_noise"][i], own_noise[token, i])
        inner, chosen = gate(logits, routers.shazeer(k), noise=noise)
        y[token] += weights[token, slot][:, None] * mixture(
            rows, inner, chosen, size, relu_expert(a, i))
    return {"y": x + sigmoid(y)}


LAYERS = {
    "mixtral": swiglu_layer(lambda a: routers.mixtral(2)),
    "qwen3": swiglu_layer(lambda a: routers.mixtral(8)),
    "olmoe": swiglu_layer(lambda a: routers.olmoe(8)),
    "granite": swiglu_layer(lambda a: routers.gpt_oss(8)),
    "deepseek_v3": swiglu_layer(lambda a: routers.deepseek_v3()),
    "llama4": swiglu_layer(lambda a: routers.llama4(), weigh_input=True),
    "gpt_oss": gpt_oss,
    "switch": switch,
    "jacobs": jacobs,
    "shazeer": shazeer,
    "shazeer_hierarchical": shazeer_hierarchical,
}


def evaluate(name, arrays, choices=()):
    """The results of layer `name` in f64 and what its gates decided."""
    routing = Routing(choices)
    return LAYERS[name](arrays, routing), routing
