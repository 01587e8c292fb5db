"""The cause `no_write_permission`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import exited, explains, files, running, silent
from tests.support.factories import make_image

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "no_write_permission"
SOURCE = "FROM python:3-slim; USER app; CMD run"
PYTHON = "PermissionError: [Errno 13] Permission denied: '/app/visits.txt'\n"


def case(logs: str, user: str = "app", **facts: Any) -> Case:
    return exited(SOURCE, "run", facts.pop("code", 1), logs, image=make_image(user=user), **facts)


@pytest.mark.parametrize(
    ("logs", "path"),
    [
        (PYTHON, "/app/visits.txt"),
        ("Error: EACCES: permission denied, open '/app/visits.txt'\n", "/app/visits.txt"),
        ("/bin/sh: can't create /app/visits.txt: Permission denied\n", "/app/visits.txt"),
        ("/bin/sh: 1: cannot create visits.txt: Permission denied\n", "visits.txt"),
        ("touch: visits.txt: Permission denied\n", "visits.txt"),
        ("mkdir: cannot create directory \u2018/data\u2019: Permission denied\n", "/data"),
        ("mkdir: can't create directory '/data': Permission denied\n", "/data"),
    ],
)
def test_recognised(logs: str, path: str) -> None:
    explains(CAUSE, case(logs), f"not allowed to use {path}: it runs as the user app", "chown", line=2)


@pytest.mark.parametrize(
    ("source", "path", "fix"),
    [
        (
            "VOLUME /data; USER app",
            "/data/a",
            "RUN mkdir -p /data && chown app /data above the lines with VOLUME and USER",
        ),
        ('VOLUME ["/data"]; USER app', "/data", "RUN mkdir -p /data && chown app /data above the lines with VOLUME"),
        ("COPY page /data/page; USER app", "/data/a", "RUN chown app /data above the line with USER."),
        ("WORKDIR /data; USER app", "/data/a", "RUN chown app /data above the line with USER."),
        # What a RUN does is not known, nor what the base image has.
        ("RUN mkdir /data; USER app", "/data/a", "RUN mkdir -p /data && chown app /data above the line with USER."),
    ],
)
def test_the_folder_may_have_to_be_made(source: str, path: str, fix: str) -> None:
    logs = f"PermissionError: [Errno 13] Permission denied: '{path}'\n"
    found = exited(f"FROM a:1; {source}; CMD run", "run", 1, logs, image=make_image(user="app"), files=files("page"))
    explains(CAUSE, found, fix, line=3)


def test_a_program_that_goes_on() -> None:
    found = running(SOURCE, "run", "0.0.0.0:3000", logs=PYTHON, image=make_image(user="1000:1000"))
    assert explains(CAUSE, found, "the user 1000", line=2).certainty < 85


def test_is_silent_otherwise() -> None:
    silent(CAUSE, case(PYTHON, user=""))
    silent(CAUSE, case(PYTHON, user="root:root"))
    silent(CAUSE, case(PYTHON, user="0"))
    silent(CAUSE, case(PYTHON, code=0))
    silent(CAUSE, case(PYTHON, oom=True))
    silent(CAUSE, case("PermissionError: [Errno 13] Permission denied\n"))
    silent(CAUSE, replace(case(PYTHON), kind="build"))
