"""What is asked of every run of a record or a simulation at once: the share of runs of which a relation
holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.meaning import in_numbers
from analysis.claims.world import Given, Meaningless, Runs, World
from analysis.numeric.compiled import compiled

Floats = NDArray[np.float64]


class share(sp.Function):  # type: ignore[misc]
    """The share of the runs of which the relation holds."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{share}}\left[{printer._print(self.args[0])}\right]"


def of_each(group: str, values: Callable[[], ArrayLike], *, recorded: bool = True) -> Given:
    """A letter that is one number for each run; ``group`` names the runs."""
    return Given(lambda world: Runs(np.asarray(values(), dtype=np.float64), group), recorded=recorded)


def share_of_runs(e: sp.Basic, world: World) -> fmpq:
    """The meaning of ``share``: a count over the runs, whose letters must all belong to the same ones."""
    (relation,) = e.args
    if not isinstance(relation, sp.logic.boolalg.Boolean):
        raise Meaningless(f"a share is asked of a relation, not of {relation}")
    runs = {
        letter: found.read(world)
        for letter, found in world.letters.items()
        if isinstance(found, Given) and isinstance(letter, sp.Basic) and relation.has(letter)
    }
    if not runs or not all(isinstance(x, Runs) for x in runs.values()):
        raise Meaningless(f"nothing in {relation} is known of each run")
    if len({x.group for x in runs.values()}) > 1:
        raise Meaningless(f"the letters of {relation} belong to different runs")
    names = {letter: sp.Dummy(real=True) for letter in runs}
    asked = in_numbers(relation.xreplace(names), list(names.values()), world)
    if strange := asked.free_symbols - set(names.values()):
        raise Meaningless(f"{', '.join(sorted(map(str, strange)))} stands for nothing here")
    holds = compiled(asked, *names.values())(*(x.values for x in runs.values()))
    count = len(next(iter(runs.values())).values)
    return fmpq(int(np.broadcast_to(np.asarray(holds, dtype=bool), (count,)).sum()), count)


def of_runs(
    claims: Sequence[Claim],
    measured: Callable[[sp.Symbol], Floats],
    logarithmic: str = "",
    others: Iterable[sp.Symbol] = (),
) -> tuple[Claim, ...]:
    """The claims with a domain in which every letter stands for its recorded runs.

    Those that have a domain stay as they are.

    ``measured`` gives a letter's numbers, one a seed (S,), or an exact count (). ``logarithmic`` holds the
    initials of letters that span powers of ten. ``others`` are letters that no claim here names, for
    statements of a reader's own.
    """
    letters = {
        x
        for c in claims
        if c.domain is None
        for statement in (c.statement, c.false_sibling)
        if statement is not None
        for x in statement.free_symbols
    }
    means = {x: Given(_reading(x, measured, logarithmic), recorded=True) for x in (*letters, *others)}
    runs = domain(means=means)
    return tuple(c if c.domain is not None else replace(c, domain=runs) for c in claims)


def _reading(
    x: sp.Symbol, measured: Callable[[sp.Symbol], Floats], logarithmic: str
) -> Callable[[World], object]:
    def read(world: World) -> object:
        found = np.asarray(measured(x), dtype=float)
        if not found.ndim:
            return float(found)
        return Runs(found, f"{len(found)} seeds", str(x)[0] in logarithmic)

    return read
