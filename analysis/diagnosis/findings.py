"""What is wrong, if anything: the measured network against its theory, rule by rule.

The rules are tried in an order in which an earlier finding explains later ones: what is zero by design or
not in the graph; what is no number; what lies below the number format; what is dead or saturated; then the
slopes of the norms with depth, over the steps of a recurrence, the steps of the optimiser, the minimum.
What explains a finding stands before it: growth before the overflow that it ends in.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sympy import oo

from analysis.diagnosis.blocked import (
    decided,
    inputs,
    running_statistics,
    softmax_twice,
    stops,
    unmoved,
    zero_weights,
)
from analysis.diagnosis.finding import FORMATS, At, Finding, Rule, finite_mean, has, some
from analysis.diagnosis.measured import NORMS, WEIGHTED, Measured
from analysis.diagnosis.numbers import shown
from analysis.diagnosis.path import Segment, branch, is_sum
from analysis.diagnosis.theory import balanced, memory_slope
from analysis.numeric.arguments import finite
from analysis.symbolic.catalogue import ACTIVATIONS

Floats = NDArray[np.float64]

FACTOR = 1000.0
"""A gradient that falls by more than this between the last layer and the first is called vanishing, as in
chapter 7."""
GROWTH = 100.0
"""A gradient that grows by more than this is called exploding: one learning rate no longer suits all
layers."""
ERRORS = 3.0
"""A slope counts as different from 0 beyond so many standard errors."""
DEAD = 0.9
"""Above this share of units that are off for every example a layer is called dead."""
SATURATED = 0.5
"""Above this share of numbers on flat tails a layer is called saturated."""
CONSTANT = FACTOR**-2
"""Below this share of its mean square that varies with the input, a result is called constant: what varies
is then a thousandth of it."""
STEP = (1e-7, 0.1)
"""Sizes of an optimiser's step over that of the weights outside of which it is called too small or large."""
NARROW = ("float16", "bfloat16")
"""Formats whose floor a healthy network can reach; in the others what vanishes on the way is the cause."""
ROOM = 16.0
"""A gradient whose root mean square is below so many times the smallest number has lost its digits."""
USUAL_STEP, LARGE_STEP = 1e-3, 1e-2
"""The usual size of a step over that of the weights, and that of large steps which still go well."""


def findings(measured: Measured) -> tuple[Finding, ...]:
    """What was found, the first explanation first; empty where nothing was."""
    at = At(measured)
    found: list[Finding] = []
    for rule in RULES:
        found += rule(at, found)
    return tuple(found)


def not_in_the_graph(at: At, found: list[Finding]) -> Iterator[Finding]:
    parameters = at.measured.parameters
    frozen = [p.name for p in parameters if not p.trainable]
    unused = [p.name for p in parameters if p.trainable and not p.reached and not p.called]
    detached = [p.name for p in parameters if p.trainable and not p.reached and p.called]
    if frozen:
        yield Finding("frozen", some(frozen), "requires_grad is False, so it is not trained", note=True)
    if unused:
        yield Finding("not called", some(unused), "the forward pass does not call it")
    if detached:
        more = f" (nor {len(detached) - 1} more)" if len(detached) > 1 else ""
        yield Finding(
            "detached",
            detached[-1],  # the nearest to the output: the cut is right behind it
            f"it is called, and the backward pass gives it no gradient{more}",
        )


def overflow(at: At, found: list[Finding]) -> Iterator[Finding]:
    """Signals or gradients that grow from layer to layer until they leave the number format."""
    s, m = at.segment, at.measured
    if s is None:
        return
    ahead = next((k for k in at.path if np.nanmax(m.bad[..., k]) > 0), None)
    if ahead is not None:
        what, end, rate = "root mean square", ahead, (s.forward, s.forward_error, s.forward_predicted)
    elif (back := _lost(m)) is not None:
        what, end, rate = "gradient's norm", back, (s.slope, s.error, s.predicted)
    else:
        return
    if not rate[0] > ERRORS * rate[1] or rate[0] * s.steps < math.log(GROWTH):
        return
    code = _cause(at, s, growing=True)
    yield Finding(
        code,
        f"{m.sites[s.stations[0]].name} … {m.sites[end].name}",
        f"the {what} grows by a factor {math.exp(min(rate[0], 700)):.3g} a layer (log-gain {rate[0]:+.3f} ± "
        f"{rate[1]:.3f}{_theory(rate[2])}) until it leaves {m.sites[end].format}",
        *rate,
        first=_change(at, s, code),
    )


