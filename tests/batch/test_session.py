"""A batch from its submissions to its store, with an engine that is only asked how it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from grader.batch import session
from grader.batch.planned import Plan, Trouble
from grader.batch.session import Done, Order, grade_class, workplace
from grader.core.errors import SandboxError
from grader.core.handin import HandIn, Person
from grader.core.result import ImageRef, Outcome, Status
from grader.exercise.load import load
from grader.gradebook.book import build
from grader.sandbox import images
from grader.sandbox.disposable import pool
from grader.store import Store, open_store
from tests.support.batches import MOMENT, Backend, Play, Watched
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.gradebook import Entry
    from grader.exercise.model import Exercise


class Host:
    local = False
    api = SimpleNamespace(info=lambda: {"NCPU": 2, "MemTotal": 64 * 2**30})

    def version(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        pass


class World:
    """A class, and what grading it comes to."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.exercise = write(folder / "exercises", GOOD)
        self.image = "sha256:b"
        self.people = ["ada", "bob", "cem"]
        self.problems: tuple[Trouble, ...] = ()
        for one in self.people:
            self.hand_in(one, f"FROM busybox:1\n# {one}\n")

    def hand_in(self, student: str, text: str) -> None:
        work = self.folder / "work" / student
        work.mkdir(parents=True, exist_ok=True)
        (work / "Dockerfile").write_text(text)

    def book(self) -> tuple[Entry, ...]:
        return build(self.store).entries

    def order(self, **changes: Any) -> Order:
        exercise: Exercise = load(self.exercise)
        handins = tuple(
            HandIn(exercise=exercise.id, student=one, path=self.folder / "work" / one, label=one, received_at=MOMENT)
            for one in self.people
        )
        known = [*self.people, *(one for trouble in self.problems for one in trouble.students)]
        plan = Plan(handins, tuple(Person(id=one) for one in known), problems=self.problems)
        fields: dict[str, Any] = {"identity": exercise.digest, "settings": {}, "mode": "host", **changes}
        return Order(plan, [exercise], **fields)

    def run(self, backend: Backend | None = None, **changes: Any) -> Done:
        self.backend = backend or Backend({})
        self.watched = Watched()

        def make(slots: int, temporary: Path) -> Backend:
            assert temporary.is_dir()
            self.slots = slots
            return self.backend

        with workplace() as place:
            self.place = place
            return grade_class(self.store, self.order(**changes), place, make, self.watched)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_store(str(tmp_path / "grader.db")) as store:
        made = World(store, tmp_path)
        monkeypatch.setattr(session, "connect", Host)
        monkeypatch.setattr(pool, "dismiss", lambda *_: [])
        monkeypatch.setattr(images, "ensure", lambda _, names, __: tuple(ImageRef(ref=n, id=made.image) for n in names))
        yield made


def test_a_class_is_graded_and_nothing_is_left(world: World) -> None:
    done = world.run()
    assert (done.complete, done.resumed, done.tally.ran, done.tally.passed) == (True, False, 3, 3)
    assert {row.student for row in world.store.attempts()} == {"ada", "bob", "cem"}
    assert [one.finished_at is None for one in world.store.gradings()] == [False]
    assert [one.id for one in world.store.people()] == ["ada", "bob", "cem"]
    assert not world.place.scratch.exists()
    assert not list((world.folder / "state").rglob("*.jsonl"))
    assert not list((world.folder / "state").rglob("batch-*"))


def test_snapshots_are_kept(world: World) -> None:
    world.run()
    [ada] = [row for row in world.store.handins() if row.student == "ada"]
    assert world.store.snapshot(ada.digest)


def test_what_is_unchanged_is_answered_from_the_store(world: World) -> None:
    world.run()
    done = world.run()
    assert world.backend.started == []
    assert (done.grading, done.tally.stored, done.tally.ran) == (2, 3, 0)
    world.hand_in("bob", "FROM busybox:1\n# better\n")
    world.run()
    assert world.backend.started == ["bob"]


