"""Sphinx's configuration.
``make.py`` copies this folder and ``notebooks/`` to ``build/source`` and builds there."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

import analysis

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
# jsonschema, which reads notebooks, would build 39 grammars of web addresses: a third of the time of a build
# of nothing new
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

project = "Unstable Gradients"
author = "The Unstable Gradients authors"
copyright = "2026, the Unstable Gradients authors. Text CC BY 4.0, code BSD-3-Clause"
version = release = analysis.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinxcontrib.bibtex",
    "chapters",
    "notation_table",
    "numbering",
    "reading_time",
    "pdf",
]
exclude_patterns = ["_ext", "_slides", "**/.ipynb_checkpoints", "**/.venv", "**/node_modules"]

# The stored outputs are the book: nothing is run here.
nb_execution_mode = "off"
nb_merge_streams = True
nb_output_stderr = "remove-warn"
nb_render_markdown_format = "myst"
nb_mime_priority_overrides = [
    ("html", "text/html", 0),  # before a still picture of the same thing
    ("latex", "text/markdown", 0),  # a claim as text and formulas
]

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
numfig = True
numfig_secnum_depth = 1
math_numfig = True
math_eqref_format = "({number})"

bibtex_bibfiles = ["notebooks/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

# MathJax lies in _static and is loaded by every page: stored HTML holds formulas that Sphinx does not see.
mathjax_path = "mathjax/tex-mml-chtml.js"
mathjax3_config = {
    "tex": {"tags": "none"},
    "options": {"enableMenu": False},  # its entries would load files from elsewhere
}

html_theme = "sphinx_book_theme"
html_title = "Unstable Gradients"
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_js_files = [("access.js", {"defer": "defer"})]
html_sourcelink_suffix = ""
html_last_updated_fmt = None
html_theme_options = {
    "navbar_start": [],  # otherwise a second search bar
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": True,
    "use_repository_button": False,
    "use_edit_page_button": False,
    "use_issues_button": False,
    "use_source_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# The PDF, by xelatex: `make.py pdf`. The index is its preface and its table of contents (see _ext/pdf.py).
latex_engine = "xelatex"
latex_documents = [("index", "unstable-gradients.tex", html_title, author, "manual")]
latex_domain_indices = False
latex_use_xindy = False
latex_show_urls = "no"
_FONT = (
    "\\set%sfont{%s}[Extension=.otf, UprightFont=*%s, BoldFont=*Bold, ItalicFont=*%s, BoldItalicFont=*Bold%s]"
)
_MONO = "\\setmonofont{DejaVuSansMono}[Path=%s/, Extension=.ttf, UprightFont=*, BoldFont=*-Bold,"
_MONO += (
    " ItalicFont=*-Oblique, BoldItalicFont=*-BoldOblique, Scale=0.8]"  # has every letter that the code prints
)
_TITLE_PAGE = r"""\begin{titlepage}\raggedright\vspace*{0.22\textheight}
{\Huge\bfseries Unstable Gradients\par}\vspace{1em}
{\Large An executable textbook\par}\vspace{3em}
{\large Version VERSION\par}\vfill
Every formula, number and picture in this book was computed.
The notebooks that did it, with sliders in place of the
still pictures and exercises that mark themselves, come with the HTML book.\par\vspace{1em}
\textcopyright{} COPYRIGHT.
\end{titlepage}
""".replace("VERSION", release).replace("COPYRIGHT", copyright)
latex_elements = {
    "papersize": "a4paper",
    "pointsize": "10pt",
    "extraclassoptions": "oneside,openany",
    "figure_align": "H",
    "fncychap": "",
    "printindex": "",
    "maketitle": _TITLE_PAGE,
    "fontpkg": "\n".join(
        (
            _FONT % ("main", "FreeSerif", "", "Italic", "Italic"),
            _FONT % ("sans", "FreeSans", "", "Oblique", "Oblique"),
            _MONO % (Path(matplotlib.get_data_path()) / "fonts" / "ttf").as_posix(),
        )
    ),
    "sphinxsetup": "verbatimwithframe=false, VerbatimColor={HTML}{F3F4F6}, TitleColor={HTML}{1F2A44}",
    "preamble": r"""
\definecolor{claimbar}{HTML}{1B7F4D}
\definecolor{exercisebar}{HTML}{5C6670}
\newenvironment{sidebar}[1]
  {\def\FrameCommand{{\color{#1}\vrule width 2.5pt}\hspace{9pt}}%
    \MakeFramed{\advance\hsize-\width\FrameRestore}}
  {\endMakeFramed}
\protected\def\labelhyphen#1{-\allowbreak}
\renewcommand*{\sphinxhyphenininlineliteral}{\labelhyphen}
\renewcommand{\sphinxtablecontinued}[1]{\textsf{continued}}
\newenvironment{sphinxclassclaim}{\begin{sidebar}{claimbar}}{\end{sidebar}}
\newenvironment{sphinxclassexercise}{\begin{sidebar}{exercisebar}}{\end{sidebar}}
""",
}
