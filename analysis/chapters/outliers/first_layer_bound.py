"""What the gradient of the first layer cannot exceed, from the weights and the images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.chapters.outliers.losses import SQUARED_BOUND
from analysis.chapters.outliers.outlier import Outlier
from analysis.numeric.data import load
from analysis.numeric.initialise import nielsen
from analysis.symbolic.catalogue import activation

OUTPUT_BOUNDS = {"cross-entropy, sigmoid": 1.0, "squared error, sigmoid": float(SQUARED_BOUND)}
"""{loss: β, the bound of |∂C/∂z| at an output}; a linear output has none."""


def first_layer_bound(result: Outlier) -> NDArray[np.float64]:
    """β √n_L ∏ s‖wˡ‖₂ (l = 2 … L) times the mean ‖x‖ of the raw batch, for each seed and factor (S, T);
    s is the largest slope of the activation.

    Raises ValueError for standardised images, and for a loss whose slope at the output has no bound.
    """
    if result.treatment != "raw":
        raise ValueError(f"the images must be raw, not treated by {result.treatment!r}")
    if result.loss not in OUTPUT_BOUNDS:
        raise ValueError(f"loss must be one of {'; '.join(OUTPUT_BOUNDS)}, not {result.loss!r}")
    steepest = float(activation(result.activation).slope_bound)
    networks = (
        nielsen(result.sizes, np.random.default_rng(seed), activation=result.activation)
        for seed in result.seeds
    )
    down = [np.prod([steepest * np.linalg.norm(w, 2) for w in net.weights[1:]]) for net in networks]
    lengths = np.linalg.norm(load("digits", count=result.images).images, axis=1)
    means = [np.append(lengths[1:], lengths[0] * factor).mean() for factor in result.factors]
    return np.asarray(OUTPUT_BOUNDS[result.loss] * np.sqrt(result.sizes[-1]) * np.outer(down, means))
