"""The cause `wrong_port`."""

from __future__ import annotations

import json

import pytest

from grader.core.facts import ContainerState, Listener
from tests.support.cases import commanded, explains, running, silent
from tests.support.states import line as ran
from tests.support.states import made

CAUSE = "wrong_port"
SERVER = "FROM python:3-slim; {}; CMD {}"


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        ('["python", "-m", "http.server", "8000"]', 'Change line 3 to: CMD ["python", "-m", "http.server", "3000"]'),
        ('["gunicorn", "-b", "0.0.0.0:8000", "app"]', 'CMD ["gunicorn", "-b", "0.0.0.0:3000", "app"]'),
    ],
)
def test_changes_the_number_in_the_command(command: str, fix: str) -> None:
    case = running(SERVER.format("EXPOSE 3000", command), json.loads(command), "0.0.0.0:8000")
    explains(CAUSE, case, "port 8000, not on port 3000", "EXPOSE in line 2 only notes the port", fix, line=3)


def test_changes_the_number_in_a_shell_form() -> None:
    line = "cd /tmp && python -m http.server 8000"
    case = running(SERVER.format("EXPOSE 8000", line), line, "0.0.0.0:8000")
    explains(CAUSE, case, "CMD cd /tmp && python -m http.server 3000", "EXPOSE in line 2 names another port", line=3)


def test_names_a_variable_that_sets_the_port() -> None:
    case = running(
        SERVER.format("ENV PORT=5000", '["node", "app.js"]'), ["docker-entrypoint.sh", "node", "app.js"], ":::5000"
    )
    explains(CAUSE, case, "Change line 2 to: ENV PORT=3000", line=2)


def test_a_default_on_loopback_is_wrong_twice() -> None:
    case = running(SERVER.format("EXPOSE 3000", '["python", "server.py"]'), ["python", "server.py"], "127.0.0.1:8000")
    explains(CAUSE, case, "of all addresses (0.0.0.0)")


def test_a_port_that_stands_nowhere() -> None:
    explains(
        CAUSE, running("FROM nginx:1", ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"], "0.0.0.0:80"), "port 80"
    )


@pytest.mark.parametrize("addresses", [[], ["0.0.0.0:3000"], ["0.0.0.0:3000", "0.0.0.0:8000"], ["127.0.0.1:3000"]])
def test_is_silent_about_the_right_port(addresses: list[str]) -> None:
    silent(CAUSE, running(SERVER.format("EXPOSE 3000", '["x"]'), ["x"], *addresses))


def test_is_silent_when_no_port_was_asked_for() -> None:
    silent(CAUSE, running(SERVER.format("EXPOSE 3000", '["x"]'), ["x"], "0.0.0.0:8000", port=None, kind="logs"))


def test_of_a_container_that_commands_made() -> None:
    state = ContainerState("c" * 64, "running", None, False, "", ("python3", "-m", "http.server"))
    facts = {"container": state, "listeners": (Listener("0.0.0.0", 8000),), "port": 3000}  # noqa: S104 - a fact
    case = commanded(ran("docker run a"), left=[made("web", "80:3000")], **facts)
    says = ["change its command, which stands behind the image.", "Your -p 80:3000 leads to port 3000 of the container"]
    told = explains(CAUSE, case, *says)
    assert "docker run" not in f"{told.explanation}{told.fix}"
    silent(CAUSE, commanded(ran("docker run a"), left=[made("web")], kind="logs", **facts))
