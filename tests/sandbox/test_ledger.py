"""What is made is written down first, and removed by what was written."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import APIError, ImageNotFound, NotFound

from grader.core.errors import SandboxError
from grader.sandbox.ledger import Ledger, abandoned, remove, state_folder, uninterrupted

if TYPE_CHECKING:
    from pathlib import Path


class FakeEngine:
    """Records what is removed; answers are exceptions by key."""

    address = "unix:///fake"

    def __init__(self, **answers: Exception) -> None:
        self.answers = answers
        self.removed: list[str] = []
        self.api = self

    def _remove(self, key: str) -> None:
        if key in self.answers:
            raise self.answers[key]
        self.removed.append(key)

    def remove_container(self, key: str, **how: Any) -> None:
        assert how == {"v": True, "force": True}
        self._remove(key)

    def remove_image(self, key: str, *, force: bool, noprune: bool) -> None:
        assert (force, noprune) == (False, True)
        self._remove(key)

    def images(self, **how: Any) -> list[str]:
        return [f"image of {how['filters']['label']}"]


def ledger(folder: Path, engine: FakeEngine | None = None) -> Ledger:
    return Ledger(engine or FakeEngine(), "a" * 32, folder)  # type: ignore[arg-type]


def test_names_never_repeat(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    first, second = book.name(), book.name()
    book.drop("container", first)
    assert len({first, second, book.name()}) == 3
    book.close()


def test_containers_go_before_images(tmp_path: Path) -> None:
    engine = FakeEngine()
    book = ledger(tmp_path, engine)
    book.add("image", "i")
    book.add("build", book.attempt)
    name = book.name()
    book.add("image", "i")
    assert book.close() == ()
    assert engine.removed == [name, f"image of grader.attempt={'a' * 32}", "i"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_already_is_no_trouble(tmp_path: Path) -> None:
    busy = APIError("removal of container c is already in progress")
    book = ledger(tmp_path, FakeEngine(c=NotFound("gone"), i=ImageNotFound("gone"), d=busy))
    for kind, key in (("container", "c"), ("image", "i"), ("container", "d")):
        book.add(kind, key)
    assert book.close() == ()


def test_what_can_not_be_removed_is_said_and_kept(tmp_path: Path) -> None:
    book = ledger(tmp_path, FakeEngine(c=APIError("device is busy")))
    book.add("container", "c")
    book.add("image", "i")
    (left,) = book.close()
    assert left.startswith("container c could not be removed: ")
    ((path, address, objects),) = abandoned(tmp_path)
    assert address == "unix:///fake"
    assert ("container", "c") in objects
    assert remove(FakeEngine(), objects) == ()  # type: ignore[arg-type]
    assert path.is_file()


def test_a_running_attempt_is_not_abandoned(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.name()
    assert list(abandoned(tmp_path)) == []
    (flag,) = book.leave()
    assert flag.startswith("kept container grader-aaaaaaaaaaaa-")
    assert len(list(abandoned(tmp_path))) == 1
    # It was left for somebody to look at.
    assert list(abandoned(tmp_path, kept=False)) == []


def test_a_torn_ledger_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"engine": "unix:///e"}\n{"container": "c"}\n{"thing": "t"}\n{"imag')
    ((_, address, objects),) = abandoned(tmp_path)
    assert (address, objects) == ("unix:///e", [("container", "c")])


def test_no_state_at_all(tmp_path: Path) -> None:
    assert list(abandoned(tmp_path / "missing")) == []


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = ledger(tmp_path)

    def full(_: str) -> None:
        raise OSError(28, "No space left on device")

    book._file.close()
    monkeypatch.setattr(book, "_file", type("File", (), {"write": staticmethod(full), "close": lambda _: None})())
    with pytest.raises(SandboxError, match="can't be written: No space left on device"):
        book.name()


def test_where_ledgers_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "grader" / "ledgers"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local" / "state" / "grader" / "ledgers"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_for_the_work(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    done = []

    def work() -> None:
        with uninterrupted():
            os.kill(os.getpid(), number)
            done.append(1)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]
    assert signal.getsignal(number) is before


def test_other_threads_have_no_signals() -> None:
    done = []

    def work() -> None:
        with uninterrupted():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]


def test_a_ledger_is_locked_from_the_start(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    (path,) = tmp_path.iterdir()
    with path.open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    book.close()
