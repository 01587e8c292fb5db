"""The GitHub action and its workflows, played step by step."""

from __future__ import annotations

import base64
import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import defusedxml.ElementTree
import pytest
import yaml

from tests.ci.conftest import ACTION, ROOT, TOKEN
from tests.support.actions import Expression, Machine, play
from tests.support.runner import ANNOTATIONS
from tests.support.sources import git, repository, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.ci.conftest import Begin

WORKFLOWS: Final = ACTION / "workflows"
ANSWERS: Final = ROOT / "solutions" / "serve-on-3000"
HIDDEN: Final = ("A page that isn't there", "not-found", "/missing")
"""What of the exercise is kept from students."""


def everything(machine: Machine) -> str:
    """Give all that a student can read of a run: log, summary, outputs, artefacts."""
    files = [path for folder in machine.artefacts.values() for path in sorted(folder.rglob("*")) if path.is_file()]
    outputs = [f"{key}={value}\n{decoded(value)}" for step in machine.steps for key, value in step.outputs.items()]
    texts = [path.read_text(encoding="utf-8") for path in files]
    return "\n".join([machine.log, machine.summary, *outputs, *texts])


def decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""


def keeps_quiet(machine: Machine) -> None:
    """Assert what no run may say, whatever was graded."""
    said = everything(machine)
    assert TOKEN not in said
    for text in HIDDEN:
        assert text not in said
    for step in machine.steps:
        assert {command.name for command in step.commands.commands} <= {*ANNOTATIONS, "group", "endgroup"}


