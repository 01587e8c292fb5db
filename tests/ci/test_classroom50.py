"""`ci/classroom50/autograder.py`, started as the runner of Classroom 50 starts it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest
from hypothesis import given

from tests.reports.hostile import texts
from tests.support.classroom50 import ENVIRONMENT, collected
from tests.support.commands import PROGRAM
from tests.support.runner import commands

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTOGRADER: Final = Path(__file__).parents[2] / "ci" / "classroom50" / "autograder.py"
CANARY: Final = "canary-token-of-the-job"
"""Stands in the environment and in the checkout's settings; nothing that is left may hold it."""
EXERCISE: Final = """\
schema: grader/exercise/v1
id: page
title: A page with a token
vars: {token: {random: hex16}}
submission: {kind: dockerfile}
images: ["busybox:1"]
containers:
  main: {publish: [3000], env: {TOKEN: "${token}"}, ready: {port: 3000, within: 5s}}
checks:
  - {id: builds, kind: build, points: 2}
  - {id: answers, kind: http, points: 2.5, needs: [builds], port: 3000, body: {contains: "${token}"}}
"""
SERVE: Final = "FROM busybox:1\nEXPOSE 3000\n"
ANSWER: Final = f"""\
{SERVE}CMD ["sh", "-c", "mkdir /w; echo $TOKEN > /w/index.html; exec httpd -f -p 3000 -h /w"]
"""
FAKE: Final = """\
import json, os, pathlib, signal, sys, time
asked = dict(reversed(one.split(":", 1)[::-1]) for one in sys.argv if one.startswith(("classroom50:", "markdown:")))
pathlib.Path(__file__).with_name("seen.json").write_text(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]))
result = {"schema": "classroom50/result/v1", "tests": [{}]}
"""
"""How programs begin that stand in for grader."""


class Ended(NamedTuple):
    """What an autograder left."""

    code: int
    log: str
    work: Path

    @property
    def result(self) -> dict[str, Any]:
        """Give the result, as it is collected."""
        return collected((self.work / "result.json").read_text(encoding="utf-8"))

    def nothing(self, code: int, *said: str) -> None:
        """Assert that there is no score, and that it was said why."""
        assert self.code == code, self.log
        assert left(self.work) == {"Dockerfile", ".git"} & left(self.work)
        for part in said:
            assert part in self.log


def left(work: Path) -> set[str]:
    return {path.name for path in work.iterdir()}


class Classroom:
    """A bundle, a student's checkout, and the runner."""

    def __init__(self, folder: Path) -> None:
        self.bundle, self.work, self.temporary = folder / "bundle" / "serve", folder / "work", folder / "temp"
        (self.bundle / "exercise").mkdir(parents=True)
        self.work.mkdir()
        self.temporary.mkdir()
        shutil.copy(AUTOGRADER, self.bundle)
        (self.bundle / "exercise" / "exercise.yaml").write_text(EXERCISE)
        (self.work / "Dockerfile").write_text(ANSWER)
        self.set(program=str(PROGRAM))

    def set(self, **settings: object) -> None:
        (self.bundle / "grader.json").write_text(json.dumps(settings))

    def fake(self, text: str, **settings: object) -> None:
        """Put a program in the place of grader."""
        path = self.bundle / "fake"
        path.write_text(f"#!{sys.executable}\n{FAKE}{text}")
        path.chmod(0o755)
        self.set(program="fake", **settings)

    def commit(self, when: str = "2026-11-23T13:00:00+01:00") -> None:
        identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
        environment = {**os.environ, **identity, "GIT_COMMITTER_EMAIL": "a@b", "GIT_COMMITTER_DATE": when}
        for line in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "work"]):
            subprocess.run(["git", *line], cwd=self.work, env=environment, check=True)
        with (self.work / ".git" / "config").open("a") as stream:
            stream.write(f'[http "https://git.example/"]\n\textraheader = AUTHORIZATION: basic {CANARY}\n')

    def environment(self, **changes: str | None) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}
        given_by_runner: Mapping[str, str | None] = {
            **kept, **ENVIRONMENT, "CLASSROOM50_BUNDLE_DIR": str(self.bundle), "RUNNER_TEMP": str(self.temporary),
            "GITHUB_TOKEN": CANARY, "XDG_STATE_HOME": str(self.temporary / "state"), **changes,
        }  # fmt: skip
        return {name: value for name, value in given_by_runner.items() if value is not None}

    def grade(self, **changes: str | None) -> Ended:
        done = subprocess.run(
            [sys.executable, str(self.bundle / "autograder.py")],
            cwd=self.work, env=self.environment(**changes), capture_output=True, timeout=200, check=False,
        )  # fmt: skip
        log = (done.stdout + done.stderr).decode()
        assert commands(log) == []
        assert "Traceback" not in log
        assert CANARY not in log
        for path in self.work.glob("re*"):
            assert CANARY not in path.read_text()
        assert {path.name for path in self.temporary.iterdir()} <= {"state"}
        return Ended(done.returncode, log, self.work)


