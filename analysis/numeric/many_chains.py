"""∂C/∂b_l of every layer of many chains at once, plain or as (sign, log-magnitude),
as fast as the machine allows.

Fused loops go forward and backward over a tile of chains while it is in the cache. They are compiled by
Numba, the extra ``fast``; without it, for arrays that live elsewhere (PyTorch, JAX …) and for an activation
that the loops lack, the same numbers come from ``layer_by_layer``, which is the reference:
both agree to 1e-12. Where Numba can keep no compiled code, each process compiles anew.

None of these says how exact a gradient is; ``analysis.numeric.chain`` gives bounds on all errors, and
infinite ones where not even the sign is known. That is so where σ′ changes sign (SiLU, GELU) and |w| is
large: at |w| ~ 1e7 an error of 2⁻⁵³ in a_{j−1} moves z_j by 1e-9, and if z_j lies so near to the zero of σ′,
the sign found here may be wrong.
"""

from __future__ import annotations

import itertools
import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.numeric import arguments, arrays, layer_by_layer
from analysis.numeric.arguments import finite, real_array, whole
from analysis.numeric.fused import kernel_source
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS

Array = NDArray[np.float64]
TILE = 40
"""Chains in a tile, unless told otherwise: few enough at depth 10,000;
at depth 100, 160 are a fifth faster."""
_WORTH_A_THREAD = 1 << 15  # layer evaluations: about 0.1 ms


