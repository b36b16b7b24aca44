"""The table of symbols: each line is used in the chapter it names, evaluates to what it shows,
and can be typeset."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser
from notebook_text import NOTEBOOKS, cells, sources

from analysis.symbolic import notation
from analysis.symbolic.notation import (
    NOTATION,
    Entry,
    a_,
    cost,
    cost_prime,
    sigma,
    sigma_prime,
    sigma_second,
    sigma_third,
    w_,
    z,
    z_,
)

ROOT = Path(__file__).resolve().parents[2]
NAMES = {name: value for name, value in vars(notation).items() if not name.startswith("__")}
INDICES = {"l": sp.Symbol("l"), "j": sp.Symbol("j"), "L": sp.Symbol("L")}
EACH = pytest.mark.parametrize("entry", NOTATION, ids=[entry.code for entry in NOTATION])


def normal(latex: str) -> str:
    """LaTeX without braces, spacing and growing brackets: b_{l} and b_l are one symbol."""
    latex = re.sub(r"\\(left|right|displaystyle)(?![a-z])|\\[,;:! ]", "", latex)
    return re.sub(r"[{}\s]|(?<=\\partial)\s", "", latex.replace("&#x27;", "'"))


def identifiers(source: str) -> set[str]:
    """Every name that a module binds, takes as an argument or has as an attribute."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


@cache
def names_in_the_code() -> frozenset[str]:
    modules = [p for p in (ROOT / "analysis").rglob("*.py") if p.name != "notation.py"]
    return frozenset().union(*(identifiers(p.read_text(encoding="utf-8")) for p in modules))


@cache
def formulas_of_chapter(chapter: int) -> str | None:
    """All text of the chapter's notebook and its outputs; None where the chapter is not written."""
    paths = sorted(NOTEBOOKS.glob(f"{chapter:02d}_*.ipynb"))
    if not paths:
        return None
    parts = sources(paths[0])
    for output in (output for cell in cells(paths[0]) for output in cell.get("outputs", ())):
        parts += ["".join(text) for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(parts)


def test_no_line_twice() -> None:
    for values in (
        [e.latex for e in NOTATION],
        [e.code for e in NOTATION],
        [normal(e.latex) for e in NOTATION],
    ):
        assert len(set(values)) == len(values)


@EACH
def test_says_what_it_means(entry: Entry) -> None:
    assert len(entry.meaning.split()) >= 3 and 1 <= entry.chapter <= 13


@EACH
def test_latex_can_be_typeset(entry: Entry) -> None:
    box = MathTextParser("path").parse(f"${entry.latex}$")
    assert box.width > 1
    assert entry.latex.count("{") == entry.latex.count("}")


def test_broken_latex_would_be_seen() -> None:
    with pytest.raises(ValueError, match="Unknown symbol"):
        MathTextParser("path").parse(r"$\partail C$")


@EACH
def test_code_evaluates_to_what_is_shown(entry: Entry) -> None:
    """An expression gives the very LaTeX of its line; a bare name is one that the code of the book binds."""
    tree = ast.parse(entry.code, mode="eval")
    words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if words <= NAMES.keys() | INDICES.keys() and not words <= INDICES.keys():
        value = eval(compile(tree, "<notation>", "eval"), {"__builtins__": {}}, {**NAMES, **INDICES})
        assert normal(sp.latex(value)) == normal(entry.latex)
    else:
        assert words <= names_in_the_code(), f"{words - names_in_the_code()} is used nowhere"


@EACH
def test_used_in_its_chapter(entry: Entry) -> None:
    text = formulas_of_chapter(entry.chapter)
    if text is None:
        pytest.skip(f"chapter {entry.chapter} is not written yet")
    for symbol in entry.latex.split(r",\ "):
        assert occurs(symbol, text), f"chapter {entry.chapter} does not contain {symbol}"


def occurs(symbol: str, text: str) -> bool:
    """Whether a formula of the text contains the symbol; a single letter must stand alone between dollars."""
    if re.fullmatch(r"[A-Za-z]", symbol):
        return any(
            re.search(rf"(?<![A-Za-z\\]){symbol}(?![A-Za-z])", f) for f in re.findall(r"\$([^$]+)\$", text)
        )
    return normal(symbol) in normal(text)


def test_a_missing_symbol_would_be_seen() -> None:
    assert occurs("h", "the input $h$") and not occurs("h", r"the input $\hat x$ has h")
    assert occurs("b_{l}", "$b_l$") and not occurs("b_{l}", "$b_j$")


def test_derivatives_of_unspecified_functions() -> None:
    assert sigma(z).diff(z) == sigma_prime(z)
    assert sigma(z).diff(z, 2) == sigma_second(z) and sigma(z).diff(z, 3) == sigma_third(z)
    assert cost(sigma(z_(1))).diff(z_(1)) == cost_prime(sigma(z_(1))) * sigma_prime(z_(1))
    assert sigma(w_(1) * a_(0)).diff(w_(1)) == a_(0) * sigma_prime(w_(1) * a_(0))


def test_latex_of_powers_and_of_the_cost() -> None:
    assert sp.latex(sigma_prime(z) ** 2) == r"\sigma'^{2}\left(z\right)"
    assert sp.latex(cost_prime(a_(4))) == r"\frac{\partial C}{\partial a_{4}}"
    assert sp.latex(cost_prime(a_(4)) ** 2) == r"\left(\frac{\partial C}{\partial a_{4}}\right)^{2}"
    assert sp.latex(cost_prime(sigma(z))) == r"C'\left(\sigma\left(z\right)\right)"
