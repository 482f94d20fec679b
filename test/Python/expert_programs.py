# ===- expert_programs.py - Random expert bodies and layers as text ---------=== #
"""Layers with random expert bodies: gate, dispatch, expert, combine."""

import numpy as np
import programs
from programs import tensor, wide

from moe import routers as r

MATMUL = {  # (rows' map is fixed) weight [K,N]; weight [N,K]
    False: "affine_map<(m, n, k) -> (k, n)>", True: "affine_map<(m, n, k) -> (n, k)>"}


class Region:
    """Writes the text of an expert region, one value after the other. Values
    are (SSA name, columns, element type); every row value is `[?, columns]`."""

    def __init__(self, rng, experts, width, dtype):
        self.rng, self.experts, self.dtype, self.acc = rng, experts, dtype, wide(dtype)
        self.params, self.shared, self.lines, self.count = {}, {}, [], 0
        self.x, self.macs = ("%xe", width, dtype), 0
        x = tensor(None, width, dtype)
        self.lines.append(f"    %c0 = arith.constant 0 : index\n"
                          f"    %m = tensor.dim %xe, %c0 : {x}\n"
                          f"    %zero = arith.constant 0.0 : {self.acc}")

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def param(self, *shape, dtype=None, shared=False):
        """A stacked parameter; its slice in the region."""
        table = self.shared if shared else self.params
        name = f"{'s' if shared else 'p'}{len(table)}"
        kind = tensor(*(() if shared else (self.experts,)), *shape, dtype or self.dtype)
        table[name] = kind
        return f"%{name}e", tensor(*shape, dtype or self.dtype)

    def matmul(self, x, columns, weight=None):
        """x times a parameter, in either orientation and operand order, in the
        wide type."""
        name, width, dtype = x
        transposed, swapped = bool(self.rng.integers(2)), self.rng.integers(4) == 0
        shape = (columns, width) if transposed else (width, columns)
        w, w_type = self.param(*shape)
        out = tensor(None, columns, self.acc)
        e, f, y = self.name(), self.name(), self.name()
        kind = tensor(None, width, dtype)
        rows, weights = "affine_map<(m, n, k) -> (m, k)>", MATMUL[transposed]
        operands = [(name, kind, rows, "a"), (w, w_type, weights, "b")]
        if swapped:
            operands.reverse()
        (n0, t0, m0, a0), (n1, t1, m1, a1) = operands
        types = {"a": dtype, "b": self.dtype}
        casts, factors = "", {}
        for a in "ab":
            factors[a] = f"%{a}"
            if types[a] != self.acc:
                casts += f"      %{a}w = arith.extf %{a} : {types[a]} to {self.acc}\n"
                factors[a] = f"%{a}w"
        self.lines.append(
            f"    {e} = tensor.empty(%m) : {out}\n"
            f"    {f} = linalg.fill ins(%zero : {self.acc}) outs({e} : {out}) -> {out}\n"
            f"    {y} = linalg.generic {{indexing_maps = [{m0}, {m1}, affine_map<(m, n, k) -> (m, n)>],"
            f' iterator_types = ["parallel", "parallel", "reduction"]}}'
            f" ins({n0}, {n1} : {t0}, {t1}) outs({f} : {out}) {{\n"
            f"    ^bb0(%{a0}: {types[a0]}, %{a1}: {types[a1]}, %c: {self.acc}):\n{casts}"
            f"      %q = arith.mulf {factors['a']}, {factors['b']} : {self.acc}\n"
            f"      %s = arith.addf %c, %q : {self.acc}\n"
            f"      linalg.yield %s : {self.acc}\n    }} -> {out}")
        self.macs += width * columns
        return y, columns, self.acc

    def elementwise(self, inputs, body, dtype=None):
        """inputs: row values, or (SSA name, type, map); body: lines on %i0, %i1,
        ... in the wide type, the last one defines %r."""
        columns = inputs[0][1]
        dtype = dtype or self.acc
        names, kinds, maps, arguments, casts = [], [], [], [], ""
        for i, value in enumerate(inputs):
            if isinstance(value[1], int):
                kind, where, element = tensor(None, value[1], value[2]), "(m, n)", value[2]
            else:
                kind, where = value[1], value[2]
                element = kind.rsplit("x", 1)[-1].rstrip(">").removeprefix("tensor<")
            names.append(value[0])
            kinds.append(kind)
            maps.append(f"affine_map<(m, n) -> {where}>")
            arguments.append(f"%j{i}: {element}")
            cast = (f"arith.extf %j{i} : {element} to {self.acc}" if element != self.acc
                    else None)
            if cast:
                casts += f"      %i{i} = {cast}\n"
            else:
                arguments[-1] = f"%i{i}: {element}"
        e, y = self.name(), self.name()
        out = tensor(None, columns, dtype)
        rounding = f"      %rr = arith.truncf %r : {self.acc} to {dtype}\n" if dtype != self.acc else ""
        self.lines.append(
            f"    {e} = tensor.empty(%m) : {out}\n"
            f"    {y} = linalg.generic {{indexing_maps = [{', '.join(maps)}, affine_map<(m, n) -> (m, n)>],"
            f' iterator_types = ["parallel", "parallel"]}}'
            f" ins({', '.join(names)} : {', '.join(kinds)}) outs({e} : {out}) {{\n"
            f"    ^bb0({', '.join(arguments)}, %o: {dtype}):\n{casts}"
            + "".join(f"      {line.replace('@', self.acc)}\n" for line in body)
            + rounding + f"      linalg.yield {'%rr' if rounding else '%r'} : {dtype}\n    }} -> {out}")
        return y, columns, dtype

    def columns_of(self, x, offset, stride, size):
        name, width, dtype = x
        y = self.name()
        source, out = tensor(None, width, dtype), tensor(None, size, dtype)
        self.lines.append(f"    %d{y[1:]} = tensor.dim {name}, %c0 : {source}\n"
                          f"    {y} = tensor.extract_slice {name}[0, {offset}] [%d{y[1:]}, {size}]"
                          f" [1, {stride}] : {source} to {out}")
        return y, size, dtype

    def relu(self, x, dtype=None):
        return self.elementwise([x], ["%z = arith.constant 0.0 : @", "%r = arith.maximumf %i0, %z : @"],
                                dtype)

    def row_norm(self, x):
        """x / (1 + sum of squares of the row): needs the whole row."""
        name, width, dtype = x
        e, f, s, e2, y = (self.name() for _ in range(5))
        kind, total = tensor(None, width, dtype), tensor(None, self.acc)
        out = tensor(None, width, self.acc)
        cast = f"      %aw = arith.extf %a : {dtype} to {self.acc}\n" if dtype != self.acc else ""
        a = "%aw" if cast else "%a"
        self.lines.append(
            f"    {e} = tensor.empty(%m) : {total}\n"
            f"    {f} = linalg.fill ins(%zero : {self.acc}) outs({e} : {total}) -> {total}\n"
            f"    {s} = linalg.generic {{indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>],"
            f' iterator_types = ["parallel", "reduction"]}} ins({name} : {kind}) outs({f} : {total}) {{\n'
            f"    ^bb0(%a: {dtype}, %c: {self.acc}):\n{cast}"
            f"      %q = arith.mulf {a}, {a} : {self.acc}\n      %t = arith.addf %c, %q : {self.acc}\n"
            f"      linalg.yield %t : {self.acc}\n    }} -> {total}\n"
            f"    {e2} = tensor.empty(%m) : {out}\n"
            f"    {y} = linalg.generic {{indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>,"
            f' affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}}'
            f" ins({name}, {s} : {kind}, {total}) outs({e2} : {out}) {{\n"
            f"    ^bb0(%a: {dtype}, %t: {self.acc}, %o: {self.acc}):\n{cast}"
            f"      %one = arith.constant 1.0 : {self.acc}\n      %d = arith.addf %t, %one : {self.acc}\n"
            f"      %r = arith.divf {a}, %d : {self.acc}\n      linalg.yield %r : {self.acc}\n"
            f"    }} -> {out}")
        return y, width, self.acc


