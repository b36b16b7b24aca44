"""One experiment over a grid of parameters, many times at each point, on any executor.

Every replicate at every point has a stream of random numbers of its own, keyed by what it is (the experiment,
the parameters, the number of the replicate) and not by when it runs. So its result does not depend on the
executor, on the batches, on the order, or on what else the grid holds;
and a grid made larger keeps what it had.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.numeric.sample_moments import Moments, moments
from analysis.numeric.threads import one_thread
from analysis.numeric.training_arguments import whole
from analysis.sweep import storage
from analysis.sweep.alone import alone
from analysis.sweep.batches import checked_executor, run_batches
from analysis.sweep.by_name import named
from analysis.sweep.experiment import Experiment, Value

Floats = NDArray[np.float64]
Point = tuple[Value, ...]  # the parameters in the order of the experiment's signature, then the replicate
MOST_BATCHES = 256  # handing over and keeping a batch takes some milliseconds: below a second or two in all


@dataclass(frozen=True, eq=False)
class Sweep:
    """``values[k, i₁, …, i_d, r]``:
    measure k, in the order of ``units``, at the i-th values of the ``axes``, replicate r.

    ``axes`` holds the values swept over, ``fixed`` every other parameter, ``units`` {measure: unit}.
    float64, read-only.
    """

    experiment: str
    axes: dict[str, tuple[Value, ...]]
    fixed: dict[str, Value]
    replicates: int
    seed: int
    units: dict[str, str]
    values: Floats

    def __post_init__(self) -> None:
        shape = (len(self.units), *(len(x) for x in self.axes.values()), self.replicates)
        values = np.array(self.values, dtype=np.float64)
        if values.shape != shape:
            raise ValueError(f"values must have shape {shape}, not {values.shape}")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def measure(self, name: str) -> Floats:
        """One measure (i₁, …, i_d, r); raises ValueError naming the known ones."""
        if name not in self.units:
            raise ValueError(f"measure must be one of {', '.join(self.units)}, not {name!r}")
        return np.asarray(self.values[list(self.units).index(name)])

    def moments(self, name: str) -> Moments:
        """Mean, variance and standard error over the replicates (i₁, …, i_d);
        raises ValueError where one is not finite."""
        return moments(self.measure(name), axis=-1)


def sweep(
    experiment: str,
    grid: Mapping[str, Value | Iterable[Value]],
    *,
    replicates: int = 1,
    seed: int = 0,
    executor: Executor | int | None = None,
    checkpoints: str | Path | None = None,
    batch: int | None = None,
) -> Sweep:
    """Run the ``experiment`` of that name (see ``named``) at every point of the ``grid``,
    ``replicates`` times each.

    A value of the grid is a sequence, which becomes an axis, or a single value. ``executor`` is None (all
    runs here), a number of processes to start, or an Executor. ``batch`` runs make one task of it (None: at
    most 256 tasks). With a ``checkpoints`` folder every task is kept as it comes in, and a sweep that was
    interrupted, or is wanted larger, computes only what is not there; a second sweep in the folder waits for
    the first (``alone`` says where it cannot). Raises ValueError on an unknown parameter or value and on a
    file in the folder that is corrupt or of another sweep, TypeError where ``grid`` is no mapping, an axis
    has no order, ``checkpoints`` is no path or ``executor`` is none,
    RuntimeError where a killed worker broke the pool, OSError where processes cannot share semaphores.

    >>> found = sweep("gradient-size", {"depth": [5, 10], "width": 20}, replicates=3)
    >>> found.values.shape == (len(found.units), 2, 3)
    True
    """
    law = named(experiment)
    if not isinstance(grid, Mapping):
        raise TypeError(
            f"grid must be a dict of parameters and their values, such as {{'depth': [3, 6]}}, not {grid!r}"
        )
    if not isinstance(checkpoints, str | Path | None):
        raise TypeError(f"checkpoints must be a folder (a string or a Path) or None, not {checkpoints!r}")
    axes, fixed = _axes(law, grid)
    replicates, seed = whole("replicates", replicates, 1), whole("seed", seed, 0)
    batch = None if batch is None else whole("batch", batch, 1)
    executor = checked_executor(executor)
    names = list(law.kinds)
    points: list[Point] = []
    for place in itertools.product(*axes.values()):
        given = fixed | dict(zip(axes, place, strict=True))
        points += [(*(given[name] for name in names), r) for r in range(replicates)]
    sweep_facts = {
        "experiment": experiment,
        "seed": seed,
        "parameters": tuple(names),
        "units": dict(law.units),
    }
    folder = None if checkpoints is None else Path(checkpoints)
    with alone(folder):
        done = {} if folder is None else _finished(folder, sweep_facts)
        todo = [p for p in points if p not in done]
        size = math.ceil(len(todo) / MOST_BATCHES) if batch is None else batch
        count = math.ceil(len(todo) / size) if todo else 0
        batches = [
            tuple(todo[k::count]) for k in range(count)
        ]  # neighbours cost alike: each to another batch
        with tqdm(total=len(points), initial=len(points) - len(todo), desc=experiment, disable=None) as bar:

            def keep(these: tuple[Point, ...], found: Floats) -> None:
                if folder is not None:
                    facts = sweep_facts | {"points": these}
                    storage.save(folder / _label(these), {"values": found}, facts)
                done.update(zip(these, found, strict=True))
                bar.update(len(these))

            run_batches(
                _run_points,
                {these: (experiment, tuple(names), these, seed) for these in batches},
                keep,
                executor,
                kept_in=folder,
            )
    shape = (*(len(x) for x in axes.values()), replicates, len(law.units))
    values = np.moveaxis(np.array([done[p] for p in points]).reshape(shape), -1, 0)
    return Sweep(experiment, axes, fixed, replicates, seed, dict(law.units), values)


def stream(
    experiment: str, parameters: Mapping[str, Value], replicate: int, seed: int
) -> np.random.Generator:
    """The generator of one replicate: spawned from ``seed`` by a key made of everything else."""
    text = json.dumps([experiment, sorted(parameters.items())])
    words = np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype="<u4")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(*words.tolist(), replicate)))


@one_thread()
def _run_points(experiment: str, names: Sequence[str], points: Sequence[Point], seed: int) -> Floats:
    """The measures of each point, (points, measures).
    Runs on the worker, which is sent names and numbers only."""
    law = named(experiment)
    found = np.empty((len(points), len(law.units)))
    for i, (*values, replicate) in enumerate(points):
        parameters = dict(zip(names, values, strict=True))
        try:
            measures = law.run(stream(experiment, parameters, int(replicate), seed), **parameters)
            if set(measures) != set(law.units):
                raise ValueError(
                    f"{experiment} must return {', '.join(law.units)}, not {', '.join(measures)}"
                )
            found[i] = [measures[name] for name in law.units]
        except Exception as error:
            where = ", ".join(f"{name} = {x!r}" for name, x in parameters.items())
            error.add_note(f"in {experiment} at {where}, replicate {replicate}, seed {seed}")
            raise
    return found


def _axes(law: Experiment, grid: Mapping[str, Any]) -> tuple[dict[str, tuple[Value, ...]], dict[str, Value]]:
    """The axes of the grid and the parameters that stay fixed, defaults included."""
    axes, fixed = {}, dict(law.defaults)
    for name, x in grid.items():
        if isinstance(x, str) or not isinstance(x, Iterable):
            fixed[name] = law.checked(name, x)
            continue
        if isinstance(x, np.ndarray) and x.ndim == 0:
            fixed[name] = law.checked(name, x.item())
            continue
        if isinstance(x, Mapping | Set | bytes | bytearray):
            raise TypeError(
                f"{name} must be one value or a sequence of values, not the {type(x).__name__} {x!r}"
            )
        values = tuple(law.checked(name, v) for v in x)
        if not values or len(set(values)) < len(values):
            raise ValueError(f"{name} must be one or more different values, not {values}")
        axes[name] = values
        fixed.pop(name, None)
    missing = [name for name in law.kinds if name not in axes and name not in fixed]
    if missing:
        raise ValueError(f"grid must give {', '.join(missing)}")
    return axes, {name: law.checked(name, x) for name, x in fixed.items()}


def _finished(folder: Path, sweep_facts: Mapping[str, Any]) -> dict[Point, Floats]:
    """All that the folder holds of this sweep; raises ValueError naming the file that cannot be used."""
    done: dict[Point, Floats] = {}
    for path in sorted(folder.glob("points-*.json")):
        stem = path.with_suffix("")
        try:
            arrays, facts = storage.load(stem)
            points, values = facts.pop("points"), arrays["values"]
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ValueError(
                f"checkpoint {path} cannot be read ({error}); move it away to have its points computed again"
            ) from error
        differing = [name for name in sweep_facts if facts.get(name) != sweep_facts[name]]
        if differing:
            raise ValueError(
                f"checkpoint {path} belongs to another sweep: {', '.join(differing)} differ; name another "
                "folder"
            )
        shape = (len(points) if isinstance(points, tuple) else 0, len(sweep_facts["units"]))
        if _label(points) != stem.name or values.shape != shape or values.dtype != np.float64:
            raise ValueError(
                f"checkpoint {path} was changed: its points are not those it was written for; "
                "move it away to have them computed again"
            )
        done.update(zip(points, values, strict=True))
    return done


def _label(points: tuple[Point, ...]) -> str:
    """The file name of a batch: a digest of its points."""
    return f"points-{hashlib.sha256(json.dumps(points).encode()).hexdigest()[:24]}"
