# ===- machine_programs.py - One level-2 op each, as text -------------------=== #
"""Programs for test_machine.py. Destinations are arguments, named after the
result with a 0, so that what an op leaves alone is seen."""

from programs import CAST, function, gate_text, plan_clauses, tensor, wide

I32 = "i32"


def outs(names, arguments):
    values = ", ".join(f"%{name}0" for name in names)
    types = ", ".join(kind_of(arguments[name + "0"]) for name in names)
    return f"outs({values} : {types}) -> {types}"


def kind_of(spec):
    return spec[0] if isinstance(spec, tuple) else spec


def plan(k, experts, weights=True, capacity=False, priority=None, segment=None):
    ids = tensor(None, k, I32)
    arguments = {"experts": ids}
    if weights:
        arguments["weights"] = tensor(None, k, "f32")
    if capacity:
        arguments["capacity"] = "i64"
    arguments.update(offsets0=tensor(experts + 1, I32), slots0=(tensor(None, I32), ["R"]), rows0=ids)
    names = ["offsets", "slots", "rows"]
    clauses = plan_clauses(weights, capacity, priority, segment, k, "f32")
    body = (CAST if capacity else "") + (
        f"  %p:3 = moe.plan ins(%experts : {ids}){clauses} {outs(names, arguments)}")
    return function(arguments, body, {
        name: (f"%p#{i}", kind_of(arguments[name + "0"])) for i, name in enumerate(names)})


def route(router, width, logits, experts, dtype="f32", transposed=False, planned=True, options=()):
    """options: projection_bias, noise_projection, bias, noise, mask."""
    acc, k = wide(dtype), router.slots(logits)
    matrix = tensor(logits, width, dtype) if transposed else tensor(width, logits, dtype)
    arguments = {"x": tensor(None, width, dtype), "projection": matrix}
    extra = {"projection_bias": tensor(logits, acc), "noise_projection": matrix,
             "bias": tensor(logits, acc), "noise": tensor(None, logits, acc), "mask": tensor(None, "i1")}
    clauses = ""
    for option, kind in extra.items():
        if option in options:
            arguments[option] = kind
            clauses += f" {option}(%{option} : {kind})"
    names = ["weights", "experts"] + (["offsets", "slots", "rows"] if planned else [])
    arguments.update(weights0=tensor(None, k, acc), experts0=tensor(None, k, I32))
    if planned:
        arguments.update(offsets0=tensor(experts + 1, I32), slots0=(tensor(None, I32), ["R"]),
                         rows0=tensor(None, k, I32))
    body = (f"  %p:{len(names)} = moe.route {router} ins(%x, %projection : {arguments['x']}, {matrix})"
            f"{' transposed' if transposed else ''}{clauses}\n      {outs(names, arguments)}")
    return function(arguments, body, {
        name: (f"%p#{i}", kind_of(arguments[name + "0"])) for i, name in enumerate(names)})


def grouped_matmul(width, inner, experts, dtype="f32", result="f32", weights=1, transposed=False,
                   gather=None, accumulate=None, slotted=None, operands=(), epilogue=None,
                   weight_types=None, packing=None, schedule=None):
    """operands: (name, type, map text), and the name of a dynamic size that is
    not R; epilogue: text of the region; gather, accumulate and slotted (slots alone):
    slots a token; weight_types: of each weight; packing: columns and group."""
    x, offsets = (tensor(None, width, dtype), ["S"]), tensor(experts + 1, I32)
    shape = [inner, width] if transposed else [width, inner]
    if packing:
        columns, group = packing
        shape = [-(-inner // columns), -(-width // group), columns * group]
    arguments = {"x": x, "offsets": offsets}
    ws = [tensor(experts, *shape, kind) for kind in weight_types or [dtype] * weights]
    for i, w in enumerate(ws):
        arguments[f"w{i}"] = w
    slotted = slotted or gather or accumulate
    if slotted:
        arguments["slots"] = (tensor(None, I32), ["R"])
    for name, kind, _, *sizes in operands:
        arguments[name] = (kind, sizes or ["R"])
    arguments["out0"] = (tensor(None, inner, result), ["T"])
    clauses = " transposed" if transposed else ""
    if packing:
        clauses += f" packed(<columns = {columns}{f', group = {group}' if group > 1 else ''}>)"
    if slotted:
        clauses += f" slots(%slots : {tensor(None, I32)})"
        clauses += f" slots_per_token({slotted})"
    clauses += (" gather" if gather else "") + (" accumulate" if accumulate else "")
    if operands:
        values = ", ".join("%" + name for name, *_ in operands)
        types = ", ".join(kind for _, kind, *_ in operands)
        maps = ", ".join(m for _, _, m, *_ in operands)
        clauses += f" operands({values} : {types}) maps [{maps}]"
    region = f" epilogue {{\n{epilogue}\n  }}" if epilogue else ""
    matrices = ", ".join(f"%w{i}" for i in range(weights))
    out = tensor(None, inner, result)
    body = (f"  %r = moe.grouped_matmul ins(%x : {x[0]}) offsets(%offsets : {offsets})\n"
            f"      weights({matrices} : {', '.join(ws)}){clauses}\n"
            f"      outs(%out0 : {out}){f' schedule({schedule})' if schedule else ''}{region} -> {out}")
    return function(arguments, body, {"out": ("%r", out)})


def gather_rows(k, width, dtype="f32", weights=False):
    x, slots, out = tensor(None, width, dtype), tensor(None, I32), tensor(None, width, dtype)
    w = tensor(None, k, wide(dtype))
    arguments = {"x": x, "slots": (slots, ["R"]), "out0": (out, ["R"])}
    if weights:
        arguments["weights"] = w
    clause = f" weights(%weights : {w})" if weights else ""
    body = (f"  %r = moe.gather_rows ins(%x, %slots : {x}, {slots}) slots_per_token({k}){clause}\n"
            f"      outs(%out0 : {out}) -> {out}")
    return function(arguments, body, {"out": ("%r", out)})


def combine_rows(k, width, dtype="f32", weights=True, result=None):
    rows, slots, token_rows = tensor(None, width, dtype), tensor(None, I32), tensor(None, k, I32)
    w, out = tensor(None, k, wide(dtype)), tensor(None, width, result or dtype)
    arguments = {"rows": (rows, ["R"]), "slots": (slots, ["R"]), "token_rows": token_rows}
    if weights:
        arguments["weights"] = w
    arguments["out0"] = out
    clause = f" weights(%weights : {w})" if weights else ""
    body = (f"  %r = moe.combine_rows ins(%rows, %slots, %token_rows : {rows}, {slots}, {token_rows})"
            f"{clause}\n      outs(%out0 : {out}) -> {out}")
    return function(arguments, body, {"out": ("%r", out)})
