"""The check's own part: what an author may write, how tests are named, and what becomes of each."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks import _naming
from grader.checks.pytest import Pytest
from grader.cli.check import _wanted
from grader.core.errors import Broken, Failure, SandboxError, TimedOut, Unmet, UsageError
from grader.core.facts import ContainerState, Listener, Process
from grader.core.result import Visibility
from grader.core.specs import ContainerSpec
from grader.exercise.load import load
from grader.exercise.validate import validate
from tests.support.checks import make, refuses
from tests.support.commands import grader
from tests.support.engine import processes_with
from tests.support.exercises import problems, with_checks, write
from tests.support.factories import make_completed, make_image, make_state
from tests.support.fakes import FakeContainer
from tests.support.scripted import Built, expanded, outcome, setting, write_tests
from tests.support.servers import sending, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.check import Check
    from grader.core.facts import ImageInfo
    from grader.core.specs import Where

NOTES = "{id: notes, kind: pytest, file: tests/test_it.py}"
TARGET = Built(image=make_image(user="app"), files={"/a": b"hello"})


# --- what an author writes ------------------------------------------------------------------------------------------


def test_refuses() -> None:
    refuses(Pytest, "@pytest.mark.points", file="a.py", points=2)
    refuses(Pytest, "a test waits for itself", file="a.py", within="3s")
    refuses(Pytest, "a test waits for itself", file="a.py", lasts="3s")
    refuses(Pytest, "inside the exercise's folder", file="../a.py")
    refuses(Pytest, "inside the exercise's folder", file="/a.py")
    refuses(Pytest, "Field required")


def test_the_file_must_be_there(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, with_checks(NOTES))
    assert problem.endswith("checks[0].file: there is no 'tests/test_it.py' in the exercise's folder")
    write_tests(tmp_path, "", "notes.txt")
    [problem] = problems(tmp_path, with_checks(NOTES.replace("tests/test_it.py", "notes.txt")))
    assert problem.endswith("must be a Python file, or a folder with test_*.py in it")


def test_pytest_must_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tests(tmp_path, "")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "testinfra" else find(name))
    [problem] = problems(tmp_path, with_checks(NOTES))
    assert problem.endswith("checks[0].kind: testinfra can't be imported; install grader[pytest]")


def test_a_group_has_one_result(tmp_path: Path) -> None:
    write_tests(tmp_path, "")
    group = "{id: both, kind: all_of, checks: [{kind: pytest, file: tests/test_it.py}]}"
    [problem] = problems(tmp_path, with_checks(group))
    assert problem.endswith("a 'pytest' check has several results: it can't be in a group")


def test_an_exercise_may_have_no_other_check(tmp_path: Path) -> None:
    write_tests(tmp_path, "this is not even Python")  # which nobody reads before an attempt
    loaded = load(write(tmp_path, with_checks(NOTES)))
    assert loaded.max_score == 0
    assert loaded.open_score


def test_points_are_not_known_before(tmp_path: Path) -> None:
    write_tests(tmp_path, "def test_a(): pass")
    folder = write(tmp_path, with_checks("{id: builds, kind: build}", NOTES))
    shown = grader("exercise", "show", str(folder)).out
    assert "What is checked (1 points and those of the tests):\n     1  builds\n  some  notes\n" in shown


def test_expect_yaml_may_name_tests(tmp_path: Path) -> None:
    folder = write(tmp_path / "exercises", with_checks(NOTES))
    write_tests(tmp_path / "exercises", "def test_a(): pass")
    (tmp_path / "solutions" / "it" / "wrong" / "slip").mkdir(parents=True)
    (tmp_path / "solutions" / "it" / "expect.yaml").write_text("wrong: {slip: {fails: [notes-a, note-b]}}")
    [found] = [one.why for one in validate(load(folder), None) if one.what == "wrong/slip"]
    assert found == "names checks that there aren't: note-b"


@pytest.mark.parametrize(
    ("text", "ok", "what"),
    [
        ("def test_a(): pass\ndef test_b(): pass", True, "the tests of 'notes' can be read: 2"),
        ("import pytest\n@pytest.mark.hints('x')\ndef test_a(): pass", False, "'hints' not found in `markers`"),
        ("import pytest\n@pytest.mark.points(-1)\ndef test_a(): pass", False, "test_it.py:2: points take a number"),
        ("import pytest\n@pytest.mark.needs('b')\ndef test_a(): pass", False, "needs 'b', which is neither a test"),
        ("", False, "there are no tests in tests/test_it.py"),
    ],
)
def test_validate_reads_the_tests_without_running_them(tmp_path: Path, text: str, what: str, *, ok: bool) -> None:
    folder = write(tmp_path / "exercises", with_checks(NOTES))
    write_tests(tmp_path / "exercises", text)
    [found] = [one for one in validate(load(folder), None) if "tests of 'notes'" in one.what]
    assert found.ok is ok
    assert what in (found.what if ok else found.why)


def test_one_test_can_be_run_alone(tmp_path: Path) -> None:
    builds = "{id: builds, kind: build}"
    folder = write(tmp_path, with_checks(builds, "{id: other, kind: build}", NOTES))
    text = "import pytest\ndef test_a(): pass\n@pytest.mark.needs('a', 'builds')\ndef test_b(): pass\n"
    write_tests(tmp_path, text + "def test_c(): pass\n@pytest.mark.hidden\ndef test_d(): pass\n")
    exercise = load(folder)
    assert _wanted(exercise, ["notes-b"]) == ("notes-b", "notes-a", "builds")
    assert _wanted(exercise, ["notes", "other"]) == ("notes", "other")
    with pytest.raises(UsageError) as caught:
        _wanted(exercise, ["notes-e"])
    assert caught.value.message == "there is no check 'notes-e' in it"
    assert caught.value.hint == "There are: builds, other, notes, notes-a, notes-b, notes-c."


def test_what_python_leaves_is_no_part_of_an_exercise(tmp_path: Path) -> None:
    write_tests(tmp_path, "")
    before = load(write(tmp_path, with_checks(NOTES))).digest
    for folder in ("tests/__pycache__", ".pytest_cache"):
        write_tests(tmp_path, "x", f"{folder}/x")
    assert load(tmp_path / "it").digest == before


# --- names ----------------------------------------------------------------------------------------------------------


def named(name: str, case: str = "", *within: str) -> dict[str, Any]:
    return {"node": f"test_it.py::{name}[{case}]", "name": name, "case": case, "within": within}


def test_ids_are_made_of_names() -> None:
    tests = [named("test_page"), named("test_note", "a.txt"), named("test_in", "", "TestAll"), named("test_é")]
    found = _naming.identify("it", tests, {"it"})
    assert found[:3] == ["it-page", "it-note-a-txt", "it-TestAll-in"]
    assert found[3].startswith("it-")  # with a mark, as nothing of its name is left


def test_ids_are_identifiers_whatever_the_names_are() -> None:
    tests = [named("test_a", "x" * 200), named("test_a", "x" * 201), named("test_b", "ä/..\n"), named("test_b", "…")]
    found = _naming.identify("it", tests, ())
    assert len(set(found)) == 4
    assert [Pytest.model_validate({"id": one, "file": "a"}).id for one in found] == found


def test_equal_ids_are_told_apart_in_whichever_order() -> None:
    tests = [named("test_a", "b c"), named("test_a", "b-c"), named("test_z")]
    found = _naming.identify("it", tests, {"it-z"})
    again = _naming.identify("it", tests[::-1], {"it-z"})
    assert found == again[::-1]
    assert len({*found, "it-z"}) == 4


# --- what becomes of a test -----------------------------------------------------------------------------------------

TESTS = '''
import os, subprocess, sys, time
import pytest

COUNT = []

@pytest.fixture(scope="module")
def counted():
    COUNT.append(1)
    yield
    COUNT.clear()

@pytest.mark.points(2.5)
@pytest.mark.hint("Look again.")
def test_passes(image, counted):
    """It is the user's.

    More about it.
    """
    assert image.user == "app"

@pytest.mark.points(1, bonus=True)
def test_fails(image, counted):
    assert image.user == "root"

def test_says_why(image):
    assert image.exists("/b"), "There must be a file /b."

def test_holds_not(image):
    assert image.exists("/b")

def test_contains(image):
    assert "bye" in image.read("/a")

def test_at_most(image):
    assert image.layers <= 3

@pytest.mark.parametrize("path", ["/a", "/b"])
def test_file(image, path):
    """It is there."""
    assert image.exists(path)

@pytest.mark.hidden
def test_secret():
    pass

@pytest.mark.needs("passes", "test_file", "it-fails", "builds")
def test_needs():
    pass

@pytest.mark.needs("later")
def test_needs_what_comes():
    pass

@pytest.mark.points(-1)
def test_mark():
    pass

class TestAll:
    pytestmark = pytest.mark.points(4)

    def test_in_class(self, tmp_path):
        assert not list(tmp_path.iterdir())

def test_missing(image):
    image.read("/nowhere")

def test_plainly():
    pytest.fail("It is wrong.")

def test_skipped():
    pytest.skip("not today")

@pytest.mark.xfail(reason="known")
def test_expected():
    assert False

def test_broken():
    return 1 / 0

@pytest.fixture
def torn():
    yield
    raise KeyError("torn")

def test_torn(torn):
    pass

def test_unmet(container):
    container.logs

def test_bad_name(container):
    container("wbe").state

def test_not_there(engine):
    engine.images

def test_hangs():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", os.environ["TMPDIR"] + "/hanging"])
    time.sleep(600)

def test_after(counted):
    assert COUNT == [1]

def test_dies():
    os._exit(7)

def test_surroundings(submission):
    assert "SECRET" not in os.environ and "PYTEST_ADDOPTS" not in os.environ
    assert os.environ["DOCKER_HOST"].startswith("unix:///nonexistent/")
    assert str(submission.path).endswith("/ada")
    assert os.getcwd() == os.path.realpath(os.environ["TMPDIR"])
    assert not hasattr(pytest, "of_the_user")
'''


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tests")


@pytest.fixture(scope="module")
def ran(place: Path) -> dict[str, tuple[Check, Exception | None]]:
    """Run every test once, among settings of a user's that must not matter."""
    (place / "it").mkdir()
    (place / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (place / "conftest.py").write_text("import pytest\npytest.of_the_user = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", "--also-not")
        patch.setenv("PYTEST_PLUGINS", "nosuchplugin")
        patch.setenv("SECRET", "hunter2")
        with expanded(place, TESTS, {"ids": frozenset({"it", "builds"}), "above": frozenset({"builds"})}) as parts:
            limits = {"it-hangs": 1.0}
            found = {name: (part, outcome(part, TARGET, limits.get(name, 30))) for name, part in parts.items()}
            assert processes_with(f"{place}/scratch")
    assert not processes_with(f"{place}/scratch")
    return found


def failed(ran: dict[str, tuple[Check, Exception | None]], name: str) -> Failure:
    found = ran[name][1]
    assert isinstance(found, Failure)
    return found


def test_titles_points_and_hints(ran: dict[str, tuple[Check, Exception | None]]) -> None:
    part = ran["it-passes"][0]
    assert (part.title, part.points, part.hint) == ("It is the user's", Decimal("2.5"), "Look again.")
    assert (ran["it-fails"][0].title, ran["it-fails"][0].bonus) == ("Fails", True)
    assert ran["it-says_why"][0].title == "Says why"
    assert [ran[f"it-file-{one}"][0].title for one in "ab"] == ["It is there (/a)", "It is there (/b)"]
    assert ran["it-TestAll-in_class"][0].points == 4
    assert ran["it-secret"][0].visibility is Visibility.HIDDEN


@pytest.mark.parametrize("name", ["passes", "file-a", "secret", "needs", "TestAll-in_class", "after", "surroundings"])
def test_passes(ran: dict[str, tuple[Check, Exception | None]], name: str) -> None:
    assert ran[f"it-{name}"][1] is None


@pytest.mark.parametrize(
    ("name", "message", "expected", "actual"),
    [
        ("fails", "image.user is 'app', expected 'root'", "root", "app"),
        ("says_why", "There must be a file /b.", None, None),
        ("holds_not", "this does not hold: image.exists('/b')", None, None),
        ("contains", "image.read('/a') does not contain 'bye'", "contains 'bye'", "hello"),
        ("at_most", "image.layers is 5, expected at most 3", "at most 3", "5"),
        ("file-b", "this does not hold: image.exists(path)", None, None),
        ("missing", "'/nowhere' is not there", "a file", "not there"),
        ("plainly", "It is wrong.", None, None),
    ],
)
def test_fails(
    ran: dict[str, tuple[Check, Exception | None]], name: str, message: str, expected: str | None, actual: str | None
) -> None:
    found = failed(ran, f"it-{name}")
    assert (found.message, found.expected, found.actual) == (message, expected, actual)


def test_the_whole_explanation_is_kept(ran: dict[str, tuple[Check, Exception | None]]) -> None:
    [evidence] = failed(ran, "it-fails").evidence
    assert evidence.text.splitlines()[:2] == ["assert image.user == 'root'", "assert 'app' == 'root'"]
    assert failed(ran, "it-holds_not").reproduce == "docker run --rm --entrypoint ls IMAGE -ld /b"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("skipped", Unmet, "not today"),
        ("expected", Unmet, "is expected to fail: known"),
        ("unmet", Unmet, "the image was not built"),
        ("broken", Broken, "the test itself is broken: tests/test_it.py:79: ZeroDivisionError: division by zero"),
        ("torn", Broken, "KeyError: 'torn'"),
        ("bad_name", Broken, "there is no container 'wbe' in the exercise; there are main"),
        ("not_there", Broken, "this needs commands that the student ran"),
        ("mark", Broken, "points take a number, 0 or more"),
        ("needs_what_comes", Broken, "needs 'later', which is neither a test nor a check above it"),
        ("hangs", TimedOut, "not finished within 1 s (the limit of check 'it-hangs')"),
        ("dies", Broken, "the process of the tests has ended: exit code 7"),
    ],
)
def test_is_not_the_students_fault(
    ran: dict[str, tuple[Check, Exception | None]], name: str, kind: type[Exception], message: str
) -> None:
    found = ran[f"it-{name}"][1]
    assert type(found) is kind
    assert message in str(found)


