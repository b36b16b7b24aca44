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
from analysis.claims.laws import expectation_over_sequence, mean, mean_over, normal, two_point
from analysis.claims.lines import Line, Proof, decided, proof
from analysis.claims.matrices import MATRICES, Matrix, added, diagonal, matrix, multiplied
from analysis.claims.meaning import MEANINGS, integrated, rounds, value, whole
from analysis.claims.rules import Combined, Increasing, Instance, Rewritten, Said, cited
from analysis.claims.theorems import APART, INDEX, Q, X
from analysis.claims.world import Formula, Number, Undefined, World, ball
from analysis.symbolic.chain import definitions, factors, nested
from analysis.symbolic.display import expectation, partial, times
from analysis.symbolic.layer import plain
from analysis.symbolic.normal import density
from analysis.symbolic.notation import a_, b_, cost, w_, z
from analysis.symbolic.residual import (
    L,
    c,
    mean_log,
    residual,
    s,
    tau,
)

_k = sp.Symbol("k", integer=True, nonnegative=True)
_q = sp.Symbol("q", positive=True)
_v = sp.Symbol("v", positive=True)
_n = sp.Symbol("n", integer=True, positive=True)
_j = INDEX
_x = sp.Symbol("x", real=True)
_g = sp.Symbol("g", real=True)
_w, _phi = sp.IndexedBase("w"), sp.IndexedBase("phi")
shortcut = sp.Symbol("k", positive=True)
BLOCK = residual(plain(), s)


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


_relu_mean = sp.Integral(z * density(z / sp.sqrt(2 * _q)) / sp.sqrt(2 * _q), (z, 0, sp.oo))
MEAN = sp.sqrt(_q / sp.pi)
"""E ReLU(z) for z ~ N(0, 2q): what a branch ReLU(Wx) with Var w = 2/n adds to every entry, on average."""


def lower_bound(blocks_: sp.Expr = L) -> sp.Expr:
    """A lower bound of q_L/q_0 for x + ReLU(Wx)/√L from m_0 = 0: (1/(πL)) (1 + 1/√(πL))^(2L − 2)."""
    step = 1 / sp.sqrt(sp.pi * blocks_)
    return step**2 * (1 + step) ** (2 * blocks_ - 2)


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


def _limit(e: sp.Basic, world: World) -> Number:
    """A limit of log-gains by roots, any other by its values."""
    return limit_by_roots(e, world) if e.has(tanh_gain) else MEANINGS[sp.Limit](e, world)


def limit_by_roots(e: sp.Basic, world: World) -> Number:
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
_sent = sp.Sum(_w[_j] * _phi[_j], (_j, 1, _n))
_block = expectation((_x + s * _sent) ** 2)
_PER_ROOT = sp.Rational(4, 3) / sp.sqrt(2 * sp.pi)
_skew = sp.Symbol("skew", positive=True)
_FAR = tuple(fmpq(n) for n in (*range(1, 41), 74, 100, 1000, 10**6))
_any_depth = Range(
    "= 1, 2, …", lambda random, world: fmpq(random.randint(1, 10**4)), _FAR, over=sp.Range(1, sp.oo)
)
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


_one, _later = (_w[_j + k] * _phi[_j + k] for k in (0, APART))
_MOMENTS = {
    expectation(_one * _later): sp.S.Zero,
    expectation(_one**2): _v * _phi[_j] ** 2,
    expectation(_x * s * _sent): sp.S.Zero,
    expectation(_x**2): _x**2,
    expectation(s**2): s**2,
}
"""The means that make the law of the weights: they are independent, with mean 0 and variance v; x and s are
no random numbers."""


def _by_moments(statement: sp.Eq) -> Proof:
    apart = expectation(_x**2) + expectation(s**2 * _sent**2)
    squares = sp.Sum(expectation(_one**2), (_j, 1, _n))
    return proof(
        Line(sp.Eq(_block, apart, evaluate=False), cited("uncorrelated pair", (), _x, s * _sent)),
        Line(
            sp.Eq(expectation(s**2 * _sent**2), s**2 * expectation(_sent**2), evaluate=False),
            cited("constant factor", (), s**2, _sent**2),
        ),
        Line(
            sp.Eq(expectation(_sent**2), squares, evaluate=False),
            cited("uncorrelated sum", (), sp.Lambda(_j, _one), _n),
        ),
        Line(statement, Rewritten((1, 2, 3))),
    )


