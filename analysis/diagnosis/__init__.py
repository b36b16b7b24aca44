"""The reader's own network: measured, compared with the theory of its architecture, and what to change.

>>> from analysis.diagnosis import Report, Measured
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analysis.diagnosis.findings import Finding
from analysis.diagnosis.measured import Measured, Site
from analysis.diagnosis.report import Report
from analysis.numeric.arguments import whole

__all__ = ["Finding", "Measured", "Report", "Site", "diagnose"]


def diagnose(
    model: Any,
    batches: Any,
    *,
    loss: Callable[..., Any] | None = None,
    seeds: int = 6,
    probes: int = 1,
    optimiser: Any = None,
) -> Report:
    """Measure a PyTorch module, or a factory of modules with ``seeds`` seeds, and say what is wrong with it.

    ``batches``: a tensor; a tuple of arguments; a dict of keyword arguments; or a list of any of these. With
    ``loss`` a batch is a tuple whose last part is the target, and ``loss(output, target)`` must give a number.
    ``optimiser``, made for the model, adds the size of its step. Raises TypeError or ValueError in words for
    what cannot be measured, ModuleNotFoundError where PyTorch is not installed.
    """
    from tqdm import tqdm

    from analysis.diagnosis.in_torch import measure

    some = batches if isinstance(batches, list) else [batches]
    if not some:
        raise ValueError("batches must not be empty: give at least one batch")

    def bar(draws: Sequence[Any]) -> Any:
        return tqdm(draws, desc="networks", disable=True if len(draws) == 1 else None, leave=False)

    found = measure(
        model,
        some,
        loss=loss,
        seeds=range(whole("seeds", seeds)),
        probes=probes,
        optimiser=optimiser,
        progress=bar,
    )
    return Report(found)
