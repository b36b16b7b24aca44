"""A mode that sees every function of PyTorch that a model calls, functional activations and sums too.

Each operation that changes numbers becomes a site: its numbers are taken at once, and a hook on its result
takes the gradient when it passes, so that nothing is kept alive.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from analysis.diagnosis.in_torch import factors, statistics
from analysis.diagnosis.in_torch.inputs import first_line
from analysis.diagnosis.in_torch.library import Refused, torch
from analysis.diagnosis.in_torch.operations import JOINING, REARRANGING, kind_of, plain
from analysis.diagnosis.measured import NORMS, RECURRENT, SUM, WEIGHTED, Site
from analysis.symbolic.catalogue import ACTIVATIONS

OF_WEIGHTS = -1
"""The place of what is computed from parameters alone, as a normalised weight."""
NUMBERS = (*statistics.Seen._fields, "sigma_w", "sigma_b", "factor", "saturated")
_FAR = 500  # nodes of autograd's graph that are searched for the site that a tensor comes from


class Names(TorchFunctionMode):  # type: ignore[misc, unused-ignore]
    """Notes the names of the functions that are called: ``called``, each once."""

    def __init__(self) -> None:
        super().__init__()
        self.called: dict[str, None] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.called[getattr(func, "__name__", "")] = None
        return func(*args, **(kwargs or {}))


class Watch(TorchFunctionMode):  # type: ignore[misc, unused-ignore]
    """Filled while the model runs: ``sites``; ``numbers``, by name a list over the sites; ``off``, which
    units are off; ``used``, the parameters that were operands; ``recurrent``, (module, its path, its input).
    ``sources``, the tensors at which gradients end that pass no parameter.
    Then ``backward`` appends a row of log gradient norms to ``norms``."""

    def __init__(self, model: Any, examples: int) -> None:
        super().__init__()
        self.model = model
        self.examples = examples
        self.sites: list[Site] = []
        self.numbers: dict[str, list[float]] = {name: [] for name in NUMBERS}
        self.off: list[Any] = []
        self.used: set[int] = set()
        self.strange: dict[str, None] = {}
        self.own = {id(p) for p in model.parameters()}
        self.recurrent: list[tuple[Any, str, Any]] = []
        self.norms: list[list[float]] = []
        self.last = -1
        self.gradient_at_output = math.nan
        self.sources: list[Any] = []
        self._row: list[float] = []
        self._before_zero: tuple[int, int, Any] = (-1, -1, None)
        self._stack: list[tuple[str, Any]] = []
        self._hooks: list[Any] = []
        self._places: Any = WeakTensorKeyDictionary()
        self._nodes: dict[int, int] = {}
        self._buffers = {id(b) for b in model.buffers()}
        self._labels: dict[str, int] = {}
        self._rows: dict[int, Any] = {}

    def __enter__(self) -> Any:
        paths = {id(module): shown(path) for path, module in self.model.named_modules()}

        def enter(module: Any, given: Any) -> None:
            if id(module) in paths:
                self._stack.append((paths[id(module)], module))
                self._see_time_first(module, given)

        def leave(module: Any, given: Any, out: Any) -> None:
            if id(module) in paths:
                self._stack.pop()

        # of all modules there are: none of the model's own hooks is touched, however many it has
        self._hooks = [
            register_module_forward_pre_hook(enter),
            register_module_forward_hook(leave, always_call=True),
        ]
        return super().__enter__()  # type: ignore[no-untyped-call, unused-ignore]

    def __exit__(self, *why: Any) -> None:
        super().__exit__(*why)  # type: ignore[no-untyped-call, unused-ignore]
        for hook in self._hooks:
            hook.remove()

    # what is called

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given = _tensors((args, tuple(kwargs.values())))
        name = getattr(func, "__name__", "")
        if name in ("add", "sub", "add_", "sub_") and kwargs.get("alpha", 1) != 1 and len(args) == 2:
            scaled = self.__torch_function__(torch.mul, types, (args[1], kwargs["alpha"]))
            return self.__torch_function__(func, types, (args[0], scaled))
        self.used.update(id(x) for x in given if x.is_leaf)
        self.strange |= dict.fromkeys(
            (self._stack[-1][0] if self._stack else "") or "model"
            for x in given
            if isinstance(x, torch.nn.Parameter) and x.requires_grad and id(x) not in self.own
        )
        if not torch.is_grad_enabled():
            return func(*args, **kwargs)  # cut off, or within an autograd.Function: its result says which
        if not given or name in REARRANGING:
            return self._unseen(func, args, kwargs, given)
        kind = kind_of(name)
        places = [self._place(x) for x in given]
        parents = tuple(dict.fromkeys(k for k in places if k is not None and k >= 0))
        if kind is None:
            several = name not in JOINING or len(parents) > 1
            return self._other(func, name, args, kwargs, given, parents if several else ())
        if not parents and kind != "embedding":
            data = self._data(given, places)
            if data is None or kind in (SUM, "scale", "pool", "softmax") and not data.requires_grad:
                return self._unseen(func, args, kwargs, given)
            args, kwargs, given = self._begin(name, data, args, kwargs, given)
            parents = (len(self.sites) - 1,)
            places = [self._place(x) for x in given]
        signals = [x for x, k in zip(given, places, strict=True) if k is not None and k >= 0]
        refined = self._refined(kind, signals)
        if refined is None:
            return self._unseen(func, args, kwargs, given)
        signal = signals[0] if signals else given[0]
        return self._site(func, name, refined, args, kwargs, signal, parents)

    def _data(self, given: list[Any], places: list[int | None]) -> Any:
        """The operand that an input is; None where weights are computed, from buffers too."""
        unknown = [x for x, k in zip(given, places, strict=True) if k is None and _is_signal(x)]
        if OF_WEIGHTS in places and not any(isinstance(x, torch.nn.Parameter) for x in given):
            unknown = [x for x in unknown if id(x) not in self._buffers]
        return unknown[0] if unknown else None

    def _begin(self, name: str, data: Any, args: Any, kwargs: Any, given: list[Any]) -> tuple[Any, Any, Any]:
        """Data that nothing is known of: an input. Gradients are to reach it: a copy takes its place."""
        copy = data
        if not data.requires_grad and not _in_place(name):
            copy = self._source(data)
        self._new(copy, "input", "input", (), {})
        if copy is not data:
            args, kwargs = _replaced(args, data, copy), _replaced(kwargs, data, copy)
            given = [copy if x is data else x for x in given]
        return args, kwargs, given

    def _site(
        self,
        func: Any,
        name: str,
        kind: str,
        args: Any,
        kwargs: Any,
        signal: Any,
        parents: tuple[int, ...],
    ) -> Any:
        before = self._before(kind, name, args, kwargs, signal, parents)
        out = func(*args, **kwargs)
        x = out[0] if isinstance(out, tuple) else out
        if not isinstance(x, torch.Tensor) or not x.is_floating_point():
            self._pass_on([signal], out)
            return out
        if kind == "embedding" and not x.requires_grad:
            x = out = self._source(x)  # frozen: gradients are to reach it all the same
        k = self._new(x, name, kind, parents, before)
        for other in out[1:] if isinstance(out, tuple) else ():
            if isinstance(other, torch.Tensor) and other.is_floating_point():
                self._places[other] = k
                if other.requires_grad:  # the last state of a recurrence
                    other.register_hook(lambda gradient: self._keep(k, gradient))
        return out

    def _other(
        self, func: Any, name: str, args: Any, kwargs: Any, given: list[Any], parents: tuple[int, ...]
    ) -> Any:
        """A function without a theory: a site, where it makes new numbers from those of a site."""
        out = func(*args, **kwargs)
        x = out[0] if isinstance(out, tuple | list) and out else out
        if not isinstance(x, torch.Tensor) or name.endswith("_like") or name.startswith("new_"):
            return out
        if not x.requires_grad and any(g.requires_grad for g in given):
            return out  # a comparison, a sign: no gradient passes
        changed = self._places.get(x) is None or _in_place(name)
        if parents and changed and x.is_floating_point() and x.ndim:
            self._new(x, name, "function", parents, {})
        else:
            self._pass_on(given, out)
        return out

    def _unseen(self, func: Any, args: Any, kwargs: Any, given: list[Any]) -> Any:
        out = func(*args, **kwargs)
        if given:
            self._pass_on(given, out)
        return out

    def _pass_on(self, given: list[Any], out: Any) -> None:
        """The result stands for the site of its operand, or is of weights as its operand."""
        results = [x for x in _tensors((out,)) if x.is_floating_point() or x.is_complex()]
        results = [
            x for x in results if not isinstance(x, torch.nn.Parameter) and self._places.get(x) is None
        ]
        if not results:
            return
        places = [k for k in map(self._place, given) if k is not None]
        sited = [k for k in places if k >= 0]
        if places:
            for x in results:
                self._places[x] = sited[0] if sited else OF_WEIGHTS

    def _refined(self, kind: str, signals: list[Any]) -> str | None:
        """The kind by the operands that are results of sites; None for a sum of one such."""
        if kind == SUM:
            if len(signals) < 2 or signals[0].shape != signals[1].shape:
                return None
            if signals[0] is signals[1]:
                return "scale"
            return SUM if self._at(signals[0]) != self._at(signals[1]) else "function"
        if kind in ("scale", *WEIGHTED) and len(signals) > 1:
            return "function"
        return kind

    def _before(
        self, kind: str, name: str, args: Any, kwargs: Any, signal: Any, parents: tuple[int, ...]
    ) -> dict[str, Any]:
        """What the operation's own numbers say, taken before it may change them."""
        with torch.no_grad():
            if kind in WEIGHTED:
                found = factors.weights(name, args, kwargs, signal)
                if found is None:
                    return {}
                if found.zero:
                    self._before_zero = len(self.sites), parents[0], signal
                return {**found._asdict(), "factor": factors.of_padding(plain(name), args, kwargs)}
            if kind == "embedding":
                tables = [x for x in (*args, *kwargs.values()) if isinstance(x, torch.Tensor)]
                return {"zero": not any(bool(x.any()) for x in tables if x.is_floating_point())}
            if kind in NORMS:
                rows = self._rows.get(parents[0])
                return {"factor": factors.of_normalisation(plain(name), args, kwargs, rows)}
            if kind == "dropout":
                return {"factor": factors.of_dropout(args, kwargs)}
            if kind in ACTIVATIONS:
                return {"saturated": statistics.saturated(kind, signal)}
            if kind == "scale":
                return {"came": statistics.seen(signal).forward}
            if kind == "pool":
                return {"many": signal.numel(), "call": (args, kwargs)}
            if kind in RECURRENT and self._stack:
                self._see_recurrent(args, signal)
        return {}

    def _see_recurrent(self, args: Any, signal: Any) -> None:
        path, module = self._stack[-1]
        if isinstance(args[1], torch.Tensor) and not args[1].is_floating_point():
            raise Refused(
                f"batches must be padded sequences: {path or 'model'} is given a packed one "
                "(pack_padded_sequence), in which the steps have no axis of their own"
            )
        if isinstance(module, torch.nn.RNNBase):
            self.recurrent.append((module, path, signal.detach()))

    def _see_time_first(self, module: Any, given: Any) -> None:
        """Where a module wants time first and gets what has the shape of the model's input, the examples are
        along the second axis."""
        if getattr(module, "batch_first", True) or not given or not isinstance(given[0], torch.Tensor):
            return
        x = given[0]
        if x.ndim == 3 and self.sites and x.shape[0] == self.examples and self._at(x) == 0:
            self.examples = int(x.shape[1])

    # sites

    def begin(self, x: Any) -> Any:
        """Take floating-point numbers as an input: a copy that gradients flow to and the model may change;
        anything else as it is."""
        if not isinstance(x, torch.Tensor) or not x.is_floating_point() or x.layout is not torch.strided:
            return x
        x = self._source(x)
        if x.ndim:
            self._new(x, "input", "input", (), {})
        return x

    def _source(self, x: Any) -> Any:
        x = x.detach().clone().requires_grad_(True)
        self.sources.append(x)
        return x.clone()  # a leaf could not be changed in place

    def _at(self, x: Any) -> int:
        found = self._places.get(x)
        return -2 if found is None else int(found)

    def _place(self, x: Any) -> int | None:
        """The site that a tensor is the result of; ``OF_WEIGHTS``; None for data that nothing is known of."""
        known = self._places.get(x)
        if known is not None:
            return int(known)
        if isinstance(x, torch.nn.Parameter):
            return OF_WEIGHTS
        if x.grad_fn is None or not (x.is_floating_point() or x.is_complex()):
            return None
        sources = self._sources(x.grad_fn)  # made where no function was seen, as by an autograd.Function
        k = OF_WEIGHTS
        if sources and x.is_floating_point() and x.ndim:
            k = self._new(x, "function", "function", sources, {})
        elif sources:
            k = sources[0]
        self._places[x] = k
        return k

    def _sources(self, node: Any) -> tuple[int, ...]:
        """The nearest sites behind a node of autograd's graph."""
        found: dict[int, None] = {}
        seen: set[int] = set()
        queue = [node]
        while queue and len(seen) < _FAR:
            node = queue.pop(0)
            number = node._sequence_nr()
            if node is None or number in seen:
                continue
            seen.add(number)
            if number in self._nodes:
                found[self._nodes[number]] = None
                continue
            queue += [n for n, _ in node.next_functions if n is not None and n.name() != ACCUMULATE]
        return tuple(sorted(found))

    def _new(self, x: Any, name: str, kind: str, parents: tuple[int, ...], before: dict[str, Any]) -> int:
        k, axis = len(self.sites), self._axis(x)
        with torch.no_grad():
            seen = statistics.seen(x, axis)
            self.off.append(statistics.off(x, self._unit_axis(x, parents)) if kind == "relu" else None)
        if kind == "scale" and "came" in before:
            before["factor"] = seen.forward - before["came"] if math.isfinite(before["came"]) else math.nan
        if kind == "softmax":
            before["saturated"] = statistics.decided(x)
        if kind == "pool":
            before["factor"] = factors.of_pool(plain(name), before["many"], x.numel(), *before["call"])
        for key, number in zip(seen._fields, seen, strict=True):
            self.numbers[key].append(number)
        for key in NUMBERS[len(seen) :]:
            self.numbers[key].append(float(before.get(key, math.nan)))
        path = self._stack[-1][0] if self._stack else ""
        self.sites.append(
            Site(
                self._label(name, kind),
                kind,
                parents,
                round(before.get("fan_in", 0)),
                x.numel() // max(x.shape[axis], 1) if x.ndim else 1,
                str(x.dtype).removeprefix("torch."),
                bool(before.get("zero", False)),
                "input" if kind == "input" else path,
            )
        )
        if before.get("rows") is not None:
            self._rows[k] = before["rows"]
        if x.requires_grad:
            x.register_hook(lambda gradient: self._keep(k, gradient))
            if x.grad_fn is not None:
                self._nodes[x.grad_fn._sequence_nr()] = k
        self._places[x] = k
        return k

    def _label(self, name: str, kind: str) -> str:
        """The path of a module of PyTorch's own; elsewhere path and operation; ``#2`` where it is there."""
        path, module = self._stack[-1] if self._stack else ("", None)
        word = plain(name) if kind == "function" else kind
        if kind == "input":
            label = kind
        elif path and type(module).__module__.startswith("torch.nn.modules") and _does_one_thing(module):
            label = path
        else:
            label = f"{path}.{word}" if path else word
        count = self._labels[label] = self._labels.get(label, 0) + 1
        return label if count == 1 else f"{label}#{count}"

    def _axis(self, x: Any) -> int:
        """The axis of the examples: the first, or the second where that alone has their number."""
        second = x.ndim > 1 and x.shape[0] != self.examples and x.shape[1] == self.examples
        return int(second)

    def _unit_axis(self, x: Any, parents: tuple[int, ...]) -> int:
        """The axis of the units: of channels the second, else the last."""
        channels = {"convolution", "batch norm", "group norm", "pool"}
        near = {self.sites[k].kind for p in parents for k in (p, *self.sites[p].parents)}
        return 1 if x.ndim > 3 or x.ndim == 3 and near & channels else max(x.ndim - 1, 0)

    # gradients

    def finish(self, out: Any) -> None:
        """The model's result is where the backward pass starts."""
        k = self._place(out)
        self.last = k if k is not None and k >= 0 else len(self.sites) - 1

    def last_hidden(self) -> Any:
        """The last hidden state, where a weighted sum with weights of 0 makes the result of it: from there on
        the backward pass has something to show; None elsewhere."""
        k, before, x = self._before_zero
        if k != self.last or before < 0 or not x.requires_grad:
            return None
        self.last = before
        return x

    def backward(
        self, start: Any, direction: Any, towards: list[Any], again: bool = False
    ) -> tuple[Any, ...]:
        """The gradients of ``towards`` (None where none comes), which keep no ``.grad``; adds a row to
        ``norms``."""
        self._row = [math.nan] * len(self.sites)  # where none comes, none is measured
        try:
            found = torch.autograd.grad(start, towards, direction, retain_graph=again, allow_unused=True)
        except torch.cuda.OutOfMemoryError:
            raise
        except RuntimeError as why:
            raise Refused(f"model must allow a backward pass, and PyTorch says: {first_line(why)}") from why
        self.norms.append(self._row)
        return tuple(found)

    def forget(self) -> None:
        """Keep what was measured, and no tensor."""
        self.model, self.sources, self.recurrent = None, [], []
        self._places, self._nodes, self._rows, self._stack = {}, {}, {}, []
        self._before_zero = (-1, -1, None)

    def _keep(self, k: int, gradient: Any) -> None:
        if self._row:
            found = statistics.log_norm(gradient)
            before = self._row[k]  # of another result of the same operation, such as the last state
            self._row[k] = found if math.isnan(before) else 0.5 * float(np.logaddexp(2 * before, 2 * found))
        if k == self.last:
            self.gradient_at_output = math.exp(self._row[k]) / math.sqrt(max(gradient.numel(), 1))