SILU = ["%n = arith.negf %i0 : @", "%e = math.exp %n : @", "%one = arith.constant 1.0 : @",
        "%d = arith.addf %e, %one : @", "%s = arith.divf %i0, %d : @"]


def bias(g, x, dtype=None):
    """x + a bias: by column, one number an expert, or shared by all."""
    kind = g.rng.integers(3)
    if kind == 0:
        b = (*g.param(x[1]), "(n)")
    elif kind == 1:
        b = (*g.param(1), "(0)")
    else:
        b = (*g.param(x[1], shared=True), "(n)")
    return g.elementwise([x, b], ["%r = arith.addf %i0, %i1 : @"], dtype)


def linear(g, n):
    return [g.elementwise([g.matmul(g.x, n)], ["%r = arith.addf %i0, %i0 : @"], g.dtype)]


def plain(g, n):
    return [g.matmul(g.x, n)]


def relu_mlp(g, n):
    h = g.relu(g.matmul(g.x, g.inner), g.dtype)
    return [bias(g, g.matmul(h, n), g.dtype)]


def swiglu(g, n):
    a, b = g.matmul(g.x, g.inner), g.matmul(g.x, g.inner)
    h = g.elementwise([a, b], [*SILU, "%r = arith.mulf %s, %i1 : @"], g.dtype)
    return [g.elementwise([g.matmul(h, n)], ["%r = arith.negf %i0 : @"], g.dtype)]


