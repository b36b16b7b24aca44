"""What a shortcut does to the backward product:
a factor 1 + F′, a sum over paths, and squares that add up."""

from __future__ import annotations

import math
from functools import cache, reduce
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, fmpq

from analysis.claims.calculus import derivative
from analysis.claims.claim import Claim
from analysis.claims.domain import (
    ACTIVATION,
    COST,
    Range,
    activations,
    domain,
    integers,
    positive,
    reals,
    reals_together,
    sequence,
    smooth,
)
from analysis.claims.laws import expectation_over_sequence, mean, normal, two_point
from analysis.claims.matrices import MATRICES, Matrix, added, diagonal, matrix, multiplied
from analysis.claims.meaning import integrated, rounds, value, whole
from analysis.claims.outcome import Outcome, Proved, Refuted, Step, Unknown
from analysis.claims.proof import concretely_false, counterexample
from analysis.claims.world import Number, Undefined, World, ball
from analysis.symbolic.chain import definitions, factors, nested
from analysis.symbolic.display import expectation, partial, times
from analysis.symbolic.layer import plain
from analysis.symbolic.normal import density
from analysis.symbolic.notation import a_, b_, cost, w_, z
from analysis.symbolic.residual import (
    L,
    c,
    evaluated,
    jacobians,
    mean_log,
    product,
    residual,
    s,
    sum_over_paths,
    tau,
)
from analysis.symbolic.variance import mean_over

_DEPTHS = range(1, 7)
_SHOWN = 3
_k = sp.Symbol("k", integer=True, nonnegative=True)
_q = sp.Symbol("q", positive=True)
_v = sp.Symbol("v", positive=True)
_n = sp.Symbol("n", integer=True, positive=True)
_j = sp.Symbol("j", integer=True, positive=True)
_x = sp.Symbol("x", real=True)
_g = sp.Symbol("g", real=True)
_w, _phi = sp.IndexedBase("w"), sp.IndexedBase("phi")
shortcut = sp.Symbol("k", positive=True)
BLOCK = residual(plain(), s)


def by_the_chain_of_blocks(statement: sp.Basic) -> Outcome:
    """SymPy's derivative of the network written out, against the product with every definition put in,
    multiplied out."""
    known = definitions(4, BLOCK)
    left, right = (side.doit() for side in statement.args)
    for _ in known:
        left, right = left.xreplace(known), right.xreplace(known)
    if sp.expand(left - right) == 0:
        return Proved(
            "algebra",
            (
                Step("SymPy differentiates the network written out", cost(nested(4, BLOCK))),
                Step("both sides, multiplied out, are the same sum"),
            ),
        )
    return concretely_false(left, right, positive=True) or Unknown("no difference shown")


class over_paths(sp.Function):  # type: ignore[misc]
    """Σ over all sets S of branches of weight(|S|) times the product of their J_l, in the order given."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        weight, order = self.args
        below = r"S \subseteq \{1, \dots, L\}"
        shown = "" if weight == 1 else printer._print(weight) + r"\,"
        arrow = r"l \in S,\ \downarrow" if order == -1 else r"l \in S,\ \uparrow"
        return rf"\sum_{{{below}}} {shown}\prod_{{{arrow}}} J_l"


class blocks(sp.Function):  # type: ignore[misc]
    """(k + J_L) … (k + J_1)."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        (k,) = self.args
        one = "I" if k == 1 else rf"{printer._print(k)} I"
        return rf"({one} + J_L) \cdots ({one} + J_2)({one} + J_1)"


size = sp.Symbol(r"\lvert S\rvert", integer=True, nonnegative=True)
_J = sp.IndexedBase("J")


def _random_matrices() -> Range:
    """J_1, J_2, …: for every index a matrix of 1, 2 or 3 rows with small rational entries, so that none
    commutes with another."""

    def draw(random: Random, world: World) -> Any:
        rows, seed = random.randint(1, 3), random.random()

        def entry(l: int, world: World) -> Matrix:
            here = Random(f"{seed}{l}")
            return matrix([[fmpq(here.randint(-30, 30), 7) for _ in range(rows)] for _ in range(rows)])

        return entry

    return Range("square matrices of one size", draw)


