"""BuildKit's progress stream (`--progress=rawjson`), read piece by piece in bounded memory."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import deque
from datetime import datetime
from typing import Any, Final

from grader.core.facts import BuildFailure, Step
from grader.core.text import clean, clip

MAX_EVENT: Final = 1024 * 1024
MAX_PIECES: Final = 400
MAX_NAME: Final = 300
"""Characters of a step's name that are kept."""
MAX_TAIL: Final = 4_000
"""Characters of one step's output that are kept, for the case that it fails."""
_EXIT_CODE: Final = re.compile(r"exit code: (\d{1,3})$")
_PLACE: Final = re.compile(r"^[^\s:][^:]*:(\d{1,6})$")


class BuildLog:
    """What a build says while it runs. Only its words are taken from here; whether it worked says the exit code."""

    def __init__(self) -> None:
        self._line = b""
        self._event: list[bytes] | None = None
        self._size = 0
        self._names: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._cached: set[str] = set()
        self._started: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._finished: set[str] = set()
        self._output: dict[str, str] = {}
        self._head: list[str] = []
        self._tail: deque[str] = deque(maxlen=MAX_PIECES)
        self._words: deque[str] = deque(maxlen=MAX_PIECES)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of stderr."""
        *lines, self._line = (self._line + chunk).split(b"\n")
        if len(self._line) > MAX_EVENT:
            self._line = b""
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        # An event is an object over several lines, each but the first and last indented; or one line.
        if self._event is not None:
            self._size += len(line)
            if self._size <= MAX_EVENT:
                self._event.append(line)
            if line == b"}":
                self._read(b"\n".join(self._event))
                self._event = None
        elif line == b"{":
            self._event, self._size = [line], 0
        elif line.startswith(b"{") and line.endswith(b"}"):
            self._read(line)
        else:
            self._words.append(line.decode("utf-8", "replace"))

    def _read(self, raw: bytes) -> None:
        try:
            event = json.loads(raw)
        except (ValueError, RecursionError):
            return
        for vertex in event.get("vertexes") or ():
            self._vertex(vertex)
        for log in event.get("logs") or ():
            self._log(log)

    def _vertex(self, vertex: dict[str, Any]) -> None:
        digest = str(vertex.get("digest"))
        name = str(vertex.get("name", ""))
        if digest not in self._names and name.startswith("[") and not name.startswith("[internal]"):
            self._say(f"{clean(name)}\n")
        self._names[digest] = name
        if vertex.get("error"):
            self._errors[digest] = str(vertex["error"])
        if vertex.get("started"):
            self._started[digest] = str(vertex["started"])
        if vertex.get("completed"):
            self._finished.add(digest)
            self._seconds[digest] = _seconds(self._started.get(digest, ""), str(vertex["completed"]))
        if vertex.get("cached"):
            self._cached.add(digest)

    def _log(self, log: dict[str, Any]) -> None:
        try:
            text = base64.b64decode(log.get("data", "")).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return
        # One piece may be long: a line without end comes as a single piece.
        text = clip(text, MAX_TAIL)
        vertex = str(log.get("vertex"))
        self._output[vertex] = (self._output.get(vertex, "") + text)[-MAX_TAIL:]
        self._say(text)

    def _say(self, text: str) -> None:
        if len(self._head) < MAX_PIECES:
            self._head.append(text)
        else:
            self._tail.append(text)

    def unfinished(self) -> str | None:
        """Name the step that was running when the build was ended."""
        digest = self._running()
        return clip(clean(self._names[digest]), MAX_NAME) if digest else None

    def _running(self) -> str | None:
        running = [digest for digest in self._started if digest not in self._finished]
        return next((one for one in reversed(running) if not self._names[one].startswith("[internal]")), None)

    @property
    def cached_steps(self) -> int:
        """How many steps came from the cache."""
        return sum(1 for digest in self._cached if self._names.get(digest, "").startswith("["))

    def steps(self) -> tuple[Step, ...]:
        """Give the steps that were begun, in order."""
        return tuple(
            Step(clip(clean(self._names[one]), MAX_NAME), one in self._cached, self._seconds.get(one, 0.0))
            for one in self._started
            if self._names[one].startswith("[") and not self._names[one].startswith("[internal]")
        )

    def text(self) -> str:
        """Give head and tail of all output."""
        gap = "\n[…]\n" if len(self._tail) == MAX_PIECES else ""
        return clip(clean("".join(self._head) + gap + "".join(self._tail)))

    def failure(self) -> BuildFailure:
        """Say how the build ended, once it has failed."""
        words = [line.rstrip() for line in self._words if line.strip()]
        message = next((line for line in reversed(words) if line.startswith("ERROR: ")), words[-1] if words else "")
        place = next((found for line in words if (found := _PLACE.match(line))), None)
        # A step that was only cancelled because another one failed also carries an error.
        failed = [digest for digest, error in self._errors.items() if "context canceled" not in error]
        digest = failed[0] if failed else next(iter(self._errors), self._running())
        error = self._errors.get(digest or "", "")
        code = _EXIT_CODE.search(error)
        return BuildFailure(
            message=clip(clean(message.removeprefix("ERROR: ") or error), 1_000),
            step=clip(clean(self._names[digest]), MAX_NAME) if digest else None,
            line=int(place[1]) if place else None,
            exit_code=int(code[1]) if code else None,
            output=clip(clean(self._output.get(digest or "", "")), MAX_TAIL),
        )


def _seconds(started: str, completed: str) -> float:
    try:
        took = datetime.fromisoformat(completed) - datetime.fromisoformat(started)
    except (ValueError, TypeError):
        return 0.0
    return max(took.total_seconds(), 0.0)
