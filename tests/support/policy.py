"""Requests to the engine, as the docker command sends them, and their verdicts."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.sandbox.inside.policy import Request, Rules, Verdict, decide

if TYPE_CHECKING:
    from collections.abc import Mapping

    Headers = Mapping[str, str | None]

BODIES: Final = Path(__file__).parent.parent / "sandbox" / "inside" / "bodies"
IMAGES: Final = ["busybox:1", "redis:7", "nginx:1"]
RULES: Final = Rules.parse({"images": IMAGES, "work": "/work"})
CREATE: Final = "/v1.45/containers/create"


def rules(**allow: Any) -> Rules:
    """Make rules that allow more."""
    return Rules.parse({"images": IMAGES, "work": "/work", "allow": allow})


def captured(name: str) -> list[dict[str, Any]]:
    """Give requests that a real client sent."""
    found: list[dict[str, Any]] = json.loads((BODIES / f"{name}.json").read_text(encoding="utf-8"))
    return found


_RUN: Final = next(one["body"] for one in captured("docker-28") if one["uri"].endswith("/containers/create"))


def body(host: dict[str, Any] | None = None, /, **top: Any) -> dict[str, Any]:
    """Give the body of `docker run busybox`, with changes."""
    made: dict[str, Any] = copy.deepcopy(_RUN)
    made.update(top)
    made["HostConfig"].update(host or {})
    return made


def request(method: str, uri: str, sent: Any = None, headers: Headers | None = None) -> Request:
    """Make a request; an object is sent as JSON. A header that is None is left out."""
    raw = json.dumps(sent).encode() if isinstance(sent, dict) else sent
    given: dict[str, str | None] = {} if raw is None else {"Content-Type": "application/json"}
    if method == "POST":
        given["Content-Length"] = str(len(raw or b""))
    given |= headers or {}
    return Request(method, uri, {key: value for key, value in given.items() if value is not None}, raw)


def ask(method: str, uri: str, sent: Any = None, headers: Headers | None = None, *, by: Rules = RULES) -> Verdict:
    """Have a request decided."""
    return decide(request(method, uri, sent, headers), by)


def create(sent: Any, headers: Headers | None = None, *, uri: str = CREATE, by: Rules = RULES) -> Verdict:
    """Have a `docker run` decided."""
    return ask("POST", uri, sent, headers, by=by)
