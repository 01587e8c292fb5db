"""The cause `comment_at_end`."""

from __future__ import annotations

import pytest

from tests.support.cases import built, exited, explains, silent, step_failed, unbuilt, unparsed

CAUSE = "comment_at_end"
UNREAD = "the Dockerfile can't be read: Syntax error - can't find = in \"#\". Must be of the form: name=value"


@pytest.mark.parametrize(
    ("line", "message", "left"),
    [
        ("EXPOSE 3000 # web", "Invalid containerPort: #", "EXPOSE 3000"),
        ("COPY a /b # the page", 'failed to calculate checksum of ref x::y: "/the": not found', "COPY a /b"),
        ("ARG A=1 # one", "ARG names can not be blank", "ARG A=1"),
    ],
)
def test_an_instruction_that_failed(line: str, message: str, left: str) -> None:
    case = unbuilt(f"FROM a:1; {line}", f"failed to solve: {message}", line=2)
    explains(CAUSE, case, f"leave there: {left}", "#", line=2)


def test_a_from() -> None:
    message = "failed to solve: dockerfile parse error on line 1: FROM requires either one or three arguments"
    explains(CAUSE, unbuilt("FROM a:1 # base", message, line=1), "leave there: FROM a:1", line=1)


def test_a_dockerfile_that_can_not_be_read() -> None:
    case = unparsed(UNREAD, text="FROM a:1\nENV A=1 B=2\nENV C=3 # three\n")
    explains(CAUSE, case, "leave there: ENV C=3", line=3)


def test_a_user() -> None:
    said = "unable to find user app # me: no matching entries in passwd file"
    explains(CAUSE, exited("FROM a:1; USER app # me; CMD x", "x", 126, error=said), "USER app", line=2)
    case = unbuilt("FROM a:1; USER app # me; RUN x", f"process did not complete successfully: {said}", line=3)
    explains(CAUSE, case, line=2)


def test_a_workdir() -> None:
    source = "FROM a:1; WORKDIR /app # here; COPY a.sh /app/; CMD sh a.sh"
    explains(CAUSE, exited(source, "sh a.sh", 2, "sh: 0: cannot open a.sh: No such file\n"), "WORKDIR /app", line=2)


@pytest.mark.parametrize("line", ["EXPOSE 3000", "RUN x # comment", "COPY a# /b", 'LABEL a="b # c"', "EXPOSE web"])
def test_is_silent_without_one(line: str) -> None:
    silent(CAUSE, unbuilt(f"FROM a:1; {line}", "failed to solve: no", line=2))


def test_is_silent_about_other_failures() -> None:
    silent(CAUSE, unparsed(UNREAD, text="FROM a:1\nENV A 1\n"))
    silent(CAUSE, unparsed("the Dockerfile can't be read: can't find = in \"x\"", text="FROM a:1\nENV A=1 # x\n"))
    silent(CAUSE, step_failed("FROM a:1; EXPOSE 1 # x; RUN x", 3, 1, "no"))
    silent(CAUSE, built("FROM a:1; WORKDIR /app # x; CMD x"))
