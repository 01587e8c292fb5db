from __future__ import annotations

import pytest

from grader.core.script import Command, Made, Reference, bind
from grader.core.script.bindings import containers_named, refer
from grader.core.script.output import Seen


def found(*texts: str, seen: Seen | None = None) -> list[list[tuple[str, int | None]]]:
    references = refer(list(enumerate(texts, 1)), seen or Seen())
    return [[(one.text, one.command) for one in some] for some in references]


@pytest.mark.parametrize(
    "text",
    [
        "docker stop 3f2a", "docker start 3f2a", "docker restart 3f2a", "docker kill -s KILL 3f2a", "docker rm -f 3f2a",
        "docker logs -f --tail 5 3f2a", "docker exec -it 3f2a sh", "docker attach 3f2a", "docker inspect -f x 3f2a",
        "docker cp 3f2a:/a .", "docker cp a 3f2a:/a", "docker port 3f2a", "docker top 3f2a", "docker stats 3f2a",
        "docker rename 3f2a web", "docker wait 3f2a", "docker commit -m a 3f2a x", "docker pause 3f2a",
        "docker unpause 3f2a", "docker container stop 3f2a", "docker run --network container:3f2a a",
        "docker run --net=container:3f2a a", "docker network connect n 3f2a", "echo a && docker stop 3f2a | cat",
        "x=$(docker inspect 3f2a)", "docker stop '3f2a'", "docker run --volumes-from 3f2a a",
        "docker run --link 3f2a:db a",
    ],
)  # fmt: skip
def test_where_docker_takes_a_container(text: str) -> None:
    assert found("docker run -d nginx", text) == [[], [("3f2a", 1)]]
    command = Command(2, text, references=refer([(1, "docker run a"), (2, text)], Seen())[1])
    bound, _ = bind(command, [Made("f" * 64, "web", "a", 1)])
    assert bound == text.replace("'3f2a'", "web").replace("3f2a", "web")


@pytest.mark.parametrize(
    "text",
    [
        "docker rmi 3f2a", "docker run 3f2a", "docker pull 3f2a", "docker tag 3f2a a", "docker exec web cat 3f2a",
        "docker cp 3f2a web:/", "docker stop web", "docker stop bad", "docker stop my_nginx", "docker stop 3f",
        "docker stop $CONTAINER_ID", "echo docker stop 3f2a", "docker logs web 3f2a", "docker stop $(cat 3f2a)",
        "docker commit web 3f2a", "docker stop 3F2A", "docker stop",
    ],
)  # fmt: skip
def test_what_is_left_as_it_is(text: str) -> None:
    assert found("docker run -d nginx", text) == [[], []]


def test_names_that_the_student_gave() -> None:
    assert found("docker run --name db1 a", "docker stop db1") == [[], []]
    assert found("docker run --name=happy_path a", "docker rename x 3f2a", "docker rm happy_path 3f2a")[2] == []
    assert found("docker run a", "docker rm happy_path")[1] == [("happy_path", 1)]


@pytest.mark.parametrize(
    "name", ["CONTAINER_ID", "container-id", "'<container id>'", "'<name>'", "[container]", "{id}", "CONTAINER", "ID"]
)
def test_placeholders(name: str) -> None:
    assert found("docker run a", f"docker stop {name}")[1] == [(name.strip("'"), 1)]


def test_two_ids_mean_two_containers() -> None:
    assert found("docker run a", "docker run b", "docker stop 1aaa 2bbb", "docker rm 1aaa", "docker rm 2bbb")[2:] == [
        [("1aaa", 2), ("2bbb", 1)],
        [("1aaa", 2)],
        [("2bbb", 1)],
    ]
    assert found("docker run a", "docker stop 1aaa 2bbb")[1] == [("1aaa", 1), ("2bbb", 1)]
    assert found("docker run a", "docker stop 1aaa", "docker run b", "docker stop 1aaa <id>".replace("<id>", "ID"))[
        3
    ] == [("1aaa", 1), ("ID", 3)]


def test_what_output_tells() -> None:
    seen = Seen(made={"3f2a" * 16: 1}, containers={"9b1c00aa11bb": ("redis", "cache")}, images={"abc123": ["a:1"]})
    assert found("docker run a", "docker run b", "docker stop 3f2a3f", seen=seen)[2] == [("3f2a3f", 1)]
    assert found("docker run a", "docker stop abc123", seen=seen)[1] == []
    [_, [reference]] = refer([(1, "docker run redis"), (2, "docker stop 9b1c")], seen)
    assert (reference.command, reference.name, reference.image) == (None, "cache", "redis")


def test_looking_has_an_end() -> None:
    many = " ".join(f"{number:04x}1" for number in range(300))
    [_, references] = refer([(1, "docker run a"), (2, f"docker stop {many}")], Seen())
    assert len(references) == 200


CONTAINERS = [
    Made("1" * 64, "one", "nginx:latest", 1),
    Made("2" * 64, "two", "redis:7", 2),
    Made("3" * 64, "", "docker.io/library/nginx", 3),
    Made("4" * 64, "four", "busybox", 4),
]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        (Reference("x", 12, 13), "four"),
        (Reference("x", 12, 13, command=2), "two"),
        (Reference("x", 12, 13, command=9), "four"),
        (Reference("x", 12, 13, image="redis:7"), "two"),
        (Reference("x", 12, 13, image="nginx"), "3" * 64),
        (Reference("x", 12, 13, image="unknown"), "four"),
        (Reference("x", 12, 13, name="one", image="nginx"), "one"),
        (Reference("x", 12, 13, name="none"), "four"),
    ],
)
def test_bind(reference: Reference, name: str) -> None:
    text, notes = bind(Command(5, "docker stop x y", references=(reference,)), CONTAINERS)
    assert text == f"docker stop {name} y"
    assert notes[0].startswith("'x' is taken for the container '")


def test_bind_several() -> None:
    command = Command(5, "docker rm x y", references=(Reference("x", 10, 11, 1), Reference("y", 12, 13, 2)))
    text, notes = bind(command, CONTAINERS)
    assert text == "docker rm one two"
    assert [note[:3] for note in notes] == ["'x'", "'y'"]


def test_without_containers_nothing_is_bound() -> None:
    command = Command(5, "docker rm x", references=(Reference("x", 10, 11),))
    assert bind(command, []) == ("docker rm x", ())


def test_named() -> None:
    assert containers_named("docker stop a; docker cp b:/c d") == {"a", "b"}
