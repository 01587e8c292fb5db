"""Every field of a container's settings, decided: `docker create`, `run` and `update` (Engine API v1.24 to v1.51)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import limits, mounts
from .rules import attempt, refused
from .shapes import between, flag, items, judged, mapping, nothing, null, number, one_of, struct, text, without, words

if TYPE_CHECKING:
    from .shapes import Shape, Walk

_UNREACHABLE: Final = "containers get no devices of the machine"
_WINDOWS: Final = "it exists on Windows only"
_DISK: Final = "it tunes the disk of one particular machine; limit memory, processors or processes instead"
_REALTIME: Final = "containers may not keep processors from all others"
_STATIC: Final = "Docker chooses addresses; let containers find each other by name"
_MASKED: Final = "it would show a container parts of the machine that Docker hides"

CONSOLE: Final = without(items(number, 2), [0, 0])
_NOTHING: Final = struct({})
_TEXTS: Final = items(text)


def _windows(option: str) -> Shape:
    return nothing(refused("windows", option, _WINDOWS))


_HEALTHCHECK: Final = struct({
    "Test": _TEXTS,
    "Interval": judged(number, limits.interval("--health-interval")),
    "Timeout": between(0, refusal=refused("healthcheck", "--health-timeout", "it can't be negative")),
    "StartPeriod": between(0, refusal=refused("healthcheck", "--health-start-period", "it can't be negative")),
    "StartInterval": judged(number, limits.interval("--health-start-interval")),
    "Retries": between(0, 1000, refusal=refused("healthcheck", "--health-retries", "it must be 0 to 1000")),
})  # fmt: skip

CONFIG: Final = {
    "Hostname": text,
    "Domainname": text,
    "User": text,
    "AttachStdin": flag,
    "AttachStdout": flag,
    "AttachStderr": flag,
    "ExposedPorts": mapping(_NOTHING),
    "Tty": flag,
    "OpenStdin": flag,
    "StdinOnce": flag,
    "Env": _TEXTS,
    "Cmd": words,
    "Healthcheck": _HEALTHCHECK,
    "ArgsEscaped": flag,
    "Image": text,
    "Volumes": mapping(_NOTHING, 32),
    "WorkingDir": text,
    "Entrypoint": words,
    "NetworkDisabled": flag,
    "MacAddress": nothing(refused("mac-address", "--mac-address", _STATIC)),
    "OnBuild": _TEXTS,
    "Labels": mapping(text),
    "StopSignal": text,
    "StopTimeout": number,
    "Shell": _TEXTS,
}
"""What `docker run` and `docker commit` have in common."""

RESTART: Final = judged(struct({"Name": without(text, "no"), "MaximumRetryCount": number}), limits.restart)

RESOURCES: Final = {
    "CpuShares": between(0, refusal=refused("cpus", "--cpu-shares", "it can't be negative")),
    "Memory": judged(number, limits.memory("--memory")),
    "NanoCpus": judged(number, limits.cpus),
    "CgroupParent": nothing(
        attempt("cgroup-parent", "--cgroup-parent", "the engine's limits hold for every container")
    ),
    "BlkioWeight": nothing(refused("blkio", "--blkio-weight", _DISK)),
    "BlkioWeightDevice": nothing(refused("blkio", "--blkio-weight-device", _DISK)),
    "BlkioDeviceReadBps": nothing(refused("blkio", "--device-read-bps", _DISK)),
    "BlkioDeviceWriteBps": nothing(refused("blkio", "--device-write-bps", _DISK)),
    "BlkioDeviceReadIOps": nothing(refused("blkio", "--device-read-iops", _DISK)),
    "BlkioDeviceWriteIOps": nothing(refused("blkio", "--device-write-iops", _DISK)),
    "CpuPeriod": number,
    "CpuQuota": number,
    "CpuRealtimePeriod": nothing(refused("cpu-realtime", "--cpu-rt-period", _REALTIME)),
    "CpuRealtimeRuntime": nothing(refused("cpu-realtime", "--cpu-rt-runtime", _REALTIME)),
    "CpusetCpus": text,
    "CpusetMems": text,
    "Devices": nothing(attempt("devices", "--device", _UNREACHABLE)),
    "DeviceCgroupRules": nothing(attempt("devices", "--device-cgroup-rule", _UNREACHABLE)),
    "DeviceRequests": items(
        judged(
            struct(
                {
                    "Driver": text,
                    "Count": number,
                    "DeviceIDs": _TEXTS,
                    "Capabilities": items(_TEXTS),
                    "Options": mapping(text),
                }
            ),
            limits.device_request,
        )
    ),
    "KernelMemory": nothing(refused("kernel-memory", "--kernel-memory", "Docker no longer has it; use --memory")),
    "KernelMemoryTCP": nothing(refused("kernel-memory", "KernelMemoryTCP", "Docker no longer has it; use --memory")),
    "MemoryReservation": judged(number, limits.memory("--memory-reservation")),
    "MemorySwap": judged(number, limits.memory("--memory-swap")),
    "MemorySwappiness": without(
        between(-1, 100, refusal=refused("memory", "--memory-swappiness", "it must be 0 to 100")), -1
    ),
    "OomKillDisable": nothing(
        attempt("oom", "--oom-kill-disable", "it protects a container at the cost of all others")
    ),
    "PidsLimit": judged(number, limits.pids),
    "Ulimits": items(judged(struct({"Name": text, "Hard": number, "Soft": number}), limits.ulimit), 20),
    "CpuCount": _windows("--cpu-count"),
    "CpuPercent": _windows("--cpu-percent"),
    "IOMaximumIOps": _windows("--io-maxiops"),
    "IOMaximumBandwidth": _windows("--io-maxbandwidth"),
    "NetworkMaximumBandwidth": _windows("--network-maxbandwidth"),
    "BlkioIOps": _windows("--blkio-iops"),
    "BlkioBps": _windows("--blkio-bps"),
    "SandboxSize": _windows("--sandbox-size"),
    "DiskQuota": nothing(refused("storage-opt", "--disk-quota", _DISK)),
}
"""Limits, which `docker update` can change."""

_VOLUME_OPTIONS: Final = struct({
    "NoCopy": flag,
    "Labels": mapping(text),
    "DriverConfig": nothing(attempt("volume-options", "a volume with a driver or with driver options", "it can be any "
                                    "folder of the machine; use a plain volume")),
    "Subpath": nothing(refused("volume-subpath", "volume-subpath", "mount the whole volume")),
})  # fmt: skip

_MOUNT: Final = struct({
    "Type": text,
    "Source": text,
    "Target": text,
    "ReadOnly": flag,
    "Consistency": text,
    "BindOptions": struct({
        "Propagation": one_of("private", "rprivate", refusal=attempt(
            "bind-propagation", "bind-propagation", "mounts are not passed on between containers and the machine")),
        "NonRecursive": flag,
        "CreateMountpoint": flag,
        "ReadOnlyNonRecursive": flag,
        "ReadOnlyForceRecursive": flag,
    }),
    "VolumeOptions": _VOLUME_OPTIONS,
    "TmpfsOptions": struct({
        "SizeBytes": judged(number, mounts.tmpfs_size),
        "Mode": number,
        "Options": nothing(refused("tmpfs", "options of a tmpfs", "only its size and mode can be set")),
    }),
    "ClusterOptions": nothing(refused("mount-type", "a cluster volume", "there is no cluster here")),
    "ImageOptions": nothing(refused("mount-type", "--mount type=image", "a mount is of type bind, volume or tmpfs")),
})  # fmt: skip

HOST: Final = {
    **RESOURCES,
    "Binds": items(judged(text, mounts.bind), 32),
    "ContainerIDFile": nothing(refused("cidfile", "--cidfile", "docker run -d prints the id, too")),
    "LogConfig": judged(struct({"Type": text, "Config": mapping(text)}), limits.log),
    "NetworkMode": without(judged(text, limits.network_mode), "default"),
    "PortBindings": mapping(items(struct({"HostIp": text, "HostPort": text}), 20)),
    "RestartPolicy": RESTART,
    "AutoRemove": flag,
    "VolumeDriver": nothing(attempt("volume-driver", "--volume-driver", "use a plain volume"), "local"),
    "VolumesFrom": items(text, 20),
    "Mounts": items(judged(_MOUNT, mounts.mount), 32),
    "ConsoleSize": CONSOLE,
    "Annotations": nothing(attempt("annotations", "--annotation", "it can change what runs containers; use --label")),
    "CapAdd": items(judged(text, limits.capability)),
    "CapDrop": _TEXTS,
    "Capabilities": nothing(refused("cap-add", "a complete list of capabilities", "use --cap-drop")),
    "CgroupnsMode": judged(text, limits.namespace("--cgroupns", "private")),
    "Dns": items(judged(text, limits.dns), 10),
    "DnsOptions": items(text, 10),
    "DnsSearch": items(text, 10),
    "ExtraHosts": items(judged(text, limits.extra_host), 50),
    "GroupAdd": nothing(refused("group-add", "--group-add", "use --user with the group that you need")),
    "IpcMode": judged(text, limits.namespace("--ipc", "none", "private", joined=True)),
    "Cgroup": nothing(attempt("cgroup-parent", "a cgroup of another container", "a container has its own")),
    "Links": items(text, 20),
    "OomScoreAdj": judged(number, limits.oom_score),
    "PidMode": judged(text, limits.namespace("--pid", joined=True)),
    "Privileged": nothing(
        refused("privileged", "--privileged", "a privileged container has all rights of the machine it runs on")
    ),
    "PublishAllPorts": flag,
    "ReadonlyRootfs": flag,
    "SecurityOpt": items(judged(text, limits.security)),
    "StorageOpt": nothing(refused("storage-opt", "--storage-opt", _DISK)),
    "Tmpfs": judged(mapping(text, 20), mounts.tmpfs),
    "UTSMode": judged(text, limits.namespace("--uts")),
    "UsernsMode": judged(text, limits.namespace("--userns")),
    "ShmSize": judged(number, limits.memory("--shm-size")),
    "Sysctls": nothing(attempt("sysctls", "--sysctl", "it changes settings of the kernel")),
    "Runtime": judged(text, limits.runtime),
    "Isolation": nothing(refused("windows", "--isolation", _WINDOWS), "default"),
    "MaskedPaths": null(attempt("masked-paths", "--security-opt systempaths=unconfined", _MASKED)),
    "ReadonlyPaths": null(attempt("masked-paths", "--security-opt systempaths=unconfined", _MASKED)),
    "Init": flag,
    "InitPath": nothing(refused("init-path", "--init-path", "use --init alone")),
}

_OUTPUT: Final = nothing(refused("static-address", "an address or id that only Docker gives", _STATIC))

_ADDRESS: Final = nothing(refused("static-address", "--ip", _STATIC))
ENDPOINT: Final = struct({
    "IPAMConfig": struct({"IPv4Address": _ADDRESS, "IPv6Address": _ADDRESS, "LinkLocalIPs": _ADDRESS}),
    "Links": items(text, 20),
    "Aliases": items(text, 20),
    "MacAddress": nothing(refused("mac-address", "--mac-address", _STATIC)),
    "DriverOpts": nothing(attempt("endpoint-options", "driver-opt of --network", "it can change the kernel")),
    "GwPriority": number,
    **dict.fromkeys(
        ("NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address",
         "GlobalIPv6PrefixLen", "DNSNames"),
        _OUTPUT,
    ),
})  # fmt: skip
"""How a container is on a network."""

_NETWORKS: Final = judged(mapping(ENDPOINT, 10), limits.endpoints)


def _networks(value: Any, walk: Walk) -> Any:
    """Read the networks that a container is put on; the docker command always names the default one."""
    found = _NETWORKS(value, walk)
    return {name: one for name, one in found.items() if one or name != "default"} if found else found


CREATE: Final = judged(
    struct(
        {
            **CONFIG,
            "HostConfig": judged(struct(HOST), limits.quota),
            # docker-py puts `{"a-network": null}` beside, which means nothing.
            "NetworkingConfig": struct({"EndpointsConfig": _networks}, nulls=True),
        }
    ),
    limits.payload,
)
UPDATE: Final = judged(struct({**RESOURCES, "RestartPolicy": RESTART}), limits.quota)
