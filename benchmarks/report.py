#!/usr/bin/env python3
# ===- report.py - Tables and plots of results ------------------------------=== #
"""Makes of a file of results, as run.py writes it, tables in Markdown and plots.

    report.py                          print the tables
    report.py --update                 put them into docs/Performance.md
    report.py --json FILE --plots DIR  also as JSON, and one SVG a layer

    report.py --strict                 status 1 where a limit is not kept

Of results for one point the last counts; of several processors and versions, the
last one's.
"""

import argparse
import json
import pathlib
import sys

import cases
import limits
import paired
import plot
from peers import NAMES

ROOT = cases.ROOT
DOCUMENT = ROOT / "docs" / "Performance.md"
BEGIN, END = "<!-- results of benchmarks/run.py -->\n", "<!-- end of results -->\n"


def read(path):
    """The last record of each point, in the order of the file, and how many points
    only other versions have; all of the last processor."""
    lines = []
    for line in path.read_text().splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue  # the run was stopped while it wrote
        lines.append(record)
    if not lines:
        sys.exit(f"report: expects results in {path}, found none")
    records, older = {}, set()
    for record in lines:
        if record["processor"] != lines[-1]["processor"]:
            continue
        key = tuple(record.get(name) for name in cases.KEY)
        if record.get("version") != lines[-1].get("version"):
            older.add(key)
            continue
        records.pop(key, None)
        records[key] = record
    return list(records.values()), len(older - set(records))


def ok(records, kind):
    return [record for record in records if record["kind"] == kind and "failure" not in record]


