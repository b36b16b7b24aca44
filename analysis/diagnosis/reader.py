"""A field for what the probe printed: it names the finding and draws it, in the page and without a network.

The tables of theory, the thresholds and the advice are those of this package, written into the page when it
is made; that both readers say the same is tested.
"""

from __future__ import annotations

import hashlib
import json
import math
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from analysis.diagnosis import finding, findings
from analysis.diagnosis.advice import ADVICE
from analysis.diagnosis.measured import NORMS, RECURRENT, WEIGHTED
from analysis.diagnosis.recorded import ACTIVATION_CLASSES, MODULES, PROBE
from analysis.diagnosis.theory import moments
from analysis.symbolic.catalogue import ACTIVATIONS

HERE = Path(__file__).parent
LOW, STEP, COUNT = -8.0, 0.25, 65
"""The table of ½ log E σ′(z)²: z ~ N(0, e^2x) for x = LOW, LOW + STEP, …"""

STYLE = """
.probe textarea { width: 100%; height: 8rem; font: 12px monospace; box-sizing: border-box; }
.probe svg { width: 100%; max-width: 44rem; height: auto; }
.probe text { fill: currentColor; font: 13px sans-serif; }
.probe .theory { stroke: #2f7ec2; stroke-width: 2; } .probe .measured { fill: #d1582b; }
.probe .finding { border-left: 4px solid #d1582b; padding-left: 1rem; margin: 1rem 0; }
"""


def source() -> str:
    """The probe, as text to copy."""
    return (HERE / "probe.py").read_text(encoding="utf-8")


@cache
def tables() -> dict[str, Any]:
    """What the page is given: thresholds, advice, and theory as tables."""
    slopes = {}
    for name in ACTIVATIONS:
        found = [moments(name, 0.0, math.exp(LOW + STEP * k))[1] for k in range(COUNT)]
        slopes[name] = [float(f"{0.5 * math.log(x):.6g}") if x > 0 else -999.0 for x in found]
    return {
        "probe": PROBE,
        "kinds": MODULES,
        "activations": ACTIVATION_CLASSES,
        "layers": [*WEIGHTED, *RECURRENT],
        "norms": list(NORMS),
        "gentle": [name for name, a in ACTIVATIONS.items() if float(a.slope_bound) <= 0.5],
        "low": LOW,
        "step": STEP,
        "slopes": slopes,
        "advice": {code: advice._asdict() for code, advice in ADVICE.items()},
        "formats": finding.FORMATS,
        "room": findings.ROOM,
        "narrow": list(findings.NARROW),
        "dead": findings.DEAD,
        "factor": findings.FACTOR,
        "errors": findings.ERRORS,
        "constant": findings.CONSTANT,
    }


class Reader:
    """The field; shows itself in a notebook and in the built book."""

    def __repr__(self) -> str:
        return "A field for what the probe printed; it works in the built book and in JupyterLab."

    def _repr_html_(self) -> str:
        data = json.dumps(tables(), sort_keys=True, ensure_ascii=False).replace("</", "<\\/")
        code = (HERE / "reader.js").read_text(encoding="utf-8").rstrip()
        name = "probe-" + hashlib.sha256((code + data).encode()).hexdigest()[:8]
        return (
            f'<div class="probe" id="{name}"><style>{STYLE}</style>'
            f'<p><label for="{name}-text">What the probe printed:</label></p>'
            f'<textarea id="{name}-text" placeholder="{escape(PLACE)}"></textarea>'
            f'<p><button type="button">Read it</button></p><output></output>'
            "<noscript><p>Without JavaScript: unstable-gradients diagnose probe.json</p></noscript></div>"
            f'<script>{code}(document.getElementById("{name}"), {data});</script>'
        )


PLACE = '{"probe": …'
