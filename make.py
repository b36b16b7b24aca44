"""Read, test and work on the book: ``python3 make.py book | slides | pdf | test | lab | refresh | torch | bench``.

This file finds a Python that is new enough; ``tools`` then makes ``.venv`` and works in it. Standard library only, and in
the syntax of an old Python 3: whoever starts it with one is told so in a sentence instead of a SyntaxError.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "py -3")


def newer_python() -> "list[str]":
    """The command of a Python on the PATH that is new enough and really runs; [] if there is none."""
    check = "import sys; sys.exit(sys.version_info < ({0}, {1}))".format(*OLDEST)
    with open(os.devnull, "w") as nowhere:
        for name in NEWER:
            command = name.split()
            try:
                code = subprocess.call(command + ["-c", check], stdout=nowhere, stderr=nowhere)
            except OSError:
                continue
            if code == 0:
                return command
    return []


def relaunch(arguments: "list[str]") -> int:
    """The exit code of the same work done by a newer Python; a sentence and 1 where there is none."""
    command = newer_python()
    if not command:
        print(
            "This is Python {0}.{1}; the book needs {2}.{3} or newer, and none was found on the PATH: "
            "install one and call make.py with it.".format(*(tuple(sys.version_info[:2]) + OLDEST))
        )
        return 1
    child = subprocess.Popen(command + [os.path.join(ROOT, "make.py")] + arguments)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            pass  # Ctrl-C reaches the child too, which says what is to be said


def main(arguments: "list[str]") -> int:
    """Set up ``.venv`` and do in it what the command line says; the exit code of the work."""
    if sys.version_info < OLDEST:
        return relaunch(arguments)
    sys.path.insert(0, ROOT)  # not there with python3 -P
    from tools.start import start

    return start(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
