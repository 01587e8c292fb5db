"""The cause `arg_not_redeclared`."""

from __future__ import annotations

import pytest

from tests.support.cases import absent, explains, silent, step_failed

CAUSE = "arg_not_redeclared"


def test_a_run() -> None:
    case = step_failed("ARG DIR=/srv; FROM a:1; RUN mkdir $DIR", 3, 1, "mkdir: missing operand\n")
    explains(CAUSE, case, "RUN in line 3 uses DIR", "Add this line below FROM in line 2", "ARG DIR", line=3)


def test_a_copy() -> None:
    case = absent("ARG DIR=app; FROM a:1; COPY ${DIR}/x /", 3, "/x")
    explains(CAUSE, case, "COPY in line 3 uses DIR", line=3)


def test_each_stage_has_its_own() -> None:
    source = "ARG DIR=/srv; FROM a:1; ARG DIR; RUN mkdir $DIR; FROM a:1; RUN mkdir $DIR"
    explains(CAUSE, step_failed(source, 6, 1, "mkdir: missing operand\n"), "line 5", line=6)


@pytest.mark.parametrize(
    "source",
    [
        "ARG DIR=/srv; FROM a:1; ARG DIR; RUN mkdir $DIR",
        "ARG DIR=/srv; FROM a:1; ENV DIR=/x; RUN mkdir $DIR",
        "ARG DIR=/srv; FROM a:1 AS one; ARG DIR; FROM one; RUN mkdir $DIR",
        "ARG DIR=/srv; FROM a:1; RUN DIR=/x; mkdir $DIR".replace("/x; ", "/x && "),
        "ARG DIR=/srv; FROM a:1; RUN for DIR in a b; do mkdir $DIR; done".replace("; do", " ;do").replace(
            "; done", " ;done"
        ),
        "ARG DIR=/srv; FROM a:1; RUN mkdir ${DIR:-/x}",
        "FROM a:1; RUN mkdir $DIR",
        "ARG DIR=/srv; FROM a:1; RUN mkdir '$DIR'",
    ],
)
def test_is_silent_where_it_has_a_value_or_none_is_needed(source: str) -> None:
    silent(CAUSE, step_failed(source, source.count("; ") + 1, 1, "no\n"))
