"""Measuring a PyTorch module: each operation of a forward pass is seen as it is called, functional ones and
sums too, and each gradient as it passes, so that nothing is kept.

The model is left as it was found: its gradients, modes, buffers, hooks and the global random state.
"""

from __future__ import annotations

import contextlib
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from analysis.diagnosis.measured import RECURRENT, SUM, WEIGHTED, Measured, Parameter, Site
from analysis.diagnosis.reach import reach
from analysis.diagnosis.theory import kept_by_padding
from analysis.numeric.arguments import function, whole
from analysis.numeric.optional import of_extra
from analysis.symbolic.catalogue import ACTIVATIONS

KINDS = {
    "linear": "linear",
    "matmul": "linear",
    "mm": "linear",
    "addmm": "linear",
    "bilinear": "function",
    "conv1d": "convolution",
    "conv2d": "convolution",
    "conv3d": "convolution",
    "batch_norm": "batch norm",
    "layer_norm": "layer norm",
    "rms_norm": "rms norm",
    "group_norm": "group norm",
    "dropout": "dropout",
    "add": SUM,
    "__add__": SUM,
    "__radd__": SUM,
    "add_": SUM,
    "__iadd__": SUM,
    "sum": "pool",
    "mean": "pool",
    "avg_pool1d": "pool",
    "avg_pool2d": "pool",
    "adaptive_avg_pool1d": "pool",
    "adaptive_avg_pool2d": "pool",
    "max_pool1d": "pool",
    "max_pool2d": "pool",
    "mul": "scale",
    "mul_": "scale",
    "__mul__": "scale",
    "__rmul__": "scale",
    "__imul__": "scale",
    "div": "scale",
    "div_": "scale",
    "__truediv__": "scale",
    "true_divide": "scale",
    "scaled_dot_product_attention": "attention",
    "multi_head_attention_forward": "attention",
    "softmax": "softmax",
    "log_softmax": "softmax",
    "embedding": "embedding",
    "lstm": "lstm",
    "gru": "gru",
    "rnn_tanh": "rnn",
    "rnn_relu": "rnn",
    **{name.replace(" ", "_"): name for name in ACTIVATIONS if name != "identity"},
}
"""The functions of PyTorch that make a site, by name, and its kind. A function in place has the same name and
``_``."""
AFTER = {"boolean_dispatch": "pool", "max_pool1d_with_indices": "pool", "max_pool2d_with_indices": "pool"}
_LOW_SLOPE = 0.05


def measure(
    model: Any,
    batches: Sequence[Any],
    *,
    loss: Callable[..., Any] | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3, 4, 5),
    probes: int = 1,
    optimiser: Any = None,
    progress: Callable[[Sequence[Any]], Any] = iter,
) -> Measured:
    """Measure a module, or a factory of modules with the seeds given, on each of the batches.

    Without ``loss`` the backward pass starts from random numbers at the output, N(0, 1)/m for a batch of m,
    ``probes`` times; with it from ``loss(output, target)``. Ctrl-C leaves what was measured. Raises TypeError
    or ValueError in words for what cannot be measured.
    """
    torch = of_extra("torch", "torch")
    whole("probes", probes)
    is_module = isinstance(model, torch.nn.Module)
    if not is_module:
        function("model", model)
    draws = [None] if is_module else list(seeds)
    found: list[_Pass] = []
    rows: list[list[_Pass]] = []
    complete = True
    with _random_state(torch, model if is_module else None):
        try:
            for seed in progress(draws):
                if seed is None:
                    net = model
                else:
                    torch.manual_seed(seed)
                    net = _made(torch, model)
                found = []
                for batch in batches:
                    found.append(_one_pass(torch, net, batch, loss, probes, seed or 0, optimiser))
                rows.append(found)
        except KeyboardInterrupt:
            complete = False
            if not rows and not found:
                raise
            rows = rows or [found]
    return _record(rows, loss, complete)


