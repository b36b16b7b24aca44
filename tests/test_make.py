"""``make.py``: whoever starts it with an old Python is told so in a sentence, or served by a newer one that
is there."""

from __future__ import annotations

import ast
import importlib
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_project import posix, script, sentence

import make


def old_pythons() -> list[str]:
    """Every interpreter older than 3.11 that lies about."""
    named = [shutil.which(f"python3.{minor}") for minor in range(4, 11)]
    kept = [str(p) for p in (Path.home() / ".pyenv" / "versions").glob("3.*/bin/python3")]
    check = "import sys; sys.exit(not sys.version_info < (3, 11))"
    return [
        path
        for path in [*filter(None, named), *sorted(kept)]
        if subprocess.run([path, "-c", check], capture_output=True, check=False).returncode == 0
    ]


def newer_syntax(source: str) -> list[int]:
    """The lines that Python 3.0 would not read, or whose hints it could not evaluate."""
    tree = ast.parse(source, feature_version=(3, 0))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    found = [node.lineno for node in ast.walk(tree) if isinstance(node, newer)]
    hints = [n.returns for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    hints += [n.annotation for n in ast.walk(tree) if isinstance(n, ast.arg)]
    for hint in filter(None, hints):
        found += [n.lineno for n in ast.walk(hint) if isinstance(n, ast.Subscript | ast.BinOp)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.cause, ast.Constant):  # from None
            found.append(node.lineno)
        spread = node.args[:-1] if isinstance(node, ast.Call) else getattr(node, "elts", [])
        found += [node.lineno for n in spread if isinstance(n, ast.Starred)]
    return sorted(found)


def test_its_syntax_is_that_of_an_old_python(root: Path) -> None:
    assert newer_syntax((root / "make.py").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = f'{1}'", "x: int = 1", "print(x := 1)", "def f(a: list[str]): pass", "def f() -> "
        "int | None: pass",
        "raise x from None", "print(*x, 1)", "match x:\n case 1: pass", "async def f(): pass", "x = 1_000",
        "def f(a, /): pass", "x = a @ b",
    ],
)  # fmt: skip
def test_a_newer_syntax_is_found(line: str) -> None:
    try:
        found = newer_syntax(line)
    except SyntaxError:
        return
    assert found


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """(module, whether it stands at the top) of every import in this file; ``from tools import x`` names
    tools.x."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in tree.body) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module
            names = (
                [f"tools.{alias.name}" for alias in node.names] if node.module == "tools" else [node.module]
            )
            yield from ((name, node in tree.body) for name in names)


def test_before_the_environment_is_there_only_the_standard_library_is_used(root: Path) -> None:
    """make.py, and whatever comes in when it imports tools.start: read from the files, and tried with no
    packages at hand."""
    assert {name for name, top in imports(root / "make.py") if top} <= sys.stdlib_module_names
    assert {name for name, top in imports(root / "make.py") if not top} == {"tools.start"}
    seen, waiting = set(), ["tools.start"]
    while waiting:
        name = waiting.pop()
        if name.split(".")[0] in ("tools", "make") and name not in seen:
            seen.add(name)
            path = root / f"{name.replace('.', '/')}.py"
            waiting += [other for other, top in imports(path) if top]
        else:
            assert name.split(".")[0] in sys.stdlib_module_names | {"tools", "make"}, name
    assert {"tools.environment", "tools.commands", "tools.lock"} <= seen
    code = "import tools.start; import tools.test; import tools.bench; import tools.lab; import tools.slides"
    alone = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {code}"]
    subprocess.run(alone, check=True)


def test_the_oldest_python_is_that_of_pyproject(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={make.OLDEST[0]}.{make.OLDEST[1]}"
    assert importlib.import_module("tools.environment").OLDEST == make.OLDEST


@posix
def test_an_old_python_is_told_so_in_a_sentence(root: Path, tmp_path: Path) -> None:
    for python in old_pythons()[:3]:
        shown = subprocess.run(
            [python, str(root / "make.py"), "book"],
            env={"PATH": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert shown.returncode == 1
        assert "3.11 or newer" in sentence(shown.stdout), python


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH of an old Python."""
    monkeypatch.setattr(make.sys, "version_info", (3, 8, 18))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("programs")
def test_an_old_python_with_no_other_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert make.main(["book"]) == 1
    assert "This is Python 3.8; the book needs 3.11 or newer" in sentence(capsys.readouterr().out)


@posix
def test_an_old_python_hands_over_to_one_that_runs(programs: Path) -> None:
    script(programs / "python3.13", "exit 127")  # a shim with nothing behind it
    script(programs / "python3.12", f'echo "$@" >> "{programs}/calls"; [ "$1" = -c ] && exit 0; exit 7')
    assert make.main(["test", "-k", "quarter"]) == 7
    called = (programs / "calls").read_text(encoding="utf-8").splitlines()
    assert called[-1] == f"{make.ROOT}/make.py test -k quarter"


@posix
def test_it_is_found_whoever_starts_it(root: Path, tmp_path: Path) -> None:
    """From another folder, and with a Python that does not look beside the script."""
    for option in ("-B", "-P"):
        command = [sys.executable, option, str(root / "make.py"), "bok"]
        shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert shown.returncode == 2 and "invalid choice: 'bok'" in shown.stderr
