"""Base images: what is there, what is pulled, what an image says of itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import ImageNotFound

from grader.core.clock import limit
from grader.core.errors import SandboxError, TimedOut
from grader.sandbox import images

if TYPE_CHECKING:
    from collections.abc import Iterator


class FakeEngine:
    """Has some images, can pull others, and pulls as slowly as a test wants."""

    def __init__(self, there: dict[str, dict[str, Any]], remote: tuple[str, ...] = (), pause: float = 0) -> None:
        self.there = there
        self.remote = remote
        self.pause = pause
        self.api = self

    def inspect_image(self, name: str) -> dict[str, Any]:
        if name not in self.there:
            raise ImageNotFound("no such image")
        return self.there[name]

    def pull(self, repository: str, *, tag: str, stream: bool, decode: bool) -> Iterator[dict[str, str]]:
        assert stream
        assert decode
        for _ in range(20):
            time.sleep(self.pause)
            yield {"status": "Downloading"}
        if repository not in self.remote:
            yield {"error": "no such host\x1b[2J"}
        else:
            self.there[f"{repository}:{tag}"] = RAW


RAW: dict[str, Any] = {
    "Id": "sha256:1",
    "Size": 5,
    "RootFS": {"Layers": ["a", "b"]},
    "RepoDigests": ["x@sha256:2"],
    "Architecture": "amd64",
    "Os": "linux",
    "Config": {
        "Env": ["A=b=c", "EMPTY="],
        "Cmd": ["sh"],
        "Entrypoint": None,
        "ExposedPorts": {"80/tcp": {}, "3000/tcp": {}},
        "Volumes": {"/b": {}, "/a": {}},
        "Labels": {"grader.standin": "true", "mine": "1"},
    },
}


def ensure(engine: FakeEngine, *names: str) -> list[str]:
    return [found.ref for found in images.ensure(engine, names, lambda _: None)]  # type: ignore[arg-type]


def test_an_image_becomes_facts() -> None:
    found = images.configuration(RAW)
    assert (found.id, found.size, found.layers) == ("sha256:1", 5, 2)
    assert (found.env, found.cmd, found.entrypoint) == ({"A": "b=c", "EMPTY": ""}, ("sh",), ())
    assert (found.ports, found.volumes, found.labels) == (("3000/tcp", "80/tcp"), ("/a", "/b"), {"mine": "1"})
    assert (found.user, found.workdir, found.stop_signal) == ("", "/", None)


def test_an_image_without_anything() -> None:
    found = images.configuration({"Id": "sha256:1"})
    assert (found.layers, found.env, found.cmd) == (0, {}, ())


def test_a_stand_in_is_never_mistaken() -> None:
    assert images.ref("a:1", RAW).standin
    assert images.ref("a:1", RAW).digest == "sha256:2"
    assert not images.ref("a:1", {"Id": "sha256:1"}).standin


def test_what_is_missing_is_pulled() -> None:
    engine = FakeEngine({"there:1": RAW}, remote=("far",))
    assert ensure(engine, "there:1", "far:2") == ["there:1", "far:2"]


def test_all_that_can_not_be_had_is_named() -> None:
    with pytest.raises(SandboxError, match="not available: a:1, b:1"):
        ensure(FakeEngine({}), "a:1", "b:1")


def test_a_reason_is_shown_harmless() -> None:
    with pytest.raises(SandboxError) as caught:
        images.pull(FakeEngine({}), "a:1")  # type: ignore[arg-type]
    assert "no such host" in caught.value.message
    assert "\x1b" not in caught.value.message


def test_a_pull_ends_with_its_budget() -> None:
    with limit(0.2, "the pull limit"), pytest.raises(TimedOut, match="the pull limit"):
        ensure(FakeEngine({}, remote=("far",), pause=0.05), "far:1")
