"""From the command line to ``.venv``: what make.py calls, in whatever Python runs it."""

from __future__ import annotations

from tools import commands, environment, processes
from tools.messages import told


def work(arguments: list[str]) -> int:
    """Say what is wrong at once; else set up .venv, and do the work in it."""
    commands.check(commands.parse(arguments))
    environment.set_up()
    code, _ = processes.wait(processes.started("-m", "tools", *arguments))
    return code  # what Ctrl-C ended has said so


def start(arguments: list[str]) -> int:
    """The exit code of what the command line says."""
    return told(lambda: work(arguments))
