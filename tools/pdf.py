"""``build/pdf/unstable-gradients.pdf``, set by xelatex; what the system lacks for it is named, and a hole in
a page is a failure."""

from __future__ import annotations

import re
import shutil
import subprocess
import time

from tools import book, places, processes
from tools.lock import alone
from tools.messages import Stop, say
from tools.variables import child_environment

FILES = ("fontspec.sty", "tabulary.sty", "varwidth.sty", "wasysym.sty", "FreeSerif.otf")
"""What TeX must find."""
PACKAGES = (
    "texlive-xetex texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended latexmk tex-gyre "
    "fonts-freefont-otf xindy"
)
"""The packages of Debian and Ubuntu that bring it."""


def lacking() -> list[str]:
    """What the PDF needs of the system and is not there: commands, and files that TeX finds."""
    commands = [name for name in ("xelatex", "latexmk", "kpsewhich") if not shutil.which(name)]
    if commands:
        return commands
    found = subprocess.run(["kpsewhich", *FILES], stdout=subprocess.PIPE, check=False)
    paths = found.stdout.decode("utf-8", "replace")
    return [name for name in FILES if name not in paths]


def need_tex() -> None:
    """Raises Stop where something is lacking."""
    missing = lacking()
    if missing:
        raise Stop(
            f"The PDF needs {', '.join(missing)}, not found here; on Debian and Ubuntu: "
            f"apt-get install --no-install-recommends {PACKAGES}."
        )


def missing_characters(log: str) -> list[str]:
    """The characters that no font had, from xelatex's log: each is a hole in the page."""
    return sorted(set(re.findall(r"Missing character: There is no (\S+)", log)))


def lost_references(log: str) -> list[str]:
    """The links that lead nowhere, from xelatex's log of its last run."""
    return sorted(set(re.findall(r"LaTeX Warning: (?:Hyper r|R)eference `([^']+)' .*undefined", log)))


def pdf() -> int:
    """Build it; raises Stop where TeX fails or leaves a hole."""
    say("Building the PDF; this takes about half a minute ...")
    start = time.monotonic()
    folder = places.build() / "pdf"
    tex = folder / "tex"
    where = ["-d", str(folder / "doctrees"), str(places.build() / "source"), str(tex)]
    with alone("book", "building the book"):
        places.remove(folder)
        book.stage()
        if processes.python_call("-m", "sphinx", "-q", "-b", "latex", *where):
            raise Stop("The PDF was not built: what Sphinx says above names the page.")
    command = ["latexmk", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "unstable-gradients.tex"]
    env = {**child_environment(), "max_print_line": "1000"}  # or the log breaks its lines anywhere
    with (folder / "latexmk.log").open("wb") as out:
        child = subprocess.Popen(command, cwd=tex, env=env, stdout=out, stderr=subprocess.STDOUT)
        code = processes.exit_code(child)
    log = tex / "unstable-gradients.log"
    told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if code:
        why = next((line[1:].strip() for line in told.splitlines() if line.startswith("!")), "")
        raise Stop(f"The PDF was not built: {why.rstrip('.') or 'latexmk failed'} (see {log}).")
    holes = missing_characters(told)
    if holes:
        raise Stop(
            f"The PDF has holes, for no font has {' '.join(holes)} (see {log}): give them a font "
            f"in book/conf.py."
        )
    lost = lost_references(told)
    if lost:
        raise Stop(f"The PDF has links to nowhere: {' '.join(lost)} (see {log}).")
    target = folder / "unstable-gradients.pdf"
    shutil.copy2(tex / target.name, target)
    say(f"The PDF is built ({time.monotonic() - start:.1f} s): {target}")
    return 0
