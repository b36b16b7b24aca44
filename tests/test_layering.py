"""Imports go one way: symbolic, numeric, experiments, recorded, figures, then explorables and exercises, then the ledger.

Read from the syntax tree, so that an import inside a function counts; each rule is also shown a file that breaks it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LEVEL = {
    "symbolic": 0,
    "numeric": 1,
    "experiments": 2,
    "recorded": 3,
    "figures": 4,
    "explorables": 5,
    "exercises": 5,
    "ledger": 6,
    "ledger_page": 7,
    "speed": 8,
    "verdicts": 8,
    "remedy_map": 8,
    "__main__": 9,
}
FOR_SYMBOLIC = {"sympy", "analysis", "__future__"} | set(sys.stdlib_module_names)


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import in a module of ``package``, in functions and through importlib as well."""
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
                # `from analysis import numeric` names a part; `from analysis.numeric import chain` is one already
                yield node.lineno, f"{base}.{alias.name}" if base == "analysis" else base
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.lineno, node.args[0].value


def part_of(module: str) -> str:
    """``symbolic`` for analysis.symbolic.chain; '' for ``analysis`` itself and what it defines."""
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] in LEVEL else ""


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
        if other and other != part and LEVEL[other] >= LEVEL[part]:
            found.append(f"{module}:{line} imports {name}; {part} stands below or beside {other}")
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
    assert {"symbolic", "numeric", "experiments", "figures", "ledger"} <= seen


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("analysis.symbolic.chain", "import numpy as np"),
        ("analysis.symbolic.chain", "def f():\n    import scipy.special"),
        ("analysis.symbolic.chain", "from analysis.numeric.chain import gradient"),
        ("analysis.symbolic.chain", "from analysis import numeric"),
        ("analysis.symbolic.chain", "from ..numeric import chain"),
        ("analysis.symbolic.chain", "from .. import numeric"),
        ("analysis.symbolic.remedies.gated", "from ...numeric import chain"),
        ("analysis.numeric.chain", "def f():\n    from analysis.experiments.log_product import sweep"),
        ("analysis.numeric.chain", "import importlib\nimportlib.import_module('analysis.figures.bars')"),
        ("analysis.numeric.chain", "__import__('analysis.ledger')"),
        ("analysis.experiments.depth", "import analysis.figures.bars"),
        ("analysis.experiments.depth", "if TYPE_CHECKING:\n    from analysis.figures.bars import bars"),
        ("analysis.figures.bars", "from analysis.ledger import CLAIMS"),
        ("analysis.figures.bars", "class A:\n    from analysis.exercises import check"),
        ("analysis.explorables.factor", "from analysis.exercises import check"),
        ("analysis.exercises.chapter_2", "from analysis.explorables import factor"),
        ("analysis.ledger", "from analysis.__main__ import main"),
        ("analysis.experiments.speeds", "from analysis.recorded import load"),
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
        ("analysis.symbolic.remedies.gated", "from ..layer import Layer"),
        ("analysis.numeric.chain", "import numpy as np\nfrom analysis.symbolic.chain import factors"),
        ("analysis.figures.bars", "from analysis.experiments import speeds\nimport matplotlib.pyplot as plt"),
        ("analysis.__main__", "from analysis.ledger import rows\nfrom analysis import __version__"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert faults(source, module) == []


def test_relative_imports_of_a_package_start_in_it() -> None:
    assert faults("from .chain import x", "analysis.numeric", is_package=True) == []
    assert faults("from ..figures import x", "analysis.numeric", is_package=True)
