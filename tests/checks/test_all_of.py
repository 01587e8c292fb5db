"""Groups of checks: `all_of`, and what it shares with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.all_of import AllOf
from grader.core.errors import Failure, SandboxError, TimedOut, Unmet
from grader.core.retry import until_it_holds
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_build, make_completed, make_image
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.facts import Command, Completed
    from grader.sandbox.project import Project

USER = {"kind": "image", "user": "app"}
HEALTH = {"kind": "image", "healthcheck": True}
FILE = {"kind": "file", "path": "/app"}
BUILT = {"kind": "build"}


def group(*checks: dict[str, Any], **fields: Any) -> AllOf:
    made = make(AllOf, checks=list(checks), **fields)
    assert isinstance(made, AllOf)
    return made


def test_passes() -> None:
    passes(group(USER, FILE, BUILT), FakeTarget(image=make_image(user="app"), files={"/app": b""}, build=make_build()))


def test_one_failure_is_told_as_if_it_stood_alone() -> None:
    failure = fails(group(USER, FILE), FakeTarget(image=make_image(), files={"/app": b""}), "the user is 'root'")
    assert (failure.expected, failure.actual) == ("equals 'app'", "root")
    assert failure.reproduce == "docker image inspect IMAGE --format '{{json .Config}}'"
    assert failure.check is not None
    assert failure.check.kind == "image"


def test_all_that_is_wrong_is_told() -> None:
    target = FakeTarget(image=make_image(), files={})
    failure = fails(group({**USER, "title": "The user"}, FILE, HEALTH), target, "the user is 'root', expected 'app'")
    assert failure.message.splitlines() == [
        "The user: the user is 'root', expected 'app'",
        "file: /app is not in the image",
        "image: there is no HEALTHCHECK",
    ]
    assert failure.expected == "The user: equals 'app'\nfile: /app\nimage: a HEALTHCHECK"
    assert failure.actual == "The user: root\nfile: nothing there\nimage: none"
    assert failure.reproduce == "docker image inspect IMAGE --format '{{json .Config}}'"


def test_what_is_wrong_with_several_is_told_once() -> None:
    failure = fails(group(FILE, {**FILE, "title": "The app", "type": "file"}), FakeTarget(files={}), "")
    assert failure.message == "file, The app: /app is not in the image"
    assert (failure.expected, failure.actual) == ("file, The app: /app", "file, The app: nothing there")


def test_groups_in_groups_are_told_apart() -> None:
    both = {"kind": "all_of", "title": "both", "checks": [FILE, HEALTH]}
    failure = fails(group(both, USER), FakeTarget(image=make_image(), files={}), "")
    assert failure.message.splitlines() == [
        "both:",
        "  file: /app is not in the image",
        "  image: there is no HEALTHCHECK",
        "image: the user is 'root', expected 'app'",
    ]
    assert failure.expected == "both:\n  file: /app\n  image: a HEALTHCHECK\nimage: equals 'app'"


def test_each_failure_can_be_explained() -> None:
    failure = fails(group(USER, FILE), FakeTarget(image=make_image(), files={}), "")
    assert [part.check.kind for part in failure.parts if part.check is not None] == ["image", "file"]


def test_what_can_not_be_looked_at_is_skipped_unless_something_fails() -> None:
    target = FakeTarget(image=make_image(user="app"))
    with pytest.raises(Unmet, match="nothing to build"):
        group(BUILT, USER).run(target)
    fails(group(BUILT, HEALTH), target, "there is no HEALTHCHECK")


@pytest.mark.parametrize("error", [SandboxError("gone"), ZeroDivisionError()])
def test_errors_stay_errors(error: Exception) -> None:
    def answer(_order: Command, _container: object) -> Completed:
        raise error

    with pytest.raises(type(error)):
        group({"kind": "command", "run": ["a"]}, HEALTH).run(FakeTarget(image=make_image(), answer=answer))


def test_a_part_may_take_its_time() -> None:
    asked: list[Command] = []

    def answer(order: Command, _container: object) -> Completed:
        asked.append(order)
        return make_completed(exit_code=0 if len(asked) > 2 else 1)

    passes(group({"kind": "command", "run": ["a"], "within": "5s"}), FakeTarget(answer=answer))
    assert len(asked) == 3


@pytest.mark.parametrize(
    "check",
    [
        group(FILE, {"kind": "command", "run": ["a"]}, within="5s"),
        group({"kind": "not", "check": {"kind": "not", "check": FILE}}, {"kind": "command", "run": ["a"]}, within="5s"),
        group({"kind": "any_of", "checks": [FILE, USER]}, within="5s"),
    ],
)
def test_what_can_not_change_is_not_waited_for(check: AllOf) -> None:
    asked: list[Command] = []

    def answer(order: Command, _container: object) -> Completed:
        asked.append(order)
        return make_completed(exit_code=1)

    with pytest.raises(Failure):
        until_it_holds(check, FakeTarget(answer=answer, files={}, image=make_image()))
    assert len(asked) <= 1


@pytest.mark.parametrize(
    "check",
    [
        group({"kind": "command", "run": ["a"]}, USER, within="5s"),
        group({"kind": "any_of", "checks": [FILE, {"kind": "command", "run": ["a"]}]}, within="5s"),
        group({"kind": "unless", "unless": {"kind": "command", "run": ["a"]}, "check": FILE}, within="5s"),
    ],
)
def test_what_can_change_is_waited_for(check: AllOf) -> None:
    asked: list[Command] = []

    def answer(order: Command, _container: object) -> Completed:
        asked.append(order)
        return make_completed(exit_code=0 if len(asked) > 2 else 1)

    until_it_holds(check, FakeTarget(answer=answer, files={}, image=make_image(user="app")))
    assert len(asked) == 3


def test_a_part_has_a_limit_of_its_own_if_it_has_one() -> None:
    from grader.core import clock

    limits = []

    def answer(_order: Command, _container: object) -> Completed:
        limits.append(clock.remaining(100))
        return make_completed()

    slow = {"kind": "command", "run": ["a"]}
    passes(group(slow, {**slow, "timeout": "7s"}), FakeTarget(answer=answer))
    assert limits[0] == 100
    assert limits[1] <= 7


def test_no_part_is_asked_after_the_end() -> None:
    from grader.core import clock

    def answer(_order: Command, _container: object) -> Completed:
        while True:
            clock.remaining(0.01)

    never = {"kind": "command", "run": ["a"]}
    with clock.limit(0.02, "the limit of a test"), pytest.raises(TimedOut) as caught:
        group(never, {"kind": "file", "path": "/x"}).run(FakeTarget(answer=answer, files={}))
    assert caught.value.message == "not finished within 0.02 s (the limit of a test)"


def test_announces_what_is_inside() -> None:
    target = FakeTarget(containers=[FakeContainer()])
    group(FILE, {"kind": "not", "check": {"kind": "process", "count": 1, "in": "main"}}).announce(target)
    assert (target.announced, target.expected) == (["/app"], ["main"])


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "Field required"),
        ({"checks": []}, "there is no check in the group"),
        ({"checks": ["text"]}, "must be a map of names and values"),
        ({"checks": [{"path": "/x"}]}, "has no kind"),
        ({"checks": [{"kind": "fil"}]}, "unknown kind 'fil'; did you mean 'file'?"),
        ({"checks": [{"kind": "http"}]}, "checks.0.port"),
        ({"checks": [{**FILE, "points": 2}]}, "belongs to the group as a whole, not to a check inside it"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(AllOf, because, **fields)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    starts = 'CMD ["/busybox", "sh", "-c", "/busybox sleep 2; echo ready; exec /busybox sleep 60"]'
    with project_in(tmp_path_factory.mktemp("project"), f"{SCRATCH}USER 1000\n{starts}\n") as made:
        yield made


@pytest.mark.docker
def test_groups_of_a_real_image_without_a_shell(project: Project) -> None:
    silent = {"kind": "logs", "combined": {"not": {"contains": "ready"}}}
    with pytest.raises(Failure, match=r"this held at first, but no longer after [0-9.]+ s: the container's output"):
        until_it_holds(group(silent, lasts="10s"), project)
    ready, root = {"kind": "logs", "stdout": "ready"}, {"kind": "process", "uid": 0}
    until_it_holds(group(ready, {"kind": "not", "check": root}, within="10s", lasts="1s"), project)
    because = "none of these holds:\n- the user id of the main process is 1000, expected 0\n- /usr is not in the image"
    whole = group({"kind": "any_of", "checks": [root, {"kind": "file", "path": "/usr"}]}, BUILT)
    assert fails(whole, project, because).expected == "equals 0 or /usr"
    shell = {"kind": "unless", "unless": {"kind": "file", "path": "/bin/sh", "exists": False}, "check": root}
    group(shell).run(project)