def test_what_a_test_needs(ran: dict[str, tuple[Check, Exception | None]]) -> None:
    assert ran["it-needs"][0].needs == ("it-passes", "it-file-a", "it-file-b", "it-fails", "builds")


def test_nothing_is_written_into_the_exercise(ran: dict[str, tuple[Check, Exception | None]], place: Path) -> None:
    assert ran
    assert [path.name for path in (place / "it").rglob("*") if path.is_file()] == ["test_it.py"]


def test_fields_of_the_check_are_the_tests(tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "needs": ["builds"],
        "timeout": 7,
        "feedback": "none",
        "visibility": "hidden",
        "bonus": True,
        "hint": "a",
    }
    with expanded(tmp_path, "def test_a(): pass", **fields) as parts:
        [part] = parts.values()
    assert (part.needs, part.timeout, part.feedback, part.hint) == (("builds",), 7, "none", "a")
    assert (part.visibility, part.bonus) == (Visibility.HIDDEN, True)


def test_some_are_left_out_and_the_rest_tidied_up(tmp_path: Path) -> None:
    text = f"""
import pathlib, pytest
@pytest.fixture(scope="module")
def kept():
    yield
    pathlib.Path({str(tmp_path / "tidy")!r}).touch()
def test_a(kept): pass
def test_b(): pathlib.Path({str(tmp_path / "b")!r}).touch()
def test_c(kept): pass
def test_d(): pathlib.Path({str(tmp_path / "d")!r}).touch()
"""
    with expanded(tmp_path, text) as parts:
        assert outcome(parts["it-a"], TARGET) is None
        assert outcome(parts["it-c"], TARGET) is None
        assert not (tmp_path / "tidy").exists()
    assert (tmp_path / "tidy").exists()
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "d").exists()


