"""Nielsen's experiment (2015, chapter 5):
784-30-30-30-30-10, 1,000 images, full-batch descent, the norm of every layer's gradient.

His program takes the images one by one and computes every gradient twice an epoch, once for the norms and
once for the step. The loop below does as he did, written afresh; half of its time is that doubling.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import peers
import pytest

from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.numeric.data import Dataset, load
from analysis.numeric.descent import descend
from analysis.numeric.initialise import initialiser

SIZES, ETA, DECAY = (784, 30, 30, 30, 30, 10), 0.1, 5.0
EPOCHS, STACK = 20, 8


@pytest.fixture(scope="module")
def images() -> Dataset:
    """1,000 images as wide as MNIST's: random ones, for the time does not depend on what they show."""
    rng = np.random.default_rng(0)
    return Dataset(
        images=rng.random((1000, 784)), labels=rng.integers(0, 10, 1000), name="noise", source="drawn"
    )


class Loop:
    """Weights, biases and one epoch of the loop over images."""

    def __init__(self, data: Dataset, seed: int = 0) -> None:
        network = initialiser("nielsen")(SIZES, np.random.default_rng(seed))
        self.w, self.b = [x.copy() for x in network.weights], [x.copy()[:, None] for x in network.biases]
        self.pairs = [(x[:, None], y[:, None]) for x, y in zip(data.images, data.targets, strict=True)]

    def one(self, x: np.ndarray, y: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The gradients of one image, columns throughout."""
        a, zs = [x], []
        for w, b in zip(self.w, self.b, strict=True):
            zs.append(w @ a[-1] + b)
            a.append(1.0 / (1.0 + np.exp(-zs[-1])))
        delta = a[-1] - y
        of_b, of_w = [delta], [delta @ a[-2].T]
        for l in range(2, len(SIZES)):
            s = 1.0 / (1.0 + np.exp(-zs[-l]))
            delta = (self.w[1 - l].T @ delta) * (s * (1.0 - s))
            of_b.insert(0, delta)
            of_w.insert(0, delta @ a[-l - 1].T)
        return of_b, of_w

    def mean(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The gradients averaged over the images."""
        sums: Any = None
        for x, y in self.pairs:
            found = self.one(x, y)
            if sums is None:
                sums = found
            else:
                for total, part in zip(sums, found, strict=True):
                    for s, p in zip(total, part, strict=True):
                        s += p
        m = len(self.pairs)
        return [x / m for x in sums[0]], [x / m for x in sums[1]]

    def epoch(self) -> list[float]:
        """The norms of ∂C/∂bˡ, then one step: each from gradients of its own, as he has it."""
        speeds = [float(np.linalg.norm(x)) for x in self.mean()[0]]
        of_b, of_w = self.mean()
        keep = 1.0 - ETA * DECAY / len(self.pairs)
        self.w = [keep * w - ETA * g for w, g in zip(self.w, of_w, strict=True)]
        self.b = [b - ETA * g for b, g in zip(self.b, of_b, strict=True)]
        return speeds


def torch_epochs(torch: Any, data: Dataset, epochs: int, cores: int) -> Any:
    """The same with autograd on the whole batch, float64, one network on all cores."""
    network = initialiser("nielsen")(SIZES, np.random.default_rng(0))
    X, Y = torch.from_numpy(data.images), torch.from_numpy(np.asarray(data.targets, dtype=np.float64))

    def call() -> list[list[float]]:
        torch.set_num_threads(cores)
        w = [torch.tensor(x, requires_grad=True) for x in network.weights]
        b = [torch.tensor(x, requires_grad=True) for x in network.biases]
        found = []
        for _ in range(epochs):
            a = X
            for l in range(len(w)):
                z = torch.nn.functional.linear(a, w[l], b[l])
                a = torch.sigmoid(z)
            cost = torch.nn.functional.binary_cross_entropy_with_logits(z, Y, reduction="sum") / len(X)
            gradients = torch.autograd.grad(cost, w + b)
            found.append([float(g.norm()) for g in gradients[len(w) :]])
            with torch.no_grad():
                for x, g in zip(w, gradients, strict=False):
                    x.mul_(1.0 - ETA * DECAY / len(X)).sub_(g, alpha=ETA)
                for x, g in zip(b, gradients[len(w) :], strict=True):
                    x.sub_(g, alpha=ETA)
        return found

    return call


def torch_stacks(torch: Any, data: Dataset, epochs: int, cores: int) -> Any:
    """The same for STACK networks at once on each core, one image a column: PyTorch's fastest form of
    those tried (rows, one network, gradients by hand in place of autograd).
    """
    networks = [initialiser("nielsen")(SIZES, np.random.default_rng(s)) for s in range(STACK)]
    X, Y = (
        torch.from_numpy(np.ascontiguousarray(x.T, dtype=np.float64)) for x in (data.images, data.targets)
    )
    m, depth = len(data.labels), len(SIZES) - 1

    def descent(_: int) -> list[list[list[float]]]:
        w = [
            torch.tensor(np.stack([n.weights[l] for n in networks]), requires_grad=True) for l in range(depth)
        ]
        b = [
            torch.tensor(np.stack([n.biases[l] for n in networks])[:, :, None], requires_grad=True)
            for l in range(depth)
        ]
        found = []
        for _ in range(epochs):
            z = (w[0].reshape(-1, SIZES[0]) @ X).reshape(STACK, -1, m) + b[0]
            for l in range(1, depth):
                z = torch.baddbmm(b[l], w[l], torch.sigmoid(z))
            cost = (
                torch.nn.functional.binary_cross_entropy_with_logits(z, Y.expand_as(z), reduction="sum") / m
            )
            gradients = torch.autograd.grad(cost, w + b)
            found.append([g.norm(dim=(1, 2)).tolist() for g in gradients[depth:]])
            with torch.no_grad():
                torch._foreach_mul_(w, 1.0 - ETA * DECAY / m)
                torch._foreach_sub_(w + b, gradients, alpha=ETA)
        return found

    def call() -> list[Any]:
        with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(descent, range(cores)))

    return call


