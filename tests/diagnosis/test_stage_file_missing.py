"""The cause `stage_file_missing`."""

from __future__ import annotations

import pytest

from tests.support.cases import absent, explains, files, silent

CAUSE = "stage_file_missing"


@pytest.mark.parametrize(
    ("stage", "written", "says"),
    [
        ("WORKDIR /app; COPY a.js .", "/a.js", "Change line 5 to: COPY --from=build /app/a.js /srv"),
        ("WORKDIR /app; RUN make -o dist/b.js", "/b.js", "RUN in line 3 of 'build' names b.js"),
        ("WORKDIR /app; COPY a.js .", "/app/A.js", "a.js, did you mean".partition(",")[0]),
        ("WORKDIR /app; RUN true", "/dist", "let a step of 'build' make the file"),
    ],
)
def test_a_path_that_the_stage_does_not_have(stage: str, written: str, says: str) -> None:
    source = f"FROM x:1 AS build; {stage}; FROM x:1; COPY --from=build {written} /srv"
    explains(CAUSE, absent(source, 5, written, files=files("a.js")), f"asks for {written} of 'build'", says, line=5)


def test_a_stage_by_its_number() -> None:
    source = "FROM x:1; COPY a.js /app/; FROM x:1; COPY --from=0 /a.js /srv"
    explains(CAUSE, absent(source, 4, "/a.js", files=files("a.js")), "'0' has it as /app/a.js", line=4)


def test_a_stage_that_is_built_on_another() -> None:
    source = "FROM x:1 AS base; COPY a.js /app/; FROM base AS build; FROM x:1; COPY --from=build /a.js /srv"
    explains(CAUSE, absent(source, 5, "/a.js", files=files("a.js")), "/app/a.js", line=5)


def test_an_image() -> None:
    source = "FROM x:1; COPY --from=nginx:1 /page /srv"
    explains(CAUSE, absent(source, 2, "/page"), "of 'nginx:1'", "Correct the path in line 2", line=2)


def test_is_silent_about_the_folder() -> None:
    silent(CAUSE, absent("FROM x:1; COPY a /", 2, "/a"))
