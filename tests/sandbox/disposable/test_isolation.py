"""Nothing gets out of a disposable engine, and nothing of it shows outside."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.sandbox.engine import connect
from tests.support.disposable import bench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.engine import Engine
    from tests.support.disposable import Bench

LISTENING = "0A"


def listening() -> set[str]:
    """Name the addresses at which this machine listens for TCP connections."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING:
                found.add(fields[1])
    return found


def outside(host: Engine) -> dict[str, Any]:
    """Say what is on the host's engine besides disposable engines."""
    api = host.api
    ours = "grader-engine-"
    return {
        "containers": {one["Id"] for one in api.containers(all=True) if ours not in one["Names"][0]},
        "images": {(one["Id"], *(one["RepoTags"] or ())) for one in api.images(all=True)},
        "networks": {one["Id"] for one in api.networks()},
        "volumes": {one["Name"] for one in api.volumes()["Volumes"] or () if ours not in one["Name"]},
        "listening": listening(),
    }


def named(host: Engine, name: str) -> list[str]:
    """Name what is on the host's engine of one disposable engine."""
    containers = [one["Names"][0] for one in host.api.containers(all=True) if name in one["Names"][0]]
    return containers + [one["Name"] for one in host.api.volumes()["Volumes"] or () if name in one["Name"]]


def serve(engine: Any, text: str) -> None:
    """Answer every connection to port 3000, in a container called `web`."""
    command = ["sh", "-c", f"while true; do echo {text} | nc -l -p 3000; done"]
    config = engine.api.create_host_config(port_bindings={3000: 3000})
    engine.api.create_container("busybox:1", command, name="web", ports=[3000], host_config=config)
    engine.api.start("web")


def hear(engine: Any) -> bytes:
    for _ in range(100):
        with contextlib.suppress(OSError), engine.dial("localhost", 3000, 2) as one:
            said = one.recv(100)
            if said:
                return bytes(said)
    raise AssertionError("nobody answers")


@pytest.mark.docker
def test_two_engines_with_the_same_names_and_ports(shared: Bench) -> None:
    host = connect()
    try:
        before = outside(host)
        with bench() as other:
            for engine, text in ((shared.engine, "first"), (other.engine, "second")):
                serve(engine, text)
            assert (hear(shared.engine), hear(other.engine)) == (b"first\n", b"second\n")
            assert outside(host) == before
            name = other.record.name
            assert len(named(host, name)) == 5
            shared.reset()
        assert outside(host) == before
        assert named(host, name) == []
        assert list(Path("/tmp").glob(f"{name}*")) == []  # noqa: S108 - where sockets are
    finally:
        host.close()


@contextlib.contextmanager
def canary(address: str) -> Iterator[tuple[int, list[str]]]:
    """Listen; gives the port and who has come."""
    hits: list[str] = []
    with socket.socket() as listener:
        listener.bind((address, 0))
        listener.listen()
        listener.settimeout(0.1)
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError):
                    one, who = listener.accept()
                    hits.append(str(who))
                    one.close()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield listener.getsockname()[1], hits
        finally:
            over.set()
            thread.join()


def is_ours(address: str) -> bool:
    with socket.socket() as one:
        try:
            one.bind((address, 0))
        except OSError:
            return False
    return True


def gateway(host: Engine) -> str:
    config = host.api.inspect_network("bridge")["IPAM"]["Config"][0]
    return str(config.get("Gateway") or config["Subnet"].rpartition(".")[0] + ".1")


def inside(engine: Any, *command: str, **how: Any) -> str:
    """Run a command in a container on a disposable engine, with more rights than any student has."""
    config = engine.api.create_host_config(**how)
    made = engine.api.create_container("busybox:1", list(command), host_config=config)["Id"]
    engine.api.start(made)
    engine.api.wait(made, timeout=30)
    said = engine.api.logs(made).decode()
    engine.api.remove_container(made, force=True)
    return str(said)


@pytest.mark.docker
@pytest.mark.parametrize("network", ["bridge", "host"])
@pytest.mark.parametrize("where", ["loopback", "gateway"])
def test_listeners_of_the_host_are_not_reached(where: str, network: str, shared: Bench) -> None:
    address = "127.0.0.1" if where == "loopback" else gateway(shared.host)
    if not is_ours(address):
        pytest.skip(f"{address} is no address of this machine")
    with canary(address) as (port, hits):
        with socket.create_connection((address, port), 5) as one:
            one.recv(1)  # it is a canary that sings
        for target in sorted({address, "host.docker.internal", "172.17.0.1"}):
            inside(shared.engine, "nc", "-w", "1", target, str(port), network_mode=network)
        assert len(hits) == 1


@pytest.mark.docker
def test_files_of_the_host_are_not_seen(shared: Bench, tmp_path: Path) -> None:
    secret = tmp_path / "canary"
    secret.write_text("do not read")
    for folder in ("/", "/tmp", str(tmp_path)):  # noqa: S108 - the host's
        said = inside(shared.engine, "find", "/seen", "-name", "canary", binds=[f"{folder}:/seen"])
        assert "canary" not in said


@pytest.mark.docker
def test_there_is_no_network_to_reach_anybody_by(shared: Bench) -> None:
    names = inside(shared.engine, "ls", "/sys/class/net", network_mode="host").split()
    assert set(names) <= {"lo", "docker0", "tunl0", "sit0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip_vti0"}


@pytest.mark.docker
def test_no_link_is_followed_in_the_work_folder(shared: Bench, tmp_path: Path) -> None:
    shared.lay(tmp_path / "work", {"data/file": "kept"})
    shared.works("ln -s /etc link && ln -s data inner")
    assert inside(shared.engine, "cat", "/d/file", binds=["/work/data:/d"]) == "kept"
    for link in ("link", "inner", "link/passwd"):
        with pytest.raises(Exception, match=r"too many levels of symbolic links|invalid mount|mkdir"):
            inside(shared.engine, "ls", "/d", binds=[f"/work/{link}:/d"])
    shared.reset()
