"""What chapter 12 says in words and prints: the right values, each found a second way or typed from one, and
what was wrong gone."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import mpmath
import notebook_text
import numpy as np
import pytest
from leads import ahead, at_best
from notebook_text import half_a_unit, number

from analysis.chapters.residual import records
from analysis.numeric.data import load
from analysis.numeric.minibatches import split

NAME = "12_residual"
CELLS = notebook_text.its_own(NAME)
SAID, SHOWN = notebook_text.said(CELLS), notebook_text.shown(CELLS)


@pytest.mark.parametrize(
    "gone",
    [
        "what the scale adds is less than three standard errors",
        "the residual one loses ten at most",
        "by ten to twenty powers of ten",
        "excludes vanishing and bounds nothing",
        "at an angle of about $3\\pi/48\\approx0.2$",
        "with tanh, the sigmoid and the identity and weights near 1",
        "doubling a large depth divides",
    ],
)
def test_what_was_wrong_is_gone(gone: str) -> None:
    assert gone not in SAID + SHOWN


@pytest.mark.parametrize(
    "line",
    [
        "after 48 plain layers, from a right angle: 0.161",
        "after 48 plain layers, from opposite inputs: 0.164",
    ],
)
def test_the_right_number_stands_in_an_output(line: str) -> None:
    """By the recursion of the angles, which is typed anew below."""
    assert line in SHOWN


def test_what_a_scaled_shortcut_gains_at_depth_four() -> None:
    runs = {v: records.training(v, 4) for v, depth in records.TRAINED if depth == 4}
    ends = {v: at_best(run) for v, run in runs.items()}
    assert ahead(ends["residual-scaled"], ends["plain"]) == pytest.approx((0.65, 0.28, 2.3), abs=0.05)
    assert ahead(ends["residual-scaled"], ends["plain-small"]) == pytest.approx((3.48, 0.76, 4.6), abs=0.05)
    for kind in ("plain", "residual-scaled"):  # with He's weights, of three scales
        scales = {
            v: run.validation[:, :, -1].mean(axis=1).max() for v, run in runs.items() if v.startswith(kind)
        }
        assert len(scales) == 3 and max(scales, key=scales.__getitem__) == kind
    assert "$0.65\\pm0.28$ points, $2.3$ standard errors" in SAID


def test_what_one_answer_for_all_gets() -> None:
    """Networks that learn nothing end there: one digit's share of the test images."""
    labels = split(load("digits")).test_labels
    shares = np.array([np.mean(labels == digit) for digit in range(10)])
    assert (round(100 * shares.min(), 1), round(100 * shares.max(), 1)) == (6.8, 11.8)
    assert "always the same digit is right on $6.8$ to $11.8$ %" in SAID
    run = records.training("plain-small", 48)
    ends = run.accuracy[run.rates.index(run.best()[0]), :, -1]
    assert np.abs(ends[:, None] - shares).min(axis=1).max() < 1e-9


def angle_after(angle: float, layers: int) -> float:
    """The exact recursion cos θ′ = ((π − θ) cos θ + sin θ)/π."""
    for _ in range(layers):
        angle = math.acos(((math.pi - angle) * math.cos(angle) + math.sin(angle)) / math.pi)
    return angle


def test_the_angle_after_48_plain_layers() -> None:
    assert (
        number(SAID, r"an angle of \$(0[\d.]+)\$, and no two")
        == round(angle_after(math.pi / 2, 48), 3)
        == 0.161
    )
    assert number(SAID, r"more than \$(0[\d.]+)\$ apart") == round(angle_after(math.pi, 48), 3) == 0.164
    assert all(angle_after(x, 48) <= angle_after(math.pi, 48) for x in np.linspace(0.01, math.pi, 50))


def chains(
    activation: str, scale: float, *, bias: float = 1.0, branch: float = 1.0, count: int = 3000
) -> tuple[np.ndarray, np.ndarray]:
    """log₁₀ of what 200 layers do to a gradient, (plain, residual with s = ``branch``),
    for so many chains from a_0 = ½; written here anew."""
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    if activation == "tanh":
        value, slope = np.tanh, lambda z: 1 / np.cosh(np.minimum(np.abs(z), 300)) ** 2
    elif activation == "relu":
        value, slope = lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0
    elif activation == "sigmoid":
        value, slope = lambda z: (1 + np.tanh(z / 2)) / 2, lambda z: (1 - np.tanh(z / 2) ** 2) / 4
    elif activation == "softplus":
        value, slope = lambda z: np.logaddexp(0, z), lambda z: (1 + np.tanh(z / 2)) / 2
    else:  # the identity
        value, slope = lambda z: z, np.ones_like
    rng, found = np.random.default_rng(1912), []
    for kept, s in ((0.0, 1.0), (1.0, branch)):
        a, log = np.full(count, 0.5), np.zeros(count)
        for _ in range(200):
            w, b = scale * rng.standard_normal(count), bias * rng.standard_normal(count)
            z = w * a + b
            with np.errstate(divide="ignore"):
                log += np.log10(np.abs(kept + s * w * slope(z)))
            a = kept * a + s * value(z)
        found.append(log)
    return found[0], found[1]


