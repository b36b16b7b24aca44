"""The error δ = ∂C/∂z of an output neuron for two costs:
the activation saturates, or it cancels against the cost (row B1 of ``verdicts/table.py``)."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.activations.output_error import CROSS_ENTROPY, SQUARED_ERROR, y
from analysis.chapters.activations.output_error import output as _a
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, reals
from analysis.claims.outcome import Check, Outcome, Proved, Step, Unknown
from analysis.claims.proof import counterexample
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import times
from analysis.symbolic.notation import z


def by_differentiating() -> Check:
    """∂C/∂z as SymPy differentiates it, minus the right side, is the zero fraction in e^{−z} and y."""

    def check(statement: sp.Basic) -> Outcome:
        left, right = (side.doit() for side in statement.args)
        if sp.cancel(sp.together((left - right).subs(z, -sp.log(_x)))) == 0:
            return Proved("algebra", (Step("SymPy differentiates the cost", left),))
        points = [{z: sp.S.Half, y: sp.S.Zero}, {z: sp.S.One, y: sp.S.One}]
        return counterexample(statement, points) or Unknown("differs, but not at the points tried")

    return check


_x = sp.Symbol("x", positive=True)
_slope = SIGMOID.derivative
_both = domain((z, reals(largest=60)), (y, reals()))

CLAIMS = (
    Claim(
        label="squared-error-delta",
        sentence="With the squared error the slope of the sigmoid multiplies the error of the output.",
        statement=sp.Eq(sp.Derivative(SQUARED_ERROR, z), times(_a - y, _slope), evaluate=False),
        check=by_differentiating(),
        scope="one sigmoid output",
        domain=_both,
        false_sibling=sp.Eq(sp.Derivative(SQUARED_ERROR, z), _a - y, evaluate=False),
    ),
    Claim(
        label="cross-entropy-delta",
        sentence="With the cross-entropy the slope cancels: the error is output minus target.",
        statement=sp.Eq(sp.Derivative(CROSS_ENTROPY, z), _a - y, evaluate=False),
        check=by_differentiating(),
        scope="one sigmoid output",
        domain=_both,
        false_sibling=sp.Eq(sp.Derivative(CROSS_ENTROPY, z), times(_a - y, _slope), evaluate=False),
    ),
)
