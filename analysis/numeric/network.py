"""A multilayer perceptron and its gradient, by hand-derived back-propagation on a whole batch at once.

Layers are numbered l = 1 … L; layer l has weights wˡ (n_l × n_{l−1}), biases bˡ (n_l), weighted inputs zˡ =
wˡ aˡ⁻¹ + bˡ and activations aˡ = σ(zˡ), with a⁰ the input. Hidden layers take any activation of the
catalogue, and so does the output layer; it is sigmoid unless said otherwise. Arrays over a batch hold one
image a row: shape (m, n_l).

The error of layer l on one image is δˡ = ∂C_x/∂zˡ, with C_x the cost of that image. Back-propagation computes
it by (numbered as in Nielsen 2015, chapter 2; the algorithm is that of Rumelhart, Hinton & Williams 1986)

    (BP1)  δᴸ = ∇ₐC_x ⊙ σ′(zᴸ)
    (BP2)  δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
    (BP3)  ∂C_x/∂bˡ = δˡ
    (BP4)  ∂C_x/∂wˡ = δˡ (aˡ⁻¹)ᵀ

and the gradient of the cost C, the mean of C_x over the batch, is the mean of these.

Follows the Python array API standard:
a network of PyTorch tensors takes and gives PyTorch tensors, on their device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric import arrays
from analysis.numeric.arguments import instance, one_of, several
from analysis.numeric.compiled import compiled
from analysis.symbolic.catalogue import SIGMOID, activation
from analysis.symbolic.notation import z as z_symbol

Floats = NDArray[np.float64] | Any  # an array of NumPy, or of another library

COSTS = ("cross-entropy", "squared error", "softmax cross-entropy")
_OUTPUT = {"cross-entropy": "sigmoid", "softmax cross-entropy": "identity"}  # the squared error takes any


@dataclass(frozen=True, eq=False)
class Network:
    """Sizes (n₀, …, n_L), weights of shape (n_l, n_{l−1}) and biases of shape (n_l,) for l = 1 … L; float64,
    read-only; or copies of arrays of another library, in their precision.

    ``activation`` names that of the hidden layers, ``output`` that of the last. Raises ValueError where a
    shape does not fit, a number is not finite or an activation is unknown.

    >>> Network((2, 1), weights=([[1.0, -1.0]],), biases=([0.0],)).depth
    1
    """

    sizes: tuple[int, ...]
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    activation: str = "sigmoid"
    output: str = "sigmoid"

    def __post_init__(self) -> None:
        sizes = checked_sizes(self.sizes)
        depth = len(sizes) - 1
        given = len(several("weights", self.weights)), len(several("biases", self.biases))
        if given != (depth, depth):
            raise ValueError(
                f"sizes {sizes} need {depth} weights and {depth} biases, not {given[0]} and {given[1]}"
            )
        activation(self.activation, "activation")
        activation(self.output, "output")
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
    """biases: ∂C/∂bˡ (n_l,). weights: ∂C/∂wˡ (n_l, n_{l−1}). deltas: δˡ of each image (m, n_l). L arrays
    each, and the cost C, which comes for free.
    """

    biases: tuple[Floats, ...]
    weights: tuple[Floats, ...]
    deltas: tuple[Floats, ...]
    cost: float


def forward(network: Network, X: ArrayLike) -> Forward:
    """zˡ = wˡ aˡ⁻¹ + bˡ and aˡ = σ(zˡ) of every layer for images X (m, n₀); raises ValueError on a wrong
    shape or NaN, OverflowError where a zˡ leaves the range of its precision.
    """
    instance("network", network, Network)
    value = compiled(activation(network.activation).value, z_symbol)
    last = compiled(activation(network.output).value, z_symbol)
    arrays.foreign(X, *network.weights[:1])  # refuses a mixture
    a = _batch("X", X, network.sizes[0])
    zs, activations = [], [a]
    for l, (w, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        with np.errstate(over="ignore", invalid="ignore"):
            z = a @ w.T + b
        if not _finite(z):
            raise OverflowError(f"z leaves the range of {z.dtype} in layer {l}")
        a = value(z) if l < network.depth else last(z)
        zs.append(z)
        activations.append(a)
    return Forward(tuple(zs), tuple(activations))


def cost(network: Network, X: ArrayLike, Y: ArrayLike, kind: str = "cross-entropy") -> float:
    """C, the mean over images X (m, n₀) with targets Y (m, n_L) of C_x.

    "cross-entropy", for sigmoid outputs: C_x = −Σ_j y_j log a_j + (1 − y_j) log(1 − a_j), taken from zᴸ as
    max(z, 0) − yz + log1p(e^−|z|), which is finite for every z. "squared error": C_x = ½ ‖a − y‖². "softmax
    cross-entropy", for identity outputs: C_x = −Σ_j y_j log p_j with p_j = e^{z_j}/Σ_k e^{z_k}. Raises
    ValueError on a wrong shape, NaN, an unknown kind, an output that the kind does not take, or for the
    cross-entropies targets outside [0, 1], and for softmax targets of an image that do not sum to 1;
    OverflowError where C leaves the range of its precision.
    """
    z, a = forward(network, X)
    y = _targets(network, Y, a[0].shape[0], kind)
    return _cost(z[-1], a[-1], y, kind)


def cross_entropy(z: Floats, y: Floats) -> Floats:
    """−y log σ(z) − (1 − y) log(1 − σ(z)), elementwise, without overflow: max(z, 0) − yz + log1p(e^−|z|)."""
    z, y = _real("z", z), _real("y", y)
    try:
        np.broadcast_shapes(tuple(z.shape), tuple(y.shape))
    except ValueError:
        raise ValueError(f"z and y must fit each other, not {tuple(z.shape)} and {tuple(y.shape)}") from None
    xp = arrays.namespace(z)
    with np.errstate(over="ignore", invalid="ignore"):
        found = xp.maximum(z, xp.zeros_like(z)) - y * z + xp.log1p(xp.exp(-xp.abs(z)))
    if not _finite(found):
        raise OverflowError(f"the cross-entropy leaves the range of {z.dtype}")
    return found


def gradients(network: Network, X: ArrayLike, Y: ArrayLike, kind: str = "cross-entropy") -> Gradients:
    """∂C/∂bˡ, ∂C/∂wˡ and δˡ by BP1–BP4 for images X (m, n₀) with targets Y (m, n_L).

    For the cross-entropy BP1 reads δᴸ = aᴸ − y (Nielsen 2015, chapter 3), for softmax δᴸ = p − y; for the
    squared error (aᴸ − y) ⊙ σ′(zᴸ) with σ the output's. Raises as ``cost`` does, and OverflowError where a
    gradient leaves the range of its precision; one that is too small for it is 0.

    >>> one = Network((2, 1), weights=([[1.0, -1.0]],), biases=([0.0],))
    >>> gradients(one, X=[[1.0, 1.0]], Y=[[1.0]]).weights[0]  # δ = a − y = −1/2
    array([[-0.5, -0.5]])
    """
    z, a = forward(network, X)
    y = _targets(network, Y, a[0].shape[0], kind)
    slope = compiled(activation(network.activation).slope, z_symbol)
    delta = _output_error(network, z[-1], a[-1], y, kind)
    deltas = [delta]
    with np.errstate(over="ignore", invalid="ignore"):
        for l in range(network.depth - 1, 0, -1):
            delta = (delta @ network.weights[l]) * slope(z[l - 1])
            deltas.append(delta)
        deltas.reverse()
        m, xp = a[0].shape[0], arrays.namespace(delta)
        of_biases = tuple(xp.mean(d, axis=0) for d in deltas)
        of_weights = tuple(d.T @ h / m for d, h in zip(deltas, a[:-1], strict=True))
    for l, parts in enumerate(zip(deltas, of_weights, strict=True), start=1):
        if not all(map(_finite, parts)):
            raise OverflowError(
                f"the gradient leaves the range of {delta.dtype} in layer {l}: ``jacobian.spectrum`` gives "
                "its growth in logarithms"
            )
    return Gradients(of_biases, of_weights, tuple(deltas), _cost(z[-1], a[-1], y, kind))


def checked_sizes(sizes: object) -> tuple[int, ...]:
    """The sizes (n₀, …, n_L) as a tuple; raises ValueError unless they are at least two positive integers."""
    if isinstance(sizes, (tuple, list)) and len(sizes) >= 2:
        whole = [isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in sizes]
        if all(whole):
            return tuple(int(n) for n in sizes)
    raise ValueError(f"sizes must be two or more positive integers such as (784, 30, 10), not {sizes!r}")


def softmax(z: Floats) -> Floats:
    """e^{z_j}/Σ_k e^{z_k} along the last axis, without overflow; shape of z."""
    z = _real("z", z)
    xp = arrays.namespace(z)
    with np.errstate(over="ignore"):
        e = xp.exp(z - xp.max(z, axis=-1, keepdims=True))
    return e / xp.sum(e, axis=-1, keepdims=True)


def _output_error(network: Network, z: Floats, a: Floats, y: Floats, kind: str) -> Floats:
    """δᴸ = ∂C_x/∂zᴸ (m, n_L), by BP1."""
    if kind == "softmax cross-entropy":
        return softmax(z) - y
    error = a - y
    if network.output == "sigmoid":
        error = (1.0 - y) * a - y * _sigmoid(-z)  # a − y, without its cancellation at saturated outputs
    if kind == "cross-entropy":
        return error
    return error * compiled(activation(network.output).slope, z_symbol)(z)


def _cost(z: Floats, a: Floats, y: Floats, kind: str) -> float:
    xp = arrays.namespace(z)
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "softmax cross-entropy":
            found = float(xp.mean(_softmax_cost(z, y)))
        else:
            per_output = 0.5 * (a - y) ** 2 if kind == "squared error" else cross_entropy(z, y)
            found = float(xp.mean(xp.sum(per_output, axis=1)))
        if not math.isfinite(found):
            found = _scaled_cost(z, a, y, kind)
    if not abs(found) <= float(xp.finfo(z.dtype).max):
        raise OverflowError(f"the cost leaves the range of {z.dtype}")
    return found


def _scaled_cost(z: Floats, a: Floats, y: Floats, kind: str) -> float:
    """The cost where a square or a sum leaves float64 on the way to a mean that may not:
    scaled by the largest part."""
    xp, m = arrays.namespace(z), z.shape[0]
    if kind == "softmax cross-entropy":
        parts, back = _softmax_cost(z / 4.0, y, scale=4.0), 4.0
    else:
        parts, back = (0.5 * a - 0.5 * y, 2.0) if kind == "squared error" else (cross_entropy(z, y), 1.0)
    largest = float(xp.max(xp.abs(parts)))
    if kind == "squared error":
        mean = float(xp.sum((parts / largest) ** 2)) / m
        return float(back * mean * largest * largest)
    return float(back * (largest * (float(xp.sum(parts / largest)) / m)))


def _softmax_cost(z: Floats, y: Floats, scale: float = 1.0) -> Floats:
    """−Σ_j y_j log p_j of each image for the logits ``scale`` · z, over ``scale``."""
    xp = arrays.namespace(z)
    top = xp.max(z, axis=1)
    logs = top + xp.log(xp.sum(xp.exp(scale * (z - top[:, None])), axis=1)) / scale
    return logs - xp.sum(y * z, axis=1)


def _sigmoid(z: Floats) -> Floats:
    found: Floats = compiled(SIGMOID.value, z_symbol)(z)
    return found


def _frozen(name: str, x: ArrayLike, shape: tuple[int, ...]) -> Floats:
    array = _real(name, x)
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, not {array.shape}")
    if not isinstance(array, np.ndarray):
        return arrays.namespace(array).asarray(array, copy=True)
    array = array.copy()
    array.flags.writeable = False
    return array


def _batch(name: str, x: ArrayLike, width: int) -> Floats:
    array = _real(name, x)
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] != width:
        raise ValueError(f"{name} must have shape (m, {width}) with m ≥ 1, not {array.shape}")
    return array


def _targets(network: Network, Y: ArrayLike, m: int, kind: str) -> Floats:
    one_of("kind", kind, COSTS)
    if network.output != _OUTPUT.get(kind, network.output):
        raise ValueError(f"kind {kind!r} needs output {_OUTPUT[kind]!r}, not {network.output!r}")
    y = _batch("Y", Y, network.sizes[-1])
    arrays.foreign(Y, *network.weights[:1])  # refuses a mixture
    if y.shape[0] != m:
        raise ValueError(f"Y must have one row an image, {m}, not {y.shape[0]}")
    xp = arrays.namespace(y)
    if kind in _OUTPUT and not bool(xp.all((y >= 0.0) & (y <= 1.0))):
        raise ValueError(f"Y must lie in [0, 1] for the {kind}")
    if kind == "softmax cross-entropy" and not bool(xp.all(xp.abs(xp.sum(y, axis=1) - 1.0) <= _rounding(y))):
        raise ValueError("Y must have rows that sum to 1 for the softmax cross-entropy")
    return y


def _rounding(y: Any) -> float:
    """How far a sum of probabilities may be from 1, in the precision of y."""
    return 1e-9 if y.dtype == arrays.namespace(y).float64 else 1e-5


def _real(name: str, x: Any) -> Any:
    array = arrays.real(name, x)
    if isinstance(array, np.ndarray):
        array = array.astype(np.float64, copy=False)
    if not _finite(array):
        raise ValueError(f"{name} must be finite: it holds NaN or infinity")
    return array


def _finite(array: Any) -> bool:
    xp = arrays.namespace(array)
    return bool(xp.all(xp.isfinite(array)))
