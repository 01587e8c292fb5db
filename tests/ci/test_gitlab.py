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


@pytest.mark.parametrize("name", ["GRADER_PACKAGE", "GRADER_EXERCISE"])
def test_nothing_is_guessed(play: Callable[..., Ran], name: str) -> None:
    ran = play({}, **{name: ""})
    assert ran.code == 2
    assert ran.log.startswith(f"{name} must ")
    assert ran.called == ""


def test_exercises_that_can_not_be_had_are_tried_again(play: Callable[..., Ran]) -> None:
    ran = play({}, GRADER_EXERCISES_PROJECT="our-course/nowhere", GRADER_EXERCISES_REF="v1")
    assert ran.code == 3
    assert "could not be fetched from our-course/nowhere at v1. This is not about the work" in ran.log


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("apt-get", "Docker's client could not be installed. This is not about the work"),
        ("pip", "The grader could not be installed. This is not about the work"),
        ("cp", "The work could not be copied. This is not about the work"),
        ("grader", "The grader did not run. This is not about the work"),
        ("mktemp", "There is no room for temporary files. This is not about the work"),
    ],
)
def test_what_the_machine_does_wrong_is_no_verdict(
    play: Callable[..., Ran], tmp_path: Path, program: str, said: str
) -> None:
    """Most programs end with 1 when they fail, which here would say that checks have failed."""
    shims = write(tmp_path / "broken", {program: "#!/bin/sh\nexit 1\n", "docker": "#!/bin/sh\n"})
    for path in shims.iterdir():
        path.chmod(0o755)
    ran = play(answer("reference"), PATH=f"{shims}:{tmp_path / 'shims'}:{os.environ['PATH']}")
    assert ran.code == 3
    assert said in ran.log


@pytest.fixture
def engineless(tmp_path: Path) -> dict[str, str]:
    """Give what has the job look at the text only, for all that is no business of an engine."""
    program = f'#!/bin/bash\nexec {PROGRAM} "${{@/isolated/none}}"\n'
    shims = write(tmp_path / "engineless", {"grader": program, "docker": "#!/bin/sh\n"})
    for path in shims.iterdir():
        path.chmod(0o755)
    return {"PATH": f"{shims}:{tmp_path / 'shims'}:{os.environ['PATH']}", "GRADER_EXERCISE": "first-dockerfile"}


@pytest.mark.parametrize("path", ["answers/web", "./answers/web/", "answers/web/Dockerfile"])
def test_faults_are_in_files_of_the_repository(play: Callable[..., Ran], engineless: dict[str, str], path: str) -> None:
    work: dict[str, str | bytes] = {"answers/web/Dockerfile": "FROM busybox:1\nCMD true\n"}
    ran = play(work, **engineless, GRADER_PATH=path)
    assert ran.code == 1, ran.log
    found = json.loads((ran.reports / "code-quality.json").read_text(encoding="utf-8"))
    assert {one["location"]["path"] for one in found} == {"answers/web/Dockerfile"}


def test_a_folder_that_was_never_pushed(play: Callable[..., Ran], engineless: dict[str, str]) -> None:
    ran = play({}, **engineless, GRADER_PATH="answers/web")
    assert ran.code == 1
    assert "there is no Dockerfile in the submission" in ran.log


@pytest.mark.parametrize("target", [".git", "sub/.git/x"])
def test_no_history_is_graded(play: Callable[..., Ran], tmp_path: Path, target: str) -> None:
    project = tmp_path / "builds" / "docker-ada"
    write(project, {"sub/.git/x/config": TOKEN})
    (project / "answer").symlink_to(target)
    ran = play({}, GRADER_PATH="answer")
    assert (ran.code, "GRADER_PATH leads into .git" in ran.log) == (2, True)


def test_the_path_stays_in_the_repository(play: Callable[..., Ran]) -> None:
    ran = play({}, GRADER_PATH="..")
    said = "GRADER_PATH leads out of the repository: this job is set up wrongly; tell your instructor.\n"
    assert (ran.code, ran.log) == (2, said)


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
