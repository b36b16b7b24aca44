"""The names that ``import analysis`` offers: each loads, says what it is and runs its example;
little else is needed for it.

The command line and the name ``unstable_gradients`` work from any folder,
one with an ``analysis`` of the user's own included.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import analysis
import unstable_gradients
from analysis import __main__ as command
from analysis.numeric.optional import of_book

DATA = {"ACTIVATIONS", "CLAIMS", "RELU", "SIGMOID", "TANH"}
"""What is no function and no class: its example stands in the docstring of the package."""
LIBRARY = ("symbolic", "numeric", "claims", "sweep", "exercises")
COMPILED = {
    "analysis.numeric.fused.tiles",
    "analysis.numeric.fused.vectorised",
}
"""These are Numba's, the extra ``fast``."""


def examples(name: str) -> doctest.DocTest:
    """The examples of one name, or those of the package itself for ''."""
    found = getattr(analysis, name) if name else analysis
    text = inspect.getdoc(found) or ""
    names = vars(sys.modules[found.__module__] if name else analysis)
    return doctest.DocTestParser().get_doctest(text, dict(names), name or "analysis", None, 0)


def run(
    code: str, folder: Path, *paths: Path, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Python on a line of code in that folder, with these paths behind it."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONUTF8": "1"}
    return subprocess.run(
        [python, "-c", code], cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.fixture
def users_folder(tmp_path: Path) -> Path:
    """A folder in which the user keeps a package ``analysis`` of his own."""
    folder = tmp_path / "mine"
    (folder / "analysis").mkdir(parents=True)
    (folder / "analysis" / "__init__.py").write_text("OWNER = 'the user'\n", encoding="utf-8")
    return folder


def test_the_names() -> None:
    wanted = {"SIGMOID", "TANH", "RELU", "ACTIVATIONS", "Activation", "Layer", "plain", "residual"}
    wanted |= {"CLAIMS", "Claim", "chain_gradients", "Network", "check", "hint"}
    assert wanted <= set(analysis.__all__) and len(analysis.__all__) <= 30
    assert list(analysis.__all__) == list(analysis._PLACES)
    assert set(analysis.__all__) <= set(dir(analysis))
    for name in analysis.__all__:
        assert f"``{name}``" in analysis.__doc__, name


@pytest.mark.parametrize("name", ["", *sorted(set(analysis.__all__) - DATA)])
def test_an_example_runs(name: str) -> None:
    test = examples(name)
    assert test.examples, f"{name} has no example"
    told: list[str] = []
    result = doctest.DocTestRunner().run(test, out=told.append)
    assert result.failed == 0, "".join(told)


def test_data_has_an_example_in_the_package() -> None:
    code = "".join(example.source for example in examples("").examples)
    assert all(f"analysis.{name}" in code for name in DATA)


def test_a_name_is_what_its_module_has() -> None:
    from analysis.numeric.chain import gradient
    from analysis.numeric.many_chains import log_gradients
    from analysis.sweep.sweep import sweep

    assert analysis.chain_gradients is gradient
    assert analysis.many_chain_gradients is log_gradients
    assert analysis.run_sweep is sweep


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sigmoid'; it offers ACTIVATIONS, .*spectrum"):
        analysis.sigmoid  # noqa: B018
    with pytest.raises(ImportError):
        exec("from analysis import sigmoid")


def test_the_import_alone_is_cheap(root: Path) -> None:
    code = (
        "import sys, analysis, unstable_gradients; dir(analysis);"
        "print(sorted({'numpy', 'scipy', 'sympy', 'matplotlib', 'flint', 'tqdm'} & set(sys.modules)),"
        "sorted(name for name in sys.modules if name.startswith('analysis')))"
    )
    done = run(code, root)
    assert done.stdout.strip() == "[] ['analysis']", done.stdout + done.stderr


def test_the_sweep_package_stays_a_package(root: Path) -> None:
    code = "from analysis import run_sweep; import analysis.sweep.sweep as s; print(s.sweep is run_sweep)"
    assert run(code, root).stdout.strip() == "True"


BLOCKED = """
import importlib, pkgutil, sys
BANNED = {"matplotlib", "IPython", "sklearn", "pooch", "traitlets",
  "anywidget", "ipywidgets", "autograd", "threadpoolctl",
          "numba", "nbformat", "nbclient", "pandas", "requests"}

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BANNED or name.startswith("jupyter"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Wall())
"""


def test_the_library_needs_no_package_of_the_book(root: Path) -> None:
    code = BLOCKED + (
        f"\nimport analysis\nfor part in {LIBRARY}:\n"
        "    package = importlib.import_module(f'analysis.{part}')\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        f"        if found.name not in {COMPILED}:\n"
        "            importlib.import_module(found.name)\n"
        "for name in analysis.__all__:\n    getattr(analysis, name)\n"
        "import unstable_gradients.__main__\n"
        "print(len([name for name in sys.modules if name.startswith('analysis.')]))"
    )
    done = run(code, root)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80


@pytest.mark.parametrize(
    ("code", "package"),
    [
        ("from analysis.numeric.data import digits; digits()", "sklearn"),
        ("from analysis.sweep.recording import own_folder; own_folder()", "pooch"),
        ("from analysis.numeric.optional import of_book; of_book('autograd.numpy')", "autograd"),
    ],
)
def test_a_missing_package_is_named_in_one_sentence(code: str, package: str, root: Path) -> None:
    done = run(BLOCKED + code, root)
    last = done.stderr.strip().splitlines()[-1]
    assert last == f"ModuleNotFoundError: {package} is not installed: install unstable-gradients[book]"


def test_without_threadpoolctl_a_sweep_runs_and_says_what_it_costs(root: Path) -> None:
    code = "from analysis.numeric.threads import one_thread\nwith one_thread():\n    print('ran')"
    done = run(BLOCKED + code, root)
    assert done.stdout.strip() == "ran"
    assert "threadpoolctl is not installed: install unstable-gradients[book]" in done.stderr


def test_a_package_that_lacks_something_of_its_own_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_there.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="^No module named 'nowhere_to_be_found'$"):
        of_book("half_there")


