#===- emit.py - Building blocks of the example files -----------------------===#
"""Text of the ops that the examples are made of.

A `Block` is one straight piece of IR over rows of one kind: the body of a
function (T tokens) or of an expert (the expert's rows). It hands out values,
keeps one empty and one zeroed tensor for each shape, and puts constants first.
"""

from dataclasses import dataclass, field

#: Of linalg.matmul with a weight [out, in], as checkpoints store it.
TRANSPOSED = "indexing_maps = [#x, #w, #y]"
MAPS = """\
#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (n, k)>
#y = affine_map<(m, n, k) -> (m, n)>"""
BIAS_MAPS = """\
#rows = affine_map<(m, n) -> (m, n)>
#bias = affine_map<(m, n) -> (n)>"""


@dataclass(frozen=True)
class Value:
    name: str
    shape: tuple  # of int, or None where dynamic
    dtype: str

    @property
    def type(self):
        sizes = "".join(f"{'?' if n is None else n}x" for n in self.shape)
        return f"tensor<{sizes}{self.dtype}>"


def accumulator(dtype):
    """The type that sums and activations are computed in."""
    return "f64" if dtype == "f64" else "f32"


@dataclass
class Block:
    rows: Value  # a value with as many rows as this block works on
    dtype: str  # of what is read and stored
    indent: int = 2
    lines: list = field(default_factory=list)
    constants: dict = field(default_factory=dict)
    sized: dict = field(default_factory=dict)

    @property
    def acc(self):
        return accumulator(self.dtype)

    def line(self, text="", deeper=0):
        self.lines.append((" " * (self.indent + deeper) + text).rstrip())

    def comment(self, text):
        self.line()
        self.line(f"// {text}")

    def constant(self, name, value, dtype=None):
        """The name of a scalar constant at the head of the block."""
        dtype = dtype or self.acc
        self.constants[f"%{name}"] = f"arith.constant {value} : {dtype}"
        return f"%{name}"

    def count(self):
        """The name of the number of rows, an index."""
        if self.rows.shape[0] is not None:
            return self.constant("m", self.rows.shape[0], "index")
        zero = self.constant("c0", 0, "index")
        self.constants["%m"] = f"tensor.dim {self.rows.name}, {zero} : {self.rows.type}"
        return "%m"

    def empty(self, width, dtype):
        """An empty tensor [rows, width]."""
        key = ("empty", width, dtype)
        if key not in self.sized:
            value = Value(f"%empty{width}" + ("" if dtype == self.acc else f"_{dtype}"),
                          (self.rows.shape[0], width), dtype)
            size = "" if value.shape[0] is not None else self.count()
            self.line(f"{value.name} = tensor.empty({size}) : {value.type}")
            self.sized[key] = value
        return self.sized[key]

    def zeros(self, width):
        """A tensor of zeros [rows, width], to sum into."""
        if width not in self.sized:
            zero = self.constant("zero", "0.0")
            into = self.empty(width, self.acc)
            value = Value(f"%zeros{width}", into.shape, into.dtype)
            self.line(f"{value.name} = linalg.fill ins({zero} : {self.acc}) "
                      f"outs({into.name} : {into.type}) -> {value.type}")
            self.sized[width] = value
        return self.sized[width]

    def named(self, name, op):
        """The name of the one scalar result of `op`."""
        self.line(f"%{name} = {op}")
        return f"%{name}"

    def matmul(self, name, x, w, transposed=True):
        """x times w [out, in] (`transposed`) or [in, out], summed in `acc`."""
        into = self.zeros(w.shape[0 if transposed else 1])
        result = Value(f"%{name}", into.shape, into.dtype)
        self.line(f"{result.name} = linalg.matmul" + (f" {TRANSPOSED}" if transposed else ""))
        self.line(f"ins({x.name}, {w.name} : {x.type}, {w.type})", 4)
        self.line(f"outs({into.name} : {into.type}) -> {result.type}", 4)
        return result

    def columns(self, name, x, start, width, step=1):
        """Columns start, start + step, ... of x [rows, n] or of x [n]."""
        rank = len(x.shape)
        result = Value(f"%{name}", x.shape[:-1] + (width,), x.dtype)
        sizes = [self.count() if x.shape[0] is None else x.shape[0]] * (rank - 1)
        text = "".join("[" + ", ".join(str(n) for n in part) + "] " for part in (
            [0] * (rank - 1) + [start], sizes + [width], [1] * (rank - 1) + [step]))
        self.line(f"{result.name} = tensor.extract_slice {x.name}{text}: {x.type} to {result.type}")
        return result

    def scalar_body(self, deeper, body, inputs, dtype, yield_op="linalg.yield"):
        """The lines of an elementwise region. `body` computes %r in `acc` from
        the names of `inputs`; narrower inputs are extended, %r is rounded."""
        for name, narrow in inputs:
            if narrow != self.acc:
                self.line(f"%{name} = arith.extf %{name}_in : {narrow} to {self.acc}", deeper)
        for text in body:
            self.line(text.replace(": T", f": {self.acc}"), deeper)
        if dtype != self.acc:
            self.line(f"%rounded = arith.truncf %r : {self.acc} to {dtype}", deeper)
        self.line(f"{yield_op} %{'r' if dtype == self.acc else 'rounded'} : {dtype}", deeper)

    def elementwise(self, name, inputs, body, dtype=None):
        """One value from `inputs`, a dict from scalar name to Value [rows, n]."""
        dtype = dtype or self.acc
        values = list(inputs.values())
        into = self.empty(values[0].shape[1], dtype)
        result = Value(f"%{name}", into.shape, dtype)
        scalars = [(scalar, value.dtype) for scalar, value in inputs.items()]
        arguments = ", ".join(f"%{scalar}{'' if narrow == self.acc else '_in'}: {narrow}"
                              for scalar, narrow in scalars)
        names = ", ".join(v.name for v in values)
        types = ", ".join(v.type for v in values)
        self.line(f"{result.name} = linalg.map ins({names} : {types})")
        self.line(f"outs({into.name} : {into.type})", 4)
        self.line(f"({arguments}, %o: {dtype}) {{", 2)
        self.scalar_body(4, body, scalars, dtype)
        self.line("}", 2)
        return result

    def add_bias(self, name, x, bias):
        """x [rows, n] plus bias [n]."""
        into = self.empty(x.shape[1], self.acc)
        result = Value(f"%{name}", into.shape, self.acc)
        scalars = [("a", x.dtype), ("b", bias.dtype)]
        arguments = ", ".join(f"%{scalar}{'' if narrow == self.acc else '_in'}: {narrow}"
                              for scalar, narrow in scalars)
        self.line(f"{result.name} = linalg.generic {{indexing_maps = [#rows, #bias, #rows],")
        self.line('iterator_types = ["parallel", "parallel"]}', 4)
        self.line(f"ins({x.name}, {bias.name} : {x.type}, {bias.type}) "
                  f"outs({into.name} : {into.type}) {{", 4)
        self.line(f"^bb0({arguments}, %o: {self.acc}):")
        self.scalar_body(2, ["%r = arith.addf %a, %b : T"], scalars, self.acc)
        self.line(f"}} -> {result.type}")
        return result

    def text(self):
        head = [f"{' ' * self.indent}{name} = {op}" for name, op in self.constants.items()]
        return "\n".join(head + self.lines)


