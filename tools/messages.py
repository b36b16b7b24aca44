"""What is said in the terminal: at once, in letters that it has, and a known failure in one sentence."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

FULL = "The disk is full: make room for about 1 GB and call again"


class Stop(Exception):
    """The work ends here, for the reason in the message: one sentence that says what to do."""


def say(text: str, end: str = "\n") -> None:
    """Print at once; what the terminal's encoding does not have is escaped."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "backslashreplace").decode(encoding), end=end, flush=True)


def told(work: Callable[[], int]) -> int:
    """The exit code of this work, every failure that has a known cause told in one sentence."""
    try:
        return work()
    except Stop as stop:
        say(str(stop))
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES):
            raise
        why = f"The file {error.filename} cannot be used ({(error.strerror or '').lower()})."
        say(f"{FULL}." if error.errno == errno.ENOSPC else why)
        return 1
    except KeyboardInterrupt:
        say("\nStopped; the same call again takes it from here.")
        return 130
