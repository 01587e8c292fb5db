from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.packages import Packages
from grader.core.errors import Failure, Unmet
from grader.core.specs import ContainerSpec
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_entry
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.sandbox.project import Project

DPKG = b"""\
Package: curl
Status: install ok installed
Architecture: amd64
Version: 1:7.88.1-10+deb12u5
Description: command line tool
 Package: hidden
 .
 Version: 9

Package: gcc
Status: deinstall ok config-files
Version: 12.2.0-3

Package: half
Status: install reqreinst half-installed
Version: 1

Package: libc6
Status: install ok installed
Version: 2.36-9
"""
APK = b"C:Q1x\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nC:Q1y\nP:busybox\nV:1.36.1-r5\nF:bin\n"
SITE = "/usr/local/lib/python3.12/site-packages"
NODE = "/app/node_modules"
FILES: dict[str, Any] = {
    "/bin/ls": b"",
    "/var/lib/dpkg/status": DPKG,
    "/var/lib/dpkg/status.d/base": b"Package: base-files\nVersion: 12.4\nDescription: x\n",
    "/var/lib/dpkg/status.d/base.md5sums": b"Package: not-one\n",
    "/lib/apk/db/installed": APK,
    f"{SITE}/Flask_Login-0.6.3.dist-info/METADATA": b"Name: Flask_Login\r\nVersion: 0.6.3\r\n\r\nName: x\n",
    f"{SITE}/old-1.0.egg-info": b"Metadata-Version: 1.0\nName: old\nVersion: 1.0\n",
    f"{SITE}/wheel-0.4.egg-info": make_entry(f"{SITE}/wheel-0.4.egg-info", mode=0o040755, content=None),
    f"{SITE}/wheel-0.4.egg-info/PKG-INFO": b"Name: wheel\nVersion: 0.4\n",
    f"{SITE}/setuptools/_vendor/inner-1.dist-info/METADATA": b"Name: inner\nVersion: 1\n",
    "/srv/venv/lib/python3.12/site-packages/requests-2.31.dist-info/METADATA": b"Name: requests\nVersion: 2.31.0\n",
    "/usr/lib/python3/dist-packages/requests-1.0.dist-info/METADATA": b"Name: requests\nVersion: 1.0\n",
    f"{NODE}/express/package.json": b'{"name": "express", "version": "4.18.2"}',
    f"{NODE}/express/node_modules/ms/package.json": b'{"version": "2.0.0"}',
    f"{NODE}/@types/node/package.json": b'{"version": "20.1.0"}',
    f"{NODE}/.bin/package.json": b'{"version": "1"}',
    f"{NODE}/broken/package.json": b"{",
    f"{NODE}/.pnpm/vue@3.4.0/node_modules/vue/package.json": b'{"version": "3.4.0"}',
    f"{NODE}/vue": make_entry(f"{NODE}/vue", mode=0o120777, link=".pnpm/vue@3.4.0/node_modules/vue", content=None),
}
TARGET = FakeTarget(files=FILES)


