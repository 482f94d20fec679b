# ===- test_cost.py - What moe-print-cost says of Shazeer's models ----------=== #
# REQUIRES: python
# RUN: %python -m pytest -q -p no:cacheprovider %s
"""The multiply-adds and parameters of the mixture layers of Shazeer 2017, tables
7 and 8, as the paper's own formulas give them: width 512, hidden 1024, four
experts of each token, in a groups of b experts two of two."""

import re
import subprocess
import sys
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))
import generate  # noqa: E402

WIDTH, HIDDEN = 512, 1024
FLAT = [4, 32, 256]
HIERARCHICAL = [(16, 16), (16, 64), (16, 256), (64, 64), (128, 128), (256, 256), (256, 512)]


def totals(text):
    done = subprocess.run(["moe-opt", "--moe-print-cost", "-o", "/dev/null"], input=text,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    total = re.search(r"@layer\n.*?total +([\d,]+) +([\d,]+)", done.stderr, re.DOTALL)
    return [int(number.replace(",", "")) for number in total.groups()]


@pytest.mark.parametrize("n", FLAT)
def test_flat(n):
    text = generate.build("shazeer-2017-flat", hidden=WIDTH, intermediate=HIDDEN, experts=n, k=4)
    # Two projections of the gate, for logits and noise; four experts of two matrices.
    assert totals(text) == [2 * WIDTH * n + 4 * 2 * WIDTH * HIDDEN,
                            2 * WIDTH * n + n * 2 * WIDTH * HIDDEN]


@pytest.mark.parametrize("a,b", HIERARCHICAL)
def test_hierarchical(a, b):
    text = generate.build("shazeer-2017-hierarchical", hidden=WIDTH, intermediate=HIDDEN,
                          experts=a * b, groups=a, k=2)
    # The secondary gates of the two chosen groups only.
    assert totals(text) == [2 * WIDTH * (a + 2 * b) + 4 * 2 * WIDTH * HIDDEN,
                            2 * WIDTH * (a + a * b) + a * b * 2 * WIDTH * HIDDEN]
    # The whole model, with its LSTMs, in millions as the paper prints them.
    lstm = 4_194_304
    printed = {(16, 16): 8.4, (16, 64): 8.5, (64, 64): 8.6, (128, 128): 8.8, (256, 256): 9.2,
               (256, 512): 9.7, (16, 256): 8.9}
    assert abs((totals(text)[0] + lstm) / 1e6 - printed[a, b]) < 0.1
