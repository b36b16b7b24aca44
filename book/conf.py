"""Sphinx's configuration. ``make.py`` copies this folder and ``notebooks/`` to ``build/source`` and builds there."""

from __future__ import annotations

import sys
from pathlib import Path

import analysis

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Unstable Gradients"
author = "The Unstable Gradients authors"
copyright = "2026, the Unstable Gradients authors. Text CC BY 4.0, code BSD-3-Clause"
version = release = analysis.__version__
language = "en"

extensions = ["myst_nb", "sphinxcontrib.bibtex", "chapters", "notation_table"]
exclude_patterns = ["_ext", "**/.ipynb_checkpoints", "**/.venv", "**/node_modules"]

# The stored outputs are the book: nothing is run here.
nb_execution_mode = "off"
nb_merge_streams = True
nb_output_stderr = "remove-warn"
nb_render_markdown_format = "myst"
nb_mime_priority_overrides = [("html", "text/html", 0)]  # before a still picture of the same thing

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
