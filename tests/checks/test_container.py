"""The `container` check, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.container import Container
from grader.core.abilities import Described, State
from grader.core.errors import Mismatch, Missing, Unmet
from grader.core.inventory import Mounted
from grader.core.specs import ContainerSpec
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.fakes import FakeTarget
from tests.support.scratch import SLEEPS
from tests.support.states import ended, holding, made, volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.project import Project

WEB = made(
    "web",
    "3000:80",
    "0:443",
    env={"NAME": "Ada", "PORT": "80"},
    labels={"stage": "test"},
    mounts=(volume("data", "/data"), Mounted("bind", "site", "/srv", read_only=True), Mounted("tmpfs", "", "/tmp")),  # noqa: S108
    networks={"bridge": (), "backend": ("web",)},
    memory=256 * 1024 * 1024,
    cpus=0.5,
    restart="on-failure:3",
    tty=True,
    user="1000:1000",
    hostname="web1",
    health="healthy",
    restarts=2,
)
JOB = ended("job", 3, image="busybox", command=("sh", "-c", "exit 3"), argv=("sh", "-c", "exit 3"))
ALL = holding(WEB, JOB)
NONE = holding()


def container(where: Any = "web", **fields: Any) -> Container:
    made = make(Container, **{"in": where, **fields})
    assert isinstance(made, Container)
    return made


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"where": {"container": "web"}},
        {"where": {"image": "docker.io/library/nginx:1"}},
        {"where": {"publishes": 3000}},
        {"where": "gone", "exists": False},
        {"where": {"publishes": 80}, "exists": False},
        {"where": {}, "count": 2},
        {"where": {"image": "nginx:2"}, "count": 0},
        {"where": {"image": "busybox:latest"}, "image": "docker.io/busybox", "state": "exited", "exit_code": 3},
        {"state": "running", "image": {"starts_with": "nginx:"}},
        {"where": "job", "command": "sh -c exit 3"},
        {"where": "job", "command": ["sh"], "published": False},
        {"where": "job", "command": {"equals": ["sh", "-c", "exit 3"]}},
        {"where": "job", "command": {"matches": "exit 3$"}},
        {"published": True, "ports": {80: 3000}},
        {"ports": {"80/tcp": 3000, "443": {"one_of": [0]}}},
        {"mounts": {"/data": {"type": "volume", "source": "data", "read_only": False}}},
        {"mounts": {"/srv/": {"type": "bind", "source": "site", "read_only": True}, "/tmp": {"type": "tmpfs"}}},  # noqa: S108
        {"env": {"NAME": "Ada", "PORT": 80}, "env_absent": ["SECRET"], "labels": {"stage": ["test"]}},
        {"networks": ["backend"]},
        {"networks": {"not": ["frontend"]}},
        {"memory": "256MiB", "cpus": {"at_most": 1}, "pids": 0},
        {"memory": {"between": ["100MB", "1GB"]}},
        {"restart": "on-failure:3", "tty": True, "stdin": False, "auto_remove": False, "read_only": False},
        {"restarts": 2, "health": "healthy"},
        {"where": "job", "restarts": 0, "health": "none"},
        {"user": "1000", "workdir": "/", "hostname": "web1"},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(container(**fields), ALL)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"where": "wbe"}, "there is no container 'wbe'; there are: web (nginx:1, running), job (busybox, exited)"),
        ({"where": {"image": "redis:7"}}, "there is no container of the image redis:7; there are: web"),
        ({"where": {"publishes": 80}}, "there is no container with the port 80 of your machine; there are: web"),
        ({"where": {}}, "there must be one container, and there are 2: web (nginx:1, running), job (busybox, exited)"),
        ({"exists": False}, "there must be no container 'web', and there is: web (nginx:1, running)"),
        ({"where": {}, "count": 1}, "the number of containers is 2, expected 1"),
        (
            {"where": {"image": "nginx:1"}, "count": 2},
            "the number of containers like this (container of the image nginx:1) is 1, expected 2",
        ),
        ({"image": "httpd:2"}, "the image of container 'web' is 'nginx:1', expected 'httpd:2'"),
        ({"state": "exited"}, "the state of container 'web' is 'running', expected 'exited'"),
        ({"exit_code": 0}, "container 'web' has not ended: it is running"),
        ({"state": "exited", "exit_code": 0}, "the state of container 'web' is 'running', expected 'exited'"),
        ({"where": "job", "exit_code": 0}, "the exit code of container 'job' is 3, expected 0"),
        ({"command": "nginx"}, "the command of container 'web' is 'nginx -g daemon off;', expected 'nginx'"),
        ({"published": False}, "container 'web' publishes a port, and should not: -p 3000:80, -p :443"),
        ({"where": "job", "published": True}, "container 'job' publishes no port"),
        ({"where": "job", "ports": {80: 3000}}, "container 'job' publishes no port; expected -p 3000:80"),
        (
            {"ports": {80: 8080}},
            "container 'web' publishes its port 80 as 3000 of your machine; expected -p 8080:80",
        ),
        ({"ports": {443: 8443}}, "publishes its port 443 as any free port of your machine; expected -p 8443:443"),
        (
            {"ports": {3000: 80}},
            "container 'web' does not publish its port 3000, only -p 3000:80, -p :443; expected -p 80:3000",
        ),
        ({"ports": {80: {"at_least": 5000}}}, "expected port 80 as a port of your machine: at least 5000"),
        ({"ports": {"53/udp": 53}}, "container 'web' does not publish its port 53/udp"),
        ({"mounts": {"/var": {}}}, "container 'web' has nothing mounted at /var"),
        ({"mounts": {"/data": {"type": "bind"}}}, "at /data, container 'web' has the volume data, expected a bind"),
        ({"mounts": {"/srv": {"source": "."}}}, "what container 'web' has at /srv is 'site', expected '.'"),
        ({"mounts": {"/srv": {"read_only": False}}}, "container 'web' can't write to /srv"),
        ({"mounts": {"/data": {"read_only": True}}}, "container 'web' can write to /data"),
        ({"mounts": {"/tmp": {"type": "volume"}}}, "has a tmpfs, expected a volume mount"),  # noqa: S108
        ({"env": {"NAME": "Bob"}}, "the variable NAME of container 'web' is 'Ada', expected 'Bob'"),
        ({"env": {"name": "Ada"}}, "container 'web' has no variable name"),
        ({"env_absent": ["PORT"]}, "container 'web' has a variable PORT, and should not"),
        ({"labels": {"owner": "Ada"}}, "container 'web' has no label owner"),
        ({"networks": ["frontend"]}, "the list of networks of container 'web' does not contain 'frontend'"),
        ({"memory": "512MiB"}, "the memory limit of container 'web' is 256.0 MiB, expected 512.0 MiB (--memory)"),
        ({"memory": 0}, "the memory limit of container 'web' is 256.0 MiB, expected no limit (--memory)"),
        ({"where": "job", "memory": {"at_most": "1GiB"}}, "container 'job' has no memory limit (--memory)"),
        ({"cpus": 2}, "the cpu limit of container 'web' is 0.5, expected 2 (--cpus)"),
        ({"pids": {"at_most": 50}}, "container 'web' has no process limit (--pids-limit)"),
        ({"restart": "always"}, "the restart policy of container 'web' is 'on-failure:3', expected 'always'"),
        ({"tty": False}, "container 'web' has a terminal (-t)"),
        ({"stdin": True}, "container 'web' does not keep its input open (-i)"),
        ({"auto_remove": True}, "container 'web' is kept at its end (no --rm)"),
        ({"read_only": True}, "container 'web' can write to its file system"),
        ({"health": "unhealthy"}, "the health of container 'web' is 'healthy', expected 'unhealthy'"),
        ({"restarts": 0}, "the number of restarts of container 'web' is 2, expected 0"),
        ({"user": "root"}, "the user of container 'web' is '1000', expected 'root'"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(container(**fields), ALL, because=because)
    assert failure.expected
    assert failure.actual
    assert str(failure.reproduce).startswith("docker ")
    (evidence,) = failure.evidence
    assert evidence.text.splitlines()[0].split() == ["NAMES", "IMAGE", "COMMAND", "STATUS", "PORTS"]
    assert evidence.text.splitlines()[2].split("   ")[0] == "job"


def test_where_nothing_is_left() -> None:
    failure = fails(container(), NONE, because="there is no container 'web', nor any other")
    assert isinstance(failure, Missing)
    assert (failure.expected, failure.actual) == ("a container 'web'", "no containers")
    passes(container(where={}, exists=False), NONE)
    with pytest.raises(Unmet):
        container().run(FakeTarget())


def test_the_only_one_needs_no_name() -> None:
    passes(make(Container, state="running"), holding(WEB))
    failure = fails(make(Container), ALL, because="there must be one container")
    assert isinstance(failure, Mismatch)


def test_of_several_the_running_one_counts() -> None:
    tries = holding(ended("newest", 1), made("older"), made("oldest", tty=True))
    passes(container(where={"image": "nginx:1"}, state="running", tty=False), tries)
    fails(container(where={"image": "nginx:1"}, count=3, state="running"), tries, "container 'newest' is 'exited'")
    passes(container(where={"image": "nginx:1"}, exit_code=1), holding(ended("newest", 1), ended("older", 2)))


def test_lists_all_that_is_wrong() -> None:
    failure = fails(container(image="httpd:2", tty=False, ports={80: 80}), ALL, "has a terminal")
    assert len(failure.message.splitlines()) == 3
    assert failure.reproduce == "docker inspect web"


def test_a_long_list_is_cut() -> None:
    many = holding(*(made(f"c{n}") for n in range(9)))
    failure = fails(container(), many, "c5 (nginx:1, running) and 3 more")
    assert len(failure.evidence[0].text.splitlines()) == 10


def test_its_ports_are_known_to_diagnoses() -> None:
    assert (container(ports={80: 3000}).asked_port, container(ports={80: 3000}).asked_host_port) == (80, 3000)
    assert (container().asked_port, container().asked_host_port) == (None, None)
    by_port = container(where={"publishes": 8080}, ports={80: {"at_least": 1}})
    assert by_port.asked_host_port == 8080


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"exists": False, "state": "running"}, "exists: false excludes"),
        ({"exists": False, "count": 0}, "exists: false excludes"),
        ({"published": False, "ports": {80: 80}}, "published: false excludes ports"),
        ({"state": "runing"}, "there is no state 'runing'; there are created"),
        ({"ports": {"http": 80}}, "'http' is not a port"),
        ({"mounts": {"data": {}}}, "the path must be absolute"),
        ({"mounts": {"/data": {"kind": "bind"}}}, "Extra inputs are not permitted"),
        ({"memory": "lots"}, "expected a size such as 256MiB"),
        ({"memory": {"at_most": "1 parsec"}}, "unknown unit 'parsec'"),
        ({"in": {"container": "a", "image": "b"}}, "must name one of container, image and publishes"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Container, because, **fields)


def test_what_only_students_decide() -> None:
    assert container(state="running", user="root").needs_ability() is Described
    for fields in ({"exists": False}, {"count": 1}, {"image": "nginx"}, {"restart": "no"}, {"health": "healthy"}):
        assert container(**fields).needs_ability() is State


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    source = f"{SLEEPS}ENV STAGE=final\nLABEL owner=Ada\nUSER 1000:1000\nWORKDIR /work\nVOLUME /data\n"
    with project_in(tmp_path_factory.mktemp("container"), source, main=ContainerSpec(publish=(80,))) as project:
        yield project


@pytest.mark.docker
def test_one_that_the_exercise_describes(project: Project) -> None:
    own = {"user": "1000", "workdir": "/work", "env": {"STAGE": "final"}, "labels": {"owner": "Ada"}, "tty": False}
    made = {"mounts": {"/data": {"type": "volume"}}, "memory": "256MiB", "networks": ["bridge"], "state": "running"}
    make(Container, **own, **made, published=True, ports={80: {"at_least": 1}}).run(project)
    make(Container, **{"in": "main"}, command=["/busybox", "sleep", "60"], pids=128).run(project)


@pytest.mark.docker
def test_how_it_differs(project: Project) -> None:
    failure = fails(
        make(Container, user="root", mounts={"/logs": {}}), project, "the user of container 'main' is '1000'"
    )
    assert "container 'main' has nothing mounted at /logs" in failure.message
    assert str(failure.reproduce).splitlines()[0] == "docker run --rm --name try -p 80:80 IMAGE"
    assert str(failure.reproduce).splitlines()[-1] == "docker inspect try"


def test_survives_a_round_trip() -> None:
    check = container(
        where={"image": "a"}, ports={80: 3000}, mounts={"/a": {"source": {"contains": "b"}}}, memory="1GiB"
    )
    assert Container.model_validate_json(check.model_dump_json()) == check
    assert "ports" in Container.model_json_schema()["properties"]
