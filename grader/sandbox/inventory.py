"""Read what is on an engine: containers, images, volumes, networks, as the engine's API describes them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

from grader.core.inventory import ContainerFacts, Inventory, LocalImage, Mounted, Network, Published, Volume
from grader.sandbox.containers import state_of
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.sandbox.engine import Engine

_BUILT_IN: Final = frozenset({"bridge", "host", "none"})
_ANONYMOUS: Final = "com.docker.volume.anonymous"
"""Docker's label on volumes that nobody gave a name."""
_NEVER: Final = "0001-01-01"
"""How the engine begins the time of what has not happened: Go's zero time."""
_NANO: Final = 1_000_000_000


def take(engine: Engine, work: str) -> Inventory:
    """List everything; `work` is the folder that stands for the student's own."""
    from docker.errors import NotFound

    with translated("listing what is on the engine"):
        listed = engine.api.containers(all=True)
        found = []
        for one in listed:
            try:
                found.append(container(engine.api.inspect_container(one["Id"]), work))
            except NotFound:
                continue  # removed meanwhile, as `docker run --rm` does at the end
        return Inventory(
            containers=tuple(found),
            images=tuple(local_image(one) for one in engine.api.images()),
            volumes=tuple(_volume(one) for one in engine.api.volumes()["Volumes"] or ()),
            networks=_networks(engine.api.networks, engine.api.inspect_network),
        )


def local_image(raw: dict[str, Any]) -> LocalImage:
    """Turn an entry of `docker images`, or `docker image inspect`, into facts."""
    names = raw.get("RepoTags") or ()
    return LocalImage(
        id=str(raw["Id"]),
        tags=tuple(str(name) for name in names if name != "<none>:<none>"),
        digests=tuple(str(one) for one in raw.get("RepoDigests") or () if not str(one).startswith("<none>")),
        size=int(raw.get("Size") or 0),
    )


def container(raw: dict[str, Any], work: str) -> ContainerFacts:
    """Turn `docker container inspect` into facts."""
    state, config, host = state_of(raw), raw["Config"], raw["HostConfig"]
    never = str(raw["State"].get("StartedAt", "")).startswith(_NEVER)
    entrypoint = config.get("Entrypoint") or ()
    return ContainerFacts(
        id=state.id,
        name=str(raw["Name"]).lstrip("/"),
        image=str(config.get("Image") or ""),
        image_id=str(raw.get("Image") or ""),
        status=state.status,
        exit_code=None if never else state.exit_code,
        argv=tuple(str(word) for word in (*entrypoint, *(config.get("Cmd") or ()))),
        command=tuple(str(word) for word in config.get("Cmd") or ()),
        env=dict(pair.partition("=")[::2] for pair in config.get("Env") or ()),
        labels=dict(config.get("Labels") or {}),
        user=str(config.get("User") or ""),
        workdir=str(config.get("WorkingDir") or ""),
        hostname=str(config.get("Hostname") or ""),
        tty=bool(config.get("Tty")),
        stdin=bool(config.get("OpenStdin")),
        published=published(raw),
        mounts=tuple(_mounted(one, work) for one in raw.get("Mounts") or ()) + _tmpfs(host),
        networks={
            name: tuple(str(alias) for alias in settings.get("Aliases") or ())
            for name, settings in (raw["NetworkSettings"].get("Networks") or {}).items()
        },
        memory=int(host.get("Memory") or 0),
        cpus=_cpus(host),
        pids=max(int(host.get("PidsLimit") or 0), 0),
        restart=_restart(host.get("RestartPolicy") or {}),
        auto_remove=bool(host.get("AutoRemove")),
        read_only=bool(host.get("ReadonlyRootfs")),
        health=state.health,
        oom_killed=state.oom_killed,
        restarts=state.restarts,
        runtime=str(host.get("Runtime") or ""),
        error=state.error,
        pids_of=str(host.get("PidMode") or ""),
    )


def published(raw: dict[str, Any]) -> tuple[Published, ...]:
    """Give the ports that a container publishes, from `docker container inspect`."""
    """Give the ports: while it runs those that it has, else those that were asked for."""
    real = raw["NetworkSettings"].get("Ports") or {}
    asked = raw["HostConfig"].get("PortBindings") or {}
    found = []
    for port, bindings in {**asked, **{key: value for key, value in real.items() if value}}.items():
        for one in bindings or ():
            address = one.get("HostIp") or "0.0.0.0"  # noqa: S104 - what an empty one means
            host_port = one.get("HostPort") or "0"
            # The same port of IPv6 is the same thing said twice.
            if address != "::" or len(bindings) == 1:
                found.append(Published(str(port), address, int(host_port) if str(host_port).isdigit() else 0))
    return tuple(found)


def _mounted(one: dict[str, Any], work: str) -> Mounted:
    kind = str(one.get("Type") or "")
    source = str(one.get("Name") or one.get("Source") or "")
    if kind == "bind" and (source == work or source.startswith(f"{work}/")):
        source = posixpath.relpath(source, work)
    return Mounted(kind, source, str(one.get("Destination") or ""), read_only=not one.get("RW", True))


def _tmpfs(host: dict[str, Any]) -> tuple[Mounted, ...]:
    """Give the mounts of `--tmpfs`, which the engine lists apart."""
    return tuple(
        Mounted("tmpfs", "", str(target), read_only="ro" in str(options).split(","))
        for target, options in (host.get("Tmpfs") or {}).items()
    )


def _cpus(host: dict[str, Any]) -> float:
    if host.get("NanoCpus"):
        return float(host["NanoCpus"]) / _NANO
    quota, period = host.get("CpuQuota") or 0, host.get("CpuPeriod") or 100_000
    return float(quota) / float(period) if quota > 0 else 0.0


def _restart(policy: dict[str, Any]) -> str:
    name = str(policy.get("Name") or "no")
    count = int(policy.get("MaximumRetryCount") or 0)
    return f"{name}:{count}" if count else name


def _volume(raw: dict[str, Any]) -> Volume:
    labels = dict(raw.get("Labels") or {})
    return Volume(str(raw["Name"]), {k: v for k, v in labels.items() if k != _ANONYMOUS}, _ANONYMOUS in labels)


def _networks(
    list_all: Callable[[], list[dict[str, Any]]], inspect: Callable[[str], dict[str, Any]]
) -> tuple[Network, ...]:
    found = []
    for one in list_all():
        if one["Name"] in _BUILT_IN:
            continue
        raw = inspect(one["Id"])
        members = (raw.get("Containers") or {}).values()
        found.append(
            Network(
                name=str(raw["Name"]),
                driver=str(raw.get("Driver") or ""),
                internal=bool(raw.get("Internal")),
                containers=tuple(sorted(str(member["Name"]) for member in members)),
                labels=dict(raw.get("Labels") or {}),
            )
        )
    return tuple(found)
