"""How a container is asked for: as the exercise describes it, but for what a check wants otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.sandbox.containers import settings

if TYPE_CHECKING:
    from grader.core.specs import ContainerSpec
    from grader.core.variation import Rhythm, Variation

_NANO: Final = 1_000_000_000
_SHORTEST: Final = 1_000_000
"""Nanoseconds: the shortest time that the engine takes for a health check."""


def varied(spec: ContainerSpec, variation: Variation) -> ContainerSpec:
    """Give the description of a container that differs as told."""
    changes: dict[str, Any] = {"env": {**spec.env, **variation.env}}
    given = (("command", variation.command), ("tty", variation.tty), ("memory", variation.memory))
    return spec.model_copy(update={**changes, **{name: value for name, value in given if value is not None}})


def config_of(spec: ContainerSpec, image: str, variation: Variation) -> dict[str, Any]:
    """Give what the engine is asked for."""
    config: dict[str, Any] = {
        "Image": image,
        "Env": [f"{name}={value}" for name, value in spec.env.items()],
        "ExposedPorts": {f"{port}/tcp": {} for port in spec.publish},
        "Tty": spec.tty,
        "OpenStdin": spec.tty or variation.stdin,
        "HostConfig": {**settings(spec), "Mounts": _mounts(variation)},
    }
    if spec.command is not None:
        config["Cmd"] = list(spec.command)
    if not (spec.ready.healthy or variation.health):
        # Health checks of the image would run, and be seen among the processes, for nothing.
        config["Healthcheck"] = {"Test": ["NONE"]}
    elif variation.health:
        config["Healthcheck"] = _healthcheck(variation.rhythm)
    return config


def _healthcheck(rhythm: Rhythm) -> dict[str, Any]:
    """Give what is to differ from the image's HEALTHCHECK: the engine takes over what is missing, or 0."""
    times = {"Interval": rhythm.interval, "Timeout": rhythm.timeout, "StartPeriod": rhythm.start_period}
    times["StartInterval"] = rhythm.interval  # in the start period, it would be five seconds
    found = {name: max(int(value * _NANO), _SHORTEST) for name, value in times.items() if value is not None}
    return {**found, **({"Retries": rhythm.retries} if rhythm.retries is not None else {})}


def _mounts(variation: Variation) -> list[dict[str, Any]]:
    return [{"Type": "volume", "Source": name, "Target": path} for path, name in variation.volumes.items()]
