"""Equations by a normal form: both sides over a common denominator, in letters that stand for whatever SymPy
cannot take apart.

The difference becomes a polynomial in the letters, in e^m for monomials m, in roots, sines and cosines, and
in every other function, each taken for a letter of its own; it is reduced by s^q = base for a root s, by
sin² + cos² = 1 and |x|² = x². Where nothing is left, the two sides are equal wherever both have a value.
Where |x|, a minimum or a piecewise function turns, every piece is asked. A difference that is left proves
nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import mpmath as mp
import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair

from analysis.claims.decisions.letters import Sets, foreign, hull, renamed

MOST = 4_000
"""The number of operations of an expression that is still put into normal form."""
SHORT = 8
"""Sums and products of so many terms at most are written out."""
LONG = 150
"""Operations of an expression that is worked out at a point first: what is not 0 there has a long normal
form."""
_TURNING = (sp.Abs, sp.sign, sp.Min, sp.Max, sp.Heaviside, sp.Piecewise)
_STRANGE = (sp.nan, sp.zoo, sp.oo, -sp.oo)


def decide(statement: sp.Basic, sets: Sets) -> str | None:
    """How an equation was found to hold for all letters in their sets; None if it was not."""
    if not isinstance(statement, sp.Eq):
        return None
    left, right = statement.args
    if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr)):
        return None
    if strange(left) or strange(right):
        return None
    if any(not x.exp.is_Integer and x.base.has(sp.Sum) for x in statement.atoms(sp.Pow)):
        return None  # roots of sums are for the decision on sums
    if left == right:
        return "both sides are the same expression"
    if vanishes(left - right, sets):
        return "the difference of the two sides, over a common denominator, is 0"
    if (left.has(sp.log) or right.has(sp.log)) and vanishes(sp.exp(left) / sp.exp(right) - 1, sets):
        return "e to either side is the same"
    return None


def strange(e: sp.Basic) -> bool:
    """Whether infinity, or what is no number, stands in an expression other than as an end."""
    if isinstance(e, ExprWithLimits):
        return strange(e.function)
    if isinstance(e, sp.Limit):
        return strange(e.args[0])
    return e in _STRANGE or any(strange(x) for x in e.args)


def vanishes(expression: sp.Expr, sets: Sets) -> bool:
    """Whether an expression is 0 for all letters in their sets, wherever it has a value; False: not told."""
    found = renamed(expression, sets)
    if found is None:
        return False
    new, letters = found
    spans = {
        letters[x]: span
        for x, over in sets.items()
        if isinstance(letters.get(x), sp.Dummy) and (span := hull(over)) is not None
    }
    try:
        cases = list(itertools.islice(pieces(carried_out(new), spans), 65))
        return len(cases) <= 64 and all(is_zero(case) for case in cases)
    except (ArithmeticError, AttributeError, NotImplementedError, RecursionError, TypeError, ValueError):
        return False  # PolynomialError among them


def carried_out(expression: sp.Basic) -> sp.Basic:
    """Derivatives taken, substitutions made, short sums and products written out."""
    if not expression.args or not expression.has(sp.Derivative, sp.Subs, sp.Sum, sp.Product):
        return expression
    if isinstance(expression, sp.Subs):
        inner = carried_out(expression.expr)
        if inner.has(sp.Derivative):
            return expression
        return inner.subs(list(zip(expression.variables, expression.point, strict=True)), simultaneous=True)
    if isinstance(expression, sp.Derivative):
        inner = carried_out(expression.expr)
        if not all(count.is_Integer for _, count in expression.variable_count):
            return expression  # SymPy would differentiate by the count
        for letter, count in expression.variable_count:
            inner = sp.diff(inner, letter, count)
        return expression if inner.has(sp.Subs) else inner  # the chain rule does not go into a mean
    new = expression.func(*(carried_out(x) if isinstance(x, sp.Expr) else x for x in expression.args))
    if isinstance(new, sp.Sum | sp.Product) and len(new.limits) == 1:
        index, low, high = new.limits[0]
        if low.is_Integer and high.is_Integer and 0 <= high - low < SHORT:
            terms = [new.function.subs(index, k) for k in range(int(low), int(high) + 1)]
            return sp.Add(*terms) if isinstance(new, sp.Sum) else sp.Mul(*terms)
    return new


# Pieces


def pieces(expression: sp.Basic, spans: dict[sp.Basic, sp.Interval]) -> Iterator[sp.Basic]:
    """The expression between and at the points where something in it turns, one letter after the other; then
    every branch of what is left."""
    for letter in sorted(expression.free_symbols & set(spans), key=str):
        points = _turns(expression, letter)
        if points is None or not points:
            continue
        inside = sorted(
            (p for p in points if spans[letter].contains(p) == sp.true), key=lambda p: sp.N(p, 30)
        )
        bare = {x: y for x, y in spans.items() if x != letter}
        for point in inside:
            yield from pieces(expression.subs(letter, point), bare)
        edges = [spans[letter].inf, *(p for p in inside if p not in (spans[letter].inf, spans[letter].sup))]
        for low, high in itertools.pairwise([*edges, spans[letter].sup]):
            at = _between(low, high)
            yield from pieces(_as_at(expression, letter, at), bare)
        return
    yield from _branches(expression)


def _turns(expression: sp.Basic, letter: sp.Basic) -> set[sp.Expr] | None:
    """The points at which an argument that asks for its sign, and holds this letter alone, is 0; None where
    they cannot all be told."""
    asked: set[sp.Expr] = set()
    for node in expression.atoms(*_TURNING):
        if isinstance(node, sp.Piecewise):
            relations = set().union(*(c.atoms(Relational) for _, c in node.args))
            asked |= {r.lhs - r.rhs for r in relations}
        elif isinstance(node, sp.Min | sp.Max):
            asked |= {a - b for a, b in itertools.combinations(node.args, 2)}
        else:
            asked.add(node.args[0])
    points: set[sp.Expr] = set()
    for argument in asked:
        if letter not in argument.free_symbols:
            continue
        argument = argument.xreplace(
            {node: node.args[0] ** 2 for node in argument.atoms(sp.Abs)} if argument == sp.Abs(letter) else {}
        )
        split = _zeros(argument, letter)
        if split is None:
            return None
        points |= split
    return points


def _zeros(argument: sp.Expr, letter: sp.Basic) -> set[sp.Expr] | None:
    """The real zeros of a polynomial in the letter, |letter| allowed; None for anything else."""
    if argument.has(sp.Abs):
        sides = [argument.xreplace({sp.Abs(letter): turn * letter}) for turn in (1, -1)]
        found = [_zeros(side, letter) for side in sides] if not any(s.has(sp.Abs) for s in sides) else [None]
        return {sp.S.Zero}.union(*found) if all(x is not None for x in found) else None
    if argument.free_symbols != {letter} or not argument.is_polynomial(letter):
        return None
    polynomial = sp.Poly(argument, letter)
    if not all(c.is_Rational for c in polynomial.all_coeffs()):
        return {-polynomial.nth(0) / polynomial.nth(1)} if polynomial.degree() == 1 else None
    return set(sp.real_roots(polynomial))


def _between(low: sp.Expr, high: sp.Expr) -> sp.Rational:
    """A rational number strictly between."""
    if low == -sp.oo and high == sp.oo:
        return sp.S.Zero
    if low == -sp.oo:
        return sp.floor(high) - 1
    if high == sp.oo:
        return sp.ceiling(low) + 1
    middle = sp.Rational(str(sp.N((low + high) / 2, 30)))
    if not (low < middle) or not (middle < high):
        raise ValueError("two turning points that cannot be told apart")
    return middle


def _as_at(expression: sp.Basic, letter: sp.Basic, at: sp.Rational) -> sp.Basic:
    """What asks for a sign answers as it does at the point, for all its neighbours up to the next turn."""
    if not expression.has(*_TURNING) or letter not in expression.free_symbols:
        return expression
    if isinstance(expression, sp.Piecewise):
        for branch, condition in expression.args:
            answer = condition.subs(letter, at)
            if answer == sp.true:
                return _as_at(branch, letter, at)
            if answer != sp.false:
                break
        return expression.func(
            *(ExprCondPair(_as_at(b, letter, at), c) for b, c in expression.args), evaluate=False
        )
    args = [_as_at(x, letter, at) for x in expression.args]
    own = expression.args[0].free_symbols == {letter} if expression.args else False
    if isinstance(expression, sp.Abs | sp.sign | sp.Heaviside) and own:
        sign = sp.sign(expression.args[0].subs(letter, at))
        if sign in (1, -1):
            return {sp.Abs: sign * args[0], sp.sign: sign, sp.Heaviside: (1 + sign) / 2}[type(expression)]
    if isinstance(expression, sp.Min | sp.Max) and expression.free_symbols == {letter}:
        values = [x.subs(letter, at) for x in expression.args]
        best = (min if isinstance(expression, sp.Min) else max)(values)
        return args[values.index(best)]
    return expression.func(*args)


def _branches(expression: sp.Basic) -> Iterator[sp.Basic]:
    """Every choice of a branch of each piecewise function, minimum and maximum that is left."""
    nodes = list(expression.atoms(sp.Piecewise, sp.Min, sp.Max))
    if not nodes:
        yield expression
        return
    node = min(nodes, key=lambda x: (x.count_ops(), str(x)))  # an innermost one
    choices = [b for b, _ in node.args] if isinstance(node, sp.Piecewise) else list(node.args)
    for choice in choices:
        yield from _branches(expression.xreplace({node: choice}))


# Normal form


def is_zero(expression: sp.Basic) -> bool:
    """Whether the normal form of an expression without turns is 0; its letters know their own assumptions.
    Hyperbolic functions are letters first, and where that does not tell, exponentials; so are numbers with a
    name, such as SELU's λ, and where that does not tell, their formulas."""
    if expression.has(*_HYPERBOLIC) and _is_zero(_plain(expression, hyperbolic=True)):
        return True
    if _is_zero(_plain(expression)):
        return True
    named = {x: x.closed for x in expression.atoms(sp.NumberSymbol) if hasattr(x, "closed")}
    return bool(named) and _is_zero(_plain(expression.xreplace(named)))


