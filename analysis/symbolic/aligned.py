"""Several equations, one a line, with their equality signs in one column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp

from analysis.symbolic.printing import plain_text, tex


@dataclass(frozen=True)
class Aligned:
    """Lines of expressions that are equal along each line; shows itself as one displayed formula."""

    lines: tuple[tuple[sp.Basic, ...], ...]

    def __iter__(self) -> Iterator[tuple[sp.Basic, ...]]:
        return iter(self.lines)

    def _repr_latex_(self) -> str:
        rows = (f"{tex(first)} & = " + " && = ".join(tex(x) for x in rest) for first, *rest in self.lines)
        return r"$\displaystyle \begin{aligned} " + r" \\[0.4em] ".join(rows) + r" \end{aligned}$"

    def __repr__(self) -> str:
        return "\n".join(" = ".join(plain_text(x) for x in line) for line in self.lines)


def aligned(equations: Iterable[sp.Basic]) -> Aligned:
    """Equations (``Eq``), or tuples of expressions equal along the line, one a line.

    Raises ValueError where there is no line, or a line has fewer than two sides.
    """
    lines = tuple(tuple(x.args) if isinstance(x, sp.Basic) else tuple(x) for x in equations)
    if not lines:
        raise ValueError("equations must hold at least one line")
    for line in lines:
        if len(line) < 2:
            raise ValueError(f"each line of equations must have two sides or more, not {line}")
    return Aligned(lines)
