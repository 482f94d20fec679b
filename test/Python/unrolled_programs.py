# ===- unrolled_programs.py - Mixtures of experts, term by term, as text -----=== #
"""Each expert is written out: its slices or its own parameters, its program, its
gate; then the sum, in some order."""

import programs
from naive_programs import MULTIPLY_ADD, Text
from programs import tensor, wide


class Unrolled:
    """One random program. `macs`: multiply-adds of a row."""

    def __init__(self, rng, gate, tokens, experts, k, width, inner, columns, dtype):
        self.rng, self.gate, self.dtype = rng, gate, dtype
        self.tokens, self.experts, self.k = tokens, experts, k
        self.text, self.arguments = Text(dtype), {}
        self.scaled = rng.integers(4) == 0
        self.own = rng.integers(3) == 0  # parameters of their own, not slices
        self.flat = rng.integers(3) == 0  # slices with a unit dimension, collapsed
        self.residual = rng.integers(3) == 0
        self.layers = [(n, bool(rng.integers(2)), bool(rng.integers(2)) and not self.scaled, bool(rng.integers(2)),
                        int(rng.integers(3))) for n in (inner, columns)[int(rng.integers(2)):]]
        self.add_argument("x", [tokens, width])
        self.text.lines.append(f"  %c0 = arith.constant 0 : index\n  %zero = arith.constant 0.0 : {dtype}\n"
                               f"  %t = tensor.dim %x, %c0 : {tensor(tokens, width, dtype)}")
        self.source = self.make_gate()
        order = [int(e) for e in rng.permutation(experts)] if rng.integers(3) == 0 else list(range(experts))
        depths = [width, *(layer[0] for layer in self.layers)]
        self.macs = sum(a * b for a, b in zip(depths, depths[1:]))
        self.columns = depths[-1]
        self.result = self.sum([self.term(e) for e in order])

    def add_argument(self, name, sizes, dtype=None):
        self.arguments[name] = tensor(*sizes, dtype or self.dtype)
        return f"%{name}"

    def make_gate(self):
        T, E, k, t, dtype = self.tokens, self.experts, self.k, self.text, self.dtype
        if self.gate == "argument":
            return self.add_argument("g", [T, E])
        t.lines.append(f"  %w, %ids = moe.gate {self.add_argument('g', [T, E])} <identity, top_k<{k}>> :"
                       f" {tensor(T, E, dtype)} -> {tensor(T, k, wide(dtype))}, {tensor(T, k, 'i32')}")
        if self.gate == "mask":
            return None
        return t.generic("tek", [("%w", [T, k], dtype, "tk"), ("%ids", [T, k], "i32", "tk")], ("te", [T, E]),
                         ["%i = linalg.index 1 : index", "%j = arith.index_cast %i : index to i32",
                          "%h = arith.cmpi eq, %b, %j : i32", "%s = arith.select %h, %a, %zero : @",
                          "%r = arith.addf %o, %s : @"], reduction="k")

    def slice(self, source, sizes, offsets, kept, dtype=None):
        """A slice of `source` without the dimensions that are not `kept`."""
        names = [("%t" if n is None else n) for n in kept]
        result, kind = self.text.name(), tensor(*[n for n in kept if n != "drop"], dtype or self.dtype)
        part = [1 if n == "drop" else n for n in names]
        self.text.lines.append(f"  {result} = tensor.extract_slice {source}{offsets} [{', '.join(map(str, part))}]"
                               f" [{', '.join('1' for _ in sizes)}] : {tensor(*sizes, self.dtype)} to {kind}")
        return result

    def factor(self, e):
        """The gate of expert e, one number a token."""
        T, dtype = self.tokens, self.dtype
        if self.gate == "mask":
            i = self.text.name()
            self.text.lines.append(f"  {i} = arith.constant {e} : i32")
            return self.text.generic(
                "tk", [("%w", [T, self.k], dtype, "tk"), ("%ids", [T, self.k], "i32", "tk")], ("t", [T]),
                [f"%h = arith.cmpi eq, %b, {i} : i32", "%s = arith.select %h, %a, %zero : @",
                 "%r = arith.addf %o, %s : @"], reduction="k")
        return self.slice(self.source, [T, self.experts], [0, e], [T, "drop"])

    def parameter(self, e, layer, name, *sizes):
        if self.own:
            return self.add_argument(f"p{layer}{name}{e}", sizes)
        source = f"%p{layer}{name}"
        if source[1:] not in self.arguments:
            self.add_argument(source[1:], [self.experts, *sizes])
        offsets = [e, *(0 for _ in sizes)]
        if not self.flat:
            return self.slice(source, [self.experts, *sizes], offsets, ["drop", *sizes])
        part, flat = self.slice(source, [self.experts, *sizes], offsets, [1, *sizes]), self.text.name()
        groups = "[[0, 1]]" if len(sizes) == 1 else "[[0, 1], [2]]"
        self.text.lines.append(f"  {flat} = tensor.collapse_shape {part} {groups} : {tensor(1, *sizes, self.dtype)}"
                               f" into {tensor(*sizes, self.dtype)}")
        return flat

    def term(self, e):
        """Expert e times its gate: the value, or the pair that is to be multiplied."""
        T, dtype, t = self.tokens, self.dtype, self.text
        h, depth, gate = "%x", self.arguments["x"], self.factor(e)
        depth = int(depth.split("x")[1])
        if self.scaled:
            h = t.generic("td", [("%x", [T, depth], dtype, "td"), (gate, [T], dtype, "t")], ("td", [T, depth]),
                          ["%r = arith.mulf %a, %b : @"])
        for layer, (n, transposed, bias, relu, style) in enumerate(self.layers):
            w = self.parameter(e, layer, "w", *((n, depth) if transposed else (depth, n)))
            if style == 0 and not transposed:
                start, y = t.fill([T, n], dtype), t.name()
                out = tensor(T, n, dtype)
                t.lines.append(f"  {y} = linalg.matmul ins({h}, {w} : {tensor(T, depth, dtype)},"
                               f" {tensor(depth, n, dtype)}) outs({start} : {out}) -> {out}")
                h = y
            else:
                h = t.generic("tnd", [(h, [T, depth], dtype, "td"),
                                      (w, [n, depth] if transposed else [depth, n], dtype,
                                       "nd" if transposed else "dn")], ("tn", [T, n]), MULTIPLY_ADD, reduction="d")
            if bias:
                b = self.parameter(e, layer, "b", n)
                h = t.generic("tn", [(h, [T, n], dtype, "tn"), (b, [n], dtype, "n")], ("tn", [T, n]),
                              ["%r = arith.addf %a, %b : @"])
            if relu:
                h = t.generic("tn", [(h, [T, n], dtype, "tn")], ("tn", [T, n]), ["%r = arith.maximumf %a, %zero : @"])
            depth = n
        return h, gate

    def product(self, term):
        y, gate = term
        if self.scaled:
            return y
        return self.text.generic("tn", [(y, [self.tokens, self.columns], self.dtype, "tn"),
                                        (gate, [self.tokens], self.dtype, "t")],
                                 ("tn", [self.tokens, self.columns]), ["%r = arith.mulf %a, %b : @"])

    def add(self, a, b):
        rows = (self.tokens, self.columns)
        return self.text.generic("tn", [(v, rows, self.dtype, "tn") for v in (a, b)], ("tn", rows),
                                 ["%r = arith.addf %a, %b : @"])

    def sum(self, terms):
        rows = (self.tokens, self.columns)
        rest = self.add_argument("rest", rows) if self.residual else None
        style = int(self.rng.integers(3))
        if style == 0 and not self.scaled:  # total + y * gate in one op
            total = rest or self.text.fill(rows, self.dtype)
            for y, gate in terms:
                total = self.text.generic("tn", [(total, rows, self.dtype, "tn"), (y, rows, self.dtype, "tn"),
                                                 (gate, [self.tokens], self.dtype, "t")], ("tn", rows),
                                          ["%p = arith.mulf %c, %b : @", "%r = arith.addf %a, %p : @"])
            return total
        values = [self.product(term) for term in terms]
        if rest:
            values.insert(int(self.rng.integers(len(values) + 1)), rest)
        while len(values) > 1:
            i = 0 if style == 1 else int(self.rng.integers(len(values) - 1))
            values[i: i + 2] = [self.add(values[i], values[i + 1])]
        return values[0]

    def function(self):
        return programs.function(self.arguments, "\n".join(self.text.lines),
                                 {"y": (self.result, tensor(self.tokens, self.columns, self.dtype))})
