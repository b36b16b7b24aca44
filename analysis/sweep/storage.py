"""Results on disk: arrays in a .npz, everything else in a .json beside it.
No pickle, nothing half written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

import analysis

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Result = TypeVar("Result")
Arrays = dict[str, NDArray[Any]]
PART = ".part-"


def save(
    path: str | Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], command: str = ""
) -> None:
    """Write ``path``.npz and ``path``.json: the arrays exactly, and facts, command, versions and a digest of
    the arrays. Facts that are edited in the JSON are not noticed: they are there to be read and corrected.

    Each file appears whole or not at all, and a former pair stays until both can replace it; the JSON comes
    last, so a pair without it was interrupted. Raises TypeError where a fact is not JSON (strings, finite
    numbers, truth values, None, and lists, tuples and dicts with string keys of these) or an array has a
    mask, ValueError where a fact is NaN or infinite or an array holds objects, OSError naming the file that
    cannot be written.
    """
    path = _path(path)
    _check(arrays, facts)
    record = {
        "facts": dict(facts),
        "command": command,
        "versions": {
            "analysis": analysis.__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "digest": _digest(arrays),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _whole(_file(path, ".json")) as stream:
        stream.write(text.encode())
        stream.flush()
        with _whole(_file(path, ".npz")) as archive:
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
                for name, x in arrays.items():  # np.savez would not take an array called "file"
                    _write(members, name, x)
            archive.flush()
            _file(path, ".json").unlink(missing_ok=True)  # only now: the new pair is complete


def load(path: str | Path) -> tuple[Arrays, dict[str, Any]]:
    """The arrays and facts of ``path``.npz and ``path``.json; lists in the facts come back as tuples.

    Raises FileNotFoundError where one is missing, ValueError where they are corrupt or the arrays do not
    belong to the JSON.
    """
    path = _path(path)
    for suffix in (".json", ".npz"):
        if not _file(path, suffix).is_file():
            raise FileNotFoundError(f"{_file(path, suffix)}: no such file")
    try:
        record = json.loads(_file(path, ".json").read_text(encoding="utf-8"))
        with (
            open(_file(path, ".npz"), "rb") as stream,  # np.load would leave a broken file open
            np.load(stream, allow_pickle=False) as archive,
        ):
            arrays = {name: archive[name] for name in archive.files}
        digest, facts = record["digest"], record["facts"]
    except Exception as error:  # zipfile, zlib, json and numpy each raise their own
        raise ValueError(f"{path}: the recorded files are corrupt ({error}); record them again") from error
    if digest != _digest(arrays):
        raise ValueError(f"{path}: the .npz and the .json do not belong together; record them again")
    return arrays, _tuples(facts)


def save_result(path: str | Path, result: DataclassInstance, command: str = "") -> None:
    """Write a frozen result: its arrays to ``path``.npz, its other fields to ``path``.json, without loss."""
    values = {f.name: getattr(result, f.name) for f in fields(result)}
    arrays = {name: x for name, x in values.items() if isinstance(x, np.ndarray)}
    facts = {
        name: asdict(x) if is_dataclass(x) and not isinstance(x, type) else x
        for name, x in values.items()
        if name not in arrays
    }
    save(path, arrays, facts, command)


def load_result(kind: type[Result], path: str | Path) -> Result:
    """The result of that class that ``save_result`` wrote; raises FileNotFoundError or ValueError."""
    arrays, facts = load(path)
    hints = get_type_hints(kind)
    for name, x in facts.items():
        if isinstance(x, dict) and is_dataclass(hints.get(name)):
            facts[name] = hints[name](**x)
    try:
        return kind(**facts, **arrays)
    except TypeError as error:
        raise ValueError(f"{path}: does not hold a {kind.__name__} ({error})") from None


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content replaces ``path`` on success;
    on failure nothing of it is left, and an OSError names the file."""
    part = None
    try:
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=PART)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException as error:
        if part is not None:
            with suppress(OSError):
                os.unlink(part)
        if not isinstance(error, OSError) or (error.filename and PART not in str(error.filename)):
            raise  # an error that names its file already
        why = f"cannot be written ({error.strerror or error}); nothing of it is left"
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        advice = (
            f"{'make room there, or name another folder,' if full else 'name another folder'} and run again"
        )
        raise OSError(error.errno, f"{why}: {advice}", str(path)) from error


def _path(path: str | Path) -> Path:
    if not isinstance(path, str | Path):
        raise TypeError(f"path must be a string or a Path, not {path!r}")
    return Path(path)


def _check(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
    for what, given in (("arrays", arrays), ("facts", facts)):
        if not isinstance(given, Mapping):
            raise TypeError(f"{what} must be a dict, not {given!r}")
    for name, x in arrays.items():
        if not isinstance(name, str):
            raise TypeError(f"arrays must have strings for keys, not {name!r}")
        if isinstance(x, np.ma.MaskedArray):
            raise TypeError(
                f"arrays: {name} has a mask, which would be lost; save x.filled(…), or mask and data"
            )
    _check_keys("facts", facts)


def _check_keys(where: str, x: Any) -> None:
    """Raises TypeError where a key is not a string: JSON would make one of it."""
    if isinstance(x, Mapping):
        for key, inner in x.items():
            if not isinstance(key, str):
                raise TypeError(f"{where} must have strings for keys, not {key!r}")
            _check_keys(f"{where}[{key!r}]", inner)
    elif isinstance(x, list | tuple):
        for inner in x:
            _check_keys(where, inner)


def _write(archive: zipfile.ZipFile, name: str, x: NDArray[Any]) -> None:
    """One array as ``np.savez_compressed`` writes it."""
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array(member, np.asanyarray(x), allow_pickle=False)


def _file(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    total = hashlib.sha256()
    for name in sorted(arrays):
        x = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {x.dtype.str} {x.shape}\n".encode())
        total.update(x.tobytes())
    return total.hexdigest()


def _tuples(x: Any) -> Any:
    if isinstance(x, dict):
        return {name: _tuples(y) for name, y in x.items()}
    return tuple(_tuples(y) for y in x) if isinstance(x, list) else x
