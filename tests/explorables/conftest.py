"""A headless Chromium for the tests of this folder;
without one they are skipped, and fail where REQUIRE_BROWSER=1."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chromium
import pytest

Page = Callable[..., "Any"]


@pytest.fixture(scope="module")
def browser(chrome: Any) -> Any:
    """The browser, as no test outside this file left it."""
    return chromium.window(chrome, 900, 900)


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Page:
    """page(html, head) opens the HTML from a file and returns the driver;
    errors in the console fail the test."""

    def opened(html: str, head: str = "", width: int = 900, height: int = 900, theme: str = "light") -> Any:
        path = tmp_path / "page.html"
        path.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>test</title>'
            f'<meta name="viewport" content="width=device-width">{head}<body>{html}</body></html>',
            encoding="utf-8",
        )
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get_log("browser")
        browser.get(path.as_uri())
        return browser

    return opened


@pytest.fixture
def run(page: Page) -> Callable[[str, Any], Any]:
    """run(code, argument): what a module's ``answer(argument)`` returns, numbers exact,
    NaN and infinities too."""

    def evaluated(code: str, argument: Any = None) -> Any:
        driver = page(
            "<script>addEventListener('error', e => window.trouble = e.message)</script>"
            f'<script type="module">\n{code}\nwindow.answer = answer;\n</script>'
        )
        exact = "(_, x) => typeof x === 'number' && !Number.isFinite(x) ? String(x) : x"
        text = driver.execute_async_script(
            f"""const [given, done] = arguments;
            (function wait(n) {{
              if (window.trouble || !n) return done("!" + (window.trouble || "the module did not load"));
              if (!window.answer) return setTimeout(wait, 20, n - 1);
              done(JSON.stringify(answer(JSON.parse(given)), {exact}));
            }})(500);""",
            json.dumps(argument),
        )
        assert not text.startswith("!"), text
        return _numbers(json.loads(text))

    return evaluated


def _numbers(x: Any) -> Any:
    if isinstance(x, list):
        return [_numbers(y) for y in x]
    if isinstance(x, dict):
        return {k: _numbers(y) for k, y in x.items()}
    return float(x) if x in ("NaN", "Infinity", "-Infinity") else x
