"""The book's pages, built from the stored outputs of the notebooks; no cell is run."""

from __future__ import annotations

import os
import shutil
import time

from tools import places, processes, serve
from tools.lock import alone
from tools.messages import Stop, say


def stage() -> bool:
    """Copy book/ and notebooks/ to build/source, times kept; True where a file had to be removed there."""
    source = places.build() / "source"
    wanted = {}
    for origin, target in (
        (places.ROOT / "book", source),
        (places.ROOT / "notebooks", source / "notebooks"),
    ):
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
        places.remove(target)
        shutil.copyfile(path, target)  # not its permissions, which may not let it be written again
        os.utime(target, ns=(new.st_atime_ns, new.st_mtime_ns))
    present = (path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    stale = [path for path in present if path not in wanted]
    for path in stale:
        path.unlink()
    return bool(stale)


def build_book(strict: bool = False) -> int:
    """The exit code of building build/html. ``strict`` starts anew and fails on warnings."""
    html, trees = places.build() / "html", places.build() / "doctrees"
    options = ["-W", "--keep-going"] if strict else []
    where = ["-d", str(trees), str(places.build() / "source"), str(html)]
    with alone("book", "building the book"):
        if stage() or strict:
            places.remove(html)
            places.remove(trees)
        return processes.python_call("-m", "sphinx", "-q", "-b", "html", *options, *where)


def book(serving: bool, port: int | None) -> int:
    """Build the book and serve it until Ctrl-C; raises Stop where it does not build."""
    server = serve.open_server(port) if serving else None
    try:
        say("Building the book ...")
        start = time.monotonic()
        if build_book():
            raise Stop("The book was not built: what Sphinx says above names the page.")
        index = places.build() / "html" / "index.html"
        say(f"The book is built ({time.monotonic() - start:.1f} s): {index}")
        if server is not None:
            say(f"Read it at http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends this).")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                say("")
    finally:
        if server is not None:
            server.server_close()
    return 0
