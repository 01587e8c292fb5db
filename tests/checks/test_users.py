from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.users import Users
from grader.core.errors import Failure, Missing, Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_entry
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from pathlib import Path

PASSWD = b"""\
root:x:0:0:root:/root:/bin/bash
app:x:1000:50:The app,,,:/home/app:/usr/sbin/nologin
app:x:7:7::/second:/bin/sh
# no user
broken:x:one:2::/:/bin/sh
short:x:3
long:x:%s:0::/:/bin/sh

odd\xff:x:9:99::/odd:
""" % (b"9" * 5000)
GROUP = b"root:x:0:\nweb:x:50:\ndocker:x:999:ada,app\naudio:x:29:app\n"
TARGET = FakeTarget(
    files={
        "/etc/passwd": make_entry("/etc/passwd", mode=0o120777, link="/usr/passwd", content=None),
        "/usr/passwd": PASSWD,
        "/etc/group": GROUP,
    }
)


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "app"},
        {"user": "app", "uid": 1000, "gid": 50, "group": "web", "home": "/home/app", "shell": "/usr/sbin/nologin"},
        {"user": "app", "uid": {"not": 0}, "shell": {"ends_with": "nologin"}},
        {"user": "app", "groups": ["docker"]},
        {"user": "app", "groups": {"equals": ["audio", "docker", "web"]}},
        {"user": "root", "groups": {"equals": ["root"]}},
        {"user": "odd\ufffd", "group": "99", "shell": ""},
        {"user": "ada", "exists": False},
        {"user": "broken", "exists": False},
        {"user": "short", "exists": False},
        {"user": "long", "exists": False},
        {"group": "docker", "gid": {"at_least": 100}},
        {"group": "staff", "exists": False},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Users, **fields), TARGET)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"user": "ada"}, "there is no user ada in the image: /etc/passwd has app, odd"),
        ({"group": "staff"}, "there is no group staff in the image: /etc/group has audio, docker, root, web"),
        ({"user": "app", "exists": False}, "there must be no user app in the image"),
        ({"group": "web", "exists": False}, "there must be no group web in the image"),
        ({"user": "app", "uid": 0}, "the number of the user app is 1000, expected 0"),
        ({"user": "app", "gid": 1}, "the group number of the user app is 50, expected 1"),
        ({"user": "app", "group": "app"}, "the group of the user app is web, expected app"),
        ({"user": "app", "groups": ["sudo"]}, "the list of groups of the user app does not contain 'sudo'"),
        ({"user": "app", "home": "/app"}, "the home directory of the user app is '/home/app', expected '/app'"),
        ({"user": "root", "shell": {"not": {"ends_with": "sh"}}}, "the shell of the user root ends with 'sh'"),
        ({"group": "web", "gid": 5}, "the number of the group web is 50, expected 5"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    fails(make(Users, **fields), TARGET, because)


def test_nobody_is_missing() -> None:
    assert isinstance(fails(make(Users, user="ada"), TARGET, "no user ada"), Missing)


def test_lists_all_that_is_wrong() -> None:
    assert len(fails(make(Users, user="app", uid=1, home="/x"), TARGET, "1000").message.splitlines()) == 2


def test_many_users_are_shortened() -> None:
    lines = b"".join(b"user%d:x:%d:0::/:/\n" % (n, n) for n in range(20))
    target = FakeTarget(files={"/etc/passwd": lines})
    fails(make(Users, user="ada"), target, "user18, user19 and 8 more")


def test_says_how_to_see_it() -> None:
    target = FakeTarget(files={"/bin/ls": b"", "/etc/passwd": PASSWD, "/etc/group": GROUP}, inside={})
    command = "docker run --rm --entrypoint cat IMAGE "
    assert fails(make(Users, user="app", uid=5), target, "number").reproduce == f"{command}/etc/passwd"
    assert fails(make(Users, user="app", groups=["x"]), target, "groups").reproduce == f"{command}/etc/group"
    both = fails(make(Users, user="app", uid=5, groups=["x"]), target, "number")
    assert both.reproduce == f"{command}/etc/passwd\n{command}/etc/group"
    own = make(Users, user="app", **{"in": {"container": "web"}})
    failure = fails(own, target, "there is no user app in the container: there is no /etc/passwd")
    assert failure.reproduce == "docker cp -L web:/etc/passwd - | tar -xO"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "give user or group"),
        ({"user": "a:b"}, "should match pattern"),
        ({"group": "web", "home": "/x"}, "home is about a user"),
        ({"user": "app", "exists": False, "uid": 5}, "excludes all that says"),
        ({"user": "app", "exists": False, "group": "web"}, "excludes all that says"),
        ({"group": "app", "exists": False, "gid": 5}, "excludes all that says"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Users, because, **fields)


def test_is_skipped_without_an_image() -> None:
    with pytest.raises(Unmet):
        make(Users, user="app").run(FakeTarget())


@pytest.mark.docker
def test_on_an_image(tmp_path: Path) -> None:
    dockerfile = "FROM python:3-slim\nRUN groupadd web && useradd -m -u 1234 -G web -s /usr/sbin/nologin app\n"
    with project_in(tmp_path, dockerfile) as project:
        make(Users, user="app", uid=1234, group="app", groups=["web"], home="/home/app").run(project)
        make(Users, group="web").run(project)
        root: dict[str, Any] = {"user": "root", "uid": 0, "shell": {"ends_with": "bash"}}
        make(Users, **root).run(project)
        with pytest.raises(Failure, match=re.escape("the shell of the user app is '/usr/sbin/nologin', expected")):
            make(Users, **root | {"user": "app", "uid": 1234, "shell": "/bin/sh"}).run(project)


@pytest.mark.docker
def test_on_an_image_without_users(tmp_path: Path) -> None:
    with project_in(tmp_path, "FROM scratch\nCOPY Dockerfile /x\nUSER 5\n") as project:
        make(Users, user="root", exists=False).run(project)
        with pytest.raises(Missing, match="there is no user app in the image: there is no /etc/passwd"):
            make(Users, user="app").run(project)
