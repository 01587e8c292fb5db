"""Requests that build on each other, against a little server of notes on the loopback interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.http import Http
from grader.core.errors import Missing, TimedOut
from grader.core.facts import Listener
from tests.support.checks import fails, make, passes, refuses
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.servers import answering, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OUTSIDE = Listener("0.0.0.0", 3000)  # noqa: S104 - a fact about a container
POST: dict[str, Any] = {
    "method": "POST",
    "path": "/notes",
    "request_json": {"text": "hello"},
    "status": 201,
    "capture": {"id": {"json": "$.id"}},
}


def respond(status: int, body: object = None, **headers: str) -> bytes:
    text = b"" if body is None else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} It", f"Content-Length: {len(text)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + text


class Notes:
    """Keeps what is posted; `seen` are the requests."""

    def __init__(self, new_id: object = 7) -> None:
        self.new_id = new_id
        self.notes: dict[str, object] = {}
        self.seen: list[str] = []

    def __call__(self, raw: bytes) -> bytes:
        request = raw.decode()
        self.seen.append(request)
        method, path, _ = request.split(" ", 2)
        if method == "POST":
            self.notes[f"/notes/{self.new_id}"] = json.loads(request.partition("\r\n\r\n")[2])
            location = {"Location": f"/notes/{self.new_id}", "Set-Cookie": "session=s3cret; Path=/"}
            return respond(201, {"id": self.new_id, "tags": ["a"], "none": None}, **location)
        note = self.notes.get(path)
        return respond(404) if note is None else respond(200, note)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def target(notes: Notes) -> Iterator[FakeTarget]:
    with serving(answering(notes), read=False) as address:
        yield FakeTarget(containers=[FakeContainer(published={3000: address}, listening=[OUTSIDE])])


def http(*steps: dict[str, Any], **fields: Any) -> Http:
    made = make(Http, port=3000, steps=list(steps), **fields)
    assert isinstance(made, Http)
    return made


@pytest.mark.parametrize(
    "capture",
    [
        {"json": "$.id"},
        {"header": "location", "matches": "/notes/(.+)"},
        {"matches": '"id": ([0-9]+)'},
        {"header": "Location", "matches": "[0-9]+$"},
    ],
)
def test_a_captured_value_is_used(capture: dict[str, Any], target: FakeTarget, notes: Notes) -> None:
    steps = [{**POST, "capture": {"id": capture}}, {"path": "/notes/{{id}}", "json": {"$.text": "hello"}}]
    passes(http(*steps), target)
    assert [request.partition(" HTTP")[0] for request in notes.seen] == ["POST /notes", "GET /notes/7"]


def test_a_failure_names_the_step(target: FakeTarget) -> None:
    check = http(POST, {"path": "/notes/{{id}}", "json": {"$.text": "other"}})
    failure = fails(check, target, "step 2 of 2: GET /notes/7 on port 3000: the body at $.text is 'hello'")
    assert failure.evidence[0].title == "GET /notes/7 on port 3000"
    assert failure.reproduce == (
        "docker run --rm -p 3000:3000 IMAGE\n# then, in a second terminal:\n"
        "curl -i -X POST -H 'Content-Type: application/json' --data-raw '{\"text\": \"hello\"}' "
        "http://localhost:3000/notes\n"
        "# ID: in this answer, the body's $.id\n"
        "curl -i http://localhost:3000/notes/ID"
    )


def test_commands_have_none_of_the_values_of_this_attempt(target: FakeTarget) -> None:
    capture = {"id": {"json": "$.id"}, "place": {"header": "Location"}, "unused": {"header": "Location"}}
    second = {"path": "/notes/{{id}}", "request_headers": {"X-Id": "{{id}}"}}
    check = http({**POST, "capture": capture}, second, {"path": "{{place}}", "status": 404}, cookies=True)
    failure = fails(check, target, "step 3 of 3: GET /notes/7 on port 3000: the status is 200, expected 404")
    told = str(failure.reproduce)
    assert "s3cret" not in told
    assert told.splitlines()[-4:] == [
        "# ID: in this answer, the body's $.id",
        "# PLACE: in this answer, the header Location",
        "curl -i -b cookies.txt -c cookies.txt -H 'X-Id: ID' http://localhost:3000/notes/ID",
        "curl -i -b cookies.txt -c cookies.txt http://localhost:3000/PLACE",
    ]


def test_a_step_has_a_title(target: FakeTarget) -> None:
    check = http({**POST, "status": 200, "title": "a note is made"})
    fails(check, target, "step 1 of 1 (a note is made): POST /notes on port 3000: the status is 201")


# --- places that answers lead to ------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_id", ["7", "a/b?c=d#e", "x y"])
def test_a_captured_place_is_gone_to(new_id: str, target: FakeTarget, notes: Notes) -> None:
    notes.new_id = new_id
    step = {**POST, "capture": {"place": {"header": "Location"}}}
    http(step, {"path": "{{place}}", "status": {"one_of": [200, 404]}}).run(target)
    wanted = {"7": "/notes/7", "a/b?c=d#e": "/notes/a/b?c=d", "x y": "/notes/x%20y"}[new_id]
    assert notes.seen[1].startswith(f"GET {wanted} HTTP")


@pytest.mark.parametrize(
    ("found", "asked"),
    [
        ("/notes/7", "/notes/7/tags"),
        ("http://localhost:3000/notes/7", "/notes/7/tags"),
        ("7", "/of/7/tags"),
        ("http://192.0.2.1/x", None),
        ("http://localhost:3001/x", None),
        ("//evil/x", None),
        ("ftp://localhost:3000/x", None),
        ("http://[", None),
    ],
)
def test_a_captured_address_stays_on_the_server(
    found: str, asked: str | None, target: FakeTarget, notes: Notes
) -> None:
    notes.new_id = found
    check = http({**POST, "path": "/of/notes"}, {"path": "{{id}}/tags", "status": 404})
    if asked is None:
        failure = fails(check, target, "step 2 of 2: the next request should go to id, which is '")
        assert failure.actual == found
        assert len(notes.seen) == 1
    else:
        passes(check, target)
        assert notes.seen[1].startswith(f"GET {asked} HTTP")


@pytest.mark.parametrize("path", ["notes", "{{!id}}", "x{{id}}", "{{id}}\n"])
def test_another_path_is_none(path: str) -> None:
    refuses(Http, "a path ", port=80, steps=[{"capture": {"id": {"json": "$.id"}}}, {"path": path}])


def test_a_whole_address_is_not_put_behind_a_slash() -> None:
    place = {"capture": {"place": {"header": "location"}}}
    refuses(Http, "step 2: {{place}} is a whole address, whose", port=80, steps=[place, {"path": "/{{place}}"}])
    http(place, {"path": "/login?next={{place}}"})
    http({"capture": {"place": {"header": "location", "matches": "/(.*)"}}}, {"path": "/{{place}}"})
    http(place, {"capture": {"place": {"json": "$.id"}}}, {"path": "/{{place}}"})


def test_values_are_put_wherever_a_step_has_text(target: FakeTarget, notes: Notes) -> None:
    second = {
        "method": "POST",
        "path": "/copies/{{id}}?of={{id}}",
        "request_headers": {"X-Id": "no. {{id}}"},
        "request_json": {"id": "{{id}}", "name": "note {{id}}", "list": ["{{!id}}", 1]},
        "status": 201,
        "headers": {"Location": {"ends_with": "{{id}}"}},
        "json": {"$.id": "{{id}}"},
        "body": {"matches": '"id": {{id}},', "contains": ["{{id}}"]},
    }
    passes(http(POST, second), target)
    head, _, body = notes.seen[1].partition("\r\n\r\n")
    assert head.startswith("POST /copies/7?of=7 HTTP/1.1\r\n")
    assert "X-Id: no. 7" in head
    assert json.loads(body) == {"id": 7, "name": "note 7", "list": ["{{id}}", 1]}


HOSTILE = "a/../b?c#d e\u00fc%2f&.*"


def test_a_value_stays_one_part_of_a_path(target: FakeTarget, notes: Notes) -> None:
    notes.new_id = HOSTILE
    failure = fails(http(POST, {"path": "/notes/{{id}}"}), target, "step 2 of 2: GET /notes/a%2F..%2Fb%3Fc%23d%20e")
    assert notes.seen[1].startswith("GET /notes/a%2F..%2Fb%3Fc%23d%20e%C3%BC%252f%26.%2A HTTP/1.1\r\n")
    assert "the status is 404" in failure.message


def test_a_value_is_no_pattern(target: FakeTarget, notes: Notes) -> None:
    notes.new_id = ".*"
    fails(http(POST, {"path": "/x", "status": 404, "body": {"matches": "^{{id}}$"}}), target, "does not match")


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\x00"])
def test_a_value_ends_no_header(value: str, target: FakeTarget, notes: Notes) -> None:
    notes.new_id = value
    check = http(
        {**POST, "path": "/notes", "capture": {"id": {"json": "$.id"}}}, {"request_headers": {"X-Id": "{{id}}"}}
    )
    failure = fails(check, target, "step 2 of 2: a captured value can't be sent in a header")
    assert len(notes.seen) == 1
    assert str(failure.reproduce).endswith("http://localhost:3000/notes")


def test_a_value_that_cannot_be_compared(target: FakeTarget, notes: Notes) -> None:
    notes.new_id = "x" * 4_000
    check = http(POST, {"path": "/x", "status": 404, "body": {"matches": "(?:{{id}}){1000}"}})
    fails(
        check, target, "step 2 of 2: a captured value can't be compared: not a regular expression of RE2: pattern too"
    )


@pytest.mark.parametrize(
    ("capture", "because"),
    [
        ({"json": "$.key"}, "POST /notes on port 3000: the body has nothing at $.key; the next requests need"),
        ({"json": "$.tags"}, "the body's $.tags is no text and no number; the next requests need it as id"),
        ({"json": "$.none"}, "the body's $.none is no text and no number"),
        ({"header": "X-Id"}, "the answer has not got the header X-Id, which the next requests need as id"),
        ({"cookie": "user"}, "the answer has not got the cookie user"),
        ({"header": "Location", "matches": "/users/(.+)"}, "the header Location does not match //users/(.+)/"),
        ({"header": "Location", "matches": "/notes(x?)"}, "the header Location is empty"),
    ],
)
def test_what_is_not_there_to_capture(capture: dict[str, Any], because: str, target: FakeTarget) -> None:
    failure = fails(http({**POST, "capture": {"id": capture}}), target, because)
    assert failure.message.startswith("step 1 of 1: POST /notes on port 3000: ")
    assert failure.evidence[0].kind == "http"


def test_a_captured_value_is_kept_small(target: FakeTarget, notes: Notes) -> None:
    notes.new_id = "x" * 4_001
    fails(http(POST), target, "the body's $.id has over 4000 characters: too many to use it as id")


def test_cookies_are_kept_if_asked_for(target: FakeTarget, notes: Notes) -> None:
    passes(http(POST, {"path": "/notes/7"}, cookies=True), target)
    assert "Cookie: session=s3cret" in notes.seen[1]
    passes(http(POST, {"path": "/notes/7"}), target)
    assert "Cookie" not in notes.seen[3]
    passes(http(POST, {"path": "/notes/7", "request_headers": {"cookie": "a=b"}}, cookies=True), target)
    assert "cookie: a=b" in notes.seen[5]
    assert "s3cret" not in notes.seen[5]
    step = {**POST, "capture": {"session": {"cookie": "session"}}}
    passes(http(step, {"path": "/notes/7", "request_headers": {"X-Session": "{{session}}"}}), target)
    assert "X-Session: s3cret" in notes.seen[7]


# --- restarts -------------------------------------------------------------------------------------------------------


class Restarting(FakeContainer):
    """Loses notes when it restarts, if it is told to."""

    forget: Callable[[], object] | None = None

    def restart(self, grace: float) -> None:
        super().restart(grace)
        if self.forget is not None:
            self.forget()


def restarting(address: tuple[str, int], **fields: Any) -> Restarting:
    return Restarting(published={3000: address}, listening=[OUTSIDE], **fields)


def test_data_that_survives_a_restart(notes: Notes) -> None:
    check = http(POST, {"restart": True, "path": "/notes/{{id}}"})
    with serving(answering(notes), read=False) as address:
        container = restarting(address)
        passes(check, FakeTarget(containers=[container]))
        assert container.restarts == [5.0]
        container.forget = notes.notes.clear
        failure = fails(check, FakeTarget(containers=[container]), "step 2 of 2: GET /notes/7 on port 3000: the status")
    assert failure.reproduce is not None
    assert failure.reproduce.startswith("docker run --name try -p 3000:3000 IMAGE\n")
    assert failure.reproduce.splitlines()[-3:] == [
        "# ID: in this answer, the body's $.id",
        "docker restart try; docker logs try",
        "curl -i http://localhost:3000/notes/ID",
    ]


def test_a_container_that_does_not_come_back(notes: Notes) -> None:
    with serving(answering(notes), read=False) as address:
        container = restarting(address)

        def break_it() -> None:
            container.not_ready = "the container ended at once with exit code 1"

        container.forget = break_it
        failure = fails(
            http(POST, {"restart": True, "path": "/notes/7"}),
            FakeTarget(containers=[container]),
            "step 2 of 2: after the restart: the container ended at once with exit code 1",
        )
    assert isinstance(failure, TimedOut)


def test_a_server_that_does_not_listen_again(notes: Notes) -> None:
    with serving(answering(notes), read=False) as address:
        container = restarting(address)

        def stop() -> None:
            container.listening = []
            container.published = {}

        container.forget = stop
        check = http(POST, {"restart": True, "path": "/notes/7"}, timeout="1s")
        fails(check, FakeTarget(containers=[container]), "step 2 of 2: port 3000 is not published")


# --- what an author is told -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "because"),
    [
        ([{"path": "/{{id}}"}], "step 1: no step before captures '{{id}}'; for the text itself, write {{!id}}"),
        ([POST, {"path": "/{{ids}}"}], "step 2: no step before captures '{{ids}}'; did you mean '{{id}}'?"),
        ([POST, {"body": {"contains": "{{x}}"}}], "step 2: no step before captures '{{x}}'"),
        ([POST, {"json": {"$.a": {"any": ["{{x}}"]}}}], "step 2: no step before captures '{{x}}'"),
        ([{**POST, "request_json": ["{{id}}"]}], "step 1: no step before captures '{{id}}'"),
        ([{"redirect": {"to": "/{{id}}"}}], "step 1: no step before captures '{{id}}'"),
        ([{**POST, "capture": {"a b": {"json": "$.id"}}}], "should match pattern"),
        ([{**POST, "capture": {"id": {}}}], "says nothing; name json, header, cookie or matches"),
        ([{**POST, "capture": {"id": {"json": "$.id", "header": "X"}}}], "must name one of json, header and cookie"),
        ([{**POST, "capture": {"id": {"json": "id"}}}], "'id' is not a JSONPath; write for example $.id"),
        ([{**POST, "capture": {"id": {"json": "$["}}}], "not a JSONPath"),
        ([{**POST, "capture": {"id": {"matches": "("}}}], "not a regular expression of RE2"),
        ([{**POST, "concurrent": 2}], "capture needs one answer: not with concurrent"),
        ([{"port": 80}], "Extra inputs"),
        ([{}] * 51, "at most 50 items"),
    ],
)
def test_refuses(steps: list[dict[str, Any]], because: str) -> None:
    refuses(Http, because, port=3000, steps=steps)


@pytest.mark.parametrize(
    ("field", "value"),
    [("path", "/x"), ("method", "POST"), ("json", {"$.a": 1}), ("status", 201), ("follow", True), ("concurrent", 2)],
)
def test_steps_say_it_all(field: str, value: object) -> None:
    refuses(Http, f"with steps, {field} is a matter of each step", port=3000, steps=[{}], **{field: value})


def test_survives_a_round_trip() -> None:
    check = http(POST, {"restart": True, "path": "/{{id}}", "json": {"$.a": "{{id}}"}}, cookies=True)
    assert Http.model_validate_json(check.model_dump_json()) == check


def test_nothing_answers_a_step() -> None:
    with serving(lambda _: None) as address:
        target = FakeTarget(containers=[FakeContainer(published={3000: address})])
        failure = fails(http(POST, {"path": "/"}), target, "step 1 of 2: nothing answers on port 3000: nothing in the")
    assert isinstance(failure, Missing)
    assert "docker restart" not in str(failure.reproduce)
