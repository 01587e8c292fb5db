"""Files of an image, read without running anything in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from grader.core import clock
from grader.core.errors import Failure, TimedOut
from grader.core.specs import BuildSpec
from grader.sandbox import build as builder
from grader.sandbox import trees
from grader.sandbox.archives import MAX_CONTENT
from grader.sandbox.containers import OurContainer
from grader.sandbox.files import ContainerFiles, ImageFiles
from tests.support.engine import ledger_in, watching, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.core.facts import Entry
    from grader.sandbox.ledger import Ledger

pytestmark = pytest.mark.docker

DOCKERFILE = """\
FROM busybox:1
RUN mkdir -p /app/sub /data/deep/er /run/real && cd /app \
 && echo one > a && echo two > b && echo three > sub/c && ln a hard && chmod 4755 b && chown 5:6 a \
 && ln -s a near && ln -s ../data/far far && echo far > /data/far && ln -s /etc/passwd out \
 && ln -s loop1 loop2 && ln -s loop2 loop1 && ln -s nowhere dangling && ln -s ../../../../etc/hostname up \
 && ln -s /data/deep/er folder && ln -s ../sibling /data/deep/er/link && echo sibling > /data/deep/sibling \
 && mkfifo pipe && head -c 3000000 /dev/zero > /data/big && mkdir /many \
 && ln -s a chain1 && ln -s chain1 chain2 && i=0; while [ $i -lt 300 ]; do echo $i > /many/$i; i=$((i+1)); done
VOLUME /volume /etc
WORKDIR /gone
RUN rmdir /gone && touch /gone
CMD ["/gone"]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, str]]:
    folder = write(tmp_path_factory.mktemp("files"), {"Dockerfile": DOCKERFILE})
    with ledger_in(folder) as ledger:
        build = builder.build(ledger, folder, folder / "Dockerfile", BuildSpec(), namespace="")
        assert build.image is not None, build.failure
        yield ledger, build.image


@pytest.fixture
def files(built: tuple[Ledger, str], monkeypatch: pytest.MonkeyPatch) -> ImageFiles:
    """Give the files, with requests counted in `requests`."""
    ledger, image = built
    asked: list[str] = []
    real = ledger.engine.api.get_archive

    def counting(container: str, path: str) -> Any:
        asked.append(path)
        return real(container, path)

    monkeypatch.setattr(ledger.engine.api, "get_archive", counting)
    found = ImageFiles(ledger, lambda: image)
    found.requests = asked  # type: ignore[attr-defined]
    return found


def content(entry: Entry | None) -> bytes | None:
    assert entry is not None
    return entry.content


def test_a_file(files: ImageFiles) -> None:
    entry = files.entry("/app/a")
    assert entry is not None
    assert (entry.type, entry.mode & 0o7777, entry.uid, entry.gid, entry.size) == ("file", 0o644, 5, 6, 4)
    assert content(entry) == b"one\n"
    other = files.entry("app//b/")
    assert other is not None
    assert other.mode & 0o7777 == 0o4755


@pytest.mark.parametrize(
    ("path", "kind"), [("/app", "directory"), ("/", "directory"), ("/app/near", "symlink"), ("/app/pipe", "other")]
)
def test_other_things(files: ImageFiles, path: str, kind: str) -> None:
    entry = files.entry(path)
    assert entry is not None
    assert entry.type == kind
    assert entry.content is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/app/near", b"one\n"),
        ("/app/far", b"far\n"),
        ("/app/chain2", b"one\n"),
        ("/app/folder/link", b"sibling\n"),
        ("/app/hard", b"one\n"),
    ],
)
def test_links_are_followed_within_the_image(files: ImageFiles, path: str, expected: bytes) -> None:
    assert content(files.entry(path, follow=True)) == expected


def test_links_never_lead_to_the_host(files: ImageFiles) -> None:
    entry = files.entry("/app/out", follow=True)
    assert entry is not None
    assert b"root" in (entry.content or b"")
    assert entry.path == "/etc/passwd"
    found = files.entry("/app/up", follow=True)
    assert found is None or found.path == "/etc/hostname"


