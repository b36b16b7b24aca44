"""After a diagnosis, and after one that failed or was stopped, everything is as it was."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from diagnosis.pytorch import torch
from diagnosis.torch_networks import Functional, mlp, seen

from analysis.diagnosis.in_torch import measure

nn, F = torch.nn, torch.nn.functional


def network() -> Any:
    """BatchNorm with statistics, dropout, a frozen layer, a part in evaluation, hooks and gradients of its
    own, and attributes that change as it runs."""
    torch.manual_seed(0)

    def forward(net: Any, x: Any) -> Any:
        net.calls += 1
        net.history.append(x.mean())
        net.latest = x
        net.train(not net.training)
        x = net.norm.train()(net.first(x))
        random.random(), np.random.rand()  # noqa: B018, NPY002
        net.norm.register_forward_hook(lambda *_: None)
        return net.last(net.drop(torch.relu(x)))

    net = Functional(
        forward, first=nn.Linear(6, 6), norm=nn.BatchNorm1d(6), drop=nn.Dropout(0.5), last=nn.Linear(6, 3),
        calls=0, history=[], latest=None,
    )  # fmt: skip
    net.register_buffer("count", torch.tensor(7))
    net.first.requires_grad_(False)
    net.drop.eval()
    net.last.weight.grad = torch.randn(3, 6)
    net.norm.running_mean.fill_(0.25)
    net.norm.num_batches_tracked.fill_(41)
    net.last.register_forward_hook(lambda *_: None)
    return net


def snapshot(net: Any) -> dict[str, Any]:
    """Everything that could change, in forms that compare by value, and identities where they count."""
    found: dict[str, Any] = {}
    for name, module in net.named_modules():
        found[f"{name} mode"] = module.training
        for kind in (
            "_forward_hooks",
            "_forward_pre_hooks",
            "_backward_hooks",
            "_forward_hooks_always_called",
        ):
            found[f"{name} {kind}"] = list(getattr(module, kind).items())
        found[f"{name} attributes"] = sorted(vars(module))
    for name, x in [*net.named_parameters(), *net.named_buffers()]:
        found[name] = (
            id(x),
            x.detach().tolist(),
            x.requires_grad,
            id(x.grad),
            None if x.grad is None else x.grad.tolist(),
        )
        found[f"{name} hooks"] = dict(x._backward_hooks or {})
    found["attributes"] = (net.calls, list(net.history), net.latest)
    found["torch"] = torch.get_rng_state().tolist()
    found["python"] = random.getstate()
    found["numpy"] = [np.asarray(part).tolist() for part in np.random.get_state()]  # noqa: NPY002
    found["grad mode"] = (torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    return found


def fails(*given: Any) -> Any:
    raise KeyError("of the loss's own")


class Stops:
    """An iterator of progress that is stopped after so many networks."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, draws: Any) -> Iterator[Any]:
        for count, draw in enumerate(draws):
            if count == self.after:
                raise KeyboardInterrupt
            yield draw


@pytest.mark.parametrize("loss", [None, lambda out, target: F.cross_entropy(out, target)])
def test_a_diagnosis_changes_nothing(loss: Any) -> None:
    net = network()
    x, target = torch.randn(8, 6), torch.randint(0, 3, (8,))
    before = snapshot(net)
    kept = x.clone()
    batches = [x, x + 1] if loss is None else [(x, target), (x + 1, target)]
    first = measure(net, batches, loss=loss, probes=1 if loss else 2)
    assert snapshot(net) == before and torch.equal(x, kept) and x.grad is None and not x.requires_grad
    again = measure(net, batches, loss=loss, probes=1 if loss else 2)
    np.testing.assert_array_equal(first.backward, again.backward)


@pytest.mark.parametrize(
    ("work", "error"),
    [
        (lambda net, x: measure(net, x[:, :5]), ValueError),
        (lambda net, x: measure(net, (x, x), loss=fails), KeyError),
        (lambda net, x: measure(net, [x, x.log()]), ValueError),
        (lambda net, x: measure(net, x, progress=Stops(0)), KeyboardInterrupt),
    ],
)
def test_nor_one_that_fails(work: Callable[[Any, Any], Any], error: type[BaseException]) -> None:
    net, x = network(), torch.randn(8, 6)
    before = snapshot(net)
    with pytest.raises(error):
        work(net, x)
    assert snapshot(net) == before