def reports(machine: Machine, name: str = "grader-report") -> dict[str, Any]:
    """Give the result, after a look at the other reports."""
    folder = machine.artefacts[name]
    assert sorted(path.name for path in folder.iterdir()) == ["result.html", "result.json", "result.xml"]
    defusedxml.ElementTree.parse(folder / "result.xml")
    assert (folder / "result.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    found: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return found


def changed(name: str, tmp_path: Path, **given: str) -> Path:
    """Give a workflow in which the grader is given other inputs."""
    document = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
    [job] = document["jobs"].values()
    [step] = [step for step in job["steps"] if "ci/github@" in step.get("uses", "")]
    step["with"] |= {key.replace("_", "-"): value for key, value in given.items()}
    path = tmp_path / f"{name}.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


# --- graded on the engine -------------------------------------------------------------------------------------------


@pytest.mark.docker
def test_plain_passing(begin: Begin) -> None:
    machine = play(WORKFLOWS / "plain.yml", begin(ANSWERS / "reference"))
    assert not machine.failed
    outputs = machine.step("grade").outputs
    assert (outputs["status"], outputs["passed"], outputs["score"], outputs["max-score"]) == (
        *("graded", "true", outputs["max-score"]),
        "12",
    )
    assert "Serve a page on port 3000" in machine.summary
    assert [kind for kind, _ in machine.annotations if kind != "notice"] == []
    assert reports(machine)["score"] == 12
    keeps_quiet(machine)


@pytest.mark.docker
def test_plain_failing(begin: Begin) -> None:
    machine = play(WORKFLOWS / "plain.yml", begin(ANSWERS / "wrong" / "loopback"))
    assert machine.failed
    assert machine.steps[-2].code == 1  # the last of the action's own steps
    outputs = machine.step("grade").outputs
    assert (outputs["status"], outputs["passed"]) == ("graded", "false")
    assert 0 < float(outputs["score"]) < float(outputs["max-score"])
    assert [kind for kind, _ in machine.annotations if kind == "error"]
    assert "0.0.0.0" in machine.summary  # noqa: S104 - the advice
    assert reports(machine)["status"] == "graded"
    keeps_quiet(machine)


@pytest.mark.docker
@pytest.mark.parametrize("answer", ["reference", "wrong/loopback"])
def test_classroom(answer: str, begin: Begin) -> None:
    machine = play(WORKFLOWS / "classroom.yml", begin(ANSWERS / answer))
    outputs = machine.step("grader").outputs
    assert machine.step("grader").outcome == "success"
    reporter = machine.steps[-1]
    assert machine.failed == (answer != "reference") == (reporter.outcome == "failure")
    complete, report = reporter.commands.annotations
    assert complete.properties["title"] == "Autograding complete"
    assert complete.data == f"Points {outputs['score']}/10"
    assert json.loads(report.data) == {"totalPoints": float(outputs["score"]), "maxPoints": 10.0}
    assert (outputs["score"] == "10") == (answer == "reference")
    keeps_quiet(machine)


COMMANDS: Final = (
    "::error::PWNED", "::set-output name=score::PWNED", "##[error]PWNED", "  ::warning file=x::PWNED",
    "text ##[set-env name=PATH;]PWNED", "::stop-commands::PWNED", "::add-mask::PWNED", "::add-path::PWNED",
    "score=PWNED", "score<<END", "PWNED", "END", "\r::error::PWNED", "\u200b::notice::PWNED",
    "::save-state name=a::PWNED", "</summary><script>PWNED", "::endgroup::PWNED",
)  # fmt: skip
HOSTILE: Final = """\
FROM python:3-slim
LABEL a="::error::PWNED" b="##[error]PWNED"
# ##[error]PWNED
COPY . .
RUN cat said.txt; cat said.txt >&2; env; cat .git/config; false ::error::PWNED ##[error]PWNED
"""


@pytest.mark.docker
def test_hostile(begin: Begin, tmp_path: Path) -> None:
    work = write(
        tmp_path / "work",
        {
            "Dockerfile": HOSTILE,
            "said.txt": "\n".join(COMMANDS),
            "x\n::error::PWNED": "::set-output name=score::99",
            "##[error]PWNED": "",
            "\r::x::": "",
        },
    )
    shutil.copytree(ROOT / "exercises/serve-on-3000/starter/app", work / "app")
    machine = play(WORKFLOWS / "plain.yml", begin(work))
    assert machine.failed
    assert machine.step("grade").outputs["passed"] == "false"
    assert float(machine.step("grade").outputs["score"]) < 3
    for step in machine.steps:
        assert not [command for command in step.commands.commands if command.data.startswith("PWNED")]
        assert "PWNED" not in step.outputs.values()
    reports(machine)
    keeps_quiet(machine)


COPIES_ALL: Final = """\
FROM python:3-slim
WORKDIR /app
COPY . .
RUN test ! -e .git && test ! -e app/.git && ! grep -r gh[s]_ . && ! env | grep gh[s]_
EXPOSE 3000
CMD ["python", "app/server.py", "--host", "0.0.0.0", "--port", "3000"]
"""


@pytest.mark.docker
def test_no_token_gets_into_an_image(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"Dockerfile": COPIES_ALL, "app/.git": "gitdir: ../.git"})
    shutil.copy(ROOT / "exercises/serve-on-3000/starter/app/server.py", work / "app")
    machine = play(WORKFLOWS / "plain.yml", begin(work))
    outcomes = {check["id"]: check["outcome"] for check in reports(machine)["checks"]}
    assert (outcomes["builds"], outcomes["answers"]) == ("passed", "passed")
    config = (machine.workspace / ".git" / "config").read_text(encoding="utf-8")
    assert TOKEN not in config
    assert "docker-ada" in config
    assert not list(machine.temp.glob("git-credentials-*"))
    keeps_quiet(machine)


