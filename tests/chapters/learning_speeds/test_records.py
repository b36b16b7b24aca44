"""The recorded runs are what the code gives: a sample of each is run again.
And the recorder itself, in small."""

from __future__ import annotations

import errno
import importlib
import os
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from sampling import sampled

from analysis.chapters.learning_speeds import learning_speeds as speeds_module
from analysis.chapters.learning_speeds import make_records as record
from analysis.chapters.learning_speeds import records as recorded
from analysis.chapters.learning_speeds import replay
from analysis.chapters.learning_speeds.gradient_bars import gradient_bars
from analysis.chapters.learning_speeds.learning_speeds import learning_speeds
from analysis.chapters.learning_speeds.near_optimum import blind_cost, rescaled_descent
from analysis.numeric.data import Dataset
from analysis.numeric.descent import descend
from analysis.numeric.initialise import nielsen
from analysis.numeric.speed_statistics import NIELSEN_DECIMALS, NIELSEN_SPEEDS, monotone
from analysis.sweep import recording

RUNS = [(d, i, h) for d in recorded.DATA for i in recorded.INITIALISERS for h in recorded.HIDDEN]


def images(name: str, root: Path) -> Dataset:
    folder = root.parent / "shared" / "data" / "mnist"
    if name == "mnist" and not folder.is_dir():
        pytest.skip("MNIST is not here")
    return record.images(name, folder)


@pytest.mark.parametrize(("name", "initialiser", "hidden"), sampled(RUNS, 3))
def test_a_sample_run_again_gives_what_was_recorded(
    root: Path, name: str, initialiser: str, hidden: int
) -> None:
    bands, start = (f(name, initialiser, hidden) for f in (recorded.trained_bands, recorded.initial_speeds))
    assert start.parameters.seeds == tuple(range(200)) and start.parameters.epochs == 0
    assert bands.parameters.seeds == tuple(range(len(bands.final))) and bands.parameters.epochs == 500
    data = images(name, root)
    epochs = 20 if name == "digits" else 8
    again = learning_speeds(
        data, bands.parameters.sizes, seeds=range(2), initialiser=initialiser, epochs=epochs, stack=2
    )
    for kept in (bands.parameters, start.parameters):
        for what in ("digest", "images", "sizes", "initialiser", "zero_biases", "eta", "decay"):
            assert getattr(kept, what) == getattr(again.parameters, what)
    np.testing.assert_allclose(start.speeds[:2, 0], again.speeds[:, 0], rtol=1e-10)
    np.testing.assert_allclose(start.cost[:2, 0], again.cost[:, 0], rtol=1e-10)
    np.testing.assert_allclose(bands.shown[:2, : epochs + 1], again.speeds, rtol=2e-7)


