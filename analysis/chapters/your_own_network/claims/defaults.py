"""What the default of ``nn.Linear`` draws, and what a ReLU behind it does to the gradient."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.your_own_network.defaults import EDGE, KAIMING_EDGE, of_uniform
from analysis.claims.claim import Claim
from analysis.claims.domain import Domain, Range, domain, positive, reals
from analysis.claims.laws import expectation_over, uniform
from analysis.claims.lines import decided
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.notation import z
from analysis.symbolic.variance import HE, n, n_in, s

u = sp.Symbol("u", real=True)
"""Uniform on (−1, 1)."""


def _uniform(edge: sp.Expr, *ranges: tuple[sp.Symbol, Range]) -> Domain:
    """E over u; that of the weights' squares as the integral that it is."""
    square = (edge * u) ** 2
    means = {
        expectation: expectation_over({u: uniform(-1, 1)}),
        expectation(square): sp.Integral(square / 2, (u, -1, 1)),
    }
    return domain((n_in, positive(largest=1e4)), *ranges, means=means)


def _share(edge: sp.Expr) -> sp.Expr:
    """fan_in · Var w of weights uniform on (−edge, edge)."""
    return n_in * expectation((edge * u) ** 2)


_gain = n_in * of_uniform(EDGE) * sp.Integral(density(z), (z, 0, sp.oo))
_step = sp.log(_gain) / 2
_KAIMING = sp.Eq(_share(KAIMING_EDGE), sp.simplify(n * HE), evaluate=False)
_THIRD = sp.Eq(_share(EDGE), HE.subs({s: sp.sqrt(5), n: 1}), evaluate=False)
_LOG_GAIN = sp.Eq(_step, -sp.log(6) / 2, evaluate=False)
LEFT = float(100 * sp.sqrt(_gain.doit()))
"""How much of the norm a layer leaves, in per cent."""

CLAIMS = (
    Claim(
        label="kaiming-uniform-variance",
        sentence="kaiming_uniform_ with the slope s draws weights with fan_in · Var w = 2/(1 + s²).",
        statement=_KAIMING,
        check=decided(_KAIMING),
        scope="u uniform on (−1, 1), the weights on ±√3 · gain/√fan_in with gain² = 2/(1 + s²), "
        "n_in = fan_in; s is the argument a",
        false_sibling=sp.Eq(_share(KAIMING_EDGE), 2 / (1 + s) ** 2, evaluate=False),
        domain=_uniform(KAIMING_EDGE, (s, reals(largest=20))),
    ),
    Claim(
        label="nn-linear-draws-a-third",
        sentence="As nn.Linear calls it, with a the root of five, fan_in · Var w is 1/3: a sixth of He's 2.",
        statement=_THIRD,
        check=decided(_THIRD),
        scope="u uniform on (−1, 1), the weights on ±1/√fan_in, n_in = fan_in: k² times the "
        "channels for a k × k convolution",
        false_sibling=sp.Eq(_share(EDGE), HE.subs({s: 0, n: 1}), evaluate=False),
        domain=_uniform(EDGE),
    ),
    Claim(
        label="nn-linear-relu-log-gain",
        sentence=f"A default nn.Linear with ReLU adds −½ log 6 to the logarithm of the gradient's norm: "
        f"{LEFT:.0f} % of it are left.",
        statement=_LOG_GAIN,
        check=decided(_LOG_GAIN),
        scope="½ log χ with χ = σ_w² E[σ′(z)²], a wide square layer; the same for every size of z",
        false_sibling=sp.Eq(_step, -sp.log(3) / 2, evaluate=False),
        domain=domain(),
    ),
)
