"""``unstable-gradients``, also ``python -m unstable_gradients``:
what ``python -m analysis`` does, from any folder."""

import sys
from importlib import import_module

import unstable_gradients  # before anything of analysis: it sees to it that this is ours


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    assert unstable_gradients.__all__
    status: int = import_module("analysis.__main__").main(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
