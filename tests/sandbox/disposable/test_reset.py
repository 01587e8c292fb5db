"""Whatever an attempt leaves on a disposable engine, the next one doesn't find it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxError
from grader.core.result import ImageRef
from grader.sandbox import images
from grader.sandbox.disposable import reset, seeds
from grader.sandbox.disposable.records import Record
from grader.sandbox.disposable.reset import verify
from tests.support.disposable import bench
from tests.support.engine import IMAGES, connected

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.disposable import Bench


CACHED = "FROM busybox:1\nRUN --mount=type=cache,target=/c ls /c; test ! -e /c/{0} && touch /c/{0} && touch /{1}\n"


def docker(shared: Bench, *arguments: str, stdin: str | None = None) -> str:
    """Run a command with the grader's own rights."""
    done = subprocess.run(
        ["docker", *arguments],
        env=shared.engine.environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def build(shared: Bench, mark: str, tag: str) -> None:
    """Build an image whose step fails where the cache mount holds what an earlier build has left."""
    docker(shared, "buildx", "build", "--load", "--tag", tag, "-", stdin=CACHED.format("left", mark))


def processes(shared: Bench) -> str:
    return str(shared.host.api.top(shared.record.name)["Processes"])


@pytest.mark.docker
def test_everything_is_put_back(shared: Bench) -> None:
    before = shared.inventory()
    client = shared.host.api.inspect_container(shared.engine.place.client)["Id"]
    build(shared, "one", "mine:1")
    docker(shared, "run", "-d", "--name", "web", "--restart", "always", "-p", "3000:3000", "-v", "/anonymous",
           "busybox:1", "sleep", "1000")  # fmt: skip
    docker(shared, "run", "-d", "--name", "paused", "busybox:1", "sleep", "1000")
    docker(shared, "pause", "paused")
    docker(shared, "create", "--name", "never-started", "mine:1")
    docker(shared, "network", "create", "--subnet", "10.9.0.0/24", "net")
    docker(shared, "network", "connect", "net", "web")
    docker(shared, "volume", "create", "vol")
    docker(shared, "tag", "busybox:1", "other:2")
    docker(shared, "tag", "mine:1", "busybox:1")  # now busybox:1 is another image
    shared.works("mkdir -p deep/er && ln -s / deep/root && touch -- -rf deep/er/x && chmod 0 deep/er && sleep 600 &")
    shared.end()

    shared.reset()

    assert shared.inventory() == before
    assert "sleep 1000" not in processes(shared)
    assert shared.works("ls -A /work; stat -c '%U %a' /work") == "student 755\n"
    assert shared.host.api.inspect_container(shared.engine.place.client)["Id"] != client
    shared.end()
    build(shared, "two", "mine:1")  # the cache mount is empty again, or this fails
    shared.reset()


@pytest.mark.docker
def test_a_small_image_that_was_removed_is_pulled_again(shared: Bench) -> None:
    before = shared.inventory()
    docker(shared, "rmi", "busybox:1")
    shared.reset()
    assert shared.inventory() == before


@pytest.mark.docker
def test_a_large_one_is_not_worth_it(shared: Bench) -> None:
    name = "python:3-slim"
    record = shared.record.model_copy(
        update={
            "images": tuple(one.model_copy(update={"id": "sha256:gone"}) for one in shared.record.images),
            "sizes": {"sha256:gone": 1 << 30},
        }
    )
    with pytest.raises(SandboxError, match=r"as new: busybox:1 was removed|python:3-slim was removed"):
        reset.reset(shared.host, shared.engine, record)
    assert name in str(shared.inventory()["images"])
    shared.reset()


@pytest.mark.docker
def test_what_is_left_is_seen(shared: Bench) -> None:
    verify(shared.engine, shared.record)
    docker(shared, "tag", "busybox:1", "other:2")
    docker(shared, "volume", "create", "vol")
    docker(shared, "network", "create", "net")
    docker(shared, "create", "busybox:1")
    with pytest.raises(SandboxError) as caught:
        verify(shared.engine, shared.record.model_copy(update={"used": -(1 << 40)}))
    for what in ("other:2 is not", "has containers", "has volumes", "has other networks", "disk has not become empty"):
        assert what in caught.value.message
    shared.reset()


@pytest.mark.docker
def test_files_of_one_attempt_are_gone_in_the_next(shared: Bench, tmp_path: Path) -> None:
    shared.lay(tmp_path / "first", {"secret.txt": "first"})
    assert shared.works("cat secret.txt") == "first"
    shared.reset()
    shared.lay(tmp_path / "second", {"other.txt": "second"})
    assert shared.works("ls /work") == "other.txt\n"
    shared.reset()


# --- without an engine ----------------------------------------------------------------------------------------------


class FakeEngine:
    """An engine whose processes end when they are asked for the third time, or never."""

    def __init__(self, *, stubborn: bool) -> None:
        self.asked = 0
        self.stubborn = stubborn

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request == {"op": "strangers", "kill": True}
        self.asked += 1
        return {"strangers": ["sleep"] if self.stubborn or self.asked < 3 else []}


def test_processes_get_a_moment_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reset, "_ENDED", 1)
    assert reset._strangers(FakeEngine(stubborn=False)) == []  # type: ignore[arg-type]
    monkeypatch.setattr(reset, "_ENDED", 0)
    assert reset._strangers(FakeEngine(stubborn=True)) == ["there are still processes: sleep"]  # type: ignore[arg-type]


class FakeApi:
    """Images by id, with their names."""

    def __init__(self, images: dict[str, list[str]]) -> None:
        self.held = images

    def images(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Id": key, "RepoTags": names} for key, names in self.held.items()]

    def remove_image(self, name: str, *, force: bool) -> None:
        assert force
        self.held.pop(name, None)
        for names in self.held.values():
            names[:] = [one for one in names if one != name]


def test_only_names_and_images_that_are_not_the_seeds_go() -> None:
    api = FakeApi({"sha256:b": ["other:2"], "sha256:mine": ["busybox:1"], "sha256:x": []})
    reset._remove_images(api, (ImageRef(ref="busybox:1", id="sha256:b"),))
    assert api.held == {"sha256:b": []}
    assert Record(name="x", host="h").place.client == "x-client"


@pytest.mark.docker
def test_images_that_are_made_of_each_other_go(shared: Bench) -> None:
    api = shared.engine.api
    image = "busybox:1"
    for number in range(3):
        made = api.create_container(image, ["true"], name=f"step{number}")
        image = api.commit(made["Id"])["Id"]
        api.remove_container(made["Id"])
    assert len(api.images(all=True)) == len(IMAGES) + 3
    shared.reset()
    assert len(api.images(all=True)) == len(IMAGES)


@pytest.mark.docker
def test_images_go_by_their_ids_in_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine with containerd's image store, such as Docker Desktop's, has other ids for the same images."""
    real = images.ensure

    def other_ids(*arguments: Any) -> tuple[ImageRef, ...]:
        return tuple(one.model_copy(update={"id": f"sha256:{'0' * 64}"}) for one in real(*arguments))

    monkeypatch.setattr(images, "ensure", other_ids)
    with bench(("busybox:1",)) as one:
        seed = one.record.seed
        [known] = one.record.images
        assert known.id == one.engine.api.inspect_image("busybox:1")["Id"]
        one.engine.api.remove_image("busybox:1", force=True)
        one.reset()
        assert one.engine.api.inspect_image("busybox:1")["Id"] == known.id
    with connected() as host:
        assert seeds.remove(host, seed)
