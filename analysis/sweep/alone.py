"""One run at a time in a folder of results, so that two runs that share it never compute the same twice."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover -- Windows
    fcntl = None  # type: ignore[assignment]

NAME = "in-use.lock"
_POLL = 0.1  # seconds
_here: dict[Path, threading.Lock] = {}
_guard = threading.Lock()


@contextmanager
def alone(folder: Path | None) -> Iterator[None]:
    """Makes the folder, waits until no other run works in it, and keeps others waiting until the block ends;
    None: no folder.

    The lock is the operating system's, on the file ``in-use.lock``, which is gone afterwards. It ends with
    the process that holds it, however that dies, and the next run takes over. A run that waits says for whom.
    On a network folder it holds between machines as far as the file system has locks (NFS 4 has). Where there
    are none, where nothing can be written, and between processes on Windows, runs are not kept apart: then
    the same may be computed twice, with the same results.
    """
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with _guard:
        mine = _here.setdefault(
            folder.resolve(), threading.Lock()
        )  # the system's lock is one for all threads
    if not mine.acquire(blocking=False):
        _say(folder, "another run of this process")
        mine.acquire()
    file = None
    try:
        file = _locked(folder)
        yield
    finally:
        if file is not None:
            with suppress(OSError):
                (folder / NAME).unlink()
            os.close(file)
        mine.release()


def _locked(folder: Path) -> int | None:
    """The descriptor of the lock file, locked; None where there can be none."""
    if fcntl is None:  # pragma: no cover -- Windows
        return None
    told = False
    while True:
        try:
            file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is(file, folder / NAME):
                _sign(file)
                return file
        except (BlockingIOError, PermissionError):  # held by another
            if not told:
                _say(folder, _owner(os.read(file, 1000)))
                told = True
            time.sleep(_POLL)
        except OSError:  # the file system has no locks
            os.close(file)
            return None
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _is(file: int, path: Path) -> bool:
    """True unless the former owner removed the file since it was opened:
    a lock on it would keep nobody away."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False


def _sign(file: int) -> None:
    """Write down who has the lock, for those who wait."""
    with suppress(OSError):  # a full disk
        os.ftruncate(file, 0)
        os.write(file, json.dumps({"process": os.getpid(), "machine": socket.gethostname()}).encode())


def _owner(text: bytes) -> str:
    with suppress(ValueError, KeyError, TypeError):
        record = json.loads(text)
        return f"process {record['process']} on {record['machine']}"
    return "another process"


def _say(folder: Path, who: str) -> None:
    logging.getLogger(__name__).warning("%s: waiting for %s, which works in this folder", folder, who)
