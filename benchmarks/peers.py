"""The same gradients in other libraries, written as their users would;
a string where a library is not installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

Floats = np.ndarray


def library(name: str, extra: str = "peers") -> Any:
    """The module, or why it is not there, with the command that brings it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return f"not installed: pip install '.[{extra}]' in the project's environment"


def torch_module(cores: int) -> Any:
    """PyTorch on so many threads, in float64."""
    torch = library("torch")
    if not isinstance(torch, str):
        torch.set_num_threads(cores)
    return torch


def jax_module() -> Any:
    """JAX on the CPU, in float64; it takes as many threads as the process has cores."""
    jax = library("jax")
    if not isinstance(jax, str):
        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_platforms", "cpu")
    return jax


def torch_chains(torch: Any, a0: Floats, w: Floats, b: Floats, compiled: bool = False) -> Callable[[], Any]:
    """∂(Σ a_L)/∂b by PyTorch's autograd, for w and b (L, N), its fastest layout."""
    weights, inputs = torch.from_numpy(w), torch.from_numpy(a0)
    biases = torch.from_numpy(b).requires_grad_()

    def forward(biases: Any) -> Any:
        a = inputs
        for wj, bj in zip(weights.unbind(0), biases.unbind(0), strict=True):
            a = torch.sigmoid(torch.addcmul(bj, wj, a))
        return a.sum()

    run = torch.compile(forward) if compiled else forward

    def call() -> Any:
        biases.grad = None
        run(biases).backward()
        return biases.grad

    return call


def jax_chains(jax: Any, a0: Floats, w: Floats, b: Floats, unroll: int = 1) -> Callable[[], Any]:
    """The same by JAX: ``lax.scan`` over the layers, differentiated and compiled."""
    jnp = jax.numpy
    weights, biases, inputs = jnp.asarray(w), jnp.asarray(b), jnp.asarray(a0)

    def loss(biases: Any, weights: Any, inputs: Any) -> Any:
        def layer(a: Any, x: Any) -> Any:
            return jax.nn.sigmoid(x[0] * a + x[1]), None

        return jax.lax.scan(layer, inputs, (weights, biases), unroll=unroll)[0].sum()

    gradient = jax.jit(jax.grad(loss))
    return lambda: gradient(biases, weights, inputs).block_until_ready()


def autograd_chains(autograd: Any, a0: Floats, w: Floats, b: Floats) -> Callable[[], Any]:
    """The same by the autograd package."""
    anp = importlib.import_module("autograd.numpy")

    def loss(biases: list[Any]) -> Any:
        a = a0
        for wj, bj in zip(w, biases, strict=True):
            a = 1.0 / (1.0 + anp.exp(-(wj * a + bj)))
        return anp.sum(a)

    gradient = autograd.grad(loss)
    rows = list(b)
    return lambda: gradient(rows)
