"""The work, by .venv's Python: make.py calls this with its own command line."""

from __future__ import annotations

import sys

from tools import commands
from tools.messages import told


def main(arguments: list[str]) -> int:
    """The exit code of what the command line says, done in this environment."""
    return told(lambda: commands.run(commands.parse(arguments)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
