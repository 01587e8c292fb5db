"""The cause `export_in_run`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, running, silent, step_failed

CAUSE = "export_in_run"
KEY = "Traceback:\n    port = os.environ[\"PORT\"]\nKeyError: 'PORT'\n"


def test_a_later_run() -> None:
    case = step_failed("FROM a:1; RUN cd / && export DIR=/srv; RUN cp x $DIR/", 3, 1, "no\n")
    explains(CAUSE, case, "RUN in line 3 needs DIR", "ENV DIR=/srv", line=2)


def test_the_command_at_the_start() -> None:
    case = running("FROM a:1; RUN export PORT=3000; CMD serve $PORT", "serve $PORT", "0.0.0.0:8000")
    explains(CAUSE, case, "CMD in line 3 needs PORT", "ENV PORT=3000", line=2)


def test_a_program() -> None:
    case = exited('FROM a:1; RUN export PORT=3000 && x; CMD ["serve"]', ["serve"], 1, KEY)
    explains(CAUSE, case, "Your program needs PORT", line=2)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; RUN export OTHER=1; RUN cp x $DIR/",
        "FROM a:1; RUN export DIR=/srv && x; RUN DIR=/x && cp x $DIR/",
        "FROM a:1; ENV DIR=/srv; RUN cp x $DIR/ && export DIR=1",
        "FROM a:1; RUN export DIR=/x; RUN cp x '$DIR'",
        'FROM a:1; RUN export DIR=/x; RUN ["cp", "$DIR"]',
        "FROM a:1 AS one; RUN export DIR=/x; FROM a:1; RUN cp x $DIR/",
    ],
)
def test_is_silent_where_it_is_not_lost(source: str) -> None:
    silent(CAUSE, step_failed(source, source.count("; ") + 1, 1, "no\n"))


def test_is_silent_where_the_exercise_sets_it() -> None:
    source = "FROM a:1; RUN export PORT=1; CMD serve $PORT"
    silent(CAUSE, exited(source, "serve $PORT", 2, given_env=frozenset({"PORT"})))