@pytest.mark.parametrize(
    "fields",
    [
        {"installed": ["curl", "musl", "flask-login", "express"]},
        {"manager": "apt", "installed": ["curl", {"libc6": {"starts_with": "2.36"}}]},
        {"manager": "apt", "installed": {"curl": "1:7.88.1-10+deb12u5"}},
        {"manager": "apt", "installed": {"curl": {"semver": ">=7.80 <8"}}},
        {"manager": "apt", "installed": {"base-files": None}},
        {"manager": "apt", "absent": ["gcc", "half", "hidden", "not-one", "musl", "requests"]},
        {"manager": "apt", "count": 3},
        {"manager": "apk", "installed": {"musl": {"semver": "^1.2"}, "busybox": "1.36.1-r5"}},
        {"manager": "pip", "installed": ["FLASK.login", "wheel", "old"], "absent": ["inner", "curl"]},
        {"manager": "pip", "installed": {"requests": {"semver": "2.x"}}},
        {"manager": "pip", "count": {"at_least": 5}},
        {"manager": "npm", "installed": ["@types/node", {"express": {"semver": "^4"}}, "broken"]},
        {"manager": "npm", "absent": ["ms", ".bin", "types", "@types"]},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Packages, **fields), TARGET)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"installed": ["flask"]}, "flask is not installed; a similar name has Flask_Login 0.6.3 (pip)"),
        (
            {"manager": "pip", "installed": ["request"]},
            "request is not installed with pip; a similar name has requests 1.0",
        ),
        ({"manager": "apt", "installed": ["gcc"]}, "the package gcc is not installed with apt"),
        (
            {"installed": {"express": {"semver": ">=5"}}},
            "the version of the package express is '4.18.2', expected a version",
        ),
        (
            {"installed": {"curl": {"semver": ">=8"}}},
            "the version of the package curl is '7.88.1', expected a version >=8",
        ),
        (
            {"manager": "pip", "installed": {"requests": "3"}},
            "the version of the package requests is '1.0', expected '3'",
        ),
        ({"installed": {"broken": {"semver": "*"}}}, "the version of the package broken is '', expected a version *"),
        ({"absent": ["Requests"]}, "the package requests 1.0 (pip) is installed, and must not be"),
        ({"manager": "apk", "absent": ["musl"]}, "the package musl 1.2.4-r2 (apk) is installed"),
        ({"manager": "apk", "count": 5}, "the number of apk packages is 2, expected 5 (busybox 1.36.1-r5 (apk), musl"),
        ({"count": 0}, " and 8 more)"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    fails(make(Packages, **fields), TARGET, because)


def test_lists_all_that_is_wrong() -> None:
    failure = fails(make(Packages, installed=["a-1", "b-2"], absent=["curl"]), TARGET, "a-1")
    assert len(failure.message.splitlines()) == 3


def test_an_image_without_packages() -> None:
    target = FakeTarget(files={"/app": b""})
    passes(make(Packages, absent=["curl"], count=0), target)
    failure = fails(
        make(Packages, manager="pip", installed=["flask"]), target, "not installed with pip: no pip packages"
    )
    assert failure.actual == "no packages at all"
    assert failure.reproduce == "docker create --name look IMAGE x && docker cp look:/ - | tar -tv; docker rm look"


def test_says_how_to_see_it() -> None:
    run = "docker run --rm --entrypoint"
    alone = fails(make(Packages, manager="npm", installed=["x"]), TARGET, "x")
    assert alone.reproduce == f"{run} npm IMAGE ls --depth 0"
    target = FakeTarget(
        files={name: FILES[name] for name in ("/bin/ls", "/var/lib/dpkg/status", f"{SITE}/old-1.0.egg-info")}
    )
    both = fails(make(Packages, installed=["x"]), target, "x")
    assert both.reproduce == f"{run} dpkg-query IMAGE -W\n{run} python3 IMAGE -m pip list"
    passes(make(Packages, manager="system", count={"at_least": 0}, absent=["flask"]), TARGET)
    own = make(Packages, manager="apk", installed=["x"], **{"in": {"container": "web"}})
    assert fails(own, FakeTarget(inside=FILES), "x").reproduce == "docker exec web apk info -v"


def test_follows_links_to_packages() -> None:
    linked = FakeTarget(files={**FILES, f"{NODE}/vue/package.json": b'{"version": "3.4.0"}'})
    passes(make(Packages, manager="npm", installed={"vue": "3.4.0"}), linked)


def test_a_database_that_is_too_large() -> None:
    status = make_entry("/var/lib/dpkg/status", content=b"Package: x\n", size=10**9, truncated=True)
    fails(make(Packages, absent=["x"]), FakeTarget(files={"/var/lib/dpkg/status": status}), "too large to be read")


def test_announces_what_it_reads() -> None:
    target = FakeTarget(files={})
    make(Packages, manager="apt", absent=["x"]).announce(target)
    assert [list(one) for one in target.announced_entries] == [["/var/lib/dpkg/status", "/var/lib/dpkg/status.d/*"]]
    make(Packages, absent=["x"], **{"in": "main"}).announce(target)
    assert len(target.announced_entries) == 1


def test_survives_json() -> None:
    check = make(Packages, installed=["curl", {"flask": {"semver": ">=3"}}])
    assert Packages.model_validate_json(check.model_dump_json(exclude_defaults=True)) == check


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "give installed, absent or count"),
        ({"installed": [3]}, "write a name, or {name: version}"),
        ({"installed": [{}]}, "write a name, or {name: version}"),
        ({"installed": ["a"], "absent": ["a"]}, "'a' can't be installed and absent"),
        ({"manager": "pip", "installed": ["Flask"], "absent": ["flask"]}, "'Flask' can't be installed and absent"),
        ({"installed": "flask"}, "must be a list of names, or a map of names and versions"),
        ({"installed": {"flask": ">=3"}}, "for a range, write {semver: '>=3'}"),
        ({"installed": ["flask>=3"]}, "'flask>=3' is a name and a version: write {flask: {semver: "),
        ({"absent": ["flask==3"]}, "'flask==3' is a name and a version"),
        ({"installed": {"a": {"semver": "new"}}}, "not a version range"),
        ({"manager": "yum", "absent": ["a"]}, "'apt', 'apk', 'pip', 'npm' or 'system'"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Packages, because, **fields)


