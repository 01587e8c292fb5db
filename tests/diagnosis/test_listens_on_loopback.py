"""The cause `listens_on_loopback`."""

from __future__ import annotations

import json

import pytest

from grader.core.facts import ContainerState, Listener
from tests.support.cases import commanded, explains, running, silent
from tests.support.states import line, made

CAUSE = "listens_on_loopback"
SERVER = "FROM python:3-slim; WORKDIR /app; COPY app .; EXPOSE 3000; CMD {}"


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        (
            '["python", "server.py", "--host", "127.0.0.1"]',
            'Change line 5 to: CMD ["python", "server.py", "--host", "0.0.0.0"]',
        ),
        ('["flask", "run", "--host=localhost"]', 'Change line 5 to: CMD ["flask", "run", "--host=0.0.0.0"]'),
        ('["python", "-m", "http.server", "3000", "-b", "::1"]', '"-b", "0.0.0.0"]'),
        ('["httpd", "-f", "-p", "127.0.0.1:3000"]', 'Change line 5 to: CMD ["httpd", "-f", "-p", "0.0.0.0:3000"]'),
    ],
)
def test_names_the_option_in_the_command(command: str, fix: str) -> None:
    argv = json.loads(command)
    explains(CAUSE, running(SERVER.format(command), argv, "127.0.0.1:3000", "::1:3000"), fix, line=5)


def test_names_a_variable_that_sets_the_address() -> None:
    source = 'FROM python:3-slim; ENV HOST=127.0.0.1; CMD ["python", "app.py"]'
    case = running(source, ["python", "app.py"], "127.0.0.1:3000")
    explains(CAUSE, case, "Change line 2 to: ENV HOST=0.0.0.0", line=2)


def test_without_a_place_it_says_what_to_look_for() -> None:
    case = running(SERVER.format('["python", "server.py"]'), ["python", "server.py"], "127.0.0.1:3000")
    explains(CAUSE, case, "port 3000", "--host 0.0.0.0")


@pytest.mark.parametrize("addresses", [[], ["0.0.0.0:3000"], ["127.0.0.1:3000", ":::3000"], ["127.0.0.1:8000"]])
def test_is_silent_about_other_addresses(addresses: list[str]) -> None:
    silent(CAUSE, running(SERVER.format('["python", "server.py"]'), ["python", "server.py"], *addresses))


@pytest.mark.parametrize("kind", ["image", "file", "dockerfile", "build"])
def test_is_silent_about_checks_of_no_container(kind: str) -> None:
    silent(CAUSE, running(SERVER.format('["x"]'), ["x"], "127.0.0.1:3000", kind=kind))


def test_of_a_container_that_commands_made() -> None:
    state = ContainerState("c" * 64, "running", None, False, "", ("python3", "-m", "http.server"))
    facts = {"container": state, "listeners": (Listener("127.0.0.1", 3000),), "port": 3000}
    case = commanded(line("docker run a"), left=[made("web", "80:3000")], **facts)
    explains(CAUSE, case, "listens on 127.0.0.1", "change the command that stands behind the image")
    silent(CAUSE, commanded(line("docker run a"), left=[made("web")], kind="logs", **facts))
