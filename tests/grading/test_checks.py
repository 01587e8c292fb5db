"""From a submission to a Result, with a target made of plain values and no engine."""

from __future__ import annotations

import re
import signal
import tempfile
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pytest

from grader.checks.all_of import AllOf
from grader.checks.any_of import AnyOf
from grader.checks.build import Build
from grader.checks.container import Container
from grader.core import clock, kinds
from grader.core.check import PACKAGE, Check
from grader.core.errors import Failure, Missing, PolicyError, SandboxError, SubmissionError, TimedOut, Unmet, UsageError
from grader.core.progress import Silent
from grader.core.result import Diagnosis, EngineInfo, Finding, Outcome, Result, Status, Visibility
from grader.core.transcript import Transcript
from grader.exercise.model import Exercise, ExerciseFile
from grader.grading import Options, grade
from grader.grading.checks import explanation
from grader.submissions import Submission, Work
from tests.support.factories import make_build, make_build_failure
from tests.support.fakes import FakeTarget
from tests.support.states import holding, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.core.abilities import Anything


class Does(Check):
    """Does what a test tells it to."""

    kind: Literal["does"] = "does"
    effect: Any = None

    def run(self, target: Anything) -> None:
        if self.effect is not None:
            self.effect(target)


class Hands(Submission):
    """Opens as a test tells it to."""

    opens: ClassVar[type] = FakeTarget
    kind: Literal["hands"] = "hands"
    error: Any = None

    @contextmanager
    def open(self, work: Work) -> Iterator[FakeTarget]:
        work.taken["opened"] = "yes"
        if self.error is not None:
            raise self.error
        yield FakeTarget(source="FROM scratch\n")


