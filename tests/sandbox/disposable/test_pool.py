"""Which warm engine is taken, and what becomes of it afterwards: the decisions, with nothing real behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxError
from grader.core.result import ImageRef
from grader.core.specs import EngineSpec
from grader.sandbox.disposable import aftercare, lease, outer, pool, records, seeds, start

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Held, Record

BUSYBOX = ImageRef(ref="busybox:1", id="sha256:b")


class FakeHost:
    address = "unix:///host.sock"
    closed = False

    def close(self) -> None:
        self.closed = True


class FakeEngine:
    """Stands in for the engine inside."""

    def __init__(self, host: Any, record: Record) -> None:
        self.host = host
        self.place = record.place
        self.doubt: str | None = None
        self.given_back: Any = None
        self.closed = False
        self.violated = False

    def answers(self) -> bool:
        return True

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request == {"op": "close"}
        return {"violated": self.violated}

    def close(self) -> None:
        self.closed = True
        if self.given_back is not None:
            self.given_back(self)


class World:
    """What is done on the host, instead of doing it; what shall fail does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.failing: dict[str, BaseException] = {}
        self.missing_seeds = 0
        self.answering = True
        self.host: Any = FakeHost()
        monkeypatch.setattr(start, "boot", self._boot)
        monkeypatch.setattr(start, "attach", FakeEngine)
        monkeypatch.setattr(start, "destroy", lambda *_: self._do("destroy"))
        monkeypatch.setattr(outer, "create_client", lambda *_: self._do("client"))
        monkeypatch.setattr(seeds, "ensure", lambda *_: self._do("seed"))
        monkeypatch.setattr(pool, "reset", lambda *_: self._do("reset"))
        monkeypatch.setattr(
            pool, "want", lambda *_, batch: self.want().model_copy(update={"batch": batch, "warm": bool(batch)})
        )
        monkeypatch.setattr(pool, "_fresh", lambda *_: {"used": 7})
        monkeypatch.setattr(pool, "_connected", self._connect)
        monkeypatch.setattr(pool, "_attached", self._connect)
        monkeypatch.setattr(aftercare, "begin", self._care)

    def _do(self, what: str) -> None:
        self.done.append(what)
        if what in self.failing:
            raise self.failing[what]

    def _boot(self, host: Any, held: Held) -> FakeEngine:
        self._do("boot")
        if self.missing_seeds:
            self.missing_seeds -= 1
            raise start.SeedMissing
        return FakeEngine(host, held.record)

    def _connect(self, host: Any, record: Record) -> FakeEngine | None:
        return FakeEngine(host, record) if self.answering else None

    def _care(self, held: Held) -> None:
        self.done.append(f"care: {held.record.state} {held.record.why}")
        held.release()

    def want(self, **fields: Any) -> Record:
        facts = {"image": "i", "seed": "grader-seed-1", "images": (BUSYBOX,), "spec": EngineSpec(), **fields}
        facts.setdefault("programs", outer.programs_digest())
        return records.fresh(self.host.address, warm=False, **facts)

    def up(self, count: int, **fields: Any) -> list[str]:
        return [what for _, what in pool.up(self.host, self.want(**fields), count, lambda _: None)]

    def lease(self, *, client: bool = True, batch: str = "") -> Any:
        return lease.lease(self.host, ("busybox:1",), EngineSpec(), lambda _: None, client=client, batch=batch)

    def warm(self, state: str = "ready") -> Record:
        """Have a warm engine, without any trace of how it came."""
        held = records.create(self.want().model_copy(update={"warm": True, "state": state}))
        held.release()
        return held.record


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def the_record() -> Record:
    [(record, locked)] = records.every()
    assert not locked
    return record


def the_held(name: str) -> Record:
    return next(record for record, _ in records.every() if record.name == name)


# --- one-off engines ------------------------------------------------------------------------------------------------


def test_without_a_warm_one_it_is_started_and_removed(world: World) -> None:
    engine = world.lease()
    [(record, locked)] = records.every()
    assert (record.warm, record.state, locked) == (False, "leased", True)
    engine.close()
    assert world.done == ["boot", "client", "destroy"]
    assert list(records.every()) == []
    assert world.host.closed


def test_without_commands_there_is_no_client(world: World) -> None:
    world.lease(client=False)
    assert world.done == ["boot"]


def test_a_missing_seed_is_made(world: World) -> None:
    world.missing_seeds = 1
    world.lease()
    assert world.done == ["boot", "destroy", "seed", "boot", "client"]


