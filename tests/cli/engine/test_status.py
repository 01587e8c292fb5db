from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import NotFound

from grader.core.errors import SandboxError
from grader.sandbox.disposable import image, seeds, start
from tests.cli.engine.conftest import FakeHost, record
from tests.support.commands import grader

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Record


class Api:
    """Knows the memory of those engines that run."""

    def __init__(self, host: FakeHost) -> None:
        self.running: dict[str, dict[str, Any]] = {}
        host.api = self  # type: ignore[attr-defined]

    def stats(self, name: str, *, stream: bool, one_shot: bool) -> dict[str, Any]:
        assert not stream
        assert one_shot
        if name not in self.running:
            raise NotFound(name)
        return {"memory_stats": self.running[name]}


class Inside:
    """An engine's inside: half a gigabyte of disk, two containers."""

    broken = False

    def __init__(self, _: Any, record: Record) -> None:
        self.name = record.name
        self.api = self

    def ask(self, *_: Any, **__: Any) -> dict[str, int]:
        if self.broken:
            raise SandboxError("no answer")
        return {"size": 1 << 30, "free": 1 << 29}

    def containers(self, **_: Any) -> list[str]:
        return ["a", "b"]

    def close(self) -> None:
        pass


@pytest.fixture
def api(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setattr(start, "attach", Inside)
    monkeypatch.setattr(seeds, "every", lambda _: ["grader-seed-1"])
    monkeypatch.setattr(image, "present", lambda _: "sha256:engine")
    return Api(host)


MEMORY = {"usage": 90 << 20, "stats": {"total_inactive_file": 10 << 20}}


@pytest.mark.usefixtures("api")
def test_there_is_none() -> None:
    ran = grader("engine", "status")
    assert ran.code == 0
    assert ran.out.startswith("There are no disposable engines. `grader engine up`")
    assert ran.out.endswith("The engine image is here; 1 disk with base images.\n")


def states(out: str) -> dict[str, str]:
    lines = [line for line in out.partition("\n\n")[0].splitlines()[1:] if not line.startswith(" ")]
    return {line.split("  ")[0]: line.split("  ")[1].strip() for line in lines}


def test_a_table(api: Api) -> None:
    idle, used, resetting, starting = (
        record(),
        record(state="leased"),
        record(state="resetting"),
        record(state="planned"),
    )
    broken, left, crashed = record(why="no room"), record(warm=False), record(state="leased")
    for held in (idle, broken, left, crashed):
        held.release()
    for held in (idle, used, resetting, left):
        api.running[held.record.name] = MEMORY
    out = grader("engine", "status").out
    assert states(out) == {
        idle.record.name: "idle",
        used.record.name: "in use",
        resetting.record.name: "resetting",
        starting.record.name: "starting",
        broken.record.name: "broken",
        left.record.name: "abandoned",
        crashed.record.name: "broken",
    }
    head, *rows = out.splitlines()
    assert head.split() == ["NAME", "STATE", "AGE", "MEMORY", "DISK", "CONTAINERS", "IMAGES"]
    [row] = [line for line in rows if line.startswith(idle.record.name)]
    assert [cell.strip() for cell in row.split("  ") if cell.strip()][3:] == ["80.0 MiB", "512.0 MiB", "2", "busybox:1"]
    assert "  no room\n" in out
    for held in (used, resetting, starting):
        held.release()


def test_one_that_runs_and_does_not_answer_is_broken(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    held = record()
    held.release()
    api.running[held.record.name] = {}
    monkeypatch.setattr(Inside, "broken", True)
    assert set(states(grader("engine", "status").out).values()) == {"broken"}


@pytest.mark.usefixtures("api")
def test_those_of_another_host_are_not_shown() -> None:
    held = record()
    held.write(host="tcp://elsewhere:1")
    held.release()
    assert "There are no disposable engines" in grader("engine", "status").out


def test_without_an_engine() -> None:
    assert grader("engine", "status").code == 3
