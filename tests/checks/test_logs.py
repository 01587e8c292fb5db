"""The `logs` check, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.logs import Logs
from grader.core.retry import until_it_holds
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.project import Project


def wrote(stdout: str = "", stderr: str = "", **fields: Any) -> FakeTarget:
    return FakeTarget(containers=[FakeContainer(stdout=stdout, stderr=stderr, **fields)])


ENDED = make_state(status="exited", exit_code=1)


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"stdout": "hello"}, wrote("hello\n")),
        ({"stderr": {"contains": "warn"}}, wrote("x", "warning")),
        ({"combined": {"all": [{"contains": "out"}, {"contains": "err"}]}}, wrote("out\n", "err\n")),
        ({"stdout": "bye"}, wrote("bye\n", now=ENDED, not_ready="it ended")),
        ({"stdout": {"not": {"contains": "Traceback"}}}, wrote()),
        ({"order": ["b", {"contains": "d"}]}, wrote("a\nb\nc\nddd\n")),
        ({"order": ["a", "a"]}, wrote("x\na\na\n", "a\n")),
        ({"order": ["a", "b"]}, wrote("b", "a\nb\n")),
    ],
)
def test_passes(fields: dict[str, Any], target: FakeTarget) -> None:
    passes(make(Logs, **fields), target)


@pytest.mark.parametrize(
    ("fields", "target", "because"),
    [
        ({"stdout": {"contains": "hello"}}, wrote("hallo"), "the container's stdout does not contain 'hello'"),
        ({"stdout": {"contains": "x"}}, wrote("", "x"), "the container's stdout does not contain 'x'"),
        ({"stderr": "a"}, wrote("", "b"), "the container's stderr is 'b', expected 'a'"),
        ({"combined": {"contains": "a"}}, wrote(), "the container's output does not contain 'a'"),
        ({"stdout": "a"}, wrote("", "a"), "it is on stderr, expected on stdout"),
        ({"stderr": {"contains": "a"}}, wrote("cab"), "it is on stdout, expected on stderr"),
        (
            {"order": ["a", "b"]},
            wrote("b\na\n"),
            "has no line that equals 'b' after the one that equals 'a'; there is one before that: 'b'",
        ),
        (
            {"order": ["a", "b"]},
            wrote("a", "b"),
            "after the one that equals 'a'; there is one on stderr, while the others are on stdout: 'b'",
        ),
        ({"order": ["a", "b"]}, wrote(), "the container's log has no line that equals 'a'"),
        ({"order": ["a", "a"]}, wrote("a"), "the container's log has no line that equals 'a' after the one that"),
        (
            {"stdout": "a"},
            wrote(now=make_state(status="created", exit_code=127, error="no such program")),
            "the container could not be started: no such program",
        ),
        ({"stdout": "a"}, wrote(now=make_state(error="x"), not_ready="it did not start"), "it did not start"),
    ],
)
def test_fails(fields: dict[str, Any], target: FakeTarget, because: str) -> None:
    assert fails(make(Logs, **fields), target, because=because).reproduce == "docker run --rm IMAGE"


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        (wrote(), "PYTHONUNBUFFERED=1"),
        (wrote(now=ENDED), "before the container ended with exit code 1."),
        (wrote("b"), None),
    ],
)
def test_silence_is_explained(target: FakeTarget, hint: str | None) -> None:
    failure = fails(make(Logs, stdout="a"), target, because="is")
    assert failure.hint is None if hint is None else hint in str(failure.hint)


def test_evidence_is_the_end_of_the_log() -> None:
    failure = fails(make(Logs, stderr="a"), wrote("1\n2\n" * 50 + "last", "err"), because="stderr")
    (evidence,) = failure.evidence
    assert evidence.kind == "log"
    assert evidence.text.splitlines()[-3:] == ["2", "last", "err"]
    assert len(evidence.text.splitlines()) == 40


def test_evidence_tells_repeated_lines_once() -> None:
    failure = fails(make(Logs, stderr="a"), wrote("first\n" + "1\n" * 50, "err"), because="stderr")
    assert failure.evidence[0].text == "first\n1\n[… the same line 49 more times …]\nerr"


@pytest.mark.parametrize("fields", [{"stdout": {"contains": "start"}}, {"order": ["start"]}])
def test_the_beginning_of_a_long_log_may_be_lost(fields: dict[str, Any]) -> None:
    check, line = make(Logs, **fields), "tick " * 20 + "\n"
    failure = fails(check, wrote(line * 6_000), because="is probably lost: only the last 1 to 2 MB are kept")
    assert "write less" in str(failure.hint)
    assert failure.actual == f"{line}[… the same line 5999 more times …]"
    assert "lost" not in fails(check, wrote(line * 4_000), because="start").message


def test_a_container_of_the_students_own() -> None:
    own = make(Logs, stdout="a", **{"in": {"image": "nginx:1"}})
    assert fails(own, wrote("b"), because="stdout").reproduce == "docker logs $(docker ps -aq -f ancestor=nginx:1)"
    only = make(Logs, stdout="a", **{"in": {}})
    assert fails(only, wrote("b"), because="stdout").reproduce == "docker logs $(docker ps -aq)"


def test_refuses_to_expect_nothing() -> None:
    refuses(Logs, "expects nothing; give stdout, stderr, combined or order")


def test_what_silence_fulfils_is_nowhere_else() -> None:
    check = make(Logs, stdout={"not": {"contains": "x"}})
    assert "expected on" not in fails(check, wrote("x", "y"), because="contains 'x', and should not").message
    assert fails(make(Logs, stdout="a"), wrote("", "a"), because="stderr").actual == "nothing on stdout; on stderr: a"


def test_the_order_is_shown() -> None:
    failure = fails(make(Logs, order=["a", {"contains": "b"}]), wrote("b\n", "a\n"), because="after")
    assert (failure.expected, failure.actual) == ("1. equals 'a'\n2. contains 'b'", "b\na")


DOCKERFILE = f'{SCRATCH}CMD ["/busybox", "sh", "-c", "echo one; echo two; echo ready >&2; exec /busybox sleep 60"]\n'


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_in(tmp_path_factory.mktemp("project"), DOCKERFILE) as made:
        yield made


@pytest.mark.docker
def test_a_real_container_without_a_shell(project: Project) -> None:
    until_it_holds(make(Logs, order=["one", "two"], stderr="ready", within="10s"), project)
    fails(make(Logs, stdout={"contains": "ready"}), project, "it is on stderr, expected on stdout")
    fails(make(Logs, order=["two", "one"]), project, "has no line that equals 'one' after the one that equals 'two'")