@pytest.mark.parametrize("error", [SandboxError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("when", ["boot", "client"])
def test_nothing_is_left_of_one_that_did_not_start(world: World, when: str, error: BaseException) -> None:
    world.failing[when] = error
    with pytest.raises(type(error)):
        world.lease()
    assert world.done[-1] == "destroy"
    assert list(records.every()) == []


def test_what_can_not_be_removed_stays_on_record(world: World) -> None:
    engine = world.lease()
    world.failing["destroy"] = SandboxError("device is busy")
    engine.close()
    assert pool.abandoned() == [the_record()]


# --- warm engines ---------------------------------------------------------------------------------------------------


def test_a_warm_one_is_taken_and_cared_for(world: World) -> None:
    world.warm()
    engine = world.lease()
    assert world.done == []
    assert next(records.every())[0].state == "leased"
    engine.close()
    assert world.done == ["care: resetting None"]
    assert pool.abandoned() == []


@pytest.mark.parametrize("how", ["doubt", "violated"])
def test_a_doubtful_one_is_to_be_replaced(world: World, how: str) -> None:
    world.warm()
    engine = world.lease()
    setattr(engine, how, "it did odd things")
    engine.close()
    reason = "it did odd things" if how == "doubt" else "somebody tried to get out"
    assert world.done == [f"care: planned {reason}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "another"},
        {"seed": "grader-seed-2"},
        {"spec": EngineSpec(pids=333)},
    ],
)
def test_one_that_does_not_fit_is_left_alone(world: World, fields: dict[str, Any]) -> None:
    held = records.create(world.want(**fields).model_copy(update={"warm": True, "state": "ready"}))
    held.release()
    world.lease()
    assert world.done == ["boot", "client"]


def test_one_in_use_is_left_alone(world: World) -> None:
    world.warm()
    world.lease()
    world.lease()
    assert world.done == ["boot", "client"]


def test_one_that_is_just_being_reset_is_waited_for(world: World) -> None:
    record = world.warm("resetting")
    held = records.take(record.name)
    assert held is not None
    import threading

    def finish() -> None:
        held.write(state="ready")
        held.release()

    timer = threading.Timer(0.1, finish)
    timer.start()
    engine = world.lease()
    timer.join()
    assert engine.place.name == record.name
    assert world.done == []


@pytest.mark.parametrize("state", ["planned", "leased", "resetting"])
def test_one_whose_last_user_crashed_is_started_afresh(world: World, state: str) -> None:
    record = world.warm(state)
    assert world.lease().place.name == record.name
    assert world.done == ["destroy", "boot", "client"]


def test_one_of_another_version_of_the_grader_is_started_afresh(world: World) -> None:
    held = records.create(world.want(programs="older").model_copy(update={"warm": True, "state": "ready"}))
    held.release()
    assert world.lease().place.name == held.record.name
    assert world.done == ["destroy", "boot", "client"]
    assert the_held(held.record.name).programs == outer.programs_digest()


def test_one_that_does_not_answer_is_started_afresh(world: World) -> None:
    record = world.warm()
    world.answering = False
    assert world.lease().place.name == record.name
    assert world.done == ["destroy", "boot", "client"]


def test_one_that_can_not_be_started_afresh_says_why(world: World) -> None:
    world.warm("planned")
    world.failing["boot"] = SandboxError("no room")
    with pytest.raises(SandboxError, match="no room"):
        world.lease()
    assert world.done == ["destroy", "boot", "destroy"]
    assert (the_record().state, the_record().why) == ("planned", "no room")


# --- afterwards -----------------------------------------------------------------------------------------------------


def refreshed(world: World, record: Record, doubt: str | None = None) -> bool:
    held = records.take(record.name)
    assert held is not None
    return pool.refresh(world.host, held, lambda _: None, doubt)


def test_a_reset_is_enough(world: World) -> None:
    assert not refreshed(world, world.warm("leased"))
    assert world.done == ["reset"]
    assert the_record().state == "ready"


def test_after_a_doubt_it_is_replaced(world: World) -> None:
    assert refreshed(world, world.warm("planned"), "a doubt")
    assert world.done == ["destroy", "boot", "client"]
    assert (the_record().state, the_record().why) == ("ready", None)


def test_if_the_reset_fails_it_is_replaced(world: World) -> None:
    world.failing["reset"] = SandboxError("it has containers")
    assert refreshed(world, world.warm("leased"))
    assert world.done == ["reset", "destroy", "boot", "client"]


def test_if_it_does_not_answer_it_is_replaced(world: World) -> None:
    world.answering = False
    assert refreshed(world, world.warm("leased"))
    assert world.done == ["destroy", "boot", "client"]


# --- up and down ----------------------------------------------------------------------------------------------------


def test_as_many_as_are_wanted(world: World) -> None:
    assert world.up(2) == ["started", "started"]
    assert world.up(3) == ["here already", "here already", "started"]
    assert world.up(1) == ["here already"]
    world.lease()
    assert world.up(3) == ["in use", "here already", "here already"]


def test_a_broken_one_is_started_afresh(world: World) -> None:
    world.warm("planned")
    assert world.up(1) == ["started afresh"]
    assert the_record().state == "ready"


def test_of_older_images_is_removed_and_of_others_not(world: World) -> None:
    world.up(1)
    other = ImageRef(ref="nginx:1", id="sha256:n")
    assert world.up(1, seed="grader-seed-2", images=(other,)) == ["started"]
    newer = BUSYBOX.model_copy(update={"id": "sha256:newer"})
    [removed, started] = world.up(1, seed="grader-seed-3", images=(newer,))
    assert removed.startswith("removed: its base images")
    assert started == "started"
    assert len(list(records.every())) == 2


def test_one_that_can_not_be_started_leaves_nothing(world: World) -> None:
    world.failing["client"] = SandboxError("no")
    with pytest.raises(SandboxError):
        world.up(1)
    assert list(records.every()) == []


def test_down(world: World) -> None:
    world.up(2)
    leased = world.lease()
    gone = [pool.remove(world.host, one.name) for one, _ in list(records.every())]
    assert sorted(gone) == [False, True]
    leased.close()
    assert pool.remove(world.host, the_record().name)


def test_one_that_can_not_be_removed_stays_on_record(world: World) -> None:
    record = world.warm()
    world.failing["destroy"] = SandboxError("busy")
    with pytest.raises(SandboxError):
        pool.remove(world.host, record.name)
    assert the_record().state == "planned"


def test_what_another_version_wrote_down_is_not_guessed_at() -> None:
    held = records.create(records.fresh("unix:///host.sock", warm=True))
    with pytest.raises(SandboxError, match=r"what was written down about grader-engine-.* can't be read") as caught:
        start.boot(FakeHost(), held)  # type: ignore[arg-type]
    assert f"grader engine down {held.record.name}" in (caught.value.hint or "")


# --- engines of a batch ---------------------------------------------------------------------------------------------


def test_one_of_a_batch_is_kept_for_its_next_attempt(world: World) -> None:
    with records.batch("b"):
        world.lease(batch="b", client=False).close()
        # Made as new at once, by the process that had it.
        assert world.done == ["boot", "client", "reset"]
        record = the_record()
        assert (record.warm, record.batch, record.state) == (True, "b", "ready")
        world.lease(batch="b").close()
        assert world.done == ["boot", "client", "reset", "reset"]
        assert the_record().name == record.name
        assert pool.abandoned() == []


def test_nobody_else_gets_it(world: World) -> None:
    with records.batch("b"):
        world.lease(batch="b").close()
        mine = the_record().name
        other = world.lease(batch="c")
        assert other.place.name != mine
        other.close()
        once = world.lease()
        assert once.place.name not in {mine, other.place.name}
        once.close()


def test_a_batch_leaves_warm_ones_to_others(world: World) -> None:
    with records.batch("b"):
        record = world.warm()
        engine = world.lease(batch="b")
        assert engine.place.name != record.name
        engine.close()


def test_one_in_doubt_is_removed(world: World) -> None:
    with records.batch("b"):
        engine = world.lease(batch="b")
        engine.doubt = "somebody was interrupted"
        engine.close()
        assert list(records.every()) == []


def test_nothing_is_made_as_new_for_a_batch_that_is_gone(world: World) -> None:
    with records.batch("b"):
        engine = world.lease(batch="b")
    engine.close()
    assert world.done == ["boot", "client", "destroy"]
    assert list(records.every()) == []


def test_one_that_can_not_be_made_as_new_is_replaced_later(world: World) -> None:
    with records.batch("b"):
        engine = world.lease(batch="b")
        world.failing = {"reset": SandboxError("it hangs"), "boot": SandboxError("no space")}
        engine.close()
        assert the_record().state == "planned"
        world.failing = {}
        again = world.lease(batch="b")
        assert again.place.name == engine.place.name
        again.close()


def test_they_end_with_the_batch(world: World) -> None:
    with records.batch("b"):
        first, second = world.lease(batch="b"), world.lease(batch="b")
        first.close()
        assert pool.dismiss(world.host, "b") == [f"engine {second.place.name} is in use"]
        second.close()
        kept = world.warm()
        assert pool.dismiss(world.host, "b") == []
    assert the_record() == kept


def test_those_of_a_batch_that_was_killed_are_abandoned(world: World) -> None:
    with records.batch("b"):
        world.lease(batch="b").close()
    assert [one.batch for one in pool.abandoned()] == ["b"]
