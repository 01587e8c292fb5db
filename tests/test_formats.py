"""`docs/formats.md` knows every format, and says of each what it loses and how it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from grader.core import gradebook, kinds, report
from grader.core.result import Outcome, Status

PAGE: Final = (Path(__file__).parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")
REPORTS: Final = kinds.names(report.PACKAGE)
EXPORTS: Final = kinds.names(gradebook.PACKAGE)


def rows(after: str) -> list[list[str]]:
    """Give the cells of the first table after a line that begins like this."""
    table = PAGE.partition(f"\n{after}")[2].partition("\n| ")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()[2:]]


def test_the_table_names_every_format_and_nothing_else() -> None:
    found = [(cells[0].strip("`"), cells[1]) for cells in rows("## What each keeps")]
    assert sorted(found) == sorted([*((name, "results") for name in REPORTS), *((name, "scores") for name in EXPORTS)])


def test_every_row_is_whole() -> None:
    for cells in rows("## What each keeps"):
        assert len(cells) == 7, cells
        assert all(cells), cells


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_an_example(name: str) -> None:
    used = re.search(rf"^grader (?:check|report) .*(?:--report|--to) {name}\b", PAGE, re.MULTILINE)
    assert used or name == "terminal"  # which is what there is without an option


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_has_an_example(name: str) -> None:
    assert re.search(rf"^grader results export {name}:", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", REPORTS)
def test_formats_of_one_result_are_marked(name: str) -> None:
    [cells] = [cells for cells in rows("## What each keeps") if cells[:2] == [f"`{name}`", "results"]]
    assert (cells[6] == "no") is kinds.load(report.PACKAGE, report.Report, name).single


def test_all_values_are_explained() -> None:
    for title, values in (("status", Status), ("outcome", Outcome)):
        table = PAGE.partition(f"| value of `{title}` |")[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [one.value for one in values]
