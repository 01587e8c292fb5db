"""The cause `unknown_stage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import built, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "unknown_stage"
ALLOWED = ("python:3-slim", "busybox:1")


def refused(source: str, **facts: Any) -> Case:
    return built(source, **{"kind": "build", "build": None, "refused": "images", "allowed_images": ALLOWED, **facts})


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("FROM busybox:1 AS build; FROM busybox:1; COPY --from=biuld /x /", 3, "Did you mean build?"),
        ("FROM busybox:1; FROM busybox:1; COPY --from=build /x /", 3, "Write AS build"),
        ("FROM busybox:1 AS one; FROM busybox:1; COPY --from=7 /x /", 3, "names '7'"),
        ("FROM busybox:1 AS base; FROM bse; RUN x", 2, "Did you mean base?"),
    ],
)
def test_a_name_that_no_stage_has(source: str, line: int, says: str) -> None:
    explains(CAUSE, refused(source), "no stage above it", says, line=line)


@pytest.mark.parametrize(
    "source",
    [
        "FROM alpine:3",
        "FROM alpine",
        "FROM busybox:1; COPY --from=nginx:1 /x /",
        "FROM busybox:1; COPY --from=python /x /",
        "FROM busybox:1 AS build; FROM busybox:1; COPY --from=build /x /",
        "FROM $WHAT",
    ],
)
def test_is_silent_about_images(source: str) -> None:
    silent(CAUSE, refused(source))


def test_is_silent_about_other_rules() -> None:
    source = "FROM busybox:1; COPY --from=build /x /"
    silent(CAUSE, refused(source, refused="downloads"))
    silent(CAUSE, refused(source, kind="dockerfile"))
