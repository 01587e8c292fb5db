"""The containers of a disposable engine on the host: the engine itself, and the client beside it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError
from grader.core.specs import MIB, EngineSpec
from grader.sandbox.disposable.thaw import thaw
from grader.sandbox.errors import translated
from grader.sandbox.inside import boot
from grader.sandbox.inside.shell import USER
from grader.sandbox.ledger import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.sandbox.engine import Engine

LABEL: Final = "grader.engine"
"""On everything that belongs to a disposable engine, with its name: for people. What is removed goes by name."""
FOLDER: Final = "/opt/grader"
"""Where the programs that run inside are put."""
_LOG: Final = {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}
_PASSWD: Final = f"root:x:0:0:root:/root:/bin/bash\nstudent:x:{USER}:{USER}::/home/student:/bin/bash\n"
_GROUP: Final = f"root:x:0:\ndocker:x:999:student\nstudent:x:{USER}:\n"
_WORK: Final = 256 * MIB
"""Bytes that the folder with the submission may come to hold."""
_CLIENT_MEMORY: Final = 768 * MIB
"""More than all its folders in memory together may come to hold."""
_CLIENT_PIDS: Final = 256
_GONE: Final = 15.0
"""Seconds in which what somebody else is removing has gone."""
_UNKILLABLE: Final = "did not receive an exit event"
"""What the engine says of a container in which something is frozen."""


class NotShared(Exception):  # noqa: N818 - what is so, not how it ends
    """The host's engine does not see our file system."""


@dataclass(frozen=True, slots=True)
class Place:
    """The names of one engine's parts."""

    name: str
    shared: Path | None
    """A folder of this machine with the engine's sockets, where the host's engine shares our file system."""

    @property
    def client(self) -> str:
        """The container in which a student's commands run."""
        return f"{self.name}-client"

    @property
    def work(self) -> str:
        """The volume with a copy of the submission."""
        return f"{self.name}-work"

    @property
    def socket(self) -> str:
        """The volume with the socket that students' commands use."""
        return f"{self.name}-socket"

    @property
    def disk(self) -> str:
        """The volume with the image file of the engine's disk."""
        return f"{self.name}-disk"


def create(
    host: Engine, place: Place, image: str, spec: EngineSpec, token: str, *, seed: str, seeding: bool = False
) -> None:
    """Create the engine's container and put the programs in; `seed` is the volume that its disk is copied from.

    While `seeding`, the volume is where the disk stays, and the registry inside can be written to. Raises NotShared
    when the folder for the sockets is none of the host's.
    """
    disk = [_volume(seed, "/var/lib/grader")]
    if not seeding:
        disk = [_volume(place.disk, "/var/lib/grader"), _volume(seed, "/seed", read_only=True)]
    _create_volumes(host, place)
    mounts = [*disk, _volume(place.work, str(boot.WORK)), _volume(place.socket, str(boot.STUDENT.parent))]
    if place.shared is not None:
        mounts.append({"Type": "bind", "Source": str(place.shared), "Target": "/run/grader/host"})
    config: dict[str, Any] = {
        "Image": image,
        "Hostname": "docker",
        "Entrypoint": ["python3", "-m", "inside.boot"],
        "WorkingDir": FOLDER,
        "Labels": {LABEL: place.name},
        "HostConfig": {
            "Privileged": True,
            "UsernsMode": "host",  # an engine with a user namespace of its own allows the privileges only so
            "NetworkMode": "none",
            "CgroupnsMode": "private",
            "IpcMode": "private",
            "Mounts": mounts,
            "Tmpfs": {"/run": "mode=755", "/tmp": ""},  # noqa: S108 - the container's own
            "Memory": spec.memory,
            "MemorySwap": spec.memory,
            "NanoCpus": int(spec.cpus * 1_000_000_000),
            "PidsLimit": spec.pids,
            "RestartPolicy": {"Name": "no"},
            "LogConfig": _LOG,
        },
    }
    settings = {"token": token, "uid": os.getuid(), "disk": spec.disk, "seeding": seeding, "runtime": spec.runtime}
    from docker.errors import APIError

    with translated("creating a disposable engine"):
        try:
            # Not to be left half way: the engine would go on with it, and nobody know when it is done.
            with uninterrupted():
                host.api.create_container_from_config(config, place.name)
        except APIError as error:
            if place.shared is not None and "bind source path does not exist" in str(error):
                raise NotShared from error
            raise
        host.api.put_archive(place.name, "/", _programs(settings))
        if spec.runtime == "runsc" and not seeding:
            host.api.put_archive(place.name, "/", _gvisor())


