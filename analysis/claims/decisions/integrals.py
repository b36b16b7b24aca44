"""Definite integrals by antiderivatives that are verified: the derivative is the integrand, by a normal
form; the antiderivative is smooth between the ends, shown from its formula; it has a finite limit at both.

Where |x|, a minimum or a piecewise function turns, the integral is split. Antiderivatives of polynomials
times e^(a x² + b x + c) are written down, others come from SymPy. ∫₀^∞ x^(s−1) e^(−cx) (log x)^m dx for
s, c > 0 is the m-th derivative of Γ(s)/c^s in s. An activation σ is the integral of its slope σ′: it may have
kinks, but no jumps. A divergent integral has no value here, whatever a formula would say.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from random import Random

import mpmath as mp
import sympy as sp
from sympy.core.relational import Relational
from sympy.integrals.manualintegrate import manualintegrate
from sympy.simplify.fu import TR8

from analysis.claims.decisions import identities
from analysis.claims.decisions.guard import within
from analysis.claims.decisions.letters import Sets, hull
from analysis.claims.decisions.limits import ENDLESS, chosen, one_sided
from analysis.claims.decisions.opened import OPEN, Undecided, sides
from analysis.claims.decisions.smooth import nonzero, positive, smooth
from analysis.symbolic.notation import sigma, sigma_prime

SECONDS = 4.0
"""Processor time for one attempt at an antiderivative."""
Ends = tuple[sp.Expr, sp.Expr]
Found = tuple[sp.Expr, sp.Basic, Ends, sp.Expr, Sets]
"""An integrand, its letter, the ends, the integral, and the sets of other letters."""
_TURNING = (sp.Abs, sp.sign, sp.Min, sp.Max, sp.Piecewise)


def decide(statement: sp.Basic, sets: Sets) -> str | None:
    """How an equation between definite integrals and closed formulas was found to hold for all letters in
    their sets; None if it was not."""
    found: list[Found] = []
    try:
        left, right, over = sides(statement, sets)
        if not (left.has(sp.Integral) or right.has(sp.Integral)):
            return None
        one, other = (_without_integrals(side, over, found) for side in (left, right))
        if identities.decide(sp.Eq(one, other, evaluate=False), over) is None:
            return None
        if not all(_measures(*integral) for integral in found):
            return None
    except OPEN:
        return None
    return "with antiderivatives whose derivatives are the integrands, both sides are the same formula"


def _without_integrals(e: sp.Basic, sets: Sets, found: list[Found]) -> sp.Basic:
    if not e.has(sp.Integral):
        return e
    if isinstance(e, sp.Limit | sp.Sum | sp.Product):
        raise Undecided
    if not isinstance(e, sp.Integral):
        return e.func(*(_without_integrals(x, sets, found) for x in e.args))
    return _iterated(e, dict(sets), found)


def _iterated(e: sp.Integral, sets: dict[sp.Basic, sp.Set], found: list[Found]) -> sp.Expr:
    """The outermost letter is named first, so that the inner ones know between which ends it lies."""
    *inner, (x, low, high) = e.limits
    low, high = (_without_integrals(end, sets, found) for end in (low, high))
    body = e.func(e.function, *inner) if inner else e.function
    parts = [(low, high)]
    if inner and not _sign(low, high) and low == -sp.oo and high == sp.oo:
        parts = [(low, sp.S.Zero), (sp.S.Zero, high)]
    total = sp.S.Zero
    for a, b in parts:
        y, over = _named(x, a, b)
        at = body.xreplace({x: y})
        f = _without_integrals(at, {**sets, y: over}, found) if at.has(sp.Integral) else at
        total += definite(f, y, a, b, sets, found)
    return total


def _sign(low: sp.Expr, high: sp.Expr) -> int:
    """+1 where both ends are known to be ≥ 0, −1 where ≤ 0, else 0."""
    if all(end == sp.oo or end.is_nonnegative for end in (low, high)):
        return 1
    return -1 if all(end == -sp.oo or end.is_nonpositive for end in (low, high)) else 0


def _named(x: sp.Basic, low: sp.Expr, high: sp.Expr) -> tuple[sp.Dummy, sp.Set]:
    """A letter between two ends, in either order, which are not among its values."""
    sign = _sign(low, high)
    known = {1: {"positive": True}, -1: {"negative": True}, 0: {"real": True}}[sign]
    over = {1: sp.Interval.open(0, sp.oo), -1: sp.Interval.open(-sp.oo, 0), 0: sp.S.Reals}[sign]
    if all(end.is_Rational or end in ENDLESS for end in (low, high)) and low != high:
        over = sp.Interval.open(*sorted((low, high)))
    return sp.Dummy(x.name, **known), over


def definite(f: sp.Expr, x: sp.Basic, low: sp.Expr, high: sp.Expr, sets: Sets, found: list[Found]) -> sp.Expr:
    """∫ f dx from low to high, a finite formula, noted in ``found``; raises Undecided where there is none or
    it is not told."""
    if low == high and low not in ENDLESS:
        return sp.S.Zero
    if any(node.has(x) for node in f.atoms(*_TURNING)):
        return sp.Add(*(definite(g, x, a, b, sets, found) for g, a, b in _split(f, x, low, high, sets)))
    y, over = _named(x, low, high)
    f = f.xreplace({x: y})
    if f == 0:
        return sp.S.Zero
    if f == sigma_prime(y) and not {low, high} & set(ENDLESS):
        return sigma(high) - sigma(low)
    if not f.has(y):
        if low in ENDLESS or high in ENDLESS or not smooth(f):
            raise Undecided
        return f * (high - low)
    value = _gamma(f, y, low, high) or _by_antiderivative(f, y, over, (low, high), sets)
    if value is not None:
        found.append((f, y, (low, high), value, sets))
        return value
    terms = sp.Add.make_args(sp.expand(f))
    if len(terms) == 1:
        raise Undecided
    return sp.Add(*(definite(g, y, low, high, sets, found) for g in terms))


# Turns


def _split(
    f: sp.Expr, x: sp.Basic, low: sp.Expr, high: sp.Expr, sets: Sets
) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """Pieces in which one argument that asks for its sign has it."""
    if not (high == sp.oo or low == -sp.oo or _at_most(low, high, sets)):
        if high == -sp.oo or low == sp.oo or _at_most(high, low, sets):
            yield from ((g, b, a) for g, a, b in _split(f, x, high, low, sets))
            return
        raise Undecided
    argument = next(_asked(f, x), None)
    if argument is None:
        raise Undecided
    for a, b, sign in _signs(argument, x, low, high, sets):
        y, _ = _named(x, a, b)
        yield _answered(f, argument, sign).xreplace({x: y}).xreplace({y: x}), a, b


def _at_most(a: sp.Expr, b: sp.Expr, sets: Sets) -> bool:
    """Whether a ≤ b is known."""
    if a == -sp.oo or b == sp.oo:
        return True
    if a == sp.oo or b == -sp.oo:
        return False
    gap = sp.expand(b - a)
    return bool(gap.is_nonnegative) or positive(gap) or _nonnegative_at_corners(gap, sets)


def _nonnegative_at_corners(gap: sp.Expr, sets: Sets) -> bool:
    """Whether what is linear in each of its letters is ≥ 0 where each is at an end of its set."""
    letters = sorted(gap.free_symbols, key=str)
    if len(letters) > 3 or not gap.is_polynomial(*letters):
        return False
    spans = [span for y in letters if y in sets and (span := hull(sets[y])) is not None]
    if len(spans) < len(letters) or not all(s.inf.is_finite and s.sup.is_finite for s in spans):
        return False
    if any(sp.degree(gap, y) > 1 for y in letters):
        return False
    corners = itertools.product(*((span.inf, span.sup) for span in spans))
    return all(gap.xreplace(dict(zip(letters, at, strict=True))).is_nonnegative for at in corners)


def _asked(f: sp.Expr, x: sp.Basic) -> Iterator[sp.Expr]:
    """Arguments in x that ask for their sign and hold no such question themselves."""
    for node in f.atoms(*_TURNING):
        if isinstance(node, sp.Piecewise):
            relations = set().union(*(c.atoms(Relational) for _, c in node.args))
            arguments = [r.lhs - r.rhs for r in relations]
        elif isinstance(node, sp.Min | sp.Max):
            arguments = [node.args[0] - node.args[1]]
        else:
            arguments = [node.args[0]]
        yield from (a for a in arguments if a.has(x) and not a.has(*_TURNING))


def _signs(
    u: sp.Expr, x: sp.Basic, low: sp.Expr, high: sp.Expr, sets: Sets
) -> Iterator[tuple[sp.Expr, sp.Expr, int]]:
    """The parts of (low, high) on which u is positive or negative."""
    if not u.is_polynomial(x):
        y, _ = _named(x, low, high)
        v, spans = u.xreplace({x: y}), {y: (low, high)}
        sign = 1 if positive(v, spans) else -1 if positive(-v, spans) else 0
        if not sign:
            raise Undecided
        yield low, high, sign
        return
    poly = sp.Poly(u, x)
    rational = all(c.is_Rational for c in poly.all_coeffs())
    if poly.degree() == 1:
        a, b = poly.all_coeffs()
        roots = [-b / a]
        last = 1 if positive(a) else -1 if positive(-a) else 0
        before = -last
    elif rational and poly.degree() == 2 and all(r.is_real for r in sp.roots(poly)):
        roots = sorted(sp.roots(poly), key=lambda r: sp.N(r, 30))
        last = 1 if poly.LC() > 0 else -1
        before = last
    elif rational and poly.count_roots() == 0:
        yield low, high, 1 if poly.LC() > 0 else -1
        return
    else:
        raise Undecided
    if not last:
        raise Undecided
    signs = [before, last] if len(roots) == 1 else [last, -last, last]
    places = [-sp.oo, *roots, sp.oo]
    for sign, a, b in zip(signs, places, places[1:], strict=False):
        start = a if _at_most(low, a, sets) else low if _at_most(a, low, sets) else None
        stop = b if _at_most(b, high, sets) else high if _at_most(high, b, sets) else None
        if a != -sp.oo and _at_most(high, a, sets):
            continue
        if b != sp.oo and _at_most(b, low, sets):
            continue
        if start is None or stop is None:
            raise Undecided
        yield start, stop, sign


def _answered(f: sp.Basic, u: sp.Expr, sign: int) -> sp.Basic:
    """f where u has that sign."""
    if not f.has(*_TURNING):
        return f
    if isinstance(f, Relational) and f.lhs - f.rhs == u:
        less, same = isinstance(f, sp.Lt | sp.Le), isinstance(f, sp.Eq | sp.Ne)
        return sp.true if (isinstance(f, sp.Ne) if same else less == (sign < 0)) else sp.false
    if isinstance(f, sp.Piecewise):
        branches = []
        for branch, condition in f.args:
            settled = _settled(condition, u, sign)
            if settled == sp.false:
                continue
            branches.append((_answered(branch, u, sign), settled))
            if settled == sp.true:
                break
        if not branches:
            raise Undecided
        return branches[0][0] if branches[0][1] == sp.true else sp.Piecewise(*branches, evaluate=False)
    args = [_answered(x, u, sign) for x in f.args]
    if isinstance(f, sp.Abs) and f.args[0] == u:
        return sign * args[0]
    if isinstance(f, sp.sign) and f.args[0] == u:
        return sp.Integer(sign)
    if isinstance(f, sp.Min | sp.Max) and f.args[0] - f.args[1] == u:
        first = (sign < 0) == isinstance(f, sp.Min)
        kept = [args[0] if first else args[1], *args[2:]]
        return f.func(*kept) if len(kept) > 1 else kept[0]
    return f.func(*args)


def _settled(condition: sp.Basic, u: sp.Expr, sign: int) -> sp.Basic:
    answers = {}
    for r in condition.atoms(Relational):
        if r.lhs - r.rhs == u:
            if isinstance(r, sp.Eq | sp.Ne):
                answers[r] = sp.true if isinstance(r, sp.Ne) else sp.false
            else:
                answers[r] = sp.true if isinstance(r, sp.Lt | sp.Le) == (sign < 0) else sp.false
    return condition.xreplace(answers)


# Antiderivatives


def _gamma(f: sp.Expr, x: sp.Basic, low: sp.Expr, high: sp.Expr, whole: bool = False) -> sp.Expr | None:
    """∫₀^∞ of c·x^p e^(−a xⁿ) (log x)^m, by the definition of Γ, with t = xⁿ; p + 1 and a must be known to be
    positive. From −∞ to 0 with −x for x. A whole p without a logarithm is left to antiderivatives unless
    ``whole``."""
    if (low, high) == (-sp.oo, sp.S.Zero):
        t = sp.Dummy("t", positive=True)
        return _gamma(f.xreplace({x: -t}), t, sp.S.Zero, sp.oo)
    if (low, high) != (sp.S.Zero, sp.oo):
        return None
    terms = sp.Add.make_args(sp.expand(sp.expand_log(f)))
    if len(terms) > 1 and f.has(sp.log):
        values = [_gamma(g, x, low, high, whole=True) for g in terms]
        return None if None in values else sp.Add(*values)
    outside, power, rate, m = sp.S.One, sp.S.Zero, sp.S.Zero, 0
    exponents = [y.args[0] for y in f.atoms(sp.exp) if y.args[0].has(x)]
    n = max((int(sp.degree(e, x)) for e in exponents if e.is_polynomial(x)), default=1)
    for part in sp.Mul.make_args(sp.powsimp(f)):
        base, exponent = part.as_base_exp()
        if not part.has(x):
            outside *= part
        elif base == x and not exponent.has(x):
            power += exponent
        elif isinstance(part, sp.exp) and not sp.cancel(part.args[0] / x**n).has(x):
            rate -= sp.cancel(part.args[0] / x**n)
        elif base == sp.log(x) and exponent.is_Integer and exponent > 0:
            m += int(exponent)
        else:
            return None
    if power.is_Integer and m == 0 and not whole:
        return None
    if not (positive(power + 1) and positive(rate) and smooth(outside)):
        return None
    s = sp.Dummy("s", positive=True)
    found = sp.diff(sp.gamma(s) / rate**s, s, m).xreplace({s: (power + 1) / n})
    return outside * found / sp.Integer(n) ** (m + 1)


def _by_antiderivative(f: sp.Expr, x: sp.Basic, over: sp.Set, ends: Ends, sets: Sets) -> sp.Expr | None:
    spans = {x: ends}
    if not smooth(f, spans):
        return None
    lettered = any(y.base == x and not y.exp.is_number for y in f.atoms(sp.Pow))
    for way in _WAYS[:2] if lettered else _WAYS:
        g = way(f, x)
        if g is None or g.has(sp.Integral, sp.Piecewise, sp.nan, sp.zoo, sp.I):
            continue
        g = _real(g, spans)
        if not smooth(g, spans) or not identities.vanishes(sp.diff(g, x) - f, {**sets, x: over}):
            continue
        at = [_at_end(g, x, ends[k], ends[1 - k], sets) for k in (0, 1)]
        if at[0] is None or at[1] is None or set(at) & set(ENDLESS):
            continue
        found = at[1] - at[0]
        if found.has(sp.nan, sp.zoo, sp.oo, sp.I):
            continue
        return found
    return None


def _at_end(g: sp.Expr, x: sp.Basic, end: sp.Expr, other: sp.Expr, sets: Sets) -> sp.Expr | None:
    if end in ENDLESS:
        return one_sided(g, x, end, "+", sets)
    if smooth(g, None, {x: end}):
        return g.xreplace({x: end})
    if _at_most(end, other, sets):
        return one_sided(g, x, end, "+", sets)
    return one_sided(g, x, end, "-", sets) if _at_most(other, end, sets) else None


def _real(g: sp.Expr, spans: dict[sp.Basic, Ends]) -> sp.Expr:
    """log(−u) for log u where u is negative: it has the same derivative."""
    turned = {}
    for node in g.atoms(sp.log):
        u = node.args[0]
        if isinstance(u, sp.Abs):
            u = u.args[0]
            turned[node] = sp.log(u)
        if positive(-u, spans):
            turned[node] = sp.log(-u)
    return g.xreplace(turned)


def _gaussian(f: sp.Expr, x: sp.Basic) -> sp.Expr | None:
    """The antiderivative of a sum of polynomials times e^(ax² + bx + c), a < 0, or a = 0 and b ≠ 0."""
    by_exponent: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(sp.expand(f, power_exp=False), power_exp=False)):
        exponent, factor = sp.S.Zero, sp.S.One
        for part in sp.Mul.make_args(term):
            if isinstance(part, sp.exp):
                exponent += part.args[0]
            elif isinstance(part, sp.Pow) and isinstance(part.base, sp.exp) and part.exp.is_Integer:
                exponent += part.base.args[0] * part.exp
            else:
                factor *= part
        exponent = sp.expand(exponent)
        by_exponent[exponent] = by_exponent.get(exponent, sp.S.Zero) + factor
    total = sp.S.Zero
    for exponent, factor in by_exponent.items():
        if not (exponent.is_polynomial(x) and factor.is_polynomial(x)):
            return None
        q, p = sp.Poly(exponent, x), sp.Poly(factor, x)
        if q.degree() > 2:
            return None
        a, b = q.coeff_monomial(x**2), q.coeff_monomial(x)
        if a == 0 and b == 0:
            part = sp.exp(exponent) * p.integrate(x).as_expr()
        elif a == 0:
            part = _by_parts(p, x, b, exponent) if nonzero(b) else None
        else:
            part = _by_bell(p, x, a, b, exponent) if positive(-a) else None
        if part is None:
            return None
        total += part
    return total


def _by_parts(p: sp.Poly, x: sp.Basic, b: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """∫ p e^(bx + c): e^(bx + c) (p/b − p′/b² + …)."""
    factor, k = sp.S.Zero, 0
    while not p.is_zero:
        factor += (-1) ** k * p.as_expr() / b ** (k + 1)
        p, k = p.diff(x), k + 1
    return sp.exp(exponent) * factor


def _by_bell(p: sp.Poly, x: sp.Basic, a: sp.Expr, b: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """∫ p e^(ax² + bx + c) from that of 1 by parts: 2a Iₙ = x^(n−1) e^… − (n − 1) Iₙ₋₂ − b Iₙ₋₁."""
    bell = sp.exp(exponent)
    middle = sp.expand(exponent - a * (x + b / (2 * a)) ** 2)
    root = sp.sqrt(-a)
    found = [sp.sqrt(sp.pi) / (2 * root) * sp.exp(middle) * sp.erf(root * (x + b / (2 * a)))]
    for n in range(1, p.degree() + 1):
        before = (n - 1) * found[n - 2] if n > 1 else 0
        found.append((x ** (n - 1) * bell - before - b * found[n - 1]) / (2 * a))
    total = sum((p.coeff_monomial(x**n) * y for n, y in enumerate(found)), sp.S.Zero)
    return sp.Add(*(sp.expand(y, power_exp=False) for y in sp.Add.make_args(total)))


def _polynomial(f: sp.Expr, x: sp.Basic) -> sp.Expr | None:
    f = sp.expand(f)
    return sp.Poly(f, x).integrate(x).as_expr() if f.is_polynomial(x) else None


def _by_hand(f: sp.Expr, x: sp.Basic) -> sp.Expr | None:
    return within(SECONDS, manualintegrate, f, x)


def _trigonometric(f: sp.Expr, x: sp.Basic) -> sp.Expr | None:
    """Products of sines and cosines written as sums of such first."""
    if not f.has(sp.sin, sp.cos):
        return None
    return within(SECONDS, lambda: manualintegrate(sp.expand(TR8(sp.expand(f))), x))


def _by_sympy(f: sp.Expr, x: sp.Basic) -> sp.Expr | None:
    return within(SECONDS, sp.integrate, f, x)


_WAYS: tuple[Callable[[sp.Expr, sp.Basic], sp.Expr | None], ...] = (
    _polynomial,
    _gaussian,
    _by_hand,
    _trigonometric,
    _by_sympy,
)

# Compared with quadrature

CLOSE = 1e-7
"""Quadrature agrees with a formula to this part of ∫ |f| or 1."""


def _measures(f: sp.Expr, x: sp.Basic, ends: Ends, found: sp.Expr, sets: Sets) -> bool:
    """Whether quadrature gives the same number for a choice of the other letters, where it settles."""
    letters = f.free_symbols | found.free_symbols | ends[0].free_symbols | ends[1].free_symbols
    order = sorted(letters - {x}, key=str)
    random = Random(11)
    for _ in range(4):
        world = chosen(order, sets, random)
        if world is None:
            return True
        here = {y: sp.Rational(int(v.p), int(v.q)) for y, v in world.items()}
        with mp.workdps(15):
            try:
                low, high, told = (mp.mpmathify(sp.N(y.xreplace(here), 15)) for y in (*ends, found))
                g = sp.lambdify(x, f.xreplace(here), "mpmath")
                places = [low, high] if mp.isfinite(low) and mp.isfinite(high) else _places(low, high)
                measured, error = mp.quad(g, places, error=True, maxdegree=5)
            except (ArithmeticError, TypeError, ValueError):
                continue
            if error < CLOSE:
                return bool(abs(measured - told) <= CLOSE * (1 + abs(told)))
    return True


def _places(low: mp.mpf, high: mp.mpf) -> list[mp.mpf]:
    inner = [mp.mpf(y) for y in (-20, -5, -1, 0, 1, 5, 20)]
    if low < high:
        return [low, *(y for y in inner if low < y < high), high]
    return list(reversed(_places(high, low)))
