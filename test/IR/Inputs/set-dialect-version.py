"""Sets the version that an MLIR bytecode file states for one dialect.

    set-dialect-version.py DIALECT MAJOR.MINOR INPUT OUTPUT

The version is two numbers below 128, so nothing else in the file moves.
"""

import sys

STRINGS, DIALECTS, DIALECT_VERSIONS = 0, 1, 7


def read_varint(data, at):
    """The value of the prefix-encoded integer at `at`, and what follows it."""
    first = data[at]
    if first == 0:
        return int.from_bytes(data[at + 1 : at + 9], "little"), at + 9
    size = (first & -first).bit_length()
    return int.from_bytes(data[at : at + size], "little") >> size, at + size


def read_section(data, at):
    """Kind, start and end of the section at `at`."""
    kind = data[at]
    length, at = read_varint(data, at + 1)
    if kind & 0x80:
        alignment, at = read_varint(data, at)
        at += -at % alignment
    return kind & 0x7F, at, at + length


def read_strings(data, at, end):
    """The strings of a string section: their sizes are stored last to first."""
    count, at = read_varint(data, at)
    sizes = []
    for _ in range(count):
        size, at = read_varint(data, at)
        sizes.insert(0, size)
    at = end - sum(sizes)
    strings = []
    for size in sizes:
        strings.append(bytes(data[at : at + size - 1]).decode())
        at += size
    return strings


def find_version(data, dialect):
    """Where the two bytes of the dialect's version are."""
    if data[:4] != b"ML\xefR":
        raise SystemExit("expects MLIR bytecode")
    _, at = read_varint(data, 4)
    at = data.index(0, at) + 1
    sections = {}
    while at < len(data):
        kind, start, end = read_section(data, at)
        sections[kind] = (start, end)
        at = end
    strings = read_strings(data, *sections[STRINGS])
    count, at = read_varint(data, sections[DIALECTS][0])
    for _ in range(count):
        name, at = read_varint(data, at)
        if not name & 1:
            continue
        kind, start, at = read_section(data, at)
        assert kind == DIALECT_VERSIONS
        if strings[name >> 1] == dialect and at - start == 2:
            return start
    raise SystemExit(f"expects a version of two numbers of dialect {dialect}")


def main(dialect, version, source, target):
    with open(source, "rb") as file:
        data = bytearray(file.read())
    at = find_version(data, dialect)
    data[at : at + 2] = [int(part) << 1 | 1 for part in version.split(".")]
    with open(target, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
