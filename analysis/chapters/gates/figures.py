"""Pictures of chapter 13: what cells remember over time steps, and what they learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from analysis.chapters.gates.adding_problem import SequenceTraining
from analysis.chapters.gates.memory_horizon import MemoryCurves

GREY = "0.45"
_DASHES = ("-", "--", "-.", ":")
_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_TEN = float(np.log(10.0))


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def _apart(ends: Sequence[float], gap: float) -> list[float]:
    """The heights of labels, moved up so that none is nearer than ``gap`` to the one below."""
    placed, low = list(ends), -np.inf
    for k in np.argsort(ends):
        low = placed[k] = max(ends[k], low + gap)
    return placed


def memory(curves: Mapping[str, MemoryCurves], ax: Axes | None = None) -> Axes:
    """log₁₀ of the size of ∂c_{s+k}/∂c_s against k:
    the median network and a band that holds 90 % of them, a colour for each name."""
    ax = _axes(ax)
    bands = [np.quantile(c.logs / _TEN, [0.05, 0.5, 0.95], axis=0) for c in curves.values()]
    low = min(float(b[0].min()) for b in bands)
    heights = _apart([float(b[1][-1]) for b in bands], 0.06 * (1.0 - low))
    for m, (name, (under, middle, over), y) in enumerate(zip(curves, bands, heights, strict=True)):
        k = np.arange(len(middle))
        ax.fill_between(k, under, over, color=f"C{m}", alpha=0.18, lw=0)
        ax.plot(k, middle, color=f"C{m}", ls=_DASHES[m % 4])
        ax.text(k[-1] * 1.02, y, name, color=f"C{m}", va="center", fontsize=9)
    ax.axhline(-np.log10(2.0), color=GREY, lw=0.8, ls=":")
    ax.text(k[-1] * 0.6, -np.log10(2.0) - 0.1, "one half", color=GREY, ha="right", va="top", fontsize=9)
    ax.set(
        xlabel="time steps $k$", ylabel="$\\log_{10}$ of the size of the derivative", xlim=(0, k[-1] * 1.33)
    )
    ax.set_xticks(np.linspace(0, k[-1], 5))
    return ax


def half_lives(
    bias: NDArray[np.float64],
    gate: NDArray[np.float64],
    rest: NDArray[np.float64],
    measured: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]],
    ax: Axes | None = None,
) -> Axes:
    """Half-life against the forget bias: the gate alone and all ways at rest as lines;
    (bias, mean, error) of networks as points."""
    ax = _axes(ax)
    ax.plot(bias, gate, color="C0")
    ax.annotate(
        "forget gate alone",
        (bias[-1], gate[-1]),
        (4, 0),
        textcoords="offset points",
        color="C0",
        va="center",
        fontsize=9,
    )
    shown = np.isfinite(rest)
    ax.plot(bias[shown], rest[shown], color="C1", ls="--")
    last = np.flatnonzero(shown)[-1]
    ax.annotate(
        "all ways",
        (bias[last], rest[last]),
        (-6, 0),
        textcoords="offset points",
        color="C1",
        va="center",
        ha="right",
        fontsize=9,
    )
    for m, (name, (x, y, error)) in enumerate(measured.items()):
        ax.errorbar(
            x, y, yerr=2 * np.asarray(error), fmt=_MARKS[m], color=f"C{m}", capsize=2, label=name, ms=5
        )
    ax.legend(loc="upper left", title="networks")
    ax.set(
        yscale="log",
        xlabel="forget bias $b_f$",
        ylabel="half-life in time steps",
        xlim=(bias[0], bias[-1] + 1.25),
    )
    return ax


NAMES = {
    "rnn": "tanh",
    "rnn-wide": "tanh, twice as wide",
    "rnn-identity": "tanh, $U = I$ at first",
    "rnn-orthogonal": "tanh, $U$ orthogonal",
    "relu": "ReLU",
    "relu-orthogonal": "ReLU, $U$ orthogonal",
    "relu-identity": "ReLU, $U = I$ at first",
    "lstm-0": "LSTM, $b_f = 0$",
    "lstm-1": "LSTM, $b_f = 1$",
    "lstm-long": "LSTM, $b_f = -b_i$ for $T$",
    "gru": "GRU",
}


def errors_by_length(
    runs: Mapping[str, Sequence[SequenceTraining]], baseline: float, ax: Axes | None = None
) -> Axes:
    """Mean squared error at the chosen rate against the length T, the seeds' mean as a line and every seed
    as a point."""
    ax = _axes(ax)
    ends = [float(np.log10(of[-1].best()[1])) for of in runs.values()]
    heights = _apart(ends, 0.26)
    for m, ((name, of), y) in enumerate(zip(runs.items(), heights, strict=True)):
        lengths = [run.length for run in of]
        shift = 1.0 + 0.02 * (m - len(runs) / 2)
        for run in of:
            each = run.at_best()[:, -1]
            ax.plot(np.full(len(each), run.length * shift), each, _MARKS[m], color=f"C{m}", ms=3, alpha=0.5)
        ax.plot(np.array(lengths) * shift, [run.best()[1] for run in of], color=f"C{m}", ls=_DASHES[m % 4])
        ax.text(lengths[-1] * 1.15, 10**y, NAMES[name], color=f"C{m}", va="center", fontsize=9)
    every = sorted({run.length for of in runs.values() for run in of})
    ax.axhline(baseline, color=GREY, lw=0.9, ls=":", xmax=0.74)
    ax.text(every[0], baseline * 1.12, "always answering 1", color=GREY, fontsize=9, va="bottom")
    top = max(10 ** max(heights), baseline)
    ax.set(xscale="log", yscale="log", xlabel="length $T$ of the sequences", ylabel="mean squared error")
    ax.set(xlim=(every[0] * 0.9, every[-1] * 3.0), ylim=(None, 2.0 * top))
    ax.set_xticks(every, [str(t) for t in every])
    ax.minorticks_off()
    return ax


def errors_by_rate(runs: Mapping[str, SequenceTraining], baseline: float, ax: Axes | None = None) -> Axes:
    """Mean squared error at the end against the learning rate, the seeds' mean as a line and every seed as a
    point."""
    ax = _axes(ax)
    for m, (name, run) in enumerate(runs.items()):
        final, rates = run.score[..., -1], np.array(run.rates) * (1.0 + 0.05 * (m - (len(runs) - 1) / 2))
        ax.plot(np.repeat(rates, len(run.seeds)), final.ravel(), _MARKS[m], color=f"C{m}", ms=3, alpha=0.5)
        ax.plot(rates, final.mean(axis=1), color=f"C{m}", ls=_DASHES[m % 4], label=NAMES[name])
    ax.axhline(baseline, color=GREY, lw=0.9, ls=":")
    ax.legend(loc="lower left")
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="mean squared error")
    ax.set_xticks(run.rates, [f"{rate:g}" for rate in run.rates])
    ax.minorticks_off()
    return ax


def speeds_over_time(runs: Mapping[str, SequenceTraining], ax: Axes | None = None) -> Axes:
    """log₁₀ ‖∂C/∂h_t‖ against t: before training thin, at the end thick, at the chosen rate of each run; the
    seeds' mean of the logs."""
    ax = _axes(ax)
    for m, (name, run) in enumerate(runs.items()):
        t = np.arange(1, run.length + 1)
        logs = np.log10(run.speeds[run.place()]).mean(axis=0)
        ax.plot(t, logs[0], color=f"C{m}", lw=0.9, ls=_DASHES[m % 4])
        ax.plot(t, logs[1], color=f"C{m}", lw=2.2, ls=_DASHES[m % 4], label=NAMES[name])
    ax.legend(loc="lower right")
    ax.set(xlabel="time step $t$", ylabel=r"$\log_{10}\ \|\partial C/\partial h_t\|$")
    return ax
