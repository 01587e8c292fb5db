"""What everybody needs of every page: headings in order, names, texts instead of colours alone, contrast."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.report import Edition
from grader.reports.html import Html
from tests.browser.test_result_page import typical
from tests.reports.cases import cases
from tests.support.cohorts import TITLES, make_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from grader.core.cohort import Cohort
    from grader.core.result import Result

CHROMIUM: Final = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
_PAGES: Final = (
    "class.html", "class.html#s-1-20", "two.html", "nobody.html", "several.html", "folder/index.html",
    "folder/students/s0020.html", "typical.html", "commands.html", "findings.html", "rejected.html",
)  # fmt: skip
_AUDIT: Final = """() => {
  const wrong = [], root = document.querySelector('dialog[open]') || document.body;
  const all = (selector) => [...root.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const say = (what, one) => wrong.push(what + ': ' + one.outerHTML.slice(0, 160));
  let level = root === document.body ? 0 : 1;
  for (const one of all('h1, h2, h3, h4, h5, h6')) {
    const own = Number(one.tagName[1]);
    if (own > level + 1) say('a level of headings is left out', one);
    if (!one.textContent.trim()) say('an empty heading', one);
    level = own;
  }
  if (root === document.body && all('h1').length < 1) wrong.push('no h1');
  const named = (one) => (one.ariaLabel || one.textContent || one.title || '').trim()
    || [...(one.labels || [])].some((label) => label.textContent.trim())
    || document.getElementById(one.getAttribute('aria-labelledby'))?.textContent.trim();
  for (const one of all('a[href], button, summary, dialog, [role=region], nav')) if (!named(one)) say('no name', one);
  for (const one of all('input, select'))
    if (![...one.labels].some((label) => label.textContent.trim())) say('no label', one);
  for (const one of all('table')) if (!one.caption && !one.closest('[role=region], figure')) say('no caption', one);
  for (const one of all('th')) if (!one.scope) say('no scope', one);
  for (const one of all('td.h:not(.n)')) if (!one.ariaLabel && !one.title) say('a colour and a sign only', one);
  for (const one of all('[tabindex]')) if (one.tabIndex > 0) say('an order of its own', one);
  for (const one of all('svg')) if (one.ariaHidden !== 'true' && !one.ariaLabel) say('a picture without words', one);
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) wrong.push('twice: ' + id);
  for (const one of all('a[href^="#"]'))
    if (!/^#s-/.test(one.hash) && !document.getElementById(one.hash.slice(1))) say('leads nowhere', one);
  return wrong;
}"""
_CONTRAST: Final = """() => {
  const parse = (text) => { const [r, g, b, a = 1] = (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return text.startsWith('color(srgb') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]; };
  const over = (top, ground, alpha) => top.slice(0, 3).map((one, at) => one * alpha + ground[at] * (1 - alpha));
  const light = (colour) => { const [r, g, b] = colour.map((one) => (one /= 255) <= .04045 ? one / 12.92
    : ((one + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const wrong = [], root = document.querySelector('dialog[open]') || document.body;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || seen.has(one) || !one.checkVisibility()) continue;
    if (one.closest('.vh, .skip, svg, :disabled, script')) continue;
    seen.add(one);
    const above = [];
    for (let up = one; up; up = up.parentElement) above.unshift(up);
    let ground = [255, 255, 255], faint = 1;
    for (const up of above) { const style = getComputedStyle(up), colour = parse(style.backgroundColor);
      faint *= Number(style.opacity); ground = over(colour, ground, colour[3]); }
    const style = getComputedStyle(one), colour = parse(style.color);
    const text = over(colour, ground, colour[3] * faint), [a, b] = [light(text), light(ground)];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) wrong.push([ratio.toFixed(2), one.className, node.data.trim().slice(0, 30)]);
  }
  return wrong;
}"""


def _write(path: Path, results: Iterable[Result], cohort: Cohort | None = None) -> None:
    report = Html(Edition.STAFF if cohort else Edition.STUDENT)
    if cohort is not None:
        report.accompany(cohort)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        report.start(stream)
        for result in results:
            report.add(result)
        report.stop()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page of each sort."""
    place = tmp_path_factory.mktemp("pages")
    made = make_class(40, hostile=False)
    _write(place / "class.html", made.results(), made.cohort)
    two = make_class(20, tasks=tuple(TITLES))
    _write(place / "two.html", two.results(), two.cohort)
    nobody = make_class(0)
    _write(place / "nobody.html", nobody.results(), nobody.cohort)
    _write(place / "several.html", [typical(), cases()["commands"]])
    for name in ("commands", "findings", "rejected"):
        _write(place / f"{name}.html", [cases()[name]])
    _write(place / "typical.html", [typical()])
    (place / "folder").mkdir()
    report = Html(Edition.STAFF)
    report.accompany(made.cohort)
    report.start_in(place / "folder")
    for result in made.results():
        report.add(result)
    report.stop()
    return place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def show(browser: Browser, files: Path) -> Iterator[Callable[..., Page]]:
    """Give a function that shows a page with everything unfolded."""
    contexts = []

    def made(name: str, **options: object) -> Page:
        context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{files.as_uri()}/{name}")
        if "#s-" in name:
            page.locator("#student-body article").wait_for()
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        return page

    yield made
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", _PAGES)
def test_everybody_finds_their_way(show: Callable[..., Page], name: str) -> None:
    assert show(name).evaluate(_AUDIT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", _PAGES)
def test_all_text_has_contrast(show: Callable[..., Page], name: str, scheme: str) -> None:
    assert show(name, color_scheme=scheme).evaluate(_CONTRAST) == []


def test_the_audit_finds_what_is_wrong(show: Callable[..., Page]) -> None:
    page = show("typical.html")
    page.evaluate("""() => {
      const main = document.querySelector('main'), parse = new DOMParser();
      const bad = '<h6>x</h6><button></button><input><table><tr><th>x</th></tr></table><a href="#gone">x</a>';
      main.append(...parse.parseFromString(bad, 'text/html').body.childNodes);
      main.querySelector('h1').classList.add('muted');
      document.querySelector('.muted').style.color = '#999';
    }""")
    found = " ".join(page.evaluate(_AUDIT))
    assert all(one in found for one in ("headings", "no name", "no label", "no caption", "no scope", "leads nowhere"))
    assert page.evaluate(_CONTRAST)
