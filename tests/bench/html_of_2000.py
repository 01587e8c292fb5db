"""A class page of 2,000 students with ten checks each: how long writing it takes, and how fast a browser is with it.

    .venv/bin/python tests/bench/html_of_2000.py [STUDENTS] [ROUNDS]

Medians of some rounds. Time to write is that of the processor, results are made before.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.core.report import Edition
from grader.reports.html import Html
from tests.support.cohorts import make_class

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import Result
    from tests.support.cohorts import Made

_TIMED: Final = """(act) => new Promise((done) => {
  const began = performance.now();
  ({
    name: () => document.querySelector('#table-1 thead button').click(),
    score: () => [...document.querySelectorAll('#table-1 thead button')].find(e => e.textContent === 'Score').click(),
    search: () => { const field = document.querySelector('.tools input');
      field.value = field.value ? '' : 'ada'; field.dispatchEvent(new Event('input', {bubbles: true})); },
    open: () => document.querySelector('#table-1 .who a').click(),
  })[act]();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""
"""Until what was changed is painted."""


def write(made: Made, results: list[Result], begin: Callable[[Html], None]) -> tuple[float, float]:
    """Write a report; gives seconds of the processor and of the clock."""
    report = Html(Edition.STAFF)
    report.accompany(made.cohort)
    cpu, clock = time.process_time(), time.perf_counter()
    begin(report)
    for result in results:
        report.add(result)
    report.stop()
    return time.process_time() - cpu, time.perf_counter() - clock


def median(what: str, found: list[float], unit: str) -> None:
    """Print a line."""
    print(f"{what:44} {statistics.median(found):8.2f} {unit}")


def browse(path: Path, rounds: int) -> None:
    """Time what people do with the page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        loads: list[float] = []
        times: dict[str, list[float]] = {"name": [], "score": [], "search": [], "open": []}
        for _ in range(rounds):
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.goto(path.as_uri())
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            loads.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            for act, found in times.items():
                found.append(page.evaluate(_TIMED, act))
            page.close()
        median(f"{path.name}: load", loads, "ms")
        for act, found in times.items():
            median(f"{path.name}: {'sort by ' if act in {'name', 'score'} else ''}{act}", found, "ms")
        browser.close()


def main() -> None:
    """Run it."""
    count, rounds = ([int(word) for word in sys.argv[1:]] + [2000, 5][len(sys.argv) - 1 :])[:2]
    made = make_class(count)
    results = list(made.results())
    with tempfile.TemporaryDirectory() as place:
        folder, single = Path(place, "class"), Path(place, "class.html")
        folder.mkdir()
        found = [write(made, results, lambda report: report.start_in(folder)) for _ in range(rounds)]
        median("a folder: processor", [cpu for cpu, _ in found], "s")
        median("a folder: clock", [clock for _, clock in found], "s")
        found = []
        for _ in range(rounds):
            with single.open("w", encoding="utf-8", newline="\n") as stream:
                found.append(write(made, results, lambda report, to=stream: report.start(to)))  # type: ignore[misc]
        median("one file: processor", [cpu for cpu, _ in found], "s")
        median("one file: clock", [clock for _, clock in found], "s")
        median("one file: size", [single.stat().st_size / 2**20], "MiB")
        if shutil.which("chromium"):
            browse(single, rounds)


if __name__ == "__main__":
    main()
