"""For how many time steps does a cell remember? The size of ∂c_{s+k}/∂c_s against k, at initialisation,
for LSTM, GRU and vanilla cells.

Weights are uniform on ±g/√n (g = 1 is how PyTorch draws them), biases 0 but for the forget gate's; every step
has one input x ~ N(0, 1). The first ``WARM_UP`` steps only bring the cell into its working range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from analysis.chapters.gates.cell_at_rest import AT_REST
from analysis.numeric.arguments import number, one_of, real_array
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import log_norm
from analysis.numeric.recurrent import BLOCKS, Weights, forward, memory, uniform_weights
from analysis.numeric.recurrent_log import log_memory
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import positive, whole
from analysis.symbolic.gates import forget_bias as BIAS
from analysis.symbolic.gates import half_life
from analysis.symbolic.gates import scale as SCALE

Floats = NDArray[np.float64]
WARM_UP = 50


@dataclass(frozen=True, eq=False)
class MemoryCurves:
    """logs: log of ‖∂c_{s+k}/∂c_s‖_F/√n (h for cells without c) for k = 0 … K, of every network (N, K+1)."""

    kind: str
    forget_bias: float
    scale: float
    units: int
    cut: bool
    logs: Floats

    def half_life(self) -> tuple[float, float]:
        """The mean over the networks of the k at which the gain first falls to 1/2, and the standard error.

        Between two whole k the logarithm is taken as linear.
        Raises ValueError where some network holds on beyond K.
        """
        each = np.array([first_below(one, -math.log(2.0)) for one in self.logs])
        if np.isnan(each).any():
            raise ValueError(
                f"steps must be more than {self.logs.shape[1] - 1}: some gains are still above 1/2"
            )
        return float(each.mean()), float(each.std(ddof=1) / math.sqrt(len(each)))

    def rate(self) -> tuple[float, float]:
        """Log-gain per time step over all K steps: the mean over the networks, and the standard error."""
        rates = self.logs[:, -1] / (self.logs.shape[1] - 1)
        return float(rates.mean()), float(rates.std(ddof=1) / math.sqrt(len(rates)))


def first_below(logs: Floats, level: float) -> float:
    """The k at which a curve over k = 0, 1, … first falls to the level, linear in between;
    NaN where it does not."""
    below = np.flatnonzero(logs <= level)
    if not len(below):
        return math.nan
    k = int(below[0])
    return k if k == 0 else k - 1 + float((logs[k - 1] - level) / (logs[k - 1] - logs[k]))


@one_thread()
def memory_curves(
    kind: str,
    *,
    forget_bias: float = 0.0,
    scale: float = 1.0,
    units: int = 24,
    steps: int = 60,
    nets: int = 40,
    cut: bool = False,
    seed: int = 13,
) -> MemoryCurves:
    """Draw networks and follow the derivative for so many steps;
    a seed gives every scale and bias the same draws.

    ``cut`` leaves out the ways through h. Raises ValueError on unknown names or numbers out of range.
    """
    one_of("kind", kind, BLOCKS)
    units, steps, nets = whole("units", units, 1), whole("steps", steps, 1), whole("nets", nets, 2)
    scale = positive("scale", scale, zero=True)
    forget_bias = number("forget_bias", forget_bias)
    rngs = [np.random.default_rng([seed, net]) for net in range(nets)]
    drawn = uniform_weights(kind, 1, units, rngs, float(forget_bias))
    weights = Weights(scale * drawn.W, scale * drawn.U, drawn.b)
    xs = np.stack([rng.standard_normal((WARM_UP + steps, 1, 1)) for rng in rngs], axis=1)
    return MemoryCurves(kind, forget_bias, scale, units, cut, _log_gains(weights, xs, kind, cut))


def _log_gains(weights: Weights, xs: Floats, kind: str, cut: bool) -> Floats:
    """log of the root mean square gain (N, K+1), by logarithms where plain numbers over- or underflow."""
    trace = forward(kind, weights, xs)
    try:
        logs = log_norm(memory(weights, trace, WARM_UP, cut=cut)[:, :, 0], axis=(-1, -2), per=weights.units)
    except OverflowError:
        logs = np.array(np.inf)
    if not np.isfinite(logs).all():
        each = log_memory(weights, trace, WARM_UP, cut=cut).logabs[:, :, 0]
        logs = 0.5 * (logsumexp(2.0 * each, axis=(-1, -2)) - math.log(weights.units))
    return np.asarray(logs.T)


def predicted_half_life(bias: float | Sequence[float] | Floats) -> Floats:
    """−log 2/log σ(b) for each bias: what a forget gate with nothing but its bias gives."""
    return np.asarray(compiled(half_life(), BIAS)(real_array("bias", bias)))


@dataclass(frozen=True, eq=False)
class FluctuatingGate:
    """The rates log ∏f over K steps per step (chains,), f = σ(b + s x), x ~ N(0, 1),
    as a cell with its ways through h cut has them."""

    bias: float
    spread: float
    rates: Floats


def fluctuating_gate(
    bias: float, spread: float, *, steps: int = 200, chains: int = 2000, seed: int = 13
) -> FluctuatingGate:
    """One-unit cells with w_f = s, whose ∂c_{s+k}/∂c_s is taken with the ways through h cut.
    Raises ValueError out of range."""
    spread, steps, chains = (
        positive("spread", spread, zero=True),
        whole("steps", steps, 1),
        whole("chains", chains, 2),
    )
    bias, rng = number("bias", bias), np.random.default_rng(seed)
    W = rng.uniform(-1.0, 1.0, (1, 1, 4))
    W[..., 1] = spread
    weights = Weights(W, rng.uniform(-1.0, 1.0, (1, 1, 4)) * [1.0, 0.0, 1.0, 1.0], np.zeros((1, 1, 4)))
    weights.b[..., 1] = bias
    xs = rng.standard_normal((steps, 1, chains, 1))
    trace = forward("lstm", weights, xs)
    found = memory(weights, trace, 0, cut=True)[-1, 0, :, 0, 0]
    if (found > 1e-300).all():
        return FluctuatingGate(bias, spread, np.log(found) / steps)
    logs = log_memory(weights, trace, 0, cut=True).logabs[-1, 0, :, 0, 0]
    return FluctuatingGate(bias, spread, logs / steps)


def log_gain(f: float, v: float, steps: int) -> Floats:
    """Half the log of ``squared_gain(k, f, v)`` for k = 0 … ``steps`` (steps+1,); f, v ≥ 0 and not both 0."""
    f, v = number("f", f, least=0.0), number("v", v, least=0.0)
    k, j = np.ogrid[0 : whole("steps", steps, 1) + 1, 0 : steps + 1]
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 · log 0 is not taken
        log_f, log_v = np.log([f, v])
        powers = np.where(j == k, 0.0, 2 * (k - j) * log_f) + np.where(j == 0, 0.0, j * log_v)
    log_binomials = gammaln(k + 1) - gammaln(j + 1) - gammaln(np.maximum(k - j, 0) + 1)
    terms = np.where(j <= k, 2 * log_binomials + powers, -np.inf)
    return np.asarray(0.5 * logsumexp(terms, axis=1))


def gain_at_rest(kind: str, steps: int, *, forget_bias: float = 0.0, scale: float = 1.0) -> Floats:
    """The log root mean square gain over k = 0 … ``steps`` steps of many units at rest (steps+1,),
    from ``squared_gain``."""
    one_of("kind", kind, AT_REST)
    numbers = {BIAS: number("forget_bias", forget_bias), SCALE: positive("scale", scale)}
    f, v = (float(x.subs(numbers)) for x in AT_REST[kind])
    return log_gain(f, v, steps)


def half_life_at_rest(kind: str, *, forget_bias: float = 0.0, scale: float = 1.0, steps: int = 200) -> float:
    """The k at which ``gain_at_rest`` falls to 1/2, infinite where it does not within so many steps."""
    found = first_below(gain_at_rest(kind, steps, forget_bias=forget_bias, scale=scale), -math.log(2.0))
    return math.inf if math.isnan(found) else found
