"""A sweep's numbers depend on nothing but what they are; its files are read back whole or refused."""

from __future__ import annotations

import errno
import functools
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from counted import COUNTED, NAME, runs

from analysis.chapters.initialisation.gradient_size import gradient_size
from analysis.chapters.learning_speeds import learning_speeds as speeds_module
from analysis.numeric.data import load
from analysis.sweep import alone as alone_module
from analysis.sweep import sweep as module
from analysis.sweep.experiment import Experiment
from analysis.sweep.storage import load_result, save_result
from analysis.sweep.sweep import Sweep, stream, sweep

GRID: dict[str, Any] = {"depth": [3, 5], "scale": [0.5, 1, 2.0], "width": 8}


def same(one: Sweep, other: Sweep) -> bool:
    parts = ("experiment", "axes", "fixed", "replicates", "seed", "units")
    return all(getattr(one, p) == getattr(other, p) for p in parts) and np.array_equal(
        one.values, other.values
    )


def test_every_point_is_the_experiment_itself() -> None:
    result = sweep("gradient-size", GRID, replicates=4, seed=7)
    assert result.axes == {"depth": (3, 5), "scale": (0.5, 1.0, 2.0)}
    assert result.fixed == {"width": 8, "bias_scale": 0.0, "activation": "tanh"}
    assert result.units == {"log_ratio": "nats", "per_layer": "nats per layer", "mean_square": "1"}
    assert result.values.shape == (3, 2, 3, 4)
    for i, depth in enumerate((3, 5)):
        for j, scale in enumerate((0.5, 1.0, 2.0)):
            for r in range(4):
                point: dict[str, Any] = result.fixed | {"depth": depth, "scale": scale}
                found = gradient_size(stream("gradient-size", point, r, 7), **point)
                assert [result.measure(m)[i, j, r] for m in found] == list(found.values())
    assert len(np.unique(result.measure("log_ratio"))) == 24


def test_neither_batches_nor_order_nor_the_rest_of_the_grid_matter() -> None:
    whole = sweep("gradient-size", GRID, replicates=4, seed=7)
    for batch in (1, 5, 1000):
        assert same(whole, sweep("gradient-size", GRID, replicates=4, seed=7, batch=batch))
    turned = sweep("gradient-size", {"scale": [2, 0.5], "width": [8], "depth": [5]}, replicates=2, seed=7)
    np.testing.assert_array_equal(turned.values[:, :, 0, 0], whole.values[:, 1, ::-2, :2])
    assert not np.array_equal(whole.values, sweep("gradient-size", GRID, replicates=4, seed=8).values)


def test_streams_are_keyed_by_what_they_are() -> None:
    point = {"depth": 3, "scale": 1.0}
    base = ("e", point, 0, 0)
    others = [
        ("f", point, 0, 0),
        ("e", point | {"depth": 4}, 0, 0),
        ("e", {"depth": 3, "scale": 1}, 0, 0),
        ("e", point, 1, 0),
        ("e", point, 0, 1),
    ]
    first = [stream(*x).random(2).tolist() for x in (base, *others)]
    assert len({tuple(x) for x in first}) == 6
    assert stream("e", dict(reversed(point.items())), 0, 0).random(2).tolist() == first[0]
    # the same on every platform and for ever: a recorded sweep can be continued
    assert stream(*base).integers(0, 10**9, 2).tolist() == [335864292, 328307687]


def test_moments_are_those_over_the_replicates() -> None:
    result = sweep("gradient-size", GRID, replicates=30)
    x = result.measure("per_layer")
    m = result.moments("per_layer")
    np.testing.assert_allclose(m.mean, x.mean(axis=-1), rtol=1e-13)
    np.testing.assert_allclose(m.standard_error, x.std(axis=-1, ddof=1) / math.sqrt(30), rtol=1e-12)
    with pytest.raises(ValueError, match="measure must be one of log_ratio, per_layer, mean_square, not 'x'"):
        result.moments("x")


def test_a_sweep_is_frozen_and_comes_back_bit_for_bit(tmp_path: Path) -> None:
    result = sweep("gradient-size", GRID | {"activation": ["relu", "tanh"]}, replicates=2)
    with pytest.raises(ValueError, match="read-only"):
        result.values[0] = 0.0
    save_result(tmp_path / "sweep", result, "a command")
    back = load_result(Sweep, tmp_path / "sweep")
    assert same(result, back) and back.values.tobytes() == result.values.tobytes()
    assert [type(x) for x in back.axes["scale"]] == [float] * 3
    assert not any(b"pickle" in p.read_bytes() for p in tmp_path.iterdir())
    with pytest.raises(ValueError, match=r"values must have shape \(3, 2, 3, 2, 3\), not \(3, 2, 3, 2, 2\)"):
        Sweep(**{**vars(result), "replicates": 3})


