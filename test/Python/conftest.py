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


@pytest.fixture
def cases(request):
    return range(request.config.getoption("cases"))


@pytest.fixture
def rng(request):
    """Random numbers of this test alone; a failure prints how to get them."""
    seed = request.config.getoption("seed")
    print(f"seed {seed} (pytest --seed={seed})")
    return np.random.default_rng([seed, zlib.crc32(request.node.name.encode())])


@functools.lru_cache(maxsize=None)
def compile_once(text):
    return moe.compile(text, device="reference")


@pytest.fixture
def compiled():
    """Compiles a text; the same text once."""
    return compile_once