@pytest.fixture
def classroom(tmp_path: Path) -> Classroom:
    return Classroom(tmp_path)


# --- on the engine ------------------------------------------------------------------------------------------------


@pytest.mark.docker
def test_a_right_answer(classroom: Classroom) -> None:
    classroom.commit()
    ended = classroom.grade()
    assert ended.code == 0, ended.log
    found = ended.result
    assert (found["score"], found["max-score"]) == (9, 9)  # 4.5 points
    assert found["datetime"] == "2026-11-23T12:00:00Z"
    assert "Score: 4.5 of 4.5" in ended.log
    assert "4.5 of 4.5 points" in (ended.work / "release-body.md").read_text()
    again = classroom.grade().result
    assert again["datetime"] == found["datetime"]
    assert left(ended.work) == {".git", "Dockerfile", "result.json", "release-body.md"}


@pytest.mark.docker
def test_a_wrong_answer_is_graded(classroom: Classroom) -> None:
    (classroom.work / "Dockerfile").write_text(f'{SERVE}CMD ["httpd", "-f", "-p", "127.0.0.1:3000"]\n')
    ended = classroom.grade()
    assert ended.code == 0, ended.log
    assert (ended.result["score"], ended.result["max-score"]) == (4, 9)
    assert [test["passed"] for test in ended.result["tests"]] == [True, False]


@pytest.mark.docker
def test_a_hostile_one_is_graded_too(classroom: Classroom) -> None:
    """It forges its result, brings an exercise and a program of its own, shouts commands, looks for the token."""
    work = classroom.work
    outside = classroom.temporary.parent / "outside"
    outside.write_text("unharmed")
    (work / "result.json").symlink_to(outside)
    (work / "release-body.md").mkdir()
    (work / "release-body.md" / "x").write_text("x")
    for place in ("exercises/page", "exercise"):
        (work / place).mkdir(parents=True)
        (work / place / "exercise.yaml").write_text("schema: forged")
    (work / "grader").mkdir()
    (work / "grader" / "__init__.py").write_text("raise SystemExit(0)")
    (work / "json.py").write_text("raise SystemExit(0)")
    shout = "printf '::error::owned\\n  ::set-output name=score::9\\n##[error]x\\n\\r::warning::y\\n'"
    (work / "Dockerfile").write_text(f"{SERVE}COPY . /src\nRUN {shout}; cat /src/.git/config; env; exit 1\n")
    classroom.commit()
    ended = classroom.grade()
    assert ended.code == 0, ended.log
    assert ended.result["score"] == 0
    assert not (work / "result.json").is_symlink()
    assert outside.read_text() == "unharmed"
    assert "owned" in ended.log  # it is shown, and nothing else


def test_no_engine_is_no_score(classroom: Classroom) -> None:
    (classroom.work / "result.json").write_text('{"score": 100}')
    classroom.grade(DOCKER_HOST="unix:///nonexistent/docker.sock").nothing(3, "grader ended with 3")


# --- without one --------------------------------------------------------------------------------------------------