@pytest.mark.parametrize(("name", "initialiser", "hidden"), RUNS)
def test_bands_fit_the_initial_speeds_and_themselves(name: str, initialiser: str, hidden: int) -> None:
    bands, start = (f(name, initialiser, hidden) for f in (recorded.trained_bands, recorded.initial_speeds))
    trained = len(bands.parameters.seeds)
    assert trained == (200 if initialiser == "nielsen" else 60)
    np.testing.assert_allclose(
        bands.median("speeds")[0], np.median(start.speeds[:trained, 0], axis=0), rtol=2.5e-4
    )
    np.testing.assert_allclose(bands.median("speeds")[-1], np.median(bands.final, axis=0), rtol=2.5e-4)
    np.testing.assert_allclose(bands.median("cost")[-1], np.median(bands.final_cost), rtol=1e-6)
    assert bands.monotone[0] == np.float32(monotone(start.speeds[:trained, 0]).mean())
    for x in (
        bands.speeds,
        bands.weight_speeds,
        bands.displacement,
        bands.learned,
        bands.cost,
        bands.accuracy,
    ):
        assert x.shape[:2] == (5, 501) and (np.diff(x, axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("name", "initialiser"), sampled(list(product(recorded.DATA, recorded.INITIALISERS)), 2)
)
def test_bars_run_again(root: Path, name: str, initialiser: str) -> None:
    kept = recorded.bars(name, initialiser)
    again = gradient_bars(images(name, root), kept.sizes, seeds=kept.seeds, initialiser=initialiser)
    np.testing.assert_allclose(kept.gradient, again.gradient, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("seed", sampled(range(10), 1))
@pytest.mark.parametrize("hidden", sampled(recorded.HIDDEN, 1))
def test_the_way_beyond_the_plateau_run_again(root: Path, hidden: int, seed: int) -> None:
    kept, data = recorded.beyond_the_plateau("digits", hidden), images("digits", root)
    assert len(kept.start_speeds) == 10
    start = nielsen(kept.sizes, np.random.default_rng(seed))
    curves, (end,) = descend([start], data.images, data.targets, epochs=kept.epochs, eta=0.1, decay=5.0)
    np.testing.assert_allclose(
        curves.speeds[0, [0, -1]], [kept.start_speeds[seed], kept.end_speeds[seed]], rtol=1e-8
    )
    np.testing.assert_allclose(
        curves.cost[0, [0, -1]], [kept.start_cost[seed], kept.end_cost[seed]], rtol=1e-10
    )
    assert (
        curves.accuracy[0, 0] == kept.start_accuracy[seed]
        and curves.accuracy[0, -1] == kept.end_accuracy[seed]
    )
    for fixed, costs in enumerate((kept.all_layers_cost, kept.first_fixed_cost)):
        again, _ = rescaled_descent(end, data, steps=kept.steps, step=kept.step, fixed=fixed, stop=10)
        np.testing.assert_allclose(costs[seed, :11], again, rtol=1e-6)
    assert kept.blind_cost == pytest.approx(blind_cost(data), rel=1e-12)
    assert kept.seeds == tuple(range(10)) and kept.initialiser == "nielsen"


def test_nielsens_speeds_lie_among_ours_only_under_his_initialiser() -> None:
    for hidden in recorded.HIDDEN:
        his, told = (recorded.initial_speeds("mnist", i, hidden).speeds[:, 0] for i in recorded.INITIALISERS)
        stated, half = np.array(NIELSEN_SPEEDS[hidden]), 0.5 * 10.0 ** -NIELSEN_DECIMALS[hidden]
        inside = [(x.min(0) <= stated + half) & (stated - half <= x.max(0)) for x in (his, told)]
        assert inside[0].all() and not inside[1].any()


def test_the_files_are_small_and_complete() -> None:
    files = [p for p in recorded.FOLDER.iterdir() if not p.name.startswith("replay-")]
    assert sum(p.stat().st_size for p in files) < 2_000_000
    expected = {recorded.run_name(*run) for run in RUNS}
    expected |= {f"{x}-initial" for x in expected}
    expected |= {f"{recorded.run_name(d, i, 2)}-bars" for d in recorded.DATA for i in recorded.INITIALISERS}
    expected |= {
        f"{recorded.run_name(d, 'nielsen', h)}-near-optimum" for d in recorded.DATA for h in recorded.HIDDEN
    }
    assert {p.name.removesuffix(p.suffix) for p in files} == expected
    assert len(files) == 2 * len(expected)


def test_an_unknown_run_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="data must be one of digits, mnist, not 'cifar'"):
        recorded.bars("cifar")
    with pytest.raises(ValueError, match="initialiser must be one of nielsen, gaussian, not 'he'"):
        recorded.initial_speeds("digits", "he", 2)
    with pytest.raises(ValueError, match="hidden must be one of 2, 3, 4, not 5"):
        recorded.trained_bands("digits", "nielsen", 5)


@pytest.fixture
def in_small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"IMAGES": 30, "EPOCHS": 3, "SEEDS": range(3), "NEAR_OPTIMUM_SEEDS": range(1)}.items():
        monkeypatch.setattr(record, name, value)
    monkeypatch.setattr(record, "TRAINED_SEEDS", {"nielsen": range(5), "gaussian": range(2)})


@pytest.mark.usefixtures("in_small")
def test_the_recorder_is_interrupted_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    into, checkpoints = tmp_path / "into", tmp_path / "checkpoints"
    command = ["--only", "digits", "--into", str(into), "--checkpoints", str(checkpoints)]
    real, trained = speeds_module._descend, []

    def once(data: object, parameters: object, seeds: tuple[int, ...]) -> object:
        if parameters.epochs == 3:  # type: ignore[attr-defined]
            if seeds == (4,) and not trained[1:]:
                trained.append("interrupted")
                raise KeyboardInterrupt
            trained.append(seeds)
        return real(data, parameters, seeds)  # type: ignore[arg-type]

    monkeypatch.setattr(speeds_module, "_descend", once)
    assert record.main(command) == 130
    assert "interrupted; the same command goes on" in capsys.readouterr().err
    assert record.main(command) == 0
    assert trained[:3] == [(0, 1, 2, 3), "interrupted", (4,)]
    assert recorded.trained_bands("digits", "nielsen", 2, into).parameters.seeds == (0, 1, 2, 3, 4)
    assert recorded.initial_speeds("digits", "gaussian", 4, into).speeds.shape == (3, 1, 4)
    assert recorded.bars("digits", folder=into).gradient.shape == (5, 2, 30)
    assert recorded.beyond_the_plateau("digits", 3, into).steps == 300
    assert list(checkpoints.iterdir()) == []  # nothing stale for a later run to take up


