"""How fast does the gradient of a deep batch-normalised network grow at initialisation? An exact
rate for every batch size."""

from __future__ import annotations

import sympy as sp

from analysis.chapters.normalisation.claims.meaning_rates import (
    BLOCKS,
    INVERSE,
    NORMAL,
    RATE,
    R,
    Z,
    growth,
    v,
    variance,
)
from analysis.chapters.residual.claims.gradient_angles import WEDGE
from analysis.claims.claim import Claim
from analysis.claims.domain import ACTIVATION, Range, activations, domain, integers, reals, smooth
from analysis.claims.lines import Line, Proof, proof
from analysis.claims.rules import Instance, Lemma, Rewritten, cited
from analysis.claims.theorems import PLACE
from analysis.symbolic.angles import both_active, both_linear, kappa_0, kappa_1, theta
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.normalisation import m
from analysis.symbolic.normalisation_rates import angle, block
from analysis.symbolic.notation import sigma, sigma_prime, z

_n = sp.Symbol("n", integer=True, positive=True)
"""How many examples above three a batch has."""
_PAIRS = (sp.Eq(both_active, kappa_0, evaluate=False), sp.Eq(both_linear, kappa_1, evaluate=False))


def _rate_is(value: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Limit(R(m), m, sp.oo), value, evaluate=False)


def _at_least(c: sp.Expr) -> sp.Basic:
    return sp.Ge(expectation(sigma_prime(Z) ** 2), c * variance(sigma(Z)), evaluate=False)


def _power_is(value: sp.Expr) -> sp.Eq:
    return sp.Eq(sp.Limit(block * (growth(block) - 1), block, sp.oo), value, evaluate=False)


def _inverse_is(value: sp.Expr) -> sp.Eq:
    return sp.Eq(expectation(1 / v), value, evaluate=False)


def _rate_by_angle(mean_inverse: sp.Expr) -> sp.Eq:
    share = (m - 2 + kappa_0 + kappa_1) / (m * (1 - kappa_1))
    return sp.Eq(R(m), mean_inverse * share, evaluate=False)


LARGE = sp.pi / (sp.pi - 1)
_SIZES = (m, integers(4, 40))
_made_up = smooth(count=3, name="σ")
_ANY_ACTIVATION = (
    ACTIVATION,
    Range("any activation, of the catalogue or made up", _made_up.draw, activations().hard),
)
_INITIAL = (
    "fully connected, W ~ N(0, 1/n), width n → ∞, many layers from both ends, all examples of a batch alike, "
    "ε = 0, γ = 1, β = 0"
)


def _inverse_variance() -> Proof:
    """The integral of a power and an exponential, by the definition of Γ; it converges for 4 examples and
    more."""
    of_v = INVERSE[expectation].of(1 / v).xreplace({m: _n + 3})
    return proof(
        Line(sp.Eq(of_v, (_n + 3) / _n, evaluate=False), over=((_n, integers(1, 37)),)),
        Line(_inverse_is(m / (m - 3)), Instance((1,), {_n: m - 3})),
    )


def _by_three_means() -> Proof:
    """R(m) from E[1/v] and the means over two examples."""
    any_angle = ((theta, reals(largest=4)),)
    return proof(
        *(Line(x, over=any_angle) for x in _PAIRS),
        *(Line(x, Instance((k,), {theta: angle})) for k, x in enumerate(_PAIRS, 1)),
        Line(_inverse_is(m / (m - 3)), Lemma("batch-norm-inverse-variance")),
        Line(_rate_by_angle(m / (m - 3)), Rewritten((3, 4, 5))),
    )


def _rate_at(size: sp.Expr) -> sp.Expr:
    """What R(m) is, without the letter θ."""
    return _rate_by_angle(m / (m - 3)).rhs.xreplace({theta: angle}).xreplace({m: size})


