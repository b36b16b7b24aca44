"""What may be wrong with a page that a browser shows:
one function a fault, each giving what it finds, [] if nothing.

``driver`` is a Selenium driver that shows the page, its maths typeset.
Each is shown able to fail in ``browser/test_faults.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

AXE = Path(__file__).parent / "browser" / "axe" / "axe.min.js"
GRAVE = ("serious", "critical")

_READY = """const done = arguments[0];
(function wait(n) {
  const ready = document.readyState === "complete" &&
    (!window.MathJax || (MathJax.startup && MathJax.startup.promise));
  if (!ready && n) return setTimeout(wait, 25, n - 1);
  Promise.resolve(window.MathJax && MathJax.startup ? MathJax.startup.promise : 0)
    .then(() => done(true), () => done(false));
})(400);"""
_TEXT = r"""const found = [],
  quiet = "script,style,pre,code,textarea,mjx-container,mjx-assistive-mml,title,noscript";
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; node = walk.nextNode();) {
  if (node.parentElement.closest(quiet)) continue;
  const hit = node.data.match(
    /\$[^$\n]{1,80}\$|\\[(\[]|\\(?:frac|sigma|lambda|partial|mathbb)\b|Math Processing Error/);
  if (hit) found.push(hit[0]);
}
for (const bad of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
  found.push(bad.textContent.slice(0, 80));
for (const place of document.querySelectorAll(".math, .mathjax_process")) {
  if (/\\[(\[]/.test([...place.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join("")))
    found.push(place.textContent.slice(0, 80));
}
return found;"""
_WIDE = """const page = document.documentElement, room = document.documentElement.clientWidth, found = [];
if (page.scrollWidth > room) {
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width && box.right > room + 1 && style.position !== "fixed" && !e.closest(".sidebar, dialog"))
      found.push(e.tagName.toLowerCase() + "." + e.className + " " + Math.round(box.right));
  }
  return ["the page is " + page.scrollWidth + " wide", ...found.slice(-5)];
}
return [];"""
_AXE = """const [only, done] = arguments;
const which = only.length ? {runOnly: {type: "rule", values: only}}
  : {rules: {"color-contrast-enhanced": {enabled: false}}};
axe.run(document, {preload: false, resultTypes: ["violations"], ...which}).then(
  r => done(r.violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)])),
    e => done([["critical", String(e), 0, ""]]));"""


_PLAIN = """const formulas = [...document.querySelectorAll("mjx-container")];
const sizes = formulas.map(
  f => [Math.max(f.getBoundingClientRect().width, f.scrollWidth), f.getBoundingClientRect().height]);
formulas.forEach((formula, i) => {
  const box = document.createElement("span");
  box.style.cssText = `display:inline-block;width:${sizes[i][0]}px;height:${sizes[i][1]}px`;
  formula.replaceChildren(box);
});"""

_COLOURS = """for (const block of document.querySelectorAll("pre")) {
  const words = [...block.querySelectorAll("span")].filter(word => !word.children.length && !word.id), kept =
  new Map();
  const kind = word => [word.className, word.style.cssText, word.parentElement.className].join(" ");
  for (const word of words) {
    if (word.textContent.length > (kept.get(kind(word))?.textContent.length ?? -1)) kept.set(kind(word),
    word);
  }
  for (const word of words) if (kept.get(kind(word)) !== word) word.replaceWith(word.textContent);
}"""


def look(driver: Any, width: int, theme: str) -> None:
    """Show pages as a reader with a window of this width, who prefers this theme, would see them."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wish = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wish)


def typeset(driver: Any) -> bool:
    """Wait until the page is loaded and MathJax is done; False where it is not."""
    return bool(driver.execute_async_script(_READY))


def unrendered_maths(driver: Any) -> list[str]:
    """Text that looks like LaTeX and is not code, and formulas that MathJax refused."""
    return list(driver.execute_script(_TEXT))


def too_wide(driver: Any) -> list[str]:
    """What makes the page wider than the window."""
    return list(driver.execute_script(_WIDE))


def without_glyphs(driver: Any) -> None:
    """Put one box of the same size in place of each formula:
    axe then has a tenth as many elements to look at."""
    driver.execute_script(_PLAIN)


def each_colour_once(driver: Any) -> None:
    """Of the words of a block of code keep the longest of each colour as an element: the others can tell axe
    nothing new."""
    driver.execute_script(_COLOURS)


def grave_violations(driver: Any, *only: str) -> list[str]:
    """What axe-core calls serious or critical, by all its rules or only by those named."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(AXE.read_text(encoding="utf-8"))
    found = driver.execute_async_script(_AXE, only)
    return [f"{rule} ({count}): {example}" for impact, rule, count, example in found if impact in GRAVE]


def complaints(driver: Any) -> list[str]:
    """Errors and warnings in the console since the last call."""
    return [
        entry["message"] for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")
    ]


def requests(driver: Any) -> list[str]:
    """Addresses outside this machine's files that the page asked for since the last call."""
    found = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith(("file:", "data:", "blob:", "about:", "chrome:", "devtools:")):
                found.append(url)
    return found


def not_described(driver: Any) -> list[str]:
    """Pictures without a description, by alt text or label;
    an empty alt is for a picture that says nothing."""
    return list(
        driver.execute_script(
            """return [...document.querySelectorAll("img, [role=img]:not([aria-hidden=true])")].filter(e =>
              !["alt", "aria-label", "aria-labelledby", "title"].some(name => e.hasAttribute(name))
            ).map(e => e.outerHTML.slice(0, 100));"""
        )
    )


def nameless(driver: Any) -> list[str]:
    """A page needs one heading of the first level that is seen, a title and a language."""
    return list(
        driver.execute_script(
            """const seen = [...document.querySelectorAll("h1")]
              .filter(e => e.getClientRects().length).length, found = [];
            if (seen !== 1) found.push(seen + " headings of the first level");
            if (!document.title.trim()) found.push("no title");
            if (document.documentElement.lang !== "en")
              found.push("language " + document.documentElement.lang);
            return found;"""
        )
    )