def test_what_grader_is_given(classroom: Classroom) -> None:
    classroom.fake('pathlib.Path(asked["classroom50"]).write_text(json.dumps(result))', engine="isolated", path="task")
    (classroom.work / "task").mkdir()
    assert classroom.grade().code == 0
    arguments, place, environment = json.loads((classroom.bundle / "seen.json").read_text())
    assert arguments[:5] == [
        "check", str(classroom.bundle / "exercise"), str(classroom.work / "task"), "--engine", "isolated",
    ]  # fmt: skip
    assert "--staff" not in arguments
    assert not Path(place).is_relative_to(classroom.work)
    assert not {"GITHUB_TOKEN", "GITHUB_OUTPUT", "PAGES_BASE_URL", "PYTHONPATH"} & set(environment)
    assert environment["CLASSROOM"] == "docker-2026"


def test_the_time_is_that_of_the_tag_where_git_knows_nothing(classroom: Classroom) -> None:
    classroom.fake('pathlib.Path(asked["classroom50"]).write_text(json.dumps(result))')
    (classroom.work / ".git").write_text("gitdir: /nonexistent\n")
    assert classroom.grade().code == 0
    environment = json.loads((classroom.bundle / "seen.json").read_text())[2]
    assert environment["GRADER_COMMIT_TIME"] == "2026-11-23T12:00:00Z"
    classroom.grade(SUBMISSION_TAG="submit/by-hand").nothing(3, "when the work was committed")


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        ("sys.exit(4)", 3, "grader ended with 4"),
        ("sys.exit(2)", 2, "grader ended with 2"),
        ("os.kill(os.getpid(), signal.SIGKILL)", 3, "grader ended with -9"),
        ("", 3, "grader left no result"),
        ('pathlib.Path(asked["classroom50"]).write_text("{")', 3, "grader left no result"),
        ('pathlib.Path(asked["classroom50"]).write_text("{}")', 3, "something else than a result"),
        ('pathlib.Path(asked["classroom50"]).write_bytes(b" " * (11 << 20))', 3, "larger than Classroom 50 takes"),
        ('pathlib.Path(asked["classroom50"]).write_text(json.dumps(result)); sys.exit(3)', 3, "grader ended with 3"),
    ],
)
def test_no_half_of_a_result(classroom: Classroom, program: str, code: int, said: str) -> None:
    (classroom.work / "result.json").write_text('{"score": 100}')
    classroom.fake(program)
    classroom.grade().nothing(code, said)


def test_a_broken_check_leaves_the_others_their_score(classroom: Classroom) -> None:
    classroom.fake('pathlib.Path(asked["classroom50"]).write_text(json.dumps(result)); sys.exit(2)')
    ended = classroom.grade()
    assert ended.code == 0
    assert "counts for nothing" in ended.log
    assert "result.json" in left(ended.work)


def test_time_is_up(classroom: Classroom) -> None:
    """A program that goes on is ended, having been given the time to clear away what it made."""
    classroom.fake(
        "def stop(*_):\n    pathlib.Path(__file__).with_name('cleared').touch(); sys.exit(130)\n"
        "signal.signal(signal.SIGTERM, stop)\nprint('begun', flush=True)\nwhile True: time.sleep(0.1)\n",
        minutes=0.03,
    )
    classroom.grade().nothing(3, "it took too long", "| begun")
    assert (classroom.bundle / "cleared").exists()


def test_a_cancelled_job_leaves_nothing(classroom: Classroom) -> None:
    classroom.fake("os.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)")
    classroom.grade().nothing(130, "interrupted")


def test_a_page_fits_into_a_release(classroom: Classroom) -> None:
    classroom.fake(
        'pathlib.Path(asked["classroom50"]).write_text(json.dumps(result))\n'
        'pathlib.Path(asked["markdown"]).write_text("a line of text\\n" * 20_000)'
    )
    ended = classroom.grade()
    body = (ended.work / "release-body.md").read_text()
    assert len(body) < 125_000
    assert body.endswith("a line of text\n\n(The page is too long for a release: its end is left out.)\n")
    mode = stat.S_IMODE((ended.work / "result.json").stat().st_mode)
    assert mode == 0o644


