"""What a restricted Boltzmann machine gives a network, and what contrastive divergence is not: exact on the
2×2 machine."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.pretraining.claims.meaning_states import ANY_IMAGE, ANY_MACHINE, MEANS, WRITTEN_OUT
from analysis.chapters.pretraining.formulas import (
    PARAMETERS,
    W,
    after_a_step,
    b,
    c,
    cd_slope,
    field,
    firing,
    firing_together,
    free_energy,
    free_energy_slope,
    likelihood_curvature,
    log_likelihood_slope,
    logistic,
    p_of,
    phase,
    stationary,
    summed_weight,
    under_model,
    uniform_stationary,
    v,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, nonzero, reals
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.rules import Logic, Rewritten
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import plus, times
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b as bias
from analysis.symbolic.notation import h, w

_X1 = field(v, 0)


_SCOPE = "two visible and two hidden binary units"
_ANY = domain(ANY_IMAGE, ANY_MACHINE, means={**MEANS, **WRITTEN_OUT})
_W = W[0][0]


def _mixed(relation: type[sp.Eq] | type[sp.Ne]) -> sp.And:
    return sp.And(
        relation(cd_slope(_W, b[0], 1, 0), cd_slope(b[0], _W, 1, 0), evaluate=False),
        sp.Eq(likelihood_curvature(_W, b[0], 1, 0), likelihood_curvature(b[0], _W, 1, 0), evaluate=False),
        evaluate=False,
    )


def _phases(p: sp.Symbol) -> sp.Eq:
    return sp.Eq(log_likelihood_slope(p, *v), plus(phase(v, p), -under_model(p)), evaluate=False)


def _in_closed_form(claim: sp.And) -> Proof:
    """The mixed slopes of the update as quotients in e^W_11, which differ by a multiple of e^W_11 − 1."""
    unequal, equal = (next(iter(claim.atoms(kind))) for kind in (sp.Ne, sp.Eq))
    x = sp.exp(_W)
    by_bias = -x * (5 * x**2 + 2 * x + 1) / (4 * (x + 1) ** 4)
    by_weight = -x * (3 * x - 1) / (2 * (x + 1) ** 3)
    return proof(
        sp.Eq(cd_slope(_W, b[0], 1, 0), by_bias, evaluate=False),
        sp.Eq(cd_slope(b[0], _W, 1, 0), by_weight, evaluate=False),
        Line(unequal, Rewritten((1, 2))),
        equal,
        Line(claim, Logic((3, 4))),
    )


_FREE = sp.Eq(summed_weight(*v), sp.exp(-free_energy(v)), evaluate=False)
_SIGMOID = sp.Eq(firing(*v), logistic(_X1), evaluate=False)
_INDEPENDENT = sp.Eq(firing_together(*v), times(logistic(_X1), logistic(field(v, 1))), evaluate=False)
_FREE_SLOPE = sp.Eq(free_energy_slope(_W, *v), times(-v[0], logistic(_X1)), evaluate=False)
_KEPT = sp.Eq(stationary(*v), p_of(*v), evaluate=False)
_NO_GRADIENT = _mixed(sp.Ne)
_FACTOR = sp.Eq(sp.Derivative(logistic(w * h + bias), h), plain(SIGMOID).factor, evaluate=False)

CLAIMS = (
    Claim(
        label="rbm-free-energy",
        sentence="The hidden units can be summed out one by one, and the free energy is what remains.",
        statement=_FREE,
        check=decided(_FREE),
        scope=_SCOPE,
        false_sibling=sp.Eq(
            summed_weight(*v),
            sp.exp(b[0] * v[0] + b[1] * v[1]) * (1 + sp.exp(field(v, 0) + field(v, 1))),
            evaluate=False,
        ),
        domain=_ANY,
    ),
    Claim(
        label="rbm-hidden-unit-is-a-sigmoid",
        sentence="Given the visible units, a hidden unit is on with the probability that a sigmoid neuron "
        "puts out.",
        statement=_SIGMOID,
        check=decided(_SIGMOID),
        scope=_SCOPE,
        false_sibling=sp.Eq(firing(*v), logistic(_X1 + field(v, 1)), evaluate=False),
        domain=_ANY,
    ),
    Claim(
        label="rbm-hidden-units-are-independent",
        sentence="Given the visible units, the hidden units are independent of each other.",
        statement=_INDEPENDENT,
        check=decided(_INDEPENDENT),
        scope=_SCOPE,
        false_sibling=sp.Eq(firing_together(*v), logistic(_X1 + field(v, 1)), evaluate=False),
        domain=_ANY,
    ),
    Claim(
        label="rbm-free-energy-gradient",
        sentence="The slope of the free energy in a weight is minus what is seen times what the hidden "
        "unit makes of it.",
        statement=_FREE_SLOPE,
        check=decided(_FREE_SLOPE),
        scope=_SCOPE,
        false_sibling=sp.Eq(free_energy_slope(_W, *v), times(v[0], logistic(_X1)), evaluate=False),
        domain=_ANY,
    ),
    *(
        Claim(
            label=f"rbm-likelihood-gradient-{name}",
            sentence=f"The gradient of the log-likelihood in a {what} is a positive phase less a negative "
            f"one, the mean under the machine itself.",
            statement=_phases(p),
            check=decided(_phases(p)),
            scope=_SCOPE,
            false_sibling=sp.Eq(
                log_likelihood_slope(p, *v), plus(phase(v, p), -after_a_step(p, *v)), evaluate=False
            ),
            domain=_ANY,
        )
        for name, what, p in (
            ("weight", "weight", _W),
            ("visible", "visible bias", b[0]),
            ("hidden", "hidden bias", c[0]),
        )
    ),
    Claim(
        label="rbm-gibbs-keeps-the-model",
        sentence="A step of Gibbs sampling leaves the machine's own distribution as it is.",
        statement=_KEPT,
        check=decided(_KEPT),
        scope=_SCOPE,
        false_sibling=sp.Eq(uniform_stationary(*v), p_of(*v), evaluate=False),
        domain=_ANY,
    ),
    Claim(
        label="cd-is-no-gradient",
        sentence="The expected CD-1 update is not the gradient of any function: its mixed slopes differ, "
        "where those of the log-likelihood agree.",
        statement=_NO_GRADIENT,
        check=_in_closed_form(_NO_GRADIENT),
        scope=f"{_SCOPE}, one training image v = (1, 0), all parameters but W_11 zero; m is the "
        f"expected update",
        false_sibling=_mixed(sp.Eq),
        domain=domain(
            (_W, nonzero(largest=40)),
            means={**MEANS, **WRITTEN_OUT, **dict.fromkeys((p for p in PARAMETERS if p != _W), 0)},
        ),
    ),
    Claim(
        label="pretraining-keeps-the-factor",
        sentence="Unrolled, a machine is a plain sigmoid layer: pretraining changes the numbers in its "
        "factor, not its form.",
        statement=_FACTOR,
        check=decided(_FACTOR),
        scope="one unit below, weight w, bias b",
        false_sibling=sp.Eq(
            sp.Derivative(logistic(w * h + bias), h), plain(SIGMOID).factor / w, evaluate=False
        ),
        domain=domain((w, reals(largest=40)), (h, reals(largest=40)), (bias, reals(largest=40))),
    ),
)
