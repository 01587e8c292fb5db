"""The plugin at its socket, spoken to as the engine does."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from grader.sandbox.inside import gatekeeper as module
from grader.sandbox.inside.gatekeeper import Gatekeeper
from grader.sandbox.inside.rules import Caps, Rules
from tests.support.policy import CREATE, RULES, body

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "0123456789abcdef"  # noqa: S105 - of these tests
ID = "ab" * 32


class Engine(http.client.HTTPConnection):
    """The engine's side: one connection, kept."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(str(self.path))

    def post(self, path: str, sent: Any) -> tuple[int, dict[str, Any]]:
        raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        self.request("POST", path, raw, {"Content-Type": "application/json"})
        answer = self.getresponse()
        return answer.status, json.loads(answer.read())

    def asks(self, told: dict[str, Any]) -> dict[str, Any]:
        return self.post("/AuthZPlugin.AuthZReq", told)[1]

    def answers(self, told: dict[str, Any], status: int, sent: Any = None) -> dict[str, Any]:
        more = {"ResponseStatusCode": status, "ResponseHeaders": {"Content-Type": "application/json"}}
        raw = base64.b64encode(json.dumps(sent).encode()).decode() if sent is not None else None
        return self.post("/AuthZPlugin.AuthZRes", told | more | ({"ResponseBody": raw} if raw else {}))[1]


def told(method: str, uri: str, sent: Any = None, **headers: str) -> dict[str, Any]:
    raw = json.dumps(sent).encode() if sent is not None else b""
    given = {"Content-Type": "application/json"} if raw else {}
    given |= {"Content-Length": str(len(raw))} if method == "POST" else {}
    given |= {key.replace("_", "-"): value for key, value in headers.items()}
    found = {"RequestMethod": method, "RequestUri": uri, "RequestHeaders": given}
    return found | ({"RequestBody": base64.b64encode(raw).decode()} if raw else {})


@contextmanager
def serving(gatekeeper: Gatekeeper, folder: Path) -> Iterator[Engine]:
    server = gatekeeper.serve(folder / "grader.sock")
    engine = Engine(folder / "grader.sock")
    try:
        yield engine
    finally:
        engine.close()
        server.close()


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    return Gatekeeper(TOKEN, RULES)


@pytest.fixture
def engine(gatekeeper: Gatekeeper, tmp_path: Path) -> Iterator[Engine]:
    with serving(gatekeeper, tmp_path) as engine:
        yield engine


def test_introduces_itself(engine: Engine, tmp_path: Path) -> None:
    assert engine.post("/Plugin.Activate", b"") == (200, {"Implements": ["authz"]})
    assert engine.post("/Other", {})[0] == 404
    assert (tmp_path / "grader.sock").stat().st_mode & 0o777 == 0o600


def test_allows_refuses_and_records(engine: Engine, gatekeeper: Gatekeeper) -> None:
    run = told("POST", f"{CREATE}?name=web", body())
    assert engine.asks(run) == {"Allow": True}
    assert engine.answers(run, 201, {"Id": ID}) == {"Allow": True}
    refused = engine.asks(told("POST", CREATE, body({"Privileged": True})))
    assert refused["Allow"] is False
    assert refused["Msg"].startswith("--privileged is not available in this exercise (rule privileged)")
    calls = gatekeeper.calls()
    assert [(one["number"], one["name"], one["status"], one["refused"]) for one in calls] == [
        (1, "container create", 201, None),
        (2, "container create", 403, "privileged"),
    ]
    assert calls[0]["at"] <= calls[1]["at"] <= time.monotonic()
    assert [one["number"] for one in gatekeeper.calls(since=1)] == [2]
    assert (gatekeeper.violated, gatekeeper.count) == (None, 2)


def test_a_violation_is_kept(engine: Engine, gatekeeper: Gatekeeper) -> None:
    engine.asks(told("POST", CREATE, body({"Binds": ["/:/host"]})))
    engine.asks(told("POST", CREATE, body({"PidMode": "host"})))
    assert gatekeeper.violated is not None
    assert gatekeeper.violated["refused"] == "bind-outside"


@pytest.mark.parametrize("header", ["X-Grader-Token", "x-grader-token"])
def test_the_graders_own_calls_leave_no_trace(header: str, engine: Engine, gatekeeper: Gatekeeper) -> None:
    own = told("POST", CREATE, body({"Privileged": True}), **{header: TOKEN})
    assert engine.asks(own) == {"Allow": True}
    assert engine.answers(own, 201, {"Id": ID}) == {"Allow": True}
    assert gatekeeper.calls() == []
    gatekeeper.rules = None
    assert engine.asks(own) == {"Allow": True}