def create_client(host: Engine, place: Place, image: str) -> None:
    """Create and start the container for a student's commands, in the engine's network, with next to no rights."""
    config: dict[str, Any] = {
        "Image": image,
        "Entrypoint": ["sleep", "infinity"],
        "WorkingDir": str(boot.WORK),
        "Labels": {LABEL: place.name},
        "HostConfig": {
            "Init": True,
            "UsernsMode": "host",  # as the container whose network it uses
            "NetworkMode": f"container:{place.name}",
            "CgroupnsMode": "private",
            "IpcMode": "private",
            "CapDrop": ["ALL"],
            # For the program that runs the commands: to become the student's user, and to end what that one started.
            "CapAdd": ["SETUID", "SETGID", "KILL"],
            "SecurityOpt": ["no-new-privileges:true"],
            "Mounts": [
                _volume(place.work, str(boot.WORK)),
                _volume(place.socket, str(boot.STUDENT.parent), read_only=True),
            ],
            # Over every folder that its user can write to: nothing reaches the host's disk.
            "Tmpfs": {
                **dict.fromkeys(("/tmp", "/var/tmp"), "size=64m"),  # noqa: S108 - the container's own
                "/run": "size=1m,mode=755",
                "/home/student": f"size=64m,mode=755,uid={USER},gid={USER}",
            },
            "Memory": _CLIENT_MEMORY,
            "MemorySwap": _CLIENT_MEMORY,
            "NanoCpus": 1_000_000_000,
            "PidsLimit": _CLIENT_PIDS,
            "RestartPolicy": {"Name": "no"},
            "LogConfig": {"Type": "none"},
        },
    }
    with translated("creating a client container"):
        with uninterrupted():
            host.api.create_container_from_config(config, place.client)
        host.api.put_archive(place.client, "/", _programs({}))
        host.api.start(place.client)


def create_viewer(host: Engine, place: Place, image: str, seed: str) -> None:
    """Create, and never start, a container through which the engine shows what is in a seed."""
    config = {
        "Image": image,
        "Entrypoint": ["true"],
        "Labels": {LABEL: place.name},
        "HostConfig": {"NetworkMode": "none", "Mounts": [_volume(seed, "/seed", read_only=True)]},
    }
    host.api.create_container_from_config(config, place.name)


def _create_volumes(host: Engine, place: Place) -> None:
    """Make the volumes that engine and client share: in memory, so that what students write there is bounded."""
    for name, options in ((place.work, f"size={_WORK},uid={USER},gid={USER},mode=755"), (place.socket, "size=1m")):
        how = {"type": "tmpfs", "device": "tmpfs", "o": f"nodev,nosuid,{options}"}
        host.api.create_volume(name, "local", how, {LABEL: place.name})


def _volume(name: str, target: str, *, read_only: bool = False) -> dict[str, Any]:
    # NoCopy: what the image has at the target is not for the volume.
    options = {"NoCopy": True, "Labels": {LABEL: name}}
    return {"Type": "volume", "Source": name, "Target": target, "ReadOnly": read_only, "VolumeOptions": options}


@cache
def _files() -> tuple[tuple[str, bytes, int], ...]:
    """Give the programs that run inside: path, content, mode."""
    package = Path(__file__).parent.parent / "inside"
    modules = [(f"inside/{path.name}", path.read_bytes(), 0o644) for path in sorted(package.glob("*.py"))]
    commands = [(f"bin/{path.name}", path.read_bytes(), 0o755) for path in sorted((package / "bin").iterdir())]
    return (*modules, *commands)


@cache
def programs_digest() -> str:
    """Tell the programs of this version of the grader from those of another."""
    found = hashlib.sha256()
    for name, content, _ in _files():
        found.update(f"{name} {len(content)}\n".encode() + content)
    return found.hexdigest()[:16]


def _programs(settings: dict[str, Any]) -> bytes:
    """Pack the programs that run inside, with their settings."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content, mode in _files():
            _add(archive, f"{FOLDER}/{name}", content, mode)
        _add(archive, f"{FOLDER}/config.json", json.dumps(settings).encode(), 0o600)
        _add(archive, "/etc/passwd", _PASSWD.encode(), 0o644)
        _add(archive, "/etc/group", _GROUP.encode(), 0o644)
    return packed.getvalue()


def _gvisor() -> bytes:
    """Pack gVisor's program, which is one file without libraries. Raises SandboxError where it isn't installed."""
    path = shutil.which("runsc")
    if path is None:
        raise SandboxError(
            "the exercise wants its containers run by gVisor, and there is no runsc here",
            hint="Install it (apt-get install runsc), or take `runtime: runsc` out of the exercise.",
        )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        _add(archive, boot.RUNSC, Path(path).read_bytes(), 0o755)
    return packed.getvalue()


def _add(archive: tarfile.TarFile, path: str, content: bytes, mode: int) -> None:
    member = tarfile.TarInfo(path.lstrip("/"))
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))


def remove_client(host: Engine, place: Place) -> None:
    """Remove the client container, with all that still runs in it."""
    _remove(host, (place.client,), ())


def remove(host: Engine, place: Place) -> None:
    """Remove all of an engine; what isn't there is no error."""
    _remove(host, (place.client, place.name), (place.work, place.socket, place.disk))


def _remove(host: Engine, containers: Sequence[str], volumes: Sequence[str]) -> None:
    """Remove containers and their volumes, again and again until they have gone; what sleeps in them is woken.

    A container whose making was interrupted appears a moment after it was looked for, and then holds its volumes.
    """
    from docker.errors import APIError, NotFound

    end = time.monotonic() + _GONE
    asleep = True
    with translated("removing a disposable engine"):
        while True:
            try:
                for name in containers:
                    with suppress(NotFound):
                        host.api.remove_container(name, v=True, force=True)
                for name in volumes:
                    with suppress(NotFound):
                        host.api.remove_volume(name)
            except APIError as error:
                if asleep and _UNKILLABLE in str(error):
                    asleep = False
                    end = time.monotonic() + _GONE
                    thaw(host, containers[-1])
                elif time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return
