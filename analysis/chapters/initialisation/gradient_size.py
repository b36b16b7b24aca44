"""How large is the gradient at the first layer of a random network, against that at the last?

Weights are w ~ N(0, s²/n) and biases N(0, t²), with n the width of every layer, s the ``scale`` and t the
``bias_scale``; the input is N(0, 1). A random direction of length 1 is put in as δᴸ, whatever the cost may
be, and δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ) is followed down to δ¹. It is brought back to length 1 in every layer and
the logarithms of the lengths are added up, so that nothing underflows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from analysis.numeric.arguments import finite
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import norm
from analysis.numeric.training_arguments import positive, whole
from analysis.sweep.experiment import Experiment
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]
_SMALL = 1e-280
"""Below this length the product of a slope and an error may have lost digits to underflow."""
_FAR = 1e100
"""A slope that is 0 there is 0 on that whole side; of others the logarithm is finite there."""


def gradient_size(
    rng: np.random.Generator,
    *,
    depth: int,
    width: int = 100,
    scale: float = 1.0,
    bias_scale: float = 0.0,
    activation: str = "tanh",
) -> dict[str, float]:
    """log(‖δ¹‖/‖δᴸ‖) of one random network with L = ``depth`` layers, the same per layer passed, and the mean
    of a² in the last of them.

    −inf where the gradient is exactly 0 (dead ReLUs); NaN where the forward pass, or log|σ′|, overflows.
    Slopes too small for float64 are taken in logarithms. Raises ValueError on parameters out of range.
    """
    depth, width = whole("depth", depth, 2), whole("width", width, 1)
    s, t = positive("scale", scale), positive("bias_scale", bias_scale, zero=True)
    law = named_activation(activation, "activation")
    value, slope = compiled(law.value, z_symbol), compiled(law.slope, z_symbol)
    a = rng.standard_normal(width)
    weights, inputs = [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(depth):
            w = rng.standard_normal((width, width)) * (s / math.sqrt(width))
            z = w @ a + t * rng.standard_normal(width)
            a = value(z)
            weights.append(w)
            inputs.append(z)
        mean_square = float(np.mean(a * a))
        followed = math.isfinite(mean_square) and all(map(finite, weights + inputs))
    delta = rng.standard_normal(width)
    delta /= np.linalg.norm(delta)
    log_length = 0.0 if followed else math.nan
    for l in range(depth - 1 if followed else 0, 0, -1):
        back = delta @ weights[l]
        delta = back * slope(inputs[l - 1])
        length = float(norm(delta))
        if length > _SMALL:
            delta, log_step = delta / length, math.log(length)
        else:
            delta, log_step = _in_logarithms(law, back, inputs[l - 1])
        log_length += log_step
        if not math.isfinite(log_step):
            break
    return {"log_ratio": log_length, "per_layer": log_length / (depth - 1), "mean_square": mean_square}


def _in_logarithms(law: Activation, back: Floats, z: Floats) -> tuple[Floats, float]:
    """(u, log s) with s · u = back ⊙ σ′(z) and ‖u‖ = 1;
    log s is −inf where the product is 0, NaN where log|σ′| overflows."""
    log_slope = compiled(law.log_slope, z_symbol)
    logs = log_slope(z)
    if (np.isneginf(logs) & np.isfinite(log_slope(np.clip(z, -_FAR, _FAR)))).any():
        return back, math.nan
    with np.errstate(divide="ignore"):
        logs = logs + np.log(np.abs(back))
    top = float(logs.max())
    if top == -math.inf:
        return back, -math.inf
    u = np.sign(back) * compiled(law.slope_sign, z_symbol)(z) * np.exp(logs - top)
    length = float(norm(u))
    return u / length, top + math.log(length)


GRADIENT_SIZE = Experiment(
    run=gradient_size, units={"log_ratio": "nats", "per_layer": "nats per layer", "mean_square": "1"}
)
