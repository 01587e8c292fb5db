"""Docker's authorization plugin: asked by the engine before every request is done, and told what came of it.

The protocol is Docker's (pkg/authorization in its sources): JSON by HTTP over a unix socket, a POST to
`/AuthZPlugin.AuthZReq` before and to `/AuthZPlugin.AuthZRes` after each request.
"""

from __future__ import annotations

import base64
import hmac
import json
import socketserver
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final

from .journal import COUNTED, Answer, Journal
from .policy import Request, Rules, Verdict, decide
from .rules import refused

TOKEN: Final = "X-Grader-Token"  # noqa: S105 - the name of the header
"""What carries it is let through, unrecorded: the grader's own calls."""
_MOST: Final = 64 * 1024 * 1024
"""Bytes that the engine may tell at once: it sends bodies of a megabyte, and whole answers."""
_IDLE: Final = 600.0
_TYPE: Final = "application/vnd.docker.plugins.v1.2+json"


_FORGED: Final = Verdict(
    False,
    rule="token",
    message="A call in the grader's name is not allowed (rule token): use the docker command, as it is.",
    violation=True,
)


class Gatekeeper:
    """Decides by the attempt's rules, and records; without rules it lets through only the grader's own calls."""

    def __init__(self, token: str, rules: Rules | None = None) -> None:
        if not token:
            raise ValueError("an empty token would make everybody the grader")
        self._token = token.encode()
        self._lock = threading.Lock()
        self._rules = rules
        self._journal = Journal()

    @property
    def rules(self) -> Rules | None:
        """The rules of the attempt; None: there is none."""
        with self._lock:
            return self._rules

    @rules.setter
    def rules(self, rules: Rules | None) -> None:
        with self._lock:
            self._rules = rules

    @property
    def violated(self) -> dict[str, Any] | None:
        """The first attempt to get out."""
        with self._lock:
            return self._journal.violated

    @property
    def count(self) -> int:
        """How many calls there were, those included that are not kept."""
        with self._lock:
            return self._journal.number

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Give the calls after the one with this number."""
        with self._lock:
            return [dict(one) for one in self._journal.entries if one["number"] > since]

    def reset(self) -> None:
        """Forget the attempt and its rules."""
        with self._lock:
            self._rules = None
            self._journal = Journal()

    def before(self, told: dict[str, Any]) -> dict[str, Any]:
        """Answer `AuthZReq`."""
        try:
            request = _request(told)
            token = _token(request)
            if token is not None and self._knows(token):
                return {"Allow": True}
            with self._lock:
                verdict = self._decide(request) if token is None else _FORGED
                self._journal.add(request, verdict)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the door stays shut
            return self._broken()
        return {"Allow": True} if verdict.allowed else {"Allow": False, "Msg": verdict.message}

    def after(self, told: dict[str, Any]) -> dict[str, Any]:
        """Answer `AuthZRes`. What was done can't be undone: this only records."""
        with suppress(Exception):
            request = _request(told)
            if _token(request) is None:
                status = int(told.get("ResponseStatusCode") or 0)
                answer = Answer(status, told.get("ResponseHeaders") or {}, _bytes(told, "ResponseBody"))
                with self._lock:
                    self._journal.answer(request, answer)
        return {"Allow": True}

    def serve(self, path: Path | str) -> Server:
        """Answer the engine at this socket, in threads of its own."""
        server = Server(Path(path), self)
        threading.Thread(target=server.serve_forever, args=(0.1,), name="gatekeeper", daemon=True).start()
        return server

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token)

    def _decide(self, request: Request) -> Verdict:
        if self._rules is None:
            return Verdict(False, rule="closed", message="The attempt has not begun, or is over (rule closed).")
        verdict = decide(request, self._rules)
        kind = COUNTED.get(verdict.name)
        if verdict.allowed and kind is not None:
            most = getattr(self._rules.caps, kind)
            if self._journal.counts[kind] >= most:
                refusal = refused("too-many", f"docker {verdict.name}", f"{most} {kind} are the most for one attempt")
                return Verdict(False, verdict.name, verdict.arguments, verdict.body, refusal.rule, refusal.message)
        return verdict

    def _broken(self) -> dict[str, Any]:
        message = "This request could not be checked, so it was not done (rule error)."
        with suppress(Exception), self._lock:
            verdict = Verdict(False, rule="error", message=message)
            self._journal.add(Request("?", "", {}, None), verdict)
        return {"Allow": False, "Msg": message}


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """The plugin's socket."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, path: Path, gatekeeper: Gatekeeper) -> None:
        path.unlink(missing_ok=True)
        self.gatekeeper = gatekeeper
        super().__init__(str(path), _Handler)
        path.chmod(0o600)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the engine takes a connection that breaks for a refusal."""

    def close(self) -> None:
        """Take no more connections."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the engine keeps its connections
    timeout = _IDLE
    wbufsize = -1  # one write for a whole answer
    server: Server

    def do_POST(self) -> None:
        operation = {
            "/AuthZPlugin.AuthZReq": self.server.gatekeeper.before,
            "/AuthZPlugin.AuthZRes": self.server.gatekeeper.after,
        }.get(self.path)
        if self.path == "/Plugin.Activate":
            self._body()
            self._say({"Implements": ["authz"]})
        elif operation is None:
            self._body()
            self._say({"Err": "there is no such operation"}, 404)
        else:
            try:
                told = json.loads(self._body())
            except (ValueError, RecursionError):
                told = None
            self._say(operation(told))

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _MOST:
            self.close_connection = True
            return b""
        return self.rfile.read(length)

    def _say(self, answer: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", _TYPE)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Print nothing: calls are recorded."""


def _request(told: dict[str, Any]) -> Request:
    headers = told.get("RequestHeaders") or {}
    method, uri = told["RequestMethod"], told.get("RequestUri") or told["RequestURI"]
    if not (isinstance(method, str) and isinstance(uri, str) and isinstance(headers, dict)):
        raise TypeError("the engine tells something else than a request")
    return Request(method, uri, {str(key): str(value) for key, value in headers.items()}, _bytes(told, "RequestBody"))


def _token(request: Request) -> str | None:
    """Give what a call shows to prove that it is the grader's; None: it doesn't say that it is."""
    return next((value for key, value in request.headers.items() if key.lower() == TOKEN.lower()), None)


def _bytes(told: dict[str, Any], name: str) -> bytes | None:
    value = told.get(name)
    return base64.b64decode(value, validate=True) if value else None
