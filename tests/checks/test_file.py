from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.file import File
from grader.core.errors import Failure, Missing, Unmet
from grader.core.facts import Entry
from grader.core.specs import ContainerSpec
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_entry, make_image
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.sandbox.project import Project

TARGET = FakeTarget(
    files={
        "/run.sh": make_entry("/run.sh", mode=0o100755, uid=1000, gid=50, content=b"#!/bin/sh\necho h\xc3\xa9 \xff\n"),
        "/plain": b"text\n",
        "/empty": b"",
        "/dir": make_entry("/dir", mode=0o041777, content=None),
        "/link": make_entry("/link", mode=0o120777, link="/plain", content=None),
        "/dangling": make_entry("/dangling", mode=0o120777, link="/gone", content=None),
        "/pipe": make_entry("/pipe", mode=0o010644, content=None),
        "/bin/ls": b"",
        "/etc/passwd": b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:50::/app:/bin/sh\n",
        "/etc/group": b"root:x:0:\nweb:x:50:app\n",
        "/package.json": b'{"name": "site", "scripts": {"start": "node server.js"}}',
        "/config.yaml": b"server: {port: 3000}\n",
        "/lib/a.py": b"",
        "/lib/b.py": make_entry("/lib/b.py", mode=0o100755, uid=1000, gid=50),
        "/lib/c.pyc": b"",
        "/lib/sub": make_entry("/lib/sub", mode=0o040755, content=None),
        "/lib/sub/d.pyc": b"1234",
        "/lib/up": make_entry("/lib/up", mode=0o120777, link="../../x", content=None),
        "/lib/self": make_entry("/lib/self", mode=0o120777, link="self", content=None),
        "/lib/next": make_entry("/lib/next", mode=0o120777, link="sub/gone", content=None),
        "/big": make_entry("/big", content=b"x" * 1024, size=5000, truncated=True),
    }
)


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "/plain"},
        {"path": "/empty", "size": 0, "content": ""},
        {"path": "/gone", "exists": False},
        {"path": "/dangling"},
        {"path": "/dangling", "exists": False, "follow": True},
        {"path": "/plain", "type": "file", "mode": "0644", "executable": False},
        {"path": "/dir", "type": "directory", "mode": "1777"},
        {"path": "/dir", "mode": "rwxrwxrwt"},
        {"path": "/link", "type": "symlink", "link": "/plain"},
        {"path": "/link", "type": "file", "follow": True, "content": "text"},
        {"path": "/run.sh", "mode": "755", "owner": 1000, "executable": True},
        {"path": "/run.sh", "mode": "rwxr-xr-x", "owner": "1000:50"},
        {"path": "/run.sh", "content": {"starts_with": "#!/bin/sh"}},
        {"path": "/run.sh", "content": ["hé", "\ufffd"], "size": {"at_most": 100}},
        {"path": "/plain", "sha256": hashlib.sha256(b"text\n").hexdigest()},
        {"path": "/big", "size": 5000},
        {"path": "/run.sh", "mode": {"one_of": ["0700", "755"]}},
        {"path": "/run.sh", "mode": {"not": "rwxrwxrwx"}},
        {"path": "/run.sh", "mode": {"matches": "^07"}},
        {"path": "/run.sh", "owner": "app"},
        {"path": "/run.sh", "owner": "app:web"},
        {"path": "/run.sh", "owner": "1000:web", "type": "file"},
        {"path": "/run.sh", "owner": "app", "group": 50},
        {"path": "/run.sh", "group": "web"},
        {"path": "/package.json", "json": {"$.name": "site", "$.scripts.start": {"starts_with": "node"}}},
        {"path": "/config.yaml", "yaml": {"$.server.port": 3000}},
        {"glob": "/lib/*.py"},
        {"glob": "/lib/**/*.pyc", "count": 2},
        {"glob": "/lib/**", "type": "file", "count": {"at_most": 4}},
        {"glob": "/lib/*", "type": "directory", "count": 1, "mode": "0755"},
        {"glob": "/lib/**/*.js", "count": 0},
        {"glob": "/lib/*.txt", "exists": False},
        {"glob": "/lib/b*", "executable": True, "owner": "app:web", "size": 0},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(File, **fields), TARGET)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"path": "/gone"}, "/gone is not in the image"),
        (
            {"path": "/dangling", "follow": True},
            "/dangling is a symbolic link to /gone, and nothing can be reached there",
        ),
        (
            {"path": "/lib/next", "follow": True},
            "link to sub/gone, and nothing can be reached there (/lib/sub/gone) in",
        ),
        ({"path": "/lib/self", "follow": True}, "link to self, and so leads to itself"),
        ({"path": "/lib/up", "follow": True}, "and so leads out of the file system of the image"),
        ({"path": "/gone", "follow": True}, "/gone is not in the image"),
        ({"path": "/plain", "exists": False}, "/plain must not be in the image"),
        ({"path": "/pipe", "exists": False}, "/pipe must not be in the image"),
        ({"path": "/dir", "type": "file"}, "/dir has the type directory, expected file"),
        ({"path": "/plain", "mode": "0600"}, "/plain has the mode 0644, expected 0600"),
        ({"path": "/run.sh", "mode": "rwsr-Sr-T"}, "/run.sh has the mode 0755, expected 7744"),
        ({"path": "/run.sh", "owner": 0}, "/run.sh has the owner 1000, expected 0"),
        ({"path": "/run.sh", "owner": "1000:0"}, "/run.sh has the owner 1000:50, expected 1000:0"),
        ({"path": "/plain", "executable": True}, "/plain is not executable (its mode is 0644)"),
        ({"path": "/run.sh", "executable": False}, "/run.sh is executable"),
        ({"path": "/plain", "size": {"at_least": 6}}, "the size of /plain is 5, expected at least 6"),
        ({"path": "/link", "link": "plain"}, "the link /link is '/plain', expected 'plain'"),
        ({"path": "/plain", "link": "/x"}, "/plain is not a symbolic link"),
        ({"path": "/plain", "content": {"contains": "other"}}, "the content of /plain does not contain 'other'"),
        ({"path": "/dir", "content": "x"}, "/dir is a directory, which has no content"),
        ({"path": "/pipe", "content": "x"}, "/pipe is something that is no file"),
        ({"path": "/plain", "sha256": "0" * 64}, "/plain has another checksum"),
        ({"path": "/big", "content": {"not": {"contains": "y"}}}, "of its 5000 bytes only 1024 are read"),
        ({"path": "/big", "sha256": "0" * 64}, "too large to compare"),
        ({"path": "/big", "json": {"$": 1}}, "too large to compare"),
        (
            {"path": "/plain", "mode": {"one_of": ["0600", "0640"]}},
            "the mode of /plain is '0644', expected: equals '0600' or",
        ),
        ({"path": "/plain", "mode": {"not": "0644"}}, "the mode of /plain equals '0644', and should not"),
        ({"path": "/plain", "owner": "app"}, "/plain has the owner root, expected app"),
        ({"path": "/run.sh", "owner": "root:web"}, "/run.sh has the owner app:web, expected root:web"),
        ({"path": "/run.sh", "group": "root"}, "/run.sh has the group web, expected root"),
        ({"path": "/run.sh", "group": 0}, "/run.sh has the group 50, expected 0"),
        ({"path": "/plain", "owner": "ada:web"}, "there is no user ada: /etc/passwd has app, root"),
        ({"path": "/plain", "owner": "app:staff"}, "there is no group staff: /etc/group has root, web"),
        (
            {"path": "/package.json", "json": {"$.name": "x"}},
            "the content of /package.json at $.name is 'site', expected 'x'",
        ),
        (
            {"path": "/package.json", "json": {"$.name": "x", "$.main": "x", "$.scripts.start": {"contains": "node"}}},
            "the content of /package.json at $.name is 'site', expected 'x'; has nothing at $.main",
        ),
        ({"path": "/package.json", "json": {"$.main": "x"}}, "the content of /package.json has nothing at $.main"),
        ({"path": "/plain", "json": {"$.name": "x"}}, "the content of /plain is not JSON: text"),
        ({"path": "/config.yaml", "yaml": {"$.server.port": 80}}, "at $.server.port is 3000, expected 80"),
        ({"glob": "/lib/*.js"}, "no path in the image matches /lib/*.js"),
        ({"glob": "/lib/*.py", "type": "directory"}, "no directory in the image matches /lib/*.py"),
        (
            {"glob": "/lib/**/*.pyc", "exists": False},
            "may match /lib/**/*.pyc, but this does: /lib/c.pyc, /lib/sub/d.pyc",
        ),
        (
            {"glob": "/lib/**", "type": "file", "count": 1},
            "the number of files in the image that match /lib/** is 4, expected 1 (/lib/a.py, /lib/b.py, /lib/c.pyc",
        ),
        ({"glob": "/lib/**", "count": 0}, "(/lib/a.py, /lib/b.py, /lib/c.pyc, /lib/next, /lib/self and 3 more)"),
        (
            {"glob": "/none/*", "type": "directory", "count": 1},
            "the number of directories in the image that match /none/* is 0",
        ),
        ({"glob": "/lib/*.py", "executable": True}, "/lib/a.py is not executable (its mode is 0644)"),
        ({"glob": "/lib/**", "size": {"at_least": 1}}, "and 2 more"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    fails(make(File, **fields), TARGET, because)


def test_a_file_that_is_not_there_is_missing() -> None:
    assert isinstance(fails(make(File, path="/gone"), TARGET, "not in the image"), Missing)


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({"path": "/plain", "content": "x"}, "docker run --rm --entrypoint cat IMAGE /plain"),
        ({"path": "/plain", "mode": "0600"}, "docker run --rm --entrypoint ls IMAGE -lnd /plain"),
        ({"path": "/link", "follow": True, "owner": 7}, "docker run --rm --entrypoint ls IMAGE -lndL /link"),
        ({"path": "/a b"}, "docker run --rm --entrypoint ls IMAGE -lnd '/a b'"),
    ],
)
def test_says_how_to_see_it_oneself(fields: dict[str, Any], command: str) -> None:
    assert fails(make(File, **fields), TARGET, "/").reproduce == command


