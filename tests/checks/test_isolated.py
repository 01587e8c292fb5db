"""The `isolated` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.isolated import Isolated
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SLEEPS
from tests.support.states import made

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.inventory import ContainerFacts

A = made("a", id="a" * 64, hostname="aaa")
B = made("b", id="b" * 64, hostname="bbb")
BOTH = {"in": {"container": "a"}, "from": "b"}


def two(
    here: ContainerFacts = A,
    there: ContainerFacts = B,
    files: dict[str, bytes] | None = None,
    others: dict[str, bytes] | None = None,
) -> FakeTarget:
    files = {"/note": b"x"} if files is None else files
    one = FakeContainer(name="a", made=here, files=files)
    return FakeTarget(containers=[one, FakeContainer(name="b", made=there, files=others or {})])


def spawning(*files: dict[str, bytes]) -> FakeTarget:
    facts, own = iter((A, B)), iter(files)
    return FakeTarget(spawn=lambda _: FakeContainer(made=next(facts), files=next(own, {})))


@pytest.mark.parametrize("fields", [{"path": "/note"}, {"processes": True}, {"hostnames": True}])
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Isolated, **fields, **BOTH), two())
    passes(make(Isolated, **fields), spawning())


@pytest.mark.parametrize(
    ("fields", "target", "because"),
    [
        ({"path": "/note"}, two(files={}), "there is no /note in container 'a'"),
        ({"path": "/note"}, two(others={"/note": b"y"}), "/note is in container 'b' too"),
        ({"hostnames": True}, two(there=made("b", id="b" * 64, hostname="aaa")), "both containers are called 'aaa'"),
        ({"processes": True}, two(there=A), "there is one container where two are needed"),
        (
            {"processes": True},
            two(there=made("b", id="b" * 64, pids_of=f"container:{A.id}")),
            "container 'b' sees the processes of container 'a': it was made with --pid container",
        ),
        (
            {"processes": True},
            two(here=made("a", id="a" * 64, pids_of="container:b")),
            "container 'a' sees the processes of container 'b'",
        ),
        ({"processes": True}, two(here=made("a", id="a" * 64, pids_of="host")), "it was made with --pid host"),
    ],
)
def test_fails(fields: dict[str, Any], target: FakeTarget, because: str) -> None:
    failure = fails(make(Isolated, **fields, **BOTH), target, because)
    assert failure.expected
    assert failure.actual
    assert failure.reproduce


def test_others_that_join_do_not_count() -> None:
    passes(make(Isolated, processes=True, **BOTH), two(there=made("b", id="b" * 64, pids_of="container:c")))


def test_of_a_dockerfile() -> None:
    target = spawning({}, {"/note": b"of the image"})
    failure = fails(
        make(Isolated, path="/note"), target, "/note is in the second container too, where the image has it"
    )
    assert failure.actual == "of the image"
    lines = str(failure.reproduce).splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# then, in a second terminal:",
        "# then, in a third terminal:",
    ]
    assert "docker cp mark one:/note" in lines[-1]


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        (BOTH, "expects nothing; give path, processes or hostnames"),
        ({"in": {"container": "a"}, "path": "/note"}, "from is needed"),
        ({"from": "b", "path": "/note"}, "from is for containers that students make"),
        ({"run": ["x"], "processes": True}, "run needs the path"),
        ({**BOTH, "run": ["x"], "path": "/note"}, "run is for containers of the exercise's"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Isolated, because, **fields)


@pytest.mark.parametrize(
    ("ended", "because"),
    [
        ({"exit_code": 1}, "the container is not running: it ended with exit code 1"),
        ({"exit_code": 127, "error": "no such file"}, "it could not be started: no such file"),
    ],
)
def test_one_that_does_not_run(ended: dict[str, Any], because: str) -> None:
    dead = FakeContainer(now=make_state(status="exited", **ended), stderr="boom")
    failure = fails(make(Isolated, path="/note"), FakeTarget(spawn=lambda _: dead), because)
    assert failure.evidence[0].text == "boom"


@pytest.mark.docker
def test_on_an_image_without_a_shell(tmp_path: Path) -> None:
    with project_in(tmp_path, SLEEPS) as project:
        make(Isolated, path="/note", processes=True, hostnames=True).run(project)
        make(Isolated, path="/note", run=["/busybox", "cp", "/busybox", "/note"]).run(project)
        fails(
            make(Isolated, path="/note", run=["/busybox", "true"]), project, "there is no file /note in the container"
        )
        fails(
            make(Isolated, path="/busybox", run=["/busybox", "true"]),
            project,
            "/busybox is in the second container too",
        )
