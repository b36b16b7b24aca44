"""``unstable-gradients diagnose module:factory --input 128,64``: measure, print, write one offline page."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.diagnosis import Report, diagnose

DESCRIPTION = "Measure a network at its start and say which layer is wrong, why, and what to change."


def main(argv: Sequence[str]) -> int:
    """Command line; returns 0 where nothing was found, 1 where something was, 2 for input that cannot be
    measured."""
    parser = argparse.ArgumentParser(prog="unstable-gradients diagnose", description=DESCRIPTION)
    parser.add_argument(
        "model", help="module:name of a PyTorch module, or of a function or class that makes one; or the "
        "file of JSON that the probe printed"
    )  # fmt: skip
    parser.add_argument(
        "--input", action="append", default=[], metavar="SHAPE",
        help="shape of an input, the batch first, such as 128,64: random numbers N(0, 1); 8,20:1000 for "
        "integers below 1000; once for each argument of the model",
    )  # fmt: skip
    parser.add_argument("--seeds", type=int, default=6, help="how many networks are drawn (6)")
    parser.add_argument("--html", default="diagnosis.html", help="the page to write (diagnosis.html)")
    parser.add_argument("--json", help="write what was measured to this file too")
    options = parser.parse_args(argv)
    try:
        report = _report(options)
        report.save_html(options.html)
        if options.json:
            report.measured.save(options.json)
    except (ValueError, TypeError, ModuleNotFoundError, OSError) as why:
        print(f"unstable-gradients diagnose: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "unstable-gradients diagnose: interrupted before the first network was measured", file=sys.stderr
        )
        return 130
    print(report)
    print(f"\nThe same with a picture: {options.html}")
    return 0 if report.healthy else 1


def _report(options: argparse.Namespace) -> Report:
    if Path(options.model).suffix == ".json":
        return diagnose.recorded(Path(options.model))
    if not options.input:
        raise ValueError("--input must be given: the shape of a batch, such as --input 128,64")
    model = named(options.model)
    batch = tuple(batch_of(text) for text in options.input)
    return diagnose(model, batch, seeds=options.seeds)


def named(text: str) -> Any:
    """The object that ``module:name`` names, looked for in this folder first; raises ValueError in words."""
    module, colon, name = text.partition(":")
    if not (module and colon and name):
        raise ValueError(f"model must be module:name such as my_net:Net, or a .json file, not {text!r}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module.removesuffix(".py"))
    except ModuleNotFoundError as why:
        raise ValueError(f"model {text!r}: {why}") from why
    for part in name.split("."):
        if not hasattr(found, part):
            raise ValueError(f"model {text!r}: {module} has no {part}")
        found = getattr(found, part)
    return found


def batch_of(text: str) -> Any:
    """A tensor of random numbers of the shape that the text names."""
    from analysis.numeric.optional import of_extra

    torch = of_extra("torch", "torch")
    shape, colon, below = text.partition(":")
    try:
        sizes = [int(part) for part in shape.split(",")]
        high = int(below) if colon else 0
    except ValueError:
        sizes, high = [], 0
    if not sizes or min(sizes) < 1 or (colon and high < 1):
        raise ValueError(
            f"--input must be positive sizes such as 128,64, or 8,20:1000 for integers, not {text!r}"
        )
    generator = torch.Generator().manual_seed(0)
    if colon:
        return torch.randint(high, sizes, generator=generator)
    return torch.randn(sizes, generator=generator)