#===----------------------------------------------------------------------===#
# Expert bodies: rows [m, hidden] to rows [m, hidden]. Sums and activations are
# in f32 (f64 for f64); what the second matmul reads is rounded once.
#===----------------------------------------------------------------------===#

SILU_TIMES_UP = [
    "%negative = arith.negf %g : T",
    "%exp = math.exp %negative : T",
    "%divisor = arith.addf %exp, %one : T",
    "%silu = arith.divf %g, %divisor : T",
    "%r = arith.mulf %silu, %u : T",
]


def swiglu(block, x, gate, up, down, prefix=""):
    """(silu(x gate^T) * (x up^T)) down^T, three matrices [out, in]."""
    block.constant("one", "1.0")
    a = block.matmul(f"{prefix}xg", x, gate)
    b = block.matmul(f"{prefix}xu", x, up)
    h = block.elementwise(f"{prefix}h", {"g": a, "u": b}, SILU_TIMES_UP, block.dtype)
    return block.matmul(f"{prefix}ye", h, down)


def joined_swiglu(block, x, gate_up, down, transposed):
    """As swiglu, gate and up in one matrix: gate first, then up."""
    block.constant("one", "1.0")
    ab = block.matmul("xgu", x, gate_up, transposed)
    width = ab.shape[1] // 2
    a = block.columns("xg", ab, 0, width)
    b = block.columns("xu", ab, width, width)
    h = block.elementwise("h", {"g": a, "u": b}, SILU_TIMES_UP, block.dtype)
    return block.matmul("ye", h, down, transposed)


