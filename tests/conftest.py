"""What every test shares: no window opens, hypothesis is repeatable, the root of the project."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile(
    "book", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("book")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--all``: every record, every length and every environment, where a normal run takes a sample."""
    parser.addoption(
        "--all", action="store_true", help="test all that is sampled otherwise; takes much longer"
    )


@pytest.fixture(scope="session")
def in_full(request: pytest.FixtureRequest) -> bool:
    """Whether ``--all`` was given: nothing is sampled and nothing shortened then."""
    return bool(request.config.getoption("--all"))


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
    """What all tests together consist of stays to the end: a collection of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, without ``--all``, what is marked ``in_full``."""
    if not config.getoption("--all"):
        for item in items:
            if item.get_closest_marker("in_full"):
                item.add_marker(pytest.mark.skip(reason="one of many of its kind: runs with --all"))
