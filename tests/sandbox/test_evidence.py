"""What is known about a container that a failed check looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from grader.core.errors import Failure, SandboxError
from grader.core.facts import Listener, Process
from grader.core.specs import ContainerSpec
from grader.sandbox.evidence import MAX_LOG, Evidence
from tests.support.factories import make_image, make_state
from tests.support.fakes import FakeContainer

if TYPE_CHECKING:
    import pytest

    from grader.core.facts import ImageInfo
    from grader.sandbox.service import Service

FIRST = Process(1, "root", "python app.py")


class Stopped(FakeContainer):
    """A service of the sandbox's, as far as evidence asks it."""

    spec = ContainerSpec(env={"NAME": "Ada"}, command=("sleep", "9"), cap_add=("CHOWN",))
    processes_before = (FIRST,)


def evidence() -> Evidence:
    return Evidence(make_image, lambda _: None)


def looked_at(**fields: Any) -> Service:
    return cast("Service", Stopped(**fields))


def test_a_running_container() -> None:
    heard = Listener("127.0.0.1", 3000)
    seen = evidence().of(looked_at(stdout="a\n", stderr="b\n", listening=(heard,), running=()))
    assert (seen["logs"], seen["listeners"], seen["given_env"]) == ("a\nb\n", (heard,), frozenset({"NAME"}))
    assert seen["given_command"] == ("sleep", "9")
    assert seen["processes"] == ()
    assert seen["program"] is None


def test_a_container_that_has_ended() -> None:
    state = make_state(status="exited", exit_code=1, argv=("ruby",))
    seen = evidence().of(looked_at(now=state, stdout="x" * (MAX_LOG + 1)))
    assert seen["processes"] == (FIRST,)
    assert seen["program"].name == "ruby"
    assert len(seen["logs"]) == MAX_LOG


def test_what_cannot_be_had_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> ImageInfo:
        raise SandboxError("the engine is gone")

    monkeypatch.setattr(Stopped, "logs", gone)
    given = {"given_env": frozenset({"NAME"}), "given_command": ("sleep", "9")}
    assert evidence().of(looked_at()) == {**given, "given_capabilities": frozenset({"CHOWN"})}


def test_a_container_that_is_gone_is_known_for_its_own_failure_only() -> None:
    known, failure = evidence(), Failure("not healthy")
    known.keep(failure, looked_at(stdout="a\n"))
    assert known.kept(failure)["logs"] == "a\n"
    assert known.kept(Failure("not healthy")) == {}
