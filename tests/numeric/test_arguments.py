"""Every public function of ``analysis.numeric`` refuses bad input by the name of the argument,
and none can be forgotten.

The functions are found by introspection.
Each stands in ``CALLS`` with arguments that are right, or in ``EXCEPT`` with the reason.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import warnings
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sympy as sp

import analysis.numeric
from analysis.numeric import arguments, minibatches, normalisation, rbm, recurrent, signed_log
from analysis.numeric.arguments import number, one_of, real_array, several, whole
from analysis.numeric.data import digits
from analysis.numeric.network import Network
from analysis.symbolic.catalogue import SIGMOID
from analysis.symbolic.layer import plain

RNG = np.random.default_rng(0)
NET = Network((3, 4, 2), (RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))), (np.zeros(4), np.zeros(2)))
X, Y = RNG.normal(size=(5, 3)), np.full((5, 2), 0.5)
W = RNG.normal(size=(6, 4))
MACHINE = rbm.RBM(RNG.normal(size=(3, 2)), np.zeros(3), np.zeros(2))
V, H = np.eye(3), np.eye(3)[:, :2]
CELLS = recurrent.uniform_weights("rnn", 2, 3, [RNG])
XS = RNG.normal(size=(4, 1, 2, 2))
TRACE = recurrent.forward("rnn", CELLS, XS)
LAST = np.ones((1, 2, 3))
NORMALISED = normalisation.forward(X)
LOGS = signed_log.of([1.0, -2.0])
MATRICES = [np.eye(3)] * 2
STACK = [np.ones((2, 3)), np.ones((2, 4, 1))]
ACCURACY = np.full((2, 3, 2), 0.5)
TUNED = SimpleNamespace(rates=(0.1, 1.0), validation=ACCURACY, accuracy=ACCURACY)

A, R = "array", "rng"
CHAIN = {"activation": SIGMOID, "a0": np.full(6, 0.5), "w": W, "b": W, "output_gradient": 1.0}
SIZES = {"sizes": (3, 2), "rng": RNG}
CALLS: dict[str, dict[str, Any]] = {
    "chain.backward": {"activation": SIGMOID, "z": W, "w": W},
    "chain.gradient": CHAIN,
    "forward.forward": {k: CHAIN[k] for k in ("activation", "a0", "w", "b")},
    "forward.fitted": {k: CHAIN[k] for k in ("a0", "w", "b")},
    "layer_by_layer.gradients": CHAIN,
    "layer_by_layer.log_gradients": CHAIN,
    "many_chains.gradients": CHAIN,
    "many_chains.log_gradients": CHAIN,
    "many_chains.has_loops": {"activation": SIGMOID},
    "many_chains.tiled": {"x": W, "width": 3},
    "clipping.by_norm": {"x": W, "threshold": 1.0},
    "clipping.by_value": {"x": W, "threshold": 1.0},
    "clipping.clip_stack": {"gradients": STACK, "how": "norm", "threshold": 1.0},
    "clipping.stack_norm": {"arrays": STACK},
    "data.load": {"name": "digits", "count": 3},
    "initialise.nielsen": SIZES,
    "initialise.gaussian": SIZES,
    "initialise.lecun": SIZES,
    "initialise.xavier": SIZES,
    "initialise.he": SIZES | {"slope": 0.1},
    "initialise.initialiser": {"name": "he"},
    "jacobian.layer_matrices": {"network": NET, "x": X[0]},
    "jacobian.jacobian": {"network": NET, "x": X[0]},
    "jacobian.jvp": {"network": NET, "x": X[0], "v": X[1]},
    "jacobian.vjp": {"network": NET, "x": X[0], "u": Y[0]},
    "jacobian.spectrum": {"matrices": MATRICES, "every": 1},
    "jacobian.direct_log_values": {"matrices": MATRICES},
    "lyapunov.exponents": {"matrices": [np.eye(3)[None].repeat(2, 0)] * 2, "burn_in": 1, "largest": 2},
    "lyapunov.gaussian_matrices": {"width": 2, "std": 1.0, "depth": 2, "replicates": 2, "rng": RNG},
    "lyapunov.network_matrices": {
        "name": "tanh", "width": 2, "weight_std": 1.0, "bias_std": 1.0, "depth": 2, "replicates": 2,
        "rng": RNG,
    },
    "minibatches.split": {"data": digits()},
    "minibatches.learn": {
        "networks": SimpleNamespace(
            parameters=[np.zeros((1, 2))], gradients=lambda X, Y: [np.ones((1, 2))],
            outputs=lambda *parts: [np.zeros((1, x.shape[1], 10)) for x in parts],
        ),
        "parts": minibatches.split(digits().first(700)), "rate": 0.1, "seeds": (1,), "epochs": 2,
        "minibatch": 3, "every": 1, "move": minibatches.descend, "watch": lambda step, alive: None,
    },
    "minibatches.shuffles": {"seeds": (1, 2), "count": 4, "minibatch": 2},
    "minibatches.over_rates": {"one": lambda rate: [np.array(rate)], "rates": (0.1, 1.0)},
    "minibatches.best": {"run": TUNED, "at": -1},
    "minibatches.chosen": {"run": TUNED, "at": -1},
    "minibatches.at_best": {"run": TUNED, "at": -1},
    "minibatches.best_run": {"runs": (TUNED, TUNED), "at": -1},
    "network.forward": {"network": NET, "X": X},
    "network.cost": {"network": NET, "X": X, "Y": Y, "kind": "cross-entropy"},
    "network.gradients": {"network": NET, "X": X, "Y": Y, "kind": "cross-entropy"},
    "network.cross_entropy": {"z": Y, "y": Y},
    "network.softmax": {"z": Y},
    "network.checked_sizes": {"sizes": (3, 2)},
    "network.Network": {"sizes": (2, 1), "weights": (np.ones((1, 2)),), "biases": (np.ones(1),)},
    "normalisation.forward": {"x": X, "gain": np.ones(3), "shift": np.ones(3), "eps": 0.1, "kind": "batch"},
    "normalisation.gradients": {"g": X, "made": NORMALISED, "gain": np.ones(3), "eps": 0.1, "kind": "batch"},
    "rbm.RBM": {"weights": V, "visible": np.zeros(3), "hidden": np.zeros(3)},
    "rbm.drawn": {"n_visible": 2, "n_hidden": 2, "scale": 1.0, "rng": RNG},
    "rbm.hidden_given": {"rbm": MACHINE, "v": V},
    "rbm.visible_given": {"rbm": MACHINE, "h": H},
    "rbm.free_energy": {"rbm": MACHINE, "v": V},
    "rbm.states": {"n": 2},
    "rbm.log_probability": {"rbm": MACHINE, "v": V},
    "rbm.phase": {"rbm": MACHINE, "v": V, "weight": np.ones(3)},
    "rbm.likelihood_gradient": {"rbm": MACHINE, "data": V},
    "rbm.transition": {"rbm": MACHINE},
    "rbm.expected_cd": {"rbm": MACHINE, "data": V, "k": 1},
    "rbm.sampled_cd": {"rbm": MACHINE, "data": V, "k": 1, "rng": RNG},
    "rbm.moved": {"rbm": MACHINE, "update": rbm.phase(MACHINE, V), "rate": 0.1},
    "recurrent.forward": {"kind": "rnn", "weights": CELLS, "xs": XS},
    "recurrent.backward": {"weights": CELLS, "trace": TRACE, "last": LAST},
    "recurrent.memory": {"weights": CELLS, "trace": TRACE, "start": 1},
    "recurrent.uniform_weights": {
        "kind": "lstm", "inputs": 1, "units": 2, "rngs": [RNG], "forget_bias": np.ones(2),
        "start": "orthogonal",
    },
    "recurrent.orthogonal": {"n": 2, "rng": RNG},
    "recurrent.checked": {"kind": "rnn", "weights": CELLS, "xs": XS},
    "recurrent_log.log_backward": {"weights": CELLS, "trace": TRACE, "last": LAST},
    "recurrent_log.log_memory": {"weights": CELLS, "trace": TRACE, "start": 1},
    "residual.chain_gains": {"activation": SIGMOID, "a0": np.ones(6), "weights": W, "biases": W,
        "scale": 1.0},
    "residual.passes": {
        "x0": X, "weights": MATRICES, "readout": np.ones(3), "shortcut": 1.0, "scale": 1.0,
        "branch": "relu last",
    },
    "signed_log.of": {"x": W},
    "signed_log.from_parts": {"sign": np.sign(W), "logabs": W},
    "signed_log.to_float": {"x": LOGS},
    "signed_log.multiply": {"x": LOGS, "y": LOGS},
    "signed_log.prefix_products": {"x": LOGS, "axis": 0},
    "signed_log.suffix_products": {"x": LOGS, "axis": 0},
    "sample_moments.moments": {"x": W, "axis": 0},
}  # fmt: skip

EXCEPT = {
    "optional": "takes the name of a package, tested in test_public_names.py",
    "threads": "takes nothing",
    "training_arguments": "checks themselves, tested with the experiments that call them",
    "unseen_weights": "takes what an experiment has drawn, tested in test_unseen_weights.py",
    "descent": "takes what an experiment has checked",
    "speed_statistics": "takes the speeds of an experiment, tested in test_speed_statistics.py",
    "arguments": "the checks themselves, tested below",
    "arrays": "the layer below the checks; its errors are tested in test_arrays.py",
    "norms": "checks nothing and says so: NaN and infinity give what NumPy gives",
    "compiled": "names the arguments itself, tested in test_compiled.py; NaN in gives NaN out",
    "balls": "takes SymPy expressions and exact rational numbers",
    "idx": "takes files, tested in test_data.py",
    "log_product": "tested in test_arguments_of_experiments.py",
    "quadrature": "takes SymPy expressions, tested in test_quadrature.py",
    "moments": "tested in test_moments.py",
    "mean_field": "tested in test_mean_field.py",
    "normal": "elementwise, NaN in gives NaN out",
    "fused": "called by many_chains with what it has checked",
    "data.digits": "takes nothing",
    "data.mnist": "takes files, tested in test_data.py",
    "minibatches.bury": "looks for what is not finite; its parameters are those of learn",
    "minibatches.descend": "a step of learn, with the gradients of networks of which some diverge",
    "minibatches.softmax_error": "NaN in gives NaN out: logits of networks of which some diverge",
    "minibatches.cross_entropy": "NaN in gives NaN out: logits of networks of which some diverge",
    "many_chains.untiled": "moves logarithms, −inf among them, and looks at the shape only",
    "forward.slope_reach": "takes what forward has checked",
    "forward.underflow": "takes what forward has checked",
    "forward.layered": "takes the name of another's argument",
    "layer_by_layer.check_shapes": "takes shapes",
    "layer_by_layer.check_edge": "takes shapes",
    "recurrent.checked_trace": "called by backward and memory, tested with them",
    "recurrent.checked_last": "called by backward, tested with it",
    "recurrent_log.scaled": "within log_backward",
    "recurrent_log.exponential": "within log_backward",
    "recurrent_log.logarithm": "within log_backward",
    "recurrent_log.times": "within log_backward",
    "recurrent_log.plus": "within log_backward",
    "recurrent_log.total": "within log_backward",
}


def public() -> list[str]:
    found = []
    for module in pkgutil.iter_modules(analysis.numeric.__path__):
        if module.name in EXCEPT:
            continue
        loaded = importlib.import_module(f"analysis.numeric.{module.name}")
        for name, x in vars(loaded).items():
            own = getattr(x, "__module__", "") == loaded.__name__ and not name.startswith("_")
            if own and inspect.isfunction(inspect.unwrap(x)):
                found.append(f"{module.name}.{name}")
    return found


def function(label: str) -> Any:
    module, _, name = label.partition(".")
    return getattr(importlib.import_module(f"analysis.numeric.{module}"), name)


def changed(value: Any, how: str) -> Any:
    """The argument with one number of it made wrong."""
    x = np.array(value, dtype=np.float64)
    first = (0,) * x.ndim
    if how == "complex":
        return x + 1e-3j
    if how == "masked":
        return np.ma.masked_array(x, mask=np.arange(x.size).reshape(x.shape) == 0)
    if how == "shape":
        return x[None, None, None, None, None].repeat(7, -1)
    if how == "strings":
        return x.astype(str)
    if how == "objects":
        return x.astype(object)
    if how == "None":
        return [None, *x.ravel().tolist()[1:]]
    if how == "ragged":
        return [[1.0, 2.0], [3.0]]
    x[first] = {"NaN": np.nan, "inf": np.inf, "-inf": -np.inf}[how]
    return x


HOW = ("NaN", "inf", "-inf", "None", "complex", "masked", "shape", "strings", "objects", "ragged")
ANY_SHAPE = {
    "clipping.by_norm", "clipping.by_value", "signed_log.of", "signed_log.from_parts",
    "sample_moments.moments", "network.softmax", "network.cross_entropy",
    "chain.backward",
    "chain.gradient", "forward.forward", "forward.fitted", "normalisation.forward",
}  # fmt: skip


def wrong(label: str, name: str, value: Any) -> list[Any]:
    """What is to be refused in the place of a right argument."""
    if isinstance(value, np.ndarray) or (name == "output_gradient"):
        how = [
            h
            for h in HOW
            if not (h == "shape" and label in ANY_SHAPE or h == "-inf" and name == "logabs")  # a zero's
        ]
        return [changed(value, h) for h in how]
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], np.ndarray) and name != "update":
        return [
            [changed(value[0], h), *value[1:]] for h in ("NaN", "inf", "complex", "masked", "strings")
        ] + [3.0, "x"]
    if value is SIGMOID:
        return ["sigmoid", None, 1.0, plain(SIGMOID)]
    if isinstance(value, np.random.Generator):
        return [0, None, np.random]
    if isinstance(value, (float, int)):
        return (
            [np.nan, np.inf, "1", None, True, 1j, np.ma.masked]
            if name not in OPTIONAL
            else [np.nan, "1", True, 1j]
        )
    if isinstance(value, str):
        return ["Sigmoid?", None, 3, SIGMOID]
    if name == "sizes":
        return [(3,), (3, 0), (3, 2.5), (3, True), "32", None]
    return ["x", 1.0] if name in OPTIONAL else [None, "x", 1.0]


OPTIONAL = {"count", "largest", "scale", "watch"}


@pytest.mark.parametrize("label", [x for x in public() if x not in EXCEPT])
def test_no_function_is_forgotten(label: str) -> None:
    assert label in CALLS, f"{label}: put it into CALLS with right arguments, or into EXCEPT with a reason"


def test_no_exception_is_left_over() -> None:
    modules = {m.name for m in pkgutil.iter_modules(analysis.numeric.__path__)}
    assert {x for x in EXCEPT if "." in x} <= set(public())
    assert {x for x in EXCEPT if "." not in x} <= modules


@pytest.mark.parametrize("label", CALLS)
def test_right_arguments_pass(label: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done(function(label)(**CALLS[label]))


def done(result: Any) -> None:
    """Take what a generator function would give, so that its checks run."""
    if inspect.isgenerator(result):
        list(result)


CASES = [(label, name) for label, given in CALLS.items() for name in given]


@pytest.mark.parametrize(("label", "name"), CASES, ids=[".".join(c) for c in CASES])
def test_wrong_arguments_are_named(label: str, name: str) -> None:
    for bad in wrong(label, name, CALLS[label][name]):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises((ValueError, TypeError)) as error:
                done(function(label)(**(CALLS[label] | {name: bad})))
        said = str(error.value)
        wanted = "initialiser" if label == "initialise.initialiser" else name
        assert re.search(rf"\b{wanted}\b", said), f"{label}({name}={bad!r}): {said}"


@pytest.mark.parametrize("kind", ["LSTM", "", None, 3, ["lstm"]])
def test_a_cell_is_named(kind: Any) -> None:
    for call in (
        lambda: recurrent.forward(kind, CELLS, XS),
        lambda: recurrent.uniform_weights(kind, 1, 2, [RNG]),
    ):
        with pytest.raises(ValueError, match="kind must be one of rnn, rnn-relu, lstm, gru, not"):
            call()


def test_an_activation_given_by_name_is_told_the_names() -> None:
    with pytest.raises(TypeError, match=r"activation must be an Activation.*sigmoid, tanh.*not 'tanh'"):
        function("chain.gradient")(**(CHAIN | {"activation": "tanh"}))
    with pytest.raises(
        ValueError, match="activation must be one of sigmoid.*not the Activation of sigmoid itself"
    ):
        Network((2, 1), (np.ones((1, 2)),), (np.ones(1),), activation=SIGMOID)  # type: ignore[arg-type]


@pytest.mark.parametrize("x", [1, 1.0, np.float32(1), np.int64(1), np.array(1.0), Fraction(1), sp.Integer(1)])
def test_numbers_of_every_kind(x: Any) -> None:
    assert number("x", x) == 1.0
    assert type(number("x", x)) is float
    if not isinstance(x, (float, np.floating, np.ndarray, Fraction)):
        assert type(whole("x", x)) is int
    weights = function("initialise.he")((3, 2), np.random.default_rng(0), slope=x).weights[0]
    np.testing.assert_array_equal(
        weights, function("initialise.he")((3, 2), np.random.default_rng(0), slope=1.0).weights[0]
    )


HUGE = 10**400


@pytest.mark.parametrize(
    "x", [True, np.True_, "1", None, 1j, np.nan, np.inf, HUGE, np.array([1.0]), sp.Symbol("x")]
)
def test_no_number(x: Any) -> None:
    with pytest.raises(ValueError, match="^x must be a finite number > 0, not"):
        arguments.positive("x", x)
    with pytest.raises(ValueError, match="^x must be an integer of at least 1, not"):
        whole("x", 0 if x is HUGE else x)


def test_limits_are_said() -> None:
    with pytest.raises(ValueError, match="^s must be a finite number > 0 and ≤ 1, not 2"):
        number("s", 2, above=0.0, most=1.0)
    with pytest.raises(ValueError, match="^n must be an integer from 1 to 3, not 4"):
        whole("n", 4, 1, 3)
    with pytest.raises(ValueError, match="^how must be one of a, b, not 'c'"):
        one_of("how", "c", ("a", "b"))
    with pytest.raises(TypeError, match="^parts must be a list of arrays, not float"):
        several("parts", 1.0)


def test_shapes() -> None:
    assert real_array("x", np.ones((5, 2, 3)), ("…", "m", 3)).shape == (5, 2, 3)
    assert real_array("x", [[1, 2], [3, 4]], ("n", "n")).dtype == np.float64
    for shape, given in ((("n", "n"), (2, 3)), (("m",), (0,)), (("…", "m", "n"), (3,)), ((2,), ())):
        with pytest.raises(ValueError, match=r"^x must have shape \("):
            real_array("x", np.ones(given), shape)


def test_large_arrays_and_long_doubles_are_looked_at() -> None:
    x = np.zeros(arguments._BLOCK + 5)
    assert real_array("x", x) is x
    x[-1] = np.nan
    with pytest.raises(ValueError, match="x must be finite"):
        real_array("x", x)
    if np.finfo(np.longdouble).max > np.finfo(np.float64).max:
        with pytest.raises(ValueError, match="x must be finite"):
            real_array("x", np.array([np.longdouble(10) ** 400]))


def test_a_mask_is_seen_in_a_list() -> None:
    for bad in ([np.ma.masked_array([1.0, 2.0], [True, False])], [[1.0, np.ma.masked]]):
        with pytest.raises(TypeError, match="x must have no mask"):
            real_array("x", bad)
