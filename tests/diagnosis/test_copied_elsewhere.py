"""The cause `copied_elsewhere`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import built, explains, files, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "copied_elsewhere"


def absent_file(source: str, path: str, *held: str, **facts: Any) -> Case:
    return built(source, kind="file", message=f"{path} is not in the image", files=files(*held), **facts)


def test_a_file_that_went_to_another_place() -> None:
    case = absent_file("FROM a:1; COPY hello.py /; WORKDIR /app", "/app/hello.py", "hello.py")
    explains(CAUSE, case, "it is in the image as /hello.py", "comes to /app/hello.py")


def test_a_file_that_was_not_copied() -> None:
    case = absent_file("FROM a:1; WORKDIR /app", "/app/hello.py", "hello.py")
    explains(CAUSE, case, "COPY hello.py /app/hello.py")


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("FROM a:1; COPY hello.py /app/", "/app/hello.py"),
        ("FROM a:1; COPY . /$WHERE", "/app/hello.py"),
        ("FROM a:1; COPY . /", "/notes/built.txt"),
    ],
)
def test_is_silent_where_it_can_not_know(source: str, path: str) -> None:
    silent(CAUSE, absent_file(source, path, "hello.py"))


def test_is_silent_about_other_messages() -> None:
    silent(CAUSE, built("FROM a:1", kind="file", message="/hello.py must not be in the image", files=files("hello.py")))
    silent(CAUSE, built("FROM a:1", kind="logs", message="/hello.py is not in the image", files=files("hello.py")))
    silent(CAUSE, absent_file("FROM a:1; COPY . .", "/hello.py", "hello.py", ignored=frozenset({"hello.py"})))