class _Pass:
    """What one forward and backward pass gave: rows by site."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.numbers: dict[str, list[float]] = {name: [] for name in _NUMBERS}
        self.off: list[Any] = []
        self.backward: list[list[float]] = []
        self.parameters: tuple[Parameter, ...] = ()
        self.reaches: list[Any] = []
        self.blocks: dict[str, list[str]] = {}
        self.loss = math.nan
        self.loss_gradient = math.nan
        self.step: dict[str, float] = {}
        self.batch_size = 0
        self.last = 0


_NUMBERS = ("forward", "mean", "varies", "sigma_w", "sigma_b", "factor", "saturated", "bad")


def _made(torch: Any, factory: Callable[[], Any]) -> Any:
    if _needs_arguments(factory):
        raise TypeError("model must be a torch.nn.Module, or a function without arguments that makes one")
    net = factory()
    if not isinstance(net, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module or make one, not {type(net).__name__}")
    return net


def _needs_arguments(f: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(
        p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters
    )


@contextlib.contextmanager
def _random_state(torch: Any, model: Any) -> Iterator[None]:
    devices = (
        {p.device.index for p in model.parameters() if p.device.type == "cuda"}
        if model is not None
        else set()
    )
    with torch.random.fork_rng(devices=sorted(devices)):
        yield


@contextlib.contextmanager
def _as_found(torch: Any, model: Any) -> Iterator[None]:
    """Gradients, buffers and modes are put back."""
    gradients = [(p, p.grad) for p in model.parameters()]
    buffers = [(b, b.detach().clone()) for b in model.buffers()]
    modes = [(module, module.training) for module in model.modules()]
    for p, _ in gradients:
        p.grad = None
    try:
        yield
    finally:
        for p, g in gradients:
            p.grad = g
        with torch.no_grad():
            for b, saved in buffers:
                b.copy_(saved)
        for module, mode in modes:
            module.training = mode


def _one_pass(torch: Any, model: Any, batch: Any, loss: Any, probes: int, seed: int, optimiser: Any) -> _Pass:
    parts, options, target = _batch(torch, batch, loss)
    if not list(model.parameters()):
        raise ValueError("model has no parameters: there is nothing to diagnose")
    found = _Pass()
    parts = [_input(torch, x) for x in parts]
    options = {name: _input(torch, x) for name, x in options.items()}
    found.batch_size = next((len(x) for x in [*parts, *options.values()] if getattr(x, "ndim", 0)), 0)
    with _as_found(torch, model), torch.enable_grad():
        watch = _watch(torch, model, found)
        with watch:
            for x in [*parts, *options.values()]:
                if isinstance(x, torch.Tensor) and x.is_floating_point() and x.ndim:
                    watch.new(x, "input", "input", ())
            try:
                output = model(*parts, **options)
            except (RuntimeError, TypeError, IndexError) as why:
                shapes = (
                    ", ".join(str(tuple(x.shape)) for x in parts if hasattr(x, "shape")) or "what was given"
                )
                raise ValueError(f"batch does not fit the model ({shapes}): {_first_line(why)}") from why
        if not found.sites:
            raise ValueError("model calls no operation that is known: there is nothing to diagnose")
        out = _tensor(torch, output)
        watch.finish(out)
        if loss is None:
            generator = torch.Generator(device="cpu").manual_seed(seed + 10**6)
            start = watch.start(out)
            for p in range(probes):
                v = torch.randn(start.shape, generator=generator, dtype=torch.float32) / max(
                    found.batch_size, 1
                )
                watch.backward(start, v.to(start.device, start.dtype), last=p == probes - 1)
        else:
            value = loss(output, target) if target is not None else loss(output)
            if not isinstance(value, torch.Tensor) or value.ndim != 0 or not value.requires_grad:
                raise ValueError(
                    "loss must return a tensor with one number (take its mean) that depends on the parameters, "
                    f"not {_described(torch, value)}"
                )
            found.loss = float(value.detach())
            watch.backward(value, None, last=True)
            at = watch.gradient_at_output
            found.loss_gradient = at * max(found.batch_size, 1) if at is not None else math.nan
        found.parameters = tuple(
            Parameter(
                name,
                bool(p.requires_grad),
                p.grad is not None,
                any(name == n or name.startswith(f"{n}.") for n in watch.called)
                or "" in watch.called
                and "." not in name,
            )
            for name, p in model.named_parameters()
        )
        if optimiser is not None:
            found.step = _steps(torch, model, optimiser)
        watch.tensors.clear()  # each holds the graph, and the graph's hooks hold the watch
        found.backward = watch.norms
        found.reaches = [reach(torch, *call) for call in watch.recurrent]
    return found


def _batch(torch: Any, batch: Any, loss: Any) -> tuple[list[Any], dict[str, Any], Any]:
    """The model's arguments, its keyword arguments, and the target."""
    if isinstance(batch, Mapping):
        return [], dict(batch), batch if loss is not None else None
    if isinstance(batch, tuple | list):
        if not batch:
            raise ValueError("batch must not be empty")
        if loss is not None:
            return list(batch[:-1]), {}, batch[-1]
        return list(batch), {}, None
    if loss is not None:
        return [batch], {}, None
    return [batch], {}, None


