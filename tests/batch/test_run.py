"""How a batch decides: with a store on disk, and attempts that only say how they end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.batch import patience, run
from grader.batch.items import Item, Terms
from grader.batch.means import Means
from grader.batch.run import Batch
from grader.batch.tally import Tally
from grader.batch.verdicts import ONLY_CROWDED
from grader.core.errors import SandboxError
from grader.core.handin import HandIn
from grader.core.result import Outcome, Status
from grader.exercise import record
from grader.exercise.load import load
from grader.store import Lost, Store, open_store
from tests.support.batches import MOMENT, Backend, Play, Watched
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.batch.backend import Ended, Job


class World:
    """A store with a grading, and what becomes of a batch in it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        exercise = load(write(folder / "exercises", GOOD))
        store.add_exercise(record.row(exercise))
        terms = Terms(exercise, exercise.folder, {}, "host", isolated=False, past_due=True)
        self.swept = 0
        self.reason: str | None = None
        self.company = False
        grading, _ = store.begin("batch", "this", {})
        self.means = Means(
            store=store,
            grading=grading.id,
            owner="here",
            name="b",
            scratch=folder,
            terms={"serve": terms},
            probe=lambda: self.reason,
            sweep=self._sweep,
            company=lambda: self.company,
        )
        self.watched = Watched()
        self.batch: Batch

    def _sweep(self) -> None:
        self.swept += 1

    def items(self, *students: str, digest: str | None = None) -> list[Item]:
        handins = [
            HandIn(exercise="serve", student=one, path=Path("/nowhere"), label=one, received_at=MOMENT)
            for one in students
        ]
        digests = [digest or f"sha256:{one}" for one in students]
        ids = self.store.add_handins(self.means.grading, list(zip(handins, digests, strict=True)))
        keys = [self.means.terms["serve"].key(one) for one in digests]
        rows = zip(handins, ids, keys, digests, strict=True)
        return [Item(handin, id_, key, digest_, (), whole=False) for handin, id_, key, digest_ in rows]

    def run(self, backend: Backend, items: list[Item], **changes: Any) -> bool:
        self.tally = Tally(total=len(items) + sum(len(one.same) for one in items))
        means = replace(self.means, **changes)
        self.batch = Batch(means, backend, self.watched, items, self.tally)
        return self.batch.run()

    def settled(self) -> dict[str, tuple[str, str]]:
        """Give what the grading has settled on: status and way, by student."""
        rows = {row.id: row for row in self.store.attempts()}
        return {
            handin.student: (rows[attempt].status, str(how))
            for handin, attempt, how in self.store.items(self.means.grading)
            if attempt is not None
        }


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for module, name, value in ((run, "_DELAYS", (0.0, 0.0)), (run, "_ELSEWHERE", 0.01), (patience, "_PAUSES", (0, 0))):
        monkeypatch.setattr(module, name, value)
    with open_store(str(tmp_path / "grader.db")) as store:
        yield World(store, tmp_path)


def test_everything_is_graded_and_written_down(world: World) -> None:
    backend = Backend({"bob": [Play(outcome=Outcome.FAILED)], "cem": [Play(Status.REJECTED)]})
    assert world.run(backend, world.items("ada", "bob", "cem"))
    assert world.settled() == {"ada": ("graded", "ran"), "bob": ("graded", "ran"), "cem": ("rejected", "ran")}
    assert backend.most == 2
    assert (world.tally.ran, world.tally.passed, world.tally.rejected, world.tally.left) == (3, 1, 1, 0)


def test_the_same_work_is_graded_once(world: World) -> None:
    first, *others = world.items("ada", "bob", "cem", digest="sha256:same")
    first.same = others
    backend = Backend({})
    assert world.run(backend, [first])
    assert backend.started == ["ada"]
    assert world.settled()["cem"] == ("graded", "stored")
    assert (world.tally.ran, world.tally.same, world.tally.left) == (1, 2, 0)


def test_the_same_work_is_graded_by_itself_if_the_first_could_not_be(world: World) -> None:
    first, other = world.items("ada", "bob", digest="sha256:same")
    first.same = [other]
    assert world.run(Backend({"ada": [Play(Status.UNGRADED)]}), [first])
    assert world.settled() == {"ada": ("ungraded", "ran"), "bob": ("graded", "ran")}


