# ===- reference.py - What every moe op means, in numpy ---------------------=== #
"""The meaning of the dialect, once more.

One function per op, written from docs/Semantics.md and independent of the
compiler, so that the two can be held against each other. Clear, not fast.

T tokens, D width, L logits, E experts, K gate slots a token, R rows. Slot
t*K+j is the j-th gate slot of token t. Ids, offsets and slots are int32.
Arrays of bf16 have dtype V2 (formats.py). Arithmetic is in f32, or in f64 where
the main operand is f64. What the semantics leave unspecified is NaN here.
"""

import numpy as np

from .formats import narrow, widen
from .routers import (All, Batchwise, ExpertChoice, GroupTopK, Sample,
                      Threshold, TopK)

# ===----------------------------------------------------------------------=== #
# moe.gate
# ===----------------------------------------------------------------------=== #


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def silu(z):
    return z * sigmoid(z)


def relu(z):
    return np.where(np.isnan(z), z, np.maximum(z, 0))


def softmax(z, kept=None):
    """Softmax over the last dimension; over the `kept` entries, if given."""
    with np.errstate(invalid="ignore"):
        if kept is not None:
            z = np.where(kept, z, -np.inf)
        largest = z.max(axis=-1, keepdims=True, initial=-np.inf)
        if kept is not None:  # an empty set has no weights
            largest = np.where(kept.any(axis=-1, keepdims=True), largest, 0)
        e = np.exp(z - largest)
        total = e.sum(axis=-1, keepdims=True, dtype=e.dtype)
        return divide(e, total)


def divide(a, b):
    """a / b, where 0/0 is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((a == 0) & (b == 0), np.zeros_like(a), a / b)


SCORES = {
    "softmax": softmax,
    "sigmoid": sigmoid,
    "sqrt_softplus": lambda z: np.sqrt(softplus(z)),
    "relu": relu,
    "identity": lambda z: z,
}


def best(key, k, axis=-1):
    """The indices of the k largest keys, largest first; ties to the lower
    index, NaN after everything else."""
    with np.errstate(invalid="ignore"):
        order = np.argsort(-key, axis=axis, kind="stable")
    return np.take(order, np.arange(k), axis=axis)


def best_mask(key, k, axis):
    """True at the k largest keys along `axis`."""
    mask = np.zeros(key.shape, bool)
    np.put_along_axis(mask, best(key, k, axis), True, axis)
    return mask


def drop_unkept_groups(key, biased, select):
    """The keys, -inf outside of each token's best groups."""
    tokens, logits = key.shape
    size = logits // select.groups
    grouped = biased.reshape(tokens, select.groups, size)
    if select.by == "max":
        value = grouped.max(axis=-1)
    else:
        two = np.take_along_axis(grouped, best(grouped, 2), -1)
        value = two[..., 0] + two[..., 1]
    kept = best_mask(value, select.kept, -1)
    return np.where(np.repeat(kept, size, axis=1), key, -np.inf)


def sample(score, uniform):
    """The first expert whose inclusive prefix sum exceeds u; where rounding
    leaves none, the last expert with a positive score, or the last one."""
    exceeds = np.cumsum(score, axis=1, dtype=score.dtype) > uniform[:, None]
    positive = score > 0
    last = score.shape[1] - 1
    last_positive = np.where(positive.any(1), last - positive[:, ::-1].argmax(1), last)
    return np.where(exceeds.any(1), exceeds.argmax(1), last_positive)[:, None]