@pytest.mark.parametrize(
    "path", ["/app/loop1", "/app/dangling", "/missing", "/missing/too", "/app/a/below", "/" + "x" * 300]
)
def test_what_is_not_there(files: ImageFiles, path: str) -> None:
    assert files.entry(path, follow=True) is None


def test_a_link_is_not_followed_unasked(files: ImageFiles) -> None:
    entry = files.entry("/app/far")
    assert entry is not None
    assert entry.link == "../data/far"


def test_a_long_file_is_cut(files: ImageFiles) -> None:
    entry = files.entry("/data/big")
    assert entry is not None
    assert (entry.size, entry.truncated, len(entry.content or b"")) == (3_000_000, True, MAX_CONTENT)


def test_one_request_serves_a_folder(files: ImageFiles) -> None:
    paths = ["/app/a", "/app/b", "/app/sub/c", "/app/missing"]
    for path in paths:
        files.announce(path)
    assert [content(files.entry(path)) for path in paths[:3]] == [b"one\n", b"two\n", b"three\n"]
    assert files.entry("/app/missing") is None
    assert content(files.entry("/app/hard")) == b"one\n"
    asked: list[str] = files.requests  # type: ignore[attr-defined]
    assert asked[0] == "/app"
    assert "/app/a" not in asked
    assert len(asked) <= 3  # the second name of a file, and what may have stood behind it


def test_a_large_folder_costs_one_request_too(files: ImageFiles) -> None:
    for number in range(300):
        files.announce(f"/many/{number}")
    assert [content(files.entry(f"/many/{number}")) for number in range(300)] == [b"%d\n" % n for n in range(300)]
    assert files.entry("/many/300") is None
    assert files.requests == ["/many"]  # type: ignore[attr-defined]


def test_a_folder_too_large_for_one_request(files: ImageFiles) -> None:
    files.announce("/data/far")
    files.announce("/data/big")
    assert content(files.entry("/data/far")) == b"far\n"
    big = files.entry("/data/big")
    assert big is not None
    assert big.truncated


def test_a_folder_that_is_a_link(files: ImageFiles) -> None:
    files.announce("/app/folder/link")
    files.announce("/app/folder/other")
    assert content(files.entry("/app/folder/link", follow=True)) == b"sibling\n"
    assert files.entry("/app/folder/other") is None


def found(files: ImageFiles, pattern: str, keep: int = 0) -> list[str]:
    return [entry.path for entry in files.entries({pattern: keep})[pattern]]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("/app/?", ["/app/a", "/app/b"]),
        ("/app/**/c", ["/app/sub/c"]),
        ("/app/[!a-z]*", []),
        (
            "/data/**",
            ["/data/big", "/data/deep", "/data/deep/er", "/data/deep/er/link", "/data/deep/sibling", "/data/far"],
        ),
        ("**/sibling", ["/data/deep/sibling"]),
        ("/app/folder/*", ["/app/folder/link"]),  # the folder before the wildcard may be a link
        ("/*/folder/*", []),  # after one, links are not followed
        ("/app/loop1/*", []),
        ("/missing/**", []),
        ("/app/a/*", []),
        ("/app/b", ["/app/b"]),
        ("/app/near", ["/app/near"]),
    ],
)
def test_patterns(files: ImageFiles, pattern: str, paths: list[str]) -> None:
    assert found(files, pattern) == paths


def test_what_the_engine_adds_is_not_the_images(files: ImageFiles) -> None:
    everything = found(files, "/**")
    assert "/app/a" in everything
    assert "/etc/passwd" in everything
    added = ("/.dockerenv", "/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/mtab", "/etc/resolv.conf")
    assert [path for path in everything if path.startswith(added)] == []


def test_attributes_of_what_is_found(files: ImageFiles) -> None:
    [a] = files.entries({"/app/[a]": 3})["/app/[a]"]
    assert (a.type, a.mode & 0o7777, a.uid, a.size, a.content, a.truncated) == ("file", 0o644, 5, 4, b"one", True)
    [bare] = files.entries({"/app/[a]": 0})["/app/[a]"]
    assert (bare.content, bare.truncated) == (None, False)
    [hard] = files.entries({"/app/hard*": 100})["/app/hard*"]
    assert (hard.size, hard.content) == (4, b"one\n")
    [hard] = files.entries({"/app/hard*": 0})["/app/hard*"]
    assert hard.size == 4
    [link] = files.entries({"/app/fa?": 0})["/app/fa?"]
    assert link.link == "../data/far"


