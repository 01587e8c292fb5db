"""The cause `run_failed`."""

from __future__ import annotations

import pytest

from tests.support.cases import absent, exited, explains, files, silent, step_failed, unbuilt

CAUSE = "run_failed"


@pytest.mark.parametrize(
    ("command", "code", "output", "says"),
    [
        ("pyhton -V", 127, "/bin/sh: 1: pyhton: not found\n", "Did you mean python?"),
        ("curl x", 127, "/bin/sh: curl: not found\n", "has no command called curl"),
        (
            '["pyhton"]',
            1,
            'runc run failed: unable to start container process: exec: "pyhton": executable file not found in $PATH\n',
            "python?",
        ),
        (
            "apt-get update && apt-get install -y crul",
            100,
            "E: Unable to locate package crul\n",
            "no package called crul",
        ),
        ("pip install flsk", 1, "ERROR: No matching distribution found for flsk\n", "no package called flsk"),
        ("cat /nope", 1, "cat: /nope: No such file or directory\n", "no /nope"),
        ("cd /app && ls", 2, "/bin/sh: 1: cd: can't cd to /app\n", "no /app"),
        (
            "pip install -r requirements.txt",
            1,
            "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'\n",
            "no requirements.txt",
        ),
        ("make", 137, "", "used more memory"),
        ("make", 2, "gcc: boom\n", "The last thing it said: gcc: boom"),
        ("false", 1, "", "said nothing"),
    ],
)
def test_says_why(command: str, code: int, output: str, says: str) -> None:
    case = step_failed(f"FROM some:1; RUN {command}", 2, code, output)
    explains(CAUSE, case, f"in line 2 failed with exit code {code}", says, line=2)


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("FROM some:1; RUN sh prepare.sh; COPY . .", 2, "put the COPY above this RUN"),
        ("FROM some:1; RUN sh prepare.sh", 2, "Add a COPY of prepare.sh above line 2"),
    ],
)
def test_a_file_that_comes_too_late(source: str, line: int, says: str) -> None:
    output = "sh: can't open 'prepare.sh': No such file or directory\n"
    explains(CAUSE, step_failed(source, line, 2, output, files=files("prepare.sh")), says, line=line)


def test_is_silent_about_failures_that_are_no_step() -> None:
    silent(CAUSE, absent("FROM some:1; COPY a /", 2, "/a"))
    silent(CAUSE, unbuilt("FROM some:1; RUN x", "failed to solve: Canceled", line=2))
    silent(CAUSE, exited("FROM some:1; CMD x", "x", 1, "x"))
    silent(CAUSE, step_failed("FROM some:1; RUN x", 2, 1, "x", kind="http"))
