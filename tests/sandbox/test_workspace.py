"""Students' commands on a disposable engine: how they run, and what can be seen of it afterwards."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.dialogue import Dialogue
from grader.checks.immutable import Immutable
from grader.checks.isolated import Isolated as Apart
from grader.checks.persists import Persists
from grader.checks.restart import Restart
from grader.checks.signal import Signal
from grader.core.allowances import Allowances
from grader.core.errors import Failure, Missing, PolicyError, TimedOut
from grader.core.facts import Command
from grader.core.script import read
from grader.core.specs import EngineSpec, Where
from grader.core.transcript import Line, Transcript
from grader.core.variation import Variation
from grader.sandbox.disposable.lease import lease
from grader.sandbox.engine import connect
from grader.sandbox.ledger import Ledger
from grader.sandbox.replay import Recorder, Replay
from grader.sandbox.workspace import Workspace, begin
from tests.support.checks import fails, make
from tests.support.engine import IMAGES, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.inventory import LocalImage
    from grader.sandbox.disposable.engine import Isolated

pytestmark = pytest.mark.docker

SERVE = "python:3-slim python3 -m http.server 8000"


@pytest.fixture(scope="module")
def engine() -> Iterator[Isolated]:
    found = lease(connect(), IMAGES, EngineSpec(), lambda _: None)
    try:
        yield found
    finally:
        found.close()


class Attempt:
    """One attempt after the other on the same engine; each begins with the exercise's images alone."""

    def __init__(self, engine: Isolated, folder: Path, ledger: Ledger) -> None:
        self.engine = engine
        self._ledger = ledger
        self.lines: list[Line] = []
        self._folder = write(folder, {"page/index.html": "hello\n", "notes.txt": "a note\n"})
        self._originals: dict[str, LocalImage] = {}

    def run(self, script: str, name: str = "commands.sh", **how: Any) -> Workspace:
        api = self.engine.api
        for one in api.containers(all=True):
            api.remove_container(one["Id"], force=True, v=True)
        for one in api.volumes()["Volumes"] or ():
            api.remove_volume(one["Name"])
        for tag in (tag for one in api.images() for tag in one["RepoTags"] if tag not in IMAGES):
            api.remove_image(tag)
        self._originals = begin(self.engine, self._folder, Allowances().rules(IMAGES), IMAGES, ())
        recorder = Recorder(self.engine, Replay(name, read(script, name), **how))
        self.lines, self.recorder = recorder.lines, recorder
        recorder.run(lambda _: None)
        transcript = Transcript(file=name, lines=tuple(self.lines))
        return Workspace(self._ledger, self.engine, self._originals, transcript)

    def said(self) -> list[tuple[int | None, str]]:
        return [(line.exit_code, line.output) for line in self.lines]


@pytest.fixture
def attempt(engine: Isolated, tmp_path: Path) -> Iterator[Attempt]:
    ledger = Ledger(engine, uuid.uuid4().hex, tmp_path / "ledgers")
    yield Attempt(engine, tmp_path / "submission", ledger)
    assert ledger.close() == ()


def test_one_shell_runs_all_lines(attempt: Attempt) -> None:
    attempt.run('cd page\nname=index.html\ncat "$name"\nfalse\necho "code $?" >&2\nwhoami\n')
    assert attempt.said() == [(0, ""), (0, ""), (0, "hello\n"), (1, ""), (0, "code 1\n"), (0, "student\n")]
    assert [line.number for line in attempt.lines] == [1, 2, 3, 4, 5, 6]


def test_the_script_may_end_itself(attempt: Attempt) -> None:
    attempt.run("echo one\nexit 3\necho two\n")
    assert attempt.said() == [(0, "one\n"), (3, "")]
    [left] = attempt.recorder.not_run()
    assert (left.number, left.text, left.reason) == (3, "echo two", "line 2 ended the script")


