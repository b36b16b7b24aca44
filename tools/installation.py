"""The steps of the set-up that may take minutes and fail: their output in ``build/set-up.log``, their
failure in a sentence."""

from __future__ import annotations

import re
import subprocess
import sys
import time

from tools import places
from tools.messages import FULL, Stop, say
from tools.variables import child_environment

OFFLINE = re.compile(
    "Failed to establish|name resolution|Name or service not known|getaddrinfo|[Nn]etwork is unreachable"
    "|[Cc]onnection ?(refused|reset|error|aborted)|ConnectTimeout|timed out|dns error|[Pp]roxyError"
    "|error sending request|tcp connect|[Ff]ailed to fetch|NewConnectionError"
)
"""What pip and uv print where the package index cannot be reached."""


def run_logged(command: list[str], what: str) -> None:
    """Run one step of the set-up with its output in build/set-up.log; raises Stop where it fails."""
    log = places.build() / "set-up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    lines: list[str] = []
    with log.open("a", encoding="utf-8", errors="backslashreplace") as out:
        out.write("$ " + " ".join(command) + "\n")
        child = subprocess.Popen(
            command,
            cwd=places.ROOT,
            env=child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            assert child.stdout is not None
            for raw in child.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                lines.append(line)
                out.write(line + "\n")
                if sys.stdout.isatty():
                    shown = f"  {time.monotonic() - start:3.0f} s  {line.strip()}"
                    say("\r" + shown[:100].ljust(100), end="")
            code = child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if sys.stdout.isatty() and lines:
        say("\r" + " " * 100 + "\r", end="")
    if code:
        raise Stop(reason(what, code, lines))


def reason(what: str, code: int, lines: list[str]) -> str:
    """One sentence on why a step of the set-up failed, from what it printed."""
    text = "\n".join(lines)
    where = " (everything it said is in build/set-up.log)."
    if "DO NOT MATCH THE HASHES" in text or "ash mismatch" in text:
        return "A downloaded package is not the one in requirements.lock, so nothing of it was used" + where
    if "No space left on device" in text:
        return FULL + where
    if OFFLINE.search(text):
        return "The package index could not be reached: see to the network and call again" + where
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return f"The set-up stopped, for {what} failed with exit code {code}: {last.rstrip('.')}{where}"
