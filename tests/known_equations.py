"""Equations whose right sides are known by construction, and altered ones, put to a decision."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import sympy as sp
from sampling import sampled

Case = tuple[sp.Expr, sp.Expr]
"""What is asked, a sum for instance, and its value."""


def equation(left: sp.Basic, right: sp.Basic) -> sp.Eq:
    """As it is written."""
    return sp.Eq(left, right, evaluate=False)


def rational(random: Random) -> sp.Rational:
    """A small number that is not 0."""
    return sp.Rational(random.choice([-5, -3, -2, -1, 1, 2, 3, 4]), random.choice([1, 2, 3]))


def off_by_a_number(value: sp.Expr, random: Random) -> sp.Expr:
    """Another value: the difference is a rational number that is not 0."""
    return value + rational(random) / random.choice([1, 10, 1000, 10**6])


def assert_told_apart(
    decide: Callable[[sp.Basic], str | None],
    maker: Callable[[Random], Case],
    made: int,
    drawn: int,
    altered: Callable[[sp.Expr, Random], sp.Expr] = off_by_a_number,
) -> None:
    """Of ``made`` cases ``drawn`` are decided, and none of them with its value altered; all with --all."""
    random = Random(16)
    for asked, value in sampled([maker(random) for _ in range(made)], drawn):
        assert decide(equation(asked, value)), (asked, value)
        wrong = altered(value, random)
        assert decide(equation(asked, wrong)) is None, (asked, wrong)
