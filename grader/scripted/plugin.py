"""The entry point for pytest: options and marks; everything else is loaded only where it is asked for.

It is imported in every run of pytest where the grader is installed, so it imports nothing itself and changes nothing
in a run without its options.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

FIXTURES: Final = frozenset({"submission", "image", "container", "run", "http", "engine"})
_MARKS: Final = (
    "points(number, bonus=False): grader: what the test is worth, 1 if nothing is said",
    "hint(text): grader: shown when the test fails: what the student should try",
    "hidden: grader: students see that there is such a test and its points, and nothing else",
    "needs(*names): grader: tests above this one, or checks, that must have passed; otherwise it is skipped",
)
_LEVELS: Final = 5
"""Folders above a test in which an exercise may begin."""
_HOW: Final = "Say which submission it is about: pytest --grader-submission FOLDER"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run that a person starts, and the one of a run that a check starts."""
    group = parser.getgroup("grader", "tests of Docker submissions")
    group.addoption(
        "--grader-submission", metavar="PATH", help="what was handed in: a folder, a zip, a tar or a single file"
    )
    group.addoption(
        "--grader-exercise",
        metavar="ID",
        help="the exercise, by id or folder, that says how it is built and run (default: a Dockerfile, plainly)",
    )
    group.addoption(
        "--grader-engine",
        choices=("auto", "host", "isolated"),
        default="auto",
        help="where it runs: your own engine, or a disposable one (default: as grader check decides)",
    )
    group.addoption("--grader-channel", type=int, help=argparse.SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; and the fixtures, where there is something to look at."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    if config.option.grader_channel is not None:
        from grader.scripted.graded import begin

        begin(config)
    elif config.option.grader_submission is not None:
        from grader.scripted.alone import begin

        begin(config)
    elif config.option.grader_exercise is not None:
        raise pytest.UsageError(f"--grader-exercise needs a submission. {_HOW}")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop a run of an exercise's tests without a submission: testinfra's `host` would be the author's own machine."""
    told = session.config.option
    if told.grader_channel is not None or told.grader_submission is not None or told.collectonly:
        return
    ours: dict[Path, bool] = {}
    lacking = {item.path for item in session.items if _lacks(item)}
    for item in session.items:
        on_host = _looks_at_this_machine(item)
        if not on_host and not _lacks(item):
            continue
        folder = item.path.parent
        if folder not in ours:
            ours[folder] = any((one / "exercise.yaml").is_file() for one in (folder, *folder.parents)[:_LEVELS])
        if ours[folder] or (on_host and item.path in lacking):
            raise pytest.UsageError(f"{item.nodeid} looks at a submission. {_HOW}")


def _lacks(item: pytest.Item) -> bool:
    """Whether a test asks for one of our fixtures, and nobody has such a one."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return any(name in FIXTURES and name not in known for name in getattr(item, "fixturenames", ()))


def _looks_at_this_machine(item: pytest.Item) -> bool:
    """Whether a test asks for the `host` of testinfra's own plugin."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).get("host")
    return known is not None and known[-1].func.__module__.startswith("testinfra.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell whoever runs an exercise's tests without a submission how it is done."""
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, pytest.FixtureLookupError) and error.argname in FIXTURES:
        report.sections.append(("grader", f"The fixture '{error.argname}' is there for submissions. {_HOW}"))
    return report