def test_trouble_of_the_engine_is_not_for_a_test_to_handle(tmp_path: Path) -> None:
    def gone(*_: object) -> Any:
        raise SandboxError("the engine is gone")

    text = "def test_a(run):\n    try: run('true')\n    except Exception: pass\n"
    with expanded(tmp_path, text) as parts:
        found = outcome(parts["it-a"], Built(image=make_image(), answer=gone))
    assert isinstance(found, SandboxError)


def test_a_call_has_a_limit_of_its_own(tmp_path: Path) -> None:
    def slow(*_: object) -> Any:
        raise TimedOut("not finished within 1 s (the time limit of run)")

    with expanded(tmp_path, "def test_a(run): run('sleep', '9', timeout=1)\ndef test_b(): pass") as parts:
        found = outcome(parts["it-a"], Built(image=make_image(), answer=slow))
        assert outcome(parts["it-b"], TARGET) is None
    assert isinstance(found, Failure)
    assert found.reproduce == "docker run --rm --entrypoint sleep IMAGE 9"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nosuchmodule", "tests/test_it.py:1: ModuleNotFoundError: No module named 'nosuchmodule'"),
        ("\n\ndef test_secret(:\n", "tests/test_it.py:3: SyntaxError: invalid syntax"),
        ("", "there are no tests in tests/test_it.py"),
    ],
)
def test_files_that_hold_no_tests(tmp_path: Path, text: str, reason: str) -> None:
    with expanded(tmp_path, text, needs=["builds"]) as parts:
        [part] = parts.values()
        found = outcome(part, TARGET)
    assert isinstance(found, Broken)
    assert reason in str(found)
    assert "secret" not in str(found)
    assert part.points == 0
    assert part.needs == ()


