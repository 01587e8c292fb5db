"""Commands that share a container, and those that must not."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from grader.core.clock import limit
from grader.core.errors import TimedOut
from grader.core.facts import Command
from grader.core.specs import ContainerSpec
from grader.sandbox.common import Common, suits
from tests.support.engine import ledger_in, project_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.facts import Completed
    from grader.sandbox.ledger import Ledger

SPEC = ContainerSpec(env={"NAME": "Ada"})


@contextmanager
def common(ledger: Ledger, image: str) -> Iterator[Common]:
    made = Common(ledger, image, SPEC, ledger.engine.api)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(params=["as the engine tells", "as the disk tells"])
def shared(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Common]:
    if "engine" in request.param:
        monkeypatch.setattr("os.access", lambda *_: False)
    with ledger_in(tmp_path) as ledger, common(ledger, "busybox:1") as made:
        assert made.start()
        yield made


def run(shared: Common, command: Command) -> Completed:
    return shared.run(command, shared._api)


def sh(line: str) -> Command:
    return Command(("sh", "-c", line))


@pytest.mark.parametrize(
    "command",
    [
        sh("cat /proc/1/cmdline"),
        sh("echo > /dev/shm/x"),
        sh("echo $$"),
        Command(("ps",)),
        Command(("id",), keep_entrypoint=True),
        Command(("id",), setup=(("touch", "/x"),)),
        Command(("sh",), stdin=b"pidof sh"),
    ],
)
def test_one_that_could_tell_does_not_suit(command: Command) -> None:
    assert not suits(command)


def test_others_do() -> None:
    assert suits(sh("cat /etc/passwd > /dev/null; echo systems"))


@pytest.mark.docker
def test_commands_that_change_nothing_can_not_tell(shared: Common) -> None:
    done = run(shared, sh("echo $NAME; pwd; echo oops >&2; exit 3"))
    assert (done.exit_code, done.stdout, done.stderr) == (3, "Ada\n/\n", "oops\n")
    assert run(
        shared, Command(("sh", "-c", "id -u; pwd; cat"), stdin=b"typed", user="1000", workdir="/etc")
    ).stdout == ("1000\n/etc\ntyped")
    assert shared.is_as_before()


@pytest.mark.docker
@pytest.mark.parametrize("line", ["> /mark", "rm /etc/group", "chmod 700 /etc", "echo x >> /etc/passwd", "sleep 60 &"])
def test_what_one_leaves_is_noticed(shared: Common, line: str) -> None:
    assert run(shared, sh(line)).exit_code == 0
    assert run(shared, sh("true")).exit_code == 0
    assert not shared.is_as_before()


@pytest.mark.docker
def test_more_changes_than_are_read_are_not_the_same(shared: Common, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(shared, sh("> /a; > /b; > /c")).exit_code == 0
    assert shared._changes() == shared._changes()
    monkeypatch.setattr("grader.sandbox.common._CHANGES", 2)
    monkeypatch.setattr("grader.sandbox.common._VOLUME", 2)
    assert shared._changes() != shared._changes()


@pytest.mark.docker
def test_what_is_written_to_a_volume_is_noticed(tmp_path: Path) -> None:
    source = "FROM busybox:1\nRUN mkdir -p /data/in && echo a > /data/in/a\nVOLUME /data/in\n"
    with project_in(tmp_path, source) as project, common(project._ledger, project.image().id) as shared:
        assert shared.start()
        assert run(shared, sh("cat /data/in/a")).stdout == "a\n"
        assert shared.is_as_before()
        assert run(shared, sh("> /data/in/b")).exit_code == 0
        assert not shared.is_as_before()


@pytest.mark.docker
def test_an_image_without_programs_has_none(tmp_path: Path) -> None:
    source = "FROM busybox:1 AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /box\n"
    with project_in(tmp_path, source) as project, common(project._ledger, project.image().id) as shared:
        assert not shared.start()


@pytest.mark.docker
def test_one_that_takes_too_long_takes_the_container_along(shared: Common) -> None:
    with pytest.raises(TimedOut), limit(1, "the test's limit"):
        run(shared, Command(("sleep", "30")))
    assert not shared.container.state().running