def merged(g, n):
    """gate and up in one weight, cut by column halves or by parity, with a bias
    and a clamp in front (gpt-oss)."""
    both = bias(g, g.matmul(g.x, 2 * g.inner))
    if g.rng.integers(2):
        a, b = g.columns_of(both, 0, 1, g.inner), g.columns_of(both, g.inner, 1, g.inner)
    else:
        a, b = g.columns_of(both, 0, 2, g.inner), g.columns_of(both, 1, 2, g.inner)
    clamp = ["%lo = arith.constant -7.0 : @", "%hi = arith.constant 7.0 : @",
             "%l = arith.minimumf %i0, %hi : @", "%r = arith.maximumf %l, %lo : @"]
    a, b = g.elementwise([a], clamp), g.elementwise([b], clamp)
    h = g.elementwise([a, b], ["%r = arith.mulf %i0, %i1 : @"], g.dtype)
    return [bias(g, g.matmul(h, n), g.dtype)]


def scaled(g, n):
    """A scale for each expert, a scale for each column."""
    h = g.elementwise([g.matmul(g.x, g.inner), (*g.param(1), "(0)"), (*g.param(g.inner), "(n)")],
                      ["%s = arith.mulf %i0, %i1 : @", "%r = arith.mulf %s, %i2 : @"], g.dtype)
    return [g.matmul(h, n)]


def lora(g, n):
    a = g.matmul(g.x, n)
    low = g.matmul(g.x, int(g.rng.choice([1, 2])))
    if g.dtype != g.acc:
        low = g.elementwise([low], ["%r = arith.addf %i0, %i0 : @"], g.dtype)
    b = g.matmul(low, n)
    return [g.elementwise([a, b], ["%r = arith.addf %i0, %i1 : @"], g.dtype)]


def three(g, n):
    h = g.relu(g.matmul(g.x, g.inner), g.dtype)
    h = g.relu(g.matmul(h, g.inner), g.dtype)
    return [g.matmul(h, n)]


def norm_first(g, n):
    return [g.matmul(g.row_norm(g.x), n)]


def norm_inside(g, n):
    h = g.row_norm(g.matmul(g.x, g.inner))
    return [g.matmul(h, n)]


def norm_last(g, n):
    return [g.row_norm(bias(g, g.matmul(g.x, n)))]


def residual(g, n):
    """x + x W: the row itself in the epilogue. As wide as x."""
    y = g.matmul(g.x, g.x[1])
    return [g.elementwise([y, g.x], ["%r = arith.addf %i0, %i1 : @"], g.dtype)]


