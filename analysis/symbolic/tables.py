"""Tables that a notebook shows, of words, numbers and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MATHS = re.compile(r"((?<!\\)\$(?:\\.|[^$\\])*\$)")


def _cell(content: object) -> str:
    """The Markdown of a cell: a pipe outside maths would end it, and so would a line break."""
    parts = _MATHS.split(str(content).replace("\n", " "))
    parts[::2] = [re.sub(r"(?<!\\)\|", r"\\|", words) for words in parts[::2]]
    return "".join(parts)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


@dataclass(frozen=True)
class Table:
    """A head and rows of as many cells, in Markdown; it shows itself in a notebook."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def _repr_markdown_(self) -> str:
        return "\n".join((_line(self.head), "|-" * len(self.head) + "|", *map(_line, self.rows)))

    def __repr__(self) -> str:
        return self._repr_markdown_()


def table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> Table:
    r"""The table with this head and these rows, each cell as ``str`` writes it.

    Cells may hold Markdown and ``$maths$``. A pipe outside maths is escaped; inside, write ``\lvert`` or
    ``\mid``, for some readers of Markdown end the cell there.
    Raises ValueError where the head has no cell or a row has not as many as the head.

    >>> from analysis.symbolic.tables import table
    >>> table(("width", "slope"), [(1, "$0.25$"), (16, "$4.00$")])
    | width | slope |
    |-|-|
    | 1 | $0.25$ |
    | 16 | $4.00$ |
    """
    for name, line in (("head", head), ("rows", rows)):
        if isinstance(line, str):
            raise ValueError(f"{name} must be a list, not the text {line!r}")
    named = tuple(map(_cell, head))
    if not named:
        raise ValueError("head must name at least one column")
    found = []
    for number, row in enumerate(rows, 1):
        if isinstance(row, str):
            raise ValueError(f"rows: row {number} must be a list of cells, not the text {row!r}")
        cells = tuple(map(_cell, row))
        if len(cells) != len(named):
            raise ValueError(
                f"rows: row {number} ({', '.join(cells)}) must have as many cells as the head: "
                f"{len(named)}, not {len(cells)}"
            )
        found.append(cells)
    return Table(named, tuple(found))
