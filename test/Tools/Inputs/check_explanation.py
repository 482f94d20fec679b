#===- check_explanation.py - The numbers of moe-run --explain --------------===#
"""usage: check_explanation.py REPORT.json ROWS WEIGHTS BYTES

Checks that experts ran ROWS rows with WEIGHTS weights, of which an expert has
BYTES bytes, and that what bounds every kernel fits the roof of the machine.
"""

import json
import math
import sys

report = json.load(open(sys.argv[1]))
explained, (rows, weights, size) = report["explain"], map(int, sys.argv[2:])
roof, kernels = explained["roof"], explained["kernels"]
experts = [kernel for kernel in kernels if not kernel["gate_projection"]]
known = [kernel for kernel in experts if kernel["rows"] == rows and kernel["weights"] == weights]
if not known:
    sys.exit(f"expects a kernel of {rows} rows and {weights} weights, found {experts}")
macs = {True: 0, False: 0}
for kernel in kernels:
    elements = kernel["depth"] * kernel["columns"] * kernel["weights"]
    macs[kernel["gate_projection"]] += kernel["rows"] * elements
    peak = {"f32": roof["f32_macs"], "f64": roof["f32_macs"] / 2, "dot": roof["dot_macs"],
            "pairs": roof["f32_macs"]}[kernel["math"]]
    arithmetic = kernel["rows"] * elements / peak
    reads = kernel["bound"] == "memory"
    if kernel in known:
        memory = kernel["experts_with_rows"] * size / roof["read_bytes"]
        if not math.isclose(kernel["roof_seconds"], max(arithmetic, memory), rel_tol=1e-9) or reads != (memory > arithmetic):
            sys.exit(f"expects a roof of {arithmetic} or {memory} s, found {kernel}")
    above = kernel["roof_seconds"] / arithmetic - 1 if arithmetic else 0
    if above < -1e-9 or reads != (above > 1e-9) or (kernel["bound"] == "nothing") == bool(kernel["rows"]):
        sys.exit(f"expects bound by what takes longer than {arithmetic} s, found {kernel}")
    if kernel["expected_seconds"] < kernel["roof_seconds"]:
        sys.exit(f"expects no less than the roof, found {kernel}")
    if len(kernel["weight_types"]) != kernel["weights"]:
        sys.exit(f"expects a type of each weight, found {kernel}")
    if (kernel["math"] == "f64") != (kernel["rows_type"] == "f64"):
        sys.exit(f"expects f64 for rows of f64 alone, found {kernel}")
stats = report["stats"]
if (macs[False], macs[True]) != (stats["macs"], stats["macs_gate"]):
    sys.exit(f"expects the multiply-adds of {stats}, found {macs}")
for name in ("roof_seconds", "expected_seconds"):
    if not math.isclose(explained[name], sum(kernel[name] for kernel in kernels), rel_tol=1e-9):
        sys.exit(f"expects the sum of {name}, found {explained}")
if not explained["run_seconds"] > 0:
    sys.exit(f"expects a time, found {explained['run_seconds']}")
