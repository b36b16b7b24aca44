"""Packages of the extras, ``book`` and ``torch``:
imported where they are used, and named in one sentence where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def of_book(name: str) -> Any:
    """The module of that name, of the extra ``book``; raises as ``of_extra``."""
    return of_extra(name, "book")


def of_extra(name: str, extra: str) -> Any:
    """The module of that name;
    raises ModuleNotFoundError saying what to install where its package is not there."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        package = name.partition(".")[0]
        if error.name != package:
            raise  # the package is there, and lacks something of its own
        raise ModuleNotFoundError(
            f"{package} is not installed: install unstable-gradients[{extra}]", name=package
        ) from None
