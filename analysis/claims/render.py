"""How settled evidence shows itself:
HTML for the book and JupyterLab, Markdown for the PDF, text for a terminal."""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

from analysis.claims.outcome import Outcome, Refuted, Step, Unknown, summary
from analysis.symbolic import indices
from analysis.symbolic.printing import plain_text, tex


class Settled(Protocol):
    """What is shown: a piece of evidence, its outcome and that of its near miss."""

    @property
    def evidence(self) -> Any: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def sibling(self) -> Outcome: ...


_HUE = {
    "proved": "#1b7f4d",
    "argued": "#6b6400",
    "checked": "#1f6fb2",
    "reproduced": "#7a4fb5",
    "unknown": "#a86400",
    "refuted": "#b3261e",
}


def _steps(outcome: Outcome) -> tuple[Step, ...]:
    return () if isinstance(outcome, Refuted | Unknown) else outcome.steps


def _numbered(outcome: Outcome, remark: str) -> list[tuple[str, Step]]:
    """The steps with the numbers by which later lines name them; a remark with its own mark."""
    return [(f"{k}. " if s.line else remark, s) for k, s in enumerate(_steps(outcome), 1)]


def _line_in_text(s: Step) -> str:
    if s.shown is None:
        return s.text
    over = f", {s.over}" if s.over else ""
    return f"{plain_text(s.shown)}{over}  [{s.text}]" if s.line else f"{s.text}: {plain_text(s.shown)}"


def _line_in_markdown(s: Step) -> str:
    words = indices.myst(s.text)
    if s.shown is None:
        return words
    over = f", {indices.myst(s.over)}" if s.over else ""
    return f"${tex(s.shown)}${over} — {words}" if s.line else f"{words}: ${tex(s.shown)}$"


def _line_in_html(s: Step) -> str:
    """A line folds open to its reason, and to its two sides at a point."""
    words = indices.html(s.text)
    if s.shown is None:
        return words
    formula = rf"\({escape(tex(s.shown))}\)"
    if not s.line:
        return f"{words}: {formula}"
    numbers = f"<div>{escape(s.numbers)}</div>" if s.numbers else ""
    over = f", {indices.html(s.over)}" if s.over else ""
    return (
        f'<details class="claim-line"><summary>{formula}{over}</summary><div>{words}</div>{numbers}</details>'
    )


def as_text(settled: Settled) -> str:
    """Plain text, one fact a line."""
    evidence = settled.evidence
    lines = [
        f"{evidence.label} [{settled.outcome.status}]",
        f"  {evidence.sentence}",
        f"  {plain_text(evidence.statement)}",
        f"  {summary(settled.outcome)}",
        *(f"    {number}{_line_in_text(s)}" for number, s in _numbered(settled.outcome, "")),
        f"  scope: {evidence.where}",
        f"  near miss: {plain_text(evidence.near_miss)} -- {summary(settled.sibling)}",
    ]
    return "\n".join(lines)


def as_markdown(settled: Settled) -> str:
    """Markdown with dollar maths, for the PDF."""
    evidence = settled.evidence
    steps = [f"   {number}{_line_in_markdown(s)}" for number, s in _numbered(settled.outcome, "- ")]
    return "\n".join(
        [
            f"**{evidence.kind.capitalize()}** `{evidence.label}` ({settled.outcome.status}). "
            f"{indices.myst(evidence.sentence)}",
            "",
            f"$${tex(evidence.statement)}$$",
            "",
            f"- {indices.myst(summary(settled.outcome))}",
            *steps,
            f"- Scope: {indices.myst(evidence.where)}",
            f"- Near miss: ${tex(evidence.near_miss)}$ — {indices.myst(summary(settled.sibling))}",
        ]
    )


def _head(settled: Settled) -> str:
    status = settled.outcome.status
    return (
        '<div class="claim-head"><span class="claim-badge" '
        f'style="background:{_HUE[status]};color:#fff;border-radius:3px;'
        f'padding:0 .45em">{status}</span> <code>{escape(settled.evidence.label)}</code></div>'
    )


def _opening(settled: Settled, kind: str, space: str) -> str:
    status = settled.outcome.status
    return (
        f'<div class="{kind} claim-{status} mathjax_process" data-claim="{escape(settled.evidence.label)}" '
        f'style="border-left:4px solid {_HUE[status]};{space}">'
    )


def _statement(settled: Settled) -> str:
    formula = escape(tex(settled.evidence.statement))
    return rf'<div class="claim-statement" style="overflow-x:auto">\[{formula}\]</div>'


def _grounds(settled: Settled) -> str:
    """The proof, the scope and the near miss."""
    evidence = settled.evidence
    steps = "".join(f"<li>{_line_in_html(s)}</li>" for s in _steps(settled.outcome))
    return (
        f'<details class="claim-proof"><summary>{indices.html(summary(settled.outcome))}</summary>'
        f"<ol>{steps}</ol></details>"
        f'<div class="claim-scope"><strong>Scope.</strong> {indices.html(evidence.where)}</div>'
        r'<details class="claim-sibling"><summary>The near miss it refuses</summary>'
        rf'<div style="overflow-x:auto">\({escape(tex(evidence.near_miss))}\)</div>'
        f"<div>{indices.html(summary(settled.sibling))}</div></details>"
    )


def as_html(settled: Settled) -> str:
    """A box with a badge; proof, scope and near miss fold out. Maths is left to the page's MathJax."""
    return (
        _opening(settled, "claim", "padding:.3em .9em;margin:.6em 0")
        + _head(settled)
        + f'<div class="claim-sentence">{indices.html(settled.evidence.sentence)}</div>'
        + _statement(settled)
        + _grounds(settled)
        + "</div>"
    )


def as_row(settled: Settled) -> str:
    """One line in HTML, badge and sentence, that folds out to what else a box shows."""
    return (
        _opening(settled, "claim claim-row", "padding:0 .9em;margin:.15em 0")
        + _head(settled)
        + '<details class="claim-rest"><summary class="claim-sentence">'
        + f"{indices.html(settled.evidence.sentence)}</summary>"
        + _statement(settled)
        + _grounds(settled)
        + "</details></div>"
    )


def as_item(settled: Settled) -> str:
    """One item of a list in Markdown: kind, label, status, sentence and statement."""
    evidence = settled.evidence
    return (
        f"- **{evidence.kind.capitalize()}** `{evidence.label}` ({settled.outcome.status}). "
        f"{indices.myst(evidence.sentence)} ${tex(evidence.statement)}$"
    )
