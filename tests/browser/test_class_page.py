"""The page of a class in a browser: sorted, searched, filtered and opened, and nothing of a student's runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.report import Edition
from grader.reports.html import Html
from tests.support.cohorts import HOSTILE_NAMES, TITLES, make_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

    from tests.support.cohorts import Made

CHROMIUM: Final = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
_COUNT: Final = 120
_SHOWN: Final = "#table-1 tbody tr:not([hidden])"
_NAMES: Final = f"[...document.querySelectorAll('{_SHOWN} .who .student')].map(e => e.textContent)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages: `one.html`, `two.html` of two exercises, and `folder/`."""
    place = tmp_path_factory.mktemp("pages")
    made = make_class(_COUNT)
    _write(place / "one.html", made)
    _write(place / "two.html", make_class(20, tasks=tuple(TITLES)))
    (place / "folder").mkdir()
    report = Html(Edition.STAFF)
    report.accompany(made.cohort)
    report.start_in(place / "folder")
    for result in made.results():
        report.add(result)
    report.stop()
    return place


def _write(path: Path, made: Made) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        report = Html(Edition.STAFF)
        report.accompany(made.cohort)
        report.start(stream)
        for result in made.results():
            report.add(result)
        report.stop()


@pytest.fixture
def show(browser: Browser, files: Path) -> Iterator[Callable[..., Page]]:
    """Give a function that shows a page; whatever it asks for or complains about fails the test."""
    wrong: list[str] = []
    contexts = []

    def dismiss(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    def made(name: str = "one.html", width: int = 1400) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda one: None if one.url.startswith(files.as_uri()) else wrong.append(one.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", dismiss)
        page.goto(f"{files.as_uri()}/{name}")
        return page

    yield made
    for context in contexts:
        context.close()
    assert wrong == []


def _column(page: Page, name: str) -> None:
    page.locator("#table-1 thead").get_by_role("button", name=name, exact=True).click()


def test_sorts_by_name_both_ways(show: Callable[..., Page]) -> None:
    page = show()
    _column(page, "Student")
    head = page.locator("#table-1 thead th").first
    assert head.get_attribute("aria-sort") == "ascending"
    first = page.evaluate(_NAMES)
    plain = [name for name in first if name.isascii() and name.replace(" ", "").isalpha()]
    assert plain == sorted(plain, key=str.casefold)
    assert len(first) == _COUNT
    _column(page, "Student")
    assert head.get_attribute("aria-sort") == "descending"
    found = page.evaluate(_NAMES)
    assert found[0] == first[-1]
    assert sorted(found) == sorted(first)
    assert "descending" in (page.locator("#said").text_content() or "")


def test_sorts_by_score_with_none_last(show: Callable[..., Page]) -> None:
    page = show()
    for way in (1, -1):
        _column(page, "Score")
        heads = page.evaluate("[...document.querySelectorAll('#table-1 thead th')].map(e => e.textContent.trim())")
        at = heads.index("Score")
        keys = page.evaluate(f"[...document.querySelectorAll('{_SHOWN}')].map(e => e.dataset.k.split(' ')[{at}])")
        numbers = [float(key) for key in keys if key != "-"]
        assert numbers == sorted(numbers, reverse=way < 0)
        assert "-" not in keys[: len(numbers)]
        assert len(keys) == _COUNT > len(numbers)


def test_sorts_by_a_check_failed_first(show: Callable[..., Page]) -> None:
    page = show()
    _column(page, "It stops within two seconds")
    at = page.evaluate("[...document.querySelectorAll('#table-1 thead th')].findIndex(e => e.ariaSort === 'ascending')")
    signs = page.evaluate(f"[...document.querySelectorAll('{_SHOWN}')].map(e => e.cells[{at}].textContent)")
    failed = signs.count("✗")
    assert 0 < failed < _COUNT
    assert signs[:failed] == ["✗"] * failed


def test_finds_by_name_and_id(show: Callable[..., Page]) -> None:
    page = show()
    search = page.get_by_role("searchbox")
    search.fill("S0042")
    assert page.locator(_SHOWN).count() == 1
    search.fill(HOSTILE_NAMES[0])
    assert page.evaluate(_NAMES) == [HOSTILE_NAMES[0]]
    search.fill("nobody is called like this")
    assert page.locator(_SHOWN).count() == 0
    page.get_by_role("button", name="Show all").click()
    assert page.locator(_SHOWN).count() == _COUNT


def test_filters_by_status_and_failed_check(show: Callable[..., Page]) -> None:
    page = show()
    page.locator(".by-tag").select_option("missing")
    assert set(page.locator(f"{_SHOWN} .st").all_text_contents()) == {"missing"}
    page.locator(".by-tag").select_option("")
    page.locator(".by-check").select_option(label=page.locator(".by-check option").nth(2).text_content() or "")
    value = int(page.locator(".by-check").input_value())
    checks = int(page.locator("#table-1").get_attribute("data-checks") or "")
    cells = page.evaluate(f"[...document.querySelectorAll('{_SHOWN}')].map(e => e.cells[{checks + value}].textContent)")
    assert cells
    assert set(cells) == {"✗"}
    assert f"{len(cells)} of {_COUNT} students" in (page.locator(".tools output").text_content() or "")


def test_a_row_opens_its_student(show: Callable[..., Page]) -> None:
    page = show()
    page.get_by_role("searchbox").fill("s0042")
    page.locator(f"{_SHOWN} td").nth(2).click()
    dialog = page.get_by_role("dialog")
    name = page.locator(f"{_SHOWN} .who .student").text_content()
    assert dialog.get_by_role("heading", level=2).text_content() == name
    assert "The image builds" in (dialog.text_content() or "")
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def test_a_keyboard_is_enough(show: Callable[..., Page]) -> None:
    page = show()
    page.get_by_role("searchbox").focus()
    page.keyboard.type("s00")
    link = page.locator(f"{_SHOWN} .who a").first
    link.focus()
    page.keyboard.press("Enter")
    heading = page.locator("#student-name")
    first = heading.text_content()
    page.get_by_role("button", name="Next", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("first => document.getElementById('student-name').textContent !== first", arg=first)
    page.keyboard.press("Escape")
    assert not page.locator("#student").is_visible()
    assert page.evaluate("document.activeElement.textContent") == heading.text_content()


@pytest.mark.parametrize("number", range(len(HOSTILE_NAMES)))
def test_hostile_students_are_inert(show: Callable[..., Page], number: int) -> None:
    page = show()
    row = page.locator(f'#table-1 tr[data-n="{number}"]')
    if row.get_attribute("data-d") is None:
        return  # handed in nothing
    row.locator("a").click()
    page.locator("#student").wait_for()
    assert page.locator("#student :is(script, img, iframe, object, h1, [onclick], [onerror], [onload])").count() == 0
    assert page.locator("img, iframe, object, [onmouseover]").count() == 0


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_fits_every_width(show: Callable[..., Page], width: int) -> None:
    for name in ("one.html", "two.html", "folder/index.html"):
        page = show(name, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page = show("one.html#s-1-20", width)
    assert page.locator("#student").is_visible()
    assert page.evaluate("document.getElementById('student').scrollWidth <= innerWidth")


def test_header_and_names_stay(show: Callable[..., Page]) -> None:
    page = show(width=800)
    page.evaluate("document.querySelector('.sheet').scrollTo(300, 500)")
    sheet = page.locator(".sheet").bounding_box()
    head = page.locator("#table-1 thead th").first.bounding_box()
    assert sheet is not None
    assert head is not None
    assert abs(head["y"] - sheet["y"]) < 3
    assert abs(head["x"] - sheet["x"]) < 3


def test_more_rows_come_as_one_scrolls(browser: Browser, tmp_path: Path) -> None:
    _write(tmp_path / "many.html", make_class(450, hostile=False))
    page = browser.new_page()
    page.goto((tmp_path / "many.html").as_uri())
    laid_out = "[...document.querySelectorAll('#table-1 tbody tr')].filter(e => e.offsetParent).length"
    assert page.evaluate(laid_out) == 150
    for count in (300, 450):
        page.evaluate("document.querySelector('.sheet').scrollTo(0, 1e6)")
        page.locator("#table-1 tbody tr").nth(count - 1).wait_for(state="visible")
    page.get_by_role("searchbox").fill("s0449")
    assert page.evaluate(laid_out) == 1
    page.get_by_role("searchbox").fill("")
    assert page.evaluate(laid_out) == 150
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(laid_out) == 450
    page.close()


def test_a_folder_leads_there_and_back(show: Callable[..., Page]) -> None:
    page = show("folder/index.html")
    name = page.locator("#table-1 .who a").first.text_content()
    page.locator("#table-1 .who a").first.click()
    page.wait_for_url("**/students/*.html*")
    assert page.locator("h1").text_content() == name
    page.get_by_role("link", name="Back to the class").click()
    page.wait_for_url("**/index.html")


def test_exercises_are_shown_one_at_a_time(show: Callable[..., Page]) -> None:
    page = show("two.html")
    assert page.locator("#overview").is_visible()
    assert not page.locator("#exercise-2").is_visible()
    page.locator(".tabs a").nth(2).click()
    assert page.locator("#exercise-2").is_visible()
    assert not page.locator("#overview").is_visible()


def test_details_are_unpacked_where_they_are(browser: Browser, tmp_path: Path) -> None:
    """Students of several blocks, one after the other; the one that was left has the focus, however far down."""
    made = make_class(170, hostile=False)
    _write(tmp_path / "many.html", made)
    assert (tmp_path / "many.html").read_text(encoding="utf-8").count('id="details-') > 1
    people = {person.id: person.name for person in made.cohort.book.people}
    page = browser.new_page()
    page.goto((tmp_path / "many.html").as_uri() + "#s-1-168")
    for key in ("s0168", "s0169"):
        page.locator("#student-body article").get_by_text(key, exact=True).wait_for()
        assert page.locator("#student-name").text_content() == people[key]
        page.get_by_role("button", name="Next" if key == "s0168" else "Close", exact=True).press("Enter")
    page.locator("#student").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.closest('tr').dataset.n") == "169"
    page.close()
