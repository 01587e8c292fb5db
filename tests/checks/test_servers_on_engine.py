"""The checks of servers, on a real image of each kind: one with many servers in it, and one without a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.http import Http
from grader.checks.listens import Listens
from grader.checks.port import Port
from grader.checks.tcp import Tcp
from grader.core.clock import limit
from grader.core.errors import Failure
from grader.core.specs import ContainerSpec, Ready
from tests.support.checks import make
from tests.support.engine import project_in
from tests.support.servers import TLS, pem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.check import Check
    from grader.sandbox.project import Project

pytestmark = pytest.mark.docker

APP = """
import json, os, socket, socketserver, ssl, threading
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

KEPT, lost = "/tmp/notes.json", {}

class Notes(BaseHTTPRequestHandler):
    def do_POST(self):
        note = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        lost["7"] = note
        if self.path == "/notes":
            with open(KEPT, "w") as file:
                json.dump(note, file)
        self.answer(201, {"id": 7}, Location="/notes/7")

    def do_GET(self):
        if self.path == "/old":
            self.answer(301, {}, Location="/new")
        elif self.path == "/away":
            self.answer(302, {}, Location="http://192.0.2.1/")
        elif self.path == "/notes/7" and os.path.exists(KEPT):
            self.answer(200, json.load(open(KEPT)))
        elif self.path == "/lost/7" and lost:
            self.answer(200, lost["7"])
        else:
            self.answer(200 if self.path in ("/", "/new") else 404, {"path": self.path})

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

everybody = threading.Barrier(5)

class Together(Notes):
    def do_GET(self):
        try:
            everybody.wait(1)
        except threading.BrokenBarrierError:
            return self.answer(503, {})
        self.answer(200, {})

class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 ready\\r\\n")
        for line in self.rfile:
            self.wfile.write(b"221 bye\\r\\n" if line.startswith(b"QUIT") else b"500 what\\r\\n")
            if line.startswith(b"QUIT"):
                return

def serve(server):
    threading.Thread(target=server.serve_forever).start()

class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

secure = ThreadingHTTPServer(("", 3443), Notes)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
secure.socket = context.wrap_socket(secure.socket, server_side=True)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("", 5353))
for server in (secure, ThreadingHTTPServer(("", 3001), Together), HTTPServer(("", 3002), Together),
               Threads(("", 2525), Lines), Threads(("127.0.0.1", 9000), Lines), ThreadingHTTPServer(("", 3000), Notes)):
    serve(server)
