"""JSON lines between a check and the process of its tests: what crosses is data, and never becomes code.

Every JSON object of a value has a `$` that says what it is, so that a map of a student's can't pass for something else.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from grader.core import errors
from grader.core.errors import Broken, Failure, SandboxError, Unmet
from grader.core.model import Model

if TYPE_CHECKING:
    import socket

MAX_LINE: Final = 64 * 1024 * 1024
"""Bytes of one message."""


class Channel:
    """Messages over a connected socket, one per line."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()

    def send(self, message: Mapping[str, Any], timeout: float | None = None) -> None:
        """Send a message. Raises OSError when nobody takes it."""
        self._sock.settimeout(timeout)
        self._sock.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, timeout: float | None = None) -> dict[str, Any] | None:
        """Give the next message; None when there will be no more. Raises TimeoutError when none comes in time."""
        end = None if timeout is None else time.monotonic() + timeout
        searched = 0
        while (at := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > MAX_LINE:
                raise Broken(f"the tests sent a message of more than {MAX_LINE} bytes")
            self._sock.settimeout(None if end is None else max(end - time.monotonic(), 0.001))
            try:
                chunk = self._sock.recv(256 * 1024)
            except ConnectionResetError:
                return None
            if not chunk:
                return None
            self._buffer += chunk
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()


def pack(value: Any) -> Any:
    """Turn facts into what JSON can hold."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return {"$": "bytes", "base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        return {"$": "map", "items": [[pack(key), pack(inner)] for key, inner in value.items()]}
    if isinstance(value, list | tuple | set | frozenset):
        return [pack(inner) for inner in value]
    if isinstance(value, Model):
        return {"$": type(value).__name__, "model": value.model_dump(mode="json")}
    fields = {one.name: pack(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return {"$": type(value).__name__, "fields": fields}


def unpack(value: Any) -> Any:
    """Turn what `pack` made into facts again; lists become tuples."""
    if isinstance(value, list):
        return tuple(unpack(inner) for inner in value)
    if not isinstance(value, dict):
        return value
    match value["$"]:
        case "bytes":
            return base64.b64decode(value["base64"])
        case "map":
            return {unpack(key): unpack(inner) for key, inner in value["items"]}
    known = _known()[value["$"]]
    if issubclass(known, Model):
        return known.model_validate(value["model"])
    return known(**{name: unpack(inner) for name, inner in value["fields"].items()})


@cache
def _known() -> dict[str, type[Any]]:
    """Give the classes of values that may cross."""
    from grader.core import dockerfile, facts, inventory, result, transcript, web

    modules = (dockerfile, facts, inventory, result, transcript, web)
    found = {
        name: one for module in modules for name, one in vars(module).items() if one.__class__.__module__ != "typing"
    }
    return {
        name: one
        for name, one in found.items()
        if isinstance(one, type) and (dataclasses.is_dataclass(one) or issubclass(one, Model))
    }


def pack_error(error: BaseException) -> dict[str, Any]:
    """Turn what a question ended with into what JSON can hold; the nearest kind of error that everybody knows."""
    kind = next(one.__name__ for one in type(error).__mro__ if one.__name__ in _ERRORS)
    if isinstance(error, Failure):
        told = {name: getattr(error, name) for name in ("expected", "actual", "hint", "reproduce", "evidence", "asked")}
        return {"kind": kind, "message": error.message, "told": pack(told)}
    if isinstance(error, SandboxError):
        return {"kind": kind, "message": error.message, "told": pack({"hint": error.hint})}
    return {"kind": kind, "message": str(error), "told": pack({})}


def unpack_error(packed: Mapping[str, Any]) -> Exception:
    """Make the error that `pack_error` was given."""
    made: Exception = _ERRORS[packed["kind"]](packed["message"], **unpack(packed["told"]))
    return made


_ERRORS: Final[dict[str, type[Any]]] = {
    one.__name__: one
    for one in (Failure, errors.Mismatch, errors.Missing, errors.TimedOut, Unmet, Broken, SandboxError)
}
