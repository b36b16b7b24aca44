"""What the exercises say of the book is what the book's own code says:
numbers typed there, and an option that was measured."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from analysis.chapters.learning_speeds import exercises as chapter_4
from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.chapters.quarter_bound import exercises as chapter_2
from analysis.exercises import EXERCISES
from analysis.numeric.data import load
from analysis.numeric.initialise import gaussian, nielsen
from analysis.numeric.log_product import exponent
from analysis.numeric.speed_statistics import NIELSEN_SPEEDS, monotone
from analysis.symbolic.catalogue import SIGMOID


def answer(number: str, place: int = 0) -> sp.Expr:
    return EXERCISES[number].wanted[place].answer  # type: ignore[union-attr]


def test_the_recorded_speeds_are_nielsens() -> None:
    assert tuple(float(x) for x in chapter_4.RECORDED) == NIELSEN_SPEEDS[4]


def test_the_exponent_of_the_chain_as_it_is() -> None:
    assert float(chapter_2.TRUE_EXPONENT) == pytest.approx(exponent(SIGMOID).lam, abs=1e-5)


def test_the_orders_of_exchangeable_speeds() -> None:
    for place, layers in ((0, 3), (1, 4)):
        orders = np.array(list(itertools.permutations(range(1, layers + 1))), dtype=float)
        assert monotone(orders).mean() == pytest.approx(float(answer("4.3", place)))


@pytest.mark.parametrize(("draw", "place"), [(gaussian, 0), (nielsen, 1)])
def test_the_standard_deviation_of_the_first_weighted_inputs(draw: type, place: int) -> None:
    x = np.random.default_rng(1).random(50)
    network = draw((50, 40_000, 1), np.random.default_rng(2))
    z = network.weights[0] @ x + network.biases[0]
    expected = float(answer("4.2", place).subs({chapter_4.q: (x**2).sum(), chapter_4.n: 50}))
    assert z.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * z.size))


def test_random_labels_leave_the_first_speeds_alone() -> None:
    digits = load("digits")
    shuffled = replace(digits, labels=np.random.default_rng(0).permutation(digits.labels))
    first, second = (
        np.median(learning_speeds(d, (64, 30, 30, 10), seeds=range(3), epochs=0).speeds[:, 0], axis=0)
        for d in (digits, shuffled)
    )
    assert (abs(np.log(second / first)) < 0.1).all()
