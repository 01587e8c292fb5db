from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest

from tests.support.actions import Machine, machine_environment
from tests.support.commands import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
ACTION: Final = ROOT / "ci" / "github"
TOKEN: Final = "ghs_0123456789abcdefghijABCDEFGHIJ012345"  # noqa: S105 - not one
"""What the runner has, and nothing that is graded may see."""


class Begin(Protocol):
    def __call__(self, work: Path, **github: Any) -> Machine: ...


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Make a machine whose checkout brings a folder, as actions/checkout leaves it: with a token in three places."""

    def machine(work: Path, **github: Any) -> Machine:
        temp, workspace = tmp_path / "runner" / "_temp", tmp_path / "runner" / "docker-ada"
        temp.mkdir(parents=True)
        workspace.mkdir()

        def checkout(one: Machine, given: Mapping[str, str]) -> None:
            target = one.workspace / given.get("path", "")
            if "repository" in given:
                target.symlink_to(ROOT)
                return
            shutil.copytree(work, target, dirs_exist_ok=True, symlinks=True)
            persist(one.workspace, temp)

        return Machine(
            temp=temp,
            workspace=workspace,
            github={
                "actor": "ada",
                "repository": "our-course/docker-ada",
                "server_url": "https://github.com",
                "token": TOKEN,
                "run_id": "1",
                "run_attempt": "1",
                **github,
            },
            checkout=checkout,
            environment=machine_environment(
                RUNNER_ENVIRONMENT="github-hosted",
                GRADER_BIN=str(PROGRAM),
                GITHUB_TOKEN=TOKEN,
                ACTIONS_RUNTIME_TOKEN=TOKEN,
                GRADER_PATIENCE="0",
            ),
            actions={"OWNER/grader/ci/github": ACTION},
        )

    return machine


def persist(workspace: Path, temp: Path) -> None:
    """Leave what actions/checkout leaves: up to version 5 in the settings, from 6 on in a file that they include."""
    (workspace / ".git").mkdir()
    separate = temp / "git-credentials-1b2c.config"
    header = f'[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic {TOKEN}\n'
    separate.write_text(header, encoding="utf-8")
    inner = workspace / ".git"
    (inner / "config").write_text(
        f'[core]\n\tbare = false\n[remote "origin"]\n\turl = https://github.com/our-course/docker-ada\n{header}'
        f'[includeIf "gitdir:{inner}"]\n\tpath = {separate}\n',
        encoding="utf-8",
    )