class FakeEngine:
    """Answers about itself, and makes nothing."""

    address = "unix:///nowhere"
    closed = False

    def describe(self) -> EngineInfo:
        return EngineInfo(mode="host", versions={"engine": "26"})

    def environment(self) -> dict[str, str]:
        return {}

    def used(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


def raising(error: BaseException) -> Callable[[Any], None]:
    def effect(_: Any) -> None:
        raise error

    return effect


def check(name: str, effect: Any = None, **fields: Any) -> Does:
    return Does.model_validate({"id": name, "kind": "does", "effect": effect, **fields})


def exercise(*checks: Does, folder: Path, error: Exception | None = None, **fields: Any) -> Exercise:
    made = {"schema": "grader/exercise/v1", "id": "an-exercise", "title": "An exercise", "checks": checks}
    file = ExerciseFile.model_validate({**made, "submission": Hands(error=error), **fields})
    return Exercise(file, folder, "sha256:0", 7, {})


def run(work: Path, *checks: Does, options: Options | None = None, **fields: Any) -> Result:
    engine = FakeEngine()
    made = exercise(*checks, folder=work.parent, **fields)
    result = grade(made, work, lambda: engine, options=options)  # type: ignore[arg-type, return-value]
    assert engine.closed
    assert not list((work.parent / "state").rglob("*.jsonl"))
    assert Result.model_validate_json(result.model_dump_json(by_alias=True)) == result
    return result


def score(result: Result) -> str:
    return f"{result.score}/{result.max_score}"


def outcomes(result: Result) -> list[str]:
    return [str(one.outcome) for one in result.checks]


def test_a_submission_that_passes(work: Path) -> None:
    result = run(work, check("one", points="1.1"), check("two", points="2.2"))
    assert (result.status, result.score, result.max_score) == (Status.GRADED, Decimal("3.3"), Decimal("3.3"))
    assert result.passed
    assert (result.submission.id, result.submission.kind, result.submission.taken) == (
        "ada",
        "hands",
        {"opened": "yes"},
    )
    assert result.submission.digest is not None
    assert (result.seed, result.exercise.digest) == (7, "sha256:0")
    assert result.engine is not None
    assert result.finished_at >= result.started_at
    assert set(result.clocks) == {"checks"}


def test_points_are_decimals(work: Path) -> None:
    result = run(work, *(check(f"c{n}", points="0.1") for n in range(10)))
    assert result.score == Decimal(1)


def test_a_failure_costs_its_points_and_tells_all(work: Path) -> None:
    failure = Missing("no file", expected="a file", actual="none", hint="make one", reproduce="ls")
    result = run(work, check("one", raising(failure), points=2), check("two"))
    assert (score(result), outcomes(result)) == ("1/3", ["failed", "passed"])
    found = result.checks[0]
    assert (found.message, found.expected, found.actual) == ("no file", "a file", "none")
    assert (found.hint, found.reproduce, str(found.points)) == ("make one", "ls", "0")
    assert not result.passed


def test_the_authors_hint_comes_first(work: Path) -> None:
    result = run(work, check("one", raising(Failure("no", hint="general")), hint="particular"))
    assert result.checks[0].hint == "particular"


def test_bonus_adds_to_the_score_only(work: Path) -> None:
    result = run(work, check("one"), check("extra", points=2, bonus=True))
    assert score(result) == "3/1"


def test_what_needs_a_failed_check_is_skipped(work: Path) -> None:
    result = run(work, check("one", raising(Failure("no"))), check("two", needs=["one"]), check("three", needs=["two"]))
    assert outcomes(result) == ["failed", "skipped", "skipped"]
    assert result.max_score == 3
    assert "“one”" in (result.checks[1].message or "")


def test_a_title_of_a_hidden_check_stays_hidden(work: Path) -> None:
    first = check("one", raising(Failure("no")), title="the secret", visibility="hidden")
    result = run(work, first, check("two", needs=["one"]))
    assert "secret" not in (result.checks[1].message or "")
    assert result.checks[0].visibility is Visibility.HIDDEN


def test_nothing_to_look_at_is_skipped(work: Path) -> None:
    assert outcomes(run(work, check("one", raising(Unmet("no image"))))) == ["skipped"]


def test_a_bug_in_a_check_costs_nothing(work: Path, caplog: pytest.LogCaptureFixture) -> None:
    result = run(work, check("one", raising(ZeroDivisionError("oh"))), check("two", needs=["one"]), check("three"))
    assert outcomes(result) == ["error", "error", "passed"]
    assert score(result) == "1/1"
    assert "broken: ZeroDivisionError: oh" in (result.checks[0].message or "")
    assert "ZeroDivisionError" in caplog.text


def test_a_bug_in_an_explanation_leaves_the_failure(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeTarget, "case", lambda *_, **__: 1 / 0)
    result = run(work, check("one", raising(Failure("no"))))
    assert (outcomes(result), result.checks[0].diagnosis) == (["failed"], None)


def test_what_can_not_be_replayed_is_flagged_once(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flagged = Diagnosis(cause="a", summary="s", explanation="e", fix="f", flag="no app")
    given = iter([flagged, flagged.model_copy(update={"cause": "b"})])
    monkeypatch.setattr("grader.diagnosis.diagnose", lambda _: next(given, None))
    failing = [check(name, raising(Failure("no"))) for name in ("one", "two", "three")]
    result = run(work, *failing)
    assert [one.outcome for one in result.checks] == [Outcome.FAILED] * 3
    assert result.flags == ("no app",)


def test_what_is_wrong_is_found_in_the_file_that_was_taken(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hands, "open", _takes_app_dockerfile)
    here = Finding(rule="DL3006", level="warning", message="tag it", line=1)
    elsewhere = Finding(rule="x", level="info", message="no", path="compose.yaml")
    result = run(work, check("one", raising(Failure("no", findings=(here, elsewhere)))))
    assert result.checks[0].findings == (here.model_copy(update={"path": "app/Dockerfile"}), elsewhere)


@contextmanager
def _takes_app_dockerfile(_: Hands, work: Work) -> Iterator[FakeTarget]:
    work.taken["dockerfile"] = "app/Dockerfile"
    yield FakeTarget(source="FROM scratch\n")


def test_a_cause_with_a_line_is_found_there(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cause = Diagnosis(cause="run_failed", summary="It failed.", explanation="e", fix="f", line=3)
    given = iter([cause, cause, cause.model_copy(update={"line": None})])
    monkeypatch.setattr("grader.diagnosis.diagnose", lambda _: next(given))
    own = Finding(rule="does", level="error", message="no", line=2, path="Dockerfile")
    failing = [
        check("one", raising(Failure("no"))),
        check("two", raising(Failure("no", findings=(own,)))),
        check("three", raising(Failure("no"))),
    ]
    found = [one.findings for one in run(work, *failing, check("four")).checks]
    by_cause = Finding(rule="run_failed", level="error", message="It failed.", line=3, path="Dockerfile")
    assert found == [(by_cause,), (own,), (), ()]


def test_groups_tell_what_their_parts_found() -> None:
    found = tuple(Finding(rule="does", level="error", message=name, line=n) for n, name in enumerate("ab", 1))
    parts = [check(one.message, raising(Failure(one.message, findings=(one,)))) for one in found]
    for kind, expected in ((AllOf, found), (AnyOf, ())):
        group = kind.model_validate({"id": "group", "kind": kind.model_fields["kind"].default, "checks": parts})
        with pytest.raises(Failure) as caught:
            group.run(FakeTarget())
        assert caught.value.findings == expected, kind


def test_a_diagnosis_knows_which_container_and_port_were_asked_for() -> None:
    check = Container.model_validate({"id": "a", "in": {"container": "web"}, "ports": {80: 3000}})
    target = holding(made("web", "80:3000"))
    with pytest.raises(Failure) as caught:
        check.run(target)
    assert explanation(check, caught.value, target) is None  # no commands are known, so it is none of theirs
    target = FakeTarget(inventory=target.inventory(), transcript=Transcript(file="commands.sh"))
    found = explanation(check, caught.value, target)
    assert found is not None
    assert found.cause == "ports_swapped"


def test_a_diagnosis_is_about_the_part_of_a_group_that_failed() -> None:
    fine = {"kind": "container", "in": {"container": "web"}}
    group = AllOf.model_validate({"id": "a", "checks": [fine, {**fine, "ports": {80: 3000}}]})
    left = holding(made("web", "80:3000")).inventory()
    target = FakeTarget(inventory=left, transcript=Transcript(file="commands.sh"))
    with pytest.raises(Failure) as caught:
        group.run(target)
    found = explanation(group, caught.value, target)
    assert found is not None
    assert found.cause == "ports_swapped"


@pytest.mark.parametrize("kind", ["all_of", "any_of"])
def test_of_several_failures_each_is_explained_and_the_surest_cause_given(kind: str) -> None:
    web = {"kind": "container", "in": {"container": "web"}}
    parts = [{**web, "env": {"A": "1"}}, {**web, "ports": {80: 3000}}]
    group = kinds.load(PACKAGE, Check, kind).model_validate({"id": "a", "checks": parts})
    left = holding(made("web", "80:3000")).inventory()
    target = FakeTarget(inventory=left, transcript=Transcript(file="commands.sh"))
    with pytest.raises(Failure) as caught:
        group.run(target)
    first, second = (explanation(group, part, target) for part in caught.value.parts)
    assert second is not None
    assert second.cause == "ports_swapped"
    assert first is None or first.certainty < second.certainty
    assert explanation(group, caught.value, target) == second


def test_what_is_meant_to_go_wrong_has_no_cause() -> None:
    other = make_build_failure(output="oh no\n", step="[2/2] RUN make")
    target = FakeTarget(source="FROM a\nRUN make\n", build=make_build(failure=other))
    for fields, cause in (({}, "run_failed"), ({"fails": "no VERSION"}, None)):
        check = Build.model_validate({"id": "a", **fields})
        with pytest.raises(Failure) as caught:
            check.run(target)
        found = explanation(check, caught.value, target)
        assert (found.cause if found is not None else None) == cause


def test_trouble_of_the_engine_is_no_score(work: Path) -> None:
    result = run(work, check("one"), check("two", raising(SandboxError("engine gone", hint="restart"))), check("three"))
    assert (result.status, result.score, result.max_score) == (Status.UNGRADED, None, None)
    assert (result.message, result.hint) == ("engine gone", "restart")
    assert outcomes(result) == ["passed"]


def test_an_attempt_to_get_out_is_rejected(work: Path) -> None:
    result = run(work, check("one"), check("two", raising(PolicyError("asks for the host"))))
    assert (result.status, result.score, result.message) == (Status.REJECTED, None, "asks for the host")


def test_intake_is_rejected_without_an_engine(work: Path) -> None:
    (work / "link").symlink_to("/etc/passwd")

    def connect() -> Any:
        pytest.fail("an engine was asked for")

    result = grade(exercise(check("one"), folder=work.parent), work, connect)
    assert (result.status, result.checks, result.submission.digest) == (Status.REJECTED, (), None)
    assert "passwd" not in result.model_dump_json()


def test_no_engine_is_no_score(work: Path) -> None:
    def connect() -> Any:
        raise SandboxError("no engine")

    result = grade(exercise(check("one"), folder=work.parent), work, connect)
    assert (result.status, result.message) == (Status.UNGRADED, "no engine")


def test_a_submission_that_can_not_be_opened_is_one_failed_line(work: Path) -> None:
    result = run(work, check("one", points=3), error=SubmissionError("no Dockerfile", hint="make one"))
    assert (result.status, score(result)) == (Status.GRADED, "0/3")
    assert outcomes(result) == ["failed", "skipped"]
    assert result.checks[0].message == result.message == "no Dockerfile"
    assert result.checks[0].max_points == 0


def test_no_submission_at_all_is_wrong_usage(work: Path) -> None:
    with pytest.raises(UsageError):
        grade(exercise(check("one"), folder=work.parent), work / "missing", FakeEngine)  # type: ignore[arg-type]


@pytest.mark.parametrize(("days", "outcome"), [(1, "withheld"), (-1, "passed")])
def test_checks_wait_for_the_due_date(work: Path, days: int, outcome: str) -> None:
    late = check("late", visibility="after_due", points=5)
    due = datetime.now(UTC) + timedelta(days=days)
    result = run(work, check("one"), late, check("more", needs=["late"]), due=due)
    assert outcomes(result) == ["passed", outcome, outcome]
    assert result.score == result.max_score == (1 if days > 0 else 7)
    assert result.passed


def test_without_a_due_date_nothing_waits(work: Path) -> None:
    assert outcomes(run(work, check("late", visibility="after_due"))) == ["passed"]


def test_only_some_with_what_they_need(work: Path) -> None:
    checks = check("a"), check("b"), check("c", needs=["a"]), check("d", needs=["c"])
    result = run(work, *checks, options=Options(only=["d"]))
    assert [one.id for one in result.checks] == ["a", "c", "d"]
    assert result.max_score == 3


class After:
    """Fails until it has been asked a number of times."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, _: Any) -> None:
        self.left -= 1
        if self.left > 0:
            raise Failure(f"{self.left} to go")


def test_what_holds_later_holds(work: Path) -> None:
    assert outcomes(run(work, check("one", After(3), within="5s"))) == ["passed"]
    assert outcomes(run(work, check("one", After(2)))) == ["failed"]


@pytest.mark.parametrize("timing", [{"within": "300ms"}, {"within": "20s", "timeout": "300ms"}])
def test_what_never_holds_fails_with_its_reason(work: Path, timing: dict[str, str]) -> None:
    started = time.monotonic()
    result = run(work, check("one", raising(Failure("the reason")), **timing))
    assert (outcomes(result), result.checks[0].message) == (["failed"], "the reason")
    assert time.monotonic() - started < 2


class Until:
    """Holds until it has been asked a number of times."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, _: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise Failure("it is gone")


def test_what_must_last_is_looked_at_again(work: Path) -> None:
    assert outcomes(run(work, check("one", lasts="300ms"))) == ["passed"]
    result = run(work, check("one", Until(2), lasts="20s"))
    assert outcomes(result) == ["failed"]
    assert re.fullmatch(
        r"this held at first, but no longer after 0\.[0-9] s: it is gone", result.checks[0].message or ""
    )


def test_what_must_last_has_to_hold_first(work: Path) -> None:
    result = run(work, check("one", raising(Failure("no")), within="200ms", lasts="20s"))
    assert (outcomes(result), result.checks[0].message) == (["failed"], "no")


def waits(_: Any) -> None:
    while True:
        time.sleep(clock.remaining(0.05))


def test_a_check_has_a_limit(work: Path) -> None:
    result = run(work, check("slow", waits, timeout="200ms", within="10s"), check("two"))
    assert outcomes(result) == ["failed", "passed"]
    assert result.checks[0].message == "not finished within 0.2 s (the limit of check 'slow')"
    assert result.checks[0].seconds < 2


def test_all_checks_together_have_a_limit(work: Path) -> None:
    result = run(work, check("one", waits), check("two", waits), check("three"), limits={"checks": "300ms"})
    assert outcomes(result) == ["failed", "failed", "passed"]
    assert "the checks limit" in (result.checks[1].message or "")


def builds(_: Any) -> None:
    with clock.budget("build", 5):
        time.sleep(0.4)


def test_a_build_has_a_clock_of_its_own(work: Path) -> None:
    result = run(work, check("one", builds, timeout="200ms"))
    assert outcomes(result) == ["passed"]
    assert result.clocks["build"] >= 0.4
    assert result.clocks["checks"] < 0.3


def test_a_time_out_is_a_failure(work: Path) -> None:
    assert outcomes(run(work, check("one", raising(TimedOut("too slow")), within="5s"))) == ["failed"]


def test_ctrl_c_ends_the_attempt_after_cleaning_up(work: Path) -> None:
    engine = FakeEngine()
    with pytest.raises(KeyboardInterrupt):
        grade(
            exercise(check("one", lambda _: signal.raise_signal(signal.SIGINT)), folder=work.parent),
            work,
            lambda: engine,  # type: ignore[arg-type, return-value]
        )
    assert engine.closed
    assert not list((work.parent / "state").rglob("*.jsonl"))


def test_who_handed_in_what_and_when(work: Path) -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    result = run(work, check("one"), options=Options(received_at=when, submission_id="s-1"))
    assert (result.submission.id, result.submission.received_at) == ("s-1", when)


class Listening(Silent):
    """Remembers what was told and checked."""

    def __init__(self) -> None:
        self.seen: list[Outcome] = []
        self.phases: list[str] = []

    def phase(self, name: str) -> None:
        self.phases.append(name)

    def checked(self, result: Any) -> None:
        self.seen.append(result.outcome)


def test_progress_hears_of_every_check(work: Path) -> None:
    progress = Listening()
    made = exercise(check("one"), check("two", raising(Failure("no"))), folder=work.parent)
    grade(made, work, FakeEngine, progress)  # type: ignore[arg-type]
    assert progress.seen == [Outcome.PASSED, Outcome.FAILED]


def test_notes_of_intake_become_flags(work: Path) -> None:
    (work / "dockerfile").write_text("")
    assert run(work, check("one")).flags == ("'Dockerfile' and 'dockerfile' differ only in upper and lower case",)


def test_a_state_folder_that_can_not_be_written_is_no_score(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work.parent / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(work.parent / "file"))
    result = grade(exercise(check("one"), folder=work.parent), work, FakeEngine)  # type: ignore[arg-type]
    assert result.status is Status.UNGRADED
    assert "can't be written" in (result.message or "")


def test_progress_names_no_check_that_is_not_shown(work: Path) -> None:
    progress = Listening()
    made = exercise(
        check("seen", title="In sight"),
        check("secret", title="Out of sight", visibility="hidden"),
        check("later", title="Not yet", visibility="after_due"),
        folder=work.parent,
        due=datetime.now(UTC) + timedelta(days=1),
    )
    grade(made, work, FakeEngine, progress)  # type: ignore[arg-type]
    assert progress.phases == ["Checking: In sight", "Checking: a hidden check", "Checking: a hidden check"]


def test_no_space_for_temporary_files_is_no_score(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(work.parent / "nowhere"))
    result = grade(exercise(check("one"), folder=work.parent), work, FakeEngine)  # type: ignore[arg-type]
    assert result.status is Status.UNGRADED
    assert "can't be written here" in (result.message or "")


def test_ctrl_c_while_the_engine_is_waited_for_leaves_nothing_either(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.sandbox.preparation.Preparation.facts", raising(KeyboardInterrupt()))
    engine = FakeEngine()
    with pytest.raises(KeyboardInterrupt):
        grade(exercise(check("a"), folder=work.parent), work, lambda: engine)  # type: ignore[arg-type, return-value]
    assert engine.closed
    assert not list((work.parent / "state").rglob("*.jsonl"))