def test_is_skipped_without_an_image() -> None:
    with pytest.raises(Unmet):
        make(Packages, absent=["x"]).run(FakeTarget())


BOTH = r"""
FROM python:3-slim
RUN python3 -m venv --without-pip /venv && cd /venv/lib/python3*/site-packages \
 && mkdir Flask-3.0.1.dist-info /cache && printf 'Name: Flask\nVersion: 3.0.1\n' > /cache/METADATA \
 && ln /cache/METADATA Flask-3.0.1.dist-info/METADATA \
 && mkdir -p /app/node_modules/.pnpm/ms@2.1.3/node_modules/ms /app/node_modules/@a/b \
 && echo '{"version": "2.1.3"}' > /app/node_modules/.pnpm/ms@2.1.3/node_modules/ms/package.json \
 && echo '{"version": "1.0.0"}' > /app/node_modules/@a/b/package.json \
 && ln -s .pnpm/ms@2.1.3/node_modules/ms /app/node_modules/ms
"""


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    spec = ContainerSpec(command=("sleep", "600"))
    with project_in(tmp_path_factory.mktemp("students"), BOTH, main=spec) as project:
        yield project


@pytest.mark.docker
@pytest.mark.parametrize("where", [{}, {"in": "main"}])
def test_on_an_image_and_in_a_container(students: Project, where: dict[str, Any]) -> None:
    checks = [
        make(Packages, **fields, **where)
        for fields in (
            {"manager": "apt", "installed": {"bash": {"semver": ">=5"}}, "absent": ["gcc"]},
            {"manager": "pip", "installed": {"flask": "3.0.1"}},
            {"manager": "npm", "installed": {"ms": "2.1.3", "@a/b": "1.0.0"}, "count": 2},
        )
    ]
    wrong = make(Packages, installed={"flask": {"semver": ">=4"}}, absent=["bash", "ms"], **where)
    for check in [*checks, wrong]:
        check.announce(students)
    for check in checks:
        check.run(students)
    with pytest.raises(Failure, match=re.escape("the version of the package flask is '3.0.1', expected")) as caught:
        wrong.run(students)
    assert "the package ms 2.1.3 (npm) is installed, and must not be" in caught.value.message


@pytest.mark.docker
def test_on_an_image_without_a_shell(tmp_path: Path) -> None:
    dockerfile = "FROM scratch\nCOPY base /var/lib/dpkg/status.d/base\n"
    with project_in(tmp_path, dockerfile, {"base": "Package: base-files\nVersion: 12.4+deb12u5\n"}) as project:
        make(Packages, manager="apt", installed={"base-files": {"semver": "12.x"}}, absent=["bash"]).run(project)
        with pytest.raises(Failure, match="curl is not installed") as caught:
            make(Packages, installed=["curl"]).run(project)
        assert "docker create --name look IMAGE x" in str(caught.value.reproduce)
