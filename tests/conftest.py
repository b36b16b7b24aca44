"""What every test shares: no window opens, hypothesis is repeatable, the root of the project; and ``--quick`` and ``--all``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import quick
import sampling
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("book", derandomize=True, **COMMON)
settings.register_profile("all", derandomize=True, max_examples=5 * settings.default.max_examples, **COMMON)
settings.load_profile("book")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("size of the run")
    group.addoption("--quick", action="store_true", help="leave out what takes long: see tests/quick.py")
    group.addoption("--all", action="store_true", help="every sample: see tests/sampling.py")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--all"):
        os.environ[sampling.VARIABLE] = "1"
        settings.load_profile("all")


@pytest.hookimpl(tryfirst=True)  # before the cases are shuffled
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        kept = quick.kept(items)
        chosen = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = kept


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds ``make.py`` and ``analysis/``."""
    return ROOT
