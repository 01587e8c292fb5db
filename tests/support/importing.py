"""Files of other tools: what they make of an image, and what the exercises imported from them do."""

from __future__ import annotations

import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.core.result import Outcome, Status
from grader.exercise.importing import convert
from grader.exercise.importing._write import write
from grader.exercise.load import load
from grader.grading import grade
from grader.sandbox.engine import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES: Final = Path(__file__).parent.parent / "exercise" / "importing"
IMAGE: Final = FILES / "image"


def files(folder: str) -> list[Path]:
    """Give the files of one tool."""
    return sorted(path for path in (FILES / folder).iterdir() if path.is_file())


def name(path: Path) -> str:
    return path.name


def imported(path: Path, folder: Path) -> Path:
    """Write the exercise that a file makes."""
    target = folder / path.name.replace(".", "-").replace("_", "-")
    write(convert(path), target, path.name, ["python:3-slim"])
    return target


def ours(exercise: Path) -> list[tuple[str, bool]]:
    """Grade the image's own Dockerfile; gives the titles of the checks, each with whether all of that name passed."""
    result = grade(load(exercise), IMAGE, connect)
    assert result.status is Status.GRADED, result.message
    found: dict[str, bool] = {}
    for check in result.checks:
        assert check.outcome in {Outcome.PASSED, Outcome.FAILED}, (check.title, check.message)
        if check.kind != "build":
            found[check.title] = found.get(check.title, True) and check.outcome is Outcome.PASSED
    return sorted(found.items())


@contextmanager
def built() -> Iterator[str]:
    """Build the image for the original tools."""
    tag = f"grader-test-importing:{uuid.uuid4().hex[:12]}"
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, str(IMAGE)], check=True, capture_output=True)
    try:
        yield tag
    finally:
        subprocess.run(["docker", "image", "rm", "--force", tag], check=True, capture_output=True)


def written(folder: Path, text: str, suffix: str = ".yaml") -> Path:
    path = folder / f"given{suffix}"
    path.write_text(text, encoding="utf-8")
    return path


def notes(folder: Path, text: str, suffix: str = ".yaml") -> list[str]:
    return [note.partition(": ")[2] for note in convert(written(folder, text, suffix)).notes]
