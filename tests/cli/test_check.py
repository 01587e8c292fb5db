from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import UsageError
from grader.core.result import Outcome, Result, Status, Visibility
from grader.grading import Options
from tests.support.commands import PROGRAM, grader, process
from tests.support.exercises import GOOD, write
from tests.support.factories import make_check_result, make_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import FakeGrading

COURSE = Path(__file__).parents[2].resolve() / "exercises"
FAILED = make_result(checks=(make_check_result(outcome=Outcome.FAILED, points=0, message="nothing answers"),))
UNGRADED = make_result(
    status=Status.UNGRADED, score=None, max_score=None, checks=(), message="the engine is gone", hint="Start it."
)
REJECTED = make_result(status=Status.REJECTED, score=None, max_score=None, checks=(), message="it is no archive")
BROKEN = make_result(checks=(make_check_result(outcome=Outcome.ERROR, points=0, max_points=0, message="a bug"),))
HIDDEN = make_result(
    checks=(make_check_result(title="Secret", outcome=Outcome.FAILED, points=0, visibility=Visibility.HIDDEN),)
)


@pytest.mark.parametrize(
    ("result", "code"), [(make_result(), 0), (FAILED, 1), (BROKEN, 2), (UNGRADED, 3), (REJECTED, 4)]
)
def test_exit_codes(grading: FakeGrading, result: Result, code: int) -> None:
    grading.result = result
    assert grader("check", "serve-on-3000").code == code


@pytest.mark.parametrize(("result", "code"), [(FAILED, 0), (UNGRADED, 3), (REJECTED, 4)])
def test_zero_if_graded(grading: FakeGrading, result: Result, code: int) -> None:
    grading.result = result
    assert grader("check", "serve-on-3000", "--exit-zero-if-graded").code == code


def test_the_report_is_on_stdout(grading: FakeGrading) -> None:
    grading.result = FAILED
    ran = grader("check", "serve-on-3000")
    assert "nothing answers" in ran.out
    assert ran.err == ""


def test_what_is_asked_for(grading: FakeGrading) -> None:
    grader("check", "serve-on-3000", "answer", "--only", "answers", "--only", "builds", "--seed", "7", "--keep")
    [(exercise, source, (_, _, options))] = grading.asked
    assert (exercise.id, exercise.seed, source) == ("serve-on-3000", 7, Path("answer"))
    assert options == Options(only=("answers", "builds"), keep=True)


def test_without_an_engine(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{elsewhere}/nobody.sock")
    (elsewhere / "Dockerfile").write_text('FROM python:3-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "hello.py"]\n')
    ran = grader("check", "first-dockerfile", "--engine", "none")
    assert (ran.code, ran.err) == (0, "")
    lines = [line.strip() for line in ran.out.splitlines()]
    assert lines.count("Not run: it needs a Docker engine.") == 2  # once for checks in a row
    assert "Score: 2 of 2  (2 passed, 5 not run)" in lines
    assert "Note: graded without a Docker engine: 5 of 7 checks did not run" in lines


def test_without_an_engine_there_may_be_nothing_to_say(elsewhere: Path) -> None:
    (elsewhere / "commands.sh").write_text("docker run -p 3000:3000 web\n")
    ran = grader("check", "publish-port-3000", "--engine", "none")
    assert (ran.code, ran.out) == (3, "")
    assert "none of the checks can be run without a Docker engine" in ran.err


def test_without_an_engine_there_is_nothing_to_keep(grading: FakeGrading) -> None:
    ran = grader("check", "first-dockerfile", "--engine", "none", "--keep")
    assert (ran.code, grading.asked) == (2, [])


def test_a_seed_repeats_an_attempts_values(grading: FakeGrading) -> None:
    for seed in ("7", "7", "8"):
        grader("check", "serve-on-3000", "--seed", seed)
    grader("check", "serve-on-3000")
    first, second, third, fourth = (exercise.values["token"] for exercise, *_ in grading.asked)
    assert first == second
    assert len({first, third, fourth}) == 3


def test_no_engine_is_one_line_and_what_to_do(elsewhere: Path) -> None:
    (elsewhere / "Dockerfile").write_text("FROM python:3-slim\n")
    ran = grader("check", "serve-on-3000")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines() == [
        "error: no Docker engine is running at unix:///nonexistent/test-is-not-marked-docker.sock",
        "  Start Docker (Docker Desktop, or: sudo systemctl start docker) and try again; `grader doctor` says more.",
    ]


def test_an_infrastructure_error_is_told_beside_a_report(grading: FakeGrading) -> None:
    grading.result = UNGRADED
    ran = grader("check", "serve-on-3000", "--report", "json")
    assert json.loads(ran.out)["status"] == "ungraded"
    assert ran.err == "error: the engine is gone\n  Start it.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve-on-300",), "there is no exercise 'serve-on-300'; did you mean 'serve-on-3000'?"),
        (("serve-on-3000", "--only", "answer"), "there is no check 'answer' in serve-on-3000"),
        (("serve-on-3000", "--report", "jsn"), "unknown report format 'jsn'"),
        (("serve-on-3000", "--report", "json:no/where.json"), "is in a folder that does not exist"),
        (("serve-on-3000", "--report", "json:."), "is a folder"),
        (("serve-on-3000", "--report", "json", "--report", "junit"), "2 reports go to standard output"),
        (("serve-on-3000", "--report", "json:r", "--report", "junit:r"), "2 reports go to 'r'"),
        (("serve-on-3000", "--seed", "-1"), "Invalid value for '--seed'"),
        (("serve-on-3000", "--sed", "1"), "No such option '--sed'. Did you mean '--seed'?"),
        ((), "Missing argument 'EXERCISE'"),
    ],
)
def test_wrong_usage_is_told_before_grading(grading: FakeGrading, arguments: tuple[str, ...], message: str) -> None:
    ran = grader("check", *arguments)
    assert (ran.code, ran.out, grading.asked) == (2, "", [])
    assert message in ran.err