@pytest.mark.parametrize("token", ["", "0123456789abcde", TOKEN.upper(), "\u00e9"])
def test_nobody_else_is_the_grader(token: str, engine: Engine, gatekeeper: Gatekeeper) -> None:
    forged = told("GET", "/info", X_Grader_Token=token)
    assert engine.asks(forged)["Allow"] is False
    engine.answers(forged, 200)
    assert gatekeeper.violated is not None
    assert gatekeeper.violated["refused"] == "token"


def test_a_token_must_be_one() -> None:
    with pytest.raises(ValueError, match="empty token"):
        Gatekeeper("")


def test_without_rules_all_is_refused(tmp_path: Path) -> None:
    gatekeeper = Gatekeeper(TOKEN)
    with serving(gatekeeper, tmp_path) as engine:
        assert "(rule closed)" in engine.asks(told("GET", "/info"))["Msg"]
        gatekeeper.rules = RULES
        assert gatekeeper.rules is RULES
        assert engine.asks(told("GET", "/info"))["Allow"]
        gatekeeper.reset()
        assert (gatekeeper.calls(), gatekeeper.count) == ([], 0)
        assert not engine.asks(told("GET", "/info"))["Allow"]
        assert gatekeeper.violated is None


@pytest.mark.parametrize(
    ("uri", "sent", "cap"),
    [
        (CREATE, body(), "containers"),
        ("/networks/create", {"Name": "n"}, "networks"),
        ("/volumes/create", {"Name": "v1"}, "volumes"),
        ("/containers/web/exec", {"Cmd": ["ls"]}, "execs"),
    ],
)
def test_very_many_of_a_kind(uri: str, sent: Any, cap: str, tmp_path: Path) -> None:
    with serving(Gatekeeper(TOKEN, Rules(caps=Caps(**{cap: 2}))), tmp_path) as engine:
        ask = told("POST", uri, sent)
        assert engine.asks(ask)["Allow"]
        engine.answers(ask, 409)
        assert engine.asks(ask)["Allow"]
        assert engine.asks(ask)["Allow"]
        assert f"2 {cap} are the most for one attempt" in engine.asks(ask)["Msg"]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"no JSON",
        b"[]",
        b"{}",
        {"RequestMethod": "GET"},
        {"RequestMethod": 1, "RequestUri": "/info"},
        {"RequestMethod": "GET", "RequestUri": "/info", "RequestHeaders": []},
        {"RequestMethod": "GET", "RequestUri": "/info", "RequestHeaders": ["a"]},
        {"RequestMethod": "POST", "RequestUri": CREATE, "RequestBody": "no base64"},
        b'{"a":' * 100_000,
    ],
)
def test_what_can_not_be_read_is_refused(sent: Any, engine: Engine, gatekeeper: Gatekeeper) -> None:
    status, answer = engine.post("/AuthZPlugin.AuthZReq", sent)
    if sent == {"RequestMethod": "GET", "RequestUri": "/info", "RequestHeaders": []}:
        assert answer == {"Allow": True}  # empty is empty
        return
    assert (status, answer["Allow"]) == (200, False)
    assert gatekeeper.calls()[0]["refused"] == "error"
    assert engine.post("/AuthZPlugin.AuthZRes", sent) == (200, {"Allow": True})


def test_an_error_of_ours_is_a_refusal(engine: Engine, gatekeeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decide", lambda *_: 1 / 0)
    assert engine.asks(told("GET", "/info"))["Allow"] is False
    assert gatekeeper.calls()[0]["refused"] == "error"


def test_a_body_without_end_ends_the_connection(engine: Engine, gatekeeper: Gatekeeper) -> None:
    engine.putrequest("POST", "/AuthZPlugin.AuthZReq")
    engine.putheader("Content-Length", str(2**40))
    engine.endheaders()
    assert json.loads(engine.getresponse().read())["Allow"] is False
    assert gatekeeper.calls()[0]["refused"] == "error"


def test_many_at_once_on_connections_that_stay(gatekeeper: Gatekeeper, tmp_path: Path) -> None:
    wrong: list[object] = []

    def talk(number: int) -> None:
        engine = Engine(tmp_path / "grader.sock")
        try:
            for _ in range(20):
                ask = told("GET", f"/containers/{number}/json")
                if engine.asks(ask) != {"Allow": True} or engine.answers(ask, 200) != {"Allow": True}:
                    wrong.append(ask)
        finally:
            engine.close()

    with serving(gatekeeper, tmp_path):
        threads = [threading.Thread(target=talk, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
    calls = gatekeeper.calls()
    assert [one["number"] for one in calls] == list(range(1, 321))
    assert {one["status"] for one in calls} == {200}


def test_it_costs_little(engine: Engine) -> None:
    ask = told("POST", CREATE, body())
    started = time.monotonic()
    for _ in range(100):
        engine.asks(ask)
        engine.answers(ask, 400)
    assert (time.monotonic() - started) / 100 < 0.02
