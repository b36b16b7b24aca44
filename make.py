"""Read, test and work on the book: ``python3 make.py book | slides | pdf | test | lab | refresh | bench``.

Standard library only, and in the syntax of an old Python 3: whoever starts it with one is told so in a
sentence instead of a SyntaxError. The environment ``.venv`` is made, repaired and kept equal to
``requirements.lock`` on the way.
"""

import argparse
import ast
import contextlib
import errno
import functools
import hashlib
import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterator  # noqa: F401 -- in a comment, where an old Python does not look

ROOT = Path(__file__).resolve().parent
ELSEWHERE = "UNSTABLE_GRADIENTS_BUILD"  # names the folder of .venv and build where it is not the checkout
OLDEST = (3, 11)
PORT = 8000
FULL = "The disk is full: make room for about 1 GB and call again"


class Stop(Exception):
    """The work ends here, for the reason in the message: one sentence that says what to do."""


def say(text: str, end: str = "\n") -> None:
    """Print at once; what the terminal's encoding does not have is escaped."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "backslashreplace").decode(encoding), end=end, flush=True)


def exit_code(child: "subprocess.Popen[bytes]") -> int:
    """Wait for a child. Ctrl-C reaches it too: it ends in its own way first, and only then do we."""
    stopped = False
    while True:
        try:
            code = child.wait()
            break
        except KeyboardInterrupt:
            stopped = True
    if stopped and code:
        raise KeyboardInterrupt
    return code


# The Python that runs this file


def newer_python() -> "list[str]":
    """The command of a Python on the PATH that is new enough and really runs; [] if there is none."""
    names = ["python3.13", "python3.12", "python3.11", "python3.14", "python3"]
    commands = [[path] for path in map(shutil.which, names) if path]
    if shutil.which("py"):
        commands.append(["py", "-3"])
    check = "import sys; sys.exit(sys.version_info < ({0}, {1}))".format(*OLDEST)
    for command in commands:
        try:
            code = subprocess.call(
                command + ["-c", check], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:
            continue
        if code == 0:
            return command
    return []


def relaunch(arguments: "list[str]") -> int:
    """Do the same work with a newer Python; raises Stop where there is none."""
    command = newer_python()
    if not command:
        raise Stop(
            "This is Python {0}.{1}; the book needs {2}.{3} or newer, and none was found on the PATH: "
            "install one and call make.py with it.".format(*(tuple(sys.version_info[:2]) + OLDEST))
        )
    return exit_code(subprocess.Popen(command + [str(Path(__file__).resolve())] + arguments))


# Where things lie


def place() -> Path:
    """The folder that holds .venv and build: the checkout, or the one named by UNSTABLE_GRADIENTS_BUILD."""
    named = os.environ.get(ELSEWHERE)
    return Path(os.path.abspath(os.path.expanduser(named))) if named else ROOT


def venv() -> Path:
    """The folder of the environment."""
    return place() / ".venv"


def build() -> Path:
    """The folder of everything that is built."""
    return place() / "build"


def venv_python() -> Path:
    """Where .venv keeps its Python."""
    return venv() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def refusal(folder: Path) -> "OSError | None":
    """Why this folder cannot be made or written to; None if it can.

    Tried, not asked of the system: root is told yes on a read-only disk, and Windows answers for files only.
    """
    while not os.path.lexists(str(folder)) and folder != folder.parent:
        folder = folder.parent
    trial = folder / ".make.py-{0}".format(os.getpid())
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        return error
    return None


@functools.lru_cache(maxsize=None)
def writable(folder: Path) -> bool:
    """Whether this folder can be made and written to."""
    return refusal(folder) is None


def need(folder: Path) -> None:
    """Raises Stop where .venv or build cannot be written."""
    error = refusal(folder)
    if error is None:
        return
    if error.errno == errno.ENOSPC:
        raise Stop(FULL + ".")
    why = (error.strerror or str(error)).lower()
    if place() != ROOT:
        raise Stop("{0} names a folder that cannot be written to ({1}): name another.".format(ELSEWHERE, why))
    raise Stop(
        "This checkout cannot be written to ({0}): set the environment variable {1} to a folder that may hold "
        ".venv and build, and call again.".format(why, ELSEWHERE)
    )


def fallbacks(env: "dict[str, str]") -> "dict[str, str]":
    """Folders below build for what programs keep in the home directory, where that cannot be written to."""
    home = Path(os.path.expanduser("~"))
    cache = Path(env.get("XDG_CACHE_HOME") or home / ".cache")
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")  # not replaced: pip's settings lie there
    data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    if sys.platform == "darwin":
        jupyter, matplotlib = home / "Library" / "Jupyter", [home / ".matplotlib"]
    elif sys.platform == "win32":
        jupyter, matplotlib = Path(env.get("APPDATA") or home) / "jupyter", [home / ".matplotlib"]
    else:
        jupyter, matplotlib = data / "jupyter", [config / "matplotlib", cache / "matplotlib"]
    jupyter = Path(env.get("JUPYTER_DATA_DIR") or jupyter)
    if env.get("MPLCONFIGDIR"):
        matplotlib = [Path(env["MPLCONFIGDIR"])]
    usable = {
        "XDG_CACHE_HOME": writable(cache),
        "JUPYTER_CONFIG_DIR": writable(Path(env.get("JUPYTER_CONFIG_DIR") or home / ".jupyter")),
        "JUPYTER_DATA_DIR": writable(jupyter),
        "JUPYTER_RUNTIME_DIR": writable(Path(env.get("JUPYTER_RUNTIME_DIR") or jupyter / "runtime")),
        "MPLCONFIGDIR": all(map(writable, matplotlib)),
        "NUMBA_CACHE_DIR": writable(Path(env.get("NUMBA_CACHE_DIR") or ROOT / "analysis")),
    }
    return {name: str(build() / "home" / name.lower()) for name, kept in usable.items() if not kept}


def caches() -> "dict[str, str]":
    """The variables that keep what the tools of ``test`` remember out of a checkout that is not built in."""
    kept = build() / "caches"
    variables = {
        "RUFF_CACHE_DIR": "ruff",
        "MYPY_CACHE_DIR": "mypy",
        "HYPOTHESIS_STORAGE_DIRECTORY": "hypothesis",
        "COVERAGE_FILE": "coverage",
    }
    env = {name: str(kept / folder) for name, folder in variables.items()}
    option = "-o cache_dir=" + shlex.quote((kept / "pytest").as_posix())
    env["PYTEST_ADDOPTS"] = (os.environ.get("PYTEST_ADDOPTS", "") + " " + option).strip()
    return env


# One at a time


def try_lock(file: int) -> bool:
    """Lock an open file for this process, until it is closed; False where another process has it.

    The system gives the lock back when its holder ends, however it ends.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, 1 << 20, os.SEEK_SET)  # far from the number, or others could not read it
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)  # some network drives know no locks: go on
    return True


