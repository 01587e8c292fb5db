"""The zip for Gradescope, in a folder laid out as Gradescope's harness lays it out, through the real scripts."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

ROOT: Final = Path(__file__).parents[2]
MAKE: Final[str | Path] = ROOT / "ci" / "gradescope" / "make-bundle"
SCHEMA: Final = Draft202012Validator(
    json.loads((ROOT / "tests" / "reports" / "schemas" / "gradescope.json").read_text(encoding="utf-8"))
)
REFERENCE: Final = ROOT / "solutions" / "first-dockerfile" / "reference"
METADATA: Final = {
    "id": 123456,
    "created_at": "2026-11-20T12:30:00.000000-08:00",
    "submission_method": "upload",
    "users": [{"email": "student@example.org", "id": 1234, "name": "Student"}],
    "assignment": {
        "id": 25828, "course_id": 1, "title": "First Dockerfile", "due_date": "2026-11-20T12:00:00.000000-08:00",
        "late_due_date": None, "release_date": "2026-11-01T00:00:00.000000-08:00", "group_size": None,
        "group_submission": False, "total_points": "10.0",
    },
    "previous_submissions": [],
}  # fmt: skip


def made_bundle(folder: Path, *options: str, exercise: str = "first-dockerfile") -> Path:
    """Make the zip and unpack it, as whoever unpacks zips with who may run what."""
    command = [MAKE, exercise, folder / "out.zip", *options]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(folder / "out.zip") as archive:
        for one in archive.infolist():
            path = Path(archive.extract(one, folder / "source"))
            path.chmod((one.external_attr >> 16) & 0o777)
    return folder / "source"


@dataclass
class Harness:
    """Gradescope's folder."""

    root: Path

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        program = self.root / "source" / "run_autograder"
        nobody = {"DOCKER_HOST": f"unix://{self.root}/nobody.sock", "GRADESCOPE_ROOT": str(self.root)}
        # hadolint comes from the tests' environment, too.
        nobody["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
        return subprocess.run(
            [program], env={**os.environ, **nobody, **environment}, cwd=self.root, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    def hand_in(self, **files: str | bytes) -> None:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.root / "submission" / name).write_bytes(data)

    @property
    def results(self) -> Path:
        return self.root / "results" / "results.json"

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.results.read_text(encoding="utf-8"))
        SCHEMA.validate(found)
        return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the harness's folder after `setup.sh`; what the grader depends on comes from the tests' environment."""
    root = tmp_path_factory.mktemp("autograder")
    source = made_bundle(root)
    environment = {**os.environ, "GRADESCOPE_ROOT": str(root), "GRADER_PIP": "--no-deps --no-index"}
    subprocess.run([source / "setup.sh"], env=environment, check=True, capture_output=True, timeout=240)
    [site] = (root / "grader" / "lib").glob("python*/site-packages")
    (site / "tests.pth").write_text(sysconfig.get_path("purelib"))
    return root


@pytest.fixture
def harness(installed: Path) -> Harness:
    """Give it with nothing handed in and nothing written."""
    for name in ("submission", "results", "state"):
        shutil.rmtree(installed / name, ignore_errors=True)
    (installed / "submission").mkdir()
    (installed / "results").mkdir()
    (installed / "submission_metadata.json").write_text(json.dumps(METADATA))
    return Harness(installed)


def states(results: dict[str, Any]) -> list[str | None]:
    return [one.get("status") for one in results["tests"]]


def test_the_grader_is_the_one_of_the_bundle(installed: Path) -> None:
    code = "import grader; print(grader.__file__)"
    done = subprocess.run(
        [installed / "grader" / "bin" / "python", "-P", "-c", code], check=True, capture_output=True, text=True
    )
    assert Path(done.stdout.strip()).is_relative_to(installed)


def test_a_good_answer(harness: Harness) -> None:
    shutil.copytree(REFERENCE, harness.root / "submission", dirs_exist_ok=True)
    done = harness.run()
    assert done.returncode == 0, done.stdout + done.stderr
    found = harness.read()
    assert (found["score"], states(found)) == (2, [None, None, None, None, "passed", "passed", None])
    assert "5 of 7 checks did not run" in found["output"]
    assert {one["output"] for one in found["tests"] if "status" not in one} == {"Not run: it needs a Docker engine."}
    assert found["extra_data"]["engine"] == "none"
    assert list((harness.root / "results").iterdir()) == [harness.results]


def test_when_it_was_handed_in_is_gradescopes_to_say(harness: Harness) -> None:
    shutil.copytree(REFERENCE, harness.root / "submission", dirs_exist_ok=True)
    harness.run()
    known = harness.read()["extra_data"]["gradescope"]
    assert known == {
        "created_at": METADATA["created_at"],
        "due_date": "2026-11-20T12:00:00.000000-08:00",
        "late_due_date": None,
        "late": True,
    }


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"created_at": 1, "assignment": null}', '{"created_at": "2026-01-01", "assignment": {}}', "\0"],
)
def test_without_sound_metadata_nothing_is_said(text: str, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("grade", ROOT / "ci" / "gradescope" / "grade.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = tmp_path / "submission_metadata.json"
    assert module.handed_in(path)["late"] is None
    path.write_text(text)
    assert module.handed_in(path)["late"] is None


def test_a_bad_answer(harness: Harness) -> None:
    harness.hand_in(Dockerfile="FROM python:3-slim\nWORKDIR /app\nCOPY . .\nCMD python hello.py\n")
    assert harness.run().returncode == 0
    found = harness.read()
    assert (found["score"], states(found)[4:6]) == (1, ["failed", "passed"])
    assert found["tests"][4]["output"].startswith("Line 4: CMD is not written in the exec form")


def test_nothing_of_hidden_checks_and_nothing_of_students_is_printed(harness: Harness) -> None:
    harness.hand_in(Dockerfile="FROM python:3-slim\nCMD python SECRET.py\n")
    done = harness.run()
    assert "SECRET" not in done.stdout + done.stderr
    assert "greets" not in done.stdout + done.stderr
    assert "greets-others" not in harness.results.read_text()


def test_a_hostile_answer(harness: Harness) -> None:
    nasty = b"FROM python:3-slim\nCMD echo \x1b]0;owned\x07\xff\xfe <script>alert(1)</script> ::error::x ##[error]\n"
    harness.hand_in(
        Dockerfile=nasty, **{"results.json": '{"score": 100}', "::set-output name=a::b": "", "a\nb\x1b": ""}
    )
    (harness.root / "submission" / os.fsdecode(b"\xff\xfe")).write_bytes(b"")
    (harness.root / "submission" / "grader.py").write_text("raise SystemExit(0)\n")
    (harness.root / "submission" / "exercises" / "first-dockerfile").mkdir(parents=True)
    done = harness.run()
    assert done.returncode == 0, done.stdout
    found = harness.read()
    assert found["score"] < 2
    raw = harness.results.read_text(encoding="utf-8")
    assert raw.isascii()
    assert "\x1b" not in raw + done.stdout + done.stderr
    assert all(one["output_format"] == one["name_format"] == "text" for one in found["tests"])


def test_a_link_out_of_it_is_no_score(harness: Harness) -> None:
    harness.hand_in(Dockerfile="FROM scratch\n")
    (harness.root / "submission" / "out").symlink_to("/etc/passwd")
    done = harness.run()
    assert done.returncode == 4
    assert not harness.results.exists()
    assert "a person has to look at it" in done.stdout


@pytest.mark.parametrize("missing", ["grader/bin/grader", "source/bundle.json", "grader/bin/python"])
def test_what_can_not_start_leaves_no_results_and_says_what_to_do(harness: Harness, missing: str) -> None:
    shutil.copytree(REFERENCE, harness.root / "submission", dirs_exist_ok=True)
    harness.results.write_text('{"score": 5}')  # of an earlier run
    path = harness.root / missing
    path.rename(path.with_name("away"))
    try:
        done = harness.run()
    finally:
        path.with_name("away").rename(path)
    assert done.returncode == 3
    assert not harness.results.exists()
    assert "what to do: " in done.stdout


def test_where_nothing_can_be_run_there_is_no_score(harness: Harness, tmp_path: Path) -> None:
    exercise = tmp_path / "it"
    exercise.mkdir()
    (exercise / "exercise.yaml").write_text(
        "schema: grader/exercise/v1\nid: it\ntitle: It\nsubmission: {kind: dockerfile}\n"
        "checks:\n  - {id: builds, kind: build}\n"
    )
    shutil.copytree(exercise, harness.root / "source" / "exercises" / "it", dirs_exist_ok=True)
    bundle = harness.root / "source" / "bundle.json"
    before = bundle.read_text()
    bundle.write_text('{"exercise": "it", "hidden": ""}')
    try:
        harness.hand_in(Dockerfile="FROM scratch\n")
        done = harness.run()
    finally:
        bundle.write_text(before)
    assert done.returncode == 3
    assert not harness.results.exists()
    assert "none of the checks can be run without a Docker engine" in done.stdout


@pytest.mark.parametrize(("who", "level"), [("staff", "hidden"), ("published", "after_published")])
def test_the_staff_bundle_has_hidden_checks_hidden(who: str, level: str, harness: Harness) -> None:
    shutil.copytree(REFERENCE, harness.root / "submission", dirs_exist_ok=True)
    bundle = harness.root / "source" / "bundle.json"
    before = bundle.read_text()
    bundle.write_text(json.dumps({"exercise": "first-dockerfile", "hidden": who}))
    try:
        done = harness.run()
    finally:
        bundle.write_text(before)
    [hidden] = [one for one in harness.read()["tests"] if one["visibility"] == level]
    assert hidden["name"] == "It greets whoever it is told to greet"
    assert hidden["name"] not in done.stdout + done.stderr
    assert {one["visibility"] for one in harness.read()["tests"]} == {"visible", level}


@pytest.mark.docker
def test_with_an_engine_everything_is_run(harness: Harness) -> None:
    shutil.copytree(REFERENCE, harness.root / "submission", dirs_exist_ok=True)
    done = harness.run(DOCKER_HOST=os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    assert done.returncode == 0, done.stdout
    found = harness.read()
    assert set(states(found)) == {"passed"}
    assert found["extra_data"]["engine"] == "host"
    assert found["score"] == 10


def test_the_bundle_has_everything_and_nothing_else(installed: Path) -> None:
    names = {path.name for path in (installed / "source").iterdir()}
    [wheel] = [name for name in names if name.endswith(".whl")]
    assert names - {wheel} == {
        "setup.sh", "run_autograder", "grade.py", "bundle.json", "constraints.txt", "exercises",
    }  # fmt: skip
    assert [path.name for path in (installed / "source" / "exercises").iterdir() if path.name != "it"] == [
        "first-dockerfile"
    ]
    constraints = (installed / "source" / "constraints.txt").read_text()
    assert "\nclick==" in constraints
    assert "--hash" not in constraints


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["a"], 2), (["a", "b", "c"], 2), (["no-such-exercise", "{}/out.zip"], 1)]
)
def test_what_can_not_be_bundled(arguments: list[str], code: int, tmp_path: Path) -> None:
    command = [MAKE, *(one.format(tmp_path) for one in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stderr
    assert not list(tmp_path.iterdir())


def test_the_scripts_are_sound() -> None:
    scripts = [ROOT / "ci" / "gradescope" / name for name in ("setup.sh", "run_autograder", "make-bundle")]
    subprocess.run([Path(sys.executable).parent / "shellcheck", *scripts], check=True)
