"""Imports go one way: symbolic, numeric, then claims, sweep, the diagnosis of a reader's network and the
machinery of sliders and exercises, then the chapters.

Inside a chapter: theory and experiments, claims, figures, then slider and exercises. Chapters import one
another only where ``BETWEEN_CHAPTERS`` says so. Read from the syntax tree, so that an import inside a
function counts; each rule is also shown a file that breaks it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.topics import TOPICS

LEVEL = {
    "topics": 0,
    "pictures": 0,
    "symbolic": 0,
    "numeric": 1,
    "claims": 2,
    "sweep": 2,
    "diagnosis": 2,
    "explorables": 2,
    "exercises": 2,
    "chapters": 3,
    "__main__": 4,
}
FOR_SYMBOLIC = {"sympy", "analysis", "__future__"} | set(sys.stdlib_module_names)
BETWEEN_CHAPTERS = {
    ("wide_layers.claims", "quarter_bound.claims"),
    ("normalisation.claims", "residual.claims"),
}
"""(who imports, what) in analysis.chapters; each is one too many, and none is added lightly."""


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import in a module of ``package``,
    in functions and through importlib as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                # `from analysis import numeric` and `from analysis.chapters.gates import figures` name a part
                part = base == "analysis" or base.startswith("analysis.chapters") and base.count(".") < 3
                yield node.lineno, f"{base}.{alias.name}" if part else base
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.lineno, node.args[0].value


def part_of(module: str) -> str:
    """``symbolic`` for analysis.symbolic.chain; '' for ``analysis`` itself and what it defines."""
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] in LEVEL else ""


def rank(file: str) -> int:
    """0 for theory and experiments, 1 claims, 2 figures, 3 slider and exercises of a chapter,
    by the file's name."""
    if file.startswith("explorable") or file == "exercises":
        return 3
    if file in ("figures", "drawings"):
        return 2
    return int(file == "claims")


def between(module: str, name: str) -> str:
    """What is wrong where one module of a chapter imports another of a chapter; '' where nothing is."""
    (_, _, here, *file), (_, _, there, *other) = module.split("."), name.split(".")
    if not (file and other):
        return ""
    if here != there:
        known = (f"{here}.{file[0]}", f"{there}.{other[0]}") in BETWEEN_CHAPTERS
        return "" if known else "chapters do not import one another"
    return "" if rank(other[0]) <= rank(file[0]) else f"{file[0]} stands below {other[0]}"


def faults(source: str, module: str, is_package: bool = False) -> list[str]:
    """What a module of this dotted name may not import; [] where all is well."""
    part = part_of(module)
    if not part:
        return [] if module == "analysis" else [f"{module} has no place among {', '.join(LEVEL)}"]
    package = module if is_package else module.rpartition(".")[0]
    found = []
    for line, name in imported(ast.parse(source), package):
        top = name.split(".")[0]
        other = part_of(name) if top == "analysis" else ""
        if part == "symbolic" and top not in FOR_SYMBOLIC:
            found.append(
                f"{module}:{line} imports {name}; symbolic may import the standard library and SymPy"
            )
        if other and other != part and LEVEL[other] >= LEVEL[part] and other != "topics":
            found.append(f"{module}:{line} imports {name}; {part} stands below or beside {other}")
        if other == part == "chapters" and module.count(".") > 2 and name.count(".") > 2:
            wrong = between(module, name)
            found += [f"{module}:{line} imports {name}; {wrong}"] if wrong else []
    return found


def modules(package: Path) -> Iterator[tuple[str, bool, Path]]:
    """(dotted name, whether it is a package, file) of everything in ``package``."""
    for path in sorted(package.rglob("*.py")):
        names = [package.name, *path.relative_to(package).with_suffix("").parts]
        is_package = names[-1] == "__init__"
        yield ".".join(names[:-1] if is_package else names), is_package, path


def test_imports_go_one_way(root: Path) -> None:
    found = [
        fault
        for module, is_package, path in modules(root / "analysis")
        for fault in faults(path.read_text(encoding="utf-8"), module, is_package)
    ]
    assert not found, "\n".join(found)


def test_every_layer_is_read(root: Path) -> None:
    seen = {part_of(module) for module, _, _ in modules(root / "analysis")}
    assert {"symbolic", "numeric", "claims", "sweep", "diagnosis", "chapters"} <= seen


