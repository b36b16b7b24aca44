"""What the word *proved* rests on, as tables of a page: the rules, the decisions and the theorems cited."""

from __future__ import annotations

import inspect
import sys

import sympy as sp

from analysis.claims.decisions.decided import DECISIONS
from analysis.claims.rules import REASONS, Cited, Said
from analysis.claims.theorems import THEOREMS
from analysis.symbolic.printing import tex
from analysis.symbolic.tables import table


def rules() -> str:
    """A Markdown table of the rules, in the words of their docstrings."""
    rows = [(_words(x.__name__), _first(x)) for x in REASONS]
    return str(table(("reason", "what it makes a line of"), rows))


def decisions() -> str:
    """A Markdown table of the decisions, in the words of their modules."""
    modules = [sys.modules[x.__module__] for x in DECISIONS]
    rows = [(x.__name__.rpartition(".")[2], _first(x)) for x in modules]
    return str(table(("decision", "what it settles, and how"), rows))


def theorems() -> str:
    """A Markdown table of the theorems that proofs cite, with their sources."""
    rows = []
    for x in THEOREMS.values():
        given = "; ".join(map(_formula, x.hypotheses)) or "none"
        rows.append((x.name, given, _formula(x.conclusion), x.source))
    return str(table(("theorem", "hypotheses", "conclusion", "source"), rows))


def _formula(e: sp.Basic) -> str:
    return f"${tex(e)}$".replace("|", r"\vert ")


def _words(name: str) -> str:
    return {Cited.__name__: "cited theorem", Said.__name__: "words (then *argued*)"}.get(name, name.lower())


def _first(x: object) -> str:
    """The first paragraph of a docstring, in one line of a table."""
    paragraph = (inspect.getdoc(x) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("``", "`")
