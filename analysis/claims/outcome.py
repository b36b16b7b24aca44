"""What can come of a statement: proved, argued, checked, reproduced, refuted or unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from analysis.symbolic import indices


@dataclass(frozen=True)
class Step:
    """One line of a proof: what is done, the expression it leads to, and what its two sides are at a point;
    ``line`` where it is a statement with its reason, not a remark, and ``over`` what letters range over that
    the claim does not have, or over less."""

    text: str
    shown: sp.Basic | None = None
    numbers: str = ""
    line: bool = False
    over: str = ""


class Shown:
    """Shows itself in a notebook as one line."""

    def _repr_markdown_(self) -> str:
        return indices.myst(summary(self))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Proved(Shown):
    """The statement holds for everything in its scope: it is the last of the lines of a proof, which are
    ``steps``."""

    how: str
    steps: tuple[Step, ...] = ()
    status: ClassVar[str] = "proved"


@dataclass(frozen=True)
class Argued(Shown):
    """The statement follows, but for a step that stands there in words, or that a program of its own worked
    out."""

    how: str
    steps: tuple[Step, ...] = ()
    status: ClassVar[str] = "argued"


@dataclass(frozen=True)
class Checked(Shown):
    """Theory and simulation agree within the stated tolerance, ``distance`` standard errors apart where it
    is an equation."""

    how: str
    steps: tuple[Step, ...] = ()
    distance: float | None = None
    status: ClassVar[str] = "checked"


@dataclass(frozen=True)
class Reproduced(Shown):
    """A published number came out here too."""

    how: str
    steps: tuple[Step, ...] = ()
    status: ClassVar[str] = "reproduced"


@dataclass(frozen=True)
class Refuted(Shown):
    """A counter-example: where it is, and both sides there."""

    witness: str
    status: ClassVar[str] = "refuted"


@dataclass(frozen=True)
class Unknown(Shown):
    """Neither proved nor refuted; counts as a failure."""

    why: str
    status: ClassVar[str] = "unknown"


Outcome = Proved | Argued | Checked | Reproduced | Refuted | Unknown
Check = Callable[[sp.Basic], Outcome]


def summary(outcome: Outcome) -> str:
    """One line: the status and how it was reached, or why not."""
    if isinstance(outcome, Refuted):
        return f"refuted: {outcome.witness}"
    if isinstance(outcome, Unknown):
        return f"unknown: {outcome.why}"
    return (
        f"{outcome.status} by {outcome.how}"
        if isinstance(outcome, Proved | Argued)
        else f"{outcome.status}: {outcome.how}"
    )
