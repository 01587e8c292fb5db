from __future__ import annotations

import pytest

from grader.core.script import read
from grader.core.script.model import Row
from grader.core.script.prose import peeled, tells


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("**docker ps**", "docker ps"),
        ("*docker ps*", "docker ps"),
        ("Command: docker ps", "docker ps"),
        ("Step 1: $ docker ps", "$ docker ps"),
        ("**Answer:** sudo docker ps", "sudo docker ps"),
        ("> docker ps", "> docker ps"),
        ("> some words", "some words"),
        (">> docker ps", "docker ps"),
        ("> $ docker ps", "$ docker ps"),
        ("  docker ps", "  docker ps"),
    ],
)
def test_what_stands_around(text: str, bare: str) -> None:
    assert peeled(Row(1, text)).text == bare


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("I ran `docker ps` and `docker run -d a`.", ["docker ps", "docker run -d a"]),
        ("``docker ps``", ["docker ps"]),
        ("`docker run -d\n-p 80:80 a` is it", ["docker run -d -p 80:80 a"]),
        ("`docker run -d \\\n -p 80:80 a`", ["docker run -d \\\n -p 80:80 a"]),
        ("`docker ps\nsome\ndocker images`", ["docker ps", "docker images"]),
        ("`$ docker ps`", ["docker ps"]),
        ("`curl localhost:3000`", ["curl localhost:3000"]),
        ("`mkdir a`", ["mkdir a"]),
        ("Then `mkdir a` and `cd a`.", []),
        ("`docker run -p 80:80`", ["docker run -p 80:80"]),
        ("With `docker run -p 80:80` and `docker run`", []),
        ("Don't use `docker rm -f a`", []),
        ("`docker` `a` b", []),
        ("a ` docker ps", []),
    ],
)
def test_between_backticks(text: str, commands: list[str]) -> None:
    assert [one.text for one in read(text, "a.md").commands] == commands


def test_inside_a_container() -> None:
    found = read("I used `docker run -it ubuntu`, then `apt update`, `exit` and `ls`.", "a.md").commands
    assert [(one.text, one.stdin) for one in found] == [("docker run -it ubuntu", "apt update\nexit\n")]


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("With `docker run -p 80:80` it works", True),
        ("With `docker run` it works", False),
        ("Don't use `docker rm -f a`", True),
        ("Then docker run -d nginx did it", True),
        ("Then docker run starts it", False),
    ],
)
def test_doubts(text: str, doubtful: bool) -> None:  # noqa: FBT001 - a column of the table
    [left] = read(text, "a.md").left_out
    assert left.doubtful is doubtful


def test_telling() -> None:
    assert tells("docker ps")
    assert tells("we ran docker run -d a")
    assert not tells("about docker")
