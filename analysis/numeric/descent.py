"""Full-batch gradient descent on several sigmoid networks at once, fast enough for hundreds of seeds.

The first layer of a network on images is by far the widest, and it is formed only at the end. With all images
in one batch and weight decay by a factor k = 1 − ηλ/m an epoch, its weights after t epochs are w¹_t = kᵗ w¹_0
− P_t X, where X (m, n₀) holds the images and P sums the errors seen so far. Only the products w¹ Xᵀ are
needed:

    w¹_t Xᵀ = kᵗ w¹_0 Xᵀ − R_t,    P ← k P + (η/m) δ¹,    R ← k R + (η/m) δ¹ X Xᵀ,

so that the m × m Gram matrix X Xᵀ, computed once, replaces two passes over the images in every epoch. Lengths
follow without forming anything either: ‖P X‖² = ⟨P, R⟩ and ‖∂C/∂w¹‖² = ⟨δ¹, δ¹ X Xᵀ⟩/m².
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
    """What S networks did in T epochs;
    entry t of axis 1 is the state after t epochs, entry 0 the initial one.

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
                f"networks must all be sigmoid of sizes {sizes}, not {network.activation} of sizes "
                f"{network.sizes}"
            )
    m, layers, stack = len(X), range(networks[0].depth), len(networks)
    keep = 1.0 - eta * decay / m
    times_gram = _times_gram(X)
    y = Y.T
    w_0 = [np.stack([n.weights[l] for n in networks]) for l in layers]
    b = [np.stack([n.biases[l] for n in networks])[:, :, None] for l in layers]
    wX_0 = w_0[0] @ X.T
    P, R = np.zeros_like(wX_0), np.zeros_like(wX_0)
    pulled = [np.zeros_like(x) for x in w_0]  # wˡ_t − kᵗ wˡ_0; that of the first layer is −P X
    length_0 = [_norm(x) for x in w_0]
    per_layer, per_network = (stack, epochs + 1, len(layers)), (stack, epochs + 1)
    curves = Curves(*(np.empty(per_layer) for _ in range(4)), *(np.empty(per_network) for _ in range(2)))
    for t in tqdm(range(epochs + 1), desc="epochs", leave=False, disable=None):
        k = keep**t
        w = [k * w_0[l] + pulled[l] for l in layers]  # w[0] is not used
        z, a, delta = _errors(k * wX_0 - R + b[0], w, b, y)
        gradient_b = [d.mean(axis=2, keepdims=True) for d in delta]
        gradient_w = [delta[l] @ a[l - 1].transpose(0, 2, 1) / m for l in layers[1:]]
        delta_gram = times_gram(delta[0])

        curves.cost[:, t] = cross_entropy(z, y).sum(axis=1).mean(axis=1)
        curves.accuracy[:, t] = (z.argmax(axis=1) == y.argmax(axis=0)).mean(axis=1)
        first = np.sqrt(_inner(delta[0], delta_gram)) / m, np.sqrt(np.maximum(_inner(P, R), 0.0))
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
        P = keep * P + (eta / m) * delta[0]
        R = keep * R + (eta / m) * delta_gram
    w[0] = k * w_0[0] - P @ X
    ends = (Network(sizes, tuple(x[s] for x in w), tuple(x[s, :, 0] for x in b)) for s in range(stack))
    return curves, tuple(ends)


def _errors(
    z: Floats, w: list[Floats], b: list[Floats], y: Floats
) -> tuple[Floats, list[Floats], list[Floats]]:
    """From z¹: zᴸ, the activations a¹ … aᴸ⁻¹ and the errors δ¹ … δᴸ, one image a column (BP1 and BP2 of
    ``network``).
    """
    depth = len(w)
    a, slopes = [], []
    for l in range(1, depth):
        value, slope = _sigmoid_and_slope(z)
        a.append(value)
        slopes.append(slope)
        z = w[l] @ value + b[l]
    delta = [_output_error(z, y)]
    for l in range(depth - 1, 0, -1):
        back = w[l].transpose(0, 2, 1) @ delta[0]
        back *= slopes[l - 1]
        delta.insert(0, back)
    return z, a, delta


def _times_gram(X: Floats) -> Callable[[Floats], Floats]:
    """δ ↦ δ X Xᵀ for δ (S, n, m): by the Gram matrix, or by X twice where the images are small."""
    m, n_0 = X.shape
    gram = X @ X.T if 2 * n_0 > m else None

    def product(delta: Floats) -> Floats:
        rows = delta.reshape(-1, m)
        result = rows @ gram if gram is not None else (rows @ X) @ X.T
        return np.asarray(result.reshape(delta.shape))

    return product


def _sigmoid_and_slope(z: Floats) -> tuple[Floats, Floats]:
    """σ(z) and σ′(z) to full relative accuracy:
    with e = e^−|z|, r = 1/(1+e), σ is r or e·r, and σ′ = e·r²."""
    e = np.abs(z)
    np.negative(e, out=e)
    np.exp(e, out=e)
    r = e + 1.0
    np.divide(1.0, r, out=r)
    e *= r
    value = np.where(z >= 0.0, r, e)
    e *= r
    return value, e


def _output_error(z: Floats, y: Floats) -> Floats:
    """δᴸ = σ(z) − y for the cross-entropy, as (1 − y) σ(z) − y σ(−z)."""
    e = np.exp(-np.abs(z))
    r = 1.0 / (1.0 + e)
    positive = z >= 0.0
    return np.asarray((1.0 - y) * np.where(positive, r, e * r) - y * np.where(positive, e * r, r))


def _norm(x: Floats) -> Floats:
    """The Euclidean norm of each entry along the first axis: (S, …) → (S,)."""
    return np.sqrt(_inner(x, x))


def _inner(x: Floats, y: Floats) -> Floats:
    """Σ x y over all axes but the first: (S, …) → (S,)."""
    return np.asarray(np.einsum("ij,ij->i", x.reshape(len(x), -1), y.reshape(len(y), -1)))
