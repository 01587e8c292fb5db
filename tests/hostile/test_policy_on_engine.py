"""Annex 2 of the threat catalogue, typed as students type it: every clause is refused on a real engine, by its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.disposable import Bench

pytestmark = pytest.mark.docker


class Refused(NamedTuple):
    """A command, the rule that refuses it, and whether it is an attempt to get out."""

    line: str
    rule: str
    violation: bool = False


def run(options: str, rule: str, *, violation: bool = False) -> Refused:
    return Refused(f"docker run --rm {options} busybox:1 true", rule, violation)


def breach(options: str, rule: str) -> Refused:
    return run(options, rule, violation=True)


SOCKETS: Final = (
    "/run/student/docker.sock",
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/grader/host/docker.sock",
)
RUNS: Final = [
    # containers/create: identity
    Refused("docker run --restart always busybox:1 true", "restart"),
    Refused("docker run --restart unless-stopped busybox:1 true", "restart"),
    Refused("docker run --restart on-failure:3 busybox:1 true", "restart"),
    Refused("docker run --rm alpine true", "image"),
    # host access
    run("--privileged", "privileged"),
    breach("-v /:/host", "bind-outside"),
    breach("-v /:/host:ro", "bind-outside"),
    breach("-v //:/host", "bind-outside"),
    *(breach(f"-v {one}:/s", "bind-outside") for one in SOCKETS),
    *(breach(f"-v {one}:/x", "bind-outside") for one in ("/etc", "/proc", "/sys", "/dev", "/run", "/var/lib/docker")),
    breach("-v /work/../etc:/x", "bind-outside"),
    breach("-v $PWD/..:/x", "bind-outside"),
    run("-v ~/site:/x", "bind-outside"),
    run("-v /data:/x", "bind-outside"),
    run("-v /work2:/x", "bind-outside"),
    run(r"-v 'C:\site:/x'", "bind-outside"),
    breach("--mount type=bind,source=/,target=/x", "bind-outside"),
    breach("--mount type=bind,source=/work/../etc,target=/x", "bind-outside"),
    breach("--mount type=bind,source=/work,target=/x,bind-propagation=rshared", "bind-propagation"),
    breach("-v /work:/x:rshared", "bind-propagation"),
    run("--mount type=npipe,source=/x,target=/x", "mount-type"),
    run("--mount type=cluster,source=x,target=/x", "mount-type"),
    run("--mount type=image,source=busybox:1,target=/x", "mount-type"),
    breach("--mount type=volume,target=/x,volume-opt=o=bind,volume-opt=device=/", "volume-options"),
    breach("--mount type=volume,source=v,target=/x,volume-driver=other", "volume-options"),
    run("--mount type=volume,source=v,target=/x,volume-subpath=a", "volume-subpath"),
    breach("--volume-driver other -v v:/x", "volume-driver"),
    breach("--device /dev/null", "devices"),
    breach("--device-cgroup-rule 'c 1:3 rwm'", "devices"),
    run("--gpus all", "gpus"),
    run("--cidfile /tmp/id", "cidfile"),
    # namespaces
    *(breach(f"--{one} host", one) for one in ("pid", "ipc", "uts", "userns", "cgroupns")),
    run("--network host", "host-network"),
    run("--ipc shareable", "ipc"),
    # privileges
    run("--cap-add SYS_ADMIN", "cap-add"),
    run("--cap-add ALL", "cap-add"),
    run("--cap-add NET_ADMIN", "cap-add"),
    *(
        breach(f"--security-opt {one}", "security-opt")
        for one in ("seccomp=unconfined", "apparmor=unconfined", "label=disable", "no-new-privileges=false")
    ),
    breach("--security-opt systempaths=unconfined", "masked-paths"),
    breach("--sysctl net.ipv4.ip_forward=1", "sysctls"),
    run("--group-add 0", "group-add"),
    breach("--runtime runc", "runtime"),
    breach("--runtime io.containerd.runc.v2", "runtime"),
    breach("--annotation a=b", "annotations"),
    run("--isolation hyperv", "windows"),
    # resources
    breach("--cgroup-parent /", "cgroup-parent"),
    breach("--oom-kill-disable", "oom"),
    breach("--oom-score-adj -500", "oom"),
    run("--cpu-rt-runtime 100", "cpu-realtime"),
    run("--cpu-rt-period 100", "cpu-realtime"),
    run("--blkio-weight 100", "blkio"),
    run("--blkio-weight-device /dev/null:100", "blkio"),
    run("--storage-opt size=1g", "storage-opt"),
    run("--ulimit rtprio=99", "ulimit"),
    run("--ulimit nofile=9999999", "ulimit"),
    run("--memory 1g", "memory"),
    run("--memory 100m --memory-swap 4g", "memory"),
    run("--shm-size 1g", "memory"),
    run("--cpus 8", "cpus"),
    run("--cpu-quota 900000", "cpus"),
    run("--pids-limit 1000", "pids"),
    run("--tmpfs /x:size=1g", "tmpfs"),
    run("--mount type=tmpfs,target=/x,tmpfs-size=1g", "tmpfs"),
    run("--health-cmd true --health-interval 100ms", "healthcheck"),
    run('-e "A=$(head -c 40000 /dev/zero | tr "\\0" a)" -e "B=$(head -c 40000 /dev/zero | tr "\\0" a)"', "payload"),
    run('-e "A=$(head -c 70000 /dev/zero | tr "\\0" a)"', "too-much"),
    run("$(printf -- '-v v%s:/v%s ' $(seq 80))", "too-much"),
    # network
    run("--add-host a:host-gateway", "host-gateway"),
    run("--ip 172.17.0.9", "static-address"),
    run("--ip6 fd00::9", "static-address"),
    run("--link-local-ip 169.254.1.1", "static-address"),
    run("--mac-address 92:d0:c6:0a:29:33", "mac-address"),
    breach("--network name=bridge,driver-opt=com.docker.network.endpoint.sysctls=a=1", "endpoint-options"),
    # logging
    run("--log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:1", "log-driver"),
    run("--log-opt env-regex=.", "log-driver"),
]  # fmt: skip
OTHERS: Final = [
    # networks
    Refused("docker network create -d macvlan n", "network-driver"),
    Refused("docker network create -d overlay n", "network-driver"),
    Refused("docker network create --ipv6 n", "ipv6"),
    Refused("docker network create -o com.docker.network.bridge.name=docker0 n", "network-options"),
    Refused("docker network create --subnet 8.8.8.0/24 n", "subnet"),
    Refused("docker network create --subnet 10.0.0.0/8 n", "subnet"),
    Refused("docker network create --ipam-driver other n", "ipam"),
    Refused("docker network create --ipam-opt a=b n", "ipam"),
    Refused("docker network create --subnet 10.1.0.0/24 --aux-address a=10.1.0.7 n", "ipam"),
    Refused("docker network create --config-only n", "network-driver"),
    Refused("docker network create --config-from x n", "network-driver"),
    Refused("docker network create --ingress n", "network-driver"),
    Refused("docker network create --scope swarm n", "network-driver"),
    Refused("docker network connect host runs", "host-network"),
    Refused("docker network connect --ip 172.17.0.7 bridge runs", "static-address"),
    Refused("docker network connect --driver-opt a=b bridge runs", "endpoint-options", violation=True),
    # volumes
    Refused("docker volume create -o type=none -o o=bind -o device=/ v", "volume-options", violation=True),
    Refused("docker volume create -o type=nfs -o o=addr=127.0.0.1 -o device=:/ v", "volume-options", violation=True),
    Refused("docker volume create -d other v", "volume-driver", violation=True),
    Refused("docker volume create --type block v", "mount-type"),
    # what was before
    Refused("docker events --since 10m --until 0s", "events-since"),
    # exec and update
    Refused("docker exec --privileged runs true", "privileged"),
    Refused("docker update --memory 100m --memory-swap 100m runs", "update"),
    Refused("docker update --restart always runs", "update"),
    Refused("docker update --pids-limit -1 runs", "update"),
    # images
    Refused("docker pull alpine", "image"),
    Refused("docker pull busybox", "image"),
    Refused("docker pull -a busybox", "image"),
    Refused("docker pull 127.0.0.1:47300/library/busybox:1", "image"),
    Refused("docker import http://127.0.0.1/x.tar", "load"),
    Refused("tar c -C /tmp . | docker import - x", "load"),
    Refused("tar c -C /tmp . | docker load", "load"),
    Refused("docker save busybox:1 -o /tmp/x.tar", "load"),
    Refused("docker push busybox:1", "push"),
    Refused("docker search redis", "search"),
    Refused("docker login -u a -p b", "login"),
    Refused("docker login -u a -p b 127.0.0.1:47300", "login"),
    # builds
    Refused("echo 'FROM busybox:1' | docker build -", "build"),
    Refused("echo 'FROM busybox:1' | DOCKER_BUILDKIT=0 docker build -", "build"),
    Refused("echo 'FROM busybox:1' | docker buildx build -", "build"),
    Refused("docker buildx create --name own --use; echo 'FROM busybox:1' | docker buildx build -", "build"),
    # whole areas
    Refused("docker swarm init", "swarm"),
    Refused("docker swarm leave --force", "swarm"),
    Refused("docker swarm join --token x 127.0.0.1:1", "swarm", violation=True),
    Refused("docker swarm update --autolock", "swarm"),
    Refused("docker service create busybox:1", "swarm", violation=True),
    Refused("docker service ls", "swarm"),
    Refused("docker node ls", "swarm"),
    Refused("docker stack ls", "swarm"),
    Refused("echo a | docker secret create s -", "swarm", violation=True),
    Refused("echo a | docker config create s -", "swarm", violation=True),
    Refused("docker plugin install x/y", "plugin", violation=True),
    Refused("docker plugin enable x", "plugin", violation=True),
    Refused("docker plugin ls", "plugin"),
    # by other ways to the same engine
    Refused("docker -H unix:///run/student/docker.sock run --rm --privileged busybox:1 true", "privileged"),
    Refused("DOCKER_API_VERSION=1.24 docker run --rm --privileged busybox:1 true", "privileged"),
    Refused("DOCKER_API_VERSION=1.24 docker run --rm -v /:/x busybox:1 true", "bind-outside", violation=True),
    Refused("docker context create own --docker host=unix:///run/student/docker.sock >/dev/null; "
            "DOCKER_HOST= docker --context own run --rm --pid host busybox:1 true", "pid", violation=True),
]  # fmt: skip
SERVICES: Final = [
    ("{privileged: true}", "privileged", False),
    ('{volumes: ["/:/host"]}', "bind-outside", True),
    ('{volumes: ["../etc:/x"]}', "bind-outside", True),
    ('{volumes: ["~/site:/x"]}', "bind-outside", False),
    ("{pid: host}", "pid", True),
    ("{cgroup_parent: /x}", "cgroup-parent", True),
    ("{network_mode: host}", "host-network", False),
    ('{security_opt: ["seccomp:unconfined"]}', "security-opt", True),
    ("{restart: always}", "restart", False),
    ("{sysctls: {net.core.somaxconn: 1024}}", "sysctls", True),
    ("{image: alpine}", "image", False),
    ("{build: .}", "build", False),
]


@pytest.fixture(scope="module")
def engine(shared_engine: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    shared_engine.lay(tmp_path_factory.mktemp("work"), {"Dockerfile": "FROM busybox:1\n"})
    shared_engine.open()
    shared_engine.works("docker run -d --name runs busybox:1 sleep 600")
    yield shared_engine
    shared_engine.end()
    shared_engine.clear()


def refuse(engine: Bench, case: Refused, *, exit_codes: tuple[int, ...] = (1, 125)) -> None:
    """Assert that a command is refused, says why, is recorded, and has made nothing."""
    engine.rules()
    before = engine.inventory()
    ran = engine.sh(case.line)
    assert ran.code in exit_codes, ran.output
    assert "authorization denied by plugin grader: " in ran.output
    assert f"(rule {case.rule})" in ran.output
    assert case.rule in ran.refused
    assert (ran.violation is not None) is case.violation, ran.violation
    if case.violation:
        assert ran.violation is not None
        assert f"(rule {case.rule})" in ran.violation["message"]
    assert engine.inventory() == before


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.line[17:-15][:60])
def test_run(engine: Bench, case: Refused) -> None:
    refuse(engine, case)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.line[:60])
def test_other_commands(engine: Bench, case: Refused) -> None:
    refuse(engine, case)


@pytest.mark.parametrize(("service", "rule", "violation"), SERVICES)
def test_compose(engine: Bench, service: str, rule: str, *, violation: bool) -> None:
    """Decided by the requests that it makes, not by its file; its network may have been made by then."""
    engine.rules()
    image = "" if service.startswith(("{image", "{build")) else "image: busybox:1, "
    engine.works(f"cat > compose.yaml <<'END'\nservices: {{web: {{{image}{service[1:]}}}\nEND")
    before = engine.inventory()
    ran = engine.sh("docker compose up -d")
    assert ran.code not in {0, None}, ran.output
    assert f"(rule {rule})" in ran.output
    assert (ran.violation is not None) is violation
    engine.works("docker compose down")
    assert engine.inventory() == before


@pytest.mark.parametrize(
    ("extra", "rule", "violation"),
    [
        ("volumes: {vol: {driver_opts: {type: none, o: bind, device: /}}}", "volume-options", True),
        ("volumes: {vol: {driver: other}}", "volume-driver", True),
        ("networks: {n: {driver: macvlan}}", "network-driver", False),
        ("networks: {n: {driver_opts: {a: b}}}", "network-options", False),
        ("networks: {n: {ipam: {config: [{subnet: 8.8.8.0/24}]}}}", "subnet", False),
    ],
)
def test_compose_volumes_and_networks(engine: Bench, extra: str, rule: str, *, violation: bool) -> None:
    engine.rules()
    uses = 'volumes: ["vol:/x"]' if extra.startswith("volumes") else "networks: [n]"
    engine.works(f"cat > compose.yaml <<'END'\nservices:\n  web:\n    image: busybox:1\n    {uses}\n{extra}\nEND")
    before = engine.inventory()
    ran = engine.sh("docker compose up -d")
    assert ran.code not in {0, None}, ran.output
    assert f"(rule {rule})" in ran.output
    assert (ran.violation is not None) is violation
    engine.works("docker compose down")
    assert engine.inventory() == before


@pytest.mark.parametrize(
    ("options", "rule", "violation"),
    [
        ("--network host", "host-network", False),
        ("--cgroup-parent /", "cgroup-parent", True),
        ("--security-opt seccomp=unconfined", "security-opt", True),
        ("--add-host a:host-gateway", "host-gateway", False),
        ("--cache-from busybox:1", "build-cache", False),
        ("--isolation hyperv", "windows", False),
        ("--build-arg BUILDKIT_SYNTAX=x", "build-args", False),
    ],
)
def test_options_of_the_old_builder(engine: Bench, options: str, rule: str, *, violation: bool) -> None:
    engine.rules(build=True)
    before = engine.inventory()
    ran = engine.sh(f"echo 'FROM busybox:1' | DOCKER_BUILDKIT=0 docker build {options} -")
    assert ran.code == 1
    assert f"(rule {rule})" in ran.output
    assert (ran.violation is not None) is violation
    assert engine.inventory() == before


def test_a_builder_of_ones_own(engine: Bench) -> None:
    engine.rules(build=True)
    engine.works("echo 'FROM busybox:1' > Dockerfile; docker buildx create --name mine --driver docker-container")
    before = engine.inventory()
    ran = engine.sh("docker buildx build --builder mine .")
    assert ran.code == 1
    assert "(rule builder)" in ran.output
    assert ran.violation is None
    assert engine.inventory() == before
    engine.works("docker buildx rm mine")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--network container:other", "No such container"),
        ("--pid container:other", "No such container"),
        ("--ipc container:other", "No such container"),
        ("--volumes-from other", "No such container"),
        ("--link other", "No such container"),
        ("--network other", "network other not found"),
    ],
)
def test_other_peoples_containers_do_not_exist(engine: Bench, option: str, said: str) -> None:
    engine.rules()
    before = engine.inventory()["images"]
    ran = engine.sh(f"docker run --rm {option} busybox:1 true")
    assert ran.code == 125
    assert said in ran.output
    assert ran.violation is None
    engine.works("docker container prune -f")
    assert engine.inventory()["images"] == before


def test_the_hosts_network_by_its_id(engine: Bench) -> None:
    """The policy knows it by name; under its id the engine makes a network that leads nowhere, or refuses."""
    engine.rules()
    host = engine.works("docker network inspect -f '{{.Id}}' host").strip()
    for name in (host, host[:12]):
        said = engine.works(f"docker run --rm --network {name} busybox:1 cat /proc/net/dev /proc/net/tcp")
        assert "docker0" not in said
        assert "0100007F" not in said
    ran = engine.sh(f"docker network connect {host} runs")
    assert ran.code == 1
    assert "cannot be disconnected from host network or connected" in ran.output


@pytest.mark.parametrize(
    ("kind", "line", "most"),
    [
        ("containers", "docker create busybox:1", 3),
        ("volumes", "docker volume create", 3),
        ("networks", "docker network create n$RANDOM", 3),
        ("execs", "docker exec runs true", 3),
    ],
)
def test_there_may_be_so_many_and_no_more(engine: Bench, kind: str, line: str, most: int) -> None:
    engine.rules(**{kind: most})
    said = engine.works(f"for i in $(seq {most + 2}); do {line}; done 2>&1 | grep -c 'rule too-many'")
    assert said.strip() == "2"
    engine.works("docker container prune -f; docker network prune -f; docker volume prune -af")


def test_the_clients_own_files_are_all_it_can_read(engine: Bench) -> None:
    """Of `--env-file`, `--label-file`, `cp` and the like: they read in the client's container, as its user."""
    engine.rules()
    assert "permission denied" in engine.sh("docker run --rm --env-file /opt/grader/config.json busybox:1 env").output
    assert "permission denied" in engine.sh("docker cp /opt/grader/config.json runs:/x").output
    assert "root:x:0" not in engine.sh("docker run --rm --env-file /etc/shadow busybox:1 env").output
    assert engine.sh("docker -H unix:///run/grader/host/docker.sock ps").code == 1
    assert engine.sh("docker -H tcp://127.0.0.1:2375 ps").code == 1


def test_when_no_attempt_is_under_way_all_is_refused(engine: Bench) -> None:
    engine.engine.ask({"op": "close"})
    for line in ("docker ps", "docker run --rm busybox:1 true", "docker volume create v"):
        ran = engine.sh(line)
        assert ran.code in {1, 125}
        assert "(rule closed)" in ran.output
    engine.rules()


def test_after_all_that_the_engine_is_in_no_swarm_and_has_no_plugin(engine: Bench) -> None:
    info = engine.engine.api.info()
    assert info["Swarm"]["LocalNodeState"] == "inactive"
    assert info["Plugins"]["Authorization"] == ["grader"]
    assert engine.engine.api.plugins() == []