def count_grid(log: Path, n: int = 12, **more: Any) -> dict[str, Any]:
    return {"n": range(n), "log": str(log)} | more


def test_ctrl_c_loses_no_batch_that_was_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    real, calls = COUNTED.run, []

    def interrupted(rng: np.random.Generator, **point: Any) -> Mapping[str, float]:
        calls.append(point["n"])
        if len(calls) == 6:
            raise KeyboardInterrupt
        return real(rng, **point)

    monkeypatch.setattr(
        module, "named", lambda name: Experiment(interrupted_like(interrupted), COUNTED.units)
    )
    with pytest.raises(KeyboardInterrupt):
        sweep(NAME, count_grid(log), batch=2, checkpoints=folder)
    monkeypatch.undo()
    assert len(list(folder.glob("points-*.json"))) == 2
    before = {n for n in runs(log) if n in set(calls[:4])}
    resumed = sweep(NAME, count_grid(log), batch=3, checkpoints=folder)  # in other batches
    again = {n for n, times in runs(log).items() if times > 1}
    assert len(before) == 4 and not before & again and set(runs(log)) == set(range(12))
    assert same(resumed, sweep(NAME, count_grid(log)))


def interrupted_like(function: Any) -> Any:
    """``function`` under the signature of ``counted``."""
    return functools.wraps(COUNTED.run)(function)


