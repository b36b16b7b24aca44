"""What a run of the test command found of the ledger's claims, kept while it lasts: the notebooks show the
same claims again, each in a process of its own, and settling one takes half a second.

Nothing is kept unless ``UNSTABLE_GRADIENTS_OUTCOMES`` names a folder. ``make.py test`` makes it anew and
calls it by the fingerprint of ``analysis/``; a file that is changed later changes the fingerprint, and then
nothing is read or kept any more.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from analysis.claims.fingerprint import fingerprint
from analysis.claims.outcome import Outcome
from analysis.symbolic.printing import plain_text

if TYPE_CHECKING:
    from analysis.claims.claim import Claim

VARIABLE = "UNSTABLE_GRADIENTS_OUTCOMES"
Pair = tuple[Outcome, Outcome]
"""The outcomes of a claim's own statement and of its near miss."""


def outcomes(claim: Claim) -> Pair | None:
    """What this run found of a claim; None where nothing is kept of it, or it is not the ledger's."""
    path = _path(claim)
    if path is None:
        return None
    try:
        found: Pair = pickle.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return found


def keep(claim: Claim, found: Pair) -> None:
    """Keep what was found of a claim of the ledger, where a run asks for it and it reads back the same."""
    path = _path(claim)
    if path is None:
        return
    written_as = io.BytesIO()
    _AsItStands(written_as).dump(found)
    text = written_as.getvalue()
    if pickle.loads(text) != found:  # an expression that evaluates itself when it is made again
        return
    number, written = tempfile.mkstemp(dir=path.parent)
    with open(number, "wb") as file:
        file.write(text)
    os.replace(written, path)


class _AsItStands(pickle.Pickler):
    """Relations, sums, products and powers come back as they were written, not evaluated."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Relational | BooleanFunction | sp.Add | sp.Mul | sp.Pow):
            return _unevaluated, (obj.func, obj.args)
        return NotImplemented


def _unevaluated(func: Any, args: tuple[sp.Basic, ...]) -> Any:
    return func(*args, evaluate=False)


def _path(claim: Claim) -> Path | None:
    """The file for this claim; None where a run keeps nothing, the source was changed or the claim is not the
    ledger's own object."""
    named = os.environ.get(VARIABLE)
    if not named or not _of_the_ledger(claim):
        return None
    folder = Path(named)
    if folder.name != fingerprint() or not folder.is_dir():
        return None
    sibling = "the edge" if claim.false_sibling is None else plain_text(claim.false_sibling)
    statements = f"{plain_text(claim.statement)}\n{sibling}"
    return folder / f"{claim.label}-{hashlib.sha256(statements.encode()).hexdigest()[:16]}"


def _of_the_ledger(claim: Claim) -> bool:
    """Whether a module of the ledger that is imported has this very object."""
    from analysis.claims.ledger import MODULES  # which imports claims

    modules = (sys.modules[name] for name in MODULES if name in sys.modules)
    return any(claim is item for module in modules for item in module.CLAIMS)