def test_all_that_the_runner_did_not_say_is_named(classroom: Classroom) -> None:
    ended = classroom.grade(CLASSROOM=None, OWNER=None, USERNAME=None, COMMIT_URL="")
    ended.nothing(2, "is not set here: CLASSROOM, COMMIT_URL, OWNER")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"exercize": "x"}, "there is no setting 'exercize'; there are exercise, path"),
        ({"minutes": "12"}, "minutes can't be '12'"),
        ({"minutes": True}, "minutes can't be True"),
        ({"minutes": 15}, "minutes must be at most 13"),
        ({"program": "nowhere"}, "there is no program"),
        ({"program": str(PROGRAM), "exercise": "other"}, "there is no exercise.yaml in"),
        ({"program": str(PROGRAM), "path": "../.."}, "is not in the repository"),
        ({"program": str(PROGRAM), "path": "link"}, "is not in the repository"),
        ({"program": str(PROGRAM), "path": "missing"}, "is not in the repository"),
    ],
)
def test_wrong_settings(classroom: Classroom, settings: dict[str, object], said: str) -> None:
    classroom.set(**settings)
    (classroom.work / "link").symlink_to("/etc")
    ended = classroom.grade()
    (classroom.work / "link").unlink()
    ended.nothing(2, said)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_settings_that_are_none(classroom: Classroom, text: str) -> None:
    (classroom.bundle / "grader.json").write_text(text)
    classroom.grade().nothing(2, "grader.json")


def test_places_that_students_reach_are_refused(classroom: Classroom) -> None:
    inside = classroom.work / "bundle"
    shutil.copytree(classroom.bundle, inside)
    ended = classroom.grade(CLASSROOM50_BUNDLE_DIR=str(inside))
    assert (ended.code, "the bundle is in the student's folder" in ended.log) == (2, True)
    shutil.rmtree(inside)
    classroom.grade(RUNNER_TEMP=str(classroom.work)).nothing(2, "temporary files is in the student's folder")
    classroom.set()
    shutil.copy(sys.executable, classroom.work / "grader")
    ended = classroom.grade(PATH=f"{classroom.work}:/usr/bin:/bin")
    (classroom.work / "grader").unlink()
    ended.nothing(2, "grader is not installed")


def test_grader_on_the_path(classroom: Classroom) -> None:
    classroom.fake('pathlib.Path(asked["classroom50"]).write_text(json.dumps(result))')
    (classroom.bundle / "fake").rename(classroom.bundle / "grader")
    classroom.set()
    assert classroom.grade(PATH=f"{classroom.bundle}:{os.environ['PATH']}").code == 0


def wheel(folder: Path, text: str) -> None:
    """Make a wheel with one program, `grader`."""
    record = "grader-0.1.0.dist-info"
    with zipfile.ZipFile(folder / "grader-0.1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("grader.py", f"{FAKE}\ndef main():\n    {text}\n")
        archive.writestr(f"{record}/METADATA", "Metadata-Version: 2.1\nName: grader\nVersion: 0.1.0\n")
        archive.writestr(
            f"{record}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{record}/entry_points.txt", "[console_scripts]\ngrader = grader:main\n")
        archive.writestr(f"{record}/RECORD", "")


def test_grader_as_a_wheel(classroom: Classroom) -> None:
    """Everything that it needs is asked of pip, which here has no network."""
    classroom.set()
    wheel(classroom.bundle, 'pathlib.Path(asked["classroom50"]).write_text(json.dumps(result))')
    ended = classroom.grade(PIP_NO_INDEX="1")
    assert ended.code == 0, ended.log
    assert "Installing grader-0.1.0-py3-none-any.whl" in ended.log
    (classroom.bundle / "other-1.0-py3-none-any.whl").write_text("no wheel")
    classroom.grade(PIP_NO_INDEX="1").nothing(3, "grader could not be installed")


# --- the log ------------------------------------------------------------------------------------------------------


def loaded() -> Any:
    spec = importlib.util.spec_from_file_location("autograder", AUTOGRADER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


INERT: Final = loaded().inert


@given(texts())
def test_no_line_is_a_command(text: str) -> None:
    for line in text.splitlines():
        shown = INERT(line)
        assert shown.isprintable() or "\t" in shown
        assert commands(shown) == []


@pytest.mark.parametrize("line", ["::error::x", "  ::error::x", "a ##[error]x", "#\u034f#[error]x", "#\u200b#[error]x"])
def test_known_tricks(line: str) -> None:
    assert commands(INERT(line)) == []
