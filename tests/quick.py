"""What ``make.py test --quick`` runs: of each test function ``CASES`` cases, of the claims every one, and none of what takes long.

What takes long: what is marked as slow, shows a page in a browser or builds the book, makes environments, or is named in ``LONG``
(above one second of processor time in one case).
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sampling import spread

CASES = 3
EVERY_CASE = ("tests/claims/test_claims.py",)
FIXTURES = {"browser", "driver", "html"}
"""Those that start a browser or build the book."""
LONG = (
)


def takes_long(item: pytest.Item) -> bool:
    """Whether it is left out whatever its cases."""
    named = any(begins(item.nodeid, name) for name in LONG)
    fixtures = FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return named or bool(fixtures) or item.get_closest_marker("slow") is not None


def begins(nodeid: str, name: str) -> bool:
    """Whether this is the test, the function, the file or the folder called so."""
    return nodeid == name or nodeid.startswith((f"{name}[", f"{name}::", f"{name}/"))


def kept(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The quick ones, in their order."""
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not takes_long(item):
            functions.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [
        item
        for name, cases in functions.items()
        for item in (cases if name.startswith(EVERY_CASE) else spread(cases, CASES))
    ]
