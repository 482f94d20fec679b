#!/usr/bin/env python3
# ===- run.py - Compiled layers against the roof and against peers ----------=== #
"""Times this compiler and each peer on the same work, in turns.

    run.py                         the default subset: 15 minutes at most
    run.py --quick                 4 minutes at most
    run.py --tables                what docs/Performance.md has: an hour at most
    run.py --full                  everything, for as long as it takes: hours
    run.py --layers olmoe-1b-7b --tokens 1 256 --peers zentorch
    report.py                      the tables and plots of what was measured

Each point is a layer of examples/ (fewer experts where f32 needs more than 3 GB),
a type, a number of tokens, a routing and a number of threads. Two processes run
it in alternating rounds, eight inputs and choices in turn; only one of them runs
at a time. In each round the roof of the processor is measured beside them, with as
many threads. Results that differ from f64 are reported and not timed.

Every result is appended to --results at once. Points that are there already, of
this processor and this version of the source and of the built package, are
skipped: the same command goes on where a run was stopped, or where its time was
over.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import sys
import time

import cases
import paired
from duel import Failure, Missing, Roof, Worker, check, duel
from subsets import given_sizes, parse


def processor():
    """Its name, and what tells it from others of that name."""
    text = pathlib.Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    found = {key.strip(): value.strip() for key, value in re.findall(r"^([\w ]+?)\s*:(.*)$", text, re.MULTILINE)}
    name = found.get("model name", platform.processor() or platform.machine())
    if "cpu family" in found:
        name += f" (family {found['cpu family']}, model {found['model']})"
    return f"{name}, {os.cpu_count()} cores"


def system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform()


def available_memory():
    found = re.search(r"MemAvailable: *(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return int(found[1]) << 10


class Results:
    """A file of JSON objects, one a line, the key of each telling the point."""

    def __init__(self, path, again, version):
        self.path = path
        self.common = {"date": datetime.date.today().isoformat(), "processor": processor(), "system": system(),
                       "version": version}
        self.keys = set()
        lines = path.read_text().splitlines() if path.exists() else []
        for line in lines:
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue  # the run was stopped while it wrote
            if (all(record.get(name) == self.common[name] for name in ("processor", "version")) and
                    not (again and "failure" in record)):
                self.keys.add(self.key(record))

    def key(self, record):
        return tuple(record.get(name) for name in cases.KEY)

    def has(self, record):
        return self.key(record) in self.keys

    def add(self, record):
        self.keys.add(self.key(record))
        with open(self.path, "a") as file:
            file.write(json.dumps({**record, **self.common}) + "\n")


class Run:
    def __init__(self, options):
        self.options = options
        self.results = Results(options.results, options.again, cases.version(options.package))
        self.roofs = {}
        self.missing = set()
        self.end = time.monotonic() + 60 * options.minutes
        self.sizes = given_sizes(options)

    @staticmethod
    def identify(layer):
        return {"layer": layer.name, "dtype": layer.dtype, "experts": layer.experts, "hidden": layer.hidden,
                "intermediate": getattr(layer, "intermediate", 0)}

    def roof(self, threads):
        if threads not in self.roofs:
            self.roofs[threads] = Roof(threads, self.options.results.parent, self.options.cc)
        return self.roofs[threads]

    def group(self, layer_name, dtype, threads, what):
        """All points of one layer, loaded once."""
        options = self.options
        layer = cases.get_layer(layer_name, dtype, what == "experts", **self.sizes)
        base = {**self.identify(layer), "threads": threads, "what": what}
        routings = options.routings if what == "experts" else ["own"]
        points = [(tokens, routing) for tokens in options.tokens for routing in routings]
        peers = options.peers if what in options.against else []
        contests = [("pair", peer, *point) for peer in [None, *peers] for point in points]
        if what == "experts":
            contests += [("skew", None, tokens, "hot70") for tokens in options.tokens if tokens >= 64]
        elif not layer.shared:
            contests += [("share", None, tokens, "own") for tokens in options.tokens if tokens >= 64]
        if time.monotonic() > self.end:
            return
        todo = [contest for contest in contests if not self.results.has(self.record(base, *contest))]
        if not todo:
            return
        copies = cases.copies(layer) if what == "experts" else 1
        size = (2 + 2 * copies) * layer.experts * cases.expert_bytes(layer)
        if available_memory() < size:
            print(f"{describe(base)}: skipped, wants {size >> 20} MiB of memory, "
                  f"found {available_memory() >> 20}")
            return
        load = {"layer": layer_name, "dtype": dtype, "what": what, "threads": threads, "sizes": self.sizes}
        self.ours = self.start("ours", load)
        for peer in dict.fromkeys(contest[1] for contest in todo):
            self.against(peer, layer, load, [self.record(base, *contest) for contest in todo
                                                   if contest[1] == peer])
        if isinstance(self.ours, Worker):
            self.ours.close()

    def record(self, base, kind, peer, tokens, routing):
        return {"kind": kind, **base, "tokens": tokens, "routing": routing, "peer": peer}

    def start(self, name, load):
        """A loaded worker, or the Failure."""
        worker = Worker(name, load["threads"], self.options)
        try:
            worker.load(**load)
            return worker
        except Failure as failure:
            worker.close()
            return failure

    def fail(self, record, failure):
        print(f"{describe(record)}: {failure.kind}: {failure}", flush=True)
        self.results.add({**record, "failure": failure.kind, "why": str(failure)})

    def against(self, peer, layer, load, records):
        """The points of one peer (None: the roof alone)."""
        other = None
        if time.monotonic() > self.end:
            return
        if peer:
            try:
                other = self.start(peer, load)
            except Missing as missing:
                if peer not in self.missing:
                    print(f"{peer}: {missing}", flush=True)
                self.missing.add(peer)
                return
        for record in records:
            if time.monotonic() > self.end:
                break
            failed = [one for one in (self.ours, other) if isinstance(one, Failure)]
            if failed:
                self.fail(record, failed[0])
                continue
            try:
                self.results.add(self.measure(record, layer, self.ours, other))
            except Failure as failure:
                self.fail(record, failure)
                if failure.kind == "error":
                    # Who has ended, or does not answer, begins anew.
                    self.ours.close()
                    self.ours = self.start("ours", load)
                    if other:
                        other.close()
                        other = self.start(peer, load)
        if isinstance(other, Worker):
            other.close()

    def measure(self, record, layer, ours, other):
        tokens, routing = record["tokens"], record["routing"]
        if record["kind"] == "skew":
            contestants = [(ours, tokens, "uniform"), (ours, tokens, routing)]
        elif record["kind"] == "share":
            contestants = [(ours, tokens, "experts of own"), (ours, tokens, routing)]
        else:
            contestants = [(worker, tokens, routing) for worker in (ours, other) if worker]
        errors, rows = [], None
        for worker, _, kind in contestants:
            if record["what"] == "experts":
                expected = cases.reference(layer, kind, tokens)
            else:
                expected = rows  # whoever is first makes the choice
            if (tokens, kind) not in worker.checked:
                worker.checked[tokens, kind] = check(worker, layer, tokens, kind, expected)
            found, rows = worker.checked[tokens, kind]
            errors.append(found)
        dtype, has_roof = record["dtype"], record["kind"] == "pair" and record["what"] == "experts"
        roof = self.roof(record["threads"]) if has_roof else None
        rounds, roofs = duel(contestants, self.options.seconds, roof and (lambda: roof.windows(dtype)))
        record.update(ours=paired.summarize(rounds[0]), error=errors[0], facts=ours.facts,
                      workspace=ours.workspaces.get((tokens, routing)))
        if len(rounds) > 1:
            record.update(other=paired.summarize(rounds[1]), **paired.compare(*rounds))
        if has_roof:
            macs, moved = cases.work(layer, routing, tokens)
            work = {dtype: 2 * macs, "read": moved}
            windows = {kind: [rate for found in roofs for rate in found[kind]] for kind in work}
            middle = {kind: paired.median(rates) for kind, rates in windows.items()}
            times = {kind: amount / middle[kind] for kind, amount in work.items()}
            bound = max(times, key=times.get)
            rates = [found[bound] for found in roofs]
            record.update(macs=macs, bytes=moved, roof=middle,
                          roof_best={kind: max(found) for kind, found in windows.items()},
                          bound="memory" if bound == "read" else "arithmetic",
                          share=paired.share_of_roof(rounds[0], rates, work[bound]))
            if other:
                record["other_share"] = paired.share_of_roof(rounds[1], rates, work[bound])
        if other:
            record.update(peer_error=errors[1], peer_version=other.facts["version"],
                          peer_facts=other.facts)
        text = f"{1e3 * record['ours']['seconds']:.3f} ms"
        if "share" in record:
            text += f", {record['share']:.1%} of the roof"
        if "ratio" in record:
            text += f", the other {record['ratio']:.2f} times that"
        print(f"{describe(record)}: {text}", flush=True)
        return record

    def compile_times(self, layer_name, dtype):
        layer = cases.get_layer(layer_name, dtype, False, **self.sizes)
        record = {"kind": "compile", **self.identify(layer), "what": "layer"}
        if self.results.has(record) or time.monotonic() > self.end:
            return
        worker = Worker("ours", 1, self.options)
        try:
            times = worker.ask("compile", layer=layer_name, dtype=dtype, what="layer", times=10,
                               sizes=self.sizes)
            best = min(times["seconds"], key=lambda seconds: sum(seconds.values()))
            self.results.add({**record, "seconds": best})
            print(f"{describe(record)}: compiled in {1e3 * sum(best.values()):.0f} ms", flush=True)
        except Failure as failure:
            self.fail(record, failure)
        finally:
            worker.close()

    def paper(self, name, dtype, threads):
        """A layer of a paper; each point is a process of its own, whose memory counts."""
        layer = cases.get_paper(name, dtype, **self.sizes)
        for tokens in self.options.tokens:
            record = self.record({**self.identify(layer), "layer": name, "threads": threads, "what": "layer"},
                                 "paper", None, tokens, "own")
            if time.monotonic() > self.end or self.results.has(record):
                continue
            worker = Worker("ours", threads, self.options)
            try:
                facts = worker.ask("paper", layer=name, dtype=dtype, tokens=tokens, threads=threads,
                                   seconds=self.options.seconds, sizes=self.sizes)
                record["ours"] = paired.summarize([facts.pop("seconds")])
                self.results.add({**record, **facts})
                print(f"{describe(record)}: {1e3 * record['ours']['seconds']:.3f} ms, {facts['workspace'] >> 10} KiB "
                      f"of workspace, {facts['peak_bytes'] >> 20} MiB of the process", flush=True)
            except Failure as failure:
                self.fail(record, failure)
            finally:
                worker.close()

    def all(self):
        """The points of the options at hand."""
        options = self.options
        for layer in options.layers:
            for dtype in options.dtypes:
                if layer in cases.PAPERS:
                    for threads in options.threads:
                        self.paper(layer, dtype, threads)
                    continue
                for what in options.whats:
                    for threads in options.threads:
                        self.group(layer, dtype, threads, what)
                self.compile_times(layer, dtype)

    def close(self):
        for roof in self.roofs.values():
            roof.close()


def describe(record):
    words = [record["layer"], record["dtype"], record["what"]]
    if "tokens" in record:
        words += [f"T={record['tokens']}", record["routing"]]
    if "threads" in record:
        words.append(f"{record['threads']} threads")
    if record.get("kind") in ("skew", "share"):
        words.append(record["kind"])
    if record.get("peer"):
        words.append("against " + record["peer"])
    return " ".join(words)


def main():
    options, parts = parse(__doc__)
    for part in parts:
        if max(part.threads) > len(os.sched_getaffinity(0)):
            print(f"run.py: error: expects at most {len(os.sched_getaffinity(0))} threads, one a processor, found "
                  f"{max(part.threads)}", file=sys.stderr)
            return 2
    options.results.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    run = Run(options)
    try:
        for part in parts:
            run.options = part
            run.all()
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here")
        return 1
    finally:
        run.close()
    if time.monotonic() > run.end:
        print(f"{options.minutes:g} minutes are over; the same command goes on from here")
    print(f"{time.monotonic() - start:.0f} s; results in {options.results}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
