from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.image import Image
from grader.core.errors import Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_image
from tests.support.fakes import FakeTarget
from tests.support.scratch import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.sandbox.project import Project


HEALTH = {"Test": ["CMD", "x"], "Interval": 10_000_000_000, "Timeout": 500_000_000, "Retries": 2}


@pytest.mark.parametrize(
    ("fields", "image"),
    [
        ({"env": {"PORT": 3000}}, {"env": {"PORT": "3000"}}),
        ({"env": {"PATH": {"contains": "/usr/bin"}}, "env_absent": ["TOKEN"]}, {}),
        ({"cmd": {"equals": ["python3"]}}, {}),
        ({"cmd": {"one_of": [["python3"], ["python"]]}, "entrypoint": {"not": {"contains": "sh"}}}, {}),
        ({"cmd": {"any": [{"equals": ["a"]}, {"length": {"at_least": 1}}, [{"starts_with": "py"}]]}}, {}),
        ({"cmd": ["app.py"]}, {"cmd": ("python3", "app.py")}),
        ({"entrypoint": {"equals": []}}, {}),
        ({"entrypoint": {"equals": ["/bin/sh", "-c", "x y"]}}, {"entrypoint": ("/bin/sh", "-c", "x y")}),
        ({"user": "root"}, {"user": ""}),
        ({"user": "root"}, {"user": "0:0"}),
        ({"user": "root"}, {"user": "+0"}),
        ({"user": "root"}, {"user": "-00:5"}),
        ({"user": "app"}, {"user": "app:staff"}),
        ({"workdir": "/"}, {"workdir": ""}),
        ({"ports": [3000, "53/udp"]}, {"ports": ("3000/tcp", "53/udp")}),
        ({"ports_absent": ["22"]}, {"ports": ("22/udp",)}),
        ({"volumes": ["/data"], "volumes_absent": ["/cache"]}, {"volumes": ("/data",)}),
        ({"labels": {"maintainer": {"matches": "@"}}, "labels_absent": ["x"]}, {"labels": {"maintainer": "a@b"}}),
        ({"healthcheck": True}, {"healthcheck": {"Test": ["CMD-SHELL", "curl localhost"]}}),
        ({"healthcheck": False}, {"healthcheck": None}),
        ({"healthcheck": False}, {"healthcheck": {"Test": ["NONE"]}}),
        ({"healthcheck": {"contains": "curl"}}, {"healthcheck": {"Test": ["CMD", "curl", "localhost"]}}),
        ({"healthcheck_interval": "30s", "healthcheck_retries": 3}, {"healthcheck": {"Test": ["CMD", "x"]}}),
        (
            {"healthcheck_interval": {"at_most": "10s"}, "healthcheck_timeout": 0.5, "healthcheck_start_period": "1m"},
            {"healthcheck": {**HEALTH, "StartPeriod": 60_000_000_000}},
        ),
        ({"shell": {"equals": ["/bin/sh", "-c"]}}, {}),
        ({"shell": ["/bin/bash"]}, {"shell": ("/bin/bash", "-o", "pipefail", "-c")}),
        ({"onbuild": [{"starts_with": "COPY"}]}, {"onbuild": ("COPY . /app", "RUN x")}),
        ({"onbuild": {"length": 0}, "platform": "linux/amd64"}, {}),
        ({"stop_signal": "SIGTERM"}, {"stop_signal": None}),
        ({"architecture": {"one_of": ["amd64", "arm64"]}}, {}),
    ],
)
def test_passes(fields: dict[str, Any], image: dict[str, Any]) -> None:
    passes(make(Image, **fields), FakeTarget(image=make_image(**image)))


def test_what_is_missing_is_named_beside_what_is_there() -> None:
    check = make(Image, env={"VERSION": 1}, ports=[8080], volumes=["/data"])
    failure = fails(
        check, FakeTarget(image=make_image(env={"PATH": "/bin"}, ports=("80/tcp",))), "the variable VERSION"
    )
    assert failure.expected == "variable VERSION\nport 8080/tcp\nvolume /data"
    assert failure.actual == "no variable VERSION, but PATH\nno port 8080/tcp, but 80/tcp\nno volume /data"


PASSWD = {"/etc/passwd": b"root:x:0:0::/root:/bin/sh\napp:x:1500:1500::/app:/bin/sh\n"}


@pytest.mark.parametrize(
    ("user", "written"),
    [
        ("app", "1500"),
        ("app", "1500:2000"),
        (1500, "app"),
        ("1500", "app:staff"),
        ({"one_of": ["web", "app"]}, "1500"),
        ({"any": [{"equals": "app"}, "web"]}, "1500"),
        (0, ""),
        ({"not": "web"}, "1500"),
    ],
)
def test_a_user_has_a_name_and_a_number(user: object, written: str) -> None:
    passes(make(Image, user=user), FakeTarget(image=make_image(user=written), files=PASSWD))


