from __future__ import annotations

import pytest

from grader.core.script.model import Row
from grader.core.script.session import Session


def run(*texts: str, fenced: bool = True, named: bool = False) -> Session:
    session, number = Session(), 0
    for text in texts:
        lines = text.split("\n")
        rows = [Row(number + at, line) for at, line in enumerate(lines, 1)]
        number += len(lines)
        session.block(rows, fenced=fenced, shell=named)
    return session


def typed(session: Session) -> list[tuple[str, list[str]]]:
    return [(draft.text, draft.stdin) for draft in session.drafts]


def doubts(session: Session) -> list[str]:
    return [left.row.text for left in session.left if left.doubtful]


@pytest.mark.parametrize(
    ("text", "stdin"),
    [
        ("$ docker run -it ubuntu\nroot@3f2a:/# ls\nbin\nroot@3f2a:/# exit", ["ls", "exit"]),
        ("$ docker run -it ubuntu\n# ls\n# exit", ["ls", "exit"]),
        ("$ docker run -it ubuntu\n$ ls\n$ docker ps", ["ls"]),
        ("docker run -it ubuntu\n# ls\n# docker ps", ["ls"]),
        ("docker run -it ubuntu\nls\nexit\ncurl localhost:80", ["ls", "exit"]),
        ("docker run -it ubuntu\napt update\ndocker ps", ["apt update"]),
        ("docker run -it ubuntu\nroot@3f2a1b7c9d10:/# \nroot@3f2a1b7c9d10:/# ls", ["ls"]),
        ("ada@host:~$ docker run -it ubuntu\nroot@host:/# ls\nada@host:~$ docker ps", ["ls"]),
        ("root@host:~# docker run -it alpine\n/ # ls\nroot@host:~# docker ps", ["ls"]),
        ("> docker exec -it web sh\n/app $ ls\n> docker ps", ["ls"]),
        ("$ docker run -it x/y\nsh-5.1# ls", ["ls"]),
        ("$ docker run -it node\n> 1 + 1\n2\n> .exit", ["1 + 1", ".exit"]),
        ("$ docker run -it nginx\n$ ls", []),
        ("docker run -it nginx\ncurl localhost:80", []),
        ("docker run -it ubuntu\nWelcome!", []),
        ("docker run -it ubuntu\nls\nroot@3f2a:/# pwd", ["pwd"]),
        ("docker run -i ubuntu bash <<E\nls\nE\nls", []),
    ],
)
def test_what_is_typed_inside(text: str, stdin: list[str]) -> None:
    assert run(text).drafts[0].stdin == stdin


def test_the_next_block_may_go_on_inside() -> None:
    session = run("$ docker run -it ubuntu", "root@3f2a1b7c9d10:/# ls", "$ ls")
    assert typed(session) == [("docker run -it ubuntu", ["ls"]), ("ls", [])]
    assert session.seen.made == {"3f2a1b7c9d10": 1}


def test_inside_of_what() -> None:
    assert doubts(run("/ # ls\n/ # ")) == ["/ # ls"]
    assert doubts(run("docker ps\n>>> print()")) == [">>> print()"]
    assert doubts(run(">>> print()", fenced=False)) == []
    assert doubts(run("docker run -it ubuntu\nroot@3f2a1b7c9d10:/# exit", "/ # ls")) == ["/ # ls"]


def test_a_text_needs_an_exit() -> None:
    assert typed(run("docker run -it ubuntu\nls -l", fenced=False)) == [("docker run -it ubuntu", []), ("ls -l", [])]
    assert typed(run("docker run -it ubuntu\nls -l\nexit", fenced=False))[0][1] == ["ls -l", "exit"]


def test_prompts_make_the_rest_output() -> None:
    session = run("$ docker ps\nsomething\ndocker images\n$ \n$ # a note\n# another")
    assert typed(session) == [("docker ps", [])]
    assert [(left.row.text, left.doubtful) for left in session.left] == [("something", False), ("docker images", True)]


def test_in_a_text_prompts_may_be_missing() -> None:
    assert len(run("$ docker ps\ndocker images", fenced=False).drafts) == 2
    assert len(run("a@b:~$ docker ps\ndocker images", fenced=False).drafts) == 1
    assert doubts(run("$ some thing", fenced=False)) == ["$ some thing"]


def test_which_block() -> None:
    assert typed(run("npm start", named=True)) == [("npm start", [])]
    assert doubts(run("npm start")) == ["npm start"]
    assert run("This is it.", named=True).drafts == []
    assert doubts(run("Docker run nginx")) == ["Docker run nginx"]
    assert run("- a\n{\n@echo off", named=True).drafts == []


def test_ids_in_output() -> None:
    assert run("docker run -d a\n" + "f" * 64).seen.made == {"f" * 64: 1}
    assert run("f" * 64).seen.made == {}


def test_the_greeting_shows_no_command() -> None:
    text = "$ docker run hello-world\n\nHello from Docker!\nTry:\n $ docker run -it ubuntu bash\n\n$ docker ps"
    session = run(text + "\n https://docs.docker.com/get-started/\n$ docker images")
    assert [draft.text for draft in session.drafts] == ["docker run hello-world", "docker images"]


def test_a_condition_may_go_on_below() -> None:
    assert typed(run("for i in 1 2\ndo\ndocker ps\ndone", fenced=False)) == [("for i in 1 2\ndo\ndocker ps\ndone", [])]
