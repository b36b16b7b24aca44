"""``build/slides``: for each chapter a deck of the cells that are marked as slides; ``book/slides.py`` makes
them."""

from __future__ import annotations

import time

from tools import places, processes
from tools.messages import Stop, say


def slides() -> int:
    """Build them; raises Stop where that fails."""
    start = time.monotonic()
    target = places.build() / "slides"
    if processes.python_call(str(places.ROOT / "book" / "slides.py"), str(target)):
        raise Stop("The slides were not built: the reason stands above.")
    say(f"The slides are built ({time.monotonic() - start:.1f} s): {target / 'index.html'}")
    return 0