def _by_logarithms(statement: sp.Lt) -> Proof:
    """log(1 + t) < t at t = 1/L, L times, and the exponential of both sides."""
    t = sp.Symbol("t", positive=True)
    logarithm, apart = sp.log(1 + 1 / L), sp.log(L + 1) - sp.log(L)
    return proof(
        Line(sp.Lt(sp.log(1 + t), t, evaluate=False), over=((t, positive()),)),
        Line(sp.Lt(logarithm, 1 / L, evaluate=False), Instance((1,), {t: 1 / L})),
        sp.Eq(logarithm, apart, evaluate=False),
        Line(sp.Lt(L * apart, 1, evaluate=False), Combined((2, 3), ((L, (0,)), (-L, (1,))))),
        Line(statement, Increasing((4,), sp.Lambda(z, sp.exp(z)))),
    )


def _multiplied_out(statement: sp.Eq) -> Proof:
    one, others = ("I", "the identity") if statement.lhs == blocks(sp.S.One) else ("k I", "k^(L − |S|)")
    words = (
        f"Multiplied out by the distributive law, each block gives its J_l or {one}: the terms are the sets "
        f"S of the blocks that give J_l, in the order of the blocks, and the others give {others}"
    )
    return proof(Line(statement, Said(words)))


def _summed_roots(statement: sp.Eq) -> Proof:
    """√q E tanh′(√q g)² is an integral over u = √q g; as q grows, 1/q = Q falls, and the density goes to that
    at 0."""
    slope = (1 - sp.tanh(X) ** 2) ** 2
    inside, bound = slope * density(sp.sqrt(Q) * X), slope * density(sp.S.Zero)
    pairs = ((Q, positive()), (X, reals()))
    falls, total = sp.exp(-Q * X**2 / 2), sp.Rational(4, 3) / sp.sqrt(2 * sp.pi)
    limit = sp.Eq(sp.Limit(inside, Q, 0), bound, evaluate=False)
    integral = sp.Integral(bound, (X, -sp.oo, sp.oo))
    outside = sp.Limit(sp.Integral(inside, (X, -sp.oo, sp.oo)), Q, 0)
    l = sp.Symbol("l", positive=True)
    functions = (sp.Lambda((Q, X), inside), sp.Lambda(X, bound), sp.Lambda(X, bound))
    words = (
        "E tanh(√q g)² < 1 rises with q, so q_l grows without limit, a block adds nearly 1, and q_l/l → 1; "
        "so log(1 + E tanh′(√q_l g)²) is to leading order the integral over √l, and Stolz sums 1/√l"
    )
    return proof(
        Line(sp.Le(falls, 1, evaluate=False), over=pairs),
        Line(sp.Le(inside, bound, evaluate=False), Combined((1,), ((bound, (0,)),)), pairs),
        Line(sp.Le(-inside, bound, evaluate=False), Combined((), ((bound * (1 + falls), ()),)), pairs),
        Line(limit, over=((X, reals()),)),
        sp.Eq(integral, total, evaluate=False),
        Line(
            sp.Eq(outside, integral, evaluate=False),
            cited("dominated convergence", (2, 3, 4, 5), *functions, total),
        ),
        sp.Eq(sp.Limit(1 / sp.sqrt(l) / (sp.sqrt(l) - sp.sqrt(l - 1)), l, sp.oo), 2, evaluate=False),
        Line(statement, Said(words, (5, 6, 7))),
    )


def _log_is(value_: sp.Expr) -> sp.Eq:
    return sp.Eq(expectation(sp.log(sp.Abs(1 + tau * _g))), value_, evaluate=False)


_PATHS_ARE = sp.Eq(blocks(sp.S.One), over_paths(sp.S.One, sp.S.NegativeOne), evaluate=False)
_SCALED_PATHS_ARE = sp.Eq(
    blocks(shortcut), over_paths(shortcut ** (L - size), sp.S.NegativeOne), evaluate=False
)
_LOG_IS = _log_is(sp.log(tau) + mean_log(1 / tau))


def _decided(**parts: Any) -> Claim:
    """A claim that is decided as it stands."""
    return Claim(check=decided(parts["statement"]), **parts)