def _blocks(e: sp.Basic, world: World) -> Matrix:
    """The matrices k I + J_l multiplied, the last on the left."""
    J, k = world.letters[_J], value(e.args[0], world)
    found = _identity(J, world)
    for l in range(1, rounds(L, world) + 1):
        found = multiplied(added(multiplied(k, _identity(J, world)), J(l, world)), found)
    return found


def _identity(J: Any, world: World) -> Matrix:
    return diagonal([fmpq(1)] * len(J(1, world)))


MOST_BRANCHES = 12
"""More branches than these have too many paths to be gone one by one."""


def _over_paths(e: sp.Basic, world: World) -> Matrix:
    """All 2^L sets of branches, one after the other; ``order`` 1 puts the factor of the first branch on
    the left."""
    J, (weight, order) = world.letters[_J], e.args
    total: Matrix = multiplied(fmpq(0), _identity(J, world))
    depth = rounds(L, world, MOST_BRANCHES)
    for count in range(depth + 1):
        share = value(weight, world.but({size: fmpq(count)}))
        for S in combinations(range(1, depth + 1), count):
            product_ = _identity(J, world)
            for l in S[:: int(order)]:
                product_ = multiplied(product_, J(l, world))
            total = added(total, multiplied(share, product_))
    return total


def _sum_of_blocks(e: sp.Basic, world: World) -> Any:
    """A sum in which a number beside matrices is that multiple of the identity."""
    terms = [value(x, world) for x in e.args]
    if any(isinstance(x, tuple) for x in terms):
        one = _identity(world.letters[_J], world)
        terms = [x if isinstance(x, tuple) else multiplied(x, one) for x in terms]
    return reduce(added, terms)


_PATHS = {**MATRICES, sp.Add: _sum_of_blocks, blocks: _blocks, over_paths: _over_paths}


def _paths_as_stated(depth: int, weight: sp.Expr, order: sp.Expr) -> sp.Expr:
    J = jacobians(depth)
    terms = []
    for subset in range(2**depth):
        S = [l for l in range(depth) if subset >> l & 1][:: int(order)]
        terms.append(weight.xreplace({size: len(S), L: depth}) * sp.Mul(*(J[l] for l in S)))
    return sp.Add(*terms)


def by_expanding_paths(statement: sp.Basic) -> Outcome:
    """Multiplied out with J_l that do not commute for L = 1 … 6, and one block more for every L."""
    k = statement.lhs.args[0]
    weight, order = statement.rhs.args
    for depth in _DEPTHS:
        exact = sp.expand(product(depth, k))
        stated = sp.expand(_paths_as_stated(depth, weight, order))
        if sp.expand(exact - stated) != 0:
            return _matrices_differ(depth, exact, stated, k)
    before, new = sp.symbols("P J", commutative=False)  # P: the sum over the paths through the first L blocks
    one_more = sp.expand((k + new) * before)
    without, through = (weight.xreplace({L: L + 1}), weight.xreplace({L: L + 1, size: size + 1}))
    if (
        sp.simplify(without - k * weight) != 0
        or sp.simplify(through - weight) != 0
        or one_more != k * before + new * before
    ):
        return Unknown("one more block does not carry the sum over")
    return Proved(
        "induction",
        (
            Step(
                f"multiplied out for L = 1 … {_DEPTHS[-1]}, for example L = "
                f"{_SHOWN}", sum_over_paths(_SHOWN, k)),
            Step("one more block on the left, P being the sum over the paths through the first L", one_more),
            Step(
                "every set of branches up to L + 1 is a set up to L, without the last branch or with it put "
                "first"),
        ),
    )  # fmt: skip