def test_messages_of_the_shell_name_the_line_of_the_file(attempt: Attempt) -> None:
    attempt.run("\n\ndokcer ps\nif true; then\n  dokcer images\nfi\n")
    said = [line.output for line in attempt.lines]
    assert said == [f"commands.sh: line {number}: dokcer: command not found\n" for number in (3, 5)]


def test_a_container_and_all_that_is_known_of_it(attempt: Attempt) -> None:
    made = attempt.run(
        f'docker run -d --name web -p 3000:8000 -v "$PWD/page":/page -w /page -e A=b {SERVE}\n'
        "until curl -s localhost:3000; do sleep 0.1; done\n"
    )
    assert attempt.lines[-1].output == "hello\n"
    [web] = made.inventory().containers
    assert (web.name, web.image, web.status, web.exit_code, web.env["A"]) == ("web", IMAGES[1], "running", None, "b")
    assert [(one.port, one.host_port) for one in web.published] == [("8000/tcp", 3000)]
    assert [(one.type, one.source, one.target) for one in web.mounts] == [("bind", "page", "/page")]
    own = made.container(Where(publishes=3000))
    assert [(one.port, one.loopback) for one in own.listeners()] == [(8000, False)]
    assert own.processes()[0].argv.endswith("http.server 8000")
    with own.connect(8000, 5) as connection:
        connection.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        assert connection.makefile("rb").read().endswith(b"hello\n")
    assert made.execute(Command(argv=("cat", "/page/index.html")), Where(container="web")).stdout == "hello\n"
    entry = made.entry("/etc/hostname", container=Where(container="web"))
    assert entry is not None
    assert entry.content == f"{web.id[:12]}\n".encode()
    with pytest.raises(Failure, match="it publishes 3000:8000"):
        own.connect(81, 5)


def test_checks_may_act_on_a_container_and_start_others_like_it(attempt: Attempt) -> None:
    made = attempt.run(
        "docker run -d --name web -v notes:/data busybox:1 sh -c "
        "'trap \"echo again\" HUP; echo up > /note; echo kept > /data/note; while :; do sleep 0.05; done'\n"
        "docker run -d --name other --pid container:web busybox:1 sleep 100\n"
        "docker run -d --name saved busybox:1 sh -c 'echo x > /mark; sleep 100'\n"
        "docker tag busybox:1 mine\ndocker run -d --name taken mine sh -c 'echo x > /mark; sleep 100'\n"
        "until docker exec taken cat /mark && docker exec saved cat /mark; do sleep 0.1; done\n"
        "docker commit saved saved:1\ndocker commit taken mine\n"
    )
    web = {"in": {"container": "web"}}
    make(Persists, path="/data/note", **web).run(made)
    make(Immutable, path="/note", **web).run(made)
    make(Immutable, path="/mark", **{"in": {"container": "saved"}}).run(made)
    make(Apart, path="/note", hostnames=True, **web, **{"from": "other"}).run(made)
    make(Signal, signal="HUP", log="again\n", stays="100ms", **web).run(made)
    make(Restart, keeps=["/data/note"], grace="100ms", stays="100ms", **web).run(made)
    asked = {
        "command": ["sh", "-c", "read name; echo Hello, $name"],
        "steps": [{"send": "Ada"}, {"expect": "Hello, Ada"}],
    }
    make(Dialogue, exec=True, **asked, **web).run(made)
    make(Dialogue, tty=False, **asked, **web).run(made)
    for check, because in (
        (make(Persists, path="/note", **web), "is on no volume"),
        (make(Immutable, path="/bin/sh", **web), "it is part of the image"),
        (make(Immutable, path="/mark", **{"in": {"container": "taken"}}), "/mark is changed in the image mine, too"),
        (make(Apart, processes=True, **web, **{"from": "other"}), "'other' sees the processes of container 'web'"),
        (make(Signal, signal="KILL", stays="100ms", **web), "should run on, and it ended with exit code 137"),
    ):
        fails(check, made, because)
    assert {one.name for one in made.inventory().containers} == {"web", "other", "saved", "taken"}


