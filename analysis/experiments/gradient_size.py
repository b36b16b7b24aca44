"""How large is the gradient at the first layer of a random network, against that at the last?

Weights are w ~ N(0, s²/n) and biases N(0, t²), with n the width of every layer, s the ``scale`` and t the
``bias_scale``; the input is N(0, 1). A random direction of length 1 is put in as δᴸ, whatever the cost may be,
and δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ) is followed down to δ¹. It is brought back to length 1 in every layer and the logarithms
of the lengths are added up, so that nothing underflows.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.experiments.checks import positive, whole
from analysis.experiments.experiment import Experiment
from analysis.numeric.compiled import compiled
from analysis.numeric.norms import norm
from analysis.symbolic.catalogue import activation as named_activation
from analysis.symbolic.notation import z as z_symbol


def gradient_size(
    rng: np.random.Generator,
    *,
    depth: int,
    width: int = 100,
    scale: float = 1.0,
    bias_scale: float = 0.0,
    activation: str = "tanh",
) -> dict[str, float]:
    """log(‖δ¹‖/‖δᴸ‖) of one random network with L = ``depth`` layers, the same per layer passed, and the mean of a² in
    the last of them.

    −inf where the gradient is exactly 0 (dead ReLUs); NaN where the forward pass overflows. Raises ValueError on
    parameters out of range.
    """
    depth, width = whole("depth", depth, 2), whole("width", width, 1)
    s, t = positive("scale", scale), positive("bias_scale", bias_scale, zero=True)
    law = named_activation(activation, "activation")
    value, slope = compiled(law.value, z_symbol), compiled(law.slope, z_symbol)
    a = rng.standard_normal(width)
    weights, slopes = [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(depth):
            w = rng.standard_normal((width, width)) * (s / math.sqrt(width))
            z = w @ a + t * rng.standard_normal(width)
            a = value(z)
            weights.append(w)
            slopes.append(slope(z))
        mean_square = float(np.mean(a * a))
    delta = rng.standard_normal(width)
    delta /= np.linalg.norm(delta)
    log_length = 0.0
    for l in range(depth - 1, 0, -1):
        delta = (delta @ weights[l]) * slopes[l - 1]
        length = float(norm(delta))
        if length == 0.0 or not math.isfinite(length):
            log_length = -math.inf if length == 0.0 else math.nan
            break
        delta /= length
        log_length += math.log(length)
    if not math.isfinite(mean_square):
        log_length = math.nan
    return {"log_ratio": log_length, "per_layer": log_length / (depth - 1), "mean_square": mean_square}


GRADIENT_SIZE = Experiment(
    run=gradient_size, units={"log_ratio": "nats", "per_layer": "nats per layer", "mean_square": "1"}
)
