from __future__ import annotations

import pytest

from grader.core.script.prompts import split


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("$ docker ps", "$"),
        ("$docker ps", "$"),
        ("  $  docker ps", "$"),
        ("# docker ps", "#"),
        ("> docker ps", ">"),
        ("% docker ps", "%"),
        ("PS C:\\Users\\x> docker ps", "windows"),
        ("PS> docker ps", "windows"),
        ("C:\\>docker ps", "windows"),
        ("user@host:~$ docker ps", "user"),
        ("[user@host dir]$ docker ps", "user"),
        ("(base) user@MacBook-Pro dir % docker ps", "user"),
        ("user@host ~> docker ps", "user"),
        ("root@server:~# docker ps", "root"),
        ("➜  dir docker ps", "arrow"),
        ("➜  docker git:(main) ✗ docker ps", "arrow"),
        ("➜ docker ps", "arrow"),
        ("➜  ~ docker ps", "arrow"),
        ("╰─$ docker ps", "arrow"),
        ("(venv) $ docker ps", "$"),
        ("~/dir $ docker ps", "path"),
        ("dir $ docker ps", "labelled"),
        ("mac:dir me$ docker ps", "labelled"),
        ("sh-3.2$ docker ps", "shell"),
    ],
)
def test_prompts_of_a_host(line: str, sign: str) -> None:
    found = split(line)
    assert found is not None
    assert (found.rest, found.sign, found.inside) == ("docker ps", sign, False)


@pytest.mark.parametrize(
    "line",
    ["/ # ls", "/app # ls", "~ # ls", "bash-5.1# ls", ">>> ls", "... ls", "postgres=# ls", "mysql> ls", "6a:6379> ls"],
)
def test_prompts_inside_a_container(line: str) -> None:
    found = split(line)
    assert found is not None
    assert (found.rest, found.inside) == ("ls", True)


def test_a_prompt_may_show_the_containers_id() -> None:
    found = split("root@3f2a1b7c9d10:/app# ls")
    assert found is not None
    assert (found.container, found.inside) == ("3f2a1b7c9d10", True)


@pytest.mark.parametrize("line", ["$", "%", "user@host:~$", "/ #"])
def test_nothing_typed(line: str) -> None:
    found = split(line)
    assert found is not None
    assert found.rest == ""


@pytest.mark.parametrize(
    "line",
    [
        "docker ps", "", "(a) b", "docker run a > docker b", "echo $ a", "me@x.org", "## a", "$5", "│", "A: docker ps",
        "user@host MINGW64 ~/dir (main)", "docker run $ docker",
    ],
)  # fmt: skip
def test_no_prompt(line: str) -> None:
    assert split(line) is None