@pytest.mark.docker
def test_an_engine_that_is_not_there(begin: Begin) -> None:
    machine = begin(ANSWERS / "reference")
    machine.environment["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"
    play(WORKFLOWS / "classroom.yml", machine)
    outputs = machine.step("grader").outputs
    assert machine.failed
    assert (outputs["status"], outputs["passed"], outputs["score"]) == ("ungraded", "false", "")
    # The reporter knows no other way to say it than 0 points.
    assert machine.steps[-1].outcome == "skipped"
    assert machine.steps[-3].code == 3
    [annotation] = machine.annotations
    assert "not of the submission" in annotation[1] or "Docker" in annotation[1]
    keeps_quiet(machine)


# --- the class at night ---------------------------------------------------------------------------------------------

GH: Final = """\
#!/bin/bash
[[ $GH_TOKEN == @ && "$1 $2 $3" == "repo list our-course" ]] || exit 1
printf '%s\\n' docker-ada docker-bob other docker- 'docker-x,::error::PWNED' 'docker-../../etc'
"""


@pytest.fixture
def night(begin: Begin, tmp_path: Path) -> Callable[[Mapping[str, str]], Machine]:
    """Play a night, after one on which students push answers; the store comes from the night before."""
    program = write(tmp_path / "bin", {"gh": GH.replace("@", TOKEN)}) / "gh"
    program.chmod(0o755)
    course = write(tmp_path / "private", {"course.yaml": "schema: grader/course/v1\nexercises: {serve-on-3000: .}\n"})
    nights: list[Machine] = []

    def played(answers: Mapping[str, str]) -> Machine:
        for student, answer in answers.items():
            push(tmp_path / "server" / "our-course" / f"docker-{student}.git", ANSWERS / answer)
        before = tmp_path / f"before-{len(nights)}"
        if nights:
            (tmp_path / "runner").rename(before)
        machine = begin(course, server_url=f"file://{tmp_path}/server")
        if nights:
            shutil.copytree(before / machine.workspace.name / "store", machine.workspace / "store")
        nights.append(machine)
        machine.secrets["CLASS_TOKEN"] = TOKEN
        machine.environment["PATH"] = f"{program.parent}:{machine.environment['PATH']}"
        machine.environment["GRADER_GIT_PROTOCOLS"] = "https:file"
        return play(WORKFLOWS / "nightly.yml", machine)

    return played


def push(repository_: Path, answer: Path) -> None:
    """Make an answer what a repository has, as a commit."""
    files = {
        path.relative_to(answer).as_posix(): path.read_text("utf-8") for path in answer.rglob("*") if path.is_file()
    }
    if not repository_.exists():
        repository(repository_, files)
        return
    write(repository_, files)
    git(repository_, "add", "--all")
    git(repository_, "commit", "--quiet", "--message=better")


def gradebook(machine: Machine) -> dict[str, tuple[float, str]]:
    """Give the score of each student, and the attempt that it is of."""
    text = (machine.artefacts["gradebook"] / "gradebook.csv").read_text(encoding="utf-8")
    return {row["login"]: (float(row["score"]), row["attempt"]) for row in csv.DictReader(text.splitlines())}


@pytest.mark.docker
def test_nightly(night: Callable[[Mapping[str, str]], Machine], tmp_path: Path) -> None:
    first = night({"ada": "reference", "bob": "wrong/loopback"})
    assert not first.failed, first.log
    scores = gradebook(first)
    assert scores.keys() == {"ada", "bob"}
    assert scores["bob"] < scores["ada"]
    assert (first.artefacts["gradebook"] / "report" / "index.html").is_file()
    assert not first.step("batch").commands.commands
    second = night({"bob": "reference"})
    assert not second.failed, second.log
    # What is known is not graded again, whoever it is of.
    assert gradebook(second) == dict.fromkeys(scores, scores["ada"])
    kept = [path for place in ("artefacts", "docker-ada/store") for path in (tmp_path / "runner" / place).rglob("*.*")]
    assert {path.name for path in kept} >= {"gradebook.csv", "index.html", "grader.db"}
    for file in filter(Path.is_file, kept):
        assert TOKEN.encode() not in file.read_bytes()
    for machine in (first, second):
        assert TOKEN not in machine.log
        assert base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode() not in machine.log


# --- without an engine ----------------------------------------------------------------------------------------------


def test_inputs_are_no_script(begin: Begin, tmp_path: Path) -> None:
    evil = (
        f'"; touch {tmp_path}/pwned; $(touch {tmp_path}/pwned) `touch {tmp_path}/pwned` ::error::PWNED\n##[error]PWNED'
    )
    for number, key in enumerate(
        ["exercise", "path", "engine", "report", "exercises", "protected", "points", "fail_on"]
    ):
        machine = begin_again(begin, tmp_path, number)
        play(changed("plain", tmp_path, **{"engine": "none", key: evil}), machine)
        assert machine.failed
        assert not (tmp_path / "pwned").exists()
        assert not [one for one in machine.annotations if one[1].startswith("PWNED")]


def begin_again(begin: Begin, tmp_path: Path, number: int) -> Machine:
    if number:
        (tmp_path / "runner").rename(tmp_path / f"runner-{number}")
        shutil.rmtree(tmp_path / "artefacts", ignore_errors=True)
        shutil.rmtree(tmp_path / "runner" / "artefacts", ignore_errors=True)
    return begin(ANSWERS / "reference")


def test_paths_stay_in_the_repository(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n"})
    (work / "out").symlink_to("/etc")
    for number, path in enumerate(["../..", "out", "/etc"]):
        if number:
            (tmp_path / "runner").rename(tmp_path / f"runner-{number}")
        machine = play(changed("plain", tmp_path, path=path, engine="none"), begin(work))
        if path == "/etc":  # below the repository, where it isn't
            assert machine.step("grade").outputs["passed"] == "false"
        else:
            assert ("error", f"The input 'path' leads out of the repository: {path}") in machine.annotations
            assert not machine.artefacts["grader-report"].joinpath("result.json").exists()


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Make the repository with protected exercises; gives its commit."""
    made = tmp_path / "server" / "staff" / "exercises.git"
    shutil.copytree(ROOT / "exercises" / "serve-on-3000", made / "exercises" / "serve-on-3000")
    repository(made, {"given/app/server.py": "print()\n", "given/README.md": "Serve!\n"})
    git(made, "config", "uploadpack.allowAnySHA1InWant", "true")
    return git(made, "rev-parse", "HEAD")


def protected(begin: Begin, tmp_path: Path, work: Path, ref: str, **given: str) -> Machine:
    inputs = {"exercises": "staff/exercises", "exercises_ref": ref, "engine": "none", **given}
    machine = begin(work, server_url=f"file://{tmp_path}/server")
    return play(changed("plain", tmp_path, **inputs), machine)


def test_protected_files(begin: Begin, tmp_path: Path, place: str) -> None:
    work = write(
        tmp_path / "work", {"Dockerfile": "FROM busybox:1\n", "app/server.py": "print()\n", "README.md": "I\n"}
    )
    given = "app=given/app\n\n  README.md=given/README.md\n"
    machine = protected(begin, tmp_path, work, place, protected=given)
    outputs = machine.step("grade").outputs
    assert (outputs["protected"], outputs["exercises-commit"]) == ("changed", place)
    warnings = [text for kind, text in machine.annotations if kind == "warning"]
    assert warnings == ["'README.md' is protected, and differs from what was given, which is used instead."]
    assert "`README.md`" in machine.summary
    [graded] = machine.temp.glob("grader-*/submission/docker-ada")
    assert (graded / "README.md").read_text(encoding="utf-8") == "Serve!\n"
    assert (machine.workspace / "README.md").read_text(encoding="utf-8") == "I\n"


def test_nothing_protected_has_changed(begin: Begin, tmp_path: Path, place: str) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n", "app/server.py": "print()\n"})
    machine = protected(begin, tmp_path, work, place, protected="app=given/app")
    assert machine.step("grade").outputs["protected"] == "unchanged"
    assert "differ" not in machine.summary


@pytest.mark.parametrize("trick", ["link", "linked folder", "file for folder", "more files", "missing"])
def test_tricks_with_protected_files(trick: str, begin: Begin, tmp_path: Path, place: str) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n", "other/server.py": "print()\n"})
    outside = write(tmp_path / "outside", {"server.py": "print()\n"})
    if trick == "link":
        (work / "app").mkdir()
        (work / "app" / "server.py").symlink_to("../other/server.py")
    elif trick == "linked folder":
        (work / "app").symlink_to(outside)
    elif trick == "file for folder":
        (work / "app").write_text("", encoding="utf-8")
    elif trick == "more files":
        write(work / "app", {"server.py": "print()\n", "sitecustomize.py": ""})
    machine = protected(begin, tmp_path, work, place, protected="app/server.py=given/app/server.py\napp=given/app")
    assert machine.step("grade").outputs["protected"] == "changed"
    [graded] = machine.temp.glob("grader-*/submission/docker-ada")
    assert not (graded / "app").is_symlink()
    assert [path.name for path in (graded / "app").iterdir()] == ["server.py"]
    assert (graded / "app" / "server.py").read_text(encoding="utf-8") == "print()\n"
    assert [path.name for path in outside.iterdir()] == ["server.py"]


def test_a_branch_is_no_pin(begin: Begin, tmp_path: Path, place: str) -> None:
    machine = protected(begin, tmp_path, ANSWERS / "reference", "main")
    [warning] = [text for kind, text in machine.annotations if kind == "warning"]
    assert warning == f"exercises-ref is 'main', which can move. To pin it, write exercises-ref: {place}"


@pytest.mark.parametrize("ref", ["no-such-branch", "0" * 40])
def test_exercises_that_can_not_be_fetched(ref: str, begin: Begin, tmp_path: Path, place: str) -> None:
    assert place
    machine = protected(begin, tmp_path, ANSWERS / "reference", ref)
    outputs = machine.step("grade").outputs
    assert machine.failed
    assert (outputs["status"], outputs["passed"], outputs["score"]) == ("ungraded", "false", "")
    assert machine.steps[-2].code == 3
    assert "Nothing was graded" in machine.summary


def test_exercises_of_the_student_do_not_count(begin: Begin, tmp_path: Path, place: str) -> None:
    easy = (ROOT / "exercises/first-dockerfile/exercise.yaml").read_text(encoding="utf-8")
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n", "exercises/easy/exercise.yaml": easy})
    for number, exercise in enumerate(["easy", "exercises/easy", "../../docker-ada/exercises/easy"]):
        if number:
            (tmp_path / "runner").rename(tmp_path / f"runner-{number}")
        machine = protected(begin, tmp_path, work, place, exercise=exercise)
        assert machine.failed
        assert machine.steps[-2].code == 2


def test_a_machine_of_ones_own_is_left_alone(begin: Begin, tmp_path: Path) -> None:
    grader = write(
        tmp_path / "bin",
        {"grader": f'#!/bin/bash\nprintf "%s\\n" "$@" >{tmp_path}/arguments; env >{tmp_path}/env\nexit 3\n'},
    )
    (grader / "grader").chmod(0o755)
    for number, (where, engine) in enumerate({"self-hosted": "isolated", "github-hosted": "auto"}.items()):
        if number:
            (tmp_path / "runner").rename(tmp_path / f"runner-{number}")
        machine = begin(ANSWERS / "reference")
        machine.environment |= {"RUNNER_ENVIRONMENT": where, "GRADER_BIN": str(grader / "grader")}
        play(WORKFLOWS / "plain.yml", machine)
        arguments = (tmp_path / "arguments").read_text(encoding="utf-8").split("\n")
        assert arguments[arguments.index("--engine") + 1] == engine
        names = {line.partition("=")[0] for line in (tmp_path / "env").read_text(encoding="utf-8").splitlines()}
        known = {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GRADER_ANNOTATE_BELOW"}
        assert {name for name in names if name.startswith(("GITHUB_", "ACTIONS_", "RUNNER_", "GRADER_"))} <= known
        assert TOKEN not in (tmp_path / "env").read_text(encoding="utf-8")


FULL: Final = """\
#!/bin/bash
printf "%s: error writing '%s': No space left on device\\n" "${0##*/}" '##[error]PWNED' >&2
exit 1
"""


@pytest.mark.parametrize("program", ["cp", "find"])
def test_a_disk_that_is_full(program: str, begin: Begin, tmp_path: Path) -> None:
    """What a program says then names files, and those are called as students like."""
    fake = write(tmp_path / "bin", {program: FULL}) / program
    fake.chmod(0o755)
    machine = begin(ANSWERS / "reference")
    machine.environment["PATH"] = f"{fake.parent}:{machine.environment['PATH']}"
    play(changed("classroom", tmp_path, engine="none"), machine)
    outputs = machine.step("grader").outputs
    assert (outputs["status"], outputs["passed"], outputs["score"]) == ("ungraded", "false", "")
    assert machine.annotations == [
        ("error", "The work could not be copied; the log says why. This is not about the work: run the job again.")
    ]
    assert machine.steps[-1].outcome == "skipped"  # the reporter
    assert "No space left on device" in machine.log
    assert "Nothing was graded" in machine.summary
    keeps_quiet(machine)


def test_a_step_that_breaks_says_so_too(begin: Begin, tmp_path: Path) -> None:
    fake = write(tmp_path / "bin", {"mkdir": f'#!/bin/bash\n[[ $1 != desk ]] && exec {shutil.which("mkdir")} "$@"\n'})
    (fake / "mkdir").chmod(0o755)
    machine = begin(ANSWERS / "reference")
    machine.environment["PATH"] = f"{fake}:{machine.environment['PATH']}"
    play(changed("plain", tmp_path, engine="none"), machine)
    assert machine.step("grade").outputs["status"] == "ungraded"
    assert machine.annotations == [("error", "Nothing was graded. The log says why.")]
    assert machine.steps[-2].code == 3


@pytest.mark.parametrize("code", [0, 1])
def test_a_verdict_without_a_result_is_none(code: int, begin: Begin, tmp_path: Path) -> None:
    """A program that can't even start ends with 1, as one that has found mistakes does."""
    broken = write(tmp_path / "bin", {"grader": f"#!/bin/bash\necho 'No module named grader' >&2\nexit {code}\n"})
    (broken / "grader").chmod(0o755)
    machine = begin(ANSWERS / "reference")
    machine.environment["GRADER_BIN"] = str(broken / "grader")
    play(WORKFLOWS / "classroom.yml", machine)
    assert machine.failed
    assert machine.step("grader").outputs["status"] == "ungraded"
    assert machine.steps[-3].code == 3
    assert machine.steps[-1].outcome == "skipped"  # the reporter


def test_a_file_s_annotations_are_where_it_is(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"answers/web/Dockerfile": "FROM busybox:1\nCMD true\n"})
    (work / "web").symlink_to("answers/web")
    for number, path in enumerate(["answers/web/Dockerfile", "web/Dockerfile", "answers/web", "web"]):
        if number:
            (tmp_path / "runner").rename(tmp_path / f"runner-{number}")
        machine = play(changed("plain", tmp_path, exercise="first-dockerfile", path=path, engine="none"), begin(work))
        files = {one.properties.get("file") for step in machine.steps for one in step.commands.annotations}
        assert files - {None} == {"answers/web/Dockerfile"}, path


def test_reports_of_faults_name_files_of_the_repository(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"answers/web/Dockerfile": "FROM busybox:1\nCMD true\n"})
    given = {"exercise": "first-dockerfile", "path": "answers/web", "report": "sarif:found.sarif\ngitlab:quality.json"}
    machine = play(changed("plain", tmp_path, engine="none", **given), begin(work))
    folder = machine.artefacts["grader-report"]
    sarif = json.loads((folder / "found.sarif").read_text(encoding="utf-8"))
    places = [place for one in sarif["runs"][0]["results"] for place in one["locations"]]
    assert places
    assert {one["physicalLocation"]["artifactLocation"]["uri"] for one in places} == {"answers/web/Dockerfile"}
    quality = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
    assert {one["location"]["path"] for one in quality} == {"answers/web/Dockerfile"}


