"""The fused loops against the layer-by-layer reference, over hard inputs;
the reference against high precision."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import analysis
from analysis.numeric import chain as bounded
from analysis.numeric import layer_by_layer, many_chains
from analysis.numeric.many_chains import gradients, has_loops, log_gradients, tiled, untiled
from analysis.numeric.signed_log import SignedLog
from analysis.symbolic.activation import Activation
from analysis.symbolic.catalogue import ACTIVATIONS, SIGMOID, activation
from analysis.symbolic.notation import z

SHAPES = [(1, 1), (1, 5), (5, 1), (0, 3), (31, 7), (32, 40), (33, 300), (70, 513)]


@pytest.fixture(autouse=True)
def numba() -> Any:
    return pytest.importorskip("numba")


def chains(
    shape: tuple[int, int], seed: int = 0, weight: float = 2.0, bias: float = 1.0
) -> tuple[np.ndarray, ...]:
    """a₀ (N), w and b (N, L), ∂C/∂a_L (N)."""
    rng = np.random.default_rng(seed)
    n = shape[0]
    return (
        rng.random(n),
        rng.uniform(-weight, weight, shape),
        bias * rng.standard_normal(shape),
        rng.standard_normal(n),
    )


def assert_logs_agree(found: SignedLog, wanted: SignedLog) -> None:
    """To 1e-12 of the largest logarithm that may have gone into each sum,
    and with the same signs and zeros."""
    np.testing.assert_array_equal(found.sign, wanted.sign)
    zero = wanted.sign == 0.0
    assert np.all(found.logabs[zero] == -np.inf)
    rest = found.logabs[~zero], wanted.logabs[~zero]
    assert np.all(np.abs(rest[0] - rest[1]) <= 1e-12 * np.maximum(1.0, np.abs(rest[1])))


@pytest.mark.drawn(16)
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_plain_and_in_tiles(name: str, shape: tuple[int, int]) -> None:
    sigma, (a0, w, b, top) = activation(name), chains(shape)
    wanted = layer_by_layer.gradients(sigma, a0, w, b, top)
    found = gradients(sigma, a0, w, b, top)
    # nearly saturated chains lose what 1 − tanh² or its like loses to the rounding of z
    np.testing.assert_allclose(found, wanted, rtol=1e-12 * max(1, shape[1]), atol=1e-300)
    if shape[0]:
        width = next(k for k in range(min(32, shape[0]), 0, -1) if shape[0] % k == 0)
        edge = (shape[0] // width, width)
        in_tiles = gradients(sigma, a0.reshape(edge), tiled(w, width), tiled(b, width), top.reshape(edge))
        np.testing.assert_array_equal(untiled(in_tiles), found)


@pytest.mark.drawn(40)
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("bias", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_logarithms_over_hard_inputs(name: str, bias: float, shape: tuple[int, int]) -> None:
    sigma, (a0, w, b, top) = activation(name), chains(shape, bias=bias)
    if w.size:
        w[0, -1] = 0.0
        top[-1] = 0.0
    wanted = layer_by_layer.log_gradients(sigma, a0, w, b, top)
    assert_logs_agree(log_gradients(sigma, a0, w, b, top), wanted)
    if shape[0] == 32:
        found = log_gradients(sigma, a0[None], tiled(w, 32), tiled(b, 32), top[None])
        assert_logs_agree(SignedLog(untiled(found.sign), untiled(found.logabs)), wanted)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.integers(1, 80),
    st.sampled_from(sorted(x for x in ACTIVATIONS if has_loops(ACTIVATIONS[x]))),
    st.floats(-300, 300),
    st.floats(-3, 4),
)
def test_logarithms_at_any_scale(seed: int, n: int, depth: int, name: str, size: float, bias: float) -> None:
    """Weights from 1e−300 to 1e300 in the last layer, biases up to 1e4."""
    sigma, (a0, w, b, top) = activation(name), chains((n, depth), seed, bias=10.0**bias)
    top *= 10.0**size
    assert_logs_agree(log_gradients(sigma, a0, w, b, top), layer_by_layer.log_gradients(sigma, a0, w, b, top))


def test_numbers_at_the_ends_of_float64() -> None:
    w = np.array([[1.0, 5e-324], [1.0, 1e308], [1.0, 2.0**-1022], [1.0, -1e-310]])
    found = log_gradients(activation("identity"), 1.0, w, 0.0 * w)
    wanted = layer_by_layer.log_gradients(activation("identity"), 1.0, w, 0.0 * w)
    assert_logs_agree(found, wanted)
    assert found.logabs[0, 0] == pytest.approx(float(mpmath.log(mpmath.mpf(5e-324))), rel=1e-15)


def test_at_depth_a_million() -> None:
    a0, w, b, _ = chains((1, 10**6))
    with mpmath.workdps(30):
        sign, total, a, zs = 1, mpmath.mpf(0), float(a0[0]), []
        for x, y in zip(w[0].tolist()[:2000], b[0].tolist()[:2000], strict=True):
            zs.append(x * a + y)
            a = 1.0 / (1.0 + float(np.exp(-zs[-1])))
        for u, x in zip(reversed(zs), reversed(w[0].tolist()[:2000]), strict=True):
            total -= abs(u) + 2 * mpmath.log1p(mpmath.exp(-abs(u)))
            last = total
            total += mpmath.log(abs(x))
            sign *= 1 if x > 0 else -1
    short = log_gradients(SIGMOID, a0, w[:, :2000], b[:, :2000])
    assert short.logabs[0, 0] == pytest.approx(float(last), rel=1e-12)
    deep = log_gradients(SIGMOID, a0, w, b)
    assert np.isfinite(deep.logabs).all() and deep.logabs[0, 0] < -1e6


@pytest.mark.parametrize("layout", ["reversed", "transposed", "read-only", "float32", "integers", "lists"])
def test_layouts_and_types(layout: str) -> None:
    a0, w, b, top = chains((6, 9))
    w, b = np.round(w * 4), np.round(b * 4)
    wanted = gradients(SIGMOID, a0, w, b, top)
    change = {
        "reversed": lambda x: x[::-1].copy()[::-1],
        "transposed": lambda x: np.asfortranarray(x),
        "read-only": lambda x: _read_only(x),
        "float32": lambda x: x.astype(np.float32),
        "integers": lambda x: x.astype(int),
        "lists": lambda x: x.tolist(),
    }[layout]
    np.testing.assert_array_equal(gradients(SIGMOID, a0, change(w), change(b), top), wanted)
    assert gradients(SIGMOID, a0, change(w), change(b)).dtype == np.float64


def _read_only(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x.flags.writeable = False
    return x


@pytest.mark.parametrize("form", ["rows", "tiles"])
@pytest.mark.parametrize("name", ["w", "b", "a0", "output_gradient"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("call", [gradients, log_gradients])
def test_what_is_not_finite_is_refused(form: str, name: str, bad: float, call: Any) -> None:
    a0, w, b, top = chains((64, 5))
    given = {"a0": a0, "w": w, "b": b, "output_gradient": top}
    given[name].flat[given[name].size // 2] = bad
    if form == "tiles":
        given = {
            k: tiled(np.where(np.isfinite(x), x, 0.0), 32) if k in "wb" else x.reshape(2, 32)
            for k, x in given.items()
        }
        given[name].flat[given[name].size // 2] = bad
    with pytest.raises(ValueError, match=f"^{name} must be finite"):
        call(SIGMOID, **given)


@pytest.mark.parametrize("call", [gradients, log_gradients])
def test_an_infinite_weighted_input_is_refused(call: Any) -> None:
    with pytest.raises(OverflowError, match="z leaves the range"):
        call(activation("identity"), 1.0, np.full((3, 4), 1e200), np.zeros((3, 4)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (((), (3, 0), (3, 0)), "L ≥ 1"),
        (((), (3,), (3,)), "w and b must have one shape"),
        (((), (3, 4), (4, 3)), "w and b must have one shape"),
        (((4,), (3, 4), (3, 4)), "a0 must be a number or have shape"),
        (((3,), (3, 4, 2), (3, 4, 2)), "a0 must be a number or have shape"),
    ],
)
def test_shapes_that_do_not_fit(given: tuple[tuple[int, ...], ...], message: str) -> None:
    for call in (gradients, log_gradients, layer_by_layer.gradients, layer_by_layer.log_gradients):
        with pytest.raises(ValueError, match=message):
            call(SIGMOID, *(np.zeros(shape) for shape in given))


def test_out_is_used_and_checked() -> None:
    a0, w, b, top = chains((8, 4))
    out, pair = np.empty_like(w), SignedLog(np.empty_like(w), np.empty_like(w))
    assert gradients(SIGMOID, a0, w, b, top, out=out) is out
    np.testing.assert_array_equal(out, gradients(SIGMOID, a0, w, b, top))
    found = log_gradients(SIGMOID, a0, w, b, top, out=pair)
    assert found.sign is pair.sign and found.logabs is pair.logabs
    for wrong in (
        np.empty((4, 8)),
        np.empty((8, 4), np.float32),
        np.empty((4, 8)).T,
        _read_only(out),
        out.tolist(),
    ):
        with pytest.raises(ValueError, match="out must be a writeable"):
            gradients(SIGMOID, a0, w, b, top, out=wrong)
    for overlap in (w, b):
        with pytest.raises(ValueError, match="out must not overlap"):
            gradients(SIGMOID, a0, w, b, top, out=overlap)
    with pytest.raises(ValueError, match="out.logabs must not overlap"):
        log_gradients(SIGMOID, a0, w, b, top, out=SignedLog(out, out))


def test_threads_change_no_digit() -> None:
    a0, w, b, top = chains((3000, 60))
    for call in (gradients, log_gradients):
        one, two, many = (np.array(call(SIGMOID, a0, w, b, top, threads=k)) for k in (1, 2, 5))
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, many)
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="threads must be an integer of at least 1"):
            gradients(SIGMOID, a0, w, b, threads=wrong)


def test_a_flaw_in_any_thread_is_seen() -> None:
    a0, w, b, _ = chains((3000, 60))
    for chain in (0, 1400, 1600, 2999):
        flawed = w.copy()
        flawed[chain, 30] = np.nan
        with pytest.raises(ValueError, match="w must be finite"):
            gradients(SIGMOID, a0, flawed, b, threads=2)


def test_little_memory_beside_the_result() -> None:
    a0, w, b, _ = chains((2000, 500))
    out = SignedLog(np.empty_like(w), np.empty_like(w))
    log_gradients(SIGMOID, a0, w, b, out=out)  # compiles
    tracemalloc.start()
    log_gradients(SIGMOID, a0, w, b, out=out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < w.nbytes / 4


def test_without_numba_the_reference_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    a0, w, b, top = chains((32, 20))
    fast, fast_logs = gradients(SIGMOID, a0, w, b, top), log_gradients(SIGMOID, a0, w, b, top)
    monkeypatch.setattr(many_chains, "_numba_is_there", lambda: False)
    assert not has_loops(SIGMOID)
    out = np.empty_like(w)
    np.testing.assert_allclose(gradients(SIGMOID, a0, w, b, top, out=out), fast, rtol=1e-12)
    assert_logs_agree(log_gradients(SIGMOID, a0, w, b, top), fast_logs)
    np.testing.assert_allclose(
        untiled(gradients(SIGMOID, 0.5, tiled(w, 8), tiled(b, 8))), gradients(SIGMOID, 0.5, w, b)
    )


def test_an_activation_is_known_by_what_it_is_not_by_its_name() -> None:
    mine = Activation("sigmoid", sp.atan(z), sp.S.One, -sp.log(1 + z**2))
    assert has_loops(SIGMOID) and not has_loops(mine) and not has_loops(activation("gelu"))
    w = np.full((1, 1), 0.5)
    assert gradients(mine, 1.0, w, w)[0, 0] == pytest.approx(0.5)


def test_a_wrong_slope_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above can fail: a slope off by one part in 10¹⁰."""
    steeper = dataclasses.replace(SIGMOID, log_slope=SIGMOID.log_slope + sp.Float("1e-10", 20))
    a0, w, b, top = chains((5, 4))
    with pytest.raises(AssertionError):
        assert_logs_agree(
            log_gradients(SIGMOID, a0, w, b, top), layer_by_layer.log_gradients(steeper, a0, w, b, top)
        )