@contextlib.contextmanager
def alone(name: str, what: str) -> "Iterator[None]":
    """Be the only make.py that does this in this checkout; a second one says whom it waits for, and waits."""
    build().mkdir(parents=True, exist_ok=True)
    path = build() / (name + ".lock")
    file = os.open(str(path), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        tries = 0
        while not try_lock(file):
            tries += 1
            if tries == 2:  # by now the other has written down its number
                other = path.read_text(encoding="ascii", errors="replace").strip()
                number = " (process {0})".format(other) if other else ""
                say("Another make.py{0} is {1}: waiting ...".format(number, what))
            time.sleep(0.1)
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, str(os.getpid()).encode("ascii"))
        yield
    finally:
        os.close(file)


# The environment


def child_environment() -> "dict[str, str]":
    """The variables for everything started here: .venv first, and nothing of the caller's Python."""
    hidden = (
        "PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "MPLBACKEND",
        "PYTHONDONTWRITEBYTECODE",  # compiling a few thousand modules takes seconds, at each start
    )  # fmt: skip
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env["VIRTUAL_ENV"] = str(venv())
    env["PATH"] = str(venv_python().parent) + os.pathsep + env.get("PATH", "")
    env["PIP_USER"] = "0"
    env["PYTHONUTF8"] = "1"
    env["JUPYTER_PREFER_ENV_PATH"] = "1"
    env["IPYTHONDIR"] = str(build() / "ipython")  # nobody's start-up files in stored outputs
    env.update(fallbacks(env))
    if place() != ROOT:
        env[ELSEWHERE] = str(place())  # they run in the root
        env.update(caches())
    return env