def clamped_swiglu(block, x, gate_up, gate_up_bias, down, down_bias, alpha, limit):
    """gpt-oss: (clamp(u, -limit, limit) + 1) * g * sigmoid(alpha * g) with
    g = min(gate, limit); even rows of gate_up are the gate, odd ones are up."""
    block.constant("one", "1.0")
    block.constant("limit", limit)
    block.constant("lower", -limit)
    block.constant("alpha", alpha)
    ab = block.add_bias("xgu", block.matmul("xgu0", x, gate_up), gate_up_bias)
    width = ab.shape[1] // 2
    a = block.columns("xg", ab, 0, width, step=2)
    b = block.columns("xu", ab, 1, width, step=2)
    h = block.elementwise("h", {"g": a, "u": b}, [
        "%g1 = arith.minimumf %g, %limit : T",
        "%u1 = arith.minimumf %u, %limit : T",
        "%u2 = arith.maximumf %u1, %lower : T",
        "%scaled = arith.mulf %g1, %alpha : T",
        "%negative = arith.negf %scaled : T",
        "%exp = math.exp %negative : T",
        "%divisor = arith.addf %exp, %one : T",
        "%swish = arith.divf %g1, %divisor : T",
        "%u3 = arith.addf %u2, %one : T",
        "%r = arith.mulf %swish, %u3 : T",
    ], block.dtype)
    return block.add_bias("ye", block.matmul("ye0", h, down), down_bias)


def relu_mlp(block, x, up, down, transposed=True):
    """relu(x up) down, two matrices."""
    block.constant("zero", "0.0")
    a = block.matmul("xu", x, up, transposed)
    h = block.elementwise("h", {"a": a}, ["%r = arith.maximumf %a, %zero : T"], block.dtype)
    return block.matmul("ye", h, down, transposed)


#===----------------------------------------------------------------------===#
# The ops of the dialect, functions, files
#===----------------------------------------------------------------------===#


def gate(block, logits, router, slots, bias=None, noise=None, uniform=None, prefix=""):
    """moe.gate: weights and experts [rows, slots]."""
    weights = Value(f"%{prefix}weights", (logits.shape[0], slots), accumulator(logits.dtype))
    experts = Value(f"%{prefix}experts", (logits.shape[0], slots), "i32")
    extra = "".join(f" {word}({value.name} : {value.type})" for word, value in
                    (("bias", bias), ("noise", noise), ("uniform", uniform)) if value)
    block.line(f"{weights.name}, {experts.name} = moe.gate {logits.name} <{router}>{extra}")
    block.line(f": {logits.type} -> {weights.type}, {experts.type}", 4)
    return weights, experts


def random(block, name, kind, shape, dtype="f32", offset=None):
    """moe.random_normal or moe.random_uniform from %seed and %step."""
    result = Value(f"%{name}", shape, dtype)
    size = block.count() if None in shape else ""
    moved = "" if offset is None else f" offset({block.constant('offset', offset, 'i64')})"
    block.line(f"{result.name} = moe.random_{kind} seed(%seed) step(%step){moved} "
               f"sizes({size}) : {result.type}")
    return result