def test_tiles_refuse_what_does_not_divide() -> None:
    for shape, width in (((33, 4), 32), ((4,), 2)):
        with pytest.raises(ValueError, match="x must have shape"):
            tiled(np.zeros(shape), width)
    with pytest.raises(ValueError, match="width must be"):
        tiled(np.zeros((4, 4)), 0)
    with pytest.raises(ValueError, match=r"\(T, L, B\)"):
        untiled(np.zeros((2, 3)))
    x = np.arange(24.0).reshape(6, 4)
    np.testing.assert_array_equal(untiled(tiled(x, 3)), x)


def test_the_loops_are_loaded_only_where_used() -> None:
    code = "import sys, analysis.numeric.many_chains; print('numba' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


LOADED = """
import numpy as np
from analysis.numeric import many_chains
from analysis.numeric.fused import kernel_source
from analysis.symbolic.catalogue import TANH
print(*many_chains.log_gradients(TANH, 0.5, np.ones((1, 2)), np.ones((1, 2))).logabs[0])
print(sum(kernel_source.loops(TANH).scaled_rows.stats.cache_misses.values()))
"""


def test_another_process_finds_the_compiled_code() -> None:
    ours = log_gradients(activation("tanh"), 0.5, np.ones((1, 2)), np.ones((1, 2))).logabs[0]
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert found.stdout.split() == [*(repr(float(x)) for x in ours), "0"]


