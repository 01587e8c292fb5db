"""The cause `arg_for_from`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import built, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "arg_for_from"


def refused(source: str, **facts: Any) -> Case:
    return built(source, **{"kind": "build", "build": None, "refused": "images", "allowed_images": ("a:1",), **facts})


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("FROM a:1; ARG V=1; FROM a:$V", 3, "Move line 2"),
        ("FROM a:${V}", 1, "Add this line above the first FROM: ARG V=value"),
        ("ARG V; FROM a:$V", 2, "Give it one in line 1"),
    ],
)
def test_a_variable_without_a_value(source: str, line: int, says: str) -> None:
    explains(CAUSE, refused(source), "uses V, which has no value", says, line=line)


@pytest.mark.parametrize(
    "source",
    [
        "ARG V=2; FROM a:$V",
        "FROM a:${V:-2}",
        "FROM b:1",
        "FROM --platform=$BUILDPLATFORM b:1",
        "FROM b:$TARGETARCH",
        "ARG A; ARG V=${A#x}; FROM a:$V",
    ],
)
def test_is_silent_where_it_has_one(source: str) -> None:
    silent(CAUSE, refused(source))


def test_is_silent_about_other_rules() -> None:
    silent(CAUSE, refused("FROM a:$V", refused="downloads"))
    silent(CAUSE, refused("FROM a:$V", kind="dockerfile"))
