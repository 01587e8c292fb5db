"""Nothing of the machine is read or reached by students' commands, by their containers, or by what they build."""

from __future__ import annotations

import secrets
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from grader.sandbox.inside.boot import REGISTRY
from tests.hostile.attempts import CANARY
from tests.support.engine import connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.disposable import Bench

pytestmark = pytest.mark.docker

PORT: Final = REGISTRY.rpartition(":")[2]
_CONNECT: Final = """\
import socket, sys
for host, port in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        with socket.create_connection((host, int(port)), 1) as one:
            one.sendall(b"a student was here")
            print("REACHED", host, port)
    except OSError as error:
        print("not reached", host, port, error)
"""


class Canaries(NamedTuple):
    """What belongs to the machine."""

    file: Path
    addresses: tuple[tuple[str, int], ...]
    heard: list[str]
    """Who was here, by the address where a listener was hit."""

    @property
    def words(self) -> str:
        """Give the addresses as arguments of a program."""
        return " ".join(f"{host} {port}" for host, port in self.addresses)


@contextmanager
def listening(host: str, heard: list[str]) -> Iterator[tuple[str, int]]:
    with socket.create_server((host, 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(f"{host}: {connection.recv(1000)!r}")

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[:2]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def gateway() -> str | None:
    """Give the address of the host on its default bridge; None where this is not the machine that has it."""
    with connected() as engine:
        found = engine.api.inspect_network("bridge")["IPAM"]["Config"]
    address = str(found[0].get("Gateway", "")) if found else ""
    try:
        socket.create_server((address, 0)).close()
    except OSError:
        return None
    return address


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    file = tmp_path_factory.mktemp("host") / "canary"
    file.write_text(CANARY)
    heard: list[str] = []
    with ExitStack() as stack:
        hosts = [one for one in ("127.0.0.1", gateway()) if one]
        addresses = tuple(stack.enter_context(listening(one, heard)) for one in hosts)
        for address in addresses:  # they do listen
            socket.create_connection(address, 1).close()
        while len(heard) < len(addresses):
            pass
        heard.clear()
        yield Canaries(file, addresses, heard)
    assert file.read_text() == CANARY
    assert heard == []


@pytest.fixture(scope="module")
def engine(shared_engine: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    shared_engine.rules()
    work = tmp_path_factory.mktemp("work")
    for name, target in LINKS.items():
        (work / name).symlink_to(target)
    (work / "inner").mkdir()
    (work / "inner" / "up").symlink_to("../..")
    (work / "sub").symlink_to("inner")
    shared_engine.lay(work, {"connect.py": _CONNECT, "page/index.html": "own\n"})
    shared_engine.open()
    shared_engine.works("mkfifo pipe")
    yield shared_engine
    shared_engine.end()
    shared_engine.clear()


LINKS: Final = {
    "root": "/",
    "etc": "/etc",
    "sockets": "/run/grader/host",
    "student": "/run/student",
    "relative": "../run",
    "data": "/data/docker",
    "itself": "itself",
}


@pytest.mark.parametrize("name", [*LINKS, "inner/up", "inner/up/etc", "sub/up/run", "sub", "root/etc/shadow"])
def test_a_link_is_not_mounted(engine: Bench, name: str) -> None:
    """Not even one that stays inside: the kernel follows none, at any place of the path."""
    before = engine.inventory()
    for option in (f"-v $PWD/{name}:/x", f"--mount type=bind,source=$PWD/{name},target=/x"):
        ran = engine.sh(f"docker run --rm {option} busybox:1 ls -la /x/")
        assert ran.code not in {0, None}, ran.output
        assert "docker.sock" not in ran.output
        assert "agent.sock" not in ran.output
    engine.works("docker container prune -f")
    assert engine.inventory() == before


def test_in_a_container_a_link_is_not_followed_either(engine: Bench) -> None:
    names = [f"/x/{name}/" for name in (*LINKS, "sub", "inner/up")]
    ran = engine.sh(f"docker run --rm -v $PWD:/x busybox:1 ls {' '.join(names)}")
    assert ran.output.count("Too many levels of symbolic links") == len(names)


def test_a_link_that_is_swapped_while_the_engine_looks(engine: Bench) -> None:
    """Folder and link change places for as long as somebody tries to mount what they are called."""
    engine.works("mkdir -p real; cp page/index.html real/; cat > swap.py <<'END'\n" + _SWAP + "END")
    said = engine.works(
        "python3 swap.py & for i in $(seq 8); do docker run --rm -v $PWD/swapped:/x busybox:1 ls /x; done 2>&1; "
        "kill %1; wait; true",
        seconds=40,
    )
    assert "docker.sock" not in said
    assert "agent.sock" not in said
    assert "grader" not in said
    assert engine.works("rm -rf swapped; docker container prune -f")


_SWAP: Final = """\
import os
while True:
    os.symlink("/run/grader/host", "link")
    try:
        os.rename("link", "swapped")
    except OSError:
        os.unlink("link")
    for undo in (os.unlink, os.rmdir):
        try:
            undo("swapped")
        except OSError:
            pass
    try:
        os.mkdir("swapped")
    except OSError:
        pass
    try:
        os.rmdir("swapped")
    except OSError:
        pass
"""


def test_a_named_pipe_holds_nothing_up(engine: Bench) -> None:
    assert engine.sh("docker run --rm -v $PWD/pipe:/x busybox:1 ls -l /x", seconds=10).code == 0
    ran = engine.sh("timeout 3 docker cp pipe runs:/x", seconds=10)
    assert not ran.event["timed_out"]
    assert ran.code != 0


def test_a_context_with_links(engine: Bench) -> None:
    """The client packs links as links, and the builder follows them inside its own tree."""
    engine.rules(build=True)
    engine.works("mkdir -p linked && cp -a root etc sockets inner linked/")
    for copied in ("root/etc/", "sockets", "inner/up/run"):
        engine.works(f"printf 'FROM busybox:1\\nCOPY {copied} /got/\\nRUN ls -laR /got\\n' > linked/Dockerfile")
        for kit in ("docker build --progress plain", "DOCKER_BUILDKIT=0 docker build"):
            ran = engine.sh(f"{kit} linked")
            assert ran.code == 1, ran.output
            assert "docker.sock" not in ran.output
            assert "agent.sock" not in ran.output


def test_files_of_the_machine(engine: Bench, canaries: Canaries) -> None:
    engine.rules()
    assert engine.sh(f"cat {canaries.file}").code == 1
    for line in (
        f"docker run --rm -v {canaries.file}:/x busybox:1 cat /x",
        f"docker run --rm -v {canaries.file.parent}:/x busybox:1 cat /x/canary",
        f"docker cp {canaries.file} runs:/x",
        f"docker run --rm --env-file {canaries.file} busybox:1 env",
        f"docker run --rm -v $PWD/root{canaries.file}:/x busybox:1 cat /x",
    ):
        ran = engine.sh(line)
        assert ran.code != 0
        assert CANARY not in ran.output
    mounts = engine.works("cat /proc/self/mountinfo")
    assert "agent.sock" not in mounts


def test_sockets_of_the_grader(engine: Bench) -> None:
    engine.rules()
    place = engine.engine.place
    found = engine.works("find / -xdev -type s 2>/dev/null; find /run /tmp /work -type s")
    assert set(found.split()) == {"/run/student/docker.sock"}
    assert place.shared is None or engine.sh(f"ls {place.shared}").code != 0
    # By the kernel's names, which network namespaces share.
    said = engine.works("cat /proc/net/unix")
    assert "@" not in said.replace("@/tmp", ""), said
    inside = engine.works("docker run --rm busybox:1 sh -c 'find / -xdev -type s; cat /proc/net/unix'")
    assert ".sock" not in inside


CONTAINERS: Final = {
    "the bridge": "",
    "another container's network": "--network container:target",
    "a network of one's own": "--network own",
    "none": "--network none",
}


def test_listeners_from_the_client(engine: Bench, canaries: Canaries) -> None:
    said = engine.works(f"python3 connect.py {canaries.words} $(hostname -i) 1")
    assert "REACHED" not in said
    assert canaries.heard == []


def test_listeners_from_containers(engine: Bench, canaries: Canaries) -> None:
    """Nor is the registry reached, whose port is on the engine's loopback, or anything on the engine's gateway."""
    engine.rules()
    engine.works("docker network create own && docker run -d --name target busybox:1 sleep 600")
    tried = f"{canaries.words} 127.0.0.1 {PORT} 172.17.0.1 {PORT} 172.18.0.1 {PORT} 172.17.0.1 2375"
    for name, option in CONTAINERS.items():
        said = engine.works(f"docker run --rm {option} -v $PWD:/w python:3-slim python /w/connect.py {tried}")
        assert said.count("not reached") == len(tried.split()) // 2, name
    assert canaries.heard == []


def test_listeners_with_the_engines_network(engine: Bench, canaries: Canaries) -> None:
    """Where an exercise allows it. It leads nowhere: the registry is there, with what can be pulled anyhow."""
    engine.rules(host_network=True)
    said = engine.works(
        f"docker run --rm --network host -v $PWD:/w python:3-slim python /w/connect.py {canaries.words}"
    )
    assert "REACHED" not in said
    assert canaries.heard == []


@pytest.mark.parametrize("kit", ["docker build --progress plain", "DOCKER_BUILDKIT=0 docker build"])
def test_listeners_from_builds(engine: Bench, canaries: Canaries, kit: str) -> None:
    engine.rules(build=True)
    engine.works("mkdir -p context; cp connect.py context; docker image ls -q | sort > before")
    steps = [f"RUN python /connect.py {canaries.words} 127.0.0.1 {PORT} 172.17.0.1 {PORT}"]
    steps += [f"ADD http://{host}:{port}/x /x" for host, port in canaries.addresses]
    for step in steps:
        engine.works(f"printf 'FROM python:3-slim\\nCOPY connect.py /\\n{step}\\n' > context/Dockerfile")
        ran = engine.sh(f"{kit} --no-cache context", seconds=60)
        assert "REACHED" not in ran.output
        assert ran.code == (0 if step.startswith("RUN") else 1), ran.output
    assert canaries.heard == []


def test_the_registry_takes_nothing_and_has_nothing_else(engine: Bench) -> None:
    """Commands share the engine's network, and so its registry: it holds the exercise's images, to be read."""
    base = f"http://{REGISTRY}/v2"
    catalog = engine.works(f"curl -s {base}/_catalog")
    assert catalog.strip() == '{"repositories":["library/busybox","library/python"]}'
    for method, path in (
        ("POST", "library/busybox/blobs/uploads/"),
        ("PUT", "library/busybox/manifests/1"),
        ("DELETE", "library/busybox/manifests/1"),
    ):
        said = engine.works(f"curl -s -o /dev/null -w '%{{http_code}}' -X {method} {base}/{path}")
        assert said in {"401", "403", "404", "405", "503"}, said
    assert engine.works(f"curl -s -o /dev/null -w '%{{http_code}}' {base}/library/busybox/manifests/1") == "200"


def test_the_engines_network_leads_nowhere(engine: Bench) -> None:
    devices = engine.works("cat /proc/net/dev").splitlines()[2:]
    names = [line.partition(":")[0].strip() for line in devices]
    assert [one for one in names if not one.startswith(("lo", "docker0", "br-", "veth"))] == []
    routes = [line.split() for line in engine.works("cat /proc/net/route").splitlines()[1:]]
    assert [one for one in routes if one[1] == "00000000"] == []
    assert engine.sh("curl -s -m 3 http://canary.example/").code == 6


@pytest.mark.parametrize("parent", ["x", "/", "/../.."])
def test_a_builds_cgroup_is_inside_the_engines(engine: Bench, parent: str) -> None:
    """BuildKit takes the name of a cgroup from its client; it means one below the engine's, whose limits hold."""
    with connected() as host:
        if not host.local:
            pytest.skip("the engine's processes can't be seen from here")
        own = str(host.api.inspect_container(engine.engine.place.name)["Id"])
    engine.rules(build=True)
    marker = f"marker-{secrets.token_hex(8)}"
    engine.works(f"mkdir -p group; printf 'FROM busybox:1\\nRUN sleep 0.7; true {marker}\\n' > group/Dockerfile")
    found: set[str] = set()
    built = threading.Event()
    watch = threading.Thread(target=_watch, args=(marker, found, built))
    watch.start()
    engine.works(f"docker build -q --no-cache --cgroup-parent {parent} group")
    built.set()
    watch.join()
    assert found
    assert [one for one in found if own not in one] == []


def _watch(marker: str, found: set[str], built: threading.Event) -> None:
    """Find the control groups of a build's step."""
    while not built.wait(0.05):
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if path.read_bytes().startswith(b"/bin/sh\0-c\0sleep 0.7; true " + marker.encode()):
                    groups = path.with_name("cgroup").read_text().splitlines()
                    found.update(one for one in groups if not one.endswith(":/"))