def test_what_the_picture_of_the_residual_chain_shows() -> None:
    plain, residual = chains("tanh", 1.0)
    assert (plain < -100).mean() > 0.999 and np.median(residual) == pytest.approx(-3, abs=0.4)
    assert (
        "with tanh the residual chain typically loses three powers of ten, where the plain one loses more "
        "than a hundred; with the identity $18$" in SAID
    )
    assert np.median(chains("identity", 1.0)[1]) == pytest.approx(-18, abs=0.7)
    assert (
        np.median(chains("relu", 0.1)[1]) == pytest.approx(3, abs=0.2)
        and np.median(chains("relu", 10)[1]) > 80
    )
    assert "from three powers of ten at the smallest weight scale to more than eighty at the largest" in SAID


@pytest.mark.parametrize(
    ("activation", "weight", "branch"),
    [
        *(("tanh", 1.0, 0.12), ("identity", 1.0, 0.07), ("relu", 1.0, 0.028), ("softplus", 1.0, 0.029)),
        *(("tanh", 3.0, 0.048), ("identity", 3.0, 0.07 / 3), ("relu", 3.0, 0.0085), ("softplus", 3.0, 0.009)),
    ],
)
def test_which_branch_scale_keeps_200_layers_within_a_factor_of_ten(
    activation: str, weight: float, branch: float
) -> None:
    """In nineteen draws of twenty there, in fewer at twice that scale; the sigmoid at every scale up to 1."""
    near, far = ((np.abs(chains(activation, weight, branch=x)[1]) < 1).mean() for x in (branch, 2 * branch))
    assert near == pytest.approx(0.96, abs=0.025) and far < 0.85
    assert (np.abs(chains("sigmoid", weight, count=1000)[1]) < 1).mean() > 0.97
    assert "the sigmoid for all $s\\le1$, tanh up to $0.12$, the identity up to $1/\\sqrt{200}" in SAID


def normal_mean(f: Callable[[mpmath.mpf], mpmath.mpf], *splits: float) -> float:
    """E f(g) for g ~ N(0, 1), by mpmath with the singularities as ends of panels."""
    points = sorted({-14.0, -3.0, 0.0, 3.0, 14.0, *splits})
    law = mpmath.sqrt(2 * mpmath.pi)
    return float(mpmath.quad(lambda g: f(g) * mpmath.exp(-g * g / 2) / law, points))


def mean_log(tau: float) -> float:
    return normal_mean(lambda g: mpmath.log(abs(1 + tau * g)), -1 / tau)


def relu_last(mixed: bool = True) -> float:
    m, q, step = 0.0, 1.0, math.sqrt(1 / (100 * math.pi))
    for _ in range(100):
        m, q = m + step * math.sqrt(q), q + (2 * m * step * math.sqrt(q) if mixed else 0.0) + q / 100
    return q


def left_of_correlation(blocks: int, share: float) -> float:
    """The angle recursion from a right angle, its two means over pairs of ReLUs by Gauss–Legendre in the
    angle of the pair."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    angle, left = math.pi / 2, 1.0
    for _ in range(blocks):
        half = (math.pi - angle) / 2  # both are active where φ runs from θ − π/2 to π/2
        phi = angle / 2 + half * nodes
        both = 2 * half * weights.sum() / (2 * math.pi)
        product = 2 * (half * weights @ (np.cos(phi) * np.cos(phi - angle))) / math.pi
        left *= 1 - share + share * both
        angle = math.acos(min(1.0, (1 - share) * math.cos(angle) + share * product))
    return left


def path_length(blocks: int, c: float) -> float:
    """By all subsets of ten blocks (c = 1/L), otherwise by 60-digit sums of the binomial law."""
    if blocks == 10:
        sizes = [len(S) for k in range(11) for S in combinations(range(10), k)]
        return sum(k * c**k for k in sizes) / sum(c**k for k in sizes)
    with mpmath.workdps(60):
        terms = [mpmath.binomial(blocks, k) * mpmath.mpf(c) ** k for k in range(blocks + 1)]
        return float(mpmath.fsum(k * t for k, t in enumerate(terms)) / mpmath.fsum(terms))


NUMBERS: tuple[tuple[str, Callable[[], float]], ...] = (
    ("-0.208496", lambda: mean_log(1.0)),
    ("0.202733", lambda: 0.25 * math.log(2.25)),
    ("2.70481", lambda: relu_last(mixed=False)),
    ("22147.5", relu_last),
)  # fmt: skip


@pytest.mark.parametrize(("printed", "again"), NUMBERS, ids=[printed for printed, _ in NUMBERS])
def test_a_printed_number_comes_out_a_second_way(printed: str, again: Callable[[], float]) -> None:
    assert printed in SHOWN
    assert again() == pytest.approx(float(printed), abs=half_a_unit(printed))


def test_best_rates_at_the_edge_of_their_grid_are_named() -> None:
    for variant, depth in records.TRAINED:
        rate, accuracy, _ = records.training(variant, depth).best()
        assert 0.003 < rate < 1.0 or accuracy < 0.75
    assert (
        "The chosen rates lie inside the grid, but for networks that learn nothing and for the unscaled one"
        in SAID
    )
