"""What students' calls were: bounded, in order, with the containers that ids and names stood for."""

from __future__ import annotations

import json
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .policy import Request, Verdict

MOST_CALLS: Final = 2000
"""Calls that are kept; further ones are only counted."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of all bodies and arguments that are kept."""
_MOST_BODY: Final = 64 * 1024
_MOST_OPEN: Final = 4000
_MOST_IDS: Final = 4000
_SHORTEST_ID: Final = 4
_CLIPPED: Final = 1000
_DONE: Final = 200
_ERROR: Final = 400
"""Which error it is the engine tells the client only."""

COUNTED: Final = {
    "container create": "containers",
    "exec create": "execs",
    "network create": "networks",
    "volume create": "volumes",
}
"""Calls of which an attempt may have a number only, and the cap's name."""
_UNTOLD: Final = frozenset({
    "builder session", "container attach", "container export", "container resize", "exec resize", "exec start",
    "network connect", "network disconnect",
})  # fmt: skip
"""Calls whose errors look like their success, as the engine tells them: neither has status, type or body."""
_COPIED: Final = "X-Docker-Container-Path-Stat"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine tells of its answer to a call."""

    status: int
    """0 for an error, for an answer that has left already, and for a success that is said by saying nothing."""
    headers: Mapping[str, str]
    """None in an answer that has left already."""
    body: bytes | None


class Journal:
    """Records calls. It has no lock of its own."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.number = 0
        """Of the last call, also if it is not kept."""
        self.violated: dict[str, Any] | None = None
        self.counts = dict.fromkeys(COUNTED.values(), 0)
        self._names: OrderedDict[str, str | None] = OrderedDict()
        self._execs: OrderedDict[str, str] = OrderedDict()
        self._open: OrderedDict[tuple[str, str, bytes | None], deque[tuple[Verdict, dict[str, Any]]]] = OrderedDict()
        self._bytes = 0

    def add(self, request: Request, verdict: Verdict) -> None:
        """Record a call and what was decided about it; the ping before every command says nothing."""
        if verdict.allowed and verdict.name == "ping":
            return
        self.number += 1
        entry = self._entry(verdict)
        if verdict.violation and self.violated is None:
            self.violated = entry
        if len(self.entries) < MOST_CALLS:
            self.entries.append(entry)
        if not verdict.allowed:
            return
        if verdict.name in COUNTED:
            self.counts[COUNTED[verdict.name]] += 1
        self._open.setdefault(_key(request), deque()).append((verdict, entry))
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)

    def answer(self, request: Request, answer: Answer) -> None:
        """Record how the engine answered the oldest open call like this one."""
        key = _key(request)
        waiting = self._open.get(key)
        if not waiting:
            return
        verdict, entry = waiting.popleft()
        if not waiting:
            del self._open[key]
        entry["status"] = _status(request.method, verdict.name, answer)
        failed = entry["status"] is not None and entry["status"] >= _ERROR
        if failed and verdict.name in COUNTED:
            self.counts[COUNTED[verdict.name]] -= 1
        if not failed:
            self._learn(verdict, entry, _read(answer.body))

    def container(self, raw: str) -> str | None:
        """Find the full id of a container that was named by id, beginning of an id, or name."""
        raw = raw.removeprefix("/")
        if raw in self._names:
            return raw
        named = [one for one, name in self._names.items() if name == raw]
        if named:
            return named[-1]
        begun = [one for one in self._names if len(raw) >= _SHORTEST_ID and one.startswith(raw)]
        return begun[0] if len(begun) == 1 else None

    def _entry(self, verdict: Verdict) -> dict[str, Any]:
        raw = verdict.arguments.get("container")
        full = self.container(raw) if raw else self._execs.get(verdict.arguments.get("exec", ""))
        arguments = {key[:_CLIPPED]: value[:_CLIPPED] for key, value in verdict.arguments.items()}
        size = sum(len(key) + len(value) for key, value in arguments.items())
        body, length = verdict.body, len(json.dumps(verdict.body))
        if length > _MOST_BODY or self._bytes + size + length > MOST_BYTES:
            body, length = None, 0
        if self._bytes + size > MOST_BYTES:
            arguments, size = {}, 0
        self._bytes += size + length
        return {
            "number": self.number,
            "at": time.monotonic(),
            "name": verdict.name,
            "container": (self._names.get(full) if full else None) or raw,
            "container_id": full,
            "arguments": arguments,
            "body": body,
            "status": None if verdict.allowed else 403,
            "refused": verdict.rule,
            "message": verdict.message,
            "violation": verdict.violation,
        }

    def _learn(self, verdict: Verdict, entry: dict[str, Any], answer: Any) -> None:
        if verdict.name == "container list" and isinstance(answer, list):
            for one in answer:
                if isinstance(one, dict):
                    self._name(one.get("Id"), next(iter(one.get("Names") or ()), None))
        if verdict.name == "container rename" and entry["container_id"]:
            self._name(entry["container_id"], verdict.arguments.get("name"))
        if not isinstance(answer, dict):
            return
        if verdict.name == "container create":
            self._name(answer.get("Id"), verdict.arguments.get("name"))
            entry["container_id"] = answer.get("Id")
            entry["container"] = verdict.arguments.get("name")
        elif verdict.name == "container inspect":
            self._name(answer.get("Id"), answer.get("Name"))
        elif verdict.name == "exec create" and isinstance(answer.get("Id"), str) and entry["container_id"]:
            _keep(self._execs, answer["Id"], entry["container_id"])

    def _name(self, full: Any, name: Any) -> None:
        if isinstance(full, str) and (isinstance(name, str) or full not in self._names):
            _keep(self._names, full, name.removeprefix("/") or None if isinstance(name, str) else None)


def _keep(where: OrderedDict[str, Any], key: str, value: Any) -> None:
    where[key] = value
    while len(where) > _MOST_IDS:
        where.popitem(last=False)


def _key(request: Request) -> tuple[str, str, bytes | None]:
    return request.method, request.uri, request.body


def _read(body: bytes | None) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _status(method: str, name: str, answer: Answer) -> int | None:
    """Work out the status; None if that can't be done."""
    if answer.status:
        return answer.status
    if name in _UNTOLD or (name == "container cp" and method == "PUT"):
        return None
    if not answer.headers or answer.body or _COPIED in answer.headers:
        return _DONE
    return _ERROR