"""
DOCKERFILE = (
    "FROM python:3-slim\nWORKDIR /app\nCOPY . .\nRUN useradd --uid 1234 app\nUSER app\n"
    'STOPSIGNAL SIGKILL\nCMD ["python3", "-u", "app.py"]\n'
)
PORTS = (2525, 3000, 3001, 3002, 3443, 4000, 9000)
SHELLLESS = (
    "FROM busybox:1 AS tools\nRUN mkdir /site && echo hello > /site/index.html\n"
    "FROM scratch\nCOPY --from=tools /bin/busybox /bin/httpd\nCOPY --from=tools /site /site\n"
    'STOPSIGNAL SIGKILL\nCMD ["/bin/httpd", "-f", "-p", "3000", "-h", "/site"]\n'
)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    files: dict[str, str | bytes] = {"app.py": APP, "server.pem": pem("server")}
    files["server.key"] = (TLS / "server.key").read_bytes()
    spec = ContainerSpec(publish=PORTS, ready=Ready(port=3000, within=20))
    with project_in(tmp_path_factory.mktemp("servers"), DOCKERFILE, files, main=spec) as project:
        yield project


@pytest.fixture(scope="module")
def shellless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    spec = ContainerSpec(publish=(3000, 4000), ready=Ready(port=3000, within=20))
    with project_in(tmp_path_factory.mktemp("shellless"), SHELLLESS, main=spec) as project:
        yield project


def run(check: Check, project: Project) -> None:
    with limit(check.timeout, "the check's limit"):
        check.run(project)


POST: dict[str, Any] = {
    "method": "POST",
    "path": "/notes",
    "request_json": {"text": "hello"},
    "status": 201,
    "capture": {"id": {"header": "Location", "matches": "/notes/(.+)"}},
}
QUIT = {"send": r"QUIT\r\n", "expect": {"starts_with": "221"}}
GREETED: dict[str, Any] = {"expect": {"starts_with": "220"}}
GOOD: list[tuple[type[Check], dict[str, Any]]] = [
    (Http, {"port": 3000, "path": "/old", "redirect": {"to": "/new", "status": 301}}),
    (Http, {"port": 3000, "path": "/old", "follow": True, "json": {"$.path": "/new"}, "seconds": {"at_most": 10}}),
    (Http, {"port": 3443, "tls": {"subject": ["CN=localhost"], "days_left": {"at_least": 1}}}),
    (Http, {"port": 3001, "concurrent": 5, "status": 200}),
    (Http, {"port": 3000, "steps": [POST, {"restart": True, "path": "/notes/{{id}}", "json": {"$.text": "hello"}}]}),
    (Tcp, {"port": 2525, "steps": [GREETED, QUIT], "closes": True, "silence": "5s"}),
    (Tcp, {"port": 4000, "refused": True}),
    (Listens, {"ports": [2525, 3000, 3001, 3002, 3443, 9000], "only": True, "user": "app"}),
    (Listens, {"ports": [9000], "address": "loopback", "absent": [22]}),
    (Listens, {"ports": [5353], "protocol": "udp", "only": True, "address": "any"}),
    (Port, {"port": 3000}),
]
BAD: list[tuple[type[Check], dict[str, Any], str]] = [
    (Http, {"port": 3000, "path": "/old", "redirect": {"to": "/"}}, "the place that the redirect leads to is '/new'"),
    (
        Http,
        {"port": 3000, "path": "/away", "follow": True},
        "the redirect leads to another server, 'http://192.0.2.1/'",
    ),
    (Http, {"port": 3443, "tls": {"names": ["shop"]}}, "the list of names of the certificate on port 3443 does not"),
    (Http, {"port": 3000, "tls": True}, "port 3000 does not speak TLS"),
    (Http, {"port": 3002, "concurrent": 5}, "5 of 5 requests at once did not get the answer that is expected"),
    (
        Http,
        {"port": 3000, "steps": [{**POST, "path": "/lost"}, {"restart": True, "path": "/lost/7"}]},
        "step 2 of 2: GET /lost/7 on port 3000: the status is 404, expected 200",
    ),
    (
        Tcp,
        {"port": 2525, "steps": [GREETED, {**QUIT, "send": r"HI\r\n"}]},
        "does not start with '221': it is '500",
    ),
    (Tcp, {"port": 4000, "expect": "x"}, "nothing answers on port 4000: the container listens on port 2525 and port"),
    (Tcp, {"port": 9000, **GREETED}, "nothing answers on port 9000: the container listens on"),
    (Tcp, {"port": 2525, "refused": True}, "port 2525 accepts connections and should not"),
    (Listens, {"ports": [9000], "address": "any"}, "port 9000 is open on 127.0.0.1 only"),
    (Listens, {"ports": [3000], "user": "root"}, "the user who opened port 3000 is 'app', expected 'root'"),
    (Listens, {"absent": [3443]}, "port 3443 is open and should not be"),
    (
        Listens,
        {"ports": [53], "protocol": "udp"},
        "nothing listens on UDP port 53: the container has the",
    ),
]


def name(value: object) -> str | None:
    return value.__name__ if isinstance(value, type) else None


@pytest.mark.parametrize(("kind", "fields"), GOOD, ids=name)
def test_passes(kind: type[Check], fields: dict[str, Any], servers: Project) -> None:
    run(make(kind, **fields), servers)


@pytest.mark.parametrize(("kind", "fields", "because"), BAD, ids=name)
def test_fails(kind: type[Check], fields: dict[str, Any], because: str, servers: Project) -> None:
    with pytest.raises(Failure) as caught:
        run(make(kind, **{"silence": "1s", **fields} if kind is Tcp and "refused" not in fields else fields), servers)
    assert because in caught.value.message
    assert caught.value.reproduce is not None


def test_an_image_without_a_shell(shellless: Project) -> None:
    get = {"send": r"GET / HTTP/1.0\r\n\r\n", "expect": {"contains": "hello"}, "closes": True}
    run(make(Http, port=3000, body="hello", concurrent=4), shellless)
    run(make(Http, port=3000, steps=[{"restart": True, "body": "hello"}]), shellless)
    run(make(Tcp, port=3000, **get), shellless)
    run(make(Listens, ports=[3000], address="any", only=True, user="root"), shellless)
    for check, because in (
        (make(Http, port=4000), "nothing answers on port 4000: the container listens on port 3000"),
        (make(Tcp, port=3000, **{**get, "expect": "bye"}), "what comes back from port 3000 is 'HTTP/1.1 200 OK"),
        (make(Listens, ports=[4000]), "nothing listens on port 4000: the container listens on port 3000"),
    ):
        with pytest.raises(Failure) as caught:
            run(check, shellless)
        assert because in caught.value.message
