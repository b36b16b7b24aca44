"""What is saved comes back exactly; what is broken is refused; nothing is half written."""

from __future__ import annotations

import errno
import gc
import json
import os
import subprocess
import sys
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.sweep import storage
from analysis.sweep.storage import load, load_result, save, save_result

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


@pytest.mark.parametrize(
    ("facts", "error", "message"),
    [
        ({1: "a"}, TypeError, "facts must have strings for keys, not 1"),
        ({"a": [{"b": {2: 3}}]}, TypeError, r"facts\['a'\]\['b'\] must have strings for keys, not 2"),
        ({None: 1}, TypeError, "facts must have strings for keys, not None"),
        ({"f": float("inf")}, ValueError, "JSON compliant"),
    ],
)
def test_facts_that_would_come_back_changed(
    tmp_path: Path, facts: dict[Any, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        save(tmp_path / "run", {}, facts)
    assert list(tmp_path.iterdir()) == []


def test_a_mask_is_not_dropped(tmp_path: Path) -> None:
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    with pytest.raises(TypeError, match="arrays: m has a mask"):
        save(tmp_path / "run", {"x": np.ones(2), "m": masked}, {})
    with pytest.raises(TypeError, match="arrays must have strings for keys, not 1"):
        save(tmp_path / "run", {1: np.ones(2)}, {})  # type: ignore[dict-item]
    assert list(tmp_path.iterdir()) == []


def test_any_name_is_a_name(tmp_path: Path) -> None:
    arrays = {"file": np.arange(3), "args": np.ones(2), "allow_pickle": np.zeros(1), "self": np.array(7.0)}
    save(tmp_path / "run", arrays, {})
    back, _ = load(tmp_path / "run")
    assert back.keys() == arrays.keys()
    for name, x in arrays.items():
        np.testing.assert_array_equal(back[name], x)


def test_a_path_may_be_a_string(tmp_path: Path) -> None:
    save(str(tmp_path / "run"), ARRAYS, FACTS)
    assert load(str(tmp_path / "run"))[1] == FACTS
    for call in (lambda: save(3, {}, {}), lambda: load(3)):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="path must be a string or a Path, not 3"):
            call()


def test_a_broken_file_is_closed(tmp_path: Path) -> None:
    save(tmp_path / "run", ARRAYS, FACTS)
    whole = (tmp_path / "run.npz").read_bytes()
    (tmp_path / "run.npz").write_bytes(whole[: len(whole) // 2])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="corrupt"):
            load(tmp_path / "run")
        gc.collect()
    assert told == []


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (KeyboardInterrupt(), "^$"),
        (OSError(errno.ENOSPC, "No space left on device"), r"make room there.*run\.npz"),
        (
            PermissionError(errno.EACCES, "Permission denied"),
            r"\(Permission denied\).*name another folder.*run\.npz",
        ),
    ],
)
def test_an_interrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException, message: str
) -> None:
    save(tmp_path / "run", ARRAYS, FACTS)

    def stop(archive: zipfile.ZipFile, name: str, x: Any) -> None:
        archive.writestr(name, b"half")
        raise trouble

    monkeypatch.setattr(storage, "_write", stop)
    for name in ("run", "new"):
        with pytest.raises(type(trouble), match=message.replace("run", name)):
            save(tmp_path / name, ARRAYS, {"another": True})
    assert {p.name for p in tmp_path.iterdir()} == {"run.json", "run.npz"}
    assert load(tmp_path / "run")[1] == FACTS  # the former pair is whole


FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from analysis.sweep.storage import save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
facts = {"long": "x" * int(sys.argv[3])}
save(Path(sys.argv[1]), {"x": np.random.default_rng(0).random(int(sys.argv[2]))}, facts)
"""


@pytest.mark.skipif(os.name == "nt", reason="has no limit of this kind")
@pytest.mark.parametrize(
    ("numbers", "letters", "victim"), [(10_000, 0, ".npz"), (10, 9000, ".json"), (1000, 0, ".npz")]
)
def test_a_disk_that_is_full(tmp_path: Path, root: Path, numbers: int, letters: int, victim: str) -> None:
    """Files cannot grow beyond 5,000 bytes; the last one fails only when the buffer is flushed."""
    command = [sys.executable, "-c", FULL, str(tmp_path / "run"), str(numbers), str(letters)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert found.returncode == 1
    last = found.stderr.strip().splitlines()[-1]
    assert last.startswith("OSError: ") and last.endswith(repr(str(tmp_path / f"run{victim}")))
    assert "make room there, or name another folder, and run again" in last
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(dir: Path, prefix: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(dir / f"{prefix}a1b2"))

    monkeypatch.setattr(storage.tempfile, "mkstemp", refused)
    with pytest.raises(PermissionError) as caught:
        save(tmp_path / "run", ARRAYS, FACTS)
    assert caught.value.filename == str(tmp_path / "run.json") and ".part-" not in str(caught.value)


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