def test_one_request_serves_all_patterns_in_a_folder(files: ImageFiles) -> None:
    wishes = [("/app/**/c", 10), ("/app/sub/*", 0), ("/app/folder/*", 0)]
    for pattern, keep in wishes:
        files.announce_entries({pattern: keep})
    assert [found(files, *wish) for wish in wishes[:2] * 2] == [["/app/sub/c"]] * 4
    assert files.requests == ["/app"]  # type: ignore[attr-defined]
    # A folder behind a link is elsewhere.
    assert found(files, *wishes[2]) == ["/app/folder/link"]


def test_more_than_can_be_looked_at(files: ImageFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_ENTRIES", 200)
    monkeypatch.setattr(trees, "MAX_KEPT", 1000)
    files.announce_entries({"/many/1*": 0, "/data/*": 5000})
    with pytest.raises(Failure, match="more than 200 paths match /many/\\*"):
        files.entries({"/many/*": 0})
    assert len(found(files, "/many/1*")) == 111
    with pytest.raises(Failure, match="larger than can be looked at"):
        files.entries({"/data/*": 5000})


def test_an_image_with_volumes_leaves_none(built: tuple[Ledger, str], tmp_path: Path) -> None:
    _, image = built
    with watching() as watch:
        with ledger_in(tmp_path) as ledger:
            assert content(ImageFiles(ledger, lambda: image).entry("/etc/passwd")) is not None
            attempt = ledger.attempt
        assert watch.nothing_left(attempt)
        assert len(watch.made(attempt)) == 1


NOTES = "mkdir /n && echo one > /n/a && ln -s a /n/link && ln -s /etc/hostname /n/up && i=0 && "
COUNT = "while :; do i=$((i+1)); echo $i > /n/count; done"


@pytest.fixture
def running(built: tuple[Ledger, str]) -> Iterator[OurContainer]:
    config = {"Image": "busybox:1", "Cmd": ["sh", "-c", NOTES + COUNT], "HostConfig": {"NetworkMode": "none"}}
    container = OurContainer(built[0], config)
    try:
        yield container
    finally:
        container.remove()


def test_files_of_a_container(built: tuple[Ledger, str], running: OurContainer) -> None:
    files = ContainerFiles(built[0].engine, running.id)
    assert files.entry("/n/a") is None  # it was not started yet
    running.start()
    eventually(lambda: files.entry("/n/count") is not None)
    assert content(files.entry("/n/a")) == b"one\n"
    assert content(files.entry("/n/link", follow=True)) == b"one\n"
    assert files.entry("/gone") is None
    up = files.entry("/n/up", follow=True)
    assert up is not None
    assert running.id[:12].encode() in (up.content or b"")
    before = content(files.entry("/n/count"))
    eventually(lambda: content(files.entry("/n/count")) != before)  # it goes on
    assert [entry.path for entry in files.entries({"/n/[al]*": 0})["/n/[al]*"]] == ["/n/a", "/n/link"]
    running.signal("KILL")
    assert running.wait(5)
    assert content(files.entry("/n/a")) == b"one\n"


def test_a_container_stands_still_while_it_is_read(
    built: tuple[Ledger, str], running: OurContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = built[0].engine.api
    seen: list[str] = []
    real = api.get_archive

    def looking(container: str, path: str) -> Any:
        seen.append(running.state().status)
        return real(container, path)

    monkeypatch.setattr(api, "get_archive", looking)
    running.start()
    ContainerFiles(built[0].engine, running.id).entry("/n", follow=True)
    assert (set(seen), running.state().status) == ({"paused"}, "running")
    api.pause(running.id)  # as a student's own `docker pause` leaves it
    ContainerFiles(built[0].engine, running.id).entry("/n")
    assert running.state().status == "paused"


def test_a_container_goes_on_after_a_failure(built: tuple[Ledger, str], running: OurContainer) -> None:
    running.start()
    with pytest.raises(TimedOut), clock.limit(0.0, "no time at all"):
        ContainerFiles(built[0].engine, running.id).entry("/bin")
    assert running.state().status == "running"


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
