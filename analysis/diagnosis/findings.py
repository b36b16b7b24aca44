"""What is wrong, if anything: the measured network against its theory, rule by rule.

The rules are tried in an order in which an earlier finding explains later ones: what is zero by design or
not in the graph; what is no number; what lies below the number format; what is dead or saturated; then the
slopes of the norms with depth, over the steps of a recurrence, the steps of the optimiser, the minimum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis.advice import ADVICE
from analysis.diagnosis.measured import NORMS, WEIGHTED, Measured
from analysis.diagnosis.numbers import shown
from analysis.diagnosis.path import Segment, branch, is_sum, main_path, segment
from analysis.diagnosis.theory import Predicted, predicted
from analysis.symbolic.catalogue import ACTIVATIONS

Floats = NDArray[np.float64]

FACTOR = 1000.0
"""A gradient that changes by more than this between the last layer and the first is called vanishing or
exploding, as in chapter 7."""
ERRORS = 3.0
"""A slope counts as different from 0 beyond so many standard errors."""
DEAD = 0.9
"""Above this share of units that are off for every example a layer is called dead."""
SATURATED = 0.5
"""Above this share of numbers on flat tails a layer is called saturated."""
CONSTANT = 1e-4
"""Below this share of its mean square that varies with the input, a result is called constant."""
STEP = (1e-7, 0.3)
"""Sizes of an optimiser's step over that of the weights outside of which it is called too small or large."""
FORMATS = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 2.0**-1074}
"""The smallest positive number of each format."""

NEAR = 16.0
"""Root mean squares below so many times the smallest number of a format have lost most of their digits."""


@dataclass(frozen=True)
class Finding:
    """``code``, the kind of fault; ``where``, the first site or parameter concerned, and how many more;
    ``what`` was measured, in words with its numbers; ``slope``, ``error`` and ``predicted``, the log-gain for
    each layer, its standard error and what theory says, where a slope is what was found; ``note`` for what
    may be meant so."""

    code: str
    where: str
    what: str
    slope: float = math.nan
    error: float = math.nan
    predicted: float = math.nan
    note: bool = False

    @property
    def cause(self) -> str:
        return ADVICE[self.code].cause

    @property
    def remedy(self) -> str:
        return ADVICE[self.code].remedy

    @property
    def refuted_by(self) -> str:
        """What would show that this finding is wrong."""
        return ADVICE[self.code].refuted_by

    @property
    def claim(self) -> str:
        """The label of the claim behind it, "" where none is."""
        return ADVICE[self.code].claim

    @property
    def chapter(self) -> str:
        """The notebook that proves it."""
        return ADVICE[self.code].chapter

    def __str__(self) -> str:
        return f"{self.code} at {self.where}: {self.what}. {self.cause} First change: {self.remedy}"


def findings(measured: Measured) -> tuple[Finding, ...]:
    """What was found, the first explanation first; empty where nothing was."""
    at = _At(measured)
    found: list[Finding] = []
    for rule in RULES:
        found += rule(at, found)
    return tuple(found)


