# ===- naive_programs.py - Mixtures of experts in plain linalg, as text -----=== #
"""Every expert on every token times a gate, weights gathered for each slot,
inputs scaled by the gate: what the optimizer has to recognise."""

import programs
from programs import tensor, wide


class Text:
    """Lines of a function, one generic after the other."""

    def __init__(self, dtype):
        self.dtype, self.lines, self.count = dtype, [], 0

    def name(self):
        self.count += 1
        return f"%v{self.count}"

    def empty(self, sizes, dtype):
        """sizes: numbers; None is T."""
        name = self.name()
        self.lines.append(f"  {name} = tensor.empty({', '.join('%t' for n in sizes if n is None)}) : "
                          f"{tensor(*sizes, dtype)}")
        return name

    def fill(self, sizes, dtype, value="%zero"):
        e, f, kind = self.empty(sizes, dtype), self.name(), tensor(*sizes, dtype)
        self.lines.append(f"  {f} = linalg.fill ins({value} : {dtype}) outs({e} : {kind}) -> {kind}")
        return f

    def generic(self, loops, inputs, out, body, out_type=None, reduction="", start="%zero"):
        """inputs: (SSA name, sizes, dtype, "indices"); out: ("indices", sizes);
        loops in order, one letter each; body: lines that define %r; %a, %b, ...
        are the inputs and %o the accumulator. Returns the value."""
        dtype = out_type or self.dtype
        indices, sizes = out
        init = self.fill(sizes, dtype, start) if reduction else self.empty(sizes, dtype)
        result = self.name()
        maps = [f"affine_map<({', '.join(loops)}) -> ({', '.join(i)})>"
                for i in [*(value[3] for value in inputs), indices]]
        iterators = ", ".join(f'"{"reduction" if loop in reduction else "parallel"}"' for loop in loops)
        arguments = [f"%{letter}: {value[2]}" for letter, value in zip("abcdef", inputs)]
        kinds = [tensor(*value[1], value[2]) for value in inputs]
        ins = f" ins({', '.join(v[0] for v in inputs)} : {', '.join(kinds)})" if inputs else ""
        kind = tensor(*sizes, dtype)
        self.lines.append(
            f"  {result} = linalg.generic {{indexing_maps = [{', '.join(maps)}], iterator_types = [{iterators}]}}"
            f"{ins} outs({init} : {kind}) {{\n  ^bb0({', '.join([*arguments, f'%o: {dtype}'])}):\n"
            + "".join(f"    {line.replace('@', dtype)}\n" for line in body)
            + f"    linalg.yield %r : {dtype}\n  }} -> {kind}")
        return result


MULTIPLY_ADD = ["%p = arith.mulf %a, %b : @", "%r = arith.addf %o, %p : @"]


