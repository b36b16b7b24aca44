"""What is saved comes back exactly; what is broken is refused; nothing is half written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.experiments import storage
from analysis.experiments.storage import load, load_result, save, save_result

ARRAYS = {
    "x": np.array([[0.1, np.nan], [np.inf, -0.0]]),
    "n": np.arange(3, dtype=np.int32),
    "f": np.float32([1e-40]),
}
FACTS = {"sizes": (64, 30, 10), "name": "digits", "eta": 0.1, "nested": {"seeds": (0, 1)}, "none": None}


def test_arrays_and_facts_come_back(tmp_path: Path) -> None:
    save(tmp_path / "deep" / "run", ARRAYS, FACTS, "the command")
    arrays, facts = load(tmp_path / "deep" / "run")
    assert facts == FACTS
    assert arrays.keys() == ARRAYS.keys()
    for name, x in ARRAYS.items():
        assert arrays[name].dtype == x.dtype and arrays[name].tobytes() == x.tobytes()
    record = json.loads((tmp_path / "deep" / "run.json").read_text(encoding="utf-8"))
    assert record["command"] == "the command" and set(record["versions"]) == {"analysis", "python", "numpy"}


def test_no_pickle(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        save(tmp_path / "run", {"x": np.array([object()])}, {})
    with pytest.raises(TypeError, match="not JSON serializable"):
        save(tmp_path / "run", {}, {"f": object()})
    with pytest.raises(ValueError, match="JSON compliant"):
        save(tmp_path / "run", {}, {"f": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "run", ARRAYS, FACTS)

    def stop(stream: Any, **rest: Any) -> None:
        stream.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(storage.np, "savez_compressed", stop)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "run", ARRAYS, FACTS)
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]
    with pytest.raises(FileNotFoundError, match=r"run\.json: no such file"):
        load(tmp_path / "run")


def test_broken_and_foreign_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.json: no such file"):
        load(tmp_path / "nothing")
    save(tmp_path / "run", ARRAYS, FACTS)
    whole = (tmp_path / "run.npz").read_bytes()
    (tmp_path / "run.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="run: the recorded files are corrupt"):
        load(tmp_path / "run")
    (tmp_path / "run.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"run\.npz: no such file"):
        load(tmp_path / "run")
    save(tmp_path / "other", {**ARRAYS, "n": ARRAYS["n"].view(np.uint32)}, FACTS)
    (tmp_path / "other.npz").replace(tmp_path / "run.npz")
    with pytest.raises(ValueError, match=r"run: the \.npz and the \.json do not belong together"):
        load(tmp_path / "run")
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="run: the recorded files are corrupt"):
        load(tmp_path / "run")


@dataclass(frozen=True)
class Inner:
    n: int
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outer:
    inner: Inner
    levels: tuple[float, ...]
    x: Any


def test_a_result_with_parameters_comes_back(tmp_path: Path) -> None:
    result = Outer(Inner(3, ("a", "b")), (0.05, 0.5), np.array([1.5]))
    save_result(tmp_path / "run", result)
    back = load_result(Outer, tmp_path / "run")
    assert back.inner == result.inner and back.levels == result.levels
    np.testing.assert_array_equal(back.x, result.x)
    with pytest.raises(ValueError, match="run: does not hold a Inner"):
        load_result(Inner, tmp_path / "run")
