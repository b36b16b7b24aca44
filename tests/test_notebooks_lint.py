"""Every notebook keeps the rules of ``notebook_lint``; every rule is shown a notebook that breaks it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from notebook_lint import RULES, Notebook, decimals, links_lead_somewhere, numbers_are_computed

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
PATHS = sorted(p for p in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


def test_the_chapters_are_counted_without_a_gap() -> None:
    counted = [int(p.name[:2]) for p in PATHS if p.parent == NOTEBOOKS and re.match(r"\d\d_", p.name)]
    assert counted and counted == list(range(1, len(counted) + 1))


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.relative_to(NOTEBOOKS).as_posix())
def test_the_notebook_keeps_the_rules(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    found = [fault for rule in RULES for fault in rule(notebook, path)]
    assert not found, "\n".join([path.name, *found])


GOOD = """# 2. A bound

The maximum is 0.25, a quarter; it holds for 68.27 % of the draws.
See [above](#a-bound), [the first](01_first.ipynb)
and [its end](01_first.ipynb#how-it-ends). Exercise 2.1 and eq. (5.3) are names,
`0.123` is code, $\\lambda \\approx -1.45$.
"""


def markdown(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "m", "metadata": metadata, "source": source}


def code(source: str, count: int, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": f"c{count}", "metadata": metadata, "source": source}
    return cell | {"execution_count": count, "outputs": list(outputs)}


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def displayed(**data: str) -> dict[str, Any]:
    kinds = {kind.replace("_", "/"): value for kind, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": kinds}


@pytest.fixture
def good() -> Notebook:
    """A notebook with nothing to object to."""
    picture = {"mystnb": {"figure": {"caption": "It falls to 0.1966 at 1."}, "image": {"alt": "a curve"}}}
    return {
        "cells": [
            markdown(GOOD),
            code("import sympy as sp", 1),
            code("print(s(0), p, lam)", 2, printed("0.25 0.682689 -1.4512\n")),
            code("plot(0.1966)", 3, displayed(image_png="iVBO"), **picture),
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture
def path(tmp_path: Path, good: Notebook) -> Path:
    """Where that notebook would lie: another, with a heading, stands beside it."""
    first = copy.deepcopy(good)
    first["cells"] = [markdown("# 1. First\n\n## How it ends\n")]
    (tmp_path / "01_first.ipynb").write_text(json.dumps(first), encoding="utf-8")
    return tmp_path / "02_bound.ipynb"


def faults(notebook: Notebook, path: Path) -> list[str]:
    return [fault for rule in RULES for fault in rule(notebook, path)]


def test_the_good_one_passes(good: Notebook, path: Path) -> None:
    good["cells"][0]["source"] = GOOD.replace("#a-bound", "#2-a-bound")
    assert faults(good, path) == []


def setting(*where: Any, to: Any) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        place: Any = notebook
        for key in where[:-1]:
            place = place[key]
        place[where[-1]] = to

    return change


def adding(cell: dict[str, Any]) -> Callable[[Notebook], None]:
    return lambda notebook: notebook["cells"].append(cell | {"id": "new"})


PLANTED: dict[str, tuple[str, Callable[[Notebook], None]]] = {
    "no id": ("id of its own", lambda n: n["cells"][0].pop("id")),
    "the same id": ("id of its own", setting("cells", 1, "id", to="c2")),
    "a bad format": ("not a valid", setting("cells", 2, "outputs", 0, "output_type", to="nothing")),
    "another kernel": ("kernel must be", setting("metadata", "kernelspec", "name", to="julia")),
    "a version": ("version of Python", setting("metadata", "language_info", "version", to="3.11.7")),
    "a widget": ("state of a widget", setting("metadata", "widgets", to={})),
    "a time": (
        "times are stored",
        setting("cells", 1, "metadata", to={"execution": {"iopub.status.idle": "noon"}}),
    ),
    "not run": ("has run as number None", setting("cells", 3, "execution_count", to=None)),
    "out of order": ("has run as number 7", setting("cells", 2, "execution_count", to=7)),
    "an error": (
        "ends in ValueError",
        adding(code("x", 4, {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []})),
    ),
    "a semicolon": ("ends in a semicolon", adding(code("ax.plot(x);\n", 4))),
    "stderr": ("writes to stderr", adding(code("x", 4, printed("careful!", "stderr")))),
    "an address": ("memory address", adding(code("x", 4, displayed(text_plain="<Axes at 0x7f1c2d3e4f50>")))),
    "a long cell": ("has 21 lines", adding(code("x = 1\n" * 21, 4))),
    "a wide print": ("89 characters", adding(code("x", 4, printed("short\n" + "x" * 89)))),
    "many functions": ("4 functions", adding(code("".join(f"def f{i}(): ...\n" for i in range(4)), 4))),
    "a large file": (
        "MB",
        adding(code("x", 4, displayed(image_png="A" * 2_100_000), mystnb={"image": {"alt": "x"}})),
    ),
    "a path hack": ("sys.path", adding(code("import sys\nsys.path.insert(0, '..')", 4))),
    "an install": ("says '!'", adding(code("x = 1\n!pip install x", 4))),
    "a magic install": ("%pip", adding(code("%pip install x", 4))),
    "init_printing": ("init_printing", adding(code("sp.init_printing()", 4))),
    "no alt text": ("mystnb.image.alt", setting("cells", 3, "metadata", to={})),
    "no description": ("without a description", adding(markdown("![](01_first.ipynb)"))),
    "a phrase to come": (
        "has WHY_LARGER left to fill",
        adding(markdown("It has another gate too, so WHY_LARGER.")),
    ),
    "a caption to come": (
        "has TODO left to fill",
        setting("cells", 3, "metadata", "mystnb", "figure", "caption", to="TODO"),
    ),
    "a lost file": ("which is not there", adding(markdown("[x](03_third.ipynb)"))),
    "a lost file in HTML": ("which is not there", adding(markdown('<a href="03_third.ipynb">x</a>'))),
    "a lost heading": ("no such heading", adding(markdown("[x](01_first.ipynb#how-it-began)"))),
    "a lost heading here": ("no heading here", adding(markdown("[x](#how-it-began)"))),
    "a number": ("says 0.26,", adding(markdown("The maximum is 0.26."))),
    "a number in a formula": ("says 0.26,", adding(markdown(r"$\sigma'\approx0.26$"))),
    "a number in a box": ("says 0.26,", adding(markdown("```{note}\nIt is 0.26.\n```"))),
    "a number in a table": ("says 0.26,", adding(markdown("| a |\n|-|\n| 0.26 |"))),
    "a number in a caption": (
        "says 0.26,",
        setting("cells", 3, "metadata", "mystnb", "figure", "caption", to="To 0.26."),
    ),
    "a percentage": ("says 69 %,", adding(markdown("About 69 % of them."))),
    "a power": ("says 2.5·10⁻⁷,", adding(markdown("It is 2.5·10⁻⁷."))),
    "no source": ("names no source", adding(markdown("It was 0.9.", tags=["cited-number"]))),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str, good: Notebook, path: Path) -> None:
    good["cells"][0]["source"] = GOOD.replace("#a-bound", "#2-a-bound")
    told, change = PLANTED[name]
    change(good)
    found = faults(good, path)
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "a 0.5, b .07/.31; c 1,024.5 d 1.5e-3 and −2.50",
            ["0.5", ".07", ".31", "1,024.5", "1.5e-3", "2.50"],
        ),
        (r"$\approx0.25$, $3.1 \times 10^{-5}$, $68.3\,\%$", ["0.25", r"3.1 \times  10^{-5}", r"68.3 \%"]),
        ("7 % but 7 of 8", ["7 %"]),
        ("## 2.1 A heading", []),
        ("**2.3** Show that 0.5 is right.", ["0.5"]),
        ("1. **Exercise 2.3.** Find it.", []),
        ("2.1 Differentiate twice, at 0.5.", ["0.5"]),
        ("2.1 Do it.\n2.2 $\\tfrac13$ at 0.5\n2.3 is larger.", ["0.5", "2.3"]),
        ("Exercises 2.1, 2.2 and 2.3; section 5.1; eqs (5.3) and (5.4); Python 3.11; CC BY 4.0", []),
        ("at most by 2.5, in 3.5", ["2.5", "3.5"]),
        ("`0.5` and [text 1.5](x.html#2.5) https://a.b/3.5 doi:10.1137/030601818 arXiv:1502.01852", ["1.5"]),
        ("```python\nx = 0.5\n```\n\n<b style='width:0.5em'>", []),
        ("version 1.2.3, v1.2", []),
        ("$$\nx = 0.75\n$$", ["0.75"]),
    ],
)
def test_what_counts_as_a_number_in_prose(words: str, expected: list[str]) -> None:
    assert [number.written for number in decimals(words)] == expected


@pytest.mark.parametrize(
    ("said", "output", "agrees"),
    [
        ("0.68", "0.682689", True),  # rounded
        ("0.6826", "0.682689", True),  # cut off
        ("0.6827", "0.682689", True),
        ("0.6828", "0.682689", False),
        ("0.25", "1/4", True),
        ("0.25", r"$\displaystyle \frac{1}{4}$", True),
        ("1.45", "-1.4512", True),
        ("68.27 %", "0.682689", True),
        ("68.27 %", "68.27 %", True),
        ("68.29 %", "0.682689", False),
        ("3.1·10⁻⁵", "3.141e-05", True),
        ("3.1·10⁻⁶", "3.141e-05", False),
        ("0.0917", "0.09", False),
    ],
)
def test_when_a_number_is_shown(said: str, output: str, agrees: bool, good: Notebook, path: Path) -> None:
    good["cells"] = [markdown(f"It is {said}."), code("x", 1, printed(output))]
    assert (numbers_are_computed(good, path) == []) is agrees


def test_numbers_within_scripts_do_not_count(good: Notebook, path: Path) -> None:
    page = "<script>let x = 0.26</script><p style='width:0.27em'>0.28</p>"
    good["cells"] = [markdown("0.26, 0.27 and 0.28"), code("x", 1, displayed(text_html=page))]
    assert len(numbers_are_computed(good, path)) == 2


def test_an_input_of_the_code_counts_and_a_comment_does_not(good: Notebook, path: Path) -> None:
    good["cells"] = [markdown("With 1.5 and 1.6"), code("f(weight=1.5)  # not 1.6", 1)]
    assert numbers_are_computed(good, path) == ["cell 1 (m) says 1.6, which no output here shows"]


def test_a_cited_number_with_its_source_passes(good: Notebook, path: Path) -> None:
    good["cells"] = [markdown("Nielsen (2015) records 0.31.", tags=["cited-number"])]
    assert numbers_are_computed(good, path) == []


def test_anchors_set_by_hand_are_found(good: Notebook, path: Path) -> None:
    good["cells"] = [
        markdown('(here)=\n## A title\n\n<a id="there"></a>\n\n[a](#here) [b](#there) [c](#a-title)')
    ]
    assert links_lead_somewhere(good, path) == []
