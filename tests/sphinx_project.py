"""A book of a few cells, built with the extensions of ``book/_ext``, for the tests of those."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent
CONF = """
import sys
sys.path.insert(0, {ext!r})
extensions = {extensions!r}
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_mime_priority_overrides = [("html", "text/html", 0), ("latex", "text/markdown", 0)]
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
numfig = math_numfig = True
numfig_secnum_depth = 1
math_eqref_format = "({{number}})"
latex_engine = "xelatex"
latex_documents = [("index", "x.tex", "X", "Y", "manual")]
"""
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
INDEX = """# The book

A preface.

```{toctree}
:caption: I. First part
:numbered: 1
:glob:

notebooks/0*
```

```{toctree}
:caption: Reference
:glob:

notebooks/l*
```
"""


def md(text: str) -> NotebookNode:
    return new_markdown_cell(text)


def claim(label: str) -> NotebookNode:
    """A cell that shows a claim as the book stores it."""
    box = (
        f'<div class="claim claim-proved mathjax_process" data-claim="{label}"><div class="claim-head">'
        f'<span class="claim-badge">proved</span> <code>{label}</code></div><p>\\(x\\)</p></div>'
    )
    data = {"text/html": box, "text/markdown": f"**Claim** `{label}` (proved). It is so.\n\n$$x$$"}
    code = f'CLAIMS["{label}"].prove()'
    return new_code_cell(
        code, outputs=[new_output("execute_result", data, execution_count=1)], execution_count=1
    )


def claims_listed(*labels: str) -> NotebookNode:
    """A cell that shows several claims as lines, as the book stores them."""
    rows = "".join(
        f'<div class="claim claim-row claim-proved" data-claim="{label}"><div class="claim-head">'
        f"<code>{label}</code></div><details><summary>It is so.</summary></details></div>"
        for label in labels
    )
    items = "\n".join(f"- **Claim** `{label}` (proved). It is so." for label in labels)
    output = new_output("execute_result", {"text/html": rows, "text/markdown": items}, execution_count=1)
    return new_code_cell(f"listed{labels}", outputs=[output], execution_count=1)


def build(
    folder: Path, pages: dict[str, list[NotebookNode]], extensions: list[str], builder: str = "html"
) -> Path:
    """Build these notebooks, warnings being errors; where the result lies. Fails with Sphinx's words."""
    source, target = folder / "source", folder / builder
    (source / "notebooks").mkdir(parents=True)
    names = ["myst_nb", *extensions]
    (source / "conf.py").write_text(
        CONF.format(ext=str(ROOT / "book" / "_ext"), extensions=names), encoding="utf-8"
    )
    (source / "index.md").write_text(INDEX, encoding="utf-8")
    for name, cells in pages.items():
        notebook = new_notebook(cells=cells, metadata=METADATA)
        nbformat.write(notebook, source / "notebooks" / f"{name}.ipynb")
    places = ["-b", builder, str(source), str(target)]
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", *places]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target
