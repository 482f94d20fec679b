# ===- layers.py - Published mixture-of-experts layers in numpy -------------=== #
"""The layers of examples/, once more, in f64.

Each function takes the arguments of its example by name and gives its results
by name. It walks the experts and widens one expert's parameters at a time, so
that a layer of the real size needs little more memory than its parameters.

D is the width of a token, H the inner width of an expert.
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
        inside = np.take_along_axis(grouped, kept[..., None], 1)
        inside = inside.reshape(tokens, select.kept * grouped.shape[2])
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


def linear(x, matrix):
    """x times a matrix [out, in], as checkpoints store it."""
    return x @ f64(matrix).T


def swiglu(gate_rows, up_rows):
    return silu(gate_rows) * up_rows


# ===----------------------------------------------------------------------=== #
# Expert bodies: of arguments `a`, expert e and its rows
# ===----------------------------------------------------------------------=== #


def separate(a, e, x):
    """gate, up [E,H,D], down [E,D,H]."""
    return linear(swiglu(linear(x, a["gate"][e]), linear(x, a["up"][e])), a["down"][e])


def joined(a, e, x):
    """gate_up [E,2H,D], gate first; down [E,D,H]."""
    return linear(swiglu(*np.split(linear(x, a["gate_up"][e]), 2, axis=1)), a["down"][e])


def joined_in_out(a, e, x):
    """gate_up [E,D,2H], gate first; down [E,H,D]."""
    return swiglu(*np.split(x @ f64(a["gate_up"][e]), 2, axis=1)) @ f64(a["down"][e])


def clamped(a, e, x):
    """gpt-oss: gate_up [E,2H,D] interleaved, gate_up_bias [E,2H], down [E,D,H],
    down_bias [E,D]."""
    both = linear(x, a["gate_up"][e]) + f64(a["gate_up_bias"][e])
    g, u = np.minimum(both[:, 0::2], 7), np.clip(both[:, 1::2], -7, 7)
    return linear((u + 1) * g * sigmoid(1.702 * g), a["down"][e]) + f64(a["down_bias"][e])


def two_matrices(a, e, x):
    """up [E,H,D], down [E,D,H] with a ReLU between."""
    return linear(relu(linear(x, a["up"][e])), a["down"][e])


# ===----------------------------------------------------------------------=== #
# Layers
# ===----------------------------------------------------------------------=== #


def model(router, k, body, capacity=None, segment=None, weigh_input=False):
    """The layer of a published model.

    x [T,D], router [E,D], what `body` reads, and where the model has them
    router_bias [E], selection_bias [E] and a shared expert shared_gate,
    shared_up [H,D], shared_down [D,H]. router: a function of k. capacity: how
    many tokens of each segment an expert takes; the others get zero from it.
    """

    def layer(a, routing, k=k, capacity=capacity, segment=segment):
        x = f64(a["x"])
        logits = linear(x, a["router"])
        if "router_bias" in a:
            logits = logits + f64(a["router_bias"])
        bias = f64(a["selection_bias"]) if "selection_bias" in a else None
        weights, experts = routing.gate(logits, router(k), bias=bias)
        keep = np.zeros(weights.size, bool)
        slots = plan(experts, len(a["down"]), weights=weights, capacity=capacity,
                     segment=segment)[1]
        keep[slots[slots >= 0]] = True
        y = mixture(x, weights, experts, len(a["down"]), lambda e, rows: body(a, e, rows),
                    keep.reshape(weights.shape), weigh_input)
        if "shared_gate" in a:
            h = swiglu(linear(x, a["shared_gate"]), linear(x, a["shared_up"]))
            y = y + linear(h, a["shared_down"])
        return {"y": y, "weights": weights, "experts": experts}

    return layer


def jacobs(a, routing):
    """Jacobs et al. 1991: x [T,D], gate [D,E], gate_bias [E], experts w [E,D,N]
    and w_bias [E,N] with logistic outputs. y is the blend, outputs [E,T,N] each
    expert's own answer."""
    x = f64(a["x"])
    logits = x @ f64(a["gate"]) + f64(a["gate_bias"])
    weights, experts = routing.gate(logits, routers.Router("softmax", routers.All()))
    outputs = np.stack([sigmoid(x @ f64(w) + f64(b)) for w, b in zip(a["w"], a["w_bias"])])
    y = np.einsum("te,etn->tn", weights, outputs)
    return {"y": y, "weights": weights, "experts": experts, "outputs": outputs}


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
    y = x + sigmoid(mixture(x, weights, experts, len(a["w_in"]), relu_expert(a)))
    return {"y": y, "weights": weights, "experts": experts}


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
    return {"y": x + sigmoid(y), "weights": weights, "experts": experts}


LAYERS = {
    "mixtral-8x7b": model(routers.mixtral, 2, separate),
    "qwen3-30b-a3b": model(routers.mixtral, 8, separate),
    "olmoe-1b-7b": model(routers.olmoe, 8, separate),
    "deepseek-v3": model(routers.deepseek_v3, 8, separate),
    "gpt-oss-20b": model(routers.gpt_oss, 4, clamped),
    "llama4-scout": model(routers.llama4, 1, joined_in_out, weigh_input=True),
    "switch-base-8": model(lambda k: routers.Router("softmax", routers.TopK(k)), 1, two_matrices,
                           capacity=64, segment=512),
    "granite-3.1-1b-a400m": model(routers.gpt_oss, 8, joined),
    "jacobs-1991": jacobs,
    "shazeer-2017-flat": shazeer,
    "shazeer-2017-hierarchical": shazeer_hierarchical,
}


def evaluate(name, arrays, choices=(), **sizes):
    """The results of layer `name` in f64, and what its gates decided.

    choices: the experts [T,K] that a program chose, one array per gate; sizes:
    k, capacity or segment where they are not the published ones.
    """
    routing = Routing(choices)
    return LAYERS[name](arrays, routing, **sizes), routing