def test_calls_are_those_of_their_command(attempt: Attempt) -> None:
    attempt.run("docker run --name once busybox:1 true\necho nothing\ndocker rm once\n")
    first, second, third = attempt.lines
    assert [call.name for call in first.calls if "create" in call.name or "start" in call.name] == [
        "container create",
        "container start",
    ]
    assert second.calls == ()
    assert [(call.name, call.container, call.failed) for call in third.calls] == [("container rm", "once", False)]


def test_pasted_ids_mean_the_containers_here(attempt: Attempt) -> None:
    page = "```\n$ docker run -d busybox:1 sleep 100\n3f2a1b7c9d10\n$ docker kill 3f2a1b7c9d10\n```\n"
    made = attempt.run(page, "README.md")
    assert attempt.lines[1].exit_code == 0
    assert "is taken for the container" in attempt.lines[1].notes[0]
    assert [one.status for one in made.inventory().containers] == ["exited"]


def test_a_terminal_and_what_is_typed_into_it(attempt: Attempt) -> None:
    def dialogue(text: str) -> str | None:
        return "echo from $(hostname)\nexit 4\n" if "run -it" in text else None

    script = "docker run -it --hostname inside busybox:1 sh\ntty\n"
    attempt.run(script, terminal=True, dialogue=dialogue)
    assert attempt.lines[0].exit_code == 4
    assert "from inside\n" in attempt.lines[0].output
    assert attempt.lines[1].output.startswith("/dev/")


def test_without_a_terminal_docker_says_so(attempt: Attempt) -> None:
    attempt.run("docker run -it busybox:1 sh\n")
    assert attempt.said() == [(1, "the input device is not a TTY\n")]


def test_a_here_document_is_typed_without_one(attempt: Attempt) -> None:
    attempt.run("docker run -i --rm busybox:1 sh <<END\necho typed\nEND\n")
    assert attempt.said() == [(0, "typed\n")]


def test_what_runs_in_the_foreground_goes_on(attempt: Attempt) -> None:
    made = attempt.run(f"docker run -p 3000:8000 {SERVE}\n")
    [line] = attempt.lines
    assert (line.left_running, line.exit_code, line.timed_out) == (True, None, False)
    assert "Killed" not in line.output
    assert line.seconds < 5
    assert [one.status for one in made.inventory().containers] == ["running"]


def test_what_only_shows_what_comes_goes_on_soon(attempt: Attempt) -> None:
    attempt.run("docker run -d --name web busybox:1 sleep 100\ndocker logs -f web\necho next\n")
    assert [line.left_running for line in attempt.lines] == [False, True, False]
    assert attempt.lines[1].seconds < 7


def test_a_shell_without_input_gets_its_end(attempt: Attempt) -> None:
    made = attempt.run("docker run -it --name lab python:3-slim bash\necho next\n", terminal=True)
    assert (attempt.lines[0].exit_code, attempt.lines[1].output) == (0, "next\n")
    assert [one.status for one in made.inventory().containers] == ["exited"]


def test_a_command_has_a_deadline(attempt: Attempt) -> None:
    attempt.run("sleep 100\necho next\n", seconds=1)
    assert attempt.lines[0].timed_out
    assert attempt.lines[0].seconds < 5
    assert (attempt.lines[1].exit_code, attempt.lines[1].output) == (0, "next\n")


def test_a_loop_of_the_shells_own_has_one_too(attempt: Attempt) -> None:
    attempt.run("while true; do :; done\necho next\n", seconds=1)
    assert attempt.lines[0].timed_out
    assert attempt.said()[1] == (0, "next\n")  # in another shell, as the first had to be ended


