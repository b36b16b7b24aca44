"""Letters with an index or an exponent in running text, b_1 or e^(−z), as HTML and MyST set them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

_PART = r"[_^](?:\{[^{}]*\}|\([^()]*\)|[−-]?[A-Za-z0-9Α-ω]+(?:\.[A-Za-z0-9Α-ω]+)*)"
_INDEXED = re.compile(
    # one letter, which may have Δ before it; He, the Hermite polynomial; |…|, (…) and ‖…‖; or a number with
    # an exponent
    rf"((?:He|(?<![^\W\d_Δ])[^\W\d_])['′″]?|(?<=[|)‖])|(?<![\w.])\d+(?=\^))((?:{_PART})+)"
)


def _set(
    text: str, plain: Callable[[str], str], inside: Callable[[str], str], raised: str, lowered: str
) -> str:
    """``text`` with each exponent and index in its pattern after ``inside``,
    and ``plain`` applied to all that is between."""
    pieces, end = [], 0
    for found in _INDEXED.finditer(text):
        pieces.append(plain(text[end : found.end(1)]))
        for part in re.findall(_PART, found[2]):
            content = part[2:-1] if part[1] == "{" else part[1:]
            pieces.append((raised if part[0] == "^" else lowered).format(inside(content)))
        end = found.end()
    return "".join([*pieces, plain(text[end:])])


def html(text: str) -> str:
    """The text as HTML: what is special escaped, indices in ``<sub>``, exponents in ``<sup>``."""
    return _set(text, escape, html, "<sup>{}</sup>", "<sub>{}</sub>")


def myst(text: str) -> str:
    """The text as MyST Markdown, with the roles ``sub`` and ``sup``, which do not nest; stars and
    dollars stay what they are."""
    return _set(text, _literal, str, "{{sup}}`{}`", "{{sub}}`{}`")


def _literal(text: str) -> str:
    """What Markdown would take for emphasis, code, maths or a tag, with a backslash before it."""
    return re.sub(r"[\\*`$<]", r"\\\g<0>", text)
