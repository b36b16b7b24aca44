"""Rules about what no slope shows: a gradient that stops at one operation, weights that stay 0, a softmax
that has decided, inputs of another size than theory and initialisers take them to be."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from analysis.diagnosis.finding import FORMATS, At, Finding, finite_mean, has, some

HELD = 1e6
"""A gradient so many times above the smallest number of its format is not 0 one layer on by shrinking."""
INPUTS = (0.05, 10.0)
"""Root mean squares of inputs outside of which they are called unscaled."""
DECIDED = 0.25
"""Above this share of rows in which one number is above 9/10 a softmax within a network is called decided."""


def zero_weights(at: At, found: list[Finding]) -> Iterator[Finding]:
    """Weights of 0: a note, where their own gradient takes them away from it; else they stay."""
    m = at.measured
    zero = [s for s in m.sites if s.zero]
    stays = {p.name.rpartition(".")[0] for p in m.parameters if p.still and p.name.endswith("weight")}
    for_ever = [s.name for s in zero if s.module in stays or s.name in stays]
    leaving = [s.name for s in zero if s.name not in for_ever]
    if for_ever:
        yield Finding(
            "zero for ever", some(for_ever), "all its weights are 0, and so is the gradient of each of them"
        )
    if leaving:
        yield Finding(
            "zero by design", some(leaving), "all its weights are 0, so no gradient passes", note=True
        )


def inputs(at: At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    for k, site in enumerate(m.sites):
        if site.kind != "input" or site.name != "input" and not site.name.startswith("input#"):
            continue
        size = math.exp(min(finite_mean(m.forward[..., k]), 700.0))
        if math.isfinite(size) and size > 0 and not INPUTS[0] <= size <= INPUTS[1]:
            mean = finite_mean(m.mean[..., k])
            yield Finding(
                "inputs not scaled", site.name, f"its root mean square is {size:.3g}, its mean {mean:.3g}"
            )


def stops(at: At, found: list[Finding]) -> Iterator[Finding]:
    """The gradient is of a good size behind one operation and 0 in every number before it."""
    m = at.measured
    if has(found, "detached", "not finite", "saturated units", "dead units", "zero for ever"):
        return
    path = list(at.path)
    for before, k in zip(path[-2::-1], path[::-1], strict=False):
        gone = bool(np.isneginf(m.backward[..., before]).all())
        floor = FORMATS.get(m.sites[k].format, 0.0)
        numbers = math.log(max(m.sites[k].units * max(m.batch_size, 1), 1))
        size = finite_mean(m.backward[..., k]) - 0.5 * numbers
        if not gone or not math.isfinite(size):
            continue
        off = np.nanmax([*m.never_on[:, k], *m.never_on[:, before], 0.0]) >= 1.0
        if floor and size > math.log(HELD * floor) and not (m.sites[k].zero or off):
            yield Finding(
                "gradient stops",
                m.sites[k].name,
                f"the gradient has root mean square {math.exp(size):.1e} at its result and is 0 in every "
                f"number at the result of {m.sites[before].name}",
            )
        return


def decided(at: At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    share = {
        k: finite_mean(m.saturated[..., k])
        for k, s in enumerate(m.sites)
        if s.kind == "softmax" and k != m.last
    }
    late = [k for k, x in share.items() if x > DECIDED]
    if late and not has(found, "not finite"):
        yield Finding(
            "softmax decided",
            some([m.sites[k].name for k in late]),
            f"in {100 * share[late[0]]:.0f} % of its rows one number is above 0.9",
        )
