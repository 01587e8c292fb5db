"""What students of a real course handed in: what looks wrong and works passes, what can't be replayed says so.

Each submission is a small project with one of the oddities that were counted in public solutions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from grader.core.result import Outcome, Result, Status
from grader.exercise.engines import opener
from grader.exercise.load import FILE, load
from grader.grading import grade
from tests.support.engine import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.docker

HELLO: Final = {"id": "answers", "kind": "http", "port": 3000, "needs": ["builds"], "body": {"contains": "hello"}}
EXERCISE: Final[dict[str, Any]] = {
    "schema": "grader/exercise/v1",
    "id": "it",
    "title": "It",
    "submission": {"kind": "dockerfile"},
    "images": ["busybox:1", "python:3-slim"],
    "containers": {"main": {"publish": [3000], "ready": {"port": 3000, "within": "5s"}}},
    "checks": [{"id": "builds", "kind": "build"}, HELLO],
}
COMMANDS: Final[dict[str, Any]] = {
    "submission": {"kind": "commands", "command_timeout": "20s"},
    "images": ["busybox:1"],
    "containers": {},
}
SERVE: Final = 'CMD ["httpd", "-f", "-p", "3000", "-h", "/site"]\n'
PAGE: Final = {"site/index.html": "hello\n"}
SERVER: Final = '''\
"""Says where it would ask for data."""

import http.server
import os
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers everything with the address."""

    def do_GET(self) -> None:
        """Join the address as HTTP clients do."""
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", os.environ.get("ORIGIN", "http://localhost:5000"))
        self.end_headers()
        self.wfile.write(b"hello, " + urllib.parse.urljoin(os.environ["BACKEND"], "ping").encode())


