"""Right answers to every exercise, typed by hand in at least three forms:
an independent witness of what the library derives."""

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
from analysis.symbolic.notation import a, a_, b, b_, cost, cost_prime, h, sigma, sigma_prime, w, w_, z, z_

s1, s2, s3, s4, s5 = (sigma_prime(z_(j)) for j in range(1, 6))
into = cost_prime(a_(5))
into_3 = cost_prime(a_(3))
plain_z = sp.Symbol("z")  # without the assumption that it is real
q, n = sp.symbols("q n", positive=True)
gain, mean, offset = sp.symbols("gamma mu beta", real=True)
var, eps, c11 = (
    sp.Symbol("v", positive=True),
    sp.Symbol("epsilon", positive=True),
    sp.Symbol("c", nonnegative=True),
)
r11, q11, eta11, alpha11 = sp.symbols("r q eta alpha", positive=True)
s9 = 1 / (1 + sp.exp(-w))
slope_2 = 1 / (4 * sp.cosh(1) ** 2)
k13, c13, f13, g13 = sp.Symbol("k", positive=True), *sp.symbols("c_{t-1} f_t g_t", real=True)
uf13, ug13 = sp.symbols("u_f u_g", real=True)


def tied_nested() -> sp.Expr:
    same = {w_(j): w for j in (1, 2, 3)} | {b_(j): b for j in (1, 2, 3)}
    return sp.diff(cost(nested(3).xreplace(same)), w)


def sigmoid_slope_at_arrays(x: Any) -> Any:
    """Works on arrays only: it assigns to its entries."""
    y = np.zeros(x.shape)
    y[:] = 1.0 / (2.0 + np.exp(x) + np.exp(-x))
    return y


scale12, depth12 = sp.Symbol("s"), sp.Symbol("L", positive=True)


