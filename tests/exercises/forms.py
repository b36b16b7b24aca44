"""Right answers to every exercise, typed by hand in at least three forms: an independent witness of what the library derives."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from analysis.symbolic.chain import nested
from analysis.symbolic.display import plus, times
from analysis.symbolic.notation import (
    a_,
    b,
    b_,
    cost,
    cost_prime,
    h,
    sigma,
    sigma_prime,
    w,
    w_,
    z,
    z_,
)

s1, s2, s3, s4, s5 = (sigma_prime(z_(j)) for j in range(1, 6))
into = cost_prime(a_(5))
into_3 = cost_prime(a_(3))
plain_z = sp.Symbol("z")  # without the assumption that it is real
q, n = sp.symbols("q n", positive=True)
slope_2 = 1 / (4 * sp.cosh(1) ** 2)


def tied_nested() -> sp.Expr:
    same = {w_(j): w for j in (1, 2, 3)} | {b_(j): b for j in (1, 2, 3)}
    return sp.diff(cost(nested(3).xreplace(same)), w)


def sigmoid_slope_at_arrays(x: Any) -> Any:
    """Works on arrays only: it assigns to its entries."""
    y = np.zeros(x.shape)
    y[:] = 1.0 / (2.0 + np.exp(x) + np.exp(-x))
    return y


FORMS: dict[str, list[Any]] = {
    "1.1": [
        s3 * w_(4) * s4 * w_(5) * s5 * into,
        sp.diff(cost(nested(5)), b_(3)),
        times(s3, w_(4), s4, w_(5), s5, into),
        sigma(z_(3)).diff(z_(3)) * w_(4) * sigma_prime(w_(4) * a_(3) + b_(4)) * w_(5) * s5 * cost_prime(sigma(z_(5))),
        lambda p3, v4, p4, v5, p5, c: p3 * v4 * p4 * v5 * p5 * c,
    ],
    "1.2": [
        a_(2) * s3 * w_(4) * s4 * w_(5) * s5 * into,
        sp.diff(cost(nested(5)), w_(3)),
        (z_(3) - b_(3)) / w_(3) * s3 * w_(4) * s4 * w_(5) * s5 * into,
        lambda a2, p3, v4, p4, v5, p5, c: a2 * p3 * v4 * p4 * v5 * p5 * c,
    ],
    "1.3": [
        into_3 * s3 * (a_(2) + w * s2 * (a_(1) + w * s1 * a_(0))),
        tied_nested(),
        plus(times(a_(0), s1, w_(2), s2, w_(3), s3, into_3), times(a_(1), s2, w, s3, into_3), times(a_(2), s3, into_3)),
        lambda a0, a1, a2, v, p1, p2, p3, c: c * p3 * (a2 + v * p2 * (a1 + v * p1 * a0)),
    ],
    "1.4": [
        1 + w * sigma_prime(w * h + b),
        sp.diff(h + sigma(w * h + b), h),
        1 + w * sigma_prime(z),
        lambda v, p: 1 + v * p,
    ],
    "1.5": [5, 4.5, sp.Rational(9, 2), 7 * sp.pi, np.float64(12.0)],
    "1.6": [6, 6.0, sp.Integer(6), Fraction(12, 2)],
    "2.1": [
        sp.log(2 + sp.sqrt(3)),
        sp.acosh(2),
        1.3170,
        np.float32(1.31696),
        -sp.log(2 - sp.sqrt(3)),
        lambda: math.acosh(2),
    ],
    "2.2": [
        1 / (4 * sp.cosh(z / 2) ** 2),
        sp.sech(z / 2) ** 2 / 4,
        (1 - sp.tanh(z / 2) ** 2) / 4,
        0.25 * sp.sech(plain_z / 2) ** 2,
        1 / (2 + 2 * sp.cosh(z)),
        1 / (4 * sp.cos(sp.I * z / 2) ** 2),
        sp.exp(z) / (1 + sp.exp(z)) ** 2,
        sigma(z) * (1 - sigma(z)),
        sp.Lambda(w, 1 / (4 * sp.cosh(w / 2) ** 2)),
        lambda x: 1 / (4 * math.cosh(x / 2) ** 2),
        lambda x: 0.25 / np.cosh(x / 2) ** 2,
        lambda x: mpmath.sech(mpmath.mpf(float(x)) / 2) ** 2 / 4,
        lambda x: (1 - sp.tanh(x / 2) ** 2) / 4,
        lambda x: np.array([1 / (2 + 2 * math.cosh(x))]),
        sigmoid_slope_at_arrays,
    ],
    "2.3": [
        (1 / sp.sqrt(3), sp.log(3) / 2 - 1),
        [sp.sqrt(3) / 3, sp.log(sp.sqrt(3) / sp.E)],
        (0.5774, -0.4507),
        sp.Tuple(3 ** sp.Rational(-1, 2), sp.log(3) / 2 - 1),
        np.array([0.57735, -0.450694]),
        (Decimal("0.5774"), mpmath.log(3) / 2 - 1),
    ],
    "2.4": [(1 + sp.log(3)) / 3, sp.log(3 * sp.E) / 3, 0.6995, sp.Rational(6995, 10000), Fraction(6995, 10000)],
    "2.5": [
        -(sp.EulerGamma + sp.log(2)) / 2 - sp.log(4),
        -(sp.EulerGamma + 5 * sp.log(2)) / 2,
        sp.digamma(sp.S.Half) / 2 + sp.log(2) / 2 - sp.log(4),
        -2.0215,
    ],
    "2.6": [1, -0.9, sp.acosh(2), 10, Fraction(-3, 2)],
    "3.1": [
        (-4 * a_(0), -2, -2, -2, sp.Rational(1, 4)),
        [-4 * a_(0), -4 * a_(1), sp.Integer(-2), -2.0, 0.25],
        (lambda x: -4 * x, -4 * sigma(0), -4 * sp.S.Half, Fraction(-2), lambda: 0.25),
    ],
    "3.2": [
        (1, sp.log(2 * w * (1 + sp.sqrt(1 - 1 / w)) - 1) / w),
        (sp.S.One, 2 * sp.acosh(sp.sqrt(sp.Abs(w))) / sp.Abs(w)),
        [1.0, lambda v: 2 * math.acosh(math.sqrt(v)) / v],
    ],
    "3.3": [
        sp.log(3 + 2 * sp.sqrt(2)) / 4,
        sp.acosh(3) / 4,
        sp.log(1 + sp.sqrt(2)) / 2,
        0.4407,
    ],
    "3.4": [
        (4 / w_(1), 2),
        (1 / (w_(1) * sigma_prime(0)), sp.Integer(2)),
        [lambda v: 4 / v, 2.0],
    ],
    "3.5": [1, 0.1, sp.log(10001) / 100, sp.Rational(1, 10)],
    "3.6": [
        sp.log(4 * slope_2) / 2,
        -sp.log(sp.cosh(1)),
        -0.4338,
        1 - sp.log((1 + sp.exp(2)) / 2),
    ],
    "4.1": [
        (sp.Integer(95) ** sp.Rational(1, 3), -sp.log(95) / 3),
        (4.56, -1.52),
        (math.exp(math.log(0.285 / 0.003) / 3), -math.log(0.285 / 0.003) / 3),
    ],
    "4.2": [
        (sp.sqrt(q + 1), sp.sqrt(q / n + 1)),
        ((1 + sp.Symbol("q")) ** 0.5, sp.sqrt((q + n) / n)),
        (lambda x, k: math.sqrt(1 + x), lambda x, k: np.hypot(1.0, np.sqrt(x / k))),
    ],
    "4.3": [
        (sp.Rational(1, 6), sp.Rational(1, 24), sp.Rational(5, 6)),
        (1 / 6, 1 / 24, 20 / 24),
        (0.1667, Decimal("0.04167"), Fraction(20, 24)),
    ],
    "4.4": [
        sp.Rational(9995, 10000) ** 500,
        0.9995**500,
        sp.exp(500 * sp.log(sp.Rational(1999, 2000))),
        lambda: 0.9995**500,
        0.77875,
    ],
    "4.5": [-8, -10.5, sp.Integer(-20), -sp.pi**2],
    "4.6": ["c", "C", " c "],
}  # fmt: skip

ALMOST = (1 + sp.Rational(1, 10**9), sp.Float("1.000000001"), 1 + sp.Rational(1, 10**25))
