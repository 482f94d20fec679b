# ===- duel.py - Processes that take turns ----------------------------------=== #
"""Workers, of which only one runs at a time: the others are stopped, so that
threads that spin for work take nothing from the one that is measured."""

import base64
import json
import os
import pathlib
import select
import signal
import subprocess
import sys

import numpy as np

import cases
import paired
from peers import NAMES

HERE = pathlib.Path(__file__).resolve().parent


#: Seconds of a call before which no other is made in its round.
LONG = 0.1

#: Of each kind of roof in a round.
WINDOWS = 5


class Failure(Exception):
    """A contestant cannot do it; `kind` is unsupported or error."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


class Missing(Exception):
    """The peer is not installed."""


class Worker:
    """A process of worker.py. It is stopped but while it answers."""

    def __init__(self, name, threads, options):
        environment = NAMES[name][0]
        python = sys.executable
        variables = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        if environment is None:
            variables["PYTHONPATH"] = str(options.package)
        else:
            variables.pop("PYTHONPATH", None)
            variables["THP_MEM_ALLOC_ENABLE"] = "1"  # torch: huge pages, as ours has them
            python = options.environments / environment / "bin" / "python"
            if not (options.environments / environment / "installed").exists():
                raise Missing(f"not installed: install_peers.py {environment}")
        self.name = name
        self.timeout = options.timeout
        self.log = open(options.log, "a")
        self.process = subprocess.Popen(
            [python, HERE / "worker.py", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, env={**variables, "MOE_PEERS": str(options.environments)})
        self.facts = {}
        #: Of the points that were checked: error and rows, the most bytes held.
        self.checked, self.workspaces = {}, {}

    def ask(self, request, **values):
        process = self.process
        try:
            process.send_signal(signal.SIGCONT)
            process.stdin.write(json.dumps({"do": request, **values}) + "\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], self.timeout)[0]:
                raise Failure("error", f"{self.name}: no answer in {self.timeout:g} s")
            line = process.stdout.readline()
            if not line:
                raise Failure("error", f"{self.name}: the process ended with {process.wait()}")
            process.send_signal(signal.SIGSTOP)
        except OSError:
            raise Failure("error", f"{self.name}: the process ended with {process.wait()}") from None
        answer = json.loads(line)
        for kind in ("unsupported", "error"):
            if kind in answer:
                raise Failure(kind, f"{self.name}: {answer[kind]}")
        return answer

    def load(self, **values):
        self.facts = self.ask("load", **values)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()


class Roof:
    """The program roof.c, compiled for this machine and kept running."""

    def __init__(self, threads, folder, compiler):
        program = folder / "roof"
        source = HERE / "roof.c"
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([compiler, "-O3", "-march=native", "-pthread", source, "-o", program], check=True)
        size = max(256 << 20, 4 * last_level_cache())
        self.process = subprocess.Popen([program, str(threads), str(size)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def measure(self, kind):
        """One window of some milliseconds: operations a second, or bytes."""
        self.process.stdin.write(kind + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def windows(self, dtype):
        """{dtype or "read": rates} of a round; the windows of both in turns."""
        rates = {dtype: [], "read": []}
        for _ in range(WINDOWS):
            for kind, found in rates.items():
                found.append(self.measure(kind))
        return rates

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def last_level_cache():
    """Bytes; 32 MiB where the system does not say."""
    sizes = [32 << 20]
    for path in pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        text = path.read_text().strip()
        sizes.append(int(text[:-1]) << {"K": 10, "M": 20}[text[-1]])
    return max(sizes)


def check(worker, layer, tokens, routing, expected):
    """The error of the sampled rows (None: not known), and these; a Failure where
    it is too large."""
    answer = worker.ask("point", tokens=tokens, routing=routing)
    worker.workspaces[tokens, routing] = answer.get("workspace")
    found = np.frombuffer(base64.b64decode(answer["rows"]), np.float32).reshape(-1, layer.hidden).astype(float)
    if expected is None:
        return None, found
    error = cases.error(found, expected)
    if error > cases.TOLERANCE[layer.dtype]:
        raise Failure("wrong", f"{worker.name}: an error of {error:.1e} against f64, expects at most {cases.TOLERANCE[layer.dtype]}")
    return error, found


def duel(contestants, budget, measure_roof=None):
    """Rounds of seconds for each contestant, a (worker, tokens, routing), and what
    `measure_roof` gave in each round, after the first to run: who that is changes
    from round to round, since it finds the machine as the others left it."""
    def run(contestant, turns):
        worker, tokens, routing = contestant
        return worker.ask("run", tokens=tokens, routing=routing, turns=turns)["seconds"]

    seconds = [min(run(one, [1, 2])) for one in contestants]
    rounds, calls = paired.plan(seconds, budget)
    results, roofs = [[] for _ in contestants], []
    for number in range(rounds):
        turns = [(number * calls + call) % cases.TURNS for call in range(calls)]
        order = list(zip(contestants, results, seconds))
        if number % 2:
            order.reverse()
        for place, (one, result, time_of_call) in enumerate(order):
            # The first call finds the caches as the others left them: nothing next to
            # a long one, of which a round may have no other.
            before = [(turns[0] - 1) % cases.TURNS] if time_of_call < LONG else []
            result.append(run(one, before + turns)[len(before):])
            if measure_roof and place == 0:
                roofs.append(measure_roof())
    return results, roofs