def test_paths_of_protected_files_are_read_as_people_write_them(begin: Begin, tmp_path: Path, place: str) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n", "app/server.py": "print()\n"})
    given = "./app/=./given/app\napp/./server.py=given/app/server.py"
    machine = protected(begin, tmp_path, work, place, protected=given)
    assert machine.step("grade").outputs["protected"] == "unchanged"


def test_of_two_exercises_the_one_in_the_folder_counts(begin: Begin, tmp_path: Path, place: str) -> None:
    server = tmp_path / "server" / "staff" / "exercises.git"
    shutil.copytree(server / "exercises" / "serve-on-3000", server / "serve-on-3000")
    other = server / "serve-on-3000" / "exercise.yaml"
    other.write_text(other.read_text(encoding="utf-8").replace("title: ", "title: Old, "), encoding="utf-8")
    git(server, "add", ".")
    git(server, "commit", "--quiet", "-m", "old")
    machine = protected(begin, tmp_path, ANSWERS / "reference", git(server, "rev-parse", "HEAD"))
    assert place
    assert "Old" not in machine.summary
    assert "Serve a page on port 3000" in machine.summary


def test_rejected_work_stays_rejected(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n"})
    (work / "out").symlink_to("/etc/passwd")
    given = "gradescope:gradescope.json"
    machine = play(changed("plain", tmp_path, engine="none", report=given), begin(work))
    assert machine.step("grade").outputs["status"] == "rejected"
    assert machine.steps[-2].code == 4


def test_no_history_is_graded(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n"})
    (work / "answer").symlink_to(".git")
    machine = play(changed("plain", tmp_path, engine="none", path="answer"), begin(work))
    assert ("error", "The input 'path' leads into .git: answer") in machine.annotations


def test_no_checkout_keeps_its_token(begin: Begin, tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"Dockerfile": "FROM busybox:1\n"})
    machine = begin(work)
    bring = machine.checkout

    def checkout(one: Machine, given: Mapping[str, str]) -> None:
        bring(one, given)
        for place in (".git/modules/lib", "sub/.git", ".git/modules/lib/modules/deep"):
            write(one.workspace / place, {"config": (one.workspace / ".git" / "config").read_text(encoding="utf-8")})

    machine.checkout = checkout
    play(changed("plain", tmp_path, engine="none"), machine)
    configs = [path for path in machine.workspace.rglob("config") if ".git" in path.parts]
    assert len(configs) == 4
    for config in configs:
        text = config.read_text(encoding="utf-8")
        assert TOKEN not in text
        assert "docker-ada" in text


# --- the player -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.actor != 'github-classroom[bot]'", True),
        ("always() && steps.a.outputs.b == ''", True),
        ("success() || failure()", True),
        ("success()", False),
        ("!(github.actor == 'ADA')", False),
        ("inputs.missing || 'it''s'", "it's"),
    ],
)
def test_expressions(text: str, value: object) -> None:
    contexts = {"github": {"actor": "ada"}, "steps": {}, "inputs": {}}
    assert Expression(text, contexts, failed=True).value() == value


