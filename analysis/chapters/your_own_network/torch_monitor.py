"""The monitor of a training loop of PyTorch; it needs no import, for it calls methods of tensors alone."""

from typing import Any


class Monitor:
    """Call it after optimiser.step(), before zero_grad(). NaN: fewer than two biases have a gradient."""

    def __init__(self, model: Any) -> None:
        self.weights = [p for p in model.parameters() if p.ndim > 1]
        # both biases of a recurrent layer have the same gradient
        named = [(name.split(".")[-1], p) for name, p in model.named_parameters()]
        self.biases = [p for name, p in named if "bias" in name and "bias_hh" not in name]
        self.old = [p.detach().clone() for p in self.weights]

    def __call__(self) -> tuple[float, float]:
        logs = [float(p.grad.double().norm().log()) for p in self.biases if p.grad is not None]
        pairs = [(p.detach(), q) for p, q in zip(self.weights, self.old, strict=True) if q.any()]
        steps = [float((p - q).norm() / q.norm()) for p, q in pairs]
        self.old = [p.detach().clone() for p in self.weights]
        gain = (logs[0] - logs[-1]) / (len(logs) - 1) if len(logs) > 1 else float("nan")
        return gain, max(steps, default=0.0)
