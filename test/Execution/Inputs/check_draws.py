"""Checks the moments of drawn arrays: check_draws.py FOLDER."""
import struct
import sys

FORMATS = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q"}


def read(name):
    data = open(f"{sys.argv[1]}/{name}.npy", "rb").read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    descr = data[10:start].decode().split("'descr': '")[1].split("'")[0]
    body = data[start:]
    if descr == "<V2":  # bf16 is the upper half of an f32
        body = b"".join(b"\0\0" + body[i:i + 2] for i in range(0, len(body), 2))
        descr = "<f4"
    code = FORMATS[descr]
    return struct.unpack(f"<{len(body) // struct.calcsize(code)}{code}", body)


def expect(name, what, value, low, high):
    if not low <= value <= high:
        sys.exit(f"{name}: expects {what} in [{low}, {high}], found {value}")


def moments(name):
    values = read(name)
    mean = sum(values) / len(values)
    return mean, (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5


# Five standard errors of the mean and of the deviation of n samples.
for name, std, n in (("x", 1, 10000), ("w", 0.05, 10000), ("f", 0.25, 16000), ("b", 3, 10000)):
    mean, deviation = moments(name)
    expect(name, "mean", mean, -5 * std / n ** 0.5, 5 * std / n ** 0.5)
    expect(name, "deviation", deviation, std * (1 - 5 / (2 * n) ** 0.5), std * (1 + 5 / (2 * n) ** 0.5))
x = read("x")
expect("x", "tail", sum(abs(v) > 2 for v in x) / len(x), 0.0355, 0.0555)
expect("x", "distinct values", len(set(x)), 9000, 10000)
expect("z", "zeros", sum(v != 0 for v in read("z")), 0, 0)
u = read("u")
expect("u", "minimum", min(u), -1, -0.99)
expect("u", "maximum", max(u), 2.99, 3)
expect("i", "values", sum(v not in (2, 3, 4) for v in read("i")), 0, 0)
expect("i", "kinds", len(set(read("i"))), 3, 3)
expect("c", "sevens", read("c").count(7), 3, 3)