def table(heads, rows):
    """Markdown; the first column is text, numbers are right-aligned."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def percent(value):
    return f"{100 * value:.0f} %"


def time(seconds):
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def size(count):
    shift, unit = (30, "GiB") if count >= 2**30 else (20, "MiB") if count >= 2**20 else (10, "KiB")
    return f"{count / 2**shift:.3g} {unit}"


def place(record):
    """Of a point: without the peer."""
    return tuple(record.get(name) for name in cases.KEY if name not in ("kind", "peer"))


def point_words(record):
    layer = f"{record['layer']}, {record['experts']} experts"
    return [f"{layer}, {record['dtype']}, {record['routing']}", str(record["threads"]), str(record["tokens"])]


def share_of_best(record):
    """Of the roof of the one window of the point that was the best."""
    kind = "read" if record["bound"] == "memory" else record["dtype"]
    return record["share"] * record["roof"][kind] / record["roof_best"][kind]


def roof_table(records):
    rows = []
    for record in ok(records, "pair"):
        if record["peer"] is None and record["what"] == "experts":
            k = cases.get_layer(record["layer"]).k
            per_expert = record["tokens"] * k / record["experts"]
            rows.append([*point_words(record), f"{per_expert:.3g}", time(record["ours"]["seconds"]),
                         percent(record["share"]), percent(share_of_best(record)), record["bound"],
                         size(record["workspace"])])
    return table(["experts only", "threads", "tokens", "rows per expert", "time", "of the roof", "of its best window",
                  "bound by", "workspace"], rows)


def peer_tables(records):
    """A row for each point: how many times as long each peer takes."""
    for what, title in (("experts", "experts only"), ("layer", "whole layer")):
        pairs = [record for record in records if record["kind"] == "pair" and record["peer"] and
                 record["what"] == what]
        peers = [name for name in NAMES if any(record["peer"] == name for record in pairs)]
        points = {}
        for record in pairs:
            points.setdefault(place(record), {})[record["peer"]] = record
        rows = []
        for found in points.values():
            cells = []
            for name in peers:
                record = found.get(name)
                if record is None:
                    cells.append("")
                elif "failure" in record:
                    cells.append({"unsupported": "-", "wrong": "wrong"}.get(record["failure"], "failed"))
                else:
                    cells.append(f"{record['ratio']:.2f}")
            ratios = [record["ratio"] for record in found.values() if "ratio" in record]
            rows.append([*point_words(next(iter(found.values()))), *cells,
                         f"**{min(ratios):.2f}**" if ratios else "-"])
        if rows:
            yield title, table([title, "threads", "tokens", *peers, "best peer"], rows)


def summary(records):
    """The mean over the points of the times that each peer takes."""
    lines = []
    for name, (_, what) in NAMES.items():
        found = [record for record in ok(records, "pair") if record["peer"] == name]
        if found:
            ratios = [record["ratio"] for record in found]
            lines.append([f"{name}: {what}; {found[-1]['peer_version']}", str(len(ratios)),
                          f"{paired.geometric_mean(ratios):.2f}", f"{min(ratios):.2f}", f"{max(ratios):.2f}"])
    return table(["peer", "points", "geometric mean", "least", "most"], lines) if lines else ""


def skew_in_turn(record, records):
    """How many times as long as the uniform ones these rows would take, were the experts
    computed one after the other, each at its own roof; "-" where none was measured."""
    rates = {}
    for kind in (record["dtype"], "read"):
        found = [pair["roof"][kind] for pair in records
                 if pair["threads"] == record["threads"] and kind in pair.get("roof", {})]
        if not found:
            return "-"
        rates[kind] = paired.median(found)
    layer = limits.layer_of(record)
    skewed, uniform = (cases.seconds_in_turn(layer, routing, record["tokens"], rates)
                       for routing in (record["routing"], "uniform"))
    return f"{skewed / uniform:.2f}"


def other_tables(records):
    pairs = ok(records, "pair")
    skew = [[*point_words(record), f"{record['ratio']:.3f}", skew_in_turn(record, pairs)]
            for record in ok(records, "skew")]
    if skew:
        yield "One expert in the choice of 70 % of the tokens", table(
            ["experts only", "threads", "tokens", "times as long as uniform", "experts in turn, each at its roof"], skew)
    share = [[*point_words(record), time(record["other"]["seconds"]), percent(1 - 1 / record["ratio"])]
             for record in ok(records, "share")]
    if share:
        yield "Routing and combining: what the layer takes beyond its experts", table(
            ["whole layer", "threads", "tokens", "time", "beyond experts"], share)
    papers = [[*point_words(record), time(record["ours"]["seconds"]), size(record["workspace"]),
               size(record["input_bytes"]), size(record["parameter_bytes"]), size(record["peak_bytes"])]
              for record in ok(records, "paper")]
    if papers:
        yield "Layers of papers, and memory", table(
            ["whole layer", "threads", "tokens", "time", "workspace", "inputs", "parameters", "most of the process"],
            papers)
    built = []
    for record in ok(records, "compile"):
        seconds = record["seconds"]
        heads = list(seconds)
        built.append([f"{record['layer']}, {record['experts']} experts, {record['dtype']}",
                      time(sum(seconds.values())), *map(time, seconds.values())])
    if built:
        yield "Compiling, best of ten", table(["whole layer", "all", *heads], built)
    packed = {}
    for record in ok(records, "pair"):
        if record["what"] == "experts":
            facts = record["facts"]
            packed[record["layer"], record["dtype"], record["threads"]] = [
                f"{record['layer']}, {record['experts']} experts, {record['dtype']}", str(record["threads"]),
                size(facts["parameter_bytes"]), size(facts["prepared_bytes"]), time(facts["prepare_seconds"])]
    if packed:
        yield "Packing the parameters, once", table(
            ["experts only", "threads", "parameters", "packed", "time"], list(packed.values()))


def limit_table(records):
    return table(["limit", "bound", "points", "worst", "where", "kept"],
                 [limit.row for limit in limits.evaluate(records)])


def roof_words(records):
    """What the roof was, and by how much the best windows are above their medians."""
    units = {"f32": "GFLOP/s", "bf16": "GFLOP/s", "read": "GB/s"}
    rates = {kind: [record["roof"][kind] for record in records if kind in record["roof"]] for kind in units}
    above = lambda kinds: paired.quartiles([record["roof_best"][kind] / record["roof"][kind] for record in records
                                            for kind in kinds if kind in record["roof"]])
    words = lambda pair: " to ".join(f"{100 * value - 100:.1f}" for value in pair)
    spans = [f"{kind} {low / 1e9:.0f} to {high / 1e9:.0f} {units[kind]}"
             for kind, found in rates.items() if found for low, high in [paired.quartiles(found)]]
    return (f"The roof while this was measured, quartiles: {', '.join(spans)}. The best window of a point is "
            f"{words(above(('f32', 'bf16')))} % above the median of all, of reading {words(above(('read',)))} %.")


def report(records, left_out=0):
    """Of records of one version; `left_out` points are of older ones."""
    last = records[-1]
    roofs = [record for record in records if "roof" in record]
    parts = [f"{last['processor']}; {last['system']}; {last['date']}; version {last['version']}."]
    if left_out:
        parts.append(f"Points left out, since only older versions were measured there: {left_out}.")
    if roofs:
        parts.append(roof_words(roofs))
    parts.append("### Limits\n\n" + limit_table(records))
    parts.append("### Against the roof\n\n" + roof_table(records))
    parts += [f"### Against peers, {title}: how many times as long they take\n\n{text}"
              for title, text in peer_tables(records)]
    if summary(records):
        parts.append("### Peers\n\n" + summary(records))
    wrong = [f"- {record['layer']} {record['dtype']}, {record['tokens']} tokens, {record['peer'] or 'ours'}: {record['why']}"
             for record in records if record.get("failure") in ("wrong", "error")]
    if wrong:
        parts.append("### Not timed\n\n" + "\n".join(wrong))
    parts += [f"### {title}\n\n{text}" for title, text in other_tables(records)]
    return "\n\n".join(parts) + "\n"


def update(document, text):
    """The document with `text` between its markers."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"report: expects the lines {BEGIN.strip()} and {END.strip()} in {DOCUMENT.name}")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "build" / "benchmarks" / "results.jsonl")
    parser.add_argument("--update", action="store_true", help="rewrite docs/Performance.md")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--plots", type=pathlib.Path)
    parser.add_argument("--strict", action="store_true", help="status 1 where a limit is not kept")
    options = parser.parse_args()
    try:
        records, left_out = read(options.results)
    except OSError as error:
        sys.exit(f"report: {options.results}: {error.strerror}")
    text = report(records, left_out)
    if options.update:
        DOCUMENT.write_text(update(DOCUMENT.read_text(), text))
    else:
        print(text)
    if options.json:
        options.json.write_text(json.dumps(records, indent=1) + "\n")
    if options.plots:
        options.plots.mkdir(parents=True, exist_ok=True)
        for name, svg in plot.draw(ok(records, "pair")):
            (options.plots / f"{name}.svg").write_text(svg)
    broken = [limit.words for limit in limits.evaluate(records) if limit.kept is False]
    if options.strict and broken:
        print(f"report: expects every limit to be kept, found otherwise: {'; '.join(broken)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
