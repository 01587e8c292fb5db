"""The cause `arg_at_runtime`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, running, silent, step_failed

CAUSE = "arg_at_runtime"
KEY = "Traceback:\n    port = os.environ[\"PORT\"]\nKeyError: 'PORT'\n"
SHELL = "FROM a:1; ARG PORT=3000; CMD serve $PORT"


def test_a_command_that_uses_it() -> None:
    for source in (SHELL, SHELL.replace("$PORT", "${PORT}")):
        case = running(source, source.rpartition("CMD ")[2], "0.0.0.0:8000")
        explains(CAUSE, case, "CMD in line 3 needs PORT", "ENV PORT=3000", line=2)
    explains(CAUSE, exited(SHELL, "serve $PORT", 2, "a port is missing\n", kind="stop"), line=2)
    explains(CAUSE, exited(SHELL, "serve $PORT", 0, kind="logs"), line=2)


def test_a_program_that_reads_it() -> None:
    case = exited('FROM a:1; ARG PORT; CMD ["serve"]', ["serve"], 1, KEY)
    explains(CAUSE, case, "Your program needs PORT", "ENV PORT=value", line=2)


def test_an_arg_above_from() -> None:
    case = exited("ARG PORT=1; FROM a:1; CMD serve $PORT", "serve $PORT", 2)
    explains(CAUSE, case, "Add a line below the last FROM: ENV PORT=1", line=1)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; ARG PORT=1; ENV PORT=$PORT; CMD serve $PORT",
        "FROM a:1; ARG OTHER=1; CMD serve $PORT",
        "FROM a:1; ARG PORT=1; CMD PORT=2 && serve $PORT",
        "FROM a:1; ARG PORT=1; CMD serve ${PORT:-3000}",
        "FROM a:1; ARG PORT=1; CMD serve '$PORT'",
        "FROM a:1; ARG PORT=1; CMD serve",
    ],
)
def test_is_silent_where_it_is_set_or_not_needed(source: str) -> None:
    command = source.rpartition("CMD ")[2]
    silent(CAUSE, exited(source, command, 2))


def test_is_silent_about_other_failures() -> None:
    silent(CAUSE, exited(SHELL, "serve $PORT", 2, given_env=frozenset({"PORT"})))
    silent(CAUSE, running(SHELL, "serve $PORT", kind="stop"))
    silent(CAUSE, exited(SHELL, "serve $PORT", 137, oom=True))
    silent(CAUSE, step_failed("FROM a:1; ARG A; RUN x $A", 3, 1, "no\n"))
