"""Reading repositories that students have had in their hands."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from grader.batch.sources import _commits
from tests.support.sources import git, repository, write

if TYPE_CHECKING:
    from pathlib import Path

MADE = datetime(2026, 3, 1, 19, 59, 59, tzinfo=UTC)


def at(folder: Path, work: Path) -> datetime | None:
    head = _commits.head(folder, work)
    return head.at if head is not None else None


def test_the_committer_decides_and_not_the_author(tmp_path: Path, work: Path) -> None:
    assert at(repository(tmp_path / "ada"), work) == MADE


def test_branches_packed_refs_and_no_branch_at_all(tmp_path: Path, work: Path) -> None:
    ada = repository(tmp_path / "ada")
    git(ada, "checkout", "--quiet", "-b", "topic/1")
    git(ada, "commit", "--quiet", "--allow-empty", "--message=x", at="2026-04-01T00:00:00-0930")
    git(ada, "pack-refs", "--all")
    git(ada, "gc", "--quiet")
    later = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
    assert at(ada, work) == later
    git(ada, "checkout", "--quiet", "--detach", "main")
    assert at(ada, work) == MADE


def test_a_clone_tells_the_same(tmp_path: Path, work: Path) -> None:
    repository(tmp_path / "ada")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}/ada", "clone")
    assert at(tmp_path / "clone", work) == MADE
    assert _commits.remote(tmp_path / "clone") == f"file://{tmp_path}/ada"


def test_repositories_with_longer_ids(tmp_path: Path, work: Path) -> None:
    ada = write(tmp_path / "ada", {"x": ""})
    git(ada, "init", "--quiet", "--object-format=sha256")
    git(ada, "add", "x")
    git(ada, "commit", "--quiet", "--message=x")
    assert at(ada, work) == MADE


@pytest.mark.parametrize(
    "settings",
    [
        '[log]\n\tshowSignature = true\n[gpg]\n\tprogram = "{evil}"\n',
        '[core]\n\tfsmonitor = "{evil}"\n\tpager = "{evil}"\n\tsshCommand = "{evil}"\n',
        '[include]\n\tpath = "{evil}"\n[core]\n\trepositoryformatversion = 99\n',
    ],
)
def test_nothing_that_a_repository_names_is_run(tmp_path: Path, work: Path, settings: str) -> None:
    ada = repository(tmp_path / "ada")
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    evil.chmod(0o755)
    with (ada / ".git" / "config").open("a") as file:
        file.write(settings.replace("{evil}", str(evil)))
    assert at(ada, work) == MADE
    assert not (tmp_path / "pwned").exists()


def test_objects_that_are_missing_are_not_fetched(tmp_path: Path, work: Path) -> None:
    ada = write(tmp_path / "ada", {".git/HEAD": "a" * 40, ".git/objects/pack/pack-x.promisor": ""})
    upload = f"touch {tmp_path}/pwned"
    write(ada, {".git/config": f'[remote "origin"]\n\turl = file:///x\n\tpromisor = true\n\tuploadpack = {upload}\n'})
    assert _commits.head(ada, work) == _commits.Head("a" * 40, None)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "text", ["", "ref: ../../secret", "ref: refs/../../x", "ref: refs/heads/.invalid", "x" * 5000, "ref: refs/heads/\0"]
)
def test_a_head_that_is_none(tmp_path: Path, work: Path, text: str) -> None:
    assert _commits.head(write(tmp_path / "ada", {".git/HEAD": text}), work) is None


def test_heads_in_a_circle(tmp_path: Path, work: Path) -> None:
    ada = write(tmp_path / "ada", {".git/HEAD": "ref: refs/heads/a", ".git/refs/heads/a": "ref: refs/heads/a"})
    assert _commits.head(ada, work) is None


def test_files_that_are_none_are_not_waited_for(tmp_path: Path, work: Path) -> None:
    (tmp_path / "ada" / ".git").mkdir(parents=True)
    os.mkfifo(tmp_path / "ada" / ".git" / "HEAD")
    os.mkfifo(tmp_path / "ada" / ".git" / "config")
    assert _commits.head(tmp_path / "ada", work) is None
    assert _commits.remote(tmp_path / "ada") is None


def test_only_a_folder_counts_as_a_repository(tmp_path: Path) -> None:
    write(tmp_path, {"ada/.git": "gitdir: /elsewhere\n", "grace/x": ""})
    (tmp_path / "grace" / ".git").symlink_to(tmp_path)
    assert not _commits.has_git(tmp_path / "ada")
    assert not _commits.has_git(tmp_path / "grace")


@pytest.mark.parametrize("committer", ["x <x> 999999999999 +0000", "x <x> 1 +9999", "x <x> 1", "x <x> -5 +0000"])
def test_times_that_no_calendar_has(tmp_path: Path, work: Path, committer: str) -> None:
    ada = repository(tmp_path / "ada")
    tree = git(ada, "rev-parse", "HEAD^{tree}")
    raw = f"tree {tree}\nauthor x <x> 1 +0000\ncommitter {committer}\n\nx\n"
    argv = ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    made = subprocess.run(argv, cwd=ada, input=raw, capture_output=True, text=True, check=True).stdout.strip()
    (ada / ".git" / "HEAD").write_text(made)
    assert at(ada, work) is None


def test_submodules_that_lead_elsewhere_are_not_looked_at(tmp_path: Path) -> None:
    text = "[submodule]\n\tpath = ../other\n\tpath = /tmp\n\tpath = full\n\tpath = void\n\tpath = link\n"
    ada = write(tmp_path / "ada", {".gitmodules": text, "full/x": ""})
    (ada / "void").mkdir()
    (tmp_path / "other").mkdir()
    (ada / "link").symlink_to(tmp_path / "other")
    assert _commits.submodules(ada) == ("void",)