def test_says_how_to_see_it_without_a_shell() -> None:
    target = FakeTarget(files={"/app": b"x"})
    look = fails(make(File, path="/app", mode="0600", follow=True), target, "mode")
    assert look.reproduce == "docker create --name look IMAGE x && docker cp -L look:/app - | tar -tv; docker rm look"
    read = fails(make(File, path="/app", content="y"), target, "content")
    assert read.reproduce == "docker create --name look IMAGE x && docker cp look:/app - | tar -xO; docker rm look"


def test_says_how_to_see_what_matches() -> None:
    failure = fails(make(File, glob="/lib/a b/**/*.x"), TARGET, "no path")
    copy = "docker cp look:'/lib/a b' - | tar -tv"
    assert failure.reproduce == f"docker create --name look IMAGE x && {copy}; docker rm look"
    inside = make(File, glob="/lib/*", exists=False, **{"in": {"container": "web"}})
    failure = fails(inside, FakeTarget(inside={"/lib/x": b""}), "nothing in the container may match")
    assert failure.reproduce == "docker cp web:/lib - | tar -tv"
    assert failure.actual == "/lib/x"


def test_a_system_without_users() -> None:
    target = FakeTarget(files={"/app": b""})
    fails(make(File, path="/app", owner="app"), target, "there is no user app: there is no /etc/passwd")
    passes(make(File, path="/app", owner="0:0"), target)


