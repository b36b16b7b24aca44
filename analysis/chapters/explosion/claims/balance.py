"""Balance, the mean of log|w σ′(z)| being 0:
where design reaches it, and why normal weights of mean 0"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.chapters.explosion.balance import best_std, gain_bound, lam
from analysis.claims.claim import Claim
from analysis.claims.domain import Range, domain, exact, only, positive
from analysis.claims.laws import expectation_over, in_numbers, normal
from analysis.claims.lines import Line, decided, proof
from analysis.claims.meaning import value
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import by_deciding
from analysis.claims.relations import eq, gt, iff, implies, lt
from analysis.claims.rules import Instance, Logic, Rewritten
from analysis.claims.world import Estimate, Formula, Given, Meaningless, Number, World, ball
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import exponent
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.display import expectation
from analysis.symbolic.normal import density
from analysis.symbolic.normal_weight import mean_log_weight, moment, s
from analysis.symbolic.normal_weight import u as _u
from analysis.symbolic.notation import sigma_prime, w, z

_L = sp.Symbol("L", integer=True, positive=True)


def by_symmetry_and_convexity(statement: sp.Basic) -> Outcome:
    """λ ≤ c for every s: proved where the largest value of E log|w| − E|w|/2 is at most c.

    Refuted where a lower bound of λ, from σ′(z) ≥ e^{−z²/4}/4 and E[a²] ≤ E[a] = 1/2,
    exceeds c at its own best s.
    """
    mirror = sp.Eq(SIGMOID.formula + SIGMOID.formula.subs(z, -z), 1, evaluate=False)
    steep = sp.Le(SIGMOID.slope, sp.exp(-sp.Abs(z)), evaluate=False)
    if not all(isinstance(by_deciding()(fact), Proved) for fact in (mirror, steep)):
        return Unknown("the sigmoid's symmetry or the bound of its slope was not decided")
    bound, top = gain_bound(), best_std()
    if not bound.diff(s, 2).is_negative:
        return Unknown(f"{bound} was not recognised as concave in s")
    largest = sp.simplify(sp.expand_log(bound.subs(s, top), force=True))
    if sp.N(largest - statement.rhs, 30) <= 0 or sp.simplify(largest - statement.rhs) == 0:
        return Proved(
            "calculus",
            (
                Step(
                    "z is symmetric about 0, as w and b are, and σ(z) + σ(−z) = 1: the mean activation is "
                    "1/2",
                    mirror,
                ),
                Step("the slope is at most exp(−|z|), so E log σ′(wa + b) ≤ −E|wa + b|", steep),
                Step(
                    "w, a and b are independent, so by convexity E|wa + b| ≥ E|wa| = E|w|/2",
                    moment(sp.S.One) / 2,
                ),
                Step("together λ is at most", bound),
                Step("a concave function of s, largest at", sp.Eq(s, top, evaluate=False)),
                Step("where it is", largest),
            ),
        )
    lower = mean_log_weight() - sp.log(4) - s**2 / 8
    (here,) = sp.solve(lower.diff(s), s)
    value = sp.N(lower.subs(s, here), 6)
    if value > statement.rhs:
        return Refuted(
            f"without biases and with s = {here}, log σ′(z) ≥ −log 4 − z²/4 and E z² ≤ s²/2 give λ ≥ "
            f"{value}, "
            f"more than {float(statement.rhs):g}"
        )
    return Unknown(f"the bounds leave room: the largest λ lies between {value} and {sp.N(largest, 6)}")


def by_stolz(statement: sp.Basic) -> Outcome:
    """log ∏ 1/cosh²(u_j) / log L for u_{j+1} = tanh u_j, from two limits at u = 0.

    1/u² grows by a step that tends to k, so u_j² ~ 1/(k j);
    the log-factor is e u² to first order, so the sum is (e/k) log L.
    """
    grows = sp.limit(1 / sp.tanh(_u) ** 2 - 1 / _u**2, _u, 0)
    falls = sp.limit(-2 * sp.log(sp.cosh(_u)) / _u**2, _u, 0)
    exponent = falls / grows
    if statement.rhs == exponent:
        return Proved(
            "calculus",
            (
                Step("with z = 2u a layer is u ↦ tanh u, and 1/u² grows by a step that tends to", grows),
                Step("the log-factor −2 log cosh u, divided by u², tends to", falls),
                Step("u_j² ~ 3/(2j), so the logs add up like this times log L (Stolz–Cesàro)", exponent),
            ),
        )
    u, total, halfway, depth = 1.0, 0.0, 0.0, 100_000
    for j in range(1, depth + 1):
        total -= 2.0 * math.log(math.cosh(u))
        u = math.tanh(u)
        halfway = total if j == depth // 10 else halfway
    slope = (total - halfway) / math.log(10.0)
    return Refuted(
        f"from 10,000 to 100,000 layers the left side has slope {slope:.4f}, the right side is "
        f"{statement.rhs}"
    )


@cache
def _weighted_inputs(start: float) -> NDArray[np.float64]:
    """z_1 … of layers of weight 4 and bias −2: 4σ(z) − 2 is 2 tanh(z/2)."""
    found = np.empty(2 * _LAYERS)
    for j in range(len(found)):
        found[j] = start
        start = 2.0 * math.tanh(start / 2.0)
    return found


def rate_in_log_depth(e: sp.Basic, world: World) -> Number:
    """lim f(log ∏)/log L from the product's growth between 50,000 and 100,000 layers, z_1 being the world's;
    twice its change since half of that is the bound."""
    body, depth, end, _ = e.args
    if depth != _L or end != sp.oo or not body.atoms(sp.Product):
        raise Meaningless(f"{e} is no limit of a product over layers")
    (product,) = body.atoms(sp.Product)
    at, slope = float(ball(world.letters[_start]).mid()), sp.Symbol("g", real=True)
    factor = compiled(
        in_numbers(product.function.replace(lambda x: isinstance(x, sp.Indexed), lambda x: z), [z], world), z
    )
    logs = np.cumsum(np.log(factor(_weighted_inputs(at))))
    shown = body.xreplace({sp.log(product): slope})
    if shown.has(sp.Product):
        raise Meaningless(f"{body} is more than the logarithm of a product")
    f = sp.lambdify((slope, depth), shown * sp.log(depth))
    totals = [f(logs[n - 1], n) for n in (_LAYERS // 2, _LAYERS, 2 * _LAYERS)]
    before, found = ((q - p) / math.log(2.0) for p, q in zip(totals, totals[1:], strict=False))
    return world.measured(
        (e, at),
        Estimate(float(found), bound=min(2.0 * abs(float(found - before)), abs(float(found)) / 10.0) + 1e-4),
    )


_LAYERS = 50_000
_start = sp.Symbol("z_1", real=True)
_starts = tuple(map(exact, (1, "0.2", -3, 8)))


def _mean_is(stated: sp.Expr) -> sp.Eq:
    return sp.Eq(expectation(sp.log(sp.Abs(w))), stated, evaluate=False)


def _balanced_at(std: sp.Expr) -> sp.Basic:
    mean = expectation(sp.log(sp.Abs(w) * sigma_prime(0)))
    return sp.Equivalent(sp.Eq(mean, 0, evaluate=False), sp.Eq(s, std, evaluate=False), evaluate=False)


def _never_above(c: sp.Expr) -> sp.Basic:
    return sp.Le(lam, c, evaluate=False)


def _power(exponent: sp.Expr) -> sp.Eq:
    product = sp.Product(4 * sigma_prime(sp.IndexedBase("z")[sp.Symbol("j")]), (sp.Symbol("j"), 1, _L))
    return sp.Eq(sp.Limit(sp.log(product) / sp.log(_L), _L, sp.oo), exponent, evaluate=False)


_half_log = (sp.EulerGamma + sp.log(2)) / 2
_highest = (sp.log(sp.pi) - sp.EulerGamma) / 2 - 1
_biases = sp.Symbol("t", nonnegative=True)
_integrated = expectation_over({w: normal(s**2)})
_known: dict[tuple[sp.Basic, str], Number] = {}


def mean_of_log(e: sp.Basic, world: World) -> Number:
    """E[…] for w ~ N(0, s²): of log(c|w|) by the digamma function, ψ(½) being the mean of log χ² less log 2;
    else integrated."""
    (inside,) = e.args
    rest = inside.args[0] / sp.Abs(w) if isinstance(inside, sp.log) else w
    if not rest.has(w):
        return value(sp.log(rest) + sp.log(s) + (sp.digamma(sp.S.Half) + sp.log(2)) / 2, world)
    at = (e, str(world.letters[s]))
    if at not in _known:
        _known[at] = _integrated(e, world)
    return _known[at]


_root = 4 * sp.exp(_half_log)
_sizes = tuple(map(exact, ("0.25", 1, 3, 7, 12)))
_positive = sp.Interval.open(0, sp.oo)
_some_scales = Range("> 0", lambda random, world: random.choice(_sizes), _sizes, over=_positive)
_mean = Formula(lambda e: sp.Integral(e * density(w / s) / s, (w, -sp.oo, sp.oo)), mean_of_log)
"""E[…] for w ~ N(0, s²)."""

_gain = sp.log(sp.Abs(w) * sigma_prime(0))
_log_gain = sp.log(s / _root)
_c, _t = sp.symbols("c t", real=True)
_by_order = proof(
    eq(expectation(_gain), _log_gain),
    Line(gt(sp.log((_c + _t) / _c), 0), over=((_c, positive()), (_t, positive()))),
    Line(implies(gt(s, _root), gt(_log_gain, 0)), Instance((2,), {_c: _root, _t: s - _root})),
    Line(implies(lt(s, _root), lt(_log_gain, 0)), Instance((2,), {_c: s, _t: _root - s})),
    implies(eq(s, _root), eq(_log_gain, 0)),
    Line(iff(eq(_log_gain, 0), eq(s, _root)), Logic((3, 4, 5))),
    Line(_balanced_at(_root), Rewritten((1, 6))),
)


def _quadrature(world: World) -> Estimate:
    """λ of chains with w ~ N(0, s²) and b ~ N(0, t²) under the stationary law."""
    std, spread = (float(ball(world.letters[x]).mid()) for x in (s, _biases))
    return Estimate(exponent(SIGMOID, std, spread, nodes=24).lam, bound=1e-4)


CLAIMS = (
    Claim(
        label="gaussian-log-weight",
        sentence=f"The mean logarithm of a normal weight lies (γ + log 2)/2 = {float(_half_log):.4f} below "
        f"that of its standard deviation.",
        statement=_mean_is(sp.log(s) - _half_log),
        check=decided(_mean_is(sp.log(s) - _half_log)),
        scope="w ~ N(0, s²)",
        false_sibling=_mean_is(sp.log(s) - sp.EulerGamma / 2),
        domain=domain((s, _some_scales), means={expectation: _mean}),
    ),
    Claim(
        label="centred-chain-balance",
        sentence=f"With every weighted input at 0, normal weights balance at a standard deviation of "
        f"{float(4 * sp.exp(_half_log)):.3f}.",
        statement=_balanced_at(_root),
        check=_by_order,
        scope="sigmoid, w ~ N(0, s²), z = 0 in every layer, which takes a bias b = −w/2 tied to each "
        "weight; the mean is of the log",
        false_sibling=_balanced_at(4 * sp.sqrt(sp.pi / 2)),
        domain=domain(
            (
                s,
                Range(
                    "> 0",
                    lambda random, world: random.choice((_root, *_sizes)),
                    (_root, *_sizes),
                    over=_positive,
                ),
            ),
            means={expectation: _mean, **only("sigmoid")},
        ),
    ),
    Claim(
        label="random-chain-always-vanishes",
        sentence=f"Normal weights of mean 0 with independent, symmetric biases never balance: λ is below "
        f"−{abs(float(_highest)):.3f} at every scale.",
        statement=_never_above(_highest),
        check=by_symmetry_and_convexity,
        scope="sigmoid, every layer from the second on, w ~ N(0, s²) for any s, biases 0 or of any law "
        "symmetric about 0, all independent; evaluated for b ~ N(0, t²)",
        false_sibling=_never_above(sp.Integer(-2)),
        domain=domain(
            (
                s,
                Range(
                    "> 0",
                    lambda random, world: exact(2) ** random.randint(-2, 3),
                    tuple(map(exact, (3, 2, "2.5", 4))),
                ),
            ),
            (
                _biases,
                Range(
                    "≥ 0", lambda random, world: exact(random.randint(0, 3)), tuple(map(exact, (0, "0.5")))
                ),
            ),
            means={lam: Given(_quadrature, depends=(s, _biases))},
        ),
    ),
    Claim(
        label="weight-four-decays-as-a-power",
        sentence="Centred layers of weight 4 neither explode nor vanish exponentially: their product falls "
        "like L^(−3/2).",
        statement=_power(sp.Rational(-3, 2)),
        check=by_stolz,
        scope="sigmoid, w = 4 and b = −2 in every layer; at z_1 = 0 every factor is exactly 1",
        false_sibling=_power(sp.Integer(-1)),
        domain=domain(
            (_start, Range("≠ 0", lambda random, world: random.choice(_starts), _starts[:3])),
            means={sp.Limit: rate_in_log_depth, **only("sigmoid")},
        ),
    ),
)
