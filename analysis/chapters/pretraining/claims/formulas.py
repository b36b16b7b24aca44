"""What a restricted Boltzmann machine gives a network, and what contrastive divergence is not: exact on the
2×2 machine."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import sympy as sp

from analysis.chapters.pretraining.claims.meaning_states import ANY_IMAGE, ANY_MACHINE, MEANS
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
    vanishes,
)
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, nonzero, reals
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import plus, times
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b as bias
from analysis.symbolic.notation import h, w

_X1 = field(v, 0)
_READABLE = 80


def by_enumeration(statement: sp.Basic) -> Outcome:
    """An equation at each of the four visible states, all sums carried out, decided as a rational function
    of e^{parameters}."""
    for values in product((0, 1), repeat=len(v)):
        at: Mapping[sp.Basic, sp.Expr] = dict(zip(v, map(sp.Integer, values), strict=True))
        left, right = (side.xreplace(at).doit() for side in statement.args)
        if not vanishes(left - right):
            return Unknown(f"differs in form at v = {values}")
    return Proved(
        "algebra",
        (
            Step("each of the four visible states put in, and every sum over states carried out"),
            *_left_side_at_ones(statement),
            Step(
                "with a positive letter for each e^parameter the difference is a quotient of "
                "polynomials; its numerator is 0"
            ),
        ),
    )


def _left_side_at_ones(statement: sp.Basic) -> list[Step]:
    """The left side at v = (1, 1), where it is short enough to be read."""
    left = statement.lhs.xreplace({v[0]: 1, v[1]: 1}).doit()
    return [Step("the left side at v = (1, 1)", left)] if left.count_ops() < _READABLE else []


def by_mixed_slopes(statement: sp.And) -> Outcome:
    """g_a differentiated by b and g_b by a: unequal but where W_11 = 0, by the roots of their difference;
    and those of log p equal."""
    (unequal,), (equal,) = (statement.atoms(relation) for relation in (sp.Ne, sp.Eq))
    difference, other = (
        in_one_letter(relation.lhs.doit() - relation.rhs.doit()) for relation in (unequal, equal)
    )
    if other != 0:
        return Unknown("the mixed slopes of log p differ in form")
    (t,) = difference.free_symbols
    roots = sp.real_roots(sp.Poly(sp.fraction(difference)[0], t))
    if any(root > 0 and root != 1 for root in roots):
        return Unknown(f"the difference has other roots than t = 1: {roots}")
    return Proved(
        "algebra",
        (
            Step("of the update, along W_11 = log t, the left side less the right", difference),
            Step("of its roots one is positive, t = 1, and there W_11 is 0; all of them", sp.Tuple(*roots)),
            Step("of log p, the left side less the right", other),
        ),
    )


def in_one_letter(expr: sp.Expr) -> sp.Expr:
    """The expression at W_11 = log t and all other parameters 0, as a rational function of t."""
    t = sp.Symbol("t", positive=True)
    at = dict.fromkeys(PARAMETERS, sp.S.Zero) | {W[0][0]: sp.log(t)}
    return sp.factor(sp.cancel(sp.together(expr.xreplace(at).doit())))


def by_differentiating(statement: sp.Basic) -> Outcome:
    """The slope in the layer below of the machine's P(h = 1 | v), against a formula, both as functions of z
    = wh + b."""
    found = logistic(w * h + bias).diff(h)
    if sp.simplify((found - statement.rhs).rewrite(sp.exp)) == 0:
        return Proved(
            "calculus",
            (
                Step("P(h = 1 | v) of a machine with one unit below", logistic(w * h + bias)),
                Step("differentiated, it is the factor of the plain layer", plain(SIGMOID).factor),
            ),
        )
    return Unknown("the two sides differ in form")


_SCOPE = "two visible and two hidden binary units"
_ANY = domain(ANY_IMAGE, ANY_MACHINE, means=MEANS)
_W = W[0][0]


def _mixed(relation: type[sp.Eq] | type[sp.Ne]) -> sp.And:
    return sp.And(
        relation(cd_slope(_W, b[0], 1, 0), cd_slope(b[0], _W, 1, 0), evaluate=False),
        sp.Eq(likelihood_curvature(_W, b[0], 1, 0), likelihood_curvature(b[0], _W, 1, 0), evaluate=False),
        evaluate=False,
    )


CLAIMS = (
    Claim(
        label="rbm-free-energy",
        sentence="The hidden units can be summed out one by one, and the free energy is what remains.",
        statement=sp.Eq(summed_weight(*v), sp.exp(-free_energy(v)), evaluate=False),
        check=by_enumeration,
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
        statement=sp.Eq(firing(*v), logistic(_X1), evaluate=False),
        check=by_enumeration,
        scope=_SCOPE,
        false_sibling=sp.Eq(firing(*v), logistic(_X1 + field(v, 1)), evaluate=False),
        domain=_ANY,
    ),
    Claim(
        label="rbm-hidden-units-are-independent",
        sentence="Given the visible units, the hidden units are independent of each other.",
        statement=sp.Eq(firing_together(*v), times(logistic(_X1), logistic(field(v, 1))), evaluate=False),
        check=by_enumeration,
        scope=_SCOPE,
        false_sibling=sp.Eq(firing_together(*v), logistic(_X1 + field(v, 1)), evaluate=False),
        domain=_ANY,
    ),
    Claim(
        label="rbm-free-energy-gradient",
        sentence="The slope of the free energy in a weight is minus what is seen times what the hidden "
        "unit makes of it.",
        statement=sp.Eq(free_energy_slope(_W, *v), times(-v[0], logistic(_X1)), evaluate=False),
        check=by_enumeration,
        scope=_SCOPE,
        false_sibling=sp.Eq(free_energy_slope(_W, *v), times(v[0], logistic(_X1)), evaluate=False),
        domain=_ANY,
    ),
    *(
        Claim(
            label=f"rbm-likelihood-gradient-{name}",
            sentence=f"The gradient of the log-likelihood in a {what} is a positive phase less a negative "
            f"one, the mean under the machine itself.",
            statement=sp.Eq(log_likelihood_slope(p, *v), plus(phase(v, p), -under_model(p)), evaluate=False),
            check=by_enumeration,
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
        statement=sp.Eq(stationary(*v), p_of(*v), evaluate=False),
        check=by_enumeration,
        scope=_SCOPE,
        false_sibling=sp.Eq(uniform_stationary(*v), p_of(*v), evaluate=False),
        domain=_ANY,
    ),
    Claim(
        label="cd-is-no-gradient",
        sentence="The expected CD-1 update is not the gradient of any function: its mixed slopes differ, "
        "where those of the log-likelihood agree.",
        statement=_mixed(sp.Ne),
        check=by_mixed_slopes,
        scope=f"{_SCOPE}, one training image v = (1, 0), all parameters but W_11 zero; g is the "
        f"expected update",
        false_sibling=_mixed(sp.Eq),
        domain=domain(
            (_W, nonzero(largest=40)), means={**MEANS, **dict.fromkeys((p for p in PARAMETERS if p != _W), 0)}
        ),
    ),
    Claim(
        label="pretraining-keeps-the-factor",
        sentence="Unrolled, a machine is a plain sigmoid layer: pretraining changes the numbers in its "
        "factor, not its form.",
        statement=sp.Eq(sp.Derivative(logistic(w * h + bias), h), plain(SIGMOID).factor, evaluate=False),
        check=by_differentiating,
        scope="one unit below, weight w, bias b",
        false_sibling=sp.Eq(
            sp.Derivative(logistic(w * h + bias), h), plain(SIGMOID).factor / w, evaluate=False
        ),
        domain=domain((w, reals(largest=40)), (h, reals(largest=40)), (bias, reals(largest=40))),
    ),
)