def _matrices_differ(depth: int, exact: sp.Expr, stated: sp.Expr, k: sp.Expr) -> Outcome:
    """The top left entries of both sides for matrices that do not commute, as a counter-example."""
    matrices = [sp.Matrix([[i, 1], [i - 2, 3 - i]]) for i in range(1, depth + 1)]
    at = {} if k == 1 else {k: sp.Rational(1, 2)}
    left, right = (evaluated(e.xreplace(at), matrices)[:] for e in (exact, stated))
    for p, r in zip(left, right, strict=True):
        if p != r:
            where = f"L = {depth}" + (", k = 1/2" if at else "")
            named = ", ".join(f"J_{l} = {M.tolist()}" for l, M in enumerate(matrices, start=1))
            return Refuted(f"at {where}, {named} an entry of the product is {p}, of the sum {r}")
    return Unknown("the sides differ, not at the matrices tried")


def by_binomial_theorem(statement: sp.Basic) -> Outcome:
    """Σ_k k C(L, k) c^k is c times the derivative of (1 + c)^L; divided by (1 + c)^L it is the right side."""
    total = (1 + c) ** L
    mean = sp.simplify(c * total.diff(c) / total)
    for depth in (1, 2, 5):  # the derivative is that of the sum: multiplied out
        summed = sum(k * sp.binomial(depth, k) * c**k for k in range(depth + 1))
        if sp.expand(summed - c * sp.expand(total.subs(L, depth)).diff(c)) != 0:
            return Unknown(f"the sum is not the derivative at L = {depth}")
    if sp.simplify(mean - statement.rhs) == 0:
        return Proved(
            "algebra",
            (Step("the paths' squares add up to", total), Step("c times its derivative, per sum", mean)),
        )
    return counterexample(
        sp.Eq(mean, statement.rhs, evaluate=False), [{c: sp.Integer(1), L: sp.Integer(10)}]
    ) or Unknown("same?")


def by_one_more_weight(statement: sp.Basic) -> Outcome:
    """E_w[(x + s Σ_{j ≤ n} w_j φ_j)²]: multiplied out for n = 1, 2;
    then one more weight, independent, of mean 0."""
    right = statement.rhs
    for count in (1, 2):
        ws = sp.symbols(f"w_1:{count + 1}", real=True)
        total = _x + s * sum(u * _phi[i] for i, u in enumerate(ws, 1))
        ours = mean_over(total**2, dict.fromkeys(ws, (sp.S.Zero, _v)))
        theirs = sp.expand(right.subs(_n, count).doit())
        if sp.expand(ours - theirs) != 0:
            at = {_phi[1]: sp.S.One, _phi[2]: sp.S.One, _v: sp.S.One, s: sp.S.One, _x: sp.S.One}
            found = counterexample(sp.Eq(ours, theirs, evaluate=False), [at])
            return (
                Refuted(f"with n = {count}, {found.witness}")
                if found
                else Unknown(f"they differ at n = {count}")
            )
    Z, W, Q = sp.symbols("Z W Q", real=True)  # Z: all so far, its mean square Q; W: the next weight
    gained = mean_over((Z + s * W * _phi[_n + 1]) ** 2, {Z: (_x, Q), W: (sp.S.Zero, _v)}) - Q
    split = right.replace(lambda e: isinstance(e, sp.Sum), lambda e: e + e.function.subs(_j, _n + 1))
    if sp.expand(gained - (split - right)) != 0:
        return Unknown(f"one more weight adds {gained}")
    return Proved(
        "induction",
        (
            Step("with two weights, multiplied out and averaged", ours),
            Step("one more weight adds, on both sides, with no mixed term", gained),
        ),
    )


