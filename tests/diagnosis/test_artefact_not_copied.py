"""The cause `artefact_not_copied`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cases import exited, explains, files, silent, step_failed

CAUSE = "artefact_not_copied"
CONTEXT: dict[str, Any] = {"files": files("a.sh")}


def missing(path: str) -> str:
    return f"sh: 0: cannot open {path}: No such file\n"


def test_a_file_that_was_copied_into_the_stage() -> None:
    source = "FROM x:1 AS build; COPY a.sh /app/; FROM x:1; CMD sh /app/a.sh"
    case = exited(source, "sh /app/a.sh", 2, missing("/app/a.sh"), **CONTEXT)
    explains(CAUSE, case, "has it as /app/a.sh", "COPY --from=build /app/a.sh /app/a.sh", line=4)


def test_a_file_that_a_step_makes() -> None:
    source = 'FROM x:1; RUN go build -o /out/server .; FROM scratch; CMD ["/server"]'
    said = 'exec: "/server": stat /server: no such file or directory'
    case = exited(source, ["/server"], 127, error=said, **CONTEXT)
    explains(CAUSE, case, "the stage '0' names it in line 2", "COPY --from=0 PATH /server, with", line=4)


def test_a_program_of_the_stage_s_image() -> None:
    source = 'FROM node:1 AS build; RUN npm ci && node build.js; FROM nginx:1; CMD ["node", "x.js"]'
    said = 'exec: "node": executable file not found in $PATH'
    case = exited(source, ["node", "x.js"], 127, error=said, **CONTEXT)
    explains(CAUSE, case, "FROM nginx:1, doesn't have node", "Change line 3 to: FROM node:1", line=4)


def test_also_in_the_words_of_a_shell() -> None:
    source = "FROM node:1 AS build; RUN node build.js; FROM nginx:1; CMD node x.js"
    explains(CAUSE, exited(source, "node x.js", 127, "/bin/sh: 1: node: not found\n", **CONTEXT), line=4)


@pytest.mark.parametrize(
    "source",
    [
        "FROM x:1; COPY a.sh /app/; CMD sh /a.sh",
        "FROM x:1 AS one; COPY a.sh /app/; FROM one; CMD sh /a.sh",
        "FROM x:1 AS one; RUN make all; FROM x:1; CMD sh /a.sh",
    ],
)
def test_is_silent_where_no_other_stage_has_it(source: str) -> None:
    silent(CAUSE, exited(source, "sh /a.sh", 2, missing("/a.sh"), **CONTEXT))


def test_is_silent_about_builds_and_other_failures() -> None:
    source = "FROM x:1 AS one; COPY a.sh /; FROM x:1; {} sh /a.sh"
    silent(CAUSE, step_failed(source.format("RUN"), 4, 2, missing("/a.sh"), **CONTEXT))
    silent(CAUSE, exited(source.format("CMD"), "sh /a.sh", 1, "no\n", **CONTEXT))