def _is_zero(plain: sp.Expr) -> bool:
    if plain == 0:
        return True
    if plain.has(*_STRANGE) or plain.has(sp.DiracDelta) or plain.count_ops() > MOST:
        return False
    if plain.count_ops() > LONG and _apart(plain):
        return False
    letters = _Letters()
    top, bottom = sp.fraction(sp.together(letters.of(plain)))
    if top.has(*_STRANGE) or bottom.has(*_STRANGE):
        return False
    bottom = letters.reduced(bottom)
    return bool(bottom != 0 and letters.reduced(top) == 0)


def _apart(plain: sp.Expr) -> bool:
    """Whether a formula is a real number clearly other than 0 at one point that suits its letters, those for
    what cannot be taken apart among them; False: not told."""
    known: dict[sp.Basic, sp.Dummy] = {}
    plain = plain.replace(
        lambda e: isinstance(e, _WHOLE) or foreign(e), lambda e: known.setdefault(e, sp.Dummy(real=True))
    )
    if not all(x.is_Symbol or x.is_number for x in plain.atoms()):
        return False
    point = {}
    for k, x in enumerate(sorted(plain.free_symbols, key=str)):
        size = sp.Integer(k % 3 + 1) if x.is_integer else sp.Rational(2 * k + 3, 7 + k)
        point[x] = -size if x.is_nonpositive or (k % 2 and not x.is_nonnegative) else size
    with mp.workdps(60):
        try:
            numbers = (mp.mpf(int(x.p)) / int(x.q) for x in point.values())
            value = sp.lambdify(list(point), plain, "mpmath")(*numbers)
            return isinstance(value, mp.mpf) and mp.isfinite(value) and abs(value) > mp.mpf(10) ** -20
        except (ArithmeticError, NameError, TypeError, ValueError):
            return False


