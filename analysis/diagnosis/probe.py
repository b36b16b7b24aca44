# mypy: ignore-errors
# Copy this into a training script; it needs nothing but torch.
#     watch = Probe(model); loss = loss_fn(model(x), y); loss.backward(); print(watch.json())
import json, math, torch  # noqa: E401,F401


class Probe:
    def __init__(self, model):
        self.model, self.rows, self.hooks = model, [], []
        for name, m in model.named_modules():
            if not list(m.children()):
                see = lambda m, _, out, name=name: self.see(name, m, out)  # noqa: E731
                self.hooks.append(m.register_forward_hook(see))

    def see(self, name, m, out):
        out = out[0] if isinstance(out, tuple) else out
        x, w, b = out.detach().double(), getattr(m, "weight", None), getattr(m, "bias", None)
        rms = lambda t: float(t.detach().double().square().mean().sqrt())  # noqa: E731
        log = lambda r: "inf" if r != r else math.log(r) if r > 0 else "-inf"  # noqa: E731
        row = {"name": name, "kind": type(m).__name__, "units": x[0].numel(), "format": str(out.dtype)[6:]}
        row |= {
            "forward": log(rms(x)),
            "mean": float(x.mean()),
            "bad": float((~x.isfinite()).double().mean()),
        }
        row |= {"varies": float(x.var(0).mean()) / (rms(x) ** 2 or 1), "backward": "nan"}
        if w is not None and w.ndim > 1:
            n = w[0].numel()
            row |= {"fan_in": n, "sigma_w": rms(w) * n**0.5, "sigma_b": 0.0 if b is None else rms(b)}
        if type(m).__name__ in ("ReLU", "LeakyReLU"):
            row["never_on"] = float((x <= 0).flatten(0, -2).all(0).double().mean())
        self.rows.append(row)
        self.batch = len(x)
        if out.requires_grad:
            out.register_hook(lambda g: row.update(backward=log(rms(g) * g.numel() ** 0.5)))

    def json(self):
        [hook.remove() for hook in self.hooks]
        lost = [n for n, p in self.model.named_parameters() if p.grad is None]
        sites = {"batch": self.batch, "sites": self.rows, "no_gradient": lost}
        text = json.dumps({"probe": "unstable-gradients 1"} | sites).replace("NaN", '"nan"')
        return text.replace("-Infinity", '"-inf"').replace("Infinity", '"inf"')
