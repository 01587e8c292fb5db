"""How a further container is to differ from the one that the exercise describes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a container's health check is run; what is None stays as the image has it."""

    interval: float | None = None
    """Seconds between two probes."""
    timeout: float | None = None
    """Seconds after which a probe counts as failed."""
    start_period: float | None = None
    """Seconds after the start in which failed probes don't count."""
    retries: int | None = None
    """How many probes must fail one after the other."""


@dataclass(frozen=True, slots=True)
class Variation:
    """How a further container differs from the one that the exercise describes."""

    command: tuple[str, ...] | None = None
    """Replaces the command."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables besides those of the exercise."""
    tty: bool | None = None
    """Whether it has a terminal; None: as in the exercise."""
    stdin: bool = False
    """Whether its input is open, as with `docker run -i`."""
    memory: int | None = None
    """Bytes of memory; swap is not added to it."""
    health: bool = False
    """Whether the image's HEALTHCHECK runs."""
    rhythm: Rhythm = field(default_factory=Rhythm)
    """How it is run."""
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Paths in the container, each with the volume that is mounted there."""
    by_name: bool = False
    """Whether its image is what the name of the student's image means by now, which may be another one."""
    await_ready: bool = True
    """Whether to wait until it is ready, as the exercise describes that."""
    start: bool = True
    """Whether it is started at all; one that is not shows what the image, and volumes, have."""
