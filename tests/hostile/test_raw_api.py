"""Annex 2 of the threat catalogue, without the docker command: bytes on the socket, spelled as no client does."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.support.disposable import message
from tests.support.policy import CREATE, body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.disposable import Bench, Ran

pytestmark = pytest.mark.docker

PRIVILEGED: Final = body({"Privileged": True})
TEXT: Final = json.dumps(PRIVILEGED)
FORM: Final = "application/x-www-form-urlencoded"
FIELDS: Final[dict[str, tuple[Any, str, bool]]] = {
    "Binds": (["/:/host"], "bind-outside", True),
    "CgroupParent": ("/", "cgroup-parent", True),
    "Cgroup": ("container:x", "cgroup-parent", True),
    "CgroupnsMode": ("host", "cgroupns", True),
    "PidMode": ("host", "pid", True),
    "IpcMode": ("host", "ipc", True),
    "UTSMode": ("host", "uts", True),
    "UsernsMode": ("host", "userns", True),
    "NetworkMode": ("host", "host-network", False),
    "Privileged": (True, "privileged", False),
    "CapAdd": (["SYS_ADMIN"], "cap-add", False),
    "Capabilities": (["CAP_SYS_ADMIN"], "cap-add", False),
    "SecurityOpt": (["seccomp=unconfined"], "security-opt", True),
    "MaskedPaths": ([], "masked-paths", True),
    "ReadonlyPaths": ([], "masked-paths", True),
    "Sysctls": ({"kernel.shm_rmid_forced": "1"}, "sysctls", True),
    "GroupAdd": (["0"], "group-add", False),
    "Runtime": ("runc", "runtime", True),
    "Annotations": ({"a": "b"}, "annotations", True),
    "Isolation": ("process", "windows", False),
    "OomKillDisable": (True, "oom", True),
    "OomScoreAdj": (-1000, "oom", True),
    "CpuRealtimePeriod": (1000, "cpu-realtime", False),
    "CpuRealtimeRuntime": (1000, "cpu-realtime", False),
    "BlkioWeight": (100, "blkio", False),
    "BlkioWeightDevice": ([{"Path": "/dev/null", "Weight": 100}], "blkio", False),
    "BlkioDeviceReadBps": ([{"Path": "/dev/null", "Rate": 1}], "blkio", False),
    "BlkioDeviceWriteBps": ([{"Path": "/dev/null", "Rate": 1}], "blkio", False),
    "BlkioDeviceReadIOps": ([{"Path": "/dev/null", "Rate": 1}], "blkio", False),
    "BlkioDeviceWriteIOps": ([{"Path": "/dev/null", "Rate": 1}], "blkio", False),
    "StorageOpt": ({"size": "1g"}, "storage-opt", False),
    "Ulimits": ([{"Name": "rtprio", "Soft": 9, "Hard": 9}], "ulimit", False),
    "ShmSize": (2**40, "memory", False),
    "Memory": (2**40, "memory", False),
    "MemorySwap": (2**40, "memory", False),
    "KernelMemory": (2**30, "kernel-memory", False),
    "KernelMemoryTCP": (2**30, "kernel-memory", False),
    "PidsLimit": (100_000, "pids", False),
    "Tmpfs": ({"/x": "size=100g"}, "tmpfs", False),
    "ContainerIDFile": ("/work/id", "cidfile", False),
    "VolumeDriver": ("other", "volume-driver", True),
    "Devices": ([{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x"}], "devices", True),
    "DeviceCgroupRules": (["a *:* rwm"], "devices", True),
    "DeviceRequests": ([{"Driver": "cdi", "DeviceIDs": ["x.org/y=z"]}], "devices", True),
    "ExtraHosts": (["a:host-gateway"], "host-gateway", False),
    "LogConfig": ({"Type": "gelf", "Config": {"gelf-address": "udp://127.0.0.1:1"}}, "log-driver", False),
    "RestartPolicy": ({"Name": "always"}, "restart", False),
    "InitPath": ("/work/init", "init-path", False),
    "Dns": (["not-an-address"], "dns", False),
    "Mounts": ([{"Type": "bind", "Source": "/", "Target": "/x"}], "bind-outside", True),
    "Surprise": (1, "unknown-field", True),
}
"""Fields of HostConfig, with what is asked for, the rule, and whether it is an attempt to get out."""
MOUNTS: Final[list[tuple[dict[str, Any], str, bool]]] = [
    ({"Type": "npipe", "Source": "/x"}, "mount-type", False),
    ({"Type": "cluster", "Source": "x"}, "mount-type", False),
    ({"Type": "image", "Source": "busybox:1"}, "mount-type", False),
    ({"Type": "bind", "Source": "/work", "BindOptions": {"Propagation": "rshared"}}, "bind-propagation", True),
    ({"Type": "volume", "VolumeOptions": {"DriverConfig": {"Options": {"o": "bind"}}}}, "volume-options", True),
    ({"Type": "volume", "VolumeOptions": {"Subpath": "../.."}}, "volume-subpath", False),
    ({"Type": "tmpfs", "TmpfsOptions": {"Options": [["dev"]]}}, "tmpfs", False),
]


def host(text: str) -> str:
    """Give a `docker run` whose HostConfig is written by hand."""
    return f'{{"Image":"busybox:1","HostConfig":{text}}}'


SPELLINGS: Final = {
    "another case": (host('{"privileged":true}'), "unknown-field"),
    "all capitals": (host('{"PRIVILEGED":true}'), "unknown-field"),
    "the outer key in another case": ('{"Image":"busybox:1","hostconfig":{"Privileged":true}}', "unknown-field"),
    "twice, the last wins": (host('{"Privileged":false,"Privileged":true}'), "duplicate-key"),
    "twice, the first wins": (host('{"Privileged":true,"Privileged":false}'), "duplicate-key"),
    "twice in two cases": (host('{"Privileged":false,"privileged":true}'), "unknown-field"),
    "two HostConfigs": ('{"HostConfig":{},"Image":"busybox:1","HostConfig":{"Privileged":true}}', "duplicate-key"),
    "twice, one escaped": (host(r'{"Privileged":false,"\u0050rivileged":true}'), "duplicate-key"),
    "with a Kelvin sign": (host('{"Networ\u212aMode":"host"}'), "unknown-field"),
    "with a long s": (host('{"U\u017fernsMode":"host"}'), "unknown-field"),
    "trailing data": (host("{}") + host('{"Privileged":true}'), "json"),
    "trailing brackets": (host("{}") + "}", "json"),
    "cut": (TEXT[:-5], "json"),
    "with a byte order mark": ("\ufeff" + TEXT, "json"),
    "in UTF-16": (TEXT.encode("utf-16"), "json"),
    "in bytes that are no text": (TEXT.encode().replace(b"busybox", b"\xff"), "json"),
    "half a character": (host(r'{"Binds":["\ud800:/x"]}'), "json"),
    "no number": (host('{"Memory":NaN}'), "json"),
    "a huge number": (host('{"Memory":99999999999999999999999}'), "json"),
    "a list": ("[]", "json"),
    "null": ("null", "json"),
    "nothing": ("", "body"),
    "very deep": ('{"a":' * 5000 + "1" + "}" * 5000, "json"),
    "true as text": (host('{"Privileged":"true"}'), "privileged"),
    "true as a number": (host('{"Privileged":1}'), "privileged"),
    "a text where a list is": (host('{"Binds":"/:/x"}'), "malformed"),
    "a comment": (host('{/**/"Privileged":true}'), "json"),
}  # fmt: skip
INNOCENT: Final = {"privileged", "host-network"}
PATHS: Final = {
    "no version": ("/containers/create", 403, "privileged"),
    "the oldest version": ("/v1.24/containers/create", 403, "privileged"),
    "a version before that": ("/v1.12/containers/create", 403, "route"),
    "a version to come": ("/v1.99/containers/create", 403, "privileged"),
    "two versions": ("/v1.45/v1.45/containers/create", 404, ""),
    "an encoded letter": ("/v1.45/containers/%63reate", 403, "privileged"),
    "an encoded slash": ("/v1.45%2fcontainers%2fcreate", 403, "privileged"),
    "encoded twice": ("/v1.45/containers/%2563reate", 404, ""),
    "a broken escape": ("/v1.45/containers/%6", 400, ""),
    "a dot": ("/v1.45/./containers/create", 301, ""),
    "two dots": ("/v1.45/images/../containers/create", 301, ""),
    "encoded dots": ("/v1.45/images/%2e%2e/containers/create", 301, ""),
    "two slashes": ("/v1.45//containers/create", 301, ""),
    "a slash at the end": ("/v1.45/containers/create/", 404, ""),
    "a host in it": ("http://docker/v1.45/containers/create", 403, "address"),
    "another host in it": ("http://127.0.0.1:47300/v1.45/containers/create", 403, "address"),
    "capitals": ("/v1.45/Containers/Create", 404, ""),
    "a fragment": ("/v1.45/containers/create#x", 404, ""),
    "an unknown parameter": (f"{CREATE}?Name=a", 403, "query"),
    "a parameter twice": (f"{CREATE}?name=a&name=b", 403, "query"),
    "a semicolon": (f"{CREATE}?name=a;platform=b", 403, "query"),
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(shared_engine: Bench) -> Iterator[Bench]:
    shared_engine.rules()
    shared_engine.open()
    shared_engine.works("docker run -d --name runs busybox:1 sleep 600")
    yield shared_engine
    shared_engine.end()
    shared_engine.clear()


def status(ran: Ran) -> int:
    """Give the status of the last answer."""
    found = re.findall(r"^HTTP/1\.[01] (\d+)", ran.output, re.MULTILINE)
    assert found, ran.output
    return int(found[-1])


def refuse(engine: Bench, data: bytes, rule: str, *, violation: bool, code: int = 403, stay: bool = False) -> Ran:
    """Assert that bytes get an answer that refuses them, and that nothing was made."""
    engine.rules()
    before = engine.inventory()
    ran = engine.raw(data, stay=stay)
    assert status(ran) == code, ran.output
    if rule:
        assert f"(rule {rule})" in ran.output
        assert rule in ran.refused
    assert (ran.violation is not None) is violation, ran.violation
    assert engine.inventory() == before
    return ran


@pytest.mark.parametrize("field", FIELDS)
def test_fields_of_a_container(engine: Bench, field: str) -> None:
    value, rule, violation = FIELDS[field]
    refuse(engine, message("POST", CREATE, body({field: value})), rule, violation=violation)


@pytest.mark.parametrize(("mount", "rule", "violation"), MOUNTS)
def test_mounts(engine: Bench, mount: dict[str, Any], rule: str, *, violation: bool) -> None:
    sent = body({"Mounts": [{"Target": "/x", **mount}]})
    refuse(engine, message("POST", CREATE, sent), rule, violation=violation)


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_of_a_body(engine: Bench, name: str) -> None:
    text, rule = SPELLINGS[name]
    refuse(engine, message("POST", CREATE, text), rule, violation=rule not in INNOCENT)


def test_an_escaped_key_is_the_key(engine: Bench) -> None:
    text = host(r'{"\u0050rivileged":true}')
    refuse(engine, message("POST", CREATE, text), "privileged", violation=False)


@pytest.mark.parametrize("name", PATHS)
def test_spellings_of_an_address(engine: Bench, name: str) -> None:
    path, code, rule = PATHS[name]
    violation = code == 403 and rule not in INNOCENT
    refuse(engine, message("POST", path, PRIVILEGED), rule, violation=violation, code=code)


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"Content-Type": FORM}, "content-type"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, "content-type"),
        ({"Content-Type": "text/plain"}, "content-type"),
        ({"Content-Type": ""}, "content-type"),
        # The engine reads a form by the first of two, and tells the gatekeeper of the last.
        ({"Content-Type": f"{FORM}\r\nContent-Type: application/json"}, "body"),
        ({"Content-Type": f"application/json\r\nContent-Type: {FORM}"}, "content-type"),
        ({"Content-Type": f"application/json, {FORM}"}, "content-type"),
        ({"Connection": "Upgrade", "Upgrade": "h2c"}, "upgrade"),
        ({"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}, "upgrade"),
        ({"Connection": "Upgrade", "Upgrade": "websocket"}, "upgrade"),
        ({"Connection": "Upgrade", "Upgrade": "tcp"}, "upgrade"),
        ({"X-Grader-Token": "guess"}, "token"),
        ({"X-Grader-Token": "\t"}, "token"),
        ({"x-grader-token": "a\r\nX-Grader-Token: b"}, "token"),
        ({"Transfer-Encoding": "chunked", "Content-Length": ""}, "body"),
    ],
)
def test_headers(engine: Bench, headers: dict[str, str], rule: str) -> None:
    sent: Any = PRIVILEGED
    if "Transfer-Encoding" in headers:
        sent = f"{len(TEXT):x}\r\n{TEXT}\r\n0\r\n\r\n"
    refuse(engine, message("POST", CREATE, sent, headers), rule, violation=True)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Length": f"{len(TEXT)}\r\nContent-Length: 5"}, 400),
        ({"Content-Length": f"{len(TEXT)}, {len(TEXT)}"}, 400),
        ({"Content-Length": "-1"}, 400),
        ({"Content-Length": f"+{len(TEXT)}"}, 400),
        ({"Content-Length ": str(len(TEXT))}, 400),
        ({"Transfer-Encoding": "gzip, chunked"}, 501),
        ({"Transfer-Encoding": "xchunked"}, 501),
        ({"Host": ""}, 400),
    ],
)
def test_headers_that_the_engine_does_not_read(engine: Bench, headers: dict[str, str], code: int) -> None:
    refuse(engine, message("POST", CREATE, PRIVILEGED, headers), "", violation=False, code=code)


def test_both_a_length_and_chunks(engine: Bench) -> None:
    sent = f"{len(TEXT):x}\r\n{TEXT}\r\n0\r\n\r\n"
    refuse(engine, message("POST", CREATE, sent, {"Transfer-Encoding": "chunked"}), "body", violation=True)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_long_for_the_gatekeeper(engine: Bench, *, chunked: bool) -> None:
    """The engine passes on no body of more than a MiB, and would do what is in it."""
    long = host('{"Privileged":true}').replace("{", '{"Env":["' + "x" * 1_100_000 + '"],', 1)
    sent = f"{len(long):x}\r\n{long}\r\n0\r\n\r\n" if chunked else long
    headers = {"Transfer-Encoding": "chunked", "Content-Length": ""} if chunked else {}
    refuse(engine, message("POST", CREATE, sent, headers), "body", violation=True)


def test_a_length_that_is_too_short(engine: Bench) -> None:
    headers = {"Content-Length": str(len(TEXT) - 10)}
    refuse(engine, message("POST", CREATE, TEXT, headers), "json", violation=True)


def test_a_length_that_is_too_long(engine: Bench) -> None:
    headers = {"Content-Length": str(len(TEXT) + 10)}
    refuse(engine, message("POST", CREATE, TEXT, headers), "", violation=False, code=500)


def test_a_length_that_is_too_long_and_the_sender_waits(engine: Bench) -> None:
    engine.rules()
    before = engine.inventory()
    ran = engine.raw(message("POST", CREATE, TEXT, {"Content-Length": str(len(TEXT) + 10)}), stay=True)
    assert "HTTP/1.1 20" not in ran.output
    assert engine.inventory() == before


def test_a_second_request_on_the_same_connection(engine: Bench) -> None:
    allowed = message("GET", "/v1.45/version", headers={"Connection": ""})
    hidden = message("POST", CREATE, PRIVILEGED)
    ran = refuse(engine, allowed + hidden, "privileged", violation=False, stay=True)
    assert ran.output.startswith("HTTP/1.1 200")


def test_a_request_inside_the_body_of_another(engine: Bench) -> None:
    hidden = message("POST", CREATE, PRIVILEGED).decode()
    refuse(engine, message("POST", f"{CREATE}?name=outer", hidden), "json", violation=True)
    # Of a GET the engine reads no body: what follows is a request of its own, or a part of this one.
    refuse(engine, message("GET", "/v1.45/version", hidden, {"Connection": ""}), "", violation=True)


@pytest.mark.parametrize(
    "data",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        b"POST /containers/create HTTP/3.0\r\nHost: docker\r\n\r\n",
        b"CONNECT 127.0.0.1:47300 HTTP/1.1\r\nHost: docker\r\n\r\n",
        b"\x16\x03\x01\0\xa5\x01\0\0\xa1\x03\x03",
        b"\0" * 100,
    ],
)
def test_other_protocols(engine: Bench, data: bytes) -> None:
    engine.rules()
    before = engine.inventory()
    ran = engine.raw(data)
    assert not re.search(r"HTTP/[\d.]+ (1|2)\d\d", ran.output), ran.output
    assert engine.inventory() == before


@pytest.mark.parametrize(
    ("method", "path", "sent", "rule", "violation"),
    [
        ("OPTIONS", "/v1.45/version", None, "route", True),
        ("GET", "/containers/runs/attach/ws?stream=1", None, "route", True),
        ("POST", "/containers/runs/exec", {"Cmd": ["id"], "Privileged": True}, "privileged", False),
        ("POST", "/containers/runs/exec", {"Cmd": ["id"], "privileged": True}, "unknown-field", True),
        ("POST", "/containers/runs/update", {"Memory": 0, "PidsLimit": -1}, "update", False),
        ("POST", "/containers/runs/checkpoints", {"CheckpointID": "x", "CheckpointDir": "/work"}, "checkpoint", False),
        ("POST", "/session", None, "build", False),
        ("POST", "/grpc", None, "build", False),
        ("POST", "/build?remote=http://127.0.0.1:47300/x", None, "build", False),
        ("POST", "/auth", {"username": "a", "password": "b", "serveraddress": "127.0.0.1:47300"}, "login", False),
        ("GET", "/plugins/privileges?remote=x", None, "plugin", True),
        ("POST", "/plugins/pull?remote=x&name=x", [], "plugin", True),
        ("POST", "/plugins/create?name=x", b"", "plugin", True),
        ("DELETE", "/plugins/grader?force=1", None, "plugin", True),
        ("POST", "/swarm/init", {"ListenAddr": "127.0.0.1:1"}, "swarm", False),
        ("POST", "/swarm/join", {"RemoteAddrs": ["127.0.0.1:1"]}, "swarm", True),
        ("POST", "/services/create", {}, "swarm", True),
        ("POST", "/secrets/create", {}, "swarm", True),
        ("GET", "/nodes", None, "swarm", False),
        ("GET", "/tasks", None, "swarm", False),
        ("POST", "/images/load", b"x", "load", False),
        ("GET", "/images/get?names=busybox:1", None, "load", False),
        ("POST", "/images/busybox:1/push", None, "push", False),
        ("GET", "/images/search?term=x", None, "search", False),
        ("GET", "/distribution/busybox:1/json", None, "distribution", False),
        ("POST", "/images/create?fromImage=alpine&tag=latest", None, "image", False),
        ("POST", "/images/create?fromImage=busybox:1&repo=x", None, "query", True),
        ("POST", "/images/create?fromSrc=http://127.0.0.1:47300/&repo=x", None, "load", False),
        ("POST", "/images/create?fromImage=busybox&tag=1&fromImage=alpine", None, "query", True),
        ("POST", "/volumes/create", {"Name": "v", "DriverOpts": {"o": "bind", "device": "/"}}, "volume-options", True),
        ("POST", "/volumes/create", {"Name": "v", "ClusterVolumeSpec": {"Group": "x"}}, "mount-type", False),
        ("POST", "/networks/create", {"Name": "n", "Options": {"a": "b"}}, "network-options", False),
        ("POST", "/networks/create", {"Name": "n", "ConfigFrom": {"Network": "x"}}, "network-driver", False),
        ("POST", "/networks/host/connect", {"Container": "runs"}, "host-network", False),
        ("GET", "/debug/pprof/heap", None, "route", True),
        ("GET", "/debug/vars", None, "route", True),
    ],
)
def test_routes(engine: Bench, method: str, path: str, sent: Any, rule: str, *, violation: bool) -> None:
    headers = {"Content-Type": "application/x-tar"} if isinstance(sent, bytes) else {}
    refuse(engine, message(method, path, sent, headers), rule, violation=violation)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CREATE),
        ("PUT", CREATE),
        ("post", CREATE),
        ("GET", "/"),
        ("GET", "/metrics"),
        ("POST", "/AuthZPlugin.AuthZReq"),
        ("POST", "/v1.45/moby.buildkit.v1.Control/Solve"),
    ],
)
def test_routes_that_the_engine_does_not_have(engine: Bench, method: str, path: str) -> None:
    """It says so before it asks its gatekeeper."""
    refuse(engine, message(method, path, PRIVILEGED), "", violation=False, code=404)


def test_curl_is_a_client_like_any_other(engine: Bench) -> None:
    engine.rules()
    before = engine.inventory()
    curl = "curl -s --unix-socket /run/student/docker.sock"
    assert json.loads(engine.works(f"{curl} http://docker/v1.45/containers/json"))
    for more in (
        "",
        "--http2",
        "--http2-prior-knowledge",
        "-H 'Transfer-Encoding: chunked'",
        "-H 'Expect: 100-continue'",
    ):
        sent = '-H \'Content-Type: application/json\' -d \'{"Image":"busybox:1","HostConfig":{"Privileged":true}}\''
        ran = engine.sh(f"{curl} {more} {sent} http://docker/v1.45/containers/create")
        assert ran.code or "(rule " in ran.output, ran.output
    assert engine.inventory() == before
