"""The `persists` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.persists import Persists
from grader.core.inventory import Mounted
from grader.core.specs import ContainerSpec, Ready
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_completed, make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SLEEPS
from tests.support.states import made, volume

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.variation import Variation

OWN = {"in": {"container": "web"}}


def disk() -> FakeTarget:
    """Give a target whose containers have one file system together."""
    files: dict[str, bytes] = {}
    return FakeTarget(spawn=lambda _: FakeContainer(files=files, made=made()))


def forgetting(**fields: Any) -> FakeTarget:
    """Give a target whose containers have nothing in common."""
    return FakeTarget(spawn=lambda _: FakeContainer(made=made(mounts=()), **fields))


def declaring(*folders: str) -> FakeTarget:
    files: dict[str, bytes] = {}
    mounts = tuple(volume("x", folder) for folder in folders)
    return FakeTarget(spawn=lambda _: FakeContainer(files=files, made=made(mounts=mounts)))


def student(*mounts: Mounted, files: dict[str, bytes], later: dict[str, bytes] | None = None) -> FakeTarget:
    def fresh(variation: Variation) -> FakeContainer:
        assert (dict(variation.volumes), variation.start) == ({"/data": "notes"}, False)
        return FakeContainer(files=files if later is None else later)

    web = FakeContainer(name="web", files=files, made=made(mounts=mounts))
    return FakeTarget(containers=[web], spawn=fresh)


def test_the_same_volume_is_in_both_containers() -> None:
    target = disk()
    passes(make(Persists, path="/data/note", volume="/data"), target)
    assert [dict(variation.volumes) for _, variation in target.spawned] == [{"/data": "volume-1"}] * 2
    assert target.volumes == 1


@pytest.mark.parametrize(
    ("fields", "folders", "mounted"),
    [
        ({}, ["/data"], "/data"),
        ({"path": "/data/deep/note"}, ["/data", "/data/deep", "/other"], "/data/deep"),
        ({"path": "/data/note"}, ["/data/", "/da"], "/data/"),
    ],
)
def test_it_is_mounted_where_the_image_says(fields: dict[str, Any], folders: list[str], mounted: str) -> None:
    target = declaring(*folders)
    passes(make(Persists, **fields), target)
    assert list(target.spawned[-1][1].volumes) == [mounted]


@pytest.mark.parametrize(
    ("fields", "folders", "because", "actual"),
    [
        ({}, [], "the image declares no volume that holds data", "no VOLUME"),
        ({"path": "/data/note"}, [], "the image declares no volume that holds /data/note", "no VOLUME"),
        ({"path": "/data/note"}, ["/database"], "the image declares no volume that holds", "VOLUME /database"),
        ({}, ["/b", "/a"], "the image declares several volumes", "VOLUME /a /b"),
    ],
)
def test_images_that_declare_something_else(
    fields: dict[str, Any], folders: list[str], because: str, actual: str
) -> None:
    assert fails(make(Persists, **fields), declaring(*folders), because).actual == actual


def test_fails() -> None:
    check = make(Persists, path="/data/note", volume="/data")
    failure = fails(check, forgetting(), "/data/note is not in a second container with the same volume")
    assert "docker run --rm -v data:/data --name second IMAGE" in str(failure.reproduce)
    contents = iter([{}, {"/data/note": b"other"}])
    target = FakeTarget(spawn=lambda _: FakeContainer(files=dict(next(contents))))
    failure = fails(check, target, "/data/note has another content in a second container")
    assert (failure.expected, failure.actual) == ("written in the first container\n", "other")


def test_a_program_that_writes() -> None:
    check = make(Persists, path="/data/note", volume="/data", run=["save", "x"])
    broken = forgetting(answer=lambda _: make_completed(exit_code=1, stderr="no such table"))
    failure = fails(check, broken, "'save x' should change /data/note, and ended with exit code 1")
    assert failure.evidence[0].text == "no such table"
    fails(check, forgetting(), "there is no file /data/note in the container after 'save x'")


def test_of_a_student() -> None:
    check = make(Persists, path="/data/note", **OWN)
    files = {"/data/note": b"x"}
    passes(check, student(volume("notes", "/data"), volume("root", "/"), files=files))
    passes(check, student(Mounted("bind", ".", "/data"), files=files))


@pytest.mark.parametrize(
    ("target", "because"),
    [
        (student(files={"/data/note": b"x"}), "/data/note of container 'web' is on no volume"),
        (student(volume("other", "/database"), files={"/data/note": b"x"}), "is on no volume"),
        (student(Mounted("tmpfs", "", "/data"), files={"/data/note": b"x"}), "is in memory (tmpfs)"),
        (student(volume("notes", "/data"), files={}), "there is no file /data/note in container 'web'"),
        (
            student(volume("notes", "/data"), files={"/data/note": b"x"}, later={}),
            "/data/note is not in a new container with the volume notes",
        ),
    ],
)
def test_of_a_student_fails(target: FakeTarget, because: str) -> None:
    failure = fails(make(Persists, path="/data/note", **OWN), target, because)
    assert failure.reproduce == "docker inspect --format '{{json .Mounts}}' web"


def test_a_file_in_no_folder() -> None:
    target = student(volume("notes", "/data"), files={"/note": b"x"})
    failure = fails(make(Persists, path="/note", **OWN), target, "/note of container 'web' is on no volume")
    assert (failure.actual, failure.hint) == (
        "volume notes at /data",
        "A volume is mounted at a folder: write the file into one, and give docker run -v NAME:FOLDER.",
    )
    assert "-v NAME:/data" in str(fails(make(Persists, path="/data/note", **OWN), student(files={}), "no volume").hint)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        (OWN, "path is needed"),
        ({"path": "/data/x", "run": ["x"], **OWN}, "students mount and write themselves"),
        ({"path": "/data/x", "volume": "/data", **OWN}, "students mount and write themselves"),
        ({"run": ["x"]}, "run needs the path"),
        ({"path": "/data/x", "volume": "/dat"}, "path must lie below volume"),
        ({"path": "x"}, "the path must be absolute"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Persists, because, **fields)


def test_by_hand_it_leaves_nothing_behind() -> None:
    target = FakeTarget(spawn=lambda _: FakeContainer(now=make_state(status="exited", exit_code=1)))
    lines = str(fails(make(Persists, volume="/data"), target, "is not running").reproduce).splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# then, in a second terminal:",
        "# then, in a third terminal:",
    ]
    assert lines[-1].endswith("; docker rm -f second; docker volume rm data")


def test_one_that_has_done_its_work() -> None:
    done, files = make_state(status="exited", exit_code=0), dict[str, bytes]()
    target = FakeTarget(spawn=lambda _: FakeContainer(now=done, files=files, made=made()))
    passes(make(Persists, volume="/data"), target)


@pytest.mark.parametrize(
    ("ended", "because"),
    [
        ({"exit_code": 1}, "the container is not running: it ended with exit code 1"),
        ({"exit_code": 127, "error": "no such file"}, "it could not be started: no such file"),
    ],
)
def test_one_that_does_not_run(ended: dict[str, Any], because: str) -> None:
    dead = FakeContainer(now=make_state(status="exited", **ended), stderr="boom")
    failure = fails(make(Persists, volume="/data"), FakeTarget(spawn=lambda _: dead), because)
    assert failure.evidence[0].text == "boom"


@pytest.mark.docker
def test_on_an_image_without_a_shell(tmp_path: Path) -> None:
    with project_in(tmp_path, f"{SLEEPS}VOLUME /data\n") as project:
        make(Persists, grace="100ms").run(project)
        make(Persists, path="/data/new", run=["/busybox", "cp", "/busybox", "/data/new"], grace="100ms").run(project)
        fails(make(Persists, path="/other/note"), project, "the image declares no volume that holds /other/note")
        elsewhere = make(Persists, path="/data/note", run=["/busybox", "touch", "/note"])
        fails(elsewhere, project, "there is no file /data/note in the container after '/busybox touch /note'")
        api = project._ledger.engine.api
        attempt = project._ledger.attempt
        assert not api.volumes(filters={"label": f"grader.attempt={attempt}"})["Volumes"]


EMPTIES = 'FROM busybox:1\nCMD ["sh", "-c", "rm -rf /data/*; echo up; sleep 60"]\n'


@pytest.mark.docker
def test_a_program_that_empties_its_folder(tmp_path: Path) -> None:
    with project_in(tmp_path, EMPTIES, main=ContainerSpec(ready=Ready(log="up"))) as project:
        check = make(Persists, path="/data/note", volume="/data", grace="100ms")
        failure = fails(check, project, "/data/note is not in a second container with the same volume")
        assert failure.actual == "nothing there"
