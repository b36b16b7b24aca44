"""The printed JavaScript computes what NumPy computes, in Chromium; so do the sampler and the chains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.stats import ks_2samp, kstest

from analysis.chapters.chain_rule.explorable import DEEPEST, FIRST_INPUT, computed, gradient_chain, network
from analysis.chapters.explosion.explorable_shift import SHIFTS, explosion
from analysis.chapters.explosion.fragile_explosion import fragility
from analysis.chapters.explosion.window import edge, width
from analysis.chapters.learning_speeds import replay
from analysis.chapters.quarter_bound.explorable import GAUSSIAN, log_product, log_products
from analysis.chapters.residual.explorable import BLOCK_FACTOR, BLOCK_OUTPUT
from analysis.explorables import formulas
from analysis.explorables.explorable import script
from analysis.explorables.javascript import arrow
from analysis.explorables.sampler import Stream
from analysis.numeric.chain import gradient
from analysis.numeric.compiled import compiled
from analysis.numeric.log_product import simulate
from analysis.symbolic.catalogue import ACTIVATIONS, FIRST, activation
from analysis.symbolic.notation import a, b, h, w, z

Run = Callable[..., Any]
POINTS = np.concatenate(
    [s * np.geomspace(1e-30, 700.0, 300) for s in (-1.0, 1.0)] + [np.linspace(-40, 40, 1601), [0.0]]
)
FIELDS = {"value": "value", "slope": "slope", "log_slope": "logSlope", "slope_sign": "slopeSign"}


TINY = 2.0**-1022


def close(found: Any, expected: Any, relative: float = 1e-12) -> None:
    """Relative agreement down to the smallest normal number; zeros and infinities must be the same."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    normal = np.abs(expected) >= TINY
    np.testing.assert_allclose(found[normal], expected[normal], rtol=relative, atol=0.0)
    np.testing.assert_allclose(found[~normal], expected[~normal], rtol=0.0, atol=TINY)


def test_every_activation_is_numpys(run: Run) -> None:
    code = formulas.activations(ACTIVATIONS.values()) + (
        "\nconst answer = points => Object.fromEntries(Object.entries(activations).map(([name, f]) => [name,"
        "Object.fromEntries(Object.keys(f).map(k => [k, k === 'bound' ? f[k] : points.map(f[k])]))]));"
    )
    found = run(code, POINTS.tolist())
    assert found.keys() == ACTIVATIONS.keys()
    for name, of in ACTIVATIONS.items():
        for field, key in FIELDS.items():
            close(found[name][key], compiled(getattr(of, field), z)(POINTS))
        close(found[name]["bound"], float(of.slope_bound))


