"""Which requests there are, and that every spelling of one gets the same verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox.inside import routes
from grader.sandbox.inside.container import CONFIG, HOST
from grader.sandbox.inside.policy import Request, Rules, decide
from tests.support.policy import CREATE, RULES, ask, body, create, request, rules

RUN = json.dumps(body()).encode()


# --- routes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "uri", "name", "arguments"),
    [
        ("HEAD", "/_ping", "ping", {}),
        ("GET", "/v1.45/info", "info", {}),
        ("GET", "/containers/json?all=1&limit=3", "container list", {"all": "1", "limit": "3"}),
        ("GET", "/containers/bitnami/nginx/json", "container inspect", {"container": "bitnami/nginx"}),
        ("POST", "/containers/web/kill?signal=HUP", "container kill", {"container": "web", "signal": "HUP"}),
        ("DELETE", "/containers/web?force=1&v=1", "container rm", {"container": "web", "force": "1", "v": "1"}),
        (
            "GET",
            "/containers/web/logs?stdout=1&tail=5",
            "container logs",
            {"container": "web", "stdout": "1", "tail": "5"},
        ),
        ("GET", "/exec/0123/json", "exec inspect", {"exec": "0123"}),
        ("DELETE", "/images/redis:7", "image rm", {"image": "redis:7"}),
        ("GET", "/images/localhost:5000/a/b:1/history", "image history", {"image": "localhost:5000/a/b:1"}),
        ("POST", "/images/x/tag?repo=me%2Fx&tag=1", "image tag", {"image": "x", "repo": "me/x", "tag": "1"}),
        ("GET", "/networks/shop?verbose=true", "network inspect", {"network": "shop", "verbose": "true"}),
        ("DELETE", "/volumes/data?force=1", "volume rm", {"volume": "data", "force": "1"}),
        ("POST", "/volumes/prune?filters=%7B%7D", "volume prune", {"filters": "{}"}),
        ("GET", "/events?since=1&until=2", "events", {"since": "1", "until": "2"}),
        ("POST", "/build/prune?all=1", "builder prune", {"all": "1"}),
        ("GET", "/plugins/web/json", "plugin inspect", {"plugin": "web"}),
    ],
)
def test_what_is_possible(method: str, uri: str, name: str, arguments: dict[str, str]) -> None:
    verdict = ask(method, uri)
    assert (verdict.allowed, verdict.name, verdict.arguments) == (True, name, arguments), verdict.message
    assert verdict.body is None


@pytest.mark.parametrize(
    ("method", "uri", "rule", "violation"),
    [
        ("POST", "/auth", "login", False),
        ("POST", "/images/me/x/push?tag=1", "push", False),
        ("GET", "/images/search?term=nginx", "search", False),
        ("GET", "/images/get?names=x", "load", False),
        ("GET", "/images/x/get", "load", False),
        ("POST", "/images/load?quiet=1", "load", False),
        ("POST", "/images/create?fromSrc=-&repo=x", "load", False),
        ("GET", "/distribution/nginx:1/json", "distribution", False),
        ("POST", "/containers/web/update", "update", False),
        ("POST", "/containers/web/checkpoints", "checkpoint", False),
        ("POST", "/build?t=x", "build", False),
        ("POST", "/build/cancel?id=1", "build", False),
        ("POST", "/session", "build", False),
        ("POST", "/grpc", "build", False),
        ("POST", "/swarm/init", "swarm", False),
        ("POST", "/swarm/leave", "swarm", False),
        ("GET", "/nodes", "swarm", False),
        ("GET", "/services?status=true", "swarm", False),
        ("POST", "/swarm/join", "swarm", True),
        ("POST", "/services/create", "swarm", True),
        ("POST", "/secrets/create", "swarm", True),
        ("POST", "/configs/create", "swarm", True),
        ("DELETE", "/nodes/x", "swarm", True),
        ("GET", "/plugins", "plugin", False),
        ("POST", "/plugins/pull?remote=x", "plugin", True),
        ("POST", "/plugins/create", "plugin", True),
        ("GET", "/plugins/privileges?remote=x", "plugin", True),
        ("GET", "/containers/web/attach/ws", "route", True),
        ("GET", "/debug/vars", "route", True),
        ("GET", "/metrics", "route", True),
        ("POST", "/containers/web/copy", "route", True),
        ("OPTIONS", "/containers/json", "route", True),
        ("HEAD", "/containers/json", "route", True),
        ("get", "/containers/json", "route", True),
        ("PRI", "*", "address", True),
        ("GET", "/", "route", True),
        ("GET", "/v1.45", "route", True),
    ],
)
def test_what_is_not(method: str, uri: str, rule: str, violation: bool) -> None:  # noqa: FBT001 - a column
    sent: dict[str, Any] | None = {} if uri.endswith("/update") else None
    verdict = ask(method, uri, sent)
    assert (verdict.allowed, verdict.rule, verdict.violation) == (False, rule, violation), verdict.message


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("fromImage=busybox&tag=1", None),
        ("fromImage=docker.io%2Flibrary%2Fbusybox&tag=1", None),
        ("fromImage=busybox:1", None),
        ("fromImage=busybox:1&tag=", None),
        ("fromImage=busybox&tag=sha256:" + "1" * 64, None),
        ("fromImage=busybox@sha256:" + "1" * 64, None),
        ("fromImage=busybox&tag=1&platform=linux%2Farm64", None),
        ("fromImage=busybox", "image"),
        ("fromImage=busybox&tag=latest", "image"),
        ("fromImage=busybox:1&tag=2", "image"),
        ("fromImage=evil%2Fbusybox&tag=1", "image"),
        ("fromImage=localhost:5000%2Fbusybox&tag=1", "image"),
        ("fromImage=evil&tag=sha256:" + "1" * 64, "image"),
        ("fromImage=..%2F..%2Fx&tag=1", "image"),
        ("fromImage=", "image"),
        ("", "image"),
        ("fromImage=moby%2Fbuildkit&tag=buildx-stable-1", "build"),
        ("fromImage=busybox&tag=1&repo=x", "query"),
        ("fromImage=busybox&tag=1&fromImage=evil", "query"),
        ("fromImage=busybox&tag=1&fromSrc=-", "query"),
        ("fromSrc=-&repo=x&tag=1", "load"),
    ],
)
def test_pulls(query: str, rule: str | None) -> None:
    verdict = ask("POST", f"/images/create?{query}")
    assert verdict.rule == rule, verdict.message


def test_a_refused_pull_says_what_there_is() -> None:
    assert ask("POST", "/images/create?fromImage=docker.io%2Flibrary%2Fnginx&tag=latest").message == (
        "the image nginx:latest is not available in this exercise (rule image): "
        "the images that can be pulled are busybox:1, nginx:1, redis:7."
    )


@pytest.mark.parametrize(
    ("method", "uri", "rule"),
    [
        ("POST", "/grpc", None),
        ("POST", "/session", None),
        ("POST", "/build?version=2&session=x&remote=client-session&t=a&t=b&networkmode=default&cachefrom=[]", None),
        ("POST", "/build?version=1&cgroupparent=&extrahosts=null&squash=0&securityopt=null", None),
        ("POST", "/build?remote=http://x/y.tar", "build-remote"),
        ("POST", "/build?networkmode=host", "host-network"),
        ("POST", "/build?networkmode=container:x", "host-network"),
        ("POST", "/build?cgroupparent=x", "cgroup-parent"),
        ("POST", "/build?securityopt=[%22a%22]", "security-opt"),
        ("POST", "/build?outputs=[%7B%22Type%22:%22local%22%7D]", "build-output"),
        ("POST", "/build?cachefrom=[%22x%22]", "build-cache"),
        ("POST", "/build?extrahosts=a:1.2.3.4", "host-gateway"),
        ("POST", "/build?squash=1", "build-squash"),
        ("POST", "/build?isolation=hyperv", "windows"),
        ("POST", "/build?buildargs=%7B%22BUILDKIT_SYNTAX%22:%22x%22%7D", "build-args"),
        ("POST", "/build?unknown=1", "query"),
        ("POST", "/build/cancel?id=1", None),
        ("POST", "/images/create?fromImage=moby%2Fbuildkit&tag=x", "builder"),
    ],
)
def test_builds_where_they_are_allowed(method: str, uri: str, rule: str | None) -> None:
    verdict = ask(method, uri, by=rules(build=True))
    assert verdict.rule == rule, verdict.message


@pytest.mark.parametrize(
    ("method", "uri", "rule"),
    [
        ("GET", "/images/get?names=a&names=b", None),
        ("GET", "/images/x/get", None),
        ("POST", "/images/load?quiet=1", None),
        ("POST", "/images/create?fromSrc=-&repo=x", None),
        ("POST", "/images/create?fromSrc=http%3A%2F%2Fx%2Fy.tar&repo=x", "import"),
    ],
)
def test_images_as_files_where_they_are_allowed(method: str, uri: str, rule: str | None) -> None:
    kind = "application/x-tar" if method == "POST" else None
    verdict = ask(method, uri, None, {"Content-Type": kind, "Content-Length": None}, by=rules(load=True))
    assert verdict.rule == rule, verdict.message


def test_every_route_is_found_and_only_once() -> None:
    for route in routes.ROUTES:
        path = route.path.replace("{", "a-").replace("}", "-b/c")
        query = {"fromSrc": ["-"]} if route.name == "image import" else {}
        assert routes.find(route.method, path, query).route is route
        others = [one for one in routes.ROUTES if one.method == route.method and one.pattern().fullmatch(path)]
        assert [one.path for one in others] == [route.path] * len(others)


# --- spellings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        "/containers/create",
        "/v1.24/containers/create",
        "/v1.99/containers/create",
        "/v1.45/%63ontainers/create",
        "/v1.45/containers%2Fcreate",
        "/v1%2E45/containers/create",
        "/containers/create?",
        "/containers/create?&&",
    ],
)
def test_every_spelling_gets_the_same_verdict(uri: str) -> None:
    assert create(body(), uri=uri) == create(body())
    refused = create(body({"Binds": ["/:/x"]}), uri=uri)
    assert (refused.rule, refused.violation) == ("bind-outside", True)
    assert refused == create(body({"Binds": ["/:/x"]}))


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "containers/create",
        "http://docker/containers/create",
        "//containers/create",
        "/v1.45//containers/create",
        "/%2Fcontainers/create",
        "/containers/./create",
        "/containers/x/../create",
        "/containers/%2e%2e/containers/create",
        "/containers/%2E/create",
        "/containers/create/",
        "/containers/create/..",
        "/%2563ontainers/create",
        "/containers/create#x",
        "/containers/create?name=a;platform=b",
        "/containers/create?name=%",
        "/containers/create?name=%zz",
        "/containers/create?name=%ff",
        "/containers/create?name=%00",
        "/containers/create?name=a&name=b",
        "/containers/create?Name=a",
        "/containers/create?fromImage=a",
        "/containers/%ff/create",
        "/containers/create%0a",
        "/containers/create%00",
        "/containers/cr\u00e9ate",
        "/containers/create x",
        "/containers/create\t",
        "/containers\\create",
        "/v1.23/containers/create",
        "/v1.100/containers/create",
        "/v2.0/containers/create",
        "/v1.45.1/containers/create",
        "/V1.45/containers/create",
        "/containers/CREATE",
        "/containers/create?" + "a" * 20_000,
    ],
)
def test_odd_addresses(uri: str) -> None:
    verdict = create(body(), uri=uri)
    assert (verdict.allowed, verdict.violation) == (False, True)
    assert verdict.rule in {"address", "query", "route"}


# --- bodies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        pytest.param("body", None, id="none, as the engine passes on a chunked one"),
        pytest.param("body", b"", id="empty"),
        pytest.param("json", RUN[:-10], id="cut"),
        pytest.param("json", RUN + b"{}", id="trailing data"),
        pytest.param("json", b"[" + RUN + b"]", id="a list"),
        pytest.param("json", b"null", id="null"),
        pytest.param("json", b"\xef\xbb\xbf" + RUN, id="a byte order mark"),
        pytest.param("json", RUN.decode().encode("utf-16"), id="another encoding"),
        pytest.param("json", b'{"Image":"\xff"}', id="no UTF-8"),
        pytest.param("json", b'{"Image":"\\ud800"}', id="half a character"),
        pytest.param("json", b'{"\\udc00":1}', id="half a character in a key"),
        pytest.param("json", b'{"StopTimeout":NaN}', id="NaN"),
        pytest.param("json", b'{"StopTimeout":-Infinity}', id="infinity"),
        pytest.param("json", b'{"StopTimeout":9223372036854775808}', id="over 64 bits"),
        pytest.param("json", b'{"StopTimeout":' + b"9" * 5000 + b"}", id="a huge number"),
        pytest.param("json", b'{"Env":' * 5000 + b"1" + b"}" * 5000, id="very deep"),
        pytest.param("json", b'{"Env":' + b"[" * 40 + b"]" * 40 + b"}", id="deep"),
        pytest.param("json", b"{'Image': 'busybox'}", id="no JSON"),
        pytest.param("json", b'{"Image":"busybox",}', id="a comma too many"),
        pytest.param("json", b'{"Image":"a\nb"}', id="a raw control character"),
        pytest.param("duplicate-key", b'{"Image":"a","Image":"b"}', id="a key twice"),
        pytest.param("duplicate-key", b'{"Labels":{"a":"b","a":"c"}}', id="a key twice further down"),
        pytest.param("duplicate-key", b'{"Image":"a","\\u0049mage":"b"}', id="a key twice, once escaped"),
        pytest.param("body", b'{"Image":"' + b"x" * 2**20 + b'"}', id="too long"),
    ],
)
def test_odd_bodies(rule: str, sent: bytes | None) -> None:
    verdict = create(sent, {"Content-Type": "application/json"})
    assert (verdict.allowed, verdict.violation) == (False, True)
    assert verdict.rule == rule or (rule == "body" and verdict.rule == "json")


@pytest.mark.parametrize(
    ("rule", "headers"),
    [
        ("body", {"Content-Length": None}),
        ("body", {"Content-Length": "1"}),
        ("body", {"Content-Length": str(2**20)}),
        ("body", {"Content-Length": "+5"}),
        ("body", {"Content-Length": "5, 5"}),
        ("content-type", {"Content-Type": None}),
        ("content-type", {"Content-Type": "text/plain"}),
        ("content-type", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("content-type", {"Content-Type": "multipart/form-data; boundary=x"}),
        ("upgrade", {"Upgrade": "h2c"}),
        ("upgrade", {"Upgrade": "tcp"}),
        ("upgrade", {"HTTP2-Settings": "AAMAAABkAAQAAP__"}),
        ("header", {"content-type": "application/json"}),
        (None, {"Content-Type": "application/json; charset=utf-8"}),
        (None, {"User-Agent": "Docker-Client/28.2.2", "Traceparent": "00-1-1-01", "X-Registry-Auth": "e30="}),
    ],
)
def test_headers(rule: str | None, headers: dict[str, str | None]) -> None:
    verdict = create(body(), headers)
    assert (verdict.rule, verdict.violation) == (rule, rule is not None), verdict.message


@pytest.mark.parametrize(
    ("rule", "uri", "headers"),
    [
        ("body", "/containers/web/start", {"Content-Length": "2"}),
        ("body", "/containers/web/start", {"Content-Length": None}),
        ("content-type", "/containers/web/start", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("body", "/commit?container=web", {"Content-Length": "2"}),
        ("body", "/commit?container=web", {"Content-Length": None}),
        ("upgrade", "/containers/web/start", {"Upgrade": "tcp"}),
        ("upgrade", "/containers/web/attach?stream=1", {"Upgrade": "h2c"}),
        (
            None,
            "/containers/web/attach?stream=1",
            {"Upgrade": "tcp", "Connection": "Upgrade", "Content-Type": "text/plain"},
        ),
        (None, "/containers/web/start", {}),
    ],
)
def test_requests_without_a_body(rule: str | None, uri: str, headers: dict[str, str | None]) -> None:
    verdict = ask("POST", uri, None, headers)
    assert (verdict.rule, verdict.violation) == (rule, rule is not None), verdict.message


def test_a_start_brings_no_settings() -> None:
    assert ask("POST", "/containers/web/start", {"Privileged": True}).rule == "body"


@pytest.mark.parametrize(
    ("kind", "allowed"), [(None, True), ("application/x-tar", True), ("text/plain", True), ("application/json", False)]
)
def test_docker_cp(kind: str | None, allowed: bool) -> None:  # noqa: FBT001 - a column
    verdict = ask("PUT", "/containers/web/archive?path=%2F&noOverwriteDirNonDir=true", None, {"Content-Type": kind})
    assert (verdict.name, verdict.allowed) == ("container cp", allowed)


# --- anything -------------------------------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
KNOWN = CONFIG.keys() | HOST.keys() | {"HostConfig", "NetworkingConfig"}


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=12).filter(lambda key: key not in KNOWN), VALUES, min_size=1))
def test_unknown_fields_are_never_allowed(fields: dict[str, Any]) -> None:
    for verdict in (create(body(None, **fields)), create(body(fields))):
        assert not verdict.allowed
        assert verdict.violation


@given(st.sampled_from(sorted(body()["HostConfig"])), VALUES)
def test_any_value_gets_a_verdict(field: str, value: Any) -> None:
    verdict = create(body({field: value}))
    assert verdict.allowed or (verdict.rule and verdict.message)


@given(
    st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE"]) | st.text(max_size=8),
    st.text(max_size=30) | st.from_regex(r"/(v1\.45/)?(containers|images)/[^?]{0,20}(\?[^#]{0,20})?", fullmatch=True),
    st.dictionaries(st.sampled_from(["Content-Type", "content-length", "Upgrade"]), st.text(max_size=12)),
    st.none() | st.binary(max_size=60),
)
def test_anything_gets_a_verdict(method: str, uri: str, headers: dict[str, str], sent: bytes | None) -> None:
    verdict = decide(Request(method, uri, headers, sent), RULES)
    assert verdict.allowed == (verdict.rule is None)


def test_verdicts_of_one_request_are_equal() -> None:
    one = request("POST", CREATE, body())
    assert decide(one, RULES) == decide(one, RULES)


# --- events ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("", True),
        ("?since=1700000000.000000000&until=1700000060", True),
        ("?since=1700000001", True),
        ("?since=1699999999.900000000", False),
        ("?since=0", False),
        ("?since=-1", False),
        ("?since=1e99", False),
        ("?since=2026-11-23T00:00:00Z", False),
    ],
)
def test_events_of_earlier_attempts_are_not_told(query: str, allowed: bool) -> None:  # noqa: FBT001
    verdict = ask("GET", f"/v1.45/events{query}", by=Rules(began=1_700_000_000.0))
    assert (verdict.allowed, verdict.rule, verdict.violation) == (allowed, None if allowed else "events-since", False)
