"""What a Docker course asks students to type works as it does on their own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.disposable import Bench

pytestmark = pytest.mark.docker

COMPOSE: Final = """\
services:
  db:
    image: busybox:1
    command: ["sh", "-c", "touch /ok; sleep 600"]
    stop_grace_period: 0s
    healthcheck: {test: ["CMD", "test", "-f", "/ok"], interval: 1s, retries: 9}
    volumes: ["data:/data"]
  web:
    image: busybox:1
    command: httpd -f -p 80 -h /site
    stop_grace_period: 0s
    volumes: ["./site:/site:ro"]
    ports: ["3000:80"]
    depends_on: {db: {condition: service_healthy}}
volumes: {data: {}}
"""
LINES: Final = {
    "a mount of $PWD": ('docker run --rm -v "$PWD":/app busybox:1 cat /app/site/index.html', "hello"),
    "a relative mount": ("docker run --rm -v ./site:/app:ro busybox:1 cat /app/index.html", "hello"),
    "--mount": ('docker run --rm --mount type=bind,source="$PWD"/site,target=/a busybox:1 cat /a/index.html', "hello"),
    "a folder that is not there yet": (
        'docker run --rm -v "$PWD/new/deep":/app busybox:1 touch /app/f && ls new/deep',
        "f\n",
    ),
    "files that a container makes": (
        'docker run --rm -u 1000 -v "$PWD":/app busybox:1 sh -c "echo made > /app/made" && cat made && rm made',
        "made",
    ),
    "named volumes": (
        (
            "docker volume create data && docker run --rm -v data:/d busybox:1 sh -c 'echo kept > /d/f' && "
            "docker run --rm -v data:/d busybox:1 cat /d/f && docker volume inspect data && docker volume rm data"
        ),
        "kept",
    ),
    "anonymous volumes": ("docker run --rm -v /data busybox:1 touch /data/x && docker volume ls -q | wc -l", "0\n"),
    "a name, limits, labels and the rest": (
        (
            "docker run --rm --name web -m 64m --cpus 0.5 --pids-limit 50 --read-only --tmpfs /t:size=1m -e A=1 -l x=y "
            "--hostname h --init -w /t -u 5:5 --cap-drop ALL --cap-add CHOWN --security-opt no-new-privileges "
            "--ulimit nofile=100:100 --add-host a:1.2.3.4 --dns 1.1.1.1 --log-driver local --log-opt max-size=1m "
            "--shm-size 10m --stop-signal INT --health-cmd true --health-interval 2s "
            "busybox:1 sh -c 'id -u; hostname; pwd'"
        ),
        "5\nh\n/t\n",
    ),
    "an exit code": ("docker run --rm busybox:1 sh -c 'exit 7' || echo $?", "7\n"),
    "standard input": ("echo typed | docker run -i --rm busybox:1 cat", "typed\n"),
    "a here-document": ("docker run -i --rm busybox:1 sh <<END\necho $((6 * 7))\nEND", "42\n"),
    "a terminal without input": ("docker run -t --rm busybox:1 tty", "/dev/pts/0"),
    "exec": ("docker exec -w /etc -e A=b runs sh -c 'pwd; echo $A'", "/etc\nb\n"),
    "exec with input": ("echo typed | docker exec -i runs cat", "typed\n"),
    "cp": (
        (
            "docker cp site/index.html runs:/tmp/x && docker exec runs cat /tmp/x && docker cp runs:/tmp/x got && "
            "cat got && docker cp runs:/tmp - | tar t && rm got"
        ),
        "hello\nhello\ntmp/\ntmp/x\n",
    ),
    "looking": (
        (
            "docker ps && docker logs runs && docker top runs && docker port runs && docker diff runs && "
            "docker inspect -f '{{.State.Status}}' runs && docker stats --no-stream runs"
        ),
        "running",
    ),
    "logs -f of one that ends": (
        (
            "docker run -d --name short busybox:1 sh -c 'for i in 1 2 3; do echo $i; sleep 0.1; done' >/dev/null && "
            "docker logs -f short && docker rm short"
        ),
        "1\n2\n3\nshort\n",
    ),
    "logs -f that is ended": ("timeout 0.5 docker logs -f runs || echo $?", "124\n"),
    "a container's life": (
        (
            "docker create --name life busybox:1 sleep 600 && docker start life && docker pause life && "
            "docker unpause life && docker rename life other && docker restart -t 0 other && docker stop -t 0 other && "
            "docker start other && docker kill other && docker wait other && docker rm other"
        ),
        "137\nother\n",
    ),
    "its image": (
        (
            "docker run --name made busybox:1 sh -c 'echo layer > /f' && docker commit made own:1 >/dev/null && "
            "docker rm made >/dev/null && docker run --rm own:1 cat /f && docker tag own:1 own:2 && "
            "docker history -q own:1 >/dev/null && docker rmi own:1 own:2"
        ),
        "layer",
    ),
    "export": ("docker export runs | tar t | grep -c '^bin/$'", "1\n"),
    "pull": (
        (
            "docker pull busybox:1 && docker pull busybox@"
            "$(docker inspect -f '{{index .RepoDigests 0}}' busybox:1 | cut -d@ -f2)"
        ),
        "Image is up to date",
    ),
    "the whole": (
        (
            "docker info && docker version && docker system df && docker images && docker volume ls && "
            "docker network ls && sleep 1 && docker events --since 0s --until 0s"
        ),
        "Authorization: grader",
    ),
    "prune": (
        (
            "docker container prune -f && docker network prune -f && docker volume prune -af && "
            "docker image prune -f && docker system prune -f"
        ),
        "Total reclaimed space",
    ),
    "sudo": ("sudo docker ps -q | wc -l", "1\n"),
    "publishing": (
        (
            "docker run -d --name web -p 8080:80 -p 127.0.0.1:8081:80 -p 80 -p 8085-8086:85-86 -p 53:53/udp "
            "-v ./site:/site busybox:1 httpd -f -p 80 -h /site && docker port web && "
            "curl -s --retry 9 --retry-connrefused "
            "localhost:8080 127.0.0.1:8081 $(docker port web 80/tcp | grep -m1 :32) && docker rm -f web"
        ),
        "hello\nhello\nhello\nweb\n",
    ),
    "-P": (
        "docker run -d --name all -P --expose 81 busybox:1 sleep 60 && docker port all && docker rm -f all",
        "81/tcp -> 0.0.0.0:",
    ),
    "networks": (
        (
            "docker network create net && docker run -d --name web --network net --network-alias www -v ./site:/site "
            "busybox:1 httpd -f -p 80 -h /site && sleep 0.5 && for host in web www; do docker run --rm --network net "
            "busybox:1 wget -qO- http://$host/ || exit; done && docker network connect bridge web && "
            "docker network disconnect net web && docker rm -f web && docker network rm net"
        ),
        "hello\nhello\n",
    ),
    "another container's network": (
        (
            "docker run -d --name web -v ./site:/site busybox:1 httpd -f -p 80 -h /site && sleep 0.5 && docker run "
            "--rm --network container:web --pid container:web busybox:1 wget -qO- http://127.0.0.1/ && docker rm -f web"
        ),
        "hello",
    ),
    "internal networks and subnets": (
        (
            "docker network create --internal --subnet 10.9.0.0/24 net && docker run --rm --network net busybox:1 "
            "hostname -i && docker network rm net"
        ),
        "10.9.0.2",
    ),
}


@pytest.fixture(scope="module")
def engine(shared_engine: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    files = {"site/index.html": "hello\n", "compose.yaml": COMPOSE}
    shared_engine.rules()
    shared_engine.lay(tmp_path_factory.mktemp("work"), files)
    shared_engine.open()
    shared_engine.works("docker run -d --name runs busybox:1 sleep 600")
    yield shared_engine
    shared_engine.end()
    shared_engine.clear()


@pytest.mark.parametrize("name", LINES)
def test_works(engine: Bench, name: str) -> None:
    engine.rules()
    before = engine.inventory()
    line, printed = LINES[name]
    assert printed in engine.works(line)
    assert engine.inventory() == before
    answer = engine.engine.ask({"op": "calls", "since": 0})
    assert [one["refused"] for one in answer["calls"] if one["refused"]] == []


def test_compose(engine: Bench) -> None:
    engine.rules()
    before = engine.inventory()
    assert "Container work-db-1  Healthy" in engine.works("docker compose up -d --wait")
    assert engine.works("curl -s --retry 5 --retry-connrefused localhost:3000") == "hello\n"
    assert "work-web-1 running" in engine.works("docker compose ps --format '{{.Name}} {{.State}}'")
    assert engine.works("docker compose exec -T web ls /site") == "index.html\n"
    engine.works("docker-compose logs && docker compose top && docker compose port web 80")
    engine.works("docker compose down -v")
    assert engine.inventory() == before


def test_images_that_are_removed_come_back(engine: Bench) -> None:
    engine.rules()
    before = engine.inventory()
    engine.works("docker rm -f runs && docker rmi -f busybox:1")
    assert "Downloaded newer image" in engine.works("docker run -d --name runs busybox:1 sleep 600")
    assert engine.inventory()["images"] == before["images"]


@pytest.mark.parametrize(
    ("allow", "line", "printed"),
    [
        (
            {"restart": ["on-failure"], "retries": 3},
            (
                "docker run --restart on-failure:1 --name it busybox:1 false; "
                "sleep 0.5; docker inspect -f '{{.RestartCount}}' it && docker rm -f it"
            ),
            "1\n",
        ),
        (
            {"restart": ["always"]},
            (
                "docker run -d --restart always --name it busybox:1 sleep 600 && "
                "docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' it && docker rm -f it"
            ),
            "always",
        ),
        (
            {"update": True},
            (
                "docker run -d --name it busybox:1 sleep 60 && docker update -m 50m --memory-swap -1 it && "
                "docker inspect -f '{{.HostConfig.Memory}}' it && docker rm -f it"
            ),
            "52428800",
        ),
        (
            {"cap_add": ["NET_ADMIN"]},
            "docker run --rm --cap-add NET_ADMIN busybox:1 ip link set lo down && echo set",
            "set\n",
        ),
        ({"host_network": True}, "docker run --rm --network host busybox:1 ip addr show docker0", "docker0"),
        ({"load": True}, "docker save busybox:1 | docker load", "Loaded image: busybox:1"),
        (
            {"load": True},
            ("docker export runs | docker import - own:1 && docker run --rm own:1 echo it runs && docker rmi own:1"),
            "it runs",
        ),
    ],
)
def test_what_an_exercise_allows(engine: Bench, allow: dict[str, object], line: str, printed: str) -> None:
    engine.rules(**allow)
    before = engine.inventory()
    assert printed in engine.works(line)
    assert engine.inventory() == before


@pytest.mark.parametrize(
    ("allow", "option", "rule"),
    [
        ({"restart": ["on-failure"], "retries": 3}, "--restart on-failure:4", "restart"),
        ({"restart": ["on-failure"]}, "--restart always", "restart"),
        ({"cap_add": ["NET_ADMIN"]}, "--cap-add SYS_ADMIN", "cap-add"),
        ({"memory": "64MiB"}, "-m 65m", "memory"),
    ],
)
def test_and_no_more(engine: Bench, allow: dict[str, object], option: str, rule: str) -> None:
    engine.rules(**allow)
    ran = engine.sh(f"docker run {option} busybox:1 true")
    assert ran.code == 125
    assert f"(rule {rule})" in ran.output
    assert ran.violation is None


BUILDS: Final = {
    "RUN and COPY": ("FROM busybox:1\nCOPY site /site\nRUN cat /site/index.html > /copy\nCMD cat /copy\n", "hello\n"),
    "stages": (
        "FROM busybox:1 AS one\nRUN echo of one > /f\nFROM busybox:1\nCOPY --from=one /f /f\nCMD cat /f\n",
        "of one\n",
    ),
    "here-documents": (
        "FROM busybox:1\nRUN <<END\necho a > /f\necho b >> /f\nEND\nCOPY <<F /g\nc\nF\nCMD cat /f /g\n",
        "a\nb\nc\n",
    ),
    "arguments": ("ARG V=1\nFROM busybox:$V\nARG W=x\nENV W=$W\nCMD echo $W\n", "x\n"),
    "a cache mount": ("FROM busybox:1\nRUN --mount=type=cache,target=/c touch /c/x; ls /c > /f\nCMD cat /f\n", "x\n"),
    "another image": ("FROM busybox:1\nCOPY --from=python:3-slim /etc/os-release /f\nCMD grep -c Debian /f\n", ""),
}


@pytest.mark.parametrize("name", BUILDS)
def test_builds(engine: Bench, name: str) -> None:
    engine.rules(build=True)
    before = engine.inventory()
    text, printed = BUILDS[name]
    engine.works(f"cat > Dockerfile <<'THE-END'\n{text}THE-END\ndocker build -q -t own .")
    assert printed in engine.works("docker run --rm own; docker rmi -f own")
    assert engine.inventory() == before


def test_a_build_without_buildkit(engine: Bench) -> None:
    engine.rules(build=True)
    engine.works("printf 'FROM busybox:1\\nRUN echo old > /f\\nCMD cat /f\\n' > Dockerfile")
    assert "Successfully tagged own:latest" in engine.works("DOCKER_BUILDKIT=0 docker build -t own .")
    assert engine.works("docker run --rm own").startswith("old\n")
    engine.works("docker rmi -f own")


@pytest.mark.parametrize(
    ("dockerfile", "options", "said"),
    [
        ("FROM alpine", "", "failed to resolve source metadata for docker.io/library/alpine"),
        ("FROM busybox:1\nRUN --network=host true", "", "network.host is not allowed"),
        ("# syntax=docker/dockerfile:1-labs\nFROM busybox:1\nRUN --security=insecure true", "", "labs"),
        ("FROM busybox:1\nRUN false", "", "did not complete successfully: exit code: 1"),
        ("FROM busybox:1\nCOPY nothing /x", "", '"/nothing": not found'),
        ("FROM busybox:1", "--output type=registry,name=127.0.0.1:47300/x", "(rule push)"),
    ],
)
def test_builds_that_fail(engine: Bench, dockerfile: str, options: str, said: str) -> None:
    """By the daemon's own word: what is in a Dockerfile, and what BuildKit is asked for, the gatekeeper doesn't see."""
    engine.rules(build=True)
    before = engine.inventory()["containers"]
    engine.works(f"cat > Dockerfile <<'THE-END'\n{dockerfile}\nTHE-END")
    ran = engine.sh(f"docker build {options} .")
    assert ran.code == 1, ran.output
    assert said in ran.output
    assert ran.violation is None
    assert engine.inventory()["containers"] == before
    engine.works("docker image prune -f; docker rmi 127.0.0.1:47300/x; true")


def test_entitlements_are_not_granted(engine: Bench) -> None:
    engine.rules(build=True)
    engine.works("printf 'FROM busybox:1\\nRUN --network=host true\\n' > Dockerfile")
    options = ("--allow network.host", "--network host", "--allow security.insecure")
    # The client takes three seconds to say so.
    started = "; ".join(f"(docker build -q {one} . || echo not built) &" for one in options)
    said = engine.works(f"{started.replace('&;', '&')} wait")
    assert said.count("granting entitlement network.host is not allowed") == 2
    assert said.count("granting entitlement security.insecure is not allowed") == 1
    assert said.count("not built") == 3


def test_in_a_terminal(shared_engine: Bench) -> None:
    shared_engine.rules()
    shared_engine.open(terminal=True)
    ran = shared_engine.sh("docker run -it --rm --name it busybox:1", stdin="tty\nhostname -f\nexit 3\n")
    assert ran.code == 3
    assert "/dev/pts/0" in ran.output
    assert shared_engine.sh("docker run -it --rm busybox:1", stdin="echo by Ctrl-D\n").code == 0
    shared_engine.end()