def square(g, n):
    """One matmul, used three times."""
    y = g.matmul(g.x, n)
    h = g.elementwise([y, y], ["%r = arith.mulf %i0, %i1 : @"])
    return [g.elementwise([h, y], ["%r = arith.subf %i0, %i1 : @"], g.dtype)]


def identity(g, n):
    return [g.x]


def constant(g, n):
    """A parameter, whatever the row is."""
    w, kind = g.param(n)
    e, y = g.name(), g.name()
    out = tensor(None, n, g.dtype)
    g.lines.append(f"    {e} = tensor.empty(%m) : {out}\n"
                   f"    {y} = linalg.broadcast ins({w} : {kind}) outs({e} : {out}) dimensions = [0]")
    return [(y, n, g.dtype)]


def two_results(g, n):
    h = g.relu(g.matmul(g.x, g.inner), g.dtype)
    return [g.matmul(h, n), g.matmul(h, n)]


def shared_steps(g, n):
    """A long chain of elementwise ops that each use the last one twice."""
    y = g.matmul(g.x, n)
    for _ in range(24):
        y = g.elementwise([y, y], ["%h = arith.constant 0.5 : @", "%s = arith.addf %i0, %i1 : @",
                                   "%r = arith.mulf %s, %h : @"])
    return [y]


EXACT = [linear, plain, relu_mlp, merged, scaled, lora, three, residual, square, identity,
         constant, two_results, shared_steps]
ROUNDED = [swiglu, norm_first, norm_inside, norm_last]


def layer(rng, body, experts, logits, router, width, inner, columns, dtype, *, options=(),
          capacity=False, priority=None, segment=None, scale_rows=False, projected=False):
    """The text of the layer and the multiply-adds of one row. projected: the
    logits are x times a matrix, plus a bias."""
    g = Region(rng, experts, width, dtype)
    g.inner = inner
    results = body(g, columns)
    k = router.slots(logits)
    arguments = {"x": tensor(None, width, dtype)}
    if not projected:
        arguments["logits"] = tensor(None, logits, g.acc)
    types = {"bias": tensor(logits, g.acc), "noise": tensor(None, logits, g.acc),
             "mask": tensor(None, "i1"), "thresholds": tensor(logits, g.acc),
             "uniform": tensor(None, g.acc), "capacity": "i64"}
    operands = {}
    for option in types:
        if option in options:
            arguments["chosen" if option == "capacity" else option] = types[option]
            operands[option] = ("%chosen_places" if option == "capacity" else f"%{option}", types[option])
    lines = []
    if projected:
        lines.append(projection(g, arguments, logits))
    if "capacity" in options:
        lines.append("  %chosen_places = arith.index_cast %chosen : i64 to index")
        operands["capacity"] = ("%chosen_places", "index")
    if capacity:
        arguments["capacity"] = "i64"
        lines.append(programs.CAST.rstrip())
    arguments.update(g.params)
    arguments.update(g.shared)
    rows, slots, offsets = tensor(None, width, dtype), tensor(None, "i32"), tensor(experts + 1, "i32")
    weights, ids = tensor(None, k, g.acc), tensor(None, k, "i32")
    clauses = programs.plan_clauses(True, capacity, priority, segment, k, g.acc)
    lines.append(programs.gate_text(router, logits, g.acc, operands))
    lines.append(f"  %rows, %offsets, %slots = moe.dispatch %x to %experts{clauses}"
                 f"{' scale_rows' if scale_rows else ''}\n      : {rows} to {ids} -> {rows} by {offsets}, {slots}")
    names = ", ".join(f"%y{i}" for i in range(len(results)))
    outs = [tensor(None, n, kind) for _, n, kind in results]
    params = ", ".join(f"%{p}e = %{p} : {kind}" for p, kind in g.params.items())
    shared = ", ".join(f"%{p}e = %{p} : {kind}" for p, kind in g.shared.items())
    lines.append(f"  {names} = moe.expert rows(%xe = %rows : {rows}) offsets(%offsets : {offsets})"
                 + (f" params({params})" if params else "") + (f" shared({shared})" if shared else "")
                 + " {\n" + "\n".join(g.lines)
                 + f"\n    moe.yield {', '.join(v[0] for v in results)} : {', '.join(outs)}\n  }} -> ({', '.join(outs)})")
    named = {}
    for i, (out, (_, n, kind)) in enumerate(zip(outs, results)):
        total = tensor(None, n, g.acc)
        lines.append(f"  %t{i} = moe.combine %y{i} by %slots weights(%weights)"
                     f"{' unweighted' if scale_rows else ''} : {out}, {slots}, {weights} -> {total}")
        named[f"y{i}"] = (f"%t{i}", total)
    named["weights"], named["experts"] = ("%weights", weights), ("%experts", ids)
    return programs.function(arguments, "\n".join(lines), named), g.macs