@pytest.mark.parametrize(
    ("user", "written", "because"),
    [
        ("app", "1501", "the user is '1501', expected 'app'"),
        ("web", "1500", "the user is '1500', expected 'web'"),
        (0, "app", "the user is 'app', expected 0"),
        ({"not": "app"}, "app", "the user equals 'app', and should not"),
        ({"not": "root"}, "", "the user equals 'root', and should not"),
        ({"matches": "^a"}, "1500", "does not match"),
    ],
)
def test_another_user(user: object, written: str, because: str) -> None:
    fails(make(Image, user=user), FakeTarget(image=make_image(user=written), files=PASSWD), because)


@pytest.mark.parametrize(
    ("fields", "image", "because"),
    [
        (
            {"cmd": ["httpd", "-f", "/bin/sh"]},
            {"cmd": ("/bin/sh", "-c", "httpd -p 80")},
            "does not contain 'httpd' nor '-f': it is in the shell form, without brackets, so its words are /bin/sh",
        ),
        ({"env": {"PORT": 3000}}, {"env": {"PORT": "80"}}, "variable PORT is '80', expected 3000"),
        ({"env": {"PORT": {"not": 1}}}, {"env": {}}, "the variable PORT is missing"),
        ({"env_absent": ["TOKEN"]}, {"env": {"TOKEN": ""}}, "the variable TOKEN must not be there"),
        ({"cmd": {"equals": ["a"]}}, {"cmd": ("b",)}, 'CMD is ["b"], expected ["a"]'),
        ({"entrypoint": ["sh"]}, {}, "ENTRYPOINT does not contain 'sh'"),
        ({"user": {"not": "root"}}, {"user": "0"}, "the user equals 'root', and should not"),
        ({"workdir": "/app"}, {"workdir": "/"}, "WORKDIR is '/', expected '/app'"),
        ({"ports": [3000]}, {"ports": ("3000/udp",)}, "the port 3000/tcp is missing: no EXPOSE names it"),
        ({"ports_absent": [22]}, {"ports": ("22/tcp",)}, "the port 22/tcp must not be there"),
        ({"volumes": ["/data"]}, {}, "the volume /data is missing"),
        ({"volumes_absent": ["/data"]}, {"volumes": ("/data",)}, "the volume /data must not be there"),
        ({"labels": {"a": 1}}, {"labels": {"a": "2"}}, "label a is '2', expected 1"),
        ({"labels": {"a": "b"}}, {}, "the label a is missing"),
        ({"labels_absent": ["a"]}, {"labels": {"a": "b"}}, "the label a must not be there"),
        ({"healthcheck": True}, {"healthcheck": {"Test": ["NONE"]}}, "there is no HEALTHCHECK"),
        ({"healthcheck": {"contains": "curl"}}, {}, "there is no HEALTHCHECK"),
        ({"healthcheck": False}, {"healthcheck": {"Test": ["CMD", "x"]}}, "there must be no HEALTHCHECK"),
        ({"healthcheck": "x y"}, {"healthcheck": {"Test": ["CMD", "x"]}}, "the command of HEALTHCHECK is 'x'"),
        ({"healthcheck_retries": 3}, {"healthcheck": {"Test": ["NONE"]}}, "there is no HEALTHCHECK"),
        (
            {"healthcheck_interval": {"at_most": "5s"}},
            {"healthcheck": HEALTH},
            "the interval of HEALTHCHECK, in seconds, is 10, expected at most 5",
        ),
        ({"healthcheck_timeout": 1}, {"healthcheck": HEALTH}, "the timeout of HEALTHCHECK, in seconds, is 0.5"),
        ({"healthcheck_start_period": {"at_least": "1s"}}, {"healthcheck": HEALTH}, "the start period of HEALTHCHECK"),
        ({"healthcheck_retries": 5}, {"healthcheck": HEALTH}, "the number of retries of HEALTHCHECK is 2, expected 5"),
        ({"shell": ["/bin/bash"]}, {}, "SHELL does not contain '/bin/bash'"),
        ({"onbuild": ["COPY . /app"]}, {}, "ONBUILD does not contain 'COPY . /app'"),
        ({"platform": "linux/arm64"}, {}, "the platform is 'linux/amd64', expected 'linux/arm64'"),
        ({"stop_signal": "SIGINT"}, {}, "the stop signal is 'SIGTERM', expected 'SIGINT'"),
        ({"architecture": "arm64"}, {}, "the architecture is 'amd64'"),
    ],
)
def test_fails(fields: dict[str, Any], image: dict[str, Any], because: str) -> None:
    fails(make(Image, **fields), FakeTarget(image=make_image(**image)), because)


