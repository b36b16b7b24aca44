"""How settled evidence shows itself: HTML for the book and JupyterLab, Markdown for the PDF, text for a terminal."""

from __future__ import annotations

from html import escape

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.printer import Printer
from sympy.printing.str import StrPrinter

from analysis.symbolic import indices
from analysis.symbolic.claim import Outcome, Proved, Refuted, Settled, Step, Unknown

_HUE = {
    "proved": "#1b7f4d",
    "checked": "#1f6fb2",
    "reproduced": "#7a4fb5",
    "unknown": "#a86400",
    "refuted": "#b3261e",
}


class _Ordered(Printer):  # type: ignore[misc]
    """Orders the terms of a sum without their values: SymPy asks each integral without letters for its number, by quadrature, every time."""

    def _as_ordered_terms(self, expr: sp.Add, order: str | None = None) -> list[sp.Expr]:
        constants = [x for x in expr.atoms(sp.Integral, sp.Sum, sp.Product, sp.Limit) if x.is_number]
        names = {
            x: sp.Dummy(f"constant_{n}") for n, x in enumerate(sorted(constants, key=sp.default_sort_key))
        }
        terms = {term.xreplace(names): term for term in expr.args} if constants else {}
        if len(terms) < len(expr.args):
            return list(super()._as_ordered_terms(expr, order))
        ordered = super()._as_ordered_terms(sp.Add(*terms), order)
        return [terms[term] for term in ordered] if set(ordered) == set(terms) else list(expr.args)


class _Latex(_Ordered, LatexPrinter):  # type: ignore[misc]
    pass


class _Text(_Ordered, StrPrinter):  # type: ignore[misc]
    pass


def tex(expr: sp.Basic) -> str:
    """LaTeX of a SymPy object, without the trailing zeros of floats."""
    return str(_Latex({"full_prec": False}).doprint(expr))


def plain_text(expr: sp.Basic) -> str:
    """One line of plain text of a SymPy object."""
    return str(_Text({"full_prec": False}).doprint(expr))


def summary(outcome: Outcome) -> str:
    """One line: the status and how it was reached, or why not."""
    if isinstance(outcome, Refuted):
        return f"refuted: {outcome.witness}"
    if isinstance(outcome, Unknown):
        return f"unknown: {outcome.why}"
    return (
        f"{outcome.status} by {outcome.how}"
        if isinstance(outcome, Proved)
        else f"{outcome.status}: {outcome.how}"
    )


def _steps(outcome: Outcome) -> tuple[Step, ...]:
    return () if isinstance(outcome, Refuted | Unknown) else outcome.steps


def as_text(settled: Settled) -> str:
    """Plain text, one fact a line."""
    evidence = settled.evidence
    lines = [
        f"{evidence.label} [{settled.outcome.status}]",
        f"  {evidence.sentence}",
        f"  {plain_text(evidence.statement)}",
        f"  {summary(settled.outcome)}",
        *(
            f"    {s.text}" + (f": {plain_text(s.shown)}" if s.shown is not None else "")
            for s in _steps(settled.outcome)
        ),
        f"  scope: {evidence.scope}",
        f"  near miss: {plain_text(evidence.false_sibling)} -- {summary(settled.sibling)}",
    ]
    return "\n".join(lines)


def as_markdown(settled: Settled) -> str:
    """Markdown with dollar maths, for the PDF."""
    evidence = settled.evidence
    steps = [
        f"   - {indices.myst(s.text)}" + (f": ${tex(s.shown)}$" if s.shown is not None else "")
        for s in _steps(settled.outcome)
    ]
    return "\n".join(
        [
            f"**{evidence.kind.capitalize()}** `{evidence.label}` ({settled.outcome.status}). {indices.myst(evidence.sentence)}",
            "",
            f"$${tex(evidence.statement)}$$",
            "",
            f"- {indices.myst(summary(settled.outcome))}",
            *steps,
            f"- Scope: {indices.myst(evidence.scope)}",
            f"- Near miss: ${tex(evidence.false_sibling)}$ — {indices.myst(summary(settled.sibling))}",
        ]
    )


def as_html(settled: Settled) -> str:
    """A box with a badge; proof, scope and near miss fold out. Maths is left to the page's MathJax."""
    evidence, status = settled.evidence, settled.outcome.status
    steps = "".join(
        f"<li>{indices.html(s.text)}"
        + (rf": \({escape(tex(s.shown))}\)" if s.shown is not None else "")
        + "</li>"
        for s in _steps(settled.outcome)
    )
    hue = _HUE[status]
    return (
        f'<div class="claim claim-{status} mathjax_process" data-claim="{escape(evidence.label)}" '
        f'style="border-left:4px solid {hue};padding:.3em .9em;margin:.6em 0">'
        f'<div class="claim-head"><span class="claim-badge" style="background:{hue};color:#fff;border-radius:3px;'
        f'padding:0 .45em">{status}</span> <code>{escape(evidence.label)}</code></div>'
        f'<div class="claim-sentence">{indices.html(evidence.sentence)}</div>'
        rf'<div class="claim-statement" style="overflow-x:auto">\[{escape(tex(evidence.statement))}\]</div>'
        f'<details class="claim-proof"><summary>{indices.html(summary(settled.outcome))}</summary><ol>{steps}</ol></details>'
        f'<div class="claim-scope"><strong>Scope.</strong> {indices.html(evidence.scope)}</div>'
        rf'<details class="claim-sibling"><summary>The near miss it refuses</summary>'
        rf'<div style="overflow-x:auto">\({escape(tex(evidence.false_sibling))}\)</div>'
        f"<div>{indices.html(summary(settled.sibling))}</div></details></div>"
    )
