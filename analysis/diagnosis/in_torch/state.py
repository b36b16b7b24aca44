"""The model, the optimiser and the random numbers are left as they were found, whatever happens between."""

from __future__ import annotations

import contextlib
import copy
import math
import random
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.diagnosis.in_torch.library import Refused, torch


@contextlib.contextmanager
def random_numbers(model: Any = None) -> Iterator[None]:
    """The global states of PyTorch, of NumPy and of Python; of the devices of ``model``, or of all."""
    if model is not None:
        tensors = [*model.parameters(), *model.buffers()]
        devices = sorted({x.device.index or 0 for x in tensors if x.device.type == "cuda"})
    else:
        devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    of_python, of_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=devices):
        try:
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)  # noqa: NPY002


def seed_all(seed: int) -> None:
    """Start all three from this seed."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002


@contextlib.contextmanager
def as_found(model: Any) -> Iterator[None]:
    """Gradients, ``requires_grad``, buffers, modes, hooks, and whatever a module keeps as an attribute."""
    modules = list(model.modules())
    parameters = {id(p): p for m in modules for p in m._parameters.values() if p is not None}
    tensors = {id(b): b for m in modules for b in m._buffers.values() if b is not None}
    gradients = [(p, p.grad, p.requires_grad) for p in parameters.values()]
    buffers = [(b, b.detach().clone()) for b in tensors.values()]
    attributes = [(m.__dict__, dict(m.__dict__)) for m in modules]
    held = [x for _, d in attributes for x in d.values() if isinstance(x, dict | list | set)]
    inside = [(x, x.copy() if x else None) for x in held]  # most are empty, and there are thousands
    try:
        yield
    finally:
        for now, before in attributes:
            _put_back(now, before)
        for container, kept in inside:
            if kept is None:
                if container:
                    container.clear()
            elif isinstance(container, list):
                container[:] = kept
            elif isinstance(container, set):
                container.intersection_update(kept)
                container.update(kept)
            else:
                _put_back(container, kept)
        for p, gradient, trained in gradients:
            if p.grad is not gradient:
                p.grad = gradient
            if p.requires_grad != trained:
                p.requires_grad_(trained)
        with torch.no_grad():
            for b, values in buffers:
                if not torch.equal(b, values):
                    b.copy_(values)


def _put_back(now: Any, before: Any) -> None:
    """Never empty on the way, or Ctrl-C could leave a module without its parts."""
    for name in now.keys() - before.keys():
        del now[name]
    now.update(before)


@contextlib.contextmanager
def as_written() -> Iterator[None]:
    """Functions that were compiled run as they are written, and parts with a checkpoint run plainly: both
    hide their operations otherwise."""
    with contextlib.ExitStack() as stack:
        if "torch._dynamo" in sys.modules:
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        if "torch.utils.checkpoint" in sys.modules:
            of = torch.utils.checkpoint.CheckpointFunction
            kept = of.__dict__.get("apply")
            of.apply = staticmethod(lambda run, preserve, *args: run(*args))
            stack.callback(lambda: setattr(of, "apply", kept) if kept is not None else delattr(of, "apply"))
        yield


def steps(model: Any, optimiser: Any, gradients: dict[str, Any]) -> dict[str, float]:
    """The size of one step of the optimiser over that of the weights, by parameter.

    The step is made with the gradients given, then weights, gradients and the optimiser are put back.
    Raises ValueError for an optimiser of other parameters.
    """
    named = dict(model.named_parameters())
    own = {id(p) for p in named.values()}
    theirs = [p for group in optimiser.param_groups for p in group["params"]]
    if not any(id(p) in own for p in theirs):
        raise Refused(
            "optimiser must hold the model's parameters and holds none of them: make it from "
            "model.parameters(), or, with a factory, give a function of the network that makes it"
        )
    before = {name: (p, p.detach().clone(), p.grad) for name, p in named.items()}
    others = [(p, p.detach().clone(), p.grad) for p in theirs if id(p) not in own]
    with _as_it_was(optimiser):
        try:
            for name, (p, _, _) in before.items():
                p.grad = gradients.get(name)
            for p, _, _ in others:
                p.grad = None
            try:
                optimiser.step()
            except TypeError as why:
                raise Refused(f"optimiser must make a step without a closure, and says: {why}") from None
            return {name: _moved(p, old) for name, (p, old, _) in before.items()}
        finally:
            with torch.no_grad():
                for p, old, gradient in [*before.values(), *others]:
                    p.grad = gradient
                    if not torch.equal(p, old):
                        p.copy_(old)


def _moved(p: Any, old: Any) -> float:
    size = float(old.double().norm())
    moved = float((p.detach().double() - old.double()).norm())
    return moved / size if size > 0 else (math.inf if moved > 0 else 0.0)


@contextlib.contextmanager
def _as_it_was(optimiser: Any) -> Iterator[None]:
    """The step works on copies of the optimiser's state, and none of its hooks is called."""
    attributes = dict(optimiser.__dict__)
    groups = [(group, dict(group)) for group in optimiser.param_groups]
    state = copy.copy(optimiser.state)
    state.clear()
    state.update({p: copy.deepcopy(kept) for p, kept in optimiser.state.items()})
    optimiser.state = state
    for name in attributes:
        if name.endswith("_hooks"):
            optimiser.__dict__[name] = type(attributes[name])()
    for group, kept in groups:
        group.update({k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in kept.items()})
    try:
        yield
    finally:
        for group, kept in groups:
            _put_back(group, kept)
        _put_back(optimiser.__dict__, attributes)
