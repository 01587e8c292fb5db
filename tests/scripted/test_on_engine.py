"""The page's own example on an engine: as a check of an exercise, and run by hand."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from grader.exercise.engines import opener
from grader.exercise.load import load
from grader.grading import grade
from tests.support.commands import grader
from tests.support.engine import watching
from tests.support.exercises import write
from tests.support.scripted import write_tests

if TYPE_CHECKING:
    from grader.core.result import CheckResult, Result

PAGE: Final = (Path(__file__).parent.parent.parent / "docs" / "pytest.md").read_text(encoding="utf-8")
_BLOCK: Final = re.compile(r"^```(yaml|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCKS: Final = dict(reversed(_BLOCK.findall(PAGE)))
YAML, TESTS, SHOWN = (_BLOCKS[language] for language in ("yaml", "python", "text"))

ROOT: Final = """\
FROM python:3-slim
WORKDIR /srv
COPY *.html *.txt ./
EXPOSE 8000
CMD ["python3", "-m", "http.server", "8000"]
"""
FILES: Final = {
    "index.html": "hello\n", "first.txt": "This is the first note.\n", "second.txt": "This is the second note.\n",
}  # fmt: skip


def handed_in(folder: Path, dockerfile: str = ROOT) -> Path:
    folder.mkdir(parents=True)
    for name, text in {**FILES, "Dockerfile": dockerfile}.items():
        (folder / name).write_text(text)
    return folder


def graded(place: Path, yaml: str, tests: str, dockerfile: str = ROOT) -> Result:
    write_tests(place, tests, "tests/test_notes.py")
    exercise = load(write(place, yaml))
    return grade(exercise, handed_in(place / "ada", dockerfile), opener(exercise))


def outcomes(result: Result) -> dict[str, str]:
    return {one.id: str(one.outcome) for one in result.checks}


@pytest.mark.docker
def test_the_example_of_the_page(tmp_path: Path) -> None:
    """Also that what students see of hidden tests is their points."""
    write_tests(tmp_path, TESTS, "tests/test_notes.py")
    folder, work = write(tmp_path, YAML), handed_in(tmp_path / "ada")
    assert load(folder).id == "notes"
    ran = grader("check", str(folder), str(work), "--report", f"json:{tmp_path}/result.json")
    assert ran.code == 1
    seen = [line for line in ran.out.splitlines() if line.strip()]
    wanted = [line for line in SHOWN.splitlines() if line.strip()]
    assert seen[2 : 2 + len(wanted)] == wanted
    assert "✓ Hidden check" in ran.out
    for text in (ran.out, (tmp_path / "result.json").read_text()):
        assert "secrets" not in text


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Result:
    tests = """
import pytest, time

def test_status(http):
    assert http.get("/none.txt").status == 200

def test_exits(run):
    assert run("python3", "-c", "raise SystemExit(3)").exit_code == 0

def test_slow_program(run):
    run("sleep", "60", timeout=1)

def test_slow():
    time.sleep(60)

@pytest.mark.needs("slow")
def test_needs(): pass

def test_afterwards(host):
    assert host.file("/srv/first.txt").content_string == "This is the first note.\\n"

def test_broken(): [][0]

def test_stopped(container):
    before = container.id
    assert container.stop("KILL").exit_code == 137
    assert not container.running and container.id == before

def test_started_again(container, http):
    assert container.running
    assert http.get("/").status == 200

@pytest.mark.hidden
def test_leaves(container):
    container.exec("sh", "-c", "sleep 600 &")
