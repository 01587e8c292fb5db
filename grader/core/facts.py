"""Facts about builds, images, containers and replies, as checks and diagnoses read them."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.binaries import Program
    from grader.core.inventory import ContainerFacts
    from grader.core.specs import Where
    from grader.core.transcript import Transcript


_PASSED_ON: Final = re.compile(
    r"^(?:(?:failed to create (?:task for container|shim task)|OCI runtime create failed|run(?:c|sc) create failed"
    r"|unable to start container process|error during container init): )+"
)


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """Where and how a build ended."""

    message: str
    """BuildKit's own error, cleaned."""
    step: str | None = None
    """The step as BuildKit names it: `[2/4] RUN pip install flask`."""
    line: int | None = None
    """The line of the Dockerfile."""
    exit_code: int | None = None
    """Of the RUN command, where one ended the build."""
    output: str = ""
    """The tail of what the failing step printed."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a build that was begun, or answered from the build cache."""

    name: str
    """As BuildKit names it: `[build 2/4] RUN pip install flask`."""
    cached: bool = False
    """Whether the cache had its outcome, so that nothing was run."""
    seconds: float = 0.0
    line: int | None = None
    """Of its instruction in the Dockerfile; None where it comes from a base image (ONBUILD)."""


@dataclass(frozen=True, slots=True)
class Build:
    """A build that was tried."""

    image: str | None
    """The id of the image, when there is one."""
    seconds: float
    log: str
    """Head and tail of all the output."""
    failure: BuildFailure | None = None
    timed_out: bool = False
    cached_steps: int = 0
    steps: tuple[Step, ...] = ()
    """Those that the build came to, in the order in which they began."""

    @property
    def ok(self) -> bool:
        """Whether the build made an image."""
        return self.image is not None


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """An image's configuration, from `docker image inspect`."""

    id: str
    size: int
    """Bytes of all its layers."""
    layers: int
    env: Mapping[str, str]
    cmd: tuple[str, ...]
    entrypoint: tuple[str, ...]
    user: str
    workdir: str
    ports: tuple[str, ...]
    """With protocol: `3000/tcp`."""
    volumes: tuple[str, ...]
    labels: Mapping[str, str]
    """Without the grader's own."""
    healthcheck: Mapping[str, Any] | None
    stop_signal: str | None
    architecture: str
    os: str
    shell: tuple[str, ...] = ()
    onbuild: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """All that `docker image inspect` shows, without the grader's own labels; empty maps where there is nothing."""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A path of a build context."""

    path: str
    type: str | None
    """`file`, `directory`, or None: nothing is there."""
    ignored: bool
    """Whether it is kept out of the build, or would be if it were there; a folder with all that is in it."""
    rule: str | None
    """What decided that, if any line did: `line 2 of .dockerignore, '*.log'`."""
    ignore_file: str | None
    """The file with such lines, if there is one: `.dockerignore`."""
    sent: int = 0
    """Bytes of it that reach the build."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, directory, link or other thing in an image's file system."""

    path: str
    mode: int
    """Type and permissions, as in POSIX `st_mode`."""
    size: int
    uid: int
    gid: int
    link: str | None = None
    content: bytes | None = None
    """Of a regular file, up to a cap."""
    truncated: bool = False

    @property
    def type(self) -> str:
        """The type, in the words that checks use."""
        for test, name in ((stat.S_ISREG, "file"), (stat.S_ISDIR, "directory"), (stat.S_ISLNK, "symlink")):
            if test(self.mode):
                return name
        return "other"


@dataclass(frozen=True, slots=True)
class Command:
    """A command for a container."""

    argv: tuple[str, ...]
    keep_entrypoint: bool = False
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    workdir: str | None = None
    expand: bool = False
    """Whether `$NAME` in it stands for a variable of the image."""
    setup: tuple[tuple[str, ...], ...] = ()
    """Commands that are run before it, each in a container of its own that begins with what the one before left."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that ended."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    oom_killed: bool = False


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a container, as the kernel shows it from outside."""

    pid: int
    """As the host numbers it; within a container the first one listed is PID 1."""
    user: str
    """The name that the image's /etc/passwd gives it, or else the number."""
    argv: str
    uid: int | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """An address on which a process of the container accepts TCP connections, or receives UDP packets."""

    address: str
    port: int
    uid: int | None = field(default=None, compare=False)
    """The number of the user whose process opened it."""

    @property
    def loopback(self) -> bool:
        """Whether only the container itself can reach it."""
        return self.address.startswith("127.") or self.address == "::1"


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of a container's health check."""

    exit_code: int
    """0 for healthy; -1 where the engine ended it, or could not start it."""
    output: str
    """What it wrote, or what the engine says of it; the engine keeps 4 kB."""


@dataclass(frozen=True, slots=True)
class ContainerState:
    """A container at one moment."""

    id: str
    status: str
    """Docker's word: `running`, `exited`, `created`."""
    exit_code: int | None
    oom_killed: bool
    error: str
    """Docker's message when it could not be started."""
    argv: tuple[str, ...]
    """What it runs: entrypoint and command together."""
    health: str | None = None
    restarts: int = 0
    health_log: tuple[Probe, ...] = ()
    """The last runs of its health check, the newest last; the engine keeps five."""

    @property
    def running(self) -> bool:
        """Whether its main process is alive."""
        return self.status == "running"

    @property
    def reason(self) -> str:
        """Why it could not be started, without the names of the engine's own parts that passed it on."""
        return _PASSED_ON.sub("", self.error).removesuffix(": unknown")


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known about one failed check: what a diagnosis is worked out from."""

    kind: str
    """The kind of the failed check."""
    message: str
    port: int | None = None
    """The port that the check asked for."""
    dockerfile: Any = None
    """The parsed Dockerfile (`grader.core.dockerfile.Dockerfile`), when there is one."""
    text: str = ""
    """The Dockerfile as it was written, also where it can't be parsed."""
    files: Mapping[str, int] = field(default_factory=dict)
    """What the build context holds: path and size."""
    ignored: frozenset[str] = frozenset()
    """What .dockerignore keeps out of the build."""
    scripts: Mapping[str, bytes] = field(default_factory=dict)
    """The first bytes of files in the context that begin with `#!`."""
    allowed_images: tuple[str, ...] = ()
    build: Build | None = None
    offline: bool = False
    """Whether the steps of the build had no network."""
    image: ImageInfo | None = None
    container: ContainerState | None = None
    listeners: tuple[Listener, ...] = ()
    logs: str = ""
    processes: tuple[Process, ...] = ()
    """Of the container; of one that was asked to stop, those before."""
    program: Program | None = None
    """What the container was to start with, if it ended badly."""
    given_env: frozenset[str] = frozenset()
    """The variables that the exercise sets in the container."""
    given_command: tuple[str, ...] = ()
    """The command that the exercise starts the container with, in place of CMD."""
    given_capabilities: frozenset[str] = frozenset()
    """The rights of root that the exercise leaves the container."""
    refused: str | None = None
    """The rule that refused the build, as `images`, `downloads`, `syntax` or `privileges`."""
    where: Where | None = None
    """Which of the student's own containers the check looked at."""
    host_port: int | None = None
    """The port of the student's machine that the check asked for."""
    containers: tuple[ContainerFacts, ...] = ()
    """What the student's commands left, the newest first."""
    transcript: Transcript | None = None
    """What they did."""
    expected: frozenset[str] = frozenset()
    """The names of containers that any check of the exercise looks for."""
    asked: tuple[str, ...] = ()
    """The call to the engine that is missing, with the names and JSONPaths of it that are looked for."""