def test_lists_all_that_is_wrong() -> None:
    check = make(Image, user="app", ports=[80], healthcheck=True, env={"B": 1, "A": 1})
    failure = fails(check, FakeTarget(image=make_image(env={"A": "2", "B": "3"})), "the user")
    assert failure.message.splitlines() == [
        "the user is 'root', expected 'app'",
        "there is no HEALTHCHECK",
        "variable B is '3', expected 1",
        "variable A is '2', expected 1",
        "the port 80/tcp is missing: no EXPOSE names it",
    ]
    assert failure.expected is not None
    assert failure.expected.splitlines()[0] == "the user: equals 'app'"
    assert failure.reproduce == "docker image inspect IMAGE --format '{{json .Config}}'"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "nothing is expected of the image"),
        ({"ports": []}, "nothing is expected of the image"),
        ({"ports": ["http"]}, "is not a port"),
        ({"ports": [0]}, "is not a port"),
        ({"ports": ["80/icmp"]}, "is not a port"),
        ({"cmd": []}, "an empty list expects nothing"),
        ({"healthcheck_interval": "5 parsecs"}, "unknown unit 'parsecs'"),
        ({"user": {"equal": "app"}}, "did you mean 'equals'?"),
        ({"user": "1500:2000"}, "the user is compared without its group: write 1500"),
        ({"user": {"one_of": ["app", "web:web"]}}, "write web"),
        ({"user": {"not": "web:web"}}, "write web"),
        ({"cmd": "python app.py"}, "write {equals: [python, app.py]} for all of them"),
        ({"entrypoint": {"equals": "python"}}, "there is a list of words here"),
        ({"cmd": {"matches": "^python"}}, "matches is about text, and there is a list of words here"),
        ({"cmd": {"not": {"any": [["a"], "b"]}}}, "there is a list of words here"),
        ({"cmd": {"one_of": [["a"], "b"]}}, "there is a list of words here"),
        ({"healthcheck": "yes"}, "'yes' is text here: write true or false"),
        ({"env": {"A": "1"}, "env_absent": ["A"]}, "'A' stands in env and in env_absent: it can't be both"),
        ({"ports": [80], "ports_absent": ["80/tcp"]}, "'80/tcp' stands in ports and in ports_absent"),
        ({"labels": {"a": 1}, "labels_absent": ["a"]}, "stands in labels and in labels_absent"),
        ({"volumes": ["/a"], "volumes_absent": ["/a"]}, "stands in volumes and in volumes_absent"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Image, because, **fields)


def layers(*names: str) -> dict[str, Any]:
    return {"raw": {"RootFS": {"Type": "layers", "Layers": list(names)}}}


def test_what_it_is_built_on() -> None:
    check = make(Image, based_on="python:3-slim")
    assert check.base_images == (("based_on", "python:3-slim"),)
    assert make(Image, user="app").base_images == ()
    base = {"python:3-slim": make_image(**layers("a", "b"))}
    passes(check, FakeTarget(image=make_image(**layers("a", "b", "c")), references=base))
    for other in (("a",), ("b", "a"), ()):
        target = FakeTarget(image=make_image(**layers(*other)), references=base)
        fails(check, target, "the image is not built on python:3-slim: it does not begin with its layers")


def test_is_skipped_without_an_image() -> None:
    with pytest.raises(Unmet):
        make(Image, user="app").run(FakeTarget())


DOCKERFILE = f"""\
{SCRATCH}HEALTHCHECK --interval=5s --timeout=2s --start-period=1s --retries=4 CMD ["/busybox", "true"]
STOPSIGNAL SIGINT
SHELL ["/busybox", "sh", "-c"]
ONBUILD RUN true
EXPOSE 53/udp
USER 1000
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_in(tmp_path_factory.mktemp("project"), DOCKERFILE) as made:
        yield made


@pytest.mark.docker
def test_a_real_image(project: Project) -> None:
    fields = {
        "healthcheck_interval": "5s",
        "healthcheck_timeout": {"at_most": "2s"},
        "healthcheck_start_period": 1,
        "healthcheck_retries": 4,
        "shell": {"equals": ["/busybox", "sh", "-c"]},
        "onbuild": {"equals": ["RUN true"]},
        "platform": {"starts_with": "linux/"},
        "ports": ["53/udp"],
        "stop_signal": "SIGINT",
    }
    make(Image, **fields).run(project)
    because = "the interval of HEALTHCHECK, in seconds, is 5, expected at least 10"
    fails(make(Image, healthcheck_interval={"at_least": "10s"}), project, because)
    fails(make(Image, ports=[53]), project, "the port 53/tcp is missing")
    fails(make(Image, based_on="busybox:1"), project, "the image is not built on busybox:1")


RAW = {"Config": {"User": "0:0", "ExposedPorts": {"3000/tcp": {}}}, "RepoTags": []}


def test_anything_that_inspect_shows() -> None:
    target = FakeTarget(image=make_image(raw=RAW))
    passes(make(Image, inspect={"$.Config.User": "0:0", "$.Config.ExposedPorts": ["3000/tcp"]}), target)
    failure = fails(make(Image, inspect={"$.Config.User": "app"}), target, "shows at $.Config.User is '0:0'")
    assert failure.expected == "$.Config.User equals 'app'"
    fails(make(Image, inspect={"$.Config.Nothing": "x"}), target, "has nothing at $.Config.Nothing")
    refuses(Image, "not a JSONPath", inspect={"Config": "x"})


@pytest.mark.docker
def test_a_real_base_image(tmp_path: Path) -> None:
    with project_in(tmp_path, "FROM busybox:1 AS base\nRUN true\nFROM base\nRUN echo > /x\n") as built:
        make(Image, based_on="busybox:1").run(built)
