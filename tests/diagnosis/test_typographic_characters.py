"""The cause `typographic_characters`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed, unbuilt, unparsed

CAUSE = "typographic_characters"
UNREAD = "the Dockerfile can't be read: Syntax error - can't find = in \"{}\". Must be of the form: name=value"


@pytest.mark.parametrize(
    ("command", "output", "right"),
    [
        ("ls \u2013l /x", "ls: \u2013l: No such file or directory\n", "RUN ls -l /x"),
        ("tool \u2014port 3", "error: unrecognized arguments: \u2014port 3\n", "RUN tool --port 3"),
        ("\u201cmy tool\u201d x", "/bin/sh: 1: \u201cmy: not found\n", 'RUN "my tool" x'),
        ("touch \u2018a b\u2019 && cat a", "cat: \u2018a: No such file\n", "RUN touch 'a b' && cat a"),
        ("my\u00a0tool x", "/bin/sh: 1: my\u00a0tool: not found\n", "RUN my tool x"),
    ],
)
def test_a_step(command: str, output: str, right: str) -> None:
    explains(CAUSE, step_failed(f"FROM a:1; RUN {command}", 2, 1, output), f"line 2 to: {right}", line=2)


def test_what_the_container_starts() -> None:
    said = "error: unrecognized arguments: \u2013port\n"
    explains(CAUSE, exited("FROM a:1; CMD x \u2013port 3", "x \u2013port 3", 2, said), "CMD x --port 3", line=2)


def test_an_instruction() -> None:
    case = unbuilt(
        "FROM a:1; EXPOSE \u201c3000\u201d", "failed to solve: Invalid containerPort: \u201c3000\u201d", line=2
    )
    explains(CAUSE, case, 'EXPOSE "3000"', line=2)


def test_a_dockerfile_that_can_not_be_read() -> None:
    case = unparsed(UNREAD.format("b\u201d"), text="FROM a:1\nENV A=\u201ca b\u201d\n")
    explains(CAUSE, case, 'ENV A="a b"', line=2)


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("echo \u201chi\u201d && false", "hi\n"),
        ("ls -l", "ls: \u2018x\u2019: No such file\n"),
        ('["\u201cls\u201d"', "/bin/sh: 1: [\u201cls\u201d: not found\n"),
        ("echo 3\u20134", "3\u20134\n"),
    ],
)
def test_is_silent_where_they_do_no_harm(command: str, output: str) -> None:
    silent(CAUSE, step_failed(f"FROM a:1; RUN {command}", 2, 1, output))


def test_is_silent_about_other_dockerfiles() -> None:
    silent(CAUSE, unparsed(UNREAD.format("b"), text="FROM a:1\nENV A=a b\n"))
