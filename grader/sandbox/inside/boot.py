"""Process 1 of an engine container: readies disk, cgroups and mounts, then runs registry, agent and dockerd.

Started as `python3 -m inside.boot` with `config.json` beside the package. Ends when one of the three ends; on SIGTERM
it stops them in order and unmounts the disk, so that its image file can be copied.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RUN = Path("/run/grader")
SOCKET = RUN / "host" / "docker.sock"
"""Where the grader connects to the inner dockerd; the agent's socket stands beside it."""
AGENT = RUN / "host" / "agent.sock"
STUDENT = Path("/run/student/docker.sock")
"""Where a student's commands connect."""
PLUGIN = Path("/run/docker/plugins/grader.sock")
DATA = Path("/data")
DISK = Path("/var/lib/grader/data.img")
SEED = Path("/seed/data.img")
WORK = Path("/work")
REGISTRY = "127.0.0.1:47300"
"""On the loopback, where students' containers can't reach it, at a port that no exercise asks for."""

RUNSC = "/usr/local/bin/runsc"
"""Where gVisor is put, for engines that run their containers with it."""
_GVISOR = {
    "default-runtime": "runsc",
    # With the network of the container's namespace, so that published ports work as usual.
    "runtimes": {"runsc": {"path": RUNSC, "runtimeArgs": ["--network=host"]}},
}
NO_SEED = 3
"""The exit code when the seed's volume holds no disk."""
NO_SPACE = 4
"""The exit code when the host has too little space."""
SPACE = 3 * 1024**3
"""Bytes that must be free on the host's disk at the start."""
FLOOR = 1024**3
"""Bytes of the host's disk that are left free: before there are fewer, the engine ends."""

MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_NOSYMFOLLOW = 2, 4, 32, 4096, 256  # linux/mount.h
_LOOP_MAJOR = 7


def main() -> int:
    """Bring everything up; gives the exit code."""
    config = json.loads((Path(__file__).parent.parent / "config.json").read_text())
    # SIGTERM may come at any time; its handler needs nothing to be there.
    asked = _Asked()
    prepare_cgroups(Path("/sys/fs/cgroup"))
    seeding = bool(config["seeding"])
    image = unfinished(DISK.parent) if seeding else DISK
    prepare_disk(image, int(config["disk"]), seeding=seeding)
    follow_no_links(WORK)
    for folder in (SOCKET.parent, STUDENT.parent, PLUGIN.parent):
        folder.mkdir(parents=True, exist_ok=True)
    children = _start(config)
    _open_sockets(config, children, asked)
    code = _watch(config, children, asked)
    if seeding and code == 0:
        # Only a whole disk gets the name that engines look for.
        image.rename(DISK)
    return code


class _Asked:
    """Whether somebody asked us to stop."""

    def __init__(self) -> None:
        self.stop = False
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, *_: object) -> None:
        self.stop = True


def prepare_cgroups(root: Path) -> None:
    """Let the inner dockerd make cgroups below this container's own.

    On cgroup v2 controllers can be handed down only from a group that has no processes of its own ("no internal
    processes", Documentation/admin-guide/cgroup-v2.rst), so that ours move into a group beside the containers'. On v1
    every controller is a hierarchy of its own, without that rule.
    """
    controllers = root / "cgroup.controllers"
    if not controllers.exists():
        return
    group = root / "init"
    group.mkdir(exist_ok=True)
    for pid in (root / "cgroup.procs").read_text().split():
        with contextlib.suppress(OSError):  # it has ended, or is the kernel's
            (group / "cgroup.procs").write_text(pid)
    names = controllers.read_text().split()
    (root / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in names))


def unfinished(folder: Path) -> Path:
    """Give a name of its own to a disk that is to be a seed, and remove those that nobody goes on with."""
    for path in folder.glob("*.new"):
        with path.open("rb") as file, contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    path = folder / f"{os.urandom(4).hex()}.new"
    # Never closed: the lock says that its writer is alive, to writers in other containers too.
    fcntl.flock(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX)
    return path


def prepare_disk(image: Path, size: int, *, seeding: bool) -> None:
    """Mount a file system of its own: a copy of the seed's, or, to make a seed, an empty one of `size` bytes."""
    if _free(image.parent) < SPACE:
        sys.stderr.write("too little space on the host's disk\n")
        raise SystemExit(NO_SPACE)
    if seeding:
        os.truncate(image, size)
        # No journal: what is lost in a crash is thrown away anyhow.
        _run("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1,nodiscard", str(image))
    elif SEED.exists():
        _run("cp", "--sparse=always", str(SEED), str(image))
    else:
        sys.stderr.write("the seed is not complete\n")
        raise SystemExit(NO_SEED)
    DATA.mkdir(exist_ok=True)
    for _ in range(20):
        _make_node(_run("losetup", "--find"))
        # Another engine may take the same device between the two steps.
        done = subprocess.run(
            ["mount", "-o", "loop,noatime,nodev", str(image), str(DATA)], check=False, capture_output=True, text=True
        )
        if done.returncode == 0:
            return
        time.sleep(0.05)
    raise SystemExit(f"the engine's disk can't be mounted: {done.stderr.strip()}")


