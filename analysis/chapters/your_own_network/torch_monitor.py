"""The monitor of a training loop of PyTorch; it needs no import, for it calls methods of tensors alone."""

from typing import Any


class Monitor:
    """Call it after optimiser.step(), before zero_grad()."""

    def __init__(self, model: Any) -> None:
        self.weights = [p for p in model.parameters() if p.ndim > 1]
        self.biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
        self.old = [p.detach().clone() for p in self.weights]

    def __call__(self) -> tuple[float, float]:
        logs = [float(p.grad.double().norm().log()) for p in self.biases]
        steps = [
            float((p.detach() - q).norm() / q.norm()) for p, q in zip(self.weights, self.old, strict=True)
        ]
        self.old = [p.detach().clone() for p in self.weights]
        return (logs[0] - logs[-1]) / (len(logs) - 1), max(steps)
