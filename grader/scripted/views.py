"""What tests see of a submission: the objects behind the fixtures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import Missing
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Build, Completed, ContainerState, Entry, ImageInfo, Listener, Process
    from grader.core.inventory import ContainerFacts, LocalImage, Network, Volume
    from grader.core.transcript import Transcript
    from grader.scripted.asking import Asker

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours

PATIENCE: Final = 10.0
"""Seconds that one answer may take, unless a test says otherwise."""


class _Files:
    """Paths of a file system; what is there is asked for, and nothing runs in it."""

    def entry(self, path: str, *, follow: bool = True) -> Entry | None:
        """Give what is at an absolute path, or None; with `follow`, what a link leads to."""
        raise NotImplementedError

    def exists(self, path: str) -> bool:
        """Whether there is something at a path, be it a link that leads nowhere."""
        return self.entry(path, follow=False) is not None

    def read(self, path: str) -> str:
        """Give the text of a file, of 1 MiB at most."""
        return self.read_bytes(path).decode("utf-8", "replace")

    def read_bytes(self, path: str) -> bytes:
        """Give the content of a file, of 1 MiB at most. Raises Missing where there is none."""
        found = self.entry(path)
        if found is None or found.content is None:
            what = "is not there" if found is None else f"is no file but a {found.type}"
            raise Missing(f"{quoted(path)} {what}", expected="a file", actual=what.removeprefix("is "))
        return found.content


class Image(_Files):
    """The image that was built; `image.env`, `image.user`, `image.size` and so on are its configuration."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._info: ImageInfo = asker.ask("image")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._info, name)
        # As a Dockerfile writes them: `image.cmd == ["python", "app.py"]`.
        return list(found) if isinstance(found, tuple) else found

    def __repr__(self) -> str:
        return "image"

    @property
    def ports(self) -> list[int | str]:
        """The ports that it exposes: numbers, but `53/udp` for what isn't TCP."""
        return [int(one.removesuffix("/tcp")) if one.endswith("/tcp") else one for one in self._info.ports]

    def entry(self, path: str, *, follow: bool = True) -> Entry | None:
        """Give what is at an absolute path of the image, or None."""
        found: Entry | None = self._asker.ask("image_entry", path=path, follow=follow)
        return found


class Container(_Files):
    """A container: of the exercise's, started when it is first looked at; or one that the student made."""

    def __init__(self, asker: Asker, name: str | dict[str, Any] | None = None) -> None:
        self._asker = asker
        self.name = name

    def __call__(self, name: str | None = None, *, image: str | None = None, publishes: int | None = None) -> Container:
        """Give another container: by its name; one that the student made also by its image or by a port."""
        where = {"container": name, "image": image, "publishes": publishes}
        told = {key: value for key, value in where.items() if value is not None}
        return Container(self._asker, name if set(told) <= {"container"} else told)

    def __repr__(self) -> str:
        return "container" if self.name is None else f"container({self.name!r})"

    def _ask(self, question: str, **arguments: Any) -> Any:
        return self._asker.ask(question, container=self.name, **arguments)

    @property
    def state(self) -> ContainerState:
        """Its state now: `status`, `running`, `exit_code`, `argv` and so on."""
        found: ContainerState = self._ask("state")
        return found

    @property
    def id(self) -> str:
        """Its id on the engine."""
        return self.state.id

    @property
    def running(self) -> bool:
        """Whether its main process is alive."""
        return self.state.running

    @property
    def not_ready(self) -> str | None:
        """Waits for readiness; None when it was reached, else why not."""
        found: str | None = self._ask("ready")
        return found

    @property
    def stdout(self) -> str:
        """What it has written to stdout."""
        return str(self._ask("logs")[0])

    @property
    def stderr(self) -> str:
        """What it has written to stderr."""
        return str(self._ask("logs")[1])

    @property
    def logs(self) -> str:
        """What it has written, stdout before stderr."""
        return "".join(self._ask("logs"))

    @property
    def processes(self) -> list[Process]:
        """Its processes, PID 1 first, seen from outside. Raises Failure when it has ended by itself."""
        return list(self._ask("processes"))

    @property
    def listeners(self) -> list[Listener]:
        """The TCP addresses that its processes listen on, seen from outside.

        Raises Failure when it has ended by itself.
        """
        return list(self._ask("listeners"))

    def entry(self, path: str, *, follow: bool = True) -> Entry | None:
        """Give what is at an absolute path of its file system, or None."""
        found: Entry | None = self._ask("entry", path=path, follow=follow)
        return found

    def exec(self, *argv: str, timeout: float = PATIENCE, **options: Any) -> Completed:
        """Run a command in it, which must be running: `container.exec("id", "-u").stdout`."""
        found: Completed = self._ask("execute", timeout=timeout, **command(argv, **options))
        return found

    def stop(self, signal: str | None = None, grace: float = PATIENCE) -> Stopped:
        """Send a signal (None: the image's own), kill after `grace` seconds, and tell how it ended.

        It stays stopped for the rest of the test; of the exercise's containers, the next test gets a new one.
        """
        state, seconds, killed = self._ask("stop", signal=signal, grace=grace)
        return Stopped(state, seconds, killed=killed)


