"""How long a cell remembers at initialisation: theory against simulation."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import sympy as sp

from analysis.chapters.gates.cell_at_rest import squared_gain
from analysis.chapters.gates.memory_horizon import (
    MemoryCurves,
    first_below,
    fluctuating_gate,
    half_life_at_rest,
    log_gain,
    memory_curves,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.laws import expectation_over, normal
from analysis.claims.meaning import numbers
from analysis.claims.world import Estimate, Given, Undefined, World, ball
from analysis.symbolic.display import expectation
from analysis.symbolic.gates import half_life, sigmoid

_life, _lam = sp.symbols(r"T_{1/2} \lambda", real=True)
_x = sp.Symbol("x", real=True)
_STEPS, _WIDE, _UNITS, _NETS = 10, 96, 24, 60
_LSTM_ALLOWED, _VANILLA_ALLOWED = 0.01, 0.05
"""What finite width is allowed in the logarithm of a gain."""
_gain = sp.Symbol(f"G_{_STEPS}", positive=True)
BIAS = sp.S.One
FLUCTUATION = sp.Integer(2)


class halving(sp.Function):  # type: ignore[misc]
    """The k at which the root of Σ_j C(k, j)² f^{2(k−j)} v^j, as a function of (f, v), has fallen to 1/2."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        f, v = (printer._print(x) for x in self.args)
        return (
            rf"k:\ \sum_{{j=0}}^{{k}} {{\binom{{k}}{{j}}}}^2 \left({f}\right)^{{2(k-j)}} \left({v}\right)^j "
            rf"= \frac{{1}}{{4}}"
        )

    def _sympystr(self, printer: Any) -> str:
        f, v = (printer._print(x) for x in self.args)
        return f"k where the sum of C(k,j)**2 ({f})**(2(k-j)) ({v})**j is 1/4"


def _halving(e: sp.Basic, world: World) -> float:
    """The k of ``halving``: the sums for whole k, between two of which the logarithm is taken as linear."""
    f, v = (float(ball(x).mid()) for x in numbers(e.args, world))
    if f < 0 or v < 0 or f + v == 0:
        raise Undefined("f and v must not be negative, nor both 0")
    found = first_below(log_gain(f, v, 200), -math.log(2.0))
    if math.isnan(found):
        raise Undefined("the sum does not fall to 1/4 in 200 steps")
    return found


@cache
def _curves(kind: str, units: int, cut: bool) -> MemoryCurves:
    bias = float(BIAS) if kind == "lstm" else 0.0
    return memory_curves(kind, forget_bias=bias, steps=40, units=units, nets=_NETS, cut=cut)


def _life_measured(cut: bool) -> Estimate:
    return Estimate(*_curves("lstm", _UNITS, cut).half_life())


def _typical_gain(kind: str, allowed: float) -> Given:
    """G: e to the mean over the networks of the log-gain over ten steps; finite width is ``allowed`` so
    much of the logarithm."""

    def measure(world: World) -> Estimate:
        logs = _curves(kind, _WIDE, False).logs[:, _STEPS]
        typical = math.exp(float(logs.mean()))
        return Estimate(typical, typical * float(logs.std(ddof=1)) / math.sqrt(len(logs)), typical * allowed)

    return Given(measure)


@cache
def _fluctuating() -> Estimate:
    rates = fluctuating_gate(float(BIAS), float(FLUCTUATION)).rates
    return Estimate(float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(len(rates))))


_how = (
    f"LSTM, {_UNITS} units, weights uniform on ±1/√n, b_f = 1, inputs N(0, 1), {_NETS} networks after 50 "
    "steps of warming up"
)
_v = sp.Rational(1, 48)
_log_sigma = -sp.log(1 + sp.exp(-BIAS - FLUCTUATION * _x))

CLAIMS = (
    Claim(
        label="lstm-half-life-cut",
        sentence="The part of ∂c_{s+k}/∂c_s that stays in c has the half-life of the forget bias.",
        statement=sp.Eq(_life, half_life(BIAS), evaluate=False),
        check=None,
        scope=_how + "; root mean square over the units; the ways through h left out",
        false_sibling=sp.Eq(_life, half_life(sp.S.Zero), evaluate=False),
        domain=domain(means={_life: Given(lambda world: _life_measured(True))}),
    ),
    Claim(
        label="lstm-half-life-all-ways",
        sentence="The whole derivative lasts longer: "
        f"{half_life_at_rest('lstm', forget_bias=float(BIAS)):.1f} steps in place of "
        f"{float(half_life(BIAS)):.1f}.",
        statement=sp.Eq(_life, halving(sigmoid(BIAS), _v), evaluate=False),
        check=None,
        scope=_how + "; theory at rest and for many units; between whole k the logarithm is taken as linear",
        false_sibling=sp.Eq(_life, half_life(BIAS), evaluate=False),
        domain=domain(means={_life: Given(lambda world: _life_measured(False)), halving: _halving}),
    ),
    Claim(
        label="lstm-gain-ten-steps",
        sentence="Over ten steps the derivative is the binomial sum, three times what the forget gate "
        "alone leaves.",
        statement=sp.Eq(sp.log(_gain), sp.log(squared_gain(_STEPS, sigmoid(BIAS), _v)) / 2, evaluate=False),
        check=None,
        scope=f"LSTM, {_WIDE} units, b_f = 1; theory at rest, f = σ(1) and v = 1/48; finite width is "
        f"allowed {_LSTM_ALLOWED}",
        false_sibling=sp.Eq(sp.log(_gain), _STEPS * sp.log(sigmoid(BIAS)), evaluate=False),
        domain=domain(means={_gain: _typical_gain("lstm", _LSTM_ALLOWED)}),
    ),
    Claim(
        label="vanilla-log-gain",
        sentence="Beside it the vanilla cell loses log √3 a step.",
        statement=sp.Eq(sp.log(_gain), _STEPS * sp.log(sp.Rational(1, 3)) / 2, evaluate=False),
        check=None,
        scope=f"vanilla cell, {_WIDE} units, weights uniform on ±1/√n, inputs N(0, 1), {_NETS} networks; "
        f"theory at rest; finite width is allowed {_VANILLA_ALLOWED}",
        false_sibling=sp.Eq(sp.log(_gain), _STEPS * sp.log(sp.Rational(1, 2)) / 2, evaluate=False),
        domain=domain(means={_gain: _typical_gain("rnn", _VANILLA_ALLOWED)}),
    ),
    Claim(
        label="fluctuating-gate-rate",
        sentence="A gate whose input fluctuates forgets at the mean of log σ, faster than at log σ of the "
        "mean.",
        statement=sp.Eq(_lam, expectation(_log_sigma), evaluate=False),
        check=None,
        scope="f = σ(1 + 2x), x ~ N(0, 1) anew at every step; 2,000 sequences of 200 steps; ways through h "
        "left out",
        false_sibling=sp.Eq(_lam, sp.log(sigmoid(BIAS)), evaluate=False),
        domain=domain(
            means={_lam: Given(lambda world: _fluctuating()), expectation: expectation_over({_x: normal()})}
        ),
    ),
)