def by_concavity(statement: sp.Basic) -> Outcome:
    """(1 + 1/L)^L < e: the logarithm of the left side is L log(1 + 1/L), and log(1 + x) < x for x > 0."""
    x = sp.Symbol("x", positive=True)
    gap = x - sp.log(1 + x)
    slope = sp.simplify(gap.diff(x))
    if (
        statement.rhs == sp.E
        and statement.lhs == (1 + 1 / L) ** L
        and gap.subs(x, 0) == 0
        and slope == x / (x + 1)
    ):
        return Proved(
            "calculus",
            (
                Step("x − log(1 + x) is 0 at x = 0, and its slope is positive for x > 0", slope),
                Step("so L log(1 + 1/L) < 1 with x = 1/L; both sides of the statement are the exponentials"),
            ),
        )
    return counterexample(statement, [{L: sp.Integer(n)} for n in (1, 10, 100, 1000)]) or Unknown(
        "not decided"
    )


def by_equation_of_heat(statement: sp.Basic) -> Outcome:
    """f(μ) = E log|μ + g| solves f″ + μ f′ = 1 with f(0) = −(γ + log 2)/2, f′(0) = 0;
    so does the right side, term by term."""
    mu = 1 / tau
    series = [e for e in sp.preorder_traversal(statement.rhs) if isinstance(e, sp.hyper)]
    at_zero = sp.expand(
        sp.expand(statement.rhs.replace(sp.hyper, lambda *_: sp.S.Zero), log=False) - sp.log(tau)
    )
    rest = sp.simplify(sp.expand(statement.rhs) - sp.log(tau) + (sp.EulerGamma + sp.log(2)) / 2)
    if len(series) == 1 and at_zero == -sp.EulerGamma / 2 - sp.log(2) / 2:
        (of,) = series
        if sp.simplify(rest / of) == mu**2 / 2 and of.argument == -(mu**2) / 2:
            # f = f(0) + Σ a_k μ^(2k); the equation asks for a_1 = 1/2 and (2k + 2)(2k + 1) a_(k+1) = −2k a_k
            wanted = -2 * (_k + 1) / ((2 * _k + 4) * (2 * _k + 3))
            ratio = sp.prod(a + _k for a in of.ap) / sp.prod(a + _k for a in of.bq) / (_k + 1) * -sp.S.Half
            if sp.simplify(ratio - wanted) == 0:
                return Proved("calculus", (
                    Step(
                        "log|1 + τg| = log τ + log|1/τ + g|; with μ = 1/τ the mean of the second solves f″ + "
                        "μ f′ = 1"),
                    Step("so a power series in μ² with coefficients whose ratio is", wanted),
                    Step(
                        "the series on the right has that ratio, and the value at μ = 0 is that of E "
                        "log|g|", at_zero),
                ))  # fmt: skip
    point = sp.Rational(1, 2)
    value = _mean_log_by_quadrature(point)
    return counterexample(sp.Eq(value, statement.rhs.subs(tau, point), evaluate=False), [{}]) or Unknown(
        "not recognised"
    )


def _mean_log_by_quadrature(spread: sp.Rational) -> sp.Float:
    """E log|1 + τg| by mpmath's quadrature, split at the singularity."""
    g = sp.Symbol("g", real=True)
    at = -1 / spread
    pieces = ((-sp.oo, at), (at, sp.oo))
    log = sp.log(sp.Abs(1 + spread * g)) * density(g)
    return sp.Float(sum(sp.Integral(log, (g, *p)).evalf(15) for p in pieces), 15)


def by_integration(statement: sp.Basic) -> Outcome:
    """Both sides with the integrals carried out by SymPy."""
    left, right = (sp.simplify(x.doit()) for x in statement.args)
    if sp.simplify(left - right) == 0:
        return Proved("integration", (Step("the left side evaluates to", left),))
    at_three = [{x: sp.Integer(3) for x in (left - right).free_symbols}]
    return counterexample(sp.Eq(left, right, evaluate=False), at_three) or Unknown("they differ in form")


_relu_mean = sp.Integral(z * density(z / sp.sqrt(2 * _q)) / sp.sqrt(2 * _q), (z, 0, sp.oo))
MEAN = sp.sqrt(_q / sp.pi)
"""E ReLU(z) for z ~ N(0, 2q): what a branch ReLU(Wx) with Var w = 2/n adds to every entry, on average."""