@pytest.mark.parametrize("trouble", [Play(Status.UNGRADED), Play(crash="it was killed")], ids=["engine", "process"])
def test_what_the_platform_fails_is_tried_again(world: World, trouble: Play) -> None:
    backend = Backend({"ada": [trouble, Play()]})
    assert world.run(backend, world.items("ada"))
    assert world.settled() == {"ada": ("graded", "ran")}
    [failure] = world.store.failures(world.means.grading)
    assert failure.tries == 1
    assert failure.cause in {"the engine went away under ada", "it was killed"}
    assert world.swept == (1 if trouble.crash else 0)


def test_in_the_end_it_is_recorded_without_a_score(world: World) -> None:
    backend = Backend({"ada": [Play(crash="it was killed")]})
    assert world.run(backend, world.items("ada"))
    assert backend.started == ["ada"] * run.TRIES
    [row] = world.store.attempts()
    assert (row.status, row.score) == (Status.UNGRADED, None)
    assert world.store.result(row.id).message == "it was killed"
    assert [one.tries for one in world.store.failures(world.means.grading)] == [1, 2, 3]
    assert world.tally.ungraded == 1


def test_several_in_a_row_open_the_breaker_and_a_working_engine_closes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.batch.breaker.PAUSES", (0.0,))
    students = [f"s{n}" for n in range(6)]
    backend = Backend({one: [Play(Status.UNGRADED), Play()] for one in students[:3]})
    assert world.run(backend, world.items(*students))
    assert set(world.settled().values()) == {("graded", "ran")}
    assert any("engine went away" in (one.paused or "") for one in world.watched.tallies) or backend.alone


def test_with_an_engine_that_stays_away_nobody_is_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.batch.breaker.PAUSES", (0.0,))
    monkeypatch.setattr("grader.batch.breaker.GIVES_UP", 0.05)
    world.reason = "no engine"
    students = [f"s{n}" for n in range(20)]
    backend = Backend({one: [Play(Status.UNGRADED)] for one in students}, slots=1)
    assert not world.run(backend, world.items(*students))
    assert len(backend.started) == 3
    assert world.settled() == {}
    assert "the engine went away" in (world.batch.hopeless or "")


def test_a_time_out_in_a_crowd_is_seen_again_alone(world: World) -> None:
    slow = Play(outcome=Outcome.FAILED, waited=True, crowded=True)
    backend = Backend({"ada": [slow, Play()], "bob": [slow, slow]})
    assert world.run(backend, world.items("ada", "bob", "cem", "dua"))
    assert backend.started == ["ada", "bob", "cem", "dua", "ada", "bob"]
    assert {"ada", "bob"} <= set(backend.alone)
    results = {row.student: world.store.result(row.id) for row in world.store.attempts()}
    assert results["ada"].checks[0].outcome is Outcome.PASSED
    assert results["ada"].flags == (ONLY_CROWDED,)
    assert results["bob"].checks[0].outcome is Outcome.FAILED
    assert results["bob"].flags == ()
    assert len(results) == 4


def test_a_time_out_beside_another_batch_is_seen_again(world: World) -> None:
    world.company = True
    backend = Backend({"ada": [Play(outcome=Outcome.FAILED, waited=True), Play()]})
    assert world.run(backend, world.items("ada"))
    assert backend.started == ["ada", "ada"]


def test_two_that_wait_for_each_other_both_end(world: World) -> None:
    ada, bob = world.items("ada", "bob")
    # Another batch has Bob, and needs Ada, which is to be seen again alone here.
    assert world.store.claim(world.means.grading, bob.id, bob.key, "another") == "claimed"
    slow = Play(outcome=Outcome.FAILED, waited=True, crowded=True)

    class Other(Backend):
        def wait(self, seconds: float) -> Sequence[Ended]:
            found = super().wait(seconds)
            if world.settled().keys() >= {"ada"}:
                world.store.release(bob.id, "another")
            return found

    backend = Other({"ada": [slow, Play()]})
    assert world.run(backend, [ada, bob])
    assert backend.started == ["ada", "ada", "bob"]


def test_what_the_platform_fails_alone_is_seen_again_from_the_beginning(world: World) -> None:
    slow = Play(outcome=Outcome.FAILED, waited=True, crowded=True)
    backend = Backend({"ada": [slow, Play(crash="it was killed"), slow, Play()]})
    assert world.run(backend, world.items("ada"))
    [row] = world.store.attempts()
    assert world.store.result(row.id).checks[0].outcome is Outcome.PASSED
    assert backend.started == ["ada"] * 4


