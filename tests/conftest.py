"""What every test shares: no window opens, hypothesis is repeatable, the root of the project."""

from __future__ import annotations

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
