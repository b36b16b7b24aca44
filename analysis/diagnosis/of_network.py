"""Measuring the book's ``Network``: no other library is needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis import numbers
from analysis.diagnosis.measured import Measured, Parameter, Site
from analysis.numeric.arguments import instance, real_array, whole
from analysis.numeric.compiled import compiled
from analysis.numeric.network import COSTS, Network, forward, gradients
from analysis.symbolic.catalogue import activation
from analysis.symbolic.notation import z

Floats = NDArray[np.float64]


def measure(
    model: Network | Callable[[np.random.Generator], Network],
    batches: Sequence[Any],
    *,
    loss: str | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3, 4, 5),
    probes: int = 1,
    progress: Callable[[Sequence[Any]], Any] = iter,
) -> Measured:
    """Measure a network, or a function that makes one from a generator, on batches X (m, n₀); with ``loss``,
    a kind of ``network.cost``, on pairs (X, Y).

    Without ``loss`` the backward pass starts from N(0, 1)/m at the result of the last weighted sum. Ctrl-C
    leaves what was measured. Raises ValueError for a wrong shape, NaN or an unknown kind of loss.
    """
    whole("probes", probes)
    if loss is not None and loss not in COSTS:
        raise ValueError(f"loss must be one of {', '.join(COSTS)} for a Network, not {loss!r}")
    rows: list[list[numbers.Pass]] = []
    losses: list[list[float]] = []
    complete = True
    last: Network | None = None
    try:
        for seed in progress([None] if isinstance(model, Network) else list(seeds)):
            network = model if isinstance(model, Network) else model(np.random.default_rng(seed))
            instance("model", network, Network)
            found = [_pass(network, batch, loss, probes, seed or 0) for batch in batches]
            rows.append([one for one, _ in found])
            losses.append([cost for _, cost in found])
            last = network
    except KeyboardInterrupt:
        complete = False
        if not rows:
            raise
    assert last is not None
    return numbers.joined(
        rows,
        batch_size=len(np.asarray(batches[0][0] if loss else batches[0])),
        probe="random" if loss is None else "loss",
        loss=np.array(losses),
        parameters=tuple(
            Parameter(f"{name}[{l}]", True, True, True)
            for l in range(1, last.depth + 1)
            for name in ("weights", "biases")
        ),
        complete=complete,
    )


def _pass(
    network: Network, batch: Any, loss: str | None, probes: int, seed: int
) -> tuple[numbers.Pass, float]:
    if loss is not None and not (isinstance(batch, tuple | list) and len(batch) == 2):
        raise ValueError("batch must be a pair (X, Y) where a loss is given")
    X = real_array("batch", batch[0] if loss is not None else batch, ("m", network.sizes[0]))
    zs, activations = forward(network, X)
    made = numbers.Pass()
    before = made.add(Site("input", "input", (), 0, network.sizes[0]), X)
    for l, (w, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        w, b, n = np.asarray(w), np.asarray(b), network.sizes[l]
        before = made.add(
            Site(f"z{l}", "linear", (before,), w.shape[1], n, zero=not w.any()),
            zs[l - 1],
            sigma_w=math.sqrt(w.shape[1]) * math.exp(numbers.log_rms(w)),
            sigma_b=math.exp(numbers.log_rms(b)),
        )
        if l == network.depth:
            break  # the backward pass starts at the last weighted sum
        name = network.activation
        off = numbers.off(activations[l]) if name in ("relu", "leaky relu") else None
        before = made.add(Site(f"a{l}", name, (before,), 0, n), activations[l], off)
    if loss is not None:
        found = gradients(network, X, batch[1], loss)
        starts, cost = [found.deltas[-1] / len(X)], found.cost
    else:
        rng = np.random.default_rng([seed, 1])
        starts, cost = [rng.standard_normal(zs[-1].shape) / len(X) for _ in range(probes)], math.nan
    made.backward = [_back(network, zs, start) for start in starts]
    return made, cost


def _back(network: Network, zs: Sequence[Floats], delta: Floats) -> list[float]:
    """log of the norms of the gradient at every site."""
    slope = compiled(activation(network.activation).slope, z)
    found = [numbers.log_norm(delta)]
    for l in range(network.depth, 0, -1):
        of_input = delta @ np.asarray(network.weights[l - 1])
        found.append(numbers.log_norm(of_input))
        if l > 1:
            delta = of_input * slope(zs[l - 2])
            found.append(numbers.log_norm(delta))
    return found[::-1]
