"""One forward and backward pass of a model on a batch, and what it showed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from analysis.diagnosis.in_torch import inputs, state
from analysis.diagnosis.in_torch.library import Refused, torch
from analysis.diagnosis.in_torch.reach import reach
from analysis.diagnosis.in_torch.watch import Names, Watch, shown
from analysis.diagnosis.measured import Parameter, Reach


@dataclass
class Pass:
    """Rows by site, as in ``Watch``, and what concerns the whole network, as in ``Measured``."""

    watch: Watch
    batch_size: int
    parameters: tuple[Parameter, ...] = ()
    reaches: list[Reach] = field(default_factory=list)
    blocks: dict[str, list[str]] = field(default_factory=dict)
    step: dict[str, float] = field(default_factory=dict)
    loss_calls: tuple[str, ...] = ()
    loss: float = math.nan
    loss_gradient: float = math.nan


def one_pass(
    model: Any, batch: Any, loss: Callable[..., Any] | None, probes: int, seed: int, optimiser: Any
) -> Pass:
    """Measure; the model is left as it was found. Raises ValueError in words for what cannot be measured."""
    like = next((p for p in model.parameters() if p.is_floating_point()), torch.empty(0))
    with state.as_found(model), state.as_written(), torch.inference_mode(False), torch.enable_grad():
        parts = inputs.parts_of(batch, loss is not None, like)
        watch = Watch(model, inputs.examples(parts))
        output, out = _forward(model, watch, parts)
        found = Pass(watch, watch.examples, blocks=_blocks(model))
        trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        # a gradient that nothing is asked of ends nowhere: inputs stand for frozen layers
        towards = [*trained.values(), *watch.sources]
        if loss is None:
            gradients = _from_random_numbers(watch, out, towards, probes, seed)
        else:
            gradients = _from_loss(found, output, loss, parts.target, towards)
        of = dict(zip(trained, gradients, strict=False))
        found.parameters = tuple(
            Parameter(
                shown(name),
                bool(p.requires_grad),
                of.get(name) is not None,
                id(p) in watch.used,
                of.get(name) is not None and not bool(of[name].any()),
            )
            for name, p in model.named_parameters()
        )
        if optimiser is not None:
            found.step = state.steps(model, optimiser, of)
        with _differentiable_recurrence(model):
            found.reaches = [reach(*call) for call in watch.recurrent]
        watch.forget()
    return found


def _forward(model: Any, watch: Watch, parts: inputs.Batch) -> tuple[Any, Any]:
    """What the model returns, and the tensor in it that the backward pass starts from."""
    with watch, _differentiable_recurrence(model):
        arguments, named = inputs.each(watch.begin, [parts.arguments, parts.named])
        try:
            output = model(*arguments, **named)
        except (Refused, torch.cuda.OutOfMemoryError):
            raise
        except (RuntimeError, TypeError, ValueError, IndexError) as why:
            given = inputs.shapes(parts) or "what was given"
            raise Refused(
                f"batches must be what the model takes; with {given} it says: {inputs.first_line(why)}"
            ) from why
        out = inputs.result(output)
        watch.finish(out)
    if all(s.kind == "input" for s in watch.sites):
        raise Refused("model must call operations of PyTorch on its input; none was seen")
    if not out.requires_grad:
        raise Refused(
            "model must return what depends on its parameters or its input: its output is cut off "
            "(.detach(), torch.no_grad(), argmax or integers)"
        )
    return output, out


def _from_random_numbers(watch: Watch, out: Any, towards: list[Any], probes: int, seed: int) -> Any:
    generator = torch.Generator(device="cpu").manual_seed(seed + 10**6)

    def probe(start: Any, again: bool) -> Any:
        v = torch.randn(start.shape, generator=generator, dtype=torch.float32) / watch.examples
        return watch.backward(start, v.to(start.device, start.dtype), towards, again)

    first: Any = ()
    if (hidden := watch.last_hidden()) is not None:
        first, out = probe(out, again=True), hidden  # for the head's own gradient alone
        watch.norms.clear()
    gradients: Any = ()
    for p in range(probes):
        gradients = probe(out, again=p < probes - 1)
    return [b if a is None else a for a, b in zip(gradients, first or gradients, strict=True)]


def _from_loss(found: Pass, output: Any, loss: Callable[..., Any], target: Any, towards: list[Any]) -> Any:
    watch = found.watch
    given = (output,) if target is None else (output, target)
    try:
        with Names() as heard:
            value = loss(*given)
        found.loss_calls = tuple(heard.called)
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as why:
        kinds = ", ".join(inputs.kind(x) for x in given)
        what = "the model's output" if target is None else "the model's output and the target"
        raise Refused(f"loss must take {what}; given {kinds} it says: {inputs.first_line(why)}") from why
    if not isinstance(value, torch.Tensor) or value.numel() != 1 or not value.requires_grad:
        raise Refused(
            "loss must return one number that depends on the model's output (take the mean; no .item(), no "
            f".detach()), not {inputs.kind(value)}"
        )
    value = value.reshape(())
    found.loss = float(value.detach())
    gradients = watch.backward(value, None, towards)
    found.loss_gradient = watch.gradient_at_output * watch.examples
    return gradients


def _blocks(model: Any) -> dict[str, list[str]]:
    """The paths of the modules of each class that has parts, where there are several."""
    classes: dict[str, list[str]] = {}
    for path, module in model.named_modules():
        holds = isinstance(module, torch.nn.Sequential | torch.nn.ModuleList | torch.nn.ModuleDict)
        if next(module.children(), None) is not None and not holds:
            classes.setdefault(type(module).__name__, []).append(shown(path))
    return {name: paths for name, paths in classes.items() if len(paths) > 1}


@contextlib.contextmanager
def _differentiable_recurrence(model: Any) -> Any:
    """cuDNN differentiates recurrent modules in training mode only; PyTorch's own loops do in both."""
    evaluating = any(isinstance(m, torch.nn.RNNBase) and not m.training for m in model.modules())
    with torch.backends.cudnn.flags(enabled=False) if evaluating else contextlib.nullcontext():
        yield
