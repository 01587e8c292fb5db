"""Every field of a container's settings: what is refused, in which words, and whether a person must look."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.policy import CREATE, ask, body, create, rules

GPU = {"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}
FUSE = {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
BPS = [{"Path": "/dev/sda", "Rate": 1}]
VOLUME = {"Type": "volume", "Source": "v1", "Target": "/x"}
BIND = {"Type": "bind", "Source": "/etc", "Target": "/x"}
BY_BIND = {"Options": {"type": "none", "o": "bind", "device": "/"}}

VIOLATIONS: list[tuple[str, str, Any]] = [
    ("bind-outside", "Binds", ["/:/host"]),
    ("bind-outside", "Binds", ["/etc:/host:ro"]),
    ("bind-outside", "Binds", ["//etc/:/host"]),
    ("bind-outside", "Binds", ["/etc/passwd:/p"]),
    ("bind-outside", "Binds", ["/proc:/host"]),
    ("bind-outside", "Binds", ["/sys/fs/cgroup:/x"]),
    ("bind-outside", "Binds", ["/dev:/x"]),
    ("bind-outside", "Binds", ["/var/run/docker.sock:/var/run/docker.sock"]),
    ("bind-outside", "Binds", ["/run/docker.sock:/x"]),
    ("bind-outside", "Binds", ["/var/lib/docker:/x"]),
    ("bind-outside", "Binds", ["/work/../etc:/x"]),
    ("bind-outside", "Binds", ["/work/../other:/x"]),
    ("bind-outside", "Binds", ["/work/../work2:/x"]),
    ("bind-outside", "Binds", ["/home/../etc:/x"]),
    ("bind-outside", "Binds", ["/work/a\nb/../../..:/x"]),
    ("bind-propagation", "Binds", ["/work:/x:rshared"]),
    ("bind-propagation", "Binds", ["/work:/x:ro,slave"]),
    ("bind-outside", "Mounts", [BIND]),
    ("bind-outside", "Mounts", [BIND | {"Source": "/work/../.."}]),
    ("bind-propagation", "Mounts", [BIND | {"Source": "/work", "BindOptions": {"Propagation": "rshared"}}]),
    ("volume-options", "Mounts", [VOLUME | {"VolumeOptions": {"DriverConfig": BY_BIND}}]),
    ("volume-options", "Mounts", [VOLUME | {"VolumeOptions": {"DriverConfig": {"Name": "other"}}}]),
    ("volume-driver", "VolumeDriver", "other"),
    ("devices", "Devices", [FUSE]),
    ("devices", "DeviceCgroupRules", ["c 1:1 rwm"]),
    ("devices", "DeviceRequests", [{"Driver": "cdi", "DeviceIDs": ["vendor.com/class=name"]}]),
    ("pid", "PidMode", "host"),
    ("pid", "PidMode", "container:"),
    ("uts", "UTSMode", "host"),
    ("userns", "UsernsMode", "host"),
    ("cgroupns", "CgroupnsMode", "host"),
    ("ipc", "IpcMode", "host"),
    ("cgroup-parent", "Cgroup", "container:x"),
    ("cgroup-parent", "CgroupParent", "/"),
    ("security-opt", "SecurityOpt", ["seccomp=unconfined"]),
    ("security-opt", "SecurityOpt", ["apparmor=unconfined"]),
    ("security-opt", "SecurityOpt", ["no-new-privileges", "systempaths=unconfined"]),
    ("security-opt", "SecurityOpt", ["no-new-privileges:false"]),
    ("masked-paths", "MaskedPaths", []),
    ("masked-paths", "ReadonlyPaths", []),
    ("masked-paths", "MaskedPaths", ["/proc/kcore"]),
    ("sysctls", "Sysctls", {"net.core.somaxconn": "1"}),
    ("runtime", "Runtime", "runsc"),
    ("runtime", "Runtime", "runc"),
    ("annotations", "Annotations", {"a": "b"}),
    ("oom", "OomKillDisable", True),
    ("oom", "OomScoreAdj", -500),
]
"""Attempts to get out: rule, field, value."""

ORDINARY: list[tuple[str, str, Any]] = [
    ("privileged", "Privileged", True),
    ("host-network", "NetworkMode", "host"),
    ("cap-add", "CapAdd", ["ALL"]),
    ("cap-add", "CapAdd", ["CAP_SYS_ADMIN"]),
    ("cap-add", "CapAdd", ["chown", "net_admin"]),
    ("cap-add", "Capabilities", ["CAP_CHOWN"]),
    ("bind-outside", "Binds", ["/home/ana/site:/usr/share/nginx/html"]),
    ("bind-outside", "Binds", ["/Users/ana/site:/x:ro"]),
    ("bind-outside", "Binds", ["C:\\Users\\ana:/x"]),
    ("bind-outside", "Binds", ["C:/Users/ana:/x"]),
    ("bind-outside", "Binds", ["~/site:/x"]),
    ("bind-outside", "Binds", ["./site:/x"]),
    ("bind-outside", "Binds", ["/data:/x"]),
    ("bind-outside", "Binds", ["/workshop:/x"]),
    ("bind-outside", "Binds", ["/var/www:/x"]),
    ("bind-format", "Binds", ["/work:/x:ro:rw"]),
    ("bind-format", "Binds", ["/work:/x:rwx"]),
    ("bind-outside", "Mounts", [BIND | {"Source": "/home/ana"}]),
    ("bind-outside", "Mounts", [BIND | {"Source": "C:\\Users\\ana"}]),
    ("bind-outside", "Mounts", [BIND | {"Source": "site"}]),
    ("bind-format", "Mounts", [VOLUME | {"Source": "a/b"}]),
    ("volume-subpath", "Mounts", [VOLUME | {"VolumeOptions": {"Subpath": "a"}}]),
    ("mount-type", "Mounts", [VOLUME | {"Type": "npipe"}]),
    ("mount-type", "Mounts", [VOLUME | {"Type": "cluster"}]),
    ("mount-type", "Mounts", [VOLUME | {"Type": "image"}]),
    ("mount-type", "Mounts", [{"Source": "v1", "Target": "/x"}]),
    ("tmpfs", "Mounts", [{"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"SizeBytes": 2**40}}]),
    ("tmpfs", "Mounts", [{"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"Options": [["exec"]]}}]),
    ("tmpfs", "Tmpfs", {"/x": "size=2t"}),
    ("tmpfs", "Tmpfs", {"/x": "rw,size=600m"}),
    ("tmpfs", "Tmpfs", {"/x": "dev"}),
    ("restart", "RestartPolicy", {"Name": "always", "MaximumRetryCount": 0}),
    ("restart", "RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": 3}),
    ("memory", "Memory", 2**30),
    ("memory", "MemoryReservation", 2**30),
    ("memory", "MemorySwap", 2**32),
    ("memory", "MemorySwappiness", 101),
    ("memory", "ShmSize", 2**32),
    ("cpus", "NanoCpus", 64 * 10**9),
    ("cpus", "CpuQuota", 6_400_000),
    ("cpus", "CpuShares", -1),
    ("pids", "PidsLimit", 100_000),
    ("ulimit", "Ulimits", [{"Name": "rtprio", "Hard": 99, "Soft": 99}]),
    ("ulimit", "Ulimits", [{"Name": "nofile", "Hard": 2**30, "Soft": 1}]),
    ("cpu-realtime", "CpuRealtimePeriod", 1000),
    ("cpu-realtime", "CpuRealtimeRuntime", 1000),
    ("blkio", "BlkioWeight", 100),
    ("blkio", "BlkioWeightDevice", [{"Path": "/dev/sda", "Weight": 1}]),
    ("blkio", "BlkioDeviceReadBps", BPS),
    ("blkio", "BlkioDeviceWriteBps", BPS),
    ("blkio", "BlkioDeviceReadIOps", BPS),
    ("blkio", "BlkioDeviceWriteIOps", BPS),
    ("storage-opt", "StorageOpt", {"size": "1G"}),
    ("storage-opt", "DiskQuota", 1),
    ("kernel-memory", "KernelMemory", 1),
    ("kernel-memory", "KernelMemoryTCP", 1),
    ("gpus", "DeviceRequests", [GPU]),
    ("group-add", "GroupAdd", ["docker"]),
    ("ipc", "IpcMode", "shareable"),
    ("log-driver", "LogConfig", {"Type": "syslog", "Config": {}}),
    ("log-driver", "LogConfig", {"Type": "json-file", "Config": {"env": "A"}}),
    ("host-gateway", "ExtraHosts", ["host.docker.internal:host-gateway"]),
    ("host-gateway", "ExtraHosts", ["a=host-gateway"]),
    ("dns", "Dns", ["resolver"]),
    ("cidfile", "ContainerIDFile", "/work/cid"),
    ("windows", "Isolation", "hyperv"),
    ("windows", "CpuCount", 1),
    ("windows", "CpuPercent", 1),
    ("windows", "IOMaximumIOps", 1),
    ("windows", "IOMaximumBandwidth", 1),
    ("init-path", "InitPath", "/x"),
]
"""What beginners do innocently."""

HOST_FIELDS = [(*line, True) for line in VIOLATIONS] + [(*line, False) for line in ORDINARY]


def label(value: object) -> str:
    return re.sub(r"\W+", "-", json.dumps(value))[:60]


@pytest.mark.parametrize(("rule", "field", "value", "violation"), HOST_FIELDS, ids=label)
def test_is_refused(rule: str, field: str, value: Any, violation: bool) -> None:  # noqa: FBT001 - a column
    verdict = create(body({field: value}))
    assert (verdict.allowed, verdict.rule, verdict.violation) == (False, rule, violation)
    assert f"(rule {rule})" in str(verdict.message)
    assert "\n" not in str(verdict.message).replace("a\nb", "")


@pytest.mark.parametrize(("rule", "field", "value", "violation"), HOST_FIELDS, ids=label)
def test_no_spelling_gets_round_it(rule: str, field: str, value: Any, violation: bool) -> None:  # noqa: FBT001 - a column
    sent = body({field: value})
    name, text = f'"{field}":', json.dumps(sent)
    start = text.index(f"{name} {json.dumps(value)}", text.index('"HostConfig"'))
    before, after = text[:start], text[start + len(name) :]

    def spelled(key: str) -> tuple[str | None, bool]:
        verdict = create(f"{before}{key}{after}".encode())
        assert not verdict.allowed
        return verdict.rule, verdict.violation

    assert spelled(f'"{field.lower()}":') == ("unknown-field", True)
    assert spelled(f'"{field.upper()}":') == ("unknown-field", True)
    assert spelled(f'"{field}":null,"{field}":') == ("duplicate-key", True)
    assert spelled(f'"{field}":null,"{field.upper()}":') == ("unknown-field", True)
    assert spelled(f'"\\u{ord(field[0]):04x}{field[1:]}":') == (rule, violation)
    for plain, same in (("k", "\u212a"), ("s", "\u017f")):  # which the engine takes for the same letters
        if plain in field.lower():
            assert spelled(f'"{re.sub(plain, same, field, flags=re.IGNORECASE)}":') == ("unknown-field", True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Binds", ["/work:/x", "/work/a/../b:/x:ro", "data:/d", "data:/d:nocopy", "/anonymous", "/x:ro", "d:/x"]),
        ("Binds", ["/work/./site//html/:/x:ro,z"]),
        ("Mounts", [BIND | {"Source": "/work/x", "ReadOnly": True, "BindOptions": {"CreateMountpoint": True}}]),
        ("Mounts", [VOLUME, {"Type": "volume", "Target": "/y"}]),
        ("Mounts", [VOLUME | {"VolumeOptions": {"NoCopy": True, "Labels": {"a": "b"}, "DriverConfig": {}}}]),
        ("Mounts", [{"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"SizeBytes": 1000, "Mode": 511}}]),
        ("Tmpfs", {"/x": "", "/y": "rw,noexec,size=64m,mode=1777,uid=1000"}),
        ("PortBindings", {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}], "53/udp": None}),
        ("CapAdd", ["NET_BIND_SERVICE", "CAP_CHOWN"]),
        ("CapDrop", ["ALL"]),
        ("SecurityOpt", ["no-new-privileges", "no-new-privileges:true"]),
        ("NetworkMode", "shop"),
        ("NetworkMode", "none"),
        ("NetworkMode", "container:web"),
        ("PidMode", "container:web"),
        ("IpcMode", "container:web"),
        ("IpcMode", "private"),
        ("CgroupnsMode", "private"),
        ("VolumesFrom", ["web:ro"]),
        ("Links", ["db:db"]),
        ("RestartPolicy", {"Name": "no", "MaximumRetryCount": 0}),
        ("LogConfig", {"Type": "local", "Config": {"max-size": "1m", "max-file": "2"}}),
        ("LogConfig", {"Type": "none", "Config": None}),
        ("ExtraHosts", ["a:1.2.3.4", "b=::1", "c:[::1]"]),
        ("Dns", ["8.8.8.8"]),
        ("Memory", 256 * 2**20),
        ("MemorySwap", -1),
        ("MemorySwappiness", 0),
        ("NanoCpus", 500_000_000),
        ("PidsLimit", -1),
        ("Ulimits", [{"Name": "nofile", "Hard": 1024, "Soft": 512}]),
        ("OomScoreAdj", 100),
        ("Isolation", "default"),
        ("VolumeDriver", "local"),
        ("ConsoleSize", [24, 80]),
        ("Init", True),
        ("MaskedPaths", None),
        ("Devices", None),
        ("Privileged", None),
        ("Sysctls", {}),
        ("Annotations", {}),
    ],
    ids=label,
)
def test_is_possible(field: str, value: Any) -> None:
    verdict = create(body({field: value}))
    assert verdict.allowed, verdict.message


@pytest.mark.parametrize(
    ("rule", "changes", "violation"),
    [
        ("mac-address", {"MacAddress": "02:00:00:00:00:01"}, False),
        ("healthcheck", {"Healthcheck": {"Test": ["CMD", "true"], "Interval": 1000}}, False),
        ("healthcheck", {"Healthcheck": {"Test": ["CMD", "true"], "StartInterval": 10**8}}, False),
        ("healthcheck", {"Healthcheck": {"Timeout": -1}}, False),
        ("healthcheck", {"Healthcheck": {"Retries": 100_000}}, False),
        ("payload", {"Env": ["A=" + "x" * 40_000, "B=" + "x" * 40_000]}, False),
        ("payload", {"Labels": {"x" * 60_000: "y" * 10_000}}, False),
        ("too-much", {"Env": ["x"] * 501}, False),
        ("too-much", {"Volumes": {f"/{number}": {} for number in range(33)}}, False),
        ("malformed", {"Tty": 1}, True),
        ("malformed", {"Image": ["busybox"]}, True),
        ("malformed", {"StopTimeout": 1.5}, True),
        ("malformed", {"Cmd": {"0": "sh"}}, True),
        ("malformed", {"NetworkingConfig": []}, True),
        ("malformed", {"Hostname": "a\0b"}, True),
        ("unknown-field", {"Memory": 1}, True),
        ("unknown-field", {"Volumes": {"/x": {"Source": "/"}}}, True),
        ("unknown-field", {"NetworkingConfig": {"endpointsConfig": {}}}, True),
        ("unknown-field", {"NetworkingConfig": {"shop": {}}}, True),
    ],
    ids=label,
)
def test_other_fields(rule: str, changes: dict[str, Any], violation: bool) -> None:  # noqa: FBT001 - a column
    verdict = create(body(None, **changes))
    assert (verdict.rule, verdict.violation) == (rule, violation), verdict.message


@pytest.mark.parametrize(
    ("rule", "endpoint", "violation"),
    [
        ("static-address", {"IPAMConfig": {"IPv4Address": "10.0.0.5"}}, False),
        ("static-address", {"IPAMConfig": {"LinkLocalIPs": ["169.254.1.1"]}}, False),
        ("static-address", {"IPAddress": "10.0.0.5"}, False),
        ("mac-address", {"MacAddress": "02:00:00:00:00:01"}, False),
        ("endpoint-options", {"DriverOpts": {"com.docker.network.endpoint.sysctls": "x"}}, True),
        (None, {"Aliases": ["a"], "Links": ["db:db"], "GwPriority": 1}, False),
        (None, None, False),
    ],
    ids=label,
)
def test_networks_of_a_container(rule: str | None, endpoint: Any, violation: bool) -> None:  # noqa: FBT001 - a column
    created = create(body({"NetworkMode": "shop"}, NetworkingConfig={"EndpointsConfig": {"shop": endpoint}}))
    later = ask("POST", "/networks/shop/connect", {"Container": "web", "EndpointConfig": endpoint})
    for verdict in (created, later):
        assert (verdict.rule, verdict.violation) == (rule, violation)


def test_the_hosts_network_by_another_way() -> None:
    verdict = create(body(NetworkingConfig={"EndpointsConfig": {"host": {}}}))
    assert verdict.rule == "host-network"


def test_the_worst_is_told() -> None:
    verdict = create(body({"Privileged": True, "Binds": ["/:/host"]}))
    assert (verdict.rule, verdict.violation) == ("bind-outside", True)


def test_a_beginner_is_told_what_and_why() -> None:
    assert create(body({"Privileged": True})).message == (
        "--privileged is not available in this exercise (rule privileged): "
        "a privileged container has all rights of the machine it runs on."
    )


@pytest.mark.parametrize(
    ("allow", "host", "rule"),
    [
        ({"restart": ["always"]}, {"RestartPolicy": {"Name": "always"}}, None),
        ({"restart": ["always"]}, {"RestartPolicy": {"Name": "unless-stopped"}}, "restart"),
        ({"restart": ["on-failure"]}, {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}}, None),
        ({"restart": ["on-failure"]}, {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 6}}, "restart"),
        ({"cap_add": ["NET_ADMIN"]}, {"CapAdd": ["net_admin"]}, None),
        ({"cap_add": ["NET_ADMIN"]}, {"CapAdd": ["SYS_ADMIN"]}, "cap-add"),
        ({"host_network": True}, {"NetworkMode": "host"}, None),
        ({"host_network": True, "build": True, "update": True, "load": True}, {"Privileged": True}, "privileged"),
    ],
    ids=label,
)
def test_allowances(allow: dict[str, Any], host: dict[str, Any], rule: str | None) -> None:
    assert create(body(host), by=rules(**allow)).rule == rule


def test_docker_update_has_the_same_ceilings() -> None:
    uri, by = "/containers/web/update", rules(update=True, restart=["always"])
    assert ask("POST", uri, {"Memory": 1000}).rule == "update"
    assert ask("POST", uri, {"Memory": 1000, "RestartPolicy": {"Name": "always"}}, by=by).allowed
    assert ask("POST", uri, {"Memory": 2**40}, by=by).rule == "memory"
    assert ask("POST", uri, {"CgroupParent": "/"}, by=by).violation
    assert ask("POST", uri, {"Privileged": True}, by=by).rule == "unknown-field"


def test_names_are_told() -> None:
    verdict = create(body(), uri=f"{CREATE}?name=web&platform=linux%2Famd64")
    assert (verdict.name, verdict.arguments) == ("container create", {"name": "web", "platform": "linux/amd64"})
