"""The page of one result in a browser: it loads nothing, runs nothing of a student's, and can be used by everybody."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.report import Edition
from grader.core.result import Result, Source
from grader.reports._html import result as pages
from tests.reports.cases import cases
from tests.reports.test_html import HOSTILE, hostile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

CHROMIUM: Final = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
_CONTRAST: Final = """(selector) => [...document.querySelectorAll(selector)].filter(e => e.offsetParent).map(e => {
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  let up = e, ground = [0, 0, 0, 0];
  while (up && !(ground.length === 3 || ground[3] === 1)) { ground = parse(getComputedStyle(up).backgroundColor);
    up = up.parentElement; }
  const [a, b] = [light(parse(getComputedStyle(e).color).slice(0, 3)), light(ground.slice(0, 3))];
  return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.className, e.textContent.slice(0, 40)];
}).filter(([ratio]) => ratio < 4.5)"""
_TEXTS: Final = (
    "h1, h2, h3, p, dt, dd, code, summary, .muted, .outcome, .badge, .level, .tag, mark, .points, .source td"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Give a function that shows a result; whatever the page asks for or complains about fails the test."""
    wrong: list[str] = []
    contexts = []

    def dismiss(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    def made(result: Result, **options: object) -> Page:
        path = tmp_path / "page.html"
        path.write_text(pages.page(pages.view(result, Edition.STUDENT)), encoding="utf-8")
        context = browser.new_context(**options)  # type: ignore[arg-type]  # as a test names them
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: wrong.append(request.url) if request.url != path.as_uri() else None)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", dismiss)
        page.goto(path.as_uri())
        return page

    yield made
    for context in contexts:
        context.close()
    assert [one for one in wrong if not one.startswith("data:,")] == []


def typical() -> Result:
    text = "FROM python:3-slim\n# a comment\nRUN pip install flask\n" + "ENV A=1\n" * 4
    source = Source(path="docker/Dockerfile", language="dockerfile", text=text)
    return cases()["typical"].model_copy(update={"sources": (source,)})


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_hostile_text_does_nothing(show: Callable[..., Page], width: int) -> None:
    page = show(hostile(HOSTILE), viewport={"width": width, "height": 800})
    for summary in page.locator("summary").all():
        summary.evaluate("one => { one.parentElement.open = true; }")
    assert page.locator("img, iframe, base, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("article").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("case", ["typical", "commands", "rejected"])
def test_text_can_be_read(show: Callable[..., Page], scheme: str, case: str) -> None:
    page = show(typical() if case == "typical" else cases()[case], color_scheme=scheme)
    assert page.evaluate(_CONTRAST, _TEXTS) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
    assert (ground > 128) is (scheme == "light")


def test_by_keyboard(show: Callable[..., Page]) -> None:
    page = show(typical())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    folded = page.locator("#c4")
    assert folded.get_attribute("open") is None
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    assert folded.get_attribute("open") is not None
    page.get_by_role("button", name="Open all").press("Enter")
    assert page.locator("details.check:not([open])").count() == 0


def test_a_link_opens_what_it_leads_to(show: Callable[..., Page]) -> None:
    page = show(typical())
    page.locator("#c2 > summary").click()
    assert page.locator("#c2").get_attribute("open") is None
    page.locator("tr.marked a", has_text="Go to the check").click()
    page.locator("#c2[open]").wait_for()


def test_copying_takes_a_click(show: Callable[..., Page]) -> None:
    page = show(typical(), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_text("Copied").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == typical().checks[1].reproduce


def test_without_a_script_everything_is_there(show: Callable[..., Page]) -> None:
    page = show(typical(), java_script_enabled=False)
    assert page.locator("table.diff mark").first.is_visible()
    assert page.locator("#c2-try").is_visible()
    assert page.get_by_role("button").count() == 0
    page.locator("#c2 details.evidence > summary").click()
    assert page.locator("#c2 details.evidence pre").is_visible()


def test_on_paper_all_is_unfolded(show: Callable[..., Page]) -> None:
    page = show(typical(), color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("header.top").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0
    assert len(page.pdf()) > 1000


def test_everything_has_a_name(show: Callable[..., Page]) -> None:
    page = show(typical())
    for landmark in (page.get_by_role("main"), page.get_by_role("banner"), page.get_by_role("contentinfo")):
        assert landmark.count() == 1
    places = (
        page.get_by_role("button"),
        page.get_by_role("link"),
        page.get_by_role("region"),
        page.get_by_role("table"),
    )
    for place in places:
        named = place.all()
        assert named
        for one in named:
            assert (one.get_attribute("aria-label") or one.get_attribute("aria-labelledby") or one.inner_text()).strip()
