"""The Jacobian of a deep wide network: beside its bare matrix products, PyTorch and JAX;
the full spectrum beside the direct SVD."""

from __future__ import annotations

from typing import Any

import numpy as np
import peers

from analysis.numeric.jacobian import direct_log_values, jacobian, layer_matrices, spectrum
from analysis.numeric.network import Network

WIDTH, DEPTH = 512, 64


def deep(width: int, depth: int) -> tuple[Network, np.ndarray]:
    rng = np.random.default_rng(0)
    w = tuple(rng.standard_normal((width, width)) * (1.5 / np.sqrt(width)) for _ in range(depth))
    b = tuple(0.1 * rng.standard_normal(width) for _ in range(depth))
    return Network((width,) * (depth + 1), w, b, "tanh", "tanh"), rng.standard_normal(width)


def test_jacobian(race: Any, store: Any, cores: int) -> None:
    network, x = deep(WIDTH, DEPTH)
    torch, jax = peers.torch_module(cores), peers.jax_module()

    def products() -> np.ndarray:
        found = network.weights[0]
        for w in network.weights[1:]:
            found = w @ found
        return found

    contenders: dict[str, Any] = {"ours": lambda: jacobian(network, x), "its bare matrix products": products}
    contenders["PyTorch jacrev"] = torch if isinstance(torch, str) else torch_jacobian(torch, network, x)
    contenders["JAX jacrev"] = jax if isinstance(jax, str) else jax_jacobian(jax, network, x)
    found = race(f"J at width {WIDTH}, depth {DEPTH}", contenders, unit="Jacobian", work=1, rounds=5)
    ours = jacobian(network, x)
    for name in ("PyTorch jacrev", "JAX jacrev"):
        if callable(contenders[name]):
            np.testing.assert_allclose(
                np.asarray(contenders[name]()), ours, rtol=1e-8, atol=1e-12 * np.abs(ours).max()
            )
    store(found, "its bare matrix products")


def test_spectrum(race: Any, store: Any) -> None:
    network, x = deep(WIDTH, DEPTH)
    matrices = layer_matrices(network, x)
    contenders = {
        "direct SVD of the product": lambda: direct_log_values(matrices),
        "ours": lambda: spectrum(matrices),
    }
    found = race(
        f"the spectrum at width {WIDTH}, depth {DEPTH}",
        contenders,
        unit="spectrum",
        work=1,
        rounds=2,
        warm=False,
    )
    for name, call in (
        ("ours", lambda: spectrum(matrices).log_values),
        ("the direct SVD", contenders["direct SVD of the product"]),
    ):
        logs = call()
        found.notes[f"powers of ten between the ends, {name}"] = float(
            (logs[0] - logs[np.isfinite(logs)][-1]) / np.log(10)
        )
    volume = sum(np.linalg.slogdet(m)[1] for m in matrices)
    found.notes["error of the logarithm of the determinant"] = abs(spectrum(matrices).log_volume - volume)
    store(found, "direct SVD of the product")


def torch_jacobian(torch: Any, network: Network, x: np.ndarray) -> Any:
    ws, bs = ([torch.tensor(v) for v in vs] for vs in (network.weights, network.biases))
    start = torch.tensor(x)

    def forward(a: Any) -> Any:
        for w, b in zip(ws, bs, strict=True):
            a = torch.tanh(torch.nn.functional.linear(a, w, b))
        return a

    return lambda: torch.func.jacrev(forward)(start)


def jax_jacobian(jax: Any, network: Network, x: np.ndarray) -> Any:
    ws, bs = jax.numpy.stack(network.weights), jax.numpy.stack(network.biases)

    def forward(a: Any, ws: Any, bs: Any) -> Any:
        return jax.lax.scan(lambda a, p: (jax.numpy.tanh(p[0] @ a + p[1]), None), a, (ws, bs))[0]

    call = jax.jit(jax.jacrev(forward))
    start = jax.numpy.asarray(x)
    return lambda: call(start, ws, bs).block_until_ready()
