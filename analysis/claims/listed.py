"""Claims in a list, a line each: lemmas and measured results that need no box of their own."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.claims.claim import Settled, settle
from analysis.claims.ledger import CLAIMS
from analysis.claims.render import as_item, as_row, as_text


@dataclass(frozen=True)
class Listed:
    """Settled claims, which show themselves in a notebook as lines that fold out."""

    settled: tuple[Settled, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/plain": repr(self),
            "text/markdown": "\n".join(map(as_item, self.settled)),
            "text/html": "".join(map(as_row, self.settled)),
        }

    def __repr__(self) -> str:
        return "\n".join(map(as_text, self.settled))


def listed(*labels: str) -> Listed:
    """The claims with these labels, settled; raises ValueError where one is no claim's, or none is given.

    >>> from analysis.claims.listed import listed
    >>> print(listed("sigmoid-symmetry"))  # doctest: +ELLIPSIS
    sigmoid-symmetry [proved]
    ...
    """
    if not labels:
        raise ValueError("labels must name at least one claim")
    unknown = [label for label in labels if label not in CLAIMS]
    if unknown:
        raise ValueError(
            f"labels: no claim is called {', '.join(map(repr, unknown))}; `python -m analysis` lists them all"
        )
    return Listed(tuple(settle(CLAIMS[label]) for label in labels))
