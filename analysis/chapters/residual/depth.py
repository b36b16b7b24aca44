"""What does a shortcut do to the log-gain per layer? Chains and wide networks up to a thousand layers deep,
plain and residual."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from analysis.numeric import unseen_weights
from analysis.numeric.arguments import one_of
from analysis.numeric.compiled import compiled
from analysis.numeric.residual import BRANCHES, chain_gains, passes
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import given_activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


def _mean_and_error(x: Floats) -> tuple[float, float]:
    """The mean of independent numbers (n,), and its standard error s/√n."""
    return float(x.mean()), float(x.std(ddof=1) / math.sqrt(len(x)))


@dataclass(frozen=True, eq=False)
class ChainSweep:
    """logs: log|∂a_l/∂a_0| for l = 1 … L of every chain (chains, L);
    scale is that of the branch, None without shortcut."""

    activation: str
    weight_std: float
    bias_std: float
    scale: float | None
    logs: Floats

    def rate(self) -> tuple[float, float]:
        """The log-gain per layer at the last depth: its mean over the chains, and the standard error."""
        rates = self.logs[:, -1] / self.logs.shape[1]
        return _mean_and_error(rates)

    def median(self) -> tuple[float, float]:
        """The median of log|∂a_L/∂a_0| at the last depth, and its standard error.

        The number of n chains below the true median is binomial with standard deviation √n/2, so the error is
        half the distance between the order statistics that lie √n/2 ranks below and above n/2.
        """
        last = np.sort(self.logs[:, -1])
        half, step = len(last) / 2, math.sqrt(len(last)) / 2
        low, high = np.interp([half - step, half + step], np.arange(len(last)) + 0.5, last)
        return float(np.median(last)), float((high - low) / 2)


def chain_sweep(
    activation: Activation,
    *,
    depth: int,
    scale: float | None = None,
    weight_std: float = 1.0,
    bias_std: float = 1.0,
    chains: int = 200,
    seed: int = 12,
) -> ChainSweep:
    """Chains with w ~ N(0, weight_std²) and b ~ N(0, bias_std²) from a_0 = ½;
    a seed gives every ``scale`` the same draws.

    Raises ValueError on numbers out of range.
    """
    given_activation("activation", activation)
    depth, chains = whole("depth", depth, 1), whole("chains", chains, 2)
    rng = np.random.default_rng(seed)
    w = positive("weight_std", weight_std) * rng.standard_normal((chains, depth))
    b = positive("bias_std", bias_std, zero=True) * rng.standard_normal((chains, depth))
    gains = chain_gains(activation, np.full(chains, 0.5), w, b, scale)
    return ChainSweep(activation.name, float(weight_std), float(bias_std), scale, gains.logabs)


@dataclass(frozen=True, eq=False)
class WideSweep:
    """N networks: log of the root mean square of x_l (N, L+1) and of ∂C/∂x_l, 0 at l = L (N, L+1); mean: the
    mean of the entries of x_l per root mean square (N, L+1).
    """

    depth: int
    width: int
    variance: float
    shortcut: float
    scale: float
    branch: str
    signal: Floats
    gradient: Floats
    mean: Floats

    def rate(self) -> tuple[float, float]:
        """Log-gain of the gradient per block: its mean over the networks, and the standard error."""
        rates = self.gradient[:, 0] / self.depth
        return _mean_and_error(rates)


@one_thread()
def wide_sweep(
    *,
    depth: int,
    width: int = 128,
    variance: float = 2.0,
    shortcut: float = 1.0,
    scale: float = 1.0,
    branch: str = "weights last",
    nets: int = 8,
    seed: int = 12,
) -> WideSweep:
    """Networks of blocks x ← k x + s F(x), W ~ N(0, variance/n),
    from x_0 and ∂C/∂x_L with standard normal entries.

    The mean of the entries of x_0 is taken off, so that x_0 has none. A seed gives every variant the same
    draws. Raises ValueError on numbers out of range.
    """
    depth, width, nets = whole("depth", depth, 1), whole("width", width, 2), whole("nets", nets, 2)
    spread = math.sqrt(positive("variance", variance) / width)
    k, s = positive("shortcut", shortcut, zero=True), positive("scale", scale)
    found = []
    for net in range(nets):
        rng = np.random.default_rng([seed, net])
        x0, readout = rng.standard_normal((2, width))
        weights = [spread * rng.standard_normal((width, width)) for _ in range(depth)]
        found.append(passes(x0 - x0.mean(), weights, readout, shortcut=k, scale=s, branch=branch))
    signal, gradient, mean = (
        np.concatenate([getattr(p, name) for p in found]) for name in ("signal", "gradient", "mean")
    )
    return WideSweep(depth, width, float(variance), k, s, branch, signal, gradient, mean)


@one_thread()
def growths(
    *, depth: int, width: int, variance: float, scale: float, branch: str, nets: int, seed: int = 12
) -> Floats:
    """q_L/q_0 of blocks x ← x + s F(x) as in ``wide_sweep``, (nets,), from the signals alone: thousands of
    networks in the time of a few.

    Raises ValueError on numbers out of range and on an unknown branch.
    """
    depth, width, nets = whole("depth", depth, 1), whole("width", width, 2), whole("nets", nets, 2)
    spread = math.sqrt(positive("variance", variance) / width)
    one_of("branch", branch, BRANCHES)
    s, rng = positive("scale", scale), np.random.default_rng(seed)
    x = rng.standard_normal((nets, 1, width))
    x -= x.mean(axis=2, keepdims=True)
    first = (x * x).mean(axis=(1, 2))
    for _ in range(depth):
        if branch == "weights last":
            x = x + s * unseen_weights.forward(np.maximum(x, 0.0), width, spread, rng)[0]
        else:
            x = x + s * np.maximum(unseen_weights.forward(x, width, spread, rng)[0], 0.0)
    return np.asarray((x * x).mean(axis=(1, 2)) / first)


@dataclass(frozen=True, eq=False)
class BoundedSweep:
    """N networks of blocks x + W σ(x) with a bounded σ: the mean square q_l of x_l (N, L+1), and log of the
    root mean square of ∂C/∂x_l, 0 at l = L (N, L+1).
    """

    activation: str
    squares: Floats
    gradient: Floats

    def growth(self) -> tuple[float, float]:
        """q_L at the last block: its mean over the networks, and the standard error."""
        return _mean_and_error(self.squares[:, -1])

    def log_gain(self) -> tuple[float, float]:
        """By how much the gradient has grown when it arrives at x_0, as a logarithm:
        mean over the networks, and standard error."""
        return _mean_and_error(self.gradient[:, 0])


@one_thread()
def bounded_sweep(
    activation: Activation,
    *,
    depth: int,
    width: int = 256,
    variance: float = 1.0,
    nets: int = 16,
    seed: int = 12,
) -> BoundedSweep:
    """Networks of blocks x ← x + W σ(x), W ~ N(0, variance/n),
    from x_0 with mean square 1 and ∂C/∂x_L with standard normal entries.

    For an activation that is bounded: the signal grows so slowly that nothing is rescaled, and it must not
    be, for σ is not homogeneous. (For ReLU there is ``wide_sweep``.)
    Raises ValueError on numbers out of range, and where the signal overflows.
    """
    given_activation("activation", activation)
    depth, width, nets = whole("depth", depth, 1), whole("width", width, 2), whole("nets", nets, 2)
    spread = math.sqrt(positive("variance", variance) / width)
    value, slope = (compiled(e, z) for e in (activation.value, activation.slope))
    squares, gradient = np.empty((nets, depth + 1)), np.zeros((nets, depth + 1))
    for start in range(0, nets, TOGETHER):
        some = slice(start, min(start + TOGETHER, nets))
        rng = np.random.default_rng([seed, start])
        x, g = rng.standard_normal((2, some.stop - start, 1, width))
        x /= np.sqrt(_mean_square(x))[:, None, None]
        met, slopes = [], []
        with np.errstate(over="ignore", invalid="ignore"):
            for l in range(depth):
                squares[some, l] = _mean_square(x)
                branch, seen = unseen_weights.forward(value(x), width, spread, rng)
                slopes.append(slope(x))
                met.append(seen)
                x = x + branch
            squares[some, depth] = _mean_square(x)
        if not np.isfinite(squares[some]).all():
            raise ValueError(f"activation must be bounded: with {activation.name} the signal overflows")
        size = np.log(_mean_square(g))
        for l in reversed(range(depth)):
            g = g + unseen_weights.backward(g, met[l], rng) * slopes[l]
            gradient[some, l] = 0.5 * (np.log(_mean_square(g)) - size)
    return BoundedSweep(activation.name, squares, gradient)


TOGETHER = 8
"""Networks that are followed at once: what is kept of 400 blocks of width 1024 is then 80 MB."""


def _mean_square(x: Floats) -> Floats:
    """Of each network (nets,), x (nets, 1, width)."""
    return np.asarray((x * x).mean(axis=(1, 2)))


def iterated(mean: sp.Expr, square: sp.Expr, m: sp.Symbol, q: sp.Symbol, blocks: int) -> Floats:
    """(m, q) after 0, 1, …, ``blocks`` times m ← mean(m, q), q ← square(m, q), from m = 0 and q = 1:
    (blocks + 1, 2)."""
    step = sp.lambdify((m, q), (mean, square), "math")
    values = [(0.0, 1.0)]
    for _ in range(whole("blocks", blocks, 0)):
        values.append(step(*values[-1]))
    return np.array(values)


@dataclass(frozen=True, eq=False)
class Shortcuts:
    """What is left of the identity after L blocks, for each kind of shortcut: shares (kinds, nets).

    A share is the effective number of singular directions of ∂x_L/∂x_0, (Σσ²)²/Σσ⁴, per width.
    """

    kinds: tuple[str, ...]
    depth: int
    width: int
    shares: Floats


KINDS = ("identity", "orthogonal", "normal", "none")


@one_thread()
def shortcuts(*, scale: float, depth: int = 50, width: int = 64, nets: int = 8, seed: int = 12) -> Shortcuts:
    """Blocks P x + s W ReLU(x), Var w = 2/n, with P the identity, a random orthogonal matrix, a normal one
    N(0, 1/n), or 0, where the scale s of the branch does not count."""
    depth, width, nets = whole("depth", depth, 1), whole("width", width, 2), whole("nets", nets, 1)
    s = positive("scale", scale)
    shares = np.empty((len(KINDS), nets))
    for i, kind in enumerate(KINDS):
        for net in range(nets):
            rng = np.random.default_rng([seed, net])
            x, J = rng.standard_normal(width), np.eye(width)
            for _ in range(depth):
                W = s * rng.standard_normal((width, width)) * math.sqrt(2.0 / width)
                other = rng.standard_normal((width, width))
                P = {
                    "identity": np.eye(width),
                    "orthogonal": np.linalg.qr(other)[0],
                    "normal": other / math.sqrt(width),
                    "none": np.zeros((width, width)),
                }[kind]
                J = (P + W * (x > 0.0)) @ J
                x = P @ x + W @ np.maximum(x, 0.0)
                J /= np.sqrt((J * J).mean())
                x /= np.sqrt((x * x).mean())
            squares = np.linalg.svd(J, compute_uv=False) ** 2
            shares[i, net] = squares.sum() ** 2 / (squares**2).sum() / width
    return Shortcuts(KINDS, depth, width, shares)
