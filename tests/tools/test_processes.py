"""Ctrl-C lets a child end in its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import processes


@pytest.mark.parametrize(("code", "ends"), [(2, True), (-2, True), (0, False)])
def test_ctrl_c_lets_a_child_end_in_its_own_way(project: Path, code: int, ends: bool) -> None:
    class Child:
        waits = 0

        def wait(self) -> int:
            self.waits += 1
            if self.waits < 3:
                raise KeyboardInterrupt
            return code

    if ends:
        with pytest.raises(KeyboardInterrupt):
            processes.exit_code(Child())
    else:
        assert processes.exit_code(Child()) == 0  # JupyterLab asks, and is told to shut down
