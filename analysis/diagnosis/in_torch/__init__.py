"""Measuring a PyTorch module: each operation of a forward pass is seen as it is called, functional ones and
sums too, and each gradient as it passes, so that nothing is kept.

The model is left as it was found: its gradients, modes, buffers, hooks and the global random state. Importing
this raises ModuleNotFoundError in a sentence where PyTorch is not installed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from analysis.diagnosis.in_torch import inputs, state, statistics
from analysis.diagnosis.in_torch.library import Refused, torch
from analysis.diagnosis.in_torch.passes import Pass, one_pass
from analysis.diagnosis.in_torch.reach import joined
from analysis.diagnosis.measured import Measured
from analysis.diagnosis.numbers import tables
from analysis.numeric.arguments import function, whole

__all__ = ["measure"]


def measure(
    model: Any,
    batches: Any,
    *,
    loss: Callable[..., Any] | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3, 4, 5),
    probes: int = 1,
    optimiser: Any = None,
    progress: Callable[[Sequence[Any]], Any] = iter,
) -> Measured:
    """Measure a module, or a factory of modules with the seeds given, on each of the batches.

    Without ``loss`` the backward pass starts from random numbers at the output, N(0, 1)/m for a batch of m,
    ``probes`` times; with it from ``loss(output, target)``. ``optimiser`` is one made for the model, or a
    function of the network that makes one. Ctrl-C leaves what was measured. Raises TypeError or ValueError in
    words for what cannot be measured.
    """
    given = inputs.is_model(model)
    some = inputs.batches_of(batches)
    whole("probes", probes)
    if loss is not None:
        function("loss", loss)
    if optimiser is not None and not isinstance(optimiser, torch.optim.Optimizer):
        function("optimiser", optimiser)
    if optimiser is not None and loss is None:
        raise ValueError("optimiser needs a loss: the size of its step depends on the loss's own gradient")
    found: list[Pass] = []
    rows: list[list[Pass]] = []
    nets: list[Any] = []
    complete = True
    with state.random_numbers(model if given else None):
        try:
            for seed in progress([0] if given else list(seeds)):
                state.seed_all(seed)
                net = inputs.unwrapped(model) if given else _drawn(model, nets, some[0], loss is not None)
                if given and inputs.is_lazy(net):
                    raise Refused(
                        "model must have its parameters: some get their shape at the first call, so call it "
                        "once on a batch, or give a function that makes it"
                    )
                found = []
                for batch in some:
                    found.append(one_pass(net, batch, loss, probes, seed, _optimiser(optimiser, net)))
                rows.append(found)
        except KeyboardInterrupt:
            complete = False
            if not rows and not found:
                raise
            rows = rows or [found]
        finally:
            statistics.give_back()
    return _record(rows, loss is not None, complete)


def _drawn(factory: Callable[[], Any], nets: list[Any], batch: Any, with_loss: bool) -> Any:
    """A new network; one whose parameters get their shape at the first call is called once."""
    net = inputs.made(factory, nets)
    nets[:] = [net]  # the last one only, for their memory
    if inputs.is_lazy(net):
        parts = inputs.parts_of(batch, with_loss, torch.empty(0))
        with torch.no_grad():
            net(*parts.arguments, **parts.named)
    return inputs.unwrapped(net)


def _optimiser(optimiser: Any, net: Any) -> Any:
    """It, or what it makes for the network."""
    if optimiser is None or isinstance(optimiser, torch.optim.Optimizer):
        return optimiser
    found = optimiser(net)
    if not isinstance(found, torch.optim.Optimizer):
        raise TypeError(
            "optimiser must be a torch.optim.Optimizer or make one, as lambda net: SGD(net.parameters(), "
            f"0.1); it made {inputs.kind(found)}"
        )
    return found


def _record(rows: list[list[Pass]], with_loss: bool, complete: bool) -> Measured:
    """One record; networks of another seed must call the same sites."""
    first, last = rows[0][0], rows[-1][-1]
    kinds = [(s.name, s.kind) for s in first.watch.sites]
    for one in (one for some in rows for one in some):
        if [(s.name, s.kind) for s in one.watch.sites] != kinds:
            raise ValueError(
                "model must call the same operations for every seed and batch: give batches of one shape, "
                "and call model.eval() where parts are skipped at random"
            )
    arrays, never = tables(
        [[one.watch.numbers for one in some] for some in rows],
        [[one.watch.off for one in some] for some in rows],
    )
    if len(rows) > 1 and all((arrays["forward"][0] == row).all() for row in arrays["forward"][1:]):
        warnings.warn(
            "model made the same network for every seed: the function that makes it must set no seed itself",
            stacklevel=3,
        )
        rows = rows[:1]  # one draw tells nothing of the spread
        arrays, never = {name: x[:1] for name, x in arrays.items()}, never[:1]
    return Measured(
        sites=tuple(first.watch.sites),
        backward=np.array([[one.watch.norms for one in some] for some in rows]),
        never_on=never,
        last=first.watch.last,
        batch_size=first.batch_size,
        probe="loss" if with_loss else "random",
        loss=np.array([[one.loss for one in some] for some in rows]),
        parameters=last.parameters,
        reaches=joined([one.reaches for some in rows for one in some]),
        blocks=first.blocks,
        step=last.step,
        loss_gradient=float(np.mean([one.loss_gradient for some in rows for one in some])),
        loss_calls=last.loss_calls,
        unregistered=tuple(first.watch.strange),
        complete=complete,
        **arrays,
    )