def test_one_that_can_not_be_started_is_tried_again(world: World) -> None:
    class Full(Backend):
        def start(self, job: Job) -> None:
            if not self.every:
                self.every.append(job)
                raise OSError(28, "No space left on device")
            super().start(job)

    assert world.run(Full({}), world.items("ada"))
    assert world.settled() == {"ada": ("graded", "ran")}
    [failure] = world.store.failures(world.means.grading)
    assert failure.cause == "an attempt can't be started here: No space left on device"


def test_one_that_can_not_be_started_alone_is_tried_again(world: World) -> None:
    slow = Play(outcome=Outcome.FAILED, waited=True, crowded=True)

    class Full(Backend):
        def start(self, job: Job) -> None:
            if len(self.every) == 1:
                self.every.append(job)
                raise OSError(28, "No space left on device")
            super().start(job)

    backend = Full({"ada": [slow, Play()]})
    assert world.run(backend, world.items("ada"))
    assert backend.started == ["ada", "ada"]


def test_a_time_out_alone_counts_at_once(world: World) -> None:
    backend = Backend({"ada": [Play(outcome=Outcome.FAILED, waited=True)]})
    assert world.run(backend, world.items("ada"))
    assert backend.started == ["ada"]


def test_one_ctrl_c_brings_what_runs_to_its_end(world: World) -> None:
    backend = Backend({"ada": [Play(asks=1)]})
    assert not world.run(backend, world.items("ada", "bob", "cem", "dua"))
    assert world.settled().keys() == {"ada", "bob"}
    assert world.batch.asked
    assert any("Ctrl-C again" in note for note in world.watched.notes)
    again = Backend({})
    assert world.run(again, [one for one in world.items("ada", "bob", "cem", "dua") if one.handin.student > "bob"])
    assert again.started == ["cem", "dua"]


def test_two_stop_it_and_nothing_is_held_against_anybody(world: World) -> None:
    backend = Backend({"ada": [Play(asks=2)]})
    assert not world.run(backend, world.items("ada", "bob", "cem"))
    assert backend.interrupted
    assert world.settled().keys() == {"ada"}
    assert world.store.failures(world.means.grading) == []
    assert world.store.claim(world.means.grading, world.items("bob")[0].id, "sha256:k", "else") == "claimed"


def test_what_another_batch_has_is_waited_for(world: World) -> None:
    [item] = world.items("ada")
    other = Backend({})
    assert world.store.claim(world.means.grading, item.id, item.key, "here too") == "claimed"

    class Late(Backend):
        waits = 0

        def wait(self, seconds: float) -> Sequence[Ended]:
            self.waits += 1
            if self.waits == 3:
                world.store.release(item.id, "here too")
            return super().wait(seconds)

    late = Late({})
    assert world.run(late, [item])
    assert late.started == ["ada"]
    assert late.waits > 3
    assert other.started == []


def test_what_the_store_knows_by_now_is_not_graded_again(world: World) -> None:
    backend = Backend({})
    world.run(backend, world.items("ada"))
    assert world.run(backend, world.items("bob", digest="sha256:ada"))
    assert backend.started == ["ada"]
    assert world.settled()["bob"] == ("graded", "stored")


def test_fresh_grades_again(world: World) -> None:
    world.run(Backend({}), world.items("ada"))
    grading, _ = world.store.begin("batch", "fresh", {})
    world.means = replace(world.means, grading=grading.id)
    backend = Backend({})
    assert world.run(backend, world.items("ada"), fresh=True)
    assert backend.started == ["ada"]


def test_a_result_that_can_not_be_written_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = world.store.commit, [SandboxError("the disk is full"), SandboxError("the disk is full")]

    def commit(*given: Any) -> None:
        if left:
            raise left.pop()
        real(*given)

    monkeypatch.setattr(world.store, "commit", commit)
    assert world.run(Backend({}), world.items("ada"))
    assert world.settled() == {"ada": ("graded", "ran")}
    assert sum("the disk is full" in note for note in world.watched.notes) == 2


def test_a_full_disk_ends_it_in_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(*_: Any) -> None:
        raise SandboxError("the disk is full")

    monkeypatch.setattr(world.store, "commit", commit)
    with pytest.raises(SandboxError, match="the disk is full"):
        world.run(Backend({}), world.items("ada"))


def test_what_was_taken_over_is_left_to_the_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, lost = world.store.commit, [True]

    def commit(*given: Any) -> None:
        real(*given)
        if lost and lost.pop():
            raise Lost("taken over")

    monkeypatch.setattr(world.store, "commit", commit)
    backend = Backend({})
    assert world.run(backend, world.items("ada"))
    assert backend.started == ["ada"]
    assert (world.tally.ran, world.tally.stored) == (0, 1)
