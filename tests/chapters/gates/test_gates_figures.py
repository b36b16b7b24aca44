"""The pictures of chapter 13 show what the results hold."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.gates import figures
from analysis.chapters.gates.adding_problem import sequence_training
from analysis.chapters.gates.memory_horizon import memory_curves


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield


def test_memory_shows_the_median_of_each_cell() -> None:
    curves = {
        "one": memory_curves("lstm", steps=8, nets=3, units=4),
        "two": memory_curves("rnn", steps=8, nets=3, units=4),
    }
    ax = figures.memory(curves)
    drawn = [line.get_ydata() for line in ax.lines[:2]]
    for y, of in zip(drawn, curves.values(), strict=True):
        np.testing.assert_allclose(y, np.median(of.logs, axis=0) / np.log(10.0))
    assert {"one", "two"} <= {t.get_text() for t in ax.texts}


def test_half_lives_end_where_they_are_infinite() -> None:
    bias, rest = np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.6, np.inf])
    ax = figures.half_lives(bias, np.array([1.0, 2.2, 5.5]), rest, {"n": ([0.0], [1.0], [0.1])})
    np.testing.assert_allclose(ax.lines[1].get_ydata(), rest[:2])
    assert ax.get_yscale() == "log"


def test_errors_and_speeds_of_small_runs() -> None:
    runs = {
        v: [
            sequence_training(v, length=T, rates=(0.01,), seeds=(0, 1), updates=3, units=4, checkpoints=1)
            for T in (4, 6)
        ]
        for v in ("rnn", "gru")
    }
    ax = figures.errors_by_length(runs, 1 / 6)
    assert {figures.NAMES["rnn"], figures.NAMES["gru"], "always answering 1"} <= {
        t.get_text() for t in ax.texts
    }
    means = [run.best()[1] for run in runs["gru"]]
    assert any(len(line.get_ydata()) == 2 and np.allclose(line.get_ydata(), means) for line in ax.lines)
    ax = figures.speeds_over_time({"gru": runs["gru"][1]})
    speeds = np.log10(runs["gru"][1].speeds[0]).mean(axis=0)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), speeds[1])
