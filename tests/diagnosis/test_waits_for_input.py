"""The cause `waits_for_input`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed, unbuilt

CAUSE = "waits_for_input"
EOF = "Traceback (most recent call last):\nEOFError: EOF when reading a line\n"
LIMIT = "the build was not finished after 60 s (the build limit)"


def test_a_password() -> None:
    said = "New password: Password change has been aborted.\npasswd: Authentication token manipulation error\n"
    explains(CAUSE, step_failed("FROM a:1; RUN passwd root", 2, 10, said), "asks for a password", line=2)


def test_a_program_that_reads() -> None:
    explains(CAUSE, step_failed("FROM a:1; RUN python a.py", 2, 1, EOF), "waits for input", "RUN to CMD", line=2)


@pytest.mark.parametrize(
    "output", ["2. America\nGeographic area: ", "Proceed? [y/N] ", "Overwrite? [yes/no]", "Password for ada: "]
)
def test_a_question_that_the_build_stopped_at(output: str) -> None:
    step = "[2/3] RUN apt-get install  tzdata"
    case = unbuilt("FROM a:1; RUN apt-get install tzdata; CMD x", LIMIT, step=step, output=output, timed_out=True)
    explains(CAUSE, case, output.splitlines()[-1].split()[-1], line=2)


def test_a_question_of_an_unknown_step() -> None:
    explains(CAUSE, unbuilt("FROM a:1; RUN x", LIMIT, output="Continue? [Y/n]", timed_out=True))


def test_is_silent_about_anything_else() -> None:
    silent(CAUSE, unbuilt("FROM a:1; RUN x", LIMIT, step="[2/2] RUN x", output="[Y/n] y\nworking", timed_out=True))
    silent(CAUSE, unbuilt("FROM a:1; RUN x", LIMIT, output="", timed_out=True))
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, "ValueError: no\n"))
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 1, EOF))