ACCUMULATE = "struct torch::autograd::AccumulateGrad"


def shown(path: str) -> str:
    """The path of a module or parameter without the part that torch.compile puts into it."""
    return ".".join(part for part in path.split(".") if part != "_orig_mod")


def _does_one_thing(module: Any) -> bool:
    return next(module.children(), None) is None or isinstance(module, torch.nn.MultiheadAttention)


def _in_place(name: str) -> bool:
    return name.endswith("_") and not name.startswith("__") or name.startswith("__i")


def _is_signal(x: Any) -> bool:
    return bool(x.is_floating_point() and x.ndim > 0)


def _tensors(x: Any) -> list[Any]:
    """The tensors in tuples, lists and dicts, in their order."""
    if isinstance(x, torch.Tensor):
        return [x]
    if isinstance(x, dict):
        x = x.values()
    elif not isinstance(x, tuple | list):
        return []
    return [tensor for part in x for tensor in _tensors(part)]


def _replaced(x: Any, old: Any, new: Any) -> Any:
    """The same arguments with another tensor in the place of one."""
    if x is old:
        return new
    if isinstance(x, dict):
        return {name: _replaced(part, old, new) for name, part in x.items()}
    if type(x) in (tuple, list):
        return type(x)(_replaced(part, old, new) for part in x)
    return x
