"""Nielsen's experiment against a loop over single images, and its interruptions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from analysis.chapters.learning_speeds import learning_speeds as module
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.chapters.learning_speeds.learning_speeds import LearningSpeeds, learning_speeds
from analysis.numeric import descent as descent_module
from analysis.numeric.data import Dataset, load
from analysis.numeric.descent import descend
from analysis.numeric.initialise import INITIALISERS, nielsen
from analysis.numeric.network import Network, cost, forward, gradients
from analysis.sweep.storage import load_result, save_result

ARRAYS = [f.name for f in fields(LearningSpeeds) if f.name != "parameters"]


def one_image_at_a_time(
    network: Network, data: Dataset, epochs: int, eta: float, decay: float
) -> dict[str, Any]:
    """Gradient descent as a plain loop over the images, each with its own backward pass."""
    w, b = [x.copy() for x in network.weights], [x.copy() for x in network.biases]
    m, depth = len(data.labels), len(w)
    names = ("speeds", "weight_speeds", "displacement", "learned", "cost", "accuracy")
    found: dict[str, list[Any]] = {name: [] for name in names}
    for t in range(epochs + 1):
        sum_b, sum_w = [np.zeros_like(x) for x in b], [np.zeros_like(x) for x in w]
        total, right = 0.0, 0
        for image, label in zip(data.images, data.labels, strict=True):
            y = np.zeros(10)
            y[label] = 1.0
            a = [image]
            for v, c in zip(w, b, strict=True):
                a.append(1.0 / (1.0 + np.exp(-(v @ a[-1] + c))))
            total -= np.log(a[-1][label]) + np.log(1.0 - np.delete(a[-1], label)).sum()
            right += int(a[-1].argmax() == label)
            error = a[-1] - y
            for l in reversed(range(depth)):
                sum_b[l] += error
                sum_w[l] += np.outer(error, a[l])
                error = (w[l].T @ error) * a[l] * (1.0 - a[l])
        kept = (1.0 - eta * decay / m) ** t
        start = [np.linalg.norm(x) for x in network.weights]
        found["speeds"].append([np.linalg.norm(x / m) for x in sum_b])
        found["weight_speeds"].append([np.linalg.norm(x / m) for x in sum_w])
        found["displacement"].append(
            [np.linalg.norm(x - x_0) / s for x, x_0, s in zip(w, network.weights, start, strict=True)]
        )
        found["learned"].append(
            [np.linalg.norm(x - kept * x_0) / s for x, x_0, s in zip(w, network.weights, start, strict=True)]
        )
        found["cost"].append(total / m)
        found["accuracy"].append(right / m)
        if t < epochs:
            w = [(1.0 - eta * decay / m) * x - eta * s / m for x, s in zip(w, sum_w, strict=True)]
            b = [x - eta * s / m for x, s in zip(b, sum_b, strict=True)]
    return {name: np.array(x) for name, x in found.items()} | {"weights": w, "biases": b}


# 40 images of 64 pixels take the way over the Gram matrix, 150 the way over the images
@pytest.mark.parametrize(
    ("images", "sizes", "initialiser"),
    [
        (40, (64, 30, 30, 10), "nielsen"),
        (40, (64, 9, 7, 8, 10), "gaussian"),
        (150, (64, 12, 11, 10), "nielsen"),
    ],
)
def test_descent_agrees_with_a_loop_over_single_images(
    images: int, sizes: tuple[int, ...], initialiser: str
) -> None:
    data = load("digits", count=images)
    networks = [INITIALISERS[initialiser](sizes, np.random.default_rng(s)) for s in (3, 4)]
    curves, ends = descend(networks, data.images, data.targets, epochs=60, eta=0.1, decay=5.0)
    for s, network in enumerate(networks):
        loop = one_image_at_a_time(network, data, 60, 0.1, 5.0)
        for name in ("speeds", "weight_speeds", "displacement", "learned", "accuracy"):
            np.testing.assert_allclose(getattr(curves, name)[s], loop[name], rtol=0, atol=1e-13, err_msg=name)
        np.testing.assert_allclose(curves.cost[s], loop["cost"], rtol=1e-13)
        for name in ("weights", "biases"):
            for ours, theirs in zip(getattr(ends[s], name), loop[name], strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)


def test_speeds_at_the_start_are_those_of_back_propagation() -> None:
    data, sizes = load("digits", count=100), (64, 30, 30, 30, 10)
    result = learning_speeds(data, sizes, seeds=[11], epochs=0)
    network = nielsen(sizes, np.random.default_rng(11))
    g = gradients(network, data.images, data.targets)
    norms = [np.linalg.norm(x) for x in g.biases]
    assert result.speeds.shape == (1, 1, 3)
    np.testing.assert_allclose(result.speeds[0, 0], norms[:-1], rtol=1e-13)
    np.testing.assert_allclose(result.output_speed[0, 0], norms[-1], rtol=1e-13)
    np.testing.assert_allclose(result.weight_speeds[0, 0], [np.linalg.norm(x) for x in g.weights], rtol=1e-12)
    assert result.cost[0, 0] == pytest.approx(cost(network, data.images, data.targets), rel=1e-13)
    right = forward(network, data.images).a[-1].argmax(axis=1) == data.labels
    assert result.accuracy[0, 0] == right.mean()
    assert (result.displacement == 0.0).all() and (result.learned == 0.0).all()


@pytest.mark.parametrize("scale", [30.0, 3e3, 3e4])
def test_speeds_of_saturated_networks_keep_their_digits(scale: float) -> None:
    """Weights so large that σ′ is tiny, below 1e-300 and, last, that e⁻ᶻ overflows: the slopes from e⁻ᶻ
    hold beside those of the catalogue, and 1 − a, which is 0 for z above 37, does not come in.
    """
    data, sizes = load("digits", count=50), (64, 8, 8, 10)
    start = nielsen(sizes, np.random.default_rng(1))
    network = Network(sizes, tuple(scale * w for w in start.weights), start.biases)
    g = gradients(network, data.images, data.targets)
    with np.errstate(over="raise", invalid="raise"):
        curves, _ = descend([network], data.images, data.targets, epochs=0, eta=0.1, decay=5.0)
    np.testing.assert_allclose(curves.speeds[0, 0], [np.linalg.norm(x) for x in g.biases], rtol=1e-9)
    np.testing.assert_allclose(
        curves.weight_speeds[0, 0, 1:], [np.linalg.norm(x) for x in g.weights[1:]], rtol=1e-9
    )


def test_bars_are_the_gradient_itself() -> None:
    data, sizes = load("digits", count=60), (64, 8, 8, 10)
    bars = gradient_bars(data, sizes, seeds=[0, 5], initialiser="gaussian")
    assert bars.gradient.shape == (2, 2, 8) and bars.first(6, seed=5).shape == (2, 6)
    network = INITIALISERS["gaussian"](sizes, np.random.default_rng(5))
    b_0 = network.biases[0]
    for neuron in range(6):
        step = np.zeros(8)
        step[neuron] = 1e-6
        up, down = (
            cost(Network(sizes, network.weights, (b_0 + x, *network.biases[1:])), data.images, data.targets)
            for x in (step, -step)
        )
        assert bars.first(6, seed=5)[0, neuron] == pytest.approx((up - down) / 2e-6, abs=1e-8)
    speeds = learning_speeds(data, sizes, seeds=[0, 5], initialiser="gaussian", epochs=0).speeds[:, 0]
    np.testing.assert_allclose(np.linalg.norm(bars.gradient, axis=-1), speeds, rtol=1e-12)
    with pytest.raises(ValueError, match=r"seed must be one of \(0, 5\), not 1"):
        bars.first(6, seed=1)
    with pytest.raises(ValueError, match="hidden layers of one width"):
        gradient_bars(data, (64, 8, 9, 10), seeds=[0])


def test_labels_can_be_learned_until_they_are_shuffled() -> None:
    data = load("digits", count=400)
    shuffled = replace(data, labels=np.random.default_rng(0).permutation(data.labels))
    true, random = (
        learning_speeds(x, (64, 30, 10), seeds=[0], epochs=250, decay=2.0) for x in (data, shuffled)
    )
    assert true.accuracy[0, -1] > 0.7
    assert random.accuracy[0, -1] < 0.2


def test_zero_biases_and_seeds_do_what_they_say() -> None:
    data, sizes = load("digits", count=20), (64, 5, 5, 10)
    both = learning_speeds(data, sizes, seeds=[8, 2], epochs=2, stack=1)
    alone = learning_speeds(data, sizes, seeds=[2], epochs=2)
    np.testing.assert_allclose(both.speeds[1], alone.speeds[0], rtol=1e-13)
    assert not np.allclose(both.speeds[0], both.speeds[1])
    zeroed = learning_speeds(data, sizes, seeds=[2], epochs=2, zero_biases=True)
    network = nielsen(sizes, np.random.default_rng(2), zero_biases=True)
    start = np.linalg.norm(gradients(network, data.images, data.targets).biases[0])
    assert zeroed.speeds[0, 0, 0] == pytest.approx(start, rel=1e-12)
    assert zeroed.parameters.zero_biases and not alone.parameters.zero_biases


def same(x: LearningSpeeds, y: LearningSpeeds) -> bool:
    return x.parameters == y.parameters and all(np.array_equal(getattr(x, n), getattr(y, n)) for n in ARRAYS)


SMALL: dict[str, Any] = {"sizes": (64, 6, 5, 10), "seeds": range(5), "epochs": 4, "stack": 2}


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = load("digits", count=30)
    whole = learning_speeds(data, **SMALL)
    real, ran = module._descend, []

    def counted(data: Any, parameters: Any, seeds: Any) -> Any:
        if stop and len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(seeds)
        return real(data, parameters, seeds)

    monkeypatch.setattr(module, "_descend", counted)
    stop = True
    with pytest.raises(KeyboardInterrupt):
        learning_speeds(data, **SMALL, checkpoints=tmp_path)
    stop = False
    resumed = learning_speeds(data, **SMALL, checkpoints=tmp_path)
    assert ran == [(0, 1), (2, 3), (4,)]
    assert same(whole, resumed)
    assert same(whole, learning_speeds(data, **SMALL, checkpoints=tmp_path)) and len(ran) == 3
    more = learning_speeds(data, **(SMALL | {"seeds": range(6)}), checkpoints=tmp_path)
    assert ran[3:] == [(4, 5)] and more.parameters.seeds == (0, 1, 2, 3, 4, 5)


def test_a_half_written_stack_is_run_again(tmp_path: Path) -> None:
    data = load("digits", count=30)
    whole = learning_speeds(data, **SMALL, checkpoints=tmp_path)
    (tmp_path / "seeds-2-3.json").unlink()
    (tmp_path / "seeds-2-3.npz").write_bytes(b"half")
    assert same(whole, learning_speeds(data, **SMALL, checkpoints=tmp_path))


@pytest.mark.parametrize(
    "change", [{"epochs": 5}, {"eta": 0.2}, {"sizes": (64, 6, 10)}, {"zero_biases": True}]
)
def test_checkpoints_of_another_run_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    data = load("digits", count=30)
    learning_speeds(data, **SMALL, checkpoints=tmp_path)
    with pytest.raises(ValueError, match=f"belong to another run: {next(iter(change))} differ"):
        learning_speeds(data, **(SMALL | change), checkpoints=tmp_path)
    with pytest.raises(ValueError, match="belong to another run: digest differ"):
        learning_speeds(in_reverse(data), **SMALL, checkpoints=tmp_path)


def test_stacks_of_many_seeds_have_file_names_of_their_own(tmp_path: Path) -> None:
    data = load("digits", count=5)
    for first in (0, 1):  # the same ends, other seeds between
        seeds = [1000, *range(2000 + first, 2060 + first), 3000]
        run = learning_speeds(data, (64, 2, 10), seeds=seeds, epochs=0, stack=100, checkpoints=tmp_path)
        again = learning_speeds(data, (64, 2, 10), seeds=seeds, epochs=0, stack=100)
        assert same(run, again)
    assert all(len(p.name) < 64 for p in tmp_path.iterdir())


def in_reverse(data: Dataset) -> Dataset:
    """Other labels under the same name."""
    return Dataset(data.images, data.labels[::-1], data.name, data.source)


def test_an_executor_gives_the_same(tmp_path: Path) -> None:
    data = load("digits", count=30)
    with ThreadPoolExecutor(2) as pool:
        assert same(learning_speeds(data, **SMALL), learning_speeds(data, **SMALL, executor=pool))


def test_a_saved_result_comes_back_bit_for_bit(tmp_path: Path) -> None:
    result = learning_speeds(load("digits", count=30), **SMALL)
    save_result(tmp_path / "run.v1", result, "python -m something")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.v1.json", "run.v1.npz"]
    back = load_result(LearningSpeeds, tmp_path / "run.v1")
    assert same(result, back)
    assert all(getattr(back, n).dtype == np.float64 for n in ARRAYS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (63, 6, 5, 10)}, r"sizes must be \(64, hidden layers …, 10\) for digits"),
        ({"sizes": (64, 10)}, "hidden layers"),
        ({"sizes": (64, 6, 9)}, "hidden layers"),
        ({"sizes": (64, -6, 10)}, "sizes must be two or more positive integers"),
        ({"seeds": ()}, "seeds must be one or more different integers"),
        ({"seeds": (1, 1)}, "seeds must be one or more different integers"),
        ({"seeds": (-1,)}, "each of seeds must be an integer of at least 0, not -1"),
        ({"seeds": (True,)}, "each of seeds must be an integer of at least 0, not True"),
        ({"seeds": (0.5,)}, "each of seeds must be an integer"),
        ({"epochs": -1}, "epochs must be an integer of at least 0, not -1"),
        ({"epochs": 2.0}, "epochs must be an integer"),
        ({"stack": 0}, "stack must be an integer of at least 1"),
        ({"eta": 0.0}, "eta must be a finite number > 0"),
        ({"eta": float("nan")}, "eta must be a finite number > 0"),
        ({"decay": -1.0}, "decay must be a finite number ≥ 0"),
        ({"decay": 300.0}, r"eta · decay must be below the number of images, 30, not 30"),
        ({"initialiser": "zeros"}, "initialiser must be one of nielsen, gaussian"),
    ],
)
def test_learning_speeds_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        learning_speeds(load("digits", count=30), **(SMALL | change))


def test_descent_refuses_what_it_cannot_train() -> None:
    data = load("digits", count=10)
    rng = np.random.default_rng(0)
    for odd in (nielsen((64, 5, 10), rng, activation="tanh"), nielsen((64, 4, 10), rng)):
        with pytest.raises(ValueError, match=r"networks must all be sigmoid of sizes \(64, 5, 10\)"):
            descend([nielsen((64, 5, 10), rng), odd], data.images, data.targets, epochs=1, eta=0.1, decay=5.0)


def test_one_thread_is_in_force_and_then_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def threads() -> list[int]:
        return [x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas"]

    data = load("digits", count=10)  # loads a second BLAS
    seen = []
    real = descent_module._gradients
    monkeypatch.setattr(descent_module, "_gradients", lambda *x: seen.append(threads()) or real(*x))
    with threadpool_limits(limits=2, user_api="blas"):
        if set(threads()) != {2}:
            pytest.skip("BLAS has but one thread here")
        learning_speeds(data, (64, 2, 10), seeds=[0], epochs=0)
        after = threads()
    assert seen == [[1] * len(after)] and set(after) == {2}
