"""The cause `left_in_build_stage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.facts import Program
from tests.support.cases import cannot_start, exited, explains, files, silent
from tests.support.factories import make_image

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "left_in_build_stage"
NO_FILE = "python: can't open file '/app/server.py': [Errno 2] No such file or directory\n"
NO_MODULE = "ModuleNotFoundError: No module named 'flask'\n"


def case(first: str, last: str, logs: str, **facts: Any) -> Case:
    source = f"FROM a:1 AS build; {first}; FROM a:1; {last}; CMD python server.py"
    known = {"files": files("server.py"), "image": make_image(workdir="/app"), **facts}
    return exited(source, "python server.py", known.pop("code", 1), logs, **known)


def test_a_file_that_the_first_stage_got() -> None:
    found = case("WORKDIR /src; COPY server.py .", "WORKDIR /app", NO_FILE)
    explains(CAUSE, found, "in the stage 'build'", "COPY --from=build /src/server.py /app/server.py", line=6)


def test_a_program_that_the_first_stage_compiled() -> None:
    error = cannot_start('"/app/server": stat /app/server: no such file or directory')
    source = 'FROM a:1; RUN go build -o /app/server .; FROM scratch; CMD ["/app/server"]'
    program = Program("/app/server", None, on_path=False)
    found = exited(source, ["/app/server"], 127, error=error, program=program)
    explains(CAUSE, found, "the stage that begins in line 1", "got in line 2", "COPY --from=0 /app/server", line=4)


@pytest.mark.parametrize(
    "first", ["RUN pip install flask", "RUN pip install --no-cache-dir -r requirements.txt", "RUN uv pip install flask"]
)
def test_a_package_that_the_first_stage_installed(first: str) -> None:
    found = case(first, "COPY server.py /app/", NO_MODULE)
    explains(CAUSE, found, "flask is in the stage 'build'", "got in line 2", line=5)


def test_a_package_of_node() -> None:
    logs = "Error: Cannot find module 'express'\n"
    explains(CAUSE, case("RUN npm ci", "COPY server.py /app/", logs), "express", line=5)


def test_a_program_that_the_first_stage_installed() -> None:
    error = cannot_start('"node": executable file not found in $PATH')
    source = 'FROM a:1 AS build; RUN apt-get install -y node; FROM a:1; CMD ["node", "a.js"]'
    explains(CAUSE, exited(source, ["node", "a.js"], 127, error=error), "node is in the stage 'build'", line=4)
    other = source.replace("-y node", "-y git")
    silent(CAUSE, exited(other, ["node", "a.js"], 127, error=error))


def test_is_silent_about_what_the_last_stage_has() -> None:
    silent(CAUSE, case("COPY server.py /x", "COPY server.py /", NO_FILE))
    silent(CAUSE, case("RUN pip install flask", "RUN pip install x", NO_MODULE))
    silent(CAUSE, case("RUN pip install flask", "COPY --from=build /venv /venv", NO_MODULE))
    silent(CAUSE, case("RUN npm ci", "COPY server.py /app/", NO_MODULE))


def test_is_silent_about_stages_that_the_image_is_built_on() -> None:
    source = "FROM a:1 AS base; RUN pip install flask; FROM base; CMD python server.py"
    silent(CAUSE, exited(source, "python server.py", 1, NO_MODULE))
    silent(CAUSE, exited("FROM a:1; RUN pip install flask; CMD x", "x", 1, NO_MODULE))
