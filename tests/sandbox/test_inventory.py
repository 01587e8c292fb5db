"""What the engine's API says, as facts."""

from __future__ import annotations

from typing import Any

import pytest

from grader.core.inventory import Mounted, Published
from grader.sandbox.inventory import container, local_image


def raw(**changes: Any) -> dict[str, Any]:
    """Give what `docker container inspect` says of a plain container."""
    found: dict[str, Any] = {
        "Id": "abc",
        "Name": "/web",
        "Image": "sha256:1",
        "Path": "sh",
        "Args": [],
        "State": {"Status": "running", "Running": True, "ExitCode": 0, "StartedAt": "2026-11-23T10:00:00Z"},
        "Config": {"Image": "nginx:1", "Cmd": ["sh"], "Env": ["A=1=2", "EMPTY="], "Labels": None},
        "HostConfig": {},
        "Mounts": [],
        "NetworkSettings": {"Ports": {}, "Networks": {"bridge": {"Aliases": None}}},
    }
    for key, value in changes.items():
        found[key] = {**found[key], **value} if isinstance(value, dict) else value
    return found


def test_a_plain_container() -> None:
    found = container(raw(), "/work")
    assert (found.name, found.image, found.status, found.exit_code) == ("web", "nginx:1", "running", None)
    assert found.env == {"A": "1=2", "EMPTY": ""}
    assert (found.memory, found.cpus, found.pids, found.restart) == (0, 0.0, 0, "no")
    assert found.networks == {"bridge": ()}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Status": "exited", "Running": False, "ExitCode": 3}, 3),
        ({"Status": "exited", "Running": False, "ExitCode": 0}, 0),
        ({"Status": "created", "Running": False, "ExitCode": 0, "StartedAt": "0001-01-01T00:00:00Z"}, None),
    ],
)
def test_the_exit_code_of_what_has_run(state: dict[str, Any], expected: int | None) -> None:
    assert container(raw(State=state), "/work").exit_code == expected


def test_ports_of_a_running_container_are_the_real_ones() -> None:
    asked = {"80/tcp": [{"HostIp": "", "HostPort": ""}]}
    real = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "32768"}, {"HostIp": "::", "HostPort": "32768"}]}  # noqa: S104
    found = container(raw(HostConfig={"PortBindings": asked}, NetworkSettings={"Ports": real}), "/work")
    assert found.published == (Published("80/tcp", "0.0.0.0", 32768),)  # noqa: S104


def test_ports_of_a_stopped_container_are_those_asked_for() -> None:
    asked = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "3000"}], "81/tcp": [{"HostIp": "", "HostPort": ""}]}
    found = container(raw(HostConfig={"PortBindings": asked}), "/work")
    assert found.published == (Published("80/tcp", "127.0.0.1", 3000), Published("81/tcp", "0.0.0.0", 0))  # noqa: S104


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ({"Type": "bind", "Source": "/work/data", "Destination": "/d", "RW": True}, Mounted("bind", "data", "/d")),
        ({"Type": "bind", "Source": "/work", "Destination": "/d", "RW": False}, Mounted("bind", ".", "/d", True)),
        ({"Type": "bind", "Source": "/worker", "Destination": "/d", "RW": True}, Mounted("bind", "/worker", "/d")),
        ({"Type": "volume", "Name": "v", "Source": "/x/v", "Destination": "/d"}, Mounted("volume", "v", "/d")),
    ],
)
def test_mounts(mount: dict[str, Any], expected: Mounted) -> None:
    assert container(raw(Mounts=[mount]), "/work").mounts == (expected,)


def test_a_tmpfs_is_a_mount() -> None:
    found = container(raw(HostConfig={"Tmpfs": {"/cache": "size=1m,ro"}}), "/work")
    assert found.mounts == (Mounted("tmpfs", "", "/cache", read_only=True),)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"NanoCpus": 500_000_000}, 0.5),
        ({"CpuQuota": 150_000, "CpuPeriod": 100_000}, 1.5),
        ({"CpuQuota": 150_000}, 1.5),
        ({"CpuQuota": -1}, 0.0),
    ],
)
def test_processors(settings: dict[str, Any], expected: float) -> None:
    assert container(raw(HostConfig=settings), "/work").cpus == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"Name": "on-failure", "MaximumRetryCount": 3}, "on-failure:3"),
        ({"Name": "always", "MaximumRetryCount": 0}, "always"),
        ({"Name": "", "MaximumRetryCount": 0}, "no"),
    ],
)
def test_restart_policies(policy: dict[str, Any], expected: str) -> None:
    assert container(raw(HostConfig={"RestartPolicy": policy}), "/work").restart == expected


def test_an_image_without_a_name() -> None:
    found = local_image({"Id": "sha256:1", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"], "Size": 5})
    assert (found.tags, found.digests, found.size) == ((), (), 5)