@pytest.mark.parametrize("what", ["image", "exercise", "fresh"])
def test_what_a_result_depends_on_is_looked_at(world: World, what: str) -> None:
    world.run()
    if what == "image":
        world.image = "sha256:c"
    elif what == "exercise":
        (world.exercise / "task.md").write_text("Another task.\n")
    world.run(fresh=what == "fresh")
    assert world.backend.started == ["ada", "bob", "cem"]


def test_the_same_work_is_graded_once(world: World) -> None:
    world.hand_in("cem", "FROM busybox:1\n# ada\n")
    world.run()
    assert world.backend.started == ["ada", "bob"]
    handins = {handin.student: attempt for handin, attempt, _ in world.store.items(1)}
    assert handins["cem"] == handins["ada"] != handins["bob"]


def test_an_interrupted_one_goes_on(world: World) -> None:
    first = world.run(Backend({"ada": [Play(asks=1)]}, slots=1))
    assert (first.complete, first.stopped) == (False, True)
    second = world.run()
    assert world.backend.started == ["bob", "cem"]
    assert (second.grading, second.resumed, second.complete) == (first.grading, True, True)


def test_without_an_engine_the_store_still_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run(Backend({"bob": [Play(outcome=Outcome.FAILED)]}))

    def gone() -> Host:
        raise SandboxError("no Docker engine is running")

    monkeypatch.setattr(session, "connect", gone)
    assert world.run().tally.stored == 3
    world.hand_in("dua", "FROM busybox:1\n")
    world.people.append("dua")
    done = world.run()
    assert (done.complete, done.tally.left) == (False, 1)
    assert "no Docker engine" in str(done.hopeless)


def test_what_is_gone_is_listed(world: World) -> None:
    world.people.append("nobody")
    done = world.run()
    [row] = [one for one in world.store.attempts() if one.student == "nobody"]
    assert (row.status, row.score) == (Status.UNGRADED, None)
    assert "there is no submission at" in str(world.store.result(row.id).message)
    assert (done.tally.ran, done.complete) == (3, True)
    assert [one.status for one in world.book() if one.student == "nobody"] == ["ungraded"]


def test_what_a_source_can_not_read_is_not_missing(world: World) -> None:
    world.problems = (Trouble("repos/eve", "it can't be cloned", ("eve",)),)
    world.run()
    assert {one.student: one.status for one in world.book()}["eve"] == "ungraded"
    # Once it can be read, nobody sees that it could not.
    world.problems = ()
    world.people.append("eve")
    world.hand_in("eve", "FROM busybox:1\n# eve\n")
    world.run()
    assert {one.student: one.status for one in world.book()}["eve"] == "graded"


def test_what_the_platform_failed_is_still_to_be_done(world: World) -> None:
    done = world.run(Backend({"bob": [Play(Status.UNGRADED)]}), fresh=True)
    assert done.tally.ungraded == 1
    again = world.run(fresh=True)
    assert world.backend.started == ["bob"]
    assert (again.grading, again.resumed) == (done.grading, True)
    assert {one.status for one in world.book()} == {"graded"}


def test_what_breaks_the_rules_is_graded_as_it_is(world: World) -> None:
    (world.folder / "work" / "bob" / "out").symlink_to("/etc/passwd")
    world.run()
    found = {job.student: job for job in world.backend.every}
    assert found["ada"].is_snapshot
    assert not found["bob"].is_snapshot
    assert found["bob"].submission == world.folder / "work" / "bob"


def test_as_many_as_the_engine_sustains(world: World) -> None:
    world.run()
    assert world.slots == 4
    world.run(jobs=7, fresh=True)
    assert world.slots == 7


def test_everybodys_first_before_anybodys_second(world: World) -> None:
    world.people = ["ada", "ada", "bob"]
    order = world.order()
    second = world.folder / "work" / "ada-again"
    second.mkdir()
    (second / "Dockerfile").write_text("FROM busybox:1\n# again\n")
    handins = list(order.plan.handins)
    handins[1] = handins[1].model_copy(update={"path": second})
    world.order = lambda **_: Order(  # type: ignore[method-assign]
        Plan(handins=tuple(handins), people=()), order.exercises, "i", {}, "host"
    )
    world.run(Backend({}, slots=1))
    assert world.backend.started == ["ada", "bob", "ada"]
