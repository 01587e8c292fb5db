"""What tests see of a submission has the fields that the page tells of, and no others."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

from grader.core import facts
from grader.scripted.views import Stopped
from grader.scripted.web import Response

PAGE: Final = (Path(__file__).parent.parent.parent / "docs" / "pytest.md").read_text(encoding="utf-8")
NAME: Final = re.compile(r"`([a-z_]+)(?:\(\))?`")


def told(what: str) -> set[str]:
    """Give the names that the table of fields, the last one on the page with such a row, has of something."""
    *_, row = [line for line in PAGE.splitlines() if line.startswith(f"| {what} |")]
    return set(NAME.findall(row.removeprefix(f"| {what} |")))


def there(*classes: type) -> set[str]:
    """Give the fields and the public properties and methods of classes."""
    names = {one.name for made in classes for one in fields(made)}
    return names | {name for made in classes for name in vars(made) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("`image`", there(facts.ImageInfo)),
        ("`image.entry(path)`, `container.entry(path)`", there(facts.Entry)),
        ("`container.state`", there(facts.ContainerState, facts.Probe)),
        ("each of `container.processes`", there(facts.Process)),
        ("each of `container.listeners`", there(facts.Listener)),
        ("`container.exec(…)`, `run(…)`", there(facts.Completed)),
        ("`container.stop()`", there(Stopped) | {"container"}),
        ("`http.get(…)` and so on", there(Response) - {"reply"}),
        ("`submission.build()`", there(facts.Build, facts.BuildFailure, facts.Step)),
    ],
)
def test_the_page_tells_all_fields(what: str, names: set[str]) -> None:
    assert told(what) == names
