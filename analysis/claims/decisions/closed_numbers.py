"""The sign of a closed number: by balls where it is not 0, by algebra where it is.

A number is shown to be 0 by taking the exponentials, error functions and named constants in it for letters:
it is 0 whatever these are, or given the equation that defines a named constant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd, lcm

import sympy as sp
from flint import ctx

from analysis.numeric.balls import ball_function
from analysis.symbolic.constants import Root
from analysis.symbolic.normal import erfcx, ndtr

PRECISIONS = (64, 128, 256, 512)
"""Bits at which a sign is asked for, one after the other."""


class Untold(Exception):
    """Something is needed that is not known."""


def sign_of_number(x: sp.Expr) -> int:
    """−1, 0 or 1; raises Untold where neither balls nor algebra tell, or x is no real number."""
    if x.is_Rational:
        return int(sp.sign(x))
    if sign := _sign_of_balls(x, PRECISIONS):
        return sign
    if vanishes(x):
        return 0
    raise Untold(f"the sign of {x}")


def _sign_of_balls(x: sp.Expr, precisions: Sequence[int]) -> int:
    """The sign, or 0 where the balls hold 0; raises Untold where there are none."""
    try:
        f = ball_function(x)
        for bits in precisions:
            with ctx.workprec(bits):
                found = f()
                if found.is_finite() and not found.contains(0):
                    return 1 if found > 0 else -1
    except (TypeError, AttributeError) as why:
        raise Untold(str(why)) from None
    return 0


def vanishes(x: sp.Expr) -> bool:
    """Whether a closed number is 0 by algebra; False where that is not known."""
    if x.is_Rational:
        return bool(x == 0)
    if _sign_of_balls(x, PRECISIONS[:2]):
        return False
    roots = sorted(x.atoms(Root), key=str)
    parts = [_plain(x), *(_plain(root.equation(root)) for root in roots)]
    letters = in_letters(parts)
    top, *equations = (sp.expand(sp.numer(sp.together(part.xreplace(letters)))) for part in parts)
    if top == 0 or (not top.free_symbols and sp.simplify(top) == 0):
        return True
    return any(_divides(relation, top) for relation in _relations(equations, letters))


def _relations(equations: Sequence[sp.Expr], letters: Mapping[sp.Expr, sp.Expr]) -> list[sp.Expr]:
    """The irreducible factor of each equation that is 0 there, where balls tell the others from 0."""
    values = {letter: x for x, letter in letters.items() if letter.is_Symbol}
    values |= {letter.base: x ** (1 / letter.exp) for x, letter in letters.items() if letter.is_Pow}
    found = []
    for equation in equations:
        factors = [f for f, _ in sp.factor_list(equation)[1]]
        may_be_0 = [f for f in factors if not _sign_of_balls(f.xreplace(values), PRECISIONS[:2])]
        found += may_be_0 if len(may_be_0) == 1 else []
    return found


def _divides(relation: sp.Expr, top: sp.Expr) -> bool:
    gens = sorted(relation.free_symbols | top.free_symbols, key=str)
    if not (top.is_polynomial(*gens) and relation.is_polynomial(*gens)):
        return False
    return bool(sp.reduced(top, [relation], *gens)[1] == 0)


def _plain(x: sp.Expr) -> sp.Expr:
    """With hyperbolic functions as exponentials, those of sums as products, and one error function."""
    x = x.rewrite(sp.exp).replace(ndtr, lambda a: (1 + sp.erf(sp.expand(a / sp.sqrt(2)))) / 2)
    x = x.replace(erfcx, lambda a: sp.exp(a**2) * (1 - sp.erf(a))).replace(sp.erfc, lambda a: 1 - sp.erf(a))
    return x.replace(sp.exp, lambda a: sp.Mul(*(sp.exp(t) for t in sp.Add.make_args(sp.expand(a)))))


def in_letters(parts: Sequence[sp.Expr]) -> dict[sp.Expr, sp.Expr]:
    """A letter for each exponential, error function and named constant; e^a and e^b with a rational quotient
    a/b are powers of one letter."""
    atoms = sorted({x for p in parts for x in p.atoms(sp.exp, sp.erf, Root)}, key=sp.default_sort_key)
    letters: dict[sp.Expr, sp.Expr] = {x: sp.Dummy(positive=True) for x in atoms if not isinstance(x, sp.exp)}
    groups: list[list[sp.exp]] = [[sp.E] if any(p.has(sp.E) for p in parts) else []]
    for x in (x for x in atoms if isinstance(x, sp.exp)):
        own = next((g for g in groups if g and _ratio(x, g[0]).is_Rational), None)
        if own is None:
            groups.append([x])
        else:
            own.append(x)
    for group in groups:
        ratios = [_ratio(x, group[0]) for x in group]
        if ratios:
            step = common_step(ratios)
            letter = sp.Dummy(positive=True)
            letters |= {x: letter ** (r / step) for x, r in zip(group, ratios, strict=True)}
    return letters


def common_step(rationals: Sequence[sp.Rational]) -> sp.Rational:
    """The largest rational number of which all are whole multiples."""
    return sp.Rational(gcd(*(int(r.p) for r in rationals)), lcm(*(int(r.q) for r in rationals)))


def _ratio(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """a/b of e^a and e^b."""
    return sp.cancel(_exponent(x) / _exponent(y))


def _exponent(x: sp.Expr) -> sp.Expr:
    return sp.S.One if x == sp.E else x.args[0]