def test_all_commands_together_have_a_deadline(attempt: Attempt) -> None:
    with pytest.raises(TimedOut, match=r"took longer than 1\.5 s together"):
        attempt.run("sleep 1\nsleep 100\necho never\n", total=1.5)
    assert [line.timed_out for line in attempt.lines] == [False, True]


def test_background_jobs_end(attempt: Attempt) -> None:
    attempt.run("(while true; do date > /work/alive; sleep 0.1; done) &\nsetsid sleep 1000 &\necho started\n")
    assert attempt.lines[-1].output == "started\n"
    host = attempt.engine.host
    assert host is not None
    table = host.api.top(attempt.engine.place.client, ps_args="-eo pid,args")
    assert not [row for row in table["Processes"] if "sleep 1000" in row[1] or "alive" in row[1]]


def test_floods_of_output_are_bounded(attempt: Attempt) -> None:
    attempt.run("yes | head -c 20000000\n")
    assert 1000 < len(attempt.lines[0].output) < 200_000
    assert attempt.lines[0].seconds < 20


def test_an_attempt_to_get_out_stops_everything(attempt: Attempt) -> None:
    with pytest.raises(PolicyError, match=r"line 1, `docker run -v /:/host busybox:1 true`: .* \(rule "):
        attempt.run("docker run -v /:/host busybox:1 true\ntouch /work/went-on\n")
    assert attempt.lines[0].calls[-1].violation
    assert len(attempt.lines) == 1


def test_what_a_beginner_may_try_goes_on(attempt: Attempt) -> None:
    attempt.run("docker run --privileged busybox:1 true\necho next\n")
    assert attempt.lines[0].exit_code == 125
    assert "(rule privileged)" in attempt.lines[0].output
    assert attempt.lines[1].output == "next\n"


def test_images_are_told_from_their_originals(attempt: Attempt) -> None:
    made = attempt.run("docker tag busybox:1 mine:1\ndocker network create net\ndocker volume create data\n")
    found = made.inventory()
    original = made.original("docker.io/library/busybox:1")
    assert original is not None
    assert original.digests[0].startswith("busybox@sha256:")
    assert {tag for image in found.images for tag in image.tags} == {*IMAGES, "mine:1"}
    assert ([one.name for one in found.networks], [one.name for one in found.volumes]) == (["net"], ["data"])
    assert made.original("nginx:1") is None


def test_no_container_where_one_is_meant(attempt: Attempt) -> None:
    made = attempt.run("docker ps\n")
    with pytest.raises(Missing, match="there is no container 'web'"):
        made.container("web")
    case = made.case("container", Failure("x"), port=None, container=Where(container="web"))
    assert case.transcript is not None
    assert case.containers == ()


def test_another_container_of_the_same_image_has_none_of_the_changes(attempt: Attempt) -> None:
    space = attempt.run("docker run -d --name web busybox:1 sleep 100\ndocker exec web touch /mark\n")
    web = Where(container="web")
    assert space.entry("/mark", container=web) is not None
    with space.volume() as volume:
        with space.spawn(web, Variation(command=("sleep", "9"), volumes={"/data": volume})) as another:
            assert another.state().running
            assert another.execute(Command(("test", "-e", "/mark"))).exit_code == 1
            assert another.execute(Command(("test", "-d", "/data"))).exit_code == 0
        assert [one.name for one in space.inventory().containers] == ["web"]
    assert space.inventory().volumes == ()


def test_a_container_of_the_student_is_restarted_with_its_files(attempt: Attempt) -> None:
    run = f"docker run -d --name web -p 8000 {SERVE}\n"
    web = attempt.run(run + "docker exec web touch /mark\n").container(Where(container="web"))
    web.restart(0.1)
    assert web.execute(Command(("test", "-e", "/mark"))).exit_code == 0
    web.signal("KILL")
    with pytest.raises(Failure, match="there is no signal NONSENSE"):
        web.signal("NONSENSE")
