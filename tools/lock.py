"""One ``make.py`` at a time, where two would be in each other's way."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator

from tools import places
from tools.messages import say


def try_lock(file: int) -> bool:
    """Lock an open file for this process, until it is closed; False where another process has it.

    The system gives the lock back when its holder ends, however it ends.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, 1 << 20, os.SEEK_SET)  # far from the number, or others could not read it
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)  # some network drives know no locks: go on
    return True


@contextlib.contextmanager
def alone(name: str, what: str) -> Iterator[None]:
    """Be the only make.py that does this in this checkout; a second one says whom it waits for, and waits."""
    places.build().mkdir(parents=True, exist_ok=True)
    path = places.build() / f"{name}.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        tries = 0
        while not try_lock(file):
            tries += 1
            if tries == 2:  # by now the other has written down its number
                other = path.read_text(encoding="ascii", errors="replace").strip()
                say(f"Another make.py{f' (process {other})' if other else ''} is {what}: waiting ...")
            time.sleep(0.1)
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(file)
