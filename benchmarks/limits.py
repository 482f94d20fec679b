# ===- limits.py - What has to hold ------------------------------------------=== #
"""The limits that results are held to, and the result that comes nearest to
breaking each, or breaks it.

Rows per expert are those of the experts that have any, the mean of the turns; a
limit by rows is for routings that give all of these about as many.
"""

import dataclasses

import cases

#: Routings whose experts have about as many rows, if they have any.
EVEN = ("uniform", "one-hot")
#: A peer is near the roof within this factor; many rows leave no more than this of it.
NEAR, LEFT = 1.3, 0.08


@dataclasses.dataclass
class Limit:
    """A number of results that has to be at least, or at most, `bound`."""

    words: str
    bound: float
    is_least: bool = True
    unit: str = "%"
    #: Only where there is more than the bound: a tie breaks it.
    is_strict: bool = False
    #: (value, record) of every result that it is for.
    found: list = dataclasses.field(default_factory=list)

    @property
    def worst(self):
        return (min if self.is_least else max)(self.found, key=lambda pair: pair[0])

    @property
    def kept(self):
        """None where nothing was measured."""
        if not self.found:
            return None
        value = self.worst[0]
        if self.is_strict:
            return value > self.bound
        return value >= self.bound if self.is_least else value <= self.bound

    def write(self, value):
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        return f"{1e3 * value:.1f} ms" if self.unit == "ms" else f"{value:.3f}" if self.unit else f"{value:g}"

    @property
    def row(self):
        sign = ("more than " if self.is_strict else "at least ") if self.is_least else "at most "
        cells = [self.words, sign + self.write(self.bound), str(len(self.found))]
        if not self.found:
            return [*cells, "", "", "not measured"]
        value, record = self.worst
        return [*cells, self.write(value), place(record), "yes" if self.kept else "**no**"]


def place(record):
    words = [record[name] for name in ("layer", "dtype", "what") if name in record]
    if "tokens" in record:
        words.append(f"T={record['tokens']}")
    if record.get("routing") not in (None, "own"):
        words.append(record["routing"])
    if "threads" in record:
        words.append(f"{record['threads']} threads")
    if record.get("peer"):
        words.append(record["peer"])
    return ", ".join(words)


def layer_of(record):
    return cases.get_layer(record["layer"], record["dtype"], **{
        name: record[name] for name in ("experts", "hidden", "intermediate") if record.get(name)})


def rows_per_expert(record):
    layer = layer_of(record)
    return record["tokens"] * layer.k / (record["bytes"] / cases.expert_bytes(layer))


def of_the_roof(records):
    """By what bounds a call, and how many rows its experts have."""
    memory = Limit("of the roof, where memory is it or of one token", 0.85)
    plain = [Limit("of the roof, 256 rows per expert and more", 0.95),
             Limit("of the roof, 128 rows per expert and more", 0.92),
             Limit("of the roof, 64 rows per expert and more", 0.88)]
    deep = Limit("of the roof, f32 with a depth of 4096 and more, 128 rows per expert and more", 0.92)
    deepest = Limit("of the roof, f32 with a depth of 14336 and more, 64 rows per expert and more", 0.88)
    for record in records:
        if record["kind"] != "pair" or record["peer"] is not None or record["what"] != "experts":
            continue
        pair = (record["share"], record)
        if record["bound"] == "memory" or record["tokens"] == 1:
            memory.found.append(pair)
        elif record["routing"] in EVEN and (rows := rows_per_expert(record)) >= 64:
            depth = max(record["hidden"], record["intermediate"]) if record["dtype"] == "f32" else 0
            limit = plain[0 if rows >= 256 else 1 if rows >= 128 else 2]
            if depth >= 14336:
                limit = deepest
            elif depth >= 4096 and rows >= 128:
                limit = deep
            limit.found.append(pair)
    return [*plain, deep, deepest, memory]


def against_peers(records):
    """Of every point the peer that takes least time."""
    points = {}
    for record in records:
        if record["kind"] == "pair" and record["peer"] is not None:
            key = tuple(record.get(name) for name in cases.KEY if name != "peer")
            if key not in points or record["ratio"] < points[key]["ratio"]:
                points[key] = record
    never = Limit("time of the best peer by ours", 0.98, unit="1")
    few = Limit(f"the same, 1 to 16 rows per expert, unless the peer is within {NEAR:g} of the roof", 1.3, unit="1")
    many = Limit("the same, 128 rows per expert and more, where the peer leaves more than "
                 f"{100 * LEFT:g} % of the roof", 1.0, unit="1", is_strict=True)
    for record in points.values():
        pair = (record["ratio"], record)
        never.found.append(pair)
        if record["what"] != "experts":
            continue
        rows, share = rows_per_expert(record), record["other_share"]
        if 1 <= rows <= 16 and share * NEAR < 1:
            few.found.append(pair)
        if rows >= 128 and share < 1 - LEFT:
            many.found.append(pair)
    return [never, few, many]


def of_layers(records):
    share = Limit("routing and combining of the whole layer, 64 tokens and more, up to 128 experts", 0.03,
                  is_least=False)
    skew = Limit("70 % of the tokens on one expert, times as long as uniform, 2 threads and more", 1.1,
                 is_least=False, unit="1")
    compiling = Limit("compiling a layer", 0.2, is_least=False, unit="ms")
    passes = Limit("passes up to the stage buffers, upstream's among them", 0.04, is_least=False,
                   unit="ms")
    for record in records:
        if record["kind"] == "share" and record["tokens"] >= 64 and record["experts"] <= 128:
            share.found.append((1 - 1 / record["ratio"], record))
        if record["kind"] == "skew" and record["threads"] >= 2:
            skew.found.append((record["ratio"], record))
        if record["kind"] == "compile":
            seconds = record["seconds"]
            compiling.found.append((sum(seconds.values()), record))
            passes.found.append((sum(seconds[stage] for stage in ("moe", "structured", "buffers")), record))
    return [share, skew, compiling, passes]


def of_memory(records):
    workspace = Limit("workspace of the experts by the least that they need", 1.1, is_least=False, unit="1")
    for record in records:
        if record["kind"] == "pair" and record["peer"] is None and record["what"] == "experts":
            least = cases.least_workspace(layer_of(record), record["tokens"])
            workspace.found.append((record["workspace"] / least, record))
    return [workspace]


def evaluate(records):
    """All limits, with what `records` have for each."""
    measured = [record for record in records if "failure" not in record]
    # A point that is not timed because of us would keep every other limit.
    failed = [record for record in records if record.get("why", "").startswith("ours:")]
    failures = Limit("points at which this compiler fails", 0, is_least=False, unit="")
    failures.found += [(len(failed), failed[-1] if failed else {})] * len(records)
    return [*of_the_roof(measured), *against_peers(measured), *of_layers(measured), *of_memory(measured),
            failures]
