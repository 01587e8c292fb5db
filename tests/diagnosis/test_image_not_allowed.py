"""The cause `image_not_allowed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cases import built, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "image_not_allowed"
ONE = ("python:3-slim",)
TWO = ("python:3-slim", "busybox:1")


@pytest.mark.parametrize(
    ("source", "allowed", "says"),
    [
        (
            "FROM python",
            ONE,
            ["'latest' is another version", "image without a tag", "Change line 1 to: FROM python:3-slim"],
        ),
        ("FROM python:3.9", TWO, ["The image is right and its tag is not", "FROM python:3-slim"]),
        ("FROM docker.io/library/python:latest AS x", ONE, ["FROM python:3-slim AS x"]),
        ("FROM alpine:3", TWO, ["allows: python:3-slim, busybox:1", "Write python:3-slim or busybox:1 in line 1"]),
        ("FROM pyhton:3-slim", TWO, ["Change line 1 to: FROM python:3-slim"]),
        ("FROM $WHAT", ONE, ["can't be worked out"]),
        ("FROM alpine:3", (), ["no image but scratch"]),
    ],
)
def test_a_base_image(source: str, allowed: tuple[str, ...], says: list[str]) -> None:
    explains(CAUSE, refused(source, allowed), *says, line=1)


def test_is_silent_about_other_rules() -> None:
    silent(CAUSE, built("FROM alpine:3", kind="build", refused="downloads"))
    silent(CAUSE, built("FROM alpine:3", kind="build", allowed_images=ONE))
    silent(CAUSE, built("FROM alpine:3", kind="dockerfile", refused="images", allowed_images=ONE))
    silent(CAUSE, refused("FROM python:3-slim", ONE))


def refused(source: str, allowed: tuple[str, ...]) -> Case:
    return built(source, kind="build", build=None, refused="images", allowed_images=allowed)
