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
UNTRACED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("size of the run")
    group.addoption("--quick", action="store_true", help="leave out what takes long: see tests/quick.py")
    group.addoption("--all", action="store_true", help="every sample: see tests/sampling.py")
    group.addoption("--draw", type=int, metavar="N", help="what decides which samples: the day unless given")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A failure says how the same samples are drawn again."""
    if terminalreporter.stats.get("failed") and not config.getoption("--all"):
        terminalreporter.write_line(f"samples were drawn with --draw {os.environ[sampling.DRAW]}")


@pytest.fixture(scope="session")
def in_full(request: pytest.FixtureRequest) -> bool:
    """Whether ``--all`` was given: nothing is sampled and nothing shortened then."""
    return bool(request.config.getoption("--all"))


def pytest_configure(config: pytest.Config) -> None:
    given = config.getoption("--draw")
    if given is not None:
        os.environ[sampling.DRAW] = str(given)
    os.environ.setdefault(sampling.DRAW, str(sampling.today()))
    if config.getoption("--all"):
        os.environ[sampling.VARIABLE] = "1"
        settings.load_profile("all")


@pytest.hookimpl(tryfirst=True)  # before the cases are shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    every = bool(config.getoption("--all"))
    named = any(config.getoption(option, None) for option in ("keyword", "lf", "failedfirst"))
    kept = list(items) if every else sampling.kept(items, draw=not named)
    kept = quick.kept(kept) if config.getoption("--quick") else kept
    chosen = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = kept
    for item in () if every else after_the_first(kept):
        item.stash[UNTRACED] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage's tracer sees the first cases of a test, and with ``--all`` every one; a debugger's stays."""
    if not (item.stash.get(UNTRACED, False) and item.config.pluginmanager.hasplugin("_cov")):
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
