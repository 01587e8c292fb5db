"""The `tcp` check, as a table: a server of lines on the loopback interface."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks._turns import printf, unescaped
from grader.checks.tcp import Tcp
from grader.core.errors import Mismatch, Missing, TimedOut
from grader.core.facts import Listener
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.servers import closed_port, pem, resetting, sending, serving, serving_tls

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

ANSWERS = {b"PING": b"+PONG\r\n", b"HELO": b"250 hello\r\n", b"QUIT": b"221 bye\r\n", b"\x01": b"\xff\x00"}
HELO = {"send": r"HELO x\r\n", "expect": {"starts_with": "250"}}
QUIT = {"send": r"QUIT\r\n", "expect": {"starts_with": "221"}}


def greet_and_talk(connection: socket.socket) -> None:
    connection.sendall(b"220 ready\r\n")
    talk(connection)


def talk(connection: socket.socket) -> None:
    while line := connection.recv(1024):
        connection.sendall(ANSWERS.get(line[:4].strip(), b"-ERR unknown\r\n"))
        if line.startswith(b"QUIT"):
            return


def target(address: tuple[str, int], **fields: Any) -> FakeTarget:
    fields = {"listening": [Listener("0.0.0.0", 6379)], **fields}  # noqa: S104 - a fact about a container
    return FakeTarget(containers=[FakeContainer(published={6379: address}, **fields)])


@pytest.fixture
def lines() -> Iterator[FakeTarget]:
    with serving(talk, read=False) as address:
        yield target(address)


@pytest.fixture
def greeter() -> Iterator[FakeTarget]:
    with serving(greet_and_talk, read=False) as address:
        yield target(address)


def tcp(**fields: Any) -> Tcp:
    made = make(Tcp, port=6379, **{"silence": "500ms", **fields})
    assert isinstance(made, Tcp)
    return made


@pytest.mark.parametrize(
    "fields",
    [
        {"send": r"PING\r\n", "expect": "+PONG"},
        {"send": "PING\r\n", "expect": {"matches": r"^\+PONG\r\n$"}},
        {"send_hex": "50494e470d0a", "expect": {"not": {"contains": "ERR"}}},
        {"send": r"\x01", "expect_hex": "ff00"},
        {"send": r"\x01", "expect_hex": "FF 00"},
        {"send_hex": "01", "expect_hex": {"starts_with": "FF", "length": 4, "matches": r"^\w+$", "not": ["AB"]}},
        {"expect": ""},
        {"closes": False},
        {"send": r"QUIT\r\n", "expect": {"starts_with": "221"}, "closes": True},
        {"send": r"QUIT\r\n", "closes": True},
    ],
)
def test_passes(fields: dict[str, Any], lines: FakeTarget) -> None:
    passes(tcp(**fields), lines)


def test_turns(greeter: FakeTarget) -> None:
    passes(tcp(steps=[{"expect": {"starts_with": "220 "}}, HELO, QUIT], closes=True), greeter)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"send": "GET /", "expect": "+PONG"}, "what comes back from port 6379 is '-ERR unknown', expected '+PONG'"),
        ({"send": "GET /", "expect_hex": "00"}, "what comes back from port 6379, in hexadecimal digits, is '2d4552"),
        ({"expect": {"contains": "220"}}, "port 6379: nothing comes back within 0.5 s"),
        ({"send": r"PING\r\n", "closes": True}, "port 6379: the connection is still open after 0.5 s"),
        ({"send": r"QUIT\r\n", "closes": False}, "port 6379: the connection is closed after 0.5 s"),
    ],
)
def test_fails(fields: dict[str, Any], because: str, lines: FakeTarget) -> None:
    failure = fails(tcp(**fields), lines, because)
    assert failure.expected
    assert failure.actual
    assert str(failure.reproduce).startswith("docker run --rm -p 6379:6379 IMAGE\n# then, in a second terminal:\n")


def test_a_failure_names_the_step_and_shows_the_conversation(greeter: FakeTarget) -> None:
    steps = [{"expect": {"starts_with": "220 "}}, HELO, {"send": r"NOOP\r\n", "expect": {"starts_with": "250"}}]
    failure = fails(tcp(steps=steps), greeter, "step 3 of 3: what comes back from port 6379 does not start with '250'")
    assert failure.evidence[0].text == "< 220 ready\n> HELO x\n< 250 hello\n> NOOP\n< -ERR unknown"
    assert str(failure.reproduce).splitlines()[-1] == (
        r"(printf 'HELO x\r\n'; sleep 1; printf 'NOOP\r\n'; sleep 1) | nc localhost 6379"
    )


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"send": r"PING\r\n", "expect": "x"}, r"printf 'PING\r\n' | nc localhost 6379"),
        ({"expect": "x"}, "nc localhost 6379"),
        ({"closes": True}, "nc localhost 6379"),
    ],
)
def test_says_how_to_see_it(fields: dict[str, Any], line: str, lines: FakeTarget) -> None:
    failure = fails(tcp(**fields), lines, "port 6379")
    assert str(failure.reproduce).splitlines()[-1] == line


def test_a_container_of_the_students_own(lines: FakeTarget) -> None:
    own = make(Tcp, port=6379, expect="x", silence="200ms", **{"in": {"publishes": 7000}})
    failure = fails(own, lines, "port 7000: nothing comes back")
    assert failure.reproduce == "nc localhost 7000"


@pytest.mark.parametrize("wanted", [{"send": r"PING\r\n", "expect": "+PONG"}, {"expect": "hi"}, {"closes": True}])
def test_nobody_listens(wanted: dict[str, Any]) -> None:
    # As Docker's proxy does for a port on which nothing listens: it accepts, and closes.
    for deed in (sending(), resetting()):
        with serving(deed, read=False) as address:
            silent = target(address, listening=[Listener("127.0.0.1", 6379)])
            failure = fails(tcp(**wanted), silent, "nothing answers on port 6379: the container listens on 127.0.0.1")
        assert isinstance(failure, Missing)
    refused = target(("127.0.0.1", closed_port()), listening=[])
    fails(tcp(**wanted), refused, "nothing answers on port 6379: nothing in the container listens on any port")


def test_a_server_that_closes_without_a_word() -> None:
    with serving(sending(), read=False) as address:
        passes(tcp(closes=True), target(address))
        fails(tcp(expect="hi"), target(address), "port 6379: the connection was closed, and nothing came back")


def test_a_server_of_tls_that_is_asked_without() -> None:
    with serving_tls(sending(b"hi")) as address:
        check = tcp(send="hello", expect="hi")
        failure = fails(check, target(address), "port 6379 speaks TLS, and was asked without it")
    assert failure.actual == "a server that speaks TLS"


def test_a_server_that_does_not_read() -> None:
    with serving(sending(b"", pause=2.0), read=False) as address:
        turns = [{"send": "x" * 60_000}, {"send_hex": "00" * 65_000, "expect": "x"}]
        big = tcp(steps=turns, within="500ms", silence="200ms")
        failure = fails(big, target(address), "port 6379: ")
    assert isinstance(failure, TimedOut | Missing)


def test_fails_before_it_is_ready() -> None:
    ended = FakeContainer(now=make_state(status="exited", exit_code=3), not_ready="it ended too soon")
    fails(tcp(expect="hi"), FakeTarget(containers=[ended]), "it ended too soon")


def test_nothing_may_listen() -> None:
    passes(tcp(refused=True), target(("127.0.0.1", closed_port()), listening=[Listener("::", 80)]))
    with serving(talk, read=False) as address:
        failure = fails(tcp(refused=True), target(address), "port 6379 accepts connections and should not")
    assert isinstance(failure, Mismatch)
    assert str(failure.reproduce).endswith("nc localhost 6379")


def test_over_tls() -> None:
    with serving_tls(talk, read=False) as address:
        passes(tcp(tls={"ca": pem("server")}, send=r"PING\r\n", expect="+PONG"), target(address))
        failure = fails(tcp(tls=True, send=r"PING\r\n", expect="x"), target(address), "is '+PONG', expected 'x'")
        assert str(failure.reproduce).endswith(r"printf 'PING\r\n' | openssl s_client -quiet -connect localhost:6379")
    with serving_tls(talk, read=False, certificate="expired") as address:
        expired = tcp(tls={"days_left": {"at_least": 1}}, send="x", expect="x")
        fails(expired, target(address), "the number of days left of the certificate on port 6379 is -")
    with serving(sending(b"220 plain\r\n"), read=False) as address:
        fails(tcp(tls=True, expect="x"), target(address), "port 6379 does not speak TLS")


# --- what an author writes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (r"PING\r\n", b"PING\r\n"),
        ("PING\r\n", b"PING\r\n"),
        (r"\x00\xfF\t\0", b"\0\xff\t\0"),
        (r"\\r", rb"\r"),
        ("\u00fc", b"\xc3\xbc"),
    ],
)
def test_escapes(text: str, data: bytes) -> None:
    assert unescaped(text) == data


@pytest.mark.parametrize("data", [b"PING\r\n", b"it's 100%\\n\t", bytes(range(256)).replace(b"\0", b"") + b"7"])
def test_the_shell_prints_what_is_sent(data: bytes) -> None:
    assert subprocess.run(["sh", "-c", printf(data)], capture_output=True, check=True).stdout == data


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "needs expect, steps, closes or refused"),
        ({"send": "x"}, "needs expect, steps, closes or refused"),
        ({"send": r"a\q", "expect": "x"}, r"'\q' has no meaning; write \r, \n, \t, \0, \xNN, or \\ for \ itself"),
        ({"send": "a\\", "expect": "x"}, "has no meaning"),
        ({"send_hex": "0g", "expect": "x"}, "must be hexadecimal digits, two for each byte, for example 0d0a"),
        ({"send": "a", "send_hex": "0d", "expect": "x"}, "send and send_hex exclude each other"),
        ({"expect_hex": {"not": {"contains": ["xy"]}}}, "'xy' are no hexadecimal digits"),
        ({"expect_hex": 50}, "write the digits in quotes: '50'"),
        ({"expect": "x", "silence": "30s"}, "silence must be shorter than timeout"),
        ({"expect": "x", "silence": "2s", "within": "2s"}, "silence must be shorter than within"),
        ({"expect": "x", "tls": {"name": "x"}}, "Extra inputs are not permitted"),
        ({"steps": []}, "at least 1 item"),
        ({"refused": True, "expect": "x"}, "refused excludes"),
        ({"refused": True, "tls": True}, "refused excludes"),
        ({"steps": [{}]}, "a step needs send, send_hex, expect or expect_hex"),
        ({"steps": [HELO], "expect": "x"}, "with steps, what is sent and expected is a matter of each step"),
        ({"steps": [HELO] * 51}, "at most 50 items"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Tcp, because, port=6379, **fields)


def test_survives_a_round_trip() -> None:
    check = tcp(steps=[HELO, QUIT], closes=True)
    assert Tcp.model_validate_json(check.model_dump_json()) == check
