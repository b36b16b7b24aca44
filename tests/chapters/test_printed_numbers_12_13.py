"""Numbers that chapters 12 and 13 print, each computed a second way that shares nothing with the book's
code."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import combinations

import mpmath
import notebook_text
import numpy as np
import pytest

NAMES = {12: "12_residual", 13: "13_gates"}


@cache
def shown(chapter: int) -> str:
    """All that the chapter's cells show as text."""
    return notebook_text.shown(notebook_text.cells(NAMES[chapter]))


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


def half_life(bias: float) -> float:
    """The k at which σ(b)^k crosses ½, by bisection."""
    gate, low, high = 1 / (1 + math.exp(-bias)), 0.0, 1000.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if gate**middle > 0.5 else (low, middle)
    return low


def gain_at_rest(steps: int) -> float:
    """Half the log of the constant term of ((f + √v x)(f + √v/x))^k at f = σ(1), v = 1/48, by convolution."""
    f, root = 1 / (1 + math.exp(-1.0)), 48**-0.5
    poly = np.ones(1)
    for _ in range(steps):
        poly = np.convolve(np.convolve(poly, [f, root]), [root, f])
    return 0.5 * math.log(poly[steps])


def half_life_of_all_ways() -> float:
    k = next(k for k in range(1, 50) if gain_at_rest(k) <= -math.log(2))
    before, after = gain_at_rest(k - 1), gain_at_rest(k)
    return k - 1 + (before + math.log(2)) / (before - after)


def critical_bias() -> float:
    """Where f + √v = 1 for v = 1/48, by bisection."""
    low, high = 0.0, 5.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 / (1 + math.exp(-middle)) + 1 / math.sqrt(48) < 1 else (low, middle)
    return low


def fluctuating() -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    return float(weights @ -np.log1p(np.exp(-1 - 2 * nodes)) / weights.sum())


NUMBERS: tuple[tuple[int, str, Callable[[], float]], ...] = (
    (12, "-0.172795", lambda: mean_log(0.5)),
    (12, "-0.00045", lambda: mean_log(0.03)),
    (12, "-0.00508", lambda: mean_log(0.1)),
    (12, "-0.20850", lambda: mean_log(1.0)),
    (12, "0.51797", lambda: mean_log(3.0)),
    (12, "-1.32833", lambda: normal_mean(lambda g: mpmath.log(abs(g / 2)))),
    (12, "0.9091", lambda: path_length(10, 0.1)),
    (12, "0.9990", lambda: path_length(1000, 0.001)),
    (12, "0.202733", lambda: 0.25 * math.log(2.25)),
    (12, "2.70481", lambda: relu_last(mixed=False)),
    (12, "22147.5", relu_last),
    (12, "166.884", lambda: (1 + 1 / math.sqrt(100 * math.pi)) ** 198 / (100 * math.pi)),
    (12, "9.371", lambda: (1 + math.cosh(2 * math.sqrt(10 / math.pi))) / 2),
    (12, "0.0798058", lambda: left_of_correlation(6, 1.0)),
    (12, "0.258754", lambda: left_of_correlation(6, 0.5)),
    (12, "0.640914", lambda: left_of_correlation(24, 1 / 25)),
    (12, "7.844", lambda: left_of_correlation(1000, 1.0) / left_of_correlation(2000, 1.0)),
    (12, "1.243", lambda: left_of_correlation(2000, 0.5) / left_of_correlation(1000, 1.0)),
    (13, "0.5278", lambda: half_life(-1.0)),
    (13, "2.213", lambda: half_life(1.0)),
    (13, "14.27", lambda: half_life(3.0)),
    (13, "103.2", lambda: half_life(5.0)),
    (13, "-0.642495", fluctuating),
    (13, "-2.03758", lambda: gain_at_rest(10)),
    (13, "2.60502", half_life_of_all_ways),
    (13, "-5.49306", lambda: 10 * math.log(math.sqrt(1 / 3))),
    (13, "1.7797", critical_bias),
    (13, "0.0099", lambda: (1e-10 / (1e-10 + 1e-8)) / (1e-3 / (1e-3 + 1e-8))),
    (13, "0.00032",
        lambda: (3.1622777e-12 / (3.1622777e-12 + 1e-8)) / (3.1622777e-5 / (3.1622777e-5 + 1e-8))),
)  # fmt: skip


@pytest.mark.parametrize(("chapter", "printed", "again"), NUMBERS, ids=[f"{c}: {p}" for c, p, _ in NUMBERS])
def test_a_printed_number_comes_out_a_second_way(
    chapter: int, printed: str, again: Callable[[], float]
) -> None:
    assert printed in shown(chapter)
    half_a_unit = 0.5 * 10.0 ** -len(printed.split(".")[1])
    assert again() == pytest.approx(float(printed), abs=half_a_unit * 1.001)
