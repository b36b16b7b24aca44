"""What every test shares: no window opens, hypothesis is repeatable, the root of the project; and
``--quick`` and ``--all``."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import chromium
import pytest
import quick
import sampling
from hypothesis import HealthCheck, settings
from tracing import after_the_first, untraced

os.environ.setdefault("MPLBACKEND", "Agg")

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("book", derandomize=True, **COMMON)
settings.register_profile("all", derandomize=True, max_examples=5 * settings.default.max_examples, **COMMON)
settings.load_profile("book")

ROOT = Path(__file__).resolve().parent.parent
ALIKE = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("size of the run")
    group.addoption("--quick", action="store_true", help="leave out what takes long: see tests/quick.py")
    group.addoption("--all", action="store_true", help="every sample: see tests/sampling.py")


@pytest.fixture(scope="session")
def in_full(request: pytest.FixtureRequest) -> bool:
    """Whether ``--all`` was given: nothing is sampled and nothing shortened then."""
    return bool(request.config.getoption("--all"))


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--all"):
        os.environ[sampling.VARIABLE] = "1"
        settings.load_profile("all")


@pytest.hookimpl(tryfirst=True)  # before the cases are shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept = (
        list(items)
        if config.getoption("--all")
        else [x for x in items if not x.get_closest_marker("in_full")]
    )
    kept = quick.kept(kept) if config.getoption("--quick") else kept
    chosen = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = kept
    for item in after_the_first(x for x in kept if x.get_closest_marker("alike")):
        item.stash[ALIKE] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """What goes the lines of a case before it runs without coverage's tracer; a debugger's stays."""
    if not (item.stash.get(ALIKE, False) and item.config.pluginmanager.hasplugin("_cov")):
        return (yield)
    with untraced():
        return (yield)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds ``make.py`` and ``analysis/``."""
    return ROOT


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The one browser of this worker; ``chromium.window`` gives a test an empty window of it."""
    started = chromium.start(tmp_path_factory.mktemp("profile"))
    yield started
    started.quit()


def pytest_collection_finish() -> None:
    """What all tests together consist of stays to the end: a collection of garbage need not look at it again
    and again."""
    gc.collect()
    gc.freeze()
