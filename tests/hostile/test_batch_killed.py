"""Batches that are killed, interrupted, started twice, or not alone: nothing is lost, done twice or left behind."""

from __future__ import annotations

import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.hostile.attempts import GOOD
from tests.support.dumps import Dump, compared, counts, dump
from tests.support.engine import write
from tests.support.left import MARK, Machine, files_below, processes_left
from tests.support.verdicts import batch, own_state
from tests.support.victims import Victim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.classes.piece import Expected
    from tests.support.victims import What

pytestmark = pytest.mark.docker

_EXERCISE: Final = """\
schema: grader/exercise/v1
id: {id}
title: A page
submission: {{kind: dockerfile, max_bytes: 1MiB}}
images: ["busybox:1"]
build: {{timeout: 20s}}
containers:
  main: {{publish: [3000], env: {{TOKEN: abc}}, ready: {{port: 3000, within: 4s}}, memory: 48MiB}}
checks:
  - {{id: builds, kind: build, points: 2}}
  - {{id: answers, kind: http, points: 3, needs: [builds], port: 3000, body: {{contains: token abc}}}}
"""
_SLOW: Final = "FROM busybox:1\nRUN sleep 2\n"
_WORKS: Final = {
    "ada": GOOD,
    "ben": GOOD.replace("token", "tokens"),
    "cem": GOOD,  # the same as Ada's
    "dua": f"{_SLOW}# Dua\n{GOOD.partition(chr(10))[2]}",
    "eva": f"{_SLOW}RUN false\n",
    "fei": "FROM busybox:1\nCMD sleep 60\n",
    "gus": "FROM busybox:1\nADD http://169.254.169.254/ /m\n",
    "hal": f"{_SLOW}# Hal\n{GOOD.partition(chr(10))[2]}",
}
_BECOME: Final[dict[str, Expected]] = {
    **dict.fromkeys(("ada", "cem", "dua", "hal"), "full"),
    **dict.fromkeys(("ben", "eva", "fei"), "less"),
    "gus": "rejected",
}
_PATIENCE: Final = 120.0
"""Seconds after which what a test waits for doesn't come any more."""


class Lesson:
    """An exercise, what a class has handed in for it, and what a batch that nobody disturbs makes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.works = write(folder / "class", {f"{student}/Dockerfile": text for student, text in _WORKS.items()})
        self._whole: dict[str, tuple[int, Dump]] = {}

    def exercise(self, name: str = "page") -> Path:
        return write(self.folder / name, {"exercise.yaml": _EXERCISE.format(id=name)})

    def whole(self, mode: str = "isolated") -> tuple[int, Dump]:
        """Run the batch undisturbed; give its exit code, and its store, which is as it should be."""
        if mode not in self._whole:
            room = Room(self, self.folder / mode, {**own_state(self.folder / mode), MARK: "whole"}, "whole")
            code = room.run("whole.db", mode)
            found = dump(room.folder / "whole.db")
            assert {name: one.kind for name, one in found.verdicts.items()} == _BECOME
            assert files_below(room.environment) == []
            self._whole[mode] = code, found
        return self._whole[mode]


class Room(NamedTuple):
    """A place with stores and records of its own."""

    lesson: Lesson
    folder: Path
    environment: dict[str, str]
    mark: str

    def start(self, store: str, mode: str = "isolated", exercise: str = "page") -> Victim:
        folder = self.lesson.exercise(exercise)
        command = batch(folder, self.lesson.works, self.folder / store, "--jobs", "2", "--engine", mode)
        return Victim(command, self.environment, self.folder / f"{store}-{exercise}.log")

    def said(self, store: str, exercise: str = "page") -> str:
        return (self.folder / f"{store}-{exercise}.log").read_text(encoding="utf-8")

    def run(self, store: str, mode: str = "isolated") -> int:
        with self.start(store, mode) as victim:
            return victim.end(_PATIENCE)


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return Lesson(tmp_path_factory.mktemp("lesson"))


@pytest.fixture
def room(lesson: Lesson, tmp_path: Path) -> Iterator[Room]:
    """Give a room, and see to it that nothing is left of what was done there."""
    mark = uuid.uuid4().hex
    environment = {**own_state(tmp_path / "own"), MARK: mark}
    before = Machine.now()
    yield Room(lesson, tmp_path, environment, mark)
    assert [*processes_left(mark), *before.left(), *files_below(environment)] == []


def until(holds: Callable[[], bool], victim: Victim) -> None:
    """Wait until something holds, while a batch runs."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        assert victim.process.poll() is None, "it has ended already"
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(("what", "mode"), [("main", "host"), ("all", "host"), ("all", "isolated")])
def test_killed(room: Room, what: What, mode: str) -> None:
    code, whole = room.lesson.whole(mode)
    for attempts in (0, 2, 4):
        with room.start("killed.db", mode) as victim:
            until(partial(_at_work, room.folder / "killed.db", attempts), victim)
            victim.kill(what)
    assert room.run("killed.db", mode) == code
    assert compared(whole, dump(room.folder / "killed.db")) == []


def _at_work(store: Path, attempts: int) -> bool:
    """Whether an attempt goes on, and as many are done."""
    done, going_on = counts(store)
    return done >= attempts and going_on > 0


def test_interrupted_once(room: Room) -> None:
    code, whole = room.lesson.whole()
    with room.start("store.db") as victim:
        until(partial(_at_work, room.folder / "store.db", 1), victim)
        victim.interrupt()
        assert victim.end(_PATIENCE) == 130
    assert "grader batch" in room.said("store.db")
    assert counts(room.folder / "store.db")[1] == 0
    assert processes_left(room.mark) == []
    assert room.run("store.db") == code
    assert compared(whole, dump(room.folder / "store.db")) == []


def test_interrupted_twice(room: Room) -> None:
    with room.start("store.db") as victim:
        until(partial(_at_work, room.folder / "store.db", 1), victim)
        victim.interrupt()
        until(lambda: "Ctrl-C again" in room.said("store.db"), victim)  # two at once could count as one
        victim.interrupt()
        assert victim.end(_PATIENCE) == 130
    assert "Traceback" not in room.said("store.db")
    assert processes_left(room.mark) == []
    room.run("store.db")
    found = dump(room.folder / "store.db")
    assert (found.undone, found.left, found.gradings) == ([], {"journal": 0, "owners": 0}, [True])
    assert {name: one.kind for name, one in found.verdicts.items()} == _BECOME


def test_started_twice_at_once(room: Room) -> None:
    code, whole = room.lesson.whole()
    with room.start("store.db") as one, room.start("store.db") as other:
        assert {one.end(_PATIENCE), other.end(_PATIENCE)} == {code}
    assert compared(whole, dump(room.folder / "store.db")) == []


def test_two_batches_on_one_engine_and_one_store(room: Room) -> None:
    code, whole = room.lesson.whole()
    with room.start("store.db", exercise="page") as one, room.start("store.db", exercise="other") as two:
        assert {one.end(_PATIENCE), two.end(_PATIENCE)} == {code}
    found = dump(room.folder / "store.db")
    assert found.verdicts == whole.verdicts
    assert (found.undone, found.left, found.failures) == ([], whole.left, [])
    assert found.gradings == [True, True]
    assert found.attempts == {digest: 2 * count for digest, count in whole.attempts.items()}
