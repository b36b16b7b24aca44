"""A picture with sliders that recomputes without a kernel:
in the built book, in JupyterLab, and as a live widget."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import traitlets
from IPython.display import display
from matplotlib.figure import Figure

HERE = Path(__file__).parent
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Slider:
    """A number from ``low`` to ``high``.
    With ``log`` the slider moves log₁₀ of it, and ``step`` is in decades.

    ``play`` > 0 adds a button that runs from low to high in so many seconds.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float
    log: bool = False
    play: float = 0.0

    def checked(self, value: Any) -> float | int:
        """The value, if the slider reaches it; raises ValueError otherwise."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and math.isfinite(value) and self.low <= value <= self.high):
            raise ValueError(
                f"{self.name} must be a number from {self.low:g} to {self.high:g}, not {value!r}"
            )
        if self.whole and value != int(value):
            raise ValueError(
                f"{self.name} must be a whole number from {self.low:g} to {self.high:g}, not {value!r}"
            )
        return int(value) if self.whole else float(value)

    @property
    def whole(self) -> bool:
        """True where only whole numbers make sense."""
        return not self.log and all(float(x).is_integer() for x in (self.low, self.high, self.step))


@dataclass(frozen=True)
class Stops:
    """One of a few numbers, in order; the slider goes from each to the next."""

    name: str
    label: str
    values: tuple[float, ...]
    start: float

    def checked(self, value: Any) -> float:
        """The value, if it is a stop; raises ValueError otherwise."""
        if isinstance(value, bool) or value not in self.values:
            raise ValueError(
                f"{self.name} must be one of {', '.join(f'{x:g}' for x in self.values)}, not {value!r}"
            )
        return self.values[self.values.index(value)]


@dataclass(frozen=True)
class Choice:
    """One of several ``options``, each with the label that a reader sees."""

    name: str
    label: str
    options: Mapping[str, str]
    start: str

    def checked(self, value: Any) -> str:
        """The value, if it is an option; raises ValueError otherwise."""
        if value not in self.options:
            raise ValueError(f"{self.name} must be one of {', '.join(self.options)}, not {value!r}")
        return str(value)


@dataclass(frozen=True)
class Again:
    """A button that takes the next seed."""

    name: str
    label: str
    start: int = 1

    def checked(self, value: Any) -> int:
        """The seed; raises ValueError unless it is a whole number from 0 to 2³² − 1."""
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**32:
            raise ValueError(f"{self.name} must be a whole number from 0 to 2**32 - 1, not {value!r}")
        return value


Parameter = Slider | Stops | Choice | Again


@dataclass(frozen=True, eq=False)
class Explorable:
    """A title, parameters, the code that redraws, and a still picture for where no script runs.

    As the last line of a cell it shows the still (PNG)
    and then HTML whose script hides the still and draws instead.
    """

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    code: str = field(repr=False)
    """JavaScript that defines ``draw(values, view)``; formulas and data included."""
    still: Callable[[Values], Figure] = field(repr=False)
    alt: str = field(repr=False)
    """What the still shows, for who cannot see it."""

    @property
    def values(self) -> dict[str, Any]:
        """The starting values by name."""
        return {p.name: p.start for p in self.parameters}

    def starting(self, **values: Any) -> Explorable:
        """The same with other starting values;
        raises ValueError for one out of range, TypeError for an unknown name."""
        unknown = values.keys() - self.values.keys()
        if unknown:
            raise TypeError(f"{self.name} has {', '.join(self.values)}, no {', '.join(sorted(unknown))}")
        parameters: list[Any] = list(self.parameters)
        new = (replace(p, start=p.checked(values[p.name])) if p.name in values else p for p in parameters)
        return replace(self, parameters=tuple(new))

    @property
    def module(self) -> str:
        """The ES module, with an anywidget's ``render`` as its default export."""
        spec = {
            "title": self.title,
            "parameters": [
                {"kind": type(p).__name__, **{k: _plain(x) for k, x in vars(p).items()}}
                for p in self.parameters
            ],
        }
        for entry in spec["parameters"]:
            entry.pop("start")  # type: ignore[attr-defined]  # stands beside the module, which serves every start
        return "\n".join(
            (
                script("runtime.js"),
                self.code,
                f"const widget = explorable({_json(spec)}, draw);",
                "export default widget;",
                "",
            )
        )

    @property
    def html(self) -> str:
        """Self-contained HTML: a place to draw in, found by its ``data-explorable``, and the module."""
        key = f"{self.name}-{hashlib.sha256(self.module.encode()).hexdigest()[:12]}"
        return (
            f'<div class="explorable" data-explorable="{key}" data-start="{escape(_json(self.values))}">'
            f"<p>{escape(self._note)}</p></div>\n"
            f'<script type="module">\n{self.module}start("{key}", widget);\n</script>'
        )

    @property
    def _note(self) -> str:
        labels = "; ".join(p.label for p in self.parameters if not isinstance(p, Again))
        return f"{self.title}: in the HTML book and in JupyterLab this picture is live ({labels})."

    def png(self) -> bytes:
        """The still picture, with its description inside the file."""
        with plt.style.context("analysis.book"):
            figure = self.still(self.values)
            out = io.BytesIO()
            figure.savefig(out, format="png", metadata={"Description": self.alt, "Software": None})
        return out.getvalue()

    def _ipython_display_(self) -> None:
        still = {"image/png": self.png(), "text/plain": self.alt}
        live = {"text/html": self.html, "text/markdown": f"*{self._note}*", "text/plain": self._note}
        for bundle in (still, live):
            display(bundle, raw=True)  # type: ignore[no-untyped-call]

    def widget(self) -> Any:
        """A live anywidget: its parameters are traits that Python reads and sets, checked as they are set."""
        return _widget_class(self.name, self.module, self.parameters)(**self.values)


def _widget_class(name: str, module: str, parameters: tuple[Parameter, ...]) -> type:
    from anywidget import AnyWidget  # takes half a second, and only a live widget needs it

    traits = {p.name: _trait(p).tag(sync=True) for p in parameters}
    return type(name.title().replace("-", ""), (AnyWidget,), {"_esm": module, **traits})


def _trait(p: Parameter) -> Any:
    """A trait that takes what the parameter takes."""
    match p:
        case Choice():
            return traitlets.Enum(list(p.options), p.start)
        case Stops():
            return traitlets.Enum[Any](p.values, p.start)
        case Again():
            return traitlets.Int(p.start, min=0, max=2**32 - 1)
        case Slider() if p.whole:
            return traitlets.Int(int(p.start), min=int(p.low), max=int(p.high))
    return traitlets.Float(p.start, min=p.low, max=p.high)


def figure() -> Figure:
    """A figure of the book's size that no notebook shows by itself."""
    return Figure()


@cache
def script(file: str | Path) -> str:
    """A script, named in this folder or by its whole path, without its comments,
    indentation and empty lines."""
    lines = (line.strip() for line in (HERE / file).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def joined(*parts: str, beside: str) -> str:
    """The parts of an explorable's code, and last the script that lies beside the module with this path."""
    return "\n".join((*parts, script(Path(beside).with_suffix(".js"))))


def constants(**values: Any) -> str:
    """``const name = value;`` for each, as JSON; numbers keep 17 digits."""
    return "\n".join(f"const {name} = {_json(value)};" for name, value in values.items())


def _plain(x: Any) -> Any:
    return dict(x) if isinstance(x, Mapping) else x


def _json(x: Any) -> str:
    text = json.dumps(x, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("<(?=[!/])", r"\\u003c", text)  # no </script> or <!-- in the page
