"""Full-batch gradient descent on several sigmoid networks at once, fast enough for hundreds of seeds.

The first layer of a network on images is by far the widest, and it is formed only at the end. With all images
in one batch and weight decay by a factor k = 1 − ηλ/m an epoch, its weights after t epochs are w¹_t = kᵗ w¹_0
− P_t X, where X (m, n₀) holds the images and P sums the errors seen so far. Only the products w¹ Xᵀ are
needed:

    w¹_t Xᵀ = kᵗ w¹_0 Xᵀ − R_t,    P ← k P + (η/m) δ¹,    R ← k R + (η/m) δ¹ X Xᵀ,

so that the m × m Gram matrix X Xᵀ, computed once, replaces two passes over the images in every epoch. Lengths
follow without forming anything either: ‖P X‖² = ⟨P, R⟩ and ‖∂C/∂w¹‖² = ⟨δ¹, δ¹ X Xᵀ⟩/m².

Half of an epoch is the product δ¹ X Xᵀ, one matrix product for all networks. The layers above go network
by network, for the arrays of one stay in the cache. There the sigmoid is written without a choice by the
sign of z, which takes longer than the exponential where the processor cannot foresee the sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.numeric.network import Network, cross_entropy
from analysis.numeric.threads import one_thread

Floats = NDArray[np.float64]


class Curves(NamedTuple):
    """What S networks did in T epochs; entry t of axis 1 is the state after t epochs, entry 0 the initial
    one.

    For each of L layers, output last (S, T+1, L): speeds ‖∂C/∂bˡ‖; weight_speeds ‖∂C/∂wˡ‖; displacement ‖wˡ_t
    − wˡ_0‖/‖wˡ_0‖; learned ‖wˡ_t − kᵗ wˡ_0‖/‖wˡ_0‖, what remains of it without the weight decay. Norms of
    matrices are Frobenius'. For each network (S, T+1): cost C without its decay term; accuracy, the fraction
    of the training images whose largest output is the right one.
    """

    speeds: Floats
    weight_speeds: Floats
    displacement: Floats
    learned: Floats
    cost: Floats
    accuracy: Floats


@one_thread()
def descend(
    networks: Sequence[Network], X: Floats, Y: Floats, *, epochs: int, eta: float, decay: float
) -> tuple[Curves, tuple[Network, ...]]:
    """Gradient descent b ← b − η ∂C/∂b, w ← (1 − ηλ/m) w − η ∂C/∂w on the cross-entropy of images X (m, n₀).

    Returns the curves and the networks at the end. Y (m, n_L) holds the targets, ``decay`` is λ. Raises
    ValueError where a network is not sigmoid or the sizes differ.
    """
    sizes = networks[0].sizes
    for network in networks:
        if network.activation != "sigmoid" or network.sizes != sizes:
            raise ValueError(
                f"networks must all be sigmoid of sizes {sizes}, not {network.activation} of "
                f"sizes {network.sizes}"
            )
    m, layers, stack = len(X), range(networks[0].depth), len(networks)
    keep = 1.0 - eta * decay / m
    times_gram = _times_gram(X)
    y, right = np.ascontiguousarray(Y.T), Y.argmax(axis=1)
    w_0 = [np.stack([n.weights[l] for n in networks]) for l in layers]
    b = [np.stack([n.biases[l] for n in networks])[:, :, None] for l in layers]
    wX_0 = _row_by_row(w_0[0], lambda rows: rows @ X.T)
    P, R = np.zeros_like(wX_0), np.zeros_like(wX_0)
    z_1, delta_1, z_L = np.empty_like(wX_0), np.empty_like(wX_0), np.empty((stack, sizes[-1], m))
    gradient_b, gradient_w = [np.empty_like(x) for x in b], [np.empty_like(x) for x in w_0[1:]]
    pulled = [np.zeros_like(x) for x in w_0]  # wˡ_t − kᵗ wˡ_0; that of the first layer is −P X
    length_0 = [_norm(x) for x in w_0]
    per_layer, per_network = (stack, epochs + 1, len(layers)), (stack, epochs + 1)
    curves = Curves(*(np.empty(per_layer) for _ in range(4)), *(np.empty(per_network) for _ in range(2)))
    for t in tqdm(range(epochs + 1), desc="epochs", leave=False, disable=None):
        k = keep**t
        w = [k * w_0[l] + pulled[l] for l in layers]  # w[0] is not used
        np.multiply(wX_0, k, out=z_1)
        z_1 -= R
        z_1 += b[0]
        for s in range(stack):
            z_L[s], delta_1[s], of_b, of_w = _gradients(z_1[s], [x[s] for x in w], [x[s] for x in b], y)
            for mean, found in zip((*gradient_b, *gradient_w), (*of_b, *of_w), strict=True):
                mean[s] = found
        delta_gram = _row_by_row(delta_1, times_gram)

        curves.cost[:, t] = cross_entropy(z_L, y).sum(axis=1).mean(axis=1)
        curves.accuracy[:, t] = (z_L.argmax(axis=1) == right).mean(axis=1)
        first = np.sqrt(_inner(delta_1, delta_gram)) / m, np.sqrt(np.maximum(_inner(P, R), 0.0))
        moved = np.sqrt(((1.0 - k) * length_0[0]) ** 2 + 2.0 * (1.0 - k) * _inner(wX_0, P) + first[1] ** 2)
        for l in layers:
            curves.speeds[:, t, l] = _norm(gradient_b[l])
            curves.weight_speeds[:, t, l] = _norm(gradient_w[l - 1]) if l else first[0]
            curves.learned[:, t, l] = (_norm(pulled[l]) if l else first[1]) / length_0[l]
            curves.displacement[:, t, l] = (_norm(w[l] - w_0[l]) if l else moved) / length_0[l]
        if t == epochs:
            break

        for l in layers:
            b[l] -= eta * gradient_b[l]
        for l in layers[1:]:
            pulled[l] = keep * pulled[l] - eta * gradient_w[l - 1]
        for total, new in ((P, delta_1), (R, delta_gram)):
            total *= keep
            new *= eta / m
            total += new
    w[0] = k * w_0[0] - _row_by_row(P, lambda rows: rows @ X)
    ends = (Network(sizes, tuple(x[s] for x in w), tuple(x[s, :, 0] for x in b)) for s in range(stack))
    return curves, tuple(ends)


def _gradients(
    z: Floats, w: list[Floats], b: list[Floats], y: Floats
) -> tuple[Floats, Floats, list[Floats], list[Floats]]:
    """One network, from z¹: zᴸ and δ¹, one image a column, ∂C/∂b¹ … ∂C/∂bᴸ and ∂C/∂w² … ∂C/∂wᴸ (BP1–BP4 of
    ``network``)."""
    a, slopes, m = [], [], z.shape[1]
    for l in range(1, len(w)):
        value, slope = _sigmoid_and_slope(z)
        a.append(value)
        slopes.append(slope)
        z = w[l] @ value
        z += b[l]
    delta = _output_error(z, y)
    of_b: list[Floats] = [delta.mean(axis=1, keepdims=True)]
    of_w: list[Floats] = []
    for l in range(len(w) - 1, 0, -1):
        of_w.insert(0, delta @ a[l - 1].T / m)
        delta = w[l].T @ delta
        delta *= slopes[l - 1]
        of_b.insert(0, delta.mean(axis=1, keepdims=True))
    return z, delta, of_b, of_w


def _times_gram(X: Floats) -> Callable[[Floats], Floats]:
    """δ ↦ δ X Xᵀ for rows δ (N, m): by the Gram matrix, or by X twice where the images are small."""
    m, n_0 = X.shape
    if 2 * n_0 <= m:
        return lambda rows: np.asarray(rows @ X @ X.T)
    gram = X @ X.T
    return lambda rows: np.asarray(rows @ gram)


def _row_by_row(x: Floats, product: Callable[[Floats], Floats]) -> Floats:
    """``product`` of the rows of all networks in one call, which is faster than one a network: (S, n, p) →
    (S, n, q)."""
    stack, n, p = x.shape
    return product(x.reshape(stack * n, p)).reshape(stack, n, -1)


def _sigmoid_and_slope(z: Floats) -> tuple[Floats, Floats]:
    """σ(z) and σ′(z) to full relative accuracy for |z| ≤ 708: with e = e⁻ᶻ, σ = 1/(1+e) and σ′ = e σ²."""
    e = _exp_of_minus(z)
    value = e + 1.0
    np.divide(1.0, value, out=value)
    e *= value
    e *= value
    return value, e


def _output_error(z: Floats, y: Floats) -> Floats:
    """δᴸ = σ(z) − y for the cross-entropy, as (1 − y) σ(z) − y σ(−z) with σ(−z) = e⁻ᶻ σ(z)."""
    e = _exp_of_minus(z)
    value = 1.0 / (1.0 + e)
    return np.asarray((1.0 - y) * value - y * (e * value))


def _exp_of_minus(z: Floats) -> Floats:
    """e⁻ᶻ, where z below −708 counts as −708: further down e⁻ᶻ overflows, and σ(z) is under 1e-307 either
    way."""
    x = np.negative(z)
    if x.max() > 708.0:  # rare, and looking is faster than clipping
        np.minimum(x, 708.0, out=x)
    return np.exp(x, out=x)


def _norm(x: Floats) -> Floats:
    """The Euclidean norm of each entry along the first axis: (S, …) → (S,)."""
    return np.sqrt(_inner(x, x))


def _inner(x: Floats, y: Floats) -> Floats:
    """Σ x y over all axes but the first: (S, …) → (S,)."""
    return np.asarray(np.einsum("ij,ij->i", x.reshape(len(x), -1), y.reshape(len(y), -1)))
