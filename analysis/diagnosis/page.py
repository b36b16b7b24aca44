"""One page that needs no network: findings, a picture, the table."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.diagnosis.measured import Measured
from analysis.diagnosis.path import main_path, stations

if TYPE_CHECKING:
    from analysis.diagnosis.report import Report

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #2458a6; --dot: #b3401f;
  --faint: #8886; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --paper: #16181c; --line: #7fb0ff; --dot: #ff9c75; }
}
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; }
th, td { padding: .15rem .6rem; text-align: right; border-bottom: 1px solid var(--faint);
  white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
.finding { border-left: 4px solid var(--dot); padding-left: 1rem; margin: 1rem 0; }
.note { border-left-color: var(--faint); } svg { width: 100%; height: auto; max-width: 44rem; }
text { fill: var(--ink); font: 13px system-ui, sans-serif; }
"""


def page(report: Report) -> str:
    """The report as one HTML document."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width, initial-scale=1'><title>Diagnosis</title>",
        f"<style>{STYLE}</style><h1>Diagnosis of a network</h1>",
    ]
    if not report.measured.complete:
        parts.append("<p>Interrupted: fewer networks were drawn than asked for.</p>")
    if report.findings:
        for f in report.findings:
            proof = f"notebook {f.chapter}" + (f", claim {f.claim}" if f.claim else "")
            parts.append(
                f"<div class='finding{' note' if f.note else ''}'><h2>{_text(f.code)}: {_text(f.where)}</h2>"
                f"<p>{_text(f.what)}.</p><p>{_text(f.cause)}</p><p><b>First change:</b> {_text(f.remedy)}</p>"
                f"<p>It would be refuted if {_text(f.refuted_by)}. Proof: {_text(proof)}.</p></div>"
            )
    else:
        parts.append("<p>Nothing found.</p>")
    s = report.segment
    if s is not None and math.isfinite(s.slope):
        theory = f"; theory says {s.predicted:+.4f}" if math.isfinite(s.predicted) else ""
        parts.append(
            f"<p>Log-gain of the gradient's norm for each layer towards the input: {s.slope:+.4f} ± "
            f"{s.error:.4f}{theory}.</p>"
        )
    parts += [picture(report), _table(report)]
    return "\n".join(parts)


def picture(report: Report) -> str:
    """The gradient's norm at each layer with its error bars, theory as a line, as SVG; "" where there are
    fewer than two layers with a gradient."""
    logs, errors, line = points(report)
    good = np.isfinite(logs)
    if good.sum() < 2:
        return ""
    both = np.concatenate([logs[good], line[np.isfinite(line)]]) / math.log(10)
    low, high = math.floor(both.min() - 0.2), math.ceil(both.max() + 0.2)
    width, height, left, top = 640.0, 320.0, 60.0, 14.0

    def x(k: int | np.integer[Any]) -> float:
        return left + (width - left - 14) * int(k) / max(len(logs) - 1, 1)

    def y(decades: float) -> float:
        return float(top + (height - top - 44) * (high - decades) / (high - low))

    step = max(1, math.ceil((high - low) / 6))
    parts = [f"<svg viewBox='0 0 {width:.0f} {height:.0f}' role=img aria-label='gradient norm by layer'>"]
    for tick in range(low, high + 1, step):
        parts.append(
            f"<line x1={left} x2={width - 14} y1={y(tick):.1f} y2={y(tick):.1f} stroke='var(--faint)'/>"
            f"<text x={left - 6} y={y(tick) + 4:.1f} text-anchor=end>10<tspan dy=-5 font-size=10>{tick}"
            "</tspan></text>"
        )
    steps = np.linspace(0, len(logs) - 1, min(len(logs), 9)).round().astype(int)
    parts += [
        f"<text x={x(k):.1f} y={height - 24} text-anchor=middle>{k + 1}</text>" for k in np.unique(steps)
    ]
    parts.append(
        f"<text x={(left + width) / 2} y={height - 6} text-anchor=middle>layer, from input to output</text>"
    )
    drawn = [f"{x(k):.1f},{y(v / math.log(10)):.1f}" for k, v in enumerate(line) if math.isfinite(v)]
    if drawn:
        parts.append(f"<polyline points='{' '.join(drawn)}' fill=none stroke='var(--line)' stroke-width=2 />")
    for k in np.flatnonzero(good):
        at, bar = logs[k] / math.log(10), np.nan_to_num(errors[k]) / math.log(10)
        parts.append(
            f"<line x1={x(k):.1f} x2={x(k):.1f} y1={y(at - bar):.1f} y2={y(at + bar):.1f} "
            "stroke='var(--dot)'/>"
            f"<circle cx={x(k):.1f} cy={y(at):.1f} r=3.5 fill='var(--dot)'/>"
        )
    parts.append("</svg>")
    parts.append(
        "<p>Norm of the gradient at each layer: dots measured, with one standard error; line theory."
    )
    return "\n".join(parts)


def points(report: Report) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At each layer: log of the gradient's norm, its standard error, and what theory says from the last layer
    on; (layer,) each."""
    m: Measured = report.measured
    path = main_path(m)
    at = list(stations(m)) if len(stations(m)) > 1 else list(path)
    rows = dict(zip(path, report.rows(), strict=True))
    logs = np.array([rows[k]["backward"] for k in at])
    errors = np.array([rows[k]["backward_error"] for k in at])
    back = report.theory.backward
    steps = [sum(back[k] for k in path if a < k <= b) for a, b in zip(at, at[1:], strict=False)]
    line = np.append(np.cumsum(steps[::-1])[::-1], 0.0) + logs[-1] if steps else logs.copy()
    return logs, errors, line


def _table(report: Report) -> str:
    head = ("site", "kind", "log rms", "log ‖gradient‖", "log-gain", "theory", "share that varies")
    cells = "".join(f"<th>{h}</th>" for h in head)
    rows = []
    for row in report.rows():
        gain = _number(row["gain"], "+.3f")
        gain += f" ± {row['gain_error']:.3f}" if gain and math.isfinite(row["gain_error"]) else ""
        values = (
            _text(row["site"]),
            _text(row["kind"]),
            _number(row["forward"], ".2f"),
            _number(row["backward"], ".2f"),
            gain,
            _number(row["predicted"], "+.3f"),
            _number(row["varies"], ".1e"),
        )
        rows.append("<tr>" + "".join(f"<td>{v}</td>" for v in values) + "</tr>")
    return f"<div class=wide><table><tr>{cells}</tr>{''.join(rows)}</table></div>"


def _number(x: float, form: str) -> str:
    if math.isnan(x):
        return ""
    return format(x, form) if math.isfinite(x) else ("∞" if x > 0 else "−∞")


def _text(x: str) -> str:
    return html.escape(x)
