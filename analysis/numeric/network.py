"""A multilayer perceptron and its gradient, by hand-derived back-propagation on a whole batch at once.

Layers are numbered l = 1 … L; layer l has weights wˡ (n_l × n_{l−1}), biases bˡ (n_l), weighted inputs zˡ =
wˡ aˡ⁻¹ + bˡ and activations aˡ = σ(zˡ), with a⁰ the input. Hidden layers take any activation of the
catalogue, the output layer is sigmoid. Arrays over a batch hold one image a row: shape (m, n_l).

The error of layer l on one image is δˡ = ∂C_x/∂zˡ, with C_x the cost of that image. Back-propagation computes
it by (numbered as in Nielsen 2015, chapter 2; the algorithm is that of Rumelhart, Hinton & Williams 1986)

    (BP1)  δᴸ = ∇ₐC_x ⊙ σ′(zᴸ)
    (BP2)  δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
    (BP3)  ∂C_x/∂bˡ = δˡ
    (BP4)  ∂C_x/∂wˡ = δˡ (aˡ⁻¹)ᵀ

and the gradient of the cost C, the mean of C_x over the batch, is the mean of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SIGMOID, activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64]

COSTS = ("cross-entropy", "squared error")


@dataclass(frozen=True, eq=False)
class Network:
    """Sizes (n₀, …, n_L), weights of shape (n_l, n_{l−1}) and biases of shape (n_l,) for l = 1 … L; float64,
    read-only.

    ``activation`` names that of the hidden layers. Raises ValueError where a shape does not fit, a number is
    not finite or the activation is unknown.
    """

    sizes: tuple[int, ...]
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    activation: str = "sigmoid"

    def __post_init__(self) -> None:
        sizes = checked_sizes(self.sizes)
        depth = len(sizes) - 1
        if len(self.weights) != depth or len(self.biases) != depth:
            raise ValueError(
                f"sizes {sizes} need {depth} weights and {depth} biases, not {len(self.weights)} and {len(self.biases)}"
            )
        activation(self.activation)
        layers = range(depth)
        weights = (_frozen(f"weights[{l}]", self.weights[l], (sizes[l + 1], sizes[l])) for l in layers)
        biases = (_frozen(f"biases[{l}]", self.biases[l], (sizes[l + 1],)) for l in layers)
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "weights", tuple(weights))
        object.__setattr__(self, "biases", tuple(biases))

    @property
    def depth(self) -> int:
        """L, the number of layers with weights: hidden layers plus one."""
        return len(self.sizes) - 1


class Forward(NamedTuple):
    """z: L arrays zˡ (m, n_l). a: L+1 arrays aˡ (m, n_l), the first of them the input."""

    z: tuple[Floats, ...]
    a: tuple[Floats, ...]


class Gradients(NamedTuple):
    """biases: ∂C/∂bˡ (n_l,). weights: ∂C/∂wˡ (n_l, n_{l−1}). deltas: δˡ of each image (m, n_l). L arrays each,
    and the cost C, which comes for free.
    """

    biases: tuple[Floats, ...]
    weights: tuple[Floats, ...]
    deltas: tuple[Floats, ...]
    cost: float


def forward(network: Network, X: ArrayLike) -> Forward:
    """zˡ = wˡ aˡ⁻¹ + bˡ and aˡ = σ(zˡ) of every layer for images X (m, n₀); raises ValueError on a wrong
    shape or NaN.
    """
    value = compiled(activation(network.activation).value, z_symbol)
    a = _batch("X", X, network.sizes[0])
    zs, activations = [], [a]
    for l, (w, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        z = a @ w.T + b
        a = value(z) if l < network.depth else _sigmoid(z)
        zs.append(z)
        activations.append(a)
    return Forward(tuple(zs), tuple(activations))


def cost(network: Network, X: ArrayLike, Y: ArrayLike, kind: str = "cross-entropy") -> float:
    """C, the mean over images X (m, n₀) with targets Y (m, n_L) of C_x.

    "cross-entropy": C_x = −Σ_j y_j log a_j + (1 − y_j) log(1 − a_j), taken from zᴸ as max(z, 0) − yz +
    log1p(e^−|z|), which is finite for every z. "squared error": C_x = ½ ‖a − y‖². Raises ValueError on a
    wrong shape, NaN, an unknown kind, or targets outside [0, 1] for the cross-entropy.
    """
    z, a = forward(network, X)
    y = _targets(network, Y, len(a[0]), kind)
    return _cost(z[-1], a[-1], y, kind)


def cross_entropy(z: Floats, y: Floats) -> Floats:
    """−y log σ(z) − (1 − y) log(1 − σ(z)), elementwise, without overflow: max(z, 0) − yz + log1p(e^−|z|)."""
    return np.asarray(np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z))))


def gradients(network: Network, X: ArrayLike, Y: ArrayLike, kind: str = "cross-entropy") -> Gradients:
    """∂C/∂bˡ, ∂C/∂wˡ and δˡ by BP1–BP4 for images X (m, n₀) with targets Y (m, n_L).

    For the cross-entropy BP1 reads δᴸ = aᴸ − y (Nielsen 2015, chapter 3); for the squared error (aᴸ − y) ⊙
    σ′(zᴸ). Raises ValueError as ``cost`` does.
    """
    z, a = forward(network, X)
    y = _targets(network, Y, len(a[0]), kind)
    slope = compiled(activation(network.activation).slope, z_symbol)
    delta = (1.0 - y) * a[-1] - y * _sigmoid(-z[-1])  # a − y, without its cancellation at saturated outputs
    if kind == "squared error":
        delta = delta * compiled(SIGMOID.slope, z_symbol)(z[-1])
    deltas = [delta]
    for l in range(network.depth - 1, 0, -1):
        delta = (delta @ network.weights[l]) * slope(z[l - 1])
        deltas.append(delta)
    deltas.reverse()
    m = len(a[0])
    return Gradients(
        biases=tuple(d.mean(axis=0) for d in deltas),
        weights=tuple(d.T @ h / m for d, h in zip(deltas, a[:-1], strict=True)),
        deltas=tuple(deltas),
        cost=_cost(z[-1], a[-1], y, kind),
    )


def checked_sizes(sizes: object) -> tuple[int, ...]:
    """The sizes (n₀, …, n_L) as a tuple; raises ValueError unless they are at least two positive integers."""
    if isinstance(sizes, (tuple, list)) and len(sizes) >= 2:
        whole = [isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n > 0 for n in sizes]
        if all(whole):
            return tuple(int(n) for n in sizes)
    raise ValueError(f"sizes must be two or more positive integers such as (784, 30, 10), not {sizes!r}")


def _cost(z: Floats, a: Floats, y: Floats, kind: str) -> float:
    per_output = 0.5 * (a - y) ** 2 if kind == "squared error" else cross_entropy(z, y)
    return float(per_output.sum(axis=1).mean())


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(compiled(SIGMOID.value, z_symbol)(z))


def _frozen(name: str, x: ArrayLike, shape: tuple[int, ...]) -> Floats:
    array = _real(name, x)
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, not {array.shape}")
    array = array.copy()
    array.flags.writeable = False
    return array


def _batch(name: str, x: ArrayLike, width: int) -> Floats:
    array = _real(name, x)
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] != width:
        raise ValueError(f"{name} must have shape (m, {width}) with m ≥ 1, not {array.shape}")
    return array


def _targets(network: Network, Y: ArrayLike, m: int, kind: str) -> Floats:
    if kind not in COSTS:
        raise ValueError(f"kind must be one of {', '.join(COSTS)}, not {kind!r}")
    y = _batch("Y", Y, network.sizes[-1])
    if len(y) != m:
        raise ValueError(f"Y must have one row an image, {m}, not {len(y)}")
    if kind == "cross-entropy" and not ((y >= 0.0) & (y <= 1.0)).all():
        raise ValueError("Y must lie in [0, 1] for the cross-entropy")
    return y


def _real(name: str, x: ArrayLike) -> Floats:
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, not {array.dtype}")
    array = array.astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite: it holds NaN or infinity")
    return array
