"""Child processes for tests that press Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Any


def started(command: list[str], **options: Any) -> subprocess.Popen[Any]:
    """The command in a process group of its own, its prints caught,
    that hears SIGINT even if these tests run in the background.

    A shell starts what it sends to the background with SIGINT ignored, and children inherit that.
    """
    if os.name != "nt":
        options["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, **options
    )
