# ===- programs.py - Small moe programs as text -----------------------------=== #
"""Programs for the tests: one op each, or one layer.

Every function takes T tokens, dynamic. Names of arguments and results are those
of the op's operands and results.
"""


def tensor(*shape):
    return "tensor<" + "x".join("?" if n is None else str(n) for n in shape) + ">"


def function(arguments, body, results):
    """arguments: name -> type, or (type, names of its dynamic sizes); results:
    name -> (SSA value, type)."""
    def argument(name, spec):
        kind, dims = spec if isinstance(spec, tuple) else (spec, ["T"])
        dims = f", moe.dims = [{', '.join(chr(34) + d + chr(34) for d in dims)}]" if "?" in kind else ""
        return f'%{name}: {kind} {{moe.name = "{name}"{dims}}}'

    head = ",\n    ".join(argument(name, spec) for name, spec in arguments.items())
    types = ", ".join(f'{kind} {{moe.name = "{name}"}}' for name, (_, kind) in results.items())
    values = ", ".join(value for value, _ in results.values())
    plain = ", ".join(kind for _, kind in results.values())
    return (f"func.func @main(\n    {head}) -> ({types}) {{\n{body}\n"
            f"  return {values} : {plain}\n}}\n")


def with_parameters(text, letter):
    """`text` where arguments whose names begin with `letter` are parameters."""
    return text.replace(f'{{moe.name = "{letter}', f'{{moe.param, moe.name = "{letter}')


def wide(dtype):
    return "f64" if dtype == "f64" else "f32"


def gate_text(router, logits, dtype, operands, weights="%weights", experts="%experts", score=None):
    """The op. operands: keyword -> (SSA value, type)."""
    k = router.slots(logits)
    clauses = "".join(
        f" {key}({value}{'' if key == 'capacity' else f' : {kind}'})"
        for key, (value, kind) in operands.items())
    region = f" score {{\n{score}\n  }}" if score else ""
    return (f"  {weights}, {experts} = moe.gate %logits {router}{clauses}{region} : "
            f"{tensor(None, logits, dtype)} -> {tensor(None, k, wide(dtype))}, {tensor(None, k, 'i32')}")


TANH = """    ^bb0(%z: {0}):
      %s = math.tanh %z : {0}
      moe.yield %s : {0}"""


def gate(router, logits, dtype="f32", options=(), operand_type=None):
    """options: which of bias, noise, mask, thresholds, uniform, capacity."""
    kind = operand_type or wide(dtype)
    types = {"bias": tensor(logits, kind), "noise": tensor(None, logits, kind),
             "mask": tensor(None, "i1"), "thresholds": tensor(logits, kind),
             "uniform": tensor(None, kind), "capacity": "i64"}
    arguments = {"logits": tensor(None, logits, dtype)}
    operands, lines = {}, []
    for option in types:
        if option in options:
            arguments[option] = types[option]
            operands[option] = (f"%{option}", types[option])
    if "capacity" in options:
        lines.append("  %places = arith.index_cast %capacity : i64 to index")
        operands["capacity"] = ("%places", "index")
    score = TANH.format(wide(dtype)) if router.score == "region" else None
    lines.append(gate_text(router, logits, dtype, operands, score=score))
    k = router.slots(logits)
    return function(arguments, "\n".join(lines),
                    {"weights": ("%weights", tensor(None, k, wide(dtype))),
                     "experts": ("%experts", tensor(None, k, "i32"))})


def plan_clauses(weights, capacity, priority, segment, k, weight_type):
    text = f" weights(%weights : {tensor(None, k, weight_type)})" if weights else ""
    if capacity:
        text += " capacity(%places)"
    if priority:
        text += f" priority({priority})"
    if segment:
        text += f" segment({segment})"
    return text


CAST = "  %places = arith.index_cast %capacity : i64 to index\n"


def dispatch(k, experts, width, dtype="f32", weights=True, capacity=False, priority=None,
             segment=None, scale_rows=False, weight_type=None):
    weight_type = weight_type or wide(dtype)
    arguments = {"x": tensor(None, width, dtype), "experts": tensor(None, k, "i32")}
    if weights:
        arguments["weights"] = tensor(None, k, weight_type)
    if capacity:
        arguments["capacity"] = "i64"
    clauses = plan_clauses(weights, capacity, priority, segment, k, weight_type)
    scale = " scale_rows" if scale_rows else ""
    body = (CAST if capacity else "") + (
        f"  %rows, %offsets, %slots = moe.dispatch %x to %experts{clauses}{scale}\n"
        f"      : {tensor(None, width, dtype)} to {tensor(None, k, 'i32')}\n"
        f"      -> {tensor(None, width, dtype)} by {tensor(experts + 1, 'i32')}, {tensor(None, 'i32')}")
    return function(arguments, body, {
        "rows": ("%rows", tensor(None, width, dtype)),
        "offsets": ("%offsets", tensor(experts + 1, "i32")),
        "slots": ("%slots", tensor(None, "i32"))})


