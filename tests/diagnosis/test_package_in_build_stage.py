"""The cause `package_in_build_stage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cases import exited, explains, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "package_in_build_stage"
NO_MODULE = "ModuleNotFoundError: No module named 'flask'\n"


def case(first: str, last: str = "COPY server.py /app/", logs: str = NO_MODULE) -> Case:
    return exited(f"FROM a:1 AS build; {first}; FROM a:1; {last}; CMD python server.py", "python server.py", 1, logs)


@pytest.mark.parametrize(
    "first", ["RUN pip install flask", "RUN pip install --no-cache-dir -r requirements.txt", "RUN uv pip install flask"]
)
def test_a_package_of_python(first: str) -> None:
    explains(CAUSE, case(first), "needs 'flask'", "line 2 is in the stage 'build'", "COPY --from=build", line=5)


@pytest.mark.parametrize("first", ["RUN npm ci", "RUN npm install", "RUN yarn"])
def test_a_package_of_node(first: str) -> None:
    explains(CAUSE, case(first, logs="Error: Cannot find module 'express'\n"), "needs 'express'", line=5)


def test_a_stage_without_a_name() -> None:
    source = "FROM a:1; RUN pip install flask; FROM a:1; CMD python a.py"
    found = exited(source, "python a.py", 1, NO_MODULE)
    explains(CAUSE, found, "the stage that begins in line 1", "COPY --from=0", line=4)


def test_is_silent_about_what_the_last_stage_has() -> None:
    silent(CAUSE, case("RUN pip install flask", "RUN pip install x"))
    silent(CAUSE, case("RUN pip install flask", "COPY --from=build /venv /venv"))
    silent(CAUSE, case("RUN npm ci"))
    silent(CAUSE, case("RUN pip install flask", logs="Error: Cannot find module './own'\n"))
    silent(CAUSE, case("RUN pip install flask", logs="ValueError: no\n"))


def test_is_silent_about_stages_that_the_image_is_built_on() -> None:
    source = "FROM a:1 AS base; RUN pip install flask; FROM base; CMD python server.py"
    silent(CAUSE, exited(source, "python server.py", 1, NO_MODULE))
    silent(CAUSE, exited("FROM a:1; RUN pip install flask; CMD x", "x", 1, NO_MODULE))
