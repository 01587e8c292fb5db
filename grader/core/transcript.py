"""What a student's commands did: line by line, with the calls that each made to the engine."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from grader.core.model import Model
from grader.core.text import StudentText

_ACTIONS: Final = {
    "container": (
        *("create", "start", "stop", "kill", "restart", "pause", "unpause", "rm", "rename", "attach", "logs", "wait"),
        *("inspect", "list", "top", "stats", "diff", "export", "cp", "commit", "update", "resize", "prune"),
    ),
    "exec": ("create", "start", "inspect", "resize"),
    "image": (
        *("pull", "list", "inspect", "history", "tag", "rm", "prune"),
        *("build", "import", "load", "save", "push", "search"),
    ),
    "network": ("create", "rm", "inspect", "list", "connect", "disconnect", "prune"),
    "volume": ("create", "rm", "inspect", "list", "prune"),
    "system": ("df",),
}
CALLS: Final = frozenset(f"{thing} {action}" for thing, actions in _ACTIONS.items() for action in actions)
"""The names of the calls to the engine that a command of the student's makes, as its gatekeeper writes them down."""

_COMMANDS: Final = {
    "exec create": "docker exec", "exec start": "docker exec", "container list": "docker ps",
    "container attach": "docker attach, or docker run without -d",
    "container create": "docker run or docker create", "container prune": "docker container prune",
    "image list": "docker images", "image rm": "docker rmi", "image inspect": "docker image inspect",
    "image prune": "docker image prune", "network list": "docker network ls", "volume list": "docker volume ls",
}  # fmt: skip


def command_of(call: str) -> str:
    """Give the command of docker that leads to a call: `docker rmi` for `image rm`."""
    thing, _, action = call.partition(" ")
    return _COMMANDS.get(call) or f"docker {action if thing in {'container', 'image'} else call}"


class Call(Model):
    """One request to the engine's API, as the engine's gatekeeper saw it."""

    name: str
    """What it does, one of CALLS: `container create` and `container start` are what `docker run` does."""
    container: StudentText | None = None
    """The name of the container it is about, also where the student gave an id."""
    arguments: dict[str, StudentText] = Field(default_factory=dict)
    """Of path and query: `{"name": "web"}`, `{"signal": "KILL"}`."""
    body: Any = None
    """The JSON that was sent, without whatever is empty, zero or false in it: what was really asked for."""
    status: int | None = None
    """The engine's HTTP status; None while no answer is known."""
    refused: str | None = None
    """The rule of the policy that refused it."""
    violation: bool = False
    """Whether the refused request was an attempt to get out."""

    @property
    def failed(self) -> bool:
        """Whether the engine did not do it. Of some calls it never says so: those count as done."""
        return self.refused is not None or (self.status is not None and self.status >= 400)  # noqa: PLR2004 - of HTTP


class Line(Model):
    """One command of the submission, run."""

    number: int
    """Its first line in the file, from 1."""
    text: StudentText
    exit_code: int | None = None
    """None: it was not run, or did not end in time."""
    output: StudentText = ""
    """What it printed, stdout and stderr as they came; head and tail of very much."""
    seconds: float = 0.0
    timed_out: bool = False
    left_running: bool = False
    """It went on in the foreground, and the next command was run as in a second terminal."""
    notes: tuple[StudentText, ...] = ()
    """What was changed in it so that it means the same here."""
    calls: tuple[Call, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether it did what it should: it ended with exit code 0, or went on as a server does."""
        return self.exit_code == 0 or self.left_running


class Passage(Model):
    """A part of the file that was not run."""

    number: int
    """Its first line, from 1."""
    text: StudentText
    reason: str
    """Why: `not a command`, `part of the task's text`, ..."""
    doubtful: bool = False
    """Whether it might have been meant as a command: then a person should read it."""


class Transcript(Model):
    """A submission's commands, as they ran."""

    file: StudentText
    lines: tuple[Line, ...] = ()
    left_out: tuple[Passage, ...] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls to the engine, in order."""
        return tuple(call for line in self.lines for call in line.calls)
