from __future__ import annotations

import pytest

from grader.core.script.drafts import Draft
from grader.core.script.images import name_images

IMAGES = {
    "af4709625109": ["busybox:1"],
    "b1c2d3e4f5a6": ["app:latest", "web:2"],
    "b1c200000000": ["a"],
    "0123456789ab": [],
}


def named(*texts: str) -> list[tuple[str, tuple[str, ...]]]:
    drafts = [Draft(number, text) for number, text in enumerate(texts, 1)]
    name_images(drafts, IMAGES)
    return [(draft.text, draft.notes) for draft in drafts]


@pytest.mark.parametrize(
    "text",
    [
        "docker image tag af47 toolbox:v1", "docker tag af4709625109 a:b", "docker rmi -f af47", "docker image rm af47",
        "docker run --rm -it af47 sh", "docker create af47", "docker inspect -f x af47", "docker image inspect af47",
        "docker history af47", "docker image history af47", "docker save -o a.tar af47", "docker save af47 > a.tar",
        "docker ps && docker rmi 'af47'", "x=$(docker run af47)", "docker rmi sha256:af4709625109",
        "docker run af4709625109ab",
    ],
)  # fmt: skip
def test_where_docker_takes_an_image(text: str) -> None:
    [(found, [note])] = named(text)
    assert "busybox:1" in found
    assert "af47" not in found
    assert note.startswith("'")
    assert note.endswith(" is taken for the image 'busybox:1'")


@pytest.mark.parametrize(
    "text",
    [
        "docker rmi 0123", "docker rmi b1c2", "docker rmi ffff1", "docker rmi af", "docker run a af47",
        "docker rm af47", "docker run --name af47 a", "docker tag a af47", "docker rmi $(docker images -q)",
        "docker rmi \\af47", "echo af47",
    ],
)  # fmt: skip
def test_what_is_left_as_it_is(text: str) -> None:
    assert named(text) == [(text, ())]


def test_a_name_that_the_file_gives_comes_last() -> None:
    assert [text for text, _ in named("docker tag b1c2d app", "docker rmi b1c2d")] == [
        "docker tag web:2 app",
        "docker rmi web:2",
    ]
    assert named("docker tag af47 busybox:1")[0][0] == "docker tag busybox:1 busybox:1"


def test_several_in_one_command() -> None:
    [(text, notes)] = named("docker save af47 b1c2d af47")
    assert text == "docker save busybox:1 app:latest busybox:1"
    assert len(notes) == 2
