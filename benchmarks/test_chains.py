"""All ∂C/∂b_l of N sigmoid chains of depth L, float64:
the fused loops beside NumPy, PyTorch, JAX and autograd."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import peers
import pytest
import race as races

from analysis.numeric import layer_by_layer
from analysis.numeric.many_chains import gradients, log_gradients, tiled
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.catalogue import SIGMOID

OURS, LOGS = "fused, in tiles", "fused, in tiles, sign and logarithm"


def drawn(n: int, depth: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    return rng.random(n), rng.uniform(-2.0, 2.0, (n, depth)), rng.standard_normal((n, depth))


@pytest.mark.parametrize(("n", "depth", "width"), [(100_000, 100, 160), (1000, 10_000, 40)])
def test_chains(n: int, depth: int, width: int, race: Any, store: Any, cores: int) -> None:
    a0, w, b = drawn(n, depth)
    shape = (n // width, width)
    in_tiles = a0.reshape(shape), tiled(w, width), tiled(b, width)
    out, pair = np.empty_like(in_tiles[1]), SignedLog(np.empty_like(in_tiles[1]), np.empty_like(in_tiles[1]))
    rows, row_pair = np.empty_like(w), SignedLog(np.empty_like(w), np.empty_like(w))
    contenders: dict[str, Any] = {
        OURS: lambda: gradients(SIGMOID, *in_tiles, out=out, threads=cores),
        LOGS: lambda: log_gradients(SIGMOID, *in_tiles, out=pair, threads=cores),
        "fused, rows (N, L)": lambda: gradients(SIGMOID, a0, w, b, out=rows, threads=cores),
        "fused, rows, sign and logarithm": lambda: log_gradients(
            SIGMOID, a0, w, b, out=row_pair, threads=cores
        ),
        "np.exp of as many numbers": lambda: np.exp(in_tiles[1], out=out),
    }
    wt, bt = np.ascontiguousarray(w.T), np.ascontiguousarray(b.T)
    torch, jax, autograd = peers.torch_module(cores), peers.jax_module(), peers.library("autograd")
    contenders["PyTorch autograd"] = (
        torch if isinstance(torch, str) else peers.torch_chains(torch, a0, wt, bt)
    )
    for unroll in (1, 8):
        name = f"JAX scan, unrolled {unroll}"
        contenders[name] = jax if isinstance(jax, str) else peers.jax_chains(jax, a0, wt, bt, unroll)
    if depth <= 100:
        contenders["NumPy, layer by layer"] = lambda: layer_by_layer.gradients(SIGMOID, a0, w, b)
        contenders["HIPS autograd"] = (
            autograd if isinstance(autograd, str) else peers.autograd_chains(autograd, a0, wt, bt)
        )
    found = race(
        f"{n:,} chains of depth {depth:,}", contenders, unit="layer of a chain", work=n * depth, rounds=9
    )
    reference = layer_by_layer.gradients(SIGMOID, a0[:50], w[:50], b[:50])
    np.testing.assert_allclose(gradients(SIGMOID, a0[:50], w[:50], b[:50]), reference, rtol=1e-10)
    store(found, OURS)


def test_peers_agree(cores: int) -> None:
    """Every contender computes the same."""
    a0, w, b = drawn(20, 30)
    wanted, wt, bt = gradients(SIGMOID, a0, w, b), w.T.copy(), b.T.copy()
    torch, jax, autograd = peers.torch_module(cores), peers.jax_module(), peers.library("autograd")
    if not isinstance(torch, str):
        np.testing.assert_allclose(peers.torch_chains(torch, a0, wt, bt)().numpy().T, wanted, rtol=1e-10)
    if not isinstance(jax, str):
        for unroll in (1, 8):
            np.testing.assert_allclose(
                np.asarray(peers.jax_chains(jax, a0, wt, bt, unroll)()).T, wanted, rtol=1e-10
            )
    if not isinstance(autograd, str):
        np.testing.assert_allclose(
            np.array(peers.autograd_chains(autograd, a0, wt, bt)()).T, wanted, rtol=1e-10
        )


def test_torch_compile(race: Any, store: Any, cores: int) -> None:
    """PyTorch's compiler unrolls the layers: at depth 20, for it takes minutes at 100."""
    n, depth, width = 100_000, 20, 160
    a0, w, b = drawn(n, depth)
    in_tiles = a0.reshape(-1, width), tiled(w, width), tiled(b, width)
    out, torch = np.empty_like(in_tiles[1]), peers.torch_module(cores)
    compiled: Any = torch
    compile_time = 0.0
    if not isinstance(torch, str):
        compiled = peers.torch_chains(torch, a0, w.T.copy(), b.T.copy(), compiled=True)
        start = time.perf_counter()
        try:
            compiled()
        except Exception as error:  # it needs a C++ compiler, and says so in many ways
            compiled = f"torch.compile failed here: {type(error).__name__}"
        compile_time = time.perf_counter() - start
    contenders = {
        OURS: lambda: gradients(SIGMOID, *in_tiles, out=out, threads=cores),
        "torch.compile": compiled,
    }
    found = race(
        f"{n:,} chains of depth {depth}", contenders, unit="layer of a chain", work=n * depth, rounds=9
    )
    found.notes["seconds that torch.compile took to compile"] = compile_time
    store(found, OURS)


def test_depth_of_chains(race: Any, store: Any, cores: int) -> None:
    """The time grows linearly up to a million layers, and the memory beside the result does not grow."""
    depths, width = [1000, 10_000, 100_000, 1_000_000], 8
    calls, arrays = {}, {}
    for depth in depths:
        rng = np.random.default_rng(0)
        shape = (1, depth, width)
        arrays[depth] = rng.uniform(-2.0, 2.0, shape), rng.standard_normal(shape), np.empty(shape)
        w, b, out = arrays[depth]
        many = max(1, 1_000_000 // depth)
        calls[f"depth {depth:,}"] = lambda w=w, b=b, out=out, many=many: [
            gradients(SIGMOID, 0.5, w, b, out=out, threads=1) for _ in range(many)
        ]
    found = race("8 chains, a million layers in all", calls, unit="layer of a chain", work=8e6, rounds=7)
    times = [found.median(f"depth {d:,}") * d for d in depths]
    found.notes["exponent of the time in the depth"] = races.exponent([float(d) for d in depths], times)
    tracemalloc.start()
    w, b, out = arrays[1_000_000]
    gradients(SIGMOID, 0.5, w, b, out=out)
    rows = w[0].T.copy(), b[0].T.copy(), np.empty((width, 1_000_000))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    gradients(SIGMOID, 0.5, rows[0], rows[1], out=rows[2])
    found.notes["MB of temporaries at depth 1,000,000"] = (tracemalloc.get_traced_memory()[1] - before) / 1e6
    tracemalloc.stop()
    store(found, "depth 1,000")