def _free(folder: Path) -> int:
    """Give the bytes that are free on the host's disk, where the volume is."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def _make_node(found: str) -> None:
    """Make the file of a loop device: those that came after this container have none in it."""
    device = found.split(maxsplit=1)[0]  # `/dev/loop9 (lost)`, if there is none
    if not os.path.exists(device):  # noqa: PTH110 - a device
        with contextlib.suppress(FileExistsError):
            os.mknod(device, 0o060660, os.makedev(_LOOP_MAJOR, int(device.removeprefix("/dev/loop"))))


def follow_no_links(folder: Path) -> None:
    """Have the kernel follow no symbolic link in the work folder, as this container and its dockerd see it."""
    if not folder.is_dir():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (MS_BIND, MS_REMOUNT | MS_BIND | MS_NOSYMFOLLOW | MS_NODEV | MS_NOSUID):
        if libc.mount(str(folder).encode(), str(folder).encode(), None, flags, None) != 0:
            raise SystemExit(f"{folder} can't be mounted without links: {os.strerror(ctypes.get_errno())}")


def _start(config: dict[str, Any]) -> dict[str, subprocess.Popen[bytes]]:
    settings = {
        # What a build could use to get out: BuildKit grants the first to any client by default.
        "builder": {"Entitlements": {"network-host": False, "security-insecure": False}},
        "features": {"containerd-snapshotter": False},
        "log-opts": {"max-size": "1m", "max-file": "2"},
        "registry-mirrors": [f"http://{REGISTRY}"],
        **(_GVISOR if config.get("runtime") == "runsc" else {}),
        "shutdown-timeout": 1,
    }
    Path("/etc/docker").mkdir(parents=True, exist_ok=True)
    Path("/etc/docker/daemon.json").write_text(json.dumps(settings))
    Path("/etc/registry.yml").write_text(json.dumps(_registry(read_only=not config.get("seeding"))))
    package = Path(__file__).parent
    agent = [sys.executable, "-m", f"{package.name}.agent"]
    dockerd = ["dockerd", "--data-root", str(DATA / "docker"), "--authorization-plugin", "grader"]
    dockerd += ["--host", f"unix://{SOCKET}", "--host", f"unix://{STUDENT}"]
    # Nobody answers there, which is known at once: a name server that can't be reached is waited for.
    dockerd += ["--dns", "127.0.0.1", "--ip6tables=false", "--log-level", "warn"]
    registry = "docker-registry" if _has("docker-registry") else "registry"
    return {
        "agent": subprocess.Popen(agent, cwd=package.parent),
        "registry": subprocess.Popen([registry, "serve", "/etc/registry.yml"], stderr=subprocess.DEVNULL),
        "dockerd": subprocess.Popen(dockerd),
    }


def _registry(*, read_only: bool) -> dict[str, Any]:
    """Give the registry's settings (CNCF Distribution, "Configuring a registry"); JSON is YAML, too."""
    return {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(DATA / "registry")},
            "maintenance": {"uploadpurging": {"enabled": False}, "readonly": {"enabled": read_only}},
            "cache": {"blobdescriptor": "inmemory"},
        },
        "http": {"addr": REGISTRY},
    }


def _has(program: str) -> bool:
    return any(os.access(Path(folder) / program, os.X_OK) for folder in os.get_exec_path())


def _open_sockets(config: dict[str, Any], children: dict[str, subprocess.Popen[bytes]], asked: _Asked) -> None:
    """Give the sockets to those who need them, once they are there."""
    while not (SOCKET.exists() and STUDENT.exists() and AGENT.exists()):
        if asked.stop or any(child.poll() is not None for child in children.values()):
            return
        time.sleep(0.01)
    for path in (SOCKET, AGENT):
        os.chown(path, int(config["uid"]), -1)
        path.chmod(0o600)
    # Whoever is in the client container may use it: the gatekeeper decides what for.
    STUDENT.chmod(0o666)


def _watch(config: dict[str, Any], children: dict[str, subprocess.Popen[bytes]], asked: _Asked) -> int:
    """Reap what is orphaned, until a child ends or somebody wants us to stop."""
    own = {child.pid: name for name, child in children.items()}
    ended = ""
    while not asked.stop and not ended:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        ended = own.get(pid, "")
        if not pid:
            time.sleep(0.05)
            # What the disk's file may grow to, the host may not have.
            if _free(DISK.parent) < FLOOR:
                sys.stderr.write("engine: the host's disk is nearly full\n")
                return NO_SPACE  # and everything ends at once
    if ended:
        sys.stderr.write(f"engine: {ended} ended\n")
    for name in ("dockerd", "registry", "agent"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(children[name].pid, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(children[name].pid, 0)
    if config["seeding"]:
        subprocess.run(["fstrim", str(DATA)], check=False)  # what was removed again shall not be copied
    os.sync()
    subprocess.run(["umount", "--recursive", str(DATA)], check=False)
    return 1 if ended else 0


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