def test_looks_into_a_container() -> None:
    target = FakeTarget(files={}, inside={"/note": b"hello\n"})
    check = make(File, path="/note", content="hello", **{"in": "main"})
    passes(check, target)
    check.announce(target)
    assert target.announced == []
    gone = fails(make(File, path="/gone", **{"in": "main"}), target, "/gone is not in the container")
    start = "docker run --rm --name main IMAGE\n# then, in a second terminal:\n"
    assert gone.reproduce == f"{start}docker cp main:/gone - | tar -tv"
    own = make(File, path="/note", content="bye", follow=True, **{"in": {"publishes": 3000}})
    other = fails(own, target, "the content of /note is 'hello', expected 'bye'")
    assert other.reproduce == "docker cp -L $(docker ps -aq -f publish=3000):/note - | tar -xO"


def test_lists_all_that_is_wrong() -> None:
    failure = fails(make(File, path="/plain", mode="0600", owner=5, content="x"), TARGET, "mode")
    assert len(failure.message.splitlines()) == 3


def test_announces_its_path() -> None:
    target = FakeTarget(files={})
    make(File, path="/a").announce(target)
    assert target.announced == ["/a"]
    make(File, glob="/a/**/b*").announce(target)
    assert target.announced_entries == [{"/a/**/b*": 0}]


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "give either a path or a glob"),
        ({"path": "app.py"}, "must be absolute"),
        ({"path": "/a", "mode": 493}, "write the mode in quotes"),
        ({"path": "/a", "mode": "rwx"}, "'rwx' is no mode: write four octal digits or nine letters"),
        ({"path": "/a/*.txt"}, "write a pattern as glob"),
        ({"path": "/a", "type": "directory", "content": "x"}, "only a file has content"),
        ({"glob": "/a*", "type": "symlink", "json": {"$.a": 1}}, "only a file has content"),
        ({"path": "/a", "type": "file", "link": "/b"}, "only a symlink has a link"),
        ({"path": "/a", "mode": {"one_of": ["0755", 493]}}, "write the mode in quotes"),
        ({"path": "/a", "owner": "a b"}, "write the owner as a name or a number"),
        ({"path": "/a", "owner": "a:b:c"}, "write the owner as a name or a number"),
        ({"path": "/a", "owner": True}, "write the owner as a name or a number"),
        ({"path": "/a", "group": "a:b"}, "write the group as a name or a number"),
        ({"path": "/a", "owner": "a:b", "group": "b"}, "owner names a group already"),
        ({"path": "/a", "json": {"name": "x"}}, "'name' is not a JSONPath"),
        ({"path": "/a", "glob": "/b*"}, "give either a path or a glob"),
        ({"path": "/a", "count": 1}, "count goes with glob"),
        ({"glob": "/a"}, "has no wildcard in it"),
        ({"glob": "a*"}, "must be absolute"),
        ({"glob": "/a**"}, "must stand alone"),
        ({"glob": "/a*", "sha256": "0" * 64}, "are about one file"),
        ({"glob": "/a*", "follow": True}, "are about one file"),
        ({"glob": "/a*", "exists": False, "count": 1}, "excludes all that says"),
        ({"path": "/a", "sha256": "abc"}, "should match pattern"),
        ({"path": "/a", "exists": False, "content": "x"}, "excludes all that says"),
        ({"path": "/a", "exists": False, "executable": False}, "excludes all that says"),
        ({"path": "/a", "follow": True, "link": "/b"}, "the link itself is not looked at"),
        ({"path": "/a", "follow": True, "type": "symlink"}, "the link itself is not looked at"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(File, because, **fields)


def test_is_skipped_without_an_image() -> None:
    with pytest.raises(Unmet):
        make(File, path="/a").run(FakeTarget())


def test_a_type_of_its_own_is_named() -> None:
    assert isinstance(TARGET.entry("/pipe"), Entry)
    assert fails(make(File, path="/pipe", type="file"), TARGET, "has the type other").actual == "other"


STUDENTS = """\
FROM busybox:1
RUN echo app:x:1000:1000::/home/app:/bin/sh >> /etc/passwd && echo app:x:1000: >> /etc/group \\
 && mkdir -p /home/app /app/pkg/__pycache__ && chown app:app /home/app && cd /app \\
 && echo '{"name": "site", "port": 3000}' > package.json && touch pkg/a.py pkg/__pycache__/a.pyc \\
 && chown -R app:app /app && chmod 0640 package.json \\
 && ln -s package.json link && ln -s gone dangling && ln -s pkg current && ln -s ../../outside out
"""


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    spec = ContainerSpec(command=("sleep", "600"))
    with project_in(tmp_path_factory.mktemp("students"), STUDENTS, main=spec) as project:
        yield project


@pytest.mark.docker
@pytest.mark.parametrize("where", [{}, {"in": "main"}])
def test_on_an_image_and_in_a_container(students: Project, where: dict[str, Any]) -> None:
    for good in (
        {
            "path": "/app/package.json",
            "owner": "app:app",
            "mode": {"one_of": ["0640", "0600"]},
            "json": {"$.port": 3000},
        },
        {"path": "/app/link", "follow": True, "yaml": {"$.name": "site"}},
        {"path": "/app/current/a.py", "type": "file"},
        {"path": "/app/dangling", "exists": False, "follow": True},
        {"glob": "/app/**/*.pyc", "count": {"at_most": 1}, "owner": "app"},
        {"glob": "/app/current/*", "count": 2},
        {"glob": "/home/*", "type": "directory", "group": "app"},
        {"glob": "/app/*.js", "exists": False},
    ):
        make(File, **good, **where).run(students)
    place = "container" if where else "image"
    for bad, because in (
        ({"path": "/app/dangling", "follow": True}, "/app/dangling is a symbolic link to gone, and nothing can be"),
        ({"path": "/app/out", "follow": True}, f"so leads out of the file system of the {place}"),
        ({"path": "/app", "owner": "web"}, "there is no user web: /etc/passwd has app,"),
        ({"path": "/app", "owner": "root:app"}, "/app has the owner app:app, expected root:app"),
        ({"glob": "/app/**/*.pyc", "exists": False}, "but this does: /app/pkg/__pycache__/a.pyc"),
        ({"path": "/app/package.json", "json": {"$.port": 80}}, "at $.port is 3000, expected 80"),
    ):
        with pytest.raises(Failure, match=re.escape(because)):
            make(File, **bad, **where).run(students)


@pytest.mark.docker
def test_on_an_image_with_nothing_else_in_it(tmp_path: Path) -> None:
    dockerfile = "FROM scratch\nCOPY --chown=7:8 --chmod=0555 app /srv/app\nWORKDIR /srv\n"
    with project_in(tmp_path, dockerfile, {"app": b"\x7fELF"}) as project:
        make(File, path="/srv/app", owner="7:8", mode="0555", executable=True, size=4).run(project)
        make(File, glob="/**", type="file", count=1).run(project)
        make(File, glob="**/*.pyc", exists=False).run(project)
        with pytest.raises(Failure, match="there is no user app: there is no /etc/passwd") as caught:
            make(File, path="/srv/app", owner="app").run(project)
    command = "docker create --name look IMAGE x && docker cp look:/srv/app - | tar -tv; docker rm look"
    assert caught.value.reproduce == command


def test_content_of_all_that_a_pattern_finds() -> None:
    target = FakeTarget(files={"/a/one": b"red\n", "/a/two": b"blue\n", "/a/b": make_entry("/a/b", mode=0o040755)})
    passes(make(File, glob="/a/*", type="file", content={"matches": "red|blue"}), target)
    fails(make(File, glob="/a/*", type="file", content="red"), target, "the content of /a/two is 'blue")


@pytest.mark.parametrize("name", ["md5", "sha256", "sha512"])
def test_checksums(name: str) -> None:
    good = hashlib.new(name, b"text\n", usedforsecurity=False).hexdigest()
    passes(make(File, path="/plain", **{name: good}), TARGET)
    failure = fails(make(File, path="/plain", **{name: "0" * len(good)}), TARGET, "/plain has another checksum")
    assert failure.actual == good


def test_a_path_by_a_variable() -> None:
    target = FakeTarget(files={"/app/a": b""}, image=make_image(env={"HOME": "/app"}))
    passes(make(File, path="$HOME/a", expand_env=True), target)
    fails(make(File, path="${HOME}/b", expand_env=True), target, "/app/b is not in the image")
    refuses(File, "needs expand_env", path="$HOME/a")
    refuses(File, "leave out in", path="$HOME/a", expand_env=True, **{"in": "main"})
