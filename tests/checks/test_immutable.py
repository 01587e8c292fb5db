"""The `immutable` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.immutable import Immutable
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_completed, make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SLEEPS
from tests.support.states import made

if TYPE_CHECKING:
    from pathlib import Path

OWN = {"in": {"container": "web"}}
HAS, HAS_NOT = {"/mark": b"x"}, dict[str, bytes]()
CHANGED = {"/mark": b"y"}


def student(own: dict[str, bytes], image: dict[str, bytes], renamed: dict[str, bytes] | None = None) -> FakeTarget:
    web = FakeContainer(name="web", files=own, made=made("web", image="busybox:1"))
    now = image if renamed is None else renamed
    return FakeTarget(containers=[web], spawn=lambda it: FakeContainer(files=dict(now if it.by_name else image)))


@pytest.mark.parametrize(
    ("fields", "own", "image"),
    [({}, HAS, HAS_NOT), ({}, CHANGED, HAS), ({"removed": True}, HAS_NOT, HAS)],
)
def test_passes(fields: dict[str, Any], own: dict[str, bytes], image: dict[str, bytes]) -> None:
    target = student(own, image)
    passes(make(Immutable, path="/mark", **fields, **OWN), target)
    assert [(variation.start, variation.by_name) for _, variation in target.spawned] == [(False, False), (False, True)]


@pytest.mark.parametrize(
    ("fields", "own", "image", "because"),
    [
        ({}, HAS, HAS_NOT, "/mark is changed in the image busybox:1, too"),
        ({}, CHANGED, HAS, "/mark is changed in the image busybox:1, too"),
        ({"removed": True}, HAS_NOT, HAS, "/mark is gone from the image busybox:1, too"),
    ],
)
def test_the_name_leads_to_an_image_with_the_change(
    fields: dict[str, Any], own: dict[str, bytes], image: dict[str, bytes], because: str
) -> None:
    fails(make(Immutable, path="/mark", **fields, **OWN), student(own, image, renamed=own), because)


def test_the_name_leads_to_an_image_with_something_else() -> None:
    passes(make(Immutable, path="/mark", **OWN), student(HAS, HAS_NOT, renamed=CHANGED))


@pytest.mark.parametrize(
    ("fields", "own", "image", "because"),
    [
        ({}, HAS_NOT, HAS_NOT, "there is no file /mark in container 'web'"),
        ({}, HAS, HAS, "it is part of the image, and was not changed in container 'web'"),
        ({"removed": True}, HAS, HAS, "/mark is still in container 'web'"),
        ({"removed": True}, HAS_NOT, HAS_NOT, "/mark is not in the image of container 'web' either"),
    ],
)
def test_fails(fields: dict[str, Any], own: dict[str, bytes], image: dict[str, bytes], because: str) -> None:
    failure = fails(make(Immutable, path="/mark", **fields, **OWN), student(own, image), because)
    assert failure.reproduce == (
        "docker diff web; docker create --name new busybox:1; docker cp new:/mark - | tar -xO; docker rm new"
    )


def test_of_a_dockerfile() -> None:
    target = FakeTarget(spawn=lambda _: FakeContainer())
    passes(make(Immutable, path="/mark"), target)
    assert [variation.start for _, variation in target.spawned] == [False, True, False]
    shared: dict[str, bytes] = {}
    failure = fails(
        make(Immutable, path="/mark"),
        FakeTarget(spawn=lambda _: FakeContainer(files=shared)),
        "/mark has changed in a new container of the image",
    )
    assert (failure.expected, failure.actual) == ("nothing there", "changed in a container\n")
    target = FakeTarget(spawn=lambda _: FakeContainer(files=dict(HAS)))
    fails(make(Immutable, path="/mark", run=["x"]), target, "/mark was not changed in the container")


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"path": "/mark", "run": ["x"], **OWN}, "students change their files themselves"),
        ({"path": "/mark", "removed": True}, "removed is for containers that students make"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Immutable, because, **fields)


@pytest.mark.parametrize(
    ("ended", "because"),
    [
        ({"exit_code": 1}, "the container is not running: it ended with exit code 1"),
        ({"exit_code": 127, "error": "no such file"}, "it could not be started: no such file"),
    ],
)
def test_one_that_does_not_run(ended: dict[str, Any], because: str) -> None:
    dead = FakeContainer(now=make_state(status="exited", **ended), stderr="boom")
    failure = fails(make(Immutable, path="/note"), FakeTarget(spawn=lambda _: dead), because)
    assert failure.evidence[0].text == "boom"


def test_the_change_may_be_that_the_file_is_gone() -> None:
    def removes(files: dict[str, bytes]) -> FakeContainer:
        made = FakeContainer(files=files)
        made.answer = lambda _: make_completed(stdout="" if files.pop("/mark", None) else "no such file")
        return made

    check = make(Immutable, path="/mark", run=["rm", "-f", "/mark"])
    passes(check, FakeTarget(spawn=lambda _: removes(dict(HAS))))
    nowhere = FakeTarget(spawn=lambda _: removes({}))
    fails(check, nowhere, "/mark was not changed in the container: it is not there, nor in the image")


@pytest.mark.docker
def test_on_an_image_without_a_shell(tmp_path: Path) -> None:
    with project_in(tmp_path, f"{SLEEPS}COPY note /etc/note\n", {"note": "of the image\n"}) as project:
        make(Immutable, path="/etc/note").run(project)
        make(Immutable, path="/new", run=["/busybox", "cp", "/etc/note", "/new"]).run(project)
        same = make(Immutable, path="/etc/note", run=["/busybox", "touch", "/etc/note"])
        failure = fails(same, project, "/etc/note was not changed in the container: it is as in the image")
        assert failure.actual == "of the image\n"
