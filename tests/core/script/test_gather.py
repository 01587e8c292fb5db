from __future__ import annotations

import pytest

from grader.core.script.gather import Gathered, Gatherer
from grader.core.script.model import Row


def gather(text: str, *, at: int = 0) -> Gathered:
    rows = [Row(number, line) for number, line in enumerate(text.split("\n"), 1)]
    return Gatherer().gather(rows, at, rows[at].text.removeprefix("$ "))


@pytest.mark.parametrize(
    ("text", "command", "after"),
    [
        ("docker ps\ndocker images", "docker ps", 1),
        ("docker run \\\n -d a\nb", "docker run \\\n -d a", 2),
        ("docker run `\n -d a", "docker run \\\n -d a", 2),
        ("docker run ^\n -d a ^", "docker run \\\n -d a", 2),
        ("docker run a `", "docker run a", 1),
        ("docker run a \\  \n -d", "docker run a \\\n -d", 2),
        ("docker run `pwd`\nb", "docker run `pwd`", 1),
        ("$ echo 'a\n> b'\n$ c", "echo 'a\nb'", 2),
        ("$ docker run \\\n> a", "docker run \\\na", 2),
        ("docker run `\n>> a", "docker run \\\na", 2),
        ("$ cat <<E\n> a\n>\n> E\n$ b", "cat <<E\na\n\nE", 4),
        ("cat <<E\n$ a\nE", "cat <<E\n$ a\nE", 3),
        ("docker ps &&\ndocker images", "docker ps &&\ndocker images", 2),
        ("docker ps && \\\ndocker images", "docker ps && \\\ndocker images", 2),
        ("docker ps \\\ndocker images", "docker ps", 1),
        ("docker run \\\n$ docker ps", "docker run", 1),
        ("for i in 1; do\ndocker ps\ndone", "for i in 1; do\ndocker ps\ndone", 3),
        ("docker run a \\", "docker run a", 1),
    ],
)
def test_where_a_command_ends(text: str, command: str, after: int) -> None:
    found = gather(text)
    assert (found.text, found.after, found.problem) == (command, after, None)


@pytest.mark.parametrize("text", ["echo 'a\n$ docker ps", "docker exec a sh -c 'b\ndocker ps", "if a; then\nb"])
def test_what_has_no_end(text: str) -> None:
    found = gather(text)
    assert (found.text, found.after) == (text.split("\n", maxsplit=1)[0], 1)
    assert found.problem == "it isn't finished: a quote, a bracket or a loop stays open"


def test_options_on_lines_of_their_own() -> None:
    found = gather("docker run -d\n-p 80:80\n\u2013\u2013name web\nnginx\ndocker ps")
    assert (found.text, found.after) == ("docker run -d \\\n-p 80:80 \\\n--name web \\\nnginx", 4)
    assert found.notes == (
        "typographic quotes and dashes are taken for plain ones",
        "4 lines are taken for one command, although nothing at their ends says so",
    )
    assert gather("docker run -d\nnginx").after == 1  # as likely printed as typed
    assert gather("docker ps\n- a").after == 1
    assert gather("docker run\n" + "-p\n" * 100).after == 30


@pytest.mark.parametrize("line", ["x" * 100 + " \\\n", "x" * 100 + "\n"])
def test_too_long(line: str) -> None:
    found = gather("docker run \\\n" + line * 300 + "end" if "\\" in line else "cat <<E\n" + line * 300)
    assert found.problem == "too long"


def test_patience_has_an_end() -> None:
    rows = [Row(number, "x" * 1000) for number in range(1, 16)]
    gatherer = Gatherer()
    for _ in range(1000):
        assert gatherer.gather(rows, 0, "echo '").problem is not None
    assert gatherer._vain < 600_000
