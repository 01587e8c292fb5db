"""The cause `wrong_package_manager`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cases import explains, silent, step_failed

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "wrong_package_manager"


def case(image: str, command: str, said: str) -> Case:
    return step_failed(f"FROM {image}; RUN {command}", 2, 127, said)


@pytest.mark.parametrize(
    ("image", "name", "says"),
    [
        ("python:3-slim", "apk", "apt-get update && apt-get install -y"),
        ("ubuntu:24.04", "yum", "belongs to Fedora"),
        ("python:3-alpine", "apt-get", "apk add --no-cache"),
        ("alpine:3", "apt", "belongs to Debian and Ubuntu"),
        ("busybox:1", "apt-get", "no package manager at all"),
        ("redis:7", "apk", "its page says"),
    ],
)
def test_belongs_to_another_linux(image: str, name: str, says: str) -> None:
    explains(CAUSE, case(image, f"{name} add curl", f"/bin/sh: 1: {name}: not found\n"), name, image, says, line=2)


def test_the_image_is_that_of_the_stage() -> None:
    source = "FROM alpine:3 AS one; RUN x; FROM debian:12 AS two; FROM one; RUN apt-get update"
    explains(CAUSE, step_failed(source, 5, 127, "/bin/sh: apt-get: not found\n"), "alpine:3", line=5)


def test_is_silent_about_other_programs_and_paths() -> None:
    silent(CAUSE, case("python:3-slim", "curl", "/bin/sh: 1: curl: not found\n"))
    silent(CAUSE, case("python:3-slim", "sh install.sh", "install.sh: 3: /opt/apk: not found\n"))
    source = "FROM debian:12; ENV PATH=/opt/bin; RUN apt-get update"
    silent(CAUSE, step_failed(source, 3, 127, "/bin/sh: 1: apt-get: not found\n"))
    silent(CAUSE, step_failed("FROM a:1; RUN apk add curl", 2, 100, "ERROR: unable to select packages\n"))
