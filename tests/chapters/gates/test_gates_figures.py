"""The pictures of chapter 13 show what the results hold."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.gates import figures
from analysis.chapters.gates.adding_problem import VARIANTS, sequence_training
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


def test_errors_by_rate_show_every_seed_at_its_rate() -> None:
    runs = {
        v: sequence_training(
            v, length=4, rates=(0.01, 0.1, 1.0), seeds=(0, 1), updates=3, units=4, checkpoints=1
        )
        for v in ("rnn", "relu-identity")
    }
    ax = figures.errors_by_rate(runs, 1 / 6)
    points, means = ax.lines[2], ax.lines[3]
    final = runs["relu-identity"].score[..., -1]
    np.testing.assert_allclose(np.reshape(points.get_ydata(), (3, 2)), final)
    np.testing.assert_allclose(means.get_ydata(), final.mean(axis=1))
    np.testing.assert_allclose(means.get_xdata(), (0.01, 0.1, 1.0), rtol=0.1)
    assert ax.lines[4].get_ydata()[0] == pytest.approx(1 / 6)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [figures.NAMES[v] for v in runs]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_every_variant_has_a_name_of_its_own() -> None:
    assert set(figures.NAMES) == set(VARIANTS) and len(set(figures.NAMES.values())) == len(VARIANTS)
