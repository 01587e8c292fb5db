"""The cause `read_at_build`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import built, explains, running, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "read_at_build"
GIVEN = frozenset({"NAME"})


def case(source: str, **facts: Any) -> Case:
    return running(f"FROM a:1; {source}; CMD x", "x", "0.0.0.0:3000", **{"given_env": GIVEN, **facts})


@pytest.mark.parametrize("run", ["RUN echo $NAME > /page", 'RUN echo "Hello ${NAME}" > /page', "RUN echo ${NAME:-x}"])
def test_a_step_that_reads_what_the_container_gets(run: str) -> None:
    explains(CAUSE, case(run), "RUN in line 2 uses NAME", "docker run -e NAME=", line=2)


@pytest.mark.parametrize("build", ["npm run build", "yarn build", "npm ci && npm run build"])
def test_a_page_that_is_built_before_its_variable_is_set(build: str) -> None:
    late = case(f"RUN {build}; ENV REACT_APP_URL=http://x")
    explains(CAUSE, late, "RUN in line 2 uses REACT_APP_URL", "ENV in line 3", line=2)
    given = case(f"RUN {build}", given_env=frozenset({"VITE_URL"}))
    explains(CAUSE, given, "docker run -e VITE_URL=", line=2)


def test_is_silent_about_variables_that_are_set_or_not_read() -> None:
    silent(CAUSE, case("ARG NAME; RUN echo $NAME"))
    silent(CAUSE, case("ENV NAME=x; RUN echo $NAME"))
    silent(CAUSE, case("RUN NAME=x && echo $NAME"))
    silent(CAUSE, case("RUN echo '$NAME' > /start.sh"))
    silent(CAUSE, case("RUN echo \\$NAME > /start.sh"))
    silent(CAUSE, case("RUN echo $NAMES"))
    silent(CAUSE, case("RUN echo $NAME", given_env=frozenset()))
    silent(CAUSE, case("RUN echo $NAME", kind="stop"))


def test_is_silent_about_pages_that_get_theirs_in_time() -> None:
    silent(CAUSE, case("ENV REACT_APP_URL=x; RUN npm run build; ENV REACT_APP_URL=y"))
    silent(CAUSE, case("ARG VITE_URL; RUN npm run build", given_env=frozenset({"VITE_URL"})))
    silent(CAUSE, case("RUN npm run build; ENV PORT=80"))
    silent(CAUSE, built("FROM a:1; RUN npm run build; ENV VITE_URL=x", kind="build"))
