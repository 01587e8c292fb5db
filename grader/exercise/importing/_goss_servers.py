"""goss's resources that are about servers: addr, http, port."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from grader.exercise.importing._matchers import UnsupportedError, expectation, patterns
from grader.exercise.importing._values import listing

if TYPE_CHECKING:
    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Draft

_OWN: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - names of the container itself
_PORTS: Final = {"http": 80, "https": 443}
_START: Final = "3s"
"""Time in which a server starts to listen: goss is begun when it does."""
_USUAL: Final = {"method": "GET", "path": "/", "status": 200}
"""What an http check asks for anyway."""
_TIMEOUT: Final = 5_000
"""Milliseconds that goss gives a request that names no limit."""


def port(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A port that a process of the container listens on, or none does."""
    title = fields.pop("title", None) or f"Port {name}"
    protocol, _, number = str(fields.pop("port", name)).rpartition(":")
    protocol = protocol or "tcp"
    if not number.isdigit() or protocol not in {"tcp", "tcp6", "udp", "udp6"}:
        raise UnsupportedError(f"the port {name}")
    family = {"protocol": "udp"} if protocol.startswith("udp") else {}
    if fields.pop("listening", True) is False:
        draft.add(title, "listens", **_inside(), absent=[int(number)], **family)
        return
    addresses = fields.pop("ip", None)
    wanted = {"any": [{"equals": str(one)} for one in listing(addresses)]} if addresses else None
    draft.unknown(path, fields, frozenset())
    draft.add(title, "listens", **_inside(), ports=[int(number)], address=wanted, within=_START, **family)


def addr(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """An address that can be reached from the container: only its own are looked at."""
    title = fields.pop("title", None) or name
    where = urlsplit(str(fields.pop("address", name)))
    if where.scheme not in {"tcp", "tcp4"} or where.hostname not in _OWN or where.port is None:
        draft.note(
            path, "left out: only TCP ports of the container itself are looked at; students' work has no network"
        )
        return
    for word in ("local-address", "timeout"):
        fields.pop(word, None)
    reachable = fields.pop("reachable", True)
    draft.unknown(path, fields, frozenset())
    wanted = {"ports": [where.port], "within": _START} if reachable else {"absent": [where.port]}
    draft.add(title, "listens", **_inside(), **wanted)


def http(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A request to a server in the container, which is published for it."""
    title, where = fields.pop("title", None) or name, urlsplit(str(fields.pop("url", name)))
    if where.hostname not in _OWN or where.scheme not in _PORTS:
        draft.note(path, "left out: only servers in the container itself are asked; students' work has no network")
        return
    number = where.port or _PORTS[where.scheme]
    _publish(draft, number)
    target = (where.path or "/") + (f"?{where.query}" if where.query else "")
    wanted: dict[str, Any] = {
        "port": number,
        "path": target,
        "timeout": int(fields.pop("timeout", 0) or _TIMEOUT) / 1000,
    }
    wanted["method"] = str(fields.pop("method", "GET"))
    wanted["status"] = expectation(fields.pop("status", _USUAL["status"]))
    wanted["follow"] = None if fields.pop("no-follow-redirects", False) else True
    wanted["request_headers"] = _request_headers(fields)
    wanted["request_body"] = fields.pop("request-body", None)
    wanted["body"] = patterns(fields.pop("body")) if "body" in fields else None
    wanted["headers"] = _headers(listing(fields.pop("headers", None)))
    if where.scheme == "https":
        wanted["tls"] = {"verify": not fields.pop("allow-insecure", False)}
    fields.pop("allow-insecure", None)
    for word in ("ca-file", "cert-file", "key-file", "proxy"):
        if fields.pop(word, None):
            draft.note((*path, word), "left out: it names a file or a server of another machine")
    draft.unknown(path, fields, frozenset())
    usual = {**_USUAL, "status": expectation(_USUAL["status"])}
    said = {key: value for key, value in wanted.items() if value not in (None, {}) and usual.get(key) != value}
    draft.add(title, "http", **_inside(), **said)


def _publish(draft: Draft, number: int) -> None:
    main = draft.containers["main"]
    ports = main.setdefault("publish", [])
    main.setdefault("ready", {"port": number})
    if number not in ports:
        ports.append(number)


def _request_headers(fields: dict[str, Any]) -> dict[str, str]:
    found = {}
    for line in listing(fields.pop("request-headers", None)):
        name, _, value = str(line).partition(":")
        found[name.strip()] = value.strip()
    user, password = fields.pop("username", None), fields.pop("password", None)
    if user is not None:
        found["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password or ''}".encode()).decode()
    return found


def _headers(lines: list[Any]) -> dict[str, Any]:
    """Take patterns such as `Content-Type: text/html` apart."""
    found: dict[str, Any] = {}
    for line in lines:
        name, colon, value = str(line).partition(":")
        if not colon or name.startswith(("!", "/", "\\")):
            raise UnsupportedError(f"the pattern {line} of headers")
        found[name.strip()] = {"contains": value.strip()} if value.strip() else {"length": {"at_least": 0}}
    return found


def _inside() -> dict[str, Any]:
    return {"needs": ["builds"], "in": "main"}
