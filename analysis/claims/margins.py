"""How far a measured inequality is from failing, in standard errors.
What a sentence says of recorded runs holds by 3 of them.

Every symbol of a relation stands for one number a seed, the same seeds on both sides. The margin is the mean
over the seeds of what the larger side has more, divided by its standard error; paired, so that what all
variants of a seed share drops out.
Where they share nothing, the squares of the errors add up as they do for independent numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.claims.claim import Claim
from analysis.claims.domain import domain
from analysis.claims.outcome import Check, Checked, Outcome, Refuted, Step, Unknown
from analysis.claims.world import Given, Runs, World

Floats = NDArray[np.float64]
LEAST = 3.0


def standard_error(x: Floats) -> float:
    """s/√n of n numbers (n,), s their standard deviation with n − 1 below;
    0 for a single number that is exact, of shape ()."""
    return float(np.std(x, ddof=1) / math.sqrt(len(x))) if np.ndim(x) else 0.0


def margin(relation: sp.Rel, values: Mapping[sp.Symbol, Floats], *, logarithmic: bool = False) -> float:
    """The margin of one inequality; of an exact count, of shape (), ±∞.
    With ``logarithmic`` the logarithms of both sides are compared.

    Raises ValueError where the relation is not an inequality.
    """
    if not isinstance(relation, (sp.Gt, sp.Ge, sp.Lt, sp.Le)):
        raise ValueError(f"relation must be an inequality, not {relation}")
    names = sorted(relation.free_symbols, key=str)
    sides = sp.lambdify(names, (relation.gts, relation.lts), "numpy")(*(values[s] for s in names))
    larger, smaller = (np.log(side) if logarithmic else np.asarray(side, dtype=float) for side in sides)
    gap = larger - smaller
    mean, error = float(np.mean(gap)), standard_error(gap)
    if error > 0.0:
        return mean / error
    return math.inf if mean > 0.0 or (mean == 0.0 and isinstance(relation, (sp.Ge, sp.Le))) else -math.inf


def by_margin(
    statement: sp.Basic,
    values: Mapping[sp.Symbol, Floats],
    *,
    logarithmic: bool = False,
    how: str = "the recorded runs",
) -> Outcome:
    """Checked where each inequality, of one or of several joined by "and", holds by 3 standard errors;
    refuted where one fails by 3."""
    text = "measured " + ", ".join(_shown(s, x, logarithmic) for s, x in values.items())
    parts = sorted(statement.args, key=str) if isinstance(statement, sp.And) else [statement]
    if not all(isinstance(part, (sp.Gt, sp.Ge, sp.Lt, sp.Le)) for part in parts):
        return Unknown("only inequalities are looked at, one or several joined by and")
    margins = [margin(part, values, logarithmic=logarithmic) for part in parts]
    exact = all(math.isinf(m) for m in margins)
    shown = text if exact else f"{text}; margin {', '.join(f'{m:.1f}' for m in margins)} standard errors"
    if min(margins) <= -LEAST:
        return Refuted(shown)
    if min(margins) >= LEAST:
        return Checked(how, (Step(shown),))
    return Unknown(f"{shown}: too close to tell")


def _shown(symbol: sp.Symbol, x: Floats, logarithmic: bool) -> str:
    """The mean over the seeds, of numbers that are compared by their logarithm the geometric one."""
    mean = math.exp(float(np.mean(np.log(x)))) if logarithmic else float(np.mean(x))
    return f"{str(symbol).replace('~', ' ').replace(chr(92), '')} = {mean:.4g}"


def by_measuring(measured: Callable[[sp.Symbol], Floats], logarithmic: str = "") -> Check:
    """The check of statements about recorded runs:
    equations seed by seed and to the last digit, inequalities ``by_margin``.

    ``measured`` gives a symbol's numbers, (S,) or an exact count (). ``logarithmic`` holds the initials of
    symbols that span powers of ten: an inequality between such symbols alone is one of logarithms.
    The parts of an "and" are settled each and ``joined``.
    """

    def check(statement: sp.Basic) -> Outcome:
        kinds: dict[str, list[sp.Basic]] = {"equation": [], "difference": [], "ratio": []}
        for part in statement.args if isinstance(statement, sp.And) else (statement,):
            initials = {str(x)[0] for x in part.free_symbols}
            ratio = "ratio" if initials <= set(logarithmic) else "difference"
            kinds["equation" if isinstance(part, sp.Eq) else ratio].append(part)
        outcomes = []
        for kind, parts in kinds.items():
            symbols = sorted(set().union(*(part.free_symbols for part in parts)), key=str)
            values = {x: measured(x) for x in symbols}
            if kind == "equation":
                outcomes += [_equal(part, {x: values[x] for x in symbols if part.has(x)}) for part in parts]
            elif parts:
                together = parts[0] if len(parts) == 1 else sp.And(*parts, evaluate=False)
                outcomes.append(by_margin(together, values, logarithmic=kind == "ratio"))
        return joined(outcomes)

    return check


def _equal(equation: sp.Eq, values: Mapping[sp.Symbol, Floats]) -> Outcome:
    text = "measured " + ", ".join(_shown(x, v, logarithmic=False) for x, v in values.items())
    left, right = sp.lambdify(list(values), equation.args, "numpy")(*values.values())
    return Checked("the recorded runs", (Step(text),)) if np.array_equal(left, right) else Refuted(text)


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Of several outcomes together:
    one that is refuted, else one that is unknown, else checked with the lines of all."""
    for kind in (Refuted, Unknown):
        for outcome in outcomes:
            if isinstance(outcome, kind):
                return outcome
    return Checked("the recorded runs", tuple(s for o in outcomes if isinstance(o, Checked) for s in o.steps))


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
        for x in (c.statement.free_symbols | c.false_sibling.free_symbols)
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