CLAIMS = (
    _decided(
        label="residual-chain-gradient",
        sentence="A shortcut adds 1 to the factor of every layer that the gradient passes.",
        statement=_chain_is(_parts),
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
        statement=_PATHS_ARE,
        check=_multiplied_out(_PATHS_ARE),
        scope="they need not commute; the product runs from the output down to the input",
        false_sibling=sp.Eq(blocks(sp.S.One), over_paths(sp.S.One, sp.S.One), evaluate=False),
        domain=domain((_J, _random_matrices()), (L, integers(1, 6)), means=_PATHS),
    ),
    Claim(
        label="residual-scaled-shortcut",
        sentence="A shortcut multiplied by k multiplies the direct path by k^L: it vanishes or explodes by "
        "itself.",
        statement=_SCALED_PATHS_ARE,
        check=_multiplied_out(_SCALED_PATHS_ARE),
        scope="He et al. 2016b, equations 7 and 8",
        false_sibling=sp.Eq(blocks(shortcut), over_paths(shortcut, sp.S.NegativeOne), evaluate=False),
        domain=domain((_J, _random_matrices()), (L, integers(1, 6)), (shortcut, positive()), means=_PATHS),
    ),
    _decided(
        label="residual-path-length",
        sentence="A gradient passes Lc/(1 + c) of the L branches on average, each path counted with its "
        "mean square.",
        statement=sp.Eq(_share, L * c / (1 + c), evaluate=False),
        scope="branches independent with mean 0, each multiplying the mean square by c, so that paths do "
        "not mix; with a scale s of the branches s²c stands for c",
        false_sibling=sp.Eq(_share, L * c, evaluate=False),
        domain=domain((L, integers(1, 24)), (c, positive())),
    ),
    Claim(
        label="residual-block-mean-square",
        sentence="A branch that ends in weights of mean 0 adds its mean square to that of the shortcut, "
        "with no mixed term.",
        statement=sp.Eq(_block, _x**2 + s**2 * _v * _square, evaluate=False),
        check=_by_moments(sp.Eq(_block, _x**2 + s**2 * _v * _square, evaluate=False)),
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
            means={expectation: expectation_over_sequence(_w, _n, two_point(0, _v, _skew), {}), **_MOMENTS},
        ),
    ),
    Claim(
        label="residual-branch-scale",
        sentence="With branches scaled by 1/√L that keep the mean square, L blocks multiply it by less "
        "than e.",
        statement=sp.Lt((1 + 1 / L) ** L, sp.E, evaluate=False),
        check=_by_logarithms(sp.Lt((1 + 1 / L) ** L, sp.E, evaluate=False)),
        scope="each block multiplies the mean square by 1 + s²c with s² = 1/L and c = 1",
        false_sibling=sp.Lt((1 + 1 / L) ** L, sp.Rational(27, 10), evaluate=False),
        domain=domain((L, _any_depth)),
    ),
    Claim(
        label="residual-chain-mean-log",
        sentence="The log-gain of a residual chain in closed form: the plain chain's, and a series in 1/τ² "
        "on top.",
        statement=_LOG_IS,
        check=proof(
            Line(_log_is(sp.log(tau) + mean_log(1 / tau)), cited("log-of-normal", (), sp.S.One, tau))
        ),
        scope="g ~ N(0, 1), so a chain whose s w σ′(z) is normal with standard deviation τ; ₂F₂ is the "
        "hypergeometric series",
        false_sibling=_log_is(sp.log(tau) - (sp.EulerGamma + sp.log(2)) / 2),
        domain=domain(
            (tau, positive(largest=50)),
            means={expectation: Formula(mean_over(_g, normal()).of, _mean_of_normal)},
        ),
    ),
    _decided(
        label="residual-relu-mean",
        sentence="A branch that ends in a ReLU has a mean: √(q/π) on every entry, where q is the mean "
        "square of its input.",
        statement=sp.Eq(_relu_mean, MEAN, evaluate=False),
        scope="z ~ N(0, 2q), which is what weights of variance 2/n make of an input with mean square q, at "
        "any width",
        false_sibling=sp.Eq(_relu_mean, 0, evaluate=False),
        domain=domain((_q, positive())),
    ),
    _decided(
        label="residual-mean-adds-up",
        sentence="For x + ReLU(Wx)/√L the scale 1/√L does not bound the growth: at L = 100 it is more than "
        "100-fold.",
        statement=sp.Gt(lower_bound(sp.Integer(100)), 100, evaluate=False),
        scope="wide layers, Var w = 2/n, m_0 = 0; a lower bound of q_L/q_0 from the mean alone, which "
        "grows without limit in L",
        false_sibling=sp.Gt(lower_bound(sp.Integer(10)), 100, evaluate=False),
        domain=domain(),
    ),
    Claim(
        label="residual-tanh-root-law",
        sentence="With branches W tanh(x) the logarithm of the gradient's root mean square grows like √L: "
        f"by {float(_PER_ROOT):.2f} for each √L.",
        statement=sp.Eq(_root_law, _PER_ROOT, evaluate=False),
        check=_summed_roots(sp.Eq(_root_law, _PER_ROOT, evaluate=False)),
        scope="x + W tanh(x), w ~ N(0, 1/n), no scale, wide layers (n → ∞ before L); G_L is the root mean "
        "square of ∂C/∂x_0 per that of ∂C/∂x_L as mean-field theory has it (Yang and Schoenholz 2017)",
        false_sibling=sp.Eq(_root_law, 2 / sp.sqrt(2 * sp.pi), evaluate=False),
        domain=domain(means={tanh_gain: _tanh_gain, sp.Limit: _limit}),
    ),
)