class _At:
    """The record with its theory and its segment."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self.theory: Predicted = predicted(measured)
        self.path = main_path(measured)
        self.segment: Segment | None = segment(measured, *self.theory)


Rule = Callable[[_At, list[Finding]], Iterator[Finding]]


def _has(found: list[Finding], *codes: str) -> bool:
    return any(f.code in codes for f in found)


def zero_by_design(at: _At, found: list[Finding]) -> Iterator[Finding]:
    names = [s.name for s in at.measured.sites if s.zero]
    if names:
        yield Finding(
            "zero by design", _some(names), "all its weights are 0, so no gradient passes", note=True
        )


def not_in_the_graph(at: _At, found: list[Finding]) -> Iterator[Finding]:
    parameters = at.measured.parameters
    frozen = [p.name for p in parameters if not p.trainable]
    unused = [p.name for p in parameters if p.trainable and not p.reached and not p.called]
    detached = [p.name for p in parameters if p.trainable and not p.reached and p.called]
    if frozen:
        yield Finding("frozen", _some(frozen), "requires_grad is False, so it is not trained", note=True)
    if unused:
        yield Finding("not called", _some(unused), "the forward pass does not call it")
    if detached:
        yield Finding("detached", _some(detached), "it is called, and the backward pass gives it no gradient")


def not_finite(at: _At, found: list[Finding]) -> Iterator[Finding]:
    bad = np.nanmax(at.measured.bad, axis=(0, 1))
    k = next((k for k in range(len(bad)) if bad[k] > 0), None)
    if k is not None:
        site = at.measured.sites[k]
        yield Finding(
            "not finite",
            site.name,
            f"its result is the first with NaN or infinity ({site.kind}, {site.format})",
        )
        return
    gradient = at.measured.backward
    lost = [k for k in range(gradient.shape[-1]) if np.isposinf(gradient[..., k]).any()]
    if lost:
        yield Finding(
            "not finite",
            at.measured.sites[lost[-1]].name,
            "the gradient is NaN or infinite there first, on its way back",
        )


def below_the_floor(at: _At, found: list[Finding]) -> Iterator[Finding]:
    """A gradient whose numbers come near the smallest of its format, or are 0 below it."""
    if _has(found, "not finite"):
        return
    m = at.measured
    blocked = {k for k, s in enumerate(m.sites) if s.zero}
    for k in reversed(at.path):
        site = m.sites[k]
        floor = FORMATS.get(site.format)
        if floor is None or k in blocked:
            return
        numbers = math.log(max(site.units * max(m.batch_size, 1), 1))
        size = _finite_mean(m.backward[..., k]) - 0.5 * numbers
        gone = bool(np.isneginf(m.backward[..., k]).all())
        if (gone and not _dies(at, k)) or (not gone and size < math.log(NEAR * floor)):
            what = "is 0 in every number" if gone else f"has root mean square {math.exp(size):.1e}"
            yield Finding(
                "below the floor",
                site.name,
                f"the gradient {what}; the smallest positive {site.format} is {floor:.1e}",
            )
            return
        if gone:
            return


def _dies(at: _At, k: int) -> bool:
    """Whether units that are off, or weights that are 0, explain that no gradient comes to site k."""
    m = at.measured
    later = [j for j in at.path if j >= k]
    return any(m.sites[j].zero or np.nanmax([*m.never_on[:, j], 0.0]) >= 1.0 for j in later)


def dead_or_saturated(at: _At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    with np.errstate(invalid="ignore"):
        never = np.nan_to_num(m.never_on, nan=0.0).mean(axis=0)
        flat = np.nan_to_num(m.saturated, nan=0.0).mean(axis=(0, 1))
    dead = [k for k in range(len(m.sites)) if never[k] > DEAD]
    if dead:
        yield Finding(
            "dead units",
            _some([m.sites[k].name for k in dead]),
            f"{100 * never[dead[0]]:.0f} % of its units are off for every example",
        )
    stuck = [k for k in range(len(m.sites)) if flat[k] > SATURATED]
    if stuck:
        yield Finding(
            "saturated units",
            _some([m.sites[k].name for k in stuck]),
            f"{100 * flat[stuck[0]]:.0f} % of its weighted inputs lie where the slope is below 1/20 of its largest",
        )


def shortcut_missing(at: _At, found: list[Finding]) -> Iterator[Finding]:
    """A block without a sum, where most of its siblings have one."""
    m = at.measured
    sums = [s.module for k, s in enumerate(m.sites) if is_sum(m.sites, k)]
    called = {s.module for s in m.sites}
    for kind, names in m.blocks.items():
        inside = [n for n in names if any(c == n or c.startswith(f"{n}.") for c in called)]
        without = [n for n in inside if n not in sums]
        if inside and 0 < len(without) < len(inside) / 2:
            yield Finding(
                "shortcut missing",
                _some(without),
                f"{len(inside) - len(without)} of {len(inside)} blocks {kind} add their input, this one does not",
            )


def slope_with_depth(at: _At, found: list[Finding]) -> Iterator[Finding]:
    s, m = at.segment, at.measured
    if s is None or not math.isfinite(s.slope) or _has(found, "not finite"):
        return
    if abs(s.total) < math.log(FACTOR) or abs(s.slope) < ERRORS * s.error:
        return
    first, last = m.sites[s.stations[0]].name, m.sites[s.stations[-1]].name
    where = f"{first} … {last}"
    verb = "loses" if s.slope < 0 else "gains"
    factor = math.exp(-abs(s.slope)) if s.slope < 0 else math.exp(s.slope)
    theory = f"; theory says {s.predicted:+.3f}" if math.isfinite(s.predicted) else ""
    what = (
        f"towards the input the gradient's norm {verb} a factor {shown(abs(s.total))} over {s.steps} layers, "
        f"{factor:.3g} a layer (log-gain {s.slope:+.3f} ± {s.error:.3f}{theory})"
    )
    yield Finding(_cause(at, s), where, what, s.slope, s.error, s.predicted)


def _cause(at: _At, s: Segment) -> str:
    m = at.measured
    inside = [k for k in at.path if s.stations[0] < k <= s.stations[-1]]
    sums = [k for k in inside if is_sum(m.sites, k)]
    branches = [j for k in sums for way in branch(m.sites, k).paths for j in way]
    kinds = {m.sites[k].kind for k in (*inside, *branches)}
    growing = s.slope > 0
    if sums and growing and s.forward > 0.1 * s.slope:
        return "shortcut sums grow"
    if growing and kinds.intersection(NORMS) and abs(s.forward) < 0.25 * s.slope:
        return "normalisation multiplies the gradient"
    if not growing and any(k in ACTIVATIONS and float(ACTIVATIONS[k].slope_bound) <= 0.5 for k in kinds):
        return "slopes below one half"
    return "weights too large" if growing else "weights too small"


def output_constant(at: _At, found: list[Finding]) -> Iterator[Finding]:
    """The last hidden result hardly depends on the input."""
    m = at.measured
    if _has(found, "zero by design", "not finite", "dead units"):
        return
    share = _finite_mean(m.varies[..., m.last])
    if math.isfinite(share) and share < CONSTANT:
        yield Finding(
            "output constant",
            m.sites[m.last].name,
            f"{share:.1e} of its mean square varies from example to example",
        )


def recurrence(at: _At, found: list[Finding]) -> Iterator[Finding]:
    for r in at.measured.reaches:
        steps = r.log_norm.shape[1] - 1
        if steps < 2:
            continue
        logs = np.where(np.isfinite(r.log_norm), r.log_norm, np.nan)
        slopes = []
        for row in logs:
            good = np.isfinite(row)
            if good.sum() > 2:
                t = np.flatnonzero(good)[::-1].max() - np.flatnonzero(good)
                slopes.append(float(np.polyfit(t, row[good], 1)[0]))
        if not slopes:
            continue
        slope = float(np.mean(slopes))
        error = float(np.std(slopes, ddof=1) / math.sqrt(len(slopes))) if len(slopes) > 1 else math.nan
        if abs(slope) * steps < math.log(FACTOR):
            continue
        forget = float(np.nanmean(r.forget)) if np.isfinite(r.forget).any() else math.nan
        theory = f"; the forget gates at rest alone give {forget:+.3f}" if math.isfinite(forget) else ""
        word = "forgets" if slope < 0 else "explodes"
        yield Finding(
            f"recurrence {word}",
            r.name,
            f"each step back changes the gradient by {slope:+.3f} (log-gain{theory}), {steps} steps by "
            f"{shown(slope * steps)}",
            slope,
            error,
            forget,
        )


def steps_of_the_optimiser(at: _At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    moving = {name: x for name, x in m.step.items() if x > 0}
    if _has(found, "not finite", "below the floor") or not moving:
        return
    typical = float(np.median(list(moving.values())))
    if not math.isfinite(typical) or typical > STEP[1]:
        yield Finding(
            "step too large",
            _some(list(moving)),
            f"one step changes the weights by {typical:.1e} of their size",
        )
    elif typical < STEP[0] and not _has(found, "weights too small", "slopes below one half"):
        yield Finding(
            "step too small",
            _some(list(moving)),
            f"one step changes the weights by {typical:.1e} of their size",
        )


def at_a_minimum(at: _At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    if m.probe != "loss" or not math.isfinite(m.loss_gradient) or found and not all(f.note for f in found):
        return
    if m.loss_gradient < 1e-3:
        yield Finding(
            "at a minimum",
            m.sites[m.last].name,
            f"the loss's own gradient at the output is {m.loss_gradient:.1e} per number",
            note=True,
        )


RULES: tuple[Rule, ...] = (
    zero_by_design,
    not_in_the_graph,
    not_finite,
    below_the_floor,
    dead_or_saturated,
    shortcut_missing,
    slope_with_depth,
    output_constant,
    recurrence,
    steps_of_the_optimiser,
    at_a_minimum,
)


def _some(names: list[str]) -> str:
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _finite_mean(x: Floats) -> float:
    x = x[np.isfinite(x)]
    return float(x.mean()) if x.size else math.nan


__all__ = ["FACTOR", "WEIGHTED", "Finding", "findings"]
