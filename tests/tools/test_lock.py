"""Two calls at once: the second says whom it waits for, and waits."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import interruptible
import pytest
from small_project import calls, posix, script, sentence, stand_in
from waiting import wait_for

from tools import lock, places

SET_UP = "import sys; sys.dont_write_bytecode = True; import make; sys.exit(make.main(['slides']))"


def started_set_up(project: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SET_UP]
    return interruptible.started(command, cwd=project, text=True, env={**os.environ, "PYTHONUTF8": "1"})


@pytest.fixture
def first(project: Path) -> Iterator[subprocess.Popen[str]]:
    """A make.py that is in the middle of installing, until there is a file called go."""
    stand_in(project, f'while [ ! -e "{project}/go" ]; do sleep 0.05; done')
    script(project / "bin" / "nothing", "")
    child = started_set_up(project)
    noted = project / "calls"
    wait_for(lambda: noted.exists() and "pip install" in noted.read_text(encoding="utf-8"))
    yield child
    (project / "go").touch()
    child.kill()
    child.communicate()


def told_to_wait(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


@posix
def test_the_second_waits_for_the_first(project: Path, first: subprocess.Popen[str]) -> None:
    second = started_set_up(project)
    assert told_to_wait(second) == (
        f"Another make.py (process {first.pid}) is setting up .venv: waiting ...\n"
    )
    (project / "go").touch()
    outputs = [child.communicate(timeout=60)[0] for child in (first, second)]
    assert ".venv is ready" in outputs[0] and "Making" not in outputs[1]
    assert calls(project) == ["venv --python", "pip install"]
    assert "The slides were not built" in sentence(outputs[1])  # it went on: there is no book/slides.py


@posix
def test_ctrl_c_while_waiting(project: Path, first: subprocess.Popen[str]) -> None:
    second = started_set_up(project)
    told_to_wait(second)
    os.killpg(second.pid, signal.SIGINT)
    assert sentence(second.communicate(timeout=60)[0]).startswith("Stopped;")
    assert second.returncode == 130 and first.poll() is None


@posix
def test_the_lock_of_a_dead_process_is_taken_over(project: Path, first: subprocess.Popen[str]) -> None:
    second = started_set_up(project)
    told_to_wait(second)
    first.kill()
    (project / "go").touch()
    assert ".venv is ready" in second.communicate(timeout=60)[0]
    assert calls(project) == ["venv --python", "pip install"] * 2


@posix
@pytest.mark.parametrize("content", ["", "1", "{alive}", "梯", "-1"])
def test_what_stands_in_a_lock_that_nobody_holds_is_no_matter(project: Path, content: str) -> None:
    """Empty, of a process that lives under this number by chance, or garbled."""
    places.build().mkdir()
    (places.build() / "set-up.lock").write_text(content.format(alive=os.getppid()), encoding="utf-8")
    with lock.alone("set-up", "setting up .venv"):
        assert (places.build() / "set-up.lock").read_text(encoding="utf-8") == str(os.getpid())


@pytest.mark.parametrize(("number", "held"), [(errno.EACCES, False), (errno.ENOTSUP, True), (0, True)])
def test_the_lock_on_windows(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, held: bool
) -> None:
    """With a stand-in for msvcrt: the byte that is locked lies beyond the number that others read."""
    places = []

    def locking(file: int, mode: str, count: int) -> None:
        places.append((os.lseek(file, 0, os.SEEK_CUR), mode, count))
        if number:
            raise OSError(number, os.strerror(number))

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK="now or never", locking=locking))
    with (tmp_path / "lock").open("w") as file, monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        assert lock.try_lock(file.fileno()) is held
    ((place, mode, count),) = places
    assert place > 1000 and (mode, count) == ("now or never", 1)