def _in_large_batches() -> Proof:
    """The limit of what R(m) is from batches of four on."""
    sizes = _SIZES[1]
    return proof(
        Line(sp.Eq(R(m), _rate_at(m), evaluate=False), Lemma("batch-norm-relu-rate"), (_SIZES,)),
        Line(sp.Eq(R(PLACE), _rate_at(PLACE), evaluate=False), Instance((1,), {m: PLACE}), ((PLACE, sizes),)),
        sp.Eq(sp.Limit(_rate_at(PLACE), PLACE, sp.oo), LARGE, evaluate=False),
        Line(
            _rate_is(LARGE),
            cited("equal-sequences", (2, 3), sp.Lambda(m, R(m)), sp.Lambda(m, _rate_at(m)), LARGE),
        ),
    )


def _by_poincare() -> Proof:
    function, slope = (sp.Lambda(z, of(z)) for of in (sigma, sigma_prime))
    return proof(Line(_at_least(sp.S.One), cited("poincare", (), function, slope)))


def _by_half_lines() -> Proof:
    """Means over the half line on which ReLU is active, then a limit of a quotient."""
    half = [sp.Integral(z**k * density(z), (z, 0, sp.oo)) for k in range(3)]
    means = (sp.S.Half, 1 / sp.sqrt(2 * sp.pi), sp.S.Half)
    return proof(
        *(sp.Eq(one, mean, evaluate=False) for one, mean in zip(half, means, strict=True)),
        Line(_power_is(LARGE), Rewritten((1, 2, 3))),
    )


CLAIMS = (
    Claim(
        label="batch-norm-inverse-variance",
        sentence="The mean of one over the batch variance is m/(m − 3): infinite for batches of three or "
        "fewer.",
        statement=_inverse_is(m / (m - 3)),
        check=_inverse_variance(),
        scope="m independent standard normal numbers, v their variance around their own mean",
        false_sibling=_inverse_is(m / (m - 1)),
        domain=domain(_SIZES, means=INVERSE),
    ),
    Claim(
        label="batch-norm-relu-rate",
        sentence="In batches of m the squared gradient norm of a ReLU network grows by R(m) a layer; two "
        "examples stand at an angle θ with cos θ = −1/(m − 1).",
        statement=_rate_by_angle(m / (m - 3)),
        check=_by_three_means(),
        scope=f"ReLU; {_INITIAL}; cos θ = −1/(m − 1); the near miss takes ⟨1/v⟩ for 1",
        false_sibling=_rate_by_angle(sp.S.One),
        domain=domain(_SIZES, means={theta: angle, **RATE, **INVERSE, sp.Integral: WEDGE}),
    ),
    Claim(
        label="batch-norm-relu-large-batch",
        sentence=f"In large batches the squared gradient norm of a ReLU network grows by π/(π − 1) = "
        f"{float(LARGE):.3f} a layer, the norm by {float(sp.sqrt(LARGE)):.3f}.",
        statement=_rate_is(LARGE),
        check=_in_large_batches(),
        scope=f"ReLU; {_INITIAL}; R(m) is the growth of the squared norm in a batch of m",
        false_sibling=_rate_is(sp.sqrt(LARGE)),
        domain=domain(means=RATE),
    ),
    Claim(
        label="batch-norm-always-explodes",
        sentence="In large batches, and where all examples fare alike, the rate is 1 or more for every "
        "activation.",
        statement=_at_least(sp.S.One),
        check=_by_poincare(),
        scope=f"Z ~ N(0, 1), σ(Z) and σ′(Z) with finite second moments (Poincaré's inequality); R = "
        f"E[σ′²]/Var σ; {_INITIAL}",
        false_sibling=_at_least(sp.Integer(2)),
        domain=domain(_ANY_ACTIVATION, means=NORMAL),
    ),
    Claim(
        label="batch-norm-residual-power",
        sentence="With residual paths the growth is a power of the depth: for large l block l multiplies by "
        "about 1 + c/l with c = π/(π − 1).",
        statement=_power_is(LARGE),
        check=_by_half_lines(),
        scope="x^(l+1) = x^l + W ReLU(BN(x^l)), Var W = 2/n, width n → ∞, normal inputs, large batches; r_l "
        "for the squared norm",
        false_sibling=_power_is(sp.S.One),
        domain=domain(means=BLOCKS),
    ),
)
