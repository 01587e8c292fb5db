"""Run a student's commands beside a disposable engine, and write down what came of each."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import PolicyError, SandboxError, TimedOut
from grader.core.quantities import show_seconds
from grader.core.script import Command, Made, bind
from grader.core.text import one_line
from grader.core.transcript import Call, Line, Passage
from grader.sandbox import outside
from grader.sandbox.disposable.client import Session
from grader.sandbox.disposable.outer import FOLDER
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot
from grader.sandbox.inside.shell import EVAL_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.core.script import Script
    from grader.sandbox.disposable.engine import Isolated

_LOOK: Final = 0.5
"""Seconds between two looks at what a command that takes long is doing."""
_SETTLED: Final = 8.0
"""Seconds that a container in the foreground may take to end, before the next command is run beside it."""
_LAST: Final = 2.0
"""The same for the last command, after which nothing waits for it to end."""
_SERVES: Final = 1.0
"""The same for a container that listens on a port: it waits for others."""
_FOLLOWED: Final = 3.0
"""Seconds for commands that only show what comes."""
_FOLLOWING: Final = frozenset({"container logs", "container stats", "events"})
_ENDLESS: Final = frozenset({"container start", "container attach"}) | _FOLLOWING
"""Calls of commands that may go on until somebody ends them."""
_DIGITS: Final = 6
"""Of line numbers that are none of ours."""
_PATH: Final = f"{FOLDER}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Replay:
    """How the commands of one attempt are run."""

    name: str
    """The file's, as messages of the shell have it."""
    script: Script
    terminal: bool = False
    seconds: float = 60.0
    """For one command."""
    total: float = 300.0
    """Seconds for all of them."""
    env: Mapping[str, str] = field(default_factory=dict)
    dialogue: Callable[[str], str | None] = lambda _: None
    """Gives what a person types into a command, by the exercise."""


