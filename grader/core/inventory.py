"""What is on an engine: the state that a student's commands leave behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Published:
    """A container's port and where the outside reaches it."""

    port: str
    """With protocol: `80/tcp`."""
    host_ip: str
    """`0.0.0.0`: every address of the machine."""
    host_port: int
    """0: Docker chooses one when the container starts."""

    def __str__(self) -> str:
        number, _, protocol = self.port.partition("/")
        ports = f"{self.host_port or ''}:{number}"
        return ports if protocol == "tcp" else f"{ports}/{protocol}"


@dataclass(frozen=True, slots=True)
class Mounted:
    """Something mounted into a container."""

    type: str
    """`bind`, `volume` or `tmpfs`."""
    source: str
    """A volume's name, or a path of the student's folder: `.` or `data/logs` where it is inside it."""
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """A container that the student made."""

    id: str
    name: str
    image: str
    """As the student named it."""
    image_id: str
    status: str
    """Docker's word: `running`, `exited`, `created`, `paused`, `restarting`, `dead`."""
    exit_code: int | None
    """None while it runs, or when it never has."""
    argv: tuple[str, ...]
    """What it runs: entrypoint and command together."""
    command: tuple[str, ...] = ()
    """What the container was given as its command, or the image's CMD."""
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    workdir: str = ""
    hostname: str = ""
    tty: bool = False
    stdin: bool = False
    """`-i`: its input stays open."""
    published: tuple[Published, ...] = ()
    """From its settings, also while it is stopped."""
    mounts: tuple[Mounted, ...] = ()
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By name, with the aliases that it has there."""
    memory: int = 0
    """Bytes; 0: no limit."""
    cpus: float = 0.0
    """0: no limit."""
    pids: int = 0
    """0: no limit."""
    restart: str = "no"
    """As `--restart` takes it: `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`."""
    auto_remove: bool = False
    read_only: bool = False
    health: str | None = None
    oom_killed: bool = False
    restarts: int = 0
    runtime: str = ""
    error: str = ""
    pids_of: str = ""
    """Whose processes it sees besides its own: `host`, or `container:` and an id; empty: nobody's."""

    @property
    def running(self) -> bool:
        """Whether its main process is alive."""
        return self.status == "running"


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image on the engine."""

    id: str
    tags: tuple[str, ...]
    """`name:tag` as `docker images` shows it; none: dangling."""
    digests: tuple[str, ...] = ()
    """`name@sha256:...`, of images that were pulled."""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """A network that the student made."""

    name: str
    driver: str = "bridge"
    internal: bool = False
    containers: tuple[str, ...] = ()
    """Names of the running containers on it."""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it. What the engine itself brings (its three default networks) is left out."""

    containers: tuple[ContainerFacts, ...] = ()
    """The newest first, as `docker ps -a` lists them."""
    images: tuple[LocalImage, ...] = ()
    volumes: tuple[Volume, ...] = ()
    networks: tuple[Network, ...] = ()
