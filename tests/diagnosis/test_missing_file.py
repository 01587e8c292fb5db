"""The cause `missing_file`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cases import cannot_start, exited, explains, files, silent, step_failed
from tests.support.factories import make_image

CAUSE = "missing_file"
NODE = """node:internal/modules/cjs/loader:1568
  throw err;
  ^

Error: Cannot find module '/app/app.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1564:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v24.21.0
"""


@pytest.mark.parametrize(
    ("argv", "code", "logs", "path"),
    [
        (
            ["python", "app.py"],
            2,
            "python: can't open file '/app/app.py': [Errno 2] No such file or directory\n",
            "/app/app.py",
        ),
        ("python app.py", 2, "python: can't open file '//app.py': [Errno 2] No such file or directory\n", "/app.py"),
        (["docker-entrypoint.sh", "node", "app.js"], 1, NODE, "/app/app.js"),
        (
            ["npm", "start"],
            254,
            "npm error enoent Could not read it: Error: ENOENT: no such file or directory, open '/package.json'\n",
            "/package.json",
        ),
        (["java", "-jar", "app.jar"], 1, "Error: Unable to access jarfile app.jar\n", "/app.jar"),
        (["sh", "/start.sh"], 2, "sh: can't open '/start.sh': No such file or directory\n", "/start.sh"),
        (["sh", "/start.sh"], 2, "sh: 0: cannot open /start.sh: No such file\n", "/start.sh"),
        (["bash", "/start.sh"], 127, "bash: /start.sh: No such file or directory\n", "/start.sh"),
        ("./start.sh", 127, "/bin/sh: 1: ./start.sh: not found\n", "/start.sh"),
        ("./start.sh", 127, "/bin/sh: ./start.sh: not found\n", "/start.sh"),
    ],
)
def test_what_interpreters_and_shells_say(argv: list[str] | str, code: int, logs: str, path: str) -> None:
    words = json.dumps(argv) if isinstance(argv, list) else argv
    explains(
        CAUSE,
        exited(f"FROM some:1; CMD {words}", argv, code, logs),
        f"no file {path},",
        line=2,
    )


@pytest.mark.parametrize("path", ["/start.sh", "./start.sh"])
def test_what_the_engine_says(path: str) -> None:
    error = cannot_start(f'"{path}": stat {path}: no such file or directory')
    explains(CAUSE, exited(f'FROM busybox:1; CMD ["{path}"]', [path], 127, error=error), "no file /start.sh,", line=2)


LOGS = "python: can't open file '/app/server.py': [Errno 2] No such file or directory\n"


@pytest.mark.parametrize(
    ("source", "held", "says"),
    [
        ("WORKDIR /app; COPY . .", ["app/server.py"], "Write /app/app/server.py in line 4"),
        ("COPY server.py /; WORKDIR /app", ["server.py"], "is in the image as /server.py"),
        ("WORKDIR /app; EXPOSE 3000", ["server.py"], "before line 4: COPY server.py /app/server.py"),
        ("WORKDIR /app; COPY . .", ["serve.py"], "Did you mean serve.py?"),
        ("WORKDIR /app; COPY . .", ["notes.txt"], "it has Dockerfile, notes.txt"),
    ],
)
def test_says_where_the_file_is(source: str, held: list[str], says: str) -> None:
    source = f'FROM python:3-slim; {source}; CMD ["python", "server.py"]'
    case = exited(source, ["python", "server.py"], 2, LOGS, files=files(*held), image=make_image(workdir="/app"))
    explains(CAUSE, case, says, line=4)


def test_is_silent_about_a_file_that_is_there() -> None:
    source = 'FROM python:3-slim; WORKDIR /app; COPY server.py .; CMD ["python", "server.py"]'
    silent(CAUSE, exited(source, ["python", "server.py"], 2, LOGS, files=files("server.py")))


@pytest.mark.parametrize(
    "logs",
    [
        "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'\n",
        "cat: can't open '/notes/built.txt': No such file or directory\n",
        "Error: Cannot find module 'express'\n",
        "/bin/sh: 1: phyton: not found\n",
    ],
)
def test_is_silent_about_files_of_the_program(logs: str) -> None:
    silent(CAUSE, exited('FROM python:3-slim; CMD ["python", "app.py"]', ["python", "app.py"], 1, logs))


def test_is_silent_about_a_script_whose_interpreter_is_missing() -> None:
    scripts = {"start.sh": b"#!/bin/bash\n"}
    logs = "/bin/sh: ./start.sh: not found\n"
    silent(
        CAUSE,
        exited(
            "FROM busybox:1; COPY start.sh /; CMD ./start.sh",
            "./start.sh",
            127,
            logs,
            files=files("start.sh"),
            scripts=scripts,
        ),
    )


def test_is_silent_about_steps_of_the_build() -> None:
    silent(CAUSE, step_failed("FROM python:3-slim; RUN python server.py", 2, 2, LOGS))


def test_a_program_that_the_exercise_names() -> None:
    error = cannot_start('"/bin/sleep": stat /bin/sleep: no such file or directory')
    silent(CAUSE, exited("FROM scratch; CMD x", ["/bin/sleep"], 127, error=error, given_command=("/bin/sleep",)))
    own: dict[str, Any] = {"given_command": ("/start.sh",), "files": files("start.sh")}
    error = cannot_start('"/start.sh": stat /start.sh: no such file or directory')
    explains(CAUSE, exited("FROM a:1; CMD x", ["/start.sh"], 127, error=error, **own), "COPY start.sh /start.sh")
