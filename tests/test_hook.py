"""The hook for pre-commit, run by pre-commit itself in repositories like a student's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from tests.support.commands import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parent.parent
MANIFEST: Final = ROOT / ".pre-commit-hooks.yaml"
REFERENCE: Final = ROOT / "solutions" / "first-dockerfile" / "reference"
PRE_COMMIT: Final = Path(sys.executable).parent / "pre-commit"
Ran = subprocess.CompletedProcess[str]


def manifest() -> dict[str, Any]:
    [hook] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert isinstance(hook, dict)
    return hook


@pytest.fixture
def commit(tmp_path: Path) -> Callable[..., Ran]:
    """Give what commits files of a repository that has the hook, as far as it lets one."""
    repository = tmp_path / "work"
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "HOME": str(tmp_path),
        "DOCKER_HOST": f"unix://{tmp_path}/nobody.sock",
        "GIT_CONFIG_GLOBAL": os.devnull,
    } | {f"GIT_{who}_{what}": f"{what}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run(*command: str | Path) -> Ran:
        return subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    # The same hook, but for where the program comes from: installing it would need the network.
    hook = {**manifest(), "language": "system", "args": ["first-dockerfile", "."]}
    hook["entry"] = re.sub("^grader", str(PROGRAM), hook["entry"])
    repository.mkdir()
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
    assert run("git", "init", "--quiet").returncode == 0
    assert run(PRE_COMMIT, "install").returncode == 0

    def commit(**files: str) -> Ran:
        for name, text in files.items():
            (repository / name).write_text(text)
        run("git", "add", *files)
        return run("git", "commit", "--message", "work")

    return commit


def test_the_manifest_is_valid() -> None:
    subprocess.run([PRE_COMMIT, "validate-manifest", MANIFEST], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("path", "looked_at"),
    [
        ("Dockerfile", True),
        ("app/Dockerfile.dev", True),
        ("dockerfile", True),
        ("web.Dockerfile", True),
        (".dockerignore", True),
        ("compose.yaml", True),
        ("docker-compose.yml", True),
        ("commands.sh", True),
        ("README.md", False),
        ("dockerfiles/app.py", False),
    ],
)
def test_which_files_it_is_about(path: str, *, looked_at: bool) -> None:
    assert bool(re.search(manifest()["files"], path)) is looked_at


def test_a_good_dockerfile_is_committed(commit: Callable[..., Ran]) -> None:
    done = commit(Dockerfile=(REFERENCE / "Dockerfile").read_text())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout + done.stderr


def test_a_bad_one_is_not_and_the_reason_is_told(commit: Callable[..., Ran]) -> None:
    done = commit(Dockerfile="FROM python:3-slim\nWORKDIR /app\nCOPY . .\nCMD python hello.py\n")
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "CMD is not written in the exec form" in said
    assert "5 of 7 checks did not run" in said


def test_other_files_are_no_business_of_it(commit: Callable[..., Ran]) -> None:
    done = commit(notes="nothing to see\n")
    assert done.returncode == 0
    assert "no files to check" in done.stdout + done.stderr
