"""How fast does each layer of a network learn? Nielsen's experiment (2015, chapter 5),
for any number of seeds.

The speed of layer l is ‖∂C/∂bˡ‖, the Euclidean norm over its neurons of the gradient averaged over all
images. A network is trained by full-batch gradient descent on the cross-entropy with weight decay, and the
speeds are taken before every step. Nielsen took the first 1,000 training images of MNIST, η = 0.1, λ = 5, 500
epochs and one network each of 2, 3, 4 hidden layers of 30 neurons.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.numeric.data import Dataset
from analysis.numeric.descent import Curves, descend
from analysis.numeric.initialise import initialiser as named_initialiser
from analysis.numeric.training_arguments import different_seeds, positive, sizes_for, whole
from analysis.sweep import storage
from analysis.sweep.alone import alone
from analysis.sweep.batches import checked_executor, run_batches

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parameters:
    """What was run: ``data`` names the images, ``digest`` is their SHA-256, m = ``images``; λ is ``decay``, η
    is ``eta``.
    """

    data: str
    digest: str
    images: int
    sizes: tuple[int, ...]
    initialiser: str
    zero_biases: bool
    epochs: int
    eta: float
    decay: float
    seeds: tuple[int, ...]

    @property
    def hidden(self) -> int:
        """The number of hidden layers."""
        return len(self.sizes) - 2


@dataclass(frozen=True, eq=False)
class LearningSpeeds:
    """S seeds on axis 0; epochs 0 … T on axis 1, entry t being the state after t epochs; H hidden layers.

    speeds: ‖∂C/∂bˡ‖ of the hidden layers (S, T+1, H); output_speed: that of the output layer (S, T+1). For
    the hidden layers and the output layer, which is last (S, T+1, H+1), with Frobenius norms: weight_speeds
    ‖∂C/∂wˡ‖; displacement ‖wˡ_t − wˡ_0‖/‖wˡ_0‖; learned ‖wˡ_t − kᵗ wˡ_0‖/‖wˡ_0‖, the displacement without
    what the weight decay k = 1 − ηλ/m does by itself. cost: C without its decay term; accuracy: the fraction
    of the training images classified rightly (S, T+1).
    """

    parameters: Parameters
    speeds: Floats
    output_speed: Floats
    weight_speeds: Floats
    displacement: Floats
    learned: Floats
    cost: Floats
    accuracy: Floats


def learning_speeds(
    data: Dataset,
    sizes: Sequence[int],
    *,
    seeds: Iterable[int],
    initialiser: str = "nielsen",
    zero_biases: bool = False,
    epochs: int = 500,
    eta: float = 0.1,
    decay: float = 5.0,
    stack: int = 4,
    checkpoints: str | Path | None = None,
    executor: Executor | int | None = None,
) -> LearningSpeeds:
    """Train one network for each seed on all images of ``data``; network s is drawn from
    ``np.random.default_rng(s)``.

    ``stack`` networks run at once. With a ``checkpoints`` folder each finished stack is kept there, and a run
    that was interrupted goes on where it stopped; a second run in the folder waits for the first. With an
    ``executor`` the stacks run on its workers; a number starts so many processes. Raises ValueError on
    parameters out of range, or where the folder holds another run, TypeError on what is no executor,
    RuntimeError where a killed worker broke it, OSError where processes cannot share semaphores.
    """
    named_initialiser(initialiser)
    parameters = Parameters(
        data=data.name,
        digest=data.digest,
        images=len(data.labels),
        sizes=sizes_for(data, sizes),
        initialiser=initialiser,
        zero_biases=bool(zero_biases),
        epochs=whole("epochs", epochs, 0),
        eta=positive("eta", eta),
        decay=positive("decay", decay, zero=True),
        seeds=different_seeds(seeds),
    )
    if eta * decay >= parameters.images:
        raise ValueError(
            f"eta · decay must be below the number of images, {parameters.images}, not {eta * decay:g}"
        )
    stack, executor = whole("stack", stack, 1), checked_executor(executor)
    groups = [parameters.seeds[i : i + stack] for i in range(0, len(parameters.seeds), stack)]
    folder = None if checkpoints is None else Path(checkpoints)
    done: dict[tuple[int, ...], Curves] = {}
    with alone(folder), tqdm(total=len(parameters.seeds), desc="networks", unit="net", disable=None) as bar:
        if folder is not None:
            _open(folder, parameters)
        for group in groups:
            if folder is not None and (folder / f"{_label(group)}.json").is_file():
                done[group] = Curves(**storage.load(folder / _label(group))[0])
                bar.update(len(group))

        def keep(group: tuple[int, ...], curves: Curves) -> None:
            if folder is not None:
                storage.save(folder / _label(group), curves._asdict(), {"seeds": group})
            done[group] = curves
            bar.update(len(group))

        todo = {g: (data, parameters, g) for g in groups if g not in done}
        run_batches(_descend, todo, keep, executor, kept_in=folder)
    curves = Curves(*(np.concatenate(x) for x in zip(*(done[g] for g in groups), strict=True)))
    hidden, output = curves.speeds[..., :-1].copy(), curves.speeds[..., -1].copy()
    return LearningSpeeds(parameters, hidden, output, *curves[1:])


def _descend(data: Dataset, parameters: Parameters, seeds: tuple[int, ...]) -> Curves:
    draw = named_initialiser(parameters.initialiser)
    networks = [
        draw(parameters.sizes, np.random.default_rng(s), zero_biases=parameters.zero_biases) for s in seeds
    ]
    p = parameters
    return descend(networks, data.images, data.targets, epochs=p.epochs, eta=p.eta, decay=p.decay)[0]


def _open(folder: Path, parameters: Parameters) -> None:
    """Mark the folder with the parameters of the run it keeps; raises ValueError where it keeps another."""
    facts = {name: x for name, x in asdict(parameters).items() if name != "seeds"}
    mark = folder / "parameters"
    if (folder / "parameters.json").is_file():
        _, kept = storage.load(mark)
        if kept != facts:
            differing = ", ".join(name for name in facts if kept.get(name) != facts[name])
            raise ValueError(
                f"checkpoints {folder} belong to another run: {differing} differ; name another folder"
            )
    else:
        storage.save(mark, {}, facts)


def _label(group: tuple[int, ...]) -> str:
    """The file name of a stack: its seeds, or where they are many the first, the last and a digest of all."""
    name = "-".join(map(str, group))
    if len(name) > 100:
        name = f"{group[0]}-to-{group[-1]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"seeds-{name}"
