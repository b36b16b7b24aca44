"""The command line: what may be called, what of it can be said to be wrong before any work, and the work."""

from __future__ import annotations

import argparse

from tools import notebooks, pdf, pytorch, serve

PASSED_ON = {"test", "lab"}
"""Commands whose words are not all make.py's own."""
SIZES = ("--quick", "--all")
"""Those of ``test`` that are."""


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="make.py", description="Read, test and work on the book.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    one = commands.add_parser("book", help="build the book and serve it on this machine")
    one.add_argument("--no-serve", action="store_true", help="only build it")
    one.add_argument("--port", type=int, help="serve on this port (default: the first free one from 8000 on)")
    commands.add_parser("slides", help="build a slide deck for each chapter")
    commands.add_parser("pdf", help="build the book as a PDF; needs xelatex")
    one = commands.add_parser(
        "test",
        help="run every check; the notebooks named, as in 05; or pytest with its arguments",
        usage="make.py test [--quick | --all] | NOTEBOOK ... [ARGUMENT OF PYTEST ...] | "
        "ARGUMENT OF PYTEST ...",
    )
    size = one.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="what takes little time: 90 s on two cores")
    size.add_argument("--all", action="store_true", help="every sample, where otherwise some are drawn")
    commands.add_parser("lab", help="open the notebooks in JupyterLab; arguments are passed on")
    one = commands.add_parser("refresh", help="run notebooks and store their outputs")
    one.add_argument(
        "names", nargs="*", metavar="NAME", help="as in 02, 02_quarter_bound, 02_solutions (default: all)"
    )
    one = commands.add_parser("words", help="count the words that stand open on the pages")
    one.add_argument("names", nargs="*", metavar="NAME", help="as in 02 (default: all chapters)")
    commands.add_parser("torch", help="install PyTorch into .venv, for diagnoses of PyTorch modules")
    one = commands.add_parser("bench", help="time the fast paths beside other libraries")
    one.add_argument("--peers", action="store_true", help="install PyTorch and JAX first")
    one.add_argument("--store", action="store_true", help="keep the results for the page on speed")
    one.add_argument("--only", metavar="NAME", help="the benchmarks whose name contains this")
    return top


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command and its options; ``words`` are those that go to pytest or to JupyterLab."""
    command, words = arguments[:1], arguments[1:]
    if not PASSED_ON.intersection(command) or words in (["-h"], ["--help"]):
        return parser().parse_args(arguments)
    own = [word for word in words if command == ["test"] and word in SIZES]
    options = parser().parse_args(command + own)
    options.words = [word for word in words if word not in own]
    return options


def check(options: argparse.Namespace) -> None:
    """Raises Stop for what can be said before the work: a busy port, an unknown notebook, no TeX."""
    if options.command == "book" and not options.no_serve:
        serve.open_server(options.port).server_close()
    elif options.command == "pdf":
        pdf.need_tex()
    elif options.command == "test":
        notebooks.leading_notebooks(options.words)
    elif options.command in ("refresh", "words"):
        notebooks.named(options.names)


def run(options: argparse.Namespace) -> int:
    """The exit code of the work, in .venv."""
    match options.command:
        case "book":
            from tools.book import book

            return book(serving=not options.no_serve, port=options.port)
        case "slides":
            from tools.slides import slides

            return slides()
        case "pdf":
            return pdf.pdf()
        case "test":
            from tools.test import test

            return test(options.words, small=options.quick, every=options.all)
        case "lab":
            from tools.lab import lab

            return lab(options.words)
        case "words":
            from tools.words import words

            return words(options.names)
        case "torch":
            return pytorch.install()
        case "bench":
            from tools.bench import bench

            return bench(options.peers, options.store, options.only)
        case _:
            from tools.refresh import refresh

            return refresh(pytorch.runnable(notebooks.named(options.names), named=bool(options.names)))
