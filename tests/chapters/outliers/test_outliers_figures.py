"""Chapter 8's pictures show the numbers they are given."""

from __future__ import annotations

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from analysis.chapters.outliers import figures
from analysis.chapters.outliers.outlier import LOSSES, outlier

FACTORS = (1.0, 10.0, 100.0)
RUNS = {loss: outlier(FACTORS, loss=loss, images=10, hidden=(5, 5), seeds=(0, 1, 2)) for loss in LOSSES}


@pytest.fixture(autouse=True)
def closed() -> object:
    yield


def test_first_layer_and_costs() -> None:
    for ax, of in ((figures.first_layer(RUNS), "layers"), (figures.costs(RUNS), "cost")):
        assert ax.get_xscale() == ax.get_yscale() == "log"
        for line, (name, run) in zip(ax.lines, RUNS.items(), strict=True):
            values = run.layers[..., 0] if of == "layers" else run.cost
            np.testing.assert_allclose(line.get_ydata(), np.median(values, axis=0))
            assert any(t.get_text() == name for t in ax.texts)


def test_each_layer() -> None:
    run = RUNS["cross-entropy, sigmoid"]
    ax = plt.subplots()[1]
    assert figures.each_layer(run, ax) is ax
    assert (
        [t.get_text() for t in ax.texts]
        and len(ax.lines) == 3
        and ax.get_title() == "relu; cross-entropy, sigmoid"
    )
    for l, line in enumerate(ax.lines):
        np.testing.assert_allclose(line.get_ydata(), np.median(run.layers[..., l], axis=0))


def test_every_layer_shares_its_axes_and_keeps_names_apart() -> None:
    runs = list(RUNS.values())
    figure = figures.every_layer(runs)
    shown = [ax for ax in figure.axes if ax.axison]
    assert [ax.get_title() for ax in shown] == [f"relu; {run.loss}" for run in runs]
    assert len({ax.get_ylim() for ax in shown}) == 1
    figure.canvas.draw()
    for ax in shown:
        boxes = sorted((t.get_window_extent() for t in ax.texts), key=lambda box: box.y0)
        assert len(boxes) == 3 and all(low.y1 <= high.y0 for low, high in pairwise(boxes))


def test_logit_gradients() -> None:
    ax = figures.logit_gradients()
    curves = [line for line in ax.lines if len(line.get_xdata()) > 2]
    x = np.asarray(curves[0].get_xdata(), dtype=float)
    s = 1.0 / (1.0 + np.exp(-x))
    for line, expected in zip(curves, (1 - s, (1 - s) ** 2 * s, np.abs(x - 1)), strict=True):
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-9, atol=1e-15)
