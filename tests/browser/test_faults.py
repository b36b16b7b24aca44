"""Each fault of ``page_faults.py`` is found on a page that has it, and not on one that is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import page_faults as faults
import pytest

HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title><meta name="viewport" '
    'content="width=device-width"></head>'
)
SOUND = "<main><h1>Title</h1><p>Text, <code>$x$</code> in code.</p><img alt='a dot' src='data:,'></main>"


def page(folder: Path, body: str) -> Path:
    path = folder / "page.html"
    path.write_text(f"{HEAD}<body>{body}</body></html>", encoding="utf-8")
    return path


BAD = {
    "raw maths": ("<main><h1>T</h1><p>the slope $\\sigma'$ is small</p></main>", faults.unrendered_maths),
    "raw brackets": (
        "<main><h1>T</h1><p class='mathjax_process'>\\(x\\)</p></main>",
        faults.unrendered_maths,
    ),
    "a refused formula": (
        "<main><h1>T</h1><mjx-merror>Undefined control</mjx-merror></main>",
        faults.unrendered_maths,
    ),
    "a wide table": ("<main><h1>T</h1><div style='width:900px;height:9px'></div></main>", faults.too_wide),
    "pale text": (
        "<main><h1>T</h1><p style='color:#ddd;background:#fff'>pale</p></main>",
        faults.grave_violations,
    ),
    "a field without a label": ("<main><h1>T</h1><input type='range'></main>", faults.grave_violations),
    "an error": ("<main><h1>T</h1><script>nonsense()</script></main>", faults.complaints),
    "a missing file": ("<main><h1>T</h1><script src='not-there.js'></script></main>", faults.complaints),
    "a request": (
        "<main><h1>T</h1><img alt='x' src='https://example.invalid/x.png'></main>",
        faults.requests,
    ),
    "two titles": ("<main><h1>T</h1><h1>U</h1></main>", faults.nameless),
    "a picture": ("<main><h1>T</h1><img src='data:,'></main>", faults.not_described),
}


@pytest.mark.parametrize("name", BAD)
def test_the_fault_is_found(show: Any, tmp_path: Path, name: str) -> None:
    body, fault = BAD[name]
    assert fault(show(page(tmp_path, body), width=390)) != []


@pytest.mark.parametrize("fault", sorted({fault for _, fault in BAD.values()}, key=lambda f: f.__name__))
def test_a_sound_page_has_none(show: Any, tmp_path: Path, fault: Any) -> None:
    assert fault(show(page(tmp_path, SOUND), width=390)) == []


@pytest.mark.parametrize(("colour", "pale"), [("#222", 0), ("#ddd", 1)])
def test_a_pale_word_of_code_is_found_among_words_of_other_colours(
    show: Any, tmp_path: Path, colour: str, pale: int
) -> None:
    words = (
        "<span class='k'>if</span> <span class='n'>x</span> <span class='k'>else</span> <span "
        "class='n'>width</span>"
    )
    style = f"<style>pre {{ color: #222; background: #fff }} .n {{ color: {colour} }}</style>"
    driver = show(page(tmp_path, f"{style}<main><h1>T</h1><pre>{words}</pre></main>"), width=390)
    faults.each_colour_once(driver)
    assert driver.execute_script("return document.querySelectorAll('pre span').length") == 2
    assert driver.execute_script("return document.querySelector('pre').textContent") == "if x else width"
    assert len(faults.grave_violations(driver)) == pale