class Recorder:
    """Runs commands one by one; `lines` has what came of those that have run."""

    def __init__(self, engine: Isolated, replay: Replay) -> None:
        self._engine = engine
        self._replay = replay
        self._seen = 0
        self._made: list[Made] = []
        self.lines: list[Line] = []
        self.rest: Sequence[Command] = replay.script.commands
        """What has not been run yet."""
        self.reason = "the commands were stopped"
        """Why the rest is not run."""

    def run(self, progress: Callable[[str], None]) -> None:
        """Run all of them. Raises PolicyError at the first attempt to get out; the rest is not run then.

        Raises TimedOut when there is no time left for all of them together.
        """
        host = self._engine.host
        if host is None:
            raise SandboxError("the disposable engine has lost the engine that it runs in")
        commands = self._replay.script.commands
        end = time.monotonic() + self._replay.total
        with Session(host, self._engine.place) as session:
            session.open(self._replay.name, self._environment(), terminal=self._replay.terminal)
            for index, command in enumerate(commands):
                progress(f"Running line {command.number}: {one_line(command.text, 60)}")
                self.rest = commands[index:]
                left = end - time.monotonic()
                if left <= 0:
                    self.reason = "there was no time left"
                    break
                event = self._one(session, command, left, last=index == len(commands) - 1)
                self.rest = commands[index + 1 :]
                if event.get("over"):
                    if not (event.get("timed_out") or event.get("left")):
                        self.reason = f"line {command.number} ended the script"
                        break
                    # We have ended the shell with the command: the student has not.
                    session.open(self._replay.name, self._environment(), terminal=self._replay.terminal)
            session.finish()
        if time.monotonic() > end:
            raise TimedOut(f"the commands took longer than {show_seconds(self._replay.total)} together")

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": _PATH,
            "HOME": "/home/student",
            "USER": "student",
            "LANG": "C.UTF-8",
            "TERM": "xterm" if self._replay.terminal else "dumb",
            "DOCKER_HOST": f"unix://{boot.STUDENT}",
            "DOCKER_CLI_HINTS": "false",
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            "COMPOSE_PROJECT_NAME": "work",
            **self._replay.env,
        }

    def not_run(self) -> tuple[Passage, ...]:
        """Give the commands that were not come to."""
        return tuple(Passage(number=one.number, text=one.text, reason=self.reason, doubtful=True) for one in self.rest)

    def _one(self, session: Session, command: Command, left: float, *, last: bool) -> dict[str, Any]:
        """Run one command, for `left` seconds at most; gives how it ended."""
        text, notes = bind(command, self._made)
        notes = (*([command.note] if command.note else []), *notes)
        typed = self._replay.dialogue(text)
        typed = command.stdin if typed is None else typed
        patience = (_LAST if last else _SETTLED) + len((typed or "").splitlines())
        event: dict[str, Any] = {}
        started = asked = time.monotonic()
        for found in session.run(text, min(self._replay.seconds, left), typed):
            event = found or event
            now = time.monotonic()
            if now - asked > _LOOK and now - started > _SERVES:
                asked = now
                if self._goes_on(patience):
                    session.leave()
                    patience = float("inf")
        calls = self._note(command, text, notes, event)
        self._learn(command.number, calls)
        return event

    def _goes_on(self, patience: float) -> bool:
        """Whether the present command shows a container that may run for ever, for long enough."""
        answer = self._engine.ask({"op": "calls", "since": self._seen})
        endless = [one for one in answer["calls"] if one["name"] in _ENDLESS and one["refused"] is None]
        if not endless:
            return False
        if any(one["name"] in _FOLLOWING for one in endless):
            patience = min(patience, _FOLLOWED)
        elif self._serves([str(one["container_id"]) for one in endless if one["container_id"]]):
            patience = min(patience, _SERVES)
        return bool(answer["now"] - endless[-1]["at"] > patience)

    def _serves(self, containers: list[str]) -> bool:
        """Whether one of the containers listens on a port."""
        from docker.errors import NotFound

        with translated("looking at a container"), suppress(NotFound):
            pids = [int(self._engine.api.inspect_container(one)["State"].get("Pid") or 0) for one in containers]
            return any(outside.seen_listeners(self._engine, pid) for pid in pids if pid)
        return False

    def _note(self, command: Command, text: str, notes: Sequence[str], event: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self._engine.ask({"op": "calls", "since": self._seen})
        calls: list[dict[str, Any]] = answer["calls"]
        self._seen = max((int(one["number"]) for one in calls), default=self._seen)
        self.lines.append(
            Line(
                number=command.number,
                text=text,
                exit_code=event.get("exit_code"),
                output=_renumbered(str(event.get("output", "")), self._replay.name, command.number),
                seconds=float(event.get("seconds", 0.0)),
                timed_out=bool(event.get("timed_out")),
                left_running=bool(event.get("left")),
                notes=tuple(notes),
                calls=tuple(_call(one) for one in calls),
            )
        )
        violation = answer["violation"]
        if violation is not None:
            raise PolicyError(
                f"line {command.number}, `{one_line(text, 80)}`: {violation['message']}",
                hint="It was not done. A person has to look at this submission.",
            )
        return calls

    def _learn(self, number: int, calls: list[dict[str, Any]]) -> None:
        """Remember which containers a command has made: later ones may mean them by ids of another machine."""
        made = [one for one in calls if one["name"] == "container create" and one.get("container_id")]
        with translated("looking at what a command made"):
            for one in made:
                known = {str(raw["Id"]): raw for raw in self._engine.api.containers(all=True)}
                raw = known.get(str(one["container_id"]))
                if raw is not None:
                    name = str((raw.get("Names") or [""])[0]).lstrip("/")
                    self._made.append(Made(str(raw["Id"]), name, str(raw.get("Image") or ""), number))


def _renumbered(output: str, name: str, number: int) -> str:
    """Have the shell's own messages (`commands.sh: line 7: …`) name the line of the file."""
    start = f"{name}: line "
    lines = output.split("\n")
    for index, line in enumerate(lines):
        digits, colon, rest = line.removeprefix(start).partition(":")
        if line.startswith(start) and colon and digits.isdecimal() and len(digits) < _DIGITS:
            lines[index] = f"{start}{max(number + int(digits) - EVAL_LINE, number)}:{rest}"
    return "\n".join(lines)


def _call(one: dict[str, Any]) -> Call:
    return Call(
        name=str(one["name"]),
        container=one["container"],
        arguments={str(key): str(value) for key, value in one["arguments"].items()},
        body=one["body"],
        status=one["status"],
        refused=one["refused"],
        violation=bool(one["violation"]),
    )