def test_a_folder_of_files(tmp_path: Path) -> None:
    write_tests(tmp_path, "def test_a(): pass", "tests/test_one.py")
    write_tests(tmp_path, "import nosuchmodule", "tests/test_two.py")
    with make(Pytest, file="tests").expand(setting(tmp_path)) as parts:
        found = {part.id: outcome(part, TARGET) for part in parts}
    assert found["it-one-a"] is None
    assert isinstance(found["it-unreadable-1"], Broken)


def test_the_settings_of_pytest_do_not_make_it_start(tmp_path: Path) -> None:
    write_tests(tmp_path, "raise SystemExit(5)", "conftest.py")
    with expanded(tmp_path, "def test_a(): pass") as parts:
        [part] = parts.values()
        assert isinstance(outcome(part, TARGET), Broken)


def test_ctrl_c_ends_the_process(tmp_path: Path) -> None:
    def interrupt(*_: object) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return make_completed()

    target = Built(image=make_image(), answer=interrupt)
    with (
        pytest.raises(KeyboardInterrupt),
        expanded(tmp_path, "import time\ndef test_a(run):\n    run('true')\n    time.sleep(600)") as parts,
    ):
        parts["it-a"].run(target)
    assert not processes_with(f"{tmp_path}/scratch")


def test_nothing_goes_on_when_the_grader_is_killed(tmp_path: Path) -> None:
    hanging = (
        f"import time, pathlib\ndef test_a():\n    pathlib.Path({str(tmp_path / 'on')!r}).touch()\n    time.sleep(600)"
    )
    write_tests(tmp_path, hanging)
    script = f"""
from pathlib import Path
from tests.support.scripted import expanded
place = Path({str(tmp_path)!r})
with expanded(place, (place / "it/tests/test_it.py").read_text()) as parts:
    parts["it-a"].run(None)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parent.parent.parent) as process:
        assert until((tmp_path / "on").exists)
        process.kill()
    assert until(lambda: not processes_with(f"{tmp_path}/scratch"))


def until(holds: Callable[[], bool]) -> bool:
    """Wait for something that comes about soon."""
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


# --- what tests ask -------------------------------------------------------------------------------------------------

HTTP = """
def test_get(http):
    found = http.get("/a")
    assert (found.status, found.text, found.headers["x-a"]) == (200, "hello", "b")