def venv_version() -> str:
    """The version of .venv's Python; '' where it does not run, is too old or is not .venv's own."""
    code = "import sys; print(sys.prefix != sys.base_prefix and '%d.%d.%d' % sys.version_info[:3] or '')"
    try:
        found = subprocess.run(
            [str(venv_python()), "-c", code],
            env=child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return ""
    version = found.stdout.decode("ascii", "replace").strip() if found.returncode == 0 else ""
    return version if version and tuple(map(int, version.split(".")[:2])) >= OLDEST else ""


def fingerprint(version: str) -> str:
    """What .venv was made from: the lock, the project's own description, the version of Python; and where."""
    digest = hashlib.sha256(version.encode())
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest() + " " + whereabouts()


def whereabouts() -> str:
    """A digest of the paths of the checkout and of .venv, which the scripts in .venv name."""
    paths = [os.path.normcase(str(path)) for path in (ROOT, venv())]
    return hashlib.sha256(os.fsencode("\0".join(paths))).hexdigest()


def moved() -> bool:
    """Whether .venv was made for another place, and then moved or copied here with the checkout."""
    stamp = venv() / "stamp"
    return stamp.exists() and stamp.read_text().split()[1:] != [whereabouts()]


def run_logged(command: "list[str]", what: str) -> None:
    """Run one step of the set-up with its output in build/set-up.log; raises Stop where it fails."""
    log = build() / "set-up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    lines = []  # type: list[str]
    with log.open("a", encoding="utf-8", errors="backslashreplace") as out:
        out.write("$ " + " ".join(command) + "\n")
        child = subprocess.Popen(
            command, cwd=str(ROOT), env=child_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            assert child.stdout is not None
            for raw in child.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                lines.append(line)
                out.write(line + "\n")
                if sys.stdout.isatty():
                    shown = "  {0:3.0f} s  {1}".format(time.monotonic() - start, line.strip())
                    say("\r" + shown[:100].ljust(100), end="")
            code = child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if sys.stdout.isatty() and lines:
        say("\r" + " " * 100 + "\r", end="")
    if code:
        raise Stop(reason(what, code, lines))


_OFFLINE = re.compile(
    "Failed to establish|name resolution|Name or service not known|getaddrinfo|[Nn]etwork is unreachable"
    "|[Cc]onnection ?(refused|reset|error|aborted)|ConnectTimeout|timed out|dns error|[Pp]roxyError"
    "|error sending request|tcp connect|[Ff]ailed to fetch|NewConnectionError"
)


def reason(what: str, code: int, lines: "list[str]") -> str:
    """One sentence on why a step of the set-up failed, from what it printed."""
    text = "\n".join(lines)
    where = " (everything it said is in build/set-up.log)."
    if "DO NOT MATCH THE HASHES" in text or "ash mismatch" in text:
        return "A downloaded package is not the one in requirements.lock, so nothing of it was used" + where
    if "No space left on device" in text:
        return FULL + where
    if _OFFLINE.search(text):
        return "The package index could not be reached: see to the network and call again" + where
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return "The set-up stopped, for {0} failed with exit code {1}: {2}{3}".format(
        what, code, last.rstrip("."), where
    )


def remove(path: Path) -> None:
    """Remove a file, a link or a whole directory; raises Stop where the system refuses."""
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(str(path))
    except OSError as error:
        raise Stop(
            "{0} cannot be removed ({1}): close what uses it and call again.".format(
                path.name, error.strerror or error
            )
        ) from None


def create_venv(uv: "str | None") -> None:
    """A new, empty .venv in place of whatever is there; raises Stop where venv or ensurepip is missing."""
    base = getattr(sys, "_base_executable", None) or sys.executable  # .venv's own Python is about to go
    if not uv:
        probe = [base, "-c", "import venv, ensurepip"]
        if subprocess.call(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            raise Stop(
                "This Python cannot make environments: install its venv module (on Debian and Ubuntu: "
                "apt install python3-venv), or uv, and call again."
            )
    remove(venv())
    if uv:
        run_logged([uv, "venv", "--python", base, str(venv())], "uv venv")
    else:
        run_logged([base, "-m", "venv", str(venv())], "python -m venv")


def install(uv: "str | None") -> None:
    """Everything in requirements.lock, by hash; raises Stop where that fails."""
    python = str(venv_python())
    hashed = ["--require-hashes", "-r", "requirements.lock"]
    if uv:
        compiled = ["--compile-bytecode"]  # as pip does: or each start of Python takes seconds more
        run_logged([uv, "pip", "install", "--python", python] + compiled + hashed, "uv pip install")
        return
    pip = [python, "-m", "pip"]
    if subprocess.call(pip + ["--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        run_logged([python, "-m", "ensurepip", "--default-pip"], "python -m ensurepip")  # uv makes none
    run_logged(pip + ["install", "--no-deps"] + hashed, "pip install")


def link_project() -> None:
    """Let .venv's Python find analysis/, wherever it is started: by a file that every locale can read.

    An editable installation writes the path of the checkout, in which a letter that the locale does not have ends
    each start of Python; and a copied .venv would go on running the checkout that it was copied from.
    """
    code = "import sysconfig; print(ascii(sysconfig.get_path('purelib')))"
    told = subprocess.check_output([str(venv_python()), "-c", code], env=child_environment())
    packages = Path(ast.literal_eval(told.decode("ascii")))
    line = "import sys; sys.path.append({0})".format(ascii(str(ROOT)))
    if ROOT in Path(os.path.realpath(str(packages))).parents:
        line = os.path.relpath(str(ROOT), str(packages))  # moves with the checkout
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
    """Let Matplotlib list the fonts now: it warns where the first figure takes long, and outputs are compared."""
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
    """Bring .venv to requirements.lock: at once if it is there already, in place if it is sound, else anew."""
    need(build())
    if is_ready():
        return
    with alone("set-up", "setting up .venv"):
        if not is_ready():  # another may just have done it
            make_ready()


def make_ready() -> None:
    """Update .venv, or make it; raises Stop where that fails."""
    need(venv() if venv().is_dir() else place())
    stamp, unfinished = venv() / "stamp", venv() / "unfinished"
    version = "" if unfinished.exists() or moved() else venv_version()
    uv = shutil.which("uv")
    remove(build() / "set-up.log")
    start = time.monotonic()
    say(
        "{0} .venv with {1}; this takes a minute or two the first time ...".format(
            "Updating" if version else "Making", "uv" if uv else "pip"
        )
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
        remove(unfinished)  # pip and uv take back what they could not finish
        raise
    link_project()
    settle_lab()
    warm_fonts()
    stamp.write_text(fingerprint(version))
    remove(unfinished)
    say(".venv is ready ({0:.0f} s).".format(time.monotonic() - start))


def python_call(*arguments: str) -> int:
    """The exit code of .venv's Python with these arguments, run in the root."""
    command = [str(venv_python())] + list(arguments)
    return exit_code(subprocess.Popen(command, cwd=str(ROOT), env=child_environment()))


# The book


def notebook_paths() -> "list[Path]":
    """Every notebook of the book, solutions included, in the order of their names."""
    found = (ROOT / "notebooks").rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def notebooks_called(name: str) -> "list[Path]":
    """The notebooks meant by 02, 02_quarter_bound, 05_solutions, solutions/05, a path, solutions or notebooks."""
    wanted = re.sub("^(.*/)?notebooks(/|$)", "", name.replace("\\", "/")).rstrip("/")
    wanted = wanted[: -len(".ipynb")] if wanted.endswith(".ipynb") else wanted
    every = {
        path: path.relative_to(ROOT / "notebooks").as_posix()[: -len(".ipynb")] for path in notebook_paths()
    }
    if not wanted:
        return list(every) if name else []
    begins = (wanted + "_", wanted + "/")
    found = [path for path, called in every.items() if called == wanted or called.startswith(begins)]
    return found or [path for path in every if path.stem == wanted]


def no_notebook(name: str, other: str = "") -> Stop:
    """What to say of a name that no notebook has."""
    every = [path.relative_to(ROOT / "notebooks").as_posix()[: -len(".ipynb")] for path in notebook_paths()]
    return Stop(
        "No notebook is called {0}{1}; there are {2}.".format(name, other, ", ".join(every) or "none")
    )


def leading_notebooks(words: "list[str]") -> "tuple[list[Path], list[str]]":
    """The notebooks that the first words name, and the words from the first option or file of tests on.

    Raises Stop for a word before those that names nothing.
    """
    paths = []  # type: list[Path]
    for count, word in enumerate(words):
        named = [] if word.startswith("-") else notebooks_called(word)
        if not named:
            if word and not word.startswith("-") and not (ROOT / word.split("::")[0]).exists():
                raise no_notebook(word, ", nor is there a file or folder of that name")
            return paths, words[count:]
        paths += [path for path in named if path not in paths]
    return paths, []


def stage() -> bool:
    """Copy book/ and notebooks/ to build/source, times kept; True where a file had to be removed there."""
    source = build() / "source"
    wanted = {}
    for origin, target in ((ROOT / "book", source), (ROOT / "notebooks", source / "notebooks")):
        for path in origin.rglob("*"):
            hidden = {"__pycache__", ".ipynb_checkpoints"}.intersection(path.parts)
            if path.is_file() and not hidden:
                wanted[target / path.relative_to(origin)] = path
    for target, path in wanted.items():
        new = path.stat()
        if target.is_file():
            old = target.stat()
            if (old.st_size, old.st_mtime) == (new.st_size, new.st_mtime):
                continue
        target.parent.mkdir(parents=True, exist_ok=True)
        remove(target)
        shutil.copyfile(str(path), str(target))  # not its permissions, which may not let it be written again
        os.utime(str(target), ns=(new.st_atime_ns, new.st_mtime_ns))
    present = (path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    stale = [path for path in present if path not in wanted]
    for path in stale:
        path.unlink()
    return bool(stale)


def build_book(strict: bool = False) -> int:
    """Build build/html from the stored outputs; no cell is run. ``strict`` starts anew and fails on warnings."""
    html, trees = build() / "html", build() / "doctrees"
    options = ["-W", "--keep-going"] if strict else []
    places = ["-d", str(trees), str(build() / "source"), str(html)]
    with alone("book", "building the book"):
        if stage() or strict:
            remove(html)
            remove(trees)
        return python_call("-m", "sphinx", "-q", "-b", "html", *(options + places))


class Handler(http.server.SimpleHTTPRequestHandler):
    """The built pages, never from a stale cache, and without a line per request."""

    extensions_map = dict(
        http.server.SimpleHTTPRequestHandler.extensions_map,
        **{".js": "text/javascript", ".mjs": "text/javascript", ".woff": "font/woff", ".woff2": "font/woff2"},
    )

    def list_directory(self, path: "str | os.PathLike[str]") -> None:
        self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def open_server(port: "int | None") -> "http.server.ThreadingHTTPServer":
    """A server of build/html on the loopback address; raises Stop where the port asked for is taken.

    With no port asked for, the first free one from 8000 on.
    """
    handler = functools.partial(Handler, directory=str(build() / "html"))
    http.server.ThreadingHTTPServer.allow_reuse_address = os.name != "nt"  # there it would share a busy port
    for candidate in [port] if port is not None else range(PORT, PORT + 20):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except OSError as error:
            why = error.strerror or str(error)
        except OverflowError:
            raise Stop("A port is a number from 0 to 65535, not {0}.".format(port)) from None
    if port is None:
        raise Stop("Ports {0} to {1} are all taken: name one with --port.".format(PORT, PORT + 19))
    raise Stop(
        "Port {0} cannot be used ({1}): name another, as in python3 make.py book --port {2}.".format(
            port, why.lower(), port + 1 if port < 65535 else PORT
        )
    )


def book(serve: bool, port: "int | None") -> int:
    """Build the book and serve it until Ctrl-C."""
    server = open_server(port) if serve else None  # a busy port is said before the work, not after
    try:
        set_up()
        say("Building the book ...")
        start = time.monotonic()
        code = build_book()
        index = build() / "html" / "index.html"
        if code:
            raise Stop("The book was not built: what Sphinx says above names the page.")
        say("The book is built ({0:.1f} s): {1}".format(time.monotonic() - start, index))
        if server is not None:
            say("Read it at http://127.0.0.1:{0}/ (Ctrl-C ends this).".format(server.server_address[1]))
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                say("")
    finally:
        if server is not None:
            server.server_close()
    return 0


# Slides and PDF


def slides() -> int:
    """Build build/slides: for each chapter a deck of the cells that are marked as slides."""
    set_up()
    start = time.monotonic()
    target = build() / "slides"
    if python_call(str(ROOT / "book" / "slides.py"), str(target)):
        raise Stop("The slides were not built: the reason stands above.")
    say("The slides are built ({0:.1f} s): {1}".format(time.monotonic() - start, target / "index.html"))
    return 0


PDF_FILES = ("fontspec.sty", "tabulary.sty", "varwidth.sty", "wasysym.sty", "FreeSerif.otf")
PDF_PACKAGES = (
    "texlive-xetex texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended latexmk tex-gyre "
    "fonts-freefont-otf xindy"
)


def lacking_for_pdf() -> "list[str]":
    """What the PDF needs of the system and is not there: commands, and files that TeX finds."""
    lacking = [name for name in ("xelatex", "latexmk", "kpsewhich") if not shutil.which(name)]
    if lacking:
        return lacking
    found = subprocess.run(["kpsewhich"] + list(PDF_FILES), stdout=subprocess.PIPE)
    paths = found.stdout.decode("utf-8", "replace")
    return [name for name in PDF_FILES if name not in paths]


def missing_characters(log: str) -> "list[str]":
    """The characters that no font had, from xelatex's log: each is a hole in the page."""
    return sorted(set(re.findall(r"Missing character: There is no (\S+)", log)))


def lost_references(log: str) -> "list[str]":
    """The links that lead nowhere, from xelatex's log of its last run."""
    return sorted(set(re.findall(r"LaTeX Warning: (?:Hyper r|R)eference `([^']+)' .*undefined", log)))


def pdf() -> int:
    """Build build/pdf/unstable-gradients.pdf; raises Stop where TeX is missing, fails, or leaves a hole."""
    lacking = lacking_for_pdf()
    if lacking:
        raise Stop(
            "The PDF needs {0}, not found here; on Debian and Ubuntu: apt-get install --no-install-recommends "
            "{1}.".format(", ".join(lacking), PDF_PACKAGES)
        )
    set_up()
    say("Building the PDF; this takes about half a minute ...")
    start = time.monotonic()
    folder = build() / "pdf"
    tex = folder / "tex"
    places = ["-d", str(folder / "doctrees"), str(build() / "source"), str(tex)]
    with alone("book", "building the book"):
        remove(folder)
        stage()
        if python_call("-m", "sphinx", "-q", "-b", "latex", *places):
            raise Stop("The PDF was not built: what Sphinx says above names the page.")
    command = ["latexmk", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "unstable-gradients.tex"]
    env = dict(child_environment(), max_print_line="1000")  # or the log breaks its lines anywhere
    with (folder / "latexmk.log").open("wb") as out:
        child = subprocess.Popen(command, cwd=str(tex), env=env, stdout=out, stderr=subprocess.STDOUT)
        code = exit_code(child)
    log = tex / "unstable-gradients.log"
    told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if code:
        why = next((line[1:].strip() for line in told.splitlines() if line.startswith("!")), "")
        raise Stop("The PDF was not built: {0} (see {1}).".format(why.rstrip(".") or "latexmk failed", log))
    holes = missing_characters(told)
    if holes:
        raise Stop(
            "The PDF has holes, for no font has {0} (see {1}): give them a font in book/conf.py.".format(
                " ".join(holes), log
            )
        )
    lost = lost_references(told)
    if lost:
        raise Stop("The PDF has links to nowhere: {0} (see {1}).".format(" ".join(lost), log))
    target = folder / "unstable-gradients.pdf"
    shutil.copy2(str(tex / target.name), str(target))
    say("The PDF is built ({0:.1f} s): {1}".format(time.monotonic() - start, target))
    return 0


# Tests, notebooks


def workers() -> str:
    """How many processes a test run uses: one per core of this process, at most 8."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return str(max(1, min(8, cores or 1)))


def nbval(paths: "list[Path]", extra: "list[str]") -> int:
    """Run notebooks again and compare with their stored outputs: strictly on Linux, else for errors only."""
    warm_fonts()
    mode = "--nbval" if sys.platform.startswith("linux") else "--nbval-lax"
    # its own pytest run: shuffled or spread cells would not be a notebook
    options = ["-q", mode, "--nbval-current-env", "-p", "no:randomly"]
    if len(paths) > 1:
        options += ["-n", workers(), "--dist", "loadfile"]
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    return python_call("-m", "pytest", *(options + names + extra))


def every_notebook() -> int:
    """``nbval`` of them all."""
    if not notebook_paths():
        say("There is no notebook in notebooks/ to run.")
        return 1
    return nbval(notebook_paths(), [])


def strict_book() -> int:
    """The book from nothing, warnings being errors; the tests of the pages then read this one."""
    code = build_book(strict=True)
    if code == 0:
        os.environ["BOOK_IS_BUILT"] = "1"
    return code


def test(extra: "list[str]") -> int:
    """Every check there is, and a table of them; with arguments, the notebooks they name, or pytest with them."""
    paths, rest = leading_notebooks(extra)
    set_up()
    if paths:
        return nbval(paths, rest)
    if rest:
        asked = any(word.startswith("--nbval") for word in rest)
        return python_call("-m", "pytest", *((["-p", "no:randomly"] if asked else []) + rest))
    os.environ.pop("BOOK_IS_BUILT", None)
    unit = ["-q", "-n", workers(), "--dist", "worksteal", "--durations", "12", "tests"]
    measured = ["--cov", "--cov-report="]  # of analysis/; fails below what pyproject.toml says, and says so
    steps = [
        ("ruff check", lambda: python_call("-m", "ruff", "check", ".")),
        ("ruff format", lambda: python_call("-m", "ruff", "format", "--check", ".")),
        (
            "mypy --strict",
            lambda: python_call("-m", "mypy", "--strict", "analysis", "unstable_gradients", "make.py"),
        ),
        ("book, no warning", strict_book),
        ("unit tests, coverage", lambda: python_call("-m", "pytest", *(unit + measured))),
        ("notebooks", every_notebook),
    ]  # type: list[tuple[str, Callable[[], int]]]
    table = []
    for name, step in steps:
        say("\n=== {0}".format(name))
        start = time.monotonic()
        code = step()
        table.append((name, code, time.monotonic() - start))
    say("\n=== summary")
    for name, code, seconds in table:
        say("{0:>7}  {1:<21}{2:7.1f} s".format("ok" if code == 0 else "FAILED", name, seconds))
    return int(any(code for _, code, _ in table))


def lab(extra: "list[str]") -> int:
    """JupyterLab on notebooks/, their stored outputs trusted."""
    set_up()
    shipped = [str(path) for path in notebook_paths()]
    if shipped and python_call("-m", "nbformat.sign", *shipped):
        raise Stop("The notebooks could not be marked as trusted: Jupyter's reason stands above.")
    return python_call("-m", "jupyterlab", "--ServerApp.root_dir=" + str(ROOT / "notebooks"), *extra)


def refresh(names: "list[str]") -> int:
    """Run the notebooks named (all, if none) and store their outputs."""
    paths = []  # type: list[Path]
    for name in names:
        named = notebooks_called(name)
        if not named:
            raise no_notebook(name)
        paths += [path for path in named if path not in paths]
    set_up()
    warm_fonts()
    return python_call(str(ROOT / "book" / "refresh.py"), *map(str, paths if names else notebook_paths()))


def bench(peers: bool, store: bool, only: "str | None") -> int:
    """Time the fast paths beside other libraries, on one core and on all; the results lie in build/bench."""
    set_up()
    if peers:
        import tomllib  # whatever runs this far has it

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        python = str(venv_python())
        uv = shutil.which("uv")
        command = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
        run_logged(command + project["optional-dependencies"]["peers"], "the installation of the peers")
    folder = build() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "races.json"
    if results.exists():
        results.unlink()
    chosen = ["-k", only] if only else []
    code = 0
    for cores in sorted({1, min(2, os.cpu_count() or 1)}):
        os.environ.update(BENCH_CORES=str(cores), BENCH_RESULTS=str(results))
        kept = "--benchmark-json={0}".format(folder / "cores-{0}.json".format(cores))
        options = ["-q", "-p", "no:randomly", "-n0", "--benchmark-columns=median,rounds", kept]
        code = python_call("-m", "pytest", "benchmarks", *(options + chosen)) or code
    if store and code == 0:
        target = ROOT / "analysis" / "chapters" / "speed" / "races.json"
        code = python_call(str(ROOT / "benchmarks" / "record.py"), str(results), str(target))
        say("Stored for the page on speed: {0}; now call make.py refresh speed.".format(target))
    say("The results: {0}".format(results))
    return code


def parse(arguments: "list[str]") -> argparse.Namespace:
    """The command and its options."""
    parser = argparse.ArgumentParser(prog="make.py", description="Read, test and work on the book.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True
    one = commands.add_parser("book", help="build the book and serve it on this machine")
    one.add_argument("--no-serve", action="store_true", help="only build it")
    one.add_argument("--port", type=int, help="serve on this port (default: the first free one from 8000 on)")
    commands.add_parser("slides", help="build a slide deck for each chapter")
    commands.add_parser("pdf", help="build the book as a PDF; needs xelatex")
    commands.add_parser(
        "test", help="run every check; the notebooks named, as in 05; or pytest with its arguments"
    )
    commands.add_parser("lab", help="open the notebooks in JupyterLab; arguments are passed on")
    one = commands.add_parser("refresh", help="run notebooks and store their outputs")
    one.add_argument(
        "names", nargs="*", metavar="NAME", help="as in 02, 02_quarter_bound, 02_solutions (default: all)"
    )
    one = commands.add_parser("bench", help="time the fast paths beside other libraries")
    one.add_argument("--peers", action="store_true", help="install PyTorch and JAX first")
    one.add_argument("--store", action="store_true", help="keep the results for the page on speed")
    one.add_argument("--only", metavar="NAME", help="the benchmarks whose name contains this")
    return parser.parse_args(arguments)


def work(arguments: "list[str]") -> int:
    """Do what the command line says; the exit code of the work."""
    if sys.version_info < OLDEST:
        return relaunch(arguments)
    if arguments[:1] == ["test"] and arguments[1:] not in (["-h"], ["--help"]):
        return test(arguments[1:])
    if arguments[:1] == ["lab"] and arguments[1:] not in (["-h"], ["--help"]):
        return lab(arguments[1:])
    options = parse(arguments)
    if options.command == "book":
        return book(serve=not options.no_serve, port=options.port)
    if options.command == "slides":
        return slides()
    if options.command == "pdf":
        return pdf()
    if options.command == "bench":
        return bench(options.peers, options.store, options.only)
    return refresh(options.names)


def main(arguments: "list[str]") -> int:
    """``work``, with every failure that has a known cause told in one sentence."""
    try:
        return work(arguments)
    except Stop as stop:
        say(str(stop))
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES):
            raise
        why = "The file {0} cannot be used ({1}).".format(error.filename, (error.strerror or "").lower())
        say(FULL + "." if error.errno == errno.ENOSPC else why)
        return 1
    except KeyboardInterrupt:
        say("\nStopped; the same call again takes it from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
