"""The reader's own network: measured, compared with the theory of its architecture, and what to change.

It stands on ``symbolic`` and ``numeric`` alone, and names claims by their labels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from analysis.diagnosis.finding import Finding
from analysis.diagnosis.measured import Measured, Site
from analysis.diagnosis.report import Report
from analysis.numeric.arguments import whole
from analysis.numeric.network import Network

__all__ = ["Finding", "Measured", "Report", "Site", "diagnose"]


class _Diagnose:
    """``diagnose(model, batches)`` measures a network and says which layer is wrong, why, and what to change.

    ``diagnose.chain(functions, x)`` measures a list of functions, ``diagnose.recorded(x)`` reads what was
    measured elsewhere.

    >>> import numpy as np
    >>> from analysis.numeric.network import Network
    >>> def make(rng):  # thirty layers of 50 ReLU neurons with half of He's variance
    ...     sizes = (20, *[50] * 30, 10)
    ...     shapes = zip(sizes, sizes[1:])
    ...     weights = tuple(rng.standard_normal((n, m)) / np.sqrt(m) for m, n in shapes)
    ...     biases = tuple(np.zeros(n) for n in sizes[1:])
    ...     return Network(sizes, weights, biases, activation="relu", output="identity")
    >>> report = diagnose(make, np.random.default_rng(0).standard_normal((64, 20)))
    >>> report.findings[0].code
    'weights too small'
    >>> print(f"{report.segment.predicted:.2f} = log(1/2)/2; {report.segment.slope:.2f} measured")
    -0.35 = log(1/2)/2; -0.36 measured
    """

    def __call__(
        self,
        model: Any,
        batches: Any,
        *,
        loss: Callable[..., Any] | str | None = None,
        seeds: int = 6,
        probes: int = 1,
        optimiser: Any = None,
    ) -> Report:
        """Measure a network and say what is wrong with it.

        ``model``: a PyTorch module, or a function without arguments that makes one (then ``seeds`` networks
        are drawn, which is how to tell a fault from one draw); a ``Network`` of this library, or a function
        that makes one from a generator. ``batches``: a tensor or array; a tuple of arguments; a dict of
        keyword arguments; or a list of any of these. With ``loss`` a batch ends with its target, and
        ``loss(output, target)`` must give one number; of a ``Network`` it is a kind of cost, such as
        "cross-entropy". Without it the backward pass starts from ``probes`` random directions at the output.
        ``optimiser``, made for a PyTorch model, adds the size of its next step.

        The model, its gradients, mode, buffers and hooks and the global random state stay as they are. Raises
        TypeError or ValueError in words for what cannot be measured, ModuleNotFoundError where PyTorch is
        needed and not installed.
        """
        some = batches if isinstance(batches, list) else [batches]
        if not some:
            raise ValueError("batches must not be empty: give at least one batch")
        draws = range(whole("seeds", seeds))
        if isinstance(model, Network) or _takes_a_generator(model):
            from analysis.diagnosis import of_network

            if optimiser is not None or not (loss is None or isinstance(loss, str)):
                raise TypeError(
                    "loss of a Network must be a kind of cost such as 'cross-entropy', optimiser None"
                )
            found = of_network.measure(model, some, loss=loss, seeds=draws, probes=probes, progress=_bar)
            return Report(found)
        if isinstance(loss, str):
            raise TypeError(f"loss of a PyTorch model must be a function of output and target, not {loss!r}")
        from analysis.diagnosis import in_torch

        return Report(
            in_torch.measure(
                model, some, loss=loss, seeds=draws, probes=probes, optimiser=optimiser, progress=_bar
            )
        )

    def chain(self, functions: Sequence[Any], x: Any, *, probes: int = 1) -> Report:
        """Measure a list of functions on a batch x (m, n): JAX's, or NumPy's alone or with their backward
        pass as pairs ``(f, vjp)``; see ``functions``.

        >>> import numpy as np
        >>> halve = [lambda x: x / 2] * 20
        >>> found = diagnose.chain(halve, np.ones((4, 3)) + np.eye(4, 3))
        >>> round(found.segment.slope, 6), found.findings[0].code
        (-0.693147, 'weights too small')
        """
        from analysis.diagnosis.functions import measure

        return Report(measure(functions, x, probes=probes))

    def recorded(self, x: Any) -> Report:
        """What was measured elsewhere: a ``Measured``, or the JSON of one or of the probe, as text or as a
        path."""
        from analysis.diagnosis.recorded import read

        return Report(read(x))


def _takes_a_generator(model: Any) -> bool:
    """Whether it is a function of one required argument: PyTorch's factories take none."""
    import inspect

    torch = sys.modules.get("torch")
    if (
        not callable(model)
        or (torch is not None and isinstance(model, torch.nn.Module))
        or isinstance(model, type)
    ):
        return False
    try:
        parameters = inspect.signature(model).parameters.values()
    except (TypeError, ValueError):
        return False
    return (
        sum(
            p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
            for p in parameters
        )
        == 1
    )


def _bar(draws: Sequence[Any]) -> Any:
    from tqdm import tqdm

    return tqdm(draws, desc="networks", disable=True if len(draws) == 1 else None, leave=False)


diagnose = _Diagnose()
