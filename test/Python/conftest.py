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


@pytest.fixture(params=["reference", "optimized"])
def route(request):
    """How the programs of a law are lowered."""
    return request.param


@pytest.fixture
def cases(request):
    """The random cases; a sample of them on the optimized route."""
    count = request.config.getoption("cases")
    optimized = "route" in request.fixturenames and request.getfixturevalue("route") == "optimized"
    return range(max(1, count // 4) if optimized else count)


@pytest.fixture
def rng(request):
    """Random numbers of this test alone; a failure prints how to get them."""
    seed = request.config.getoption("seed")
    print(f"seed {seed} (pytest --seed={seed})")
    return np.random.default_rng([seed, zlib.crc32(request.node.name.encode())])


@functools.lru_cache(maxsize=None)
def compile_once(text, device):
    return moe.compile(text, device=device)


@pytest.fixture
def compiled(route):
    """Compiles a text; the same text once."""
    device = "reference" if route == "reference" else None
    return lambda text: compile_once(text, device)