def lower_bound(blocks_: sp.Expr = L) -> sp.Expr:
    """A lower bound of q_L/q_0 for x + ReLU(Wx)/√L from m_0 = 0: (1/(πL)) (1 + 1/√(πL))^(2L − 2)."""
    step = 1 / sp.sqrt(sp.pi * blocks_)
    return step**2 * (1 + step) ** (2 * blocks_ - 2)


def by_the_mean_alone(statement: sp.Basic) -> Outcome:
    """m_1 = √(q/πL), m_{l+1} ≥ (1 + 1/√(πL)) m_l since q_l ≥ m_l², and q_L ≥ m_L²: a number, compared."""
    step = 1 / sp.sqrt(sp.pi * L)
    m, q = sp.symbols("m q", positive=True)
    if statement.lhs not in (lower_bound(sp.Integer(10**k)) for k in range(1, 5)):
        return Unknown("the left side is not the bound at L = 10, 100, 1,000 or 10,000")
    onward = m + sp.sqrt(q) * step
    if sp.simplify(onward.subs(q, m**2) - m * (1 + step)) != 0:
        return Unknown("the mean does not grow by that factor")
    if counterexample(statement, [{}]) is None:
        value = sp.N(statement.lhs, 6)
        return Proved("algebra", (
            Step("after one block the mean of the entries is", sp.sqrt(q) * step),
            Step("from then on each block multiplies it at least by", 1 + step),
            Step("q_L is at least the square of the mean; at this L it is at least q_0 times", value),
        ))  # fmt: skip
    return counterexample(statement, [{}]) or Unknown("undecided")


def _chain_is(parts: tuple[sp.Expr, ...]) -> sp.Eq:
    return sp.Eq(partial(nested(4, BLOCK), b_(1)), times(*parts), evaluate=False)


_parts = factors(4, 1, of=BLOCK)
_without = tuple(factors(4, 1))
_share = sp.Sum(_k * sp.binomial(L, _k) * c**_k, (_k, 0, L)) / sp.Sum(sp.binomial(L, _k) * c**_k, (_k, 0, L))