LOOPS_ELSEWHERE = """
import numpy as np
from analysis.numeric import layer_by_layer, many_chains
from analysis.numeric.fused import vectorised
from analysis.symbolic.catalogue import TANH
assert vectorised.__file__.startswith({root!r}), vectorised.__file__
assert vectorised.OPTIONS["cache"] is False
w = np.random.default_rng(0).normal(size=(3, 50))
for name in ("gradients", "log_gradients"):
    for ours, theirs in zip(*(getattr(m, name)(TANH, 0.5, w, w) for m in (many_chains, layer_by_layer))):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
"""


def test_no_cache_of_compiled_code_is_needed(tmp_path: Path) -> None:
    """A tree, a home and a NUMBA_CACHE_DIR in which nobody can write:
    below regular files, so that root cannot either."""
    package = Path(analysis.__file__).parent
    shutil.copytree(package, tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("numeric/fused", "numeric"):
        (tmp_path / "analysis" / folder / "__pycache__").write_text("")
    (tmp_path / "file").write_text("")
    nowhere = str(tmp_path / "file" / "below")
    places = dict.fromkeys(
        ("NUMBA_CACHE_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"), nowhere
    )
    found = subprocess.run(
        [sys.executable, "-c", LOOPS_ELSEWHERE.format(root=str(tmp_path))],
        env=os.environ | places | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_a_full_disk_is_answered_by_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(many_chains, "_loop", lambda *given: full)
    a0, w, b, top = chains((5, 4))
    np.testing.assert_array_equal(
        gradients(SIGMOID, a0, w, b, top), layer_by_layer.gradients(SIGMOID, a0, w, b, top)
    )
    np.testing.assert_array_equal(
        log_gradients(SIGMOID, a0, w, b, top), layer_by_layer.log_gradients(SIGMOID, a0, w, b, top)
    )


def exact_sign(x: float, weight: float, bias: float) -> float:
    """The sign of ∂a_2/∂b_2 = σ′(z_2) of a SiLU chain of two layers, in 60 digits."""
    with mpmath.workdps(60):
        silu = lambda v: v / (1 + mpmath.exp(-v))  # noqa: E731
        z = mpmath.mpf(weight) * silu(mpmath.mpf(x)) + mpmath.mpf(bias)
        return float(mpmath.sign(1 + mpmath.exp(-z) + z * mpmath.exp(-z)))


def test_signs_in_doubt_are_told_by_chain_alone() -> None:
    """SiLU′ is 0 at z = −1.278;
    with w = 10⁷ and z_2 put there, z_2 is off by up to 1e-9 and its slope may have either sign.

    ``log_gradients`` gives a wrong sign in some of these chains, as its docstring says;
    ``chain.gradient`` says of each that nothing is known.
    """
    silu, turn, weight = activation("silu"), -1.2784645427610738, 1e7
    x = np.random.default_rng(0).uniform(0.5, 1.5, 200)
    first = x / (1 + np.exp(-x))
    w = np.stack([np.ones_like(x), np.full_like(x, weight)], axis=1)
    b = np.stack([np.zeros_like(x), turn - weight * first], axis=1)
    wanted = [exact_sign(*each) for each in zip(x, w[:, 1], b[:, 1], strict=True)]
    found = log_gradients(silu, x, w, b).sign[:, 1]
    wrong = found != wanted
    assert 0 < wrong.sum() < 200
    careful = bounded.gradient(silu, x, w, b)
    assert np.isinf(careful.b_error[wrong, 1]).all()
