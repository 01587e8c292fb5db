"""Commands that are run ahead of their checks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from grader.core import clock
from grader.core.errors import TimedOut, Unmet
from grader.core.facts import Command
from grader.core.specs import ContainerSpec
from grader.sandbox import foresight
from grader.sandbox.foresight import Foresight
from tests.support.engine import ledger_in, watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.docker

SPEC = ContainerSpec(env={"NAME": "Ada"})


@pytest.fixture
def ahead(tmp_path: Path) -> Iterator[Foresight]:
    """Give the commands of an image; all that they made must be gone afterwards."""
    with ledger_in(tmp_path) as ledger:
        made = Foresight(ledger, lambda: "busybox:1", lambda: SPEC, lambda: {"WORD": "hello"})
        yield made
        made.quiet()


def sh(line: str) -> Command:
    return Command(("sh", "-c", line))


def out(ahead: Foresight, command: Command) -> str | None:
    done = ahead.take(command)
    return None if done is None else done.stdout


def test_each_in_a_fresh_container(ahead: Foresight) -> None:
    commands = [sh(f"ls /mark; touch /mark; echo {n} $NAME") for n in range(5)]
    for command in commands:
        ahead.announce(command)
    with watching() as watch:
        assert [out(ahead, command) for command in commands] == [f"{n} Ada\n" for n in range(5)]
        assert watch.nothing_left(ahead._ledger.attempt)
        assert len(watch.made(ahead._ledger.attempt)) >= 5
    # Each outcome is for one check only.
    assert ahead.take(commands[0]) is None
    assert ahead.execute(commands[0]).stdout == "0 Ada\n"


def test_the_same_command_twice(ahead: Foresight) -> None:
    for _ in range(2):
        ahead.announce(sh("date +%N; hostname"))
    first, second = (out(ahead, sh("date +%N; hostname")) for _ in range(2))
    assert first
    assert second
    assert first != second


def test_variables_are_filled_in(ahead: Foresight) -> None:
    command = Command(("echo", "$WORD"), expand=True)
    ahead.announce(command)
    ahead.announce(sh("true"))
    assert (out(ahead, command), ahead.execute(command).stdout) == ("hello\n", "hello\n")


def test_one_alone_is_not_run_ahead(ahead: Foresight) -> None:
    ahead.announce(sh("true"))
    with watching() as watch:
        assert ahead.take(sh("true")) is None
        assert ahead.take(sh("echo never announced")) is None
        assert watch.made(ahead._ledger.attempt) == set()


def test_what_comes_before_is_not_run(ahead: Foresight) -> None:
    """Its check is over: it was skipped."""
    for n in range(3):
        ahead.announce(sh(f"echo {n}"))
    assert out(ahead, sh("echo 1")) == "1\n"
    assert ahead.take(sh("echo 0")) is None


def test_trouble_is_left_to_the_check(ahead: Foresight, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "SECONDS", 1.0)
    commands = [sh("sleep 20"), Command(("true",), user="nobody-at-all"), sh("exit 3")]
    for command in commands:
        ahead.announce(command)
    assert ahead.take(commands[0]) is None
    ended = ahead.take(commands[2])
    assert ended is not None
    assert ended.exit_code == 3
    with pytest.raises(TimedOut), clock.limit(1, "the limit"):
        ahead.execute(commands[0])


def test_waiting_costs_the_check_no_time(ahead: Foresight) -> None:
    for line in ("sleep 1; echo a", "echo b"):
        ahead.announce(sh(line))
    with clock.limit(0.9, "the limit"):
        assert out(ahead, sh("sleep 1; echo a")) == "a\n"
        assert clock.remaining(5) > 0


def test_quiet(ahead: Foresight) -> None:
    for n in range(3):
        ahead.announce(sh(f"echo {n}"))
    for n in range(12):
        ahead.announce(sh(f"sleep 8; echo {n}"))
    with watching() as watch:
        assert out(ahead, sh("echo 0")) == "0\n"
        started = time.monotonic()
        ahead.quiet()
        assert time.monotonic() - started < 8
        assert watch.nothing_left(ahead._ledger.attempt)
    # What was ended is begun again; what was over is kept.
    assert out(ahead, sh("echo 2")) == "2\n"


def test_without_an_image(ahead: Foresight) -> None:
    def unmet() -> str:
        raise Unmet("the image was not built")

    ahead._image = unmet
    for n in range(2):
        ahead.announce(sh(f"echo {n}"))
    with pytest.raises(Unmet):
        ahead.take(sh("echo 0"))
    with pytest.raises(Unmet):
        ahead.execute(sh("echo 0"))


def test_many_that_change_nothing_share_containers(ahead: Foresight) -> None:
    commands = [sh(f"echo {n} $NAME") for n in range(8)]
    for command in commands:
        ahead.announce(command)
    with watching() as watch:
        assert [out(ahead, command) for command in commands] == [f"{n} Ada\n" for n in range(8)]
        assert len(watch.made(ahead._ledger.attempt)) == 1
        assert watch.nothing_left(ahead._ledger.attempt)


def test_none_sees_what_another_one_left(ahead: Foresight) -> None:
    commands = [sh(f"ls /mark 2>&1; touch /mark; echo {n}") for n in range(7)]
    for command in commands:
        ahead.announce(command)
    with watching() as watch:
        missing = "ls: /mark: No such file or directory\n"
        assert [out(ahead, command) for command in commands] == [f"{missing}{n}\n" for n in range(7)]
        assert watch.nothing_left(ahead._ledger.attempt)


def test_shared_ones_are_ended_too(ahead: Foresight) -> None:
    commands = [sh(f"sleep 5; echo {n}") for n in range(7)]
    for command in commands:
        ahead.announce(command)
    ahead._begin(0, "busybox:1")
    with watching() as watch:
        time.sleep(0.7)
        ahead.quiet()
        assert watch.nothing_left(ahead._ledger.attempt)
    assert [run.command for run in ahead._runs] == []
