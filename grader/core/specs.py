"""What an exercise says about building and running: the parts of exercise.yaml that reach the sandbox."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from grader.core.model import Model
from grader.core.quantities import Bytes, Seconds

Port = Annotated[int, Field(ge=1, le=65535)]
"""A TCP port."""

Runtime = Literal["runc", "runsc"]
"""A program that runs containers: the usual one, or gVisor's, which gives them a kernel of their own."""

MIB = 1024 * 1024


class BuildSpec(Model):
    """How the image is built."""

    network: Literal["none", "default"] = "none"
    """`none`: steps have no network. `default`: they have the engine's."""
    timeout: Annotated[Seconds, Field(gt=0, le=3600)] = 120.0
    """Seconds that the whole build may take."""
    args: dict[str, str] = Field(default_factory=dict)
    """Build arguments (`--build-arg`)."""
    target: str | None = None
    """The stage to build; default: the last."""


class Ready(Model):
    """When a container counts as ready; it is given up at once when it exits."""

    port: Port | None = None
    """Something accepts connections on this published port."""
    http: str | None = None
    """A GET of this path, on `port` or the first published one, is answered with a status below 500."""
    log: str | None = None
    """This text has appeared in the logs."""
    healthy: bool = False
    """The image's HEALTHCHECK says healthy."""
    exited: bool = False
    """The container has run to its end: for work that is not a service."""
    within: Annotated[Seconds, Field(gt=0, le=600)] = 10.0
    """Seconds after the start."""


class ContainerSpec(Model):
    """A container that checks look at; started when one first needs it."""

    publish: tuple[Port, ...] = ()
    """Container ports to publish, each on a free port of 127.0.0.1."""
    env: dict[str, str] = Field(default_factory=dict)
    """Variables, as `docker run -e` sets them."""
    command: tuple[str, ...] | None = None
    """Replaces the image's CMD."""
    tty: bool = False
    """Gives it a terminal, as `docker run -t` does."""
    ready: Ready = Ready()
    """When it counts as ready; not said: as soon as it runs."""
    memory: Annotated[Bytes, Field(ge=6 * MIB)] = 256 * MIB
    """Memory; swap is not added to it."""
    cpus: Annotated[float, Field(gt=0, le=64)] = 1.0
    """Processor cores, parts of one included."""
    pids: Annotated[int, Field(ge=1, le=4096)] = 128
    """Processes and threads."""
    cap_add: tuple[Literal["CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER", "NET_BIND_SERVICE", "KILL"], ...] = ()
    """Capabilities it keeps; all others are dropped. Images whose program starts as root and then becomes another user,
    such as nginx's, need CHOWN, SETGID and SETUID."""
    network: Literal["none", "bridge"] | None = None
    """Default: `bridge` when ports are published, else `none`."""
    runtime: Runtime | None = None
    """What it runs with, where the engine has it: `runsc` is gVisor. Default: the engine's own."""

    @model_validator(mode="after")
    def _ready_can_be_seen(self) -> ContainerSpec:
        wanted = self.ready.port
        if wanted is not None and wanted not in self.publish:
            raise ValueError(f"ready waits for port {wanted}, which is not published; add it to publish")
        if self.ready.http is not None and not self.publish:
            raise ValueError("ready waits for HTTP, and no port is published; add it to publish")
        return self


class Where(Model):
    """Which of the student's own containers a check looks at; with no field, the only one that there is."""

    container: str | None = None
    """Its name."""
    image: str | None = None
    """The image it was made from, as `docker ps` shows it."""
    publishes: Port | None = None
    """The port of the student's machine that leads to it: 3000 after `docker run -p 3000:80`."""

    @model_validator(mode="after")
    def _one_way(self) -> Where:
        if sum(one is not None for one in (self.container, self.image, self.publishes)) > 1:
            raise ValueError("must name one of container, image and publishes, not several")
        return self

    @property
    def label(self) -> str:
        """What is looked for, after the word `no`, `the` or `several`."""
        if self.container is not None:
            return f"container '{self.container}'"
        if self.image is not None:
            return f"container of the image {self.image}"
        return "container" if self.publishes is None else f"container with the port {self.publishes} of your machine"


In = Annotated[
    Annotated[str, Tag("plain")] | Annotated[Where, Tag("map")],
    Discriminator(lambda value: "map" if isinstance(value, dict | Where) else "plain"),
]
"""A container: by the name that the exercise gives it, or one of the student's own."""


class EngineSpec(Model):
    """The limits of a disposable engine: builds, containers and the engine itself together."""

    memory: Annotated[Bytes, Field(ge=256 * MIB)] = 2048 * MIB
    """Memory; swap is not added to it."""
    cpus: Annotated[float, Field(gt=0, le=64)] = 2.0
    """Processor cores, parts of one included."""
    pids: Annotated[int, Field(ge=200, le=32768)] = 1024
    """Processes and threads; the engine itself has about 100."""
    disk: Annotated[Bytes, Field(ge=512 * MIB)] = 8192 * MIB
    """Bytes of images, containers and volumes."""
    runtime: Runtime = "runc"
    """What the student's containers run with; `runsc` is gVisor, which must be installed where the grader runs."""


class LimitSpec(Model):
    """Budgets of the phases of an attempt that no other field sets; each phase has its own clock."""

    pull: Annotated[Seconds, Field(gt=0, le=3600)] = 600.0
    """Pulling base images that are missing."""
    start: Annotated[Seconds, Field(gt=0, le=600)] = 30.0
    """Starting a container."""
    checks: Annotated[Seconds, Field(gt=0, le=3600)] = 120.0
    """All checks together; building and starting have clocks of their own."""


class Given(Model):
    """Files of the author's that the submission is completed with."""

    from_: str = Field(alias="from")
    """A folder or file beside exercise.yaml."""
    lay: Literal["always", "missing"] = "missing"
    """`always`: over the student's copy; `missing`: only what the student doesn't have."""
