from __future__ import annotations

from typing import Any

import pytest

from grader.checks.size import Size
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_image
from tests.support.fakes import FakeTarget

TARGET = FakeTarget(
    image=make_image(size=60_000_000, layers=7), references={"python:3-slim": make_image(size=50_000_000, layers=5)}
)


@pytest.mark.parametrize(
    "fields",
    [
        {"at_most": "60MB"},
        {"at_most": 60_000_000, "layers_at_most": 7},
        {"reference": "python:3-slim", "added_at_most": "10MB"},
        {"reference": "python:3-slim", "added_layers_at_most": 2},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Size, **fields), TARGET)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"at_most": "50MB"}, "the image has 57.2 MiB, at most 47.7 MiB are allowed"),
        ({"at_most": 59_999_999}, "the image has 60000000 bytes, at most 59999999 bytes are allowed"),
        ({"layers_at_most": 6}, "the image has 7 layers, at most 6 layers are allowed"),
        ({"layers_at_most": 1}, "at most 1 layer are allowed"),
        ({"reference": "python:3-slim", "added_at_most": 0}, "the image adds to python:3-slim 9.5 MiB, at most 0 B"),
        ({"reference": "python:3-slim", "added_layers_at_most": 1}, "the image adds to python:3-slim 2 layers"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    fails(make(Size, **fields), TARGET, because)


def test_lists_all_that_is_wrong() -> None:
    check = make(Size, at_most="1MB", layers_at_most=2, reference="python:3-slim", added_at_most=1)
    failure = fails(check, TARGET, "the image has 57.2 MiB")
    assert len(failure.message.splitlines()) == 3
    assert failure.expected == "size: at most 976.6 KiB\nlayers: at most 2 layers\nsize: at most 1 B"
    assert failure.reproduce == "docker history IMAGE"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "there is no limit"),
        ({"added_at_most": "1MB"}, "need a reference"),
        ({"reference": "x"}, "a reference needs"),
        ({"layers_at_most": 0}, "greater than or equal to 1"),
        ({"at_most": "1 mile"}, "unknown unit"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Size, because, **fields)
