"""The diagnosis of a PyTorch module beside a plain forward and backward pass, beside hooks, and beside two
packages for the same question, on the same networks: what it costs, and what each of them says."""

from __future__ import annotations

import copy
import importlib
import math
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import peers
import pytest

PLAIN = "forward and backward"
DEPTH, WIDTH, BATCH = 100, 256, 128


def on_one_core(cores: int) -> Any:
    """PyTorch; the networks are too small for two."""
    torch = peers.torch_module(cores)
    if isinstance(torch, str) or cores > 1:
        pytest.skip(torch if isinstance(torch, str) else "on one core only")
    return torch


def layers(
    torch: Any, depth: int, width: int, norm: bool = False, he: bool = False, inplace: bool = False
) -> Any:
    """A network of Linear, perhaps BatchNorm, and ReLU."""
    nn = torch.nn
    net = nn.Sequential()
    for _ in range(depth):
        linear = nn.Linear(width, width)
        if he:
            nn.init.kaiming_normal_(linear.weight)
            nn.init.zeros_(linear.bias)
        for module in (linear, *([nn.BatchNorm1d(width)] if norm else []), nn.ReLU(inplace=inplace)):
            net.append(module)
    return net


def plain(net: Any, x: Any, v: Any) -> Callable[[], Any]:
    def call() -> None:
        net(x).backward(v)
        net.zero_grad()

    return call


def hooks(torch: Any, net: Any, x: Any, v: Any) -> Callable[[], Any]:
    """What is usually written: the norm of what ``register_full_backward_hook`` is given, of every module."""

    def call() -> dict[str, float]:
        norms: dict[str, float] = {}

        def hook(name: str) -> Any:
            return lambda module, given, out: norms.__setitem__(name, float(out[0].norm()))

        handles = [m.register_full_backward_hook(hook(name)) for name, m in net.named_modules() if name]
        net(x).backward(v)
        net.zero_grad()
        for handle in handles:
            handle.remove()
        return norms

    return call


def autopsy(torch: Any, torchmortem: Any, net: Any, x: Any, v: Any) -> Any:
    """torchmortem's report after one step of training."""
    net = copy.deepcopy(net)
    optimiser = torch.optim.SGD(net.parameters(), 1e-3)
    with torchmortem.Autopsy(net, optimizer=optimiser) as watched:
        loss = (net(x) * v).sum()
        loss.backward()
        optimiser.step()
        watched.step(loss=loss.item())
    return watched.get_report()


def drawn(torch: Any) -> tuple[Any, Any, Any]:
    torch.manual_seed(0)
    return layers(torch, DEPTH, WIDTH), torch.randn(BATCH, WIDTH), torch.randn(BATCH, WIDTH) / BATCH


MEMORY = """
import sys
sys.path.insert(0, "benchmarks")
import torch
torch.set_num_threads(1)
import test_diagnosis as here
net, x, v = here.drawn(torch)
from analysis.diagnosis.in_torch import measure
here.plain(here.layers(torch, 2, 8), x[:, :8], v[:, :8])()
measure(here.layers(torch, 2, 8), x[:, :8])
def largest():
    with open("/proc/self/status") as told:  # getrusage counts what the parent had, too
        return next(int(line.split()[1]) for line in told if line.startswith("VmHWM"))
before = largest()
if sys.argv[1] == "plain":
    here.plain(net, x, v)()
else:
    measure(net, x)
print(largest() - before)
"""


def memory(way: str) -> float:
    """By how much the largest memory of a new process grows, in kB; NaN but on Linux."""
    if not sys.platform.startswith("linux"):
        return math.nan
    return float(subprocess.check_output([sys.executable, "-c", MEMORY, way], text=True))


def test_cost_of_a_diagnosis(race: Any, store: Any, cores: int) -> None:
    torch = on_one_core(cores)
    measure = importlib.import_module("analysis.diagnosis.in_torch").measure
    torchmortem, anyinit = peers.library("torchmortem"), peers.library("anyinit")
    net, x, v = drawn(torch)
    contenders: dict[str, Any] = {
        PLAIN: plain(net, x, v),
        "diagnose, one network": lambda: measure(net, x),
        "norms by full backward hooks": hooks(torch, net, x, v),
        "torchmortem, one step": torchmortem
        if isinstance(torchmortem, str)
        else lambda: autopsy(torch, torchmortem, net, x, v),
        "AnyInit, empirical": anyinit
        if isinstance(anyinit, str)
        else lambda: anyinit.initialize(copy.deepcopy(net), "empirical", x),
    }
    found = race(
        f"{DEPTH} layers of {WIDTH} neurons, a batch of {BATCH}", contenders, unit="network", work=1, rounds=5
    )
    found.notes["memory of a diagnosis, in that of a forward and backward pass"] = memory("ours") / memory(
        "plain"
    )
    store(found, PLAIN)


def cases(torch: Any) -> dict[str, tuple[Any, bool]]:
    """Networks, and whether their gradient changes by more than a factor 1,000."""
    return {
        "PyTorch's default, 40 layers": (layers(torch, 40, 64), True),
        "BatchNorm, 40 layers": (layers(torch, 40, 64, norm=True), True),
        "He, 40 layers": (layers(torch, 40, 64, he=True), False),
        "He with ReLU in place, 40 layers": (layers(torch, 40, 64, he=True, inplace=True), False),
    }


def told(name: str, torch: Any, library: Any, net: Any, x: Any, v: Any) -> str:
    """ "fault", "healthy", or how it failed."""
    try:
        if name == "diagnose":
            report = library.diagnose(net, x)
            return "healthy" if report.healthy else "fault"
        if name == "torchmortem":
            return "fault" if autopsy(torch, library, net, x, v).findings else "healthy"
        report = library.initialize(copy.deepcopy(net), "empirical", x)
        report.assert_healthy()
    except AssertionError:
        return "fault"
    except Exception as error:  # whatever it is, it is no answer
        return type(error).__name__
    return "healthy"


def test_what_each_finds(race: Any, store: Any, cores: int, capsys: Any) -> None:
    """How many of the four each calls by the right name; timed on one of them."""
    torch = on_one_core(cores)
    libraries = {
        "diagnose": importlib.import_module("analysis.diagnosis"),
        "torchmortem": peers.library("torchmortem"),
        "AnyInit": peers.library("anyinit"),
    }
    torch.manual_seed(1)
    x, v = torch.randn(64, 64), torch.randn(64, 64) / 64
    answers: dict[str, dict[str, str]] = {name: {} for name in libraries}
    right = dict.fromkeys(libraries, 0.0)
    for case, (net, fault) in cases(torch).items():
        for name, library in libraries.items():
            if not isinstance(library, str):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    answers[name][case] = told(name, torch, library, net, x, v)
                right[name] += answers[name][case] == ("fault" if fault else "healthy")
    net = cases(torch)["He, 40 layers"][0]
    contenders = {
        name: library
        if isinstance(library, str)
        else lambda n=name, li=library: told(n, torch, li, net, x, v)
        for name, library in libraries.items()
    }
    found = race("a verdict on 40 layers of 64 neurons", contenders, unit="verdict", work=1, rounds=5)
    found.notes.update({f"right answers of 4, {name}": count for name, count in right.items()})
    assert right["diagnose"] == 4, answers["diagnose"]
    store(found, "diagnose")
    with capsys.disabled():
        for name, found_by in answers.items():
            print(f"  {name}: {found_by}")