_WHOLE = (sp.Sum, sp.Product, sp.Integral, sp.Limit, sp.Derivative, sp.Subs, sp.Indexed)
_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)


def _plain(expression: sp.Basic, hyperbolic: bool = False) -> sp.Expr:
    e = expression
    if e.has(*_HYPERBOLIC) and not hyperbolic:
        e = e.replace(lambda x: isinstance(x, _HYPERBOLIC), lambda x: x.rewrite(sp.exp))
    if e.has(sp.erfc):
        e = e.rewrite(sp.erf)
    if e.has(sp.binomial, sp.factorial, sp.gamma, sp.RisingFactorial, sp.FallingFactorial):
        e = sp.gammasimp(e.rewrite(sp.gamma))
    if e.has(sp.sin, sp.cos, sp.tan):
        e = sp.expand_trig(e.rewrite(sp.tan, sp.sin) if e.has(sp.tan) else e)
        e = e.replace(sp.tan, lambda x: sp.sin(x) / sp.cos(x))
    e = e.replace(_with_fractions, lambda x: sp.Pow(sp.together(x.base), x.exp))
    e = sp.expand(e, power_base=True, power_exp=True, log=True, mul=False, multinomial=False)
    return _linear(e)


def _with_fractions(e: sp.Basic) -> bool:
    """(1 + x/y)^n for a letter n: over a common denominator it is (x + y)^n/y^n."""
    return isinstance(e, sp.Pow) and not e.exp.is_Rational and e.base.is_Add


def _linear(e: sp.Basic) -> sp.Basic:
    """Sums and integrals of a sum as sums of such, and factors that do not depend on the letter before them;
    an integral over several letters stays as it is."""
    if not e.args or not e.has(sp.Sum, sp.Integral):
        return e
    args = [_linear(x) for x in e.args]
    e = e.func(*args) if args != list(e.args) else e
    if not (isinstance(e, sp.Sum | sp.Integral) and len(e.limits) == 1 and len(e.limits[0]) == 3):
        return e
    letter = e.limits[0][0]
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(e.function)):
        outside, inside = term.as_independent(letter, as_Add=False)
        total += outside * e.func(inside, e.limits[0])
    return total


