"""The cause `instruction_in_run`."""

from __future__ import annotations

from tests.support.cases import exited, explains, silent, step_failed, unbuilt

CAUSE = "instruction_in_run"


def test_a_word_of_the_dockerfile_in_a_run() -> None:
    case = step_failed("FROM a:1; RUN ENV A=1 && x", 2, 127, "/bin/sh: 1: ENV: not found\n")
    explains(CAUSE, case, "ENV stands inside the RUN", "ENV NAME=value", line=2)


def test_a_run_that_goes_on() -> None:
    case = unbuilt(
        "FROM a:1; RUN mkdir /app && \\; WORKDIR /app",
        "failed to solve: x",
        step="[2/2] RUN",
        line=2,
        exit_code=127,
        output="/bin/sh: WORKDIR: not found\n",
    )
    explains(CAUSE, case, "delete the \\ or &&", line=2)


def test_is_silent_about_programs() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN env A=1 x", 2, 127, "/bin/sh: 1: x: not found\n"))
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, "ENV: not found\n"))
    silent(CAUSE, exited("FROM a:1; CMD ENV A=1", "ENV A=1", 127, "/bin/sh: 1: ENV: not found\n"))
