from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from grader.store import owners
from grader.store.owners import Owner, alive, me

NOW = datetime(2026, 3, 1, tzinfo=UTC)
JUST, LONG_AGO = NOW - timedelta(seconds=89), NOW - timedelta(seconds=91)


def own() -> Owner:
    made = owners._parse(me())
    assert made is not None
    return made


def test_this_process_lives_whatever_its_heart_does() -> None:
    assert alive(me(), LONG_AGO, NOW)
    assert me() == me()
    assert own().pid == os.getpid()


def test_a_process_of_the_same_number_is_another() -> None:
    assert not alive(str(own()._replace(started="1")), NOW, NOW)


def test_one_that_has_ended_is_dead_before_anybody_asks_how() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started = owners._started(child.pid)
        assert started is not None
        theirs = str(own()._replace(pid=child.pid, started=started))
        assert alive(theirs, LONG_AGO, NOW)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not alive(theirs, NOW, NOW)
    assert not alive(theirs, NOW, NOW)


@pytest.mark.parametrize(
    "other",
    [
        {"host": "elsewhere"},
        {"machine": "another"},
        {"namespace": "pid:[1]"},
        {"machine": "", "boot": "another"},
    ],
)
def test_of_others_only_the_heart_tells(other: dict[str, str]) -> None:
    theirs = str(own()._replace(started="1", **other))  # type: ignore[arg-type]
    assert alive(theirs, JUST, NOW)
    assert not alive(theirs, LONG_AGO, NOW)


@pytest.mark.parametrize("name", ["", "a", "a/b/c/d/e/f", "a/b/c/d/5", "/////"])
def test_names_of_other_making(name: str) -> None:
    assert alive(name, JUST, NOW)
    assert not alive(name, LONG_AGO, NOW)


def test_a_machine_started_anew_knows_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "_here", lambda: ("host", "machine", "second boot", "pid:[1]"))
    assert not alive(str(Owner("host", "machine", "first boot", "pid:[1]", 1, "1")), NOW, NOW)
    # Machines without an id may share their name.
    monkeypatch.setattr(owners, "_here", lambda: ("host", "", "second boot", "pid:[1]"))
    assert alive(str(Owner("host", "", "first boot", "pid:[1]", 1, "1")), JUST, NOW)


def test_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    owners._here.cache_clear()
    monkeypatch.setattr(owners, "_PROC", Path("/nonexistent"))
    try:
        assert own().started == str(round(psutil.Process().create_time()))
        assert alive(me(), LONG_AGO, NOW)
        assert not alive(str(own()._replace(started="1")), NOW, NOW)
    finally:
        owners._here.cache_clear()
