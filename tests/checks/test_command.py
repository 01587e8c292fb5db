"""The `command` check, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.command import Command
from grader.core.facts import Command as Order
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_completed
from tests.support.fakes import FakeTarget
from tests.support.scratch import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.project import Project

_IN_WEB = "docker run --rm --name web IMAGE\n# then, in a second terminal:\ndocker exec -u app -w /x web id"


def command(**fields: Any) -> Command:
    made = make(Command, **({} if fields.keys() & {"run", "shell", "entrypoint"} else {"run": ["true"]}), **fields)
    assert isinstance(made, Command)
    return made


def ends(**fields: Any) -> FakeTarget:
    return FakeTarget(answer=lambda _order, _container: make_completed(**fields))


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({}, {}),
        ({"exit_code": 3}, {"exit_code": 3}),
        ({"exit_code": {"one_of": [126, 127]}}, {"exit_code": 127}),
        ({"stdout": "hello"}, {"stdout": "hello\n"}),
        ({"stderr": {"contains": "usage"}, "exit_code": {"not": 0}}, {"stderr": "usage: x", "exit_code": 2}),
        ({"stdout": {"equals": ""}}, {"stderr": "noise"}),
        ({"combined": ["out", "err"]}, {"stdout": "out", "stderr": "err"}),
        ({"seconds": {"at_most": "500ms"}}, {"seconds": 0.4}),
    ],
)
def test_passes(fields: dict[str, Any], end: dict[str, Any]) -> None:
    passes(command(**fields), ends(**end))


def test_says_what_comes_before_and_what_is_filled_in() -> None:
    target = ends()
    passes(command(run=["echo", "$HOME"], expand_env=True, setup=[["touch", "/x"], ["false"]]), target)
    [(order, _)] = target.executed
    assert (order.expand, order.setup) == (True, (("touch", "/x"), ("false",)))


@pytest.mark.parametrize("fields", [{"in": "main"}, {"entrypoint": "keep"}])
def test_what_comes_before_needs_a_fresh_container(fields: dict[str, Any]) -> None:
    refuses(Command, "are about fresh containers", run=["true"], setup=[["true"]], **fields)
    refuses(Command, "are about fresh containers", run=["true"], expand_env=True, **fields)


@pytest.mark.parametrize(
    ("fields", "end", "because"),
    [
        ({}, {"exit_code": 1}, "'true' ended with exit code 1"),
        ({"exit_code": 1}, {}, "'true' ended with exit code 0"),
        ({}, {"exit_code": 127}, "the program 'true' is not in the image"),
        (
            {"user": "app"},
            {"exit_code": 126, "stdout": "OCI runtime exec failed: unable to find user app: no matching entries\n"},
            "the image has no user 'app' to run 'true'",
        ),
        ({}, {"exit_code": 126}, "the program 'true' is no program that can be executed"),
        ({"shell": "foo | bar"}, {"exit_code": 127}, "in 'foo | bar', a program was not found"),
        ({"entrypoint": "keep", "run": ["x"]}, {"exit_code": 127}, "what it should start is not in the image"),
        ({"entrypoint": "keep"}, {"exit_code": 2}, "the image's own command ended with exit code 2"),
        ({}, {"exit_code": 137, "oom_killed": True}, "'true' used more memory than it may"),
        ({"stdout": "hello"}, {"stdout": "hallo"}, "stdout of 'true' is 'hallo', expected 'hello'"),
        ({"stderr": {"contains": "x"}}, {}, "stderr of 'true' does not contain 'x'"),
        ({"combined": "a"}, {"stdout": "b"}, "output of 'true' is 'b', expected 'a'"),
        (
            {"seconds": {"at_most": "1s"}},
            {"seconds": 1.234},
            "the time that 'true' took, in seconds, is 1.23, expected",
        ),
        ({"stdout": "a"}, {"stderr": "a"}, "stdout of 'true' is '', expected 'a': it is on stderr, expected on stdout"),
    ],
)
def test_fails(fields: dict[str, Any], end: dict[str, Any], because: str) -> None:
    fails(command(**fields), ends(**end), because=because)


def test_exit_codes_are_listed_as_numbers() -> None:
    failure = fails(command(exit_code={"one_of": [0, 1]}), ends(exit_code=3), because="ended with exit code 3")
    assert failure.expected == "exit code 0 or 1"


def test_a_failure_keeps_what_was_printed() -> None:
    failure = fails(command(), ends(exit_code=1, stdout="out", stderr="err"), because="exit code 1")
    assert (failure.expected, failure.actual) == ("exit code 0", "exit code 1")
    assert [(one.kind, one.title, one.text) for one in failure.evidence] == [
        ("command", "stdout of 'true'", "out"),
        ("command", "stderr of 'true'", "err"),
    ]


def test_the_words_of_the_engine_are_left_out() -> None:
    end = ends(exit_code=127, stderr='OCI runtime create failed: exec: "true": executable file not found in $PATH')
    assert fails(command(), end, because="is not in the image").evidence == ()


@pytest.mark.parametrize(
    ("fields", "reproduce"),
    [
        ({"run": ["python", "-c", "import x"]}, "docker run --rm --entrypoint python IMAGE -c 'import x'"),
        ({"shell": "ls | wc"}, "docker run --rm --entrypoint /bin/sh IMAGE -c 'ls | wc'"),
        ({"entrypoint": "keep", "run": ["--help"]}, "docker run --rm IMAGE --help"),
        ({"run": ["id"], "in": "web", "user": "app", "workdir": "/x"}, _IN_WEB),
        ({"run": ["ls", "/a b"], "in": {"container": "web"}}, "docker exec web ls '/a b'"),
        (
            {"run": ["cat"], "stdin": "a b", "env": {"A": "1"}},
            "printf %s 'a b' | docker run --rm -i -e A=1 --entrypoint cat IMAGE",
        ),
    ],
)
def test_says_how_to_see_it(fields: dict[str, Any], reproduce: str) -> None:
    assert fails(command(**fields), ends(exit_code=1), because="exit code 1").reproduce == reproduce


def test_hands_everything_on() -> None:
    target = FakeTarget()
    passes(command(run=["env"], stdin="in", env={"A": "1"}, user="1000", workdir="/srv", **{"in": "web"}), target)
    ((order, container),) = target.executed
    assert container == "web"
    assert (order.argv, order.stdin, order.env, order.user, order.workdir, order.keep_entrypoint) == (
        ("env",), b"in", {"A": "1"}, "1000", "/srv", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "there is no command; give run or shell"),
        ({"run": []}, "there is no command"),
        ({"run": ["a"], "shell": "a"}, "exclude each other"),
        ({"shell": "a", "entrypoint": "keep"}, "entrypoint: keep goes with run"),
        ({"run": ["a"], "entrypoint": "keep", "in": "web"}, "has started its entrypoint already"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Command, because, **fields)


DOCKERFILE = f"{SCRATCH}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_in(tmp_path_factory.mktemp("project"), DOCKERFILE) as made:
        yield made


@pytest.mark.docker
def test_a_real_image_without_a_shell(project: Project) -> None:
    words = {"run": ["/busybox", "sh", "-c", "echo out; echo err >&2; exit 3"], "exit_code": {"one_of": [2, 3]}}
    command(**words, stdout="out", stderr="err", combined=["out", "err"], seconds={"at_most": "20s"}).run(project)
    failure = fails(command(**words, stdout={"contains": "err"}), project, "it is on stderr, expected on stdout")
    assert failure.actual == "out\n"
    slow = command(run=["/busybox", "sleep", "1"], seconds={"at_most": "500ms"})
    fails(slow, project, "the time that '/busybox sleep 1' took, in seconds, is ")


@pytest.mark.docker
def test_setup_and_variables_on_a_real_image(project: Project) -> None:
    write = [["/busybox", "sh", "-c", "echo noted > /note; exit 1"]]
    command(run=["/busybox", "cat", "/note"], setup=write, stdout="noted").run(project)
    fails(command(run=["/busybox", "cat", "/note"]), project, "ended with exit code 1")
    path = project.image().env["PATH"]
    command(run=["/busybox", "echo", "$PATH.$NOTHING"], expand_env=True, stdout=f"{path}.").run(project)


def test_what_was_run_ahead_may_pass_and_never_fails() -> None:
    check = make(Command, run=["cat", "/x"], stdout="yes")
    order = Order(("cat", "/x"))
    for early, times in (("yes", 0), ("no", 1)):
        target = FakeTarget(answer=lambda *_: make_completed(stdout="yes"))
        target.ahead = [(order, make_completed(stdout=early))]
        passes(check, target)
        assert target.executed == [(order, None)] * times
    target = FakeTarget(answer=lambda *_: make_completed(stdout="by itself"))
    target.ahead = [(order, make_completed(stdout="beside others"))]
    assert "by itself" in str(fails(check, target, "stdout of 'cat /x'").actual)


@pytest.mark.parametrize(
    ("fields", "ahead"),
    [({}, True), ({"in": "main"}, False), ({"seconds": {"at_most": "2s"}}, False), ({"setup": [["x"]]}, False)],
)
def test_announces_what_may_run_beside_others(fields: dict[str, Any], ahead: bool) -> None:  # noqa: FBT001 - a column
    target = FakeTarget()
    make(Command, run=["cat"], **fields).announce(target)
    assert target.announced_commands == ([Order(("cat",))] if ahead else [])
