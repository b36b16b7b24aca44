"""The error δ = ∂C/∂z of an output neuron for two costs:
the activation saturates, or it cancels against the cost (row B1 of ``verdicts/table.py``)."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.activations.output_error import CROSS_ENTROPY, SQUARED_ERROR, y
from analysis.chapters.activations.output_error import output as _a
from analysis.claims.claim import Claim
from analysis.claims.domain import domain, reals
from analysis.claims.lines import decided
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import times
from analysis.symbolic.notation import z

_slope = SIGMOID.derivative
_both = domain((z, reals(largest=60)), (y, reals()))

_SQUARED = sp.Eq(sp.Derivative(SQUARED_ERROR, z), times(_a - y, _slope), evaluate=False)
_CROSSED = sp.Eq(sp.Derivative(CROSS_ENTROPY, z), _a - y, evaluate=False)

CLAIMS = (
    Claim(
        label="squared-error-delta",
        sentence="With the squared error the slope of the sigmoid multiplies the error of the output.",
        statement=_SQUARED,
        check=decided(_SQUARED),
        scope="one sigmoid output",
        domain=_both,
        false_sibling=sp.Eq(sp.Derivative(SQUARED_ERROR, z), _a - y, evaluate=False),
    ),
    Claim(
        label="cross-entropy-delta",
        sentence="With the cross-entropy the slope cancels: the error is output minus target.",
        statement=_CROSSED,
        check=decided(_CROSSED),
        scope="one sigmoid output",
        domain=_both,
        false_sibling=sp.Eq(sp.Derivative(CROSS_ENTROPY, z), times(_a - y, _slope), evaluate=False),
    ),
)