def test_json(http):
    http.get("/a").json()

def test_other_port(http):
    http.get("/", port=9)

def test_testinfra(host):
    assert host.run("id -u %s", "a b").stdout == "0"

def test_state(container):
    assert container.running and container.id and container.not_ready is None
    assert container.stdout == "out" and container.stderr == "err" and container.logs == "outerr"
    listening = container.listeners
    assert [one.port for one in listening] == [8000] and container.processes[0].user == "root"

def test_stopped(container, http):
    found = container.stop("TERM", grace=1)
    assert (found.exit_code, found.killed, found.state.running) == (0, False, False)
    assert found.seconds < 1
    assert not container.running
    assert (container.processes, container.listeners) == ([], [])
    assert container.stdout == "out" and container.read("/a") == "hello"

def test_asks_what_it_stopped(container, http):
    container.stop()
    http.get("/")

def test_again(container):
    assert container.running
"""


class Stoppable(FakeContainer):
    """One that ends when it is told to, unless the test doesn't look: the target starts it again."""

    def stop(self, signal: str | None, grace: float) -> tuple[ContainerState, float]:
        self.now = make_state(status="exited", exit_code=0)
        return super().stop(signal, grace)


class Starting(Built):
    """Starts a container that was stopped when it is asked for again, as an exercise's target does."""

    def container(self, name: str | Where | None) -> FakeContainer:
        found = super().container(name)
        found.now = make_state()
        return found


