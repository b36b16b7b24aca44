"""What an activation function is:
expressions only, so it can be hashed, pickled and sent to a worker by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from analysis.symbolic.notation import z


@dataclass(frozen=True)
class Activation:
    """An activation σ(z) and what is declared about its slope; every declaration is proved by a claim.

    All expressions are in the real symbol ``notation.z``, elementwise and without units.

    >>> import sympy as sp
    >>> from analysis.symbolic.notation import z
    >>> half = Activation("half", z / 2, sp.S.Half, log_slope=-sp.log(2), log_slope_rate=sp.S.Zero)
    >>> half.derivative, half.slope
    (1/2, 1/2)
    """

    name: str
    formula: sp.Expr
    """σ(z): the only definition."""
    slope_bound: sp.Expr
    """sup |σ′(z)| over all real z."""
    log_slope: sp.Expr
    """log|σ′(z)| in a form that neither overflows nor cancels."""
    slope_sign: sp.Expr = sp.S.One
    """The sign of σ′(z): 1, or an expression where σ′ changes sign."""
    log_slope_rate: sp.Expr = sp.oo
    """sup |σ″(z)/σ′(z)| where σ′ ≠ 0: how fast the log-slope can change."""
    turn: sp.Expr = sp.S.Zero
    """Where |σ′| is largest; ±∞, or a kink, where it only tends to its supremum there."""
    safe_formula: sp.Expr | None = None
    """σ(z) in a form that neither overflows nor cancels, where the definition does."""

    def __post_init__(self) -> None:
        """Raises ValueError where the formula has Min, Max or Heaviside, whose slope at the kink nobody has
        said, and where the two forms of σ(z) differ at z = 1/3: one of them was changed without the other."""
        if bent := self.formula.atoms(sp.Min, sp.Max, sp.Heaviside):
            shown = ", ".join(sorted(type(x).__name__ for x in bent))
            raise ValueError(
                f"formula must be written with sp.Piecewise, which says on which side a kink is, not {shown}"
            )
        at = {z: sp.Rational(1, 3)}
        if self.safe_formula is not None and abs(sp.N((self.formula - self.safe_formula).subs(at))) > 1e-12:
            raise ValueError(f"safe_formula must equal formula, but they differ at z = 1/3 for {self.name}")

    @cached_property
    def derivative(self) -> sp.Expr:
        """σ′(z) as SymPy differentiates the definition."""
        return self.formula.diff(z)

    @cached_property
    def slope(self) -> sp.Expr:
        """σ′(z) rebuilt from its sign and logarithm: the form that is safe to evaluate."""
        return sp.piecewise_fold(self.slope_sign * sp.exp(self.log_slope))

    @property
    def value(self) -> sp.Expr:
        """σ(z) in the form that is safe to evaluate."""
        return self.formula if self.safe_formula is None else self.safe_formula

    @cached_property
    def kinks(self) -> tuple[sp.Expr, ...]:
        """The points where the derivative jumps (0 for ReLU); empty for a smooth activation."""
        edges = {edge for t in _turners(self.formula) if t.has(z) for edge in sp.solve(t, z) if edge.is_real}
        return tuple(sorted((e for e in edges if self.beside(e, -1) != self.beside(e, 1)), key=float))

    def beside(self, point: sp.Expr, side: int) -> sp.Expr:
        """The limit of σ′ at a point from the left (−1) or from the right (1)."""
        step = sp.Symbol("t", positive=True)
        return sp.limit(self.derivative.subs(z, point + side * step), step, 0, "+")


def _turners(formula: sp.Expr) -> Iterator[sp.Expr]:
    """What changes its sign where a formula bends."""
    for piece in formula.atoms(sp.Piecewise):
        for _, condition in piece.args:
            yield from (r.lhs - r.rhs for r in condition.atoms(sp.core.relational.Relational))
    yield from (size.args[0] for size in formula.atoms(sp.Abs, sp.sign))
