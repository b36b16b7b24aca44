"""What is asked of every run of a record or a simulation at once: the share of runs of which a relation
holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import ArrayLike

from analysis.claims.laws import in_numbers
from analysis.claims.world import Given, Meaningless, Runs, World
from analysis.numeric.compiled import compiled


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


__all__ = ["of_each", "share", "share_of_runs"]
