from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from grader.core import wire
from grader.core.dockerfile import DockerfileError, parse
from grader.core.errors import Broken, Failure, Mismatch, Missing, SandboxError, TimedOut, Unmet
from grader.core.facts import Listener, Process
from grader.core.inventory import ContainerFacts, Inventory, Published
from grader.core.result import Evidence
from grader.core.transcript import Line, Transcript
from grader.core.web import Reply
from grader.core.wire import Channel, pack, pack_error, unpack, unpack_error
from tests.support.factories import make_build, make_build_failure, make_completed, make_entry, make_image, make_state

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB = ContainerFacts("1", "web", "nginx:1", "2", "running", None, (), published=(Published("80/tcp", "::", 3000),))


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, 0.5, "text", "lone \ud800", b"\xff\x00", (1, ("a", b"b")), {}),
        {"$": "bytes", "base64": "???", "n": {"$": "map"}},
        *(make_image(labels={"$": "map"}), make_state(), make_completed(stdout="\x1b[2J"), make_entry(content=b"\0")),
        make_build(failure=make_build_failure()),
        *(Listener("::1", 80), Process(1, "root", "python"), Inventory(containers=(WEB,))),
        Reply(200, "OK", (("A", "b"),), b"\xfe"),
        Evidence(kind="log", title="log", text="it"),
        Transcript(file="a.sh", lines=(Line(number=1, text="docker ps"),)),
    ],
)
def test_what_crosses_is_the_same(value: Any) -> None:
    assert unpack(json.loads(json.dumps(pack(value)))) == value


def test_a_dockerfile_crosses_with_all_that_is_known_of_it() -> None:
    parsed = parse("FROM scratch AS a\nFROM a\nONBUILD COPY --from=a <<E /b\nx\nE\n")
    assert unpack(json.loads(json.dumps(pack(parsed)))) == parsed


def test_lists_become_tuples() -> None:
    assert unpack(pack([1, [2]])) == (1, (2,))


@pytest.mark.parametrize("kind", [Failure, Mismatch, Missing, TimedOut])
def test_failures_cross_with_all_they_say(kind: type[Failure]) -> None:
    evidence = (Evidence(kind="log", title="log", text="it"),)
    told = kind("no", expected="a", actual="b", hint="c", reproduce="d", evidence=evidence, asked=("e",))
    again = unpack_error(json.loads(json.dumps(pack_error(told))))
    assert type(again) is kind
    assert vars(again) == vars(told)


@pytest.mark.parametrize("error", [Unmet("no image"), Broken("no such thing"), SandboxError("gone", hint="wait")])
def test_other_errors_cross(error: Exception) -> None:
    again = unpack_error(pack_error(error))
    assert (type(again), str(again)) == (type(error), str(error))


def test_a_special_failure_is_the_nearest_common_one() -> None:
    assert type(unpack_error(pack_error(DockerfileError("empty")))) is Failure


# --- the channel ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield Channel(one), Channel(other), other


def test_messages_come_in_order(ends: tuple[Channel, Channel, socket.socket]) -> None:
    here, there, _ = ends
    here.send({"n": 1, "text": "one\ntwo"})
    here.send({"n": 2})
    assert [there.receive(5), there.receive(5)] == [{"n": 1, "text": "one\ntwo"}, {"n": 2}]


def test_a_message_may_come_in_pieces(ends: tuple[Channel, Channel, socket.socket]) -> None:
    here, _, raw = ends
    raw.sendall(b'{"n": ')
    with pytest.raises(TimeoutError):
        here.receive(0.01)
    raw.sendall(b"1}\n")
    assert here.receive(5) == {"n": 1}


def test_there_are_no_more(ends: tuple[Channel, Channel, socket.socket]) -> None:
    here, there, _ = ends
    there.close()
    assert here.receive(5) is None


def test_a_message_has_a_largest_size(
    ends: tuple[Channel, Channel, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_LINE", 100)
    here, _, raw = ends
    raw.sendall(b"x" * 101)
    with pytest.raises(Broken, match="more than 100 bytes"):
        here.receive(5)