def dispatch(block, inputs, experts, weights, count, attributes="", prefix=""):
    """moe.dispatch of `inputs` over `count` experts: rows, offsets, slots."""
    tokens, slots = experts.shape
    bound = None if tokens is None else tokens * slots
    rows = [Value(f"%{prefix}rows{n or ''}", (bound, x.shape[1]), x.dtype)
            for n, x in enumerate(inputs)]
    offsets = Value(f"%{prefix}offsets", (count + 1,), "i32")
    rank = Value(f"%{prefix}slots", (bound,), "i32")
    results = ", ".join(v.name for v in rows + [offsets, rank])
    names = ", ".join(v.name for v in inputs)
    weighted = f" weights({weights.name} : {weights.type})" if weights else ""
    block.line(f"{results} = moe.dispatch {names} to {experts.name}{weighted}{attributes}")
    block.line(f": {', '.join(v.type for v in inputs)} to {experts.type}", 4)
    block.line(f"-> {', '.join(v.type for v in rows)} by {offsets.type}, {rank.type}", 4)
    return rows, offsets, rank


def expert(block, rows, offsets, stacked, body, name="out", width=None):
    """moe.expert. `body(inner, rows, params)` returns the values that the region
    yields; `stacked` maps names to parameters [E, ...]."""
    suffix = lambda n: "" if len(rows) == 1 else str(n)
    row_arguments = [Value(f"%xe{suffix(n)}", (None,) + row.shape[1:], row.dtype)
                     for n, row in enumerate(rows)]
    params = {key: Value(f"%{key}_e", value.shape[1:], value.dtype)
              for key, value in stacked.items()}
    inner = Block(row_arguments[0], block.dtype, block.indent + 2)
    yielded = body(inner, row_arguments, params)
    results = [Value(f"%{name}{n or ''}", rows[0].shape[:1] + value.shape[1:], value.dtype)
               for n, value in enumerate(yielded)]
    bound = lambda arguments, operands: f",\n{' ' * (block.indent + 11)}".join(
        f"{a.name} = {o.name} : {o.type}" for a, o in zip(arguments, operands))
    block.line(f"{', '.join(v.name for v in results)} = moe.expert "
               f"rows({bound(row_arguments, rows)}) offsets({offsets.name} : {offsets.type})")
    if params:
        block.line(f"params({bound(params.values(), stacked.values())}) {{", 4)
    else:
        block.lines[-1] += " {"
    inner.line(f"moe.yield {', '.join(v.name for v in yielded)} : "
               f"{', '.join(v.type for v in yielded)}")
    block.lines.append(inner.text())
    types = ", ".join(v.type for v in results)
    block.line(f"}} -> {types}" if len(results) == 1 else f"}} -> ({types})")
    return results


def combine(block, result, rows, slots, weights, unweighted=False):
    """moe.combine into `result`."""
    block.line(f"{result.name} = moe.combine {rows.name} by {slots.name} "
               f"weights({weights.name}){' unweighted' if unweighted else ''}")
    block.line(f": {rows.type}, {slots.type}, {weights.type} -> {result.type}", 4)
    return result


def argument(value, parameter=False, init="", dims=("T",)):
    """A function argument with its name, dimensions and initialization."""
    attributes = [f'moe.name = "{value.name[1:]}"']
    if None in value.shape:
        attributes.append(f'moe.dims = [{", ".join(f"{chr(34)}{d}{chr(34)}" for d in dims)}]')
    if parameter:
        attributes.append("moe.param")
    if init:
        attributes.append(f"moe.init = #moe.init<{init}>")
    return f"{value.name}: {value.type} {{{', '.join(attributes)}}}"


def function(name, arguments, block, results):
    """`results`: pairs of name and Value."""
    types = ",\n        ".join(f'{value.type} {{moe.name = "{key}"}}' for key, value in results)
    block.line(f"return {', '.join(v.name for _, v in results)}")
    block.line(f": {', '.join(v.type for _, v in results)}", 4)
    inputs = ",\n    ".join(arguments)
    return f"func.func @{name}(\n    {inputs})\n    -> ({types}) {{\n{block.text()}\n}}"


def file_text(comment, functions, biases=False, maps=True):
    head = "\n".join(f"// {line}".rstrip() for line in comment)
    aliases = [MAPS] * maps + [BIAS_MAPS] * biases
    return "\n\n".join([head] + ["\n".join(aliases)] * bool(aliases) + functions) + "\n"