def test_answers_about_containers(tmp_path: Path) -> None:
    with serving(sending(b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello")) as address:
        container = Stoppable(
            stdout="out",
            stderr="err",
            published={8000: address},
            files={"/a": b"hello"},
            running=[Process(1, "root", "python")],
            listening=[Listener("0.0.0.0", 8000)],  # noqa: S104 - what a server listens on
        )
        target = Starting(containers=[container], answer=lambda *_: make_completed(stdout="0"))
        around = {"containers": {"main": ContainerSpec(publish=(8000,))}}
        with expanded(tmp_path, HTTP, around) as parts:
            found = {name: outcome(part, target) for name, part in parts.items()}
    good = ("get", "state", "testinfra", "stopped", "again")
    assert {name: found[f"it-{name}"] for name in good} == dict.fromkeys(good)
    stopped = found["it-asks_what_it_stopped"]
    assert isinstance(stopped, Broken)
    assert "tests/test_it.py:31: this test has stopped the container" in str(stopped)
    bad = found["it-json"]
    assert isinstance(bad, Failure)
    assert (bad.message, bad.actual) == ("the body is not JSON", "hello")
    assert "curl -i http://localhost:8000/a" in (bad.reproduce or "")
    assert [one.kind for one in bad.evidence] == ["http"]
    assert "port 9 is not published" in str(found["it-other_port"])
    [(command, _)] = target.executed
    assert command.argv == ("/bin/sh", "-c", "id -u 'a b'")


@pytest.mark.parametrize("looks", ["processes[0]", "listeners[0]", "stop()"])
def test_what_has_ended_is_no_error_of_the_tests(tmp_path: Path, looks: str) -> None:
    ended = FakeContainer(stderr="boom\n", now=make_state(status="exited", exit_code=1), not_ready="it ended")
    with expanded(tmp_path, f"def test_a(container): container.{looks}") as parts:
        found = outcome(parts["it-a"], Built(containers=[ended]))
    assert isinstance(found, Failure)
    assert found.message == "the container is not running: it ended with exit code 1"
    assert [one.text for one in found.evidence] == ["boom"]


def test_what_ends_while_it_is_looked_at(tmp_path: Path) -> None:
    ending = FakeContainer(states=[make_state()], now=make_state(status="exited", exit_code=1))
    with expanded(tmp_path, "def test_a(container): container.processes[0]") as parts:
        found = outcome(parts["it-a"], Built(containers=[ending]))
    assert isinstance(found, Failure)


def test_what_had_to_be_killed_is_told_as_it_is_then(tmp_path: Path) -> None:
    killed = make_state(status="exited", exit_code=137)
    hard = FakeContainer(states=[make_state()] * 3, now=killed, stopped=(make_state(), 1.0))
    text = """
def test_a(container):
    found = container.stop(grace=1)
    assert found.killed and not found.state.running
    assert (found.exit_code, found.seconds) == (137, 1)
"""
    with expanded(tmp_path, text) as parts:
        assert outcome(parts["it-a"], Built(containers=[hard])) is None


ASKS = """
def test_port(http): assert http.get("/", container="web").status == 404

def test_container(container): assert not container("web").running

def test_neither(image): assert image.user == "root"

def test_ended(http): http.get("/", container="db", port=5432)

def test_both(http, container):
    http.get("/", container="web")
    assert container("db").running

def test_same(http, container):
    http.get("/", container="web")
    assert not container("web").running
"""


def test_explanations_know_what_a_test_asked(tmp_path: Path) -> None:
    with serving(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as address:
        web = FakeContainer("web", published={8000: address})
        db = FakeContainer("db", now=make_state(status="exited", exit_code=1), not_ready="it ended")
        target = Built(image=make_image(user="app"), containers=[web, db])
        around = {"containers": {"web": ContainerSpec(publish=(8000,)), "db": ContainerSpec()}}
        with expanded(tmp_path, ASKS, around) as parts:
            about = {}
            for name, part in parts.items():
                failure = outcome(part, target)
                assert isinstance(failure, Failure)
                assert failure.check is not None
                about[name] = (failure.check.kind, failure.check.in_, failure.check.asked_port)
    assert about == {
        "it-port": ("pytest", "web", 8000),
        "it-container": ("pytest", "web", None),
        "it-neither": ("pytest", None, None),
        "it-ended": ("pytest", "db", 5432),
        "it-both": ("pytest", "db", None),
        "it-same": ("pytest", "web", 8000),
    }


def host_finds(place: Path, call: str, files: dict[str, bytes], **ends: Any) -> Failure:
    """Run a test with testinfra's host, in which every command ends as it is told."""
    target = Built(containers=[FakeContainer()], inside=files, answer=lambda *_: make_completed(**ends))
    with expanded(place, f"def test_a(host): assert host.{call}") as parts:
        found = outcome(parts["it-a"], target)
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize("call", ["check_output('id')", "run('id').rc == 0", "file('/a').exists"])
def test_an_image_without_a_shell_is_told(tmp_path: Path, call: str) -> None:
    found = host_finds(tmp_path, call, {}, exit_code=127, stdout="OCI runtime exec failed")
    assert found.message == "the image has no shell, which this test needs"


def test_a_command_that_fails_is_told_without_names_of_testinfras(tmp_path: Path) -> None:
    ends = {"exit_code": 127, "stderr": "sh: python3: not found\n"}
    found = host_finds(tmp_path, "check_output('python3 --version')", {"/bin/sh": b""}, **ends)
    assert found.message == ("Unexpected exit code 127 for `python3 --version`, which said: sh: python3: not found")
    assert not found.evidence


@pytest.mark.parametrize(
    ("image", "ports", "kind", "message"),
    [
        (None, (), Unmet, "the image was not built"),
        (make_image(), (), Broken, "nothing says a port of container 'main'"),
        (make_image(), (80, 81), Broken, "which port? Container 'main' publishes several; say port=…"),
    ],
)
def test_which_port(
    tmp_path: Path, image: ImageInfo | None, ports: tuple[int, ...], kind: type[Exception], message: str
) -> None:
    around = {"containers": {"main": ContainerSpec(publish=ports)}}
    with expanded(tmp_path, "def test_a(http): http.get('/')", around) as parts:
        found = outcome(parts["it-a"], Built(image=image))
    assert type(found) is kind
    assert message in str(found)


def test_an_image_is_as_a_dockerfile_says_it(tmp_path: Path) -> None:
    text = """
def test_a(image):
    assert image.cmd == ["python3", "-m", "http.server"]
    assert image.entrypoint == []
    assert image.ports == [8000, "53/udp"] and 8000 in image.ports
    assert image.labels == {"stage": "final"}
"""
    image = make_image(
        cmd=("python3", "-m", "http.server"), entrypoint=(), ports=("8000/tcp", "53/udp"), labels={"stage": "final"}
    )
    with expanded(tmp_path, text) as parts:
        assert outcome(parts["it-a"], Built(image=image)) is None
