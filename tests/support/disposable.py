"""A disposable engine for tests marked `docker`: its commands, what they ask it for, and what is on it."""

from __future__ import annotations

import base64
import json
import shlex
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from grader.core.allowances import Allowances
from grader.core.specs import EngineSpec
from grader.sandbox import workspace
from grader.sandbox.disposable import pool, records, start
from grader.sandbox.disposable.client import Session
from grader.sandbox.disposable.reset import reset
from grader.sandbox.engine import connect
from tests.support.engine import IMAGES, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.sandbox.disposable.engine import Isolated
    from grader.sandbox.disposable.records import Held, Record
    from grader.sandbox.engine import Engine

ENVIRONMENT: Final = {
    "PATH": "/opt/grader/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/home/student",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "DOCKER_HOST": "unix:///run/student/docker.sock",
    "DOCKER_CLI_HINTS": "false",
    "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    "COMPOSE_PROJECT_NAME": "work",
}
_RAW: Final = """\
import base64, socket, sys
with socket.socket(socket.AF_UNIX) as one:
    one.settimeout(1)
    one.connect("/run/student/docker.sock")
    try:
        one.sendall(base64.b64decode(sys.stdin.read()))
        if sys.argv[1:] != ["open"]:
            one.shutdown(socket.SHUT_WR)
        while piece := one.recv(65536):
            sys.stdout.buffer.write(piece)
    except OSError as error:
        print(f"[{type(error).__name__}]")
"""
"""Sends bytes to the engine as they are, and prints what comes back."""


class Ran(NamedTuple):
    """What came of a command."""

    code: int | None
    output: str
    calls: list[dict[str, Any]]
    """What it asked of the engine."""
    violation: dict[str, Any] | None
    """The first attempt to get out since the rules were set."""
    event: dict[str, Any]

    @property
    def refused(self) -> set[str]:
        """Give the rules that refused something."""
        return {str(one["refused"]) for one in self.calls if one["refused"]}


class Bench:
    """One engine, and a student's shell beside it."""

    def __init__(self, host: Engine, held: Held, engine: Isolated) -> None:
        self.host = host
        self._held = held
        self.engine = engine
        self.allow = Allowances()
        self._session: Session | None = None

    def lay(self, folder: Path, files: Mapping[str, str | bytes]) -> None:
        """Put files into the work folder, besides what is there."""
        workspace.begin(self.engine, write(folder, files), self.allow.rules(IMAGES), (), ())

    def rules(self, **allow: Any) -> None:
        """Begin an attempt in which this is allowed."""
        self.allow = Allowances.model_validate(allow)
        self.engine.ask({"op": "rules", "rules": self.allow.rules(IMAGES)})

    def open(self, *, terminal: bool = False) -> None:
        """Start a shell, and end the one that there was."""
        self.end()
        self._session = Session(self.host, self.engine.place)
        environment = {**ENVIRONMENT, "TERM": "xterm"} if terminal else ENVIRONMENT
        self._session.open("commands.sh", environment, terminal=terminal)

    def end(self) -> None:
        """End the shell and all that runs in it."""
        if self._session is not None:
            self._session.finish()
            self._session.__exit__()
            self._session = None

    def sh(self, line: str, seconds: float = 20, stdin: str | None = None) -> Ran:
        """Run a command of the student's."""
        if self._session is None:
            self.open()
        assert self._session is not None
        since = max((one["number"] for one in self.engine.ask({"op": "calls", "since": 0})["calls"]), default=0)
        event = next(one for one in self._session.run(line, seconds, stdin) if one and one["event"] == "ended")
        told = self.engine.ask({"op": "calls", "since": since})
        return Ran(event["exit_code"], event["output"], told["calls"], told["violation"], event)

    def works(self, line: str, seconds: float = 20, stdin: str | None = None) -> str:
        """Run a command that has to succeed; gives what it printed."""
        ran = self.sh(line, seconds, stdin)
        assert ran.code == 0, f"{line}\n{ran.output}\n{ran.event}"
        return ran.output

    def raw(self, data: bytes, *, stay: bool = False) -> Ran:
        """Send bytes on the engine's socket, from where a student's commands run; `stay`: without ending our side."""
        packed = base64.b64encode(data).decode()
        return self.sh(f"python3 -ISc {shlex.quote(_RAW)}{' open' if stay else ''}", stdin=packed)

    def inventory(self) -> dict[str, list[str]]:
        """Give all that is on the engine, by full id."""
        api = self.engine.api
        return {
            "containers": sorted(one["Id"] for one in api.containers(all=True, quiet=True)),
            "networks": sorted(one["Id"] for one in api.networks()),
            "volumes": sorted(one["Name"] for one in api.volumes()["Volumes"] or ()),
            "images": sorted(f"{one['Id']} {one['RepoTags']}" for one in api.images(all=True)),
        }

    def clear(self) -> None:
        """Remove containers, networks, volumes and images of the student's."""
        api = self.engine.api
        for one in api.containers(all=True, quiet=True):
            api.remove_container(one["Id"], v=True, force=True)
        api.prune_networks()
        for one in api.volumes()["Volumes"] or ():
            api.remove_volume(one["Name"], force=True)
        api.prune_images({"dangling": True})
        own = {one.id for one in self.record.images}
        for one in api.images():
            if one["Id"] not in own:
                api.remove_image(one["Id"], force=True)

    def reset(self) -> None:
        """Make the engine as new, as the pool does between two attempts. Raises SandboxError if that can't be done."""
        self.end()
        reset(self.host, self.engine, self.record)

    def replace(self) -> None:
        """Have a fresh engine under the same name, as the pool does where a reset is not enough."""
        self.end()
        self.engine.close()
        start.destroy(self.host, self.record)
        self.engine = pool.build(self.host, self._held, lambda _: None)

    @property
    def record(self) -> Record:
        """What is known of the engine."""
        return self._held.record

    def lend(self) -> Isolated:
        """Give a connection for an attempt, after which all but images is removed from the engine."""
        self.end()
        host = connect()
        engine = start.attach(host, self.record)
        engine.given_back = partial(self._take_back, host)
        return engine

    def _take_back(self, host: Engine, _: Isolated) -> None:
        host.close()
        self.engine.ask({"op": "close"})
        self.clear()
        self.engine.ask({"op": "wipe"})


@contextmanager
def bench(images: tuple[str, ...] = IMAGES, spec: EngineSpec | None = None) -> Iterator[Bench]:
    """Start an engine of one's own; it is removed at the end."""
    host = connect()
    wanted = pool.want(host, images, spec or EngineSpec(), lambda _: None)
    held = records.create(wanted)
    try:
        engine = pool.build(host, held, lambda _: None)
        one = Bench(host, held, engine)
        try:
            one.rules()
            yield one
        finally:
            with suppress(Exception):
                one.end()
            one.engine.close()
            start.destroy(host, held.record)
    finally:
        held.forget()
        host.close()


def message(method: str, uri: str, sent: Any = None, headers: Mapping[str, str] | None = None) -> bytes:
    """Write a request down as it goes over the wire; text is sent as it is, other things as JSON."""
    if sent is None:
        body = b""
    elif isinstance(sent, bytes):
        body = sent
    else:
        body = sent.encode() if isinstance(sent, str) else json.dumps(sent).encode()
    fields = {"Host": "docker", "Connection": "close", "Content-Length": str(len(body))}
    if sent is not None:
        fields["Content-Type"] = "application/json"
    lines = [f"{name}: {value}" for name, value in {**fields, **(headers or {})}.items() if value]
    return "\r\n".join((f"{method} {uri} HTTP/1.1", *lines, "", "")).encode() + body
