"""The cause `arg_not_redeclared`."""

from __future__ import annotations

import pytest

from tests.support.cases import absent, built, explains, silent, step_failed
from tests.support.factories import make_image

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


VERSIONED = "ARG VERSION=v1; FROM a:1; ENV V=$VERSION; CMD x"
GREETING = "GET / on port 3000: the body does not contain 'Hello from v1'"


@pytest.mark.parametrize("value", ["$VERSION", "${VERSION}", '"$VERSION"'])
def test_a_variable_that_passes_it_on(value: str) -> None:
    source = VERSIONED.replace("$VERSION", value)
    case = built(source, image=make_image(env={"V": ""}), message=GREETING)
    explains(CAUSE, case, "ENV in line 3 sets V to ", "VERSION", "which is empty there", "below FROM in line 2", line=3)
    explains(
        CAUSE, built(source, image=make_image(env={"V": ""}), message="the variable V is '', expected 'v1'"), line=3
    )


def test_is_silent_about_variables_that_are_not_empty_or_not_asked_for() -> None:
    empty = make_image(env={"V": ""})
    silent(CAUSE, built(VERSIONED, image=empty, message="the body does not contain 'Hello from v12'"))
    silent(CAUSE, built(VERSIONED, image=make_image(env={"V": "v1"}), message=GREETING))
    silent(CAUSE, built(VERSIONED.replace("ENV", "ARG VERSION; ENV"), image=empty, message=GREETING))
    silent(CAUSE, built("ARG VERSION=v1; FROM a:1; ENV V=x$VERSION; CMD x", image=empty, message=GREETING))
