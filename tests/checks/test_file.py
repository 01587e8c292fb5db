from __future__ import annotations

import hashlib
from typing import Any

import pytest

from grader.checks.file import File
from grader.core.errors import Missing, Unmet
from grader.core.facts import Entry
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_entry
from tests.support.fakes import FakeTarget

TARGET = FakeTarget(
    files={
        "/run.sh": make_entry("/run.sh", mode=0o100755, uid=1000, gid=50, content=b"#!/bin/sh\necho h\xc3\xa9 \xff\n"),
        "/plain": b"text\n",
        "/empty": b"",
        "/dir": make_entry("/dir", mode=0o041777, content=None),
        "/link": make_entry("/link", mode=0o120777, link="/plain", content=None),
        "/dangling": make_entry("/dangling", mode=0o120777, link="/gone", content=None),
        "/pipe": make_entry("/pipe", mode=0o010644, content=None),
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
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(File, **fields), TARGET)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"path": "/gone"}, "/gone is not in the image"),
        ({"path": "/dangling", "follow": True}, "/dangling is not in the image"),
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


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "path"),
        ({"path": "app.py"}, "must be absolute"),
        ({"path": "/a", "mode": 493}, "write the mode in quotes"),
        ({"path": "/a", "mode": "rwx"}, "write the mode in quotes"),
        ({"path": "/a", "owner": "root"}, "write the owner in numbers"),
        ({"path": "/a", "owner": True}, "write the owner in numbers"),
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
