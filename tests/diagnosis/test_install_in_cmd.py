"""The cause `install_in_cmd`."""

from __future__ import annotations

import time

import pytest

from tests.support.cases import exited, explains, running, silent

CAUSE = "install_in_cmd"
APT = "E: The repository 'http://packages.example/debian bookworm Release' does not have a Release file.\n"


@pytest.mark.parametrize(
    ("line", "logs", "moved"),
    [
        ("apt-get update && apt-get install -y curl && curl x", APT, "`RUN apt-get update && apt-get install -y curl`"),
        (
            "pip install flask && python app.py",
            "ERROR: No matching distribution found for flask\n",
            "`RUN pip install flask`",
        ),
        ("npm install;npm start", "npm error network\n", "`RUN npm install`"),
        ("apk add --no-cache curl", "ERROR: unable to select packages:\n", "`RUN apk add --no-cache curl`"),
    ],
)
def test_an_installation_that_failed(line: str, logs: str, moved: str) -> None:
    explains(CAUSE, exited(f"FROM some:1; CMD {line}", line, 1, logs), "every time", moved, line=2)


def test_an_installation_that_is_still_at_work() -> None:
    line = "pip install flask && python app.py"
    explains(CAUSE, running(f"FROM python:3-slim; CMD {line}", line), "pip install flask", line=2)


def test_is_silent_once_the_server_listens() -> None:
    line = "pip install flask && python app.py"
    silent(CAUSE, running(f"FROM python:3-slim; CMD {line}", line, "127.0.0.1:3000"))


@pytest.mark.parametrize(
    ("line", "logs"),
    [
        ("pip install flask && python app.py", "Successfully installed flask\nValueError: no\n"),
        ("python app.py", "npm error\n"),
        ("python install.py", "Permission denied\n"),
    ],
)
def test_is_silent_about_other_errors(line: str, logs: str) -> None:
    silent(CAUSE, exited(f"FROM some:1; CMD {line}", line, 1, logs))


def test_options_without_end_take_no_time() -> None:
    started = time.monotonic()
    silent(CAUSE, running("FROM a:1; CMD x", "x;apt " + "-;apt " * 20_000))
    assert time.monotonic() - started < 2
