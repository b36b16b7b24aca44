"""Letters that stand for one number for each recorded network, and what may be asked of them all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from analysis.claims.laws import in_numbers
from analysis.claims.world import Given, Meaningless, Runs, World
from analysis.numeric.compiled import compiled
from analysis.numeric.speed_statistics import joint_p_value


class share(sp.Function):  # type: ignore[misc]
    """The share of the recorded networks of which the relation holds."""

    nargs = 1

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{share}}\left[{printer._print(self.args[0])}\right]"


class rounded(sp.Function):  # type: ignore[misc]
    """The first argument rounded to so many decimals."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        x, decimals = (printer._print(a) for a in self.args)
        return rf"\operatorname{{round}}_{{{decimals}}}({x})"


class p_value(sp.Function):  # type: ignore[misc]
    """The joint p-value of the speeds of one network among recorded ones (``joint_p_value``)."""

    def _latex(self, printer: Any) -> str:
        return rf"p\left({', '.join(printer._print(x) for x in self.args)}\right)"


def of_each(group: str, values: Callable[[], ArrayLike]) -> Given:
    """A letter that is one number for each network of a record; ``group`` names the networks."""
    return Given(lambda world: Runs(np.asarray(values(), dtype=np.float64), group), recorded=True)


def share_of_networks(e: sp.Basic, world: World) -> fmpq:
    """The share of networks of which the relation holds, counted: all its letters must belong to the same networks."""
    (relation,) = e.args
    if not isinstance(relation, sp.logic.boolalg.Boolean):
        raise Meaningless(f"a share is asked of a relation, not of {relation}")
    runs = {
        letter: found.read(world)
        for letter, found in world.letters.items()
        if isinstance(found, Given) and isinstance(letter, sp.Basic) and relation.has(letter)
    }
    if not runs or not all(isinstance(x, Runs) for x in runs.values()):
        raise Meaningless(f"nothing in {relation} is known of each network")
    if len({x.group for x in runs.values()}) > 1:
        raise Meaningless(f"the letters of {relation} belong to different networks")
    names = {letter: sp.Dummy(real=True) for letter in runs}
    asked = in_numbers(relation.xreplace(names), list(names.values()), world)
    if asked.free_symbols - set(names.values()):
        strange = ", ".join(sorted(map(str, asked.free_symbols - set(names.values()))))
        raise Meaningless(f"{strange} stands for nothing here")
    holds = compiled(asked, *names.values())(*(x.values for x in runs.values()))
    count = len(next(iter(runs.values())).values)
    return fmpq(int(np.broadcast_to(np.asarray(holds, dtype=bool), (count,)).sum()), count)


def rounded_to(x: fmpq, decimals: fmpq) -> fmpq:
    """x to so many decimals, halves up."""
    unit = fmpq(10 ** int(decimals.p))
    doubled = 2 * x * unit + 1
    return fmpq(int(doubled.p) // (2 * int(doubled.q))) / unit


def p_value_among(sample: Callable[[], NDArray[np.float64]]) -> Callable[..., fmpq]:
    """The meaning of ``p_value``: among the networks (S, H) of ``sample``. Speeds that are not positive lie farthest out."""

    def meaning(*speeds: Any) -> fmpq:
        networks = sample()
        if len(speeds) != networks.shape[1]:
            raise Meaningless(f"{networks.shape[1]} speeds are compared, not {len(speeds)}")
        numbers = [float(x) for x in speeds]
        if min(numbers) <= 0.0:
            return fmpq(1, len(networks) + 1)
        found = joint_p_value(numbers, networks)
        return fmpq(found.numerator, found.denominator)

    return meaning
