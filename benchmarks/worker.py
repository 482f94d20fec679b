#!/usr/bin/env python3
# ===- worker.py - One contestant in its own process ------------------------=== #
"""Answers requests, one JSON object a line on standard input, by one each.

    worker.py NAME        a module of the folder peers

| request | answer |
|---|---|
| load: layer, sizes, dtype, what, threads | version, copies, prepare_seconds and, of ours, more |
| point: tokens, routing | rows: y of the sampled tokens of turn 0, f32 in base64 |
| run: tokens, routing, turns | seconds of each call, a turn each |
| compile: layer, sizes, dtype, what, times | seconds of each part, each time |
| refuse_huge_pages | nothing: memory from now on is in small pages |
| huge_pages | bytes of this process that are in huge pages |
| paper: layer, sizes, dtype, tokens, threads, seconds | seconds of each call, and bytes |

`what` is "experts" (the choice is given) or "layer" (the router is run too). An
answer may be {"unsupported": why} or {"error": what} instead. What libraries
print goes to standard error.
"""

import base64
import ctypes
import importlib
import json
import os
import pathlib
import re
import signal
import sys
import time
import traceback

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cases  # noqa: E402
from peers import Unsupported  # noqa: E402


class Worker:
    def __init__(self, module):
        self.module = module
        self.peers = []
        self.points = {}

    def load(self, layer, dtype, what, threads, sizes):
        self.layer = cases.get_layer(layer, dtype, what == "experts", **sizes)
        # A layer whole is compared with its experts alone: how they are called is all the same.
        count = cases.copies(self.layer) if what == "experts" else 1
        self.peers = [self.module.Peer(self.layer, what, threads) for _ in range(count)]
        self.what = what
        return {"version": self.module.version(), "copies": count, **self.peers[0].facts}

    def calls(self, tokens, routing):
        """A call of no arguments for each turn."""
        key = (tokens, routing)
        if key not in self.points:
            self.points = {key: made for key, made in self.points.items() if key[0] == tokens}
            xs = cases.inputs(self.layer, tokens)
            turns = [(self.peers[turn % len(self.peers)], x) for turn, x in enumerate(xs)]
            if self.what == "layer":
                self.points[key] = [peer.bind_layer(x) if routing == "own" else peer.bind_own_choice(x)
                                    for peer, x in turns]
            else:
                self.points[key] = [peer.bind(x, *cases.routing(routing, self.layer, tokens, turn))
                                    for turn, (peer, x) in enumerate(turns)]
        return self.points[key]

    def point(self, tokens, routing):
        y = self.peers[0].numbers(self.calls(tokens, routing)[0]())
        for peer in self.peers[1:]:  # whoever packs in the first call does so here
            x = cases.inputs(self.layer, tokens)[0]
            other = peer.numbers(peer.bind(x, *cases.routing(routing, self.layer, tokens, 0))())
            if cases.error(other, y) > cases.TOLERANCE[self.layer.dtype]:
                raise RuntimeError("copies of the layer give other numbers")
        rows = np.ascontiguousarray(y[cases.sampled(tokens)], np.float32)
        answer = {"rows": base64.b64encode(rows.tobytes()).decode()}
        if hasattr(self.peers[0], "workspace"):
            answer["workspace"] = self.peers[0].workspace(tokens, routing)
        return answer

    def run(self, tokens, routing, turns):
        calls = self.calls(tokens, routing)
        seconds = []
        for turn in turns:
            start = time.perf_counter()
            calls[turn]()
            seconds.append(time.perf_counter() - start)
        return {"seconds": seconds}

    def compile(self, layer, dtype, what, times, sizes):
        layer = cases.get_layer(layer, dtype, what == "experts", **sizes)
        return {"seconds": self.module.compile_seconds(layer, times)}

    def paper(self, layer, dtype, tokens, threads, seconds, sizes):
        return self.module.time_paper(cases.get_paper(layer, dtype, **sizes), tokens, threads, seconds)

    def refuse_huge_pages(self):
        set_no_huge_pages = 41
        if ctypes.CDLL(None).prctl(set_no_huge_pages, 1, 0, 0, 0):
            raise Unsupported("expects a system that can give a process no huge pages")
        return {}

    def huge_pages(self):
        found = re.search(r"AnonHugePages: *(\d+)", pathlib.Path("/proc/self/smaps_rollup").read_text())
        return {"bytes": int(found[1]) << 10}


def end_with_parent():
    """A worker that is stopped would outlive a driver that was killed."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def main():
    end_with_parent()
    # Libraries may print; only answers go to the pipe.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = None
    for line in sys.stdin:
        request = json.loads(line)
        what = request.pop("do")
        try:
            if worker is None:
                worker = Worker(importlib.import_module(f"peers.{sys.argv[1]}"))
            answer = getattr(worker, what)(**request)
        except Unsupported as error:
            answer = {"unsupported": str(error)}
        except Exception as error:  # the driver says it, and goes on with others
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