"""
    yaml = YAML.replace("20s", "4s").replace("kind: stop, at_most: 3s", "kind: image, user: root")
    with watching() as watch:
        result = graded(tmp_path_factory.mktemp("bad"), yaml, tests)
        assert watch.made(result.attempt)
        assert watch.nothing_left(result.attempt)
    return result


def found(result: Result, name: str) -> CheckResult:
    return next(one for one in result.checks if one.id == f"notes-{name}")


@pytest.mark.docker
def test_outcomes_on_an_engine(bad: Result) -> None:
    assert outcomes(bad) == {
        "builds": "passed",
        "notes-status": "failed",
        "notes-exits": "failed",
        "notes-slow_program": "failed",
        "notes-slow": "failed",
        "notes-needs": "skipped",
        "notes-afterwards": "passed",
        "notes-broken": "error",
        "notes-stopped": "passed",
        "notes-started_again": "passed",
        "notes-leaves": "passed",
        "stops": "skipped",
    }
    assert (str(bad.score), str(bad.max_score)) == ("5", "11")


@pytest.mark.docker
@pytest.mark.parametrize(
    ("name", "message", "reproduce"),
    [
        ("status", "http.get('/none.txt').status is 404, expected 200", "curl -i http://localhost:8000/none.txt"),
        ("exits", "run('python3', '-c', 'raise SystemExit(3)').exit_code is 3, expected 0", "docker run --rm"),
        ("slow_program", "not finished within 1 s (the time limit of run)", "docker run --rm"),
        ("slow", "not finished within 4 s (the limit of check 'notes-slow')", ""),
        ("broken", "the test itself is broken: tests/test_notes.py:22: IndexError: list index out of range", ""),
    ],
)
def test_what_students_read(bad: Result, name: str, message: str, reproduce: str) -> None:
    one = found(bad, name)
    assert one.message == message
    assert reproduce in (one.reproduce or "")


@pytest.mark.docker
def test_the_exchange_is_evidence(bad: Result) -> None:
    assert [one.kind for one in found(bad, "status").evidence] == ["source", "http"]


@pytest.mark.docker
def test_what_can_not_be_built_is_not_looked_at(tmp_path: Path) -> None:
    tests = "def test_a(image): pass\ndef test_b(submission): assert submission.read('first.txt')\n"
    yaml = YAML.replace(", needs: [builds]", "")
    result = graded(tmp_path, yaml, tests, "FROM python:3-slim\nRUN nosuchcommand\n")
    assert outcomes(result) == {"builds": "failed", "notes-a": "skipped", "notes-b": "passed", "stops": "skipped"}
    assert found(result, "a").message == "the image was not built"


@pytest.mark.docker
def test_every_test_has_its_line_where_nothing_can_be_graded(tmp_path: Path) -> None:
    write_tests(tmp_path, TESTS, "tests/test_notes.py")
    exercise = load(write(tmp_path, YAML))
    (tmp_path / "empty").mkdir()
    result = grade(exercise, tmp_path / "empty", opener(exercise))
    assert (str(result.score), str(result.max_score)) == ("0", "9")
    assert set(outcomes(result).values()) == {"failed", "skipped"}
    assert list(outcomes(result))[2:5] == ["notes-page", "notes-note-first", "notes-note-second"]


# --- by hand --------------------------------------------------------------------------------------------------------


def by_hand(place: Path, *options: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--grader-submission", str(place / "ada")]
    env = {**os.environ, "XDG_STATE_HOME": str(place / "state")}
    return subprocess.Popen(
        [*words, *options, str(place / "it" / "tests")], cwd=place, env=env, stdout=subprocess.PIPE, text=True
    )


def ledgers(place: Path) -> list[Path]:
    return list((place / "state").rglob("*.jsonl"))


@pytest.mark.docker
@pytest.mark.parametrize("exercise", [True, False])
def test_by_hand(tmp_path: Path, *, exercise: bool) -> None:
    write_tests(tmp_path, TESTS, "tests/test_notes.py")
    write(tmp_path, YAML)
    handed_in(tmp_path / "ada")
    with by_hand(tmp_path, *(["--grader-exercise", str(tmp_path / "it")] if exercise else [])) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1, out
    assert "The server runs as root. Add a USER to the Dockerfile." in out
    assert "1 failed, 5 passed" in out
    assert not ledgers(tmp_path)


@pytest.mark.docker
def test_by_hand_a_build_that_fails_is_told(tmp_path: Path) -> None:
    write_tests(tmp_path, "def test_it(image): pass\ndef test_port(http): http.get('/')")
    handed_in(tmp_path / "ada", "FROM python:3-slim\nRUN nosuchcommand\n")
    with by_hand(tmp_path) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert len(re.findall(r"^E +grader\.core\.errors\.Failure: the image was not built", out, re.MULTILINE)) == 2
    assert "nosuchcommand: not found" in out


@pytest.mark.docker
def test_ctrl_c_by_hand_leaves_nothing(tmp_path: Path) -> None:
    write_tests(
        tmp_path,
        f"""
import pathlib, time
def test_it(container):
    assert container.running
    pathlib.Path({str(tmp_path / "running")!r}).touch()
    time.sleep(600)
""",
    )
    handed_in(tmp_path / "ada")
    with by_hand(tmp_path) as process:
        end = time.monotonic() + 60
        while not (tmp_path / "running").exists() and time.monotonic() < end:
            time.sleep(0.05)
        [ledger] = ledgers(tmp_path)
        attempt = ledger.stem
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 2
    assert not ledgers(tmp_path)
    left = subprocess.run(
        ["docker", "ps", "-aq", "--filter", f"name=grader-{attempt[:12]}"], capture_output=True, text=True, check=True
    )
    assert not left.stdout
