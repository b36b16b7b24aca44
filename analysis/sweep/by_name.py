"""The experiments a sweep can be told by name:
workers are sent the name, and find the function themselves."""

from __future__ import annotations

import importlib

from analysis.sweep.experiment import Experiment

EXPERIMENTS = {"gradient-size": "analysis.chapters.initialisation.gradient_size:GRADIENT_SIZE"}


def named(name: str) -> Experiment:
    """The experiment of that name, or for "package.module:NAME" the ``Experiment`` called NAME in a
    module of one's own.

    The module must be importable on the workers too. Raises ValueError naming the known ones.
    """
    place = EXPERIMENTS.get(name, name) if isinstance(name, str) else ""
    module, colon, attribute = place.partition(":")
    if module and colon and attribute:
        try:
            found = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError, TypeError, ValueError) as error:  # the last two: "..x", "x..y"
            raise ValueError(f"experiment {name!r} cannot be had: {error}") from None
        if isinstance(found, Experiment):
            return found
    raise ValueError(
        f"experiment must be one of {', '.join(EXPERIMENTS)}, or 'module:NAME' of an Experiment, not {name!r}"
    )
