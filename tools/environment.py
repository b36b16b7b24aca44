"""The environment ``.venv``: made, repaired, and kept equal to ``requirements.lock``."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from make import OLDEST
from tools import installation, places
from tools.lock import alone
from tools.messages import Stop, say
from tools.places import venv, venv_python
from tools.variables import child_environment


def venv_version() -> str:
    """The version of .venv's Python; '' where it does not run, is too old or is not .venv's own."""
    code = "import sys; print(sys.prefix != sys.base_prefix and '%d.%d.%d' % sys.version_info[:3] or '')"
    command = [str(venv_python()), "-c", code]
    try:
        found = subprocess.run(
            command, env=child_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return ""
    version = found.stdout.decode("ascii", "replace").strip() if found.returncode == 0 else ""
    return version if version and tuple(map(int, version.split(".")[:2])) >= OLDEST else ""


def fingerprint(version: str) -> str:
    """What .venv was made from: the lock, the project's own description, the version of Python; and where."""
    digest = hashlib.sha256(version.encode())
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((places.ROOT / name).read_bytes())
    return digest.hexdigest() + " " + whereabouts()


def whereabouts() -> str:
    """A digest of the paths of the checkout and of .venv, which the scripts in .venv name."""
    paths = [os.path.normcase(path) for path in (places.ROOT, venv())]
    return hashlib.sha256(os.fsencode("\0".join(paths))).hexdigest()


def moved() -> bool:
    """Whether .venv was made for another place, and then moved or copied here with the checkout."""
    stamp = venv() / "stamp"
    return stamp.exists() and stamp.read_text().split()[1:] != [whereabouts()]


def create_venv(uv: str | None) -> None:
    """A new, empty .venv in place of whatever is there; raises Stop where venv or ensurepip is missing."""
    base = getattr(sys, "_base_executable", None) or sys.executable  # .venv's own Python is about to go
    if not uv:
        probe = [base, "-c", "import venv, ensurepip"]
        if subprocess.call(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            raise Stop(
                "This Python cannot make environments: install its venv module (on Debian and Ubuntu: "
                "apt install python3-venv), or uv, and call again."
            )
    places.remove(venv())
    if uv:
        installation.run_logged([uv, "venv", "--python", base, str(venv())], "uv venv")
    else:
        installation.run_logged([base, "-m", "venv", str(venv())], "python -m venv")


def install(uv: str | None) -> None:
    """Everything in requirements.lock, by hash; raises Stop where that fails."""
    python = str(venv_python())
    hashed = ["--require-hashes", "-r", "requirements.lock"]
    if uv:
        compiled = ["--compile-bytecode"]  # as pip does: or each start of Python takes seconds more
        installation.run_logged(
            [uv, "pip", "install", "--python", python, *compiled, *hashed], "uv pip install"
        )
        return
    pip = [python, "-m", "pip"]
    if subprocess.call([*pip, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        installation.run_logged([python, "-m", "ensurepip", "--default-pip"], "python -m ensurepip")
    installation.run_logged([*pip, "install", "--no-deps", *hashed], "pip install")


def link_project() -> None:
    """Let .venv's Python find analysis/, wherever it is started: by a file that every locale can read.

    An editable installation writes the path of the checkout, in which a letter that the locale does not
    have ends each start of Python; and a copied .venv would go on running the checkout that it was copied
    from.
    """
    code = "import sysconfig; print(ascii(sysconfig.get_path('purelib')))"
    told = subprocess.check_output([str(venv_python()), "-c", code], env=child_environment())
    packages = Path(ast.literal_eval(told.decode("ascii")))
    line = f"import sys; sys.path.append({ascii(str(places.ROOT))})"
    if places.ROOT in Path(os.path.realpath(packages)).parents:
        line = os.path.relpath(places.ROOT, packages)  # moves with the checkout
    (packages / "analysis.pth").write_text(line + "\n", encoding="ascii")


def settle_lab() -> None:
    """JupyterLab's default for news and updates: no, in place of a question at the first start.

    ``LabApp.news_url = None`` does not do: JupyterLab 4.6 asks all the same.
    """
    settings = venv() / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    wish = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (settings / "overrides.json").write_text(json.dumps(wish) + "\n", encoding="ascii")


def warm_fonts() -> None:
    """Let Matplotlib list the fonts now: it warns where the first figure takes long, and outputs are
    compared."""
    subprocess.call(
        [str(venv_python()), "-c", "import matplotlib.font_manager"],
        env=child_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_ready() -> bool:
    """Whether .venv is whole, here, and what requirements.lock asks for."""
    stamp = venv() / "stamp"
    if (venv() / "unfinished").exists() or not stamp.exists():
        return False
    version = venv_version()
    return bool(version) and stamp.read_text() == fingerprint(version)


def set_up() -> None:
    """Bring .venv to requirements.lock: at once if it is there already, in place if it is sound, else
    anew."""
    places.need(places.build())
    if is_ready():
        return
    with alone("set-up", "setting up .venv"):
        if not is_ready():  # another may just have done it
            make_ready()


def make_ready() -> None:
    """Update .venv, or make it; raises Stop where that fails."""
    places.need(venv() if venv().is_dir() else places.place())
    stamp, unfinished = venv() / "stamp", venv() / "unfinished"
    version = "" if unfinished.exists() or moved() else venv_version()
    uv = shutil.which("uv")
    places.remove(places.build() / "set-up.log")
    start = time.monotonic()
    say(
        f"{'Updating' if version else 'Making'} .venv with {'uv' if uv else 'pip'}; "
        "this takes a minute or two the first time ..."
    )
    if not version:
        create_venv(uv)
        version = venv_version()
        if not version:
            raise Stop("The new .venv does not run: remove the directory .venv and call again.")
    stamp.write_text("- " + whereabouts())
    unfinished.touch()  # stays behind if this is interrupted, so that the next call starts anew
    try:
        install(uv)
    except Stop:
        places.remove(unfinished)  # pip and uv take back what they could not finish
        raise
    link_project()
    settle_lab()
    warm_fonts()
    stamp.write_text(fingerprint(version))
    places.remove(unfinished)
    say(f".venv is ready ({time.monotonic() - start:.0f} s).")
