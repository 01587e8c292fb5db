"""What every export promises, whichever it is."""

from __future__ import annotations

import inspect
import io

import pytest

from grader.core import kinds
from grader.core.gradebook import PACKAGE, Export
from tests.support.gradebooks import make_book, make_person

NAMES = kinds.names(PACKAGE)


def test_which_there_are() -> None:
    assert NAMES == ("canvas", "csv", "json", "moodle")


@pytest.mark.parametrize("name", NAMES)
def test_a_format_has_a_suffix_and_says_what_it_is(name: str) -> None:
    found = kinds.load(PACKAGE, Export, name)
    assert found.suffix
    assert not found.suffix.startswith(".")
    assert inspect.getdoc(found)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_book_is_written_the_same_and_counted(name: str) -> None:
    texts = []
    for _ in range(2):
        export, stream = kinds.load(PACKAGE, Export, name)(), io.StringIO(newline="")
        export.write(make_book([make_person("ada"), make_person("bo")]), stream)
        texts.append(stream.getvalue())
        assert export.rows == 2
        assert "\n" not in "".join(export.remarks)
    assert texts[0] == texts[1]