class Naive:
    """One random program. `macs`: multiply-adds of a row; `has_bias`: a zero row
    does not give zero."""

    def __init__(self, rng, form, gate, tokens, experts, k, width, inner, columns, dtype):
        self.rng, self.form, self.gate, self.dtype = rng, form, gate, dtype
        self.tokens, self.experts, self.k = tokens, experts, k
        self.text, self.arguments = Text(dtype), {}
        self.macs, self.has_bias = 0, False
        self.add_argument("x", [tokens, width])
        t = self.text
        t.lines.append(f"  %c0 = arith.constant 0 : index\n  %zero = arith.constant 0.0 : {dtype}\n"
                       f"  %t = tensor.dim %x, %c0 : {tensor(tokens, width, dtype)}")
        self.slots = k if form == "lookup" else experts
        self.order = str(rng.choice(["et", "te"])) if form != "lookup" else "te"
        weights = self.make_gate()
        x, indices, sizes = "%x", "t", [tokens]
        if form in ("scaled", "masked"):
            sizes, indices = self.slot_sizes(), self.order
            factor = self.mask if form == "masked" else weights
            x = t.generic("etd", [("%x", [tokens, width], dtype, "td"), (factor, *self.gate_type())],
                          (indices + "d", [*sizes, width]), ["%r = arith.mulf %a, %b : @"])
        h, depth = (x, sizes, indices), width
        for layer in range(int(rng.integers(1, 3))):
            h, n = self.matmul(h, depth, columns if layer else inner)
            if rng.integers(2):
                h = self.bias(h, n)
            if rng.integers(2):
                h = self.relu(h, n)
            depth = n
        self.columns = depth
        self.result = self.sum(h, depth, weights)

    def add_argument(self, name, sizes, dtype=None):
        self.arguments[name] = tensor(*sizes, dtype or self.dtype)
        return f"%{name}"

    def slot_sizes(self):
        size = {"e": self.slots, "t": self.tokens}
        return [size[i] for i in self.order]

    def gate_type(self):
        """sizes, dtype, indices of the weights of the slots."""
        return [self.tokens, self.slots], self.dtype, "te"

    def make_gate(self):
        """The weights [T, slots]."""
        T, E, t, dtype = self.tokens, self.experts, self.text, self.dtype
        if self.form == "masked":
            return self.make_masked_gate()
        if self.gate == "argument":
            return self.add_argument("g", [T, E])
        logits, k = self.add_argument("g", [T, E]), self.k
        router = f"<identity, top_k<{k}>>"
        t.lines.append(f"  %w, %ids = moe.gate {logits} {router} : {tensor(T, E, dtype)}"
                       f" -> {tensor(T, k, wide(dtype))}, {tensor(T, k, 'i32')}")
        if self.form == "lookup":
            return "%w"
        # One-hot rows of the selected experts, times their weights, summed.
        return t.generic("tek", [("%w", [T, k], dtype, "tk"), ("%ids", [T, k], "i32", "tk")],
                         ("te", [T, E]),
                         ["%i = linalg.index 1 : index", "%j = arith.index_cast %i : index to i32",
                          "%h = arith.cmpi eq, %b, %j : i32", "%s = arith.select %h, %a, %zero : @",
                          "%r = arith.addf %o, %s : @"], reduction="k")

    def make_masked_gate(self):
        """A one-hot mask, or where the weights are not zero, and masked weights."""
        T, E, t, dtype = self.tokens, self.experts, self.text, self.dtype
        ids, gates = self.add_argument("ids", [T], "i32"), self.add_argument("g", [T, E])
        one_hot = t.generic("te", [(ids, [T], "i32", "t")], ("te", [T, E]),
                            ["%i = linalg.index 1 : index", "%j = arith.index_cast %i : index to i32",
                             "%h = arith.cmpi eq, %a, %j : i32", "%r = arith.uitofp %h : i1 to @"])
        weights = t.generic("te", [(gates, [T, E], dtype, "te"), (one_hot, [T, E], dtype, "te")], ("te", [T, E]),
                            ["%r = arith.mulf %a, %b : @"])
        self.mask = one_hot
        if self.rng.integers(2):
            self.mask = t.generic("te", [(weights, [T, E], dtype, "te")], ("te", [T, E]),
                                  ["%h = arith.cmpf une, %a, %zero : @", "%r = arith.uitofp %h : i1 to @"])
        return weights

    def parameter(self, *sizes):
        """A stacked parameter as seen by the slots: (name, sizes, dtype, leading index)."""
        name = self.add_argument(f"p{len(self.arguments)}", [self.experts, *sizes])
        if self.form != "lookup":
            return name, [self.experts, *sizes], "e"
        loops = "te" + "ijl"[: len(sizes)]
        reads = [f"%x{i} = linalg.index {i + 2} : index" for i in range(len(sizes))]
        places = ", ".join(["%id", *(f"%x{i}" for i in range(len(sizes)))])
        kind = tensor(self.experts, *sizes, self.dtype)
        looked = self.text.generic(
            loops, [("%ids", [self.tokens, self.k], "i32", "te")], (loops, [self.tokens, self.k, *sizes]),
            ["%id = arith.index_cast %a : i32 to index", *reads, f"%r = tensor.extract {name}[{places}] : {kind}"])
        return looked, [self.tokens, self.k, *sizes], "te"

    def reordered(self, weight, depth, n):
        """Gathered weights `[T,K,n,depth]` transposed, or cut out of wider ones."""
        value, sizes, indices = weight
        kind = tensor(*sizes, self.dtype)
        if self.rng.integers(2):
            swapped = [*sizes[:2], sizes[3], sizes[2]]
            y = self.text.generic("teij", [(value, sizes, self.dtype, "teij")], ("teji", swapped),
                                  ["%r = arith.addf %a, %zero : @" if self.rng.integers(4) == 0
                                   else "%r = arith.maximumf %a, %a : @"])
            return y, swapped, indices, True
        part = [*sizes[:2], n, sizes[3]]
        y = self.text.name()
        rows = "%t" if self.tokens is None else self.tokens
        self.text.lines.append(
            f"  {y} = tensor.extract_slice {value}[0, 0, {sizes[2] - n}, 0] [{rows}, {self.k}, {n}, {depth}]"
            f" [1, 1, 1, 1] : {kind} to {tensor(*part, self.dtype)}")
        return y, part, indices, False

    def matmul(self, h, depth, n):
        value, sizes, indices = h
        transposed = bool(self.rng.integers(2))
        if self.form == "lookup" and self.rng.integers(3) == 0:
            wide_n = n * int(self.rng.integers(1, 3))
            *weight, moved = self.reordered(self.parameter(wide_n, depth), depth, n)
            transposed, n = not moved, wide_n if moved else n
        else:
            weight = self.parameter(*((n, depth) if transposed else (depth, n)))
        inputs = [(value, [*sizes, depth], self.dtype, indices + "d"),
                  (weight[0], weight[1], self.dtype, weight[2] + ("nd" if transposed else "dn"))]
        if self.rng.integers(4) == 0:
            inputs.reverse()
        self.macs += depth * n
        y = self.text.generic("etnd", inputs, (self.order + "n", [*self.slot_sizes(), n]), MULTIPLY_ADD,
                              reduction="d")
        return (y, self.slot_sizes(), self.order), n

    def bias(self, h, n):
        value, sizes, indices = h
        b = self.parameter(n)
        self.has_bias = True
        return self.text.generic("etn", [(value, [*sizes, n], self.dtype, indices + "n"),
                                         (b[0], b[1], self.dtype, b[2] + "n")],
                                 (self.order + "n", [*self.slot_sizes(), n]),
                                 ["%r = arith.addf %a, %b : @"]), sizes, indices

    def relu(self, h, n):
        value, sizes, indices = h
        return self.text.generic("etn", [(value, [*sizes, n], self.dtype, indices + "n")],
                                 (self.order + "n", [*self.slot_sizes(), n]),
                                 ["%r = arith.maximumf %a, %zero : @"]), sizes, indices

    def sum(self, h, n, weights):
        value, sizes, indices = h
        terms = (value, [*sizes, n], self.dtype, indices + "n")
        gate = (weights, *self.gate_type())
        loops = str(self.rng.choice(["tne", "ten", "etn"]))
        out = ("tn", [self.tokens, n])
        if self.form == "scaled":
            return self.text.generic(loops, [terms], out, ["%r = arith.addf %o, %a : @"], reduction="e")
        if self.rng.integers(2):
            product = self.text.generic("etn", [terms, gate], (self.order + "n", [*self.slot_sizes(), n]),
                                        ["%r = arith.mulf %a, %b : @"])
            return self.text.generic(loops, [(product, *terms[1:])], out, ["%r = arith.addf %o, %a : @"],
                                     reduction="e")
        return self.text.generic(loops, [gate, terms] if self.rng.integers(2) else [terms, gate], out,
                                 MULTIPLY_ADD, reduction="e")

    def function(self):
        return programs.function(self.arguments, "\n".join(self.text.lines),
                                 {"y": (self.result, tensor(self.tokens, self.columns, self.dtype))})