class tanh_gain(sp.Function):  # type: ignore[misc]
    """log G_L = ½ Σ_{l<L} log(1 + E tanh′(√q_l g)²) with q_{l+1} = q_l + E tanh(√q_l g)²:
    the log-gain of L blocks x + W tanh(x)."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\log G_{{{printer._print(self.args[0])}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"log G_{printer._print(self.args[0])}"


def by_summing_roots(statement: sp.Basic) -> Outcome:
    """q_l/l → 1, a block multiplies the mean square of the gradient by 1 + C/√q_l,
    and the sum of 1/√l is 2√L to leading order."""
    u, t = sp.symbols("u t", real=True)
    q, l = sp.symbols("q l", positive=True)
    slope = sp.tanh(u).diff(u)
    peak = sp.limit(density(u / sp.sqrt(q)), q, sp.oo)
    inner = sp.cancel(slope.subs(sp.tanh(u), t) ** 2 / (1 - t**2))  # t = tanh u, dt = (1 − t²) du
    constant = peak * sp.integrate(inner, (t, -1, 1))
    roots = sp.limit(1 / sp.sqrt(l) / (sp.sqrt(l) - sp.sqrt(l - 1)), l, sp.oo)
    found = sp.simplify(constant / 2 * roots)
    if statement.lhs != _root_law or slope != 1 - sp.tanh(u) ** 2:
        return Unknown("not the log-gain per root of the depth")
    if sp.simplify(found - statement.rhs) == 0:
        return Proved("calculus", (
            Step(
                "tanh² < 1 and E tanh(√q g)² rises with q: so q_l grows without limit, a block then adds "
                "nearly 1, and q_l/l → 1"),
            Step(
                "with u = √q g, √q E tanh′(√q g)² tends to (dominated convergence; the integral by t = tanh "
                "u)", constant),
            Step("log(1 + x) is x to leading order, and √L is summed by (Stolz) 1/√l in the ratio", roots),
            Step("half of their product", found),
        ))  # fmt: skip
    return counterexample(sp.Eq(found, statement.rhs, evaluate=False), [{}]) or Unknown("not decided")


_NODES = np.linspace(-12.0, 12.0, 9601)
_LAW = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
_PER_E = 200


@cache
def _tanh_means() -> tuple[list[float], list[float]]:
    """E tanh(√q g)² and E tanh′(√q g)² for log q = 0, 1/200, 2/200 … 13, by the trapezoid rule over u =
    √q g or over g, whichever is finer."""
    second, slope = [], []
    for k in range(13 * _PER_E + 2):
        q = math.exp(k / _PER_E)
        reach = min(12.0 * math.sqrt(q), 24.0)  # beyond |u| = 24, 1 − tanh² is below 10⁻²⁰
        u = _NODES * (reach / 12.0)
        law = np.exp(-(u**2) / (2.0 * q)) / math.sqrt(2.0 * math.pi * q) * (u[1] - u[0])
        flat = 1.0 / np.cosh(u) ** 2
        second.append(1.0 - float(law @ flat))
        slope.append(float(law @ flat**2))
    return second, slope


@cache
def tanh_log_gains(blocks_: int = 90_000) -> list[float]:
    """log G_L for L = 0, 1, … of blocks x + W tanh(x): the two maps, iterated from q = 1."""
    second, slope = _tanh_means()
    q, gain, found = 1.0, 0.0, [0.0]
    for _ in range(blocks_):
        at = _PER_E * math.log(q)
        k = int(at)
        part = at - k
        gain += 0.5 * math.log1p(slope[k] + part * (slope[k + 1] - slope[k]))
        q += second[k] + part * (second[k + 1] - second[k])
        found.append(gain)
    return found


def _tanh_gain(e: sp.Basic, world: World) -> float:
    return tanh_log_gains()[whole(e.args[0], world)]


def _limit_by_roots(e: sp.Basic, world: World) -> Number:
    """The limit of f(L) = A + B log(L)/√L + D/√L + …, from f at 20·4^k: A from three values, and five
    times its change as a bound."""
    body, x = e.args[:2]
    depths = [20 * 4**k for k in range(2, 7)]
    values = [float(ball(value(body, world.but({x: fmpq(n)}))).mid()) for n in depths]
    rows = np.array([[1.0, math.log(n) / math.sqrt(n), 1.0 / math.sqrt(n)] for n in depths])
    fits = [float(np.linalg.solve(rows[i : i + 3], values[i : i + 3])[0]) for i in range(3)]
    change = abs(fits[-1] - fits[-2])
    if change > 0.01 * (1 + abs(fits[-1])):
        raise Undefined("the limit does not settle")
    return arb(fits[-1], 5 * change + 1e-6)


def _mean_of_normal(e: sp.Basic, world: World) -> Number:
    """E over g ~ N(0, 1), by quadrature from where |α + β g| is 0, so that a logarithm of it is
    singular at an end."""
    f = e.args[0]
    kinks = [x for x in f.atoms(sp.Abs) if sp.Poly(x.args[0], _g).degree() == 1] if f.has(_g) else []
    if len(kinks) != 1:
        return mean(f, {_g: normal()}, world)
    slope, at_zero = sp.Poly(kinks[0].args[0], _g).all_coeffs()
    t = sp.Symbol("t", real=True)
    here = t - at_zero / slope
    shifted = f.xreplace({kinks[0]: sp.Abs(slope * t)}).xreplace({_g: here}) * density(here)
    centre = float(ball(value(at_zero / slope, world)).mid())
    low, high = (-math.inf, math.inf) if abs(centre) < 12 else (centre - 12, centre + 12)
    return integrated(shifted, t, low, high, world)


_root_law = sp.Limit(tanh_gain(L) / sp.sqrt(L), L, sp.oo)
_square = sp.Sum(_phi[_j] ** 2, (_j, 1, _n))
_block = expectation((_x + s * sp.Sum(_w[_j] * _phi[_j], (_j, 1, _n))) ** 2)
_PER_ROOT = sp.Rational(4, 3) / sp.sqrt(2 * sp.pi)
_skew = sp.Symbol("skew", positive=True)
_FAR = tuple(fmpq(n) for n in (*range(1, 41), 74, 100, 1000, 10**6))
_any_depth = Range("= 1, 2, …", lambda random, world: fmpq(random.randint(1, 10**4)), _FAR)
_LETTERS = (a_(0), *(x for j in range(1, 5) for x in (w_(j), b_(j))))


@cache
def _shared(e: sp.Expr) -> tuple[Any, Any]:
    """What occurs several times in an expression, each with a letter of its own, and the expression in
    these letters."""
    pairs, (rest,) = sp.cse(e)
    return pairs, rest


def _slope_of_cost(e: sp.Basic, world: World) -> Number:
    """∂C/∂x of the network written out, as a difference quotient; what occurs twice in it is evaluated
    once."""
    output, x = e.args
    pairs, rest = _shared(cost(output))

    def f(t: Number) -> Number:
        there = world.but({x: t})
        for name, part in pairs:
            there.letters[name] = value(part, there)
        return ball(value(rest, there))

    return derivative(f, ball(value(x, world)))


CLAIMS = (
    Claim(
        label="residual-chain-gradient",
        sentence="A shortcut adds 1 to the factor of every layer that the gradient passes.",
        statement=_chain_is(_parts),
        check=by_the_chain_of_blocks,
        scope="residual(plain()), branch scale s, depth 4",
        false_sibling=_chain_is((*_parts[:1], *_without[1:])),
        domain=domain(
            (ACTIVATION, activations()),
            (COST, smooth("any smooth cost")),
            (_LETTERS, reals_together(len(_LETTERS))),
            (s, positive(largest=4)),
            means={**definitions(4, BLOCK), partial: _slope_of_cost},
        ),
    ),
    Claim(
        label="residual-paths",
        sentence="The product of L blocks is a sum over 2^L paths: each takes some of the branches and "
        "skips the others.",
        statement=sp.Eq(blocks(sp.S.One), over_paths(sp.S.One, sp.S.NegativeOne), evaluate=False),
        check=by_expanding_paths,
        scope="they need not commute; the product runs from the output down to the input",
        false_sibling=sp.Eq(blocks(sp.S.One), over_paths(sp.S.One, sp.S.One), evaluate=False),
        domain=domain((_J, _random_matrices()), (L, integers(1, 6)), means=_PATHS),
    ),
    Claim(
        label="residual-scaled-shortcut",
        sentence="A shortcut multiplied by k multiplies the direct path by k^L: it vanishes or explodes by "
        "itself.",
        statement=sp.Eq(
            blocks(shortcut), over_paths(shortcut ** (L - size), sp.S.NegativeOne), evaluate=False
        ),
        check=by_expanding_paths,
        scope="He et al. 2016b, equations 7 and 8",
        false_sibling=sp.Eq(blocks(shortcut), over_paths(shortcut, sp.S.NegativeOne), evaluate=False),
        domain=domain((_J, _random_matrices()), (L, integers(1, 6)), (shortcut, positive()), means=_PATHS),
    ),
    Claim(
        label="residual-path-length",
        sentence="A gradient passes Lc/(1 + c) of the L branches on average, each path counted with its "
        "mean square.",
        statement=sp.Eq(_share, L * c / (1 + c), evaluate=False),
        check=by_binomial_theorem,
        scope="branches independent with mean 0, each multiplying the mean square by c, so that paths do "
        "not mix",
        false_sibling=sp.Eq(_share, L * c, evaluate=False),
        domain=domain((L, integers(1, 24)), (c, positive())),
    ),
    Claim(
        label="residual-block-mean-square",
        sentence="A branch that ends in weights of mean 0 adds its mean square to that of the shortcut, "
        "with no mixed term.",
        statement=sp.Eq(_block, _x**2 + s**2 * _v * _square, evaluate=False),
        check=by_one_more_weight,
        scope="one entry x of the shortcut, φ_j fed to the last weights; weights independent of x and φ, "
        "mean 0, variance v, "
        "of any law: tried on uneven ones on two points",
        false_sibling=sp.Eq(_block, (_x + s * sp.sqrt(_v) * sp.sqrt(_square)) ** 2, evaluate=False),
        domain=domain(
            (_n, integers(1, 6)),
            (_v, positive()),
            (s, positive()),
            (_x, reals()),
            (_phi, sequence(reals())),
            (_skew, positive(largest=8, words="> 0, how uneven the law is")),
            means={expectation: expectation_over_sequence(_w, _n, two_point(0, _v, _skew), {})},
        ),
    ),
    Claim(
        label="residual-branch-scale",
        sentence="With branches scaled by 1/√L that keep the mean square, L blocks multiply it by less "
        "than e.",
        statement=sp.Lt((1 + 1 / L) ** L, sp.E, evaluate=False),
        check=by_concavity,
        scope="each block multiplies the mean square by 1 + s²c with s² = 1/L and c = 1",
        false_sibling=sp.Lt((1 + 1 / L) ** L, sp.Rational(27, 10), evaluate=False),
        domain=domain((L, _any_depth)),
    ),
    Claim(
        label="residual-chain-mean-log",
        sentence="The log-gain of a residual chain in closed form: the plain chain's, and a series in 1/τ² "
        "on top.",
        statement=sp.Eq(
            expectation(sp.log(sp.Abs(1 + tau * _g))), sp.log(tau) + mean_log(1 / tau), evaluate=False
        ),
        check=by_equation_of_heat,
        scope="g ~ N(0, 1), so a chain whose s w σ′(z) is normal with standard deviation τ",
        false_sibling=sp.Eq(
            expectation(sp.log(sp.Abs(1 + tau * _g))),
            sp.log(tau) - (sp.EulerGamma + sp.log(2)) / 2,
            evaluate=False,
        ),
        domain=domain((tau, positive(largest=50)), means={expectation: _mean_of_normal}),
    ),
    Claim(
        label="residual-relu-mean",
        sentence="A branch that ends in a ReLU has a mean: √(q/π) on every entry, where q is the mean "
        "square of its input.",
        statement=sp.Eq(_relu_mean, MEAN, evaluate=False),
        check=by_integration,
        scope="z ~ N(0, 2q), which is what weights of variance 2/n make of an input with mean square q, at "
        "any width",
        false_sibling=sp.Eq(_relu_mean, 0, evaluate=False),
        domain=domain((_q, positive())),
    ),
    Claim(
        label="residual-mean-adds-up",
        sentence="For x + ReLU(Wx)/√L the scale 1/√L does not bound the growth: at L = 100 it is more than "
        "100-fold.",
        statement=sp.Gt(lower_bound(sp.Integer(100)), 100, evaluate=False),
        check=by_the_mean_alone,
        scope="wide layers, Var w = 2/n, m_0 = 0; a lower bound of q_L/q_0 from the mean alone, which "
        "grows without limit in L",
        false_sibling=sp.Gt(lower_bound(sp.Integer(10)), 100, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="residual-tanh-root-law",
        sentence="With branches W tanh(x) the logarithm of the gradient grows like √L: by "
        f"{float(_PER_ROOT):.2f} for each √L.",
        statement=sp.Eq(_root_law, _PER_ROOT, evaluate=False),
        check=by_summing_roots,
        scope="x + W tanh(x), w ~ N(0, 1/n), no scale, wide layers (n → ∞ before L); G_L as mean-field "
        "theory has it "
        "(Yang and Schoenholz 2017)",
        false_sibling=sp.Eq(_root_law, 2 / sp.sqrt(2 * sp.pi), evaluate=False),
        domain=domain(means={tanh_gain: _tanh_gain, sp.Limit: _limit_by_roots}),
    ),
)