def test_imports_between_chapters_are_all_needed(root: Path) -> None:
    made = {
        (module.removeprefix("analysis.chapters."), name.removeprefix("analysis.chapters."))
        for module, _, path in modules(root / "analysis")
        for _, name in imported(ast.parse(path.read_text(encoding="utf-8")), module.rpartition(".")[0])
        if module.startswith("analysis.chapters.") and name.startswith("analysis.chapters.")
    }
    assert BETWEEN_CHAPTERS <= {tuple(".".join(x.split(".")[:2]) for x in pair) for pair in made}


def test_every_chapter_has_one_word(root: Path) -> None:
    """Notebook, folder and tests of a chapter carry the same word, and so does the test of its claims."""
    for number, topic in enumerate(TOPICS, start=1):
        assert (root / "notebooks" / f"{number:02}_{topic}.ipynb").is_file(), topic
        assert (root / "analysis" / "chapters" / topic / "exercises.py").is_file(), topic
        tests = root / "tests" / "chapters" / topic
        assert tests.is_dir(), topic
        if (root / "analysis" / "chapters" / topic / "claims").is_dir():
            assert (tests / f"test_claims_{topic}.py").is_file(), topic
    known = {*TOPICS, "verdicts", "speed"}
    for folder in (root / "analysis" / "chapters", root / "tests" / "chapters"):
        assert {p.name for p in folder.iterdir() if p.is_dir() and p.name != "__pycache__"} <= known


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("analysis.symbolic.chain", "import numpy as np"),
        ("analysis.symbolic.chain", "def f():\n    import scipy.special"),
        ("analysis.symbolic.chain", "from analysis.numeric.chain import gradient"),
        ("analysis.symbolic.chain", "from analysis import numeric"),
        ("analysis.symbolic.chain", "from ..numeric import chain"),
        ("analysis.symbolic.chain", "from .. import numeric"),
        ("analysis.symbolic.chain", "from analysis.claims.claim import Claim"),
        ("analysis.numeric.chain", "def f():\n    from analysis.chapters.explosion.balance import s"),
        (
            "analysis.numeric.chain",
            "import importlib\nimportlib.import_module('analysis.chapters.gates.figures')",
        ),
        ("analysis.numeric.chain", "__import__('analysis.claims.ledger')"),
        ("analysis.claims.ledger", "from analysis.chapters.gates import figures"),
        ("analysis.sweep.sweep", "from analysis.claims.claim import Claim"),
        ("analysis.exercises.marking", "from analysis.explorables.formulas import activations"),
        ("analysis.chapters.gates.memory_horizon", "import analysis.chapters.gates.figures"),
        ("analysis.chapters.gates.memory_horizon", "from analysis.chapters.gates import figures"),
        ("analysis.chapters.gates.memory_horizon", "if TYPE_CHECKING:\n    from .figures import bars"),
        (
            "analysis.chapters.gates.figures",
            "class A:\n    from analysis.chapters.gates.exercises import EXERCISES",
        ),
        ("analysis.chapters.gates.figures", "from analysis.chapters.residual.training import train"),
        ("analysis.chapters.gates.claims", "from analysis.__main__ import main"),
        ("analysis.helpers", "x = 1"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert faults(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "analysis.symbolic.chain",
            "from __future__ import annotations\nimport functools\nimport sympy as sp",
        ),
        ("analysis.symbolic.chain", "from .layer import Layer\nfrom . import notation"),
        ("analysis.numeric.chain", "import numpy as np\nfrom analysis.symbolic.chain import factors"),
        ("analysis.chapters.gates.figures", "from analysis.chapters.gates import memory_horizon, records"),
        ("analysis.chapters.gates.exercises", "from analysis.exercises.domain import over"),
        ("analysis.exercises", "from analysis.topics import TOPICS"),
        ("analysis.__main__", "from analysis.claims.ledger import rows\nfrom analysis import __version__"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert faults(source, module) == []


def test_relative_imports_of_a_package_start_in_it() -> None:
    assert faults("from .chain import x", "analysis.numeric", is_package=True) == []
    assert faults("from ..claims import x", "analysis.numeric", is_package=True)