class _Letters:
    """Letters in place of exponentials, roots, sines and all that cannot be taken apart, and what ties
    them."""

    def __init__(self) -> None:
        self.known: dict[sp.Basic, sp.Expr] = {}
        self.ties: list[tuple[sp.Symbol, sp.Expr]] = []

    def of(self, e: sp.Basic) -> sp.Expr:
        """``e`` as a rational function of letters."""
        if e.is_Rational or e.is_Symbol:
            return e
        if isinstance(e, sp.Add | sp.Mul):
            return e.func(*(self.of(x) for x in e.args))
        if e is sp.E:
            return self._root(e, sp.S.One)
        if isinstance(e, sp.exp):
            return self._exponential(e.args[0])
        if isinstance(e, sp.Abs) and e.args[0].is_real:
            new, size, inside = e not in self.known, self._letter(e), self.of(e.args[0])
            if new:
                top, bottom = sp.fraction(sp.together(inside))
                self.ties.append((size, bottom**2 * size**2 - top**2))
            return size
        if isinstance(e, sp.Pow):
            return self._power(*e.args)
        if isinstance(e, sp.sin | sp.cos):
            sine, cosine = (self._letter(f(e.args[0])) for f in (sp.sin, sp.cos))
            if not any(s == sine for s, _ in self.ties):
                self.ties.append((sine, sine**2 + cosine**2 - 1))
            return sine if isinstance(e, sp.sin) else cosine
        return self._letter(e)

    def _letter(self, e: sp.Basic) -> sp.Expr:
        if e not in self.known:
            alike = (x for x in self.known if foreign(e) and x.func == e.func and self._equal(x, e))
            self.known[e] = self.known.get(next(alike, None), sp.Dummy(f"x{len(self.known)}"))
        return self.known[e]

    @staticmethod
    def _equal(one: sp.Basic, other: sp.Basic) -> bool:
        """Whether a function of the book's own is asked for the same numbers twice."""
        return len(one.args) == len(other.args) and all(
            is_zero(a - b) for a, b in zip(one.args, other.args, strict=True)
        )

    def _exponential(self, exponent: sp.Expr) -> sp.Expr:
        total = sp.S.One
        for term in sp.Add.make_args(sp.expand(exponent)):
            logs = [x for x in sp.Mul.make_args(term) if isinstance(x, sp.log)]
            if len(logs) == 1 and not (term / logs[0]).has(sp.log):  # e^(c log b) is what b^c means
                total *= self._power(logs[0].args[0], term / logs[0])
                continue
            number, rest = term.as_coeff_Mul()
            if not number.is_Rational:
                number, rest = sp.S.One, term
            total *= self._root(sp.exp(rest), number)
        return total

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if exponent.is_Integer:
            return self.of(base) ** exponent
        if exponent.is_Rational:
            if base.is_Integer and base > 1:
                primes = sp.factorint(base).items()
                return sp.Mul(*(self._root(sp.Integer(p), k * exponent) for p, k in primes))
            return self._root(base, exponent)
        number, rest = exponent.as_coeff_Mul()
        return self._root(base**rest, number) if number.is_Rational else self._letter(base**exponent)

    def _root(self, base: sp.Expr, exponent: sp.Rational) -> sp.Expr:
        """A rational power of a base.

        That of an exponential, or of a power with a letter in its exponent, is a power of its twelfth root:
        twelfths suffice for what is met, and other roots become letters of their own.
        """
        opaque = isinstance(base, sp.exp | type(sp.E)) or (
            isinstance(base, sp.Pow) and not base.exp.is_Rational
        )
        parts = 12
        if (exponent * parts).q != 1:
            return self._letter(sp.Pow(base, exponent, evaluate=False))
        if opaque:
            return self._letter(base) ** (exponent * parts)
        if exponent.q == 1:
            return self.of(base) ** exponent
        inner = self.of(base)
        name = sp.Pow(base, sp.Rational(1, exponent.q), evaluate=False)
        new = name not in self.known
        root = self._letter(name)
        if new:
            top, bottom = sp.fraction(sp.together(inner))
            self.ties.append((root, bottom * root**exponent.q - top))
        return root**exponent.p

    def reduced(self, polynomial: sp.Expr) -> sp.Expr:
        """What the ties leave of a polynomial in the letters, up to a factor that is not 0."""
        left = sp.expand(polynomial)
        for _ in range(3):
            before = left
            for letter, tie in reversed(self.ties):
                if left.has(letter):
                    left = sp.expand(sp.prem(left, sp.expand(tie), letter))
            if left == before or left == 0:
                break
        return left
