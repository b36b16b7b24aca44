"""Axes to draw into, in memory; every figure is closed after its test."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib
import pytest
from matplotlib.axes import Axes

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture
def ax() -> Axes:
    return plt.subplots()[1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")