FORMS: dict[str, list[Any]] = {
    "1.1": [
        s3 * w_(4) * s4 * w_(5) * s5 * into,
        sp.diff(cost(nested(5)), b_(3)),
        times(s3, w_(4), s4, w_(5), s5, into),
        sigma(z_(3)).diff(z_(3)) * w_(4) * sigma_prime(w_(4) * a_(3) + b_(4)) * w_(5) * s5
        * cost_prime(sigma(z_(5))),
        lambda *x: x[13] * x[9] * x[14] * x[10] * x[15] * x[16],
        # a_0 … a_5, w_1 … w_5, σ′(z_1) … σ′(z_5), C′(a_5)
    ],
    "1.2": [
        a_(2) * s3 * w_(4) * s4 * w_(5) * s5 * into,
        sp.diff(cost(nested(5)), w_(3)),
        (z_(3) - b_(3)) / w_(3) * s3 * w_(4) * s4 * w_(5) * s5 * into,
        lambda *x: x[2] * x[13] * x[9] * x[14] * x[10] * x[15] * x[16],
    ],
    "1.3": [
        into_3 * s3 * (a_(2) + w * s2 * (a_(1) + w * s1 * a_(0))),
        tied_nested(),
        plus(times(a_(0), s1, w_(2), s2, w_(3), s3, into_3), times(a_(1), s2, w, s3, into_3), times(a_(2), s3,
            into_3)),
        lambda a0, a1, a2, a3, v, bias, p1, p2, p3, c: c * p3 * (a2 + v * p2 * (a1 + v * p1 * a0)),
    ],
    "1.4": [
        1 + w * sigma_prime(w * h + b),
        sp.diff(h + sigma(w * h + b), h),
        1 + w * sigma_prime(z),
        lambda x, v, bias, value, p: 1 + v * p,
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
    "2.4": [(1 + sp.log(3)) / 3, sp.log(3 * sp.E) / 3, 0.6995, sp.Rational(6995, 10000), Fraction(6995,
        10000)],
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
        (1, 2 * sp.asech(1 / sp.sqrt(w)) / w),
        [1.0, lambda v: 2 * math.acosh(math.sqrt(v)) / v],
    ],
    "3.3": [
        sp.log(3 + 2 * sp.sqrt(2)) / 4,
        sp.acosh(3) / 4,
        sp.log(1 + sp.sqrt(2)) / 2,
        0.4407,
    ],
    "3.4": [
        (1 / w_(1), sp.Rational(1, 24)),
        (sp.S.Half / (w_(1) * sp.S.Half), 1 / sp.Integer(24)),
        [lambda v: 1 / v, 0.04167],
    ],
    "3.5": [
        (1, sp.log(49 + 20 * sp.sqrt(6)) / 100),
        (0.1, sp.log(5 + 2 * sp.sqrt(6)) / 50),
        [sp.log(10001) / 100, 0.04585],
        (sp.Rational(1, 10), sp.acosh(5) / 50),
        (0.5, lambda: math.log(49 + 20 * math.sqrt(6)) / 100),
    ],
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
    "5.1": [
        (w * n / 4, 5),
        (0.25 * n * w, sp.Integer(5)),
        [lambda v, m: v * m / 4, 5.0],
    ],
    "5.2": [
        ((sp.log(2) - sp.EulerGamma) / 2, -(sp.log(2) + sp.EulerGamma) / 2),
        (0.05797, -0.6352),
        [sp.log(2) / 2 + sp.digamma(1) / 2, sp.log(2) / 2 + sp.digamma(sp.S.Half) / 2],
    ],
    "5.3": [2 * sp.sqrt(2) * sp.exp(sp.EulerGamma / 2), 3.775, 4 * sp.exp(-(sp.log(2) - sp.EulerGamma) / 2)],
    "5.4": [-64 * sp.EulerGamma, -36.94, 64 * sp.digamma(1)],
    "5.5": [9, 20.0, sp.Integer(100)],
    "6.1": [
        ((1 + a**2) / 2, sp.sqrt(2 / (1 + a**2))),
        (lambda c: 0.5 + c * c / 2, lambda c: math.sqrt(2.0 / (1.0 + c * c))),
        [sp.Rational(1, 2) + a * a / 2, 2 / sp.sqrt(2 + 2 * a**2)],
    ],
    "6.2": [(1, 9), (1.0, Fraction(9)), [sp.Integer(1), sp.sqrt(81)]],
    "6.3": [
        (a - b) * (1 - a**2),
        a - b - a**3 + b * a**2,
        lambda out, target: (out - target) * (1 - out * out),
    ],
    "6.4": [
        sp.erfc(1) / 2 - sp.exp(-1) / sp.sqrt(sp.pi),
        -0.12890,
        (1 - sp.erf(1)) / 2 - 1 / (sp.E * sp.sqrt(sp.pi)),
    ],
    "6.5": [-2, -1.5, sp.Integer(-10), -sp.pi],
    "7.1": [
        sp.sqrt(3 / n),
        sp.sqrt(3) * n ** -sp.S.Half,
        lambda count: math.sqrt(3 / count),
        sp.sqrt(3 * n) / n,
    ],
    "7.2": [(sp.Rational(3, 2), sp.S.Half), (1.5, 0.5), (Fraction(600, 400), Fraction(200, 400))],
    "7.3": [sp.Rational(1, 52), 0.0192308, 2 / (sp.Integer(100) + 4), Fraction(1, 52)],
    "7.4": [sp.sqrt(2 / (1 - sp.exp(-2))), 1.5208747, sp.exp(sp.S.Half) / sp.sqrt(sp.sinh(1))],
    "7.5": [0.5, sp.Rational(1, 9), 0.999],
    "7.6": [15, 15.0, sp.Integer(15), Fraction(30, 2)],
    "8.1": [
        (sp.S.Half + sp.sqrt(3) / 6, sp.sqrt(3) / 36),
        (0.788675, 0.0481125),
        ((3 + sp.sqrt(3)) / 6, lambda: 1 / (12 * math.sqrt(3))),
    ],
    "8.2": [sp.Rational(32, 27), 1.1852, Fraction(32, 27), 8 * sp.Rational(4, 27)],
    "8.3": [sp.sqrt(2), 1.4142, 2 * sp.cos(sp.pi / 4), math.sqrt(2)],
    "8.4": [
        sp.sqrt((sp.Symbol("m") - 2) / 2),
        sp.exp(sp.log((sp.Symbol("m", positive=True) - 2) / 2) / 2),
        lambda count: math.sqrt(count / 2 - 1),
    ],
    "8.5": [-8, -20.0, sp.log(sp.Rational(1, 5000)), Fraction(-15, 2)],
    "9.1": [
        (1 + sp.exp(w)) / (3 + sp.exp(w)),
        1 - 2 / (3 + sp.exp(w)),
        1 / (3 - 2 / (1 + sp.exp(-w))),
        lambda w: 1 - 2 / (3 + math.exp(w)),
    ],
    "9.2": [
        sp.diff(sp.log((1 + sp.exp(w)) / (3 + sp.exp(w))), w),
        2 * sp.exp(w) / ((1 + sp.exp(w)) * (3 + sp.exp(w))),
        lambda w: 2 / (1 + math.exp(-w)) / (3 + math.exp(w)),
    ],
    "9.3": [
        s9 * (1 - s9**2 - (1 - s9) / 2),
        s9 * (1 - s9) * (s9 + sp.S.Half),
        lambda w: (lambda s: s * (1 - s) * (s + 0.5))(1 / (1 + math.exp(-w))),
    ],
    "9.4": [(2**30, 2**20, 2**10), (1073741824, 1048576, 1024), (sp.Integer(4) ** 15, sp.Integer(2) ** 20,
        np.int64(1024))],
    "9.5": [sp.Rational(3, 2), 2.0, 5, sp.log(5)],
    "10.1": [(sp.Rational(24, 13), 2 * sp.sqrt(3)), (24 / 13, math.sqrt(12)), (Fraction(24, 13),
        sp.sqrt(12))],
    "10.2": [(3, 1), (3.0, 1.0), (Fraction(6, 2), sp.Integer(1))],
    "10.3": [
        sp.log(sp.Rational(1, 2)) / sp.log(1 - sp.Symbol("eta") * sp.Symbol("alpha")),
        lambda eta, alpha: math.log(2) / -math.log(1 - eta * alpha),
        sp.log(2) / -sp.log(1 - sp.Symbol("alpha") * sp.Symbol("eta")),
    ],
    "10.4": [
        -sp.Symbol("k") * sp.Symbol("alpha") / (sp.Symbol("k") + sp.Symbol("alpha")),
        lambda k, alpha: k * (k / (k + alpha) - 1),
        sp.Symbol("k") ** 2 / (sp.Symbol("k") + sp.Symbol("alpha")) - sp.Symbol("k"),
    ],
    "10.5": [10, 8.0, sp.Integer(100)],
    "10.6": [1 / sp.root(4096 * sp.sqrt(2), 3), 0.0556810, sp.root(2, 6) ** -1 / 16],
    "11.1": [
        (gain * w / sp.sqrt(var + eps), gain * (b - mean) / sp.sqrt(var + eps) + offset),
        (w * gain * (var + eps) ** sp.Rational(-1, 2),
            (gain * b - gain * mean + offset * sp.sqrt(var + eps)) / sp.sqrt(var + eps)),
        (
            lambda w, b, mu, v, e, c, d: c * w / math.sqrt(v + e),
            lambda w, b, mu, v, e, c, d: d + c * (b - mu) / (v + e) ** 0.5,
        ),
    ],
    "11.2": [sp.sqrt(6) / 12, 0.20412, sp.sqrt(sp.Rational(1, 24)), math.sqrt(1.5) / 6],
    "11.3": [
        (sp.sqrt(r11**2 + eta11**2 * q11**2), alpha11**2 * eta11),
        ((r11**2 + (eta11 * q11) ** 2) ** sp.S.Half, eta11 * alpha11 * alpha11),
        (lambda r, q, e: math.hypot(r, e * q), lambda a, e: a * a * e),
    ],
    "11.4": [
        (2, sp.pi * (1 + c11**2) / (sp.pi * (1 + c11**2) - (1 - c11) ** 2)),
        (sp.Integer(2), (1 + c11**2) / 2 / ((1 + c11**2) / 2 - (1 - c11) ** 2 / (2 * sp.pi))),
        (2.0, lambda c: (1 + c * c) / (1 + c * c - (1 - c) ** 2 / math.pi)),
    ],
    "11.5": [sp.Rational(1, 10), 0.05, Fraction(1, 8), 1 / sp.pi**2],
    "11.6": ["c", "C", " c "],
    "12.1": [
        1 + scale12 * w * sp.sech(w * h + b) ** 2,
        sp.diff(h + scale12 * sp.tanh(w * h + b), h),
        1 + scale12 * w * (1 - sp.tanh(b + h * w) ** 2),
        lambda w, h, b, s: 1 + s * w / math.cosh(w * h + b) ** 2,
    ],
    "12.2": [(120, 2), (sp.binomial(10, 3), sp.Integer(2)), (120.0, 2.0), (Fraction(720, 6), sp.Rational(10,
        5))],
    "12.3": [
        sp.sqrt(2 ** (1 / depth12) - 1),
        sp.sqrt(sp.exp(sp.log(2) / depth12) - 1),
        lambda L: math.sqrt(math.expm1(math.log(2.0) / L)),
    ],
    "12.4": [sp.log(1000) / sp.log(sp.Rational(10, 9)), 65.563, -3 * sp.log(10) / sp.log(sp.Rational(9, 10)),
        np.log(1e-3) / np.log(0.9)],
    "12.5": [-4, -4.01, sp.Rational(-399, 100), Fraction(-4)],
    "12.6": [sp.sqrt(5 / sp.pi), 1.26157, sp.sqrt(10) / sp.sqrt(2 * sp.pi), lambda: math.sqrt(5 / math.pi)],
    "13.1": [
        -sp.log(2 ** (1 / k13) - 1),
        sp.log(1 / (2 ** (1 / k13) - 1)),
        -sp.log(sp.exp(sp.log(2) / k13) - 1),
        lambda steps: -math.log(2 ** (1 / steps) - 1),
        lambda steps: math.log(0.5 ** (1 / steps) / (1 - 0.5 ** (1 / steps))),
    ],
    "13.2": [
        f13 + (c13 - g13) * f13 * (1 - f13) * uf13 + (1 - f13) * (1 - g13**2) * ug13,
        f13 * (1 + (1 - f13) * uf13 * (c13 - g13)) - ug13 * (1 - f13) * (g13 - 1) * (g13 + 1),
        lambda c, f, g, uf, ug: f + (c - g) * f * (1 - f) * uf + (1 - f) * (1 - g * g) * ug,
    ],
    "13.3": [sp.log(8 * sp.sqrt(3) - 1), 2.55384, -sp.log(1 / (1 - 1 / (8 * sp.sqrt(3))) - 1),
        math.log(math.sqrt(192) - 1)],
    "13.4": [sp.Rational(1, 24), 0.0416667, Fraction(2, 48), 2 * sp.Rational(1, 3) / 16],
    "13.5": [2, 1.08, -7, sp.pi],
    "13.6": ["b", "B", " b "],
    "14.1": [sp.Rational(1, 12), 0.0833333, Fraction(1, 12), 1 / math.sqrt(144), Decimal("0.08333333333333")],
    "14.2": [19, sp.Integer(19), sp.ceiling(48 * sp.log(2) / sp.log(6)), 19.0],
    "14.3": [3, sp.sqrt(5), 2.2361, Fraction(9, 4)],
    "14.4": [6, 6.0, sp.Integer(6), Fraction(12, 2)],
    "14.5": ["c", "C", " c "],
}  # fmt: skip

ALMOST = (1 + sp.Rational(1, 10**9), sp.Float("1.000000001"), 1 + sp.Rational(1, 10**25))
