# ===- conftest.py - Options and fixtures of the Python tests ---------------=== #

import functools
import zlib

import numpy as np
import pytest

import moe


def pytest_addoption(parser):
    parser.addoption("--cases", type=int, default=60, help="random cases of each law (60)")
    parser.addoption("--seed", type=int, default=1, help="seed of the random cases (1)")


def pytest_report_header(config):
    return f"moe: seed {config.getoption('seed')}, {config.getoption('cases')} random cases a law"


@pytest.fixture(params=["reference", "optimized", "cpu"])
def route(request):
    """How the programs of a law are lowered."""
    return request.param


@pytest.fixture
def cases(request):
    """The random cases; a sample of them where more than the program as it says is compiled."""
    count = request.config.getoption("cases")
    sampled = "route" in request.fixturenames and request.getfixturevalue("route") != "reference"
    return range(max(1, count // 4) if sampled else count)


@pytest.fixture
def rng(request):
    """Random numbers of this test alone; a failure prints how to get them."""
    seed = request.config.getoption("seed")
    print(f"seed {seed} (pytest --seed={seed})")
    return np.random.default_rng([seed, zlib.crc32(request.node.name.encode())])


@functools.lru_cache(maxsize=None)
def compile_once(text, route):
    return moe.compile(text, device="cpu" if route == "cpu" else "reference", optimize=route != "reference")


@pytest.fixture
def compiled(route):
    """Compiles a text; the same text once."""
    return lambda text: compile_once(text, route)