def test_nor_one_that_is_stopped_while_the_model_runs() -> None:
    net, x = network(), torch.randn(8, 6)
    inner = net.last.forward

    def stopped(x: Any) -> Any:
        raise KeyboardInterrupt

    net.last.forward = stopped
    before = snapshot(net)
    with pytest.raises(KeyboardInterrupt):
        measure(net, x)
    assert snapshot(net) == before
    net.last.forward = inner
    measure(net, x)


def test_ctrl_c_leaves_what_was_measured() -> None:
    x = torch.randn(8, 16)
    found = measure(lambda: mlp(3, 16), x, seeds=range(5), progress=Stops(2))
    whole = measure(lambda: mlp(3, 16), x, seeds=range(2))
    assert found.seeds == 2 and not found.complete and whole.complete
    np.testing.assert_array_equal(found.backward, whole.backward)


def test_ctrl_c_in_the_first_network_leaves_the_batches_that_are_done() -> None:
    calls = []

    def forward(net: Any, x: Any) -> Any:
        calls.append(x)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return net.f(x)

    found = measure(Functional(forward, f=nn.Linear(4, 4)), [torch.randn(3, 4) for _ in range(5)])
    assert found.forward.shape == (1, 2, 2) and not found.complete


@pytest.mark.parametrize(
    "make",
    [
        lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
        lambda p: torch.optim.Adam(p, 1e-3),
        lambda p: torch.optim.AdamW(p, torch.tensor(1e-3), amsgrad=True),
    ],
)
@pytest.mark.parametrize("warm", [True, False])
def test_the_optimiser_is_left_as_it_was(make: Any, warm: bool) -> None:
    torch.manual_seed(0)
    net, x, target = mlp(2, 6), torch.randn(8, 6), torch.randn(8, 6)
    optimiser = make(net.parameters())
    if warm:
        F.mse_loss(net(x), target).backward()
        optimiser.step()
    torch.optim.lr_scheduler.StepLR(optimiser, 1)
    fired: list[int] = []
    optimiser.register_step_post_hook(lambda *_: fired.append(1))
    state = {
        id(p): {k: (id(v), copy.deepcopy(v)) for k, v in kept.items()} for p, kept in optimiser.state.items()
    }
    groups = copy.deepcopy(optimiser.state_dict()["param_groups"])
    attributes = {name: id(value) for name, value in vars(optimiser).items()}
    weights = copy.deepcopy(net.state_dict())
    gradients = [id(p.grad) for p in net.parameters()]
    found = seen(net, (x, target), loss=F.mse_loss, optimiser=optimiser)
    assert {name: id(value) for name, value in vars(optimiser).items()} == attributes
    now = {id(p): {k: (id(v), v) for k, v in kept.items()} for p, kept in optimiser.state.items()}
    assert str(now) == str(state) and now.keys() == state.keys()
    assert str(optimiser.state_dict()["param_groups"]) == str(groups) and not fired
    assert all(torch.equal(net.state_dict()[name], value) for name, value in weights.items())
    assert [id(p.grad) for p in net.parameters()] == gradients
    # and the steps are those that it then makes
    optimiser.zero_grad()
    F.mse_loss(net(x), target).backward()
    optimiser.step()
    for name, p in net.named_parameters():
        moved = float((p.detach() - weights[name]).norm() / weights[name].norm())
        assert found.step[name] == pytest.approx(moved, rel=1e-3)


def test_hooks_on_parameters_see_no_accumulated_gradient() -> None:
    """As where the optimiser's step is made in the backward pass: it would train the model."""
    net, fired = mlp(2, 6), []
    for p in net.parameters():
        p.register_post_accumulate_grad_hook(lambda p: fired.append(p))
    seen(net, torch.randn(4, 6))
    assert not fired


def test_results_are_not_kept_alive() -> None:
    import gc
    import weakref

    alive: list[Any] = []

    def forward(net: Any, x: Any) -> Any:
        y = net.f(x)
        alive.append(weakref.ref(y))
        return net.g(torch.relu(y))

    net = Functional(forward, f=nn.Linear(6, 6), g=nn.Linear(6, 6))
    found = measure(net, torch.randn(4, 6))
    gc.collect()
    assert found.seeds == 1 and alive[0]() is None
