"""Records of disposable engines: written first, locked while used, readable whatever happened to them."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxError
from grader.sandbox.disposable import records

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.disposable.records import Held


def make(*, warm: bool = True, **fields: object) -> Held:
    return records.create(records.fresh("unix:///host.sock", warm=warm, **fields))


def path(held: Held) -> Path:
    return records.folder() / f"{held.record.name}.json"


def test_is_private_and_locked_from_the_first_moment() -> None:
    held = make()
    assert stat.S_IMODE(path(held).stat().st_mode) == 0o600
    assert records.take(held.record.name, 0) is None
    assert list(records.every()) == [(held.record, True)]
    held.release()
    assert list(records.every()) == [(held.record, False)]


def test_a_change_is_there_for_the_next() -> None:
    held = make()
    held.write(state="ready", why="a long reason that is taken back")
    held.write(why=None, used=7)
    held.release()
    again = records.take(held.record.name)
    assert again is not None
    assert (again.record.state, again.record.why, again.record.used) == ("ready", None, 7)
    again.release()


def test_one_that_is_forgotten_can_not_be_taken() -> None:
    held = make()
    held.forget()
    held.release()
    assert records.take(held.record.name) is None
    assert list(records.every()) == []


def test_one_that_vanishes_while_somebody_waits_for_it() -> None:
    held = make()
    taken: list[Held | None] = []
    thread = threading.Thread(target=lambda: taken.append(records.take(held.record.name, 5)))
    thread.start()
    held.forget()
    thread.join(5)
    assert taken == [None]


def test_somebody_waits_until_it_is_free() -> None:
    held = make()
    timer = threading.Timer(0.1, held.release)
    timer.start()
    taken = records.take(held.record.name, 5)
    timer.join()
    assert taken is not None
    taken.release()


def test_another_process_goes_on_with_the_lock() -> None:
    held = make()
    number = os.dup(held.hand_over())
    held.release()
    assert records.take(held.record.name, 0) is None
    adopted = records.adopt(held.record.name, number)
    assert adopted.record == held.record
    adopted.release()
    assert records.take(held.record.name, 0) is not None


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("", "unix:///var/run/docker.sock"),
        ("[1]", "unix:///var/run/docker.sock"),
        ('{"name": "x", "host": "tcp://other:1", "of": "another version"}', "tcp://other:1"),
    ],
)
def test_one_that_can_not_be_read_is_known_by_its_name(text: str, host: str) -> None:
    held = make()
    held.release()
    path(held).write_text(text)
    [(record, locked)] = records.every()
    assert (record.name, record.host, record.warm, locked) == (held.record.name, host, False, False)


def test_the_end_of_an_older_record_is_not_read() -> None:
    held = make()
    held.release()
    path(held).write_text(held.record.model_dump_json() + '"}]')
    assert next(records.every())[0] == held.record


def test_the_oldest_comes_first() -> None:
    names = []
    for since in (3.0, 1.0, 2.0):
        held = make()
        names.append(held.write(since=since).name)
        held.release()
    assert [one.name for one, _ in records.every()] == [names[1], names[2], names[0]]


def test_a_disk_that_can_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    with pytest.raises(SandboxError, match=r"/proc/nowhere/.* can't be written"):
        make()


def test_one_process_at_a_time() -> None:
    order = []

    def second() -> None:
        with records.exclusive("thing") as waited:
            order.append(("second", waited))

    with records.exclusive("thing") as waited:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        order.append(("first", waited))
    thread.join(5)
    assert order == [("first", False), ("second", True)]


def test_which_addresses_are_those_of_disposable_engines() -> None:
    assert records.is_disposable("unix:///tmp/grader-engine-0a1b-xyz/docker.sock")
    assert not records.is_disposable("unix:///var/run/docker.sock")
    assert not records.is_disposable("tcp://grader-engine-1/docker.sock")


def test_a_batch_is_there_until_it_ends() -> None:
    assert not records.is_there("b")
    with records.batch("b"):
        assert records.is_there("b")
        records.forget_batches()
        assert records.is_there("b")
    assert not records.is_there("b")
    assert not list(records.folder().iterdir())


def test_one_that_was_killed_is_forgotten() -> None:
    records.folder().mkdir(parents=True, exist_ok=True)
    (records.folder() / "batch-b.lock").touch()
    assert not records.is_there("b")
    records.forget_batches()
    assert not list(records.folder().iterdir())
