"""How fast does the gradient of a deep batch-normalised network grow at initialisation? An exact
rate for every batch size."""

from __future__ import annotations

from functools import cache

import sympy as sp

from analysis.chapters.normalisation.claims.meaning_rates import (
    BATCH_VARIANCE,
    BLOCKS,
    NORMAL,
    RATE,
    R,
    Z,
    growth,
    v,
    variance,
)
from analysis.chapters.residual.claims.gradient_angles import CLAIMS as ANGLES
from analysis.claims.claim import Claim
from analysis.claims.domain import ACTIVATION, Range, activations, domain, integers, smooth
from analysis.claims.laws import expectation_over
from analysis.claims.outcome import Outcome, Proved, Step, Unknown
from analysis.symbolic.angles import kappa_0, kappa_1, theta
from analysis.symbolic.display import expectation
from analysis.symbolic.normalisation import m
from analysis.symbolic.normalisation_rates import (
    active_together,
    angle,
    block,
    large_batch_rate,
    mean_product,
    mean_under_normal,
    projected_trace,
    rate,
    relu_rate,
    residual_growth,
)
from analysis.symbolic.notation import sigma, sigma_prime, z


def by_both_routes(statement: sp.Basic) -> Outcome:
    """R at large batches: two integrals, and the limit of the exact rate; both must equal the right side."""
    from analysis.symbolic.catalogue import RELU

    integrals = large_batch_rate(RELU)
    limit = sp.limit(relu_rate, m, sp.oo)
    right = statement.rhs.doit()
    if sp.simplify(integrals - right) == 0 and sp.simplify(limit - right) == 0:
        return Proved(
            "integration",
            (
                Step("E[σ′(Z)²]/Var σ(Z) for Z ~ N(0, 1), by integration", integrals),
                Step("the rate for a batch of m, for m → ∞", limit),
            ),
        )
    return Unknown("undecided")


def _trace_is_right() -> bool:
    """``projected_trace`` against tr(D G D P) written out,
    for batches of 2 to 4 with a letter for each slope and each x̂."""
    for size in (2, 3, 4):
        d, x = (sp.symbols(f"{name}:{size}", real=True) for name in "dx")
        D, ones, hat = sp.diag(*d), sp.ones(size, 1), sp.Matrix(x)
        G = sp.eye(size) - ones * ones.T / size
        written = (D * G * D * (G - hat * hat.T / size)).trace()
        squares = sum(a**2 * b**2 for a, b in zip(d, x, strict=True))
        means = sum(d) ** 2, squares, sum(a * b for a, b in zip(d, x, strict=True)) ** 2
        ours = projected_trace(sum(a**2 for a in d), *means).subs(m, size)
        # P x̂ is 0 only where Σ x̂ = 0 and Σ x̂² = m; the identity needs the first alone
        gap = sp.expand((written - ours).subs(x[-1], -sum(x[:-1])))
        if gap != 0:
            return False
    return True


def by_three_facts(statement: sp.Basic) -> Outcome:
    """R(m) from E[1/v], the spread of ReLU's outputs and the projected slopes;
    the means over two examples by polar integration."""
    if not _trace_is_right():
        return Unknown("the trace of the projected slopes is not what is used")
    lemmas = [c for c in ANGLES if c.label in ("shattered-both-active", "shattered-kernel")]
    if not all(isinstance(c.settle(), Proved) for c in lemmas):
        return Unknown("the means over two examples are not proved")
    cosine = sp.Symbol("x", real=True)
    at = {theta: sp.acos(cosine)}
    pairs = (active_together(cosine), kappa_0), (mean_product(cosine), kappa_1)
    if any(sp.simplify((2 * mean - of.subs(at)).rewrite(sp.acos)) != 0 for mean, of in pairs):
        return Unknown("the means over two examples are not those of the rate")
    half, active, product = sp.Rational(1, 2), kappa_0 / 2, kappa_1 / 2
    trace = projected_trace(m / 2, m / 2 + m * (m - 1) * active, m / 2, m / 2 + m * (m - 1) * product)
    found = sp.factor(rate(half, product, trace))
    right = statement.rhs
    if sp.simplify(found - right) == 0:
        return Proved(
            "integration",
            (
                Step(
                    "twice the chance that a ReLU is active for both of two examples at the angle θ", kappa_0
                ),
                Step("twice the mean product of its two outputs", kappa_1),
                Step("so the variance that the forward pass leaves is", sp.factor(half - product)),
                Step("the slopes between the two projections, over m − 1, leave", sp.factor(trace / (m - 1))),
                Step("times E[1/v] = m/(m − 3), over that variance", found),
            ),
        )
    return Unknown("they differ in form")


