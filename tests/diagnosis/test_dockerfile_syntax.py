"""The cause `dockerfile_syntax`."""

from __future__ import annotations

import pytest

from grader.core.dockerfile import DockerfileError, parse
from tests.support.cases import built, explains, silent, step_failed, unbuilt, unparsed

CAUSE = "dockerfile_syntax"


@pytest.mark.parametrize(
    ("text", "fix", "line"),
    [
        ("FROM a:1\nRNU echo hi", "Did you mean RUN? Then change line 2 to: RUN echo hi", 2),
        ("FORM a:1\nRUN x", "Then change line 1 to: FROM a:1", 1),
        ("FROM a:1\ncoppy a b", "COPY a b", 2),
        ('"FROM a:1"', "change line 1 to: FROM a:1", 1),
        ("FROM a:1\nRUN echo a &&\n    echo b", "end that line with a space and a \\", 3),
        ("FROM a:1\nmkdir /app", "write RUN before it: RUN mkdir /app", 2),
        ("FROM a:1\nRUN echo a\n    && echo b", "at the end of line 2", 3),
        ("```dockerfile\nFROM a:1\n```", "Delete line 1", 1),
        ("RUN x\nFROM a:1", "Move the FROM line up, above line 1", 1),
        ("ARG A=1", "Write FROM and the name of an image", 1),
        ("", "The Dockerfile is empty", None),
        ("# nothing yet\n", "comments alone build nothing", None),
        ("FROM a:1\nENV TOKEN", "One that is right: ENV NAME=value", None),
    ],
)
def test_what_the_parser_refuses(text: str, fix: str, line: int | None) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(text)
    explains(CAUSE, unparsed(caught.value.message), fix, line=line)


@pytest.mark.parametrize(
    ("last", "message", "says"),
    [
        (
            "COPY app.py",
            "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided.",
            "COPY server.py /app/",
        ),
        (
            "COPY --chwn=1 a b",
            "dockerfile parse error on line 2: unknown flag: chwn (did you mean chown?)",
            "did you mean chown?",
        ),
        ("WORKDIR", "dockerfile parse error on line 2: WORKDIR requires exactly one argument", "WORKDIR /app"),
        (
            "HEALTHCHECK curl x",
            'dockerfile parse error on line 2: Unknown type "CURL" in HEALTHCHECK (try CMD)',
            "HEALTHCHECK CMD",
        ),
        ("EXPOSE http", "Invalid containerPort: http", "EXPOSE 3000"),
    ],
)
def test_what_buildkit_refuses(last: str, message: str, says: str) -> None:
    case = unbuilt(f"FROM a:1; {last}", f"failed to solve: {message}", line=2)
    explains(CAUSE, case, f"{last.split(maxsplit=1)[0]} in line 2", says, line=2)


def test_an_image_name_with_a_space() -> None:
    explains(CAUSE, built("FROM busybox :1", kind="build", build=None, refused="images"), "without a space", line=1)


def test_is_silent_about_failures_of_steps() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN x", 2, 1, "x requires one argument"))
    silent(CAUSE, unbuilt("FROM a:1; COPY a /", 'failed to solve: "/a": not found', line=2))
    silent(CAUSE, built("FROM a:1", kind="http", message="line 1: unknown instruction X: X"))
    silent(CAUSE, unparsed("nothing answers on port 3000"))