def test_there_is_no_submission() -> None:
    ran = grader("check", "serve-on-3000", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "error: there is no submission at 'nowhere'" in ran.err


def test_a_broken_exercise(elsewhere: Path, grading: FakeGrading) -> None:
    write(elsewhere, GOOD.replace("title", "titel").replace("port:", "prot:"))
    ran = grader("check", "./it")
    assert (ran.code, grading.asked) == (2, [])
    assert "it/exercise.yaml:3:1: titel: unknown field; did you mean 'title'?" in ran.err
    assert "it/exercise.yaml:10:31: checks[1].prot: unknown field; did you mean 'port'?" in ran.err


def test_a_bug_is_a_message_and_a_log(grading: FakeGrading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    grading.result = ValueError("a bug")
    ran = grader("check", "serve-on-3000")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("internal error: ValueError. Details for a bug report: ")
    [log] = tmp_path.glob("grader-error-*.log")
    assert "ValueError: a bug" in log.read_text()


def test_interrupted(grading: FakeGrading) -> None:
    grading.result = KeyboardInterrupt()
    ran = grader("check", "serve-on-3000")
    assert ran.code == 130
    assert "Interrupted" in ran.err


def test_reports(grading: FakeGrading, elsewhere: Path) -> None:
    grading.result = FAILED
    ran = grader("check", "serve-on-3000", "--report", "json:r.json", "--report", "junit:r.xml")
    assert "nothing answers" in ran.out  # with all reports in files, the usual text is still shown
    assert Result.model_validate_json((elsewhere / "r.json").read_text()).checks == FAILED.checks
    assert "<testsuite" in (elsewhere / "r.xml").read_text()
    assert sorted(path.name for path in elsewhere.iterdir()) == ["r.json", "r.xml"]


def test_a_report_is_whole_or_not_there(grading: FakeGrading, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "r.json").write_text("the last one")
    monkeypatch.setattr("grader.reports.json.Json.stop", lambda _: 1 / 0)
    assert grader("check", "serve-on-3000", "--report", "json:r.json").code == 3
    assert grading.asked
    assert (elsewhere / "r.json").read_text() == "the last one"
    assert [path.name for path in elsewhere.iterdir()] == ["r.json"]


def test_hidden_checks_are_for_staff(grading: FakeGrading) -> None:
    grading.result = HIDDEN
    assert "Secret" not in grader("check", "serve-on-3000").out
    assert "Secret" not in grader("check", "serve-on-3000", "--report", "json").out
    assert "Secret" in grader("check", "serve-on-3000", "--staff").out


def test_watch_checks_again_after_a_change(
    grading: FakeGrading, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(_: float) -> None:
        if len(grading.asked) == 2:
            raise KeyboardInterrupt
        (elsewhere / "Dockerfile").write_text("FROM busybox:1\n")

    monkeypatch.setattr("time.sleep", sleep)
    ran = grader("check", "serve-on-3000", "--watch")
    assert ran.code == 130
    assert len(grading.asked) == 2
    assert "Waiting for a change" in ran.err


def test_watch_outlives_a_submission_that_is_gone_for_a_while(
    grading: FakeGrading, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(_: float) -> None:
        if len(grading.asked) == 2:
            raise KeyboardInterrupt
        grading.result = UsageError("there is no submission at '.'")
        (elsewhere / "Dockerfile").write_text("FROM busybox:1\n")

    monkeypatch.setattr("time.sleep", sleep)
    ran = grader("check", "serve-on-3000", "--watch")
    assert (ran.code, ran.err.count("Waiting for a change")) == (130, 2)
    assert "error: there is no submission" in ran.err


@pytest.mark.parametrize(("result", "code"), [(make_result(), 0), (FAILED, 1)])
def test_a_reader_that_leaves_does_not_change_the_verdict(
    grading: FakeGrading, monkeypatch: pytest.MonkeyPatch, result: Result, code: int
) -> None:
    def broken(*_: object) -> list[str]:
        raise BrokenPipeError

    grading.result = result
    monkeypatch.setattr("grader.cli.output.Output.write", broken)
    monkeypatch.setattr("grader.cli.run.unheard", lambda: None)
    assert grader("check", "serve-on-3000").code == code


def test_watch_ends_with_the_submission(grading: FakeGrading) -> None:
    grading.result = UsageError("there is no submission at 'x'")
    assert grader("check", "serve-on-3000", "x", "--watch").code == 2


@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_a_build_leaves_nothing(elsewhere: Path, tmp_path: Path, number: int) -> None:
    sleep = f"sleep 60.{time.time_ns()}"
    (elsewhere / "Dockerfile").write_text(f"FROM python:3-slim\nRUN {sleep}\n")
    with subprocess.Popen([PROGRAM, "check", "serve-on-3000"], stderr=subprocess.PIPE, text=True) as running:
        until(lambda: runs(sleep))
        [ledger] = tmp_path.glob("state/grader/ledgers/*.jsonl")
        os.kill(running.pid, number)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Interrupted" in err
    assert "Traceback" not in err
    assert not ledger.exists()
    assert left(ledger.stem) == ""
    until(lambda: not runs(sleep))


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def runs(command: str) -> bool:
    """Whether a process of this machine, where the engine is, has exactly this command line."""
    wanted = command.encode().replace(b" ", b"\0") + b"\0"
    found = Path("/proc").glob("[0-9]*/cmdline")
    return any(suppressed(path) == wanted for path in found)


def suppressed(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def left(attempt: str) -> str:
    """Give the ids of containers and images on the engine that belong to an attempt."""
    label = f"label=grader.attempt={attempt}"
    commands = (["docker", "ps", "-aq", "--filter", label], ["docker", "images", "-aq", "--filter", label])
    return "".join(subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in commands)


@pytest.mark.docker
def test_a_failing_and_a_passing_submission(elsewhere: Path) -> None:
    """The whole way, as a student goes it."""
    assert process("exercise", "start", "run-vs-cmd", "mine").code == 0
    (elsewhere / "mine" / "Dockerfile").write_text("FROM busybox:1\nCOPY *.sh /\nRUN sh /prepare.sh\n")
    failed = process("check", "run-vs-cmd", "mine", "--report", "json:failed.json")
    assert failed.code == 1
    assert failed.err == ""
    passed = process("check", "run-vs-cmd", str(COURSE.parent / "solutions" / "run-vs-cmd" / "reference"))
    assert passed.code == 0
    result = Result.model_validate_json((elsewhere / "failed.json").read_text())
    assert left(result.attempt) == ""
    repeated = process("check", "run-vs-cmd", "mine", "--seed", str(result.seed), "--report", "json")
    assert Result.model_validate_json(repeated.out).score == result.score


def test_a_wrong_id_does_not_bring_hidden_ones_to_light() -> None:
    ran = grader("check", "serve-on-3000", "--only", "x")
    assert "There are: builds," in ran.err
    assert "not-found" not in ran.err


def test_a_report_that_can_not_be_written_loses_nothing(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "there").mkdir()

    def vanish(*_: object) -> Result:
        (elsewhere / "there").rmdir()
        return FAILED

    monkeypatch.setattr("grader.grading.grade", vanish)
    ran = grader("check", "serve-on-3000", "--report", "json:there/r.json", "--report", "junit:r.xml")
    assert ran.code == 3
    assert "nothing answers" in ran.out
    assert "the report file 'there/r.json' can't be written" in ran.err
    assert (elsewhere / "r.xml").exists()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_change_nothing(closed: str) -> None:
    line = f"{PROGRAM} exercise list {closed}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bug_in_a_check_shows_no_traceback(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))

    def buggy(*_: object) -> Result:
        try:
            int("the secret check")
        except ValueError:
            logging.getLogger("grader.grading.checks").exception("check secret is broken")
        return FAILED

    monkeypatch.setattr("grader.grading.grade", buggy)
    ran = grader("check", "serve-on-3000")
    assert "secret" not in ran.err
    [record] = elsewhere.glob("grader-error-*.log")
    assert str(record) in ran.err
    assert "the secret check" in record.read_text()