# --- the files themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ACTION / "action.yml", *sorted(WORKFLOWS.glob("*.yml"))], ids=lambda path: path.name)
def test_no_expression_is_part_of_a_script(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    for step in (step for job in jobs for step in job["steps"]):
        assert "${{" not in step.get("run", "")
    if "jobs" in document:
        assert {*document["permissions"].values()} <= {"read", "write"}
        assert document["permissions"]["contents"] == "read"
        assert "pull_request_target" not in document[True]  # `on`, to a reader of YAML 1.1
        checkouts = [step for job in jobs for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
        assert checkouts
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


NODE_24: Final = {"actions/checkout": 5, "actions/setup-python": 6, "actions/upload-artifact": 6, "actions/cache": 5}
"""The first version of each that needs no Node 20, which GitHub's runners have had none of since September 2026."""


@pytest.mark.parametrize("path", [ACTION / "action.yml", *sorted(WORKFLOWS.glob("*.yml"))], ids=lambda path: path.name)
def test_actions_run_where_there_is_no_node_20(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    used = [step["uses"].split("@v") for job in jobs for step in job["steps"] if "uses" in step]
    ours = [(name, int(version)) for name, version in used if name.startswith("actions/")]
    assert ours
    assert all(version >= NODE_24[name] for name, version in ours)


def test_shellcheck() -> None:
    scripts = sorted(map(str, ACTION.glob("*.sh")))
    assert len(scripts) >= 7
    done = subprocess.run(
        [ROOT / ".venv/bin/shellcheck", "--external-sources", *scripts], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def test_scaled_scores_add_up(tmp_path: Path) -> None:
    tests = [{"name": str(n), "score": 1.25, "status": "pass"} for n in range(2)]
    payload = base64.b64encode(json.dumps({"tests": [*tests, {"score": 0}], "max_score": 3}).encode()).decode()
    write(tmp_path, {"result.json": json.dumps({"score": 2.5, "max_score": 3}), "payload": payload})
    done = subprocess.run(
        ["python3", "-I", ACTION / "scale.py", "10", tmp_path / "result.json", tmp_path / "payload"],
        capture_output=True,
        text=True,
        check=True,
    )
    outputs = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert (outputs["score"], outputs["max-score"]) == ("8.33", "10")
    scaled = json.loads(base64.b64decode(outputs["result"]))
    assert scaled["max_score"] == 10
    assert [test["score"] for test in scaled["tests"]] == [4.17, 4.16, 0]
