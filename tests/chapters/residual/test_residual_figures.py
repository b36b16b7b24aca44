"""The pictures of chapter 12 show the numbers they are given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from analysis.chapters.residual import figures
from analysis.chapters.residual import records as residual_recorded
from analysis.chapters.residual.depth import chain_sweep, wide_sweep
from analysis.chapters.residual.shattered_gradients import input_gradients
from analysis.symbolic.catalogue import TANH


def names(ax: Axes) -> set[str]:
    return {t.get_text() for t in ax.texts}


def y(line: Line2D) -> NDArray[np.float64]:
    return np.asarray(line.get_ydata(), dtype=np.float64)


def heights(ax: Axes) -> list[float]:
    return [t.get_window_extent().y0 for t in ax.texts]


def test_chains_and_wide_networks() -> None:
    sweeps = {
        k: chain_sweep(TANH, depth=30, chains=9, scale=s)
        for k, s in {"one": None, "two": 1.0, "three": 0.1}.items()
    }
    ax = figures.chains(sweeps)
    assert names(ax) == set(sweeps)
    np.testing.assert_allclose(y(ax.lines[0]), np.median(sweeps["one"].logs, axis=0) / np.log(10))
    wide = {
        k: wide_sweep(depth=12, width=8, nets=2, scale=s) for k, s in {"a": 1.0, "b": 0.999, "c": 0.1}.items()
    }
    ax = figures.wide(wide)
    assert names(ax) == set(wide)
    assert min(np.diff(sorted(heights(ax)))) > 10  # pushed apart
    np.testing.assert_allclose(y(ax.lines[0]), wide["a"].gradient[0] / np.log(10))


def test_growth_and_shattering() -> None:
    sweep = wide_sweep(depth=20, width=8, nets=2)
    ax = figures.growth({"x": sweep}, {"x": np.array([2.0**l for l in range(21)])})
    assert ax.get_yscale() == "log" and y(ax.lines[0])[-1] == 2.0**20
    grid = np.linspace(-2, 2, 9)
    ax = figures.slopes(
        {k: input_gradients(grid, depth=d, width=8, nets=2) for k, d in {"p": 1, "q": 2}.items()}
    )
    assert names(ax) == {"p", "q"}
    depths = np.array([1, 10, 100])
    ax = figures.correlations(
        {"t": (depths, np.array([0.5, 0.1, 1e-5]))}, {"t": [(1, 0.5, 0.01), (10, 0.1, 0.01)]}
    )
    assert ax.get_xscale() == ax.get_yscale() == "log" and names(ax) == {"t"}


def test_accuracies() -> None:
    runs = {v: residual_recorded.training(v, 48) for v in ("plain", "residual-scaled")}
    _, given = plt.subplots()
    ax = figures.accuracies(runs, given)
    assert ax is given and names(ax) == set(runs)
    drawn = [y(line) for line in ax.lines if len(y(line)) == len(residual_recorded.RATES)]
    final = runs["plain"].accuracy[..., -1]
    assert any(np.allclose(x, final.mean(axis=1)) for x in drawn)