def test_nielsen(images: Dataset, race: Any, store: Any, cores: int) -> None:
    loop, seeds = Loop(images), range(STACK * cores)
    w1, batch = np.random.default_rng(1).random((30, 784)), images.images
    delta = np.random.default_rng(2).random((1000, 30))

    def ours() -> Any:
        with ThreadPoolExecutor(cores) as pool:
            return learning_speeds(images, SIZES, seeds=seeds, epochs=EPOCHS, stack=STACK, executor=pool)

    def floor() -> None:
        for _ in range(EPOCHS):
            batch @ w1.T
            delta.T @ batch

    torch = peers.torch_module(cores)
    missing = torch if isinstance(torch, str) else ""
    contenders = {
        "his loop": loop.epoch,
        "ours": ours,
        "the bare products of the first layer": floor,
        "PyTorch, whole batch": missing or torch_epochs(torch, images, EPOCHS, cores),
        f"PyTorch, {STACK} networks at once": missing or torch_stacks(torch, images, EPOCHS, cores),
    }
    found = race("Nielsen's experiment", contenders, unit="epoch of one network", work=1, rounds=5)
    together = EPOCHS * len(seeds)
    networks = {"ours": together, f"PyTorch, {STACK} networks at once": together, "his loop": 1}
    for name in found.seconds:
        found.seconds[name] = [t / networks.get(name, EPOCHS) for t in found.seconds[name]]
    store(found, "ours")


def test_agreement_with_the_loop(results: dict[str, Any], benchmark: Any) -> None:
    """60 epochs on real digits, the norms and the weights at the end."""
    digits = load("digits", count=100)
    wide = np.zeros((100, 784))
    wide[:, :64] = digits.images
    data = Dataset(images=wide, labels=digits.labels, name="digits in 784", source="padded")
    loop = Loop(data)
    network = initialiser("nielsen")(SIZES, np.random.default_rng(0))

    def both() -> float:
        speeds = np.array([loop.epoch() for _ in range(60)])
        curves, ends = descend([network], data.images, data.targets, epochs=60, eta=ETA, decay=DECAY)
        apart = [np.abs(curves.speeds[0, :60] / speeds - 1.0).max()]
        apart += [np.abs(x - y).max() for x, y in zip(ends[0].weights, loop.w, strict=True)]
        return float(max(apart))

    worst = benchmark.pedantic(both, rounds=1, iterations=1)
    results["agreement with the loop over 60 epochs"] = {"notes": {"largest difference": worst}}
    assert worst < 1e-13
