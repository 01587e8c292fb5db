"""The record of calls: containers by name, statuses, and bounds."""

from __future__ import annotations

from typing import Any

import pytest

from grader.core.transcript import Call
from grader.sandbox.inside import journal
from grader.sandbox.inside.journal import Answer, Journal
from grader.sandbox.inside.policy import decide
from tests.support.policy import CREATE, RULES, body, request, rules

ID, OTHER = "ab" * 32, "cd" * 32
TYPED = {"Content-Type": "application/json"}
STAT = {"X-Docker-Container-Path-Stat": "e30="}
MORE = rules(build=True)
BARE = {"Api-Version": "1.45"}


def call(book: Journal, method: str, uri: str, sent: Any = None, answer: Answer | None = None) -> dict[str, Any]:
    one = request(method, uri, sent)
    before = len(book.entries)
    book.add(one, decide(one, MORE))
    if answer is not None:
        book.answer(one, answer)
    return book.entries[before]


def run(book: Journal, full: str, name: str = "") -> dict[str, Any]:
    uri = f"{CREATE}?name={name}" if name else CREATE
    return call(book, "POST", uri, body(), Answer(201, TYPED, b'{"Id":"%s"}' % full.encode()))


def test_a_call_becomes_a_call_of_the_transcript() -> None:
    book = Journal()
    entry = run(book, ID, "web")
    known = {name: entry[name] for name in Call.model_fields}
    assert Call.model_validate(known) == Call(
        name="container create",
        container="web",
        arguments={"name": "web"},
        body={"AttachStdout": True, "AttachStderr": True, "Image": "busybox"},
        status=201,
    )


@pytest.mark.parametrize("raw", ["web", ID, ID[:12]])
def test_containers_are_known_by_every_name(raw: str) -> None:
    book = Journal()
    run(book, OTHER, "db")
    run(book, ID, "web")
    entry = call(book, "POST", f"/containers/{raw}/stop")
    assert (entry["container"], entry["container_id"]) == ("web", ID)
    assert book.container(f"/{raw}") == ID


@pytest.mark.parametrize("raw", ["nosuch", "ab", "a"])
def test_others_are_not(raw: str) -> None:
    book = Journal()
    run(book, ID, "web")
    run(book, "ab" + OTHER[2:], "db")
    entry = call(book, "POST", f"/containers/{raw}/stop")
    assert (entry["container"], entry["container_id"]) == (raw, None)


def test_generated_names_are_learnt() -> None:
    book = Journal()
    run(book, ID)
    assert call(book, "POST", f"/containers/{ID}/start")["container"] == ID
    call(
        book,
        "GET",
        "/containers/json",
        None,
        Answer(200, TYPED, b'[{"Id":"%s","Names":["/calm_fox"]},1]' % ID.encode()),
    )
    assert call(book, "POST", f"/containers/{ID}/stop")["container"] == "calm_fox"
    call(book, "POST", "/containers/calm_fox/rename?name=web", None, Answer(204, BARE, None))
    assert call(book, "POST", f"/containers/{ID}/stop")["container"] == "web"
    call(book, "GET", "/containers/x/json", None, Answer(200, TYPED, b'{"Id":"%s","Name":"/x"}' % OTHER.encode()))
    assert call(book, "DELETE", f"/containers/{OTHER[:8]}")["container"] == "x"


def test_the_newest_of_a_name_counts() -> None:
    book = Journal()
    run(book, ID, "web")
    run(book, OTHER, "web")
    assert call(book, "DELETE", "/containers/web")["container_id"] == OTHER


def test_a_process_belongs_to_its_container() -> None:
    book = Journal()
    run(book, ID, "web")
    call(book, "POST", "/containers/web/exec", {"Cmd": ["ls"]}, Answer(201, TYPED, b'{"Id":"0123"}'))
    entry = call(book, "POST", "/exec/0123/start", {"Detach": False})
    assert (entry["container"], entry["container_id"]) == ("web", ID)