def by_hermite(statement: sp.Basic) -> Outcome:
    """E[σ′²] ≥ c Var σ for σ = Σ c_n He_n: term n of the left side is n times that of the variance,
    and n ≥ 1."""
    n = sp.Symbol("n", integer=True, positive=True)
    c = statement.rhs.coeff(variance(sigma(Z)))
    norms = sp.factorial(n)
    of_slope = sp.simplify(n**2 * sp.factorial(n - 1) / norms)  # He_n′ = n He_{n−1}, E[He_n²] = n!
    for degree in range(1, 6):
        he = sp.expand(sp.hermite_prob(degree, z))
        pair = mean_under_normal(sp.expand(he.diff(z) ** 2)), mean_under_normal(sp.expand(he**2))
        if pair[0] != of_slope.subs(n, degree) * pair[1]:
            return Unknown(f"the Hermite polynomial of degree {degree} does not behave as said")
    if (of_slope - c).is_nonnegative:
        return Proved(
            "algebra",
            (
                Step(
                    "σ in Hermite polynomials that are orthogonal under N(0, 1): σ = Σ c_n He_n, He_n′ = n "
                    "He_{n−1}"
                ),
                Step(
                    "term n ≥ 1 adds c_n² n! to the variance, and to E[σ′²] this many times as much", of_slope
                ),
                Step("which is 1 or more; equality where only n = 1 is there: σ affine"),
            ),
        )
    return Unknown("the first term is too small")


def by_chi_square(statement: sp.Basic) -> Outcome:
    """E[1/v] for m v ~ χ² with m − 1 degrees of freedom, by integrating the density, for every m > 3."""
    t = sp.Symbol("t", positive=True)
    freedom = sp.Symbol("f", positive=True)  # m − 1; the integral converges for f > 2
    shape = freedom + 2
    density_of = t ** (shape / 2 - 1) * sp.exp(-t / 2) / (2 ** (shape / 2) * sp.gamma(shape / 2))
    inverse = sp.gammasimp(sp.integrate(density_of / t, (t, 0, sp.oo))).subs(freedom, m - 3)
    mean, right = sp.simplify(m * inverse), statement.rhs.doit()
    if sp.simplify(mean - right) == 0:
        return Proved("integration", (Step("m times the mean of 1/χ² with m − 1 degrees of freedom", mean),))
    return Unknown("undecided")


@cache
def _power() -> sp.Expr:
    in_large_batches = sp.limit(block * (residual_growth - 1), block, sp.oo)
    return sp.simplify(sp.limit(in_large_batches, m, sp.oo))


def by_limit(statement: sp.Basic) -> Outcome:
    """lim l (r_l − 1) for l → ∞ of the residual growth r_l, in the limit of large batches."""
    value, right = _power(), statement.rhs.doit()
    if sp.simplify(value - right) == 0:
        return Proved(
            "calculus",
            (
                Step("block l multiplies the squared norm by", sp.simplify(residual_growth)),
                Step("l times what that exceeds 1 by, for l → ∞ and then m → ∞", value),
                Step("and a product of factors 1 + c/l grows like the c-th power of the depth"),
            ),
        )
    return Unknown("undecided")


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

CLAIMS = (
    Claim(
        label="batch-norm-inverse-variance",
        sentence="The mean of one over the batch variance is m/(m − 3): infinite for batches of three or "
        "fewer.",
        statement=_inverse_is(m / (m - 3)),
        check=by_chi_square,
        scope="m independent standard normal numbers, v their variance around their own mean",
        false_sibling=_inverse_is(m / (m - 1)),
        domain=domain(_SIZES, means={expectation: expectation_over({v: BATCH_VARIANCE})}),
    ),
    Claim(
        label="batch-norm-relu-rate",
        sentence="In batches of m the squared gradient norm of a ReLU network grows by R(m) a layer; two "
        "examples stand at an angle θ with cos θ = −1/(m − 1).",
        statement=_rate_by_angle(m / (m - 3)),
        check=by_three_facts,
        scope=f"ReLU; {_INITIAL}; cos θ = −1/(m − 1); the near miss takes ⟨1/v⟩ for 1",
        false_sibling=_rate_by_angle(sp.S.One),
        domain=domain(_SIZES, means={theta: angle, **RATE}),
    ),
    Claim(
        label="batch-norm-relu-large-batch",
        sentence=f"In large batches the squared gradient norm of a ReLU network grows by π/(π − 1) = "
        f"{float(LARGE):.3f} a layer, the norm by {float(sp.sqrt(LARGE)):.3f}.",
        statement=_rate_is(LARGE),
        check=by_both_routes,
        scope=f"ReLU; {_INITIAL}; R(m) is the growth of the squared norm in a batch of m",
        false_sibling=_rate_is(sp.sqrt(LARGE)),
        domain=domain(means=RATE),
    ),
    Claim(
        label="batch-norm-always-explodes",
        sentence="In large batches, and where all examples fare alike, the rate is 1 or more for every "
        "activation, and 1 only for an affine one.",
        statement=_at_least(sp.S.One),
        check=by_hermite,
        scope=f"Z ~ N(0, 1), σ(Z) and σ′(Z) with finite second moments (Poincaré's inequality); R = "
        f"E[σ′²]/Var σ; {_INITIAL}",
        false_sibling=_at_least(sp.Integer(2)),
        domain=domain(_ANY_ACTIVATION, means=NORMAL),
    ),
    Claim(
        label="batch-norm-residual-power",
        sentence="With residual paths the growth is a power of the depth: block l multiplies by 1 + c/l "
        "with c = π/(π − 1).",
        statement=_power_is(LARGE),
        check=by_limit,
        scope="x^(l+1) = x^l + W ReLU(BN(x^l)), Var W = 2/n, width n → ∞, normal inputs, large batches; r_l "
        "for the squared norm",
        false_sibling=_power_is(sp.S.One),
        domain=domain(means=BLOCKS),
    ),
)
