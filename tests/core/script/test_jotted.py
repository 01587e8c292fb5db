from __future__ import annotations

import pytest

from grader.core.script.jotted import is_list, read


@pytest.mark.parametrize(
    "opener",
    [
        "docker run -it a", "docker run -i a sh", "docker run -t a /bin/bash -l", "sudo docker exec -it a python3",
        "docker container exec -ti a sh", "docker start -ai a", "docker start -i a", "docker attach a",
        "docker run --rm \\\n  -it a", "docker run -it --entrypoint sh a", "cd a && docker run -it a",
        "winpty docker run -it a", "docker exec -it $(docker ps -lq) sh", "docker pull a; docker run -it a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("leave", ["exit", "exit 3", "exit()", "quit()", "logout", "  exit", "/ # exit"])
def test_what_was_typed_inside(opener: str, leave: str) -> None:
    found = read(f"{opener}\n{'/ # ' if '#' in leave else ''}ls\n{leave}\ndocker ps\n")
    assert found.lines == [*opener.split("\n"), "", "", "docker ps", ""]
    [(number, typed)] = found.typed.items()
    assert (number, typed[0], typed[1].strip()) == (1, "ls", leave.strip(" /#"))


@pytest.mark.parametrize(
    "opener",
    [
        "docker run a", "docker run -d a", "docker run -dit a", "docker run -it a ls", "docker run -it a sh -c ls",
        "docker run -it --entrypoint ls a", "docker exec -it a ls", "docker start a", "docker start -a a",
        "echo ls | docker run -i a sh", "docker run -i a sh < in.txt", "docker run -i a sh <<E\necho\nE", "docker ps",
        "docker exec -it a", "for i in 1; do docker run -it a; done", "f() {\n  docker run -it a\n}",
        "cat <<E\ndocker run -it a\nE", "docker run -it a sh &", "sh", "x=$(docker run -it a)", "docker run -it",
    ],
)  # fmt: skip
def test_what_opens_nothing(opener: str) -> None:
    text = f"{opener}\nls\nexit\ndocker ps\n"
    found = read(text)
    assert (found.text, found.typed, found.left) == (text, {}, [])


@pytest.mark.parametrize(
    "rest",
    [
        "ls\ndocker ps\nexit", "ls\ncd a && docker ps\nexit", "ls\nsudo docker-compose ps\nexit", "ls", "ls; exit",
        "if true; then\n  exit 1\nfi", "f() {\nexit\n}", "exit now",
    ],
)  # fmt: skip
def test_nobody_leaves(rest: str) -> None:
    text = f"docker run -it a\n{rest}\n"
    assert (read(text).text, read(text).typed) == (text, {})


def test_output_between_prompts_is_left_out() -> None:
    found = read("docker run -it a\n/ # ls\nbin\n\n/ # exit\ndocker ps")
    assert found.typed == {1: ["ls", "exit"]}
    assert [one.row.text for one in found.left] == ["bin"]


def test_calls_that_bash_has_not() -> None:
    found = read("docker ps\nexit()\ndocker info\nquit()\n\n{ echo; }\n")
    assert found.lines == ["docker ps", "", "docker info", "quit()", "", "{ echo; }", ""]
    assert [(one.row.number, one.doubtful) for one in found.left] == [(2, True)]


@pytest.mark.parametrize(
    "line",
    [
        "1. docker ps", "2) docker ps", "- docker ps", "* sudo docker ps", "1.docker ps", "$ docker ps", "> docker ps",
        "ada@host:~$ docker ps", "PS C:\\> docker ps", "1. $ docker ps", "- `docker ps`", "it's\n- docker ps",
    ],
)  # fmt: skip
def test_lists(line: str) -> None:
    assert is_list(f"mkdir a\n{line}\n")


@pytest.mark.parametrize(
    "text",
    [
        "docker ps", "# docker ps", "# - docker ps", "cat > a <<E\n- docker ps\nE", "- ls", "$ ls", "1. I like docker",
        "case $1 in\n1) docker ps ;;\nesac", "docker run \\\n  - docker ps", "/ # docker ps", "",
    ],
)  # fmt: skip
def test_no_lists(text: str) -> None:
    assert not is_list(text)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("docker run \u2013d a", "docker run -d a"),
        ("docker run \\\n  \u2014name a \\\n  b", "docker run \\\n  --name a \\\n  b"),
        ("sudo docker exec a sh \u2013c \u201cexit 3\u201d", 'sudo docker exec a sh -c "exit 3"'),
        ("cd a && docker run \u2013d a", "cd a && docker run -d a"),
        ("docker\u00a0run \u2013d a", "docker run -d a"),
        ("if true; then docker run \u2013d a; fi", "if true; then docker run -d a; fi"),
    ],
)
def test_word_processors(text: str, changed: str) -> None:
    found = read(text)
    assert (found.text, list(found.notes)) == (changed, [1])


@pytest.mark.parametrize(
    "text",
    [
        "echo \u201ca\u201d", "ls \u2013a", "# docker ps \u2013a", "docker run a echo '\u201ca\u201d \u2013b'",
        "docker run -i a <<E\n\u201ca\u201d\nE", "cat <<E\ndocker ps \u2013a\nE", 'docker run a echo "a\n\u2013b"',
    ],
)  # fmt: skip
def test_what_no_word_processor_changed(text: str) -> None:
    assert (read(text).text, read(text).notes) == (text, {})
