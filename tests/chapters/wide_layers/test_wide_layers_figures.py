"""The pictures of chapter 5 show the numbers they are given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from analysis.chapters.wide_layers import figures
from analysis.chapters.wide_layers.random_layers import ByWidth, DeepSpectrum, Differences
from analysis.numeric.lyapunov import Exponents


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield


def test_singular_values() -> None:
    found = DeepSpectrum(np.array([-1.0, -5.0, -9.0]), np.array([-1.0, -4.0, -np.inf]), 6)
    direct, kept = figures.singular_values(found).lines
    np.testing.assert_array_equal(kept.get_xydata(), [[1, -1], [2, -5], [3, -9]])
    np.testing.assert_array_equal(direct.get_xydata(), [[1, -1], [2, -4]])  # an exact zero has no logarithm


def test_exponents_against_theory() -> None:
    found = Exponents(np.array([0.5, -0.5]), np.array([0.1, 0.2]), np.zeros((2, 2)), 9)
    ax = figures.exponents_against_theory(found, np.array([0.4, -0.6]))
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.4, -0.6])
    (bars,) = ax.containers
    np.testing.assert_allclose([s[:, 1] for s in bars[2][0].get_segments()], [[0.1, 0.9], [-1.3, 0.3]])


def test_by_width() -> None:
    runs = [
        (name, ByWidth((1, 4, 16), np.ones(3), top, np.full(3, 0.1)))
        for name, top in (("one", np.array([-2.0, -1.0, 0.0])), ("two", np.array([-2.0, -1.5, -1.4])))
    ]
    ax = figures.by_width(runs, np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [-1.0, 0.0, 1.0])
    assert ax.get_xscale() == "log" and {"one", "two"} < {t.get_text() for t in ax.texts}
    for bars, (_, run) in zip(ax.containers, runs, strict=True):
        np.testing.assert_array_equal(bars[0].get_ydata(), run.top)
        (ends,) = (part for part in bars[2])
        np.testing.assert_allclose([s[:, 1] for s in ends.get_segments()], run.top[:, None] + [-0.4, 0.4])


def test_decay() -> None:
    found = Differences((1, 5, 9), *(np.array([1e-1, 1e-5, x]) for x in (1e-9, 2e-9, 0.0)))
    exact, backward, float64 = figures.decay(found).lines
    np.testing.assert_allclose(np.asarray(exact.get_ydata(), dtype=float), [-1, -5, np.log10(2e-9)])
    np.testing.assert_allclose(np.asarray(backward.get_ydata(), dtype=float), [-1, -5, -9])
    assert np.shape(float64.get_xdata()) == (2,)  # the zero is left out