# The other name


def test_the_alias_has_the_same_objects() -> None:
    assert unstable_gradients.__all__ == analysis.__all__
    assert all(getattr(unstable_gradients, name) is getattr(analysis, name) for name in analysis.__all__)
    assert unstable_gradients.__version__ == analysis.__version__
    assert set(analysis.__all__) <= set(dir(unstable_gradients))
    with pytest.raises(AttributeError, match="it offers"):
        unstable_gradients.sigmoid  # noqa: B018


def test_a_folder_of_the_users_own_does_not_hide_the_alias(users_folder: Path, root: Path) -> None:
    done = run("import analysis; print(analysis.OWNER)", users_folder, root)
    assert done.stdout.strip() == "the user", done.stderr  # so it is found first
    done = run("import unstable_gradients as ug; print(ug.SIGMOID.slope_bound)", users_folder, root)
    assert done.stdout.strip() == "1/4", done.stderr
    assert re.search(r"`analysis` is the package of unstable-gradients, not .*mine", done.stderr)


def test_a_folder_without_init_hides_nothing(users_folder: Path, root: Path) -> None:
    (users_folder / "analysis" / "__init__.py").unlink()
    done = run("import unstable_gradients as ug; print(ug.SIGMOID.slope_bound)", users_folder, root)
    assert (done.stdout.strip(), done.stderr) == ("1/4", "")


def test_a_package_of_the_users_own_that_was_there_before_is_named(users_folder: Path, root: Path) -> None:
    done = run("import analysis, unstable_gradients", users_folder, root)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: unstable_gradients needs its own package analysis")
    assert str(users_folder / "analysis" / "__init__.py") in last


# The command line