@pytest.mark.usefixtures("in_small")
def test_the_recorder_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert record.main(["--only", "mnist", "--mnist", str(tmp_path), "--into", str(tmp_path / "into")]) == 1
    assert "holds no MNIST train images" in capsys.readouterr().err
    assert not (tmp_path / "into").exists()


def test_the_runs_of_the_slider_are_made_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = replay.run
    monkeypatch.setattr(replay, "run", lambda name: whole(name, epochs=1))
    asked: list[str] = []
    monkeypatch.setattr(record, "record", lambda name, *rest: asked.append(name))
    monkeypatch.setattr(record, "images", lambda *which: None)
    into = ["--into", str(tmp_path / "into"), "--checkpoints", str(tmp_path)]
    assert record.main([*into, "--only", "replay"]) == 0 and asked == []
    for name in replay.INITIALISERS:
        assert replay.recorded(name, tmp_path / "into").speeds.shape == (2, 4)
        kept = (tmp_path / "into" / f"replay-{name}.json").read_text(encoding="utf-8")
        assert '"python -m analysis record learning_speeds --only replay"' in kept
    monkeypatch.setattr(replay, "record", lambda into, command: asked.append("replay"))
    assert record.main(into) == 0 and asked == ["digits", "mnist", "replay"]


def test_checkpoints_lie_in_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, shared = tmp_path / "cache", tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr("pooch.os_cache", lambda project: cache / project)
    monkeypatch.setattr(recording.tempfile, "tempdir", str(shared))
    assert recording.own_folder() == cache / "unstable-gradients" / "runs"
    assert list(shared.iterdir()) == []
    (tmp_path / "cache").rename(tmp_path / "gone")
    (tmp_path / "cache").write_text("")  # a cache that cannot be written
    first, second = recording.own_folder(), recording.own_folder()
    assert first != second and {first, second} == set(shared.iterdir())
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in (first, second)) or os.name == "nt"


@pytest.mark.usefixtures("in_small")
def test_the_recorder_without_a_folder_of_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / "cache" / project)
    kept = tmp_path / "cache" / "unstable-gradients" / "runs"

    def interrupted(*arguments: object) -> None:
        assert kept.is_dir()
        raise KeyboardInterrupt

    monkeypatch.setattr(record, "record", interrupted)
    assert record.main(["--only", "digits", "--into", str(tmp_path / "into")]) == 130
    assert f"the same command goes on, with --checkpoints {kept}" in capsys.readouterr().err
    monkeypatch.setattr(record, "record", lambda *arguments: None)
    assert record.main(["--only", "digits", "--into", str(tmp_path / "into")]) == 0
    assert not kept.exists()


PROGRAMS = {
    "normalisation.records": "growth_by_batch",
    "clipping.records": "deep_training",
    "pretraining.records": "finetuning",
    "gates.records": "sequence_training",
    "residual.records": "residual_training",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_says_what_is_wrong(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, into = importlib.import_module(f"analysis.chapters.{name}"), str(tmp_path / "into")
    calls: list[object] = []
    cases: list[tuple[BaseException, int, str]] = [
        (OSError(errno.ENOSPC, "no room", "a file"), 1, "no room: 'a file'"),
        (ValueError("a bad value"), 1, "a bad value\n"),
        (KeyboardInterrupt(), 130, "interrupted; the same command makes the runs that are not there yet"),
    ]

    def trained(*arguments: object, **more: object) -> None:
        calls.append(more)
        raise cases[len(calls) - 1][0]

    monkeypatch.setattr(program, PROGRAMS[name], trained)
    assert program.main(["--into", into, "--only", "no such run"]) == 1 and not calls
    assert "--only must be a part of a run's name, and 'no such run' is in none" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert program.main(["--into", str(tmp_path / "file")]) == 1 and not calls
    assert "file" in capsys.readouterr().err
    for _, status, says in cases:
        assert program.main(["--into", into]) == status
        assert says in capsys.readouterr().err
    assert len(calls) == 3


def test_a_folder_that_cannot_be_written_is_told_of_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recording.os, "access", lambda path, mode: False)
    monkeypatch.setattr(record, "learning_speeds", None)  # not callable
    for main in (record.main, importlib.import_module("analysis.chapters.clipping.records").main):
        assert main(["--into", str(tmp_path / "into")]) == 1
        assert "cannot be written: name another folder" in capsys.readouterr().err