def _input(torch: Any, x: Any) -> Any:
    """A copy that gradients may flow to, where it holds floating-point numbers."""
    if isinstance(x, np.ndarray):
        x = torch.as_tensor(x)
    if not isinstance(x, torch.Tensor):
        return x
    if x.is_floating_point():
        if x.numel() and not bool(torch.isfinite(x).all()):
            raise ValueError("batch must be finite: it holds NaN or infinity, so look at the data first")
        return x.detach().clone().requires_grad_(True)
    return x


def _tensor(torch: Any, output: Any) -> Any:
    """The first floating-point tensor of a model's output."""
    parts = output.values() if isinstance(output, Mapping) else output
    if isinstance(output, torch.Tensor):
        return output
    for name in ("logits", "last_hidden_state"):
        if isinstance(getattr(output, name, None), torch.Tensor):
            return getattr(output, name)
    if isinstance(parts, tuple | list) or isinstance(output, Mapping):
        for x in parts:
            if isinstance(x, torch.Tensor) and x.is_floating_point():
                return x
            if isinstance(x, tuple | list):
                return _tensor(torch, x)
    raise ValueError(
        f"model must return a tensor, or a tuple or dict of tensors, not {type(output).__name__}"
    )


def _described(torch: Any, x: Any) -> str:
    if isinstance(x, torch.Tensor):
        return f"a tensor of shape {tuple(x.shape)}" + ("" if x.requires_grad else " without a gradient")
    return type(x).__name__


def _first_line(why: BaseException) -> str:
    return str(why).strip().splitlines()[0][:200] if str(why).strip() else type(why).__name__


def _steps(torch: Any, model: Any, optimiser: Any) -> dict[str, float]:
    """Size of one step of the optimiser over that of the weights, by parameter; weights and the optimiser's
    state are put back."""
    import copy

    state = copy.deepcopy(optimiser.state_dict())
    before = [(name, p, p.detach().clone()) for name, p in model.named_parameters()]
    optimiser.step()
    found = {}
    with torch.no_grad():
        for name, p, saved in before:
            size = float(saved.double().norm())
            moved = float((p.double() - saved.double()).norm())
            found[name] = moved / size if size > 0 else (math.inf if moved > 0 else 0.0)
            p.copy_(saved)
    optimiser.load_state_dict(state)
    return found