@dataclass(frozen=True)
class Stopped:
    """How a container ended that was asked to stop."""

    state: ContainerState
    seconds: float
    """From the signal to the end; where it had to be killed, to the kill."""
    killed: bool
    """Whether it went on until it was killed."""

    @property
    def exit_code(self) -> int | None:
        """Its exit code; 137 where it had to be killed."""
        return self.state.exit_code


def command(
    argv: tuple[str, ...],
    *,
    stdin: str | bytes = b"",
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    workdir: str | None = None,
    keep_entrypoint: bool = False,
) -> dict[str, Any]:
    """Write a command as it is asked for."""
    return {
        "argv": tuple(str(word) for word in argv),
        "stdin": stdin.encode() if isinstance(stdin, str) else stdin,
        "env": dict(env or {}),
        "user": user,
        "workdir": workdir,
        "keep_entrypoint": keep_entrypoint,
    }


class StudentEngine:
    """What the student's commands left, as it is now, and what they did."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    @property
    def containers(self) -> list[ContainerFacts]:
        """All containers, the newest first."""
        return list(self._asker.ask("inventory").containers)

    @property
    def images(self) -> list[LocalImage]:
        """All images."""
        return list(self._asker.ask("inventory").images)

    @property
    def volumes(self) -> list[Volume]:
        """All volumes."""
        return list(self._asker.ask("inventory").volumes)

    @property
    def networks(self) -> list[Network]:
        """The networks that the student made."""
        return list(self._asker.ask("inventory").networks)

    @property
    def transcript(self) -> Transcript:
        """What the commands did, line by line."""
        found: Transcript = self._asker.ask("transcript")
        return found

    def __repr__(self) -> str:
        return "engine"


class Submitted:
    """What was handed in: a private copy of it."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self.path = Path(asker.ask("folder"))

    def __repr__(self) -> str:
        return "submission"

    def exists(self, name: str) -> bool:
        """Whether a file or a folder was handed in."""
        return (self.path / name).exists()

    def read(self, name: str) -> str:
        """Give the text of a file that was handed in. Raises Missing where there is none."""
        path = self.path / name
        if not path.is_file():
            raise Missing(f"there is no file {quoted(name)} in the submission", expected=name, actual="no such file")
        return path.read_text(encoding="utf-8", errors="replace")

    @property
    def dockerfile(self) -> Dockerfile:
        """The Dockerfile, parsed: `stages`, `instructions`, `effective("CMD")`."""
        found: Dockerfile = self._asker.ask("dockerfile")
        return found

    def build(self) -> Build:
        """Build it, once, and tell how it went: `ok`, `log`, `failure`, `seconds`."""
        found: Build = self._asker.ask("build")
        return found
