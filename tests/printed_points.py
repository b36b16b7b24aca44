"""The point that a counter-example prints, read back from its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sympy as sp
from flint import fmpq

from analysis.claims.domain import Domain, Entries, exact
from analysis.symbolic.printing import plain_text

_POINT = re.compile(r"(?:^|, )at (.*?) (?:the left side|both sides|in entry|the statement)")
_ONE = re.compile(r"([^ ,=][^=]*?) = (-?[0-9][0-9./e+-]*)(?:, |$)")


def printed(witness: str, domain: Domain) -> dict[Any, Any] | None:
    """The values that are printed, by letter; None where a letter of the domain is not printed with its
    value, a function for instance."""
    told = _POINT.search(witness)
    if told is None:
        return None
    words: Mapping[str, fmpq] = {name.strip(): exact(sp.Rational(x)) for name, x in _ONE.findall(told[1])}
    found: dict[Any, Any] = {}
    for key, _ in domain.ranges:
        for letter in key if isinstance(key, tuple) else (key,):
            name = plain_text(letter) if isinstance(letter, sp.Basic) else ""
            known = {at: x for at, x in ((_index(name, w), x) for w, x in words.items()) if at}
            if name in words:
                found[letter] = words[name]
            elif known:
                found[letter] = Entries(_missing, known)
            else:
                return None
    return found


def _index(name: str, word: str) -> tuple[int, ...]:
    at = re.fullmatch(re.escape(name) + r"\[([-0-9, ]+)\]", word)
    return tuple(int(i) for i in at[1].split(",")) if at else ()


def _missing(at: tuple[int, ...]) -> Any:
    raise AssertionError(f"the number at {at} is not printed")
