"""The cause `not_listening`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, running, silent

CAUSE = "not_listening"


def test_a_command_that_only_keeps_the_container_alive() -> None:
    case = running('FROM python:3-slim; CMD ["sleep", "100"]', ["sleep", "100"])
    assert explains(CAUSE, case, "`sleep 100`", "serves nothing", line=2).certainty > 60


def test_a_command_that_waits_before_it_does_something() -> None:
    case = running("FROM python:3-slim; CMD sleep 5 && python app.py", "sleep 5 && python app.py")
    assert "serves nothing" not in explains(CAUSE, case, "still busy", line=2).explanation


def test_a_program_that_has_not_opened_its_port() -> None:
    case = running("FROM python:3-slim; CMD python job.py", "python job.py")
    explains(CAUSE, case, "port 3000", "still busy", line=2)


def test_is_silent_once_something_listens() -> None:
    silent(CAUSE, running("FROM python:3-slim; CMD python app.py", "python app.py", "127.0.0.1:8000"))


@pytest.mark.parametrize(
    "message",
    ["GET / on port 3000: the status is 500, expected 200", "GET / on port 3000: the body does not contain 'x'"],
)
def test_is_silent_when_an_answer_came(message: str) -> None:
    silent(CAUSE, running("FROM python:3-slim; CMD python app.py", "python app.py", message=message))


def test_is_silent_about_a_container_that_ended() -> None:
    silent(CAUSE, exited("FROM python:3-slim; CMD python app.py", "python app.py", 1))


def test_is_silent_when_no_port_was_asked_for() -> None:
    silent(CAUSE, running("FROM python:3-slim; CMD sleep 9", "sleep 9", port=None, kind="process"))
