"""What a reader is told: a verdict or a hint, as HTML, Markdown and plain text.
The same input always gives the same page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from analysis.symbolic import indices

_BADGE = {
    "right": ("right", "#1b7f4d"),
    "wrong": ("not yet", "#a86400"),
    "refused": ("cannot be judged", "#b3261e"),
    "open": ("open", "#5c6670"),
    "hint": ("hint", "#1f6fb2"),
}


@dataclass(frozen=True)
class Message:
    """Sentences about one exercise; in them, backquotes mark code. ``status`` is a key of the badges."""

    exercise: str
    status: str
    sentences: tuple[str, ...]

    @property
    def _title(self) -> str:
        return f"Exercise {self.exercise}"

    def __repr__(self) -> str:
        badge = _BADGE[self.status][0]
        return "\n".join([f"{self._title} [{badge}]", *(f"  {s.replace('`', '')}" for s in self.sentences)])

    def _repr_markdown_(self) -> str:
        badge = _BADGE[self.status][0]
        lines = [_marked_up(s) for s in self.sentences]
        return f"**{self._title}** ({badge}). " + (
            lines[0] if len(lines) == 1 else "\n\n" + "\n".join(f"- {x}" for x in lines)
        )

    def _repr_html_(self) -> str:
        badge, hue = _BADGE[self.status]
        body = "".join(f'<div class="exercise-sentence">{_tagged(s)}</div>' for s in self.sentences)
        return (
            f'<div class="exercise exercise-{self.status}" data-exercise="{escape(self.exercise)}" '
            'role="status" '
            f'style="border-left:4px solid {hue};padding:.3em .9em;margin:.6em 0">'
            '<div class="exercise-head"><span class="exercise-badge" '
            f'style="background:{hue};color:#fff;border-radius:3px;'
            f'padding:0 .45em">{badge}</span> {escape(self._title)}</div>{body}</div>'
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/plain": repr(self),
            "text/markdown": self._repr_markdown_(),
            "text/html": self._repr_html_(),
        }


@dataclass(frozen=True, repr=False)
class Verdict(Message):
    """How an answer was judged: right, wrong, refused (it cannot be judged) or open (there is none yet)."""

    @property
    def correct(self) -> bool:
        """True where the answer is right."""
        return self.status == "right"

    def __bool__(self) -> bool:
        return self.correct


@dataclass(frozen=True, repr=False)
class Hint(Message):
    """One step towards the answer."""

    step: int = 1
    of: int = 1

    @property
    def _title(self) -> str:
        return f"Exercise {self.exercise}, {self.step} of {self.of}"


def _pieces(sentence: str) -> list[tuple[str, bool]]:
    """The sentence cut at its backquotes: (text, whether it is code)."""
    return [(piece, k % 2 == 1) for k, piece in enumerate(sentence.split("`"))]


def _tagged(sentence: str) -> str:
    return "".join(f"<code>{escape(p)}</code>" if code else indices.html(p) for p, code in _pieces(sentence))


def _marked_up(sentence: str) -> str:
    """Markdown in which nothing but the code is special."""
    return "".join(
        f"`{p}`" if code else re.sub(r"([\\*_<>\[\]$~|#])", r"\\\1", p) for p, code in _pieces(sentence)
    )