CASES: dict[str, tuple[sp.Expr, tuple[sp.Symbol, ...], Any]] = {
    "edge": (edge, (w,), np.r_[-np.linspace(4, 100, 97), np.linspace(4, 100, 97)][:, None]),
    "width": (width, (w,), np.r_[-np.linspace(4, 100, 97), np.linspace(4, 100, 97)][:, None]),
    "weighted input": (
        formulas.WEIGHTED_INPUT,
        (w, h, b),
        np.random.default_rng(1).standard_normal((200, 3)),
    ),
    "gaussian": (GAUSSIAN, tuple(GAUSSIAN.free_symbols), np.linspace(-5, 5, 101)[:, None]),
    "replay": (replay.unpack(z), (z,), np.arange(0.0, 12000.0, 7)[:, None]),
    "expm1": ((sp.exp(z) - 1) / z, (z,), np.geomspace(1e-18, 1, 50)[:, None]),
    "residual block": (
        BLOCK_OUTPUT,
        tuple(sorted(BLOCK_OUTPUT.free_symbols, key=str)),
        np.random.default_rng(12).standard_normal((200, 3)),
    ),
    "residual factor": (
        BLOCK_FACTOR,
        tuple(sorted(BLOCK_FACTOR.free_symbols, key=str)),
        np.random.default_rng(12).uniform(0.0, 2.0, (200, 3)),
    ),
    "branches": (
        sp.Piecewise((sp.sinh(z), z < -1), (z**3, (z >= -1) & (z < 1)), (sp.log(z), True)),
        (z,),
        np.linspace(-4, 4, 161)[:, None],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_printed_formulas_are_numpys(run: Run, case: str) -> None:
    expr, symbols, points = CASES[case]
    code = f"const f = {arrow(expr, *symbols)};\nconst answer = points => points.map(p => f(...p));"
    close(run(code, points.tolist()), compiled(expr, *symbols)(*points.T))


def test_the_input_at_a_given_z(run: Run) -> None:
    points = np.random.default_rng(2).uniform(-9, 9, (100, 3))
    found = run(
        f"{formulas.one_layer()}\nconst answer = points => points.map(p => inputAt(...p));", points.tolist()
    )
    (solution,) = sp.solve(formulas.WEIGHTED_INPUT.subs(h, a) - z, a)
    expected = [float(solution.subs({z: p, w: q, b: r})) for p, q, r in points]
    close(found, expected, 1e-11)


def test_words_are_the_same_bit_for_bit(run: Run) -> None:
    pairs = [(0, 0), (1, 0), (1, 7), (2**32 - 1, 2**31)]
    code = script("sampler.js") + (
        "\nconst answer = pairs => pairs.map(([seed, stream]) => { const next = words(seed, stream);"
        "return Array.from({length: 500}, next); });"
    )
    for (seed, number), found in zip(pairs, run(code, pairs), strict=True):
        stream = Stream(seed, number)
        assert found == [int(stream.words()[0]) for _ in range(500)]


def test_normal_numbers_are_the_same_and_normal(run: Run) -> None:
    code = script("sampler.js") + (
        "\nconst answer = count => { const next = words(3, 0), pair = [0, 0];"
        "return Array.from({length: count}, () => (normals(next, pair), [...pair])); };"
    )
    found = np.array(run(code, 10_000))
    stream = Stream(3)
    expected = np.array([stream.normal_pair() for _ in range(10_000)])[:, :, 0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)
    assert kstest(found.ravel(), "norm").pvalue > 0.01
    assert abs(np.corrcoef(found.T)[0, 1]) < 0.03
    assert kstest(1.1 * found.ravel(), "norm").pvalue < 1e-6  # the test sees an error of a tenth


CHAIN = (
    "\nconst answer = cases => cases.map(([name, w, b, a]) => { const g = gradients(activations[name], w, b, "
    "a);"
    "return [g.logs, g.signs].map(x => Array.from(x)); });"
)


def test_chains_are_the_librarys(run: Run) -> None:
    rng, cases = np.random.default_rng(4), []
    for name in (x.name for x in FIRST):
        for depth in (1, 2, 5, 30, DEEPEST):
            cases.append((name, rng.uniform(-2, 2, depth), rng.standard_normal(depth), FIRST_INPUT))
    cases.append(("relu", np.array([1.0, -1.0, 1.0]), np.zeros(3), 1.0))  # a dead neuron: exact zeros
    cases.append(("sigmoid", np.array([1.0, 0.0, 1.0]), np.ones(3), 1.0))  # a weight of 0
    found = run(gradient_chain().module + CHAIN, [[n, x.tolist(), y.tolist(), i] for n, x, y, i in cases])
    for (name, weights, biases, first), (logs, signs) in zip(cases, found, strict=True):
        exact = gradient(activation(name), first, weights, biases)
        np.testing.assert_array_equal(signs, exact.b.sign)
        live = exact.b.sign != 0
        assert not np.isfinite(np.array(logs)[~live]).any()
        # relative to the sum of what was added up, as the library states its own error
        terms = np.abs(np.log(np.abs(np.where(weights == 0, 1.0, weights)))) + np.abs(
            np.nan_to_num(compiled(activation(name).log_slope, z)(exact.forward.z), neginf=0.0)
        )
        scale = np.maximum(1.0, np.cumsum(terms[::-1])[::-1])
        wrong = np.abs(np.array(logs)[live] - exact.b.logabs[live])
        assert (wrong <= 1e-12 * scale[live] + exact.b_error[live]).all(), (name, len(weights))
        assert exact.b_error[live].max(initial=0.0) < 1e-9, (name, len(weights))


def test_the_page_draws_the_network_that_python_draws(run: Run) -> None:
    values = {"seed": 11, "depth": 200, "weight": 1.5, "bias": 0.7, "activation": "tanh"}
    code = gradient_chain().module + (
        "\nconst answer = v => { const [w, b] = weightsAndBiases(v, {memory: {}});"
        "return [w, b, Array.from(gradients(activations[v.activation], w, b, firstInput).logs)]; };"
    )
    found = run(code, values)
    np.testing.assert_allclose(found[:2], network(11, 200, 1.5, 0.7), rtol=0, atol=1e-13)
    np.testing.assert_allclose(found[2], computed(values).b.logabs, rtol=1e-10)


def test_the_explosion_to_six_digits(run: Run) -> None:
    shifts = np.geomspace(*SHIFTS, 141)
    code = explosion().module + (
        "\nconst answer = shifts => shifts.map(s => gradients(activations.sigmoid, weights, biases, "
        "s).logs[0]);"
    )
    found, exact = np.array(run(code, shifts.tolist())), fragility(shifts)
    ratio = np.exp(found - exact.log10_exact * np.log(10.0))
    np.testing.assert_allclose(ratio, 1.0, rtol=5e-7)
    assert found[0] == pytest.approx(np.log(3906.25), abs=1e-6)
    assert (found[shifts > 1.01 * exact.crossing] < 0).all() and (
        found[shifts < 0.99 * exact.crossing] > 0
    ).all()


LOGS = "\nconst answer = v => Array.from({length: v.count}, (_, i) => logProduct(v, i));"


@pytest.mark.parametrize(("name", "weight"), [("sigmoid", 1.0), ("sigmoid", 4.0), ("tanh", 1.0)])
def test_sampled_chains_follow_numpys_law(run: Run, name: str, weight: float) -> None:
    values = {"seed": 5, "depth": 20, "weight": weight, "activation": name, "count": 20_000}
    found = np.array(run(log_product().module + LOGS, values))
    np.testing.assert_allclose(found[:500], log_products(5, 20, weight, name, 500), rtol=1e-8)
    law = simulate(activation(name), np.random.default_rng(6), [20], 20_000, weight).logs[:, 0]
    assert ks_2samp(found, law).pvalue > 0.01
    other = simulate(activation(name), np.random.default_rng(6), [20], 20_000, 1.05 * weight).logs[:, 0]
    assert ks_2samp(found, other).pvalue < 1e-3  # weights 5 % larger are told apart


def test_the_replay_is_read_as_it_was_packed(run: Run) -> None:
    numbers = np.r_[0.0, 1e-9, np.geomspace(1e-8, 10, 200), -np.geomspace(1e-8, 10, 200)]
    text = replay.packed(numbers)
    code = f"const unpack = {arrow(replay.unpack(z), z)};\n" + script(
        Path(replay.__file__).with_name("explorable.js")
    )
    found = np.array(run(code + "\nconst answer = text => Array.from(decoded(text));", text))
    kept = np.abs(numbers) > 1.002e-8
    np.testing.assert_allclose(found[kept], numbers[kept], rtol=1.2e-3)
    assert (np.abs(found[~kept]) <= 1.01e-8).all() and found[0] == found[1] == 0.0
