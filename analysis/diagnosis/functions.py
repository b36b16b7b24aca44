"""Measuring a chain of functions, x ↦ f_L(… f_1(x)), of NumPy or of JAX.

JAX's functions are differentiated by ``jax.vjp``. NumPy's come with their own backward pass, as a pair
``(f, vjp)`` with ``vjp(x, g)`` the gradient at x where g is that at f(x); or, where each example is mapped by
itself, alone: then a few examples are differentiated by central differences.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.diagnosis import numbers
from analysis.diagnosis.measured import Measured, Site
from analysis.numeric.arguments import finite, function, real_array, several, whole

Floats = NDArray[np.float64]
EXAMPLES = 4
"""How many examples are differentiated by differences."""
WIDEST = 2000
"""More inputs than this are not differenced one by one."""


def measure(functions: Sequence[Any], x: Any, *, probes: int = 1, seed: int = 0) -> Measured:
    """Measure functions, or pairs ``(f, vjp)``, on a batch x (m, n); every result is a site.

    The backward pass starts from N(0, 1)/m at the last result, ``probes`` times. Raises TypeError for what
    cannot be called, ValueError where a function mixes examples and has no ``vjp``, or a result is no array
    of m rows.
    """
    pairs = [_pair(k, f) for k, f in enumerate(several("functions", functions, "functions"))]
    if not pairs:
        raise ValueError("functions must not be empty: give at least one")
    whole("probes", probes)
    jax = _is_jax(x)
    batch = x if jax else real_array("x", x)
    if batch.ndim < 2:
        raise ValueError(f"x must be a batch with one example a row, (m, n), not of shape {batch.shape}")
    made = numbers.Pass()
    before = made.add(_site("input", "input", (), batch), batch)
    pulls: list[Callable[[Any], Any]] = []
    at = batch
    for k, (f, vjp) in enumerate(pairs):
        name = getattr(f, "__name__", "")
        name = f"f{k + 1}" if name in ("", "<lambda>") else f"f{k + 1} {name}"
        after, pull = _step(k, f, vjp, at, jax)
        before = made.add(_site(name, "function", (before,), after), np.asarray(after))
        pulls.append(pull)
        at = after
    rng = np.random.default_rng(seed)
    for _ in range(probes):
        g: Any = rng.standard_normal(np.shape(at)) / len(at)
        if (
            any(vjp is None for _, vjp in pairs) and not jax
        ):  # the examples that are differenced stand for all
            some = _chosen(len(at))
            left = np.zeros_like(g)
            left[some] = g[some] * math.sqrt(len(at) / len(some))
            g = left
        logs = [numbers.log_norm(g)]
        scale = 0.0  # the gradient is kept at size 1, so that depth does not end it
        for pull in reversed(pulls):
            g = pull(g)
            size = numbers.log_norm(g)
            logs.append(size + scale)
            if math.isfinite(size):
                g, scale = np.asarray(g) / math.exp(size), scale + size
        made.backward.append(logs[::-1])
    return numbers.joined([[made]], batch_size=len(batch))


def _pair(k: int, f: Any) -> tuple[Callable[[Any], Any], Callable[[Any, Any], Any] | None]:
    if isinstance(f, tuple | list) and len(f) == 2:
        function(f"functions[{k}][0]", f[0])
        function(f"functions[{k}][1]", f[1])
        return f[0], f[1]
    function(f"functions[{k}]", f)
    return f, None


def _site(name: str, kind: str, parents: tuple[int, ...], x: Any) -> Site:
    return Site(name, kind, parents, 0, int(np.size(x) // max(len(x), 1)), str(x.dtype))


def _is_jax(x: Any) -> bool:
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.Array)


def _step(
    k: int, f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any] | None, x: Any, jax: bool
) -> tuple[Any, Callable[[Any], Any]]:
    """f(x), and what takes the gradient at f(x) to that at x."""
    if vjp is None and jax:
        library = sys.modules["jax"]
        after, pull = library.vjp(f, x)
        return after, lambda g: pull(library.numpy.asarray(g, dtype=after.dtype))[0]
    after = np.asarray(f(x))
    if not np.issubdtype(after.dtype, np.floating):
        raise ValueError(f"functions[{k}] must give real numbers, not {after.dtype}")
    if after.ndim < 1 or len(after) != len(x):
        shape = after.shape
        raise ValueError(f"functions[{k}] must map a batch of {len(x)} rows to as many, not to shape {shape}")
    if vjp is not None:
        return after, lambda g: real_array(f"functions[{k}][1](x, g)", vjp(x, g), x.shape, diverging=True)
    return after, _by_differences(k, f, x, after)


def _by_differences(k: int, f: Callable[[Any], Any], x: Floats, after: Floats) -> Callable[[Any], Any]:
    """Jᵀg of a few examples, each mapped by itself; the rows of the others are 0."""
    units = int(np.prod(x.shape[1:]))
    if units > WIDEST:
        raise ValueError(f"functions[{k}] has {units} inputs an example: give a pair (f, vjp)")
    some = _chosen(len(x))
    alone = np.asarray(f(x[some]))
    if alone.shape != (len(some), *after.shape[1:]) or not np.allclose(
        alone, after[some], rtol=1e-9, atol=0.0
    ):
        raise ValueError(
            f"functions[{k}] gives an example another result where others are left out: give a pair (f, vjp)"
        )
    jacobians = []
    for j in some:
        row = x[j].ravel()
        step = 6e-6 * max(float(np.abs(row).max()), 1e-300)  # cube root of float64's precision
        moved = row + step * np.concatenate([np.eye(units), -np.eye(units)])
        values = np.asarray(f(moved.reshape(-1, *x.shape[1:]))).reshape(2 * units, -1)
        jacobian = (values[:units] - values[units:]) / (2 * step)  # (n in, n out)
        if not finite(jacobian):
            raise ValueError(f"functions[{k}] is not finite near its inputs")
        jacobians.append(jacobian)

    def pull(g: Any) -> Floats:
        found = np.zeros(x.shape)
        for j, jacobian in zip(some, jacobians, strict=True):
            found[j] = (jacobian @ np.asarray(g)[j].ravel()).reshape(x.shape[1:])
        return found

    return pull


def _chosen(count: int) -> NDArray[np.intp]:
    """The examples that are differentiated by differences."""
    return np.unique(np.linspace(0, count - 1, min(EXAMPLES, count)).astype(np.intp))