def not_finite(at: At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    first = next((k for k in range(len(m.sites)) if np.nanmax(m.bad[..., k]) > 0), None)
    if first is not None:
        site = m.sites[first]
        w = m.sigma_w[..., first]
        why = " by its weights, so an earlier step made them so" if site.fan_in and not finite(w) else ""
        yield Finding(
            "not finite",
            site.name,
            f"its result is the first with NaN or infinity ({site.kind}, {site.format}){why}",
        )
    elif m.probe == "loss" and not finite(m.loss):
        yield Finding(
            "not finite", "the loss", "the model's result is finite, and the loss of it is NaN or infinite"
        )
    elif (lost := _lost(m)) is not None:
        yield Finding(
            "not finite", m.sites[lost].name, "the gradient is NaN or infinite there first, on its way back"
        )


def _lost(m: Measured) -> int | None:
    """The first site, on the way back, whose gradient is NaN or infinite."""
    lost = np.isposinf(m.backward).any(axis=(0, 1, 2))
    return int(np.flatnonzero(lost)[-1]) if lost.any() else None


def below_the_floor(at: At, found: list[Finding]) -> Iterator[Finding]:
    """A gradient whose numbers come near the smallest of its format, or are 0 below it. In a wide format
    a slope that takes it there is told first, for no constant would help."""
    if has(found, "not finite", "gradient stops", "zero for ever"):
        return
    m = at.measured
    for k in reversed(at.path):
        site = m.sites[k]
        floor = FORMATS.get(site.format)
        gone = bool(np.isneginf(m.backward[..., k]).all())
        if floor is None or site.zero or (gone and (has(found, "detached") or _dies(at, k))):
            return
        numbers = math.log(max(site.units * max(m.batch_size, 1), 1))
        size = finite_mean(m.backward[..., k]) - 0.5 * numbers
        if gone or size < math.log(floor) + math.log(ROOM):
            if site.format not in NARROW:
                yield from slope_with_depth(at, found)
            what = "is 0 in every number" if gone else f"has root mean square {math.exp(size):.1e}"
            yield Finding(
                "below the floor",
                site.name,
                f"the gradient {what}; the smallest positive {site.format} is {floor:.1e}",
                first=_loss_scale(at, floor),
            )
            return


def _loss_scale(at: At, floor: float) -> str:
    """The power of 2 that brings the largest gradient of the main path to 2⁻⁴, in words."""
    m = at.measured
    sizes = [
        finite_mean(m.backward[..., k]) - 0.5 * math.log(max(m.sites[k].units * max(m.batch_size, 1), 1))
        for k in at.path
    ]
    largest = max((x for x in sizes if math.isfinite(x)), default=math.log(floor))
    power = max(round(-largest / math.log(2)) - 4, 1)
    return (
        f"multiply the loss by 2**{power} before backward and divide the gradients by it before the step "
        "(torch.amp.GradScaler does both), or compute in bfloat16 or float32."
    )


def _dies(at: At, k: int) -> bool:
    """Whether units that are off, or weights that are 0, explain that no gradient comes to site k."""
    m = at.measured
    later = [j for j in at.path if j >= k]
    if set(later) & set(_on_a_tail(at)):
        return True
    off = [j for j in later if m.sites[j].kind != "leaky relu" and np.nanmax([*m.never_on[:, j], 0.0]) >= 1]
    return bool(off) or any(m.sites[j].zero for j in later)


def dead_or_saturated(at: At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    with np.errstate(invalid="ignore"):
        never = np.nan_to_num(m.never_on, nan=0.0).mean(axis=0)
        flat = np.nan_to_num(m.saturated, nan=0.0).mean(axis=(0, 1))
    # a leaky rectifier that is off still lets its leak through
    dead = [k for k, s in enumerate(m.sites) if never[k] > DEAD and not _leaks(s.kind)]
    if dead:
        yield Finding(
            "dead units",
            some([m.sites[k].name for k in dead]),
            f"{100 * never[dead[0]]:.0f} % of its units are off for every example",
        )
    stuck = [k for k, s in enumerate(m.sites) if flat[k] > SATURATED and s.kind in ACTIVATIONS]
    tails = [k for k in _on_a_tail(at) if k not in stuck and k not in dead]
    if tails:
        yield Finding(
            "saturated units",
            some([m.sites[k].name for k in tails]),
            f"the slopes of {m.sites[tails[0]].kind} at its weighted inputs have root mean square "
            f"{math.exp(at.theory.backward[tails[0]]):.1e}",
        )
    elif stuck:
        yield Finding(
            "saturated units",
            some([m.sites[k].name for k in stuck]),
            f"{100 * flat[stuck[0]]:.0f} % of its weighted inputs lie where the slope is below 1/20 of its "
            "largest",
        )


def _straight(kind: str) -> bool:
    """Whether an activation is made of straight lines, as ReLU is: its slope has no tail."""
    return kind in ACTIVATIONS and ACTIVATIONS[kind].log_slope_rate == 0


def _leaks(kind: str) -> bool:
    """Whether it is so, and its slope is nowhere 0, as that of leaky ReLU is."""
    return _straight(kind) and not ACTIVATIONS[kind].log_slope.has(-oo)


def _on_a_tail(at: At) -> list[int]:
    """Activations whose slope, for the mean and spread of their inputs, is below a thousandth: one such layer
    does what many layers need for a vanishing gradient. It finds GELU far below 0, which is never exactly
    0."""
    back = at.theory.backward
    return [
        k
        for k, s in enumerate(at.measured.sites)
        if s.kind in ACTIVATIONS and not _straight(s.kind) and back[k] < -math.log(FACTOR)
    ]


def shortcut_missing(at: At, found: list[Finding]) -> Iterator[Finding]:
    """A block with fewer sums x + F(x) than most of its siblings have."""
    m = at.measured
    sums = [s.module for k, s in enumerate(m.sites) if is_sum(m.sites, k)]
    called = {s.module for s in m.sites}
    for kind, names in m.blocks.items():
        inside = [n for n in names if any(c == n or c.startswith(f"{n}.") for c in called)]
        count = {n: sum(c == n or c.startswith(f"{n}.") for c in sums) for n in inside}
        usual, blocks = Counter(count.values()).most_common(1)[0] if count else (0, 0)
        without = [n for n in inside if count[n] < usual]
        if without and blocks > len(inside) / 2:
            has = "none" if not count[without[0]] else f"only {count[without[0]]}"
            times = f"add their input {usual} times" if usual > 1 else "add their input"
            yield Finding(
                "shortcut missing",
                some(without),
                f"{blocks} of {len(inside)} blocks {kind} {times}, this one {has}",
            )


def slope_with_depth(at: At, found: list[Finding]) -> Iterator[Finding]:
    s, m = at.segment, at.measured
    if s is None or not math.isfinite(s.slope) or has(found, "not finite", *SLOPES):
        return
    if s.slope < 0 and has(found, "gradient stops", "zero for ever"):
        return  # what is lost there is no layer's factor
    if has(found, "below the floor") and not s.predicted * s.steps < -math.log(FACTOR):
        return  # the floor itself takes it away, and theory has no factor for it
    if abs(s.total) < math.log(GROWTH if s.slope > 0 else FACTOR) or abs(s.slope) < ERRORS * s.error:
        return
    first, last = m.sites[s.stations[0]].name, m.sites[s.stations[-1]].name
    verb, layer = ("loses", "keeps") if s.slope < 0 else ("gains", "multiplies it by")
    what = (
        f"towards the input the gradient's norm {verb} a factor {shown(abs(s.total))} over {s.steps} "
        f"layers: each {layer} {math.exp(s.slope):.3g} (log-gain {s.slope:+.3f} ± {s.error:.3f}"
        f"{_theory(s.predicted)})"
    )
    where = f"{first} … {last}"
    gains = s.gains if s.slope > 0 else tuple(-g for g in s.gains)
    if float(np.nanmedian(gains)) * s.steps < math.log(FACTOR) / 2:
        if has(found, "dead units", "saturated units"):
            return  # one layer does it, and that was said
        k = int(np.nanargmax(gains))
        where = m.sites[s.stations[k + 1]].name
        what += f"; this layer alone makes a factor {math.exp(min(gains[k], 700)):.1e} of it"
    code = _cause(at, s, growing=s.slope > 0)
    yield Finding(code, where, what, s.slope, s.error, s.predicted, first=_change(at, s, code))


SLOPES = (
    "shortcut sums grow",
    "normalisation multiplies the gradient",
    "slopes below one half",
    "weights too small",
    "weights too large",
)
"""The findings that a slope with depth can be."""


def _inside(at: At, s: Segment) -> list[int]:
    """The sites between the first station and the last, branches included."""
    m = at.measured
    main = [k for k in at.path if s.stations[0] < k <= s.stations[-1]]
    return [*main, *(j for k in main if is_sum(m.sites, k) for way in branch(m.sites, k).paths for j in way)]


def _cause(at: At, s: Segment, growing: bool) -> str:
    m = at.measured
    inside = _inside(at, s)
    kinds = {m.sites[k].kind for k in inside}
    sums = any(is_sum(m.sites, k) for k in inside)
    grows = s.forward * s.steps > math.log(GROWTH) or s.forward > 0.1 * s.slope
    if sums and growing and grows:
        return "shortcut sums grow"
    if growing and kinds.intersection(NORMS) and abs(s.forward) < 0.25 * s.slope:
        return "normalisation multiplies the gradient"
    if not growing and any(k in ACTIVATIONS and float(ACTIVATIONS[k].slope_bound) <= 0.5 for k in kinds):
        return "slopes below one half"
    return "weights too large" if growing else "weights too small"


def _change(at: At, s: Segment, code: str) -> str:
    """The remedy of a slope with the numbers of this network."""
    m = at.measured
    inside = _inside(at, s)
    if code == "shortcut sums grow":
        count = sum(is_sum(m.sites, k) for k in inside)
        return (
            f"multiply each of the {count} branches by 1/√{count} = {count**-0.5:.3g}, x + {count**-0.5:.3g} "
            "F(x), or start the last weights of each branch at 0, or normalise within it."
        )
    if code == "normalisation multiplies the gradient":
        most = int(math.log(GROWTH) / s.slope)
        return (
            "add shortcuts, x + F(x), where F ends in the normalisation and its γ starts at 0; without them "
            f"the gradient stays within a factor {GROWTH:.0f} up to {most} layers."
        )
    names = [m.sites[k].kind for k in inside if m.sites[k].kind in ACTIVATIONS]
    weighted = [k for k in inside if m.sites[k].kind in WEIGHTED]
    if not names or not weighted:
        return ""
    name = Counter(names).most_common(1)[0][0]
    if code == "slopes below one half":
        return (
            f"put nn.ReLU in the place of {name} and draw the weights with {_line('relu')}: σ_w = "
            f"{balanced('relu'):.3g}; or nn.Tanh with σ_w = 1."
        )
    measured = float(np.nanmedian(m.sigma_w[..., weighted]))
    return (
        f"σ_w = √(fan_in · mean w²) is {measured:.3g} here, and {balanced(name):.4g} hands signals on "
        f"through {name}: {_line(name)}, biases 0, in each layer."
    )


def _line(name: str) -> str:
    """The line of PyTorch that draws weights with the balanced σ_w."""
    if name == "relu":
        return "nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')"
    if name == "leaky relu":
        return "nn.init.kaiming_normal_(layer.weight, a=0.01, nonlinearity='leaky_relu')"
    return f"nn.init.normal_(layer.weight, std={balanced(name):.4g} / layer.weight[0].numel() ** 0.5)"


def _theory(predicted: float) -> str:
    return f"; theory says {predicted:+.3f}" if math.isfinite(predicted) else ""


def output_constant(at: At, found: list[Finding]) -> Iterator[Finding]:
    """The last hidden result hardly depends on the input."""
    m = at.measured
    if has(found, "zero by design", "zero for ever", "not finite", "dead units", "inputs not scaled"):
        return
    share = finite_mean(m.varies[..., m.last])
    if math.isfinite(share) and share < CONSTANT:
        yield Finding(
            "output constant",
            m.sites[m.last].name,
            f"{share:.1e} of its mean square varies from example to example",
        )


def recurrence(at: At, found: list[Finding]) -> Iterator[Finding]:
    for r in at.measured.reaches:
        steps = r.log_norm.shape[1] - 1
        slopes = [x for x in map(_slope_of_steps, r.log_norm) if math.isfinite(x)]
        if steps < 2 or not slopes:
            continue
        slope = float(np.mean(slopes))
        error = float(np.std(slopes, ddof=1) / math.sqrt(len(slopes))) if len(slopes) > 1 else math.nan
        if abs(slope) * steps < math.log(GROWTH if slope > 0 else FACTOR):
            continue
        at_rest = memory_slope(finite_mean(r.forget), finite_mean(r.scale), steps + 1)
        gates = f"; theory says {at_rest:+.3f} at rest" if math.isfinite(at_rest) else ""
        plus = f" ± {error:.3f}" if math.isfinite(error) else ""
        word = "forgets" if slope < 0 else "explodes"
        yield Finding(
            f"recurrence {word}",
            r.name,
            f"each step back changes the gradient's norm by a factor {math.exp(slope):.3g} (log-gain "
            f"{slope:+.3f}{plus}{gates}), {steps} steps by {shown(slope * steps)}; it matters where the task "
            f"needs what is {math.log(FACTOR) / abs(slope):.0f} steps back",
            slope,
            error,
            at_rest,
            first=_remember(r.kind, steps + 1) if word == "forgets" else "",
        )


def _slope_of_steps(row: Floats) -> float:
    """The slope of the log of ‖∂h_T/∂x_t‖ for each step back; NaN where fewer than three are finite."""
    good = np.flatnonzero(np.isfinite(row))
    return float(np.polyfit(-good, row[good], 1)[0]) if len(good) > 2 else math.nan


def _remember(kind: str, steps: int) -> str:
    """The remedy for a memory of so many steps; "" for cells without a forget gate."""
    if kind != "lstm" or steps < 3:
        return ""
    bias = math.log(steps - 1)
    return (
        f"a forget bias of log(T − 1) = {bias:.2f} for T = {steps} steps: with n = lstm.hidden_size and no "
        f"gradient, lstm.bias_ih_l0[n:2*n] = {bias:.2f} and lstm.bias_hh_l0[n:2*n] = 0, in each layer."
    )


def steps_of_the_optimiser(at: At, found: list[Finding]) -> Iterator[Finding]:
    m = at.measured
    moving = {name: x for name, x in m.step.items() if 0 < x < math.inf}  # biases may start at 0
    if has(found, "not finite", "below the floor") or not moving:
        return
    typical = float(np.median(list(moving.values())))
    if not math.isfinite(typical) or typical > STEP[1]:
        yield Finding(
            "step too large",
            some(list(moving)),
            f"one step changes the weights by {typical:.1e} of their size",
            first=_learning_rate(typical),
        )
    elif typical < STEP[0] and not has(found, "weights too small", "slopes below one half"):
        yield Finding(
            "step too small",
            some(list(moving)),
            f"one step changes the weights by {typical:.1e} of their size",
            first=_learning_rate(typical),
        )


def _learning_rate(typical: float) -> str:
    if not math.isfinite(typical):
        return ""
    return (
        f"multiply the learning rate by {(LARGE_STEP if typical > STEP[1] else USUAL_STEP) / typical:.1g}: "
        f"steps are usually between {USUAL_STEP:g} and {LARGE_STEP:g} of the weights."
    )


def at_a_minimum(at: At, found: list[Finding]) -> Iterator[Finding]:
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
    zero_weights,
    not_in_the_graph,
    unmoved,
    softmax_twice,
    inputs,
    overflow,
    not_finite,
    shortcut_missing,
    dead_or_saturated,
    running_statistics,
    decided,
    stops,
    below_the_floor,
    slope_with_depth,
    output_constant,
    recurrence,
    steps_of_the_optimiser,
    at_a_minimum,
)
