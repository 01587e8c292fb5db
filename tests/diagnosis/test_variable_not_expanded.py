"""The cause `variable_not_expanded`."""

from __future__ import annotations

import json

import pytest

from tests.support.cases import exited, explains, silent

CAUSE = "variable_not_expanded"


def test_a_variable_that_came_out_as_it_is() -> None:
    argv = ["echo", "Hello $NAME!"]
    case = exited(f"FROM busybox:1; CMD {json.dumps(argv)}", argv, logs="Hello $NAME!\n", kind="logs")
    explains(CAUSE, case, "uses $NAME", 'Use the form without brackets in line 2: CMD echo "Hello $NAME!"', line=2)


def test_a_variable_in_braces() -> None:
    argv = ["serve", "--port", "${PORT}"]
    case = exited(f"FROM some:1; CMD {json.dumps(argv)}", argv, 2, "serve: ${PORT} is not a number\n")
    explains(CAUSE, case, "${PORT}", line=2)


@pytest.mark.parametrize(
    ("argv", "logs"),
    [
        (["echo", "hello"], "$NAME\n"),
        (["echo", "$NAME"], "Ada\n"),
        (["sh", "-c", "echo $NAME"], "$NAME\n"),
        (["echo", "5 $"], "5 $\n"),
    ],
)
def test_is_silent_where_nothing_is_wrong(argv: list[str], logs: str) -> None:
    silent(CAUSE, exited(f"FROM busybox:1; CMD {json.dumps(argv)}", argv, logs=logs))


def test_is_silent_about_a_shell_form() -> None:
    silent(CAUSE, exited("FROM busybox:1; CMD echo '$NAME'", "echo '$NAME'", logs="$NAME\n"))
