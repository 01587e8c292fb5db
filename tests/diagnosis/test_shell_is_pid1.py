"""The cause `shell_is_pid1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import exited, explains, running, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "shell_is_pid1"
KILLED = "the main process ignores the stop signal: the container had to be killed after 3.0 s"


def stopped(command: str, argv: list[str] | str, **facts: Any) -> Case:
    return running(
        f"FROM python:3-slim; COPY . /; CMD {command}", argv, kind="stop", port=None, message=KILLED, **facts
    )


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("python server.py --port 3000", 'Change line 3 to: CMD ["python", "server.py", "--port", "3000"]'),
        ("cd /app && python server.py", "Change line 3 to: CMD cd /app && exec python server.py"),
        ("python server.py --port $PORT", "write exec before it"),
        ("python server.py;echo bye", "write exec before it"),
    ],
)
def test_a_shell_form(line: str, fix: str) -> None:
    explains(CAUSE, stopped(line, line), "first process is a shell", fix, line=3)


def test_a_script_that_starts_the_server_below_itself() -> None:
    text = b"#!/bin/sh\nset -e\npython server.py --port 3000\n"
    context = {"files": {"start.sh": len(text)}, "scripts": {"start.sh": text}}
    case = stopped('["sh", "start.sh"]', ["sh", "start.sh"], **context)
    explains(CAUSE, case, "the shell that runs start.sh", "exec python server.py --port 3000", line=3)


@pytest.mark.parametrize(
    "text",
    [b"#!/bin/sh\nexec python server.py\n", b"#!/bin/sh\ntrap x TERM\npython s.py\n", b"#!/usr/bin/env python3\n"],
)
def test_is_silent_about_scripts_that_see_to_it(text: bytes) -> None:
    context = {"files": {"start.sh": len(text)}, "scripts": {"start.sh": text}}
    silent(CAUSE, stopped('["./start.sh"]', ["./start.sh"], **context))


def test_is_silent_about_a_script_that_is_not_known_to_its_end() -> None:
    context = {"files": {"start.sh": 5000}, "scripts": {"start.sh": b"#!/bin/sh\nset -e\n"}}
    silent(CAUSE, stopped('["./start.sh"]', ["./start.sh"], **context))


def test_is_silent_about_a_program_and_an_exec() -> None:
    silent(CAUSE, stopped('["python", "server.py"]', ["python", "server.py"]))
    silent(CAUSE, stopped("exec python server.py", "exec python server.py"))


def test_a_check_of_the_first_process() -> None:
    line = "python server.py"
    case = running(f"FROM a:1; CMD {line}", line, kind="process", message="the main process (PID 1) is 'sh -c'")
    explains(CAUSE, case, line=2)
    silent(
        CAUSE, running(f"FROM a:1; CMD {line}", line, kind="process", message="the user of the main process is 'root'")
    )


def test_is_silent_about_a_container_that_had_ended() -> None:
    silent(CAUSE, exited("FROM a:1; CMD python server.py", "python server.py", 2, kind="stop"))


@pytest.mark.parametrize(
    "message",
    ["the container still runs 5 s after SIGTERM", "what the container wrote after SIGHUP does not contain 'reloaded'"],
)
def test_a_signal_that_does_not_reach_the_program(message: str) -> None:
    line = "python server.py"
    case = running(f"FROM a:1; CMD {line}", line, kind="signal", message=message)
    diagnosis = explains(CAUSE, case, "first process is a shell", 'CMD ["python", "server.py"]', line=2)
    assert "docker stop" not in diagnosis.explanation


def test_is_silent_about_other_trouble_with_signals() -> None:
    line = "python server.py"
    message = "after SIGHUP the container should run on, and it ended with exit code 1"
    silent(CAUSE, running(f"FROM a:1; CMD {line}", line, kind="signal", message=message))
    line = "trap x HUP; python server.py"
    message = "what the container wrote after SIGHUP does not contain 'reloaded'"
    silent(CAUSE, running(f"FROM a:1; CMD {line.replace('; ', ';')}", line, kind="signal", message=message))
