#===- check_explanation.py - The numbers of moe-run --explain --------------===#
"""usage: check_explanation.py REPORT.json ROWS WEIGHTS

Checks the roof of every kernel against the definition, and that experts ran
ROWS rows with WEIGHTS weights.
"""

import json
import math
import sys

BYTES = {"bf16": 2, "f16": 2, "f32": 4, "f64": 8}

report = json.load(open(sys.argv[1]))
explained, rows, weights = report["explain"], int(sys.argv[2]), int(sys.argv[3])
roof, kernels = explained["roof"], explained["kernels"]
experts = [kernel for kernel in kernels if not kernel["gate_projection"]]
if not any(kernel["rows"] == rows and kernel["weights"] == weights for kernel in experts):
    sys.exit(f"expects a kernel of {rows} rows and {weights} weights, found {experts}")
macs = {True: 0, False: 0}
for kernel in kernels:
    elements = kernel["depth"] * kernel["columns"] * kernel["weights"]
    macs[kernel["gate_projection"]] += kernel["rows"] * elements
    peak = {"f32": roof["f32_macs"], "f64": roof["f32_macs"] / 2, "dot": roof["dot_macs"]}[kernel["math"]]
    arithmetic = kernel["rows"] * elements / peak
    memory = kernel["experts_with_rows"] * elements * BYTES[kernel["weight_type"]] / roof["read_bytes"]
    if not math.isclose(kernel["roof_seconds"], max(arithmetic, memory), rel_tol=1e-9):
        sys.exit(f"expects a roof of {arithmetic} or {memory} s, found {kernel}")
    bound = "nothing" if not kernel["rows"] else "memory" if memory > arithmetic else "arithmetic"
    if kernel["bound"] != bound or kernel["expected_seconds"] < kernel["roof_seconds"]:
        sys.exit(f"expects bound by {bound} and no less than the roof, found {kernel}")
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