def gate(logits, router, *, bias=None, noise=None, mask=None, thresholds=None,
         uniform=None, capacity=None, score=None, choice=None):
    """Logits [T,L] -> weights [T,K] (f32, or f64 for f64 logits), experts [T,K].

    router: routers.Router; bias [L] (for the selection only), noise [T,L],
    mask [T] bool, thresholds [L], uniform [T], capacity int; score: what the
    region computes, a function of one array. choice [T,K]: experts to take
    instead of the selection's own, where K is not L.
    """
    z = widen(logits)
    kind, (tokens, total) = z.dtype, z.shape
    if noise is not None:
        z = z + widen(noise).astype(kind)
    s = score(z) if router.score == "region" else SCORES[router.score](z)
    biased = s if bias is None else s + widen(bias).astype(kind)
    key = z if router.selects_on_logits(bias is not None) else biased

    select = router.select
    experts = np.tile(np.arange(total), (tokens, 1))
    kept = None
    if choice is not None:
        experts = choice
    elif isinstance(select, TopK):
        experts = best(key, select.k)
    elif isinstance(select, GroupTopK):
        experts = best(drop_unkept_groups(key, biased, select), select.k)
    elif isinstance(select, Sample):
        experts = sample(s, widen(uniform).astype(kind))
    elif isinstance(select, Threshold):
        kept = s > widen(thresholds).astype(kind)
    elif isinstance(select, ExpertChoice):
        kept = best_mask(biased, min(max(capacity, 0), tokens), 0)
    elif isinstance(select, Batchwise):
        kept = best_mask(biased, min(max(1, select.k * tokens // total), tokens), 0)
    elif not isinstance(select, All):
        raise TypeError(f"unknown selection {select}")

    weights = np.take_along_axis(s, experts, 1)
    if kept is not None:
        weights = np.where(kept, weights, 0)
    if router.normalize == "softmax":
        weights = softmax(weights, kept)
    elif router.normalize == "sum":
        sums = weights.sum(axis=1, keepdims=True, dtype=kind)
        weights = divide(weights, sums + kind.type(router.epsilon or 0))
    if router.scale is not None:
        weights = weights * kind.type(router.scale)
    if mask is not None:
        live = np.asarray(mask, bool)[:, None]
        weights = np.where(live, weights, 0)
        experts = np.where(live, experts, np.arange(experts.shape[1]))
    return weights.astype(kind), experts.astype(np.int32)


# ===----------------------------------------------------------------------=== #
# moe.random_uniform, moe.random_normal
# ===----------------------------------------------------------------------=== #


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011): four words from four and two."""
    low = np.uint64(0xFFFFFFFF)
    c = [np.asarray(word, np.uint64) & low for word in counter]
    k = [np.uint64(word) & low for word in key]
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        shift = np.uint64(32)
        c = [(b >> shift) ^ c[1] ^ k[0], b & low, (a >> shift) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + np.uint64(0x9E3779B9)) & low, (k[1] + np.uint64(0xBB67AE85)) & low]
    return c


def random_words(shape, seed, step, offset):
    position = np.arange(int(np.prod(shape)), dtype=np.uint64) + np.uint64(offset % 2**64)
    seed, step = seed % 2**64, step % 2**64
    high = np.uint64(32)
    words = philox([position, position >> high, step % 2**32, step >> 32],
                   [seed % 2**32, seed >> 32])
    return [(word >> np.uint64(8)).reshape(shape) for word in words]


def random_uniform(shape, seed, step, offset=0, dtype=np.float32):
    """Numbers in [0,1), a function of seed, step and row-major position."""
    return random_words(shape, seed, step, offset)[0].astype(dtype) * dtype(2.0**-24)


def random_normal(shape, seed, step, offset=0, dtype=np.float32):
    """Standard normal numbers (Box-Muller), likewise."""
    first, second = random_words(shape, seed, step, offset)[:2]
    u1 = (first + np.uint64(1)).astype(dtype) * dtype(2.0**-24)
    u2 = second.astype(dtype) * dtype(2.0**-24)
    return np.sqrt(dtype(-2) * np.log(u1)) * np.cos(dtype(2 * np.pi) * u2)


# ===----------------------------------------------------------------------=== #
# moe.plan, moe.dispatch
# ===----------------------------------------------------------------------=== #


def ranks(*keys):
    """The rank of each element among those that agree in all keys but the
    last, in ascending order of the last key."""
    order = np.lexsort(keys[::-1])
    same = np.zeros(len(order), bool)
    if len(order):
        same[1:] = np.all([key[order][1:] == key[order][:-1] for key in keys[:-1]], axis=0)
    position = np.arange(len(order))
    start = np.maximum.accumulate(np.where(same, 0, position))
    rank = np.empty(len(order), int)
    rank[order] = position - start
    return rank


def plan(experts, num_experts, *, weights=None, capacity=None,
         priority="token_major", segment=None, bound=None):
    """experts [T,K] -> offsets [E+1], slots [R], rows [T,K].

    A slot is live if its id is in [0,E), its weight (if given) is not zero and
    it is within `capacity`. R is `bound`, or T*K.
    """
    tokens, k = experts.shape
    slot = np.arange(tokens * k)
    expert = experts.ravel()
    live = (expert >= 0) & (expert < num_experts)
    if weights is not None:
        live &= weights.ravel() != 0  # NaN is live
    slot, expert = slot[live], expert[live]
    if capacity is not None:
        token, choice = slot // k, slot % k
        part = token // (segment or max(tokens, 1))
        order = slot if priority == "token_major" else choice * tokens + token
        kept = ranks(part, expert, order) < capacity
        slot, expert = slot[kept], expert[kept]
    grouped = np.argsort(expert, kind="stable")
    offsets = np.zeros(num_experts + 1, np.int32)
    offsets[1:] = np.cumsum(np.bincount(expert, minlength=num_experts))
    slots = np.full(tokens * k if bound is None else bound, -1, np.int32)
    slots[:len(slot)] = slot[grouped]
    return offsets, slots, token_rows(slots, tokens, k)


def token_rows(slots, tokens, k):
    """Each token's live rows in ascending order, then -1: [T,K]."""
    rows = np.full((tokens, k), -1, np.int32)
    live = np.flatnonzero(slots >= 0)
    token = slots[live] // max(k, 1)
    rows[token, ranks(token, live)] = live
    return rows


def dispatch(inputs, experts, num_experts, *, scale_rows=False, **options):
    """inputs [T,D] each -> rows [R,D] each, offsets [E+1], slots [R].

    options: those of `plan`. scale_rows multiplies each row by its weight.
    """
    offsets, slots, _ = plan(experts, num_experts, **options)
    weights = options.get("weights")
    rows = []
    for x in inputs:
        empty = narrow(np.full((len(slots), x.shape[1]), np.nan), x.dtype)
        rows.append(gather_rows(x, slots, experts.shape[1], out=empty,
                                weights=weights if scale_rows else None))
    return rows, offsets, slots


# ===----------------------------------------------------------------------=== #
# moe.expert, moe.combine
# ===----------------------------------------------------------------------=== #


def expert(body, rows, offsets, params=(), shared=()):
    """Applies `body(rows..., params..., shared...)` to each expert's rows and
    its slice of every parameter; body returns a tuple of row arrays."""
    parts = []
    for e in range(len(offsets) - 1):
        own = slice(offsets[e], offsets[e + 1])
        parts.append(body(*[r[own] for r in rows], *[p[e] for p in params], *shared))
    dead = len(rows[0]) - offsets[-1]
    results = []
    for pieces in zip(*parts):
        rest = narrow(np.full((dead,) + pieces[0].shape[1:], np.nan), pieces[0].dtype)
        results.append(np.concatenate([*pieces, rest]))
    return results


def combine(rows, slots, weights, *, unweighted=False, keep_zeros=False, dtype=None):
    """The sum of each token's live rows times their weights: [T,D].

    In ascending row order from +0, rounded once to `dtype` (that of the rows).
    Rows of zero weight are not looked at, but with `keep_zeros`.
    """
    tokens, k = weights.shape
    return combine_rows(rows, slots, token_rows(slots, tokens, k), dtype=dtype,
                        weights=None if unweighted else weights, keep_zeros=keep_zeros)


# ===----------------------------------------------------------------------=== #
# moe.route, moe.grouped_matmul, moe.gather_rows, moe.combine_rows
# ===----------------------------------------------------------------------=== #


def route(x, projection, router, *, transposed=False, projection_bias=None,
          noise_projection=None, noise=None, num_experts=None, gate_capacity=None,
          score=None, bias=None, mask=None, thresholds=None, uniform=None, **planning):
    """Projection, gate and, where `num_experts` is given, plan:
    weights, experts[, offsets, slots, rows]."""
    x = widen(x)
    kind = x.dtype

    def project(w):
        w = widen(w).astype(kind)
        return x @ (w.T if transposed else w)

    logits = project(projection)
    if projection_bias is not None:
        logits = logits + widen(projection_bias).astype(kind)
    if noise is not None:
        noise = widen(noise).astype(kind)
        if noise_projection is not None:
            noise = noise * softplus(project(noise_projection))
    weights, experts = gate(logits, router, bias=bias, noise=noise, mask=mask, score=score,
                            thresholds=thresholds, uniform=uniform, capacity=gate_capacity)
    if num_experts is None:
        return weights, experts
    return weights, experts, *plan(experts, num_experts, weights=weights, **planning)


def grouped_matmul(rows, offsets, weights, out, *, transposed=False, slots=None,
                   slots_per_token=1, gather=False, accumulate=False, operands=(),
                   maps=(), epilogue=None):
    """out [R,N] after rows[offsets[e]:offsets[e+1]] times weights[i][e].

    weights: arrays [E,K,N], or [E,N,K] where `transposed`. epilogue: a function
    of the accumulators [rows,N] and of one array per operand; maps: for each
    operand a function of (e, r, n, s) that gives its indices.
    """
    x = widen(rows)
    kind = x.dtype
    wide = widen(out)
    result = wide.astype(np.promote_types(kind, wide.dtype))
    columns = np.arange(out.shape[1])[None, :]
    for e in range(len(offsets) - 1):
        r = np.arange(offsets[e], offsets[e + 1])
        s = None if slots is None else slots[r]
        own = x[s // slots_per_token if gather else r]
        values = [own @ widen(w[e].T if transposed else w[e]).astype(kind) for w in weights]
        at = (e, r[:, None], columns, None if s is None else s[:, None])
        shape = values[0].shape
        for operand, where in zip(operands, maps):
            values.append(np.broadcast_to(widen(operand)[where(*at)], shape))
        value = values[0] if epilogue is None else epilogue(*values)
        if not accumulate:
            result[r] = value
            continue
        for row, s_row in zip(value, s):  # ascending rows
            token = s_row // slots_per_token
            result[token] = widen(narrow(result[token] + row, out.dtype))
    return narrow(result, out.dtype)


def gather_rows(x, slots, slots_per_token, *, weights=None, out):
    """Row r is x[slots[r] / slots_per_token], times its weight where given;
    rows whose slot is -1 are those of `out`."""
    live = slots >= 0
    picked = x[slots[live] // slots_per_token]
    if weights is not None:
        wide = widen(picked)
        factor = weights.ravel()[slots[live]].astype(wide.dtype)
        picked = narrow(wide * factor[:, None], out.dtype)
    result = out.copy()
    result[live] = picked
    return result


def combine_rows(rows, slots, token_rows, *, weights=None, keep_zeros=False, dtype=None):
    """The sum of weights[slots[r]] * rows[r] over r = token_rows[t,0], ... up
    to the first -1, from +0, rounded once to `dtype` (that of the rows). Rows of
    zero weight are not looked at, but with `keep_zeros`."""
    wide = widen(rows)
    total = np.zeros((len(token_rows), rows.shape[1]), wide.dtype)
    running = np.ones(len(token_rows), bool)
    for column in token_rows.T:
        running = running & (column >= 0)
        tokens, r = np.flatnonzero(running), column[running]
        term = wide[r]
        if weights is not None:
            weight = weights.ravel()[slots[r]].astype(wide.dtype)
            if not keep_zeros:
                tokens, term, weight = (a[weight != 0] for a in (tokens, term, weight))
            term = weight[:, None] * term
        total[tokens] += term
    return narrow(total, rows.dtype if dtype is None else dtype)