def projection(g, arguments, logits):
    """The lines that define %logits."""
    x, z = arguments["x"], tensor(None, logits, g.acc)
    transposed = bool(g.rng.integers(2))
    arguments["router"] = tensor(*((logits, g.x[1]) if transposed else (g.x[1], logits)), g.dtype)
    arguments["router_bias"] = tensor(logits, g.dtype)
    maps = ", ".join(["affine_map<(m, n, k) -> (m, k)>", MATMUL[transposed], "affine_map<(m, n, k) -> (m, n)>"])
    cast = f"    %bw = arith.extf %b : {g.dtype} to {g.acc}\n" if g.dtype != g.acc else ""
    return (f"  %g0 = arith.constant 0 : index\n  %gz = arith.constant 0.0 : {g.acc}\n"
            f"  %gt = tensor.dim %x, %g0 : {x}\n  %ge = tensor.empty(%gt) : {z}\n"
            f"  %gf = linalg.fill ins(%gz : {g.acc}) outs(%ge : {z}) -> {z}\n"
            f"  %gm = linalg.matmul indexing_maps = [{maps}] ins(%x, %router : {x}, {arguments['router']})"
            f" outs(%gf : {z}) -> {z}\n"
            f"  %logits = linalg.generic {{indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>,"
            f' affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}}'
            f" ins(%gm, %router_bias : {z}, {arguments['router_bias']}) outs(%ge : {z}) {{\n"
            f"  ^bb0(%a: {g.acc}, %b: {g.dtype}, %o: {g.acc}):\n{cast}"
            f"    %r = arith.addf %a, {'%bw' if cast else '%b'} : {g.acc}\n    linalg.yield %r : {g.acc}\n"
            f"  }} -> {z}")


def random_router(rng, logits):
    """A router and the operands it is given."""
    k = int(rng.integers(1, logits + 1))
    kind = rng.integers(8)
    if kind == 0:
        return r.Router("relu", r.All()), []
    if kind == 1:
        return r.Router("identity", r.Threshold()), ["thresholds"]
    if kind == 2:
        return r.Router("identity", r.All()), ["mask"]
    if kind == 3:
        return r.Router("relu", r.ExpertChoice()), ["capacity"]
    if kind == 4:
        return r.Router("relu", r.Batchwise(k)), []
    if kind == 5:
        return r.Router("relu", r.Sample()), ["uniform"]
    options = [option for option in ("mask", "noise") if rng.integers(4) == 0]
    return r.Router(rng.choice(["identity", "relu"]), r.TopK(k)), options


def gate_operands(rng, options, tokens, logits, dtype):
    """Small powers of two, so that weights are exact."""
    def pick(*shape):
        return rng.choice(np.array([0, 0.25, 0.5, 1], dtype), shape)
    values = {"bias": lambda: pick(logits), "noise": lambda: pick(tokens, logits),
              "mask": lambda: rng.random(tokens) < 0.7, "thresholds": lambda: pick(logits),
              "uniform": lambda: rng.random(tokens).astype(dtype),
              "capacity": lambda: int(rng.integers(0, tokens + 2))}
    return {option: values[option]() for option in options}
