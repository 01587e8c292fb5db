"""What an exercise may let students' docker commands do beyond the default, and how much of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from grader.core.model import Model
from grader.core.quantities import Bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

MIB = 1024 * 1024


class Allowances(Model):
    """What `docker` commands may do in this exercise; nothing gives them `--privileged` or the machine."""

    restart: tuple[Literal["on-failure", "always", "unless-stopped"], ...] = ()
    """Restart policies that `--restart` and `docker update` may set; without any, a container that ends stays ended."""
    retries: Annotated[int, Field(ge=0, le=20)] = 5
    """The most restarts that `on-failure:N` may ask for."""
    cap_add: tuple[Literal["NET_ADMIN", "IPC_LOCK"], ...] = ()
    """Capabilities that `--cap-add` may give beyond Docker's default ones, which it always may.
    `NET_ADMIN`: to configure the container's own network. `IPC_LOCK`: to keep memory from being swapped.
    Others act on the whole machine."""
    host_network: bool = False
    """`--network host`: the network of the disposable engine, which leads nowhere. Not together with `NET_ADMIN`."""
    build: bool = False
    """`docker build`, with the images of the exercise as bases and without a network."""
    update: bool = False
    """`docker update`, within the limits below."""
    load: bool = False
    """`docker save`, `docker load` and `docker import` of a file."""
    memory: Annotated[Bytes, Field(ge=6 * MIB, le=8192 * MIB)] = 512 * MIB
    """The most that `--memory`, `--shm-size` and the size of a tmpfs may ask for; the engine has a limit for all."""
    cpus: Annotated[float, Field(gt=0, le=64)] = 2.0
    """The most that `--cpus` may ask for."""
    pids: Annotated[int, Field(ge=1, le=4096)] = 256
    """The most that `--pids-limit` may ask for."""
    containers: Annotated[int, Field(ge=0, le=500)] = 50
    """Containers that an attempt may make, those included that it removes again."""
    volumes: Annotated[int, Field(ge=0, le=200)] = 20
    """Volumes that `docker volume create` may make."""
    networks: Annotated[int, Field(ge=0, le=25)] = 10
    """Networks that `docker network create` may make; Docker has addresses for about 30."""
    execs: Annotated[int, Field(ge=0, le=2000)] = 200
    """Processes that `docker exec` may start."""

    @model_validator(mode="after")
    def _network_stays_ours(self) -> Allowances:
        if self.host_network and "NET_ADMIN" in self.cap_add:
            raise ValueError("host_network and NET_ADMIN together would give away the engine's own network; allow one")
        return self

    def rules(self, images: Iterable[str], *, work: str = "/work", runtime: str | None = None) -> dict[str, Any]:
        """Give what the engine's gatekeeper decides by; `images` are the ones that may be pulled."""
        allow = ("restart", "retries", "cap_add", "host_network", "build", "update", "load")
        caps = ("memory", "cpus", "pids", "containers", "volumes", "networks", "execs")
        own = self.model_dump(mode="json")
        return {
            "images": sorted(images),
            "work": work,
            "runtime": runtime,
            "allow": {name: own[name] for name in allow},
            "caps": {name: own[name] for name in caps},
        }
