"""The whole life of leases, with real engines: warm ones, crashes and interrupts."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.specs import EngineSpec
from grader.sandbox.disposable import pool, records
from grader.sandbox.disposable.lease import lease
from grader.sandbox.engine import connect
from tests.support.commands import grader
from tests.support.engine import IMAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.disposable.engine import Isolated

HOLD = """\
import signal, sys
from grader.core.specs import EngineSpec
from grader.sandbox.disposable.lease import lease
from grader.sandbox.engine import connect
signal.signal(signal.SIGTERM, signal.default_int_handler)
engine = lease(connect(), ("busybox:1", "python:3-slim"), EngineSpec(), lambda _: None)
engine.api.ping()
print(engine.place.name, flush=True)
input()
"""

_PAUSE = """\
one = engine.api.create_container("busybox:1", ["sleep", "1000"])["Id"]
engine.api.start(one)
engine.api.pause(one)
"""


def take() -> Isolated:
    return lease(connect(), IMAGES, EngineSpec(), lambda _: None)


def left(name: str) -> list[str]:
    """Name what is still there of an engine."""
    host = connect()
    try:
        found = [str(one["Names"][0]) for one in host.api.containers(all=True) if name in one["Names"][0]]
        found += [str(one["Name"]) for one in host.api.volumes()["Volumes"] or () if name in one["Name"]]
    finally:
        host.close()
    return found + [str(path) for path in Path("/tmp").glob(f"{name}*")]  # noqa: S108 - where sockets are


@contextmanager
def warm() -> Iterator[str]:
    """Have one warm engine."""
    host = connect()
    wanted = pool.want(host, IMAGES, EngineSpec(), lambda _: None)
    [(name, what)] = pool.up(host, wanted, 1, lambda _: None)
    assert what == "started"
    try:
        yield name
    finally:
        free(name)
        assert pool.remove(host, name)
        host.close()
        assert left(name) == []


def free(name: str) -> records.Record:
    """Wait until an engine has been seen to."""
    held = records.take(name, 30)
    assert held is not None
    held.release()
    return held.record


def created(name: str) -> str:
    host = connect()
    try:
        return str(host.api.inspect_container(name)["Created"])
    finally:
        host.close()


@pytest.mark.docker
def test_a_warm_engine_is_lent_reset_and_in_doubt_replaced() -> None:
    with warm() as name:
        first = created(name)
        started = time.monotonic()
        engine = take()
        assert time.monotonic() - started < 1
        assert engine.place.name == name
        engine.api.create_container("busybox:1", ["sleep", "9"], name="web")
        engine.close()
        assert free(name).state == "ready"
        assert created(name) == first

        engine = take()
        assert engine.api.containers(all=True) == []
        engine.doubt = "a test wants it so"
        engine.close()
        record = free(name)
        assert (record.state, record.why) == ("ready", None)
        assert created(name) != first

        engine = take()  # killed behind our backs
        assert engine.host is not None
        engine.host.api.kill(name)
        engine.close()
        assert free(name).state == "ready"


@pytest.mark.docker
def test_after_a_crash_only_what_is_on_record_is_left_and_clean_removes_it() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        name = process.stdout.readline().decode().strip()
        assert len(left(name)) == 6
        assert grader("clean").out == "Nothing to remove.\n"
        process.send_signal(signal.SIGKILL)
    assert len(left(name)) == 6
    assert [one.name for one in pool.abandoned()] == [name]
    assert grader("clean", "--dry-run").out == f"would remove engine {name}\n"
    assert grader("clean") == (0, f"removing engine {name}\n", "")
    assert left(name) == []
    assert list(records.every()) == []


@pytest.mark.docker
@pytest.mark.parametrize("after", [0.6, 0.9, 1.3])
def test_an_interrupt_while_it_starts_leaves_nothing(after: float) -> None:
    host = connect()
    before = {one["Name"] for one in host.api.volumes()["Volumes"] or ()}
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    host.close()
    assert process.returncode != 0
    assert list(records.every()) == [], said.decode()
    host = connect()
    grown = {one["Name"] for one in host.api.volumes()["Volumes"] or ()} - before
    ours = [name for name in grown if name.startswith(records.PREFIX) and not in_use_elsewhere(host, name)]
    host.close()
    assert ours == []


def in_use_elsewhere(host: Any, volume: str) -> bool:
    """Whether it belongs to an engine that another test runs at the same time."""
    return bool(host.api.containers(all=True, filters={"volume": volume}))


@pytest.mark.docker
def test_one_in_which_something_sleeps_is_removed() -> None:
    # Whoever is killed while a container is paused for being read can't wake it any more.
    code = HOLD.replace("engine.api.ping()", _PAUSE)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        name = holder.stdout.readline().strip()
        assert name.startswith(records.PREFIX)
        holder.kill()
    assert f"removing engine {name}" in grader("clean").out
    assert left(name) == []
