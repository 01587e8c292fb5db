"""The cause `command_ignored`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import exited, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "command_ignored"
SERVER = ["python", "app.py"]


def shell(entry: str, **facts: Any) -> Case:
    argv = ["/bin/sh", "-c", entry, *SERVER]
    return exited(f'FROM python:3-slim; ENTRYPOINT {entry}; CMD ["python", "app.py"]', argv, **facts)


def script(text: bytes, **facts: Any) -> Case:
    known = {"files": {"start.sh": len(text)}, "scripts": {"start.sh": text}, **facts}
    source = 'FROM python:3-slim; COPY start.sh /; ENTRYPOINT ["/start.sh"]; CMD ["python", "app.py"]'
    return exited(source, ["/start.sh", *SERVER], **known)


def test_a_shell_form() -> None:
    explains(CAUSE, shell("/prepare.sh --all"), "CMD in line 3", 'ENTRYPOINT ["/prepare.sh", "--all"]', line=2)
    explains(CAUSE, shell("echo $HOME"), '["program", "argument"]', line=2)


def test_a_script() -> None:
    explains(CAUSE, script(b"#!/bin/sh\necho ready\n"), "start.sh", 'exec "$@"', line=3)


@pytest.mark.parametrize("end", [b'exec "$@"', b"exec $*", b"$1 $2", b'"${@}"'])
def test_is_silent_about_scripts_that_use_their_arguments(end: bytes) -> None:
    silent(CAUSE, script(b"#!/bin/sh\n" + end + b"\n"))


def test_is_silent_otherwise() -> None:
    silent(CAUSE, shell('exec "$@"'))
    silent(CAUSE, shell("/prepare.sh", code=1))
    silent(CAUSE, shell("/prepare.sh", kind="logs"))
    silent(CAUSE, script(b"#!/usr/bin/env python3\n"))
    silent(CAUSE, script(b"#!/bin/sh\n", files={"start.sh": 5_000}))
    # The exercise gave another command.
    silent(CAUSE, exited('FROM a:1; ENTRYPOINT x; CMD ["y"]', ["/bin/sh", "-c", "x", "z"]))
    silent(CAUSE, exited("FROM a:1; CMD x", "x"))


@pytest.mark.parametrize(
    ("entry", "fix"),
    [("python ask.py", 'CMD ["python", "ask.py"]'), ("python ask.py | cat", "CMD python ask.py | cat")],
)
@pytest.mark.parametrize("code", [0, 1])
def test_the_command_of_the_exercise(entry: str, fix: str, code: int) -> None:
    argv, given = ["/bin/sh", "-c", entry, "sleep", "1000"], ("sleep", "1000")
    case = exited(f"FROM a:1; ENTRYPOINT {entry}", argv, code, given_command=given, kind="dialogue")
    explains(CAUSE, case, "`sleep 1000`, with which the exercise starts", f"Change line 2 to: {fix}", line=2)


def test_is_silent_where_the_command_of_the_exercise_is_used() -> None:
    given = ("sleep", "1000")
    silent(CAUSE, exited("FROM a:1; CMD x", given, given_command=given))
    silent(CAUSE, exited('FROM a:1; ENTRYPOINT ["x"]', ["x", *given], given_command=given))
    silent(CAUSE, exited('FROM a:1; ENTRYPOINT exec "$@"', ["/bin/sh", "-c", 'exec "$@"', *given], given_command=given))
