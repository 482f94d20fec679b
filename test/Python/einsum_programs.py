# ===- einsum_programs.py - Routing by masks [T,E,C], as text ---------------=== #
"""Rows are moved to places of experts by a product with a mask, and back by a
product with weights, as GShard, Switch and DeepSpeed write it; positions are
counted in every way that importers know."""

import numpy as np
import programs
from naive_programs import MULTIPLY_ADD, Text
from programs import tensor, wide


class Einsums:
    """One random program. `macs`: multiply-adds of a row of an expert."""

    def __init__(self, rng, tokens, experts, k, places, width, inner, columns, dtype):
        self.rng, self.dtype, self.tokens, self.experts = rng, dtype, tokens, experts
        self.k, self.places = k, places
        self.text, self.arguments = Text(dtype), {}
        # How positions are counted, and by whom.
        self.count = str(rng.choice(["compare", "scan", "exclusive scan", "triangle"]))
        if tokens is None and self.count == "triangle":
            self.count = "compare"
        self.number = "i64" if rng.integers(2) else dtype
        self.limited = bool(rng.integers(2))  # a limit of its own, else the end of the places
        self.chosen = self.limited and bool(rng.integers(2))  # positions summed over experts
        self.kept_totals = self.limited and bool(rng.integers(2))
        self.padded = rng.integers(4) == 0
        self.mask_of_weights = bool(rng.integers(2))
        self.dense_gate = bool(rng.integers(2))
        self.together = 1 < k <= experts and rng.integers(3) == 0  # all choices of a gate in one mask
        self.flat = places > 1 and bool(rng.integers(2))  # experts and places in one dimension around the einsums
        self.add_argument("x", [tokens, width])
        t = self.text
        t.lines.append(
            f"  %c0 = arith.constant 0 : index\n  %zero = arith.constant 0.0 : {dtype}\n"
            f"  %one = arith.constant 1.0 : {dtype}\n  %none = arith.constant 0 : i64\n"
            f"  %unit = arith.constant 1 : i64\n"
            f"  %t = tensor.dim %x, %c0 : {tensor(tokens, width, dtype)}")
        self.n_zero, self.n_one = ("%none", "%unit") if self.number == "i64" else ("%zero", "%one")
        self.padded &= not self.together
        live = self.add_argument("live", [tokens], "i1") if self.padded else None
        masks, counts, terms = [], [], []
        if self.together:
            self.dense_gate, self.chosen, masks = True, False, [self.gate_mask()]
        for j in range(0 if self.together else k):
            ids = self.add_argument(f"ids{j}", [tokens], "i64")
            masks.append(self.mask(ids, live))
        for j in range(len(masks)):
            position = self.position(masks[j], counts)
            kept = masks[j]
            if self.limited:
                kept = self.keep(masks[j], position)
            counts.append(kept if self.kept_totals else masks[j])
            terms.append((kept, position, j))
        self.make_masks(terms)
        rows = self.gather(width)
        self.macs, self.columns = 0, width
        for n in (inner, columns)[int(rng.integers(2)):]:
            rows = self.layer(rows, n)
        self.result = self.combine(rows)

    def add_argument(self, name, sizes, dtype=None):
        self.arguments[name] = tensor(*sizes, dtype or self.dtype)
        return f"%{name}"

    def op(self, name):
        return f"arith.{name}{'i' if self.number == 'i64' else 'f'}"

    def number_of(self, condition, to):
        """Lines that make %r of the i1."""
        if self.number == "i64":
            return [f"{to} = arith.extui {condition} : i1 to i64"]
        return [f"{to} = arith.uitofp {condition} : i1 to {self.dtype}"]

    def mask(self, ids, live):
        """[T,E] numbers, one at a token's expert."""
        T, E = self.tokens, self.experts
        inputs = [(ids, [T], "i64", "t")]
        body = ["%i = linalg.index 1 : index", "%j = arith.index_cast %i : index to i64",
                "%h = arith.cmpi eq, %a, %j : i64"]
        if live:
            inputs.append((live, [T], "i1", "t"))
            body += ["%m = arith.andi %h, %b : i1", *self.number_of("%m", "%r")]
        else:
            body += self.number_of("%h", "%r")
        return self.text.generic("te", inputs, ("te", [T, E]), body, out_type=self.number)

    def gate_mask(self):
        """[T,E] numbers, one at each of a token's experts."""
        T, E, k = self.tokens, self.experts, self.k
        self.text.lines.append(f"  %chosen, %ids = moe.gate {self.add_argument('logits', [T, E])} <identity, top_k<{k}>> :"
                               f" {tensor(T, E, self.dtype)} -> {tensor(T, k, wide(self.dtype))}, {tensor(T, k, 'i32')}")
        return self.text.generic("tek", [("%ids", [T, k], "i32", "tk")], ("te", [T, E]),
                                 ["%i = linalg.index 1 : index", "%j = arith.index_cast %i : index to i32",
                                  "%h = arith.cmpi eq, %a, %j : i32", *self.number_of("%h", "%n"),
                                  f"%r = {self.op('add')} %o, %n : {self.number}"],
                                 out_type=self.number, reduction="k", start=self.n_zero)

    def cumsum(self, mask):
        """[T,E] and whether a token's own choice is counted."""
        T, E, kind = self.tokens, self.experts, self.number
        shape = tensor(T, E, kind)
        if "scan" in self.count:
            out, acc, name = self.text.fill([T, E], kind, self.n_zero), self.text.fill([E], kind, self.n_zero), self.text.name()
            inclusive = self.count == "scan"
            self.text.lines.append(
                f'  {name}:2 = "tm_tensor.scan"({mask}, {out}, {acc})'
                f' <{{dimension = 0 : i64, inclusive = {str(inclusive).lower()}, operandSegmentSizes = array<i32: 1, 2>}}> ({{\n'
                f"  ^bb0(%p: {kind}, %q: {kind}):\n    %s = {self.op('add')} %p, %q : {kind}\n"
                f'    "tm_tensor.yield"(%s) : ({kind}) -> ()\n'
                f"  }}) : ({shape}, {shape}, {tensor(E, kind)}) -> ({shape}, {tensor(E, kind)})")
            return f"{name}#0", inclusive
        inclusive = bool(self.rng.integers(2))
        add = f"%r = {self.op('add')} %o, %s : {kind}"
        if self.count == "triangle":
            rows = np.tril(np.ones((T, T)), 0 if inclusive else -1)
            text = ", ".join("[" + ", ".join(str(int(v)) + ("" if kind == "i64" else ".0") for v in row) + "]"
                             for row in rows)
            name = self.text.name()
            self.text.lines.append(f"  {name} = arith.constant dense<[{text}]> : {tensor(T, T, kind)}")
            return self.text.generic("tes", [(name, [T, T], kind, "ts"), (mask, [T, E], kind, "se")], ("te", [T, E]),
                                     [f"%s = {self.op('mul')} %a, %b : {kind}", add], out_type=kind, reduction="s",
                                     start=self.n_zero), inclusive
        order = ["%i = linalg.index 0 : index", "%j = linalg.index 2 : index",
                 f"%h = arith.cmpi {'sle' if inclusive else 'slt'}, %j, %i : index"]
        term = ([f"%s = arith.select %h, %a, {self.n_zero} : {kind}"] if self.rng.integers(2) else
                [*self.number_of("%h", "%n"), f"%s = {self.op('mul')} %n, %a : {kind}"])
        return self.text.generic("tes", [(mask, [T, E], kind, "se")], ("te", [T, E]), [*order, *term, add],
                                 out_type=kind, reduction="s", start=self.n_zero), inclusive

    def position(self, mask, counts):
        """[T,E]: how many choices are in front."""
        T, E, kind = self.tokens, self.experts, self.number
        total, inclusive = self.cumsum(mask)
        inputs, body, last = [(total, [T, E], kind, "te"), (mask, [T, E], kind, "te")], [], "%a"
        if inclusive:
            body.append(f"%w = {self.op('sub')} %a, {self.n_one} : {kind}")
            last = "%w"
        if self.rng.integers(2):
            body.append(f"%m = {self.op('mul')} {last}, %b : {kind}")
            last = "%m"
        for i, earlier in enumerate(counts):
            whole = self.text.generic("es", [(earlier, [T, E], kind, "se")], ("e", [E]),
                                      [f"%r = {self.op('add')} %o, %a : {kind}"], out_type=kind, reduction="s",
                                      start=self.n_zero)
            inputs.append((whole, [E], kind, "e"))
            body.append(f"%u{i} = {self.op('add')} {last}, %{'cdef'[i]} : {kind}")
            last = f"%u{i}"
        body.append(f"%r = {self.op('add')} {last}, {self.n_zero} : {kind}")
        return self.text.generic("te", inputs, ("te", [T, E]), body, out_type=kind)

    def below_limit(self, value, to):
        kind, compare = self.number, "cmpi slt" if self.number == "i64" else "cmpf olt"
        limit = self.places if kind == "i64" else f"{self.places}.0"
        return [f"%limit = arith.constant {limit} : {kind}", f"{to} = arith.{compare}, {value}, %limit : {kind}"]

    def keep(self, mask, position):
        T, E, kind = self.tokens, self.experts, self.number
        return self.text.generic(
            "te", [(mask, [T, E], kind, "te"), (position, [T, E], kind, "te")], ("te", [T, E]),
            [*self.below_limit("%b", "%h"), *self.number_of("%h", "%n"), f"%r = {self.op('mul')} %a, %n : {kind}"],
            out_type=kind)

    def place(self, kept, position):
        """[T,E,C] numbers of the compute type: the mask of one choice."""
        T, E, C, kind = self.tokens, self.experts, self.places, self.number
        where, indices, sizes = position, "te", [T, E]
        if self.chosen:
            where = self.text.generic("te", [(position, [T, E], kind, "te"), (kept, [T, E], kind, "te")], ("t", [T]),
                                      [f"%s = {self.op('mul')} %a, %b : {kind}", f"%r = {self.op('add')} %o, %s : {kind}"],
                                      out_type=kind, reduction="e", start=self.n_zero)
            indices, sizes = "t", [T]
        body = ["%i = linalg.index 2 : index", "%j = arith.index_cast %i : index to i64"]
        if kind == "i64":
            body += ["%h = arith.cmpi eq, %a, %j : i64", f"%k = arith.sitofp %b : i64 to {self.dtype}"]
        else:
            body += [f"%f = arith.sitofp %j : i64 to {kind}", f"%h = arith.cmpf oeq, %a, %f : {kind}",
                     f"%k = arith.mulf %b, %one : {kind}"]
        return self.text.generic("tec", [(where, sizes, kind, indices), (kept, [T, E], kind, "te")],
                                 ("tec", [T, E, C]), [*body, "%r = arith.select %h, %k, %zero : @"])

    def make_masks(self, terms):
        T, E, C, t = self.tokens, self.experts, self.places, self.text
        sizes, weighted, masks = [T, E, C], [], []
        gate = self.add_argument("g", [T, E] if self.dense_gate else [T, self.k])
        for kept, position, j in terms:
            mask = self.place(kept, position)
            weight, indices, shape = gate, "te", [T, E]
            if not self.dense_gate:
                weight, indices, shape = t.name(), "t", [T]
                rows = "%t" if T is None else T
                t.lines.append(f"  {weight} = tensor.extract_slice {gate}[0, {j}] [{rows}, 1] [1, 1] : "
                               f"{tensor(T, self.k, self.dtype)} to {tensor(T, self.dtype)}")
            masks.append(mask)
            weighted.append(t.generic("tec", [(mask, sizes, self.dtype, "tec"), (weight, shape, self.dtype, indices)],
                                      ("tec", sizes), ["%r = arith.mulf %a, %b : @"]))
        self.weights = self.add_all(weighted)
        if self.mask_of_weights:
            self.mask_value = t.generic("tec", [(self.weights, sizes, self.dtype, "tec")], ("tec", sizes),
                                        ["%h = arith.cmpf une, %a, %zero : @", "%r = arith.uitofp %h : i1 to @"])
        else:
            self.mask_value = self.add_all(masks)

    def add_all(self, values):
        sizes = [self.tokens, self.experts, self.places]
        while len(values) > 1:
            values[:2] = [self.text.generic("tec", [(v, sizes, self.dtype, "tec") for v in values[:2]],
                                            ("tec", sizes), ["%r = arith.addf %a, %b : @"])]
        return values[0]

    def reshape(self, op, value, groups, source, target):
        name = self.text.name()
        sizes = ""
        if op == "expand_shape":
            sizes = f" output_shape [{', '.join('%t' if n is None else str(n) for n in target)}]"
        self.text.lines.append(f"  {name} = tensor.{op} {value} {groups}{sizes} : {tensor(*source, self.dtype)}"
                               f" into {tensor(*target, self.dtype)}")
        return name

    def gather(self, width):
        T, E, C, t = self.tokens, self.experts, self.places, self.text
        x = ("%x", [T, width], self.dtype, "td")
        if not self.flat:
            loops = str(self.rng.choice(["ecdt", "ectd"]))
            return t.generic(loops, [(self.mask_value, [T, E, C], self.dtype, "tec"), x], ("ecd", [E, C, width]),
                             MULTIPLY_ADD, reduction="t")
        flat = self.reshape("collapse_shape", self.mask_value, "[[0], [1, 2]]", [T, E, C], [T, E * C])
        rows = t.generic("rdt", [(flat, [T, E * C], self.dtype, "tr"), x], ("rd", [E * C, width]), MULTIPLY_ADD,
                         reduction="t")
        return self.reshape("expand_shape", rows, "[[0, 1], [2]]", [E * C, width], [E, C, width])

    def layer(self, rows, n):
        E, C, depth = self.experts, self.places, self.columns
        w = self.add_argument(f"p{len(self.arguments)}", [E, depth, n])
        self.macs, self.columns = self.macs + depth * n, n
        y = self.text.generic("ecnd", [(rows, [E, C, depth], self.dtype, "ecd"), (w, [E, depth, n], self.dtype, "edn")],
                              ("ecn", [E, C, n]), MULTIPLY_ADD, reduction="d")
        if self.rng.integers(2):
            b = self.add_argument(f"p{len(self.arguments)}", [E, n])
            y = self.text.generic("ecn", [(y, [E, C, n], self.dtype, "ecn"), (b, [E, n], self.dtype, "en")],
                                  ("ecn", [E, C, n]), ["%r = arith.addf %a, %b : @"])
        if self.rng.integers(2):
            y = self.text.generic("ecn", [(y, [E, C, n], self.dtype, "ecn")], ("ecn", [E, C, n]),
                                  ["%r = arith.maximumf %a, %zero : @"])
        return y

    def combine(self, rows):
        T, E, C, n = self.tokens, self.experts, self.places, self.columns
        if not self.flat:
            loops = str(self.rng.choice(["tnec", "tenc", "tcne"]))
            return self.text.generic(loops, [(self.weights, [T, E, C], self.dtype, "tec"),
                                             (rows, [E, C, n], self.dtype, "ecn")], ("tn", [T, n]), MULTIPLY_ADD,
                                     reduction="ec")
        weights = self.reshape("collapse_shape", self.weights, "[[0], [1, 2]]", [T, E, C], [T, E * C])
        flat = self.reshape("collapse_shape", rows, "[[0, 1], [2]]", [E, C, n], [E * C, n])
        return self.text.generic("tnr", [(weights, [T, E * C], self.dtype, "tr"), (flat, [E * C, n], self.dtype, "rn")],
                                 ("tn", [T, n]), MULTIPLY_ADD, reduction="r")

    def live_rows(self, ids, live):
        """Rows that have a place: lowest tokens first, their choices together or by turns."""
        taken, rows = np.zeros(self.experts, int), 0
        for j in range(self.k):
            for t, e in enumerate(ids[j]):
                if 0 <= e < self.experts and live[t]:
                    rows += taken[e] < self.places
                    taken[e] += 1
        return int(rows)

    def function(self):
        return programs.function(self.arguments, "\n".join(self.text.lines),
                                 {"y": (self.result, tensor(self.tokens, self.columns, self.dtype))})
