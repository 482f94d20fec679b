"""Writes a .npy file without numpy: write_npy.py FILE DESCR SHAPE VALUE...

SHAPE is like 2x3 (or "scalar"). Elements repeat the values. A descr that starts
with ! is written as a header with no elements behind it, one that starts with ^
as an array whose first index runs fastest.
"""
import struct
import sys

path, descr, shape, values = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
sizes = [] if shape == "scalar" else [int(size) for size in shape.split("x")]
count = 1
for size in sizes:
    count *= size
empty, descr = descr.startswith("!"), descr.lstrip("!")
columns, descr = descr.startswith("^"), descr.lstrip("^")
formats = {"f2": "e", "f4": "f", "f8": "d", "i1": "b", "i4": "i", "i8": "q", "b1": "?", "V2": "H"}
code = formats[descr[1:]]
parse = int if code in "biq?H" else float
text = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, columns, tuple(sizes))
text = text.ljust((10 + len(text) + 64) // 64 * 64 - 11) + "\n"
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode())
    for i in range(0 if empty else count):
        file.write(struct.pack("<" + code, parse(values[i % len(values)])))