def _watch(torch: Any, model: Any, found: _Pass) -> Any:
    """A mode that sees each function of PyTorch that the model calls."""
    from torch.overrides import TorchFunctionMode

    class Watch(TorchFunctionMode):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.stack: list[str] = []
            self.called: set[str] = set()
            self.norms: list[list[float]] = []
            self.recurrent: list[Any] = []
            self.handles: list[Any] = []
            self.tensors: dict[int, tuple[Any, int]] = {}
            self.gradient_at_output: float | None = None
            self.row: list[float] = []
            self.rows: dict[int | None, Any] = {}
            self.latest: Any = None

        def __enter__(self) -> Any:
            names = {id(module): name for name, module in model.named_modules()}
            classes: dict[str, list[str]] = {}
            for name, module in model.named_modules():
                if next(module.children(), None) is not None and not isinstance(
                    module, torch.nn.Sequential | torch.nn.ModuleList
                ):
                    classes.setdefault(type(module).__name__, []).append(name)

                def enter(m: Any, _: Any, name: str = name) -> None:
                    self.stack.append(name)
                    self.called.add(name)

                def leave(m: Any, _: Any, __: Any) -> None:
                    self.stack.pop()

                self.handles.append(module.register_forward_pre_hook(enter))
                self.handles.append(module.register_forward_hook(leave, always_call=True))
            found.blocks = {c: some for c, some in classes.items() if len(some) > 1}
            self.names = names
            return super().__enter__()

        def __exit__(self, *why: Any) -> None:
            super().__exit__(*why)
            for handle in self.handles:
                handle.remove()

        # sites

        def of(self, x: Any) -> int | None:
            known = self.tensors.get(id(x))
            return known[1] if known is not None and known[0] is x else None

        def mark(self, x: Any, k: int) -> None:
            self.tensors[id(x)] = (x, k)

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            name = getattr(func, "__name__", "")
            given = [x for x in _flat(args) if isinstance(x, torch.Tensor)]
            kind = _kind(name)
            if kind is None or not given:
                out = func(*args, **kwargs)
                self.pass_on(given, out)
                return out
            parents = [k for k in map(self.of, given) if k is not None]
            if not parents and kind != "embedding":
                before = next((x for x in given if _is_signal(torch, x)), None)
                if before is None or (kind in (SUM, "scale") and not before.requires_grad):
                    out = func(*args, **kwargs)
                    return out
                parents = [self.new(before, "input", "input", ())]
            kind = self.refined(kind, args, kwargs, given)
            if kind is None:
                out = func(*args, **kwargs)
                self.pass_on(given, out)
                return out
            call = self.before(kind, name, args, kwargs, given)
            out = func(*args, **kwargs)
            result = out[0] if isinstance(out, tuple) else out
            if isinstance(result, torch.Tensor) and result.is_floating_point():
                if kind == "embedding" and not result.requires_grad:
                    result.requires_grad_(True)
                if kind in RECURRENT and self.stack:
                    self.recurrent.append(
                        (dict(model.named_modules())[self.stack[-1]], self.stack[-1], given[0].detach())
                    )
                self.new(result, self.stack[-1] if self.stack else name, kind, tuple(parents), call)
            return out

        def pass_on(self, given: list[Any], out: Any) -> None:
            """Reshaping and the like: the result stands for the same site."""
            k = next((k for k in map(self.of, given) if k is not None), None)
            if k is not None:
                for x in _flat((out,)):
                    if isinstance(x, torch.Tensor) and x.is_floating_point() and self.of(x) is None:
                        self.mark(x, k)

        def refined(self, kind: str, args: Any, kwargs: Any, given: list[Any]) -> str | None:
            if kind == SUM:
                signals = [x for x in given if self.of(x) is not None]
                if len(signals) < 2 or signals[0].shape != signals[1].shape:
                    return None
                if self.of(signals[0]) == self.of(signals[1]):
                    return "scale"
            if kind == "scale" and sum(self.of(x) is not None for x in given) > 1:
                return "function"
            if kind == "linear" and len(given) > 1 and all(self.of(x) is not None for x in given[:2]):
                return "function"
            return kind

        def before(self, kind: str, name: str, args: Any, kwargs: Any, given: list[Any]) -> dict[str, float]:
            """What the operation's own numbers say, taken before it may change them."""
            call: dict[str, float] = {}
            with torch.no_grad():
                if kind in WEIGHTED:
                    call.update(_weights(torch, kind, name, args, kwargs, given))
                    self.latest = call.pop("rows")
                    if kind == "convolution" and given[0].ndim == given[1].ndim:
                        padding = kwargs.get("padding", args[4] if len(args) > 4 else 0)
                        stride = kwargs.get("stride", args[3] if len(args) > 3 else 1)
                        call["factor"] = kept_by_padding(
                            tuple(given[0].shape[2:]), tuple(given[1].shape[2:]), padding, stride
                        )
                elif kind.endswith(" norm"):
                    rows = self.rows.get(self.of(given[0]))
                    call["factor"] = _norm_factor(torch, kind, args, kwargs, rows)
                elif kind == "dropout":
                    p = kwargs.get("p", args[1] if len(args) > 1 else 0.5)
                    on = kwargs.get("training", args[2] if len(args) > 2 else True)
                    call["factor"] = -0.5 * math.log1p(-p) if on and p < 1 else 0.0
                elif kind in ACTIVATIONS:
                    call["saturated"] = _saturated(torch, kind, given[0])
                elif kind == "pool":
                    call["share"] = {"sum": -1.0, "mean": 1.0}.get(name, float("avg" in name))
                call["came"] = _log_rms(given[0])
                call["numbers"] = float(given[0].numel())
            return call

        def new(self, x: Any, module: str, kind: str, parents: tuple[int, ...], call: Any = None) -> int:
            call = call or {}
            with torch.no_grad():
                seen = _seen(torch, x)
            label = module or kind
            same = sum(s.module == module and s.kind == kind for s in found.sites)
            shown = label if not same else f"{label}#{same + 1}"
            if kind == "scale" and "came" in call:
                call["factor"] = seen["forward"] - call["came"]
            if kind == "pool" and "came" in call:
                few, many = float(x.numel()), call["numbers"]
                # a mean gives each of k numbers 1/k of the gradient, a sum all of it, a maximum to one of them
                call["factor"] = call["share"] * 0.5 * math.log(few / many) if few < many else 0.0
            k = len(found.sites)
            found.sites.append(
                Site(
                    shown,
                    kind,
                    tuple(parents),
                    int(call.get("fan_in", 0)),
                    int(x.numel() // max(len(x), 1)) if x.ndim else 1,
                    str(x.dtype).removeprefix("torch."),
                    bool(call.get("zero", False)),
                    module,
                )
            )
            for name in _NUMBERS:
                found.numbers[name].append(seen.get(name, call.get(name, math.nan)))
            if kind in WEIGHTED:
                self.rows[k], self.latest = self.latest, None
            found.off.append(_off(torch, x) if kind in ("relu", "leaky relu") else None)
            if x.requires_grad:
                x.register_hook(lambda g, k=k: self.keep(k, g))
            self.mark(x, k)
            return k

        # gradients

        def finish(self, out: Any) -> None:
            k = self.of(out)
            found.last = len(found.sites) - 1 if k is None else k

        def start(self, out: Any) -> Any:
            """The tensor from which the backward pass starts: the result."""
            if not out.requires_grad:
                raise ValueError(
                    "model's output depends on none of its parameters: no gradient can reach them"
                )
            return out

        def keep(self, k: int, gradient: Any) -> None:
            if k == found.last:
                self.gradient_at_output = float(gradient.double().square().mean().sqrt())
            self.row[k] = _log_norm(gradient)

        def backward(self, start: Any, direction: Any, last: bool) -> None:
            self.row = [-math.inf] * len(found.sites)
            start.backward(direction, retain_graph=not last)
            self.norms.append(self.row)

    return Watch()


def _kind(name: str) -> str | None:
    kind = KINDS.get(name) or AFTER.get(name)
    if kind is None and name.endswith("_") and not name.startswith("__"):
        kind = KINDS.get(name[:-1])
    return kind


def _flat(x: Any) -> list[Any]:
    found: list[Any] = []
    for part in x:
        if isinstance(part, tuple | list):
            found += _flat(part)
        else:
            found.append(part)
    return found


def _is_signal(torch: Any, x: Any) -> bool:
    return x.is_floating_point() and x.ndim > 0 and not isinstance(x, torch.nn.Parameter)


def _log_norm(x: Any) -> float:
    size = float(x.detach().double().norm())
    return math.log(size) if size > 0 else (-math.inf if size == 0 else math.nan)


def _log_rms(x: Any) -> float:
    return _log_norm(x) - 0.5 * math.log(max(x.numel(), 1))


def _seen(torch: Any, x: Any) -> dict[str, float]:
    """Numbers of a result: in float64, for the squares of small float32 numbers vanish."""
    x = x.detach().double()
    square = float(x.square().mean()) if x.numel() else math.nan
    bad = 0.0 if math.isfinite(square) else float((~torch.isfinite(x)).double().mean())
    spread = math.nan
    if x.ndim > 1 and len(x) > 1 and square > 0:
        spread = float(x.var(dim=0, unbiased=True).mean()) / square
    return {
        "forward": 0.5 * math.log(square) if square > 0 else (-math.inf if square == 0 else math.nan),
        "mean": float(x.mean()),
        "varies": spread,
        "bad": bad,
    }


def _off(torch: Any, x: Any) -> Any:
    """Which units are at 0 or below for every example: of a convolution whole channels."""
    x = x.detach()
    axis = 1 if x.ndim > 2 and x.ndim != 3 else x.ndim - 1
    others = [d for d in range(x.ndim) if d != axis]
    return (x <= 0).all(dim=others[0]).cpu().numpy() if len(others) == 1 else _all(x <= 0, others)


def _all(x: Any, dims: list[int]) -> Any:
    for d in sorted(dims, reverse=True):
        x = x.all(dim=d)
    return x.cpu().numpy()


def _weights(torch: Any, kind: str, name: str, args: Any, kwargs: Any, given: list[Any]) -> dict[str, Any]:
    """fan_in, σ_w and σ_b of a weighted sum, and Σ w² of each row."""
    if name == "addmm":
        bias, w = args[0], args[2].T
    elif name in ("matmul", "mm", "__matmul__"):
        bias, w = None, args[1].transpose(-1, -2) if args[1].ndim > 1 else args[1][None]
    else:
        w = kwargs.get("weight", args[1] if len(args) > 1 else given[1])
        bias = kwargs.get("bias", args[2] if len(args) > 2 else None)
    fan_in = w[0].numel() if kind == "convolution" else w.shape[-1]
    square = float(w.detach().double().square().mean())
    shift = float(bias.detach().double().square().mean().sqrt()) if isinstance(bias, torch.Tensor) else 0.0
    return {
        "fan_in": float(fan_in),
        "sigma_w": math.sqrt(fan_in * square),
        "sigma_b": shift,
        "zero": float(square == 0.0),
        "rows": w.detach().double().square().flatten(1).sum(dim=1) if w.ndim > 1 else None,
    }


def _norm_factor(torch: Any, kind: str, args: Any, kwargs: Any, rows: Any = None) -> float:
    """log of γ/√(v + ε), with the two directions that a mean and a variance take out of m (one for rms).

    ``rows``: Σ w² of each row of the weighted sum before a batch normalisation. A long row makes a large
    variance, and its gradient counts more before it: the mean over neurons is weighted with it."""
    x = args[0].detach().double()
    if kind == "batch norm":
        names = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        gain, eps = given.get("weight"), given.get("eps", 1e-5)
        if given.get("training"):
            dims = [d for d in range(x.ndim) if d != 1]
            v, m = x.var(dim=dims, unbiased=False), x.numel() // x.shape[1]
            left = max(m - 2, 0) / m
        else:
            v, left = given["running_var"].double(), 1.0
        scale = 1 / (v + eps)
    else:
        if kind == "group norm":
            groups = kwargs.get("num_groups", args[1] if len(args) > 1 else 1)
            gain = kwargs.get("weight", args[2] if len(args) > 2 else None)
            eps = kwargs.get("eps", args[4] if len(args) > 4 else 1e-5)
            flat = x.reshape(len(x), groups, -1)
        else:
            shape = kwargs.get("normalized_shape", args[1] if len(args) > 1 else x.shape[-1:])
            gain = kwargs.get("weight", args[2] if len(args) > 2 else None)
            place = 4 if kind == "layer norm" else 3
            eps = kwargs.get("eps", args[place] if len(args) > place else None)
            eps = 1e-5 if eps is None else eps
            flat = x.reshape(-1, math.prod(shape))
        n = flat.shape[-1]
        if kind == "rms norm":
            scale, left = 1 / (flat.square().mean(dim=-1) + eps), (n - 1) / n
        else:
            scale, left = 1 / (flat.var(dim=-1, unbiased=False) + eps), max(n - 2, 0) / n
        gains = 1.0 if gain is None else float(gain.detach().double().square().mean())
        found = gains * left * float(scale.mean())
        return 0.5 * math.log(found) if found > 0 else -math.inf
    if gain is not None:
        scale = scale * gain.detach().double().square()
    if rows is not None and rows.shape == scale.shape and float(rows.sum()) > 0:
        found = left * float((scale * rows).sum() / rows.sum())
    else:
        found = left * float(scale.mean())
    return 0.5 * math.log(found) if found > 0 else -math.inf


_GRID = np.linspace(-40.0, 40.0, 8001)


def _saturated(torch: Any, kind: str, x: Any) -> float:
    """The share of weighted inputs at which the slope is below 1/20 of its largest, both tails being flat."""
    low, high = _flat_from(kind)
    x = x.detach()
    return float(((x < low) | (x > high)).double().mean())


def _flat_from(kind: str) -> tuple[float, float]:
    """Where the tails begin in which the slope stays below 1/20 of its bound; of the ReLUs none counts."""
    if kind in _FLAT:
        return _FLAT[kind]
    from analysis.numeric.compiled import compiled
    from analysis.symbolic.notation import z

    of = ACTIVATIONS[kind]
    steep = np.flatnonzero(np.abs(compiled(of.slope, z)(_GRID)) >= _LOW_SLOPE * float(of.slope_bound))
    low, high = float(_GRID[steep[0]]), float(_GRID[steep[-1]])
    bounded = low > _GRID[0] and high < _GRID[-1]  # flat on both sides
    _FLAT[kind] = (low, high) if bounded else (-math.inf, math.inf)
    return _FLAT[kind]


_FLAT: dict[str, tuple[float, float]] = {}


def _record(rows: list[list[_Pass]], loss: Any, complete: bool) -> Measured:
    """One record; networks of another seed must call the same sites."""
    first = rows[0][0]
    kinds = [(s.name, s.kind) for s in first.sites]
    rows = [r for r in rows if len(r) == len(rows[0])]
    for some in rows:
        for one in some:
            if [(s.name, s.kind) for s in one.sites] != kinds:
                raise ValueError("model must call the same operations for every seed and batch")
    arrays = {name: np.array([[one.numbers[name] for one in some] for some in rows]) for name in _NUMBERS}
    never = np.full((len(rows), len(kinds)), np.nan)
    for s, some in enumerate(rows):
        for k in range(len(kinds)):
            masks = [one.off[k] for one in some if one.off[k] is not None]
            if masks:
                never[s, k] = float(np.mean(np.logical_and.reduce(masks)))
    last = rows[-1][-1]
    from analysis.diagnosis.reach import joined

    return Measured(
        sites=tuple(first.sites),
        backward=np.array([[one.backward for one in some] for some in rows]),
        never_on=never,
        last=first.last,
        batch_size=first.batch_size,
        probe="random" if loss is None else "loss",
        loss=np.array([[one.loss for one in some] for some in rows]),
        parameters=last.parameters,
        reaches=joined([one.reaches for some in rows for one in some]),
        blocks=first.blocks,
        step=last.step,
        loss_gradient=float(np.mean([one.loss_gradient for some in rows for one in some])),
        complete=complete,
        **arrays,
    )
