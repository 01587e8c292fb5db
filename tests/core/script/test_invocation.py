from __future__ import annotations

import pytest

from grader.core.script.invocation import Invocation, is_interactive, opens_shell, parse, takes_lines
from grader.core.script.statement import statement


def call(text: str) -> Invocation:
    [words] = statement(text).calls
    found = parse(words)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("docker run -d -p 80:80 nginx -g x", "run", "nginx -g x"),
        ("docker container run --name=a nginx", "run", "nginx"),
        ("docker run -dp 80:80 nginx", "run", "nginx"),
        ("docker run -itd nginx", "run", "nginx"),
        ('docker run -v"/a:/b" nginx', "run", "nginx"),
        ("docker run -e=A=b --rm nginx", "run", "nginx"),
        ("docker build . -t x", "build", "."),
        ("docker buildx build --no-cache .", "build", "."),
        ("docker -H unix:///x --context=y ps -a", "ps", ""),
        ("docker image rm -f a", "rmi", "a"),
        ("docker image inspect a", "image inspect", "a"),
        ("docker stop -t 5 a b", "stop", "a b"),
        ("docker logs -f --tail 10 a", "logs", "a"),
        ("docker inspect -f x a", "inspect", "a"),
        ("docker compose up -d", "compose up", ""),
        ("docker compose -f a up", "compose", "a up"),
        ("docker rm -f -- a", "rm", "a"),
        ("docker cp a:/b -", "cp", "a:/b -"),
        ("A=1 docker ps", "ps", ""),
        ("docker", "", ""),
        ("docker --version", "", ""),
        ("docker run -p", "run", ""),
    ],
)
def test_parts(text: str, name: str, arguments: str) -> None:
    found = call(text)
    assert (found.name, " ".join(word.text for word in found.arguments)) == (name, arguments)


def test_values() -> None:
    found = call("docker run --name=a -e B=c -p80:80 --net container:x i")
    assert [word.text for word in found.values("name")] == ["a"]
    assert [word.text for word in found.values("e", "env")] == ["B=c"]
    assert [word.text for word in found.values("p")] == ["80:80"]
    assert [word.text for word in found.values("net", "network")] == ["container:x"]


def test_other_programs() -> None:
    assert parse([]) is None
    assert parse(statement("echo docker").calls[0]) is None


@pytest.mark.parametrize(
    "text",
    [
        "docker run -it ubuntu", "docker run -it ubuntu:22.04 bash", "docker exec -it web sh", "docker run -i alpine@a",
        "docker run --interactive --tty x /bin/bash -l", "docker run -it python:3", "docker exec -it db psql -U a",
        "docker run -it --entrypoint sh nginx",
    ],
)  # fmt: skip
def test_shells(text: str) -> None:
    assert is_interactive(call(text))
    assert opens_shell(call(text))


@pytest.mark.parametrize(
    "text",
    [
        "docker run -it nginx", "docker run -it ubuntu sh -c 'a'", "docker exec -it web ls", "docker attach web",
        "docker start -ai web", "docker exec -it web", "docker run -it --entrypoint ls a", "docker run -it",
    ],
)  # fmt: skip
def test_dialogues_without_a_shell(text: str) -> None:
    assert is_interactive(call(text))
    assert not opens_shell(call(text))


@pytest.mark.parametrize("text", ["docker run ubuntu", "docker run -itd ubuntu", "docker run -t ubuntu", "docker ps"])
def test_nothing_to_type_into(text: str) -> None:
    assert not is_interactive(call(text))
    assert not opens_shell(call(text))


def test_lines_below() -> None:
    assert takes_lines(call("docker run -t nginx"))
    assert takes_lines(call("docker exec -it web psql -U postgres"))
    assert takes_lines(call("docker run -it --entrypoint python3 a"))
    assert not takes_lines(call("docker run -it --entrypoint python3 a b.py"))
    assert not takes_lines(call("docker exec -it web"))
    assert not takes_lines(call("docker exec -it web python3 -c 'a'"))
