"""The GitLab template: what it says, and its lines played as a runner plays them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest
import yaml
from defusedxml.ElementTree import parse

from tests.support.commands import PROGRAM
from tests.support.engine import write
from tests.support.sources import git

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parents[2]
TEMPLATE: Final = ROOT / "ci" / "gitlab" / "grader.yml"
ANSWERS: Final = ROOT / "solutions" / "serve-on-3000"
TOKEN: Final = "glcbt-0123456789abcdef"  # noqa: S105 - not one
# Programs that the job would install, or install with, are there already.
_SHIM: Final = '#!/bin/sh\necho "$0 $*" >>"$SHIMS/calls"\n'


class Ran(NamedTuple):
    code: int
    log: str
    reports: Path
    called: str


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    found = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def play(tmp_path: Path, template: dict[str, Any]) -> Callable[..., Ran]:
    """Give a function that grades files as the job does, with what GitLab sets."""

    def run(files: dict[str, str | bytes], **changes: str) -> Ran:
        project, shims = tmp_path / "builds" / "docker-ada", tmp_path / "shims"
        write(project, {**files, ".git/config": TOKEN, "exercises/serve-on-3000/exercise.yaml": "forged"})
        (project / "grader-report").symlink_to(tmp_path)
        write(shims, {"apt-get": _SHIM, "pip": _SHIM})
        (shims / "grader").symlink_to(PROGRAM)
        for name in ("apt-get", "pip"):
            (shims / name).chmod(0o755)
        job = template["grader"]
        defaults = {
            name: one.get("value", "") if isinstance(one, dict) else one for name, one in template["variables"].items()
        }
        environment = {
            **defaults,
            **job["variables"],
            "PATH": f"{shims}:{os.environ['PATH']}",
            "SHIMS": str(shims),
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "CI_PROJECT_DIR": str(project),
            "CI_PROJECT_PATH_SLUG": "our-course-docker-ada",
            "CI_SERVER_URL": f"file://{tmp_path}",
            "CI_JOB_TOKEN": TOKEN,
            "CI_REGISTRY_PASSWORD": TOKEN,
            "GRADER_PACKAGE": "grader @ https://example.org/grader.whl",
            "GRADER_EXERCISE": "serve-on-3000",
            # The engine of this machine takes the place of the service's.
            "DOCKER_HOST": os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"),
            "DOCKER_TLS_VERIFY": "",
            "DOCKER_CERT_PATH": "",
            **changes,
        }
        lines = "\n".join([*job["before_script"], *job["script"]])
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", lines],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        called = (shims / "calls").read_text(encoding="utf-8") if (shims / "calls").exists() else ""
        assert TOKEN not in done.stdout
        return Ran(done.returncode, done.stdout, project / "grader-report", called)

    return run


def answer(name: str) -> dict[str, str | bytes]:
    folder = ANSWERS / name
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_is_a_job_that_gitlab_takes(template: dict[str, Any]) -> None:
    job = template["grader"]
    assert set(template) == {"variables", "grader"}
    assert all(isinstance(line, str) for line in [*job["before_script"], *job["script"]])
    assert job["retry"] == {"max": 2, "exit_codes": [3]}
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"] == {
        "junit": "grader-report/junit.xml",
        "codequality": "grader-report/code-quality.json",
    }
    assert job["artifacts"]["paths"] == ["grader-report/"]
    for one in template["variables"].values():
        assert set(one) <= {"value", "description"}
    for name, one in job["variables"].items():
        assert isinstance(one, str), name


def test_nothing_is_guessed(play: Callable[..., Ran]) -> None:
    ran = play({}, GRADER_PACKAGE="")
    assert ran.code != 0
    assert "GRADER_PACKAGE: says what pip installs" in ran.log
    assert "pip" not in ran.called


def test_exercises_that_can_not_be_had_are_tried_again(play: Callable[..., Ran]) -> None:
    ran = play({}, GRADER_EXERCISES_PROJECT="our-course/nowhere", GRADER_EXERCISES_REF="v1")
    assert ran.code == 3


def test_the_path_stays_in_the_repository(play: Callable[..., Ran]) -> None:
    ran = play({}, GRADER_PATH="..")
    assert (ran.code, ran.log) == (2, "GRADER_PATH leads out of the repository\n")


@pytest.mark.docker
def test_work_that_passes(play: Callable[..., Ran], tmp_path: Path) -> None:
    course = tmp_path / "our-course" / "exercises.git"
    course.mkdir(parents=True)
    git(course, "init", "--quiet")
    source = ROOT / "exercises" / "serve-on-3000"
    files = {str(path.relative_to(ROOT)): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    write(course, files)
    git(course, "add", ".")
    git(course, "commit", "--quiet", "-m", "exercises")
    git(course, "tag", "v1")
    ran = play(answer("reference"), GRADER_EXERCISES_PROJECT="our-course/exercises", GRADER_EXERCISES_REF="v1")
    assert ran.code == 0, ran.log
    assert "Exercises: our-course/exercises at " in ran.log
    assert "grader @ https://example.org/grader.whl" in ran.called
    assert json.loads((ran.reports / "code-quality.json").read_text(encoding="utf-8")) == []
    assert parse(ran.reports / "junit.xml").getroot().attrib["failures"] == "0"
    assert (ran.reports / "result.html").stat().st_size > 0
    assert not ran.reports.is_symlink()


@pytest.mark.docker
def test_work_that_fails(play: Callable[..., Ran]) -> None:
    ran = play(answer("wrong/loopback"))
    assert ran.code == 1, ran.log
    found = json.loads((ran.reports / "code-quality.json").read_text(encoding="utf-8"))
    assert {one["location"]["path"] for one in found} == {"Dockerfile"}
    assert int(parse(ran.reports / "junit.xml").getroot().attrib["failures"]) > 0
    assert "our-course-docker-ada" in (ran.reports / "junit.xml").read_text(encoding="utf-8")
    told = "".join(path.read_text(encoding="utf-8") for path in ran.reports.iterdir())
    assert TOKEN not in told
    assert "not-found" not in told
