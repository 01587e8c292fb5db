"""A table of git addresses, and clones of strangers' repositories."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from grader.batch.sources import _clone, read
from grader.batch.sources._address import PROTOCOLS
from grader.batch.sources._clone import Bounds, CannotClone, Wanted, clone, clone_all
from grader.core.errors import SandboxError, UsageError
from grader.core.process import Finished, run
from tests.support.sources import DOCKERFILE, by, git, names, repository, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.batch.sources import Reading


@pytest.fixture(autouse=True)
def _local(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PROTOCOLS, "https:ssh:file")
    monkeypatch.setenv("HOME", str(tmp_path))


def table(tmp_path: Path, work: Path, text: str, layout: str = "auto") -> Reading:
    path = tmp_path / "class.csv"
    path.write_text(text.replace("HERE", f"file://{tmp_path}"), encoding="utf-8")
    return read([path], layout, work=work)


def test_every_row_is_a_hand_in(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "ada")
    repository(tmp_path / "grace", {"compose.yaml": ""}, at="2026-03-02T00:00:00Z")
    reading = table(
        tmp_path,
        work,
        "Name;E-mail;GitHub username;Clone URL;Exercise\n"
        "Ada Lovelace;ada@example.org;ada;HERE/ada;1.7\n"
        ";;grace;HERE/grace;\n;;;;\n",
    )
    assert reading.said == ("class.csv: a table of git addresses (2 submissions), it has a column of addresses",)
    ada, grace = by(reading, "login")["ada"], by(reading, "login")["grace"]
    assert ada.who == {"name": "Ada Lovelace", "email": "ada@example.org", "login": "ada"}
    assert (ada.exercise, grace.exercise) == ("1.7", None)
    assert names(ada.path)[-1] == "Dockerfile"
    assert (ada.received_at, ada.received_by) == (datetime(2026, 3, 1, 19, 59, 59, tzinfo=UTC), "commit")
    assert grace.received_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_branches_tags_and_commits(tmp_path: Path, work: Path) -> None:
    ada = repository(tmp_path / "ada")
    first = git(ada, "rev-parse", "HEAD")
    git(ada, "tag", "v1")
    git(ada, "checkout", "--quiet", "-b", "topic/x")
    write(ada, {"later": ""})
    git(ada, "add", "later")
    git(ada, "commit", "--quiet", "--message=x")
    git(ada, "checkout", "--quiet", "main")
    rows = f"t,HERE/ada,topic/x\nv,HERE/ada,v1\nc,HERE/ada,{first}\nn,HERE/ada,nowhere\no,HERE/ada,--upload-pack=x\n"
    people = by(table(tmp_path, work, f"student,repo,ref\n{rows}"))
    assert (people["t"].path / "later").exists()
    for name in ("v", "c"):
        assert not (people[name].path / "later").exists()
    assert "couldn't find remote ref nowhere" in (people["n"].problem or "")
    assert "can't be the name" in (people["o"].problem or "")


def test_what_cannot_be_cloned_is_listed(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "empty", {})
    reading = table(
        tmp_path,
        work,
        "id,url\n1,HERE/nobody\n2,HERE/empty\n3,\n4,ext::sh -c touch% /tmp/x\n5,http://x:ghp_1@github.com/a/b\n",
    )
    problems = {key: found.problem or "" for key, found in by(reading, "id").items()}
    assert problems["1"].startswith("it can't be cloned: fatal:")
    assert problems["2"] == "the repository has no commits"
    assert problems["3"] == "the table has no address in this row"
    assert problems["4"] == "it is not the address of a git repository"
    assert problems["5"] == "only addresses with https or ssh or file are cloned, not with http"
    assert by(reading, "id")["5"].label == "http://github.com/a/b"
    assert "ghp_1" not in repr(reading)
    assert "5 of which can't be graded" in reading.said[0]


def test_local_repositories_are_not_for_students_to_name(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PROTOCOLS)
    repository(tmp_path / "solutions")
    [found] = table(tmp_path, work, "id,url\n1,HERE/solutions\n").found
    assert found.problem == "only addresses with https or ssh are cloned, not with file"


def test_a_team_is_cloned_once(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "team")
    people = by(table(tmp_path, work, "id,url\nada,HERE/team\ngrace,HERE/team\n"), "id")
    assert people["ada"].path == people["grace"].path


def test_times_of_the_table_count_if_they_have_a_zone(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "ada")
    rows = "1,HERE/ada,2026-05-01T12:00:00+03:00\n2,HERE/ada,2026-05-01 12:00:00\n3,HERE/ada,2026-05-01 12:00:00 UTC\n"
    people = by(table(tmp_path, work, f"roster_identifier,student_repository_url,submission_timestamp\n{rows}"), "id")
    assert (people["1"].received_at, people["1"].received_by) == (datetime(2026, 5, 1, 9, tzinfo=UTC), "source")
    assert people["2"].received_by == "commit"
    assert people["3"].received_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_an_unnamed_student_is_the_owner(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "adalovelace" / "docker")
    [found] = table(tmp_path, work, "url\nHERE/adalovelace/docker\n").found
    assert found.who == {"login": "adalovelace"}
    assert "named after the owner" in found.notes[0]


def test_a_table_without_addresses(tmp_path: Path, work: Path) -> None:
    with pytest.raises(UsageError, match="no column with addresses; its columns are 'name', 'points'"):
        table(tmp_path, work, "name,points\nada,1\n", "urls")
    with pytest.raises(UsageError, match="neither a folder, a zip or tar, nor a table"):
        table(tmp_path, work, "name,points\nada,1\n")


def test_nothing_of_a_repository_runs(tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = write(tmp_path / "template" / "hooks", {"post-checkout": f"#!/bin/sh\ntouch {tmp_path}/pwned\n"})
    (evil / "post-checkout").chmod(0o755)
    settings = f'[init]\n\ttemplateDir = {evil.parent}\n[filter "evil"]\n\tsmudge = cat\n'
    write(tmp_path, {".gitconfig": settings})
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(evil.parent))
    repository(tmp_path / "sub")
    files = {
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = file://{tmp_path}/sub\n',
        ".gitattributes": "* filter=lfs\n",
    }
    ada = repository(tmp_path / "ada", files)
    git(
        ada, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--force", f"file://{tmp_path}/sub", "x"
    )
    git(ada, "commit", "--quiet", "--message=x")
    (ada / ".git" / "hooks").mkdir(exist_ok=True)
    [found] = table(tmp_path, work, "id,url\n1,HERE/ada\n").found
    assert found.problem is None
    assert found.notes == ("the folder 'x' is a submodule, and empty",)
    assert not (tmp_path / "pwned").exists()
    assert not (found.path / ".git" / "hooks").exists()


def test_links_of_a_repository_stay_links(tmp_path: Path, work: Path) -> None:
    ada = write(tmp_path / "ada", {"Dockerfile": DOCKERFILE})
    (ada / "passwd").symlink_to("/etc/passwd")
    repository(ada)
    [found] = table(tmp_path, work, "id,url\n1,HERE/ada\n").found
    assert (found.path / "passwd").is_symlink()


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (Bounds(bytes=200_000), "larger than 195.3 KiB"),
        (Bounds(files=60), "more than 60 files"),
        (Bounds(seconds=0.0), "not cloned within 0 s"),
    ],
)
def test_bounds(tmp_path: Path, work: Path, bounds: Bounds, why: str) -> None:
    files = {f"many/{number}": "" for number in range(100)} | {"large": "0" * 1_000_000}
    repository(tmp_path / "ada", files)
    with pytest.raises(CannotClone, match=why):
        clone(Wanted(f"file://{tmp_path}/ada"), work / "clone", bounds)
    assert not (work / "clone").exists()


def test_an_interrupt_starts_nothing_new(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "ada")
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(CannotClone, match="interrupted"):
        clone(Wanted(f"file://{tmp_path}/ada"), work / "clone", Bounds(), stopped.is_set)


def test_a_ctrl_c_ends_what_runs(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, ended = threading.Event(), threading.Event()

    def one(wanted: Wanted, _into: Path, _bounds: Bounds, stopped: Callable[[], bool]) -> Path:
        if wanted.url == "first":
            assert started.wait(60)
            raise KeyboardInterrupt
        started.set()
        while not stopped():
            ended.wait(0.01)
        ended.set()
        raise CannotClone("stopped")

    monkeypatch.setattr(_clone, "clone", one)
    with pytest.raises(KeyboardInterrupt):
        clone_all([Wanted("first"), Wanted("second")], work)
    assert ended.is_set()


def test_tokens_are_on_no_command_line(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def watch(argv: list[str], **options: Any) -> Finished:
        seen.extend(argv)
        return run(argv, **options)

    monkeypatch.setattr(_clone, "run", watch)
    with pytest.raises(CannotClone) as caught:
        clone(Wanted("https://ada:ghp_secret@127.0.0.1:9/ada/docker"), work / "clone", Bounds())
    assert "127.0.0.1" in " ".join(seen)
    assert "ghp_secret" not in " ".join([*seen, str(caught.value)])


def test_tokens_reach_the_server_and_nobody_else(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROTOCOLS, "http")
    asked: list[tuple[str, str | None]] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(CannotClone, match="403") as caught:
            clone(Wanted(f"http://ada:pass@127.0.0.1:{server.server_port}/ada/docker"), work / "clone", Bounds())
        server.shutdown()
    assert asked == [("/ada/docker/info/refs?service=git-upload-pack", "Basic YWRhOnBhc3M=")]
    assert "pass" not in str(caught.value)


def test_without_git(tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="git isn't installed"):
        table(tmp_path, work, "id,url\n1,HERE/ada\n")
