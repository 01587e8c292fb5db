"""The cause `bash_in_sh`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "bash_in_sh"


@pytest.mark.parametrize(
    ("command", "code", "output", "says"),
    [
        ("source /x", 127, "/bin/sh: 1: source: not found\n", "Write a dot"),
        ("[[ -f x ]] && y", 127, "/bin/sh: 1: [[: not found\n", "single brackets"),
        ("pushd /x", 127, "/bin/sh: 1: pushd: not found\n", "SHELL"),
        ("set -o pipefail && a | b", 2, "/bin/sh: 1: set: Illegal option -o pipefail\n", "pipefail"),
        ("a=(1 2)", 2, '/bin/sh: 1: Syntax error: "(" unexpected\n', "round brackets"),
        ("cat <(ls)", 2, '/bin/sh: syntax error: unexpected "("\n', "round brackets"),
        ("cat <<< x", 2, "/bin/sh: 1: Syntax error: redirection unexpected\n", "<<<"),
        ("echo ${a^^}", 2, "/bin/sh: 1: Bad substitution\n", "${ }"),
    ],
)
def test_what_only_bash_knows(command: str, code: int, output: str, says: str) -> None:
    explains(CAUSE, step_failed(f"FROM a:1; RUN {command}", 2, code, output), "SHELL [", says, line=2)


@pytest.mark.parametrize(
    ("command", "code", "output"),
    [
        ("(x", 2, '/bin/sh: 1: Syntax error: "(" unexpected\n'),
        ("x", 127, "/bin/sh: 1: x: not found\n"),
        ("sh a.sh", 127, "/bin/sh: 1: [[: not found\n"),
        ('["sh", "-c", "source x"]', 127, "sh: 1: source: not found\n"),
    ],
)
def test_is_silent_about_other_mistakes(command: str, code: int, output: str) -> None:
    silent(CAUSE, step_failed(f"FROM a:1; RUN {command}", 2, code, output))


def test_is_silent_about_containers() -> None:
    silent(CAUSE, exited("FROM a:1; CMD source x", "source x", 127, "/bin/sh: 1: source: not found\n"))
