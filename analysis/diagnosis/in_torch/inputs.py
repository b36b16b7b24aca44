"""The model, a batch and the model's output: what can be measured, and a sentence for what cannot."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from analysis.diagnosis.in_torch.library import Refused, torch

OUTPUTS = ("logits", "last_hidden_state", "prediction", "output", "out")
"""The names under which a tensor of a dict or an object is taken first."""


class Batch(NamedTuple):
    """Arguments and keyword arguments of the model, and what the loss is given beside the output (None if
    nothing)."""

    arguments: tuple[Any, ...]
    named: dict[str, Any]
    target: Any


MODEL = "model must be a torch.nn.Module, or a function without arguments that makes one"


def is_model(model: Any) -> bool:
    """Whether it is a module; False for a function that makes one. Raises TypeError for anything else."""
    if isinstance(model, torch.nn.Module):
        return True
    if not callable(model):
        raise TypeError(f"{MODEL}, not {kind(model)}")
    if _needs_arguments(model):
        name = getattr(model, "__name__", type(model).__name__)
        raise TypeError(f"{MODEL}; {name} needs arguments: give lambda: {name}(…)")
    return False


def made(factory: Callable[[], Any], others: list[Any]) -> Any:
    """A new network; raises TypeError or ValueError unless it is a module, and not one of the others."""
    net = factory()
    if not isinstance(net, torch.nn.Module):
        raise TypeError(f"model must be a function that makes a torch.nn.Module; it made {kind(net)}")
    if any(net is other for other in others):
        raise Refused(
            "model must make a new network at each call, and made the same one twice: "
            "write the constructor inside the function, or give the network itself"
        )
    return net


def unwrapped(model: Any) -> Any:
    """The network inside a compiler or a parallel wrapper; raises ValueError for one that cannot be
    measured."""
    while True:
        if isinstance(model, torch.nn.DataParallel | torch.nn.parallel.DistributedDataParallel):
            model = model.module
        elif hasattr(model, "_orig_mod"):  # torch.compile
            warnings.warn(
                "model is compiled: it was measured as it is written, without the compiler", stacklevel=2
            )
            model = model._orig_mod
        else:
            break
    if any(isinstance(m, torch.jit.ScriptModule) for m in model.modules()):
        raise Refused("model must be in Python, not a ScriptModule: give the module before torch.jit")
    parameters = list(model.parameters())
    if not parameters:
        raise Refused("model must have parameters, and has none: there is nothing to diagnose")
    if any(x.device.type == "meta" for x in [*parameters, *model.buffers()]):
        raise Refused("model must hold numbers: parameters on the device meta have a shape only")
    complex_ = next((name for name, p in model.named_parameters() if p.is_complex()), None)
    if complex_ is not None:
        raise Refused(
            f"model must have real parameters: {complex_} is complex, and theory here is of real ones"
        )
    return model


def is_lazy(model: Any) -> bool:
    """Whether parameters get their shape at the first call only."""
    lazy = torch.nn.parameter.UninitializedTensorMixin
    return any(isinstance(x, lazy) for x in [*model.parameters(), *model.buffers()])


def batches_of(batches: Any) -> list[Any]:
    """The batches as a list; raises TypeError or ValueError unless each holds a tensor."""
    right = "batches must be a tensor, a tuple of arguments, a dict of keyword arguments, or a list of these"
    some = batches if isinstance(batches, list) else [batches]
    if not some:
        raise Refused(f"{right}; the list is empty")
    for batch in some:
        if not isinstance(batch, torch.Tensor | np.ndarray | tuple | list | Mapping):
            loader = hasattr(batch, "__iter__") and not isinstance(batch, str)
            hint = "; of a loader give a few: [next(iter(loader))]" if loader else ""
            raise TypeError(f"{right}, not {kind(batch)}{hint}")
        if not any(isinstance(x, torch.Tensor | np.ndarray) for x in leaves(batch)):
            raise TypeError(f"{right}; {kind(batch)} without a tensor was given")
    return some


def leaves(x: Any) -> list[Any]:
    """What tuples, lists and dicts hold, through all their levels."""
    if isinstance(x, Mapping):
        return [leaf for part in x.values() for leaf in leaves(part)]
    if isinstance(x, tuple | list):
        return [leaf for part in x for leaf in leaves(part)]
    return [x]


def parts_of(batch: Any, with_loss: bool, like: Any) -> Batch:
    """With a loss the last part of a tuple is the target, and a dict is given to model and loss."""
    given = split(batch, with_loss)
    return Batch(*(each(lambda x: ready(x, like), part) for part in given))


def split(batch: Any, with_loss: bool) -> Batch:
    """The same as it was given."""
    if isinstance(batch, Mapping):
        return Batch((), {**batch}, batch if with_loss else None)
    if isinstance(batch, tuple | list):
        return (
            Batch(tuple(batch[:-1]), {}, batch[-1])
            if with_loss and len(batch) > 1
            else Batch(tuple(batch), {}, None)
        )
    return Batch((batch,), {}, None)


def each(f: Callable[[Any], Any], x: Any) -> Any:
    """The same tuples, lists and dicts with f of what they hold."""
    if isinstance(x, Mapping):
        return {name: each(f, part) for name, part in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(each(f, part) for part in x))
    if isinstance(x, tuple | list):
        return type(x)(each(f, part) for part in x)
    return f(x)


def ready(x: Any, like: Any) -> Any:
    """A tensor for the model; NumPy's floating-point arrays get the format of ``like``; what is no array is
    left as it is. Raises ValueError for NaN and infinity."""
    if isinstance(x, np.ndarray):
        x = torch.as_tensor(x)
        x = x.to(like.dtype) if x.is_floating_point() else x
    if not isinstance(x, torch.Tensor):
        return x
    if not x.numel():
        raise Refused("batches must hold examples: one tensor is empty")
    if x.is_complex():
        raise Refused("batches must be real: complex numbers have no gradient that the theory here speaks of")
    if x.is_floating_point() and x.layout is torch.strided and not bool(torch.isfinite(x).all()):
        raise Refused("batches must be finite: one holds NaN or infinity, so look at the data first")
    return x.detach().clone()


def result(output: Any) -> Any:
    """The tensor of a model's output from which the backward pass starts: of several the first with
    floating-point numbers."""
    if isinstance(output, torch.Tensor):
        if not output.is_floating_point():
            raise Refused(f"model must return floating-point numbers, not {output.dtype}")
        return output
    parts = output if isinstance(output, Mapping) else getattr(output, "__dict__", {})
    for name in OUTPUTS:
        x = parts.get(name)
        if isinstance(x, torch.Tensor) and x.is_floating_point():
            return x
    found = leaves(output if isinstance(output, tuple | list) else dict(parts))
    tensors = [x for x in found if isinstance(x, torch.Tensor) and x.is_floating_point()]
    for x in [*(x for x in tensors if x.ndim), *tensors]:
        return x
    raise Refused(f"model must return a tensor, or a tuple or dict with one, not {kind(output)}")


def kind(x: Any) -> str:
    """What something is, for a sentence."""
    if isinstance(x, torch.Tensor):
        shape = f"a tensor of shape {tuple(x.shape)}" if x.ndim else "a single number"
        return shape + ("" if x.requires_grad else " that depends on no parameter")
    name = type(x).__name__
    return "None" if x is None else f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"


def shapes(batch: Batch) -> str:
    """The shapes of what the model was given."""
    found = [str(tuple(x.shape)) for x in leaves([batch.arguments, batch.named]) if hasattr(x, "shape")]
    return ", ".join(found)


def first_line(why: BaseException) -> str:
    """What an error says first, in at most 200 letters."""
    text = str(why).strip()
    return text.splitlines()[0][:200] if text else type(why).__name__


def _needs_arguments(f: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.default is p.empty and p.kind in (*positional, p.KEYWORD_ONLY) for p in parameters)


def examples(batch: Batch) -> int:
    """How many examples a batch has: the length of its first tensor with axes."""
    found = (len(x) for x in leaves([batch.arguments, batch.named]) if getattr(x, "ndim", 0))
    return max(next(found, 1), 1)
