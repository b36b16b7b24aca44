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
NORMALISED = 10.0
"""Root mean squares further from 1 than this factor are no result of a normalisation."""
DECIDED = 0.25
"""Above this share of rows in which one number is above 9/10 a softmax within a network is called decided."""


def zero_weights(at: At, found: list[Finding]) -> Iterator[Finding]:
    """Weights of 0: a note, where their own gradient takes them away from it; else they stay."""
    m = at.measured
    stays = {p.name.rpartition(".")[0] for p in m.parameters if p.still and p.name.endswith("weight")}
    zero = [k for k, s in enumerate(m.sites) if s.zero]
    still = [k for k in zero if m.sites[k].module in stays or m.sites[k].name in stays]
    moving = [k for k in zero if k not in still]
    # what lies before weights of 0 that move gets its gradient after the first step
    for_ever = [m.sites[k].name for k in still if not any(_leads(at, k, j) for j in moving)]
    leaving = [m.sites[k].name for k in zero if m.sites[k].name not in for_ever]
    if for_ever:
        yield Finding(
            "zero for ever", some(for_ever), "all its weights are 0, and so is the gradient of each of them"
        )
    if leaving:
        yield Finding(
            "zero by design", some(leaving), "all its weights are 0, so no gradient passes", note=True
        )


def _leads(at: At, first: int, last: int) -> bool:
    """Whether the result of site ``first`` goes into that of site ``last``."""
    reached = {first}
    for k in range(first + 1, last + 1):
        if reached.intersection(at.measured.sites[k].parents):
            reached.add(k)
    return last in reached


def unmoved(at: At, found: list[Finding]) -> Iterator[Finding]:
    """Parameters that the forward pass uses and the module does not register, or that the optimiser's step
    leaves where they are though they have a gradient."""
    m = at.measured
    if m.unregistered:
        yield Finding(
            "not registered", some(list(m.unregistered)), "the forward pass uses parameters that the model "
            "does not list, so no optimiser over model.parameters() moves them"
        )  # fmt: skip
    left = [p.name for p in m.parameters if p.reached and not p.still and m.step.get(p.name) == 0.0]
    if left:
        yield Finding(
            "not in the optimiser",
            some(left),
            "it has a gradient, and the optimiser's step does not move it",
        )


def softmax_twice(at: At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    taken = {"log_softmax", "cross_entropy"}.intersection(m.loss_calls)
    probabilities = m.sites[m.last].kind == "softmax" and finite_mean(m.mean[..., m.last]) > 0
    if taken and probabilities:
        yield Finding(
            "softmax twice",
            m.sites[m.last].name,
            "the model ends in a softmax, and the loss takes another",
        )


def running_statistics(at: At, found: list[Finding]) -> Iterator[Finding]:
    """A batch normalisation whose results are of another size than 1: its statistics are not the data's."""
    m = at.measured
    sizes = {k: finite_mean(m.forward[..., k]) for k, s in enumerate(m.sites) if s.kind == "batch norm"}
    strange = [k for k, x in sizes.items() if math.isfinite(x) and abs(x) > math.log(NORMALISED)]
    if strange and not has(found, "not finite", "dead units"):
        yield Finding(
            "running statistics",
            some([m.sites[k].name for k in strange]),
            f"its result has root mean square {math.exp(sizes[strange[0]]):.2g}, a normalised one about 1",
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
        zero = any(m.sites[p].zero for p in (k, *m.sites[k].parents))  # or the other factor of a product
        if floor and size > math.log(HELD * floor) and not (zero or off):
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