def tiled(x: ArrayLike, width: int = TILE) -> Array:
    """Numbers for N chains of depth L, (N, L), as tiles (N/width, L, width); a copy.

    Rearranging costs as much as the gradient: draw random numbers in tiles at once. Raises ValueError unless
    x has two axes and ``width`` divides N.
    """
    values, width = real_array("x", x), whole("width", width)
    if values.ndim != 2 or values.shape[0] % width:
        raise ValueError(f"x must have shape (N, L) with N a multiple of width = {width}, not {values.shape}")
    chains, depth = values.shape
    return np.ascontiguousarray(values.reshape(chains // width, width, depth).swapaxes(1, 2))


def untiled(x: ArrayLike) -> Array:
    """The tiles (T, L, B) as (T·B, L); a copy, in which logarithms may be −inf.
    Raises ValueError unless x has three axes."""
    x = real_array("x", x, diverging=True)
    if x.ndim != 3:
        raise ValueError(f"x must have shape (T, L, B), not {x.shape}")
    tiles, depth, width = x.shape
    return np.ascontiguousarray(x.swapaxes(1, 2)).reshape(tiles * width, depth)


def gradients(
    activation: Activation,
    a0: Any,
    w: Any,
    b: Any,
    output_gradient: Any = 1.0,
    *,
    out: Any = None,
    threads: int | None = None,
) -> Any:
    """∂C/∂b_l of N chains from w and b (N, L), a₀ and ∂C/∂a_L (N) or one number; shape (N, L).

    Faster in tiles: w and b (T, L, B), a₀ and ∂C/∂a_L (T, B) or one number; shape (T, L, B). float64 in and
    out (others are converted); an array of another library is answered by one of that library, on its device
    and in its precision. Plain numbers: a gradient below 2⁻¹⁰²² may come out as 0, one above 1.8e308 as inf,
    and zero times that as NaN; ``log_gradients`` does none of it. ``out`` takes the result and saves its
    allocation; it must not overlap the arguments. ``threads`` defaults to the cores of this process, and
    changes no digit. Raises ValueError for NaN, infinity, depth 0 and shapes that do not fit,
    OverflowError where a z_j leaves float64; what ``out`` holds is undefined then.
    """
    arguments.activation("activation", activation)
    if arrays.foreign(a0, w, b, output_gradient):
        _refused(out=out, threads=threads)
        return layer_by_layer.gradients(activation, a0, w, b, output_gradient)
    given = _fitted(a0, w, b, output_gradient)
    result = _buffer("out", out, given[1], given)
    loop = _loop("plain", activation, given[1])
    if loop is None or not _ran(loop, threads, given, result):
        result[...] = layer_by_layer.gradients(activation, *_broadcast(given))
    return result


def log_gradients(
    activation: Activation,
    a0: Any,
    w: Any,
    b: Any,
    output_gradient: Any = 1.0,
    *,
    out: SignedLog | None = None,
    threads: int | None = None,
) -> SignedLog:
    """The same as (sign, log-magnitude), finite at any depth; an exact zero is (0, −inf).
    ``out`` is a pair of buffers.

    A sign may be wrong, without a word, where some z_j lies within rounding of a zero of σ′ (SiLU, GELU; |w|
    ~ 1e7 or more): ``chain.gradient`` says there that nothing is known.

    >>> import numpy as np
    >>> from analysis.symbolic.catalogue import TANH
    >>> w = np.random.default_rng(1).standard_normal((3, 10_000))  # three chains of depth 10,000
    >>> log_gradients(TANH, 0.5, w, np.zeros_like(w)).logabs[:, 0].round(3)
    array([-6332.856, -6443.017, -6550.928])
    """
    arguments.activation("activation", activation)
    if arrays.foreign(a0, w, b, output_gradient):
        _refused(out=out, threads=threads)
        return layer_by_layer.log_gradients(activation, a0, w, b, output_gradient)
    given = _fitted(a0, w, b, output_gradient)
    sign = _buffer("out.sign", None if out is None else out.sign, given[1], given)
    logabs = _buffer("out.logabs", None if out is None else out.logabs, given[1], (*given, sign))
    loop = _loop("scaled", activation, given[1])
    if loop is None or not _ran(loop, threads, given, sign, logabs):
        sign[...], logabs[...] = layer_by_layer.log_gradients(activation, *_broadcast(given))
    return SignedLog(sign, logabs)


def has_loops(activation: Activation) -> bool:
    """Whether the fused loops serve this activation here:
    Numba is installed, and its definition is one they can hold."""
    arguments.activation("activation", activation)
    return _loop("plain", activation, np.empty((0, 1))) is not None


def _loop(kind: str, activation: Activation, w: Array) -> Any:
    if not _numba_is_there() or ACTIVATIONS.get(activation.name) != activation:
        return None
    return getattr(kernel_source.loops(activation), kind + ("_rows" if w.ndim == 2 else ""), None)


@cache
def _numba_is_there() -> bool:
    return find_spec("numba") is not None


def _refused(**given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            raise TypeError(f"{name} is for NumPy arrays: leave it out for those of another library")


def _fitted(a0: Any, w: Any, b: Any, top: Any) -> tuple[Array, Array, Array, Array]:
    """C-contiguous float64 arrays of shapes that fit; w and b may still hold NaN.
    Copies only what is not so already."""
    edge = {"a0": arrays.real("a0", a0), "output_gradient": arrays.real("output_gradient", top)}
    weights, biases = (np.ascontiguousarray(arrays.real(n, x), np.float64) for n, x in (("w", w), ("b", b)))
    layer_by_layer.check_shapes(weights.shape, biases.shape)
    for name, x in edge.items():
        layer_by_layer.check_edge(name, x.shape, weights.shape)
        if not finite(x):
            raise ValueError(f"{name} must be finite, without NaN")
    alone = (1,) + weights.shape[2:]
    first, last = (
        np.ascontiguousarray(x if x.shape else np.broadcast_to(x, alone), np.float64) for x in edge.values()
    )
    return first, weights, biases, last


def _broadcast(given: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
    a0, w, b, top = given
    row = w.shape[:1] + w.shape[2:]
    return np.broadcast_to(a0, row), w, b, np.broadcast_to(top, row)


def _flaw(given: tuple[Array, Array, Array, Array]) -> Exception:
    """Why a weighted input is not finite."""
    for name, x in zip(("w", "b"), given[1:3], strict=True):
        if not finite(x):
            return ValueError(f"{name} must be finite, without NaN")
    return OverflowError("z leaves the range of float64 in some layer")


def _buffer(name: str, out: Any, like: Array, given: tuple[Array, ...]) -> Array:
    if out is None:
        return np.empty_like(like)
    fits = isinstance(out, np.ndarray) and out.shape == like.shape and out.dtype == np.float64
    if not (fits and out.flags.c_contiguous and out.flags.writeable):
        raise ValueError(f"{name} must be a writeable C-contiguous float64 array of shape {like.shape}")
    if any(np.may_share_memory(out, x) for x in given):
        raise ValueError(f"{name} must not overlap the other arguments")
    checked: Array = out
    return checked


def _ran(loop: Any, threads: int | None, given: tuple[Array, Array, Array, Array], *results: Array) -> bool:
    """Run the loop; False where Numba compiled it and could not write it to its cache, as on a full disk."""
    try:
        _run(loop, threads, given, *results)
    except OSError:
        return False
    return True


def _run(loop: Any, threads: int | None, given: tuple[Array, Array, Array, Array], *results: Array) -> None:
    """The loop over all tiles, in as many runs of neighbours as there are threads:
    it holds no lock of the interpreter."""
    w = given[1]
    tiles = w.shape[0] if w.ndim == 3 else math.ceil(w.shape[0] / kernel_source.CHAINS)
    count = min(_workers(threads), tiles, math.ceil(w.size / _WORTH_A_THREAD))
    if count < 2:
        bad = loop(0, tiles, *given, *results)
    else:
        ends = [tiles * i // count for i in range(count + 1)]
        with ThreadPoolExecutor(count) as pool:
            parts = [pool.submit(loop, *run, *given, *results) for run in itertools.pairwise(ends)]
            bad = sum(part.result() for part in parts)
    if bad:
        raise _flaw(given)


def _workers(threads: int | None) -> int:
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return whole("threads", threads)
