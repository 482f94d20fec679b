#!/usr/bin/env python3
"""Two .npy files hold the same numbers, up to a relative error (0: all bits).

    compare_arrays.py A.npy B.npy RTOL
"""
import sys

import numpy as np


def main():
    a, b = (np.load(name) for name in sys.argv[1:3])
    rtol = float(sys.argv[3])
    if a.shape != b.shape or a.dtype != b.dtype:
        sys.exit(f"expects {a.dtype}{a.shape}, found {b.dtype}{b.shape}")
    # Adding 0 takes the sign off a zero.
    same = (a + 0).tobytes() == (b + 0).tobytes() if rtol == 0 else \
        np.allclose(a, b, rtol=rtol, atol=0)
    if not same:
        sys.exit(f"expects equal numbers within {rtol}, found an error of {np.abs(a - b).max()}")


main()