def test_the_script_is_the_function(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["scripts"]["unstable-gradients"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("start", [["claims", "sigmoid-quarter-bound"], ["sigmoid-quarter-bound"]])
def test_claims_are_settled_with_and_without_the_word(start: list[str], capsys: Any) -> None:
    script = importlib.import_module("unstable_gradients.__main__")
    assert script.main([*start, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["label"] == "sigmoid-quarter-bound" and row["status"] == "proved"


def test_a_claim_that_needs_the_book_says_so(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run", lambda *_: of_book("no_such_package"))
    assert command.main(["claims", "sigmoid-quarter-bound"]) == 1
    told = capsys.readouterr().err
    assert told == "analysis: no_such_package is not installed: install unstable-gradients[book]\n"


def test_record_lists_its_names_and_refuses_others(capsys: Any) -> None:
    assert command.main(["record"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in command.RECORDS)
    assert command.main(["record", "chain_rule"]) == 2
    assert "record takes one of learning_speeds" in capsys.readouterr().err


@pytest.mark.parametrize("name", command.RECORDS)
def test_record_hands_the_options_on(name: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(["record", name, "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert f"analysis record {name}" in told or f"analysis.chapters.{name}.{command.RECORDS[name]}" in told


def test_every_recorded_command_is_one_that_exists(root: Path) -> None:
    """``python -m analysis record NAME``, the main of a module, or make.py's races."""
    seen: set[Any] = set()
    for path in (root / "analysis").rglob("*.json"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(facts, dict) and "command" in facts:
            found = re.match(
                r"python -m (?:analysis record (\w+)|(\S+))|python3 make.py bench", facts["command"]
            )
            assert found, path
            seen.add(found[1] or found[2])
    seen.discard(None)  # the races of the page on speed are make.py's
    recorded = {name for name in seen if "." not in name}
    assert recorded <= set(command.RECORDS) <= recorded | {name.split(".")[-2] for name in seen - recorded}
    for name in seen - recorded:
        source = (root / (name.replace(".", "/") + ".py")).read_text(encoding="utf-8")
        assert 'if __name__ == "__main__"' in source, name


# What is installed


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    told = subprocess.check_output([sys.executable, "-c", code, str(folder)], cwd=root, text=True)
    return folder / told.strip().splitlines()[-1]


def test_the_wheel_holds_both_names_and_what_the_chapters_read(wheel: Path, root: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "analysis",
        "unstable_gradients",
    }
    for path in (root / "analysis").rglob("*"):
        if path.is_file() and path.suffix in (".py", ".js", ".npz", ".json", ".css"):
            assert path.relative_to(root).as_posix() in names, path


def test_the_wheel_asks_for_seven_packages(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    lines = re.findall(r"^Requires-Dist: (.*)$", archive.read(name).decode(), re.MULTILINE)
    needs = {x.name for x in map(Requirement, lines) if not x.marker}
    assert needs == {"array-api-compat", "mpmath", "numpy", "python-flint", "scipy", "sympy", "tqdm"}


EXAMPLES = """
import doctest, inspect, sys
import unstable_gradients as ug
failed = 0
for found in (getattr(ug, name) for name in ug.__all__):
    if module := sys.modules.get(getattr(found, "__module__", "")):
        parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
        test = parser.get_doctest(inspect.getdoc(found), dict(vars(module)), "x", None, 0)
        failed += runner.run(test).failed
print(failed, len(ug.__all__))
"""


OLDEST_RUNS = sys.version_info < (3, 12)  # the oldest packages have wheels for Python 3.11 only


@pytest.mark.slow
@pytest.mark.parametrize(
    "resolution",
    [
        pytest.param("lowest-direct", marks=pytest.mark.skipif(not OLDEST_RUNS, reason="no such wheels")),
        pytest.param("highest", marks=[pytest.mark.in_full] if OLDEST_RUNS else []),
    ],
)
def test_in_a_fresh_environment(resolution: str, wheel: Path, users_folder: Path, tmp_path: Path) -> None:
    """The seven packages alone, as old as allowed and as new:
    each name loads, and the command runs beside a user's ``analysis``."""
    uv = shutil.which("uv")
    if not uv:
        pytest.skip("uv is not installed, which makes the fresh environment")
    place = tmp_path / "fresh"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(place)], check=True)
    options = ["-q", "--python", str(python), "--resolution", resolution]
    done = subprocess.run([uv, "pip", "install", *options, str(wheel)], capture_output=True, text=True)
    if done.returncode and re.search(
        r"connect|network|resolve host|dns|offline|timed out", done.stderr, re.I
    ):
        pytest.skip("the package index cannot be reached, so no fresh environment was made")
    assert done.returncode == 0, done.stderr
    done = run(EXAMPLES, users_folder, python=str(python))
    assert done.stdout.split() == ["0", str(len(analysis.__all__))], done.stdout + done.stderr
    script = python.with_name("unstable-gradients" + python.suffix)
    for paths in ("", str(users_folder)):
        env = os.environ | {"PYTHONPATH": paths, "PYTHONUTF8": "1"}
        done = subprocess.run(
            [str(script), "claims", "sigmoid-quarter-bound"],
            cwd=users_folder, env=env, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0 and "ok  proved" in done.stdout, done.stderr
