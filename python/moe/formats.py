# ===- formats.py - Number formats that numpy lacks ------------------------=== #
"""bf16 on numpy arrays.

numpy has no bf16. An array of bf16 is an array of dtype `V2` (two raw bytes,
as in a .npy file with descr `<V2`). The bfloat16 of ml_dtypes has that layout
too and is accepted everywhere; `uint16` arrays are never taken for bf16.
"""

import numpy as np

BF16 = np.dtype("V2")


def is_bf16(array):
    return array.dtype.kind == "V" and array.dtype.itemsize == 2


def to_bf16(array):
    """Rounds f32 or f64 to the nearest bf16, ties to even; NaN stays NaN."""
    wide = np.asarray(array)
    if is_bf16(wide):
        return wide.view(BF16)
    shape, wide = wide.shape, wide.ravel()
    single = wide.astype(np.float32)
    if wide.dtype == np.float64:
        # Round to odd on the way, so that the second rounding is the only one.
        bits = single.view(np.uint32).copy()
        inexact = np.isfinite(wide) & np.isfinite(single) & (single.astype(np.float64) != wide)
        away = inexact & (np.abs(single.astype(np.float64)) > np.abs(wide))
        bits = np.where(away, bits - 1, bits)
        bits = np.where(inexact, bits | 1, bits).astype(np.uint32)
        single = bits.view(np.float32)
    bits = single.view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    quiet = (bits >> 16) | 0x40
    high = np.where(np.isnan(single), quiet, rounded).astype(np.uint16)
    return high.view(BF16).reshape(shape)


def from_bf16(array):
    """bf16 to f32, exact."""
    bits = np.ascontiguousarray(array).view(np.uint16).astype(np.uint32) << 16
    return bits.view(np.float32).reshape(array.shape)


def widen(array):
    """The array in the type in which it is computed: f64 for f64, else f32."""
    array = np.asarray(array)
    if is_bf16(array):
        return from_bf16(array)
    return array if array.dtype == np.float64 else array.astype(np.float32)


def narrow(array, dtype):
    """Rounds to `dtype` once."""
    dtype = np.dtype(dtype)
    if dtype.kind == "V":
        return to_bf16(array)
    with np.errstate(over="ignore"):
        return np.asarray(array).astype(dtype)
