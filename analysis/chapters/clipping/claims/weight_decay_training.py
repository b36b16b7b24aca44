"""What decay does to the log-gain and in training; what it does not do at the start."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.clipping.claims.clipped_training import ALL, measure, measured
from analysis.chapters.clipping.claims.meaning_log_gain import log_gain
from analysis.chapters.clipping.decay import alpha, eta
from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.runs import of_runs
from analysis.claims.world import Given

_STEPS = 500
_lam = sp.Symbol("lambda", real=True)
_start = -(sp.EulerGamma + sp.log(2)) / 2 - sp.log(4)


_how = "digits, six seeds, five layers with He's weights, 20 epochs, rate 0.03, momentum 0.9; "

CLAIMS = of_runs(
    (
    Claim(
        label="decay-lowers-log-gain",
        sentence="Five hundred steps of decay lower the log-gain of every layer by 500 |log(1 − ηα)|.",
        statement=sp.Eq(_lam, _start + _STEPS * sp.log(1 - eta * alpha), evaluate=False),
        check=None,
        domain=domain(
            means={
                eta: sp.Rational(1, 10),
                alpha: sp.Rational(1, 100),
                _lam: Given(lambda world: log_gain(_STEPS)),
            }
        ),
        scope=
            "sigmoid chains, w ~ N(0, 1) at the start, no data gradient, η = 0.1, α = 0.01, biases that keep "
            "z = 0; 2,000 chains of 20 layers",
        false_sibling=sp.Eq(_lam, _start + _STEPS * sp.log(1 - 2 * eta * alpha), evaluate=False),
    ),
    Claim(
        label="decay-same-start",
        sentence="With L2 or without, the network starts with the same learning speeds, to the last digit.",
        statement=sp.Eq(measure("G", "steady-l2"), measure("G", "steady"), evaluate=False),
        check=None,
        scope=_how + "G is the mean over the seeds of ‖∂C/∂b‖ of the first layer on the first minibatch",
        false_sibling=sp.Eq(measure("G", "large"), measure("G", "steady"), evaluate=False),
    ),
    Claim(
        label="decay-shrinks-weights",
        sentence="After training with L2 the norm of the weights is more than 40 % below that without.",
        statement=sp.Lt(measure("W", "steady-l2"), sp.Rational(6, 10) * measure("W", "steady"),
            evaluate=False),
        check=None,
        scope=_how + "α = 0.01; W is the mean norm of all weights at the end",
        false_sibling=sp.Lt(measure("W", "steady-decoupled"), sp.Rational(3, 10) * measure("W", "steady"),
            evaluate=False),
    ),
    Claim(
        label="decay-data-gradient-grows",
        sentence="And yet at the end the gradient of the data is larger with L2 than without.",
        statement=sp.Gt(measure("S", "steady-l2"), 2 * measure("S", "steady"), evaluate=False),
        check=None,
        scope=_how +
            "α = 0.01; S is the mean norm of the data gradient of a minibatch in the last epoch: the penalty "
            "holds the fit back",
        false_sibling=sp.Lt(measure("S", "steady-l2"), measure("S", "steady"), evaluate=False),
    ),
    Claim(
        label="decay-does-not-stop-explosion",
        sentence=
            "L2 does not save a network that explodes: with it as many diverge as without.",
        statement=sp.Eq(measure("D", "large-l2"), measure("D", "large"), evaluate=False),
        check=None,
        scope=
            f"digits, ten layers, weights 1.5 times He's, α = 0.01; D is the number of the {ALL} "
            "networks (seven rates, six seeds) that diverge",
        false_sibling=sp.Eq(measure("D", "large-norm-10"), measure("D", "large"), evaluate=False),
    ),
    ),
    measured,
)  # fmt: skip