def combine(k, width, dtype="f32", result=None, weight_type=None, unweighted=False):
    weight_type = weight_type or wide(dtype)
    types = [tensor(None, width, dtype), tensor(None, "i32"), tensor(None, k, weight_type)]
    out = tensor(None, width, result or dtype)
    body = (f"  %y = moe.combine %rows by %slots weights(%weights)"
            f"{' unweighted' if unweighted else ''} : {', '.join(types)} -> {out}")
    return function({"rows": (types[0], ["R"]), "slots": (types[1], ["R"]), "weights": types[2]},
                    body, {"y": ("%y", out)})


def random(kind, shape, dtype="f32", offset=False):
    """kind: normal or uniform; the first size is the argument `size`."""
    sized = tensor(None, *shape[1:], dtype)
    arguments = {"seed": "i64", "step": "i64", "size": "i64"}
    if offset:
        arguments["offset"] = "i64"
    at = " offset(%offset)" if offset else ""
    body = ("  %t = arith.index_cast %size : i64 to index\n"
            f"  %n = moe.random_{kind} seed(%seed) step(%step){at} sizes(%t) : {sized}")
    return function(arguments, body, {"n": ("%n", sized)})


def expert_body(width, inner, dtype, relu):
    """x times w, summed in the wide type and rounded; max(., 0) where `relu`."""
    acc = wide(dtype)
    x, w, y = tensor(None, width, dtype), tensor(width, inner, dtype), tensor(None, inner, acc)
    out = tensor(None, inner, dtype)
    step = "      %b = arith.maximumf %a, %z : " + acc if relu else "      %b = arith.addf %a, %z : " + acc
    rounding = f"\n      %c = arith.truncf %b : {acc} to {dtype}" if acc != dtype else ""
    return f"""    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : {acc}
    %m = tensor.dim %xe, %c0 : {x}
    %i = tensor.empty(%m) : {y}
    %o = tensor.empty(%m) : {out}
    %f = linalg.fill ins(%zero : {acc}) outs(%i : {y}) -> {y}
    %r = linalg.matmul ins(%xe, %we : {x}, {w}) outs(%f : {y}) -> {y}
    %h = linalg.map ins(%r : {y}) outs(%o : {out}) (%a: {acc}, %out: {dtype}) {{
      %z = arith.constant 0.0 : {acc}
{step}{rounding}
      linalg.yield %{'c' if acc != dtype else 'b'} : {dtype}
    }}
    moe.yield %h : {out}"""


def layer(router, logits, experts, width, inner, dtype="f32", gate_options=(), relu=True,
          capacity=False, priority=None, segment=None, scale_rows=False):
    """logits, x -> y through experts relu(x w[e]), and everything on the way."""
    k, acc = router.slots(logits), wide(dtype)
    arguments = {"logits": tensor(None, logits, acc), "x": tensor(None, width, dtype),
                 "w": tensor(experts, width, inner, dtype)}
    operands = {}
    for option, kind in {"bias": tensor(logits, acc), "noise": tensor(None, logits, acc),
                         "mask": tensor(None, "i1")}.items():
        if option in gate_options:
            arguments[option] = kind
            operands[option] = (f"%{option}", kind)
    if capacity:
        arguments["capacity"] = "i64"
    rows, slots = tensor(None, width, dtype), tensor(None, "i32")
    offsets, out = tensor(experts + 1, "i32"), tensor(None, inner, dtype)
    weights, ids = tensor(None, k, acc), tensor(None, k, "i32")
    clauses = plan_clauses(True, capacity, priority, segment, k, acc)
    body = "\n".join([
        CAST.rstrip() if capacity else "",
        gate_text(router, logits, acc, operands),
        f"  %rows, %offsets, %slots = moe.dispatch %x to %experts{clauses}"
        f"{' scale_rows' if scale_rows else ''}",
        f"      : {rows} to {ids} -> {rows} by {offsets}, {slots}",
        f"  %h = moe.expert rows(%xe = %rows : {rows}) offsets(%offsets : {offsets})",
        f"      params(%we = %w : {arguments['w']}) {{",
        expert_body(width, inner, dtype, relu),
        f"  }} -> {out}",
        f"  %y = moe.combine %h by %slots weights(%weights)"
        f"{' unweighted' if scale_rows else ''} : {out}, {slots}, {weights} -> {out}"])
    return function(arguments, body, {
        "y": ("%y", out), "weights": ("%weights", weights), "experts": ("%experts", ids),
        "offsets": ("%offsets", offsets), "slots": ("%slots", slots)})