http.server.HTTPServer(("", 3000), Handler).serve_forever()
'''


def graded(folder: Path, files: Mapping[str, str | bytes], **exercise: Any) -> Result:
    """Grade a submission against an exercise that differs from EXERCISE."""
    (folder / FILE).write_text(yaml.safe_dump({**EXERCISE, **exercise}), encoding="utf-8")
    loaded = load(folder)
    result = grade(loaded, write(folder / "submission", files), opener(loaded))
    assert result.status is Status.GRADED, result.message
    return result


def told(result: Result) -> str:
    """Give all that is said of failures, for messages of this test's own failures too."""
    return "\n".join(f"{one.id}: {one.message} {one.diagnosis}" for one in result.checks)


FINE: Final[dict[str, tuple[dict[str, str | bytes], dict[str, Any]]]] = {
    "row 11: CMD without brackets": (
        {"Dockerfile": "FROM busybox:1\nCOPY site /site\nCMD httpd -f -p 3000 -h /site\n", **PAGE},
        {},
    ),
    "row 12, 20: a Dockerfile with the task's text as comments, and a README with pasted output": (
        {
            "Dockerfile": f"# Exercise 1.7: write a Dockerfile\n\nFROM busybox:1\n\nCOPY site /site\n{SERVE}",
            "README.md": "$ docker build .\nSending build context to Docker daemon\n",
            **PAGE,
        },
        {},
    ),
    "row 13: everything is copied before anything is installed": (
        {
            "Dockerfile": (
                "FROM python:3-slim\nCOPY . /app\nWORKDIR /app\n"
                "RUN pip install --no-build-isolation --no-index .\n"
                'CMD ["python", "-m", "http.server", "3000", "-d", "/app/site"]\n'
            ),
            "setup.py": "from setuptools import setup\n\nsetup(name='page', version='1', py_modules=[])\n",
            **PAGE,
        },
        {},
    ),
    "row 21: no EXPOSE": ({"Dockerfile": f"FROM busybox:1\nCOPY site /site\n{SERVE}", **PAGE}, {}),
    "row 29: a Dockerfile with Windows line ends": (
        {"Dockerfile": f"FROM busybox:1\nCOPY site /site\n{SERVE}".replace("\n", "\r\n"), **PAGE},
        {},
    ),
    "row 30: the address of the backend ends with a slash": (
        {
            "Dockerfile": (
                "FROM python:3-slim\nENV BACKEND=http://localhost:8080/\nCOPY server.py /\n"
                'CMD ["python", "server.py"]\n'
            ),
            "server.py": SERVER,
        },
        {"checks": [{**HELLO, "needs": [], "body": {"contains": "http://localhost:8080/ping"}}]},
    ),
    "row 35: the origin is any, and wider than it has to be": (
        {
            "Dockerfile": (
                "FROM python:3-slim\nENV BACKEND=http://localhost:8080 ORIGIN=*\nCOPY server.py /\n"
                'CMD ["python", "server.py"]\n'
            ),
            "server.py": SERVER,
        },
        {},
    ),
    "row 38: the setup of Node is piped into apt-get, on an image that has Node": (
        {
            "Dockerfile": (
                "FROM node:24-slim\nCOPY setup.sh server.js /\n"
                "RUN cat /setup.sh | apt-get --version && node --version\n"
                'CMD ["node", "/server.js"]\n'
            ),
            "setup.sh": "echo this is never run\n",
            "server.js": 'require("http").createServer((_, answer) => answer.end("hello")).listen(3000);\n',
        },
        {"images": ["node:24-slim"]},
    ),
    "ENTRYPOINT where the task says CMD": (
        {"Dockerfile": f"FROM busybox:1\nCOPY site /site\n{SERVE.replace('CMD', 'ENTRYPOINT')}", **PAGE},
        {},
    ),
    "instructions in small letters, and no line end": (
        {"Dockerfile": f"from busybox:1\ncopy site /site\nExpose 3000\n{SERVE.replace('CMD', 'cmd').strip()}", **PAGE},
        {},
    ),
    "tests whose command always succeeds": (
        {"Dockerfile": f"FROM busybox:1\nCOPY site /site\nRUN test ./...\n{SERVE}", **PAGE},
        {},
    ),
    "a file called dockerfile": ({"dockerfile": f"FROM busybox:1\nCOPY site /site\n{SERVE}", **PAGE}, {}),
}


@pytest.mark.parametrize("name", FINE)
def test_looks_wrong_and_works(name: str, tmp_path: Path) -> None:
    files, exercise = FINE[name]
    result = graded(tmp_path, files, **exercise)
    assert {one.outcome for one in result.checks} == {Outcome.PASSED}, told(result)
    assert result.flags == ()


def test_commands_that_look_wrong_and_work(tmp_path: Path) -> None:
    """Rows 6, 22, 31, 36 and 37: fixed names, loopback, container names as hosts, random ports, a needless build."""
    commands = """\
docker build -t unused .
docker network create net
docker run -d --name cache --network net -v "$(pwd)/site:/site" busybox:1 httpd -f -p 80 -h /site
docker run -d --name front --network net -p 127.0.0.1:3000:80 -v "$(pwd)/site:/site" busybox:1 httpd -f -p 80 -h /site
docker run -dp 80 --name any -v "$(pwd)/site:/site" busybox:1 httpd -f -p 80 -h /site
docker run --name asks --network net busybox:1 wget -qO- http://cache/
"""
    checks = [
        {"id": "front", "kind": "http", "in": {"publishes": 3000}, "port": 80, "within": "3s", "body": "hello\n"},
        {"id": "any", "kind": "http", "in": "any", "port": 80, "within": "3s", "body": "hello\n"},
        {"id": "asks", "kind": "logs", "in": "asks", "stdout": {"contains": "hello"}},
    ]
    result = graded(tmp_path, {"commands.sh": commands, **PAGE}, **COMMANDS, checks=checks)
    assert {one.outcome for one in result.checks} == {Outcome.PASSED}, told(result)


MISSING: Final[dict[str, tuple[dict[str, str | bytes], str, str]]] = {
    "row 4: the app is not handed in": (
        {"Dockerfile": "FROM busybox:1\nCOPY src/ /app/\nCMD /app/run\n"},
        "copy_missing",
        "src/ (COPY in line 2) is neither in the submission nor given by the exercise",
    ),
    "row 14: the context is the folder above": (
        {"Dockerfile": "FROM busybox:1\nCOPY ../example-frontend /app/\nCMD /app/run\n"},
        "outside_context",
        "../example-frontend (COPY in line 2) is outside of what was handed in",
    ),
    "row 16, 17: the app is downloaded by a step": (
        {"Dockerfile": "FROM busybox:1\nRUN wget -q https://example.org/app.tar\nCMD /app/run\n"},
        "no_network",
        "line 2 downloads something, and builds have no network here",
    ),
    "row 29: a script with Windows line ends": (
        {"Dockerfile": "FROM busybox:1\nCOPY --chmod=755 run.sh /\nRUN /run.sh\n", "run.sh": b"#!/bin/sh\r\necho\r\n"},
        "crlf_script",
        "run.sh has Windows line ends (CRLF)",
    ),
    "row 34: an image of the student's own": (
        {"Dockerfile": "FROM ada/base:1\nCMD /app/run\n"},
        "image_not_allowed",
        "ada/base:1 (FROM, line 1) is not one of the exercise's images",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_can_not_be_replayed(name: str, tmp_path: Path) -> None:
    files, cause, flag = MISSING[name]
    result = graded(tmp_path, files)
    build = result.checks[0]
    assert build.outcome is Outcome.FAILED
    assert build.diagnosis is not None
    assert build.diagnosis.cause == cause, told(result)
    [found] = result.flags
    assert found.startswith("could not be replayed here: "), found
    assert flag in found


def test_an_image_that_only_the_student_has(tmp_path: Path) -> None:
    """Rows 18 and 34, as commands."""
    checks = [{"id": "runs", "kind": "container", "in": "web", "state": "running"}]
    files = {"commands.sh": "docker run -d --name web ada/backend:latest\n"}
    result = graded(tmp_path, files, **COMMANDS, checks=checks)
    assert result.checks[0].diagnosis is not None, told(result)
    assert result.checks[0].diagnosis.cause == "image_not_found"
    assert any("could not be replayed here: the image ada/backend:latest of line 1" in one for one in result.flags)


def test_a_mistake_is_no_flag(tmp_path: Path) -> None:
    result = graded(tmp_path, {"Dockerfile": "FROM busybox:1\nCOPY sitte /site\n", **PAGE})
    assert result.checks[0].diagnosis is not None
    assert result.checks[0].diagnosis.cause == "copy_missing"
    assert result.flags == ()
