"""The cause `no_command`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, running, silent

CAUSE = "no_command"


@pytest.mark.parametrize(
    ("base", "argv"),
    [
        ("python:3-slim", ["python3"]),
        ("debian:bookworm-slim", ["bash"]),
        ("busybox:1", ["sh"]),
        ("node:24-slim", ["docker-entrypoint.sh", "node"]),
    ],
)
@pytest.mark.parametrize("kind", ["http", "logs", "stop"])
def test_the_base_images_own_prompt(base: str, argv: list[str], kind: str) -> None:
    case = exited(f"FROM {base}; COPY app.py .", argv, kind=kind)
    explains(CAUSE, case, "has no CMD", argv[-1], "Add a CMD as the last line")


@pytest.mark.parametrize(("command", "argv"), [('["bash"]', ["bash"]), ("sh", "sh")])
def test_a_prompt_of_the_students_own(command: str, argv: list[str] | str) -> None:
    explains(CAUSE, exited(f"FROM debian:bookworm-slim; CMD {command}", argv), "nobody types", line=2)


def test_an_empty_command() -> None:
    explains(CAUSE, exited("FROM busybox:1; CMD ", ""), "CMD in line 2 is empty", line=2)


def test_is_silent_about_a_program() -> None:
    silent(CAUSE, exited('FROM python:3-slim; CMD ["python", "app.py"]', ["python", "app.py"]))
    silent(CAUSE, exited("FROM debian:bookworm-slim; CMD echo bash", "echo bash"))
    silent(CAUSE, exited("FROM nginx:1", ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]))


def test_is_silent_about_an_error_and_a_running_shell() -> None:
    silent(CAUSE, exited("FROM python:3-slim", ["python3"], 1))
    silent(CAUSE, running("FROM python:3-slim", ["python3"]))


def test_is_silent_about_a_command_of_the_exercise() -> None:
    silent(CAUSE, exited('FROM python:3-slim; CMD ["python", "app.py"]', ["python3"]))
