"""The numbers that are typed in a claim's sentence and scope, and the numbers that they may be.

A number may be typed where it stands in the statement, the near miss or the domain. In a scope it may be a
setting of the experiment too: a constant or a default of the modules that the claim's module takes from
its chapter or the library. All others are filled in from what computes them. Compared are values: a wrong
number that happens to be another number of the same claim is not found.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.world import Given

STRUCTURAL = frozenset({0.0, 1.0, 2.0})
"""Numbers that may be typed anywhere, as in N(0, 1), "layer 1" or "the square, 2 w"."""
NUMBER = re.compile(r"(?<![\w.^_{₀₁])\d+(?:,\d{3})*(?:\.\d+)?(?![\w⁰¹²³⁴-⁹⁻])(?:[ ]?%| times in a hundred)?")
_PLACE = re.compile(r"(?:chapter|equation|section)s? (?:\d+ and )?$")
_CITATION = re.compile(r"\b[12]\d{3}\b")


class Typed(NamedTuple):
    """A number as it is typed, what it is worth, to how many decimals, and whether it is a percentage."""

    text: str
    value: float
    decimals: int
    percent: bool


def typed(text: str, literals: str) -> Iterator[Typed]:
    """The numbers of a text that stand in one of the literals of its module; no years of publications."""
    for found in NUMBER.finditer(text):
        word = found[0]
        digits = re.match(r"[\d,.]*\d", word)[0]  # type: ignore[index]
        before = text[: found.start()].replace("et al.", "")
        year = _CITATION.fullmatch(digits) and re.search(r"[A-Z]\w+[^.;]*$", before[-60:])
        if (year and 1800 < int(digits) < 2100) or _PLACE.search(before):
            continue
        if re.search(rf"(?<![\d.,]){re.escape(digits)}(?!\d)", literals):
            plain = digits.replace(",", "")
            yield Typed(digits, float(plain), len(plain.partition(".")[2]), word != digits)


def stands(number: Typed, among: frozenset[float]) -> bool:
    """Whether the number, to the decimals that are typed, is one of these, or a share of one that is a
    percentage."""
    if number.value in STRUCTURAL and not number.percent:
        return True
    for x in among:
        values = (100 * x, 100 * (1 - x)) if number.percent else (x, -x)
        if any(abs(round(y, number.decimals) - number.value) < 1e-9 for y in values if math.isfinite(y)):
            return True
    return False


def literals(module: ModuleType) -> str:
    """All literal text of a module, the parts of f-strings included, one a line."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for x in ast.walk(tree):
        if isinstance(x, ast.Expr) and isinstance(x.value, ast.Constant):
            x.value.value = ""  # a docstring
    return "\n".join(
        x.value for x in ast.walk(tree) if isinstance(x, ast.Constant) and isinstance(x.value, str)
    )


def of_claim(claim: Claim) -> frozenset[float]:
    """The numbers of the statement, the near miss and the domain."""
    found = set(_numbers(claim.statement)) | set(_numbers(claim.false_sibling))
    if claim.domain is not None:
        found |= set(_numbers(claim.domain.where))
        for key, x in claim.domain.means.items():
            found |= set(_numbers(key)) | set(() if isinstance(x, Given) else _numbers(x))
        for _, x in claim.domain.ranges:
            found |= {float(w.replace(",", "")) for w in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", x.words)}
    return frozenset(found)


@cache
def constants(module: ModuleType) -> frozenset[float]:
    """The numbers among a module's constants."""
    return frozenset(y for name, x in vars(module).items() if name.lstrip("_").isupper() for y in _numbers(x))


@cache
def settings(module: ModuleType) -> frozenset[float]:
    """The constants of a claims' module and of what it imports from its chapter and from ``numeric``, and the
    defaults of their functions."""
    found: set[float] = set()
    chapter = module.__name__.rpartition(".claims.")[0]
    for used in _reached(module, chapter):
        found |= constants(used)
        for x in vars(used).values():
            if inspect.isfunction(x) and x.__module__ == used.__name__:
                for default in inspect.signature(x).parameters.values():
                    if default.default is not inspect.Parameter.empty:
                        found |= set(_numbers(default.default))
    return frozenset(found)


def _reached(module: ModuleType, chapter: str) -> set[ModuleType]:
    """The module, what it imports from its chapter and ``numeric``, and what its chapter's modules import
    from the chapter in their turn."""
    found, left = {module}, [module]
    while left:
        for used in _imported(left.pop(), chapter):
            if used not in found:
                found.add(used)
                left += [used] if used.__name__.startswith(chapter) else []
    return found


def _imported(module: ModuleType, chapter: str) -> Iterator[ModuleType]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith((chapter, "analysis.numeric"))
        ):
            yield import_module(node.module)
            for alias in node.names:
                inner = getattr(import_module(node.module), alias.name, None)
                if isinstance(inner, ModuleType):
                    yield inner


def _numbers(x: object) -> Iterator[float]:
    if isinstance(x, bool | str | Given):
        return
    if isinstance(x, int | float):
        yield float(x)
    elif isinstance(x, range):
        yield from (float(x.start), float(x.stop), float(len(x)))
    elif isinstance(x, Mapping):
        for key, y in x.items():
            yield from _numbers(key)
            yield from _numbers(y)
    elif isinstance(x, tuple | list | frozenset | set):
        yield float(len(x))
        for y in x:
            yield from _numbers(y)
    elif isinstance(x, sp.Basic):
        yield from _of_expression(x)


_OPAQUE = (sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Derivative)


def _closed(y: sp.Basic) -> bool:
    """Whether SymPy can tell at once that the expression is a number; of our own nodes it may raise."""
    if not isinstance(y, sp.Expr) or y.free_symbols or y.has(*_OPAQUE):
        return False
    try:
        return bool(y.is_number and y.is_real)
    except (IndexError, KeyError):
        return False


def _of_expression(e: sp.Basic) -> Iterator[float]:
    for y in sp.preorder_traversal(e):
        if isinstance(y, sp.Symbol):
            yield from (float(w) for w in re.findall(r"\d+(?:\.\d+)?", y.name))
        elif isinstance(y, sp.Rational):
            yield from (float(y), float(y.p), float(y.q), 1 / float(y) if y else 0.0)
        elif _closed(y):
            if y.is_Float:
                yield float(y)
            elif not y.is_Atom and math.isfinite(value := float(sp.N(y, 15))):
                yield value
