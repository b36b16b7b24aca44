"""The pictures of chapter 10 show the numbers they are given."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.clipping import figures
from analysis.chapters.clipping import records as clipping_recorded
from analysis.chapters.clipping.cliff import descend, surface


def test_cliff_and_profile() -> None:
    w, b = np.linspace(3.5, 6, 12), np.linspace(-3, -1.5, 10)
    path = descend((5.0, -2.2), rate=0.1, steps=3)
    ax = figures.cliff(w, b, surface(w[:, None], b[None])[0], {"path": path})
    assert np.array_equal(ax.lines[0].get_xydata(), path.points)
    C, _, slope = surface(4.5, b)
    assert np.array_equal(figures.profile(b, C, slope).lines[0].get_ydata(), C)


def test_trainings() -> None:
    run = clipping_recorded.training("large-norm-10")
    ax = figures.accuracies({"x": run})
    assert ax.lines[-1].get_ydata() == pytest.approx(100 * run.accuracy[..., -1].mean(axis=1))
    steady = clipping_recorded.training("steady")
    ax = figures.norms({"x": steady})
    assert ax.lines[0].get_ydata() == pytest.approx(steady.weight_norm.mean(axis=(0, 1)))
