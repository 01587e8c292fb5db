"""Imported files of goss, and that tool, on the same image: the verdicts must be the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.errors import UsageError
from grader.exercise.importing import convert
from grader.exercise.load import load
from tests.support.importing import FILES as FOLDER
from tests.support.importing import built, files, imported, name, notes, ours, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES: Final = files("goss")


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    with built() as tag:
        yield tag


@contextmanager
def running(image: str) -> Iterator[str]:
    """Run the image with goss and the files put in, as dgoss does."""
    goss = shutil.which("goss")
    assert goss is not None
    container = f"grader-test-importing-{uuid.uuid4().hex[:12]}"
    mounts = [f"--volume={goss}:/goss:ro", f"--volume={FOLDER / 'goss'}:/files:ro"]
    subprocess.run(["docker", "run", "--detach", "--name", container, *mounts, image], check=True, capture_output=True)
    try:
        yield container
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", container], check=True, capture_output=True)


def by_goss(path: Path, image: str) -> list[tuple[str, bool]]:
    """Run goss in a container; gives its resources by title or name, each with whether all of it held."""
    with running(image) as container:
        base = ["docker", "exec", container, "/goss", "--gossfile", f"/files/{path.name}", "validate"]
        # It answers once the server listens; until then, some results differ.
        wait = ["docker", "exec", container, "python3", "-c", _WAIT]
        subprocess.run(wait, check=True, capture_output=True, timeout=30)
        done = subprocess.run([*base, "--format", "json"], check=False, capture_output=True, text=True, timeout=60)
    found: dict[str, bool] = {}
    for result in json.loads(done.stdout)["results"]:
        # A skipped property of a resource that must not exist is no failure.
        # A resource with another name than its key has both.
        title = result["title"] or result["resource-id"].partition(": ")[0]
        found[title] = found.get(title, True) and (bool(result["successful"]) or bool(result["skipped"]))
    return sorted(found.items())


_WAIT: Final = """\
import socket, time
for _ in range(200):
    try:
        socket.create_connection(("127.0.0.1", 3000), 1).close()
        break
    except OSError:
        time.sleep(0.05)
"""


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_file_makes_an_exercise(path: Path, tmp_path: Path) -> None:
    assert load(imported(path, tmp_path)).max_score > 0


def test_what_is_usual_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "goss.yaml"
    asked = "'http://localhost:80/': {status: 200}, 'http://localhost:80/x': {status: 404, method: POST}"
    path.write_text(f"http: {{{asked}}}")
    usual, other = convert(path).checks
    assert {"method", "status", "path"}.isdisjoint(usual)
    assert (other["method"], other["status"], other["path"]) == ("POST", {"equals": 404}, "/x")


@pytest.mark.docker
@pytest.mark.skipif(shutil.which("goss") is None, reason="goss is not installed")
@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_same_as_goss(path: Path, tmp_path: Path, image: str) -> None:
    left_out = {"localhost", "skipped", "a value", "a value: {}"}
    theirs = [(title, passed) for title, passed in by_goss(path, image) if title not in left_out]
    assert sorted((_plain(title), passed) for title, passed in ours(imported(path, tmp_path))) == theirs


def _plain(title: str) -> str:
    for word in ("User ", "Group ", "Package ", "Process ", "Port ", "Mount ", "KernelParam ", "Interface "):
        title = title.removeprefix(word)
    return title


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("dns: {localhost: {resolvable: true}}", "dns.localhost: left out"),
        ("service: {nginx: {running: true}}", "a container has no service manager"),
        ("interface: {eth0: {exists: true, addrs: [1.2.3.4/8]}}", "interface.eth0.addrs: left out"),
        ("mount: {/: {exists: true, usage: {lt: 90}}}", "mount./.usage: left out"),
        ("mount: {/: {exists: true, opts: {contain-element: rw}}}", "the matcher contain-element of a mount"),
        ("matching: {a: {content: 3, matches: {gt: 4}}}", "it does not hold"),
        ("file: {/b: {exists: true, skip: true}}", "the file says `skip`"),
        ("file: {/b: {exists: true, contents: {xml: {a: b}}}}", "there is no counterpart for the matcher xml"),
        ("file: {/b: {exists: true, colour: red}}", "file./b.colour: unknown field"),
        ("command: {b: {exit-status: 0, retry_count: 3}}", "write `within`"),
        ("addr: {'tcp://example.org:80': {reachable: true}}", "students' work has no network"),
        ("http: {'http://example.org/': {status: 200}}", "only servers in the container itself"),
        ("package: {a: {installed: true, versions: {have-len: 2}}}", "only a list of versions"),
    ],
)
def test_what_goss_asks_beyond_is_noted(tmp_path: Path, text: str, note: str) -> None:
    assert any(note in one for one in notes(tmp_path, f"user: {{root: {{exists: true}}}}\n{text}\n"))


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="include each other too deep"):
        convert(written(tmp_path, "gossfile: {given.yaml: {}}\n"))
