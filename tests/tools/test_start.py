"""From make.py to the work in ``.venv``: its exit code comes back, and Ctrl-C is told once."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import interruptible
import pytest
from small_project import calls, posix, sentence, stand_in
from waiting import wait_for

from tools import environment, start


@posix
@pytest.mark.parametrize("code", [0, 1, 5])
def test_the_work_is_done_by_the_environments_python(
    project: Path, capfd: pytest.CaptureFixture[str], code: int
) -> None:
    stand_in(project)
    (project / "book" / "slides.py").write_text(
        f"import sys\nprint(sys.prefix, flush=True)\nsys.exit({code})\n", encoding="utf-8"
    )
    assert start.start(["slides"]) == (1 if code else 0)
    out = capfd.readouterr().out
    assert str(project / ".venv") in out.splitlines()
    assert calls(project) == ["venv --python", "pip install"]
    assert sentence(out).startswith("The slides were not built") if code else "The slides are built" in out


@posix
def test_ctrl_c_in_the_work_is_told_once(project: Path) -> None:
    stand_in(project)
    environment.set_up()
    running = project / "running"
    (project / "book" / "slides.py").write_text(
        f"import pathlib, time\npathlib.Path({str(running)!r}).touch()\ntry:\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('in its own way', flush=True)\n    raise SystemExit(2)\n",
        encoding="utf-8",
    )
    command = [sys.executable, str(project / "make.py"), "slides"]
    child = interruptible.started(command, text=True, env={**os.environ, "PYTHONUTF8": "1"})
    wait_for(running.exists)
    os.killpg(child.pid, signal.SIGINT)  # the terminal sends it to all
    output, _ = child.communicate(timeout=60)
    assert output == "in its own way\n\nStopped; the same call again takes it from here.\n"
    assert child.returncode == 130


@pytest.mark.parametrize(
    "arguments",
    [["bok"], ["book", "--port", "x"], ["test", "--quick", "--all"], ["refresh", "99"], ["test", "99"]],
)
def test_what_is_wrong_with_the_call_is_said_before_any_work(project: Path, arguments: list[str]) -> None:
    try:
        assert start.start(arguments) == 1
    except SystemExit as stop:
        assert stop.code == 2
    assert not (project / ".venv").exists() and not (project / "build").exists()