def test_what_is_kept_is_not_run_again(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    first = sweep(NAME, count_grid(log), checkpoints=folder)
    assert runs(log) == dict.fromkeys(range(12), 1)
    assert same(first, sweep(NAME, count_grid(log), checkpoints=folder, batch=5))
    assert runs(log) == dict.fromkeys(range(12), 1)
    larger = sweep(NAME, count_grid(log, 15), replicates=2, checkpoints=folder)
    assert runs(log) == dict.fromkeys(range(12), 2) | dict.fromkeys(range(12, 15), 2)
    np.testing.assert_array_equal(larger.values[:, :12, :1], first.values)


def test_at_most_256_batches_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = module.run_batches
    monkeypatch.setattr(
        module,
        "run_batches",
        lambda work, batches, *x, **y: seen.append(len(batches)) or real(work, batches, *x, **y),
    )
    log = tmp_path / "log"
    for n, batch in ((1000, None), (200, None), (10, 3)):
        sweep(NAME, count_grid(log, n), batch=batch)
    assert seen[0] <= 256 and seen[1:] == [200, 4]


def test_a_failing_point_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    with pytest.raises(ValueError, match="this n is forbidden") as caught:
        sweep(NAME, count_grid(log, forbidden=5), batch=1, checkpoints=folder)
    note = (
        f"in {NAME} at n = 5, log = {str(log)!r}, seconds = 0.0, name = 'a', forbidden = 5, replicate 0, "
        "seed 0"
    )
    assert caught.value.__notes__ == [note]
    assert len(list(folder.glob("points-*.json"))) == 5


def spoilt(folder: Path, how: str) -> Path:
    """One of the files of the folder, damaged; and the file that the message must name."""
    victim = sorted(folder.glob("points-*.json"))[1]
    arrays = victim.with_suffix(".npz")
    record = json.loads(victim.read_text())
    if how == "cut npz":
        arrays.write_bytes(arrays.read_bytes()[:-30])
    elif how == "cut json":
        victim.write_bytes(victim.read_bytes()[:-30])
    elif how == "no npz":
        arrays.unlink()
    elif how == "other points":
        record["facts"]["points"][0][0] = 99
    elif how == "points of another kind":
        record["facts"]["points"] = 3
    elif how == "no points":
        del record["facts"]["points"]
    elif how == "not json":
        victim.write_bytes(b"\xff\xfe\x00")
    elif how == "another seed":
        record["facts"]["seed"] = 5
    if how in ("other points", "points of another kind", "no points", "another seed"):
        victim.write_text(json.dumps(record))
    return victim


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("cut npz", "cannot be read"),
        ("cut json", "cannot be read"),
        ("no npz", "cannot be read"),
        ("no points", "cannot be read"),
        ("not json", "cannot be read"),
        ("other points", "was changed"),
        ("points of another kind", "was changed"),
        ("another seed", "belongs to another sweep: seed differ"),
    ],
)
def test_a_spoilt_checkpoint_is_named_and_nothing_is_lost(tmp_path: Path, how: str, message: str) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    whole = sweep(NAME, count_grid(log), batch=3, checkpoints=folder)
    victim = spoilt(folder, how)
    before = {p: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(ValueError, match=message) as caught:
        sweep(NAME, count_grid(log), batch=3, checkpoints=folder)
    assert str(victim) in str(caught.value)
    assert {p: p.read_bytes() for p in folder.iterdir()} == before
    assert sum(runs(log).values()) == 12
    victim.rename(tmp_path / "moved")
    assert same(whole, sweep(NAME, count_grid(log), batch=1, checkpoints=folder))
    assert sum(runs(log).values()) == 15


TWICE = """
import sys
from analysis.sweep.sweep import sweep
grid = {"n": range(20), "log": sys.argv[1], "seconds": 0.05}
sweep("counted:COUNTED", grid, checkpoints=sys.argv[2], batch=2)
"""


def started(script: str, root: Path, *arguments: Any) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="processes are not kept apart there")
def test_two_sweeps_on_one_folder_compute_each_point_once(tmp_path: Path, root: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    both = [started(TWICE, root, log, folder) for _ in range(2)]
    said = [run.communicate(timeout=120)[1] for run in both]
    assert [run.returncode for run in both] == [0, 0], said
    assert runs(log) == dict.fromkeys(range(20), 1)
    assert sum("waiting for process" in text for text in said) == 1
    assert {p.suffix for p in folder.iterdir()} == {".npz", ".json"}  # and no lock


@pytest.mark.skipif(os.name == "nt", reason="processes are not kept apart there")
def test_the_folder_of_a_killed_sweep_is_taken_over(tmp_path: Path, root: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    run = started(TWICE, root, log, folder)
    while len(list(folder.glob("points-*.json"))) < 2:
        assert run.poll() is None
        time.sleep(0.01)
    run.kill()
    run.communicate()
    assert (folder / "in-use.lock").exists()
    sweep(NAME, count_grid(log, 20, seconds=0.05), checkpoints=folder)
    assert set(runs(log)) == set(range(20)) and sum(runs(log).values()) <= 22
    assert not (folder / "in-use.lock").exists()


def test_two_threads_on_one_folder(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    grid = count_grid(log, 8, seconds=0.02)
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: sweep(NAME, grid, checkpoints=folder), range(2))
    assert runs(log) == dict.fromkeys(range(8), 1) and same(one, other)


def test_where_there_are_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is read-only, or whose file system has no locks: all that is there can be used."""
    log, folder = tmp_path / "log", tmp_path / "kept"
    sweep(NAME, count_grid(log), checkpoints=folder)

    def refused(*arguments: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    for place, name in ((alone_module.fcntl, "lockf"), (alone_module.os, "open")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, refused)
            sweep(NAME, count_grid(log), checkpoints=folder)
    assert sum(runs(log).values()) == 12


def test_learning_speeds_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[object] = []
    real = speeds_module._descend
    monkeypatch.setattr(
        speeds_module, "_descend", lambda *x: trained.append(x[2]) or time.sleep(0.2) or real(*x)
    )

    def run(_: int) -> Any:
        data = load("digits", count=5)
        return speeds_module.learning_speeds(
            data, (64, 2, 10), seeds=[0, 1], epochs=1, stack=1, checkpoints=tmp_path / "kept"
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert trained == [(0,), (1,)]


class NotAnExecutor:
    def submit(self, *arguments: Any) -> None: ...


@pytest.mark.parametrize("executor", ["pool", 0, -1, 2.0, True, ThreadPoolExecutor, NotAnExecutor(), [1]])
def test_what_is_no_executor_is_refused(tmp_path: Path, executor: Any) -> None:
    message = "executor must be None, a number of processes from 1 on, or an Executor"
    with pytest.raises(TypeError, match=message):
        sweep("gradient-size", GRID, executor=executor, checkpoints=tmp_path / "kept")
    with pytest.raises(TypeError, match=message):
        speeds_module.learning_speeds(load("digits", count=5), (64, 2, 10), seeds=[0], executor=executor)
    assert not (tmp_path / "kept").exists()


@pytest.mark.skipif(os.name == "nt", reason="semaphores are not kept in a folder there")
@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")]
)
def test_processes_without_semaphores_are_told_of(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """As where /dev/shm cannot be written."""

    def refused(*arguments: Any, **more: Any) -> None:
        raise error

    monkeypatch.setattr("_multiprocessing.SemLock", refused)
    message = rf"semaphores \(on Linux /dev/shm\) cannot be written \(.*{error.strerror}\); executor=None"
    with pytest.raises(OSError, match=message):
        sweep("gradient-size", GRID, executor=2)
    sweep("gradient-size", GRID)
    with ThreadPoolExecutor(2) as pool:
        sweep("gradient-size", GRID, executor=pool)


def test_joblib_says_nothing_where_there_are_no_semaphores(root: Path) -> None:
    script = """
import _multiprocessing
def refused(*arguments, **more):
    raise PermissionError(13, "Permission denied")
_multiprocessing.SemLock = refused
from analysis.numeric.data import digits
print(len(digits().labels))
"""
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True
    )
    assert (found.stdout, found.stderr) == ("1797\n", "")


def test_a_folder_of_another_sweep_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    sweep(NAME, count_grid(tmp_path / "log"), checkpoints=folder)
    with pytest.raises(ValueError, match="belongs to another sweep: experiment, parameters, units differ"):
        sweep("gradient-size", GRID, checkpoints=folder)
    with pytest.raises(ValueError, match="belongs to another sweep: seed differ"):
        sweep(NAME, count_grid(tmp_path / "log"), seed=1, checkpoints=folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError, match="file"):
        sweep(NAME, count_grid(tmp_path / "log"), checkpoints=tmp_path / "file")


@pytest.mark.parametrize(
    ("name", "grid", "rest", "message"),
    [
        ("gradient", GRID, {}, "experiment must be one of gradient-size, or 'module:NAME'"),
        (3, GRID, {}, "experiment must be one of gradient-size"),
        ("counted:NOT_ONE", GRID, {}, "experiment must be one of gradient-size"),
        ("counted:NOTHING", GRID, {}, "experiment 'counted:NOTHING' cannot be had"),
        ("no_such_module:X", GRID, {}, "experiment 'no_such_module:X' cannot be had"),
        ("..x:y", GRID, {}, r"experiment '\.\.x:y' cannot be had"),
        (".:y", GRID, {}, r"experiment '\.:y' cannot be had"),
        ("a..b:y", GRID, {}, r"experiment 'a\.\.b:y' cannot be had"),
        (
            "gradient-size",
            GRID | {"dpeth": 3},
            {},
            "dpeth is no parameter: the experiment takes depth, width",
        ),
        ("gradient-size", {"scale": 1.0}, {}, "grid must give depth"),
        ("gradient-size", GRID | {"depth": [3, 3]}, {}, "depth must be one or more different values"),
        ("gradient-size", GRID | {"scale": [1, 1.0]}, {}, "scale must be one or more different values"),
        ("gradient-size", GRID | {"depth": []}, {}, "depth must be one or more different values"),
        ("gradient-size", GRID | {"depth": [3.0]}, {}, "depth must be a whole number, not 3.0"),
        ("gradient-size", GRID | {"depth": True}, {}, "depth must be a whole number, not True"),
        ("gradient-size", GRID | {"scale": [math.nan]}, {}, "scale must be a finite number, not nan"),
        ("gradient-size", GRID | {"scale": "1"}, {}, "scale must be a finite number, not '1'"),
        ("gradient-size", GRID | {"activation": 3}, {}, "activation must be a name, not 3"),
        ("gradient-size", GRID | {"activation": "tahn"}, {}, "tahn"),
        ("gradient-size", GRID | {"depth": [1]}, {}, "depth must be an integer of at least 2, not 1"),
        ("gradient-size", GRID, {"replicates": 0}, "replicates must be an integer of at least 1"),
        ("gradient-size", GRID, {"seed": -1}, "seed must be an integer of at least 0"),
        ("gradient-size", GRID, {"batch": 0}, "batch must be an integer of at least 1"),
    ],
)
def test_sweep_refuses(name: Any, grid: dict[str, Any], rest: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sweep(name, grid, **rest)


@pytest.mark.parametrize(
    ("grid", "rest", "message"),
    [
        ("abc", {}, "grid must be a dict of parameters and their values.*not 'abc'"),
        ([3], {}, r"grid must be a dict of parameters and their values.*not \[3\]"),
        (None, {}, "grid must be a dict .*not None"),
        (GRID | {"depth": {3, 6}}, {},
            r"depth must be one value or a sequence of values, not the set \{3, 6\}"),
        (GRID | {"depth": {3: 6}}, {},
            r"depth must be one value or a sequence of values, not the dict \{3: 6\}"),
        (GRID | {"depth": b"ab"}, {}, "depth must be one value or a sequence of values, not the bytes"),
        (GRID, {"checkpoints": 3}, "checkpoints must be a folder .*not 3"),
    ],
)  # fmt: skip
def test_sweep_refuses_another_kind(grid: Any, rest: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        sweep("gradient-size", grid, **rest)


def test_an_experiment_says_what_it_takes_and_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_kind(rng: np.random.Generator, *, n) -> dict[str, float]:  # type: ignore[no-untyped-def]
        return {}

    def by_position(rng: np.random.Generator, n: int) -> dict[str, float]:
        return {}

    def other_measure(rng: np.random.Generator, *, n: int) -> dict[str, float]:
        return {"y": 1.0}

    for wrong in (no_kind, by_position):
        with pytest.raises(TypeError, match="n must be a keyword parameter marked as"):
            Experiment(wrong, {"x": "1"})
    with pytest.raises(ValueError, match="at least one measure"):
        Experiment(other_measure, {})
    monkeypatch.setattr(module, "named", lambda name: Experiment(other_measure, {"x": "1"}))
    with pytest.raises(ValueError, match="must return x, not y"):
        sweep("e", {"n": 1})


def test_gradient_size_by_plain_linear_algebra() -> None:
    """The Jacobian of the whole network, formed, applied to the same direction."""
    depth, width, s, t = 6, 7, 1.3, 0.4
    found = gradient_size(np.random.default_rng(5), depth=depth, width=width, scale=s, bias_scale=t)
    rng = np.random.default_rng(5)
    a, jacobian, slopes = rng.standard_normal(width), np.eye(width), np.ones(width)
    for l in range(depth):
        w = rng.standard_normal((width, width)) * s / math.sqrt(width)
        z = w @ a + t * rng.standard_normal(width)
        jacobian = w @ np.diag(slopes) @ jacobian if l else np.eye(width)
        a, slopes = np.tanh(z), 1.0 - np.tanh(z) ** 2
    u = rng.standard_normal(width)
    expected = math.log(np.linalg.norm(u @ jacobian) / np.linalg.norm(u))
    assert found["log_ratio"] == pytest.approx(expected, abs=1e-10)
    assert found["per_layer"] == pytest.approx(expected / 5, abs=1e-10)
    assert found["mean_square"] == pytest.approx(np.mean(a**2), rel=1e-12)


def test_gradient_size_at_the_ends_of_the_range() -> None:
    deep = gradient_size(np.random.default_rng(0), depth=800, width=5, scale=0.05, activation="sigmoid")
    assert -5000 < deep["log_ratio"] < -2000  # far below what float64 can hold
    dead = gradient_size(np.random.default_rng(0), depth=50, width=1, activation="relu")
    assert dead["log_ratio"] == -math.inf
    with np.errstate(all="raise"):
        burst = gradient_size(np.random.default_rng(0), depth=400, width=20, scale=1e3, activation="relu")
    assert math.isnan(burst["log_ratio"])


@pytest.mark.parametrize("scale", [1e3, 1e6, 1e20, 1e150, 1e300])
@pytest.mark.parametrize(("name", "rate", "constant"), [("tanh", 2, 4), ("sigmoid", 1, 1)])
def test_saturated_slopes_of_any_size_are_taken_in_logarithms(
    scale: float, name: str, rate: int, constant: int
) -> None:
    """One neuron, by hand: log|w₃ w₂| + Σ log σ′(z) with log tanh′(z) = log 4 − 2|z|, log σ′(z)
    = −|z| from |z| = 40 on."""
    found = gradient_size(
        np.random.default_rng(8), depth=3, width=1, scale=scale, activation=name, bias_scale=scale
    )
    rng = np.random.default_rng(8)
    a, w, z = rng.standard_normal(1), [], []
    for _ in range(3):
        w.append(float(rng.standard_normal((1, 1))[0, 0] * scale))
        z.append(float(w[-1] * a[0] + scale * rng.standard_normal(1)[0]))
        a = np.array([math.copysign(1.0, z[-1]) if name == "tanh" else float(z[-1] > 0)])
    assert min(map(abs, z)) > 40.0
    wanted = sum(math.log(abs(w[l])) + math.log(constant) - rate * abs(z[l - 1]) for l in (2, 1))
    assert found["log_ratio"] == pytest.approx(wanted, rel=1e-12)


def test_a_forward_pass_that_overflows_behind_a_saturated_slope_is_nan() -> None:
    for name in ("tanh", "sigmoid", "gelu"):
        found = sweep("gradient-size", {"depth": 3, "scale": 1.7e308, "activation": name})
        assert np.isnan(found.measure("log_ratio")).all()
    wide = sweep("gradient-size", {"depth": 3, "scale": [1e6, 1e20, 1e200], "width": 100})
    assert np.isfinite(wide.measure("log_ratio")).all()
