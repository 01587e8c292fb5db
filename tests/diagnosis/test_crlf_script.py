"""The cause `crlf_script`."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.support.cases import exited, explains, files, silent, step_failed

CAUSE = "crlf_script"
WINDOWS = b"#!/bin/sh\r\necho hi\r\n"
START: Final[dict[str, Any]] = {"files": files("start.sh"), "scripts": {"start.sh": WINDOWS}}


@pytest.mark.parametrize(
    ("command", "argv", "code", "logs"),
    [
        ('["/start.sh"]', ["/start.sh"], 1, "exec /start.sh: no such file or directory\n"),
        ("/start.sh", "/start.sh", 127, "/bin/sh: 1: /start.sh: not found\n"),
        ("./start.sh", "./start.sh", 127, "/bin/sh: ./start.sh: not found\n"),
        ('["sh", "/start.sh"]', ["sh", "/start.sh"], 2, "/start.sh: 2: set: Illegal option -\n"),
        ('["sh", "/start.sh"]', ["sh", "/start.sh"], 2, "/start.sh: set: line 2: illegal option -\n"),
    ],
)
def test_the_first_line_of_the_script(command: str, argv: list[str] | str, code: int, logs: str) -> None:
    case = exited(f"FROM busybox:1; COPY start.sh /; CMD {command}", argv, code, logs, **START)
    explains(CAUSE, case, "start.sh has Windows line ends", "LF")


def test_a_script_that_is_run_by_the_build() -> None:
    source = "FROM busybox:1; COPY start.sh /; RUN /start.sh"
    explains(CAUSE, step_failed(source, 3, 127, "/bin/sh: /start.sh: not found\n", **START), "start.sh")


@pytest.mark.parametrize(
    "logs",
    [
        "/usr/bin/env: \u2018python3\\r\u2019: No such file or directory\n",
        "/usr/bin/env: 'python3\\r': No such file or directory\n",
        "env: can't execute 'python3\r': No such file or directory\nenv: python3\r: x\n",
    ],
)
def test_what_env_says(logs: str) -> None:
    case = exited('FROM python:3-slim; RUN make a.py; CMD ["/a.py"]', ["/a.py"], 127, logs)
    explains(CAUSE, case, "Windows line ends")


@pytest.mark.parametrize(
    ("scripts", "logs"),
    [
        ({"start.sh": b"#!/bin/bash\necho hi\n"}, "exec /start.sh: no such file or directory\n"),
        ({"other.sh": WINDOWS}, "exec /start.sh: no such file or directory\n"),
        ({"start.sh": WINDOWS}, "cat: can't open '/data': No such file or directory\n"),
        ({}, "/usr/bin/env: 'python3': No such file or directory\n"),
    ],
)
def test_is_silent_about_other_reasons(scripts: dict[str, bytes], logs: str) -> None:
    source = 'FROM busybox:1; COPY start.sh other.sh /; CMD ["/start.sh"]'
    silent(CAUSE, exited(source, ["/start.sh"], 1, logs, files=files("start.sh", "other.sh"), scripts=scripts))


def test_is_silent_about_a_script_that_was_not_copied() -> None:
    case = exited("FROM busybox:1; CMD /start.sh", "/start.sh", 127, "/bin/sh: /start.sh: not found\n", **START)
    silent(CAUSE, case)


def test_is_silent_about_a_script_that_worked() -> None:
    silent(
        CAUSE, exited('FROM busybox:1; COPY start.sh /; CMD ["sh", "/start.sh"]', ["sh", "/start.sh"], 0, "hi", **START)
    )
