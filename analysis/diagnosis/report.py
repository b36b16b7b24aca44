"""The answer: a table, a figure, findings, one offline page, and an assertion for a test suite."""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from analysis.diagnosis.finding import FORMATS, Finding
from analysis.diagnosis.findings import findings
from analysis.diagnosis.measured import Measured
from analysis.diagnosis.page import page, points
from analysis.diagnosis.path import Segment, main_path, segment, stations
from analysis.diagnosis.theory import Predicted, predicted
from analysis.numeric.optional import of_book

WIDTH = 88
"""Columns of what is printed."""


@dataclass(frozen=True, eq=False)
class Report:
    """What was measured of a network, and what it means; shows itself as a table in a notebook."""

    measured: Measured

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, the first explanation first; empty where nothing was."""
        return findings(self.measured)

    @cached_property
    def theory(self) -> Predicted:
        return predicted(self.measured)

    @cached_property
    def segment(self) -> Segment | None:
        """The slopes along the network, measured and predicted."""
        return segment(self.measured, *self.theory)

    @property
    def healthy(self) -> bool:
        """Whether nothing was found, notes aside."""
        return not any(not f.note for f in self.findings)

    def assert_healthy(self, allow: Collection[str] = ()) -> None:
        """Raises AssertionError with what was found, unless it is a note or its code is in ``allow``."""
        bad = [f for f in self.findings if not f.note and f.code not in allow]
        if bad:
            raise AssertionError("\n".join(map(str, bad)))

    def rows(self) -> list[dict[str, Any]]:
        """One row a site of the main path: name, kind, log of the root mean square, log of the gradient's
        norm, its factor since the site before as measured and as predicted, share that varies."""
        m, path = self.measured, main_path(self.measured)
        found = []
        for before, k in zip((None, *path), path, strict=False):
            back, error = _mean_and_error(m.backward[..., k])
            gain, gain_error = math.nan, math.nan
            if before is not None:
                with np.errstate(invalid="ignore"):
                    gain, gain_error = _mean_and_error(m.backward[..., before] - m.backward[..., k])
            found.append(
                {
                    "site": m.sites[k].name,
                    "kind": m.sites[k].kind,
                    "forward": _mean_and_error(m.forward[..., k])[0],
                    "backward": back,
                    "backward_error": error,
                    "gain": gain,
                    "gain_error": gain_error,
                    "predicted": float(self.theory.backward[k]) if before is not None else math.nan,
                    "varies": _mean_and_error(m.varies[..., k])[0],
                }
            )
        return found

    def __repr__(self) -> str:
        head = ("log rms", "log |grad|", "log-gain", "theory", "varies")
        widths = (7, 10, 15, 7, 7)
        rows = self.rows()
        shown = rows if len(rows) <= 40 else [*rows[:12], *rows[-12:]]
        site = min(max(4, *(len(row["site"]) for row in shown)), 24)
        kind = max(4, *(len(row["kind"]) for row in shown))
        lines = [
            f"{'site':<{site}} {'kind':<{kind}} "
            + " ".join(f"{h:>{w}}" for h, w in zip(head, widths, strict=True))
        ]
        for k, row in enumerate(shown):
            if k == 12 and len(shown) < len(rows):
                lines.append(f"… {len(rows) - len(shown)} more")
            gain = f"{row['gain']:+.3f}" if math.isfinite(row["gain"]) else ""
            gain += f" ± {row['gain_error']:.3f}" if math.isfinite(row["gain_error"]) else ""
            theory = f"{row['predicted']:+.3f}" if math.isfinite(row["predicted"]) else ""
            varies = f"{row['varies']:.1e}" if math.isfinite(row["varies"]) else ""
            lines.append(
                f"{row['site'][:site]:<{site}} {row['kind']:<{kind}} {row['forward']:7.2f} "
                f"{row['backward']:10.2f} {gain:>15} {theory:>7} {varies:>7}"
            )
        wrapped = [textwrap.fill(x, WIDTH, subsequent_indent="    ") for x in self.summary()]
        return "\n".join([*lines, "", *wrapped])

    def summary(self) -> list[str]:
        """The slopes and the findings, a sentence each."""
        s = self.segment
        lines = []
        if s is not None and math.isfinite(s.slope):
            theory = f", theory {s.predicted:+.4f}" if math.isfinite(s.predicted) else ""
            lines.append(
                f"log-gain of the gradient for each layer towards the input: {s.slope:+.4f} ± "
                f"{s.error:.4f}{theory}"
            )
        if not self.measured.complete:
            lines.append("interrupted: fewer seeds than asked for")
        faults = [f for f in self.findings if not f.note]
        for f in self.findings:
            if f in faults[1:]:
                lines.append("perhaps a consequence of what stands above:")
            lines += [
                f"{'note' if f.note else 'FOUND'}: {f.code}, {f.where}: {f.what}.",
                f"  why: {f.cause}",
                f"  first change: {f.remedy}",
                f"  would be refuted if {f.refuted_by}; see chapter {int(f.chapter[:2])}"
                + (f", claim {f.claim}" if f.claim else ""),
            ]
        if not self.findings:
            lines.append("Nothing found.")
        return lines

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def plot(self, ax: Any = None) -> Any:
        """The log of the gradient's norm at each layer with error bars, theory as a line, and the number
        format's floor as a dotted line; returns the axes."""
        pyplot = of_book("matplotlib.pyplot")
        ax = pyplot.subplots()[1] if ax is None else ax
        m = self.measured
        y, errors, line = points(self)
        x = np.arange(1, len(y) + 1)
        ax.errorbar(x, y, yerr=np.nan_to_num(errors), fmt="o", ms=4, label="measured")
        ax.plot(x, line, label="theory")
        at = list(stations(m)) or list(main_path(m))
        floor = FORMATS.get(m.sites[at[0]].format)
        if floor is not None and math.log(floor) > np.nanmin(y) - 40:
            units = max(m.sites[at[0]].units * max(m.batch_size, 1), 1)
            ax.axhline(
                math.log(floor) + 0.5 * math.log(units), ls=":", label=f"smallest {m.sites[at[0]].format}"
            )
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_xlabel("layer, from input to output")
        ax.set_ylabel("log of the gradient's norm")
        ax.legend()
        return ax

    def save_html(self, path: str | Path) -> None:
        """One page that needs no network."""
        Path(path).write_text(page(self), encoding="utf-8")


def _mean_and_error(x: Any) -> tuple[float, float]:
    """The mean over all axes, and its standard error from the means of the seeds."""
    with np.errstate(invalid="ignore"):
        rows = np.asarray(x).reshape(len(x), -1).mean(axis=1)
    rows = rows[np.isfinite(rows)]
    if not rows.size:
        some = np.asarray(x).ravel()
        return (float(some[0]) if some.size else math.nan), math.nan
    error = float(rows.std(ddof=1) / math.sqrt(rows.size)) if rows.size > 1 else math.nan
    return float(rows.mean()), error