@pytest.mark.parametrize(
    ("method", "uri", "sent", "answer", "status"),
    [
        pytest.param("POST", "/containers/web/start", None, Answer(204, BARE, None), 204, id="said"),
        pytest.param("POST", "/containers/web/start", None, Answer(0, BARE, None), 400, id="an error"),
        pytest.param("GET", "/containers/web/logs", None, Answer(0, {}, None), 200, id="has left already"),
        pytest.param("GET", "/containers/web/logs", None, Answer(0, BARE, None), 400, id="has not"),
        pytest.param("POST", "/images/create?fromImage=redis:7", None, Answer(0, TYPED, None), 400, id="no pull"),
        pytest.param("GET", "/containers/web/stats", None, Answer(0, TYPED, b"{}"), 200, id="with a body"),
        pytest.param(
            "HEAD", "/containers/web/archive?path=x", None, Answer(0, STAT, None), 200,
            id="copied",
        ),
        pytest.param("HEAD", "/containers/web/archive?path=x", None, Answer(0, BARE, None), 400, id="not copied"),
        pytest.param("PUT", "/containers/web/archive?path=x", None, Answer(0, BARE, None), None, id="copied or not"),
        pytest.param("POST", "/networks/n/connect", {"Container": "w"}, Answer(0, BARE, None), None, id="on it or not"),
        pytest.param("POST", "/exec/0123/start", {"Detach": False}, Answer(0, BARE, None), None, id="runs or not"),
        pytest.param("POST", "/grpc", None, Answer(0, BARE, None), None, id="builds or not"),
        pytest.param("POST", "/auth", None, None, 403, id="refused"),
        pytest.param("GET", "/info", None, None, None, id="not answered yet"),
    ],
)  # fmt: skip
def test_statuses(method: str, uri: str, sent: Any, answer: Answer | None, status: int | None) -> None:
    assert call(Journal(), method, uri, sent, answer)["status"] == status


def test_answers_find_their_calls_in_order() -> None:
    book = Journal()
    one = request("GET", "/containers/json")
    first, second = call(book, "GET", "/containers/json"), call(book, "GET", "/containers/json")
    other = call(book, "GET", "/info")
    book.answer(request("GET", "/info"), Answer(200, TYPED, b"{}"))
    book.answer(one, Answer(200, TYPED, b"not JSON"))
    assert (first["status"], second["status"], other["status"]) == (200, None, 200)
    book.answer(one, Answer(500, TYPED, None))
    book.answer(one, Answer(200, TYPED, None))  # nobody asked
    assert second["status"] == 500


def test_a_ping_says_nothing() -> None:
    book = Journal()
    one = request("HEAD", "/_ping")
    book.add(one, decide(one, RULES))
    book.answer(one, Answer(0, {}, None))
    assert (book.entries, book.number) == ([], 0)


def test_what_failed_does_not_count() -> None:
    book = Journal()
    run(book, ID)
    call(book, "POST", CREATE, body(), Answer(0, BARE, None))
    assert book.counts["containers"] == 1
    call(book, "POST", CREATE, body())
    assert book.counts["containers"] == 2


def test_very_many_calls_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_CALLS", 3)
    monkeypatch.setattr(journal, "_MOST_OPEN", 5)
    book = Journal()
    for number in range(9):
        one = request("GET", f"/containers/{number}/json")
        book.add(one, decide(one, RULES))
    late = request("POST", "/plugins/pull")
    book.add(late, decide(late, RULES))
    assert ([one["number"] for one in book.entries], book.number, len(book._open)) == ([1, 2, 3], 10, 5)
    assert book.violated is not None
    assert book.violated["refused"] == "plugin"


def test_very_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 600)
    monkeypatch.setattr(journal, "_MOST_IDS", 2)
    book = Journal()
    assert run(book, ID, "web")["body"] is not None
    big = call(book, "POST", CREATE, body(Env=["A=" + "x" * 600]))
    assert (big["body"], big["name"]) == (None, "container create")
    long = call(book, "GET", "/containers/json?filters=" + "x" * 700)
    assert long["arguments"] == {}
    run(book, OTHER, "db")
    run(book, "ef" * 32, "cache")
    assert (book.container("web"), book.container("db")) == (None, OTHER)
